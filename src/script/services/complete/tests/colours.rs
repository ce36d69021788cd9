//! Tests of highlighting.

use std::ops::Range;

use crate::lang::tree::Tree;
use crate::services::complete::{Class, highlight, highlight_in};

/// Returns the words in a text that have a class.
fn of(text: &str, class: Class) -> Vec<&str> {
    highlight(text)
        .into_iter()
        .filter(|(_, is)| *is == class)
        .map(|(place, _)| &text[place])
        .collect()
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
fn words_are_colored_by_their_meaning() {
    let found = |class| of(SCRIPT, class);
    assert_eq!(found(Class::Comment), ["# hardware"]);
    assert_eq!(
        found(Class::Keyword),
        ["let", "for", "in", "for", "write", "and", "not", "in"]
    );
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
        [
            "core-i7",
            "NULL",
            "PROT_READ",
            "MAP_PRIVATE",
            "none",
            "demand-zero",
            "lru"
        ]
    );
    assert_eq!(
        found(Class::Fact),
        [
            "error", "fault", "L1d", "index", "ppn", "set", "tag", "ppn", "v", "rss", "hits"
        ]
    );
    assert_eq!(
        found(Class::Noun),
        ["cores", "tlb", "page_table", "tlb", "tlb", "policy"]
    );
    assert_eq!(found(Class::Variable), ["p", "x", "p", "x", "x"]);
    assert_eq!(found(Class::String), ["\"a\"", "\"text\""]);
    assert_eq!(
        found(Class::Number),
        [
            "1", "4", "KB", "1", "0", "0", "4", "3", "0x10", "0", "0D", "1", "0", "1", "2", "0"
        ]
    );
}

/// Returns the class of the first word with this spelling.
fn class(text: &str, word: &str) -> Option<Class> {
    highlight(text)
        .into_iter()
        .find(|(place, _)| &text[place.clone()] == word)
        .map(|(_, class)| class)
}

#[test]
fn the_class_of_a_word_depends_on_its_position() {
    use Class::{Constant, Fact, Keyword, Noun, Number, Process, Variable, Verb};
    let simple = "machine simple\n";
    for (text, words) in [
        // The same word occurs as a verb, a setting, a fact, a noun, and a variable.
        (
            "swap out P1 0",
            &[("swap", Verb), ("out", Keyword), ("P1", Process)][..],
        ),
        (
            "kernel { swap 8 slots }",
            &[("swap", Noun), ("slots", Number)],
        ),
        ("read 1 => fault swap", &[("swap", Constant)]),
        ("show swap", &[("swap", Noun)]),
        ("expect swap.used == 1", &[("swap", Noun), ("used", Fact)]),
        ("let swap = 1", &[("swap", Variable)]),
        (
            "expect cache.hits == page",
            &[("cache", Noun), ("hits", Fact), ("page", Variable)],
        ),
        ("machine { page 64 B }", &[("page", Noun), ("B", Number)]),
        // Names of the machine's parts.
        (
            "machine { cache L1d { size 8 KB } }",
            &[("L1d", Noun), ("size", Noun)],
        ),
        (
            "flush tlb L2TLB; show cache L1",
            &[("L2TLB", Noun), ("L1", Noun)],
        ),
        (
            "let x = L1d.miss_rate",
            &[("L1d", Noun), ("miss_rate", Fact)],
        ),
        (
            "read 1 => L1d miss, served L2",
            &[("L1d", Fact), ("miss", Constant), ("served", Fact)],
        ),
        (
            "set cr3 = 0; set pte 1 2 = 3",
            &[("cr3", Noun), ("pte", Noun)],
        ),
        // Statements with their own syntax.
        (
            "def touch(first) { read first }",
            &[("touch", Verb), ("first", Variable)],
        ),
        ("def touch(a) { }; touch(2)", &[("touch", Verb)]),
        (
            "let child = fork(); child: exit(0)",
            &[("fork", Verb), ("exit", Verb)],
        ),
        (
            "process P1\nexpect swap { | slot process |; | 0 P1 | }",
            &[("P1", Process), ("process", Verb)],
        ),
        (
            "choose x in 0..4 where probe read x => tlb hit",
            &[("probe", Keyword), ("read", Verb), ("where", Keyword)],
        ),
        (
            "reference a b c { frames 3, replacement optimal lookahead 2, holding [d] }",
            &[
                ("a", Constant),
                ("d", Constant),
                ("optimal", Constant),
                ("lookahead", Keyword),
                ("frames", Noun),
            ],
        ),
        (
            "reference a b { frames 1 } => resident [a], faults n",
            &[("resident", Fact), ("n", Variable)],
        ),
        ("reference [n // 2, n] { frames 1 }", &[("n", Variable)]),
        (
            "reference [a] { frames 1, holding [d], writes d } => resident [a, d]",
            &[("a", Constant), ("d", Constant)],
        ),
        ("let a = 1; reference a { frames 1 }", &[("a", Variable)]),
        (
            "choose n in 0..4 where reference 1 2 { frames n } => faults 2",
            &[("reference", Keyword), ("frames", Noun), ("faults", Fact)],
        ),
        // Exams.
        (
            "exam { title \"a\", duration 90 min, shuffle options }",
            &[
                ("title", Noun),
                ("min", Number),
                ("shuffle", Noun),
                ("options", Constant),
            ],
        ),
        (
            "exam { pool \"a\" pick 2 of [\"b\"] }",
            &[("pool", Noun), ("pick", Keyword), ("of", Keyword)],
        ),
        (
            "question \"a\" points 3 { given page_table, tlb L2, cache }",
            &[
                ("points", Keyword),
                ("page_table", Noun),
                ("tlb", Noun),
                ("L2", Noun),
                ("cache", Noun),
            ],
        ),
        (
            "ask read x => vpn, byte radix hex points n",
            &[
                ("byte", Fact),
                ("radix", Keyword),
                ("hex", Constant),
                ("points", Keyword),
                ("n", Variable),
            ],
        ),
        (
            "ask \"a\" = n unit KB points 2",
            &[("unit", Keyword), ("KB", Constant), ("points", Keyword)],
        ),
        (
            "ask tlb columns tag ppn",
            &[("columns", Keyword), ("tag", Fact), ("ppn", Fact)],
        ),
        (
            "ask probe translate va => vpn",
            &[
                ("ask", Keyword),
                ("probe", Keyword),
                ("translate", Verb),
                ("va", Variable),
            ],
        ),
        (
            "choice \"a\" { correct \"b\" when x > 3; answers pa of read va }",
            &[
                ("correct", Keyword),
                ("when", Keyword),
                ("x", Variable),
                ("pa", Fact),
                ("of", Keyword),
                ("va", Variable),
            ],
        ),
        (
            "essay \"a\" space 4 cm { rubric \"b\" points 2 }",
            &[
                ("space", Keyword),
                ("cm", Number),
                ("rubric", Keyword),
                ("points", Keyword),
            ],
        ),
    ] {
        for (word, wanted) in words {
            assert_eq!(class(text, word), Some(*wanted), "`{word}` in {text}");
            let below = format!("{simple}{text}");
            assert_eq!(
                class(&below, word).filter(|_| *word != "simple"),
                Some(*wanted),
                "`{word}` in {below}"
            );
        }
    }
    let child = "let child = fork()\nchild: read 0 => fault none\nexpect child.rss == 0";
    assert_eq!(of(child, Class::Process), ["child", "child"]);
}

