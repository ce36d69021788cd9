//! Contents of a question.

use std::fmt::Write;

use super::escape::{boxed, marked};
use crate::exam::formats::canvas::Canvas;
use crate::exam::formats::tree::{
    Block, Cell, Choice, Figure, Paragraph, Table, WorksheetRow, kept, label_shares,
};
use crate::report::scene::placed_svg;
use crate::report::xml::escaped;

/// Width of the page without margins, in millimeters.
pub(crate) const ROOM: f64 = 174.0;

/// Renders blocks as part of a page, in the page's font size.
pub(crate) fn piece(blocks: &[Block], canvas: Canvas) -> String {
    let mut writer = Writer {
        out: String::new(),
        canvas,
    };
    writer.blocks(blocks);
    writer.out
}

/// Returns the figures among these blocks as SVG, in order.
pub(crate) fn figures(blocks: &[Block], canvas: Canvas) -> Vec<String> {
    let of = |block: &Block| match block {
        Block::Part { body, .. } | Block::Worked(body) => figures(body, canvas),
        Block::Figure(figure) => canvas.draw(figure, placed_svg),
        _ => Vec::new(),
    };
    blocks.iter().flat_map(of).collect()
}

struct Writer {
    out: String,
    canvas: Canvas,
}

impl Writer {
    fn blocks(&mut self, blocks: &[Block]) {
        for ((block, kept), share) in blocks
            .iter()
            .zip(kept(blocks))
            .zip(label_shares(blocks, self.canvas.columns()))
        {
            if kept {
                self.put("<div class=\"keep\">\n");
                self.block(block, share);
                self.put("</div>\n");
            } else {
                self.block(block, share);
            }
        }
    }

    fn put(&mut self, html: &str) {
        self.out.push_str(html);
    }

