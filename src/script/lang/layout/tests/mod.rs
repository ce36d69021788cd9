//! Tests of newlines that remain and of bracket diagnostics.

mod again;
mod tokens;

use super::lay_out;

/// Checks the layout of a text in which `_` marks each newline that must become a space.
fn joins(marked: &str) {
    let text = marked.replace('_', "\n");
    let layout = lay_out(0, &text);
    assert_eq!(layout.diagnostics, [], "in {text:?}");
    assert_eq!(layout.text, marked.replace('_', " "), "for {marked:?}");
    assert_eq!(
        lay_out(0, &layout.text).text,
        layout.text,
        "again, for {marked:?}"
    );
}

#[test]
fn a_line_continues_in_brackets() {
    joins("f(_a,_b_)\ng()");
    joins("x [_1,_2_]\ny");
    joins("f([_(_)_])\n");
}

#[test]
fn a_line_continues_after_a_comma_or_an_operator() {
    for end in [
        "+", "-", "*", "/", "//", "%", "<<", ">>", "&", "^", "|", "..", "..=", "==", "!=", "<",
        "<=", ">", ">=",
    ] {
        joins(&format!("let x = a {end}_ b\nread"));
    }
    for end in [",", "=>", "=", "and", "or", "not", "in", "where", "~", "!"] {
        joins(&format!("a {end}_ b\nread"));
    }
    joins("a ,__   _ b\n");
    for end in ["b", "1", ".", "?", "96%", "\"s\"", "'c'", ")", "]", "}"] {
        let open = match end {
            ")" => "(",
            "]" => "[",
            "}" => "{",
            _ => "",
        };
        joins(&format!("a {open}{end}\n b\n"));
    }
}

#[test]
fn a_percent_sign_is_no_operator() {
    joins("a 96%\nb");
    joins("a 96 %_b");
    joins("a x%_b");
    joins("a 9%(1)\nb");
}

#[test]
fn a_line_may_continue_the_one_above() {
    joins("read 1_=> a_   => b\nread 2");
    joins("choose x in y_where z_where a => b\nread");
    joins("if a {\n b\n}_else {\n c\n}\nread");
    joins("if a { }____else { }\n");
    joins("if a_{\n b\n}\nread");
    joins("elsewhere\nwhereas\n");
    joins("a;\nelse");
    joins("{\n=> a\n}");
}

#[test]
fn comments_become_blanks() {
    let text = "read 1 # a ( b\n  # ü\n => c # d\n";
    let layout = lay_out(0, text);
    assert_eq!(
        layout.text,
        format!("read 1{}=> c{}\n", " ".repeat(17), " ".repeat(4))
    );
    assert_eq!(layout.text.len(), text.len());
    assert_eq!(
        lay_out(0, "x \"#\" '#' \"\"\"#\"\"\"").text,
        "x \"#\" '#' \"\"\"#\"\"\""
    );
}

#[test]
fn rows_of_a_table_end_with_their_line() {
    joins("set x {\n | a | b |\n | 1 | 2 ,\n | 1 +\n | and\n | =>\n}\nread");
    joins("set x {\n | a |\n where\n}");
    joins("set x { | (1 +_2)\n }");
    joins("set x { | [heap]\n | ]\n }");
    joins("set x { a,\n | b\n }");
    joins("let x = a |_ b");
    joins("let x = f(a_| b)");
}

#[test]
fn prose_is_unchanged_except_for_its_holes() {
    joins("text \"\"\"a\n# b\n{c_+_d} { f(\"}\"_) }\n{{ }}\n\"\"\"\nread");
}

#[test]
fn statements_end_outside_braces() {
    let ends = |text: &str| lay_out(0, text).ends;
    assert_eq!(ends("a\nb; c"), [1, 3, 6]);
    assert_eq!(ends("a {\n b; c\n}\n\nd"), [11, 14]);
    assert_eq!(ends(""), [0_usize; 0]);
}

/// Returns the diagnostics as codes with the marked texts, and the remaining text with single spaces.
fn outcome(text: &str) -> (Vec<(&'static str, &str)>, String) {
    let layout = lay_out(0, text);
    assert_eq!(layout.text.len(), text.len());
    let found = layout.diagnostics.iter();
    let found = found
        .map(|one| (one.code.name(), &text[one.span.start as usize..]))
        .collect();
    (
        found,
        layout.text.split_whitespace().collect::<Vec<_>>().join(" "),
    )
}

#[test]
fn unclosed_parts_are_left_out_and_the_rest_stays() {
    let unclosed = |text, place, rest: &str| {
        assert_eq!(outcome(text), (vec![("unclosed", place)], rest.to_owned()));
    };
    unclosed("read (1\nread 2", "(1\nread 2", "read 2");
    unclosed("read [1\n  2\nread 3", "[1\n  2\nread 3", "read 3");
    unclosed("f(1; read 2", "(1; read 2", "; read 2");
    unclosed("if (a { b }\nread 2", "(a { b }\nread 2", "read 2");
    unclosed("P { f(1 }\nread 2", "(1 }\nread 2", "P { } read 2");
    unclosed("read \"a\nread 2", "\"a\nread 2", "read 2");
    unclosed("read 'a\nread 2", "'a\nread 2", "read 2");
    unclosed(
        "file \"a {\n x\n}\nread 2",
        "\"a {\n x\n}\nread 2",
        "read 2",
    );
    unclosed(
        "machine {\n  page 1\nread 2",
        "{\n  page 1\nread 2",
        "read 2",
    );
    unclosed(
        "a {\n  b {\n    c\n}\nread 2",
        "{\n    c\n}\nread 2",
        "a { } read 2",
    );
    unclosed("a {\nb", "{\nb", "");
    unclosed("a\nt \"\"\"x\nread 2", "\"\"\"x\nread 2", "a");
    unclosed("t \"\"\"x {y\"\"\"\nread 2", "{y\"\"\"\nread 2", "read 2");
    unclosed("f([1)\nread 2", "[1)\nread 2", "read 2");
}

#[test]
fn stray_brackets_are_left_out() {
    let stray = |text, place, rest: &str| {
        assert_eq!(outcome(text), (vec![("syntax", place)], rest.to_owned()));
    };
    stray("read 1)\nread 2", ")\nread 2", "read 1 read 2");
    stray("read 1]\nread 2", "]\nread 2", "read 1 read 2");
    stray("read 1\n}\nread 2", "}\nread 2", "read 1 read 2");
    assert_eq!(
        outcome("f [1)\nread 2"),
        (vec![("unclosed", ")\nread 2")], "f [1] read 2".to_owned())
    );
}

#[test]
fn two_hundred_levels_and_no_more() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}")] {
        let nested = |levels| format!("a {}{}", open.repeat(levels), close.repeat(levels));
        assert_eq!(lay_out(0, &nested(200)).diagnostics, []);
        let [one] = lay_out(0, &nested(201))
            .diagnostics
            .try_into()
            .expect("one mistake");
        assert_eq!((one.code.name(), one.span.start), ("too-deep", 202));
    }
}
