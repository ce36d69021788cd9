//! Finds the format of a text by its first lines.
//!
//! A format is chosen only if its parser reads the first line and most of the lines after it, so that a table of numbers is
//! not taken for a trace. Comments and messages of Valgrind do not count as lines.
//!
//! `docs/decisions/trace-formats.md` gives the reasons.

use memchr::memrchr;

use super::format::{Choice, ChosenFormat, FORMATS, Format};
use super::line::{self, Line};
use super::record::BadLine;
use super::source::Source;
use super::text::{BYTE_ORDER_MARK, Grammar};
use super::unreadable::{DECIMAL, Unreadable, UnreadableReason};

/// Maximum number of bytes at the start of a text that determine the format.
const MOST_HEAD: usize = 1 << 16;
/// Number of lines that determine the format.
const FIRST_LINES: usize = 64;
/// If all addresses of the first lines have only decimal digits, the number of digits other than 0 from which they are taken for
/// decimal numbers. Of the hexadecimal digits other than 0, 9 of 15 are decimal, so fewer than one in 200,000 addresses of 24
/// such digits contains no letter. A trace with fewer digits, such as an example of a lecture, is read as
/// hexadecimal, and the report says so.
const DECIMAL_DIGITS: usize = 24;

/// Detects the format of a text. If no line is a record in any format, returns the format that a file's first line most resembles.
///
/// # Errors
/// Fails if the text cannot be read, or if its first lines could also be something else than a trace.
pub(super) fn detect(source: &mut Source) -> Result<Format, Unreadable> {
    let (mut head, mut ended) = (Vec::new(), false);
    let chosen = loop {
        let whole = if ended {
            head.len()
        } else {
            memrchr(b'\n', &head).map_or(0, |at| at + 1)
        };
        let lines = first_lines(&head[..whole]);
        if ended || head.len() >= MOST_HEAD || lines.len() == FIRST_LINES {
            break choose(&lines);
        }
        let mut chunk = [0; 4096];
        match source.read(&mut chunk) {
            Ok(count) => {
                ended = count == 0;
                head.extend_from_slice(&chunk[..count]);
            }
            // The records before the error are part of the trace.
            Err(error) if !head.is_empty() => {
                let format = choose(&first_lines(&head)).unwrap_or(Format::Lackey);
                source.put_back_before(head, error);
                return Ok(format);
            }
            Err(error) => return Err(error),
        }
    };
    source.put_back(head);
    chosen.map_err(|why| source.error(why))
}

/// The lines at the start of a text that are neither blank, nor comments, nor messages of Valgrind, with their numbers.
fn first_lines(text: &[u8]) -> Vec<(u64, &[u8])> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let is_line = |line: &[u8]| {
        Grammar::Lackey.line(line) != Line::Nothing || is_record(&mut Grammar::Gap, line)
    };
    (1..)
        .zip(text.split(|byte| *byte == b'\n'))
        .filter(|(_, line)| is_line(line))
        .take(FIRST_LINES)
        .collect()
}

fn is_record(grammar: &mut Grammar, line: &[u8]) -> bool {
    matches!(grammar.line(line), Line::Record(_))
}

/// Chooses the format of the first lines.
fn choose(lines: &[(u64, &[u8])]) -> Result<Format, UnreadableReason> {
    let Some(format) = fitting(lines) else {
        return no_format(lines);
    };
    let ambiguous = matches!(format, Format::Din | Format::Gap) && are_decimal(format, lines);
    match lines.first().filter(|_| ambiguous) {
        Some((number, line)) => Err(no_record(format, BadLine::new(*number, line, DECIMAL))),
        None => Ok(format),
    }
}

/// Returns the reason why no format fits the first lines. If nothing but the first lines shows this, returns lackey's format,
/// because the output of a program can precede its trace.
fn no_format(lines: &[(u64, &[u8])]) -> Result<Format, UnreadableReason> {
    let resembled = lines.first().and_then(|(_, line)| resembled(line));
    if lines.is_empty() || resembled.is_none() && lines.len() == FIRST_LINES {
        return Ok(Format::Lackey);
    }
    if lines.iter().any(|(_, line)| line.contains(&0)) {
        return Err(UnreadableReason::NotATrace("the file is binary, not text"));
    }
    let format = resembled.unwrap_or(Format::Lackey);
    let mut grammar = guessed(format);
    let mut bad = lines
        .iter()
        .filter_map(|(number, line)| match grammar.line(line) {
            Line::Bad(why) => Some(BadLine::new(*number, line, why)),
            Line::Record(_) | Line::Nothing => None,
        });
    bad.next()
        .map_or(Ok(format), |bad| Err(no_record(format, bad)))
}

