//! The columns of tables whose rows are objects.

/// A column of a table of kernel objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub(crate) name: &'static str,
    /// Format of the column's cells.
    pub(crate) kind: ColumnKind,
    /// Objects that the column's words refer to.
    pub(crate) names: CellNames,
}

/// The format of the cells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Numbers in hexadecimal.
    Hex,
    /// Numbers in decimal.
    Decimal,
    /// Words.
    Word,
}

/// The objects that the words in a column refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellNames {
    /// Nothing.
    Nothing,
    /// Areas. A library's area has the name of the library's file.
    Areas,
    /// Files, or `anonymous`.
    Files,
    /// Processes.
    Processes,
    /// Pages of processes: `P1:3,child:1F`.
    Pages,
}

/// Returns a column of hexadecimal numbers.
pub const fn hex(name: &'static str) -> Column {
    Column {
        name,
        kind: ColumnKind::Hex,
        names: CellNames::Nothing,
    }
}

/// Returns a column of decimal numbers.
pub(crate) const fn decimal(name: &'static str) -> Column {
    Column {
        name,
        kind: ColumnKind::Decimal,
        names: CellNames::Nothing,
    }
}

/// Returns a column of words.
pub const fn words(name: &'static str) -> Column {
    naming(name, CellNames::Nothing)
}

/// Returns a column of words that name objects.
pub(crate) const fn naming(name: &'static str, names: CellNames) -> Column {
    Column {
        name,
        kind: ColumnKind::Word,
        names,
    }
}
