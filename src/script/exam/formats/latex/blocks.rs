//! Contents of a question as macros of `paper.tex`.

use std::fmt::Write;

use super::text::Text;
use crate::exam::formats::canvas::Canvas;
use crate::exam::formats::tree::{
    Blank, Block, Cell, Choice, Figure, Paragraph, Table, WorksheetRow, kept, label_shares,
    stable_width,
};
use crate::report::scene::latex;

/// Width of a character in the monospaced font, relative to the text size.
const CHARACTER: f64 = 0.525;
/// Indentation of a worked solution, in millimeters.
const INDENT: f64 = 8.0;

/// Minimum length of a worksheet label that may be broken into lines.
const LONG: usize = 48;

pub(crate) struct Writer<'l> {
    out: String,
    canvas: Canvas,
    text: &'l Text,
}

pub(crate) fn blank(blank: &Blank, text: &Text) -> String {
    let inside = match &blank.content {
        Some(content) => format!("\\bfseries {}", text.escaped(content)),
        None => format!("\\ttfamily {}", text.escaped(&blank.prefix)),
    };
    let unit = blank
        .unit
        .as_ref()
        .map_or_else(String::new, |unit| format!(" {}", text.escaped(unit)));
    format!("\\blank{{{:.2}em}}{{{inside}}}{{{unit}}}", width(blank))
}

fn width(blank: &Blank) -> f64 {
    f64::from(blank.room()) * CHARACTER + 0.6
}

impl<'l> Writer<'l> {
    /// Renders a sequence of blocks.
    pub(crate) fn blocks(blocks: &[Block], canvas: Canvas, text: &'l Text) -> String {
        let mut writer = Self {
            out: String::new(),
            canvas,
            text,
        };
        for ((block, kept), share) in blocks
            .iter()
            .zip(kept(blocks))
            .zip(label_shares(blocks, canvas.columns()))
        {
            let written = writer.block(block, share);
            let _ = if kept {
                writeln!(writer.out, "\\keep{{{written}}}")
            } else {
                writeln!(writer.out, "{written}")
            };
        }
        writer.out
    }

    fn within(&self, blocks: &[Block]) -> String {
        Self::blocks(blocks, self.canvas, self.text)
    }

    fn escaped(&self, words: &str) -> String {
        self.text.escaped(words)
    }

    fn marked(&self, words: &str) -> String {
        self.text.marked(words)
    }

    fn worth(&self, points: &str) -> String {
        if points.is_empty() {
            String::new()
        } else {
            format!("\\worth{{{}}}", self.escaped(points))
        }
    }

    fn how(&self, how: &str) -> String {
        if how.is_empty() {
            String::new()
        } else {
            format!("\\how{{{}}}", self.escaped(how))
        }
    }

