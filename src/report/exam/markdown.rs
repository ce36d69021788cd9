//! A paper as Markdown.

use std::fmt::Write;

use super::assumptions::assumptions;
use super::edition::Edition;
use super::label::{empty, filled, how, label};
use super::page;
use crate::exam::paper::{Item, Paper, Piece, Question};
use crate::lang::value::Number;
use crate::report::doc::Block;
use crate::report::narrate::view;
use crate::report::text::text;
use crate::run::paper::entry::{Alternative, Blank, Figure, ItemKind};
use crate::run::view::View;

/// Answers of many that a key lists.
const LISTED: usize = 12;

/// A paper, or its key.
pub fn markdown(paper: &Paper, edition: Edition) -> String {
    let mut out = String::new();
    cover(&mut out, paper, edition);
    let each: Vec<Vec<String>> = paper.questions.iter().map(assumptions).collect();
    let same = each.windows(2).all(|pair| pair[0] == pair[1]);
    if let Some(first) = each.first().filter(|_| same) {
        list(&mut out, "## Assumptions", first);
    }
    for ((number, question), own) in (1..).zip(&paper.questions).zip(&each) {
        heading(&mut out, number, question);
        if !same {
            list(&mut out, "*Assumptions*", own);
        }
        pieces(&mut out, &question.body, edition);
    }
    out
}

