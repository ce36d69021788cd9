//! The narration of a run as text for a terminal or a pipe, written incrementally.

mod grid;
mod theme;

use std::io::{self, BufWriter, Write};

use super::broken::broken;
use super::doc::{Blank, Block, Checks, Step};
use super::excerpt::visible;
use super::figures::{layout, ruler};
use super::narrate::{self, Narrator};
use super::scene::{Scene, painted};
use crate::lang::source::Sources;
use crate::run::record::{Sink, StepRecord, Totals};
pub use theme::{Fit, Ink, Theme};
use theme::{HANG, line, padded, styled, width, wrapped};

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
                styled(text, 2, Ink::for_tone(*tone), &visible(words), theme);
            }
        }
        Block::Worksheet(blanks) => worksheet(text, blanks, theme),
        Block::Pairs { title, pairs } => named(text, title, pairs, theme),
        Block::Table(table) => grid::draw(text, table, theme),
        Block::Ruler(ruler) => drawn(text, &ruler::scene(ruler, 0), theme),
        Block::Steps(steps) => numbered(text, steps, theme),
        Block::Figure(scene) => drawn(text, scene, theme),
        Block::Layout(of) => {
            let room = u32::try_from(theme.columns() - 2).unwrap_or(u32::MAX);
            drawn(text, &layout::scene(of, room), theme);
        }
        Block::Script(script) => script
            .lines()
            .for_each(|words| wrapped(text, 2, Ink::Plain, &visible(words), theme)),
        Block::Checks(checks) => checked(text, checks, theme),
    }
}

/// Writes a drawing with its title. A drawing that is too wide for the terminal would be unreadable there.
fn drawn(text: &mut String, scene: &Scene, theme: Theme) {
    let (title, columns) = (visible(&scene.title), scene.size().0 as usize + 2);
    if let Some(narrow) = &scene.narrow
        && columns > theme.columns()
    {
        return drawn(text, narrow, theme);
    }
    wrapped(text, 2, Ink::Strong, &title, theme);
    if columns > theme.columns() {
        let instead = format!("({columns} columns wide; `run --figures DIR` writes a picture)");
        return wrapped(text, 2, Ink::Faint, &instead, theme);
    }
    painted(scene, |heading| theme.paint(Ink::Strong, heading))
        .lines()
        .for_each(|row| line(text, if row.is_empty() { 0 } else { 2 }, row));
}

/// Writes a statement and its place, which stays whole.
fn statement(text: &mut String, words: &str, place: &str, theme: Theme) {
    let place = visible(place);
    let (columns, room) = (theme.columns(), width(&place));
    let words = visible(words);
    let mut words = broken(&words, columns, 2 * HANG);
    let mut used = words.lines().last().map_or(0, width);
    if room > 0 && used + 2 + room > columns {
        words.to_mut().push('\n');
        used = 0;
    }
    let column = PLACE.min(columns.saturating_sub(room));
    let gap = column.max(if used > 0 { used + 2 } else { 0 }) - used;
    for (at, words) in words.split('\n').enumerate() {
        if at > 0 {
            text.push('\n');
        }
        theme.add(text, Ink::Strong, words);
    }
    let gap = if room > 0 { gap } else { 0 };
    styled(text, gap, Ink::Faint, &place, theme);
}

/// Writes blanks, with two columns of space between them.
fn worksheet(text: &mut String, blanks: &[Blank], theme: Theme) {
    let (columns, hang) = theme.for_sentences();
    let (mut row, mut filled, mut used) = (String::new(), String::new(), 0);
    for blank in blanks {
        let value = visible(&blank.value);
        filled.clear();
        theme.add(&mut filled, Ink::Faint, &blank.label);
        filled.push(' ');
        theme.add(&mut filled, Ink::Strong, &value);
        let blank = broken(&filled, columns - 2, hang);
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
        if fit || beside >= BESIDE {
            beside_name(text, indent, &name, &broken(value, beside, 0));
            continue;
        }
        line(text, 2, &name);
        for value in broken(value, columns - 4, 0).lines() {
            line(text, 4, &visible(value));
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
        return styled(text, 2, Ink::Good, &format!("✓ {count}"), theme);
    }
    // At the margin, where only statements begin, so that failures are found without colors.
    let failures = format!("✗ {}", visible(&narrate::failures(checks)));
    wrapped(text, 0, Ink::Failed, &failures, theme);
    if checks.predicted {
        return;
    }
    let rows = checks.failed.iter().map(|failure| {
        let [actual, reason] = [&failure.actual, &failure.reason].map(Option::as_deref);
        let row = [&failure.fact, &*failure.expected, actual.unwrap_or("-")];
        // The end of a line is shown as a script writes it.
        let shown = |value: &str| visible(&value.replace('\n', "\\n")).into_owned();
        (row.map(shown), visible(reason.unwrap_or_default()))
    });
    let rows: Vec<_> = rows.collect();
    let columns = [0, 1, 2].map(|at| rows.iter().map(|(row, _)| width(&row[at])).max());
    for (row, reason) in &rows {
        let [fact, expected, actual] =
            [0, 1, 2].map(|at| padded(&row[at], columns[at].unwrap_or(0)));
        let fact = theme.paint(Ink::Strong, &fact);
        let actual = theme.paint(Ink::Failed, &actual);
        let values = format!("{fact}  expected {expected}  actual {actual}");
        if 4 + width(&values) + 2 + width(reason) <= theme.columns() {
            let reason = theme.paint(Ink::Faint, reason);
            line(text, 4, &format!("{values}  {reason}"));
        } else {
            wrapped(text, 4, Ink::Plain, &values, theme);
            wrapped(text, 6, Ink::Faint, reason, theme);
        }
    }
}

#[cfg(test)]
mod tests;