#[test]
fn the_rows_of_classes_are_in_their_order() {
    for (number, row) in crate::services::complete::CLASSES.iter().enumerate() {
        assert_eq!(row.class as usize, number);
        assert_eq!(row.name, format!("{:?}", row.class));
    }
}

#[test]
fn wrong_text_has_its_colours_too() {
    assert_eq!(of("read \"never closed", Class::String), ["\"never closed"]);
    assert_eq!(
        of("show \"\"\"a {x} b", Class::String),
        ["\"\"\"", "a ", " b"]
    );
    assert_eq!(of("show \"\"\"a {x} b", Class::Variable), ["x"]);
    assert_eq!(of("read ( => é vpn", Class::Verb), ["read"]);
    assert_eq!(of("", Class::Verb), [""; 0]);
}

#[test]
fn a_page_in_brackets_may_be_a_variable() {
    let all = |text: &str, class| of(text, class).join(" ");
    let settings = "{ frames 2, holding [a, b], writes a } => resident [a, b]";
    for (before, variables, pages) in [
        ("let a = 1", "a a a a a", "b b b"),
        ("for a in xs { }; def f(a) { }", "a xs a a a a a", "b b b"),
        ("let c = 1", "c", "a b a b a a b"),
    ] {
        let text = format!("{before}\nreference [a, b] {settings}");
        assert_eq!(
            (all(&text, Class::Variable), all(&text, Class::Constant)),
            (variables.into(), pages.into()),
            "{text}"
        );
    }
    assert_eq!(
        all("let a = 1\nreference a b { frames 2 }", Class::Constant),
        "a b"
    );
}

#[test]
fn a_part_of_a_text_has_the_classes_of_the_whole_text() {
    let text = include_str!("../../../../../examples/copy-on-write.pw");
    let (tree, whole) = (Tree::parse(text, None), highlight(text));
    for start in (0..text.len()).step_by(97) {
        let range = start..(start + 200).min(text.len());
        let inside = |(place, _): &&(Range<usize>, Class)| {
            place.end > range.start && place.start < range.end
        };
        let part = highlight_in(&tree, &range);
        let (part, whole) = (part.iter().filter(inside), whole.iter().filter(inside));
        assert!(part.eq(whole), "{range:?}");
    }
}
