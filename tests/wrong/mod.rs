//! Tests of scripts with mistakes. Each mistake is reported once, with its code, at the exact text, and no
//! statement runs. No input makes the parser or the interpreter panic, hang, or overflow its stack.

pub mod cases;
pub mod causes;
mod memory;
#[cfg(target_os = "linux")]
mod stack;
mod traces;
mod work;

use std::fmt::Write;
use std::time::{Duration, Instant};

use cases::CASES;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::run::session::Options;

use crate::running::{Outcome, long, on_large_stack, text, text_within, texts};

/// The code of the only mistake, and the text that the error points to.
fn sole(outcome: &Outcome) -> (&str, &str) {
    match outcome.mistakes.as_slice() {
        [only] => (&only.code, &only.at),
        _ => ("not one mistake", ""),
    }
}

#[test]
fn each_mistake_is_reported_once_and_in_its_place() {
    let mut messages = String::new();
    for (code, at, script) in CASES {
        let outcome = text(script);
        if sole(&outcome) != (code, at) {
            let _ = writeln!(
                messages,
                "want [{code}] at `{at}`\n{script}\n{:#?}\n",
                outcome.mistakes
            );
        }
    }
    assert!(messages.is_empty(), "\n{messages}");
    assert!(CASES.len() >= 120, "only {} cases", CASES.len());
}

/// The message suggests the nearest name.
#[test]
fn the_nearest_name_is_offered() {
    let cases = [
        ("machine sipmle", "simple"),
        ("machine simple\nraed 0", "read"),
        ("machine simple\nread 0 => vnp 0", "vpn"),
        ("machine simple\nread 0 => cach hit", "cache"),
        ("reference 1 { frames 1 } => fault 1", "faults"),
        ("machine { physcal 3 }", "physical"),
        (
            "machine { physical 9, cache { lins 4, block 4 B } }",
            "lines",
        ),
        (
            "machine { physical 9, cache { lines 4, block 4 B, policy lur } }",
            "lru",
        ),
        (
            "machine { virtual 9, physical 9, page 4, pte { size 1 B, vald 7, ppn 0..6 } }",
            "valid",
        ),
        ("machine simple\nset tbl { | set tag | }", "tlb"),
        ("machine simple\nset tlb { | set tga | }", "tag"),
        ("machine simple\nexpect tlb.hist == 0", "hits"),
        ("machine simple\nexpect machine.pges == 0", "pages"),
        ("machine core-i7\nexpect L1D.hits == 0", "L1d"),
        ("let x = ciel(1)", "ceil"),
        ("let entries = 1\nlet x = entires", "entries"),
        ("def touch() { }\ntuoch()", "touch"),
        (
            "process P1\nmmpa(0, 1, PROT_READ, MAP_PRIVATE, 3, 0)",
            "mmap",
        ),
        ("reference 1 { frames 1, replacement fifi }", "fifo"),
        ("reference 1 { frmes 1 }", "frames"),
        ("machine simple\ntranslate 0 for raed", "read"),
    ];
    for (script, near) in cases {
        let outcome = text(script);
        assert_eq!(
            outcome.mistakes.len(),
            1,
            "{script}: {:#?}",
            outcome.mistakes
        );
        let said = &outcome.mistakes[0].said;
        assert!(
            said.contains(&format!("did you mean `{near}`?")),
            "{script}: {said}"
        );
    }
}

/// All static mistakes are reported together, and no statement runs.
#[test]
fn several_mistakes_are_reported_in_one_run() {
    let script = "machine simple\nraed 0\nread 0 => vnp 1\nlet x = y\nread 0x4000\nexpect 1 == 2\nset tlb { | set tga | }\n";
    let outcome = text(script);
    let found: Vec<(usize, &str)> = outcome
        .mistakes
        .iter()
        .map(|m| (m.line, m.code.as_str()))
        .collect();
    let wanted = [
        (2, "unknown-verb"),
        (3, "unknown-fact"),
        (4, "unknown-name"),
        (5, "address-too-wide"),
        (7, "unknown-column"),
    ];
    assert_eq!(found, wanted);
    assert!(outcome.records.is_empty(), "nothing runs");
}

/// A run-time mistake ends its scenario, but the later scenarios run.
#[test]
fn a_mistake_in_a_scenario_ends_that_scenario_only() {
    let script = "machine simple\nscenario \"a\" { read 0; expect last.byte == 0; expect 1 == 2 }\nexpect 3 == 4\n";
    let outcome = text(script);
    assert_eq!(sole(&outcome), ("no-answer", "byte"));
    assert_eq!(
        outcome
            .failures
            .iter()
            .map(|failed| failed.line)
            .collect::<Vec<_>>(),
        [3]
    );
}

