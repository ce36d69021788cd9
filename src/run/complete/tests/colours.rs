//! What the words of a text are.

use crate::run::complete::{Class, highlight};

/// The words of a class in a text.
fn of(text: &str, class: Class) -> Vec<&str> {
    highlight(text).into_iter().filter(|(_, is)| *is == class).map(|(place, _)| &text[place]).collect()
}

const SCRIPT: &str = "machine core-i7 { cores 1 }  # hardware
process P1
P1: let p = mmap(NULL, 4 KB, PROT_READ, MAP_PRIVATE, -1, 0) => error none
for x in 0..4 { P1: read p + x => fault demand-zero, L1d.index 3, ppn x }
translate 0x10 for write
set tlb {
  | set | tag ppn v |
  |  0  | 0D  -   1 |
}
show page_table; expect P1.rss == 0 and not tlb.hits in [1, 2]
machine { tlb { policy lru } }
file \"a\" = \"text\"
P1 { exit(0) }
";

#[test]
fn words_are_what_they_stand_for() {
    let found = |class| of(SCRIPT, class);
    assert_eq!(found(Class::Comment), ["# hardware"]);
    assert_eq!(found(Class::Keyword), ["let", "for", "in", "for", "write", "and", "not", "in"]);
    assert_eq!(
        found(Class::Verb),
        [
            "machine",
            "process",
            "mmap",
            "read",
            "translate",
            "set",
            "show",
            "expect",
            "machine",
            "file",
            "exit"
        ]
    );
    assert_eq!(found(Class::Process), ["P1", "P1", "P1", "P1", "P1"]);
    assert_eq!(
        found(Class::Constant),
        ["core-i7", "NULL", "PROT_READ", "MAP_PRIVATE", "none", "demand-zero", "lru"]
    );
    assert_eq!(
        found(Class::Fact),
        ["error", "fault", "L1d", "index", "ppn", "set", "tag", "ppn", "v", "rss", "hits"]
    );
    assert_eq!(found(Class::Noun), ["cores", "tlb", "page_table", "tlb", "tlb", "policy"]);
    assert_eq!(found(Class::Variable), ["p", "x", "p", "x", "x"]);
    assert_eq!(found(Class::String), ["\"a\"", "\"text\""]);
    assert_eq!(
        found(Class::Number),
        ["1", "4", "KB", "1", "0", "0", "4", "3", "0x10", "0", "0D", "1", "0", "1", "2", "0"]
    );
}

#[test]
fn wrong_text_has_its_colours_too() {
    assert_eq!(of("read \"never closed", Class::String), ["\"never closed"]);
    assert_eq!(of("show \"\"\"a {x} b", Class::String), ["\"\"\"", "a ", " b"]);
    assert_eq!(of("show \"\"\"a {x} b", Class::Variable), ["x"]);
    assert_eq!(of("read ( => é vpn", Class::Verb), ["read"]);
    assert_eq!(of("", Class::Verb), [""; 0]);
}
