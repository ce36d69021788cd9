//! Tables on one line, tables with commas, and fields instead of a table.

use std::fmt::Write as _;
use std::ops::Range;

use super::advice::Advice;
use super::pattern::cell_of;
use super::tokens::{indent, tokens};
use crate::lang::fix::Fix;
use crate::lang::parse::VERBS;
use crate::lang::span::Span;

const ONE_LINE: &str = "each row of a table must be on a separate line or end with `;`";
const COMMAS: &str = "the cells of a table must be separated by spaces, not by commas";
const FRAMED: &str =
    "`│` and `─` are drawn by `show`; a table in a script has `|` between its columns";
const CAPITALS: &str = "the names of columns are in lowercase";
const FIELDS: &str = "contents must be a table: a row of column names, then one row per entry";

const PROCESS: &str =
    "the braces of `process` contain areas; the statements of a process need a separate block";

const PROCESS_AREAS: &str = "the braces of `process` contain a table of areas, not settings";

const MAPS: &str = "these are lines of `/proc/PID/maps`; a script has a table of areas";
const MAPS_HELP: &str = "separate the start and the end, and write the columns `start end perms backing`, with `anonymous` for memory without a file";

/// Maximum length in bytes of a table to examine.
const LONGEST: usize = 2000;

/// Returns the advice for the table that begins on a line of a text.
pub(super) fn advice(text: &str, line: &Range<usize>, file: u32) -> Option<Advice> {
    let head = &text[line.clone()];
    let mut words = words_of(head);
    let first = words.next()?;
    let pte = first == "set" && words.next() == Some("pte");
    if pte || !matches!(first, "set" | "expect" | "process" | "given") {
        return None;
    }
    let from = line.start + head.find('{')? + 1;
    let inside = &text[from..from + text[from..].find('}').filter(|length| *length < LONGEST)?];
    let verb = inside.split_whitespace().next().unwrap_or_default();
    if first == "process" && VERBS.contains(&verb) {
        let name = words_of(head).nth(1)?;
        let fix = Fix::put_in(
            file,
            (line.start + head.find('{')?) as u32,
            format!("; {name} "),
        );
        return Some(
            Advice::fixed(PROCESS, fix)
                .help("put the statements into `NAME { … }` after `process NAME`"),
        );
    }
    if first == "process"
        && let Some(rows) = named_areas(inside)
    {
        let fix = Fix::replace(Span::new(file, from..from + inside.len()), rows);
        let help = "write a row for each area, such as `| heap | 1000 | 2000 | rw-p |`, below `| area | start | end | perms |`";
        return Some(Advice::fixed(PROCESS_AREAS, fix).help(help).sure());
    }
    if first == "process"
        && let Some(rows) = maps_of_linux(inside)
    {
        let place = Span::new(file, from..from + inside.len());
        let fix = Fix::replace(place, rows);
        let start = from + inside.len() - inside.trim_start().len();
        let end = start + inside.trim_start().find('\n').unwrap_or(0);
        return Some(
            Advice::fixed(MAPS, fix)
                .help(MAPS_HELP)
                .sure()
                .at(Span::new(file, start..end)),
        );
    }
    if inside.contains(['{', '#', '"', '(']) {
        return None;
    }
    let areas = ["area", "start", "end", "perms", "offset", "backing"];
    if first == "process" && !inside.contains('|') && !areas.contains(&verb) {
        return Some(Advice::without(
            PROCESS_AREAS,
            "write a table such as `{ | area | start | end | perms | backing |; | heap | 1000 | 2000 | rw-p | anonymous | }`, or `process P1` alone",
        ));
    }
    // LaTeX's rows
    if first == "set" && inside.contains(" & ") && !inside.contains('|') {
        let row = |line: &str| {
            let cells = line.trim().trim_end_matches('\\').replace('&', " ");
            let cells: Vec<&str> = cells.split_whitespace().collect();
            format!("  | {} |\n", cells.join(" "))
        };
        let rows = inside.lines().filter(|line| line.contains('&')).map(row);
        let place = Span::new(file, from..from + inside.len());
        let fix = Fix::replace(place, format!("\n{}", rows.collect::<String>()));
        let help = "write each row between `|`, without `&`";
        let message = "the cells of a row are between `|`";
        return Some(Advice::fixed(message, fix).help(help).sure());
    }
    if inside.contains('│') {
        let rows = inside
            .split_inclusive('\n')
            .filter(|row| !row.contains('─'));
        let rows: String = rows.map(|row| row.replace('│', "|")).collect();
        let place = Span::new(file, from..from + inside.len());
        let fix = Fix::replace(place, rows);
        return Some(
            Advice::fixed(FRAMED, fix).help("write `|`, and remove the line below the names"),
        );
    }
    let mut rows = inside.split(['\n', ';']).map(str::trim);
    let header = rows.find(|row| !row.is_empty())?;
    // A row of numbers may have capital digits.
    if header.contains(|c: char| c.is_ascii_uppercase() && !c.is_ascii_hexdigit()) {
        let at = from + inside.find(header)?;
        let place = Span::new(file, at..at + header.len());
        let fix = Fix::replace(place, lowercase(header, head.contains("cache")));
        return Some(Advice::fixed(CAPITALS, fix).at(place));
    }
    if let Some(rows) = pairs(head, inside) {
        let whole = line.start + indent(head)..from + inside.len() + 1;
        // A dictionary of Python follows `=`.
        let opening = text[whole.start..from].replace(" = {", " {");
        let new = format!("{opening} {rows} }}");
        let fix = Fix::replace(Span::new(file, whole), new);
        return Some(Advice::fixed(FIELDS, fix).sure());
    }
    let (message, help, rows) = if let Some(rows) = fields(inside) {
        (FIELDS, "write the names of the fields as columns", rows)
    } else if !inside.contains('\n') {
        (
            ONE_LINE,
            "write each row on its own line",
            one_line(inside)?,
        )
    } else if inside.contains(',') {
        (
            COMMAS,
            "write the cells without commas",
            inside.lines().map(cells).collect(),
        )
    } else {
        return None;
    };
    let blanks = &head[..head.len() - head.trim_start().len()];
    let rows = rows.iter().filter(|row: &&Vec<&str>| !row.is_empty());
    let rows: Vec<String> = rows
        .map(|row| format!("{blanks}  | {} |\n", row.join(" ")))
        .collect();
    let fix = Fix::replace(
        Span::new(file, from..from + inside.len()),
        format!("\n{}{blanks}", rows.concat()),
    );
    let comma = inside.find(',').filter(|_| message == COMMAS);
    // A name is missing in a column that has only a comma.
    let alone = |at: usize| {
        inside[..at].trim_end().ends_with('|') && inside[at + 1..].trim_start().starts_with('|')
    };
    if comma.is_some_and(alone) {
        return None;
    }
    if let Some(at) = comma.filter(|_| inside.matches(',').count() == 1) {
        let place = Span::new(file, from + at..from + at + 1);
        let fix = Fix::write(place, ",", "");
        return Some(
            Advice::fixed(message, fix)
                .help("remove the comma")
                .at(place),
        );
    }
    Some(Advice {
        place: comma.map(|at| Span::new(file, from + at..from + at + 1)),
        ..Advice::fixed(message, fix).help(help)
    })
}

