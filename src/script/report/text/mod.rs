//! The narration of a run as text for a terminal or a pipe, written incrementally.

mod grid;
mod layout;
mod ruler;
mod theme;

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use super::broken::broken;
use super::doc::{Blank, Block, Checks, Step};
use super::excerpt::visible;
use super::narrate::{self, Narrator};
use super::scene;
use crate::lang::source::Sources;
use crate::run::record::{Sink, StepRecord, Totals};
pub use theme::{Fit, Ink, Theme};
use theme::{HANG, line, padded, width, wrapped};

/// Maximum length of the narration in bytes, which protects against scripts that loop.
const BUDGET: u64 = 64 << 20;

/// Column of a statement's location if the statement is short enough.
const PLACE: usize = 64;

/// Minimum width of values that are printed next to their names.
const BESIDE: usize = 20;

/// Options of the text output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Whether to add the numbered steps of every access.
    pub explain: bool,
    /// The appearance.
    pub theme: Theme,
}

/// Writes the narration of a run as text.
pub struct TextSink<'s, W: Write> {
    out: BufWriter<W>,
    narrator: Narrator<'s>,
    theme: Theme,
    written: u64,
    budget: u64,
    /// Whether the last statement printed output below its own line, so that an empty line must follow.
    spaced: bool,
    error: Option<io::Error>,
}

impl<'s, W: Write> TextSink<'s, W> {
    /// Creates a sink for one script.
    pub fn new(out: W, sources: &'s Sources, options: Options) -> Self {
        Self {
            out: BufWriter::with_capacity(1 << 16, out),
            narrator: Narrator::new(sources, options.explain),
            theme: options.theme,
            written: 0,
            budget: BUDGET,
            spaced: false,
            error: None,
        }
    }

    /// Writes the summary of the run. `errors` is the number of errors in the script.
    ///
    /// # Errors
    /// Returns any earlier or current output error, including a closed pipe.
    pub fn finish(mut self, totals: Totals, errors: usize) -> io::Result<()> {
        let rest = self.narrator.rest();
        if self.written < self.budget {
            self.write_blocks(&rest);
        }
        self.write("\n");
        let (tone, text) = narrate::summary(totals, errors);
        let mut line = String::new();
        wrapped(&mut line, 0, Ink::for_tone(tone), &text, self.theme);
        self.write(&line);
        match self.error {
            Some(error) => Err(error),
            None => self.out.flush(),
        }
    }

    fn write_blocks(&mut self, blocks: &[Block]) {
        let mut text = String::new();
        for (at, block) in blocks.iter().enumerate() {
            let heading = matches!(block, Block::Heading(_));
            let opens = heading || matches!(block, Block::Statement { .. });
            let has_more = blocks
                .get(at + 1)
                .is_some_and(|next| !matches!(next, Block::Statement { .. }));
            if opens && (self.spaced || has_more || heading) && self.written > 0 {
                text.push('\n');
            }
            self.spaced = heading || !opens;
            draw(&mut text, block, self.theme);
        }
        self.write(&text);
    }

    fn write(&mut self, text: &str) {
        if self.error.is_none() {
            self.written += text.len() as u64;
            self.error = self.out.write_all(text.as_bytes()).err();
        }
    }
}

impl<W: Write> Sink for TextSink<'_, W> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if self.written >= self.budget {
            return self.error.is_none();
        }
        let blocks = self.narrator.narrate(record);
        if !blocks.is_empty() {
            self.write_blocks(&blocks);
        }
        if self.written >= self.budget {
            self.write(&format!(
                "\n… the rest is not shown, because the output already has {} bytes\n",
                self.budget
            ));
        }
        self.error.is_none()
    }
}

/// Renders blocks as text. A theme can be `true` or `false`: with or without colors.
pub fn text(blocks: &[Block], theme: impl Into<Theme>) -> String {
    let (mut text, theme) = (String::new(), theme.into());
    for block in blocks {
        draw(&mut text, block, theme);
    }
    text
}