fn cover(out: &mut String, paper: &Paper, edition: Edition) {
    let field = |name: &str| paper.cover.iter().find(|(known, _)| **known == *name).map(|(_, words)| words);
    let title = field("title").map_or_else(|| "Exam".to_owned(), |title| escaped(title));
    let key = match edition {
        Edition::Paper => "",
        Edition::Key => ": key",
        Edition::Solutions => ": solutions",
    };
    let _ = writeln!(out, "# {title}{key}\n");
    let rest = paper.cover.iter().filter(|(name, _)| &**name != "title");
    let rest: Vec<String> =
        rest.map(|(name, words)| format!("{}: {}", capital(name), escaped(words))).collect();
    if !rest.is_empty() {
        let _ = writeln!(out, "{}\n", rest.join(" · "));
    }
    if edition == Edition::Paper {
        let _ = writeln!(out, "Name: `{0}` ID: `{0}`\n", "_".repeat(24));
    }
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let over = |first: &str, each: &dyn Fn(usize, &Question) -> String, last: String| {
        let each = paper.questions.iter().enumerate().map(|(at, question)| each(at, question));
        row(std::iter::once(first.to_owned()).chain(each).chain([last]).collect())
    };
    out.push_str(&over("Question", &|at, _| (at + 1).to_string(), "Total".to_owned()));
    out.push_str(&over("---", &|_, _| "---".to_owned(), "---".to_owned()));
    out.push_str(&over("Points", &|_, question| question.points.to_string(), paper.points().to_string()));
    out.push_str(&over("Score", &|_, _| String::new(), String::new()));
    out.push('\n');
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn list(out: &mut String, title: &str, items: &[String]) {
    let _ = writeln!(out, "{title}\n");
    for item in items {
        let _ = writeln!(out, "- {}", escaped(item));
    }
    out.push('\n');
}

fn heading(out: &mut String, number: usize, question: &Question) {
    let _ = writeln!(out, "## {number} {} ({})\n", escaped(&question.title), page::points(question.points));
}

fn pieces(out: &mut String, body: &[Piece], edition: Edition) {
    for piece in body {
        match piece {
            Piece::Text(words) => {
                let _ = writeln!(out, "{}\n", escaped(words));
            }
            Piece::Given(views) | Piece::Figure(Figure::Views(views)) => given(out, views),
            Piece::Figure(figure) => bits(out, figure, edition),
            Piece::Item(item) => self::item(out, item, edition),
            Piece::Part { name, points, body } => {
                let _ = writeln!(out, "### {} ({})\n", escaped(name), page::points(*points));
                pieces(out, body, edition);
            }
        }
    }
}

fn given(out: &mut String, views: &[View]) {
    for view in views {
        let blocks = view::blocks(view);
        fenced(out, &text(&blocks, false));
    }
}

/// Text in a fence that it does not close itself.
fn fenced(out: &mut String, text: &str) {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let lines: Vec<&str> = text.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
    let _ = writeln!(out, "{fence}text\n{}\n{fence}\n", lines.join("\n").trim_end());
}

fn bits(out: &mut String, figure: &Figure, edition: Edition) {
    let Some((title, boxes)) = page::bits(figure, edition) else { return };
    let line =
        |words: Vec<String>| words.iter().map(|word| format!("{word:>2}")).collect::<Vec<_>>().join(" ");
    let mut drawn = format!("{title}\n");
    // A row for 32 bits: wider ones would not stand on a page.
    for row in boxes.chunks(32) {
        let _ = writeln!(drawn, "{}", line(row.iter().map(|(bit, _)| bit.to_string()).collect()));
        let _ = writeln!(drawn, "{}", line(row.iter().map(|(_, digit)| digit.clone()).collect()));
    }
    fenced(out, &drawn);
}

fn item(out: &mut String, item: &Item, edition: Edition) {
    let worth = format!("({})", page::points(item.points));
    match &item.kind {
        ItemKind::Facts { blanks, .. } => {
            let _ = writeln!(out, "{} {worth}\n", code(&page::operation(item)));
            worksheet(out, blanks, page::bare(item), edition);
        }
        ItemKind::Value { label, blank } => {
            let _ = writeln!(out, "{} {worth}: {}\n", escaped(label), boxed(blank, true, edition));
        }
        ItemKind::Table { table, columns } => {
            let _ = writeln!(out, "Fill in the table. {worth}\n");
            let table = page::asked_table(table, columns, edition);
            fenced(out, &text(&[Block::Table(table)], false));
        }
        ItemKind::Any { among, answers, radix, .. } => {
            let box_ = match edition {
                Edition::Paper => code(&"_".repeat(12)),
                Edition::Key | Edition::Solutions => {
                    let first = answers.first.iter().take(LISTED);
                    let shown: Vec<String> = first.map(|value| code(&radix.write(value, None))).collect();
                    let more = if answers.all && answers.first.len() <= LISTED { "" } else { ", …" };
                    format!("any of {}{more}", shown.join(", "))
                }
            };
            let _ = writeln!(out, "Any {} ({}) {worth}: {box_}\n", code(among), radix.name());
        }
        ItemKind::Choice { text, options } => choice(out, text, options, &worth, edition),
        ItemKind::Essay { text, space, rubric } => {
            let _ = writeln!(out, "{} {worth}\n", escaped(text));
            match edition {
                Edition::Paper => lines(out, *space),
                Edition::Key | Edition::Solutions => {
                    for row in rubric {
                        let points =
                            row.points.map_or_else(String::new, |n| format!(" ({})", page::points(n)));
                        let _ = writeln!(out, "- {}{points}", escaped(&row.text));
                    }
                    out.push('\n');
                }
            }
        }
    }
}

fn worksheet(out: &mut String, blanks: &[Blank], bare: bool, edition: Edition) {
    let _ = writeln!(out, "| Parameter | Value |\n| --- | --- |");
    for blank in blanks {
        let how = how(blank, bare);
        let how = if how.is_empty() { how } else { format!(" ({how})") };
        let _ = writeln!(out, "| {}{} | {} |", escaped(&label(blank)), how, boxed(blank, bare, edition));
    }
    out.push('\n');
}

/// A blank's box with its unit. That of a value says its radix itself.
fn boxed(blank: &Blank, bare: bool, edition: Edition) -> String {
    let words = match edition {
        Edition::Paper => code(&empty(blank)),
        Edition::Key | Edition::Solutions => match filled(blank, bare).as_str() {
            // No list begins within a line.
            "-" => "**-**".to_owned(),
            answer => format!("**{}**", escaped(answer)),
        },
    };
    let unit = blank.unit.as_ref().map_or_else(String::new, |unit| format!(" {}", escaped(unit)));
    let radix = match how(blank, bare) {
        how if blank.fact.is_empty() && !how.is_empty() => format!(" ({how})"),
        _ => String::new(),
    };
    format!("{words}{unit}{radix}")
}

fn choice(out: &mut String, text: &str, options: &[Alternative], worth: &str, edition: Edition) {
    let several = options.iter().filter(|option| option.correct).count() > 1;
    let how = if several { "Tick all that are correct." } else { "Tick one." };
    let _ = writeln!(out, "{} {how} {worth}\n", escaped(text));
    for option in options {
        let tick = if option.correct && edition.filled() { "x" } else { " " };
        let _ = writeln!(out, "- [{tick}] {}", escaped(&option.text).replace('\n', " "));
    }
    out.push('\n');
}

/// Ruled lines, 8 mm apart; five where nothing is said.
fn lines(out: &mut String, space: Option<Number>) {
    let count = space.map_or(5, |space| (space.to_f64() / 8.0).ceil().clamp(1.0, 250.0) as usize);
    let rule = "_".repeat(72);
    let rules: Vec<&str> = (0..count).map(|_| rule.as_str()).collect();
    fenced(out, &rules.join("\n"));
}

/// Words as code.
fn code(words: &str) -> String {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.contains('`') { format!("`` {words} ``") } else { format!("`{words}`") }
}

/// Words that mean nothing to Markdown or HTML.
fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for (at, line) in words.lines().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let line = line.trim();
        let number = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        for (place, character) in line.char_indices() {
            let begins = place == 0 && "-+=~".contains(character)
                || number > 0 && place == number && ".)".contains(character);
            if begins || "\\`*_<>[]|#&$".contains(character) {
                out.push('\\');
            }
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn words_mean_nothing_to_markdown() {
        assert_eq!(escaped("a_b *c* <script> | `x`"), "a\\_b \\*c\\* \\<script\\> \\| \\`x\\`");
        assert_eq!(escaped("1. one\n- two\n2 + 2"), "1\\. one\n\\- two\n2 + 2");
    }
}
