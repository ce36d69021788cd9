//! Tests of hints after the cursor.

use super::lab::{PROCESSES, state};
use crate::lang::tree::Tree;
use crate::services::complete::{hint, signature};

#[test]
fn hints_show_the_rest() {
    let state = state(PROCESSES);
    let hint_text = |text: &str| {
        hint(text, text.len(), &state)
            .map(|hint| hint.text)
            .unwrap_or_default()
    };
    for (text, wanted) in [
        ("read ", "VA [size N]"),
        ("read", " VA [size N]"),
        ("read buf", " size N"),
        ("read buf ", "size N"),
        ("read buf size ", "N"),
        (
            "translate 1 for ",
            "read|write|execute [by user|supervisor]",
        ),
        ("translate 1 by user ", "for read|write|execute"),
        ("translate 1 by user for read ", ""),
        (
            "essay \"a\" points 2 ",
            "space N cm|mm|lines { rubric TEXT points N }",
        ),
        ("reference 1 2 3 ", "{ frames N, replacement P, … }"),
        ("P1: write buf = ", "V [size N]"),
        ("let x ", "= EXPR"),
        ("flush ", "tlb [NAME] | cache [NAME]"),
        ("flush tlb ", "NAME"),
        ("machine { tlb { ways ", "N|fully-associative|direct-mapped"),
        ("probe read ", "VA [size N]"),
        ("", ""),
        ("re", ""),
        ("read 1 => ", ""),
        ("read 1 + ", ""),
        ("tick", ""),
        ("# read ", ""),
        ("show \"\"\"read ", ""),
    ] {
        assert_eq!(hint_text(text), wanted, "{text:?}");
    }
}

#[test]
fn a_call_shows_its_parameters() {
    let state = state(PROCESSES);
    let current = |text: &str| {
        let hint = hint(text, text.len(), &state)?;
        Some(hint.text[hint.current?].to_owned())
    };
    for (text, wanted) in [
        ("P1: mmap(", Some("void *addr")),
        ("P1: mmap(NULL, 4096, PROT_", Some("int prot")),
        ("P1: let x = mmap(NULL, 4096, 1, 2, ", Some("int fd")),
        ("P1: mremap(1, 2, 3, 4, ", Some("void *new_address")),
        ("P1: open(\"da", Some("const char *path")),
        ("P1: open(\"data.txt\", 1, ", Some("mode_t mode")),
        ("P1: execve(\"a.out\", ", Some("char *const argv[]")),
        ("P1: write(1, buf, max(1, ", Some("numbers…")),
        ("P1: write(1, buf, (1 + ", Some("size_t count")),
        ("show hex(1, ", Some("digits?")),
        ("show byte(", Some("VA")),
        ("twice(1, ", Some("y")),
        ("twice(1, 2, ", None),
        ("P1: getpid(", None),
        ("nothing(", None),
    ] {
        assert_eq!(current(text).as_deref(), wanted, "{text:?}");
    }
}

#[test]
fn a_signature_shows_the_whole_and_the_part_at_hand() {
    let state = state(PROCESSES);
    let hint_text = |text: &str| {
        let found = signature(&Tree::parse(text, None), text.len(), &state)?;
        let current = found
            .current()
            .map(|place| found.label[place].to_owned())
            .unwrap_or_default();
        Some((found.label, current))
    };
    let read = "read VA [size N]";
    let translate = "translate VA [for read|write|execute] [by user|supervisor]";
    for (text, label, current) in [
        ("read ", read, "VA"),
        ("read bu", read, "VA"),
        ("read buf + ", read, "VA"),
        ("read buf ", read, "size"),
        ("read buf size ", read, "N"),
        ("read buf size 4", read, "N"),
        ("P1: write buf = ", "write VA = V [size N]", "V"),
        ("translate 1 for ", translate, "read|write|execute"),
        ("for x in ", "for NAME in RANGE|LIST { … }", "RANGE|LIST"),
        (
            "P1: mmap(NULL, ",
            "void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)",
            "size_t length",
        ),
        ("show hex(1, ", "hex(n, digits?)", "digits?"),
        ("twice(1, ", "twice(x, y)", "y"),
        ("twice(1, 2, ", "twice(x, y)", ""),
        ("show max(1, 2, 3, ", "max(numbers…)", "numbers…"),
    ] {
        assert_eq!(
            hint_text(text),
            Some((label.to_owned(), current.to_owned())),
            "{text:?}"
        );
    }
    for text in [
        "",
        "read 1 => ",
        "tick ",
        "# read ",
        "show \"\"\"read ",
        "nothing(",
    ] {
        assert_eq!(hint_text(text), None, "{text:?}");
    }
}
