//! A question as HTML for a learning platform: what is given, and a place for each field.

use std::fmt::Write;
use std::rc::Rc;

use super::html::{element, escaped};
use crate::exam::field::Field;
use crate::exam::paper::{Item, Piece, Question};
use crate::report::doc::Table;
use crate::report::exam::assumptions::assumptions;
use crate::report::exam::edition::Edition;
use crate::report::exam::formats::Refusal;
use crate::report::exam::label::{how, label};
use crate::report::exam::page;
use crate::report::narrate::view;
use crate::report::text::text;
use crate::run::paper::entry::{Blank, Figure, ItemKind};
use crate::run::view::{TableView, View};

/// How a platform draws the places of fields.
pub trait Slots {
    /// A blank that stands in a line.
    ///
    /// # Errors
    /// Why the platform cannot hold it.
    fn blank(&mut self, field: &Field) -> Result<String, Refusal>;
    /// A choice or essay, which stands alone.
    ///
    /// # Errors
    /// Why the platform cannot hold it.
    fn block(&mut self, field: &Field) -> Result<String, Refusal>;
    /// The attributes of a table: `class="…"`.
    fn table(&self) -> &'static str;
}

/// A question being written down.
struct Stem<'f, 'p, S> {
    out: String,
    fields: std::slice::Iter<'f, Field<'p>>,
    slots: &'f mut S,
}

/// A question with its fields in order.
///
/// # Errors
/// Why the platform cannot hold one of them.
pub fn stem(question: &Question, fields: &[Field], slots: &mut impl Slots) -> Result<String, Refusal> {
    let mut stem = Stem { out: String::new(), fields: fields.iter(), slots };
    stem.list(&assumptions(question));
    stem.pieces(&question.body)?;
    Ok(stem.out)
}

/// What is given to a field: everything of its question, and of its part, that is not asked.
pub fn context(question: &Question, part: Option<&str>, slots: &mut impl Slots) -> String {
    let mut stem = Stem { out: String::new(), fields: [].iter(), slots };
    for piece in &question.body {
        match piece {
            Piece::Part { name, body, .. } if part == Some(&**name) => {
                body.iter().for_each(|piece| stem.given(piece));
            }
            Piece::Part { .. } => {}
            other => stem.given(other),
        }
    }
    stem.out
}

impl<S: Slots> Stem<'_, '_, S> {
    fn pieces(&mut self, body: &[Piece]) -> Result<(), Refusal> {
        for piece in body {
            match piece {
                Piece::Item(item) => self.item(item)?,
                Piece::Part { name, points, body } => {
                    let _ = writeln!(self.out, "<h4>{} ({})</h4>", escaped(name), page::points(*points));
                    self.pieces(body)?;
                }
                other => self.given(other),
            }
        }
        Ok(())
    }

    /// What is not asked.
    fn given(&mut self, piece: &Piece) {
        match piece {
            Piece::Text(words) => self.prose(words),
            Piece::Given(views) | Piece::Figure(Figure::Views(views)) => {
                views.iter().for_each(|view| self.view(view));
            }
            Piece::Figure(figure) => self.bits(figure),
            Piece::Item(_) | Piece::Part { .. } => {}
        }
    }

    fn list(&mut self, sentences: &[String]) {
        self.out.push_str("<ul>\n");
        for sentence in sentences {
            let _ = writeln!(self.out, "{}", element("li", sentence));
        }
        self.out.push_str("</ul>\n");
    }

