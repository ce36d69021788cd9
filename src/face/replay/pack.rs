//! `pagewalk replay --pack`: converts a trace to the packed format.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::progress::Bar;
use crate::face::terminal::{Status, complain};
use pagewalk_engine::files::atomic_write::write_file_with;
use pagewalk_engine::files::{reason, shown};
use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::pack::Packer;
use pagewalk_engine::trace::read_ahead::{
    ReadEnd, ReadOptions, ReadSoFar, StopSignals, TraceOrigin, read_trace,
};
use pagewalk_script::report::narrate::count;
use pagewalk_script::traces::reports::malformed;
use pagewalk_script::traces::{TimeLimit, first_malformed, unreadable};

/// A trace to pack.
pub(crate) struct Packing<'a> {
    /// The trace, or `-` for standard input.
    pub(crate) trace: &'a Path,
    /// The format of the trace, or `None` to detect the format.
    pub(crate) format: Option<Format>,
    /// Whether a malformed line is an error.
    pub(crate) strict: bool,
    /// The time limit, if any.
    pub(crate) max_time: Option<TimeLimit>,
    /// Becomes true when the user presses Ctrl-C.
    pub(crate) interrupt: &'a AtomicBool,
}

/// The result of packing, if the file could be written.
#[derive(Debug)]
struct Packed {
    status: Status,
    /// The messages, with line breaks.
    message: String,
}

impl Packing<'_> {
    /// Writes the packed trace to a file, or to standard output for `-`. If the trace is damaged, the file
    /// contains the records before the damage. If the trace is rejected or the user presses Ctrl-C, the file
    /// stays unchanged.
    ///
    /// # Errors
    /// Returns an error if writing to standard output fails.
    pub(crate) fn write(&self, file: &Path) -> io::Result<Status> {
        let mut packed = Packed {
            status: Status::Held,
            message: String::new(),
        };
        let to_stdout = file.as_os_str() == "-";
        let written = if to_stdout {
            self.pack(io::stdout().lock(), &mut packed)
        } else {
            write_file_with(file, |file| self.pack(file, &mut packed))
        };
        complain(&packed.message);
        match written {
            // The reason has already been reported.
            Err(_) if packed.status != Status::Held && packed.message.ends_with('\n') => {
                Ok(packed.status)
            }
            Err(error) if to_stdout => Err(error),
            Err(error) => {
                complain(&format!(
                    "pagewalk: cannot write `{}`: {}\n",
                    shown(file),
                    reason(&error)
                ));
                Ok(Status::Wrong)
            }
            Ok(()) => Ok(packed.status),
        }
    }

    /// Packs the trace. Returns an error if writing fails. Also returns an error if no file should be
    /// written, and stores the reason in `packed`.
    fn pack(&self, out: impl Write, packed: &mut Packed) -> io::Result<()> {
        let trace = TraceOrigin::File(self.trace.to_owned());
        let name = trace.name();
        let mut packer = Packer::new(BufWriter::with_capacity(1 << 16, out))?;
        let mut bar = Bar::new(&name);
        let mut records = 0;
        let options = ReadOptions {
            format: self.format,
            ..ReadOptions::default()
        };
        let stop = StopSignals {
            interrupt: Some(self.interrupt),
            deadline: self.max_time.map(|limit| limit.deadline),
        };
        let fed = read_trace(trace, options, stop, &mut |batch, progress, read| {
            bar.show(progress);
            records += batch.len();
            let refused = first_malformed(read).filter(|_| self.strict);
            packer
                .add(&batch.records)
                .err()
                .or_else(|| refused.map(|_| no_file()))
        });
        bar.clear();
        let (read, stopped) = fed.map_err(|why| packed.refuse(&unreadable(&why)))?;
        let refused = first_malformed(&read).filter(|_| self.strict);
        match stopped {
            ReadEnd::Unreadable(why) if records == 0 => {
                return Err(packed.refuse(&unreadable(&why)));
            }
            _ if let Some(why) = refused => {
                return Err(packed.refuse(&format!("`{name}` is rejected: {why}")));
            }
            ReadEnd::End => {}
            ReadEnd::Unreadable(why) => {
                let records = count(records, "record", "records");
                packed.status = Status::Wrong;
                packed.message =
                    format!("pagewalk: {why}\n  the {records} before this point are packed\n");
            }
            ReadEnd::TimeOut => {
                let why = TimeLimit::message(self.max_time);
                return Err(packed.refuse(&format!("{why}: no file is written")));
            }
            ReadEnd::Interrupted => {
                let why = packed.refuse("interrupted: no file is written");
                packed.status = Status::Interrupted;
                return Err(why);
            }
            ReadEnd::Enough(error) => return Err(error),
        }
        packer.finish()?.flush()?;
        packed.warn(&name, &read);
        Ok(())
    }
}

impl Packed {
    /// Aborts packing with this reason.
    fn refuse(&mut self, why: &str) -> io::Error {
        self.status = Status::Wrong;
        self.message = format!("pagewalk: {why}\n");
        no_file()
    }

    /// Warns about malformed lines.
    fn warn(&mut self, name: &str, read: &ReadSoFar) {
        if read.malformed.count > 0 {
            // Writing to a string cannot fail.
            let _ = writeln!(
                self.message,
                "pagewalk: `{name}`: {}",
                malformed(&read.malformed)
            );
        }
    }
}

/// Returns the error that aborts writing a file.
fn no_file() -> io::Error {
    io::Error::other("Pagewalk discards the unfinished file")
}