fn draw(text: &mut String, block: &Block, theme: Theme) {
    match block {
        Block::Heading(name) => {
            let name = format!("── {} ──", visible(name));
            wrapped(text, 0, Ink::Strong, &name, theme);
        }
        Block::Statement { text: words, place } => statement(text, words, place, theme),
        Block::Paragraph { tone, text: words } => {
            let (columns, hang) = theme.for_sentences();
            for words in broken(words, columns - 2, hang).lines() {
                line(text, 2, &theme.paint(Ink::for_tone(*tone), &visible(words)));
            }
        }
        Block::Worksheet(blanks) => worksheet(text, blanks, theme),
        Block::Pairs { title, pairs } => named(text, title, pairs, theme),
        Block::Table(table) => grid::draw(text, table, theme),
        Block::Ruler(ruler) => drawing(text, theme, |text| ruler::draw(text, ruler, theme)),
        Block::Steps(steps) => numbered(text, steps, theme),
        Block::Figure(scene) => drawing(text, theme, |text| {
            line(text, 2, &theme.paint(Ink::Strong, &scene.title));
            scene::text(scene)
                .lines()
                .for_each(|row| line(text, if row.is_empty() { 0 } else { 2 }, row));
        }),
        Block::Layout(layout) => drawing(text, theme, |text| layout::draw(text, layout, theme)),
        Block::Script(script) => script
            .lines()
            .for_each(|words| wrapped(text, 2, Ink::Plain, &visible(words), theme)),
        Block::Checks(checks) => checked(text, checks, theme),
    }
}

/// Writes a drawing with its title. A drawing that is too wide for the terminal would be unreadable there.
fn drawing(text: &mut String, theme: Theme, draw: impl FnOnce(&mut String)) {
    let mut drawn = String::new();
    draw(&mut drawn);
    let widest = drawn.lines().map(width).max().unwrap_or(0);
    if widest <= theme.columns() {
        return text.push_str(&drawn);
    }
    let title = drawn.lines().next().unwrap_or_default().trim_start();
    wrapped(text, 2, Ink::Plain, title, theme);
    let instead = format!("({widest} columns wide; `run --figures DIR` writes a picture)");
    wrapped(text, 2, Ink::Faint, &instead, theme);
}

/// Writes a statement and its place, which stays whole.
fn statement(text: &mut String, words: &str, place: &str, theme: Theme) {
    let (words, place) = (visible(words), visible(place));
    let (columns, room) = (theme.columns(), width(&place));
    let column = PLACE.min(columns.saturating_sub(room));
    let lines = broken(&words, columns, 2 * HANG);
    let mut lines: Vec<&str> = lines.lines().collect();
    let mut last = lines.pop().unwrap_or_default();
    if room > 0 && width(last) + 2 + room > columns {
        lines.push(last);
        last = "";
    }
    for words in lines {
        line(text, 0, &theme.paint(Ink::Strong, words));
    }
    let gap = column.saturating_sub(width(last));
    let gap = if last.is_empty() { gap } else { gap.max(2) };
    let (words, place) = (
        theme.paint(Ink::Strong, last),
        theme.paint(Ink::Faint, &place),
    );
    line(text, 0, &format!("{words}{:gap$}{place}", ""));
}

/// Writes blanks, with two columns of space between them.
fn worksheet(text: &mut String, blanks: &[Blank], theme: Theme) {
    let (columns, hang) = theme.for_sentences();
    let (mut row, mut used) = (String::new(), 0);
    for blank in blanks {
        let label = theme.paint(Ink::Faint, &blank.label);
        let value = theme.paint(Ink::Strong, &visible(&blank.value));
        let blank = broken(&format!("{label} {value}"), columns - 2, hang);
        let room = width(&blank);
        if used > 0 && used + 2 + room <= columns - 2 {
            row += "  ";
            used += 2;
        } else if used > 0 {
            row.push('\n');
            used = 0;
        }
        row += &blank;
        used += room;
    }
    row.lines().for_each(|row| line(text, 2, row));
}

