//! Results as columns with declared types, for CSV, JSON, and other programs.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value as Json, json};

/// A typed value: a fact, or a cell of a [`TypedTable`].
#[derive(Debug, Clone, PartialEq)]
pub enum TypedCell {
    /// No value: the words `none` and `unknown`, or a fact that the statement does not have.
    Missing,
    /// A nonnegative integer.
    Unsigned(u64),
    Integer(i64),
    /// A fraction, such as a latency in cycles or a miss rate.
    Float(f64),
    /// `yes` or `no`.
    Boolean(bool),
    /// A word or a text.
    Text(Arc<str>),
    List(Vec<TypedCell>),
}

impl From<Option<u64>> for TypedCell {
    fn from(n: Option<u64>) -> Self {
        n.map_or(Self::Missing, Self::Unsigned)
    }
}

impl From<&str> for TypedCell {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<&TypedCell> for Json {
    fn from(cell: &TypedCell) -> Self {
        match cell {
            TypedCell::Missing => Self::Null,
            TypedCell::Unsigned(n) => json!(n),
            TypedCell::Integer(n) => json!(n),
            TypedCell::Float(x) => json!(x),
            TypedCell::Boolean(truth) => json!(truth),
            TypedCell::Text(text) => json!(&**text),
            TypedCell::List(cells) => cells.iter().collect(),
        }
    }
}

/// The contents of a cell in a CSV file.
impl fmt::Display for TypedCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => Ok(()),
            Self::Unsigned(n) => write!(f, "{n}"),
            Self::Integer(n) => write!(f, "{n}"),
            Self::Float(x) => write!(f, "{x}"),
            Self::Boolean(truth) => write!(f, "{truth}"),
            Self::Text(text) => f.write_str(text),
            Self::List(_) => write!(f, "{}", Json::from(self)),
        }
    }
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Unsigned integers of 64 bits.
    Unsigned,
    /// Signed integers of 64 bits.
    Integer,
    /// Floating-point numbers of 64 bits.
    Float,
    Boolean,
    Text,
    TextList,
}

/// A table. All columns have the same number of cells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TypedTable {
    pub columns: Vec<TypedColumn>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedColumn {
    pub name: String,
    /// The type of the cells.
    pub kind: ColumnType,
    /// The cells. A cell that is not of the column's type is missing in the table.
    pub cells: Vec<TypedCell>,
}

impl TypedTable {
    /// Creates a table without rows.
    pub fn new<N: Into<String>>(columns: impl IntoIterator<Item = (N, ColumnType)>) -> Self {
        let column = |(name, kind): (N, _)| TypedColumn {
            name: name.into(),
            kind,
            cells: Vec::new(),
        };
        Self {
            columns: columns.into_iter().map(column).collect(),
        }
    }

    /// Adds a row with one cell per column.
    pub fn push(&mut self, row: impl IntoIterator<Item = TypedCell>) {
        for (column, cell) in self.columns.iter_mut().zip(row) {
            column.cells.push(cell);
        }
    }

    /// Adds the rows of another table. A column of only one of the tables has missing cells in the rows of the other.
    pub fn append(&mut self, other: Self) {
        let (before, added) = (self.len(), other.len());
        for mut column in other.columns {
            if let Some(own) = self.columns.iter_mut().find(|own| own.name == column.name) {
                own.cells.append(&mut column.cells);
            } else {
                column.cells.splice(0..0, vec![TypedCell::Missing; before]);
                self.columns.push(column);
            }
        }
        for own in &mut self.columns {
            own.cells.resize(before + added, TypedCell::Missing);
        }
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }

    /// Whether the table has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the rows as CSV. A missing value has an empty cell.
    pub fn csv(&self, header: bool) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        // Writing to memory cannot fail, here or in the calls below.
        if header {
            let _ = writer.write_record(self.columns.iter().map(|column| &column.name));
        }
        for at in 0..self.len() {
            let cells = self
                .columns
                .iter()
                .map(|column| column.cells[at].to_string());
            let _ = writer.write_record(cells);
        }
        String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
    }

    /// Adds the rows of CSV with the same columns and a header. A cell that is empty, or not of its column's type, is
    /// missing.
    pub fn push_csv(&mut self, text: &str) {
        for row in csv::Reader::from_reader(text.as_bytes())
            .records()
            .flatten()
        {
            for (column, text) in self.columns.iter_mut().zip(&row) {
                let cell = match column.kind {
                    ColumnType::Unsigned => text.parse().ok().map(TypedCell::Unsigned),
                    ColumnType::Float => text.parse().ok().map(TypedCell::Float),
                    _ => (!text.is_empty()).then(|| text.into()),
                };
                column.cells.push(cell.unwrap_or(TypedCell::Missing));
            }
        }
    }
}