/// Returns the table of areas for lines such as `area heap 0x1000..0x2000 rw-p`.
fn named_areas(lines: &str) -> Option<String> {
    let mut table = String::from("\n  | area | start | end | perms |\n");
    for line in lines
        .split(['\n', ';'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let line = line.split('#').next()?;
        let words: Vec<&str> = line
            .trim_start_matches("area ")
            .split_whitespace()
            .collect();
        let [name, range, rest @ ..] = &words[..] else {
            return None;
        };
        // `heap: 0x1000-0x2000`
        let name = name.trim_end_matches(':');
        let (start, end) = range.split_once("..").or_else(|| range.split_once('-'))?;
        let perms = match rest {
            [] | ["anonymous"] => "rw-p",
            [perms] | [perms, "anonymous"] => perms,
            _ => return None,
        };
        let (start, end) = (cell_of(start), cell_of(end));
        let _ = writeln!(table, "  | {name} | {start} | {end} | {perms} |");
    }
    Some(table)
}

/// Returns the table of areas for the lines of `/proc/PID/maps`, such as
/// `00400000-00402000 r-xp 00000000 08:01 1234 /bin/cat`.
fn maps_of_linux(lines: &str) -> Option<String> {
    let mut table = String::from("\n  | start | end | perms | offset | backing |\n");
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let (perms, offset) = (words.next()?, words.next()?);
        let path = words.nth(2).filter(|path| path.starts_with('/'));
        let (offset, backing) = match path.and_then(|path| path.rsplit('/').next()) {
            Some(name) => (offset.trim_start_matches('0'), name),
            None => ("-", "anonymous"),
        };
        let offset = if offset.is_empty() { "0" } else { offset };
        let _ = writeln!(
            table,
            "  | {start} | {end} | {perms} | {offset} | {backing} |"
        );
    }
    Some(table)
}

