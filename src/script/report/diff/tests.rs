//! Tests that compare two scripts.

use serde_json::{Value, json};

use super::{Comparison, Side, compare, difference_blocks, json, totals};
use crate::report::playing::play;
use crate::report::text;

fn compared(a: &str, b: &str) -> Comparison {
    let (a, _) = play(a, Side::new);
    let (b, _) = play(b, Side::new);
    compare(&a, &b)
}

fn output(a: &str, b: &str) -> String {
    let comparison = compared(a, b);
    let mut output: String = difference_blocks(&comparison, ("a.pw", "b.pw"))
        .iter()
        .map(|blocks| text::text(blocks, false))
        .collect();
    output += &totals(&comparison);
    output
}

/// Returns the facts of the only statement that differs, as `name: a, b`.
fn facts(a: &str, b: &str) -> Vec<String> {
    let lines = json(&compared(a, b));
    let rows = lines[0]["differ"].as_array().expect("facts").clone();
    rows.iter()
        .map(|row| {
            format!(
                "{}: {}, {}",
                row["fact"].as_str().unwrap(),
                row["a"],
                row["b"]
            )
        })
        .collect()
}

#[test]
fn a_run_is_the_same_as_itself() {
    let script = "machine simple\nread 0x3D4\nlet x = 1\nreference 1 2 { frames 1 }\nscenario \"s\" { fetch 0 }\n";
    let comparison = compared(
        script,
        &script.replace("read 0x3D4", "read  0x3D4 => vpn 7 # stated"),
    );
    assert!(comparison.same());
    assert_eq!((comparison.compared, comparison.left_out), (5, 0));
    assert_eq!(
        output(script, script),
        "5 statements compared, none differs"
    );
}

/// Belady, Nelson, and Shedler (1969): FIFO faults 9 times with three frames, and 10 times with
/// four.
#[test]
fn facts_that_differ_are_listed() {
    let script = |n| {
        format!(
            "let n = {n}\nlet frames_of_mine = n\nreference 1 2 3 4 1 2 5 1 2 3 4 5 {{ frames frames_of_mine, replacement fifo }}\n"
        )
    };
    let lines = json(&compared(&script(3), &script(4)));
    assert_eq!(
        lines[0],
        json!({"only": "a", "statement": "let n = 3", "file": "t.pw", "line": 1, "scenario": null, "times": 1})
    );
    assert_eq!(lines[1]["only"], "b");
    assert_eq!(
        lines[2]["differ"],
        json!([{"fact": "frames_of_mine", "a": 3, "b": 4}])
    );
    let rows = lines[3]["differ"].as_array().unwrap();
    assert_eq!(rows[0], json!({"fact": "faults", "a": 9, "b": 10}));
    assert_eq!(rows[1], json!({"fact": "hits", "a": 3, "b": 2}));
    // The fourth page is the first that does not fit in three frames.
    assert_eq!(lines[4]["parting"]["step"], 4);
    assert_eq!(
        lines[4]["parting"]["a"]["what"],
        "a fault, page 1 is evicted"
    );
    assert_eq!(lines[4]["parting"]["b"]["what"], "a fault");
    let totals =
        json!({"compared": 2, "differ": 2, "only_a": 1, "only_b": 1, "left_out": 0, "same": false});
    assert_eq!(lines[5]["totals"], totals);
}

