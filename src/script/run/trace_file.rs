//! Memory traces that a script names.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::loader::Stream;
use pagewalk_engine::trace::format::{FORMATS, Format};
use pagewalk_engine::trace::read_ahead::{
    ReadEnd, ReadOptions, StopSignals, TraceHead, TraceOrigin, read_ahead, read_head,
};
use pagewalk_engine::trace::record::{Fetches, Malformed};
use pagewalk_engine::trace::unreadable::Unreadable;

use super::budget::WORK_OF_STEP;
use super::programs::{ProgramSource, RecordHandler};
use super::session::Cx;
use super::stop::Stop;

/// Work of one line of a trace. A statement costs as much as 16 lines.
pub(crate) const WORK_OF_LINE: u64 = WORK_OF_STEP / 16;

/// A memory trace that a script names.
#[derive(Debug, Clone)]
pub(crate) struct TraceFile {
    /// The file's name in the script.
    pub(crate) name: Word,
    origin: Origin,
}

/// The origin of the records.
#[derive(Debug, Clone)]
enum Origin {
    /// A file, with its format, or `None` to detect the format from the file's name or first bytes.
    File(Stream, Option<Format>),
    /// A program, which runs each time that its records are read.
    Program(Arc<ProgramSource>),
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
            origin: Origin::File(stream, format),
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
    /// Returns the accesses of a program as a trace.
    pub(crate) fn of_program(source: ProgramSource) -> Self {
        let name = Word {
            text: source.call.name(),
            span: source.call.place,
        };
        Self {
            name,
            origin: Origin::Program(Arc::new(source)),
        }
    }

    /// Returns the program whose accesses the trace contains.
    pub(crate) fn program(&self) -> Option<&Arc<ProgramSource>> {
        match &self.origin {
            Origin::Program(source) => Some(source),
            Origin::File(..) => None,
        }
    }

    /// Reads the first records, which are all records of a short trace.
    ///
    /// # Errors
    /// Returns `unreadable`.
    pub(crate) fn head(&self) -> Result<TraceHead, Stop> {
        match &self.origin {
            Origin::Program(source) => source.head(),
            Origin::File(stream, format) => {
                let head = read_head(self.opened(stream), *format);
                head.map_err(|why| self.unreadable(why))
            }
        }
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
        let (stream, format) = match &self.origin {
            Origin::Program(source) => return source.read(interrupt, each),
            Origin::File(stream, format) => (stream, *format),
        };
        let (read, end) = read_ahead(
            self.opened(stream),
            ReadOptions {
                format,
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

    /// Returns what to read: a file on disk, or a text in memory.
    fn opened(&self, stream: &Stream) -> TraceOrigin {
        match stream {
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
