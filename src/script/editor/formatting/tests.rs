use proptest::prelude::*;

use super::{Edit, changes};
use crate::editor::{Document, OpenTexts};

/// Applies the edits to a text.
fn changed(old: &str, new: &str) -> String {
    let mut text = old.to_owned();
    for Edit { range, text: put } in changes(old, new).into_iter().rev() {
        text.replace_range(range, &put);
    }
    text
}

#[test]
fn a_change_is_as_small_as_its_line_allows() {
    let (old, new) = (
        "read  1\nread 2\n\n\nread 3 \r\n",
        "read 1\nread 2\n\nread 3\n",
    );
    let edit = |range, text: &str| Edit {
        range,
        text: text.to_owned(),
    };
    assert_eq!(
        changes(old, new),
        [edit(5..6, ""), edit(16..17, ""), edit(23..26, "\n")]
    );
    assert_eq!(changed(old, new), new);
    assert_eq!(changes(new, new), []);
    // A carriage return that ends no line can precede a character of several bytes.
    for (old, new) in [("–\r–\n", "––\n"), ("|\r\n–\n", "|\n–\n")] {
        assert_eq!(changed(old, new), new);
    }
}

#[test]
fn a_document_keeps_its_line_endings() {
    let edits = |text: &str| Document::new("a.pw", text, OpenTexts::default()).format();
    let formatted =
        "machine simple\r\ntext \"\"\"\r\n  one\r\n\r\n  two\r\n\"\"\"\r\nread 0x3D4\r\n";
    assert_eq!(edits(formatted), Some(vec![]));
    let edit = |range, text: &str| Edit {
        range,
        text: text.to_owned(),
    };
    assert_eq!(
        edits("machine simple\r\nread  1\r\n"),
        Some(vec![edit(21..22, "")])
    );
}

proptest! {
    #[test]
    fn changes_lead_from_one_text_to_the_other(old in "[ab– |\r\n;]{0,40}", new in "[ab– |\n]{0,40}") {
        prop_assert_eq!(changed(&old, &new), new);
    }
}
