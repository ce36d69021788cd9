//! Reads traces in batches, in constant memory.

use std::io::Read;
use std::path::Path;

use super::detect::detect;
use super::foreign;
use super::format::{Choice, ChosenFormat, Format};
use super::malformed::Malformed;
use super::pack::{MAGIC, Unpacker, VERSION};
use super::record::{Fetches, RecordBatch};
use super::source::Source;
use super::text::{Grammar, Text};
use super::unreadable::{Unreadable, UnreadableReason};

/// Maximum number of records in a batch.
pub(crate) const BATCH: usize = 4096;

enum TraceEncoding {
    Text(Text),
    /// A packed trace. The list of malformed lines is always empty in this format.
    Packed(Box<Unpacker>, Malformed),
}

/// Reads a trace.
pub struct Reader {
    source: Source,
    chosen: ChosenFormat,
    written: TraceEncoding,
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
    /// format is determined by the first bytes, or else by the file extension, or else by the first lines.
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

    fn from_source(mut source: Source, format: Option<Format>) -> Result<Self, Unreadable> {
        let packed = is_packed(&mut source)?;
        let extension = || Format::of_name(source.name()).filter(|_| !packed);
        let (format, choice) = if let Some(format) = format {
            (format, Choice::Named)
        } else if let Some(format) = extension() {
            (format, Choice::Extension)
        } else if packed {
            (Format::Packed, Choice::Signature)
        } else {
            (detect(&mut source)?, Choice::FirstLines)
        };
        if packed != (format == Format::Packed) {
            let why = if packed {
                "the file is packed, not text"
            } else {
                "the file is not packed"
            };
            return Err(source.error(UnreadableReason::NotATrace(why)));
        }
        let chosen = ChosenFormat { format, choice };
        let written = match Grammar::of(chosen) {
            Some(grammar) => TraceEncoding::Text(Text::new(chosen, grammar)),
            None => TraceEncoding::Packed(Box::default(), Malformed::default()),
        };
        Ok(Self {
            source,
            chosen,
            written,
            failed: None,
        })
    }

    /// Selects the fetches to return.
    #[must_use]
    pub fn with_fetches(mut self, fetches: Fetches) -> Self {
        match &mut self.written {
            TraceEncoding::Text(text) => text.fetches = fetches,
            TraceEncoding::Packed(packed, _) => packed.set_fetches(fetches),
        }
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
        if let Some(failed) = &self.failed {
            batch.records.clear();
            return Err(failed.clone());
        }
        let read = match &mut self.written {
            TraceEncoding::Text(text) => {
                batch.records.clear();
                text.read(&mut self.source, batch, BATCH)
            }
            TraceEncoding::Packed(packed, _) => packed.read(&mut self.source, batch, BATCH),
        };
        if let Err(failed) = read {
            self.failed = Some(failed.clone());
            if batch.is_empty() {
                return Err(failed);
            }
        }
        let more = match &self.written {
            TraceEncoding::Text(text) => !text.is_over(),
            TraceEncoding::Packed(..) => false,
        };
        Ok(!batch.is_empty() || more && self.failed.is_none())
    }

    /// The format, and how it was chosen.
    pub fn format(&self) -> ChosenFormat {
        self.chosen
    }

    /// Number of lines read so far, or number of records for a packed trace.
    pub(crate) fn lines(&self) -> u64 {
        match &self.written {
            TraceEncoding::Text(text) => text.lines,
            TraceEncoding::Packed(packed, _) => packed.records,
        }
    }

    /// The malformed lines.
    pub fn malformed(&self) -> &Malformed {
        match &self.written {
            TraceEncoding::Text(text) => &text.malformed,
            TraceEncoding::Packed(_, none) => none,
        }
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

/// Whether the source is a packed trace. If so, this function consumes the source's first bytes. Rejects other binary files.
fn is_packed(source: &mut Source) -> Result<bool, Unreadable> {
    let head = source.head(MAGIC.len() + 1)?;
    let packed = head.starts_with(&MAGIC);
    if let Some(row) = foreign::signature(&head) {
        return Err(source.error(UnreadableReason::Foreign {
            what: row.what,
            advice: row.advice,
        }));
    }
    if !packed {
        source.put_back(head);
    } else if head[MAGIC.len()..] != [VERSION] {
        return Err(source.error(UnreadableReason::NotATrace(
            "the version of the packed format is unknown",
        )));
    }
    Ok(packed)
}

#[cfg(test)]
mod tests;
