//! The formats of cells in tables.

use crate::lang::ast::{Cell, CellKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;

/// Help for `*` in a table that sets contents.
pub(crate) const ANYTHING_CANNOT_BE_SET: &str = "`*` matches any value, so it cannot be set";
/// Help for `?` in a table that sets contents.
pub(crate) const OPEN_CANNOT_BE_SET: &str = "`?` is a blank to fill in; write a value instead";

/// Parses a number in a table. The number is hexadecimal with or without `0x`.
///
/// # Errors
/// Returns `bad-number` or `overflow`.
pub(crate) fn hexadecimal(text: &str, span: Span) -> Result<u64, Diagnostic> {
    let digits = text
        .strip_prefix("0x")
        .or(text.strip_prefix("0X"))
        .unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !plain {
        return Err(Diagnostic::new(
            Code::BadNumber,
            span,
            format!("`{text}` is not a hexadecimal number"),
        )
        .label("numbers in tables must be hexadecimal")
        .help("`-` means no value, `*` matches any value, and `(EXPR)` is an expression"));
    }
    u64::from_str_radix(digits, 16).map_err(|_| {
        Diagnostic::new(
            Code::Overflow,
            span,
            format!("0x{digits} has more than 64 bits"),
        )
    })
}

/// Returns the name in a header cell, with any quotes removed.
pub(crate) fn name(cell: &Cell) -> String {
    match &cell.kind {
        CellKind::Bare(text) | CellKind::Quoted(text) => text.to_string(),
        _ => String::new(),
    }
}