    fn block(&self, block: &Block, share: Option<usize>) -> String {
        match block {
            Block::Part { name, points, body } => {
                let head = format!("\\heading{{{}{}}}", self.escaped(name), self.worth(points));
                let parts = body
                    .chunk_by(|a, b| is_worked(a) == is_worked(b))
                    .enumerate()
                    .map(|(at, some)| {
                        let within = self.within(some);
                        let head = if at == 0 { &*head } else { "" };
                        if is_worked(&some[0]) {
                            within
                        } else {
                            format!("\\pwpart{{{head}\n{within}}}")
                        }
                    });
                parts.collect::<Vec<_>>().join("\n")
            }
            Block::Prose(paragraphs) => paragraphs
                .iter()
                .map(|one| self.paragraph(one))
                .collect::<Vec<_>>()
                .join("\n"),
            Block::Given(table) => self.table(table),
            Block::Pairs { title, pairs } => self.pairs(title, pairs),
            Block::Figure(figure) => self.figure(figure),
            Block::Lines(lines) => self.lines(lines),
            Block::Steps(steps) => self.steps(steps),
            Block::Worksheet {
                prompt,
                points,
                heads,
                rows,
            } => self.worksheet(prompt, points, heads, rows),
            Block::Value {
                label,
                points,
                how,
                blank,
            } => {
                let rest = format!("{}{}:", self.how(how), self.worth(points));
                let room = self.marked(&stable_width(label).unwrap_or_else(|| label.clone()));
                let (label, boxed) = (self.marked(label), self::blank(blank, self.text));
                let (name, share) = match share {
                    Some(share) => ("pwnear", format!("{{0.{share}}}")),
                    None => ("pwvalue", String::new()),
                };
                format!("\\whole{{\\{name}{{{label}{rest}}}{{{room}{rest}}}{{{boxed}}}{share}}}")
            }
            Block::Fill {
                how,
                points,
                tables,
            } => {
                let tables: String = tables.iter().map(|table| self.table(table)).collect();
                format!(
                    "\\whole{{{}{}\n{tables}}}",
                    self.escaped(how),
                    self.worth(points)
                )
            }
            Block::Choice {
                text,
                how,
                points,
                options,
                ..
            } => self.choice(&[text, " ", how].concat(), points, options),
            Block::Essay {
                text,
                points,
                space,
                rubric,
                ..
            } => {
                let lead = format!("{}{}", self.marked(text), self.worth(points));
                let inside = if rubric.is_empty() {
                    "\\aline".repeat((*space / 8) as usize)
                } else {
                    let row = |(text, points): &(String, Option<String>)| {
                        let points = self.worth(points.as_deref().unwrap_or_default());
                        format!("\\point{{\\textbf{{{}}}{points}}}", self.marked(text))
                    };
                    rubric.iter().map(row).collect()
                };
                format!("\\whole{{{lead}\\room{{{space}mm}}{{{inside}}}}}")
            }
            Block::Space(height) => format!("\\pwspace{{{height}mm}}"),
            Block::Worked(steps) => {
                let canvas = self.canvas.indented(INDENT);
                format!("\\worked{{{}}}", Self::blocks(steps, canvas, self.text))
            }
        }
    }

    fn paragraph(&self, paragraph: &Paragraph) -> String {
        match paragraph {
            Paragraph::Words(words) => self.words(words, ""),
            Paragraph::Code(code) => self.lines(code),
        }
    }

    /// Pads the text before an item's points, so that the text has the same width in every version.
    fn words(&self, words: &str, points: &str) -> String {
        let worth = self.worth(points);
        let text = self.marked(words);
        match stable_width(words) {
            Some(room) => format!("\\words{{{text}{worth}}}{{{}{worth}}}", self.marked(&room)),
            None => format!("{text}{worth}\\par"),
        }
    }

    fn lines(&self, lines: &str) -> String {
        let lines: Vec<String> = lines
            .lines()
            // The braces part the line from the end of the line before, whose options would be `*` and `[`.
            .map(|line| format!("{{}}{}\\\\\n", self.text.fixed(line)))
            .collect();
        format!(
            "\\fit{{\\small\\ttfamily\\begin{{tabular}}{{@{{}}l@{{}}}}{}\\end{{tabular}}}}",
            lines.concat()
        )
    }

    fn steps(&self, steps: &[(String, String)]) -> String {
        let step = |(number, (who, what)): (usize, &(String, String))| {
            let who = if who.is_empty() {
                String::new()
            } else {
                format!("\\textbf{{{}}} ", self.escaped(who))
            };
            format!(
                "\\par\\hangindent=2em\\hangafter=1\\makebox[2em][l]{{{number}.}}{who}{}\\par\n",
                self.marked(what)
            )
        };
        (1..).zip(steps).map(step).collect()
    }

    fn pairs(&self, title: &str, pairs: &[(String, String)]) -> String {
        let row = |(name, value): &(String, String)| {
            format!("{} & {}\\\\\n", self.escaped(name), self.escaped(value))
        };
        let rows: String = pairs.iter().map(row).collect();
        let title = if title.is_empty() {
            String::new()
        } else {
            format!("\\textbf{{{}}}\\par\\vspace{{0.3em}}", self.escaped(title))
        };
        format!(
            "\\whole{{{title}\\begin{{tabular}}{{@{{}}>{{\\raggedright\\arraybackslash}}p{{0.36\\linewidth}}>{{\\raggedright\\arraybackslash}}p{{0.56\\linewidth}}@{{}}}}\\hline\n{rows}\\hline\\end{{tabular}}}}"
        )
    }

