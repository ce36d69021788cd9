//! The output of `printf`.

use std::iter::Peekable;

use super::error::{ErrorKind, Limit};
use super::memory::{Memory, string};
use super::ops::Scalar;

/// The maximum width and precision of a conversion.
const MOST_WIDTH: usize = 4096;
/// The maximum length of an output.
const MOST_OUTPUT: usize = 1 << 20;

/// The conversions of `printf`, without `%%`.
pub const CONVERSIONS: &str = "diuxXocspfF";

/// Reads the length modifiers of an integer conversion, and returns the number of bytes that it prints. `pointer` is the number of
/// bytes of `long`.
pub fn printed_size(bytes: &mut Peekable<impl Iterator<Item = u8>>, pointer: u8) -> u8 {
    let mut size = 4;
    while let Some(length) = bytes.next_if(|byte| b"hlzjt".contains(byte)) {
        size = match (length, size) {
            (b'h', _) => (size / 2).max(1),
            (b'l', 4) if bytes.peek() != Some(&b'l') => pointer,
            (b'z' | b't', _) => pointer,
            _ => 8,
        };
    }
    size
}

/// Returns the output for a format and its arguments. `pointer` is the number of bytes of `long`.
pub(super) fn output<M: Memory>(
    memory: &M,
    format: &[u8],
    arguments: &[u64],
    pointer: u8,
) -> Result<Vec<u8>, ErrorKind> {
    let missing = |conversion| ErrorKind::MissingArgument { conversion };
    let mut text = Vec::new();
    let mut arguments = arguments.iter().copied();
    let mut bytes = format.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'%' || bytes.next_if_eq(&b'%').is_some() {
            text.push(byte);
            continue;
        }
        let mut flags = Vec::new();
        while let Some(flag) = bytes.next_if(|byte| b"-0+ #".contains(byte)) {
            flags.push(flag);
        }
        // `*` takes a number from the arguments. A negative width is that width with the flag `-`.
        let mut width = digits(&mut bytes);
        if bytes.next_if_eq(&b'*').is_some() {
            let given = arguments.next().ok_or(missing('*'))? as i32;
            if given < 0 {
                flags.push(b'-');
            }
            width = (given.unsigned_abs() as usize).min(MOST_WIDTH);
        }
        let mut precision = bytes.next_if_eq(&b'.').map(|_| digits(&mut bytes));
        if precision.is_some() && bytes.next_if_eq(&b'*').is_some() {
            let given = arguments.next().ok_or(missing('*'))? as i32;
            precision = usize::try_from(given).ok().map(|n| n.min(MOST_WIDTH));
        }
        let has = |flag: u8| flags.contains(&flag);
        let size = printed_size(&mut bytes, pointer);
        let conversion = bytes.next().map_or('%', char::from);
        if !CONVERSIONS.contains(conversion) {
            return Err(ErrorKind::Format { conversion });
        }
        let value = arguments.next().ok_or(missing(conversion))?;
        let positive = match (has(b'+'), has(b' ')) {
            (true, _) => "+",
            (_, true) => " ",
            _ => "",
        };
        let number = value & (u64::MAX >> (64 - 8 * u32::from(size)));
        let real = f64::from_bits(value);
        let (prefix, shown) = match conversion {
            'd' | 'i' => {
                let value = signed(size).extend(value) as i64;
                let prefix = if value < 0 { "-" } else { positive };
                (prefix, value.unsigned_abs().to_string())
            }
            'u' => ("", number.to_string()),
            'o' => ("", format!("{number:o}")),
            'x' | 'X' => {
                let digits = format!("{number:x}");
                let prefix = if has(b'#') && number != 0 { "0x" } else { "" };
                (prefix, digits)
            }
            'p' if value == 0 => ("", "(nil)".to_owned()),
            'p' => ("", format!("{value:#x}")),
            'f' | 'F' => {
                let prefix = if real.is_sign_negative() {
                    "-"
                } else {
                    positive
                };
                let digits = format!("{:.*}", precision.unwrap_or(6), real.abs());
                let has_point = has(b'#') && precision == Some(0) && real.is_finite();
                (
                    prefix,
                    digits.to_lowercase() + if has_point { "." } else { "" },
                )
            }
            _ => ("", String::new()),
        };
        let is_integer = "diuxXo".contains(conversion);
        let mut shown = match conversion {
            'c' => vec![value as u8],
            's' => {
                let mut shown = string(memory, value)?;
                shown.truncate(precision.unwrap_or(usize::MAX));
                shown
            }
            // The precision of an integer is the minimum number of digits.
            _ if is_integer && precision == Some(0) && number == 0 => Vec::new(),
            _ if is_integer => {
                format!("{shown:0>least$}", least = precision.unwrap_or(1)).into_bytes()
            }
            _ => shown.into_bytes(),
        };
        // With `#`, the first digit of an octal number is 0.
        if conversion == 'o' && has(b'#') && shown.first() != Some(&b'0') {
            shown.insert(0, b'0');
        }
        let has_zeros =
            is_integer && precision.is_none() || "fF".contains(conversion) && real.is_finite();
        if has(b'0') && !has(b'-') && has_zeros {
            let zeros = width.saturating_sub(prefix.len() + shown.len());
            shown.splice(0..0, std::iter::repeat_n(b'0', zeros));
        }
        shown.splice(0..0, prefix.bytes());
        if conversion == 'X' {
            shown.make_ascii_uppercase();
        }
        let blanks = std::iter::repeat_n(b' ', width.saturating_sub(shown.len()));
        let at = if has(b'-') { shown.len() } else { 0 };
        shown.splice(at..at, blanks);
        text.append(&mut shown);
        if text.len() > MOST_OUTPUT {
            return Err(ErrorKind::Limit(Limit::Output));
        }
    }
    Ok(text)
}

/// The type of a signed integer with this size.
fn signed(size: u8) -> Scalar {
    match size {
        1 => Scalar::I8,
        2 => Scalar::I16,
        4 => Scalar::I32,
        _ => Scalar::I64,
    }
}

fn digits(bytes: &mut Peekable<impl Iterator<Item = u8>>) -> usize {
    let mut number = 0_usize;
    while let Some(digit) = bytes.next_if(u8::is_ascii_digit) {
        number = (number * 10 + usize::from(digit - b'0')).min(MOST_WIDTH);
    }
    number
}
