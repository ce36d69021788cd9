//! The one reader of tables in scripts, for `set`, `expect`, processes, executables, and page reference strings.

use std::collections::HashMap;
use std::collections::hash_map;

use super::model::{Cell, Column, ColumnKind};
use super::written::{Layout, Shape, Wanted, WrittenCell, WrittenRow, name};
use crate::lang::ast::{self, CellKind, ExprKind, Record, Table};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::budget::WORK_OF_CELL;
use crate::run::eval::eval;
use crate::run::session::Cx;
use crate::run::settings::{integer, list};
use crate::run::state::Binding;
use crate::run::stop::Stop;

/// Evaluates the rows of a table.
///
/// # Errors
/// Returns `bad-table`, `unknown-column`, `bad-number`, `value-too-wide`, `duplicate`, or the errors in computed
/// cells.
pub(crate) fn read_table(
    cx: &mut Cx,
    table: &Table,
    shape: &Shape,
) -> Result<Vec<WrittenRow>, Stop> {
    let wrong = match shape {
        Shape::Entries(layout) => entry_header(table, shape, layout),
        Shape::Objects {
            what,
            columns,
            needed,
            ..
        } => object_header(table, what, columns, needed),
        Shape::Texts => Vec::new(),
    };
    if !wrong.is_empty() {
        return Err(wrong.into());
    }
    let cells = table.rows.iter().map(|row| row.cells.len() as u64);
    let cells = cells.sum::<u64>();
    cx.work(cells.saturating_mul(WORK_OF_CELL), table.span)?;
    let (records, mut wrong) = table.records();
    let mut rows: Vec<WrittenRow> = Vec::new();
    let mut first: HashMap<u64, usize> = HashMap::new();
    let mut unknowable = false;
    for record in &records {
        let read = match read_rows(cx, record, shape) {
            Ok(read) => read,
            Err(Stop::Wrong(mistakes)) => {
                wrong.extend(mistakes);
                continue;
            }
            Err(Stop::Unknowable) => {
                unknowable = true;
                continue;
            }
            Err(stop @ Stop::Closed) => return Err(stop),
        };
        for row in read {
            if let Shape::Entries(layout) = shape {
                match first.entry(row.key()) {
                    hash_map::Entry::Occupied(other) => {
                        wrong.push(twice(&row, &rows[*other.get()], layout));
                    }
                    hash_map::Entry::Vacant(new) => drop(new.insert(rows.len())),
                }
            }
            rows.push(row);
        }
    }
    match (wrong.is_empty(), unknowable) {
        (false, _) => Err(wrong.into()),
        (true, true) => Err(Stop::Unknowable),
        (true, false) => Ok(rows),
    }
}

/// Reads a row. If its first cell is a range, the row has an entry for each number of the range. A range in another cell
/// contains the values of these entries.
fn read_rows(cx: &mut Cx, record: &Record, shape: &Shape) -> Result<Vec<WrittenRow>, Stop> {
    let mut row = WrittenRow {
        cells: Vec::with_capacity(record.cells.len()),
        span: record.span,
    };
    let (mut way, mut begin) = (0, 1);
    let mut lengths: Vec<Option<u64>> = Vec::new();
    for (head, cell) in &record.cells {
        let Some((column, kind)) = shape.named(shape.column(name(head))) else {
            continue;
        };
        let way_so_far = row.cells.get(begin..).unwrap_or(&[]);
        if way_so_far.iter().any(|other| other.column == column) {
            (way, begin) = (way + 1, row.cells.len());
        }
        let range = match shape {
            Shape::Entries(_) => range(cx, cell)?,
            Shape::Objects { .. } | Shape::Texts => None,
        };
        let wanted = match range {
            Some((first, _)) => Wanted::Is(Cell::Number(first)),
            None => wanted(cx, cell, kind)?,
        };
        let written = WrittenCell {
            column,
            way,
            wanted,
            span: cell.span,
        };
        let length = range.map(|(_, length)| length);
        permitted(&written, length.unwrap_or(1), row.cells.is_empty(), shape)?;
        row.cells.push(written);
        lengths.push(length);
    }
    let key = lengths.first().copied().flatten();
    let counts = |length: &Option<u64>| length.is_some() && *length != key;
    if let Some(at) = lengths.iter().position(counts) {
        let message = match (key, lengths[at]) {
            (Some(key), Some(length)) => {
                format!("this range has {length} numbers, but the first one of the row has {key}")
            }
            _ => "a row with a range needs a range in its first column".to_owned(),
        };
        return Err(Diagnostic::new(Code::BadTable, row.cells[at].span, message).into());
    }
    let Some(key) = key else {
        return Ok(vec![row]);
    };
    let cells = row.cells.len() as u64;
    cx.work(key.saturating_mul(cells * WORK_OF_CELL), row.span)?;
    let entry = |number: u64| {
        let mut entry = row.clone();
        for (cell, _) in entry
            .cells
            .iter_mut()
            .zip(&lengths)
            .filter(|(_, length)| length.is_some())
        {
            let first = cell.number().unwrap_or(0);
            cell.wanted = Wanted::Is(Cell::Number(first + number));
        }
        entry
    };
    Ok((0..key).map(entry).collect())
}

