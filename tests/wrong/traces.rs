//! Tests of mistakes in statements that replay traces, and in trace files.

use pagewalk_script::run::session::Options;

use super::sole;
use crate::running::{Outcome, texts};

/// A trace with two lines.
const TRACE: &[u8] = b" L 10,1\n S 20,1\n";

/// Runs a script in the folder of a trace.
fn beside(script: &str, trace: &[u8]) -> Outcome {
    texts(
        &[("script.pw", script.as_bytes()), ("x.trace", trace)],
        Options::default(),
    )
}

#[test]
fn each_option_exists_and_appears_once() {
    let bare = "machine { physical 9 }\n";
    let simple = "machine simple\n";
    let cases = [
        (
            bare,
            "unknown-word",
            "fromat",
            "replay \"x.trace\" fromat din",
        ),
        (
            bare,
            "unknown-word",
            "lackei",
            "replay \"x.trace\" format lackei",
        ),
        (bare, "unknown-word", "3", "replay \"x.trace\" format 3"),
        (bare, "unknown-word", "din", "replay \"x.trace\" din"),
        (
            bare,
            "unknown-word",
            "spilt",
            "replay \"x.trace\" straddle spilt",
        ),
        (bare, "unknown-word", "on", "replay \"x.trace\" map on"),
        (bare, "wrong-count", "map", "replay \"x.trace\" map"),
        (
            bare,
            "duplicate",
            "map",
            "replay \"x.trace\" map identity map identity",
        ),
        (
            bare,
            "duplicate",
            "format",
            "replay \"x.trace\" format din map identity format din",
        ),
        (
            bare,
            "no-machine",
            "replay",
            "replay \"x.trace\" map demand",
        ),
        (
            bare,
            "unknown-fact",
            "misses",
            "replay \"x.trace\" => misses 1",
        ),
        (
            bare,
            "unknown-fact",
            "acesses",
            "replay \"x.trace\" => acesses 1",
        ),
        (
            simple,
            "unknown-fact",
            "cache.sets",
            "replay \"x.trace\" map identity => cache.sets 1",
        ),
        (
            simple,
            "unknown-fact",
            "vpn",
            "replay \"x.trace\" map identity => vpn 1",
        ),
        (simple, "wrong-count", "replay", "replay \"x.trace\""),
        (
            simple,
            "misplaced",
            "replay",
            "process P1\nP1: replay \"x.trace\" map demand",
        ),
        (
            simple,
            "misplaced",
            "replay",
            "process P1\nP1 { replay \"x.trace\" map identity }",
        ),
        (
            "",
            "no-machine",
            "replay",
            "replay \"x.trace\" map identity",
        ),
        (
            simple,
            "wrong-count",
            "accesses",
            "replay \"x.trace\" map identity => accesses",
        ),
    ];
    for (machine, code, at, statement) in cases {
        let outcome = beside(&format!("{machine}{statement}"), TRACE);
        assert_eq!(
            sole(&outcome),
            (code, at),
            "{statement}: {:#?}",
            outcome.mistakes
        );
        assert!(outcome.records.is_empty(), "{statement}: nothing runs");
    }
}

#[test]
fn the_intended_word_is_suggested() {
    for (statement, near) in [
        ("replay \"x.trace\" fromat din", "format"),
        ("replay \"x.trace\" din", "format din"),
        ("replay \"x.trace\" demand", "map demand"),
        ("replay \"x.trace\" format lackei", "lackey"),
        ("replay \"x.trace\" straddle spilt", "split"),
        ("replay \"x.trace\" => L1d.mises 1", "L1d.misses"),
        ("replay \"x.trace\" => malfromed 1", "malformed"),
        ("replay \"x.trace\" => misses 1", "L1d.misses"),
    ] {
        let script =
            format!("machine {{ physical 9, cache L1d {{ lines 4, block 4 B }} }}\n{statement}");
        let outcome = beside(&script, TRACE);
        let said = outcome.mistakes.first().map_or("", |mistake| &mistake.said);
        assert!(
            said.contains(&format!("did you mean `{near}`?")),
            "{statement}: {said}"
        );
    }
}

