//! The blocks of statements whose heads have a mistake, which hides no mistake in the block.

use pagewalk_grammar::Pair;

use super::Tree;
use super::beside::HEADS;
use crate::lang::ast::Stmt;
use crate::lang::layout::{Token, TokenKind, tokens};

impl Tree<'_> {
    /// Parses the block of a statement whose head has a mistake, which was reported last.
    pub(super) fn block_after(&mut self, line: &Pair) -> Vec<Stmt> {
        let text = line.as_str();
        let first = text.split(|c: char| !c.is_ascii_lowercase()).next();
        let head = HEADS.iter().find(|(keyword, _)| Some(*keyword) == first);
        let (Some((keyword, head)), Some(wrong)) = (head, self.diagnostics.last()) else {
            return Vec::new();
        };
        if text.len() > self.again {
            return Vec::new();
        }
        self.again -= text.len();
        let list = tokens(text).list;
        let is_block = |token: &&Token| token.kind == TokenKind::Open(b'{');
        let start = self.base + line.as_span().start();
        let Some(block) = list.iter().find(is_block).map(|token| token.start) else {
            return Vec::new();
        };
        if wrong.span.start as usize > start + block {
            return Vec::new();
        }
        let mut names = list
            .iter()
            .filter(|token| token.kind == TokenKind::Word && token.end <= block)
            .map(|token| token.text(text))
            .filter(|name| name != keyword && *name != "in");
        let name = names.next().unwrap_or("_");
        let names = names.collect::<Vec<_>>().join(", ");
        let head = head.replace("NAMES", &names).replace("NAME", name);
        let title = " ".repeat(block.saturating_sub(head.len()));
        let head = head.replace("\"\"", &format!("\"{title}\""));
        // The block keeps its position, so the head cannot begin before the file, and its words must not divide characters.
        let Some(base) = (start + block).checked_sub(head.len()) else {
            return Vec::new();
        };
        let divides = |at: usize| !self.source.is_char_boundary(base + at);
        let words = tokens(&head).list;
        if words
            .iter()
            .any(|word| divides(word.start) || divides(word.end))
        {
            return Vec::new();
        }
        let base = std::mem::replace(&mut self.base, base);
        let mut body = self.piece(&(head + &text[block..]));
        self.base = base;
        // A head that is longer than the written one would begin in the statement above.
        for stmt in &mut body {
            stmt.span.start = stmt.span.start.max(start as u32);
        }
        body
    }
}
