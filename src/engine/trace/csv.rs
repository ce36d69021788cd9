//! Comma-separated values: the operation, the address, and the size.
//!
//! A header line may name the columns `op`, `address`, and `size`, in any order and with other columns
//! between them. Without a header, `op`, `address`, and `size` are the columns, in this order. The size is
//! optional. An address is decimal, or hexadecimal with the prefix `0x`. The parser rejects a decimal address
//! with a leading 0, because it is probably hexadecimal.

use super::digits;
use super::digits::{Shape, WINDOW};
use super::line::{self, DEFAULT_SIZE, Line, Parsed};
use super::record::{Op, Record};

/// The names of operations in the column `op`, which are case-insensitive.
const OPS: &[(Op, &[&str])] = &[
    (Op::Fetch, &["i", "fetch", "ifetch", "instruction"]),
    (Op::Load, &["l", "r", "load", "read"]),
    (Op::Store, &["s", "w", "store", "write"]),
    (Op::Modify, &["m", "modify"]),
];

/// The operations of the names that are one letter.
const LETTERS: [Option<Op>; 256] = {
    let mut letters = [None; 256];
    let mut row = 0;
    while row < OPS.len() {
        let (op, names) = OPS[row];
        let mut at = 0;
        while at < names.len() {
            if let [letter] = names[at].as_bytes() {
                letters[letter.to_ascii_lowercase() as usize] = Some(op);
                letters[letter.to_ascii_uppercase() as usize] = Some(op);
            }
            at += 1;
        }
        row += 1;
    }
    letters
};

/// The column names, which are case-insensitive.
const OP: &[&str] = &["op", "operation", "kind", "type"];
const ADDRESS: &[&str] = &["address", "addr"];
const SIZE: &[&str] = &["size", "bytes"];

#[derive(Debug, Clone, Copy)]
struct Columns {
    op: usize,
    address: usize,
    size: Option<usize>,
    /// One more than the highest column position.
    most: usize,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Csv {
    /// The columns, which are known after the first line.
    columns: Option<Columns>,
}

impl Csv {
    /// Whether lines may begin with an operation, an address, and a size, and have no other fields.
    pub(crate) fn has_usual_columns(&self) -> bool {
        matches!(
            self.columns,
            Some(Columns {
                op: 0,
                address: 1,
                size: Some(2),
                ..
            })
        )
    }

    pub(crate) fn line(&mut self, line: &[u8]) -> Line {
        let text = line.trim_ascii();
        if line::is_comment(text) {
            return Line::Nothing;
        }
        let Some(columns) = self.columns else {
            return self.first(text);
        };
        columns.record(text).into()
    }

    /// Parses the first line, which is a header or a record.
    fn first(&mut self, text: &[u8]) -> Line {
        let usual = Columns {
            op: 0,
            address: 1,
            size: Some(2),
            most: 3,
        };
        let named = |names: &[&str]| fields(text).position(|field| is_one(field, names));
        let (op, address, size) = (named(OP), named(ADDRESS), named(SIZE));
        if let (Some(op), Some(address)) = (op, address) {
            self.columns = Some(Columns {
                op,
                address,
                size,
                most: usize::MAX,
            });
            return Line::Nothing;
        }
        self.columns = Some(usual);
        if op.or(address).or(size).is_some() {
            return Line::Bad(match (op, address) {
                (None, Some(_)) => "column names without `op`",
                (Some(_), None) => "column names without `address`",
                _ => "column names without `op` and `address`",
            });
        }
        usual.record(text).into()
    }
}

/// Fetches with an address of six or seven digits and a size of one digit. Most programs have their code at such addresses.
pub(crate) const FETCHES: [Shape; 2] = [
    Shape::new(
        b"I,0x000000,1\n",
        b"I,0x999999,9\n",
        b"I,0xaaaaaa,1\n",
        b"I,0xffffff,9\n",
    ),
    Shape::new(
        b"I,0x0000000,1\n",
        b"I,0x9999999,9\n",
        b"I,0xaaaaaaa,1\n",
        b"I,0xfffffff,9\n",
    ),
];

/// The record in the first line of a text with the [usual columns](Csv::has_usual_columns), and the size of the line in bytes.
/// Only parses lines such as `L,0x7ffe8,8`.
#[inline]
pub(crate) fn fast_record(text: &[u8; WINDOW]) -> Option<(Record, usize)> {
    let op = LETTERS[usize::from(text[0])].filter(|_| text[1..4] == *b",0x")?;
    let (address, at) = digits::hex(text, 4, b',')?;
    let (size, length) = digits::decimal_size(text, at)?;
    Some((Record { address, size, op }, length))
}

impl Columns {
    fn record(self, text: &[u8]) -> Parsed {
        let (mut op, mut address, mut size) = (None, None, None);
        for (at, field) in fields(text).enumerate() {
            if at == self.op {
                op = Some(field);
            } else if at == self.address {
                address = Some(field);
            } else if Some(at) == self.size {
                size = Some(field);
            } else if at >= self.most {
                return Err("more than three columns");
            }
        }
        let op = OPS.iter().find(|row| is_one(op.unwrap_or_default(), row.1));
        let (op, _) = op.ok_or("no access kind (I, L, S, M, or an equivalent word)")?;
        let address = number(address.ok_or("no address")?)?;
        line::record(
            *op,
            address,
            size.filter(|size| !size.is_empty())
                .map_or(Ok(DEFAULT_SIZE.into()), number)?,
        )
    }
}

/// The fields of a line, without surrounding blanks and quotes.
fn fields(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b',').map(|field| {
        let field = field.trim_ascii();
        let quoted = field
            .strip_prefix(b"\"")
            .and_then(|field| field.strip_suffix(b"\""));
        quoted.map_or(field, <[u8]>::trim_ascii)
    })
}

fn is_one(field: &[u8], names: &[&str]) -> bool {
    names
        .iter()
        .any(|name| field.eq_ignore_ascii_case(name.as_bytes()))
}

fn number(field: &[u8]) -> Result<u64, &'static str> {
    let hexadecimal = field.starts_with(b"0x") || field.starts_with(b"0X");
    if !hexadecimal && field.len() > 1 && field[0] == b'0' {
        return Err("a number with a leading 0: write hexadecimal numbers with 0x");
    }
    let (number, rest) = if hexadecimal {
        line::hex(field)?
    } else {
        line::decimal(field)?
    };
    if rest.is_empty() {
        Ok(number)
    } else {
        Err(
            "a number that is neither decimal nor hexadecimal with 0x; write `0x` before each hexadecimal address",
        )
    }
}
