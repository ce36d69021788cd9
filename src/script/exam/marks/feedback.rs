//! Feedback for a student: the answer, the key, the points, and the reason for each blank.

use std::fmt::Write;

use crate::exam::field::{Asked, Field, fields};
use crate::exam::formats::labels::Labels;
use crate::exam::formats::prompt::prompt;
use crate::exam::formats::{filled, label, page};
use crate::exam::grade::{Mark, Marked, Verdict, short};
use crate::exam::paper::Paper;
use crate::questions::entry::ItemKind;
use crate::questions::marked_by::MarkedBy;
use crate::report::xml::escaped;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Markdown,
    /// A self-contained HTML page.
    Html,
}

impl Format {
    pub fn extension(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Html => "html",
        }
    }
}

/// Maximum number of correct answers that a key lists.
const LISTED: usize = 8;
/// Maximum number of characters quoted from an answer.
const REPEATED: usize = 300;

/// A row of the table.
struct Row {
    field: String,
    asked: String,
    written: String,
    right: String,
    points: String,
    why: String,
}

/// Returns a student's feedback on the paper.
pub fn feedback(paper: &Paper, marked: &Marked, format: Format) -> String {
    let title = paper
        .cover
        .iter()
        .find(|(name, _)| &**name == "title")
        .map_or("Exam", |(_, words)| words);
    let fields = fields(paper);
    let mut whose = vec![marked.name.as_str(), marked.id.as_str()];
    whose.retain(|text| !text.is_empty());
    let version = Some(marked.version.as_str()).filter(|code| !code.is_empty());
    let mut out = Page {
        format,
        out: String::new(),
    };
    out.begin(title, &whose.join(", "));
    if let Some(code) = version {
        out.line(&format!("Version {code}"));
    }
    out.line(&format!(
        "{} of {} points",
        short(marked.total),
        short(marked.of)
    ));
    let pending = marked.pending();
    if !pending.is_zero() {
        out.line(&format!(
            "{} points must still be marked by hand.",
            short(pending)
        ));
    }
    for (number, question) in paper.questions.iter().enumerate() {
        let own: Vec<&Mark> = marked
            .marks
            .iter()
            .filter(|mark| mark.question == number)
            .collect();
        if own.is_empty() {
            continue;
        }
        let (points, of) = marked.question(number);
        out.heading(&format!(
            "{} {} ({} of {})",
            number + 1,
            question.title,
            short(points),
            short(of)
        ));
        let rows = own
            .iter()
            .map(|mark| row(mark, fields.iter().find(|field| field.name == mark.field)));
        out.table(rows.collect());
    }
    out.end();
    out.out
}

fn row(mark: &Mark, field: Option<&Field>) -> Row {
    Row {
        field: mark.field.clone(),
        asked: field.map_or_else(String::new, asked),
        written: mark.written.chars().take(REPEATED).collect(),
        right: field.map_or_else(String::new, right),
        points: format!("{} of {}", short(mark.points), short(mark.of)),
        why: field.map_or_else(|| why(mark, &str::to_owned), |field| why_of(mark, field)),
    }
}

pub(crate) fn asked(field: &Field) -> String {
    match (field.asked, &field.item.kind) {
        (Asked::Blank(_), ItemKind::Value { label, .. }) => label.clone(),
        (Asked::Blank(blank), ItemKind::Author(table)) => table
            .blanks()
            .find(|(.., cell, _)| std::ptr::eq(*cell, blank))
            .map_or_else(String::new, |(row, at, ..)| table.label(row, at)),
        (Asked::Blank(blank), _) => label(blank),
        (Asked::Cell { column, .. }, ItemKind::Table { table, .. }) => {
            let title = |name: &str| Labels::default().table(name);
            let first = table.rows.get(field.row).and_then(|cells| cells.first());
            let name = table
                .groups
                .iter()
                .flatten()
                .next()
                .filter(|name| *name != column);
            match (name, first) {
                (Some(name), Some(cell)) => format!("{} ({name} {cell})", title(column)),
                _ => title(column),
            }
        }
        (_, ItemKind::Any { .. }) => prompt(field.item, &Labels::default(), false),
        (_, ItemKind::Choice { text, .. } | ItemKind::Essay { text, .. }) => text.clone(),
        _ => String::new(),
    }
}