/// Returns the first number of a range in a cell, such as `10..18` or `10..=17`, and how many it has.
fn range(cx: &mut Cx, cell: &ast::Cell) -> Result<Option<(u64, u64)>, Stop> {
    let (from, to) = match &cell.kind {
        CellKind::Bare(word) => {
            let Some((from, to)) = word.split_once("..") else {
                return Ok(None);
            };
            let (to, more) = to.strip_prefix('=').map_or((to, 0), |last| (last, 1));
            if from.is_empty() || to.is_empty() {
                let message = "a range needs a number before and after `..`";
                return Err(Diagnostic::new(Code::BadNumber, cell.span, message).into());
            }
            let end = |text| hexadecimal(text, cell.span).map(u128::from);
            (end(from)?, end(to)? + more)
        }
        CellKind::Expr(expr) if matches!(expr.kind, ExprKind::Range { .. }) => {
            match eval(cx, expr)? {
                Value::Range { from, to } => {
                    let number = |n: i128| u128::try_from(n).unwrap_or(u128::MAX);
                    (number(from), number(to))
                }
                _ => return Ok(None),
            }
        }
        _ => return Ok(None),
    };
    let count = to.checked_sub(from).filter(|count| *count > 0);
    match (u64::try_from(from), count.map(u64::try_from)) {
        (Ok(from), Some(Ok(count))) if from.checked_add(count - 1).is_some() => {
            Ok(Some((from, count)))
        }
        _ => {
            let message = "this range contains no numbers that an entry can have";
            Err(Diagnostic::new(Code::BadTable, cell.span, message).into())
        }
    }
}

fn wanted(cx: &mut Cx, cell: &ast::Cell, kind: ColumnKind) -> Result<Wanted, Stop> {
    let text = |text: &str| Cell::Text(text.to_owned());
    Ok(Wanted::Is(match (&cell.kind, kind) {
        (CellKind::Anything, _) => return Ok(Wanted::Anything),
        (CellKind::Open, _) => return Ok(Wanted::Open),
        (CellKind::Nothing, _) => Cell::Nothing,
        (CellKind::Bare(word) | CellKind::Quoted(word), ColumnKind::Word | ColumnKind::Text) => {
            text(word)
        }
        (CellKind::Bare(word) | CellKind::Quoted(word), kind) => {
            let read = match kind {
                ColumnKind::Decimal => decimal_number(word, cell.span),
                _ => hexadecimal(word, cell.span),
            };
            // Only a mistake or a check needs to know the variables.
            if read.is_ok() && !cx.checking() {
                return Ok(Wanted::Is(Cell::Number(read?)));
            }
            match cx.state.find(word) {
                Some(Binding::Value(_) | Binding::Unknowable) => {
                    Cell::Number(variable_or_number(cx, read, word, cell.span)?)
                }
                _ => Cell::Number(read?),
            }
        }
        (CellKind::Byte(byte), ColumnKind::Word) => {
            text(char::from(*byte).encode_utf8(&mut [0; 4]))
        }
        (CellKind::Byte(byte), ColumnKind::Text) => text(&byte.to_string()),
        (CellKind::Byte(byte), _) => Cell::Number(u64::from(*byte)),
        (CellKind::Expr(expr), kind) => match (eval(cx, expr)?, kind) {
            (Value::List(values), ColumnKind::Text) => Cell::List {
                values,
                any_order: false,
            },
            (Value::Text(none), ColumnKind::Word) if &*none == "none" => Cell::Nothing,
            (value, ColumnKind::Word | ColumnKind::Text) => text(&value.to_string()),
            (Value::Text(none), _) if matches!(&*none, "unknown" | "none") => Cell::Nothing,
            (value, _) => Cell::Number(integer(&value, expr.span)?),
        },
    }))
}

