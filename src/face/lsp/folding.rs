//! `textDocument/foldingRange`

use lsp_types::{FoldingRange, FoldingRangeKind};

use super::view::View;
use pagewalk_script::lang::layout::{Token, TokenKind};

/// The foldable ranges: blocks, lists, prose of several lines, tables, runs of comments.
pub(crate) fn folding(view: &View) -> Vec<FoldingRange> {
    let tokens = &view.tokens().list;
    let mut found = brackets(view, tokens);
    found.extend(prose(view, tokens));
    found.extend(line_runs(view, tokens, TokenKind::Comment));
    found.extend(line_runs(view, tokens, TokenKind::Bar));
    found.sort_by_key(|fold| (fold.start_line, fold.end_line));
    found.dedup_by_key(|fold| (fold.start_line, fold.end_line));
    found
}

fn line_at(view: &View, at: usize) -> u32 {
    view.lines.line_of(at) as u32
}

fn fold(start_line: u32, end_line: u32, kind: FoldingRangeKind) -> Option<FoldingRange> {
    let fold = FoldingRange { start_line, end_line, kind: Some(kind), ..FoldingRange::default() };
    (start_line < end_line).then_some(fold)
}

/// Ranges in brackets, without the line of the closing bracket.
fn brackets(view: &View, tokens: &[Token]) -> Vec<FoldingRange> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    for token in tokens {
        match token.kind {
            TokenKind::Open(_) | TokenKind::Hole => open.push(token.start),
            TokenKind::Close(_) => {
                let Some(start) = open.pop() else { continue };
                let (first, last) = (line_at(view, start), line_at(view, token.start));
                found.extend(fold(first, last.saturating_sub(1), FoldingRangeKind::Region));
            }
            _ => {}
        }
    }
    found
}

/// Prose, between its quotes.
fn prose(view: &View, tokens: &[Token]) -> Vec<FoldingRange> {
    let (mut found, mut start) = (Vec::new(), None);
    for token in tokens.iter().filter(|token| token.kind == TokenKind::Prose) {
        let text = token.of(&view.text);
        let (begins, ends) = (start.is_none(), text.ends_with("\"\"\""));
        let first = *start.get_or_insert(token.start);
        // The opening quotes are a separate token.
        if ends && !begins {
            found.extend(fold(line_at(view, first), line_at(view, token.end - 1), FoldingRangeKind::Region));
            start = None;
        }
    }
    found
}

/// Runs of lines that begin with a token of this kind.
fn line_runs(view: &View, tokens: &[Token], kind: TokenKind) -> Vec<FoldingRange> {
    let comments = kind == TokenKind::Comment;
    let of = if comments { FoldingRangeKind::Comment } else { FoldingRangeKind::Region };
    let (mut found, mut run): (Vec<FoldingRange>, Option<(u32, u32)>) = (Vec::new(), None);
    let mut last = None;
    for token in tokens.iter().filter(|token| token.kind != TokenKind::End) {
        let at = line_at(view, token.start);
        if last.replace(at) == Some(at) || token.kind != kind {
            continue;
        }
        run = match run {
            Some((first, before)) if at == before + 1 => Some((first, at)),
            Some((first, before)) => {
                found.extend(fold(first, before, of.clone()));
                Some((at, at))
            }
            None => Some((at, at)),
        };
    }
    found.extend(run.and_then(|(first, before)| fold(first, before, of)));
    found
}
