//! Visits invalid lines between statements. This module treats the words in these lines as uses of the names
//! that are visible there.

use super::finder::Finder;
use super::kind::{NameKind, Space};
use crate::lang::ast::{Stmt, Word};
use crate::lang::layout::{TokenKind, tokens};
use crate::lang::span::Span;
use crate::lang::visit::Visit;

impl Finder<'_> {
    /// Visits the statements of a block in this region, and the gaps between them.
    pub(crate) fn block_in(&mut self, block: &[Stmt], region: Span) {
        let mut from = region.start;
        for stmt in block {
            if !self.works() {
                return;
            }
            // Included statements belong to another file.
            if stmt.span.file == region.file {
                self.gap(Span {
                    start: from,
                    end: stmt.span.start,
                    ..region
                });
                self.look(stmt.span);
                from = stmt.span.end;
            }
            self.visit_stmt(stmt);
        }
        self.gap(Span {
            start: from,
            ..region
        });
        self.look(Span {
            start: region.end,
            ..region
        });
    }

    /// Returns the span of a whole file.
    pub(crate) fn whole(&self, file: u32) -> Span {
        let end = self
            .sources
            .file(file)
            .map_or(0, |file| file.text.len() as u32);
        Span {
            file,
            start: 0,
            end,
        }
    }

    fn gap(&mut self, gap: Span) {
        let sources = self.sources;
        let text = if gap.start < gap.end {
            sources.text(gap)
        } else {
            ""
        };
        if !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            return;
        }
        let list = tokens(text).list;
        for (at, token) in list
            .iter()
            .enumerate()
            .filter(|(_, token)| token.kind == TokenKind::Word)
        {
            let before = at
                .checked_sub(1)
                .and_then(|at| list.get(at))
                .map_or("", |before| before.text(text));
            if before == "." {
                continue;
            }
            let (start, end) = (gap.start + token.start as u32, gap.start + token.end as u32);
            let word = Word {
                text: token.text(text).into(),
                span: Span { start, end, ..gap },
            };
            if before == "let" {
                self.gives(Space::Value, &word, NameKind::Variable);
            } else if self
                .scopes
                .resolve(&(Space::Value, word.text.clone()), &mut self.table)
                .id
                .is_some()
            {
                self.uses(Space::Value, &word);
            } else {
                self.uses(Space::Process, &word);
            }
        }
    }
}
