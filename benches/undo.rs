//! Measures undoing a step and continuing from the earlier state, on a machine with 1 GB resident. Run with
//! `cargo bench --bench undo`. The goal is to undo a step in less than 1 ms.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use divan::{Bencher, black_box};
use pagewalk_script::prompt::explore::{Exploration, Mode};
use pagewalk_script::run::record::{Sink, StepRecord};
use pagewalk_script::run::session::{Limits, Options};

fn main() {
    divan::main();
}

/// A sink that ignores records.
struct NullSink;

impl Sink for NullSink {
    fn accept(&mut self, _: &StepRecord) -> bool {
        true
    }
}

/// Runs an input.
fn does(session: &mut Exploration, text: &str) {
    let body = session.read("bench", text, &mut ()).expect("a right input");
    let ended = session.run(&body, Mode::Whole, &mut NullSink);
    assert!(ended.diagnostics.is_empty(), "{:?}", ended.diagnostics);
}

/// Starts a session on a Core i7 in which a process has touched every page of 1 GB.
fn gigabyte() -> Exploration {
    let limits = Limits {
        max_memory: 4 << 30,
        ..Limits::DEFAULT
    };
    let options = Options::default().within(limits);
    let mut session = Exploration::new(options, Arc::new(AtomicBool::new(false)));
    does(
        &mut session,
        "process P1
        let p = mmap(NULL, 1 GB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        for page in 0..262144 { write p + page * 4096 = page % 256 }
        expect P1.rss == 1 GB
        write p = 1
        write p + 4096 = 2",
    );
    session
}

/// Runs `:back` and `:forward`.
#[divan::bench]
fn undo_and_redo_a_step(bencher: Bencher) {
    let mut session = gigabyte();
    bencher.bench_local(|| {
        assert_eq!(session.back(1), 1);
        black_box(session.state());
        session.forward(1)
    });
}

/// Undoes a step and runs a different step. The different step copies the shared state that it changes.
#[divan::bench]
fn undo_a_step_and_do_another(bencher: Bencher) {
    let mut session = gigabyte();
    let body = session
        .read("bench", "write p + 8192 = 3", &mut ())
        .expect("a right input");
    bencher.bench_local(|| {
        session.back(1);
        session.run(&body, Mode::Whole, &mut NullSink).totals
    });
}

/// Undoes a thousand steps in one call and redoes them in another.
#[divan::bench]
fn undo_and_redo_a_thousand_steps(bencher: Bencher) {
    let mut session = gigabyte();
    for n in 0..1000 {
        does(&mut session, &format!("write p + {} = 1", n * 4096));
    }
    bencher.bench_local(|| {
        assert_eq!(session.back(1000), 1000);
        session.forward(1000)
    });
}