/// Checks that a cell, or the cells of a range, may have their contents.
fn permitted(
    cell: &WrittenCell,
    length: u64,
    first: bool,
    shape: &Shape,
) -> Result<(), Diagnostic> {
    match shape {
        Shape::Entries(layout) if first => {
            let Some(key) = cell.number() else {
                let message = format!("an entry needs a value for `{}`", layout.key);
                return Err(Diagnostic::new(Code::BadTable, cell.span, message));
            };
            let key = key + (length - 1);
            if u128::from(key) >= layout.keys {
                let message = format!("`{}` has no {} 0x{key:X}", layout.noun, layout.key);
                let wrong = Diagnostic::new(Code::ValueTooWide, cell.span, message)
                    .label(format!("the largest is 0x{:X}", layout.keys - 1));
                let decimal = format!("{key:X}").parse::<u64>().ok();
                return Err(match decimal.filter(|key| u128::from(*key) < layout.keys) {
                    Some(meant) => wrong.help(format!(
                        "tables are hexadecimal: for {} {meant}, write `{meant:X}`",
                        layout.key
                    )),
                    None => wrong,
                });
            }
        }
        Shape::Objects {
            what,
            needed,
            expected,
            ..
        } => {
            if !expected {
                cell.settable("write a value, or `-` for no value")?;
            }
            let has_value = matches!(&cell.wanted, Wanted::Is(is) if *is != Cell::Nothing);
            if needed.contains(&&*cell.column) && !has_value {
                let message = format!("a row of {what} needs a value for `{}`", cell.column);
                return Err(Diagnostic::new(Code::BadTable, cell.span, message));
            }
        }
        Shape::Entries(_) | Shape::Texts => {}
    }
    Ok(())
}

/// Returns the number in a cell with the name of a variable, such as `b`, and warns about it. `n` is a mistake.
fn variable_or_number(
    cx: &mut Cx,
    read: Result<u64, Diagnostic>,
    word: &str,
    span: Span,
) -> Result<u64, Diagnostic> {
    let value = Fix::write(span, word, format!("({word})"));
    match read {
        Ok(number) => {
            let message = format!("this is the number 0x{number:X}, not the variable `{word}`");
            let help = format!("write `({word})` for the variable, or `0{word}` for the number");
            let warning = Diagnostic::warning(Code::Unlikely, span, message);
            cx.report(vec![warning.help(help).fix(value)]);
            Ok(number)
        }
        Err(wrong) => {
            let help = format!("write `({word})` for the value of the variable");
            Err(wrong.help(help).fix(value))
        }
    }
}

/// Parses a number in a table. The number is hexadecimal with or without `0x`.
fn hexadecimal(text: &str, span: Span) -> Result<u64, Diagnostic> {
    let digits = text
        .strip_prefix("0x")
        .or(text.strip_prefix("0X"))
        .unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !plain {
        return Err(
            not_a_number(text, span, "hexadecimal").label("numbers in tables must be hexadecimal")
        );
    }
    u64::from_str_radix(digits, 16).map_err(|_| {
        Diagnostic::new(
            Code::Overflow,
            span,
            format!("0x{digits} has more than 64 bits"),
        )
    })
}

/// Parses a number in a decimal column. A hexadecimal number needs `0x`.
fn decimal_number(text: &str, span: Span) -> Result<u64, Diagnostic> {
    if text.starts_with("0x") || text.starts_with("0X") {
        return hexadecimal(text, span);
    }
    text.parse().map_err(|_| {
        not_a_number(text, span, "decimal").label("numbers in this column must be decimal")
    })
}

