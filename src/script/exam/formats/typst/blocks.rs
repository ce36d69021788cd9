//! Contents of a question as calls of functions in `paper.typ`.

use std::fmt::Write;

use crate::exam::formats::canvas::Canvas;
use crate::exam::formats::prose::marked;
use crate::exam::formats::tree::{
    Blank, Block, Cell, Figure, Paragraph, Table, WorksheetRow, kept, label_shares, stable_width,
};
use crate::report::scene::placed_svg;

/// Maximum length of a name in a column that is as wide as its longest name. A column with a longer name gets
/// a fixed share of the width.
const LONG: usize = 28;
/// Maximum length of a text that is one line, in any size of print.
const LINE: usize = 40;
/// Indentation of a worked solution, in millimeters.
const INDENT: f64 = 8.0;

pub(crate) struct Writer {
    out: String,
    canvas: Canvas,
}

pub(crate) fn blank(blank: &Blank) -> String {
    let mut out = format!("blank({}", blank.room());
    if let Some(content) = &blank.content {
        // The text in a box must not break.
        let _ = write!(out, ", answer: {}", string(&content.replace(' ', "\u{a0}")));
        if blank.shrunk() < 1.0 {
            let _ = write!(out, ", shrink: {:.3}", blank.shrunk());
        }
    }
    if !blank.prefix.is_empty() {
        let _ = write!(out, ", prefix: {}", string(&blank.prefix));
    }
    if let Some(unit) = &blank.unit {
        let _ = write!(out, ", unit: {}", string(unit));
    }
    out.push(')');
    out
}

/// Pads the text before an item's points, so that the text has the same width in every version.
fn words(text: &str, points: &str) -> String {
    let room =
        stable_width(text).map_or_else(String::new, |room| format!(", room: {}", flowing(&room)));
    let points = if points.is_empty() {
        String::new()
    } else {
        format!(", points: {}", string(points))
    };
    format!("words({}{room}{points})", flowing(text))
}

impl Writer {
    /// Renders blocks as statements of Typst's scripting language.
    pub(crate) fn blocks(blocks: &[Block], canvas: Canvas) -> String {
        let mut writer = Self {
            out: String::new(),
            canvas,
        };
        for ((block, kept), share) in blocks
            .iter()
            .zip(kept(blocks))
            .zip(label_shares(blocks, canvas.columns()))
        {
            writer.block(block, kept, share);
        }
        writer.out
    }

    fn within(&self, blocks: &[Block]) -> String {
        Self::blocks(blocks, self.canvas)
    }