#[test]
fn files_of_every_kind_are_read() {
    for nothing in ["", "\n\n  \n", "# only a comment", "\u{feff}"] {
        assert_eq!(text(nothing).status(), 0);
    }
    let windows = "machine simple\r\nset page_table {\r\n| vpn ppn |\r\n| 0 1 |\r\n}\r\nread 0 => ppn 1,\r\n  tlb miss\r\n=> fault none\r\n";
    assert_eq!((text(windows).status(), text(windows).checks), (0, 3));
    assert_eq!(
        text(b"let x = 1\n\xff\xfe\n").mistakes[0].code,
        "unreadable"
    );
    assert_eq!(sole(&text("let x = 1\n\0\n")).0, "syntax");
}

#[test]
fn files_include_each_other_in_no_circle() {
    let options = Options::default();
    let itself = texts(&[("a.pw", b"include \"a.pw\"")], options);
    assert_eq!(sole(&itself), ("include-circle", "\"a.pw\""));
    let circle = texts(
        &[("a.pw", b"include \"b.pw\""), ("b.pw", b"include \"a.pw\"")],
        options,
    );
    assert_eq!(sole(&circle), ("include-circle", "\"a.pw\""));
    let twice: &[(&str, &[u8])] = &[
        ("a.pw", b"include \"b.pw\"\ninclude \"b.pw\"\nexpect n == 1"),
        ("b.pw", b"let n = 1"),
    ];
    assert_eq!(texts(twice, options).status(), 0);
    let beyond: &[(&str, &[u8])] = &[
        ("a.pw", b"let x = 1\ninclude \"b.pw\""),
        ("b.pw", b"let y = z"),
    ];
    let outcome = texts(beyond, options);
    assert_eq!(
        (sole(&outcome), outcome.mistakes[0].line),
        (("unknown-name", "z"), 1)
    );
}

/// Nests each construct a hundred thousand levels deep. Each construct causes one message, without a stack
/// overflow.
#[test]
fn deep_scripts_end_in_a_message() {
    let n = if long() { 100_000 } else { 20_000 };
    let scripts = [
        format!("let x = {}1{}", "(".repeat(n), ")".repeat(n)),
        format!("let x = {}1{}", "[".repeat(n), "]".repeat(n)),
        format!("let x = {}1{}", "ceil(".repeat(n), ")".repeat(n)),
        format!("let x = {}1", "- ".repeat(n)),
        format!("let x = {}1", "~".repeat(n)),
        format!("let x = {}true", "not ".repeat(n)),
        format!("let x = 1{}", "+1".repeat(n)),
        format!("let x = true{}", " and true".repeat(n)),
        format!("let x = 1{}", "..1".repeat(n)),
        format!("let y = 1\nlet x = y{}", "[0]".repeat(n)),
        format!("let y = 1\nlet x = y{}", ".a".repeat(n)),
        format!("{}{}", "if true {".repeat(n), "}".repeat(n)),
        format!("if false {{ }}{}", " else if false { }".repeat(n)),
        format!("machine {}{}", "{ tlb ".repeat(n), "}".repeat(n)),
    ];
    for script in scripts {
        let outcome = text(&script);
        assert_eq!(
            sole(&outcome).0,
            "too-deep",
            "{}: {:#?}",
            &script[..40],
            outcome.mistakes.first()
        );
    }
}

#[test]
fn large_scripts_end_in_a_message() {
    let large = if long() { 10_000_000 } else { 2_200_000 };
    assert_eq!(text(format!("# {}", "a".repeat(large))).status(), 0);
    assert_eq!(text(" ".repeat(large)).status(), 0);
    assert_eq!(
        sole(&text(format!("let x = 1 {}", "a".repeat(large)))).0,
        "syntax"
    );
    assert_eq!(
        sole(&text(format!("let x = {}", "1".repeat(large)))).0,
        "overflow"
    );
    assert_eq!(
        sole(&text(format!("let x = [{}]", "1,".repeat(large / 2)))).0,
        "limit-size"
    );
    let lines = large / 500;
    assert_eq!(text("raed 1\n".repeat(lines)).mistakes.len(), lines);
}

/// Infinite and expensive loops exceed the budget, and the error points to the innermost loop.
/// Each repeated fact is a warning, unless its line has an error.
#[test]
fn many_mistakes_and_warnings_take_no_time() {
    let line = format!("read 0 => {}\n", vec!["a 1"; 400].join(","));
    let begin = Instant::now();
    let checked = CheckedScript::from_text("x.pw", &line.repeat(500), &mut ());
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "{:?}",
        begin.elapsed()
    );
    assert_eq!((checked.diagnostics.len(), checked.warnings.len()), (1, 0));
}