/// Writes values next to their names, or below the names if there is not enough room.
fn named(text: &mut String, title: &str, pairs: &[(String, String)], theme: Theme) {
    if !title.is_empty() {
        wrapped(text, 2, Ink::Strong, &visible(title), theme);
    }
    let (columns, _) = theme.for_sentences();
    let indent = if title.is_empty() { 2 } else { 4 };
    let column = pairs.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let beside = columns.saturating_sub(indent + column + 2);
    let fit = pairs.iter().all(|(_, value)| width(value) <= beside);
    for (name, value) in pairs {
        let name = theme.paint(Ink::Faint, &padded(&visible(name), column));
        if fit {
            line(text, indent, &format!("{name}  {}", visible(value)));
        } else if beside >= BESIDE {
            let value = broken(value, beside, 0);
            beside_name(text, indent, &name, &value);
        } else {
            line(text, 2, &name);
            for value in broken(value, columns - 4, 0).lines() {
                line(text, 4, &visible(value));
            }
        }
    }
}

/// Writes the lines of a text next to a name.
fn beside_name(text: &mut String, indent: usize, name: &str, lines: &str) {
    let (mut name, room) = (name.to_owned(), width(name));
    for words in lines.lines() {
        line(text, indent, &format!("{name}  {}", visible(words)));
        name = " ".repeat(room);
    }
}

fn numbered(text: &mut String, steps: &[Step], theme: Theme) {
    let digits = steps.len().to_string().len();
    let column = steps
        .iter()
        .map(|step| width(&step.who()))
        .max()
        .unwrap_or(0);
    for (number, step) in (1..).zip(steps) {
        let who = theme.paint(Ink::Faint, &padded(&visible(&step.who()), column));
        let who = format!("{number:digits$}  {who}");
        let beside = theme.columns().saturating_sub(width(&who) + 4);
        if beside >= BESIDE {
            beside_name(text, 2, &who, &broken(&step.what, beside, 0));
        } else {
            let words = format!("{who}  {}", visible(&step.what));
            wrapped(text, 2, Ink::Plain, &words, theme);
        }
    }
}

fn checked(text: &mut String, checks: &Checks, theme: Theme) {
    if checks.failed.is_empty() {
        let count = narrate::count(checks.held, "expectation holds", "expectations hold");
        return line(text, 2, &theme.paint(Ink::Good, &format!("✓ {count}")));
    }
    let (failed, all) = (
        checks.failed.len() as u64,
        checks.failed.len() as u64 + checks.held,
    );
    let count = format!("✗ {}", narrate::failure(failed, all));
    // At the margin, where only statements begin, so that failures are found without colors.
    wrapped(text, 0, Ink::Failed, &count, theme);
    let rows: Vec<[String; 3]> = checks
        .failed
        .iter()
        .map(|failure| {
            let actual = failure.actual.as_deref().unwrap_or("-");
            [&*failure.fact, &*failure.expected, actual].map(|words| visible(words).into_owned())
        })
        .collect();
    let column = |at: usize| rows.iter().map(|row| width(&row[at])).max().unwrap_or(0);
    let columns = [column(0), column(1), column(2)];
    let lines = rows.iter().zip(&checks.failed).map(|(row, failure)| {
        let [fact, expected, actual] = [0, 1, 2].map(|at| padded(&row[at], columns[at]));
        let fact = theme.paint(Ink::Strong, &fact);
        let actual = theme.paint(Ink::Failed, &actual);
        let reason = failure.reason.as_deref().map(visible).unwrap_or_default();
        let values = format!("{fact}  expected {expected}  actual {actual}");
        (values, reason)
    });
    let lines: Vec<_> = lines.collect();
    let fit = |(values, reason): &(String, Cow<str>)| {
        4 + width(values) + 2 + width(reason) <= theme.columns()
    };
    let beside = lines.iter().all(fit);
    for (values, reason) in &lines {
        if beside {
            let reason = theme.paint(Ink::Faint, reason);
            line(text, 4, &format!("{values}  {reason}"));
            continue;
        }
        wrapped(text, 4, Ink::Plain, values, theme);
        if !reason.is_empty() {
            wrapped(text, 6, Ink::Faint, reason, theme);
        }
    }
}

#[cfg(test)]
mod tests;