/// Returns the advice for the bytes at an address, in the notation of a debugger: `memory 0x354: 36 72 F0 1D`.
pub(super) fn stored(line: &str, place: impl Fn(usize, usize) -> Span) -> Option<Advice> {
    let said = line.trim();
    let all = tokens(said);
    let words = all.iter().map(|token| token.text);
    let words: Vec<&str> = words.filter(|word| !matches!(*word, "[" | "]")).collect();
    let ([
        "set",
        "memory" | "mem",
        "{",
        address,
        ":" | "=",
        bytes @ ..,
        "}",
    ]
    | ["set", "memory" | "mem", address, ":" | "=", bytes @ ..]
    | ["memory" | "mem", address, ":" | "=", bytes @ ..]) = &words[..]
    else {
        return None;
    };
    let one = if words.contains(&"=") { 2 } else { 1 };
    if !(one..=8).contains(&bytes.len()) || !bytes.iter().all(is_byte) || !address.starts_with("0x")
    {
        return None;
    }
    let columns = columns_of_bytes(bytes.len());
    let mut row = format!("| {}", cell_of(address));
    for one in bytes {
        row.extend([" ", byte(one)]);
    }
    let start = line.len() - line.trim_start().len();
    let new = format!("set memory {{ {columns} |; {row} | }}");
    let fix = Fix::write(place(start, start + said.len()), said, new);
    let message = "the contents of memory are a table";
    Some(Advice::fixed(message, fix).sure())
}

/// Returns the advice for a row with cells such as `0..(2 GB / 4 KB)`, whose ranges must be in parentheses as a whole.
pub(super) fn ranges(row: &str, place: impl Fn(usize, usize) -> Span) -> Option<Advice> {
    let row = row.split('}').next().unwrap_or(row);
    let (mut new, mut rest) = (String::new(), row);
    while let Some((before, after)) = rest.split_once("..(") {
        let start = before.rfind([' ', '|'])? + 1;
        let mut depth = 1;
        let end = after.find(|c: char| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        })?;
        // A bare cell is hexadecimal.
        let digits = &before[start..];
        let digit = digits.len() == 1 && digits.starts_with(|c: char| c.is_ascii_digit());
        let prefix = if digit || digits.starts_with('0') {
            ""
        } else {
            "0x"
        };
        new = format!(
            "{new}{}({prefix}{digits}..{})",
            &before[..start],
            &after[..end]
        );
        rest = &after[end + 1..];
    }
    let fix = Fix::write(place(0, row.len()), row.trim(), (new.clone() + rest).trim());
    let message = "a cell with an expression must be in parentheses as a whole";
    (!new.is_empty()).then(|| Advice::fixed(message, fix).sure())
}

fn words_of(line: &str) -> impl Iterator<Item = &str> {
    tokens(line).into_iter().map(|token| token.text)
}

/// Returns the header of a table in a textbook with the names of columns: `Idx Tag Valid Blk0`.
fn lowercase(header: &str, of_cache: bool) -> String {
    let lower = header.to_lowercase();
    let name = |word: &str| match word {
        "valid" if of_cache => "v".to_owned(),
        "index" => "idx".to_owned(),
        word => {
            let byte = ["blk", "byte", "block"]
                .iter()
                .find_map(|name| word.strip_prefix(name));
            let byte = byte.filter(|number| number.bytes().all(|c| c.is_ascii_digit()));
            byte.map_or_else(|| word.to_owned(), |number| format!("b{number}"))
        }
    };
    lower.split(' ').map(name).collect::<Vec<_>>().join(" ")
}

