//! Measures the cost of a keystroke in a large script. Run with `cargo bench --bench complete`.

use std::fmt::Write;

use divan::Bencher;
use pagewalk_script::lang::include::{Disk, read_text};
use pagewalk_script::lang::layout::tokens;
use pagewalk_script::report::hover::{Asked, hover_at};
use pagewalk_script::run::session::Options;
use pagewalk_script::run::state::State;
use pagewalk_script::run::{Checkpoints, Files, check, state_at};
use pagewalk_script::services::complete::{complete, highlight, hint};

/// Number of loaded statements. Each defines a variable.
const STATEMENTS: usize = 10_000;

/// Typed lines with many completions, a single completion, or none.
const TYPED: &[&str] = &[
    "",
    "re",
    "read ",
    "read x99",
    "read y99",
    "P1: read x1 => ",
    "P1: mmap(NULL, x1, PROT_READ | ",
    "expect tlb.",
];

fn main() {
    divan::main();
}

fn text() -> String {
    let mut text = "machine core-i7\nprocess P1\n".to_owned();
    for n in 0..STATEMENTS {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "let x{n} = 0x{:X} + {n}", n * 4096);
    }
    text
}

fn loaded(text: &str) -> State {
    let (sources, script, wrong) = read_text("script.pw", text, &mut Disk);
    assert_eq!(wrong, []);
    state_at(
        &script.body,
        &sources,
        &Files::default(),
        Options::default(),
        text.len(),
        &mut Checkpoints::default(),
    )
}

/// Completes a line, given the state after a script.
#[divan::bench(args = TYPED)]
fn complete_line(bencher: Bencher, typed: &str) {
    let state = loaded(&text());
    bencher.bench_local(|| complete(typed, typed.len(), &state));
}

/// Completes the last line of a text of 10,000 statements, as in an editor.
#[divan::bench(args = TYPED)]
fn complete_file(bencher: Bencher, typed: &str) {
    let text = text();
    let state = loaded(&text);
    let text = text + typed;
    bencher.bench_local(|| complete(&text, text.len(), &state));
}

/// Computes a hint for a line.
#[divan::bench]
fn hint_line(bencher: Bencher) {
    let state = loaded(&text());
    let typed = "P1: mmap(NULL, x1, PROT_READ | ";
    bencher.bench_local(|| hint(typed, typed.len(), &state));
}

/// Highlights 10,000 lines.
#[divan::bench]
fn highlight_file(bencher: Bencher) {
    let text = text();
    bencher.bench_local(|| highlight(&text));
}

/// Builds a 5,000-line script that resembles course scripts: a machine, its contents, accesses with
/// expectations, processes, loops, and comments.
fn script() -> String {
    let mut text = "machine simple\nlet base = 0x40\n".to_owned();
    for n in 0..1000 {
        let at = n * 61 % 0x3FFF;
        let _ = writeln!(
            text,
            "# access {n}\nlet va{n} = base + 0x{at:X}\nscenario \"s{n}\" {{\n  read 0x{at:04X} => vpn 0x{:02X}, tlb miss, fault page\n}}",
            at / 64
        );
    }
    text
}

/// Measures a keystroke in an editor: parses and checks a script of 5,000 lines, and computes the state at
/// its end.
#[divan::bench]
fn keystroke_read(bencher: Bencher) {
    let text = script();
    bencher.bench_local(|| {
        let (sources, script, _) = read_text("script.pw", &text, &mut Disk);
        let files = Files::default();
        check(&script.body, &sources, &files, Options::default())
    });
}

/// Computes the state at the end of a parsed script.
#[divan::bench]
fn keystroke_state(bencher: Bencher) {
    let text = script();
    let (sources, script, _) = read_text("script.pw", &text, &mut Disk);
    let files = Files::default();
    bencher.bench_local(|| {
        state_at(
            &script.body,
            &sources,
            &files,
            Options::default(),
            text.len(),
            &mut Checkpoints::default(),
        )
    });
}

#[divan::bench]
fn keystroke_complete(bencher: Bencher) {
    let text = script() + "read va9";
    let (sources, script, _) = read_text("script.pw", &text, &mut Disk);
    let state = state_at(
        &script.body,
        &sources,
        &Files::default(),
        Options::default(),
        text.len(),
        &mut Checkpoints::default(),
    );
    bencher.bench_local(|| complete(&text, text.len(), &state));
}

#[divan::bench]
fn keystroke_highlight(bencher: Bencher) {
    let text = script();
    bencher.bench_local(|| highlight(&text));
}

/// Computes the hover text for the last statement of a script.
#[divan::bench]
fn keystroke_hover(bencher: Bencher) {
    let text = script() + "read 0x03D4";
    let (sources, script, _) = read_text("script.pw", &text, &mut Disk);
    let files = Files::default();
    let tokens = tokens(&text).list;
    let state = |at| {
        let mut known = Checkpoints::default();
        state_at(
            &script.body,
            &sources,
            &files,
            Options::default(),
            at,
            &mut known,
        )
    };
    let asked = Asked {
        text: &text,
        tokens: &tokens,
        sources: &sources,
        state: &state,
    };
    bencher.bench_local(|| hover_at(&asked, text.len() - 2));
}
