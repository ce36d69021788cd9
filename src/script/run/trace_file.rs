//! Memory traces that a script names.

use std::sync::atomic::AtomicBool;

use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::loader::Stream;
use pagewalk_engine::trace::format::{FORMATS, Format};
use pagewalk_engine::trace::read_ahead::{
    ReadEnd, ReadOptions, StopSignals, TraceHead, TraceOrigin, read_ahead, read_head,
};
use pagewalk_engine::trace::record::{Fetches, Malformed, RecordBatch};
use pagewalk_engine::trace::unreadable::Unreadable;

use super::budget::WORK_OF_STEP;
use super::session::Cx;
use super::stop::Stop;

/// Work of one line of a trace. A statement costs as much as 16 lines.
pub(crate) const WORK_OF_LINE: u64 = WORK_OF_STEP / 16;

/// Receives each batch of records, and the number of lines up to its end.
pub(crate) type RecordHandler<'a> = &'a mut dyn FnMut(&RecordBatch, u64) -> Result<(), Stop>;

/// A memory trace that a script names.
#[derive(Debug, Clone)]
pub(crate) struct TraceFile {
    /// The file's name in the script.
    pub(crate) name: Word,
    stream: Stream,
    /// The file's format, or `None` to detect it from the file's name or first bytes.
    format: Option<Format>,
}

/// Returns the formats with their words.
pub(crate) fn formats() -> Vec<(&'static str, Format)> {
    FORMATS.iter().map(|row| (row.name, row.format)).collect()
}

/// Finds a trace without reading it.
///
/// # Errors
/// Returns `unreadable` if the trace was not found.
pub(crate) fn trace_file(cx: &Cx, name: Word, format: Option<Format>) -> Result<TraceFile, Stop> {
    match cx.env.files.trace(name.span) {
        Some(stream) => Ok(TraceFile {
            name,
            stream,
            format,
        }),
        // The search for the files has already reported the missing file.
        None if cx.checking() => Err(Stop::Unknowable),
        None => {
            let message = format!("`{}` could not be read", name.text);
            Err(Diagnostic::new(Code::Unreadable, name.span, message).into())
        }
    }
}

impl TraceFile {
    /// Reads the first records, which are all records of a short trace.
    ///
    /// # Errors
    /// Returns `unreadable`.
    pub(crate) fn head(&self) -> Result<TraceHead, Stop> {
        read_head(self.origin(), self.format).map_err(|why| self.unreadable(why))
    }

    /// Reads the records in batches, while another thread continues to read. Returns the malformed lines.
    ///
    /// # Errors
    /// Returns `unreadable`, or the first error of `each`.
    pub(crate) fn read(
        &self,
        interrupt: Option<&AtomicBool>,
        fetches: Fetches,
        each: RecordHandler<'_>,
    ) -> Result<Malformed, Stop> {
        let (read, end) = read_ahead(
            self.origin(),
            ReadOptions {
                format: self.format,
                fetches,
                ..ReadOptions::default()
            },
            StopSignals {
                interrupt,
                deadline: None,
            },
            &mut |batch, progress, _| each(batch, progress.lines).err(),
        )
        .map_err(|why| self.unreadable(why))?;
        match end {
            ReadEnd::End => Ok(read.malformed),
            ReadEnd::Interrupted | ReadEnd::TimeOut => Err(Stop::Closed),
            ReadEnd::Unreadable(why) => Err(self.unreadable(why)),
            ReadEnd::Enough(stop) => Err(stop),
        }
    }

    /// Returns the source of the trace: a file on disk, or a text in memory.
    fn origin(&self) -> TraceOrigin {
        match &self.stream {
            Stream::File(path) => TraceOrigin::RegularFile(path.clone()),
            Stream::Bytes(bytes) => TraceOrigin::Bytes(bytes.clone(), self.name.text.to_string()),
        }
    }

    /// Reports that the trace cannot be read completely, using the file's name from the script.
    fn unreadable(&self, why: Unreadable) -> Stop {
        let why = Unreadable {
            name: self.name.text.to_string(),
            ..why
        };
        let diagnostic = Diagnostic::new(Code::Unreadable, self.name.span, why.to_string());
        match why.advice() {
            Some(advice) => diagnostic.help(advice).into(),
            None => diagnostic.into(),
        }
    }
}
