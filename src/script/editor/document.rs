//! A text with a version.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::api::{CheckedScript, ParsedScript};
use crate::lang::edit::TextEdit;
use crate::lang::include::Script;
use crate::lang::loader::{Disk, Texts, Within};
use crate::lang::source::SourceFile;
use crate::lang::span::Span;
use crate::lang::tree::Tree;
use crate::run::session::Options;
use crate::run::state::State;
use crate::run::{Checkpoints, state_at};
use crate::services::names::{Names, names};

/// The open texts by path, and optionally the file system for all other paths. Scripts can include the open
/// texts.
pub type OpenTexts = Texts<Option<Within<Disk>>>;

/// A text with a version. The first thread that needs a property of the text computes it and shares it with
/// all threads.
///
/// All offsets are bytes of the text. [`Document::lines`] converts them to lines and columns.
///
/// ```
/// use pagewalk_script::editor::{Document, OpenTexts};
///
/// // A browser has no file system, but perhaps other texts.
/// let mut open = OpenTexts::default();
/// open.texts.insert("/lib.pw".into(), b"def look(at) { read at }".into());
/// let document = Document::new("/a.pw", "machine simple\ninclude \"lib.pw\"\nlook(0x3D4)", open);
/// assert!(document.script().diagnostics.is_empty());
/// ```
pub struct Document {
    path: PathBuf,
    lines: Arc<LineIndex>,
    open: Arc<OpenTexts>,
    /// An earlier version of the script.
    earlier: Script,
    /// The checkpoints of the earlier version.
    earlier_states: Checkpoints,
    /// The check of the earlier version, if it is known.
    earlier_check: Option<Arc<CheckedScript>>,
    /// The checkpoints of this version.
    states: OnceLock<Mutex<Checkpoints>>,
    parsed: OnceLock<ParsedScript>,
    script: OnceLock<Arc<CheckedScript>>,
    files: OnceLock<Vec<Arc<LineIndex>>>,
    names: OnceLock<Names>,
    tree: OnceLock<Arc<Tree>>,
    /// The tree of an earlier version.
    earlier_tree: Option<Arc<Tree>>,
}

/// A range of bytes in a file.
#[derive(Debug, Clone)]
pub struct Location {
    /// The path of the file.
    pub path: PathBuf,
    /// The text of the file.
    pub lines: Arc<LineIndex>,
    pub range: Range<usize>,
}

impl Location {
    /// Returns the positions of the start and end of the range.
    pub fn positions(&self, encoding: Encoding) -> Range<Position> {
        self.lines.range(&self.range, encoding)
    }
}

/// A change to a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to replace, or an empty range for an insertion.
    pub range: Range<usize>,
    /// The new text, or an empty text for a deletion.
    pub text: String,
}

impl From<TextEdit> for Edit {
    fn from(edit: TextEdit) -> Self {
        Self {
            range: edit.span.bytes(),
            text: edit.replacement,
        }
    }
}

impl Document {
    /// Creates a document with all open texts for its includes. The document's path determines how include
    /// paths are resolved.
    pub fn new(
        path: impl Into<PathBuf>,
        text: impl Into<Arc<str>>,
        open: impl Into<Arc<OpenTexts>>,
    ) -> Self {
        Self {
            path: path.into(),
            lines: Arc::new(LineIndex::new(text)),
            open: open.into(),
            earlier: Script::default(),
            earlier_states: Checkpoints::default(),
            earlier_check: None,
            states: OnceLock::new(),
            parsed: OnceLock::new(),
            script: OnceLock::new(),
            files: OnceLock::new(),
            names: OnceLock::new(),
            tree: OnceLock::new(),
            earlier_tree: None,
        }
    }

    /// Provides an earlier version of the document, so that this version parses and checks only the changed statements. If no
    /// thread has checked the earlier version yet, a version before it takes its place. No result depends on the earlier
    /// version.
    #[must_use]
    pub fn after(self, earlier: &Self) -> Self {
        let checked = earlier.script.get();
        let (script, earlier_states) = match earlier.parsed.get() {
            Some(parsed) if checked.is_some() || earlier.earlier_check.is_none() => {
                (&parsed.script, earlier.states().clone())
            }
            _ => (&earlier.earlier, earlier.earlier_states.clone()),
        };
        Self {
            earlier: script.clone(),
            earlier_states,
            earlier_check: checked.or(earlier.earlier_check.as_ref()).cloned(),
            earlier_tree: earlier
                .tree
                .get()
                .or(earlier.earlier_tree.as_ref())
                .cloned(),
            ..self
        }
    }

