//! Questions as HTML for a learning platform, with an input for each field. The HTML is also valid XML, and
//! contains no styles or other elements that QTI does not support.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::exam::field::Field;
use crate::exam::formats::labels::Labels;
use crate::exam::formats::plan::points;
use crate::exam::formats::prose;
use crate::exam::formats::style::Refusal;
use crate::exam::formats::tree::{
    Blank, Block, Cell, Figure, Paragraph, Section, Sheet, Table, WorksheetRow, flush,
};
use crate::questions::entry::Rubric;
use crate::report::text::text;
use crate::report::xml::legal;

/// The inputs that a platform provides for fields.
pub(crate) trait Slots {
    /// Returns the input for a blank within a line.
    ///
    /// # Errors
    /// Returns a refusal if the platform does not support the field.
    fn blank(&mut self, field: &Field) -> Result<String, Refusal>;
    /// Returns the input for a choice or essay as a block.
    ///
    /// # Errors
    /// Returns a refusal if the platform does not support the choice or essay.
    fn block(&mut self, field: &Field) -> Result<String, Refusal>;
    /// Returns the attributes of a table: ` class="…"`.
    fn table(&self) -> &'static str;
}

/// A question under construction.
struct Stem<'f, 'p, S> {
    out: String,
    fields: BTreeMap<&'f str, &'f Field<'p>>,
    slots: &'f mut S,
}

/// Returns a question laid out for students, with its assumptions and fields.
///
/// # Errors
/// Returns a refusal if the platform does not support a field.
pub(crate) fn stem(
    sheet: &Sheet,
    section: &Section,
    fields: &[Field],
    slots: &mut impl Slots,
) -> Result<String, Refusal> {
    let fields = fields
        .iter()
        .map(|field| (field.name.as_str(), field))
        .collect();
    let mut stem = Stem {
        out: String::new(),
        fields,
        slots,
    };
    let (introduction, rest) = section.parts();
    stem.blocks(introduction)?;
    stem.list(sheet.front.assumptions.iter().chain(&section.assumptions));
    stem.blocks(rest)?;
    Ok(stem.out)
}

/// Returns the context of a field: the given contents of its question and part.
pub(crate) fn context(section: &Section, field: &Field, slots: &mut impl Slots) -> String {
    let mut stem = Stem {
        out: String::new(),
        fields: BTreeMap::new(),
        slots,
    };
    for block in &section.body {
        match block {
            Block::Part { body, .. } if holds(body, &field.name) => {
                for block in body {
                    stem.given(block);
                }
            }
            other => stem.given(other),
        }
    }
    stem.out
}

/// Whether the blocks contain an essay.
fn holds(body: &[Block], essay: &str) -> bool {
    body.iter()
        .any(|block| matches!(block, Block::Essay { field, .. } if field == essay))
}

impl<S: Slots> Stem<'_, '_, S> {
    fn put(&mut self, html: &str) {
        self.out.push_str(html);
        self.out.push('\n');
    }

    fn blocks(&mut self, blocks: &[Block]) -> Result<(), Refusal> {
        blocks.iter().try_for_each(|block| self.block(block))
    }

    fn block(&mut self, block: &Block) -> Result<(), Refusal> {
        match block {
            Block::Part { name, points, body } => {
                self.put(&element("h4", &format!("{name}{}", in_brackets(points))));
                self.blocks(body)?;
            }
            Block::Worksheet {
                prompt,
                points,
                rows,
                ..
            } => self.worksheet(prompt, points, rows)?,
            Block::Value {
                label,
                points,
                how,
                blank,
            } => {
                let (label, said) = (
                    marked(label),
                    escaped(&format!("{}{}", in_brackets(how), in_brackets(points))),
                );
                let drawn = self.blank(blank)?;
                self.put(&format!("<p>{label}{said}: {drawn}</p>"));
            }
            Block::Fill {
                how,
                points,
                tables,
            } => {
                self.put(&element("p", &format!("{how}{}", in_brackets(points))));
                tables.iter().try_for_each(|table| self.table(table))?;
            }
            Block::Choice {
                text,
                how,
                points,
                field,
                ..
            } => {
                self.alone(text, &format!("{how}{}", in_brackets(points)), field)?;
            }
            Block::Essay {
                text,
                points,
                field,
                ..
            } => {
                self.alone(text, in_brackets(points).trim(), field)?;
            }
            other => self.given(other),
        }
        Ok(())
    }

    /// Adds a block that contains no field.
    fn given(&mut self, block: &Block) {
        match block {
            Block::Prose(paragraphs) => {
                for paragraph in paragraphs {
                    self.put(&match paragraph {
                        Paragraph::Words(words) => element("p", words),
                        Paragraph::Code(code) => preformatted(code),
                    });
                }
            }
            // A given table has no fields, so this call never returns a refusal.
            Block::Given(table) => drop(self.table(table)),
            Block::Pairs { title, pairs } => self.pairs(title, pairs),
            Block::Figure(figure) => self.figure(figure),
            Block::Lines(lines) => self.put(&preformatted(lines)),
            Block::Steps(steps) => {
                let steps = steps
                    .iter()
                    .map(|(who, what)| element("li", format!("{who} {what}").trim()));
                let steps: String = steps.collect();
                self.put(&format!("<ol>{steps}</ol>"));
            }
            _ => {}
        }
    }

