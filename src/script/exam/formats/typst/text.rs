//! Escaping for Typst, where all text is in strings.

use std::fmt::Write;

/// Minimum length of a word that Typst may break.
const LONG: usize = 24;

/// Returns a quoted string of Typst's scripting language, in which only `\` and `"` need escapes.
pub(crate) fn string(text: &str) -> String {
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

/// Returns a string, or `none` for an empty text.
pub(crate) fn perhaps(text: &str) -> String {
    if text.is_empty() {
        "none".to_owned()
    } else {
        string(text)
    }
}

/// Returns a string of running text. Long words may break after `_` (binary numbers) and `,`.
pub(crate) fn flowing(text: &str) -> String {
    let divided = text.split(' ').map(|word| {
        if word.chars().count() < LONG {
            word.to_owned()
        } else {
            word.replace('_', "_\u{200b}").replace(',', ",\u{200b}")
        }
    });
    string(&divided.collect::<Vec<_>>().join(" "))
}

/// Returns values as an array: `(a, b,)`.
pub(crate) fn array(all: impl IntoIterator<Item = String>) -> String {
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
        assert_eq!(
            string("#a \\ \"b\" $c$ // d\n"),
            "\"#a \\\\ \\\"b\\\" $c$ // d\\n\""
        );
    }
}
