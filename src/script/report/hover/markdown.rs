//! Markdown fragments.

use crate::report::doc::Block;
use crate::report::text::text;

/// Returns a code block of script lines.
pub fn script(lines: &str) -> String {
    format!("```pagewalk\n{}\n```", lines.trim_end())
}

/// Renders blocks in a code block, as on a terminal.
pub(crate) fn drawn(blocks: &[Block]) -> String {
    let text = text(blocks, false);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let indent = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min();
    let cut = lines
        .iter()
        .map(|line| line.get(indent.unwrap_or(0)..).unwrap_or(""));
    let body: Vec<&str> = cut.skip_while(|line| line.is_empty()).collect();
    format!("```text\n{}\n```", body.join("\n").trim_end())
}

/// Returns inline code.
pub fn code(text: &str) -> String {
    if text.contains('`') {
        text.to_owned()
    } else {
        format!("`{text}`")
    }
}

/// Joins paragraphs, and skips empty paragraphs.
pub fn paragraphs(parts: impl IntoIterator<Item = String>) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}