    fn worksheet(
        &self,
        prompt: &str,
        points: &str,
        heads: &[String; 2],
        rows: &[WorksheetRow],
    ) -> String {
        let row = |row: &WorksheetRow| {
            format!(
                "{}{} & {}\\\\[0.25em]\n",
                self.escaped(&row.label),
                self.how(&row.how),
                blank(&row.blank, self.text)
            )
        };
        let written: String = rows.iter().map(row).collect();
        let heads: Vec<String> = heads
            .iter()
            .map(|head| format!("\\textbf{{{}}}", self.escaped(head)))
            .collect();
        let lead = self.words(prompt, points);
        let longest = rows
            .iter()
            .map(|row| row.label.chars().count() + row.how.chars().count())
            .max()
            .unwrap_or(0);
        let column = if longest > LONG {
            ">{\\raggedright\\arraybackslash}m{0.6\\linewidth}"
        } else {
            "l"
        };
        format!(
            "\\whole{{{lead}\\begin{{tabular}}{{@{{}}{column}@{{\\hspace{{2em}}}}l@{{}}}}\n{}\\\\[0.2em]\n{written}\\end{{tabular}}}}",
            heads.join(" & ")
        )
    }

    fn choice(&self, text: &str, points: &str, options: &[Choice]) -> String {
        let option = |option: &Choice| {
            format!(
                "\\option{{{}}}{{{}}}",
                if option.ticked { "X" } else { "" },
                self.words(&option.text, "")
            )
        };
        let options = options.iter().map(option).collect::<Vec<_>>().join("\n");
        format!(
            "\\whole{{{}{}\n{options}}}",
            self.marked(text),
            self.worth(points)
        )
    }

    /// Renders a figure's drawings, side by side if they fit.
    fn figure(&self, figure: &Figure) -> String {
        let drawn = self.canvas.draw(figure, |placed, _| {
            (placed.width, latex(placed, &|text| self.text.fixed(text)))
        });
        let wide: f64 = drawn.iter().map(|(width, _)| width + 4.0).sum();
        let between = if wide <= self.canvas.room + 4.5 {
            "\\hspace{4mm}"
        } else {
            "\\par\\vspace{2mm}"
        };
        let drawn: Vec<String> = drawn.into_iter().map(|(_, drawing)| drawing).collect();
        format!("\\whole{{{}}}", drawn.join(between))
    }

    /// Renders a table in which each column is as wide as its widest possible contents.
    fn table(&self, table: &Table) -> String {
        let widths = table.widths();
        let columns = table
            .columns()
            .zip(&widths)
            .map(|((at, _, begins), width)| {
                let side = if table.has_word(at) || table.has_blank(at) {
                    "l"
                } else {
                    "r"
                };
                let width =
                    f64::from(*width) * CHARACTER + if table.has_blank(at) { 0.7 } else { 0.0 };
                format!(
                    "{}w{{{side}}}{{{width:.2}em}}",
                    if begins { "|" } else { "" }
                )
            });
        let columns: String = columns.collect();
        let heads: Vec<String> = table
            .columns()
            .map(|(_, name, _)| format!("\\textnormal{{{}}}", self.text.fixed(name)))
            .collect();
        let row = |row: &Vec<Cell>| {
            let cells = row.iter().map(|cell| match cell {
                Cell::Word(text) | Cell::Number(text) => self.text.fixed(text),
                Cell::Blank(blank) => self::blank(blank, self.text),
            });
            let below = if row.iter().any(|cell| matches!(cell, Cell::Blank(_))) {
                "[0.2em]"
            } else {
                ""
            };
            format!("{}\\\\{below}\n", cells.collect::<Vec<_>>().join(" & "))
        };
        let rows: String = table.rows.iter().map(row).collect();
        let title = if table.title.is_empty() {
            String::new()
        } else {
            format!(
                "\\textbf{{{}}}\\par\\vspace{{0.3em}}",
                self.escaped(&table.title)
            )
        };
        format!(
            "\\whole{{{title}\\fit{{\\ttfamily\\setlength\\tabcolsep{{0.35em}}\\begin{{tabular}}{{{columns}}}\\hline\n{}\\\\\\hline\n{rows}\\hline\\end{{tabular}}}}}}",
            heads.join(" & ")
        )
    }
}

fn is_worked(block: &Block) -> bool {
    matches!(block, Block::Worked(_))
}