#[test]
fn loops_without_an_end_are_stopped() {
    let options = Options {
        max_steps: 10_000,
        ..Options::default()
    };
    let cases = [
        (
            "repeat 1 << 60 { let x = 1 }",
            "repeat 1 << 60 { let x = 1 }",
        ),
        ("repeat 1 << 60 { }", "repeat 1 << 60 { }"),
        ("for i in 0..(1 << 60) { }", "for i in 0..(1 << 60) { }"),
        (
            "repeat 100 { for j in 0..100000 { let k = j } }",
            "for j in 0..100000 { let k = j }",
        ),
        (
            "repeat 1000 { choose x in 0..1000000 where x == 5 }",
            "repeat 1000 { choose x in 0..1000000 where x == 5 }",
        ),
        (
            "machine core-i7\nrepeat 100000 { read 0 size 4096 }",
            "repeat 100000 { read 0 size 4096 }",
        ),
        (
            "repeat 100000 { reference [0..10000] { frames 3 } }",
            "repeat 100000 { reference [0..10000] { frames 3 } }",
        ),
        (
            "let x = [0..100000]\nrepeat 100000 { let y = sum(x) }",
            "repeat 100000 { let y = sum(x) }",
        ),
    ];
    for (script, at) in cases {
        assert_eq!(
            sole(&text_within(script, options)),
            ("limit-steps", at),
            "{script}"
        );
    }
    let doubling: String = (1..40)
        .map(|n| format!("def f{n}() {{ f{}(); f{}() }}\n", n - 1, n - 1))
        .collect::<Vec<_>>()
        .concat();
    let outcome = text_within(format!("def f0() {{ }}\n{doubling}f39()"), options);
    assert_eq!(sole(&outcome).0, "limit-steps");
}

#[test]
fn a_budget_counts_statements() {
    let within = |max_steps| Options {
        max_steps,
        ..Options::default()
    };
    let script = "machine simple\nrepeat 50 { read 0 size 8 }\nexpect true";
    assert_eq!(text_within(script, within(53)).status(), 0);
    assert_eq!(sole(&text_within(script, within(51))).0, "limit-steps");
}

#[test]
fn growing_values_are_limited() {
    let cases = [
        "let x = [0..0x40000000]",
        "let x = [1]\nrepeat 100 { let x = [x, x] }",
        "let x = \"a\"\nrepeat 100 { let x = \"\"\"{x}{x}\"\"\" }",
        "let x = reverse(0..0x40000000)",
        "machine simple\nread 0 size 1 << 40",
        "machine { virtual 64 bits, physical 64 bits, page 4 KB, tlb { entries 0xFFFFFFFFFFFFFFFF } }",
        "machine { physical 64 bits, cache { size 1 << 60, block 64 B } }",
        "reference 1 { frames 1 << 40 }",
    ];
    for script in cases {
        assert_eq!(sole(&text(script)).0, "limit-size", "{script}");
    }
}

/// Without optimization, the deepest permitted calls need about 2 MiB of stack.
#[test]
fn calls_within_calls_are_limited() {
    on_large_stack(check_deep_calls);
}

fn check_deep_calls() {
    let chain: String = (0..5000)
        .map(|n| format!("def f{n}() {{ f{}() }}\n", n + 1))
        .collect::<Vec<_>>()
        .concat();
    assert_eq!(
        sole(&text(format!("{chain}def f5000() {{ }}\nf0()"))).0,
        "too-deep"
    );
    let circle: String = (0..5000)
        .map(|n| format!("def f{n}() {{ f{}() }}\n", (n + 1) % 5000))
        .collect::<Vec<_>>()
        .concat();
    assert_eq!(sole(&text(circle)).0, "recursion");
}

/// The sections of the diagnostics page, each with its code and text.
fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    let sections = include_str!("../../docs/reference/diagnostics.md")
        .split("\n## ")
        .skip(1);
    sections.map(|section| section.split_once('\n').expect("a text below the code"))
}

/// Checks the diagnostics page: a failing script has the code of its section, and a fixed script has no
/// mistake.
#[test]
fn the_page_of_messages_is_true() {
    let mut scripts = 0;
    for (name, body) in sections() {
        for block in body.split("```pagewalk").skip(1) {
            let (kind, rest) = block.split_once('\n').expect("a script");
            let script = rest.split("```").next().expect("its end");
            let max_time = (name == "limit-time").then(|| work::limited(Duration::ZERO));
            let options = Options {
                max_steps: 100_000,
                max_memory: 64 << 20,
                max_time,
                ..Options::default()
            };
            let outcome = text_within(script, options);
            let codes: Vec<&str> = outcome
                .mistakes
                .iter()
                .map(|mistake| mistake.code.as_str())
                .collect();
            let wanted: &[&str] = if kind == ",fails" { &[name] } else { &[] };
            assert_eq!(codes, wanted, "{name}:\n{script}\n{:#?}", outcome.mistakes);
            scripts += 1;
        }
    }
    assert!(scripts > 60, "only {scripts} scripts");
}
