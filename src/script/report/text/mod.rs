//! The narration of a run as text for a terminal or a pipe, written incrementally.

mod grid;
mod theme;

use std::io::{self, BufWriter, Write};

use super::doc::{Block, Checks, Step};
use super::excerpt::visible;
use super::figures::{layout, ruler};
use super::narrate::{self, Narrator};
use super::scene::{Scene, painted};
use crate::lang::source::Sources;
use crate::run::record::{Sink, StepRecord, Totals};
pub use theme::{Ink, Theme};
use theme::{line, padded, width};

/// Maximum length of the narration in bytes, which protects against scripts that loop.
const BUDGET: u64 = 64 << 20;

/// The width of a terminal.
const COLUMNS: u32 = 80;

/// Column of a statement's location if the statement is short enough.
const PLACE: usize = 64;

/// Options of the text output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Whether to add the numbered steps of every access.
    pub explain: bool,
    /// Whether to use the terminal's colors.
    pub color: bool,
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
            theme: Theme {
                color: options.color,
            },
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
        let line = self.theme.paint(Ink::for_tone(tone), &text);
        self.write(&format!("{line}\n"));
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

/// Renders blocks as text.
pub fn text(blocks: &[Block], color: bool) -> String {
    let mut text = String::new();
    for block in blocks {
        draw(&mut text, block, Theme { color });
    }
    text
}

fn draw(text: &mut String, block: &Block, theme: Theme) {
    match block {
        Block::Heading(name) => line(
            text,
            0,
            &theme.paint(Ink::Strong, &format!("── {} ──", visible(name))),
        ),
        Block::Statement { text: words, place } => statement(text, words, place, theme),
        Block::Paragraph { tone, text: words } => {
            for words in words.lines() {
                line(text, 2, &theme.paint(Ink::for_tone(*tone), &visible(words)));
            }
        }
        Block::Worksheet(blanks) => {
            let blanks = blanks.iter().map(|blank| {
                format!(
                    "{} {}",
                    theme.paint(Ink::Faint, &blank.label),
                    theme.paint(Ink::Strong, &visible(&blank.value))
                )
            });
            line(text, 2, &blanks.collect::<Vec<_>>().join("  "));
        }
        Block::Pairs { title, pairs } => named(text, title, pairs, theme),
        Block::Table(table) => grid::draw(text, table, theme),
        Block::Ruler(ruler) => drawn(text, &ruler::scene(ruler, 0), theme),
        Block::Steps(steps) => numbered(text, steps, theme),
        Block::Figure(scene) => drawn(text, scene, theme),
        Block::Layout(of) => drawn(text, &layout::scene(of, COLUMNS), theme),
        Block::Script(script) => script
            .lines()
            .for_each(|words| line(text, 2, &visible(words))),
        Block::Checks(checks) => checked(text, checks, theme),
    }
}

fn drawn(text: &mut String, scene: &Scene, theme: Theme) {
    line(text, 2, &theme.paint(Ink::Strong, &visible(&scene.title)));
    painted(scene, |heading| theme.paint(Ink::Strong, heading))
        .lines()
        .for_each(|row| line(text, if row.is_empty() { 0 } else { 2 }, row));
}

fn statement(text: &mut String, words: &str, place: &str, theme: Theme) {
    let words = visible(words);
    let gap = PLACE.saturating_sub(width(&words)).max(2);
    let (words, place) = (
        theme.paint(Ink::Strong, &words),
        theme.paint(Ink::Faint, &visible(place)),
    );
    line(text, 0, &format!("{words}{:gap$}{place}", ""));
}

fn named(text: &mut String, title: &str, pairs: &[(String, String)], theme: Theme) {
    if !title.is_empty() {
        line(text, 2, &theme.paint(Ink::Strong, &visible(title)));
    }
    let indent = if title.is_empty() { 2 } else { 4 };
    let column = pairs.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    for (name, value) in pairs {
        line(
            text,
            indent,
            &format!(
                "{}  {}",
                theme.paint(Ink::Faint, &padded(&visible(name), column)),
                visible(value)
            ),
        );
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
        line(
            text,
            2,
            &format!("{number:digits$}  {who}  {}", visible(&step.what)),
        );
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
    line(
        text,
        2,
        &theme.paint(Ink::Bad, &format!("✗ {}", narrate::failure(failed, all))),
    );
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
    for (row, failure) in rows.iter().zip(&checks.failed) {
        let [fact, expected, actual] = [0, 1, 2].map(|at| padded(&row[at], columns[at]));
        let reason = failure.reason.as_deref().map(visible).unwrap_or_default();
        let fact = theme.paint(Ink::Strong, &fact);
        let actual = theme.paint(Ink::Bad, &actual);
        line(
            text,
            4,
            &format!(
                "{fact}  expected {expected}  actual {actual}  {}",
                theme.paint(Ink::Faint, &reason)
            ),
        );
    }
}

#[cfg(test)]
mod tests;
