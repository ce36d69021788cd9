//! The files of a script, with their names and texts, and the line and column of each byte.

use std::path::PathBuf;
use std::sync::Arc;

use super::span::Span;
use pagewalk_engine::files::visible;

/// A file of a script.
#[derive(Debug, Clone, Default)]
pub struct SourceFile {
    /// The name in messages: the path as given, without characters that act on a terminal, or `<stdin>`.
    pub name: String,
    /// The path as given, or `None` for standard input.
    pub path: Option<PathBuf>,
    /// The text of the file, or an empty text if the file could not be read. The text of a code block begins with
    /// its first line.
    pub text: Arc<str>,
    /// The number of lines before the text, in the document of a code block.
    lines_before: usize,
    /// The first byte of every line.
    lines: Vec<u32>,
}

/// A line and a column, both counted from 1. Columns count characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    pub line: usize,
    pub column: usize,
}

impl SourceFile {
    fn new(name: &str, path: Option<PathBuf>, text: Arc<str>) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0)
            .chain(ends.map(|(at, _)| at as u32 + 1))
            .collect();
        Self {
            name: visible(name).into_owned(),
            path,
            text,
            lines_before: 0,
            lines,
        }
    }

    /// Returns the line and column of a byte. For a byte past the end of the text, returns the position of the
    /// end.
    pub fn line_column(&self, byte: u32) -> LineColumn {
        let line = self.line_number(byte);
        let first = self
            .lines
            .get(line - 1 - self.lines_before)
            .map_or(0, |first| *first as usize);
        let before = self
            .text
            .get(first..(byte as usize).min(self.text.len()))
            .unwrap_or("");
        LineColumn {
            line,
            column: before.chars().count() + 1,
        }
    }

    /// Returns the number of the line with a byte, counted from 1.
    pub(crate) fn line_number(&self, byte: u32) -> usize {
        self.lines.partition_point(|first| *first <= byte).max(1) + self.lines_before
    }

    /// Returns the line with this number, counted from 1, without its newline. Returns an empty text if the
    /// line does not exist.
    pub fn line(&self, number: usize) -> &str {
        let first = number
            .checked_sub(1 + self.lines_before)
            .and_then(|index| self.lines.get(index));
        let rest = first
            .and_then(|first| self.text.get(*first as usize..))
            .unwrap_or("");
        rest.lines().next().unwrap_or("")
    }
}

/// The files of a script, numbered in the order in which they were read. The script itself is file 0.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Arc<SourceFile>>,
    /// The estimated memory of the statements in all files, in bytes.
    pub(crate) statement_bytes: u64,
}

impl Sources {
    /// Adds a file and returns its number. Replaces a text of 4 GiB or more with an empty text.
    pub fn add(&mut self, name: &str, path: Option<PathBuf>, text: &str) -> u32 {
        self.share(name, path, text.into())
    }

    /// Adds a file like [`Sources::add`], without copying the text.
    pub(crate) fn share(&mut self, name: &str, path: Option<PathBuf>, text: Arc<str>) -> u32 {
        let text = if u32::try_from(text.len()).is_ok() {
            text
        } else {
            Arc::default()
        };
        self.files.push(Arc::new(SourceFile::new(name, path, text)));
        self.files.len() as u32 - 1
    }

    /// Makes the text of a file the part of a document after this number of lines.
    pub fn place(&mut self, file: u32, lines_before: usize) {
        if let Some(file) = self.files.get_mut(file as usize) {
            Arc::make_mut(file).lines_before = lines_before;
        }
    }

    /// Replaces the texts of the files whose numbers `is_unused` selects with empty texts. The numbers do not change.
    pub(crate) fn clear_texts(&mut self, is_unused: impl Fn(u32) -> bool) {
        let empty = Arc::default();
        for (number, file) in (0..).zip(&mut self.files) {
            if !file.text.is_empty() && is_unused(number) {
                *file = Arc::clone(&empty);
            }
        }
    }

    /// Returns all files, in the order of their numbers.
    pub fn files(&self) -> impl ExactSizeIterator<Item = &SourceFile> {
        self.files.iter().map(Arc::as_ref)
    }

    /// Returns the file with this number.
    pub fn file(&self, number: u32) -> Option<&SourceFile> {
        self.files.get(number as usize).map(Arc::as_ref)
    }

    /// Returns the text of a span, or an empty text if the span is invalid.
    pub fn text(&self, span: Span) -> &str {
        let file = self.file(span.file);
        file.and_then(|file| file.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }

    /// Returns the file name, line, and column of the start of a span.
    pub fn location(&self, span: Span) -> Option<(&str, LineColumn)> {
        self.file(span.file)
            .map(|file| (file.name.as_str(), file.line_column(span.start)))
    }
}

/// Decodes these bytes as UTF-8.
///
/// # Errors
/// Returns the index of the first invalid byte.
pub fn decode(bytes: &[u8]) -> Result<&str, usize> {
    std::str::from_utf8(bytes).map_err(|error| error.valid_up_to())
}

/// Returns words for a range of lines.
pub(crate) fn lines_in_words(first: usize, last: usize) -> String {
    if first == last {
        format!("line {first}")
    } else {
        format!("lines {first}–{last}")
    }
}

/// Returns the lines of the first and the last conflict marker that git left in a merged file, counted from 1.
pub(crate) fn conflict(text: &str) -> Option<(usize, usize)> {
    let marks = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    let mut lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| marks.iter().any(|mark| line.starts_with(mark)));
    let (first, _) = lines.next()?;
    Some((first, lines.last().map_or(first, |(last, _)| last)))
}
