//! Scripts whose statements need much work.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pagewalk_engine::trace::time_limit::TimeLimit;
use pagewalk_script::run::session::Options;

use crate::running::{Outcome, long, text_within};

use super::sole;

/// The steps of each script.
const STEPS: u64 = 40_000;

/// A process with 16 MB of pages.
const PROCESS: &str = "machine core-i7\nprocess P1\n\
    let p = mmap(NULL, 16 MB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)\n";

/// Two equal lists.
const LISTS: &str = "let a = [0..1000]\nlet b = [0..1000]\n";

/// The declarations, the statements of a loop, and the largest number of their records within the budget, from the costs in
/// `docs/reference/limits.md`. A page that the kernel changes costs at least half a step.
const SCRIPTS: [(&str, &str, usize); 21] = [
    (LISTS, "expect a == b", 40_000 / 31),
    (LISTS, "let x = a < b", 40_000 / 31),
    (LISTS, "let x = sum(a)", 40_000 / 15),
    (LISTS, "let c = [0..500, a, 1]", 40_000 / 7),
    (
        "machine simple\n",
        "expect page_table {\n| vpn ppn vpn ppn |\n| 0 * 1 * |\n| 2 * 3 * |\n}",
        40_000 / 8,
    ),
    (
        PROCESS,
        "P1: let child = fork()\nchild: exit(0)\nP1: wait(NULL)",
        3 * 8,
    ),
    (
        PROCESS,
        "P1: munmap(p, 16 MB)\nP1: let p = mmap(NULL, 16 MB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)",
        2,
    ),
    (
        PROCESS,
        "P1: mlock(p, 16 MB)\nP1: munlock(p, 16 MB)",
        2 * 18,
    ),
    (
        PROCESS,
        "P1: mprotect(p + i * 8192, 4096, PROT_READ)",
        40_000 / 10,
    ),
    (
        PROCESS,
        "choose x in 0..10000 where P1: read p + x => byte 1",
        5,
    ),
    (
        PROCESS,
        "choose x in 0..10000 where P1: fork() => returns 1",
        5,
    ),
    (PROCESS, "probe P1: write p = 1", 5_000),
    (PROCESS, "scenario \"one\" { }", 5_000),
    (PROCESS, "flush cache", 150),
    (PROCESS, "show tables P1", 150),
    (PROCESS, "let x = P1.page_table.bytes", 150),
    (
        PROCESS,
        "P1: madvise(p, 16 MB, MADV_MERGEABLE)\nksm scan",
        2 * 2,
    ),
    ("", "machine core-i7", 4_000),
    ("", "choose x in 0..1000 where x == 5 + i * 0", 200),
    (
        "machine { physical 40, cache { size 64 MB, ways 1, block 1 MB } }\n",
        "write i * 1048576 = 1",
        200,
    ),
    (
        "",
        "let x = i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i+i",
        20_000,
    ),
];

/// The number of steps limits the time, because work counts as steps.
#[test]
fn work_is_limited() {
    for (declared, body, most) in SCRIPTS {
        let script = format!("{declared}for i in 0..1000000 {{\n{body}\n}}");
        let declared = text_within(declared, Options::default());
        assert_eq!(declared.mistakes, [], "{declared:?}");
        let outcome = text_within(
            &script,
            Options {
                max_steps: STEPS,
                ..Options::default()
            },
        );
        assert_eq!(
            sole(&outcome).0,
            "limit-steps",
            "{script}: {:?}",
            outcome.mistakes
        );
        let count = outcome.records.len() - declared.records.len();
        assert!(count <= most, "{script}: {count} statements");
    }
}