    fn block(&mut self, block: &Block, share: Option<usize>) {
        match block {
            Block::Part { name, points, body } => {
                let _ = writeln!(
                    self.out,
                    "<section class=\"part\">\n<h3 dir=\"auto\">{}{}</h3>",
                    escaped(name),
                    worth(points)
                );
                self.blocks(body);
                self.put("</section>\n");
            }
            Block::Prose(paragraphs) => self.prose(paragraphs),
            Block::Given(given) => table(&mut self.out, given, "given", self.canvas.columns()),
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
                let how = if how.is_empty() {
                    String::new()
                } else {
                    format!(" <span class=\"how\">({})</span>", escaped(how))
                };
                let boxed = boxed(blank);
                let share =
                    share.map_or_else(String::new, |share| format!(" style=\"flex:0 0 {share}%\""));
                let _ = writeln!(
                    self.out,
                    "<p class=\"value\" dir=\"auto\"><span{share}>{}{how}{}:</span> <span>{boxed}</span></p>",
                    marked(label),
                    worth(points)
                );
            }
            Block::Fill {
                how,
                points,
                tables,
            } => {
                let _ = writeln!(
                    self.out,
                    "<p class=\"lead\">{}{}</p>",
                    marked(how),
                    worth(points)
                );
                for of in tables {
                    table(&mut self.out, of, "fill", self.canvas.columns());
                }
            }
            Block::Choice {
                text,
                how,
                points,
                field,
                options,
            } => {
                let _ = writeln!(
                    self.out,
                    "<div class=\"choice\" data-field=\"{}\">\n<p class=\"lead\" dir=\"auto\">{} <span class=\"how\">{}</span>{}</p>",
                    escaped(field),
                    marked(text),
                    escaped(how),
                    worth(points)
                );
                self.choice(options);
                self.put("</div>\n");
            }
            Block::Essay {
                text,
                points,
                field,
                space,
                rubric,
            } => {
                let _ = writeln!(
                    self.out,
                    "<div class=\"essay\" data-field=\"{}\">\n<p class=\"lead\" dir=\"auto\">{}{}</p>",
                    escaped(field),
                    marked(text),
                    worth(points)
                );
                self.essay(*space, rubric);
                self.put("</div>\n");
            }
            Block::Space(height) => {
                let _ = writeln!(self.out, "<div style=\"height:{height}mm\"></div>");
            }
            Block::Worked(steps) => {
                self.put("<div class=\"worked\">\n");
                self.blocks(steps);
                self.put("</div>\n");
            }
        }
    }

    fn prose(&mut self, paragraphs: &[Paragraph]) {
        for paragraph in paragraphs {
            let _ = match paragraph {
                Paragraph::Words(words) => {
                    writeln!(self.out, "<p dir=\"auto\">{}</p>", marked(words))
                }
                Paragraph::Code(code) => {
                    writeln!(self.out, "<pre><code>{}</code></pre>", escaped(code))
                }
            };
        }
    }

    fn lines(&mut self, lines: &str) {
        let _ = writeln!(self.out, "<pre>{}</pre>", escaped(lines));
    }

    fn pairs(&mut self, title: &str, pairs: &[(String, String)]) {
        let _ = writeln!(
            self.out,
            "<table class=\"pairs\"><caption>{}</caption>\n<tbody>",
            escaped(title)
        );
        for (name, value) in pairs {
            let _ = writeln!(
                self.out,
                "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
                escaped(name),
                escaped(value)
            );
        }
        self.put("</tbody></table>\n");
    }

    fn steps(&mut self, steps: &[(String, String)]) {
        self.put("<ol>\n");
        for (who, what) in steps {
            let who = if who.is_empty() {
                String::new()
            } else {
                format!("<b>{}</b> ", escaped(who))
            };
            let _ = writeln!(self.out, "<li>{who}{}</li>", marked(what));
        }
        self.put("</ol>\n");
    }

    /// Adds a figure's drawings, side by side if they fit.
    fn figure(&mut self, figure: &Figure) {
        self.put("<figure style=\"display:flex;flex-wrap:wrap;gap:4mm\">\n");
        for drawing in self.canvas.draw(figure, placed_svg) {
            let _ = writeln!(self.out, "{drawing}");
        }
        self.put("</figure>\n");
    }

    fn worksheet(
        &mut self,
        prompt: &str,
        points: &str,
        heads: &[String; 2],
        rows: &[WorksheetRow],
    ) {
        let _ = writeln!(
            self.out,
            "<table class=\"worksheet\"><caption>{}{}</caption>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>",
            marked(prompt),
            worth(points),
            escaped(&heads[0]),
            escaped(&heads[1])
        );
        for row in rows {
            let how = if row.how.is_empty() {
                String::new()
            } else {
                format!(" <span class=\"how\">({})</span>", escaped(&row.how))
            };
            let boxed = boxed(&row.blank);
            let _ = writeln!(
                self.out,
                "<tr><th scope=\"row\">{}{how}</th><td>{boxed}</td></tr>",
                escaped(&row.label)
            );
        }
        self.put("</tbody></table>\n");
    }

    fn choice(&mut self, options: &[Choice]) {
        self.put("<ul class=\"options\" style=\"list-style:none\">\n");
        for option in options {
            let tick = if option.ticked { "<b>X</b>" } else { "&nbsp;" };
            let _ = writeln!(
                self.out,
                "<li dir=\"auto\"><span class=\"tick\" style=\"display:inline-block;width:1.1em;border:1px solid;text-align:center\">{tick}</span> {}</li>",
                marked(&option.text)
            );
        }
        self.put("</ul>\n");
    }

    /// Adds room for free text, with lines 8 mm apart. Adds the rubric to a key.
    fn essay(&mut self, space: u32, rubric: &[(String, Option<String>)]) {
        let _ = writeln!(
            self.out,
            "<div class=\"room\" style=\"min-height:{space}mm\">"
        );
        if rubric.is_empty() {
            for _ in 0..space / 8 {
                self.put("<div style=\"height:8mm;border-bottom:0.2mm solid;box-sizing:border-box\"></div>");
            }
        } else {
            self.put("<ul class=\"rubric\">\n");
            for (text, points) in rubric {
                let points = points
                    .as_ref()
                    .map_or_else(String::new, |points| worth(points));
                let _ = writeln!(
                    self.out,
                    "<li dir=\"auto\"><b>{}</b>{points}</li>",
                    marked(text)
                );
            }
            self.put("</ul>");
        }
        self.put("\n</div>\n");
    }
}

/// Returns the points of an item, or nothing if its container shows them.
fn worth(points: &str) -> String {
    if points.is_empty() {
        String::new()
    } else {
        format!(" <span class=\"points\">({})</span>", escaped(points))
    }
}

/// Width of a character in a table and width of the space between columns, relative to the text size.
const CHARACTER: f64 = 0.55;
const BETWEEN: f64 = 0.8;

/// Adds a table. `class` is its purpose. A table wider than `room` times the text size is scaled down.
fn table(out: &mut String, table: &Table, class: &str, room: f64) {
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
