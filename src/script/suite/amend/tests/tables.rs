//! Tests that the cells of expected tables keep their style, and that columns keep their positions.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{accepted, left};

const TLB: &str = "machine simple
set tlb { | set | tag ppn v | tag ppn v |
          |  3  | 07  -   0 | 03  0D  1 | }
";

fn tlb(table: &str) -> String {
    let script = accepted(&format!("{TLB}expect tlb {{{table}}}"));
    script
        .strip_prefix(&format!("{TLB}expect tlb {{"))
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap()
        .to_owned()
}

#[test]
fn bars_stay_where_they_are() {
    let stale = "  # of set 3
  | set | tag ppn v | tag ppn v |   # the header
  |  3  | 07  -   0 | 003 -   0 |   # stale
  |  2  | -   -   0 | 7   0D  1 |
";
    let fixed = "  # of set 3
  | set | tag ppn v | tag ppn v |   # the header
  |  3  | 07  -   0 | 003 0D  1 |   # stale
  |  2  | -   -   0 | -   -   0 |
";
    assert_eq!(tlb(stale), fixed);
}

#[test]
fn cells_are_aligned_at_the_end_where_the_column_is() {
    let stale = "
  | set | tag  ppn v | tag  ppn v |
  |   3 |   *    * * |   3    1 0 |
  |   2 |   -    - 0 |   -   1D 1 |
";
    let fixed = "
  | set | tag  ppn v | tag  ppn v |
  |   3 |   *    * * |   3    D 1 |
  |   2 |   -    - 0 |   -    - 0 |
";
    assert_eq!(tlb(stale), fixed);
}

#[test]
fn a_column_that_is_too_narrow_becomes_wider_in_every_row() {
    let stale = "machine { virtual 32 bits, physical 32 bits, page 4 KB, tlb { entries 4 } }
set page_table { | vpn ppn |
                 | 0 12345 | }
expect page_table {
  | vpn | ppn | v |  # header
  | 0   | 1   | 1 |
  | 1   | -   | 0 |
}
";
    let fixed = stale.replace(
        "  | vpn | ppn | v |  # header
  | 0   | 1   | 1 |
  | 1   | -   | 0 |
",
        "  | vpn | ppn   | v |  # header
  | 0   | 12345 | 1 |
  | 1   | -     | 0 |
",
    );
    assert_eq!(accepted(stale), fixed);
}

#[test]
fn a_table_that_is_not_aligned_is_left_so() {
    let table = "| set | tag ppn v | tag ppn v |; | 3 | * * *|0x3 - 0x0| ";
    assert_eq!(
        tlb(table),
        "| set | tag ppn v | tag ppn v |; | 3 | * * *|0x3 0D 0x1| "
    );
}

#[test]
fn rows_side_by_side_keep_their_columns() {
    let script = "machine simple
set page_table { | vpn ppn | vpn ppn |
                 | 1 3A | 2 2B | }
expect page_table {
  | vpn ppn v | vpn ppn v |
  | 01  -   0 | 02  2b  1 |
  | 03  11  1 |
}
";
    let fixed = "machine simple
set page_table { | vpn ppn | vpn ppn |
                 | 1 3A | 2 2B | }
expect page_table {
  | vpn ppn v | vpn ppn v |
  | 01  3A  1 | 02  2b  1 |
  | 03  -   0 |
}
";
    assert_eq!(accepted(script), fixed);
}

#[test]
fn steps_keep_their_words() {
    let script = "reference a b a { frames 2, replacement fifo }
expect reference {
  | step | page | hit  | frame0 | frame1 |
  | 1    | b    | hit  | a      | b      |
  | 2    | b    | miss | \"b\"    | -      |
  | 3    | a    | m    | a      | b      |
}
";
    let fixed = "reference a b a { frames 2, replacement fifo }
expect reference {
  | step | page | hit  | frame0 | frame1 |
  | 1    | a    | miss | a      | -      |
  | 2    | b    | miss | \"a\"    | b      |
  | 3    | a    | h    | a      | b      |
}
";
    assert_eq!(accepted(script), fixed);
}

