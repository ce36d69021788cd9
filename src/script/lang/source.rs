//! The files of a script, with their names and texts, and the line and column of each byte.

use std::fmt;
use std::ops::Range;
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

    /// Replaces the text of a file.
    pub(crate) fn replace(&mut self, number: u32, text: &str) {
        if let Some(file) = self.files.get_mut(number as usize) {
            *file = Arc::new(SourceFile::new(&file.name, file.path.clone(), text.into()));
        }
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

/// The markers at the beginnings of lines that git leaves in a merged file.
const MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// The conflict markers in a merged file. Its text is the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The line of the first marker, counted from 1.
    pub first: usize,
    /// The line of the last marker.
    pub last: usize,
    marks: Vec<&'static str>,
}

impl Conflict {
    /// Returns the markers in a text.
    pub fn of(text: &str) -> Option<Self> {
        let mark = |line: &str| {
            let is_mark = |mark: &&&str| {
                let rest = line.strip_prefix(**mark);
                rest.is_some_and(|rest| rest.trim_start().len() < rest.len() || rest.is_empty())
            };
            MARKS.iter().find(is_mark).copied()
        };
        let lines = (1..).zip(text.lines());
        let found = lines.filter_map(|(line, text)| Some((line, mark(text)?)));
        let (lines, marks): (Vec<usize>, Vec<&str>) = found.unzip();
        Some(Self {
            first: *lines.first()?,
            last: *lines.last()?,
            marks,
        })
    }

    /// Like [`Conflict::of`], for a text in which a single marker may have another meaning.
    pub fn whole(text: &str) -> Option<Self> {
        Self::of(text).filter(|one| one.marks.first() == MARKS.first() && one.marks.len() > 1)
    }

    /// Returns the bytes of the line with the first marker.
    pub(crate) fn place(&self, text: &str) -> Range<usize> {
        line_at(self.first, text)
    }

    /// Returns the bytes of the line with the last marker, unless there is only one.
    pub(crate) fn end(&self, text: &str) -> Option<Range<usize>> {
        (self.last > self.first).then(|| line_at(self.last, text))
    }

    /// Explains the fix.
    pub fn help(&self) -> String {
        let marks = MARKS.iter().filter(|mark| self.marks.contains(mark));
        let marks: Vec<String> = marks.map(|mark| format!("`{mark}`")).collect();
        match marks.as_slice() {
            [mark] => format!("remove the line with {mark}"),
            marks => format!(
                "keep the lines that belong in the file, and remove those that begin with {}",
                marks.join(" or ")
            ),
        }
    }
}

/// Returns the bytes of a line, counted from 1.
fn line_at(number: usize, text: &str) -> Range<usize> {
    let before = text.split_inclusive('\n').take(number - 1);
    let start: usize = before.map(str::len).sum();
    let line = text[start..].lines().next().unwrap_or_default();
    start..start + line.len()
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let markers = if self.first == self.last {
            "a conflict marker"
        } else {
            "conflict markers"
        };
        let lines = lines_in_words(self.first, self.last);
        write!(f, "a merge left {markers} in {lines}")
    }
}