    /// Paragraphs; lines that are all indented by four or more stand as they are.
    fn prose(&mut self, words: &str) {
        for paragraph in words.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
            let code = paragraph.lines().all(|line| line.starts_with("    ") || line.trim().is_empty());
            if code {
                let _ = writeln!(self.out, "<pre>{}</pre>", escaped(paragraph.trim_end()));
            } else {
                let words = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
                let _ = writeln!(self.out, "{}", element("p", &words));
            }
        }
    }

    fn view(&mut self, of: &View) {
        if let View::Table(shown) = of {
            let table = view::table(shown);
            let rows: Vec<Vec<String>> =
                table.rows.iter().map(|row| row.iter().map(|cell| escaped(&cell.text)).collect()).collect();
            self.table(&table, &rows);
            return;
        }
        let lines = text(&view::blocks(of), false);
        let lines: Vec<&str> = lines.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
        let _ = writeln!(self.out, "<pre>{}</pre>", escaped(lines.join("\n").trim_end()));
    }

    /// A table; its cells are HTML.
    fn table(&mut self, of: &Table, rows: &[Vec<String>]) {
        let _ = writeln!(self.out, "<table {}>", self.slots.table());
        if !of.title.is_empty() {
            let _ = writeln!(self.out, "{}", element("caption", &of.title));
        }
        self.out.push_str("<thead><tr>");
        for name in of.groups.iter().flatten() {
            let _ = write!(self.out, "<th scope=\"col\">{}</th>", escaped(name));
        }
        self.out.push_str("</tr></thead>\n<tbody>\n");
        for row in rows {
            self.out.push_str("<tr>");
            row.iter().for_each(|cell| {
                let _ = write!(self.out, "<td>{cell}</td>");
            });
            self.out.push_str("</tr>\n");
        }
        self.out.push_str("</tbody>\n</table>\n");
    }

    /// The bits of an address: their numbers, and room below each.
    fn bits(&mut self, figure: &Figure) {
        let Some((title, boxes)) = page::bits(figure, Edition::Paper) else { return };
        for (at, row) in boxes.chunks(32).enumerate() {
            let title = if at == 0 { title.clone() } else { String::new() };
            let numbers = row.iter().map(|(bit, _)| bit.to_string()).collect();
            let table = Table { title, groups: vec![numbers], rows: Vec::new() };
            self.table(&table, &[row.iter().map(|_| "&#160;".to_owned()).collect()]);
        }
    }

    fn item(&mut self, item: &Item) -> Result<(), Refusal> {
        let worth = page::points(item.points);
        match &item.kind {
            ItemKind::Facts { blanks, .. } => self.worksheet(item, blanks, &worth),
            ItemKind::Value { label, blank } => {
                let how = how(blank, true);
                let how = if how.is_empty() { how } else { format!(" ({how})") };
                let drawn = self.blank(blank.unit.as_deref())?;
                let said = escaped(&format!("{label}{how}"));
                let _ = writeln!(self.out, "<p>{said} ({worth}): {drawn}</p>");
                Ok(())
            }
            ItemKind::Table { table, columns } => self.fill(table, columns, &worth),
            ItemKind::Any { among, radix, .. } => {
                let drawn = self.blank(None)?;
                let among = element("code", among);
                let _ = writeln!(self.out, "<p>Any {among} ({}) ({worth}): {drawn}</p>", radix.name());
                Ok(())
            }
            ItemKind::Choice { text, options } => {
                let several = options.iter().filter(|(_, right)| *right).count() > 1;
                let how = if several { "Tick all that are correct." } else { "Tick one." };
                self.alone(&format!("{text} {how} ({worth})"))
            }
            ItemKind::Essay { text, .. } => self.alone(&format!("{text} ({worth})")),
        }
    }

    /// The place of the next field, with its unit.
    fn blank(&mut self, unit: Option<&str>) -> Result<String, Refusal> {
        let Some(field) = self.fields.next() else { return Ok(String::new()) };
        let drawn = self.slots.blank(field)?;
        Ok(unit.map_or_else(|| drawn.clone(), |unit| format!("{drawn} {}", escaped(unit))))
    }

    /// Words, and below them the place of the next field.
    fn alone(&mut self, words: &str) -> Result<(), Refusal> {
        let Some(field) = self.fields.next() else { return Ok(()) };
        self.prose(words);
        let drawn = self.slots.block(field)?;
        let _ = writeln!(self.out, "{drawn}");
        Ok(())
    }

    fn worksheet(&mut self, item: &Item, blanks: &[Blank], worth: &str) -> Result<(), Refusal> {
        let _ = writeln!(self.out, "<p>{} ({worth})</p>", element("code", &page::operation(item)));
        let mut rows = Vec::new();
        for blank in blanks {
            let how = how(blank, page::bare(item));
            let how = if how.is_empty() { how } else { format!(" ({how})") };
            let label = escaped(&format!("{}{how}", label(blank)));
            rows.push(vec![label, self.blank(blank.unit.as_deref())?]);
        }
        let groups = vec![vec!["Parameter".to_owned(), "Value".to_owned()]];
        self.table(&Table { title: String::new(), groups, rows: Vec::new() }, &rows);
        Ok(())
    }

    /// A table to fill in: the places of its fields, row by row.
    fn fill(&mut self, of: &TableView, columns: &[Rc<str>], worth: &str) -> Result<(), Refusal> {
        let _ = writeln!(self.out, "<p>Fill in the table. ({worth})</p>");
        let shown = page::asked_table(of, columns, Edition::Paper);
        let asked: Vec<bool> = shown
            .groups
            .iter()
            .flatten()
            .map(|name| columns.iter().any(|column| **column == **name))
            .collect();
        let mut rows = Vec::new();
        for row in &shown.rows {
            let mut cells = Vec::new();
            for (cell, asked) in row.iter().zip(&asked) {
                cells.push(if *asked { self.blank(None)? } else { escaped(&cell.text) });
            }
            rows.push(cells);
        }
        self.table(&shown, &rows);
        Ok(())
    }
}
