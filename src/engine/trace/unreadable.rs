//! Errors in reading a trace, and hints for files that are no traces.

use std::{fmt, io};

use super::detect::fitting;
use super::format::{Choice, ChosenFormat, FORMATS, Format};
use super::line;
use super::record::{BadLine, Malformed};
use crate::files::visible;

/// An error that prevents a trace from being read completely. The parser returns all records before the
/// error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The name of the file.
    pub name: String,
    pub why: UnreadableReason,
}

/// The reason why a trace cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnreadableReason {
    /// The file does not exist.
    NotFound,
    /// The file is a directory.
    Directory,
    /// Permission is denied.
    Denied,
    /// The file is not a trace in the requested format.
    NotATrace(&'static str),
    /// A line is not a record in the format of the trace, and no earlier line is.
    NoRecord {
        /// The format, and how it was chosen.
        chosen: ChosenFormat,
        line: BadLine,
        /// The format that fits the lines.
        fits: Option<Format>,
    },
    /// The file has another, known format.
    Foreign {
        /// The format, with an article.
        what: &'static str,
        advice: &'static str,
    },
    /// The file is truncated.
    Truncated {
        /// The format: `gzip` or `zstd`.
        kind: &'static str,
        /// The size in bytes.
        at: u64,
    },
    /// The file is damaged.
    Damaged {
        /// The format: `gzip` or `zstd`.
        kind: &'static str,
        /// Number of bytes read before the damage was detected.
        at: u64,
        what: String,
    },
    /// The file was modified while it was read.
    Changed {
        /// The size in bytes when the file was opened.
        before: u64,
        /// The size in bytes at the end of reading.
        after: u64,
    },
    /// An error message from the operating system.
    System(String),
}

impl UnreadableReason {
    /// The reason why a trace without records is not one. On the command line, such a trace is an error,
    /// because a replay of no references would look like a success.
    pub(super) fn no_record(chosen: Option<ChosenFormat>, malformed: &Malformed) -> Self {
        match (chosen, malformed.first.first()) {
            (Some(chosen), Some(line)) => {
                let lines = malformed.first.iter();
                let lines: Vec<_> = lines.map(|bad| (bad.line, bad.text.as_bytes())).collect();
                Self::NoRecord {
                    chosen,
                    line: line.clone(),
                    fits: fitting(&lines),
                }
            }
            _ => Self::NotATrace(NO_RECORDS),
        }
    }
}

impl Unreadable {
    pub(super) fn new(name: &str, why: UnreadableReason) -> Self {
        Self {
            name: name.to_owned(),
            why,
        }
    }

    /// Converts an operating system error from opening or reading a file.
    pub(super) fn system(name: &str, error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::NotFound => UnreadableReason::NotFound,
            io::ErrorKind::IsADirectory => UnreadableReason::Directory,
            io::ErrorKind::PermissionDenied => UnreadableReason::Denied,
            _ => UnreadableReason::System(error.to_string()),
        };
        Self::new(name, why)
    }

    /// Returns the advice, as commands or words for a separate line.
    pub fn advice(&self) -> Option<String> {
        let advice = match &self.why {
            UnreadableReason::Foreign { advice, .. } => (*advice).to_owned(),
            UnreadableReason::NoRecord {
                fits: Some(format), ..
            } => {
                let name = format.name();
                format!(
                    "name the format of its lines with `--trace-format {name}` (in a script, `format {name}`)"
                )
            }
            UnreadableReason::NoRecord { chosen, line, .. } => advice(*chosen, line),
            UnreadableReason::NotATrace(NO_RECORDS) => RECORDING.to_owned(),
            _ => return None,
        };
        // The advice contains commands for a shell.
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-/+".contains(c);
        let file = if !self.name.starts_with('-') && self.name.chars().all(plain) {
            &*self.name
        } else {
            "FILE"
        };
        Some(advice.replace("FILE", file))
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = visible(&self.name);
        match &self.why {
            UnreadableReason::NotFound => write!(f, "cannot read `{name}`: there is no such file"),
            UnreadableReason::Directory => write!(f, "cannot read `{name}`: it is a folder"),
            UnreadableReason::Denied => write!(f, "cannot read `{name}`: permission denied"),
            UnreadableReason::NotATrace(why) => write!(f, "`{name}` is not a trace: {why}"),
            UnreadableReason::NoRecord {
                chosen,
                line: BadLine { line, text, why },
                ..
            } => {
                let format = chosen.format.name();
                let how = match chosen.choice {
                    Choice::Named | Choice::Program => "",
                    Choice::Extension => ", the format of its name",
                    Choice::FirstLines => ", the closest format",
                };
                write!(
                    f,
                    "`{name}` is not a trace: read as {format}{how}, line {line} is not a record: {why}: `{text}`"
                )
            }
            UnreadableReason::Foreign { what, .. } => {
                write!(f, "`{name}` is not a trace: it is {what}")
            }
            UnreadableReason::Truncated { kind, at } => {
                write!(
                    f,
                    "`{name}` is truncated: the {kind} data ends too early, after {at} bytes"
                )
            }
            UnreadableReason::Damaged { kind, at, what } => {
                write!(
                    f,
                    "`{name}` is damaged: the {kind} data is invalid before byte {at}: {what}"
                )
            }
            UnreadableReason::Changed { before, after } if before == after => {
                write!(f, "`{name}` was modified while Pagewalk was reading it")
            }
            UnreadableReason::Changed { before, after } => {
                write!(
                    f,
                    "`{name}` changed while Pagewalk was reading it: the size was {before} bytes and is now {after}"
                )
            }
            UnreadableReason::System(why) => write!(f, "cannot read `{name}`: {why}"),
        }
    }
}

