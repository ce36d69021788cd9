//! The leaves of a paper as calls of functions in `paper.typ`.

use std::fmt::Write;

use crate::exam::formats::canvas::Canvas;
use crate::exam::formats::code;
use crate::exam::formats::leaves::Leaves;
use crate::exam::formats::tree::{Blank, Block, Grid, Paragraph, Table};
use crate::exam::formats::walk::{Escape, Format};
use crate::report::scene::{Placed, Theme, placed_svg};

/// Maximum length of a text that is one line, in any size of print.
const LINE: usize = 40;
/// Minimum length of a word that Typst may break.
const LONG_WORD: usize = 24;

pub(crate) struct Typst;

impl Escape for Typst {
    /// Returns a quoted string of Typst's scripting language, in which only `\` and `"` need escapes.
    fn plain(&self, text: &str) -> String {
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

    fn code(&self, code: &str) -> String {
        format!("code({}); ", self.divided(code))
    }

    /// Returns running text, which is an expression of Typst: a string, or a block with the code between backticks.
    fn marked(&self, text: &str) -> String {
        if !text.contains('`') {
            return self.divided(text);
        }
        let words = |words: &str| format!("{}; ", self.divided(words));
        let parts = code::marked(text, words, |code| self.code(code));
        format!("{{ {parts}}}")
    }
}

impl Typst {
    /// Returns text that must not break.
    fn fixed(&self, text: &str) -> String {
        self.plain(&text.replace(' ', "\u{a0}"))
    }

    /// Returns a string. Long words may break after `_` (binary numbers) and `,`.
    fn divided(&self, text: &str) -> String {
        let divided = text.split(' ').map(|word| {
            if word.chars().count() < LONG_WORD {
                word.to_owned()
            } else {
                word.replace('_', "_\u{200b}").replace(',', ",\u{200b}")
            }
        });
        self.plain(&divided.collect::<Vec<_>>().join(" "))
    }
}

impl Format for Typst {
    fn leaves() -> Leaves {
        Leaves {
            points: ("«text»", "none"),
            how: ("«text»", "none"),
            title: ("«text»", "none"),
            who: ("«text»", "none"),
            worth: (", points: «text»", ""),
            words: [
                "words(«text», room: «room»«points»)",
                "words(«text»«points»)",
            ],
            keep: ["keep(gap: 0.9em, {\n«body»\n})\n", "keep({\n«body»\n})\n"],
            part: "part(«head», lines: «height», {\n«body»})\n",
            part_head: "«name», «points»",
            part_divided: Some(["«body»", "none, none", "\n"]),
            paragraph: "«text»\n",
            list: ["list(«items»)\n", "enum(«items»)\n"],
            list_item: ("«text»", ", "),
            code: "«text»\n",
            lines: "«text»\n",
            pairs: "pairs(«title», «columns», lines: «height», «rows»)\n",
            pair: ("(«name», «value»)", ", "),
            // A column with a longer name gets a fixed share of the width.
            pair_columns: (28, "auto", "40%"),
            steps: "steps(«steps»)\n",
            step: ("(«who», «what»)", ", "),
            worksheet: "worksheet(«lead», («heads»), lines: «height», «rows»)\n",
            worksheet_head: ("«text», ", ""),
            worksheet_row: ("({ «label»; how(«how») }, «blank»)", ", "),
            value: [
                "value(«label», «room», «points», «how», «blank», share: «share»%)\n",
                "value(«label», «room», «points», «how», «blank», share: none)\n",
            ],
            given: "«table»\n",
            fill: "fill(«how», «points», lines: «height», «tables»)\n",
            fill_between: ", ",
            table: "grouped(«title», «columns», («heads»), lines: «count»,\n  «rows»)",
            table_head: ("«name», ", ""),
            table_row: ("(«cells»)", ",\n  "),
            cell: ("«cell», ", ""),
            row_head: "«cell», ",
            figure: [
                ("drawings(«drawings»)\n", ", "),
                ("drawings(«drawings»)\n", ")\ndrawings("),
            ],
            choice: "choice(«text», «how», «points», lines: «height», «options»)\n",
            option: ("(«tick», «text»)", ", "),
            ticks: ["false", "true"],
            essay: "essay(«text», «points», «space»mm, «inside»)\n",
            rubric_row: ("(«text», «points»)", ", "),
            space: "space(«height»mm)\n",
            worked: "worked({\n«body»})\n",
            indent: 8.0,
            front: "#cover(«title», «edition», («cover»), («owner»), «grid»)\n«instructions»«assumptions»",
            edition: ("«text»", "none"),
            cover: ("«text»", ""),
            cover_field: ("(«name», «words»), ", ""),
            owner: ("(«label», «blank»), ", ""),
            sentences: [
                "#sentences(«heading», 1, «sentences»)\n",
                "#sentences(«heading», 2, «sentences»)\n",
            ],
            sentence: ("«text»", ", "),
            question: "#question(«number», «title», «points»)\n«introduction»«assumptions»«body»",
            introduction: ("#keep(gap: 0.9em, {\n«text»})\n", ""),
            body: ("#{\n«text»}\n", ""),
            appendix: ("#pagebreak(weak: true)\n#{\n«text»}\n", ""),
            ..Leaves::bare()
        }
    }

