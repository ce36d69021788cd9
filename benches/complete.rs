//! What a keystroke costs where much is loaded. `cargo bench --bench complete`.

use std::fmt::Write;

use divan::Bencher;
use pagewalk::lang::include::{Disk, read_text};
use pagewalk::run::Files;
use pagewalk::run::complete::{complete, highlight, hint};
use pagewalk::run::record::{Sink, StepRecord};
use pagewalk::run::session::{Options, Session};
use pagewalk::run::state::State;

/// Statements that are loaded, each of which names a variable.
const STATEMENTS: usize = 10_000;

/// What is typed: where anything may stand, where one thing can, and where nothing is like it.
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

struct Nobody;

impl Sink for Nobody {
    fn take(&mut self, _: &StepRecord) -> bool {
        true
    }
}

fn text() -> String {
    let mut text = "machine core-i7\nprocess P1\n".to_owned();
    for n in 0..STATEMENTS {
        // Writing to a string does not fail.
        let _ = writeln!(text, "let x{n} = 0x{:X} + {n}", n * 4096);
    }
    text
}

fn loaded(text: &str) -> State {
    let (sources, script, wrong) = read_text("script.pw", text, &mut Disk);
    assert_eq!(wrong, []);
    let (files, mut nobody) = (Files::default(), Nobody);
    let mut session = Session::new(&sources, &files, Options::default(), &mut nobody);
    session.run_block(&script.body, script.body[0].span).expect("it runs");
    session.state
}

/// A line, its script being known from the state.
#[divan::bench(args = TYPED)]
fn complete_line(bencher: Bencher, typed: &str) {
    let state = loaded(&text());
    bencher.bench_local(|| complete(typed, typed.len(), &state));
}

/// The last line of a text of 10,000 statements, as an editor has it.
#[divan::bench(args = TYPED)]
fn complete_file(bencher: Bencher, typed: &str) {
    let text = text();
    let state = loaded(&text);
    let text = text + typed;
    bencher.bench_local(|| complete(&text, text.len(), &state));
}

/// A hint for a line.
#[divan::bench]
fn hint_line(bencher: Bencher) {
    let state = loaded(&text());
    let typed = "P1: mmap(NULL, x1, PROT_READ | ";
    bencher.bench_local(|| hint(typed, typed.len(), &state));
}

/// Colours of 10,000 lines.
#[divan::bench]
fn highlight_file(bencher: Bencher) {
    let text = text();
    bencher.bench_local(|| highlight(&text));
}
