//! The rules of formatting. Tests and the target `fmt` in `fuzz/` use them.

use pagewalk_script::lang::format::{self, Unformatted};
use pagewalk_script::lang::parse::parse;

/// The syntax tree of a text without locations, or `None` if the text cannot be parsed.
fn tree(text: &str) -> Option<String> {
    let parsed = parse(0, text, &mut ());
    parsed
        .diagnostics
        .is_empty()
        .then(|| placeless(&format!("{:?}", parsed.body)))
}

/// The output of `Debug` without locations.
pub fn placeless(printed: &str) -> String {
    let mut parts = printed.split("Span { ");
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |messages, part| {
        messages + part.split_once('}').map_or(part, |(_, rest)| rest)
    })
}

/// Returns the formatted text, or `None` if the text cannot be parsed.
///
/// # Errors
/// Returns the rule that the formatted text breaks.
pub fn checked(text: &str) -> Result<Option<String>, String> {
    let once = match format::format(text) {
        Ok(once) => once,
        Err(Unformatted::Wrong(wrong)) if tree(text).is_none() && !wrong.is_empty() => {
            return Ok(None);
        }
        Err(Unformatted::Wrong(_)) => return Err("it can be read, and is not formatted".to_owned()),
        Err(Unformatted::Changed) => return Err("formatted, it would not mean the same".to_owned()),
    };
    let twice = format::format(&once);
    let law = match &twice {
        _ if tree(text) != tree(&once) => "it means something else",
        Ok(twice) if *twice != once => "twice is not once",
        Err(_) => "it cannot be formatted again",
        _ if once.is_empty() || once.ends_with('\n') && !once.ends_with("\n\n") => {
            return Ok(Some(once));
        }
        _ => "its end",
    };
    Err(format!(
        "{law}\n-- once --\n{once}-- twice --\n{}",
        twice.unwrap_or_default()
    ))
}
