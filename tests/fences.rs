//! Splits a Markdown text into fenced blocks and the text between them.

/// A run of lines.
pub struct Piece<'t> {
    /// The text after the opening fence, or `None` for text between blocks, which includes the fences.
    pub info: Option<&'t str>,
    /// The lines, with their line endings.
    pub body: &'t str,
    /// The number of the first line, counted from 1.
    pub line: usize,
}

/// The pieces of a text. The concatenated bodies of the pieces equal the text.
pub fn fences(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut start, mut first, mut at) = (0, 1, 0);
    // The info string and the length of the open fence. A shorter fence inside the block is text.
    let mut inside: Option<(&str, usize)> = None;
    for (i, line) in text.split_inclusive('\n').enumerate() {
        let end = at + line.len();
        let length = line.len() - line.trim_start_matches('`').len();
        let info = line[length..].trim();
        let closes = inside.is_some_and(|(_, open)| length >= open && info.is_empty());
        if closes || inside.is_none() && length >= 3 {
            // An opening fence belongs to the preceding text, and a closing fence belongs to the following
            // text.
            let cut = if inside.is_some() { at } else { end };
            pieces.push(Piece {
                info: inside.map(|(info, _)| info),
                body: &text[start..cut],
                line: first,
            });
            (start, first) = (cut, i + 2);
            inside = if closes { None } else { Some((info, length)) };
        }
        at = end;
    }
    assert!(inside.is_none(), "a fence is open");
    pieces.push(Piece {
        info: None,
        body: &text[start..],
        line: first,
    });
    pieces.into_iter()
}