fn not_a_number(text: &str, span: Span, radix: &str) -> Diagnostic {
    let message = format!("`{text}` is not a {radix} number");
    let diagnostic = Diagnostic::new(Code::BadNumber, span, message);
    let bit = match &*text.to_ascii_lowercase() {
        "yes" | "y" | "true" | "valid" | "present" => "1",
        "no" | "n" | "not" | "invalid" | "absent" => "0",
        _ => "",
    };
    if !bit.is_empty() {
        let fix = Fix::write(span, text, bit);
        return diagnostic
            .help(format!("a bit is 0 or 1: write `{bit}`"))
            .fix(fix);
    }
    let is_name = text.starts_with(char::is_alphabetic)
        && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let expression = if is_name {
        format!("`({text})` is the value of `{text}` if it is a variable")
    } else {
        "`(EXPR)` is an expression".to_owned()
    };
    diagnostic.help(format!(
        "`-` means no value, `*` matches any value, and {expression}"
    ))
}

/// Returns the errors in the header of entries: a wrong first column, unknown columns, or too many ways.
fn entry_header(table: &Table, shape: &Shape, layout: &Layout) -> Vec<Diagnostic> {
    let Some((first, rest)) = table.header.split_first() else {
        return vec![Diagnostic::new(
            Code::BadTable,
            table.span,
            "a table needs a header row with its column names",
        )];
    };
    let mut wrong = Vec::new();
    if name(first) != layout.key {
        let key = wrong_key(first, table, layout);
        // Otherwise, the whole header is wrong.
        let is_name = !key.label.is_empty() && name(first).starts_with(char::is_alphabetic);
        wrong.push(key);
        if !is_name {
            return wrong;
        }
    }
    let mut seen: Vec<String> = Vec::new();
    let mut ways = 1;
    for cell in rest {
        let column = shape.column(name(cell));
        if column == layout.key {
            (seen, ways) = (Vec::new(), 1);
            continue;
        }
        if !layout.columns.contains(&column) {
            wrong.push(unknown_entry_column(cell, &column, layout));
            continue;
        }
        if seen.contains(&column) {
            (seen, ways) = (Vec::new(), ways + 1);
            if ways == layout.ways + 1 {
                wrong.push(too_many(cell, table, layout));
            }
        }
        seen.push(column);
    }
    wrong
}

fn wrong_key(first: &ast::Cell, table: &Table, layout: &Layout) -> Diagnostic {
    let word = name(first);
    let wrong = |message: &str| Diagnostic::new(Code::UnknownColumn, first.span, message);
    if word == "vpn" && layout.columns.iter().any(|column| column == "tag") {
        let wrong = wrong("a TLB is listed by the set and the tag, into which the VPN is split");
        let keys = layout.keys;
        let known = |cell: &ast::Cell| layout.columns.contains(&name(cell));
        let fix = by_set(table, layout).filter(|_| table.header[1..].iter().all(known));
        return match fix {
            Some(fix) => wrong.fix(fix),
            None => wrong.help(format!(
                "in place of the VPN, write the set, VPN % {keys}, and the tag, VPN // {keys}, with one row per set"
            )),
        };
    }
    let level = word.strip_prefix(layout.key);
    if layout.key == "vpn" && level.is_some_and(|level| level.parse::<u8>().is_ok()) {
        return wrong(
            "a row has the whole virtual page number, whose bits are those of all levels",
        )
        .help("join the bits of `vpn1`, `vpn2`, and so on, and write the columns `| vpn ppn |`");
    }
    let message = format!(
        "the first column of `{}` must be `{}`, not `{word}`",
        layout.noun, layout.key
    );
    let diagnostic =
        Diagnostic::new(Code::UnknownColumn, first.span, message).label("names the entry");
    let digits = word.strip_prefix("0x").unwrap_or(&word);
    if digits.bytes().all(|c| c.is_ascii_hexdigit()) && !layout.columns.contains(&word) {
        let usual = ["tag", "ppn", "v"];
        let (mut header, others): (Vec<&str>, Vec<&str>) =
            (layout.columns.iter().map(String::as_str)).partition(|column| usual.contains(column));
        // The dirty bit is written only if a row has a cell for it.
        let spare = header.len() + others.len() > table.header.len() - 1;
        header.extend(
            others
                .into_iter()
                .filter(|column| !(spare && *column == "d")),
        );
        header.truncate(table.header.len() - 1);
        return wrong("the header row with the names of the columns is missing").help(format!(
            "write `| {} {} |` above this row",
            layout.key,
            header.join(" ")
        ));
    }
    // Another quantity has other numbers.
    if matches!(&*word, "va" | "vaddr" | "vpn" | "pa" | "paddr") && !word.starts_with(layout.key) {
        let key = layout.key;
        return diagnostic.help(format!(
            "in place of `{word}`, write the `{key}` of each entry"
        ));
    }
    let is_name = word.starts_with(|c: char| c.is_ascii_alphabetic());
    if is_name && !layout.columns.contains(&word) {
        return diagnostic.fix(Fix::write(first.span, word, layout.key));
    }
    let next = layout.columns.first().map_or("", String::as_str);
    diagnostic.help(format!(
        "the first row names the columns: `{} {next} …`",
        layout.key
    ))
}

