//! Reads traces in batches, in constant memory.

use std::io::Read;
use std::path::Path;

use super::detect::detect;
use super::foreign;
use super::format::{Choice, ChosenFormat, Format};
use super::record::{Fetches, Malformed, RecordBatch};
use super::source::Source;
use super::text::Text;
use super::unreadable::{Unreadable, UnreadableReason};

/// Maximum number of records in a batch.
pub(crate) const BATCH: usize = 4096;

pub struct Reader {
    source: Source,
    chosen: ChosenFormat,
    text: Text,
    /// The error that ended reading, which later calls return again.
    failed: Option<Unreadable>,
}

/// The progress of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Number of bytes read.
    pub consumed: u64,
    /// Size in bytes if the source is a file.
    pub total: Option<u64>,
    /// Number of lines read.
    pub lines: u64,
    /// The format, which is known before the first record.
    pub format: Option<ChosenFormat>,
}

impl Reader {
    /// Opens a file. `-` is standard input. Compressed files are recognized by their first bytes. The default
    /// format is determined by the file extension, or else by the first lines.
    ///
    /// # Errors
    /// Fails if the file cannot be opened or is not a trace in the format, or if its first lines fit no format.
    pub fn open(path: &Path, format: Option<Format>) -> Result<Self, Unreadable> {
        Self::from_source(Source::open(path)?, format)
    }

    /// Opens a trace as [`Reader::open`] does, but only a regular file. Therefore, opening never waits.
    ///
    /// # Errors
    /// Fails as [`Reader::open`] does, and if the file is not a regular file.
    pub fn open_regular(path: &Path, format: Option<Format>) -> Result<Self, Unreadable> {
        Self::from_source(Source::open_regular(path)?, format)
    }

    /// Reads bytes as [`Reader::open`] reads the bytes of a file. The name is for messages, and its extension
    /// selects the format.
    ///
    /// # Errors
    /// Fails as [`Reader::open`] does.
    pub fn new(
        bytes: Box<dyn Read + Send>,
        name: &str,
        format: Option<Format>,
    ) -> Result<Self, Unreadable> {
        Self::from_source(Source::new(bytes, name)?, format)
    }

    /// Reads the accesses of a program, in the format of lackey.
    ///
    /// # Errors
    /// Fails as [`Reader::open`] does.
    pub fn of_program(accesses: Box<dyn Read + Send>, name: &str) -> Result<Self, Unreadable> {
        let mut reader = Self::new(accesses, name, Some(Format::Lackey))?;
        reader.chosen.choice = Choice::Program;
        Ok(reader)
    }

    fn from_source(mut source: Source, format: Option<Format>) -> Result<Self, Unreadable> {
        reject_foreign(&mut source)?;
        let (format, choice) = if let Some(format) = format {
            (format, Choice::Named)
        } else if let Some(format) = Format::of_name(source.name()) {
            (format, Choice::Extension)
        } else {
            (detect(&mut source)?, Choice::FirstLines)
        };
        let chosen = ChosenFormat { format, choice };
        Ok(Self {
            source,
            chosen,
            text: Text::new(chosen),
            failed: None,
        })
    }

    /// Selects the fetches to return.
    #[must_use]
    pub fn with_fetches(mut self, fetches: Fetches) -> Self {
        self.text.fetches = fetches;
        self
    }

    /// Replaces the contents of `batch` with the next batch of at most 4096 records and a number of counted fetches. The batch is
    /// empty after many lines without a record, so that the caller can stop. Returns false at the end of the trace.
    ///
    /// # Errors
    /// Fails if the rest of the trace cannot be read. Earlier calls have returned all records before the
    /// failure.
    pub fn next(&mut self, batch: &mut RecordBatch) -> Result<bool, Unreadable> {
        batch.fetches = 0;
        batch.records.clear();
        if let Some(failed) = &self.failed {
            return Err(failed.clone());
        }
        if let Err(failed) = self.text.read(&mut self.source, batch, BATCH) {
            self.failed = Some(failed.clone());
            if batch.is_empty() {
                return Err(failed);
            }
        }
        Ok(!batch.is_empty() || !self.text.is_over() && self.failed.is_none())
    }

    /// The format, and how it was chosen.
    pub fn format(&self) -> ChosenFormat {
        self.chosen
    }

    /// Number of lines read so far.
    pub(crate) fn lines(&self) -> u64 {
        self.text.lines
    }

    pub fn malformed(&self) -> &Malformed {
        &self.text.malformed
    }

    /// Number of bytes read from the file so far, before decompression.
    pub(crate) fn consumed(&self) -> u64 {
        self.source.consumed()
    }

    /// Size of the source in bytes, if it is a file.
    pub(crate) fn total(&self) -> Option<u64> {
        self.source.total()
    }

    pub(crate) fn progress(&self) -> Progress {
        Progress {
            consumed: self.consumed(),
            total: self.total(),
            lines: self.lines(),
            format: Some(self.chosen),
        }
    }
}

/// Rejects the binary files that are often taken for traces.
fn reject_foreign(source: &mut Source) -> Result<(), Unreadable> {
    let head = source.head(foreign::LONGEST_SIGNATURE)?;
    if let Some(row) = foreign::signature(&head) {
        return Err(source.error(UnreadableReason::Foreign {
            what: row.what,
            advice: row.advice,
        }));
    }
    source.put_back(head);
    Ok(())
}

#[cfg(test)]
mod tests;
