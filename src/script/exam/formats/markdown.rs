//! A paper as Markdown.

use std::fmt::Write;

use super::canvas::{Canvas, NO_PAGE};
use super::code::{self, unmarked};
use super::leaves::{Leaves, Perhaps, perhaps};
use super::plan::sheet;
use super::style::{Edition, Style};
use super::tree::{Blank, Cell, Figure, Table, flush};
use super::walk::{Escape, Format};
use crate::exam::paper::Paper;
use crate::report::doc;
use crate::report::text::text;

/// Returns a paper or its key. Omits the page with powers of two, because Markdown has no pages.
pub fn markdown(paper: &Paper, edition: Edition, style: &Style) -> String {
    let style = Style {
        powers: false,
        ..style.clone()
    };
    let sheet = sheet(paper, edition, &style);
    Markdown.contents(&sheet, NO_PAGE, &style.labels)
}

struct Markdown;

impl Escape for Markdown {
    fn plain(&self, text: &str) -> String {
        let line = |line: &str| escaped_line(line.trim(), true);
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    }

    /// Returns text as code, between more backticks than it contains.
    fn code(&self, code: &str) -> String {
        let words = code.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.contains('`') {
            let fence = fence(&words, 2);
            format!("{fence} {words} {fence}")
        } else {
            format!("`{words}`")
        }
    }

    fn marked(&self, text: &str) -> String {
        let line = |line: &str| {
            let mut begins = true;
            let words = |words: &str| escaped_line(words, std::mem::take(&mut begins));
            code::marked(line.trim(), words, |code| self.code(code))
        };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    }
}

impl Format for Markdown {
    fn leaves() -> Leaves {
        Leaves {
            points: (" («text»)", ""),
            worth: (" («text»)", ""),
            how: (" («text»)", ""),
            who: ("«text»: ", ""),
            part: "«head»«body»",
            part_head: "### «name»«points»\n\n",
            paragraph: "«text»\n\n",
            list: ["«items»\n"; 2],
            list_item: ("«mark» «text»\n", ""),
            bullet: "-",
            code: "«text»",
            lines: "«text»",
            steps: "«steps»\n",
            step: ("«number». «who»«what»\n", ""),
            worksheet: "«lead»\n\n| «heads» |\n| --- | --- |\n«rows»\n",
            worksheet_head: ("«text»", " | "),
            worksheet_row: ("| «label»«how» | «blank» |\n", ""),
            value: ["«label»«points»: «blank»«how»\n\n"; 2],
            given: "«table»",
            fill: "«how»«points»\n\n«tables»",
            choice: "«text» «how»«points»\n\n«options»\n",
            option: ("- [«tick»] «text»\n", ""),
            ticks: [" ", "x"],
            essay: "«text»«points»\n\n«inside»",
            rubric: "«rows»\n",
            rubric_row: ("- «text»«points»\n", ""),
            // Markdown has no heights.
            space: "",
            worked: "«body»",
            front: "# «title»«edition»\n\n«cover»«owner»\n\n«grid»«instructions»«assumptions»",
            edition: (": «text»", ""),
            cover: ("«text»\n\n", ""),
            cover_field: ("«name»: «words»", " · "),
            owner: ("«label»: «blank»", " "),
            grid: "| «question»«numbers» |\n| ---«columns» |\n| «worth»«points» |\n| «score»«scores» |\n\n",
            grid_cells: [" | ---", " | «number»", " | «points»", " | "],
            sentences: [
                "## «heading»\n\n«sentences»\n",
                "*«heading»*\n\n«sentences»\n",
            ],
            sentence: ("- «text»\n", ""),
            question: "## «number» «title» («points»)\n\n«introduction»«assumptions»«body»",
            ..Leaves::bare()
        }
    }

    /// Returns text in a code fence that the text itself cannot close.
    fn preformatted(&self, lines: &str) -> String {
        let fence = fence(lines, 3);
        format!("{fence}text\n{lines}\n{fence}\n\n")
    }

    /// Returns a box with its unit, and with one place per digit if the number of digits is known.
    fn blank(&self, blank: &Blank) -> String {
        let words = match blank.content.as_deref() {
            None => {
                let places = blank.digits.unwrap_or(blank.width.min(8)) as usize;
                self.code(&format!("{}{}", blank.prefix, "_".repeat(places)))
            }
            // A dash within a line does not start a list.
            Some("-") => "**-**".to_owned(),
            Some(answer) => format!("**{}**", self.plain(answer)),
        };
        let unit = blank.unit.as_ref();
        let unit = unit.map_or_else(String::new, |unit| format!(" {}", self.marked(unit)));
        format!("{words}{unit}")
    }

