//! Escaping for HTML and CSS.

use std::fmt::Write;

use crate::exam::formats::code::marked;
use crate::exam::formats::tree::Blank;
use crate::report::xml::escaped;

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

/// Returns the box for a blank, empty or filled in.
pub(crate) fn boxed(blank: &Blank) -> String {
    let room = blank.room();
    let inside = match &blank.content {
        Some(content) if blank.shrunk() < 1.0 => {
            let percent = (blank.shrunk() * 100.0) as u32;
            format!("<b style=\"font-size:{percent}%\">{}</b>", escaped(content))
        }
        Some(content) => format!("<b>{}</b>", escaped(content)),
        None if blank.prefix.is_empty() => "&nbsp;".to_owned(),
        None => format!("<i>{}</i>", escaped(&blank.prefix)),
    };
    let field = match blank.field.as_str() {
        "" => String::new(),
        name => format!(" data-field=\"{}\"", escaped(name)),
    };
    let code = |code: &str| format!("<code>{}</code>", escaped(code));
    let unit = blank.unit.as_ref().map_or_else(String::new, |unit| {
        format!("&nbsp;{}", marked(unit, escaped, code))
    });
    format!(
        "<span class=\"box\"{field} style=\"display:inline-block;width:{room}ch;border:1px solid;padding:0 0.3em\"><bdi>{inside}</bdi></span>{unit}"
    )
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