#[test]
fn things_of_the_kernel_are_amended() {
    let script = "kernel { frames 4 }
process P { | area | start  | end    | perms | backing   |
            | heap | 603000 | 605000 | rw-p  | anonymous | }
write 0x603000 = 1
expect P.maps {
  | area   | start  | end    | perms | backing   |
  | [heap] | 603000 | 604000 | r--p  | \"a b\"     |
  | *      | 700000 | *      | rwx   | -         |
}
expect P.resident { | vpn | frame |
                    | 603 | 3     |
                    | 604 | 1     | }
expect frames {
  | frame | refs | kind |
  | 0     |   17 | file |
}
";
    let fixed = script
        .replace(
            "604000 | r--p  | \"a b\"     |",
            "605000 | rw-p  | \"anonymous\" |",
        )
        .replace(
            "area   | start  | end    | perms | backing   |\n  | [",
            "area   | start  | end    | perms | backing     |\n  | [",
        )
        .replace("| rwx   | -         |", "| -     | -           |")
        .replace("| 3     |\n", "| 0     |\n")
        .replace("| 1     | }", "| -     | }")
        .replace("|   17 | file |", "|    1 | anonymous |");
    let fixed = fixed.replace(
        "  | frame | refs | kind |",
        "  | frame | refs | kind      |",
    );
    assert_eq!(accepted(script), fixed);
}

#[test]
fn rows_are_neither_added_nor_taken_away() {
    let missing = format!("{TLB}expect exactly tlb {{ | set | tag ppn v | }}\n");
    assert_eq!(
        left(&missing),
        ["a.pw:4: tlb set 3 way 1: the table lacks a row or a way"]
    );
    let steps =
        "reference 1 2 { frames 1 }\nexpect exactly reference { | step page |\n | 1 1 | }\n";
    assert_eq!(
        left(steps),
        ["a.pw:2: steps: the table has too many or too few rows"]
    );
}

/// Returns a cell in its column, with spaces before and after the cell.
fn placed(cell: &str, width: usize, align: usize) -> String {
    match align {
        0 => format!("{cell:<width$}"),
        1 => format!("{cell:>width$}"),
        _ => format!("{cell:^width$}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Page tables for 32-bit machines, with columns of any alignment and width.
    #[test]
    fn an_aligned_table_stays_aligned(
        rows in prop::collection::vec((prop::option::of(0u32..0x10_0000), "[0-9a-f]{1,7}|-|0x[0-9A-F]{1,5}|\\*", 0u8..2), 1..9),
        (width, align, indent, bars) in (7usize..9, 0usize..3, 0usize..4, any::<bool>()),
    ) {
        let bar = if bars { " | " } else { "  " };
        let line = |cells: [&str; 3]| {
            let [vpn, ppn, v] = [placed(cells[0], 3, align), placed(cells[1], width, align), placed(cells[2], 1, 0)];
            format!("{:indent$}| {vpn}{bar}{ppn}{bar}{v} |\n", "")
        };
        let mut set = String::from("set page_table { | vpn ppn |\n");
        let mut expected = line(["vpn", "ppn", "v"]);
        for (vpn, (ppn, stale, v)) in rows.iter().enumerate() {
            if let Some(ppn) = ppn {
                // Writing to a string cannot fail.
                let _ = writeln!(set, "| {vpn:x} {ppn:x} |");
            }
            expected += &line([&format!("{vpn:x}"), stale, &v.to_string()]);
        }
        let machine = "machine { virtual 32 bits, physical 32 bits, page 4 KB }\n";
        let script = format!("{machine}{set}}}\nexpect page_table {{\n{expected}}}\n");
        let amended = accepted(&script);
        let table = |script: &str| script.split("expect page_table {\n").nth(1).expect("the table").to_owned();
        let table = table(&amended);
        let places = |line: &str| line.match_indices('|').map(|(at, _)| at).collect::<Vec<_>>();
        for (line, (ppn, stale, _)) in table.lines().skip(1).zip(&rows) {
            prop_assert_eq!(places(line), places(table.lines().next().unwrap()), "{}", amended);
            let cells: Vec<&str> = line.split([' ', '|']).filter(|cell| !cell.is_empty()).collect();
            prop_assert_eq!(cells.len(), 3, "{}", amended);
            prop_assert_eq!(cells[2], if ppn.is_some() { "1" } else { "0" }, "{}", amended);
            match ppn {
                _ if stale == "*" => prop_assert_eq!(cells[1], "*"),
                Some(ppn) => {
                    let digits = cells[1].trim_start_matches("0x");
                    prop_assert_eq!(u32::from_str_radix(digits, 16).ok(), Some(*ppn), "{}", amended);
                }
                None => prop_assert!(cells[1] == "-" || stale == "*", "{}", amended),
            }
        }
        prop_assert!(amended.starts_with(script.split("expect").next().unwrap()));
    }
}
