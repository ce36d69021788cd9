//! `pagewalk replay --pack`: writes a packed trace.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::feed::{feed, first_malformed, trace_name};
use super::progress::Bar;
use crate::face::atomic_write::write_file_with;
use crate::face::terminal::{Status, complain};
use crate::face::test::find::error_words;
use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::pack::Packer;
use pagewalk_engine::trace::read_ahead::{ReadEnd, ReadSoFar};
use pagewalk_script::report::narrate::count;
use pagewalk_script::traces::reports::malformed;

/// The input of packing.
pub(crate) struct Packing<'a> {
    /// The trace; `-` is standard input.
    pub(crate) trace: &'a Path,
    /// The format; none to detect it.
    pub(crate) format: Option<Format>,
    /// Whether to refuse a trace with a malformed line.
    pub(crate) strict: bool,
    /// Becomes true at Ctrl-C.
    pub(crate) interrupt: &'a AtomicBool,
}

/// The result of packing.
#[derive(Debug)]
struct Packed {
    status: Status,
    /// A complete message, with line ends.
    message: String,
}

impl Packing<'_> {
    /// Writes the packed trace to a file, or for `-` to standard output. A damaged trace is packed up to the
    /// damage. If the trace is refused or the user presses Ctrl-C, the file stays as it was.
    pub(crate) fn write(&self, file: &Path) -> io::Result<Status> {
        let mut packed = Packed { status: Status::Held, message: String::new() };
        let to_stdout = file.as_os_str() == "-";
        let written = if to_stdout {
            self.pack(io::stdout().lock(), &mut packed)
        } else {
            write_file_with(file, |file| self.pack(file, &mut packed))
        };
        complain(&packed.message);
        match written {
            // The message explains the missing file.
            Err(_) if packed.status != Status::Held && packed.message.ends_with('\n') => Ok(packed.status),
            Err(error) if to_stdout => Err(error),
            Err(error) => {
                complain(&format!("pagewalk: cannot write `{}`: {}\n", file.display(), error_words(&error)));
                Ok(Status::Wrong)
            }
            Ok(()) => Ok(packed.status),
        }
    }

    /// Packs the trace. An error comes from the stream, or means that no file is to be written for the reason
    /// in `packed`.
    fn pack(&self, out: impl Write, packed: &mut Packed) -> io::Result<()> {
        let name = trace_name(self.trace);
        let mut packer = Packer::new(BufWriter::with_capacity(1 << 16, out))?;
        let mut bar = Bar::new(&name);
        let mut records = 0;
        let fed = feed(self.trace, self.format, self.interrupt, &mut |batch, progress, read| {
            bar.show(progress);
            records += batch.len() as u64;
            let refused = first_malformed(read).filter(|_| self.strict);
            packer.add(batch).err().or_else(|| refused.map(|_| no_file()))
        });
        bar.clear();
        let (read, stopped) = fed.map_err(|why| packed.refuse(&why.to_string()))?;
        if let Some(why) = first_malformed(&read).filter(|_| self.strict) {
            return Err(packed.refuse(&format!("`{name}` is refused: {why}")));
        }
        match stopped {
            ReadEnd::End => {}
            ReadEnd::Unreadable(why) if records == 0 => return Err(packed.refuse(&why.to_string())),
            ReadEnd::Unreadable(why) => {
                let records = count(records, "record", "records");
                packed.status = Status::Wrong;
                packed.message = format!("pagewalk: {why}\n  the {records} before that are packed\n");
            }
            ReadEnd::Interrupted => {
                let why = packed.refuse("interrupted: nothing is written");
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
    /// Prevents the file, for this reason.
    fn refuse(&mut self, why: &str) -> io::Error {
        self.status = Status::Wrong;
        self.message = format!("pagewalk: {why}\n");
        no_file()
    }

    /// Adds a warning about malformed lines.
    fn warn(&mut self, name: &str, read: &Read) {
        if read.malformed.count > 0 {
            // Writing to a string does not fail.
            let _ = writeln!(self.message, "pagewalk: `{name}`: {}", malformed(&read.malformed));
        }
    }
}

/// The error that prevents a file.
fn no_file() -> io::Error {
    io::Error::other("nothing is to be written")
}
