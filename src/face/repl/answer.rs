//! The output for an input at the REPL prompt.

use std::io;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pagewalk_script::api::html;
use pagewalk_script::lang::source::Sources;
use pagewalk_script::report::doc::Block;
use pagewalk_script::report::narrate::Narrator;
use pagewalk_script::report::text::{Theme, text};
use pagewalk_script::run::record::{Sink, StepRecord};

/// Maximum number of bytes of output for an input. Further output is dropped.
const BUDGET: usize = 16 << 20;

/// The parts of a statement to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnswerDetail {
    /// The effects, or the statement if there is no other output.
    Answer,
    /// The effects, below the statement.
    Effects,
    /// The statement and its effects.
    Statement,
    /// Failed expectations with their positions.
    Failures,
    /// The results of the statement's expectations.
    Checks,
}

/// Prints the effects of statements as they run.
pub(crate) struct Answer<'s, W: Write> {
    out: W,
    narrator: Narrator<'s>,
    tell: AnswerDetail,
    predicts: bool,
    look: Theme,
    written: usize,
    /// The blocks so far and their destination, for a notebook.
    page: Option<(Vec<Block>, SharedText)>,
    /// Whether the last output was details with an empty line below them.
    spaced: bool,
    /// The last value that a `show` printed, in script notation.
    value: Option<String>,
    error: Option<io::Error>,
}

impl<'s, W: Write> Answer<'s, W> {
    pub(crate) fn new(
        out: W,
        html: Option<SharedText>,
        sources: &'s Sources,
        tell: AnswerDetail,
        predicts: bool,
        look: Theme,
    ) -> Self {
        let narrator = match tell {
            AnswerDetail::Effects => Narrator::below(sources),
            _ => Narrator::new(sources, false),
        };
        let page = html.map(|html| (Vec::new(), html));
        Self {
            out,
            narrator: narrator.predicting(predicts),
            tell,
            predicts,
            look,
            written: 0,
            page,
            spaced: false,
            value: None,
            error: None,
        }
    }

    /// Prints the remaining output. Returns the last value that a `show` printed, in script notation.
    pub(crate) fn finish(mut self) -> io::Result<Option<String>> {
        let rest = self.narrator.rest();
        self.write_blocks(rest);
        if let Some((blocks, mut page)) = self.page.take().filter(|(blocks, _)| !blocks.is_empty())
        {
            page.write_all(html::report(&blocks).as_bytes())?;
        }
        match self.error {
            Some(error) => Err(error),
            None => self.out.flush().map(|()| self.value),
        }
    }

    fn write_blocks(&mut self, mut blocks: Vec<Block>) {
        match self.tell {
            AnswerDetail::Answer => answer_alone(&mut blocks),
            AnswerDetail::Effects | AnswerDetail::Statement => {
                blocks.iter_mut().for_each(without_place);
            }
            AnswerDetail::Checks => blocks.retain(|block| matches!(block, Block::Checks(_))),
            AnswerDetail::Failures => {}
        }
        let Some(first) = blocks.first() else { return };
        if let Some((page, _)) = &mut self.page {
            page.extend_from_slice(&blocks);
        }
        let opens = matches!(first, Block::Statement { .. } | Block::Heading(_));
        let several = blocks.len() > 1;
        let gap = opens && self.written > 0 && (self.spaced || several);
        self.spaced = several || !opens;
        let rendered = text(&blocks, self.look);
        self.write(if gap { "\n" } else { "" });
        self.write(&rendered);
    }

    fn write(&mut self, text: &str) {
        if self.error.is_none() {
            self.written += text.len();
            self.error = self.out.write_all(text.as_bytes()).err();
        }
    }
}

/// Removes the statement, which is already on the line above, unless it is the only output.
fn answer_alone(blocks: &mut Vec<Block>) {
    if matches!(blocks.as_slice(), [Block::Statement { .. }, _, ..]) {
        blocks.remove(0);
    }
    blocks.iter_mut().for_each(without_place);
}

fn without_place(block: &mut Block) {
    if let Block::Statement { place, .. } = block {
        place.clear();
    }
}

impl<W: Write> Sink for Answer<'_, W> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        let fails = record.checks.iter().any(|check| !check.held);
        if self.tell == AnswerDetail::Failures && !fails || self.written >= BUDGET {
            return self.error.is_none();
        }
        self.value = record.did.shown_value().or(self.value.take());
        let blocks = self.narrator.narrate(record);
        self.write_blocks(blocks);
        if let Some((page, _)) = self.page.as_mut().filter(|_| !self.predicts) {
            page.extend(html::rulers(record));
        }
        if self.written >= BUDGET {
            self.write("\n… the rest is not shown: the output is too long\n");
        }
        self.error.is_none()
    }
}

/// A text in memory that several writers share.
#[derive(Debug, Clone, Default)]
pub struct SharedText(Arc<Mutex<Vec<u8>>>);

impl SharedText {
    /// Returns the text written since the last call.
    pub fn take_text(&self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut *self.lock())).into_owned()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for SharedText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
