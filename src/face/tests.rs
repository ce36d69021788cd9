//! Tests of code explanations and of colors.

use std::collections::BTreeSet;
use std::ffi::OsString;

use super::explain::{list, page, sections};
use super::terminal::{Color, speaks_unicode};
use pagewalk_script::lang::diagnostic::Code;

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    let pages: BTreeSet<&str> = sections().map(|(name, _)| name).collect();
    assert_eq!(codes, pages);
    assert_eq!(
        sections().count(),
        Code::ALL.len(),
        "a section occurs twice"
    );
    // The sections are in the order of the registry.
    assert!(
        sections()
            .map(|(name, _)| name)
            .eq(Code::ALL.iter().map(|code| code.name()))
    );
}

#[test]
fn every_page_explains_the_mistake_and_shows_it() {
    for (name, body) in sections() {
        let (words, scripts) = body
            .split_once("```")
            .unwrap_or_else(|| panic!("{name} shows no script"));
        assert!(
            words.split_whitespace().count() >= 25,
            "{name} says too little"
        );
        assert!(
            ["pagewalk,fails\n", "pagewalk,warns\n", "text\n"]
                .iter()
                .any(|info| scripts.starts_with(info)),
            "{name}"
        );
        assert_eq!(
            body.matches("```").count() % 2,
            0,
            "{name} has an open fence"
        );
    }
}

#[test]
fn explain_prints_a_page_without_markup() {
    let text = page("unknown-fact").unwrap();
    assert!(
        text.starts_with("unknown-fact: this statement has no fact with this name\n\n"),
        "{text}"
    );
    assert!(text.contains("\n    read 0x3D4 => vnp 0x0F\n"), "{text}");
    assert!(!text.contains("```") && !text.contains("##"), "{text}");
    // A section ends before the next heading of a higher level.
    assert!(!page("include-depth").unwrap().contains("# Names"));
}

#[test]
fn explain_offers_the_nearest_code() {
    assert!(
        page("unkown-fact")
            .unwrap_err()
            .contains("did you mean `unknown-fact`?")
    );
    assert!(!page("zzz").unwrap_err().contains("did you mean"));
    // The list has one line per code, an empty line, and a note about terms.
    assert_eq!(list().lines().count(), Code::ALL.len() + 2);
}

#[test]
fn explain_has_one_index_without_case_and_accents() {
    for (names, wanted) in [
        // Belady is the author of the optimal policy, and FIFO has his anomaly.
        (
            &["belady", "Bélády", "BELADY'S"][..],
            "can cause more page faults with more frames",
        ),
        (
            &["copy-on-write", "COW", "copy_on_write", "Copy on Write"],
            "gets its own copy",
        ),
        (
            &["page fault", "page faults", "Page-Faults"],
            "does not permit the access",
        ),
        (&["tlbi", "TLBI"], "TLB index: the set in the first TLB"),
        (&["undo", ":back"], "undoes the last statement"),
        (
            &["unknown-fact", "unknown fact"],
            "this statement has no fact with this name",
        ),
        (&["thrash"], "evict each other on almost every access"),
    ] {
        for name in names {
            let text = page(name).unwrap_or_else(|message| panic!("{message}"));
            assert!(text.contains(wanted), "{name}: {text}");
        }
    }
    let listed = page("page frame number table").unwrap_err();
    assert!(!listed.contains("several"), "{listed}");
    assert!(page("memory").is_ok());
}

#[test]
fn explain_suggests_only_similar_words() {
    for (name, near) in [
        ("beladi", "Belady's a"),
        ("thrahsing", "Thrashing"),
        ("mmpa", "mmap"),
        ("clok", "clock"),
        ("unkown-fact", "unknown-fact"),
        ("pagefault", "Page fault"),
    ] {
        let message = page(name).unwrap_err();
        assert!(
            message.contains(&format!("did you mean `{near}")),
            "{message}"
        );
    }
    for name in [
        "banana", "hello", "zebra", "quantum", "pizza", "lecture", "melody", "x1y2z3", "",
    ] {
        let message = page(name).unwrap_err();
        assert!(!message.contains("did you mean"), "{message}");
    }
}

/// Returns an environment.
fn with<'a>(variables: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<OsString> + 'a {
    move |name| {
        variables
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| OsString::from(value))
    }
}

#[test]
fn colour_is_for_terminals_that_want_it() {
    assert!(Color::Auto.decide(true, with(&[])));
    assert!(Color::Auto.decide(true, with(&[("NO_COLOR", "")])));
    assert!(!Color::Auto.decide(true, with(&[("NO_COLOR", "1")])));
    assert!(!Color::Auto.decide(true, with(&[("TERM", "dumb")])));
    assert!(!Color::Auto.decide(false, with(&[])));
    assert!(Color::Always.decide(false, with(&[("NO_COLOR", "1")])));
    assert!(!Color::Never.decide(true, with(&[])));
}

#[test]
fn unicode_is_for_locales_that_have_it() {
    assert!(speaks_unicode(with(&[("LANG", "de_DE.UTF-8")])));
    assert!(speaks_unicode(with(&[
        ("LC_ALL", ""),
        ("LC_CTYPE", "C.utf8")
    ])));
    assert!(!speaks_unicode(with(&[
        ("LC_ALL", "C"),
        ("LANG", "en_US.UTF-8")
    ])));
    assert!(!speaks_unicode(with(&[])));
}
