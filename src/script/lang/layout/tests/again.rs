//! A changed text has the same layout, whether or not the pass knows the layout of the earlier text.

use proptest::prelude::*;

use crate::lang::layout::tokens::lay_out_again;
use crate::lang::layout::{Layout, lay_out};

/// Statements without errors, which end at a newline, a semicolon, or the end of the text.
const STATEMENTS: &[&str] = &[
    "read 0x3D4 => vpn 0x0F, tlb hit # a note\n",
    "read 1 => vpn 0,\n  ppn 3\n",
    "read 1\n  => vpn 0\n",
    "let a = 1; let b = 2 # – two\n",
    "let xs = [1,\n  (2 +\n 3)]\n",
    "if a == 1\n{ read 0 }\n\nelse { read 1 }\n",
    "choose x in 0..4\n# a note\n  where x > 1\n",
    "set tlb {\n  set tag\n  0   03\n}\n",
    "set tlb { | set | tag |\n  | 0 | 03 | }\n",
    "| 1 | 2 |\n",
    "text \"\"\"a {hex(va)} b\n\"\"\"\n",
    "\n",
    "  # only a note\n",
];

/// Texts that an edit inserts.
const TYPED: &[&str] = &[
    "",
    "x",
    " ",
    "\n",
    "{ read 2 }",
    "{",
    "(1)",
    "\"a\"",
    "\"\"\"",
    "# ",
    ",",
    " =>",
    "+",
    "| 1 |",
    "–",
    "\u{feff}",
    "where ",
    "else ",
    "=> vpn 1",
    "\nread 1\n",
    "read 1\nread 2\n",
    "read 1; read 2; ",
    ";",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn changed_texts_have_the_layout_of_new_texts(
        statements in prop::collection::vec(0..STATEMENTS.len(), 0..20),
        edits in prop::collection::vec((0.0..1.0, prop_oneof![Just(0), 0..4usize, 0..40usize], 0..TYPED.len()), 1..6),
    ) {
        let mut text: String = statements.iter().map(|number| STATEMENTS[*number]).collect();
        let mut earlier = (String::new(), Layout::default());
        for (from, length, typed) in edits {
            let new = lay_out(0, &text);
            prop_assert_eq!(&lay_out_again(0, &text, (&earlier.0, &earlier.1)), &new, "{:?}", text);
            earlier = (text.clone(), new);
            let boundary =
                |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let start = boundary((from * text.len() as f64) as usize);
            text.replace_range(start..boundary(start + length).max(start), TYPED[typed]);
        }
    }
}