    /// Makes the text a part of a longer text after this number of lines, as a code block of a Markdown text is. Lines
    /// in positions and in messages are those of the longer text.
    #[must_use]
    pub fn below(self, lines_before: usize) -> Self {
        let text = self.lines.text().clone();
        Self {
            lines: Arc::new(LineIndex::below(text, lines_before)),
            ..self
        }
    }

    /// Returns the document with another number of lines before its text, and with the statements and the check of this
    /// document if they are known. A message may name a line, so a script with messages is checked again.
    #[must_use]
    pub fn moved(&self, lines_before: usize) -> Self {
        let new = Self::new(&*self.path, self.lines.text().clone(), self.open.clone())
            .below(lines_before)
            .after(self);
        let checked = self
            .script
            .get()
            .filter(|script| script.is_free_of_messages());
        if let (Some(parsed), Some(checked)) = (self.parsed.get(), checked) {
            let mut sources = parsed.sources.clone();
            sources.place(0, lines_before);
            // The cells of a new document are empty.
            let _ = new.parsed.set(ParsedScript {
                sources: sources.clone(),
                ..parsed.clone()
            });
            let _ = new.script.set(Arc::new(CheckedScript {
                sources,
                script: checked.script.clone(),
                files: checked.files.clone(),
                diagnostics: Vec::new(),
                warnings: Vec::new(),
                checked: checked.checked.clone(),
            }));
        }
        new
    }

    /// Whether the script is parsed and depends on no other text or file, so that it has the same results as long as its own
    /// text is the same.
    pub fn is_self_contained(&self) -> bool {
        let known = self.parsed.get();
        known.is_some_and(|parsed| !self.may_include() && !parsed.files.are_named)
    }

    /// The path of the text.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn text(&self) -> &str {
        self.lines.text()
    }

    /// The lines of the text.
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }

    /// Returns the checked script with its included files. For open files, the script contains the editor's
    /// text, even if it is unsaved.
    pub fn script(&self) -> &CheckedScript {
        self.shared_script()
    }

    /// Returns the script for a [`Stepper`](crate::api::Stepper), or for other uses beyond the
    /// document's lifetime.
    pub fn shared_script(&self) -> &Arc<CheckedScript> {
        self.script.get_or_init(|| {
            let mut open = OpenTexts::clone(&self.open);
            let (parsed, earlier) = (self.parsed().clone(), self.earlier_check.as_deref());
            CheckedScript::from_parsed_after(parsed, earlier, &mut open).into()
        })
    }

    /// Returns the script before the check, for services that the check does not affect.
    pub(super) fn parsed(&self) -> &ParsedScript {
        self.parsed.get_or_init(|| {
            let name = self.path.display().to_string();
            let mut parsed = ParsedScript::from_text(
                &name,
                self.text(),
                &self.earlier,
                &mut OpenTexts::clone(&self.open),
            );
            parsed.sources.place(0, self.lines.before);
            parsed
        })
    }

    /// Returns the files of the script, beginning with the document.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.parsed()
            .sources
            .files()
            .filter_map(|file| file.path.as_deref())
    }

    pub(super) fn open(&self) -> &Arc<OpenTexts> {
        &self.open
    }

    pub(super) fn names(&self) -> &Names {
        self.names.get_or_init(|| {
            let ParsedScript {
                sources,
                script,
                files,
                ..
            } = self.parsed();
            names(&script.body, sources, files)
        })
    }

    pub(super) fn tree(&self) -> &Tree {
        self.tree.get_or_init(|| {
            let text = self.lines.text().clone();
            Tree::parse(text, self.earlier_tree.as_deref()).into()
        })
    }

    /// Returns the state at a byte as far as it is known without a run: the machine, the kernel, and the
    /// names declared before the byte.
    pub(super) fn state(&self, at: usize) -> State {
        let ParsedScript {
            sources,
            script,
            files,
            ..
        } = self.parsed();
        let (body, known) = (&script.body, &mut self.states());
        state_at(body, sources, files, Options::default(), at, known)
    }

    fn states(&self) -> MutexGuard<'_, Checkpoints> {
        let states = self.states.get_or_init(|| {
            let parsed = self.parsed();
            // The files may have changed.
            let unchanged = if parsed.files.are_named {
                0
            } else {
                parsed.script.same().unmoved
            };
            self.earlier_states.clone().up_to(unchanged).into()
        });
        states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the lines of a file of the script.
    fn lines_of(&self, file: u32) -> Option<&Arc<LineIndex>> {
        let files = self.files.get_or_init(|| {
            let others = self.parsed().sources.files().skip(1);
            let index = |file: &SourceFile| Arc::new(LineIndex::new(file.text.clone()));
            std::iter::once(self.lines.clone())
                .chain(others.map(index))
                .collect()
        });
        files.get(file as usize)
    }

    /// Returns the location of a span in the script, or `None` if no file contains the span.
    pub(super) fn location(&self, span: Span) -> Option<Location> {
        let path = self.parsed().sources.file(span.file)?.path.clone()?;
        Some(Location {
            path,
            lines: self.lines_of(span.file)?.clone(),
            range: span.bytes(),
        })
    }

    /// Returns the byte of a file of the script that has exactly this position, with its column in bytes.
    pub(super) fn byte_at(&self, file: u32, at: Position) -> Option<u32> {
        let lines = self.lines_of(file)?;
        let byte = lines.byte(at, Encoding::Utf8);
        (lines.position(byte, Encoding::Utf8) == at).then_some(byte as u32)
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("path", &self.path)
            .field("text", &self.text())
            .finish_non_exhaustive()
    }
}

