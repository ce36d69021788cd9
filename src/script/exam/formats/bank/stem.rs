//! Questions as HTML for a learning platform, with an input for each field. The HTML is also valid XML, and
//! contains no styles or other elements that QTI does not support.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::exam::field::Field;
use crate::exam::formats::canvas::{Canvas, NO_PAGE};
use crate::exam::formats::code;
use crate::exam::formats::labels::Labels;
use crate::exam::formats::leaves::Leaves;
use crate::exam::formats::plan::points;
use crate::exam::formats::style::Refusal;
use crate::exam::formats::tree::{Blank, Block, Cell, Figure, Section, Sheet, Table, flush};
use crate::exam::formats::walk::{Escape, Format};
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

/// The format of a question.
struct Stem<'f, 'p, S> {
    fields: BTreeMap<&'f str, &'f Field<'p>>,
    slots: RefCell<&'f mut S>,
    /// The reason why the platform does not support the first such field.
    refused: RefCell<Option<Refusal>>,
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
    let stem = Stem::new(fields, slots);
    let (introduction, rest) = section.parts();
    let assumptions = [&*sheet.front.assumptions, &*section.assumptions].concat();
    let html = [
        stem.blocks(introduction, NO_PAGE),
        stem.sentences(0, "", &assumptions),
        stem.blocks(rest, NO_PAGE),
    ];
    stem.refused.into_inner().map_or(Ok(html.concat()), Err)
}

/// Returns the context of a field: the given contents of its question and part.
pub(crate) fn context(section: &Section, field: &Field, slots: &mut impl Slots) -> String {
    let stem = Stem::new(&[], slots);
    let of = |block: &Block| match block {
        Block::Part { body, .. } if holds(body, &field.name) => given(body),
        other => given(std::slice::from_ref(other)),
    };
    let given: Vec<Block> = section.body.iter().flat_map(of).collect();
    stem.blocks(&given, NO_PAGE)
}

/// Whether the blocks contain an essay.
fn holds(body: &[Block], essay: &str) -> bool {
    body.iter()
        .any(|block| matches!(block, Block::Essay { field, .. } if field == essay))
}

/// Returns the blocks that contain no field.
fn given(blocks: &[Block]) -> Vec<Block> {
    let is_given = |block: &&Block| {
        matches!(
            block,
            Block::Prose(_)
                | Block::Given(_)
                | Block::Pairs { .. }
                | Block::Figure(_)
                | Block::Lines(_)
                | Block::Steps(_)
        )
    };
    blocks.iter().filter(is_given).cloned().collect()
}

impl<'f, 'p, S> Stem<'f, 'p, S> {
    fn new(fields: &'f [Field<'p>], slots: &'f mut S) -> Self {
        Self {
            fields: fields
                .iter()
                .map(|field| (field.name.as_str(), field))
                .collect(),
            slots: RefCell::new(slots),
            refused: RefCell::default(),
        }
    }

    /// Returns the input for a field, or nothing for a field of no name or one that the platform does not support.
    fn slot(
        &self,
        field: &str,
        of: impl FnOnce(&mut S, &Field) -> Result<String, Refusal>,
    ) -> Option<String> {
        let field = self.fields.get(field)?;
        match of(&mut self.slots.borrow_mut(), field) {
            Ok(slot) => Some(slot),
            Err(refusal) => {
                self.refused.borrow_mut().get_or_insert(refusal);
                None
            }
        }
    }
}

impl<S> Escape for Stem<'_, '_, S> {
    fn plain(&self, text: &str) -> String {
        escaped(text)
    }

    fn code(&self, code: &str) -> String {
        format!("<code>{}</code>", escaped(code))
    }
}

impl<S: Slots> Format for Stem<'_, '_, S> {
    fn leaves() -> Leaves {
        Leaves {
            points: (" («text»)", ""),
            worth: (" («text»)", ""),
            how: (" («text»)", ""),
            title: ("<caption>«text»</caption>", ""),
            who: ("«text» ", ""),
            part: "«head»«body»",
            part_head: "<h4>«name»«points»</h4>\n",
            paragraph: "<p>«text»</p>\n",
            list: ["<ul>\n«items»</ul>\n", "<ol>\n«items»</ol>\n"],
            list_item: ("<li>«text»</li>\n", ""),
            code: "<pre>«text»</pre>\n",
            lines: "<pre>«text»</pre>\n",
            pairs: "<table«attributes»>\n«title»<tbody>\n«rows»</tbody>\n</table>\n",
            pair: (
                "<tr><th scope=\"row\">«name»</th><td>«value»</td></tr>\n",
                "",
            ),
            steps: "<ol>«steps»</ol>\n",
            step: ("<li>«who»«what»</li>", ""),
            worksheet: "<p>«lead»</p>\n<table«attributes»>\n<tbody>\n«rows»</tbody>\n</table>\n",
            worksheet_row: (
                "<tr><th scope=\"row\">«label»«how»</th><td>«blank»</td></tr>\n",
                "",
            ),
            value: ["<p>«label»«how»«points»: «blank»</p>\n"; 2],
            given: "«table»",
            fill: "<p>«how»«points»</p>\n«tables»",
            table: "<table«attributes»>\n«title»<thead><tr>«heads»</tr></thead>\n<tbody>\n«rows»</tbody>\n</table>\n",
            table_head: ("<th scope=\"col\">«name»</th>", ""),
            table_row: ("<tr>«cells»</tr>\n", ""),
            cell: ("<td>«cell»</td>", ""),
            row_head: "<td>«cell»</td>",
            choice: "<p>«text» «how»«points»</p>\n«input»",
            essay: "<p>«text»«points»</p>\n«input»",
            sentences: ["<ul>\n«sentences»</ul>\n"; 2],
            sentence: ("<li>«text»</li>\n", ""),
            ..Leaves::bare()
        }
    }

    fn preformatted(&self, lines: &str) -> String {
        escaped(lines)
    }

    /// Returns the input for a field, followed by the unit.
    fn blank(&self, blank: &Blank) -> String {
        let slot = self.slot(&blank.field, S::blank);
        let unit = blank.unit.as_ref();
        let unit = unit.map_or_else(String::new, |unit| format!(" {}", marked(unit)));
        slot.map_or_else(String::new, |slot| slot + &unit)
    }

    fn input(&self, field: &str) -> String {
        self.slot(field, S::block)
            .map_or_else(String::new, |slot| slot + "\n")
    }

    fn attributes(&self, _: Option<&Table>, _: Canvas) -> String {
        self.slots.borrow().table().to_owned()
    }

    /// Converts the bits of an address to a table of bit numbers with empty cells below. Converts other figures to text
    /// drawings.
    fn figure(&self, figure: &Figure, canvas: Canvas) -> String {
        let Figure::Bits { title, bits } = figure else {
            return self.block(
                &Block::Lines(flush(&text(&figure.reported(), false))),
                None,
                canvas,
            );
        };
        let table = |row: &[(u32, Option<char>)]| Table {
            title: title.clone(),
            groups: vec![row.iter().map(|(bit, _)| bit.to_string()).collect()],
            rows: vec![vec![Cell::Word("\u{A0}".to_owned()); row.len()]],
            ..Table::default()
        };
        bits.chunks(32)
            .map(|row| self.table(&table(row), "", canvas))
            .collect()
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
    code::marked(words, escaped, |code| {
        format!("<code>{}</code>", escaped(code))
    })
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
