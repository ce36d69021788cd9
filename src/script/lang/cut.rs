//! Shortens texts for use in messages.

/// Returns at most the first 40 characters.
pub fn cut(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