/// The unit of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, as in JavaScript and the Language Server Protocol.
    Utf16,
}

/// A line and a column, both counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    pub line: u32,
    /// The column, in units of an [`Encoding`].
    pub column: u32,
}

/// A text with an index of its lines. The index converts between byte offsets and positions.
///
/// As in the Language Server Protocol, `\n`, `\r\n`, and a lone `\r` end a line. The crate line-index ends lines
/// only at `\n`.
///
/// ```
/// use pagewalk_script::editor::{Encoding, LineIndex, Position};
///
/// let lines = LineIndex::new("a\n– b");
/// // The dash is three bytes, but one UTF-16 unit.
/// assert_eq!(lines.position(6, Encoding::Utf16), Position { line: 1, column: 2 });
/// assert_eq!(lines.position(6, Encoding::Utf8), Position { line: 1, column: 4 });
/// assert_eq!(lines.byte(Position { line: 1, column: 2 }, Encoding::Utf16), 6);
/// ```
#[derive(Debug, Clone)]
pub struct LineIndex {
    text: Arc<str>,
    /// The number of lines before the text in a longer text, which positions count.
    before: usize,
    lines: OnceLock<Vec<Line>>,
}

impl PartialEq for LineIndex {
    fn eq(&self, other: &Self) -> bool {
        self.before == other.before && self.text == other.text
    }
}

#[derive(Debug, Clone, Copy)]
struct Line {
    /// The first byte.
    start: usize,
    /// Whether all characters are ASCII, so that each byte is one unit.
    ascii: bool,
}

