//! A paper as Markdown.

use std::fmt::Write;

use super::plan::sheet;
use super::prose;
use super::style::{Edition, Style};
use super::tree::{
    Blank, Block, Cell, Choice, Figure, Front, Paragraph, Table, WorksheetRow, flush,
};
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
    let say = |words| escaped(style.labels.localize(words));
    let mut out = String::new();
    cover(&mut out, &sheet.front, sheet.code.as_deref());
    list(
        &mut out,
        &format!("## {}", say("Instructions")),
        &sheet.front.instructions,
    );
    list(
        &mut out,
        &format!("## {}", say("Assumptions")),
        &sheet.front.assumptions,
    );
    for question in &sheet.questions {
        let _ = writeln!(
            out,
            "## {} {} ({})\n",
            question.number,
            escaped(&question.title),
            escaped(&question.points)
        );
        let (introduction, rest) = question.parts_on_page();
        blocks(&mut out, introduction);
        list(
            &mut out,
            &format!("*{}*", say("Assumptions")),
            &question.assumptions,
        );
        blocks(&mut out, rest);
    }
    out
}

fn cover(out: &mut String, front: &Front, code: Option<&str>) {
    let edition = front
        .edition
        .as_ref()
        .map_or_else(String::new, |edition| format!(": {}", escaped(edition)));
    let _ = writeln!(out, "# {}{edition}\n", escaped(&front.title));
    let said = front
        .cover
        .iter()
        .map(|(name, words)| format!("{}: {}", escaped(name), escaped(words)));
    let said: Vec<String> = said
        .chain(code.map(|code| format!("Version: {}", escaped(code))))
        .collect();
    if !said.is_empty() {
        let _ = writeln!(out, "{}\n", said.join(" · "));
    }
    let owner = front
        .owner
        .iter()
        .map(|(label, blank)| format!("{}: {}", escaped(label), boxed(blank)));
    let _ = writeln!(out, "{}\n", owner.collect::<Vec<_>>().join(" "));
    grid(out, front);
}

fn grid(out: &mut String, front: &Front) {
    let grid = &front.grid;
    let mut row = |head: &str, cells: Vec<&str>, last: &str| {
        let cells = std::iter::once(head)
            .chain(cells)
            .chain([last])
            .collect::<Vec<_>>()
            .join(" | ");
        let _ = writeln!(out, "| {cells} |");
    };
    row(
        &grid.heads[0],
        grid.questions
            .iter()
            .map(|(number, _)| number.as_str())
            .collect(),
        &grid.total.0,
    );
    row("---", grid.questions.iter().map(|_| "---").collect(), "---");
    row(
        &grid.heads[1],
        grid.questions
            .iter()
            .map(|(_, points)| points.as_str())
            .collect(),
        &grid.total.1,
    );
    row(
        &grid.heads[2],
        grid.questions.iter().map(|_| "").collect(),
        "",
    );
    out.push('\n');
}

fn list(out: &mut String, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "{title}\n");
    for item in items {
        let _ = writeln!(out, "- {}", marked(item));
    }
    out.push('\n');
}

fn blocks(out: &mut String, blocks: &[Block]) {
    for block in blocks {
        self::block(out, block);
    }
}

fn block(out: &mut String, block: &Block) {
    match block {
        Block::Part { name, points, body } => {
            let _ = writeln!(out, "### {}{}\n", escaped(name), worth(points));
            blocks(out, body);
        }
        Block::Prose(paragraphs) => self::paragraphs(out, paragraphs),
        Block::Given(table) => self::table(out, table),
        Block::Pairs { title, pairs } => {
            write_fenced(
                out,
                doc::Block::Pairs {
                    title: title.clone(),
                    pairs: pairs.clone(),
                },
            );
        }
        Block::Figure(figure) => self::figure(out, figure),
        Block::Lines(lines) => fenced(out, lines),
        Block::Steps(steps) => self::steps(out, steps),
        Block::Worksheet {
            prompt,
            points,
            heads,
            rows,
        } => {
            let _ = writeln!(out, "{}{}\n", marked(prompt), worth(points));
            worksheet(out, heads, rows);
        }
        Block::Value {
            label,
            points,
            how,
            blank,
        } => {
            let how = if how.is_empty() {
                String::new()
            } else {
                format!(" ({})", escaped(how))
            };
            let _ = writeln!(
                out,
                "{}{}: {}{how}\n",
                marked(label),
                worth(points),
                boxed(blank)
            );
        }
        Block::Fill {
            how,
            points,
            tables,
        } => {
            let _ = writeln!(out, "{}{}\n", marked(how), worth(points));
            for table in tables {
                self::table(out, table);
            }
        }
        Block::Choice {
            text,
            how,
            points,
            options,
            ..
        } => {
            let _ = writeln!(out, "{} {}{}\n", marked(text), escaped(how), worth(points));
            choice(out, options);
        }
        Block::Essay {
            text,
            points,
            space,
            rubric,
            ..
        } => {
            let _ = writeln!(out, "{}{}\n", marked(text), worth(points));
            essay(out, *space, rubric);
        }
        // Markdown has no heights.
        Block::Space(_) => {}
        Block::Worked(steps) => blocks(out, steps),
    }
}

fn paragraphs(out: &mut String, paragraphs: &[Paragraph]) {
    for paragraph in paragraphs {
        match paragraph {
            Paragraph::Words(words) => {
                let _ = writeln!(out, "{}\n", marked(words));
            }
            Paragraph::Code(code) => fenced(out, code),
        }
    }
}