    fn put(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn block(&mut self, block: &Block, kept: bool, share: Option<usize>) {
        let line = match block {
            Block::Part { name, points, body } => self.part(name, points, body),
            Block::Prose(paragraphs) => paragraphs
                .iter()
                .map(paragraph)
                .collect::<Vec<_>>()
                .join("\n"),
            Block::Given(table) => grouped(table),
            Block::Pairs { title, pairs } => {
                let longest = pairs
                    .iter()
                    .map(|(name, _)| name.chars().count())
                    .max()
                    .unwrap_or(0);
                let first = if longest > LONG { "40%" } else { "auto" };
                let rows = pairs
                    .iter()
                    .map(|(name, value)| format!("({}, {})", flowing(name), flowing(value)));
                format!(
                    "pairs({}, {first}, lines: {}, {})",
                    perhaps(title),
                    lines(block),
                    rows.collect::<Vec<_>>().join(", ")
                )
            }
            Block::Figure(figure) => self.figure(figure),
            Block::Lines(lines) => format!("listing({})", string(lines)),
            Block::Steps(steps) => {
                let steps = steps
                    .iter()
                    .map(|(who, what)| format!("({}, {})", perhaps(who), flowing(what)));
                format!("steps({})", steps.collect::<Vec<_>>().join(", "))
            }
            Block::Worksheet {
                prompt,
                points,
                heads,
                rows,
            } => worksheet(prompt, points, heads, &lines(block), rows),
            Block::Value {
                label,
                points,
                how,
                blank,
            } => format!(
                "value({}, {}, {}, {}, {}, share: {})",
                flowing(label),
                flowing(&stable_width(label).unwrap_or_else(|| label.clone())),
                perhaps(points),
                perhaps(how),
                self::blank(blank),
                share.map_or_else(|| "none".to_owned(), |share| format!("{share}%"))
            ),
            Block::Fill {
                how,
                points,
                tables,
            } => {
                let tables: Vec<String> = tables.iter().map(grouped).collect();
                format!(
                    "fill({}, {}, lines: {}, {})",
                    string(how),
                    perhaps(points),
                    lines(block),
                    tables.join(", ")
                )
            }
            Block::Choice {
                text,
                how,
                points,
                options,
                ..
            } => {
                let options = options
                    .iter()
                    .map(|option| format!("({}, {})", option.ticked, words(&option.text, "")));
                let options = options.collect::<Vec<_>>().join(", ");
                format!(
                    "choice({}, {}, {}, lines: {}, {options})",
                    flowing(text),
                    string(how),
                    perhaps(points),
                    lines(block)
                )
            }
            Block::Essay {
                text,
                points,
                space,
                rubric,
                ..
            } => {
                let rubric = rubric.iter().map(|(text, points)| {
                    format!(
                        "({}, {})",
                        flowing(text),
                        perhaps(points.as_deref().unwrap_or_default())
                    )
                });
                let rubric = rubric.collect::<Vec<_>>().join(", ");
                format!(
                    "essay({}, {}, {space}mm, {rubric})",
                    flowing(text),
                    perhaps(points)
                )
            }
            Block::Space(height) => format!("space({height}mm)"),
            Block::Worked(steps) => {
                let canvas = self.canvas.indented(INDENT);
                format!("worked({{\n{}}})", Self::blocks(steps, canvas))
            }
        };
        match (kept, block) {
            (false, _) => self.put(&line),
            (true, Block::Prose(_)) => self.put(&format!("keep(gap: 0.9em, {{\n{line}\n}})")),
            (true, _) => self.put(&format!("keep({{\n{line}\n}})")),
        }
    }

    /// Keeps a part on one page. Worked solutions may continue on the next page.
    fn part(&self, name: &str, points: &str, body: &[Block]) -> String {
        let is_worked = |block: &Block| matches!(block, Block::Worked(_));
        let mut out = String::new();
        let mut head = format!("{}, {}", string(name), perhaps(points));
        for some in body.chunk_by(|a, b| is_worked(a) == is_worked(b)) {
            let within = self.within(some);
            if is_worked(&some[0]) {
                out.push_str(&within);
            } else {
                let lines = shown(some.iter().map(count).sum());
                let _ = writeln!(out, "part({head}, lines: {lines}, {{\n{within}}})");
            }
            "none, none".clone_into(&mut head);
        }
        out
    }

    /// Renders a figure's drawings, side by side if they fit.
    fn figure(&self, figure: &Figure) -> String {
        let drawn = self.canvas.draw(figure, |placed, theme| {
            let svg = string(&placed_svg(placed, theme));
            let (width, alt) = (placed.width, string(&placed.scene.alt()));
            (width, format!("drawing({svg}, {width:.2}mm, {alt})"))
        });
        let wide = drawn.iter().map(|(width, _)| width + 4.0).sum::<f64>() - 4.0;
        let drawn: Vec<String> = drawn.into_iter().map(|(_, drawing)| drawing).collect();
        if wide <= self.canvas.room + 0.5 {
            return format!("drawings({})", drawn.join(", "));
        }
        drawn
            .iter()
            .map(|drawing| format!("drawings({drawing})"))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

fn worksheet(
    prompt: &str,
    points: &str,
    heads: &[String; 2],
    lines: &str,
    rows: &[WorksheetRow],
) -> String {
    let rows = rows.iter().map(|row| {
        format!(
            "({{ {}; how({}) }}, {})",
            string(&row.label),
            perhaps(&row.how),
            blank(&row.blank)
        )
    });
    let heads = array(heads.iter().map(|head| string(head)));
    let rows = rows.collect::<Vec<_>>().join(", ");
    let prompt = words(prompt, points);
    format!("worksheet({prompt}, {heads}, lines: {lines}, {rows})")
}

/// Returns the maximum number of lines of a block as the template takes it.
fn lines(block: &Block) -> String {
    shown(count(block))
}

fn shown(lines: Option<usize>) -> String {
    lines.map_or_else(|| "none".to_owned(), |lines| lines.to_string())
}

/// Returns the maximum number of lines of a block, or `None` if it is not known.
fn count(block: &Block) -> Option<usize> {
    let text = |text: &str| text.chars().count() / LINE + 1;
    Some(match block {
        Block::Prose(paragraphs) => paragraphs
            .iter()
            .map(|paragraph| match paragraph {
                Paragraph::Words(words) => text(words),
                Paragraph::Code(code) => code.lines().count(),
            })
            .sum(),
        Block::Given(table) => table.rows.len() + 2,
        Block::Pairs { pairs, .. } => pairs
            .iter()
            .map(|(name, value)| text(name).max(text(value)))
            .sum(),
        Block::Lines(lines) => lines.lines().count(),
        Block::Steps(steps) => steps.iter().map(|(_, what)| text(what)).sum(),
        Block::Worksheet { prompt, rows, .. } => text(prompt) + rows.len() + 1,
        Block::Value { label, .. } => text(label),
        Block::Fill { tables, .. } => tables.iter().map(|table| table.rows.len() + 3).sum(),
        Block::Choice {
            text: lead,
            options,
            ..
        } => {
            text(lead)
                + options
                    .iter()
                    .map(|option| text(&option.text))
                    .sum::<usize>()
        }
        Block::Part { .. }
        | Block::Figure(_)
        | Block::Space(_)
        | Block::Essay { .. }
        | Block::Worked(_) => {
            return None;
        }
    })
}

fn paragraph(paragraph: &Paragraph) -> String {
    match paragraph {
        Paragraph::Words(text) => words(text, ""),
        Paragraph::Code(code) => format!("listing({})", string(code)),
    }
}

/// Renders a table with columns as wide as their widest possible contents.
fn grouped(table: &Table) -> String {
    let widths = table.widths();
    let columns = widths.iter().enumerate().map(|(at, width)| {
        // A box has inner margins.
        let more = u32::from(table.has_blank(at));
        format!(
            "({width}, {more}, \"{}\")",
            if table.has_word(at) || table.has_blank(at) {
                "l"
            } else {
                "r"
            }
        )
    });
    let bars = table
        .columns()
        .filter(|(_, _, begins)| *begins)
        .map(|(at, _, _)| at.to_string());
    let heads = table.columns().map(|(_, name, _)| string(name));
    let rows = table.rows.iter().map(|row| {
        array(row.iter().map(|cell| match cell {
            Cell::Word(text) | Cell::Number(text) => string(&text.replace(' ', "\u{a0}")),
            Cell::Blank(blank) => self::blank(blank),
        }))
    });
    let rows = rows.collect::<Vec<_>>().join(",\n  ");
    format!(
        "grouped({}, {}, {}, {}, lines: {},\n  {rows})",
        perhaps(&table.title),
        array(columns),
        array(bars),
        array(heads),
        table.rows.len()
    )
}

/// Minimum length of a word that Typst may break.
const LONG_WORD: usize = 24;

/// Returns a quoted string of Typst's scripting language, in which only `\` and `"` need escapes.
pub(crate) fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("    "),
            control if control.is_control() => {}
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// Returns a string, or `none` for an empty text.
pub(crate) fn perhaps(text: &str) -> String {
    if text.is_empty() {
        "none".to_owned()
    } else {
        string(text)
    }
}

/// Returns running text, which is an expression of Typst: a string, or a block with the code between backticks.
pub(crate) fn flowing(text: &str) -> String {
    if !text.contains('`') {
        return divided(text);
    }
    let parts = marked(
        text,
        |words| format!("{}; ", divided(words)),
        |code| format!("code({}); ", divided(code)),
    );
    format!("{{ {parts}}}")
}

/// Returns a string. Long words may break after `_` (binary numbers) and `,`.
fn divided(text: &str) -> String {
    let divided = text.split(' ').map(|word| {
        if word.chars().count() < LONG_WORD {
            word.to_owned()
        } else {
            word.replace('_', "_\u{200b}").replace(',', ",\u{200b}")
        }
    });
    string(&divided.collect::<Vec<_>>().join(" "))
}

/// Returns values as an array: `(a, b,)`.
pub(crate) fn array(all: impl IntoIterator<Item = String>) -> String {
    let mut out = String::from("(");
    for one in all {
        let _ = write!(out, "{one}, ");
    }
    out.push(')');
    out
}

#[cfg(test)]
mod tests {
    use super::string;

    #[test]
    fn strings_hold_anything() {
        assert_eq!(
            string("#a \\ \"b\" $c$ // d\n"),
            "\"#a \\\\ \\\"b\\\" $c$ // d\\n\""
        );
    }
}
