//! Tests of scripts with outdated facts, and their edits.

mod filling;
mod forty;
mod tables;

use std::path::{Path, PathBuf};

use super::{Findings, LeftAlone, Wanted};
use crate::lang::edit::edited;
use crate::lang::include::{Texts, read};
use crate::lang::span::Span;
use crate::run::record::StepRecord;
use crate::run::session::Options;
use crate::run::verbs::CORE;
use crate::run::{Files, run};

const ACCEPT: Wanted = Wanted {
    accept: true,
    fill: false,
};
const FILL: Wanted = Wanted {
    accept: false,
    fill: true,
};

/// The new texts of a script's files, and the unchanged expectations as `file:line: fact: reason`.
struct Outcome {
    texts: Vec<String>,
    facts: usize,
    left: Vec<String>,
}

fn amend(files: &[(&str, &str)], wanted: Wanted) -> Outcome {
    let held = files
        .iter()
        .map(|(name, text)| (Path::new("/s").join(name), text.as_bytes().to_vec()));
    let mut loader = Texts {
        texts: held.collect(),
        other: (),
    };
    let (sources, script, wrong) = read(&PathBuf::from("/s").join(files[0].0), &mut loader);
    assert_eq!(wrong, [], "{files:?}");
    let mut findings = Findings::new(wanted);
    let mut sink = findings.watch(&script.body, &sources, &|_| true);
    let ended = run(
        &script.body,
        &sources,
        &Files::default(),
        Options::new(&CORE),
        &mut sink,
    );
    assert_eq!(ended.diagnostics, [], "{files:?}");
    let plan = findings.plan(&sources);
    let files = (0..).zip(sources.files());
    let texts = files.map(|(number, file)| edited(&file.text, Span::start_of(number), &plan.edits));
    let output = |LeftAlone { span, fact, reason }: &LeftAlone| {
        let (name, place) = sources.location(*span).expect("a place");
        format!(
            "{}:{}: {fact}: {reason}",
            name.trim_start_matches("/s/"),
            place.line
        )
    };
    Outcome {
        texts: texts.collect(),
        facts: plan.facts.values().sum(),
        left: plan.left.iter().map(output).collect(),
    }
}

/// Returns the amended text of a script in which no failed expectation remains unchanged. The expectations in
/// the amended text hold and need no further edits.
fn accepted(script: &str) -> String {
    let outcome = amend(&[("a.pw", script)], ACCEPT);
    assert_eq!(outcome.left, [""; 0], "{script}");
    let again = amend(&[("a.pw", &outcome.texts[0])], ACCEPT);
    assert_eq!((again.facts, &again.texts), (0, &outcome.texts), "{script}");
    assert_eq!(failed(&outcome.texts[0]), 0, "{}", outcome.texts[0]);
    outcome.texts[0].clone()
}

/// Returns the unchanged expectations of a script that gets no edits.
fn left(script: &str) -> Vec<String> {
    let outcome = amend(&[("a.pw", script)], ACCEPT);
    assert_eq!((outcome.facts, outcome.texts[0].as_str()), (0, script));
    outcome.left
}

/// Returns the number of failed facts.
fn failed(script: &str) -> u64 {
    let (sources, script, _) = read(
        Path::new("/s/a.pw"),
        &mut Texts {
            texts: [("/s/a.pw".into(), script.into())].into(),
            other: (),
        },
    );
    let mut records: Vec<StepRecord> = Vec::new();
    run(
        &script.body,
        &sources,
        &Files::default(),
        Options::new(&CORE),
        &mut records,
    )
    .totals
    .failed()
}

/// On `machine simple`, address 0x03D4 has VPN 0x0F, VPO 0x14, TLB index 3, and TLB tag 3 (CS:APP, figure
/// 9.20).
fn fact(stated: &str) -> String {
    let script = accepted(&format!(
        "machine simple\ntranslate 0x03D4 => {stated}   # kept\n"
    ));
    let facts = script.split("=> ").nth(1).expect("facts");
    facts
        .strip_suffix("   # kept\n")
        .expect("the comment")
        .to_owned()
}