impl std::error::Error for Unreadable {}

// Files that are often taken for traces: other programs' traces, archives, and pages. For each kind, there is advice that turns the
// file into a trace.
//
// In the advice, `FILE` means the file's name.

/// The reason of a file with comments and blank lines only, such as the log of Valgrind without `--trace-mem=yes`.
const NO_RECORDS: &str = "it contains no records";

const RECORDING: &str = "Valgrind writes records only with `--trace-mem=yes`: \
                         `valgrind --tool=lackey --trace-mem=yes --log-file=FILE PROGRAM`";

/// The reason against addresses that could be decimal.
pub(super) const DECIMAL: &str = "the addresses of the first lines have only decimal digits";

/// A kind of binary files, which the first bytes identify.
pub(super) struct Signature {
    bytes: &'static [u8],
    pub(super) what: &'static str,
    pub(super) advice: &'static str,
}

/// A kind of text files.
struct TextRow {
    is: fn(&[u8]) -> bool,
    advice: &'static str,
}

/// Number of bytes at the start of a file that identify its kind.
pub(super) const LONGEST_SIGNATURE: usize = 6;

/// The kinds of binary files.
const SIGNATURES: &[Signature] = &[
    Signature {
        bytes: b"\xfd7zXZ\0",
        what: "compressed with xz",
        advice: "decompress it and replay the result: `xz -dc FILE > converted.trace`",
    },
    Signature {
        bytes: b"BZh",
        what: "compressed with bzip2",
        advice: "decompress it and replay the result: `bzip2 -dc FILE > converted.trace`",
    },
    Signature {
        bytes: b"\x04\x22\x4d\x18",
        what: "compressed with lz4",
        advice: "decompress it and replay the result: `lz4 -dc FILE > converted.trace`",
    },
    Signature {
        bytes: b"\x1f\x9d",
        what: "compressed with compress",
        advice: "decompress it and replay the result: `gzip -dc FILE > converted.trace`",
    },
    Signature {
        bytes: b"PK\x03\x04",
        what: "a zip archive",
        advice: "extract the trace and replay it: `unzip -p FILE > converted.trace`",
    },
    Signature {
        bytes: b"7z\xbc\xaf\x27\x1c",
        what: "a 7-Zip archive",
        advice: "extract the trace and replay it: `7z x -so FILE > converted.trace`",
    },
    Signature {
        bytes: b"\x7fELF",
        what: "a program, not its trace",
        advice: "record a trace of the program with `valgrind --tool=lackey --trace-mem=yes --log-file=t.lackey ./FILE`",
    },
    Signature {
        bytes: b"%PDF",
        what: "a PDF document",
        advice: "replay the trace itself, which is a text file",
    },
    Signature {
        bytes: b"\xff\xfe",
        what: "text in UTF-16",
        advice: "convert it to UTF-8 and replay the result: `iconv -f UTF-16 -t UTF-8 FILE > converted.trace`",
    },
    Signature {
        bytes: b"\xfe\xff",
        what: "text in UTF-16",
        advice: "convert it to UTF-8 and replay the result: `iconv -f UTF-16 -t UTF-8 FILE > converted.trace`",
    },
];

