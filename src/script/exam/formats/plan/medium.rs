//! The medium of a layout, which determines the width of tables.

use std::ops::Range;

use crate::exam::formats::tree::{Block, Table};

/// The medium of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    /// A learning platform, where a table is never split, so that the blanks are in the order of the fields.
    Screen,
    /// A page in the usual type size.
    Page,
    /// A page in large print.
    LargePage,
}

impl Medium {
    /// Lays out a table. Prints a long table as two halves side by side. In large print, splits a wide table
    /// into parts, one below the other.
    pub(crate) fn tables(self, table: Table) -> Vec<Table> {
        match self {
            Self::Screen => vec![table],
            // The widths of the page without margins, in characters. A wider table is printed in
            // smaller type, because students compare the cells of a row.
            Self::Page => vec![table.folded(84)],
            // Smaller type would defeat the purpose of large print.
            Self::LargePage => split(table.folded(44), 44),
        }
    }

    /// Lays out a given table.
    pub(crate) fn given(self, table: Table) -> Vec<Block> {
        self.tables(table).into_iter().map(Block::Given).collect()
    }
}

/// Consecutive columns that stay together, with the index of their group.
type Unit = (usize, Range<usize>);

/// Splits a table that is wider than `room` characters into parts below one another. Each part repeats the key column
/// and, if possible, contains whole groups.
fn split(table: Table, room: u32) -> Vec<Table> {
    let widths = table.widths();
    let wide = |columns: Range<usize>| widths[columns].iter().map(|width| width + 2).sum::<u32>();
    if wide(0..widths.len()) <= room {
        return vec![table];
    }
    let mut end = 0;
    let groups = table.groups.iter().enumerate().map(|(at, group)| {
        end += group.len();
        (at, end - group.len()..end)
    });
    let mut units: Vec<Unit> = groups.collect();
    // The first column names the rows, unless each group has its own key column.
    let key = 0..usize::from(units.len() == 1 || units[0].1.len() == 1);
    units[0].1.start = key.end;
    let free = room.saturating_sub(wide(key.clone()));
    // Split a group only if there is a key column, because otherwise its columns cannot be read separately.
    let alone = |(at, columns): Unit| {
        if key.is_empty() || wide(columns.clone()) <= free {
            vec![(at, columns)]
        } else {
            columns.map(|column| (at, column..column + 1)).collect()
        }
    };
    let mut parts: Vec<Vec<Unit>> = Vec::new();
    let mut left = 0;
    for unit in units
        .into_iter()
        .filter(|(_, columns)| !columns.is_empty())
        .flat_map(alone)
    {
        let width = wide(unit.1.clone());
        if let Some(part) = parts.last_mut().filter(|_| width <= left) {
            part.push(unit);
        } else {
            parts.push(vec![unit]);
            left = free;
        }
        left = left.saturating_sub(width);
    }
    parts
        .into_iter()
        .map(|part| columns(&table, &key, &part))
        .collect()
}

/// Returns a table with only the key column and these columns.
fn columns(table: &Table, key: &Range<usize>, units: &[Unit]) -> Table {
    let names: Vec<&String> = table.groups.iter().flatten().collect();
    let of = |columns: Range<usize>| {
        names[columns]
            .iter()
            .map(|&name| name.clone())
            .collect::<Vec<String>>()
    };
    let mut groups: Vec<Vec<String>> = vec![of(key.clone())];
    let mut last = if table.groups.len() == 1 {
        Some(0)
    } else {
        None
    };
    for (at, columns) in units {
        match groups.last_mut().filter(|_| last == Some(*at)) {
            Some(group) => group.extend(of(columns.clone())),
            None => groups.push(of(columns.clone())),
        }
        last = Some(*at);
    }
    groups.retain(|group| !group.is_empty());
    let kept = || {
        key.clone()
            .chain(units.iter().flat_map(|(_, columns)| columns.clone()))
    };
    let rows = table
        .rows
        .iter()
        .map(|row| kept().filter_map(|at| row.get(at).cloned()).collect());
    Table {
        id: table.id,
        title: table.title.clone(),
        groups,
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::split;
    use crate::exam::formats::tree::{Cell, Table};

    /// Splits a table whose cells contain their column numbers, and returns the columns of each part by group.
    fn parts(groups: &[&[&str]], room: u32) -> Vec<String> {
        let groups: Vec<Vec<String>> = groups
            .iter()
            .map(|group| group.iter().map(|&name| name.to_owned()).collect())
            .collect();
        let row = (0..groups.concat().len())
            .map(|at| Cell::Number(at.to_string()))
            .collect();
        let table = Table {
            title: "T".to_owned(),
            groups,
            rows: vec![row],
            ..Table::default()
        };
        let of = |part: Table| {
            let cells: Vec<String> = part.rows[0]
                .iter()
                .map(|cell| match cell {
                    Cell::Number(text) => text.clone(),
                    other => panic!("{other:?}"),
                })
                .collect();
            let heads: Vec<String> = part.groups.iter().map(|group| group.join(" ")).collect();
            format!("{}: {}", heads.join(" | "), cells.join(" "))
        };
        split(table, room).into_iter().map(of).collect()
    }

    #[test]
    fn wide_tables_continue_below_with_their_key() {
        // Each column is two characters wider than its name.
        let tlb: &[&[&str]] = &[&["Set"], &["tag", "v"], &["tag", "v"], &["tag", "v"]];
        assert_eq!(
            parts(tlb, 29),
            ["Set | tag v | tag v | tag v: 0 1 2 3 4 5 6"]
        );
        assert_eq!(
            parts(tlb, 28),
            ["Set | tag v | tag v: 0 1 2 3 4", "Set | tag v: 0 5 6"]
        );
        // A group that is too wide is divided.
        assert_eq!(
            parts(&[&["k"], &["aa", "bb", "cc"]], 11),
            ["k | aa bb: 0 1 2", "k | cc: 0 3"]
        );
        assert_eq!(
            parts(&[&["k", "aa", "bb", "cc"]], 11),
            ["k aa bb: 0 1 2", "k cc: 0 3"]
        );
        // Two halves side by side each have a key column.
        for room in [6, 7] {
            assert_eq!(
                parts(&[&["n", "aa"], &["n", "aa"]], room),
                ["n aa: 0 1", "n aa: 2 3"]
            );
        }
        // A single column that is too wide is not divided.
        assert_eq!(parts(&[&["k", "abcdefgh"]], 5), ["k abcdefgh: 0 1"]);
    }
}