fn steps(out: &mut String, steps: &[(String, String)]) {
    for (number, (who, what)) in (1..).zip(steps) {
        let who = if who.is_empty() {
            String::new()
        } else {
            format!("{}: ", escaped(who))
        };
        let _ = writeln!(out, "{number}. {who}{}", marked(what));
    }
    out.push('\n');
}

/// Writes terminal output in a code fence.
fn write_fenced(out: &mut String, block: doc::Block) {
    fenced(out, &flush(&text(&[block], false)));
}

/// Adds a table in its terminal form, with groups of columns.
fn table(out: &mut String, table: &Table) {
    let cell = |cell: &Cell| match cell {
        Cell::Word(text) => doc::Cell::word(text),
        Cell::Number(text) => doc::Cell::number(text),
        Cell::Blank(blank) => doc::Cell::number(
            blank
                .content
                .clone()
                .unwrap_or_else(|| "_".repeat(blank.width as usize)),
        ),
    };
    let rows = table
        .rows
        .iter()
        .map(|row| row.iter().map(cell).collect())
        .collect();
    write_fenced(
        out,
        doc::Block::Table(doc::Table {
            title: table.title.clone(),
            groups: table.groups.clone(),
            rows,
        }),
    );
}

fn figure(out: &mut String, figure: &Figure) {
    for text in texts(figure) {
        fenced(out, &text);
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

/// Returns ` (8 points)`, or nothing if the container shows its points.
fn worth(points: &str) -> String {
    // A period after a digit begins a list only at the start of a line.
    if points.is_empty() {
        String::new()
    } else {
        format!(" ({})", escaped(points).replace("\\.", "."))
    }
}

/// Adds text in a code fence that the text itself cannot close.
fn fenced(out: &mut String, text: &str) {
    let fence = fence(text, 3);
    let _ = writeln!(out, "{fence}text\n{text}\n{fence}\n");
}

fn worksheet(out: &mut String, heads: &[String; 2], rows: &[WorksheetRow]) {
    let _ = writeln!(
        out,
        "| {} | {} |\n| --- | --- |",
        escaped(&heads[0]),
        escaped(&heads[1])
    );
    for row in rows {
        let how = if row.how.is_empty() {
            String::new()
        } else {
            format!(" ({})", escaped(&row.how))
        };
        let _ = writeln!(
            out,
            "| {}{how} | {} |",
            escaped(&row.label),
            boxed(&row.blank)
        );
    }
    out.push('\n');
}

/// Returns a box with its unit, and with one place per digit if the number of digits is known.
fn boxed(blank: &Blank) -> String {
    let words = match blank.content.as_deref() {
        None => {
            let places = blank.digits.unwrap_or(blank.width.min(8)) as usize;
            code(&format!("{}{}", blank.prefix, "_".repeat(places)))
        }
        // A dash within a line does not start a list.
        Some("-") => "**-**".to_owned(),
        Some(answer) => format!("**{}**", escaped(answer)),
    };
    let unit = blank
        .unit
        .as_ref()
        .map_or_else(String::new, |unit| format!(" {}", escaped(unit)));
    format!("{words}{unit}")
}

fn choice(out: &mut String, options: &[Choice]) {
    for option in options {
        let tick = if option.ticked { "x" } else { " " };
        let _ = writeln!(
            out,
            "- [{tick}] {}",
            marked(&option.text).replace('\n', " ")
        );
    }
    out.push('\n');
}

/// Adds the rubric, or ruled lines 8 mm apart.
fn essay(out: &mut String, space: u32, rubric: &[(String, Option<String>)]) {
    if rubric.is_empty() {
        let rule = "_".repeat(72);
        let rules: Vec<&str> = (0..space.div_ceil(8)).map(|_| rule.as_str()).collect();
        return fenced(out, &rules.join("\n"));
    }
    for (text, points) in rubric {
        let points = points
            .as_ref()
            .map_or_else(String::new, |points| format!(" ({})", escaped(points)));
        let _ = writeln!(out, "- {}{points}", marked(text));
    }
    out.push('\n');
}

/// Returns text as code, between more backticks than it contains.
fn code(words: &str) -> String {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.contains('`') {
        let fence = fence(&words, 2);
        format!("{fence} {words} {fence}")
    } else {
        format!("`{words}`")
    }
}

/// Returns at least `least` backticks, which the text does not contain.
fn fence(text: &str, least: usize) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(least.max(longest + 1))
}

/// Escapes text for Markdown and HTML, with code between backticks.
fn marked(words: &str) -> String {
    let line = |line: &str| {
        let mut begins = true;
        prose::marked(
            line.trim(),
            |words| escaped_line(words, std::mem::take(&mut begins)),
            code,
        )
    };
    words.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Escapes text for Markdown and HTML.
fn escaped(words: &str) -> String {
    let line = |line: &str| escaped_line(line.trim(), true);
    words.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Escapes a part of a line. Some characters have a meaning only at the beginning of the line.
fn escaped_line(line: &str, begins: bool) -> String {
    let mut out = String::with_capacity(line.len());
    let number = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    for (place, character) in line.char_indices() {
        let has_meaning = place == 0 && "-+=~".contains(character)
            || number > 0 && place == number && ".)".contains(character);
        if begins && has_meaning || "\\`*_<>[]|#&$".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn words_mean_nothing_to_markdown() {
        assert_eq!(
            escaped("a_b *c* <script> | `x`"),
            "a\\_b \\*c\\* \\<script\\> \\| \\`x\\`"
        );
        assert_eq!(escaped("1. one\n- two\n2 + 2"), "1\\. one\n\\- two\n2 + 2");
    }
}
