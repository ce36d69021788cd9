//! Tests of the text output: a whole run, its loops, its summary, and its end.

mod accesses;
mod tables;
mod terminal;

use std::io::{self, Write};

use super::{Options, TextSink, Theme};
use crate::report::playing::{SIMPLE, play};

/// Returns the text output of a script.
fn printed(script: &str, options: Options) -> String {
    let mut out = Vec::new();
    let (sink, ended) = play(script, |sources| TextSink::new(&mut out, sources, options));
    sink.finish(ended.totals, 0).unwrap();
    String::from_utf8(out).unwrap()
}

/// Returns the output of the last statement in a script on the lectures' simple memory system, without the
/// summary.
fn last(statement: &str) -> Vec<String> {
    let text = printed(&format!("{SIMPLE}{statement}\n"), Options::default());
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let from = lines
        .iter()
        .rposition(|line| line.contains(" t.pw:"))
        .unwrap();
    lines[from..lines.len() - 2]
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// Normalizes the spaces between the words of a line.
fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn loops_are_reported_by_their_first_rounds() {
    let script = format!("{SIMPLE}for i in 0..10000 {{ probe i }}\nprobe 0x40\n");
    let text = printed(&script, Options::default());
    assert_eq!(text.matches("\n  probe read 0x").count(), 100);
    assert!(text.contains("\nfor i in 0..10000 { … } "), "{text}");
    assert!(text.contains("\n  … 9,900 more\n\nprobe 0x40 "), "{text}");
    assert!(
        text.contains(
            "\n  probe read 0x0000 → TLB miss, PPN 0x28, PA 0xA00, cache miss, byte unknown\n"
        ),
        "{text}"
    );
}

#[test]
fn failures_deep_in_a_loop_are_reported() {
    // Page 0 is present, but page 1 is not. The last of 900 iterations probes page 1.
    let text = printed(
        &format!("{SIMPLE}for i in 0..900 {{ probe 0x40 => fault page }}\n"),
        Options::default(),
    );
    assert!(!text.contains('✗') && text.contains("  … 800 more\n"));
    let text = printed(
        &format!("{SIMPLE}for i in 0..900 {{ probe i // 899 * 0x40 => fault none }}\n"),
        Options::default(),
    );
    assert_eq!(text.matches('✗').count(), 1);
    let at = text.find('✗').unwrap();
    let printed = "\n  … 799 more\n  probe read 0x0040 → TLB miss, page fault  (t.pw:35)\n";
    assert!(text[..at].ends_with(printed), "{text}");
    assert!(!text[at..].contains('…'), "{text}");
    assert!(text.ends_with("1 of 900 expectations failed\n"), "{text}");
}

#[test]
fn the_summary_counts() {
    let text = printed(
        "let x = 1\nexpect x == 1\nscenario \"a\" { expect x == 1 }\n",
        Options::default(),
    );
    assert!(text.contains("expect x == 1  ✓  "), "{text}");
    assert!(
        text.contains("t.pw:2\n\n── a ──\n\nexpect x == 1  ✓ "),
        "{text}"
    );
    assert!(
        text.ends_with("\n4 statements in 1 scenario; 2 expectations hold\n"),
        "{text}"
    );
    assert!(
        printed("let x = 1\n", Options::default())
            .ends_with("\n1 statement; no expectations checked\n")
    );
}

#[test]
fn a_run_with_explanations_draws_nothing() {
    let options = Options {
        explain: true,
        theme: Theme::default(),
    };
    let text = printed(&format!("{SIMPLE}read 0x03D4\n"), options);
    assert!(text.contains("\n  1  CPU → MMU "));
    assert!(!text.contains('│') && !text.contains('┃'), "{text}");
}

/// A writer that fails after some bytes, like a closed pipe.
struct Closing {
    left: usize,
}

impl Write for Closing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let taken = bytes.len().min(self.left);
        self.left -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_stops_the_run() {
    let script = format!("{SIMPLE}repeat 900 {{ repeat 900 {{ expect 1 == 2 }} }}\n");
    let (sink, ended) = play(&script, |sources| {
        TextSink::new(Closing { left: 100 }, sources, Options::default())
    });
    assert!(ended.totals.statements < 10_000, "{:?}", ended.totals);
    assert_eq!(
        sink.finish(ended.totals, 0).unwrap_err().kind(),
        io::ErrorKind::BrokenPipe
    );
}

#[test]
fn output_has_an_end() {
    let mut out = Vec::new();
    let script = "repeat 5000 { expect 1 == 2 }\n";
    let (sink, ended) = play(script, |sources| {
        let mut sink = TextSink::new(&mut out, sources, Options::default());
        sink.budget = 2000;
        sink
    });
    assert_eq!(ended.totals.statements, 5000);
    sink.finish(ended.totals, 0).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.len() < 2400, "{}", text.len());
    assert!(
        text.contains("\n… the rest is not shown, because the output already has 2000 bytes\n"),
        "{text}"
    );
    assert!(
        text.ends_with("\n5,000 statements; 5,000 of 5,000 expectations failed\n"),
        "{text}"
    );
}
