//! Text as HTML that is also valid XML and contains no platform-specific syntax.

use crate::report::xml::legal;

/// Escapes text for HTML, XML, Cloze and Mustache (`{`, `}`), formula filters (`$`, `\`), and file filters
/// (`@@PLUGINFILE@@`).
pub(crate) fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in legal(words).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' | '{' | '}' | '$' | '\\' | '@' => {
                out.push_str("&#");
                out.push_str(&u32::from(c).to_string());
                out.push(';');
            }
            c => out.push(c),
        }
    }
    out
}

/// Returns an element of escaped text, or nothing if the text is empty.
pub(crate) fn element(tag: &str, words: &str) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!("<{tag}>{}</{tag}>", escaped(words))
    }
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn words_mean_nothing() {
        let out = escaped(
            "<b>&\"' {1:SA:=x} {{params.a}} $$x$$ \\(x\\) @@PLUGINFILE@@ ]]> \u{0} \u{202E}",
        );
        for special in ["<", ">", "\"", "'", "{", "}", "$", "\\", "@", "\u{0}"] {
            assert!(!out.contains(special), "{special} is in {out}");
        }
        assert!(
            out.starts_with("&lt;b&gt;&amp;&quot;&#39; &#123;1:SA:=x&#125;"),
            "{out}"
        );
        assert!(out.ends_with("]]&gt; \u{FFFD} \u{202E}"), "{out}");
    }
}