/// Returns the right answer as the key prints it.
pub(crate) fn right(field: &Field) -> String {
    match (field.asked, &field.item.kind) {
        (Asked::Blank(blank), _) => {
            let unit = blank
                .unit
                .as_ref()
                .map_or_else(String::new, |unit| format!(" {unit}"));
            format!("{}{unit}", filled(blank, page::bare(field.item)))
        }
        (Asked::Cell { column, cell, .. }, ItemKind::Table { table, .. }) => {
            let word = page::yes_or_no(table.id, column, cell);
            word.map_or_else(|| cell.shown().to_string(), str::to_owned)
        }
        (_, ItemKind::Any { answers, radix, .. }) => {
            let first = answers
                .first
                .iter()
                .take(LISTED)
                .map(|value| radix.write(value, None));
            let more = if answers.all && answers.first.len() <= LISTED {
                ""
            } else {
                ", …"
            };
            format!("any of {}{more}", first.collect::<Vec<_>>().join(", "))
        }
        (_, ItemKind::Choice { options, .. }) => {
            let correct = options
                .iter()
                .filter(|option| option.correct)
                .map(|option| &*option.text);
            correct.collect::<Vec<_>>().join("; ")
        }
        (_, ItemKind::Essay { rubric, .. }) => rubric
            .iter()
            .map(|row| row.text.as_str())
            .collect::<Vec<_>>()
            .join("; "),
        _ => String::new(),
    }
}

/// Returns the paper's name for a fact of the same operation.
fn called(field: &Field, fact: &str) -> String {
    let ItemKind::Facts { blanks, .. } = &field.item.kind else {
        return fact.to_owned();
    };
    let blank = blanks.iter().find(|blank| *blank.fact == *fact);
    blank.map_or_else(
        || fact.to_owned(),
        |blank| label(blank).trim_end_matches('?').to_owned(),
    )
}

/// Returns the reason for a mark, with the paper's names of facts.
pub(crate) fn why_of(mark: &Mark, field: &Field) -> String {
    let reason = why(mark, &|fact| called(field, fact));
    let is_right = matches!(mark.verdict, Verdict::Right | Verdict::Accepted);
    if !is_right || !mark.points.is_zero() || mark.of.is_zero() {
        return reason;
    }
    let but = match field.item.printed.marks {
        Some(MarkedBy::Row) => "another cell of the row is not right",
        Some(MarkedBy::Column) => "another cell of the column is not right",
        None => "a rule also demands other answers, and one of them is not right",
    };
    format!("{reason}, but {but}")
}

