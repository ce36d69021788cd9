//! The report of a run as part of a web page, for notebooks.

use std::fmt::Write;

use super::leaves::{Html, ROOM};
use crate::exam::formats::canvas::Canvas;
use crate::exam::formats::tree;
use crate::exam::formats::tree::from_doc;
use crate::exam::formats::walk::Format;
use crate::report::doc::{Blank, Block, Checks, Tone};
use crate::report::narrate::{count, failures};
use crate::report::xml::escaped;

/// The style sheet, which applies only to reports. A report is black on white, because its drawings are.
const STYLE: &str = include_str!("report.css");

/// Maximum number of blocks in a report, so that a page remains usable.
pub const MOST: usize = 2000;

/// Returns a report as an element with its own style sheet.
pub fn report(blocks: &[Block]) -> String {
    let mut out = format!("<div class=\"pagewalk\">\n<style>\n{STYLE}</style>\n");
    let mut rest = &blocks[..blocks.len().min(MOST)];
    while let [first, more @ ..] = rest {
        if let Block::Worksheet(_) = first {
            rest = worksheets(&mut out, rest);
        } else {
            put(&mut out, first);
            rest = more;
        }
    }
    if blocks.len() > MOST {
        out.push_str("<p>… the rest is not shown, because the report is too long</p>\n");
    }
    out.push_str("</div>\n");
    out
}

/// Adds the worksheets of a statement side by side, each with the lines below it, except the last one. Returns the other blocks.
fn worksheets<'b>(out: &mut String, blocks: &'b [Block]) -> &'b [Block] {
    let is_part = |block: &&Block| matches!(block, Block::Worksheet(_) | Block::Paragraph { .. });
    let parts = blocks.iter().take_while(is_part).count();
    let last = blocks[..parts]
        .iter()
        .rposition(|block| matches!(block, Block::Worksheet(_)))
        .unwrap_or(0);
    let (worksheets, rest) = blocks.split_at(last + 1);
    out.push_str("<div class=\"worksheets\">\n");
    for column in worksheets.chunk_by(|_, next| !matches!(next, Block::Worksheet(_))) {
        out.push_str("<div>\n");
        for block in column {
            put(out, block);
        }
        out.push_str("</div>\n");
    }
    out.push_str("</div>\n");
    rest
}

fn put(out: &mut String, block: &Block) {
    let _ = match block {
        Block::Heading(name) => writeln!(out, "<h4>{}</h4>", escaped(name)),
        Block::Statement { text, .. } => {
            writeln!(out, "<pre class=\"statement\">{}</pre>", escaped(text))
        }
        Block::Paragraph { tone, text } if !text.contains('\n') => {
            writeln!(
                out,
                "<p dir=\"auto\" class=\"{}\">{}</p>",
                class(*tone),
                escaped(text)
            )
        }
        Block::Worksheet(blanks) => {
            out.push_str(&Html.blocks(&[worksheet(blanks)], canvas()));
            Ok(())
        }
        Block::Checks(checks) => checked(out, checks),
        _ => {
            out.push_str(&Html.blocks(&from_doc(std::slice::from_ref(block)), canvas()));
            Ok(())
        }
    };
}

fn canvas() -> Canvas {
    Canvas::for_page(ROOM, false)
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Faint => "faint",
    }
}

/// Returns a worksheet with filled boxes.
fn worksheet(blanks: &[Blank]) -> tree::Block {
    let width = blanks
        .iter()
        .map(|blank| blank.value.chars().count())
        .max()
        .unwrap_or(0) as u32;
    let row = |blank: &Blank| {
        let content = Some(blank.value.clone());
        let boxed = tree::Blank {
            width,
            content,
            ..tree::Blank::default()
        };
        tree::WorksheetRow {
            label: blank.label.to_string(),
            how: String::new(),
            blank: boxed,
        }
    };
    tree::Block::Worksheet {
        prompt: String::new(),
        points: String::new(),
        heads: ["Parameter".to_owned(), "Value".to_owned()],
        rows: blanks.iter().map(row).collect(),
    }
}

/// Adds the results of expectations.
fn checked(out: &mut String, checks: &Checks) -> std::fmt::Result {
    if checks.failed.is_empty() {
        let held = count(checks.held, "expectation holds", "expectations hold");
        return writeln!(out, "<p class=\"good\">✓ {held}</p>");
    }
    writeln!(out, "<p class=\"bad\">✗ {}</p>", escaped(&failures(checks)))?;
    if checks.predicted {
        return Ok(());
    }
    out.push_str("<table class=\"pairs\"><thead><tr>");
    for head in ["fact", "expected", "actual", "reason"] {
        write!(out, "<th scope=\"col\">{head}</th>")?;
    }
    out.push_str("</tr></thead>\n<tbody>");
    for failure in &checks.failed {
        let actual = failure.actual.as_deref().unwrap_or("-");
        let reason = failure.reason.as_deref().unwrap_or("");
        out.push_str("<tr>");
        for cell in [&*failure.fact, &*failure.expected, actual, reason] {
            write!(out, "<td>{}</td>", escaped(cell))?;
        }
        out.push_str("</tr>\n");
    }
    writeln!(out, "</tbody></table>")
}
