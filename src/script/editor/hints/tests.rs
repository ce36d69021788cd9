//! Tests of hints in scripts with known facts: the simple memory system (CS:APP, 9.6.4) and a process
//! on Linux.

use std::ops::Range;

use super::{Hint, ROOM};
use crate::editor::{Document, OpenTexts};

fn hints_within(script: &str, range: Range<usize>) -> Vec<Hint> {
    let document = Document::new("a.pw", script, OpenTexts::default());
    let ran = document.run(1_000_000, &false.into());
    assert!(
        document.script().diagnostics.is_empty() && ran.diagnostics.is_empty(),
        "{script}"
    );
    document.inlay_hints(range, &ran)
}

/// Returns the hints by line, counted from 1.
fn hints(script: &str) -> Vec<(usize, String)> {
    let line = |hint: &Hint| script[..hint.at].lines().count();
    hints_within(script, 0..script.len())
        .iter()
        .map(|hint| (line(hint), hint.label.clone()))
        .collect()
}

/// Returns the hint of the last line.
fn last(script: &str) -> String {
    hints(script)
        .pop()
        .map_or_else(String::new, |(_, label)| label)
}

const SIMPLE: &str = "machine simple
set page_table { | vpn ppn v |; | 0F 0D 1 |; | 00 28 1 | }
set tlb { | set | tag ppn v |; | 3 | 03 0D 1 | }
set cache { | idx | tag v | b0 b1 b2 b3 |; | 5 | 0D 1 | 36 72 F0 1D | }
";

/// In CS:APP, the read at 0x03D4 hits the TLB (VPN 0x0F, index 3, tag 3, PPN 0x0D) and the cache (physical
/// address 0x354, offset 0, index 5, tag 0x0D), and returns byte 0x36.
#[test]
fn the_facts_without_expectations_are_shown() {
    let all = last(&format!("{SIMPLE}read 0x03D4"));
    assert_eq!(
        all,
        "tlb hit, ppn 0x0D, pa 0x354, cache hit, served cache, byte 0x36, vpn 0x0F, …"
    );
    let rest = last(&format!(
        "{SIMPLE}read 0x03D4 => vpn 0x0F, tlbi 3, tlbt 3, tlb hit, vpo 0x14, cache hit, ppn 13"
    ));
    assert_eq!(
        rest,
        "pa 0x354, served cache, byte 0x36, co 0x0, ci 0x5, ct 0x0D, vpn1 0x0F"
    );
    let fault = last("machine simple\ntranslate 0x03D4 => vpn 0x0F, vpo 20, tlbi 3, tlbt 3");
    assert_eq!(fault, "tlb miss, walk 1, fault page, vpn1 0x0F");
}

#[test]
fn facts_without_an_event_are_left_out() {
    let label = last(&format!(
        "{SIMPLE}read 0x0000 => vpn 0, vpo 0, tlbi 0, tlbt 0"
    ));
    assert_eq!(
        label,
        "tlb miss, walk 1, ppn 0x28, pa 0xA00, cache miss, served memory, co 0x0, …"
    );
    let process = "process P1\nlet p = mmap(NULL, 8 KB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n";
    let call = last(process);
    assert_eq!(call, "returns 0x7FFFF7FFD000");
    assert_eq!(last(&format!("{process}munmap(p, 8 KB)")), "returns 0");
    // On Linux, an address that is not page-aligned results in EINVAL.
    assert_eq!(
        last(&format!("{process}munmap(p + 1, 8 KB)")),
        "returns -1, error EINVAL"
    );
    let touched = last(&format!(
        "{process}write p = 1 => vpn 0x7FFFF7FFD, vpo 0, tlbi 13"
    ));
    assert!(touched.contains("fault demand-zero"), "{touched}");
}

#[test]
fn repeated_statements_show_their_number_of_runs_and_constant_facts() {
    let script = format!("{SIMPLE}for va in [0x03D4, 0x03D5, 0x03D6] {{ read va }}");
    let label = last(&script);
    assert!(
        label.starts_with("×3 tlb hit, ppn 0x0D, ") && label.contains("vpn 0x0F"),
        "{label}"
    );
    assert!(!label.contains("vpo") && !label.contains("byte"), "{label}");
    assert_eq!(last("repeat 12 { let x = 1 }"), "×12");
}

#[test]
fn a_name_shows_its_value_unless_that_is_written_there() {
    assert_eq!(
        hints("let x = 0x10\nlet s = \"a\"\nlet k = 8 KB\nlet m = -1\n"),
        []
    );
    assert_eq!(
        hints("let x = 3 * 5\nlet y = x\n"),
        [(1, "= 15".to_owned()), (2, "= 15".to_owned())]
    );
    assert_eq!(last("choose x in 7..8 where x > 1"), "= 7");
}

#[test]
fn a_line_has_one_hint_at_its_end() {
    let script = "let a = 1 + 1; let b = 2 + 2   # two\nlet c = [1, 2,\n  3 + 4] # here\r\n";
    let found = hints_within(script, 0..script.len());
    let ends: Vec<&str> = found
        .iter()
        .map(|hint| script[..hint.at].lines().last().unwrap())
        .collect();
    assert_eq!(
        ends,
        ["let a = 1 + 1; let b = 2 + 2   # two", "  3 + 4] # here"]
    );
    assert_eq!(found[0].label, "= 2; = 4");
    // Only lines in the requested range get hints.
    assert_eq!(hints_within(script, 40..script.len()).len(), 1);
    assert_eq!(hints_within(script, 0..3).len(), 1);
}

#[test]
fn no_hint_is_longer_than_its_room() {
    let mut longest = 0;
    for path in [
        "examples/first.pw",
        "examples/fork.pw",
        "examples/core-i7-translation.pw",
        "examples/mmapcopy.pw",
    ] {
        let script =
            std::fs::read_to_string(format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR")))
                .expect("an example");
        for (line, label) in hints(&script) {
            let length = label
                .trim_start_matches(|c: char| c == '×' || c.is_ascii_digit())
                .chars()
                .count();
            assert!(length <= ROOM + 1, "{path}:{line}: {label}");
            longest = longest.max(length);
        }
    }
    assert!(longest > ROOM / 2);
}

/// The explanation of a cut hint lists the facts of all statements on its line, and that of a whole hint none.
#[test]
fn the_explanation_of_a_cut_hint_has_all_facts() {
    let of = |line: &str| {
        let script = format!("{SIMPLE}{line}");
        let hint = hints_within(&script, 0..script.len()).pop();
        hint.map_or_else(String::new, |hint| hint.explanation)
    };
    let both = of("read 0x03D4; translate 0x0000");
    assert!(
        both.contains("Facts: ") && both.contains("ct 0x0D") && both.contains("ppn 0x28"),
        "{both}"
    );
    assert!(!of("let x = 3 * 5").contains("Facts: "));
}