#[test]
fn a_number_keeps_its_radix_width_case_and_separators() {
    for (stale, wanted) in [
        ("vpn 0x0E", "vpn 0x0F"),
        ("vpn 0xE", "vpn 0xF"),
        ("vpn 0x00e", "vpn 0x00f"),
        ("vpn 0X0E", "vpn 0X0F"),
        ("vpn 14", "vpn 15"),
        ("vpn 014", "vpn 015"),
        ("vpn 0b1110", "vpn 0b1111"),
        ("vpn 0b0000_1110", "vpn 0b0000_1111"),
        ("vpn 0b111", "vpn 0b1111"),
        ("vpn 0x1_0000", "vpn 0x0_000F"),
        ("vpn 0x1_2_34", "vpn 0x0_0_0F"),
        ("vpn 1_000", "vpn 15"),
        ("vpn 9 pages", "vpn 15 pages"),
        ("vpn 1 KB", "vpn 15 B"),
        ("vpn -1", "vpn 0x0F"),
        ("vpn 'a'", "vpn 0x0F"),
        ("vpn 1/2", "vpn 15"),
        ("fault   none", "fault   page"),
        ("fault normal,tlb hit", "fault page,tlb miss"),
        ("fault \"none\"", "fault page"),
        ("tlb yes, vpn -, ppn -", "tlb no, vpn 0x0F, ppn -"),
        (
            "tlb.victim 3, vpo 1, # here\n  tlbi 2",
            "tlb.victim none, vpo 20, # here\n  tlbi 3",
        ),
    ] {
        assert_eq!(fact(stale), wanted, "{stale}");
    }
}

/// A number wider than any format's field.
#[test]
fn a_number_may_be_very_wide() {
    let zeros = "0".repeat(100_000);
    assert_eq!(fact(&format!("vpn 0x{zeros}E")), format!("vpn 0x{zeros}F"));
}

#[test]
fn a_claim_that_holds_stays_however_it_is_written() {
    for holds in [
        "vpn 0x00F",
        "fault any",
        "vpn in 0..16",
        "vpn not 3",
        "vpn 7 + 8",
        "tlbi 0b11",
    ] {
        assert_eq!(fact(holds), holds);
    }
}

#[test]
fn a_comparison_with_a_literal_is_amended() {
    for (stale, wanted) in [
        (
            "expect machine.pages == 0x1FF",
            "expect machine.pages == 0x100",
        ),
        ("expect tlb.reach == 2 KB", "expect tlb.reach == 1 KB"),
        ("expect 1 / 3 == 0.25", "expect 1 / 3 == 1/3"),
        ("expect 3 / 4 == 57%", "expect 3 / 4 == 75%"),
        ("expect [1, 2] == [1, 0x02, 3]", "expect [1, 2] == [1, 2]"),
        ("expect \"a\\n\" == \"b\"", "expect \"a\\n\" == \"a\\n\""),
        ("expect (1 == 1) == false", "expect (1 == 1) == true"),
    ] {
        assert_eq!(
            accepted(&format!("machine simple\n{stale}\n")),
            format!("machine simple\n{wanted}\n")
        );
    }
}

#[test]
fn other_expressions_are_not_changed_and_the_reason_is_reported() {
    for (script, reason) in [
        (
            "let x = 1\ntranslate 0 => vpn x",
            "vpn: the expected value is a variable",
        ),
        (
            "let x = 1\ntranslate 0 => vpn x + 1",
            "vpn: the expected value is an expression",
        ),
        (
            "translate 0\ntranslate 0 => vpn not 0",
            "vpn: `not` expects no value",
        ),
        (
            "translate 0\ntranslate 0 => vpn in 1..3",
            "vpn: `in` allows several values",
        ),
        (
            "translate 0\nexpect 1 < 0",
            "1: the comparison allows several values",
        ),
        (
            "translate 0\nexpect 1 == 2 and true",
            "1 == 2 and true: the condition has no expected value",
        ),
        (
            "let x = 1\nexpect 2 == x",
            "2: the expected value is a variable",
        ),
        (
            "translate 0\ntranslate 0 => byte 5",
            "byte: this access has no `byte`",
        ),
        (
            "translate 0\ntranslate 0 => vpn ?",
            "vpn: use `--fill` to fill in `?`",
        ),
        (
            "translate 0\nexpect page_table { | vpn v |\n | 0 (1) | }",
            "page_table vpn 0 v: the cell is computed",
        ),
    ] {
        let left = left(&format!("machine simple\n{script}\n"));
        assert_eq!(left.len(), 1, "{script}: {left:?}");
        assert!(
            left[0].starts_with("a.pw:3: ") || left[0].starts_with("a.pw:4: "),
            "{left:?}"
        );
        assert!(left[0].contains(reason), "{script}: {left:?}");
    }
}

