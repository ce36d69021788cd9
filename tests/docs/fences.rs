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
    let mut inside = None;
    for (i, line) in text.split_inclusive('\n').enumerate() {
        let end = at + line.len();
        if let Some(info) = line.strip_prefix("```") {
            // An opening fence belongs to what stands before it, a closing one to what comes after.
            let cut = if inside.is_some() { at } else { end };
            pieces.push(Piece { info: inside, body: &text[start..cut], line: first });
            (start, first) = (cut, i + 2);
            inside = if inside.is_some() { None } else { Some(info.trim()) };
        }
        at = end;
    }
    assert!(inside.is_none(), "a fence is open");
    pieces.push(Piece { info: None, body: &text[start..], line: first });
    pieces.into_iter()
}
