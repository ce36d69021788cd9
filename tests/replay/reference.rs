//! Tests of `reference` on traces against naive simulations of page replacement.

use std::fmt::Write;

use pagewalk_script::run::session::Options;

use crate::running::{Mistake, texts};

/// A record: a letter of lackey, an address, and a size.
type TraceRecord = (char, u64, u64);

fn program(records: u64) -> Vec<TraceRecord> {
    let mut state = 7_u64;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let record = |at: u64| {
        let kind = ['I', 'L', 'L', 'S', 'M'][random(5) as usize];
        // The program moves slowly through memory. Addresses above 2^32 have large page numbers.
        let near = 0x7FFF_0000_0000 + at / 40 * 0x400 + random(0x8000);
        (
            kind,
            if random(6) == 0 {
                random(0x40_000)
            } else {
                near
            },
            1 + random(16),
        )
    };
    (0..records).map(record).collect()
}

fn lackey(trace: &[TraceRecord]) -> String {
    trace
        .iter()
        .fold(String::new(), |mut text, (kind, address, size)| {
            let _ = if *kind == 'I' {
                writeln!(text, "I  {address:x},{size}")
            } else {
                writeln!(text, " {kind} {address:x},{size}")
            };
            text
        })
}

/// The pages of the references, in order. A modifying record is a load and a store.
fn pages(trace: &[TraceRecord], page: u64, only: &str, first: bool) -> Vec<u64> {
    let mut pages = Vec::new();
    for (kind, address, size) in trace {
        if only == "data" && *kind == 'I' || only == "fetches" && *kind != 'I' {
            continue;
        }
        for _ in 0..if *kind == 'M' { 2 } else { 1 } {
            let last = if first { *address } else { address + size - 1 };
            pages.extend(address / page..=last / page);
        }
    }
    pages
}

/// Counts the faults of a naive simulation. Memory lists the resident pages, and `victim` chooses an index.
fn faults(
    pages: &[u64],
    frames: usize,
    uses: bool,
    victim: impl Fn(&[u64], usize) -> usize,
) -> usize {
    let (mut memory, mut faults) = (Vec::new(), 0);
    for (at, page) in pages.iter().enumerate() {
        if let Some(held) = memory.iter().position(|held| held == page) {
            if uses {
                memory.remove(held);
                memory.push(*page);
            }
            continue;
        }
        faults += 1;
        if memory.len() == frames {
            memory.remove(victim(&memory, at));
        }
        memory.push(*page);
    }
    faults
}

fn expected(pages: &[u64], frames: usize) -> [(&'static str, usize); 3] {
    let next = |page: u64, at: usize| {
        pages[at..]
            .iter()
            .position(|other| *other == page)
            .unwrap_or(usize::MAX)
    };
    let farthest = |memory: &[u64], at: usize| {
        (0..memory.len())
            .max_by_key(|held| next(memory[*held], at))
            .expect("a page is resident")
    };
    [
        ("lru", faults(pages, frames, true, |_, _| 0)),
        ("fifo", faults(pages, frames, false, |_, _| 0)),
        ("optimal", faults(pages, frames, false, farthest)),
    ]
}

#[test]
fn faults_on_a_trace_agree_with_naive_simulations() {
    let trace = program(1500);
    let text = lackey(&trace);
    for (page, settings, only, first) in [
        (4096, "", "", false),
        (256, "only data", "data", false),
        (1024, "only fetches", "fetches", false),
        (16, "straddle first", "", true),
    ] {
        let string = pages(&trace, page, only, first);
        assert!(string.len() > 250, "{}", string.len());
        for frames in [3, 17] {
            for (policy, faults) in expected(&string, frames) {
                let hits = string.len() - faults;
                let script = format!(
                    "reference \"t.lackey\" {{ page {page} B, frames {frames}, replacement {policy}, {settings} }} => faults {faults}, hits {hits}, rate {faults} / {}",
                    string.len()
                );
                let outcome = texts(
                    &[("s.pw", script.as_bytes()), ("t.lackey", text.as_bytes())],
                    Options::default(),
                );
                assert_eq!(
                    (outcome.mistakes, outcome.failures),
                    (vec![], vec![]),
                    "{script}"
                );
                assert_eq!(outcome.checks, 3);
            }
        }
    }
}

/// Runs a script with a trace, and returns its mistakes.
fn mistakes(script: &str, trace: &str, options: Options) -> Vec<Mistake> {
    let outcome = texts(
        &[("s.pw", script.as_bytes()), ("t.lackey", trace.as_bytes())],
        options,
    );
    assert_eq!(outcome.failures, []);
    outcome.mistakes
}

/// Every 16 lines cost as much as a statement, and so do every 16 references of a line.
#[test]
fn the_lines_of_a_trace_are_charged_to_the_budget() {
    let within = |max_steps| Options {
        max_steps,
        ..Options::default()
    };
    let script = "reference \"t.lackey\" { page 4 KB, frames 2 } => faults 1";
    let lines = " L 1000,4\n".repeat(1600);
    assert_eq!(mistakes(script, &lines, within(110)), []);
    assert_eq!(mistakes(script, &lines, within(90))[0].code, "limit-steps");
    let wide = " L 1000,1600\n";
    let script = "reference \"t.lackey\" { page 1 B, frames 2 } => faults 1600";
    assert_eq!(mistakes(script, wide, within(110)), []);
    assert_eq!(mistakes(script, wide, within(90))[0].code, "limit-steps");
}

#[test]
fn a_long_trace_has_totals_but_no_table() {
    let trace = " L 1000,4\n S 2000,4\n".repeat(1 << 20);
    let play = "reference \"t.lackey\" { page 4 KB, frames 1 } => faults 2097152, hits 0, resident [2], victim 1, disk_writes 1048575\n";
    assert_eq!(mistakes(play, &trace, Options::default()), []);
    let wrong = mistakes(
        &format!("{play}expect reference {{\n  step frame0\n  1 1\n}}"),
        &trace,
        Options::default(),
    );
    assert_eq!(
        (wrong.len(), wrong[0].code.as_str()),
        (1, "limit-size"),
        "{wrong:?}"
    );
    assert!(
        wrong[0].said.contains("2097152 references"),
        "{}",
        wrong[0].said
    );
}

#[test]
fn a_trace_has_a_maximum_number_of_references() {
    // 5000 accesses of 4096 pages each.
    let trace = " L 1000,4096\n".repeat(5000);
    let wrong = mistakes(
        "reference \"t.lackey\" { page 1 B, frames 1 }",
        &trace,
        Options::default(),
    );
    assert_eq!(
        (wrong[0].code.as_str(), wrong[0].at.as_str()),
        ("limit-size", "\"t.lackey\"")
    );
}
