//! Entries side by side, and rows with a wrong number of cells.

use crate::lang::ast::{CellKind, StmtKind, Table};
use crate::lang::parse::parse;

fn with_table<T>(rows: &str, look: impl FnOnce(&Table) -> T) -> T {
    let parsed = parse(0, rows, &mut ());
    assert_eq!(parsed.diagnostics, []);
    let StmtKind::Command(command) = &*parsed.body[0].kind else {
        panic!("a command")
    };
    look(
        command
            .block
            .as_ref()
            .and_then(|block| block.table.as_deref())
            .expect("a table"),
    )
}

/// Returns the entries, each as `column cell, column cell`, and the errors as `place: message`.
fn records(rows: &str) -> (Vec<String>, Vec<String>) {
    let text = |kind: &CellKind| match kind {
        CellKind::Bare(word) => word.to_string(),
        CellKind::Quoted(text) => format!("{text:?}"),
        other => format!("{other:?}"),
    };
    with_table(rows, |table| {
        let (records, mistakes) = table.records();
        let record = |pairs: &[(&crate::lang::ast::Cell, &crate::lang::ast::Cell)]| {
            let pairs = pairs
                .iter()
                .map(|(column, cell)| format!("{} {}", text(&column.kind), text(&cell.kind)));
            pairs.collect::<Vec<_>>().join(", ")
        };
        let place = |one: &crate::lang::diagnostic::Diagnostic| {
            assert_eq!(one.code.name(), "bad-table");
            format!(
                "{}: {}",
                &rows[one.span.start as usize..one.span.end as usize],
                one.message
            )
        };
        (
            records.iter().map(|one| record(&one.cells)).collect(),
            mistakes.iter().map(place).collect(),
        )
    })
}

#[test]
fn one_entry_a_row() {
    let (entries, mistakes) =
        records("set x {\n| set | tag ppn | tag ppn |\n| 0 | 1 2 | 3 4 |\n| 1 5 6 7 8\n}");
    assert_eq!(
        entries,
        [
            "set 0, tag 1, ppn 2, tag 3, ppn 4",
            "set 1, tag 5, ppn 6, tag 7, ppn 8"
        ]
    );
    assert_eq!(mistakes, [""; 0]);
}

#[test]
fn entries_side_by_side_and_a_short_last_row() {
    let (entries, mistakes) = records(
        "set x {\n| vpn ppn | vpn ppn | vpn ppn |\n| 0 1 | 2 3 | 4 5 |\n| 6 7 | 8 9 | |\n}",
    );
    assert_eq!(
        entries,
        [
            "vpn 0, ppn 1",
            "vpn 2, ppn 3",
            "vpn 4, ppn 5",
            "vpn 6, ppn 7",
            "vpn 8, ppn 9"
        ]
    );
    assert_eq!(mistakes, [""; 0]);
}

#[test]
fn rows_that_do_not_fit_are_left_out() {
    let (entries, mistakes) = records("set x {\n| a b |\n| 1 |\n| 2 3 4 |\n| 5 6 |\n}");
    assert_eq!(entries, ["a 5, b 6"]);
    assert_eq!(
        mistakes,
        [
            "1: this row has 1 cell, but the header has 2 columns",
            "4: this row has 3 cells, but the header has 2 columns"
        ]
    );
}

#[test]
fn a_header_that_no_row_fits_is_wrong() {
    let (_, mistakes) = records("set x {\n| a b c |\n| 1 2 |\n| 3 4 |\n}");
    assert_eq!(
        mistakes,
        ["a b c: the header has 3 columns, but every row has 2 cells"]
    );
    let (_, mistakes) = records("set x {\n| a b b |\n| 1 2 |\n}");
    assert_eq!(mistakes, ["b: the header has the column `b` twice"]);
}

#[test]
fn only_whole_entries_may_be_missing_and_only_at_the_end() {
    let (entries, mistakes) = records("set x {\n| a b | a b |\n| 1 2 |\n| 3 4 | 5 |\n}");
    assert_eq!(entries, [""; 0]);
    assert_eq!(
        mistakes,
        [
            "2: this row has 2 cells, but the header has 4 columns",
            "5: this row has 3 cells, but the header has 4 columns"
        ]
    );
}

#[test]
fn a_header_alone_is_an_empty_table() {
    assert_eq!(records("set x { | a b | }"), (vec![], vec![]));
    let table = "set x {\n  | a b |\n  | 1 2 |  # note\n}";
    with_table(table, |one| {
        assert_eq!(
            &table[one.span.start as usize..one.span.end as usize],
            "| a b |\n  | 1 2 |"
        );
    });
}