/// The kinds of text files, in the order in which they are tried.
const TEXTS: &[TextRow] = &[
    TextRow {
        is: |line| line.starts_with(b"<"),
        advice: "this is a web page; download the file itself, such as with `Raw` on GitHub",
    },
    TextRow {
        is: |line| line.starts_with(b"version https://git-lfs."),
        advice: "this is a pointer of Git LFS; fetch the file itself: `git lfs pull`",
    },
    TextRow {
        is: is_drcachesim,
        advice: "this is the `view` of DynamoRIO's drcachesim; convert it: \
                 `awk '{ for (i = 4; i < NF; i++) if ($i == \"@\") print $(i-3) \",\" $(i+1) \",\" $(i-2) }' FILE > converted.csv`",
    },
    TextRow {
        is: is_gem5,
        advice: "this is gem5's debug output; record it with `--debug-flags=MemoryAccess` and convert it: \
                 `awk '{ for (i = 4; i < NF; i++) if ($i == \"address\") print $3 \",\" $(i+1) \",\" $(i-2) }' FILE > converted.csv`",
    },
    TextRow {
        is: is_old_lackey,
        advice: "this is the output of an old lackey; convert it: \
                 `sed -E 's/^ *i[a-z]* *:/I/; s/^ *l[a-z]* *:/ L/; s/^ *s[a-z]* *:/ S/; s/^ *m[a-z]* *:/ M/' FILE > converted.lackey`",
    },
    TextRow {
        is: |line| contains(line, b"(") && contains(line, b") = "),
        advice: "this is the output of strace, which lists system calls, not accesses to memory; record a trace with \
                 `valgrind --tool=lackey --trace-mem=yes --log-file=TRACE PROGRAM`",
    },
    TextRow {
        is: |line| line.starts_with(b"SB "),
        advice: "these are superblocks of lackey; record the accesses with `--trace-mem=yes` instead of `--trace-superblocks=yes`",
    },
    TextRow {
        is: is_longer_lackey,
        advice: "remove the columns after the size: `sed -E 's/(,[0-9]+).*/\\1/' FILE > converted.lackey`",
    },
    TextRow {
        is: |line| is_usimm(line) && !line.contains(&b'\t'),
        advice: "this is a trace of USIMM; convert it: `awk '{ print $2 \",\" $3 }' FILE > converted.csv`",
    },
    TextRow {
        is: |line| line.contains(&b'\t'),
        advice: "tabs separate the columns; write commas: `tr '\\t' ',' < FILE > converted.csv`. The first line must be `op,address,size`, \
                 or the names of all columns with `op` and `address` among them",
    },
    TextRow {
        is: |line| line.contains(&b';'),
        advice: "semicolons separate the columns; write commas: `tr ';' ',' < FILE > converted.csv`. The first line must be \
                 `op,address,size`, or the names of all columns with `op` and `address` among them",
    },
    TextRow {
        is: |line| line.contains(&b',') && !contains(line, b" "),
        advice: "a CSV file needs a column with the access (`R`, `W`, or `I`) and one with the address. If the second of the columns is \
                 the address of a read: `awk -F, '{ print \"R,\" $2 }' FILE > converted.csv`",
    },
    TextRow {
        is: is_address,
        advice: "each line is an address without an access. If the addresses are hexadecimal and read: `sed 's/^/r /' FILE > converted.din`; \
                 if they are decimal: `sed 's/^/R,/' FILE > converted.csv`",
    },
    TextRow {
        is: is_access_with_more,
        advice: "remove the columns after the address: `awk '{ print $1, $2 }' FILE > converted.din`",
    },
    TextRow {
        is: |line| numbers(line) > 3,
        advice: "write the columns of the access, the address, and the size as CSV. For the columns of time, write (1) or read (0), \
                 address, number, and size: `awk '{ print ($2 ? \"W\" : \"R\") \",\" $3 \",\" $5 }' FILE > converted.csv`",
    },
    TextRow {
        is: |line| numbers(line) > 1,
        advice: "write the columns of the access, the address, and the size as CSV. If the second column is the address of a read: \
                 `awk '{ print \"R,\" $2 }' FILE > converted.csv`. If the columns are those of Dinero, name the format with \
                 `--trace-format din` (in a script, `format din`)",
    },
];