/// If the machine translates addresses, the message lists both mappings.
#[test]
fn a_missing_map_is_explained() {
    let outcome = beside("machine simple\nreplay \"x.trace\"", TRACE);
    let said = &outcome.mistakes[0].said;
    assert!(
        said.contains("`map identity`") && said.contains("`map demand`"),
        "{said}"
    );
}

/// A mistake in the file is reported at the statement that reads the file.
#[test]
fn a_file_that_is_no_trace_is_refused_when_it_is_read() {
    let script = "machine { physical 9 }\nreplay \"x.trace\"\n";
    let gzip = [&[0x1f, 0x8b, 8, 0][..], &[0; 4]].concat();
    for trace in [&gzip[..], &[0x7f, b'E', b'L', b'F', 0, 1, 2, 0]] {
        let outcome = beside(script, trace);
        assert_eq!(
            sole(&outcome),
            ("unreadable", "\"x.trace\""),
            "{:#?}",
            outcome.mistakes
        );
        assert!(
            outcome.mistakes[0].said.contains("x.trace")
                && !outcome.mistakes[0].said.contains("/scripts")
        );
    }
}

/// Each line costs work, so the budget ends a long trace. The error `limit-steps` points to the loop, or else
/// to the file.
#[test]
fn a_long_trace_ends_with_the_budget() {
    let long = b" L 10,1\n".repeat(20_000);
    let options = Options {
        max_steps: 1_000,
        ..Options::default()
    };
    let run = |script: &str| {
        texts(
            &[("script.pw", script.as_bytes()), ("x.trace", &long)],
            options,
        )
    };
    let once = "machine { physical 9 }\nreplay \"x.trace\" => accesses 20000\n";
    assert_eq!(sole(&run(once)), ("limit-steps", "\"x.trace\""));
    assert_eq!(beside(once, &long).status(), 0);
    let short = "machine { physical 9 }\nscenario \"a\" { replay \"x.trace\" }\n";
    assert_eq!(sole(&run(short)), ("limit-steps", "\"x.trace\""));
}

/// If frames run out without swap, the statement fails, and its process is killed.
#[test]
fn out_of_memory_is_reported() {
    let script = "machine core-i7\nkernel { frames 1 }\nreplay \"x.trace\" map demand\n";
    let outcome = beside(script, b" S 1000,1\n S 2000,1\n");
    assert_eq!(sole(&outcome), ("out-of-memory", "\"x.trace\""));
    assert!(
        outcome.mistakes[0].said.contains("swap"),
        "{}",
        outcome.mistakes[0].said
    );
}

/// After a replay that starts a kernel, expectations about the kernel are not mistakes.
#[test]
fn a_replay_starts_a_kernel_for_later_expectations() {
    let script = "machine core-i7\nreplay \"x.trace\" map demand\nexpect frames.free > 5 and swap.used == 0\n";
    assert_eq!(beside(script, TRACE).status(), 0);
    let looped = "machine core-i7\nrepeat 2 { replay \"x.trace\" map demand => minor 1 }\nexpect swap.used == 0\n";
    assert_eq!(beside(looped, TRACE).mistakes, []);
    let probed = "machine core-i7\nprobe replay \"x.trace\" map demand => minor 1\nread 0x10 => fault page\n";
    let outcome = beside(probed, TRACE);
    assert_eq!(
        (outcome.mistakes.as_slice(), outcome.failures.as_slice()),
        (&[][..], &[][..])
    );
}

/// `replay` accepts parentheses around its operand, like other verbs. A definition named `replay` takes
/// precedence.
#[test]
fn a_replay_may_be_in_brackets() {
    let machine = "machine { physical 9 }\n";
    let script = format!(
        "{machine}replay(\"x.trace\") => accesses 2\nprobe replay(\"x.trace\") => accesses 2\n"
    );
    let outcome = beside(&script, TRACE);
    assert_eq!((outcome.mistakes.as_slice(), outcome.checks), (&[][..], 2));
    let own = format!("def replay(x) {{ expect x == \"a\" }}\n{machine}replay(\"a\")\n");
    assert_eq!(beside(&own, TRACE).status(), 0);
}