    fn preformatted(&self, lines: &str) -> String {
        format!("listing({})", self.plain(lines))
    }

    fn blank(&self, blank: &Blank) -> String {
        let mut out = format!("blank({}", blank.room());
        if let Some(content) = &blank.content {
            let _ = write!(out, ", answer: {}", self.fixed(content));
            if blank.shrunk() < 1.0 {
                let _ = write!(out, ", shrink: {:.3}", blank.shrunk());
            }
        }
        if !blank.prefix.is_empty() {
            let _ = write!(out, ", prefix: {}", self.plain(&blank.prefix));
        }
        if let Some(unit) = &blank.unit {
            let _ = write!(out, ", unit: {}", self.marked(unit));
        }
        out + ")"
    }

    fn cell(&self, text: &str) -> String {
        self.fixed(&code::unmarked(text))
    }

    /// Makes each column as wide as its widest possible contents, and lists the columns after a bar.
    fn columns(&self, table: &Table) -> String {
        let column = |(at, width): (usize, u32)| {
            // A box has inner margins.
            let more = u32::from(table.has_blank(at));
            format!("({width}, {more}, \"{}\")", table.side(at))
        };
        let bars = table.columns().filter(|(_, _, begins)| *begins);
        format!(
            "{}, {}",
            array(table.widths().into_iter().enumerate().map(column)),
            array(bars.map(|(at, ..)| at.to_string()))
        )
    }

    /// Returns the maximum number of lines of blocks, so that the template need not measure short blocks.
    fn height(&self, blocks: &[Block]) -> String {
        let lines: Option<usize> = blocks.iter().map(lines).sum();
        lines.map_or_else(|| "none".to_owned(), |lines| lines.to_string())
    }

    fn drawing(&self, placed: &Placed, theme: &Theme) -> String {
        let svg = self.plain(&placed_svg(placed, theme));
        let alt = self.plain(&placed.scene.alt());
        format!("drawing({svg}, {:.2}mm, {alt})", placed.width)
    }

    /// The template divides the grid.
    fn grid(&self, grid: &Grid, _canvas: Canvas) -> String {
        let heads = array(grid.heads.iter().map(|head| self.plain(head)));
        let pair = |(one, other): &(String, String)| {
            format!("({}, {})", self.plain(one), self.plain(other))
        };
        let questions = array(grid.questions.iter().map(pair));
        format!("{heads}, {questions}, {}", pair(&grid.total))
    }
}

/// Returns the maximum number of lines of a block, or `None` if it is not known.
fn lines(block: &Block) -> Option<usize> {
    let text = |text: &str| text.chars().count() / LINE + 1;
    Some(match block {
        Block::Prose(paragraphs) => paragraphs
            .iter()
            .map(|paragraph| match paragraph {
                Paragraph::Words(words) => text(words),
                Paragraph::List { items, .. } => items.iter().map(|item| text(item)).sum(),
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
        } => text(lead) + options.iter().map(|one| text(&one.text)).sum::<usize>(),
        Block::Part { .. }
        | Block::Figure(_)
        | Block::Space(_)
        | Block::Essay { .. }
        | Block::Worked(_) => return None,
    })
}

/// Returns values as an array: `(a, b,)`.
pub(crate) fn array(all: impl IntoIterator<Item = String>) -> String {
    let item = |one: String| format!("{one}, ");
    let items: String = all.into_iter().map(item).collect();
    format!("({items})")
}

#[cfg(test)]
mod tests {
    use super::{Escape, Typst};

    #[test]
    fn strings_hold_anything() {
        assert_eq!(
            Typst.plain("#a \\ \"b\" $c$ // d\n"),
            "\"#a \\\\ \\\"b\\\" $c$ // d\\n\""
        );
    }
}