fn why(mark: &Mark, called: &dyn Fn(&str) -> String) -> String {
    let named = |facts: &[String]| {
        facts
            .iter()
            .map(|fact| called(fact))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mistakes = match &mark.mistakes[..] {
        [] => String::new(),
        some => format!(" ({})", some.join("; ")),
    };
    match &mark.verdict {
        Verdict::Right => "right".to_owned(),
        Verdict::Accepted => "accepted".to_owned(),
        Verdict::Carried(from) => format!("carried from {}", named(from)),
        Verdict::Follows(from) => format!("a dash that follows from {}", named(from)),
        Verdict::Partly => "some are right".to_owned(),
        Verdict::Wrong => format!("wrong{mistakes}"),
        Verdict::Unreadable => "not readable as an answer".to_owned(),
        Verdict::Unanswered => "no answer".to_owned(),
        Verdict::ByHand => "marked by hand".to_owned(),
        Verdict::Pending => "to be marked by hand".to_owned(),
        Verdict::Voided => "does not count".to_owned(),
    }
}

struct Page {
    format: Format,
    out: String,
}

const COLUMNS: [&str; 6] = ["Field", "Asked", "You wrote", "Right", "Points", "Why"];

impl Page {
    fn begin(&mut self, title: &str, whose: &str) {
        let (title, whose) = (self.text(title), self.text(whose));
        let _ = match self.format {
            Format::Markdown => writeln!(self.out, "# {title}\n\n{whose}\n"),
            Format::Html => writeln!(
                self.out,
                "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\n<style>\
                 body{{font-family:sans-serif;max-width:60em;margin:2em auto}}table{{border-collapse:collapse}}\
                 th,td{{border:1px solid #999;padding:.2em .5em;text-align:left}}</style></head><body>\n\
                 <h1>{title}</h1>\n<p><bdi>{whose}</bdi></p>"
            ),
        };
    }

    fn line(&mut self, text: &str) {
        let text = self.text(text);
        let _ = match self.format {
            Format::Markdown => writeln!(self.out, "{text}\n"),
            Format::Html => writeln!(self.out, "<p>{text}</p>"),
        };
    }

    fn heading(&mut self, text: &str) {
        let text = self.text(text);
        let _ = match self.format {
            Format::Markdown => writeln!(self.out, "## {text}\n"),
            Format::Html => writeln!(self.out, "<h2>{text}</h2>"),
        };
    }

    fn table(&mut self, rows: Vec<Row>) {
        match self.format {
            Format::Markdown => {
                let rule = COLUMNS.map(|_| "---");
                let _ = writeln!(
                    self.out,
                    "| {} |\n| {} |",
                    COLUMNS.join(" | "),
                    rule.join(" | ")
                );
                for row in rows {
                    let cells = row.cells().map(|cell| markdown(&cell));
                    let _ = writeln!(self.out, "| {} |", cells.join(" | "));
                }
                self.out.push('\n');
            }
            Format::Html => {
                let head = COLUMNS
                    .map(|name| format!("<th scope=\"col\">{name}</th>"))
                    .concat();
                let _ = writeln!(self.out, "<table>\n<thead><tr>{head}</tr></thead>\n<tbody>");
                for row in rows {
                    let cells = row
                        .cells()
                        .map(|cell| format!("<td><bdi>{}</bdi></td>", html(&cell)));
                    let _ = writeln!(self.out, "<tr>{}</tr>", cells.concat());
                }
                self.out.push_str("</tbody></table>\n");
            }
        }
    }

    fn end(&mut self) {
        if self.format == Format::Html {
            self.out.push_str("</body></html>\n");
        }
    }

    fn text(&self, text: &str) -> String {
        match self.format {
            Format::Markdown => markdown(text),
            Format::Html => html(text),
        }
    }
}

impl Row {
    fn cells(self) -> [String; 6] {
        [
            self.field,
            self.asked,
            self.written,
            self.right,
            self.points,
            self.why,
        ]
    }
}

/// Joins lines and removes characters that change how other characters are displayed.
fn tame(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    words
        .chars()
        .map(|c| if unseen(c) { '\u{FFFD}' } else { c })
        .collect()
}

/// Escapes text for Markdown and HTML.
pub fn markdown(text: &str) -> String {
    let mut out = String::new();
    for (at, c) in tame(text).chars().enumerate() {
        let begins = at == 0 && "-+=~.".contains(c);
        if begins
            || "\\`*_<>[]|#&$!~".contains(c)
            || at > 0 && c == ')' && out.bytes().all(|c| c.is_ascii_digit())
        {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn html(text: &str) -> String {
    escaped(&tame(text))
}

#[cfg(test)]
mod tests {
    use super::{html, markdown};

    #[test]
    fn nothing_that_was_written_comes_alive() {
        assert_eq!(
            html("<script>alert('&')</script>"),
            "&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"
        );
        assert_eq!(
            markdown("| [x](http://y) <b> `c`"),
            "\\| \\[x\\](http://y) \\<b\\> \\`c\\`"
        );
        assert_eq!(markdown("1) a\n- b"), "1\\) a - b");
        assert_eq!(html("a\u{202E}b\u{7}"), "a\u{FFFD}b\u{FFFD}");
    }
}