#[test]
fn machines_are_compared_setting_by_setting() {
    let a = "machine simple\n";
    let b =
        "machine simple {\n  physical 13 bits\n  tlb { ways 2, policy fifo }\n  cache none\n}\n";
    assert_eq!(
        facts(a, b),
        [
            "physical: \"12 bits\", \"13 bits\"",
            "tlb ways: \"4\", \"2\"",
            "cache lines: \"16\", null",
            "cache ways: \"direct-mapped\", null",
            "cache block: \"4 B\", null",
            "tlb policy: null, \"fifo\"",
        ]
    );
    let nested = "machine {\n  virtual 14 bits\n  physical 12 bits\n  page 64 B\n  page_table { levels 2, bits 4 4, pte { size 2 B, ppn 0..5, p 15 }, walk cached }\n  cache L3 { lines 16, block 4 B, fully-associative, shared }\n}\n";
    let flat = "machine {\n  physical 12 bits\n}\n";
    assert_eq!(
        facts(nested, flat),
        [
            "virtual: \"14 bits\", null",
            "page: \"64 B\", null",
            "page_table levels: \"2\", null",
            "page_table bits: \"4 4\", null",
            "page_table pte size: \"2 B\", null",
            "page_table pte ppn: \"0..5\", null",
            "page_table pte p: \"15\", null",
            "page_table walk: \"cached\", null",
            "cache L3 lines: \"16\", null",
            "cache L3 ways: \"fully-associative\", null",
            "cache L3 block: \"4 B\", null",
            "cache L3 shared: \"yes\", null",
        ]
    );
}

#[test]
fn the_first_step_at_which_they_part_is_reported() {
    let script = |more: &str| {
        format!(
            "machine simple{more}\nset page_table {{ | vpn ppn |\n| 0F 0D | }}\nread 0x3D4\nread 0x3D4\n"
        )
    };
    let output = output(&script(""), &script(" { tlb none }"));
    // The runs diverge at the first read, because only one machine has a TLB.
    assert!(
        output.contains("The runs diverge at step 2 of read 0x3D4"),
        "{output}"
    );
    assert!(
        output.contains("  A  MMU → TLB: TLBI 0x3, TLBT 0x03: miss\n"),
        "{output}"
    );
    assert!(output.contains("t.pw:4 | t.pw:4"), "{output}");
    assert!(
        output.ends_with("4 statements compared, 3 differ"),
        "{output}"
    );
}

#[test]
fn rounds_of_a_loop_are_paired_one_by_one() {
    let script = |n| format!("let n = {n}\nfor i in 0..n {{ let y = 2 * i }}\n");
    let comparison = compared(&script(3), &script(5));
    assert_eq!((comparison.compared, comparison.differ), (3, 0));
    assert_eq!(
        (comparison.only_a, comparison.only_b),
        (1, 3),
        "the first statement, and two rounds"
    );
    let lines = json(&comparison);
    assert_eq!(
        (&lines[2]["only"], &lines[2]["times"]),
        (&json!("b"), &json!(2))
    );
    assert!(output(&script(3), &script(5)).contains("only in B (2 times)"));
}

#[test]
fn many_differing_rounds_are_counted() {
    let script = |policy| {
        format!(
            "machine {{\n physical 12 bits\n cache {{ lines 2, fully-associative, block 4 B, policy {policy} }}\n}}\nfor i in 0..40 {{ read 4 * (i % 3) }}\n"
        )
    };
    let lines = json(&compared(&script("lru"), &script("mru")));
    // LRU misses on every access (a loop over three blocks in two lines). MRU hits on half of the accesses.
    let more: Vec<&Value> = lines
        .iter()
        .filter(|line| line.get("more_rounds").is_some())
        .collect();
    assert_eq!(more.len(), 1);
    let totals = &lines.last().unwrap()["totals"];
    assert_eq!(totals["compared"], 41);
    let listed = lines
        .iter()
        .filter(|line| line.get("differ").is_some())
        .count() as u64;
    assert_eq!(listed, 4, "the machine and three rounds");
    assert_eq!(
        totals["differ"].as_u64(),
        Some(listed + more[0]["more_rounds"].as_u64().unwrap())
    );
    let first = lines
        .iter()
        .find(|line| line["round"] != Value::Null)
        .unwrap();
    // Blocks 0, 4, and 8 miss with both policies. Block 8 replaces block 0 with LRU, and block 4 with MRU.
    assert_eq!(first["round"], 3);
    assert_eq!(
        first["differ"],
        json!([{"fact": "cache.victim", "a": 0, "b": 1}])
    );
}

