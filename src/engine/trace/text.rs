//! Reads the lines of a trace in a text format and parses them as records.

use memchr::{memchr, memrchr};

use super::csv::{self, Csv};
use super::digits::{Shape, WINDOW};
use super::format::{Choice, ChosenFormat, Format};
use super::line::Line;
use super::record::{Fetches, Malformed, Record, RecordBatch};
use super::source::Source;
use super::tools::Comments;
use super::unreadable::{Unreadable, UnreadableReason};
use super::{lackey, tools};

/// Maximum size of a line in bytes. A longer line is malformed unless it is a comment.
const LONGEST: usize = 4096;
/// The byte order mark, which Excel and other Windows programs write at the start of a file.
pub(super) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// Size of the buffer in bytes.
const BUFFER: usize = 1 << 17;
/// The parser rejects a file that has this number of malformed lines before its first record.
const PATIENCE: u64 = 1000;
/// Number of times to fill the buffer in one call, even if no line is a record. Reading can therefore stop between two calls.
const MOST_FILLS: u32 = 16;

#[derive(Debug)]
pub(crate) enum Grammar {
    Lackey,
    Din(Comments),
    Csv(Csv),
    Pin,
    Gap,
}

pub(crate) struct Text {
    chosen: ChosenFormat,
    grammar: Grammar,
    buffer: Vec<u8>,
    /// The start of the unread bytes. Whole lines end at `whole`, and the buffered bytes end at `end`.
    start: usize,
    whole: usize,
    end: usize,
    ended: bool,
    /// Whether to skip the next bytes, which belong to an overlong line.
    skipping: bool,
    pub(crate) lines: u64,
    pub(crate) malformed: Malformed,
    begun: bool,
    pub(super) fetches: Fetches,
}

impl Text {
    pub(crate) fn new(chosen: ChosenFormat) -> Self {
        Self {
            chosen,
            grammar: Grammar::of(chosen),
            buffer: vec![0; BUFFER],
            start: 0,
            whole: 0,
            end: 0,
            ended: false,
            skipping: false,
            lines: 0,
            malformed: Malformed::default(),
            begun: false,
            fetches: Fetches::default(),
        }
    }

    /// Adds records until there are `most` of them, the trace ends, or many lines without records have been read.
    pub(crate) fn read(
        &mut self,
        source: &mut Source,
        batch: &mut RecordBatch,
        most: usize,
    ) -> Result<(), Unreadable> {
        let mut fills = 0;
        while batch.records.len() < most && batch.fetches < Fetches::MOST {
            if self.start < self.whole {
                self.parse(source, batch, most)?;
            } else if self.ended || fills == MOST_FILLS {
                break;
            } else {
                fills += 1;
                self.fill(source)?;
            }
        }
        Ok(())
    }

    /// Whether all records have been read.
    pub(crate) fn is_over(&self) -> bool {
        self.ended && self.start == self.whole
    }