    fn list<'s>(&mut self, sentences: impl Iterator<Item = &'s String>) {
        let items: Vec<String> = sentences.map(|sentence| element("li", sentence)).collect();
        if !items.is_empty() {
            self.put(&format!("<ul>\n{}\n</ul>", items.join("\n")));
        }
    }

    fn pairs(&mut self, title: &str, pairs: &[(String, String)]) {
        let mut out = format!(
            "<table{}>\n{}<tbody>\n",
            self.slots.table(),
            element("caption", title)
        );
        for (name, value) in pairs {
            let _ = writeln!(
                out,
                "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
                escaped(name),
                escaped(value)
            );
        }
        self.put(&format!("{out}</tbody>\n</table>"));
    }

    /// Adds a figure. Converts the bits of an address to a table of bit numbers with empty cells below.
    /// Converts other figures to text drawings.
    fn figure(&mut self, figure: &Figure) {
        if let Figure::Bits { title, bits } = figure {
            for row in bits.chunks(32) {
                let names = row.iter().map(|(bit, _)| bit.to_string()).collect();
                let room = row
                    .iter()
                    .map(|_| Cell::Word("\u{A0}".to_owned()))
                    .collect();
                drop(self.table(&Table {
                    title: title.clone(),
                    groups: vec![names],
                    rows: vec![room],
                    ..Table::default()
                }));
            }
            return;
        }
        self.put(&preformatted(&flush(&text(&figure.reported(), false))));
    }

    fn worksheet(
        &mut self,
        prompt: &str,
        points: &str,
        rows: &[WorksheetRow],
    ) -> Result<(), Refusal> {
        let worth = escaped(&in_brackets(points));
        let mut out = format!(
            "<p>{}{worth}</p>\n<table{}>\n<tbody>\n",
            marked(prompt),
            self.slots.table()
        );
        for row in rows {
            let label = escaped(&format!("{}{}", row.label, in_brackets(&row.how)));
            let drawn = self.blank(&row.blank)?;
            let _ = writeln!(
                out,
                "<tr><th scope=\"row\">{label}</th><td>{drawn}</td></tr>"
            );
        }
        self.put(&format!("{out}</tbody>\n</table>"));
        Ok(())
    }

    fn table(&mut self, of: &Table) -> Result<(), Refusal> {
        let mut out = format!(
            "<table{}>\n{}<thead><tr>",
            self.slots.table(),
            element("caption", &of.title)
        );
        for (_, name, _) in of.columns() {
            let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(name));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for row in &of.rows {
            out.push_str("<tr>");
            for cell in row {
                let drawn = match cell {
                    Cell::Word(words) | Cell::Number(words) => escaped(words),
                    Cell::Blank(blank) => self.blank(blank)?,
                };
                let _ = write!(out, "<td>{drawn}</td>");
            }
            out.push_str("</tr>\n");
        }
        self.put(&format!("{out}</tbody>\n</table>"));
        Ok(())
    }

    /// Adds the input for a field, followed by the unit.
    fn blank(&mut self, blank: &Blank) -> Result<String, Refusal> {
        let Some(field) = self.fields.get(blank.field.as_str()) else {
            return Ok(String::new());
        };
        let drawn = self.slots.blank(field)?;
        Ok(blank.unit.as_ref().map_or_else(
            || drawn.clone(),
            |unit| format!("{drawn} {}", escaped(unit)),
        ))
    }

    /// Adds text with the input for a field below the text.
    fn alone(&mut self, words: &str, how: &str, field: &str) -> Result<(), Refusal> {
        self.put(&element("p", format!("{words} {how}").trim()));
        if let Some(field) = self.fields.get(field) {
            let drawn = self.slots.block(field)?;
            self.put(&drawn);
        }
        Ok(())
    }
}

/// Returns ` (8 points)`, or nothing.
fn in_brackets(words: &str) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!(" ({words})")
    }
}

/// Escapes text for HTML, XML, Cloze and Mustache (`{`, `}`), formula filters (`$`, `\`), and file filters
/// (`@@PLUGINFILE@@`).
pub(crate) fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in legal(words).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' | '{' | '}' | '$' | '\\' | '@' => {
                out.push_str("&#");
                out.push_str(&u32::from(c).to_string());
                out.push(';');
            }
            c => out.push(c),
        }
    }
    out
}

/// Escapes text with code between backticks.
pub(crate) fn marked(words: &str) -> String {
    prose::marked(words, escaped, |code| {
        format!("<code>{}</code>", escaped(code))
    })
}

fn preformatted(lines: &str) -> String {
    format!("<pre>{}</pre>", escaped(lines))
}

/// Returns an element of text, or nothing if the text is empty.
fn element(tag: &str, words: &str) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!("<{tag}>{}</{tag}>", marked(words))
    }
}

/// Returns a rubric as a list, or an empty text for an empty rubric.
pub(crate) fn rubric_html(rows: &[Rubric]) -> String {
    let each: Vec<String> = rows.iter().map(row).collect();
    if each.is_empty() {
        String::new()
    } else {
        format!("<ul>{}</ul>", each.concat())
    }
}

fn row(row: &Rubric) -> String {
    let worth = row.points.map_or_else(String::new, |worth| {
        format!(" ({})", points(worth, &Labels::default()))
    });
    format!("<li>{}{worth}</li>", marked(&row.text))
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn words_mean_nothing() {
        let out = escaped(
            "<b>&\"' {1:SA:=x} {{params.a}} $$x$$ \\(x\\) @@PLUGINFILE@@ ]]> \u{0} \u{202E}",
        );
        for special in ["<", ">", "\"", "'", "{", "}", "$", "\\", "@", "\u{0}"] {
            assert!(!out.contains(special), "{special} is in {out}");
        }
        assert!(
            out.starts_with("&lt;b&gt;&amp;&quot;&#39; &#123;1:SA:=x&#125;"),
            "{out}"
        );
        assert!(out.ends_with("]]&gt; \u{FFFD} \u{202E}"), "{out}");
    }
}
