//! Tests of the tokens of a text, and of whether the text is incomplete.

use proptest::prelude::*;

use crate::lang::layout::{TokenKind, tokens};

/// Returns the tokens of a text, with `.` marking the end of a statement.
fn cut(text: &str) -> String {
    let list = tokens(text).list;
    let one = |token: &crate::lang::layout::Token| match token.kind {
        TokenKind::End => ".".to_owned(),
        TokenKind::Hole => "hole".to_owned(),
        _ => token.text(text).to_owned(),
    };
    list.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_text_is_cut_into_tokens() {
    assert_eq!(
        cut("read 0x28F => vpn 5,\n  pa 0x1"),
        "read 0x28F => vpn 5 , pa 0x1"
    );
    assert_eq!(cut("a\nb; c # d\n"), "a . b . c # d .");
    assert_eq!(cut("x == y..=z // 4 KB"), "x == y ..= z // 4 KB");
    assert_eq!(
        cut("set tlb {\n | set | tag ppn |\n | 0 | (a + 1) - |\n}"),
        "set tlb { | set | tag ppn | . | 0 | ( a + 1 ) - | . }"
    );
    assert_eq!(
        cut("text \"\"\"a {b} c\"\"\" d"),
        "text \"\"\" a { hole b }  c\"\"\" d"
    );
    assert_eq!(cut("f(\"a"), "f ( \"a");
    assert_eq!(
        cut("machine core-i7 { cores 1 }"),
        "machine core-i7 { cores 1 . }"
    );
}

#[test]
fn a_string_records_whether_it_is_closed() {
    let closed = |text: &str| {
        tokens(text)
            .list
            .iter()
            .map(|token| token.kind)
            .filter(|kind| matches!(kind, TokenKind::String { .. }))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        closed("\"a\" \"b"),
        [
            TokenKind::String { closed: true },
            TokenKind::String { closed: false }
        ]
    );
    assert_eq!(closed("\"a\\\""), [TokenKind::String { closed: false }]);
    assert_eq!(closed("'"), [TokenKind::String { closed: false }]);
}

#[test]
fn unfinished_texts() {
    for text in [
        "machine {",
        "f(",
        "let x = [1,",
        "read 1 =>",
        "read 1 => vpn 2,",
        "let x = 1 +",
        "text \"\"\"a\nb",
        "if a {\n b\n",
        "let x =",
        "a and",
        "read 1 => # c\n",
        "text \"\"\"{x",
        "set x {\n | a |\n",
    ] {
        assert!(tokens(text).unfinished, "{text:?}");
    }
    for text in [
        "",
        "read 1",
        "machine { }",
        "f(1)",
        "read 1 => vpn 2",
        "text \"\"\"a\"\"\"",
        "read \"a",
        "f(\"a",
        "x)",
        "a }",
        "# (",
        "read 1\n\n",
    ] {
        assert!(!tokens(text).unfinished, "{text:?}");
    }
}

proptest! {
    #[test]
    fn tokens_and_the_spaces_between_them_are_the_text(
        words in prop::collection::vec(prop_oneof![
            "\\PC{0,3}",
            prop::sample::select(vec![
                "read 1", "\n", " ", "\"", "\"\"\"", "'", "{", "}", "(", ")", "[", "]", "|", "#", ";", ",", "=>", "..=", "é", "\u{a0}", "\r\n",
            ]).prop_map(str::to_owned),
        ], 0..30),
    ) {
        let text = words.concat();
        let is_space = |gap: &str| gap.chars().all(|c| " \t\r\n;\u{a0}\u{feff}".contains(c));
        let mut end = 0;
        for token in tokens(&text).list.iter().filter(|token| token.start < token.end) {
            prop_assert!(text.get(end..token.start).is_some_and(is_space), "{:?} in {:?}", token, text);
            end = token.end;
        }
        prop_assert!(is_space(&text[end..]), "the end of {:?}", text);
    }
}
