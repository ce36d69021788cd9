//! Strings and bytes with C escapes.

use std::sync::Arc;

use pagewalk_grammar::{Pair, Rule};

use super::Tree;
use crate::lang::ast::{Cell, CellKind, Span, Table, TableRow};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::latex::command;
use crate::lang::source::Conflict;
use crate::lang::table::is_ruler;
use crate::lang::value::Value;

pub(super) use crate::lang::nearest::cut as quoted;

/// Parses a string with its quotes. The diagnostic points to the invalid escape.
pub(super) fn string(quoted: &str, span: Span) -> Result<Value, Diagnostic> {
    let inner = inside(quoted);
    if inner.contains('\\') {
        unescape(inner, span).map(Value::string)
    } else {
        Ok(inner.into())
    }
}

/// Parses a string that is a name or a label.
pub(super) fn text(quoted: &str, span: Span) -> Result<Arc<str>, Diagnostic> {
    match string(quoted, span)? {
        Value::Text(text) => Ok(text),
        value => {
            let at = str::from_utf8(value.bytes().unwrap_or_default())
                .map_or_else(|error| error.valid_up_to(), str::len);
            Err(Diagnostic::new(
                Code::Syntax,
                span,
                format!("byte {at} of this string is not valid UTF-8"),
            )
            .help("names and labels must be UTF-8; other strings can contain any bytes"))
        }
    }
}

/// Parses a byte with its quotes.
pub(super) fn byte(quoted: &str, span: Span) -> Result<u8, Diagnostic> {
    match unescape(inside(quoted), span)?.as_slice() {
        [byte] => Ok(*byte),
        [] => Err(Diagnostic::new(
            Code::Syntax,
            span,
            "'…' must contain one byte, but these quotes are empty",
        )),
        bytes => {
            let message = format!("'…' must contain one byte, not {}", bytes.len());
            let diagnostic = Diagnostic::new(Code::Syntax, span, message)
                .help("a string must be in double quotes");
            Err(match inside(quoted) {
                text if text.contains('"') => diagnostic,
                text => diagnostic.fix(Fix::write(span, quoted, format!("\"{text}\""))),
            })
        }
    }
}

/// Returns the text between the quotes.
fn inside(quoted: &str) -> &str {
    quoted.get(1..quoted.len() - 1).unwrap_or("")
}

fn unescape(text: &str, span: Span) -> Result<Vec<u8>, Diagnostic> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(plain) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..plain]);
        let escape = &rest[plain + 1..];
        let Some(length) = one(escape, &mut bytes) else {
            let start = span.start + 1 + (text.len() - escape.len() - 1) as u32;
            let shown: String = escape.chars().take(1).collect();
            let end = start + 1 + shown.len() as u32;
            let message = format!("`\\{shown}` is not an escape sequence");
            let is_path = text.contains('.') && !text.contains(' ');
            if is_path {
                let place = Span { start, end, ..span };
                let fix = Fix::write(
                    span,
                    format!("\"{text}\""),
                    format!("\"{}\"", text.replace('\\', "/")),
                );
                let message = format!("{message}; folders are separated by `/`");
                return Err(Diagnostic::new(Code::Syntax, place, message).fix(fix));
            }
            if let Some((name, sign)) = command(escape) {
                let message = format!("a text is not LaTeX, and has no `\\{name}`");
                let wrong = Diagnostic::new(Code::Syntax, Span { start, end, ..span }, message);
                let help = if sign.is_empty() {
                    "write the words or the numbers without it".to_owned()
                } else {
                    format!("write `{sign}`")
                };
                return Err(wrong.help(help));
            }
            let help = "use a C escape sequence (\\n \\t \\r \\0 \\\\ \\\" \\' \\x41 \\101), \
                        or write \\\\ for a backslash";
            return Err(
                Diagnostic::new(Code::Syntax, Span { start, end, ..span }, message).help(help),
            );
        };
        rest = &escape[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

/// Resolves the escape at the start of the text (after the backslash), and returns the length of the escape.
fn one(escape: &str, bytes: &mut Vec<u8>) -> Option<usize> {
    let plain = match escape.as_bytes().first()? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'a' => 7,
        b'b' => 8,
        b'v' => 11,
        b'f' => 12,
        b'e' => 27,
        quoted @ (b'\\' | b'"' | b'\'' | b'?') => *quoted,
        b'x' => return number(escape, 1, 2, 16, bytes),
        b'0'..=b'7' => return number(escape, 0, 3, 8, bytes),
        b'u' => return character(escape, 4, bytes),
        b'U' => return character(escape, 8, bytes),
        _ => return None,
    };
    bytes.push(plain);
    Some(1)
}

/// Parses a byte from at most `most` digits of the radix.
fn number(
    escape: &str,
    skip: usize,
    most: usize,
    radix: u32,
    bytes: &mut Vec<u8>,
) -> Option<usize> {
    let digits = escape[skip..]
        .chars()
        .take(most)
        .take_while(|digit| digit.is_digit(radix))
        .count();
    let value = u32::from_str_radix(&escape[skip..skip + digits], radix).ok()?;
    bytes.push(u8::try_from(value).ok()?);
    Some(skip + digits)
}

/// Parses a character from its Unicode code point.
fn character(escape: &str, digits: usize, bytes: &mut Vec<u8>) -> Option<usize> {
    let digits = escape
        .get(1..=digits)
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Some(1 + digits.len())
}

impl Tree<'_> {
    pub(super) fn row(&mut self, pair: Pair) -> TableRow {
        let span = self.span(&pair);
        if pair.as_str().starts_with(['<', '>', '=']) && Conflict::of(pair.as_str()).is_some() {
            let message = "this row is a conflict marker";
            self.diagnostics
                .push(Diagnostic::new(Code::Syntax, span, message));
        }
        let cells = pair.into_inner().map(|cell| self.cell(cell)).collect();
        TableRow { cells, span }
    }

    fn cell(&mut self, pair: Pair) -> Cell {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::string => CellKind::Quoted(self.string(&pair)),
            Rule::byte => CellKind::Byte(self.byte(&pair)),
            Rule::bare => match pair.as_str() {
                "-" | "–" => CellKind::Nothing,
                "*" => CellKind::Anything,
                "?" => CellKind::Open,
                word => CellKind::Bare(word.into()),
            },
            _ => {
                let inner = pair.into_inner().next().map(|inner| self.expr(inner));
                inner.map_or(CellKind::Nothing, CellKind::Expr)
            }
        };
        Cell { kind, span }
    }
}

/// Returns the rows of a block as a table whose first row is the header, or `None` if there are no rows.
/// Rows that contain only bars or dashes are rulers.
pub(super) fn table(rows: Vec<TableRow>) -> Option<Table> {
    fn text(cell: &Cell) -> &str {
        if let CellKind::Bare(text) = &cell.kind {
            text
        } else {
            ""
        }
    }
    let line = |row: &TableRow| is_ruler(&row.cells.iter().map(text));
    let mut rows = rows
        .into_iter()
        .filter(|row| !row.cells.is_empty() && !line(row));
    let first = rows.next()?;
    let rows: Vec<TableRow> = rows.collect();
    let mut span = first.span;
    span.end = rows.last().map_or(span.end, |row| row.span.end);
    Some(Table {
        header: first.cells,
        rows,
        span,
    })
}
