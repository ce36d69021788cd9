//! A Markdown text as its fenced blocks and what stands between them.

/// A run of lines.
pub struct Piece<'t> {
    /// What follows the opening fence; none for what stands between fences, the fences included.
    pub info: Option<&'t str>,
    /// The lines, with their ends.
    pub body: &'t str,
    /// Its first line, from 1.
    pub line: usize,
}

/// The pieces of a text; their bodies in a row are the text.
pub fn fences(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut start, mut first, mut at) = (0, 1, 0);
    // What follows the fence that is open, and how long it is: a shorter one within it is text.
    let mut inside: Option<(&str, usize)> = None;
    for (i, line) in text.split_inclusive('\n').enumerate() {
        let end = at + line.len();
        let length = line.len() - line.trim_start_matches('`').len();
        let info = line[length..].trim();
        let closes = inside.is_some_and(|(_, open)| length >= open && info.is_empty());
        if closes || inside.is_none() && length >= 3 {
            // An opening fence belongs to what stands before it, a closing one to what comes after.
            let cut = if inside.is_some() { at } else { end };
            pieces.push(Piece { info: inside.map(|(info, _)| info), body: &text[start..cut], line: first });
            (start, first) = (cut, i + 2);
            inside = if closes { None } else { Some((info, length)) };
        }
        at = end;
    }
    assert!(inside.is_none(), "a fence is open");
    pieces.push(Piece { info: None, body: &text[start..], line: first });
    pieces.into_iter()
}
