//! A changed text has the same tree and the same diagnostics, whether or not the parser knows the earlier text.

use proptest::prelude::*;

use crate::lang::ast::Word;
use crate::lang::parse::{Includes, Pieces, parse, parse_again};

/// Statements of all kinds.
const STATEMENTS: &[&str] = &[
    "machine core-i7 { tlb none ; cache L3 none, page 4 KB }  # note\n",
    "set tlb { | set | tag ppn v | tag ppn v |\n  | 0 | 03 - 0 | (f(1,\n 2)) \"x\" 'c' |\n}\n",
    "set page_table {\n  vpn ppn\n  00  28\n  01  *\n}\n",
    "if a == 1 and not b { read (x)+4 size 2 => vpn 0x0F, tlb hit\n   => pa in 0..64, fault not none }\n",
    "else if c { P1: write(1, \"h\\n\", 3) }\n",
    "# a comment – with a dash\n",
    "else { text \"\"\"a {hex(va)} b\n\"\"\" }\n",
    "choose x in [1, 2, 0..4] where x % 2 == 0\n  where P1: read x => tlb miss\n",
    "reference 7 0 1 2 { frames 3 } => faults 4\n",
    "reference [7, f(x)] { frames 3; tlb { entries 4 } }\n",
    "reference \"a.trace\" { page 4 KB, frames 2, only data }\n",
    "def f(a, b) { let c = a-b - -1 ; show xs[c].y 96% }\n",
    "for i in 0..4 {\n  repeat 2 { read i * 4 KB => tlb ? }\n}\n",
    "probe write 0x10 = 5 => fault protection\n",
    "P1 {\n  let p = mmap(0, 4 KB, PROT_READ)\n}\n",
    "scenario \"a\" { include \"lib.pw\" }\n",
    "include \"lib.pw\"\n",
    "question \"q\" points 4 {\n  part \"a\" points 2 { given page_table, tlb L2 columns tag ppn; ask read 0x3D4 => vpn, ppn }\n  ask x in 0..64 where probe x => fault page\n  ask \"label\" = 5 unit B round 3 as \"\"\"v {x}\"\"\"\n  ask steps all\n}\n",
    "ask tlb L2 columns tag ppn v radix hex\n",
    "options { \"a\" where x == 1; \"b\" for y in 0..3 where probe y => tlb hit }\n",
    "read 0x3D4 =>\n",
    "let y = (1,\n  2\n",
    "let z = 99999999999999999999999999999999999999999999\n",
    "}\n",
    "for i in {\n",
    "<<<<<<< ours\n",
];

/// Pieces of text that an edit inserts.
const TYPED: &[&str] = &[
    "",
    "x",
    " ",
    "\n",
    "{",
    "}",
    "(",
    ")",
    "\"",
    "\"\"\"",
    "#",
    ",",
    "=>",
    "+",
    "|",
    "–",
    "1",
    "\nread 1\n",
    ";",
];

/// Includes one file, and counts its uses.
struct Lib(u32);

impl Includes for Lib {
    fn include(&mut self, path: &Word, inside: usize) -> super::super::Block {
        self.0 += 1;
        let text = format!("let included{} = {inside} # {}", self.0, path.text);
        parse(self.0, &text, &mut ()).body
    }
}

/// Replaces the characters between two positions, which are fractions of the text.
fn edited(text: &str, (from, length, typed): (f64, usize, usize)) -> String {
    let boundary = |at: usize| {
        (0..=at.min(text.len()))
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0)
    };
    let start = boundary((from * text.len() as f64) as usize);
    let end = boundary(start + length).max(start);
    format!("{}{}{}", &text[..start], TYPED[typed], &text[end..])
}