impl LineIndex {
    /// Creates the index of a text. Finds the lines on first use.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self::below(text, 0)
    }

    /// Creates the index of a text that follows this number of lines of a longer text.
    fn below(text: impl Into<Arc<str>>, before: usize) -> Self {
        Self {
            text: text.into(),
            before,
            lines: OnceLock::new(),
        }
    }

    /// Returns the number of lines before the text in a longer text.
    pub fn before(&self) -> usize {
        self.before
    }

    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    fn lines(&self) -> &[Line] {
        self.lines.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let mut lines = vec![Line {
                start: 0,
                ascii: true,
            }];
            for (at, byte) in bytes.iter().enumerate() {
                let ends = *byte == b'\n' || *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n');
                if ends {
                    lines.push(Line {
                        start: at + 1,
                        ascii: true,
                    });
                } else if !byte.is_ascii()
                    && let Some(last) = lines.last_mut()
                {
                    last.ascii = false;
                }
            }
            lines
        })
    }

    /// Returns the line of a byte, counted from 0 in the text itself.
    pub fn line_of(&self, at: usize) -> usize {
        self.lines()
            .partition_point(|line| line.start <= at)
            .saturating_sub(1)
    }

    /// Returns the bytes of a line without its line ending, or an empty range after the last line.
    pub fn bytes_of(&self, line: usize) -> Range<usize> {
        let start_of = |line: usize| {
            self.lines()
                .get(line)
                .map_or(self.text.len(), |line| line.start)
        };
        let start = start_of(line);
        let content = self.text[start..start_of(line + 1)].trim_end_matches(['\n', '\r']);
        start..start + content.len()
    }

    /// Returns the position of a byte. A byte past the end of the text has the position of the end.
    pub fn position(&self, at: usize, encoding: Encoding) -> Position {
        let at = at.min(self.text.len());
        let line = self.line_of(at);
        let Line { start, ascii } = self.lines()[line];
        let column = if ascii || encoding == Encoding::Utf8 {
            at - start
        } else {
            self.text
                .get(start..at)
                .unwrap_or("")
                .encode_utf16()
                .count()
        };
        Position {
            line: (line + self.before) as u32,
            column: column as u32,
        }
    }

    /// Returns the byte at a position. For a column past the end of a line, returns the byte at the end. For
    /// a position within a character, the result is the character's first byte.
    pub fn byte(&self, position: Position, encoding: Encoding) -> usize {
        let Some(line) = (position.line as usize).checked_sub(self.before) else {
            return 0;
        };
        let bytes = self.bytes_of(line);
        let mut left = position.column as usize;
        for (at, c) in self.text[bytes.clone()].char_indices() {
            let width = if encoding == Encoding::Utf8 {
                c.len_utf8()
            } else {
                c.len_utf16()
            };
            match left.checked_sub(width) {
                Some(rest) => left = rest,
                None => return bytes.start + at,
            }
        }
        bytes.end
    }

    /// Returns the positions of the start and end of a range.
    pub fn range(&self, bytes: &Range<usize>, encoding: Encoding) -> Range<Position> {
        self.position(bytes.start, encoding)..self.position(bytes.end, encoding)
    }

    /// Splits a range into its non-empty parts, one per line, without the line endings.
    pub fn split(&self, bytes: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
        let lines = self.line_of(bytes.start)..=self.line_of(bytes.end);
        let parts = lines.map(move |line| {
            let line = self.bytes_of(line);
            line.start.max(bytes.start)..line.end.min(bytes.end)
        });
        parts.filter(|part| part.start < part.end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Encoding;
    use super::LineIndex;
    use super::Position;

    const TEXT: &str = "a\n– 𝕏x\r\nc";

    fn at(line: u32, column: u32) -> Position {
        Position { line, column }
    }

    #[test]
    fn columns_are_in_units_of_the_encoding() {
        let lines = LineIndex::new(TEXT);
        // The dash is one unit of three bytes, and 𝕏 is two units of four bytes.
        let cases = [
            (0, 0, 0, 0),
            (2, 1, 0, 0),
            (5, 1, 1, 3),
            (6, 1, 2, 4),
            (10, 1, 4, 8),
            (13, 2, 0, 0),
        ];
        for (byte, line, utf16, utf8) in cases {
            for (encoding, column) in [(Encoding::Utf16, utf16), (Encoding::Utf8, utf8)] {
                assert_eq!(lines.position(byte, encoding), at(line, column));
                assert_eq!(lines.byte(at(line, column), encoding), byte);
            }
        }
    }

    #[test]
    fn invalid_positions_become_the_nearest_valid_ones() {
        let lines = LineIndex::new(TEXT);
        // The positions are within a character, after the end of the line (before its `\r`), and after the
        // text.
        assert_eq!(lines.byte(at(1, 3), Encoding::Utf16), 6);
        assert_eq!(lines.byte(at(1, 2), Encoding::Utf8), 2);
        assert_eq!(lines.byte(at(1, 99), Encoding::Utf16), 11);
        assert_eq!(lines.byte(at(7, 0), Encoding::Utf16), TEXT.len());
        assert_eq!(lines.position(999, Encoding::Utf16), at(2, 1));
    }

    #[test]
    fn a_range_is_split_at_line_ends() {
        let parts: Vec<&str> = LineIndex::new(TEXT)
            .split(0..TEXT.len())
            .map(|part| &TEXT[part])
            .collect();
        assert_eq!(parts, ["a", "– 𝕏x", "c"]);
        assert_eq!(LineIndex::new("a\n\nb").split(1..3).count(), 0);
    }

    proptest! {
        #[test]
        fn every_character_is_found_again(text in "[a–𝕏\n\r ]{0,40}") {
            let lines = LineIndex::new(text.as_str());
            for (byte, c) in text.char_indices() {
                // No position is within a line ending.
                if !"\r\n".contains(c) {
                    for encoding in [Encoding::Utf8, Encoding::Utf16] {
                        prop_assert_eq!(lines.byte(lines.position(byte, encoding), encoding), byte);
                    }
                }
            }
        }
    }
}
