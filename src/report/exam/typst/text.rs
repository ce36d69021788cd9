//! Text that means nothing to Typst: all of it stands in strings.

use std::fmt::Write;

/// A string of Typst's scripting, with its quotes: there only `\` and `"` mean something.
pub fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("    "),
            control if control.is_control() => {}
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// A string, or `none` for an empty text.
pub fn perhaps(text: &str) -> String {
    if text.is_empty() { "none".to_owned() } else { string(text) }
}

/// Values in brackets: `(a, b,)`.
pub fn array(all: impl IntoIterator<Item = String>) -> String {
    let mut out = String::from("(");
    for one in all {
        let _ = write!(out, "{one}, ");
    }
    out.push(')');
    out
}

#[cfg(test)]
mod tests {
    use super::string;

    #[test]
    fn strings_hold_anything() {
        assert_eq!(string("#a \\ \"b\" $c$ // d\n"), "\"#a \\\\ \\\"b\\\" $c$ // d\\n\"");
    }
}
