//! The tree of every text is the same after any earlier text, and covers the whole text.

use proptest::prelude::*;
use proptest::sample::select;

use super::Tree;
use crate::lang::layout::{TokenKind, tokens};
use crate::lang::parse::parse;

const SCRIPT: &str = include_str!("../../../../examples/copy-on-write.pw");

/// Texts that an edit inserts.
const TYPED: &[&str] = &[
    "",
    "x",
    "\n",
    "{",
    "}",
    "(",
    ")",
    "[",
    "\"",
    "\"\"\"",
    " => vpn 3",
    ";",
    "#",
    "# a\n",
    "| 1 |",
    ",",
    "– ",
    "\r\n",
    "\nread 0x3D4 => ",
    "\nlet x = 5\n",
    "\nif x {\n  read 1 }\nelse",
    "set pte {\n",
    "text \"\"\"a {x} b\"\"\"\n",
];

fn edit() -> impl Strategy<Value = (f64, usize, &'static str)> {
    (0.0..1.0, 0..8usize, select(TYPED))
}

/// Replaces a part of a text. Returns the end of the new part.
fn apply(text: &mut String, (from, length, typed): (f64, usize, &str)) -> usize {
    let boundary = |at: usize| {
        let before = (0..=at.min(text.len())).rev();
        before
            .into_iter()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0)
    };
    let start = boundary((from * text.len() as f64) as usize);
    let end = boundary(start + length).max(start);
    text.replace_range(start..end, typed);
    start + typed.len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_tree_does_not_depend_on_the_earlier_text(edits in prop::collection::vec(edit(), 1..6)) {
        let mut text = SCRIPT.to_owned();
        let mut tree = Tree::parse(text.as_str(), None);
        for edit in edits {
            let at = apply(&mut text, edit);
            tree = Tree::parse(text.as_str(), Some(&tree));
            prop_assert_eq!(&tree, &Tree::parse(text.as_str(), None), "{}", text);
            // The tokens before the cursor are those of the text that ends there.
            let (until, whole) = (tree.until(at), tokens(&text[..at]).list);
            prop_assert_eq!(&whole[whole.len() - until.len()..], &until[..], "{}", &text[..at]);
            prop_assert!(whole.len() == until.len() || whole[whole.len() - until.len() - 1].kind == TokenKind::End);
        }
    }

    #[test]
    fn tokens_and_the_gaps_between_them_are_the_text(edits in prop::collection::vec(edit(), 0..6), noise in "\\PC{0,20}") {
        let mut text = SCRIPT.to_owned();
        for edit in edits {
            apply(&mut text, edit);
        }
        text.push_str(&noise);
        let tree = Tree::parse(text.as_str(), None);
        let mut places: Vec<_> = tree.tokens().iter().map(|token| token.start..token.end).collect();
        places.sort_by_key(|place| (place.start, place.end));
        let mut at = 0;
        for place in places {
            prop_assert!(at <= place.start && place.start <= place.end, "{place:?} after {at}");
            let gap = &text[at..place.start];
            prop_assert!(gap.chars().all(|c| c.is_whitespace() || ";\u{feff}".contains(c)), "{gap:?}");
            at = place.end;
        }
        let gap = &text[at..];
        prop_assert!(gap.chars().all(|c| c.is_whitespace() || ";\u{feff}".contains(c)), "{gap:?}");
    }

    #[test]
    // A statement that ends with an operator or a comma goes on in the next line.
    fn a_broken_statement_changes_no_other_statement(number in 0..40usize, broken in select(vec!["let = 5", "x y z = = 3", "read , , 3"])) {
        let (before, all) = (parse(0, SCRIPT, &mut ()), Tree::parse(SCRIPT, None));
        let number = number % before.body.len();
        let place = before.body[number].span.bytes();
        let text = format!("{}{broken}{}", &SCRIPT[..place.start], &SCRIPT[place.end..]);
        let after = parse(0, &text, &mut ());
        let outline = |body: &[crate::lang::ast::Stmt], text: &str| -> Vec<String> {
            body.iter().map(|stmt| text[stmt.span.bytes()].to_owned()).collect()
        };
        let (mut was, is) = (outline(&before.body, SCRIPT), outline(&after.body, &text));
        was.remove(number);
        let others: Vec<String> = is.into_iter().filter(|one| one != broken).collect();
        prop_assert_eq!(others, was);
        // The tokens of the other statements are the same, too.
        let new = Tree::parse(text.as_str(), Some(&all));
        let words = |tree: &Tree, range: std::ops::Range<usize>| -> Vec<String> {
            let inside = tree.tokens().iter().filter(|token| range.contains(&token.start));
            inside.map(|token| token.text(tree.text()).to_owned()).collect()
        };
        prop_assert_eq!(words(&all, 0..place.start), words(&new, 0..place.start));
        let end = place.start + broken.len();
        prop_assert_eq!(words(&all, place.end + 1..SCRIPT.len() + 1), words(&new, end + 1..text.len() + 1));
    }
}
