//! Code between backticks in a line of text.

/// Writes a line of text as `words` and `code` write its parts. Code is between equally long runs of backticks, as in
/// Markdown. A run without a counterpart is itself.
pub(crate) fn marked(
    text: &str,
    mut words: impl FnMut(&str) -> String,
    mut code: impl FnMut(&str) -> String,
) -> String {
    let run = |text: &str| text.len() - text.trim_start_matches('`').len();
    let (mut out, mut plain, mut at) = (String::new(), 0, 0);
    while let Some(open) = text[at..].find('`').map(|found| at + found) {
        let length = run(&text[open..]);
        let inside = open + length;
        let mut close = inside;
        let end = loop {
            let Some(found) = text[close..].find('`').map(|found| close + found) else {
                break None;
            };
            if run(&text[found..]) == length {
                break Some(found);
            }
            close = found + run(&text[found..]);
        };
        at = inside;
        let Some(end) = end else { continue };
        if plain < open {
            out.push_str(&words(&text[plain..open]));
        }
        let body = &text[inside..end];
        // The spaces separate the fence from a backtick of the code.
        let padded = body
            .strip_prefix(' ')
            .and_then(|body| body.strip_suffix(' '));
        out.push_str(&code(
            padded
                .filter(|body| !body.trim().is_empty())
                .unwrap_or(body),
        ));
        (plain, at) = (end + length, end + length);
    }
    if plain < text.len() {
        out.push_str(&words(&text[plain..]));
    }
    out
}

/// Returns a line of text without the backticks around its code, where nothing distinguishes code.
pub(crate) fn unmarked(text: &str) -> String {
    marked(text, str::to_owned, str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::marked;

    #[test]
    fn backticks_part_words_from_code() {
        let shown = |text: &str| {
            marked(
                text,
                |words| format!("({words})"),
                |code| format!("[{code}]"),
            )
        };
        for (text, parts) in [
            ("an `int` of `a`", "(an )[int]( of )[a]"),
            ("``a`b`` and ``` {x} ```", "[a`b]( and )[{x}]"),
            ("don`t", "(don`t)"),
            ("`a ``b`", "[a ``b]"),
            ("` `", "[ ]"),
            ("", ""),
        ] {
            assert_eq!(shown(text), parts, "{text}");
        }
    }
}
