//! Tables without bars, and tables on one line.

use std::ops::Range;

use super::advice::Advice;
use super::tokens::{line_at, tokens};
use crate::lang::fix::Fix;
use crate::lang::span::Span;

const MESSAGE: &str = "each row of a table is a line that begins with `|`";

/// What to write for the table that begins in a line of a text.
pub(super) fn advice(text: &str, line: &Range<usize>, file: u32) -> Option<Advice> {
    let head = &text[line.clone()];
    let first = tokens(head).first().map(|token| token.text)?;
    if !matches!(first, "set" | "expect" | "process" | "given") {
        return None;
    }
    let blanks = &head[..head.len() - head.trim_start().len()];
    let row = |cells: &[&str]| format!("{blanks}  | {} |\n", cells.join(" "));
    let (opened, inside) = head.split_once('{')?;
    if let Some((inside, "")) = inside.trim_end().rsplit_once('}') {
        let rows: Vec<Vec<&str>> = inside
            .split('|')
            .map(|row| row.split_whitespace().collect())
            .filter(|row: &Vec<_>| !row.is_empty())
            .collect();
        if rows.len() < 2 || rows.iter().any(|row| row.len() != rows[0].len()) {
            return None;
        }
        let rows: String = rows.iter().map(|cells| row(cells)).collect();
        let fix = Fix::replace(Span::new(file, line.clone()), format!("{opened}{{\n{rows}{blanks}}}"));
        return Some(Advice::fixed(Some(MESSAGE), Some("write each row on its own line"), fix, false));
    }
    if !inside.trim().is_empty() {
        return None;
    }
    let (mut rows, mut at) = (String::new(), line.end + 1);
    loop {
        let below = line_at(text, at.min(text.len()));
        let said = text[below.clone()].trim();
        if said == "}" {
            break;
        }
        if said.is_empty() || said.starts_with('|') || said.contains(['{', '#']) || below.end == text.len() {
            return None;
        }
        rows += &row(&said.split(['|', ' ', '\t', ',']).filter(|cell| !cell.is_empty()).collect::<Vec<_>>());
        at = below.end + 1;
    }
    if rows.is_empty() {
        return None;
    }
    let fix = Fix::replace(Span::new(file, line.end + 1..at), rows);
    Some(Advice::fixed(Some(MESSAGE), Some("begin each row with `|`"), fix, false))
}