/// Replaces the VPNs of a table of a TLB by their sets and tags.
fn by_set(table: &Table, layout: &Layout) -> Option<Fix> {
    let rest = |cells: &[ast::Cell]| cells[1..].iter().map(name).collect::<Vec<_>>().join(" ");
    let mut rows = vec![format!("| set tag {} |", rest(&table.header))];
    for row in &table.rows {
        let cells = &row.cells;
        let first = cells.first()?;
        let vpn = u128::from(hexadecimal(&name(first), first.span).ok()?);
        let (set, tag) = (vpn % layout.keys, vpn / layout.keys);
        let row = format!("| {set:X} ");
        if rows.iter().any(|other| other.starts_with(&row)) {
            return None;
        }
        rows.push(format!("{row}{tag:02X} {} |", rest(cells)));
    }
    Some(Fix::replace(table.span, rows.join("; ")))
}

fn unknown_entry_column(cell: &ast::Cell, column: &str, layout: &Layout) -> Diagnostic {
    let message = format!("`{}` has no column `{column}`", layout.noun);
    let diagnostic = Diagnostic::new(Code::UnknownColumn, cell.span, message);
    if column == "way" && layout.ways > 1 {
        return diagnostic.help(side_by_side(layout));
    }
    if column == "vpn" && layout.noun == "tlb" {
        let keys = layout.keys;
        return diagnostic.help(format!("in place of the VPN, write the tag, VPN // {keys}"));
    }
    if matches!(column, "asid" | "pcid") && layout.key == "set" {
        return diagnostic.help("a TLB has the column `asid` with `tlb { asid on }`");
    }
    if let Some(near) = nearest(column, layout.columns.iter().map(String::as_str)) {
        return diagnostic.did_you_mean(column, near);
    }
    if matches!(column, "pa" | "va" | "address") && layout.key == "vpn" {
        let help = "a row has page numbers, which are addresses without their page offsets";
        return diagnostic.help(help);
    }
    if column.starts_with("perm") || column.starts_with("prot") {
        let help = "a permission is a bit with a column of its own: `rw`, `us`, or `xd`";
        return diagnostic.help(help);
    }
    // List a block's byte columns as a range.
    let byte = |column: &&str| {
        column
            .strip_prefix('b')
            .is_some_and(|n| n.parse::<u32>().is_ok())
    };
    let (bytes, others): (Vec<&str>, Vec<&str>) =
        layout.columns.iter().map(String::as_str).partition(byte);
    diagnostic.help(match bytes.last() {
        None => format!("the table has {}", list(others.into_iter())),
        Some(last) if others.is_empty() => {
            format!("a cell is one byte, and the other columns are `b0` to `{last}`")
        }
        Some(last) => format!(
            "the columns are `{}`, and `b0` to `{last}`",
            others.join("`, `")
        ),
    })
}

