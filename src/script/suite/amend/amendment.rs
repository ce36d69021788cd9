//! Changes of a script's text.

use crate::lang::span::Span;

/// A text to be written in the place of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amendment {
    /// What is replaced; it may be empty.
    pub span: Span,
    /// What is written there.
    pub text: String,
}

/// A fact that does not hold and stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftAlone {
    /// Where it stands.
    pub span: Span,
    /// The fact's name, the cell's column, or the left side of a comparison.
    pub fact: String,
    /// Why it stays.
    pub reason: String,
}

/// What comes of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What to write, in the order of the texts; no two meet.
    pub amendments: Vec<Amendment>,
    /// How many facts and cells these write.
    pub facts: usize,
    /// What is left alone, in the order of the texts.
    pub left: Vec<LeftAlone>,
}

impl Plan {
    /// What to write in a file.
    pub fn of(&self, file: u32) -> impl Iterator<Item = &Amendment> {
        self.amendments.iter().filter(move |amendment| amendment.span.file == file)
    }
}

/// A file's text with these changes, which stand in the order of the text and do not meet; one that does not fit the
/// text is passed over.
pub fn amended<'a>(text: &str, amendments: impl IntoIterator<Item = &'a Amendment>) -> String {
    let mut new = String::with_capacity(text.len());
    let mut done = 0;
    for Amendment { span, text: written } in amendments {
        let (start, end) = (span.start as usize, span.end as usize);
        let Some(kept) = text.get(done..start).filter(|_| text.get(start..end).is_some()) else { continue };
        new.push_str(kept);
        new.push_str(written);
        done = end;
    }
    new.push_str(text.get(done..).unwrap_or(""));
    new
}
