//! Tests interrupts, and the texts that a session keeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Exploration, Mode};
use crate::run::record::{Sink, StepRecord};
use crate::run::session::Options;
use crate::run::state::{Binding, State};
use crate::run::verbs::CORE;

/// A sink that interrupts the run after N records.
struct Impatient(u32, Arc<AtomicBool>);

impl Sink for Impatient {
    fn accept(&mut self, _: &StepRecord) -> bool {
        self.0 = self.0.saturating_sub(1);
        self.1.store(self.0 == 0, Ordering::Relaxed);
        true
    }
}

#[test]
fn an_interrupted_statement_was_never_done() {
    let flag = Arc::new(AtomicBool::new(false));
    let mut session = Exploration::new(Options::new(&CORE), flag.clone());
    let body = session
        .read(
            "1",
            "let a = 1; let b = 2; repeat 1000000 { let a = a + 1 }",
            &mut (),
        )
        .unwrap();
    let ended = session.run(&body, Mode::Whole, &mut Impatient(100, flag));
    assert!(ended.interrupted && ended.diagnostics.is_empty());
    assert_eq!(session.history.at(), 2);
    let a = |state: &State| match state.find("a") {
        Some(Binding::Value(value)) => value.to_string(),
        _ => String::new(),
    };
    assert_eq!(a(session.state()), "1");
    // The interrupted session runs the next input.
    let body = session.read("2", "let c = 3", &mut ()).unwrap();
    assert!(!session.run(&body, Mode::Whole, &mut Vec::new()).interrupted);
    assert_eq!(session.history.at(), 3);
}

#[test]
fn texts_that_nothing_uses_are_cleared() {
    let mut session = Exploration::new(Options::new(&CORE), Arc::default());
    let input = |session: &mut Exploration, text: &str| {
        let read = session.read("input", text, &mut ());
        read.is_ok_and(|body| {
            session
                .run(&body, Mode::Whole, &mut Vec::new())
                .diagnostics
                .is_empty()
        })
    };
    let texts = |session: &mut Exploration| -> Vec<String> {
        // The next input clears texts.
        assert!(session.read("input", "", &mut ()).is_ok());
        session
            .sources
            .files()
            .map(|file| file.text.to_string())
            .filter(|text| !text.is_empty())
            .collect()
    };
    assert!(input(&mut session, "def f() { let x = 1 }") && input(&mut session, "f()"));
    assert!(!input(&mut session, "let b ="));
    assert!(input(&mut session, "let c = 3"));
    assert_eq!(
        texts(&mut session),
        ["def f() { let x = 1 }", "f()", "let c = 3"]
    );
    // Inputs with errors do not wait for an input that runs. The last input and the one before it keep their texts.
    for _ in 0..10 {
        assert!(!input(&mut session, "let b ="));
    }
    assert_eq!(
        session
            .sources
            .files()
            .filter(|file| &*file.text == "let b =")
            .count(),
        2
    );
    // An undone input can be redone, so its text stays until another input runs.
    session.back(2);
    assert!(!input(&mut session, "let d =") && input(&mut session, ""));
    assert_eq!(
        texts(&mut session),
        ["def f() { let x = 1 }", "f()", "let c = 3"]
    );
    session.forward(1);
    assert!(input(&mut session, "let e = 5") && input(&mut session, "let g = e"));
    assert_eq!(
        texts(&mut session),
        ["def f() { let x = 1 }", "f()", "let e = 5", "let g = e"]
    );
    let texts: Vec<&str> = session
        .history
        .done()
        .map(|done| session.text(done))
        .collect();
    assert_eq!(
        texts,
        ["def f() { let x = 1 }", "f()", "let e = 5", "let g = e"]
    );
}

#[test]
fn the_statements_of_a_session_have_a_limit_of_memory() {
    let most = 100 * (super::BYTES_OF_STATEMENT + "let a = 1".len() as u64 * super::BYTES_OF_TEXT);
    let options = Options {
        max_memory: most,
        ..Options::new(&CORE)
    };
    let mut session = Exploration::new(options, Arc::default());
    let run = |session: &mut Exploration| {
        let body = session
            .read("input", "let a = 1", &mut ())
            .expect("a statement");
        session.run(&body, Mode::Whole, &mut Vec::new()).diagnostics
    };
    for _ in 0..=100 {
        assert_eq!(run(&mut session), []);
    }
    let said = run(&mut session);
    assert_eq!(said[0].code.name(), "limit-memory");
    assert!(
        said[0]
            .message
            .starts_with("the 101 statements of this session need more than"),
        "{said:?}"
    );
    assert_eq!(session.history.at(), 101);
    // Statements that are only tried, and undone statements, do not count.
    let body = session
        .read("input", "let b = 1", &mut ())
        .expect("a statement");
    let tried = session.run(&body, Mode::Tried, &mut Vec::new());
    assert_eq!(tried.diagnostics, []);
    let has = |state: &State| state.find("b").is_some();
    assert!(has(&tried.state) && !has(session.state()));
    session.back(2);
    assert_eq!(run(&mut session), []);
}
