//! Files that are often taken for traces: other programs' traces, archives, and pages. For each kind, there is advice that turns the
//! file into a trace.
//!
//! In the advice, `FILE` means the file's name.

use std::path::Path;

use super::detect::fitting;
use super::format::{ChosenFormat, FORMATS, Format};
use super::line;
use super::record::BadLine;
use super::unreadable::{DECIMAL, NO_RECORDS, Unreadable, UnreadableReason};

impl Unreadable {
    /// Returns the advice, as commands or words for a separate line.
    pub fn advice(&self) -> Option<String> {
        let advice = match &self.why {
            UnreadableReason::Foreign { advice, .. } => (*advice).to_owned(),
            UnreadableReason::NoRecord {
                chosen,
                line,
                first,
            } => {
                let first = first.iter().map(|bad| (bad.line, bad.text.as_bytes()));
                match fitting(&first.collect::<Vec<_>>()) {
                    Some(format) => format!(
                        "name the format of its lines with `--trace-format {0}` (in a script, `format {0}`)",
                        format.name()
                    ),
                    None if Path::new(&self.name)
                        .extension()
                        .is_some_and(|end| end == "pw") =>
                    {
                        "the file is a script: as the machine, it precedes the trace".to_owned()
                    }
                    None => advice(*chosen, line),
                }
            }
            UnreadableReason::NotATrace(NO_RECORDS)
                if Format::of_name(&self.name).is_none_or(|format| format == Format::Lackey) =>
            {
                RECORDING.to_owned()
            }
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

const RECORDING: &str = "Valgrind writes records only with `--trace-mem=yes`: \
                         `valgrind --tool=lackey --trace-mem=yes --log-file=FILE PROGRAM`";

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
        is: is_spaced_lackey,
        advice: "write a comma between the address and the size: `awk '{ print $1, $2 \",\" $3 }' FILE > converted.lackey`",
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
        "if the file is a trace, name its format ({}) with `--trace-format` (in a script, `format`), or write its columns as CSV with \
         `op,address,size` in the first line",
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

/// Whether a line is lackey's with a space instead of the comma, such as `L 0x4222cac 8`.
fn is_spaced_lackey(line: &[u8]) -> bool {
    let mut fields = line::fields(line);
    matches!(fields.next(), Some(b"I" | b"L" | b"S" | b"M"))
        && fields.next().is_some_and(line::looks_like_number)
        && fields
            .next()
            .is_some_and(|size| line::whole_decimal(size).is_ok())
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
