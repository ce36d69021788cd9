//! Boxes for answers.

use super::escape::escaped;
use crate::exam::formats::tree::Blank;

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
    let unit = blank
        .unit
        .as_ref()
        .map_or_else(String::new, |unit| format!("&nbsp;{}", escaped(unit)));
    format!(
        "<span class=\"box\"{field} style=\"display:inline-block;width:{room}ch;border:1px solid;padding:0 0.3em\"><bdi>{inside}</bdi></span>{unit}"
    )
}
