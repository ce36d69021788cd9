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

/// Words whose numbers all have the most digits that they may have: what room the words take in every version.
pub fn roomy(words: &str) -> Option<String> {
    let mut changed = false;
    let wide = words.split(' ').map(|word| {
        if !word.contains(|c: char| c.is_ascii_digit()) {
            return word.to_owned();
        }
        changed = true;
        let length = word.chars().count();
        "0".repeat(length.next_multiple_of(4))
    });
    let wide = wide.collect::<Vec<_>>().join(" ");
    changed.then_some(wide)
}

#[cfg(test)]
mod tests {
    use super::{roomy, string};

    #[test]
    fn strings_hold_anything() {
        assert_eq!(string("#a \\ \"b\" $c$ // d\n"), "\"#a \\\\ \\\"b\\\" $c$ // d\\n\"");
    }

    #[test]
    fn room_does_not_depend_on_the_digits_of_a_number() {
        assert_eq!(roomy("at 0x4 now"), roomy("at 0x3 now"));
        assert_eq!(roomy("at 0x1A"), roomy("at 0x1"));
        assert_eq!(roomy("none"), None);
    }
}