/// Ordinary statements cost one step each.
#[test]
fn simple_statements_cost_a_step() {
    for statement in [
        "let x = (i * 7 + 3) % 64",
        "expect i < 1000 and i >= 0",
        "read i % 64 size 4",
        "fetch i % 64",
    ] {
        let script = format!("machine simple\nfor i in 0..1000 {{ {statement} }}");
        let within = |max_steps| {
            text_within(
                &script,
                Options {
                    max_steps,
                    ..Options::default()
                },
            )
        };
        assert_eq!(within(1_002).mistakes, [], "{script}");
        assert_eq!(sole(&within(1_001)).0, "limit-steps", "{script}");
    }
}

/// Appending to a long list, on either side, costs one step for every length.
#[test]
fn appends_cost_a_step() {
    for list in ["[a, i]", "[i, a]", "[a, 0, i]", "[[i], a, [i]]"] {
        let script = format!("let a = []\nfor i in 0..20000 {{ let a = {list} }}");
        // Lists with up to 256 elements are copied.
        let outcome = text_within(
            &script,
            Options {
                max_steps: 21_000,
                ..Options::default()
            },
        );
        assert_eq!(outcome.mistakes, [], "{list}");
    }
}

/// The range is the cause, not the length of the script.
#[test]
fn a_search_that_needs_too_many_steps_names_its_range() {
    let script = "machine simple\nquestion \"Q\" { ask x in 0..0x4000 where probe translate x => vpn 0x1FF }";
    let options = Options {
        max_steps: 2000,
        ..Options::default()
    };
    let outcome = text_within(script, options);
    assert_eq!(sole(&outcome), ("limit-steps", "0..0x4000"));
    let said = &outcome.mistakes[0].said;
    assert!(said.contains("narrow the range"), "{said}");
}

/// A limit of the time of a clock on which each look takes a millisecond.
pub fn limited(most: Duration) -> TimeLimit {
    static LOOKS: AtomicU64 = AtomicU64::new(0);
    let clock = || Duration::from_millis(LOOKS.fetch_add(1, Ordering::Relaxed));
    TimeLimit { most, clock }
}

#[test]
fn time_is_limited() {
    let options = Options {
        max_time: Some(limited(Duration::from_millis(20))),
        max_steps: u64::MAX,
        ..Options::default()
    };
    let outcome = text_within(
        "let a = 1\nscenario \"s\" { repeat 1 << 40 { let x = a } }\nlet b = 2",
        options,
    );
    assert_eq!(
        sole(&outcome),
        ("limit-time", "repeat 1 << 40 { let x = a }"),
        "{:?}",
        outcome.mistakes
    );
    assert!(
        outcome.mistakes[0].said.contains("--max-time SECONDS"),
        "{}",
        outcome.mistakes[0].said
    );
    let options = Options {
        max_time: Some(limited(Duration::from_hours(1))),
        ..Options::default()
    };
    assert_eq!(
        text_within("repeat 100000 { let x = 1 }", options).mistakes,
        []
    );
}

/// Wherever the budget ends a run, the run has the records of the statements before, and one mistake.
#[test]
fn a_budget_may_end_at_any_step() {
    for example in ["simple-memory-system", "fork", "swapping", "copy-on-write"] {
        let script = fs::read_to_string(format!("examples/{example}.pw")).expect("an example");
        let records = |outcome: &Outcome| -> Vec<String> {
            outcome
                .records
                .iter()
                .map(|record| format!("{record:?}"))
                .collect()
        };
        let whole = records(&text_within(&script, Options::default()));
        let mut ended = 0;
        let stride = if long() { 1 } else { 7 };
        for max_steps in (0..).step_by(stride) {
            let outcome = text_within(
                &script,
                Options {
                    max_steps,
                    ..Options::default()
                },
            );
            if outcome.mistakes.is_empty() {
                break;
            }
            assert_eq!(
                sole(&outcome).0,
                "limit-steps",
                "{example}, {max_steps}: {:?}",
                outcome.mistakes
            );
            assert!(
                whole.starts_with(&records(&outcome)),
                "{example}, {max_steps}"
            );
            ended += 1;
        }
        assert!(
            ended * stride >= whole.len(),
            "{example}: {ended} of {}",
            whole.len()
        );
    }
}