fn too_many(cell: &ast::Cell, table: &Table, layout: &Layout) -> Diagnostic {
    let message = if layout.ways == 1 {
        format!("the column `{}` appears twice", name(cell))
    } else {
        format!(
            "`{}` has only {} ways, but the header has more",
            layout.noun, layout.ways
        )
    };
    let diagnostic = Diagnostic::new(Code::BadTable, cell.span, message).label("one way too many");
    if layout.ways == 1 {
        return diagnostic;
    }
    let same = |other: &&ast::Cell| name(other) == name(cell);
    let ways = table.header.iter().filter(same).count();
    diagnostic.help(format!(
        "remove the columns from here on, or declare `{}` with `sets {}, ways {ways}`",
        layout.noun, layout.keys
    ))
}

fn twice(row: &WrittenRow, other: &WrittenRow, layout: &Layout) -> Diagnostic {
    let message = format!("{} 0x{:X} appears twice", layout.key, row.key());
    let diagnostic = Diagnostic::new(Code::Duplicate, row.key_span(), message)
        .label("again here")
        .also(other.key_span(), "first here");
    if layout.ways == 1 {
        return diagnostic;
    }
    diagnostic.help(side_by_side(layout))
}

/// Says where the ways of a set are.
fn side_by_side(layout: &Layout) -> String {
    let entry = if layout.noun == "tlb" {
        "tag ppn v"
    } else {
        "tag v"
    };
    format!(
        "a row is a set, with its ways side by side: `| {} | {entry} | {entry} |`",
        layout.key
    )
}

/// Returns the errors in the header of objects: unknown, repeated, and missing columns. A table with several objects per
/// row repeats the columns, beginning with the first.
fn object_header(
    table: &Table,
    what: &str,
    columns: &[Column],
    needed: &[&str],
) -> Vec<Diagnostic> {
    let first = table.header.first().map(name);
    let repeats = |_: &ast::Cell, next: &ast::Cell| Some(name(next)) != first;
    let mut parts: Vec<&[ast::Cell]> = table.header.chunk_by(repeats).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    let names = || columns.iter().map(|column| column.name);
    let mut wrong = Vec::new();
    let is_column = |cell: &&ast::Cell| nearest(&name(cell), names()).is_some();
    let known = table.header.iter().filter(is_column).count();
    // One column that does not exist beside one that does is a wrong name; more of them are a row of values.
    if let Some(cell) = table.header.iter().find(|cell| !is_column(cell))
        && known < table.header.len().div_ceil(2)
    {
        let message = format!("the first row of a table of {what} names its columns");
        let header = names().collect::<Vec<_>>().join(" | ");
        return vec![
            Diagnostic::new(Code::UnknownColumn, cell.span, message)
                .help(format!("write `| {header} |` above it")),
        ];
    }
    for part in parts {
        for (at, cell) in part.iter().enumerate() {
            let column = name(cell);
            if !names().any(|known| known == column) {
                let message = format!("a table of {what} has no column `{column}`");
                let diagnostic = Diagnostic::new(Code::UnknownColumn, cell.span, message);
                wrong.push(match nearest(&column, names()) {
                    Some(near) => diagnostic.did_you_mean(&column, near),
                    None if matches!(&*column, "size" | "length" | "len" | "bytes")
                        && names().any(|known| known == "end") =>
                    {
                        diagnostic.help("write the column `end`: the first address after the area")
                    }
                    None => diagnostic.help(format!("it has {}", list(names()))),
                });
            } else if part[..at].iter().any(|other| name(other) == column) {
                let message = format!("the column `{column}` appears twice");
                wrong.push(Diagnostic::new(Code::BadTable, cell.span, message).label("again here"));
            }
        }
        let lacks = |column: &&&str| !part.iter().any(|cell| name(cell) == **column);
        if let Some(missing) = needed.iter().find(lacks)
            && wrong.is_empty()
        {
            let place = part.first().map_or(table.span, |cell| cell.span);
            let message = format!("a table of {what} needs the column `{missing}`");
            let diagnostic = Diagnostic::new(Code::UnknownColumn, place, message);
            wrong.push(diagnostic.label("not in this header row"));
        }
    }
    wrong
}
