//! Tests the state that is known at the mark `‸` in a text.

use crate::lang::include::read_text;
use crate::lang::loader::Texts;
use crate::run::session::Options;
use crate::run::state::{Binding, State};
use crate::run::verbs::CORE;
use crate::run::{Checkpoints, Files, state_at};

/// Returns the state at the mark `‸` in a text.
fn at(marked: &str) -> State {
    let at = marked.find('‸').expect("a mark");
    let text = marked.replace('‸', "");
    let other = b"machine simple\nlet inner = 7\n".to_vec();
    let mut texts = Texts {
        texts: [("other.pw".into(), other)].into(),
        other: (),
    };
    let (mut sources, script, _) = read_text("script.pw", &text, &mut texts);
    let (files, _) = Files::read(&script.body, &mut sources, &mut texts);
    let options = || Options::new(&CORE);
    let state = |at, known: &mut _| state_at(&script.body, &sources, &files, options(), at, known);
    // A later place leaves checkpoints.
    let mut known = Checkpoints::default();
    state(text.len(), &mut known);
    let continued = state(at, &mut known);
    let new = state(at, &mut Checkpoints::default());
    assert!(continued.names().eq(new.names()), "{text:?}");
    continued
}

/// Returns the value of a variable, `?` if the value is unknown, or an empty text if the variable does not
/// exist.
fn value(marked: &str, name: &str) -> String {
    match at(marked).find(name) {
        Some(Binding::Value(value)) => value.to_string(),
        Some(_) => "?".to_owned(),
        None => String::new(),
    }
}

fn virtual_bits(marked: &str) -> Option<u32> {
    at(marked)
        .spec()
        .and_then(|spec| Some(spec.mmu.as_ref()?.virtual_bits))
}

#[test]
fn only_the_statements_above_the_mark_are_known() {
    for (marked, x) in [
        ("let x = 1\nlet x = 2‸\nlet x = 3", "1"),
        ("let x = 1\nlet x = 2\n‸\nlet x = 3", "2"),
        ("let x = 1\nlet x = 2\nlet x = 3\n‸", "3"),
        ("‸let x = 1", ""),
        ("let x = 1\nread ( => ‸\nlet x = 2", "1"),
        ("let x = 1; if x == 1 { let x = 2; show x‸ }", "2"),
        ("let x = 1; if x == 1 { let x = 2 } else { show x‸ }", "1"),
        ("let x = 1; if x == 1 { let x = 2 }\nshow x‸", "?"),
        ("for x in 0..4 { let y = x\n‸ }", "?"),
        ("include \"other.pw\"\nlet x = inner\n‸", "7"),
        ("scenario \"a\" { let x = 5\n ‸ }\nlet x = 6", "5"),
        ("scenario \"a\" { let x = 5 }\n‸", ""),
        ("choose x in 0..4\n‸", "?"),
    ] {
        assert_eq!(value(marked, "x"), x, "{marked}");
    }
}

#[test]
fn the_machine_is_the_one_declared_above() {
    for (marked, bits) in [
        ("machine simple\nread 0‸\nmachine core-i7", Some(14)),
        ("machine simple\nread 0\nmachine core-i7\n‸", Some(48)),
        (
            "machine simple\nscenario \"a\" { machine core-i7\nread 0‸ }",
            Some(48),
        ),
        (
            "machine simple\nscenario \"a\" { machine core-i7 }\nread 0‸",
            Some(14),
        ),
        ("machine simple\ndef f(a) { read a‸ }", Some(14)),
        ("process P1\nP1: read 0‸", Some(48)),
        ("process P1\nP1 { read 0; read 1‸ }", Some(48)),
        ("include \"other.pw\"\nread 0‸", Some(14)),
        ("read 0‸\nmachine simple", None),
        ("if 1 == 1 { machine simple }\nread 0‸", None),
        ("‸", None),
    ] {
        assert_eq!(virtual_bits(marked), bits, "{marked}");
    }
}

#[test]
fn contents_are_there() {
    let state = at("machine simple\nset page_table {\n| vpn ppn v |\n| 0F 0D 1 |\n}\nread 0x3D4‸");
    assert!(state.hardware().is_some());
    assert!(
        at("process P1\n‸")
            .kernel()
            .is_some_and(|kernel| kernel.named("P1").is_some())
    );
    assert!(at("‸process P1\n").kernel().is_none());
}