fn cells(row: &str) -> Vec<&str> {
    row.split(['|', ' ', '\t', '\r', ','])
        .filter(|cell| !cell.is_empty())
        .collect()
}

/// Returns the rows of a one-line table, separated by bars or, if there are no bars, by commas. If bars also separate columns,
/// the first row ends with the last name.
fn one_line(inside: &str) -> Option<Vec<Vec<&str>>> {
    let parted = if inside.contains('|') { '|' } else { ',' };
    let rows: Vec<Vec<&str>> = inside
        .split(parted)
        .map(cells)
        .filter(|row| !row.is_empty())
        .collect();
    if rows.len() > 1 && rows.iter().all(|row| row.len() == rows[0].len()) && rows[0].len() > 1 {
        return Some(rows);
    }
    let all = cells(inside);
    let names = all
        .iter()
        .take_while(|cell| cell.starts_with(|c: char| c.is_ascii_lowercase()))
        .count();
    let fits = names > 0 && all.len() > names && all.len().is_multiple_of(names);
    fits.then(|| all.chunks(names).map(<[&str]>::to_vec).collect())
}

/// Returns the rows for keys and their values: `set page_table { 0x0F: 0x0D }`. The bytes at an address are those of a
/// debugger's dump, which are hexadecimal: `set memory { 0x354: 36 72 F0 1D }`.
fn pairs(head: &str, inside: &str) -> Option<String> {
    let of_memory = match words_of(head).nth(1)? {
        "page_table" => false,
        "memory" => true,
        _ => return None,
    };
    let (mut rows, mut width) = (String::new(), 0);
    let number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    for pair in inside
        .split([',', ';', '\n'])
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
    {
        let (key, value) = ["->", ":", "="]
            .iter()
            .find_map(|sign| pair.split_once(sign))?;
        let (key, values) = (key.trim(), value.split_whitespace().collect::<Vec<_>>());
        let cells = match &values[..] {
            [value] if number(value) => cell_of(value),
            [_, ..] if of_memory && values.iter().all(is_byte) => values
                .iter()
                .map(|value| byte(value))
                .collect::<Vec<_>>()
                .join(" "),
            _ => return None,
        };
        // Each row has the same columns.
        if !number(key) || width > 0 && width != values.len() {
            return None;
        }
        width = values.len();
        rows.extend(["; | ", &cell_of(key), " ", &cells, " |"]);
    }
    let header = if of_memory {
        columns_of_bytes(width)
    } else {
        "| vpn ppn".to_owned()
    };
    Some(format!("{header} |{rows}"))
}

/// Whether a word is a byte, which is hexadecimal with or without a prefix.
fn is_byte(word: &&str) -> bool {
    byte(word).len() < 3 && byte(word).bytes().all(|c| c.is_ascii_hexdigit())
}

fn byte(word: &str) -> &str {
    word.strip_prefix("0x").unwrap_or(word)
}

/// Returns the columns of a table of memory with this number of bytes in a row: `| pa b0 b1`.
fn columns_of_bytes(count: usize) -> String {
    let names = (0..count).map(|at| format!(" b{at}"));
    format!("| pa{}", names.collect::<String>())
}

/// Returns alternating names and values as a header and one row.
fn fields(inside: &str) -> Option<Vec<Vec<&str>>> {
    let parts: Vec<&str> = inside
        .split([' ', '\t', '\r', '\n', ',', ';', '=', ':'])
        .filter(|part| !part.is_empty())
        .collect();
    let names: Vec<&str> = parts.iter().step_by(2).copied().collect();
    let values: Vec<&str> = parts.iter().skip(1).step_by(2).copied().collect();
    let number = |text: &&str| text.starts_with(|c: char| c.is_ascii_digit());
    let named = |text: &&str| text.starts_with(|c: char| c.is_ascii_lowercase());
    let pairs = names.len() > 1 && names.len() == values.len();
    (pairs && names.iter().all(named) && values.iter().all(number)).then(|| vec![names, values])
}
