//! A document with an earlier version gives the same answers as a new document.

use proptest::prelude::*;

use crate::editor::{Document, OpenTexts};

const SCRIPTS: &[&str] = &[
    include_str!("../../../../examples/simple-memory-system.pw"),
    include_str!("../../../../examples/copy-on-write.pw"),
];

/// Texts that an edit inserts.
const TYPED: &[&str] = &[
    "",
    "x",
    "\n",
    "{",
    "}",
    "(",
    "\"",
    " => vpn 3",
    "\nread 0x3D4 => ",
    "\nlet x = 5\n",
    "#",
];

/// Returns all answers about a document that depend on its tree or its check.
fn answers(document: &Document, at: usize) -> String {
    let ran = document.run(1000, &false.into());
    let hints = document.inlay_hints(0..document.text().len(), &ran);
    let problems = (document.diagnostics(), document.run_diagnostics(&ran));
    let here = (
        document.hover(at, Some(&ran), true),
        document.completion(at, true),
        document.signature(at),
    );
    format!("{problems:?} {here:?} {hints:?} {:?}", document.symbols())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn answers_do_not_depend_on_the_earlier_version(
        script in 0..SCRIPTS.len(),
        edits in prop::collection::vec((0.0..1.0, 0..8usize, 0..TYPED.len()), 1..4),
    ) {
        let mut text = SCRIPTS[script].to_owned();
        let mut last = Document::new("/a.pw", text.as_str(), OpenTexts::default());
        last.script();
        for (from, length, typed) in edits {
            let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let start = boundary((from * text.len() as f64) as usize);
            text.replace_range(start..boundary(start + length).max(start), TYPED[typed]);
            let new = || Document::new("/a.pw", text.as_str(), OpenTexts::default());
            let (changed, at) = (new().after(&last), start + TYPED[typed].len());
            prop_assert_eq!(answers(&changed, at), answers(&new(), at));
            last = changed;
        }
    }
}
