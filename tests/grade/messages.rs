//! Tests of `ask steps`: students number the messages of a page fault and of the retried access.

use std::collections::BTreeMap;

use super::running::{folder, marks, pagewalk, put};

const EXAM: &str = r#"machine { virtual 14 bits; physical 12 bits; page 64 B }
kernel { frames 4 }
process P1 {
  | area | start | end  | perms | backing   |
  | heap | 1000  | 1200 | rw-p  | anonymous |
}
question "Fault" points 16 { read 0x1000; ask steps all }
"#;

/// The messages in order: the first messages of figure 9.13 (b) in CS:APP (3rd edition), the handler's messages for an
/// anonymous page in a free frame, and figure 9.13 (a) with the accessed bit that the MMU sets.
const MESSAGES: [&str; 16] = [
    "CPU MMU virtual address",
    "MMU memory PTE address",
    "memory MMU PTE",
    "MMU CPU page fault",
    "CPU handler control",
    "handler – area",
    "handler – free frame",
    "handler memory new page",
    "handler memory PTE update",
    "handler CPU return",
    "CPU MMU virtual address",
    "MMU memory PTE address",
    "memory MMU PTE",
    "MMU memory A and D bits",
    "MMU memory physical address",
    "memory CPU data",
];

/// The messages as a paper prints them.
fn printed(exam: &str, seed: &str) -> Vec<String> {
    let ran = pagewalk(&["exam", exam, "--format", "json", "--seed", seed]);
    let paper: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let rows = paper["questions"][0]["body"][0]["rows"]
        .as_array()
        .expect("rows")
        .iter();
    let text = |row: &serde_json::Value| {
        let cells: Vec<&str> = (1..4).map(|at| row[at].as_str().expect("a text")).collect();
        cells.join(" ")
    };
    rows.map(text).collect()
}

/// The numbers of the rows. `pick` chooses among the numbers of equal messages, given how many rows have had them.
fn numbers(rows: &[String], pick: impl Fn(&[usize], usize) -> usize) -> Vec<usize> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut numbers = Vec::new();
    for row in rows {
        let of: Vec<usize> = (1..=16)
            .filter(|number| MESSAGES[number - 1] == row)
            .collect();
        let times = seen.entry(row).or_default();
        *times += 1;
        numbers.push(pick(&of, *times - 1));
    }
    numbers
}

#[test]
fn equal_messages_are_interchangeable() {
    let folder = folder("messages");
    let exam = put(&folder, "exam.pw", EXAM);
    for seed in ["1", "2", "3"] {
        let rows = printed(&exam, seed);
        let mut sorted = (rows.clone(), MESSAGES.map(str::to_owned).to_vec());
        sorted.0.sort();
        sorted.1.sort();
        assert_eq!(sorted.0, sorted.1);
        assert_ne!(rows, MESSAGES);
        assert_eq!(rows, printed(&exam, seed));
        let sheets = [
            ("forward", numbers(&rows, |of, times| of[times])),
            (
                "backward",
                numbers(&rows, |of, times| of[of.len() - 1 - times]),
            ),
            // The three pairs of equal messages have only one right number each.
            ("twice", numbers(&rows, |of, _| of[0])),
            // Only the three messages that are in both copies can be right.
            (
                "later",
                numbers(&rows, |of, times| {
                    if of.len() == 2 {
                        of[times]
                    } else {
                        of[0] % 16 + 1
                    }
                }),
            ),
        ];
        let columns: Vec<String> = (1..=16).map(|row| format!("1.{row}.1")).collect();
        let mut csv = format!("id,seed,{}\n", columns.join(","));
        for (id, answers) in &sheets {
            let answers: Vec<String> = answers.iter().map(usize::to_string).collect();
            csv += &[(*id).to_owned(), seed.to_string(), answers.join(",")].join(",");
            csv.push('\n');
        }
        let answers = put(&folder, "answers.csv", csv);
        let ran = pagewalk(&["grade", &exam, &answers]);
        assert_eq!(ran.status, 0, "{}", ran.messages);
        let marks = marks(&ran.out);
        let total = |id: &str| marks[&(id.to_owned(), "total".to_owned())].clone();
        assert_eq!(
            ["forward", "backward", "twice", "later"].map(total),
            ["16", "16", "13", "6"].map(str::to_owned)
        );
    }
}

#[test]
fn papers_of_other_seeds_have_other_orders() {
    let folder = folder("messages-seeds");
    let exam = put(&folder, "exam.pw", EXAM);
    assert_ne!(printed(&exam, "1"), printed(&exam, "2"));
    // The key has the same rows as the paper.
    let key = pagewalk(&[
        "exam", &exam, "--format", "markdown", "--seed", "1", "--key",
    ])
    .out;
    let key: Vec<&str> = key.lines().collect();
    for row in printed(&exam, "1") {
        let words: Vec<&str> = row.split(' ').collect();
        let of: Vec<usize> = (1..=16)
            .filter(|number| MESSAGES[number - 1] == row)
            .collect();
        let line = |line: &&&str| {
            let found: Vec<&str> = line.split_whitespace().collect();
            found.len() > 1
                && found[1..] == words
                && found[0].parse().is_ok_and(|n| of.contains(&n))
        };
        assert_eq!(key.iter().filter(line).count(), of.len(), "{row}");
    }
}