/// Returns the kind of a file that begins with these bytes, if they are not the beginning of a trace.
pub(super) fn signature(head: &[u8]) -> Option<&'static Signature> {
    SIGNATURES.iter().find(|row| head.starts_with(row.bytes))
}

/// Returns what to do about a file whose line is not a record in a format.
fn advice(chosen: ChosenFormat, bad: &BadLine) -> String {
    let line = bad.text.trim();
    if bad.why == DECIMAL {
        let name = chosen.format.name();
        return format!(
            "if they are hexadecimal, name the format with `--trace-format {name}` (in a script, `format {name}`); if they are decimal, \
             write the columns as CSV with `op,address,size` in the first line"
        );
    }
    if let Some(row) = TEXTS.iter().find(|row| (row.is)(line.as_bytes())) {
        return row.advice.to_owned();
    }
    let others = FORMATS.iter().map(|row| row.name);
    format!(
        "if the file is a trace, name its format with `--trace-format` ({}), or write its columns as CSV with `op,address,size` in the \
         first line",
        others.collect::<Vec<&str>>().join(", ")
    )
}

fn contains(line: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(line, part).is_some()
}

/// Whether a line is from the text view of drcachesim: two numbers, a thread, and a record.
fn is_drcachesim(line: &[u8]) -> bool {
    let number = |field: &[u8]| line::whole_decimal(field).is_ok();
    let mut fields =
        line::fields(line).skip_while(|field| number(field.strip_suffix(b":").unwrap_or(field)));
    let record = fields.next().unwrap_or_default();
    line.starts_with(b"Output format:") || record == b"<marker" || contains(line, b"byte(s)")
}

/// Whether a line begins with a tick and the name of a simulated object: `77000: system.cpu.icache: access for …`.
fn is_gem5(line: &[u8]) -> bool {
    let mut fields = line::fields(line);
    let is_tick = |field: &[u8]| {
        field
            .strip_suffix(b":")
            .is_some_and(|tick| line::whole_decimal(tick).is_ok())
    };
    fields.next().is_some_and(is_tick)
        && fields
            .next()
            .is_some_and(|field| field.contains(&b'.') || field.ends_with(b":"))
}

/// Whether a line is one of lackey before Valgrind 3.3, such as `load  : 0x4222CAC, 4`.
fn is_old_lackey(line: &[u8]) -> bool {
    let word = line
        .split(|byte| matches!(byte, b':' | b' '))
        .next()
        .unwrap_or_default();
    matches!(
        word,
        b"instr" | b"load" | b"store" | b"modify" | b"instruction"
    ) && line.contains(&b':')
}

/// Whether a line is lackey's with further columns, such as ` L 4222cac,8 1`.
fn is_longer_lackey(line: &[u8]) -> bool {
    let Some((b'I' | b'L' | b'S' | b'M', rest)) = line.split_first() else {
        return false;
    };
    let Ok((_, rest)) = line::hex(rest.trim_ascii_start()) else {
        return false;
    };
    rest.strip_prefix(b",")
        .is_some_and(|size| line::decimal(size).is_ok_and(|(_, rest)| rest.starts_with(b" ")))
}

/// Whether a line is USIMM's: the number of instructions before the access, `R` or `W`, the address, and the instruction's address.
fn is_usimm(line: &[u8]) -> bool {
    let mut fields = line::fields(line);
    let is_count = fields
        .next()
        .is_some_and(|field| line::whole_decimal(field).is_ok());
    is_count
        && matches!(fields.next(), Some(b"R" | b"W"))
        && fields.next().is_some_and(|field| field.starts_with(b"0x"))
}

fn is_address(line: &[u8]) -> bool {
    line::whole_hex(line.strip_suffix(b",").unwrap_or(line)).is_ok()
}

/// Whether a line is an access as in `din`, followed by two numbers.
fn is_access_with_more(line: &[u8]) -> bool {
    let mut fields = line::fields(line);
    matches!(fields.next(), Some(b"r" | b"w" | b"R" | b"W"))
        && fields
            .take(2)
            .filter(|field| line::looks_like_number(field))
            .count()
            == 2
}

/// Number of numbers at the start of a line.
fn numbers(line: &[u8]) -> usize {
    line::fields(line)
        .take_while(|field| line::looks_like_number(field))
        .count()
}