    /// Parses the buffered whole lines, up to a total of `most` records.
    fn parse(
        &mut self,
        source: &Source,
        batch: &mut RecordBatch,
        most: usize,
    ) -> Result<(), Unreadable> {
        while self.start < self.whole && batch.records.len() < most && batch.fetches < Fetches::MOST
        {
            if self.parse_fast(batch, most) {
                continue;
            }
            let rest = &self.buffer[self.start..self.whole];
            let length = memchr(b'\n', rest).unwrap_or(rest.len());
            // Truncate the line so that the result does not depend on the number of buffered bytes of a long
            // line.
            let line = &rest[..length.min(LONGEST + 1)];
            self.start += (length + 1).min(rest.len());
            self.lines += 1;
            let mark = if self.lines == 1 {
                BYTE_ORDER_MARK
            } else {
                b""
            };
            let line = line.strip_prefix(mark).unwrap_or(line);
            match self.grammar.line(line) {
                Line::Record(_) if length > LONGEST => {
                    self.malformed
                        .note(self.lines, line, "longer than 4096 bytes");
                }
                Line::Record(record) => {
                    self.begun = true;
                    batch.records.push(record);
                }
                Line::Nothing => {}
                Line::Bad(why) => {
                    let why = if length > LONGEST {
                        "longer than 4096 bytes"
                    } else {
                        why
                    };
                    self.malformed.note(self.lines, line, why);
                    if !self.begun {
                        self.check_is_trace(source, memchr(0, line).is_some())?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Parses lines in the exact format of the program that prints them. Returns false if the next line has a
    /// different format.
    fn parse_fast(&mut self, batch: &mut RecordBatch, most: usize) -> bool {
        let before = batch.len();
        let text = &self.buffer[self.start..self.whole];
        self.start += match &self.grammar {
            Grammar::Lackey => lackey::records(text, batch, most, self.fetches),
            Grammar::Din(_) => {
                fast_records(text, batch, most, self.fetches, &[], tools::fast_record)
            }
            Grammar::Csv(csv) if csv.has_usual_columns() => fast_records(
                text,
                batch,
                most,
                self.fetches,
                &csv::FETCHES,
                csv::fast_record,
            ),
            Grammar::Csv(_) | Grammar::Pin | Grammar::Gap => 0,
        };
        let lines = batch.len() - before;
        self.lines += lines;
        self.begun |= lines > 0;
        lines > 0
    }

    /// Before the first record, rejects a file that is not a trace.
    fn check_is_trace(&self, source: &Source, nul: bool) -> Result<(), Unreadable> {
        if nul {
            return Err(source.error(UnreadableReason::NotATrace("the file is binary, not text")));
        }
        match self.malformed.count {
            PATIENCE => Err(source.error(UnreadableReason::no_record(
                Some(self.chosen),
                &self.malformed,
            ))),
            _ => Ok(()),
        }
    }

    /// Reads more text after all whole lines have been parsed.
    fn fill(&mut self, source: &mut Source) -> Result<(), Unreadable> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        self.whole = 0;
        let count = source.read(&mut self.buffer[self.end..])?;
        let fresh = self.end..self.end + count;
        self.end += count;
        self.ended = count == 0;
        if self.skipping {
            self.skip(fresh.end);
            return Ok(());
        }
        self.whole = match memrchr(b'\n', &self.buffer[fresh.clone()]) {
            Some(at) => fresh.start + at + 1,
            None if self.ended => self.end,
            None => 0,
        };
        if self.whole == 0 && self.end > LONGEST {
            // Keep the start of an overlong line and skip the rest.
            self.whole = LONGEST + 1;
            self.end = LONGEST + 1;
            self.skipping = true;
        }
        Ok(())
    }

    /// Skips the rest of an overlong line.
    fn skip(&mut self, end: usize) {
        let Some(at) = memchr(b'\n', &self.buffer[..end]) else {
            self.end = 0;
            return;
        };
        self.skipping = false;
        self.start = at + 1;
        self.whole = memrchr(b'\n', &self.buffer[..end]).map_or(self.start, |last| last + 1);
    }
}

/// Adds the records at the start of a text while `record` parses the first line, up to `most` records in total. Omits the fetches
/// that `wanted` permits; `usual` are their usual shapes. Returns the size of these lines in bytes.
#[inline(always)]
fn fast_records(
    text: &[u8],
    batch: &mut RecordBatch,
    most: usize,
    wanted: Fetches,
    usual: &[Shape],
    record: impl Fn(&[u8; WINDOW]) -> Option<(Record, usize)>,
) -> usize {
    let mut at = 0;
    while batch.records.len() < most && batch.fetches < Fetches::MOST {
        if wanted == Fetches::Counted {
            at += count_lines(&text[at..], usual, &mut batch.fetches);
        }
        let Some((record, length)) = text
            .get(at..)
            .and_then(<[u8]>::first_chunk)
            .and_then(&record)
        else {
            break;
        };
        if wanted.may_omit(batch.records.last(), &record) {
            batch.fetches += 1;
        } else {
            batch.records.push(record);
        }
        at += length;
    }
    at
}

/// Counts the lines at the start of a text that have one of the shapes, and returns their size in bytes.
#[inline(always)]
fn count_lines(text: &[u8], shapes: &[Shape], count: &mut u64) -> usize {
    let mut at = 0;
    while let Some(line) = text.get(at..).and_then(<[u8]>::first_chunk)
        && let Some(shape) = shapes.iter().find(|shape| shape.fits(line))
    {
        *count += 1;
        at += shape.size;
    }
    at
}

impl Grammar {
    /// The grammar of a format. Only a user who names `din` has its comments of numbers.
    pub(super) fn of(chosen: ChosenFormat) -> Self {
        match chosen.format {
            Format::Lackey => Self::Lackey,
            Format::Din if chosen.choice == Choice::Named => Self::Din(Comments::All),
            Format::Din => Self::Din(Comments::Words),
            Format::Csv => Self::Csv(Csv::default()),
            Format::Pin => Self::Pin,
            Format::Gap => Self::Gap,
        }
    }

    pub(super) fn line(&mut self, line: &[u8]) -> Line {
        match self {
            Grammar::Lackey => lackey::line(line),
            Grammar::Din(comments) => tools::din_line(line, *comments),
            Grammar::Csv(csv) => csv.line(line),
            Grammar::Pin => tools::pin_line(line),
            Grammar::Gap => tools::gap_line(line),
        }
    }
}
