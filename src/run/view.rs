//! What `show` shows, as data: tables, pairs, rulers, steps. How it looks is the report's business.

use std::rc::Rc;

use crate::machine::spec::Spec;

use super::access::Access;
use super::shown::Shown;

/// Something shown.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum View {
    /// A table.
    Table(TableView),
    /// Names and values under a title.
    Pairs { title: String, pairs: Vec<(String, String)> },
    /// A value and the expression it is of.
    Value { of: String, value: Shown },
    /// The bit rulers of the machine's addresses.
    Rulers(Rc<Spec>),
    /// The numbered sequence of an access.
    Steps(Box<Access>),
    /// A machine, as a declaration.
    Declaration(Rc<Spec>),
    /// A remark in words.
    Remark(String),
}

/// A table with columns in groups (the ways of a set), as textbooks draw them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableView {
    /// What it is: `tlb dTLB`.
    pub title: String,
    /// Groups of columns; a bar stands between groups.
    pub groups: Vec<Vec<String>>,
    /// Rows of cells, all groups in a row.
    pub rows: Vec<Vec<CellView>>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum CellView {
    /// A number in hexadecimal without `0x`, in so many digits.
    Hex(u64, u32),
    /// A decimal number.
    Number(u64),
    /// A word.
    Text(String),
    /// No value.
    Nothing,
}

impl CellView {
    /// An optional number in hexadecimal.
    pub fn hex(n: Option<u64>, digits: u32) -> Self {
        n.map_or(Self::Nothing, |n| Self::Hex(n, digits))
    }

    /// 0 or 1.
    pub fn bit(bit: bool) -> Self {
        Self::Number(u64::from(bit))
    }
}

impl std::fmt::Display for CellView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hex(n, digits) => write!(f, "{n:0width$X}", width = *digits as usize),
            Self::Number(n) => write!(f, "{n}"),
            Self::Text(text) => f.write_str(text),
            Self::Nothing => f.write_str("-"),
        }
    }
}
