//! A text with a version.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::lines::{Encoding, LineIndex, Position};
use crate::api::{CheckedScript, ParsedScript};
use crate::lang::edit::TextEdit;
use crate::lang::include::Script;
use crate::lang::layout::{Tokens, tokens};
use crate::lang::loader::{Disk, Texts, Within};
use crate::lang::source::SourceFile;
use crate::lang::span::Span;
use crate::run::session::Options;
use crate::run::state::State;
use crate::run::state_at;
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
    parsed: OnceLock<ParsedScript>,
    script: OnceLock<Arc<CheckedScript>>,
    files: OnceLock<Vec<Arc<LineIndex>>>,
    names: OnceLock<Names>,
    tokens: OnceLock<Tokens>,
}

/// A range of bytes in a file.
#[derive(Debug, Clone)]
pub struct Location {
    /// The path of the file.
    pub path: PathBuf,
    /// The text of the file.
    pub lines: Arc<LineIndex>,
    /// The bytes.
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
            parsed: OnceLock::new(),
            script: OnceLock::new(),
            files: OnceLock::new(),
            names: OnceLock::new(),
            tokens: OnceLock::new(),
        }
    }

    /// Provides an earlier version of the script, so that the document parses only the changed statements. No result
    /// depends on the earlier version.
    #[must_use]
    pub fn after(self, earlier: Script) -> Self {
        Self { earlier, ..self }
    }

    /// Returns the statements for [`Document::after`]. If no thread has parsed the document yet, returns the earlier
    /// version.
    pub fn latest(&self) -> Script {
        self.parsed
            .get()
            .map_or(&self.earlier, |parsed| &parsed.script)
            .clone()
    }

    /// The path of the text.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text.
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
            CheckedScript::from_parsed(self.parsed().clone(), &mut open).into()
        })
    }

    /// Returns the script before the check, for services that the check does not affect.
    pub(super) fn parsed(&self) -> &ParsedScript {
        self.parsed.get_or_init(|| {
            let name = self.path.display().to_string();
            ParsedScript::from_text(
                &name,
                self.text(),
                &self.earlier,
                &mut OpenTexts::clone(&self.open),
            )
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

    pub(super) fn tokens(&self) -> &Tokens {
        self.tokens.get_or_init(|| tokens(self.text()))
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
        state_at(&script.body, sources, files, Options::default(), at)
    }

    /// Returns the location of a span in the script, or `None` if no file contains the span.
    pub(super) fn location(&self, span: Span) -> Option<Location> {
        let files = self.files.get_or_init(|| {
            let others = self.parsed().sources.files().skip(1);
            let index = |file: &SourceFile| Arc::new(LineIndex::new(file.text.clone()));
            std::iter::once(self.lines.clone())
                .chain(others.map(index))
                .collect()
        });
        let path = self.parsed().sources.file(span.file)?.path.clone()?;
        Some(Location {
            path,
            lines: files.get(span.file as usize)?.clone(),
            range: span.bytes(),
        })
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