/// Parses a text with the pieces of an earlier text, and compares the result with that of a new parse.
fn check(text: &str, earlier: &Pieces) -> std::sync::Arc<Pieces> {
    let again = parse_again(0, text.into(), &mut Lib(0), earlier);
    let new = parse(0, text, &mut Lib(0));
    assert_eq!(again.body, new.body, "{text:?}");
    assert_eq!(again.diagnostics, new.diagnostics, "{text:?}");
    assert_eq!(again.depth, new.depth, "{text:?}");
    again.pieces
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn edits_parse_like_new_texts(
        statements in prop::collection::vec(0..STATEMENTS.len(), 1..40),
        edits in prop::collection::vec((0.0..1.0, prop_oneof![Just(0), 0..3usize, 0..200usize], 0..TYPED.len()), 1..8),
    ) {
        let mut text: String = statements.iter().map(|number| STATEMENTS[*number]).collect();
        let mut pieces = check(&text, &Pieces::default());
        for edit in edits {
            text = edited(&text, edit);
            pieces = check(&text, &pieces);
        }
    }
}

/// Statements that are valid next to each other.
const VALID: &[&str] = &[
    "machine core-i7 { tlb none ; cache L3 none, page 4 KB }  # note\n",
    "set tlb { | set | tag ppn v |\n  | 0 | 03 - 0 |\n}\n",
    "read (x)+4 size 2 => vpn 0x0F, tlb hit\n  => pa in 0..64, fault not none\n",
    "if a == 1 and not b { show a } else { text \"\"\"a {hex(va)} b\n\"\"\" }\n",
    "choose x in [1, 2, 0..4] where x % 2 == 0\n  where P1: read x => tlb miss\n",
    "def f(a, b) { let c = a-b - -1 ; show xs[c].y 96% }\n",
    "P1: write(1, \"h\\n\", 3)\n",
    "ask tlb L2 columns tag ppn v radix hex\n",
];

proptest! {
    #[test]
    fn a_broken_statement_changes_no_other_statement(
        chosen in prop::collection::vec(prop::sample::select(VALID), 1..6),
        (broken, at) in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        typed in prop::sample::select(vec![b'@', b'$', b'x']),
    ) {
        let broken = broken.index(chosen.len());
        let start: usize = chosen[..broken].iter().map(|one| one.len()).sum();
        let end = start + chosen[broken].len();
        let good = chosen.concat();
        let mut text = good.clone().into_bytes();
        let at = start + at.index(end - start);
        // A bracket or a string that is left open changes the statements after it.
        prop_assume!(!b"{}()[]\"\\\n#".contains(&text[at]));
        text[at] = typed;
        let others = |text: &str| {
            let mut body = parse(0, text, &mut ()).body.to_vec();
            body.retain(|stmt| !(start..end).contains(&(stmt.span.start as usize)));
            body
        };
        let text = String::from_utf8(text).unwrap();
        prop_assert_eq!(others(&text), others(&good), "{}", text);
    }
}

/// The head that replaces a wrong one for the sake of its block can be longer.
#[test]
fn a_statement_with_a_wrong_head_begins_where_it_is_written() {
    let text = "read 0\ndef f(ax b) { show 1 }\n";
    let parsed = parse(0, text, &mut ());
    let starts: Vec<u32> = parsed.body.iter().map(|stmt| stmt.span.start).collect();
    assert_eq!(starts, [0, 7]);
    assert_eq!(parsed.diagnostics.len(), 1);
}

#[test]
fn unchanged_statements_are_kept() {
    let line = "read 0x3D4 => vpn 0x0F, tlb hit # a long line\n";
    let (before, after) = (line.repeat(20), line.repeat(30));
    let old = parse(0, &format!("{before}let x = 1\n{after}"), &mut ()).pieces;
    let new = parse_again(
        0,
        format!("{before}let x = 12\n{after}").into(),
        &mut (),
        &old,
    )
    .pieces;
    let shared =
        |number: usize| std::sync::Arc::ptr_eq(&old.body[number].facts, &new.body[number].facts);
    assert!((0..19).all(shared));
    assert_eq!(old.kept.len(), new.kept.len());
}
