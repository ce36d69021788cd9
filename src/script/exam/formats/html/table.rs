//! Tables with captions and header cells for screen readers.

use std::fmt::Write;

use super::boxed::boxed;
use super::escape::escaped;
use crate::exam::formats::tree::{Cell, Table};

/// Width of a character in a table and width of the space between columns, relative to the text size.
const CHARACTER: f64 = 0.55;
const BETWEEN: f64 = 0.8;

/// Adds a table. `class` is its purpose. A table wider than `room` times the text size is scaled down.
pub(crate) fn table(out: &mut String, table: &Table, class: &str, room: f64) {
    let columns = table.columns().count() as f64;
    let wide = f64::from(table.widths().iter().sum::<u32>()) * CHARACTER + columns * BETWEEN;
    let size = if wide > room {
        format!(" style=\"font-size:{:.0}%\"", room / wide * 100.0)
    } else {
        String::new()
    };
    let _ = write!(out, "<table class=\"{class}\"{size}>");
    if !table.title.is_empty() {
        let _ = write!(out, "<caption>{}</caption>", escaped(&table.title));
    }
    for group in &table.groups {
        let _ = write!(out, "<colgroup span=\"{}\"></colgroup>", group.len());
    }
    out.push_str("\n<thead><tr>");
    for (_, name, begins) in table.columns() {
        let _ = write!(
            out,
            "<th scope=\"col\"{}>{}</th>",
            edge(begins),
            escaped(name)
        );
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    let begins: Vec<bool> = table.columns().map(|(_, _, begins)| begins).collect();
    // If the first column is a separate group, this column contains row headers.
    let names_rows = table.groups.len() > 1 && table.groups[0].len() == 1;
    for row in &table.rows {
        out.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            let begins = begins.get(at).is_some_and(|begins| *begins);
            let (open, close) = if at == 0 && names_rows {
                ("th scope=\"row\"", "th")
            } else {
                ("td", "td")
            };
            let (class, words) = match cell {
                Cell::Word(text) => (
                    if begins {
                        " class=\"edge word\""
                    } else {
                        " class=\"word\""
                    },
                    escaped(text),
                ),
                Cell::Number(text) => (edge(begins), escaped(text)),
                Cell::Blank(blank) => (edge(begins), boxed(blank)),
            };
            let _ = write!(out, "<{open}{class}>{words}</{close}>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>\n");
}

/// Returns the class of a cell that begins a group and therefore has a bar.
fn edge(begins: bool) -> &'static str {
    if begins { " class=\"edge\"" } else { "" }
}
