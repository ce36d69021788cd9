//! Tests the state that is known at the mark `‸` in a text.

use std::path::{Path, PathBuf};

use crate::lang::include::{Script, read_again, read_text};
use crate::lang::layout::tokens;
use crate::lang::loader::Texts;
use crate::run::session::Options;
use crate::run::state::{Binding, State};
use crate::run::verbs::CORE;
use crate::run::{Checked, Checkpoints, Earlier, Files, check, check_again, state_at};
use pagewalk_engine::machine::random::SplitMix64;

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

/// Returns the diagnostics of a text that are found from those of an earlier text, and those of a new check.
fn checked_again(old: &str, new: &str) -> (Option<String>, String) {
    let read = |text: &str, earlier: &Script| read_again("a.pw", text, &mut (), earlier);
    let (files, options) = (Files::default(), Options::new(&CORE));
    let (old_sources, old_script, _) = read(old, &Script::default());
    let checked = check(&old_script.body, &old_sources, &files, options);
    let (sources, script, _) = read(new, &old_script);
    let earlier = Earlier {
        script: &old_script,
        sources: &old_sources,
        checked: &checked,
    };
    let found = |checked: &Checked| {
        let all = (&checked.diagnostics, &checked.warnings, checked.work);
        format!("{all:?}")
    };
    let again = check_again(earlier, &script, &sources, &files, options);
    let whole = check(&script.body, &sources, &files, options);
    (again.as_ref().map(found), found(&whole))
}

#[test]
fn only_statements_that_affect_no_others_are_checked_alone() {
    let script = |changed: &str| {
        format!(
            "machine simple\nlet a = 5\ndef f(x) {{ read x }}\nread 0x100 => ppn 1\n{changed}\nlet b = 0x20\nread b\n\
             translate 0x3D4 => vpn 0x0F\nf(0x300)\nlet c = 3\nlet c = 4\nshow c"
        )
    };
    for (old, new, alone) in [
        ("read 0x3D4", "translate 0x3D4 => tlb hit", true),
        ("read 0x3D4", "read 0x3D4; read 0x3D5 => nothing 1", true),
        ("raed 0x3D4", "read 0x3D4", true),
        ("read", "", true),
        ("# a\nread 1", "read a # b", true),
        ("f(a, 1)", "f()", true),
        // The first call of a definition checks its body on this machine.
        ("f(a)", "f(a, 1)", false),
        ("expect a == 5", "expect a == 010", true),
        ("read a", "read 1 => vpn 3, vpn 3", true),
        // An unknown name is reported once.
        ("read zz", "read a", false),
        ("read a", "let a = 6", false),
        ("let b = 1", "let b = 2", false),
        ("read a", "machine core-i7", false),
        (
            "set tlb { | set | tag ppn |\n| 0 | 1 2 | }",
            "read 0",
            false,
        ),
        ("read a", "if a == 5 { read a }", false),
        // The next `let b` overrides this one only if no statement is between them.
        ("let b = 1\nread 0", "let b = 1", false),
        ("seed 5", "seed 6", false),
    ] {
        let (again, whole) = checked_again(&script(old), &script(new));
        assert_eq!(again.is_some(), alone, "{old:?} to {new:?}");
        assert_eq!(
            again.unwrap_or_else(|| whole.clone()),
            whole,
            "{old:?} to {new:?}"
        );
    }
}

/// Random changes of one token in the scripts of the tests. A check of only the changed statements has the results of a whole check.
#[test]
fn random_changes_have_the_results_of_a_new_check() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scripts");
    let (mut folders, mut random, mut alone) = (vec![root], SplitMix64::new(46), 0);
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(folder).expect("a folder");
        let mut entries: Vec<PathBuf> = entries
            .map(|entry| entry.expect("an entry").path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let list = tokens(&text).list;
            if path.extension().is_none_or(|ending| ending != "pw")
                || list.len() < 4
                || text.contains('"')
            {
                continue;
            }
            for _ in 0..4 {
                let [at, from] = [(); 2].map(|()| list[random.below(list.len() as u64) as usize]);
                for instead in [&text[from.start..from.end], ""] {
                    let changed = format!("{}{instead}{}", &text[..at.start], &text[at.end..]);
                    let (again, whole) = checked_again(&text, &changed);
                    alone += usize::from(again.is_some());
                    assert_eq!(
                        again.unwrap_or_else(|| whole.clone()),
                        whole,
                        "{}: {changed}",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(alone > 100, "only {alone} changes were checked alone");
}