#[test]
fn a_fact_that_runs_several_times_is_amended_if_it_always_has_one_value() {
    let same = "machine simple\nrepeat 3 { translate 0x03D4 => vpn 1 }\ndef f() { translate 0x03D4 => vpo 2 }\nf(); f()\n";
    assert_eq!(
        accepted(same),
        same.replace("vpn 1", "vpn 15").replace("vpo 2", "vpo 20")
    );
    let differs = "machine simple\nfor va in [0x00, 0x40, 0x80] { translate va => vpn 7 }\n";
    assert_eq!(
        left(differs),
        ["a.pw:2: vpn: the statement runs several times with different values: 0, 1, 2"]
    );
    // The expectation holds in one iteration.
    let once = "machine simple\nfor va in 0..0x3FFF { translate va => tlbi 0x0 }\n";
    let left_alone = left(once);
    assert_eq!(
        left_alone,
        [
            "a.pw:2: tlbi: the statement runs several times with different values: 0x0, 0x1, 0x2, 0x3"
        ]
    );
    let many = "machine simple\nfor va in 0..0x3FFF { translate va => vpn 0x0 }\n";
    assert!(left(many)[0].ends_with("0x0, 0x1, 0x2, 0x3, …"));
}

#[test]
fn an_included_file_is_amended_once() {
    let main = "machine simple\ninclude \"b.pw\"\ninclude \"b.pw\"\ntranslate 0 => vpn 1\n";
    let outcome = amend(
        &[
            ("a.pw", main),
            ("b.pw", "translate 0x03D4 => vpn 0x00 # b\n"),
        ],
        ACCEPT,
    );
    assert_eq!(
        outcome.texts,
        [
            main.replace("vpn 1", "vpn 0"),
            "translate 0x03D4 => vpn 0x0F # b\n".to_owned()
        ]
    );
    assert_eq!((outcome.facts, outcome.left), (2, Vec::new()));
}

#[test]
fn the_findings_of_two_scripts_for_one_file_are_merged() {
    let shared = "translate va => vpn 0x07, tlbi 0\n";
    let (mut all, mut sources) = (
        Findings::new(ACCEPT),
        crate::lang::source::Sources::default(),
    );
    sources.add("b.pw", None, shared);
    for va in ["0x03D4", "0x03C4"] {
        let main = format!("machine simple\nlet va = {va}\ninclude \"b.pw\"\n");
        let texts = [
            ("/s/a.pw".into(), main.into_bytes()),
            ("/s/b.pw".into(), shared.into()),
        ];
        let (own, script, _) = read(
            Path::new("/s/a.pw"),
            &mut Texts {
                texts: texts.into(),
                other: (),
            },
        );
        let mut findings = Findings::new(ACCEPT);
        let mut sink = findings.watch(&script.body, &own, &|_| true);
        run(
            &script.body,
            &own,
            &Files::default(),
            Options::new(&CORE),
            &mut sink,
        );
        all.absorb(findings, |span| {
            Some(Span {
                file: span.file.checked_sub(1)?,
                ..span
            })
        });
    }
    let plan = all.plan(&sources);
    assert_eq!(
        (edited(shared, Span::start_of(0), &plan.edits), plan.left),
        ("translate va => vpn 0x0F, tlbi 3\n".to_owned(), Vec::new())
    );
}

#[test]
fn facts_of_references_and_calls_are_amended() {
    // Silberschatz's string with three frames: FIFO faults 15 times, and the frames contain 7 0 1 at the end.
    let pages = "7 0 1 2 0 3 0 4 2 3 0 3 2 1 2 0 1 7 0 1";
    let stale = format!(
        "reference {pages} {{ frames 3, replacement fifo }} => faults 14, rate 50%, resident [1, 2, 03]\n"
    );
    let right = stale
        .replace("14", "15")
        .replace("50%", "75%")
        .replace("[1, 2, 03]", "[7, 0, 1]");
    assert_eq!(accepted(&stale), right);
    let named = "reference a b { frames 2, replacement fifo } => trace \"hh\", resident [b, c]\n";
    let odd = "reference [\"7x\", \"in\", a] { frames 3, replacement fifo } => resident [q]\n";
    assert_eq!(accepted(odd), odd.replace("[q]", "[\"7x\", \"in\", a]"));
    assert_eq!(
        accepted(named),
        named.replace("hh", "mm").replace("[b, c]", "[a, b]")
    );
    let process = "process P\nlet p = malloc(10) => error ENOMEM\nwrite p = \"hello\"\nread p size 5 => value \"hallo\"\n";
    assert_eq!(
        accepted(process),
        process.replace("ENOMEM", "none").replace("hallo", "hello")
    );
}