#[test]
fn shown_and_expected_values_are_compared() {
    let script = |page| {
        format!(
            "machine simple\nset page_table {{ | vpn ppn |\n| 0F {page} | }}\nshow page_table\nexpect page_table.tables == 1\nshow \"\"\"{{hex(0x{page})}}\"\"\"\n"
        )
    };
    let lines = json(&compared(&script("0D"), &script("0E")));
    let differ: Vec<&Value> = lines.iter().filter_map(|line| line.get("differ")).collect();
    assert_eq!(
        differ,
        [
            &json!([{"fact": "row", "a": "| 0F 0D |", "b": "| 0F 0E |"}]),
            &json!([{"fact": "page_table vpn 0F ppn", "a": 13, "b": 14}]),
        ]
    );
}

#[test]
fn a_changed_line_of_a_part_is_not_called_a_row() {
    // Reports abbreviate a long part.
    let long = "Why? ".repeat(30);
    let script = |solution: &str| {
        format!(
            "question \"Q\" {{\n  part \"a\" points 2 {{\n    essay \"{long}\"\n    solution \"{solution}\"\n  }}\n}}\n"
        )
    };
    let lines = json(&compared(&script("yes"), &script("no")));
    let differ: Vec<&Value> = lines.iter().filter_map(|line| line.get("differ")).collect();
    let line = json!([{"fact": "line", "a": "solution \"yes\"", "b": "solution \"no\""}]);
    assert_eq!(differ, [&line]);
}

#[test]
fn a_changed_row_of_a_table_is_shown() {
    let script = |rows: &str| {
        format!(
            "machine simple\nset page_table {{\n  | vpn ppn |\n  | 0F  0D |\n{rows}}}\nlet x = 1\n"
        )
    };
    let (a, b) = (
        script("  | 10  0E |\n  | 12  0A |\n"),
        script("  | 11  0E |\n  | 12  0A |\n  | 13  0B |\n"),
    );
    assert_eq!(
        facts(&a, &b),
        [
            "row: \"| 10 0E |\", \"| 11 0E |\"",
            "row: null, \"| 13 0B |\""
        ]
    );
    let output = output(&a, &b);
    assert!(
        output.contains("| 10 0E |") && output.contains("| 11 0E |"),
        "{output}"
    );
    assert!(
        output.ends_with("3 statements compared, 1 differs"),
        "{output}"
    );
    // Equal tables are a pair before tables that differ.
    let twice = script("") + &a;
    let comparison = compared(&twice, &script("  | 10  0E |\n  | 12  0A |\n"));
    assert_eq!(
        (
            comparison.compared,
            comparison.differ,
            comparison.only_a,
            comparison.only_b
        ),
        (3, 0, 3, 0)
    );
    // A different layout of the same rows is no difference.
    assert!(compared(&a, &a.replace("  | 10", "# A comment.\n\n |  10")).same());
    assert!(compared(&a, &a.replace("|\n}", "| }")).same());
    // The brace after a row is not part of it.
    let (last, next) = ("  | 10  0E | }\n", "  | 10  0E |\n  | 12  0A | }\n");
    let closed = |rows: &str| script(rows).replace("}\n}\n", "}\n");
    assert_eq!(
        facts(&closed(last), &closed(next)),
        ["row: null, \"| 12 0A |\""]
    );
}

#[test]
fn tables_that_a_run_expects_are_compared_row_by_row() {
    let script = |row: &str| {
        format!(
            "machine simple\nset page_table {{ | vpn ppn |\n| 0F 0D |\n| 10 0E | }}\nexpect page_table {{\n | vpn ppn |\n{row} }}\n"
        )
    };
    // The actual value of each expected cell is a fact.
    assert_eq!(
        facts(&script("| 0F 0D |"), &script("| 10 0E |")),
        [
            "page_table vpn F ppn: 13, null",
            "page_table vpn 10 ppn: null, 14"
        ]
    );
}