fn no_record(format: Format, line: BadLine) -> UnreadableReason {
    UnreadableReason::NoRecord {
        chosen: ChosenFormat {
            format,
            choice: Choice::FirstLines,
        },
        line,
        first: Vec::new(),
    }
}

/// Returns the first format that fits these lines.
pub(super) fn fitting(lines: &[(u64, &[u8])]) -> Option<Format> {
    // In the order of the registry: `gap` is the last text format, because its `#` begins a comment in the
    // others.
    let mut formats = FORMATS.iter().map(|row| row.format);
    formats.find(|format| fits(*format, lines))
}

/// The grammar of a format that is a guess.
fn guessed(format: Format) -> Grammar {
    Grammar::of(ChosenFormat {
        format,
        choice: Choice::FirstLines,
    })
}

/// Whether the parser of a format reads the first line and most of the others.
fn fits(format: Format, lines: &[(u64, &[u8])]) -> bool {
    let mut grammar = guessed(format);
    let (mut records, mut bad, mut begins) = (0, 0, None);
    for (_, line) in lines {
        let parsed = grammar.line(line);
        // The first line of a CSV file may be the names of its columns.
        let is_header = format == Format::Csv && begins.is_none() && parsed == Line::Nothing;
        begins = begins.or(Some(is_header || matches!(parsed, Line::Record(_))));
        match parsed {
            Line::Record(_) => records += 1,
            Line::Bad(_) => bad += 1,
            Line::Nothing => {}
        }
    }
    // A record of Dinero's begins with 0, 1, or 2.
    let begins_with_digit = |line: &[u8]| {
        line.trim_ascii_start()
            .first()
            .is_some_and(u8::is_ascii_digit)
    };
    if format == Format::Din
        && lines.iter().any(|(_, line)| is_access_of_lackey(line))
        && !lines.iter().any(|(_, line)| begins_with_digit(line))
    {
        return false;
    }
    match format {
        // A program whose output is in the trace can begin with other lines. No other format has such records.
        Format::Lackey => records > 0,
        _ => begins == Some(true) && (records > bad || lines.len() == 1),
    }
}

/// Whether a line is a load or a store in the letters of lackey, which `din` does not have, although it has those of a fetch. A few
/// of these lines among many fetches show that the trace is not Dinero's.
fn is_access_of_lackey(line: &[u8]) -> bool {
    let mut fields = line::fields(line);
    matches!(fields.next(), Some(b"L" | b"S" | b"l" | b"s"))
        && fields.next().is_some_and(line::looks_like_number)
}

/// Whether the addresses of the first lines have many digits, but no letter, no `0x`, and no leading 0.
fn are_decimal(format: Format, lines: &[(u64, &[u8])]) -> bool {
    let mut grammar = guessed(format);
    let mut digits = 0;
    for (_, line) in lines {
        let Line::Record(record) = grammar.line(line) else {
            continue;
        };
        let mut addresses =
            line::fields(line).filter(|field| line::whole_hex(field) == Ok(record.address));
        let Some(address) = addresses.find(|field| field.len() > 1) else {
            continue;
        };
        if address[0] == b'0' || !address.iter().all(u8::is_ascii_digit) {
            return false;
        }
        digits += address.iter().filter(|digit| **digit != b'0').count();
    }
    digits >= DECIMAL_DIGITS
}

/// Whether commas or semicolons separate words of a line.
fn is_row(line: &[u8]) -> bool {
    let mut words = line.split(|byte| matches!(byte, b',' | b';'));
    words.clone().count() > 1
        && words.all(|word| !word.trim_ascii().iter().any(u8::is_ascii_whitespace))
}

/// The format that a line most resembles, for messages.
fn resembled(line: &[u8]) -> Option<Format> {
    let line = line.trim_ascii();
    let mut fields = line::fields(line);
    let (first, second) = (
        fields.next().unwrap_or_default(),
        fields.next().unwrap_or_default(),
    );
    match first {
        [b'I' | b'L' | b'S' | b'M']
            if second.contains(&b',') || line::looks_like_number(second) =>
        {
            Some(Format::Lackey)
        }
        [b'#', ..] | b"l" | b"s" => Some(Format::Gap),
        [b'0'..=b'9' | b'r' | b'w' | b'i' | b'm' | b'R' | b'W'] => Some(Format::Din),
        _ if matches!(second, b"R" | b"W" | b"r" | b"w") => Some(Format::Din),
        _ if is_row(line) => Some(Format::Csv),
        _ => None,
    }
}
