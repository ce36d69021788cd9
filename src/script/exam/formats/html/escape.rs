//! Escaping for HTML and CSS.

use std::fmt::Write;

/// Escapes text between tags or in quotes.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(character),
            // HTML documents must not contain control characters.
            control if control.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

/// Returns a quoted CSS string. All characters except letters and digits become numeric escapes.
pub(crate) fn css_string(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars().filter(|character| !character.is_control()) {
        match character {
            plain if plain.is_alphanumeric() || " -./".contains(plain) => out.push(plain),
            other => {
                let _ = write!(out, "\\{:x} ", other as u32);
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{css_string, escaped};

    #[test]
    fn text_means_nothing_to_html_or_css() {
        assert_eq!(
            escaped("<b> & \"q\" 'a'\0"),
            "&lt;b&gt; &amp; &quot;q&quot; &#39;a&#39;"
        );
        assert_eq!(css_string("A\"</style>"), "\"A\\22 \\3c /style\\3e \"");
    }
}