    fn points(&self, leaf: Perhaps, points: &str) -> String {
        // A period after a digit begins a list only at the start of a line.
        perhaps(leaf, &self.plain(points).replace("\\.", "."))
    }

    fn rules(&self, space: u32) -> String {
        let rule = "_".repeat(72);
        let rules: Vec<&str> = (0..space.div_ceil(8)).map(|_| rule.as_str()).collect();
        self.preformatted(&rules.join("\n"))
    }

    // Pairs and tables are in their terminal form. A table of Markdown has no groups of columns.

    fn pairs(&self, title: &str, pairs: &[(String, String)], _: &str, _: Canvas) -> String {
        let pair = |(name, value): &(String, String)| (unmarked(name), unmarked(value));
        self.reported(doc::Block::Pairs {
            title: unmarked(title),
            pairs: pairs.iter().map(pair).collect(),
        })
    }

    fn table(&self, table: &Table, _: &str, _: Canvas) -> String {
        let cell = |cell: &Cell| match cell {
            Cell::Word(text) => doc::Cell::word(unmarked(text)),
            Cell::Number(text) => doc::Cell::number(unmarked(text)),
            Cell::Blank(blank) => doc::Cell::number(
                blank
                    .content
                    .clone()
                    .unwrap_or_else(|| "_".repeat(blank.width as usize)),
            ),
        };
        let names = |group: &Vec<String>| group.iter().map(|name| unmarked(name)).collect();
        let rows = table
            .rows
            .iter()
            .map(|row| row.iter().map(cell).collect())
            .collect();
        self.reported(doc::Block::Table(doc::Table {
            title: unmarked(&table.title),
            groups: table.groups.iter().map(names).collect(),
            rows,
        }))
    }

    fn figure(&self, figure: &Figure, _: Canvas) -> String {
        texts(figure)
            .iter()
            .map(|text| self.preformatted(text))
            .collect()
    }
}

impl Markdown {
    /// Returns terminal output in a code fence.
    fn reported(&self, block: doc::Block) -> String {
        self.preformatted(&flush(&text(&[block], false)))
    }
}

/// Returns a figure as lines of text. A figure of several objects has a text for each of them.
pub(crate) fn texts(figure: &Figure) -> Vec<String> {
    match figure {
        Figure::Bits { title, bits } => vec![self::bits(title, bits)],
        other => other
            .reported()
            .into_iter()
            .map(|block| flush(&text(&[block], false)))
            .collect(),
    }
}

fn bits(title: &str, bits: &[(u32, Option<char>)]) -> String {
    let line = |words: Vec<String>| {
        words
            .iter()
            .map(|word| format!("{word:>2}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut drawn = format!("{title}\n");
    // A row has 32 bits, because wider rows do not fit on a page.
    for row in bits.chunks(32) {
        let _ = writeln!(
            drawn,
            "{}",
            line(row.iter().map(|(bit, _)| bit.to_string()).collect())
        );
        let digits = row
            .iter()
            .map(|(_, digit)| digit.unwrap_or('_').to_string());
        let _ = writeln!(drawn, "{}", line(digits.collect()));
    }
    drawn.trim_end().to_owned()
}

/// Returns at least `least` backticks, which the text does not contain.
fn fence(text: &str, least: usize) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(least.max(longest + 1))
}

/// Escapes a part of a line. Some characters have a meaning only at the beginning of the line.
fn escaped_line(line: &str, begins: bool) -> String {
    let mut out = String::with_capacity(line.len());
    let number = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    for (place, character) in line.char_indices() {
        // The number of an item is before a space, as in `1. one`, and not in `0.25`.
        let ends = || !line[place + 1..].starts_with(|c: char| !c.is_whitespace());
        let has_meaning = place == 0 && "-+=~".contains(character)
            || number > 0 && place == number && ".)".contains(character) && ends();
        if begins && has_meaning || "\\`*_<>[]|#&$".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Escape, Markdown};

    #[test]
    fn words_mean_nothing_to_markdown() {
        assert_eq!(
            Markdown.plain("a_b *c* <script> | `x`"),
            "a\\_b \\*c\\* \\<script\\> \\| \\`x\\`"
        );
        assert_eq!(
            Markdown.plain("1. one\n- two\n2 + 2\n0.25"),
            "1\\. one\n\\- two\n2 + 2\n0.25"
        );
    }
}
