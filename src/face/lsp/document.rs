//! An open document at one version, shared by the threads of the server.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use lsp_types::{Position, Range, Uri};

use super::position::Lines;
use pagewalk_script::LANGUAGE;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::lang::layout::{Tokens, tokens};
use pagewalk_script::lang::loader::{Disk, Texts};
use pagewalk_script::lang::span::Span;
use pagewalk_script::run::session::Options;
use pagewalk_script::run::state::State;
use pagewalk_script::run::state_at;
use pagewalk_script::services::names::{Names, names};

/// A document at one version. The first thread that needs a property of its text computes it for all threads.
pub(crate) struct Document {
    pub(crate) uri: Uri,
    /// The path in messages.
    pub(crate) path: PathBuf,
    /// The version number of the client.
    pub(crate) version: i32,
    pub(crate) text: Arc<str>,
    pub(crate) lines: Lines,
    buffers: Arc<Texts<Disk>>,
    reading: OnceLock<CheckedScript>,
    names: OnceLock<Names>,
    tokens: OnceLock<Tokens>,
}

impl Document {
    /// A version of a document, with all open documents for its includes.
    pub(crate) fn new(
        (uri, path): (Uri, PathBuf),
        (version, text): (i32, Arc<str>),
        buffers: Arc<Texts<Disk>>,
    ) -> Self {
        let lines = Lines::new(&text);
        let (reading, names, tokens) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { uri, path, version, text, lines, buffers, reading, names, tokens }
    }

    /// The checked script with its included files. Open files have their text in the editor, saved or not.
    pub(crate) fn reading(&self) -> &CheckedScript {
        self.reading.get_or_init(|| read_document(&self.path, &self.text, &self.buffers))
    }

    pub(crate) fn names(&self) -> &Names {
        self.names.get_or_init(|| {
            let CheckedScript { sources, script, files, .. } = self.reading();
            names(&script.body, sources, files)
        })
    }

    /// The texts of all open documents by path.
    pub(crate) fn open_texts(&self) -> &Texts<Disk> {
        &self.buffers
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        self.tokens.get_or_init(|| tokens(&self.text))
    }

    /// The state at a byte without a run: the machine, the kernel and the names that are declared above it.
    pub(crate) fn state(&self, at: usize) -> State {
        let CheckedScript { sources, script, files, .. } = self.reading();
        state_at(&script.body, sources, files, Options::of(&LANGUAGE), at)
    }

    pub(crate) fn open_files(&self) -> impl Iterator<Item = &Path> {
        self.buffers.texts.keys().map(PathBuf::as_path)
    }

    pub(crate) fn byte_at(&self, position: Position) -> usize {
        self.lines.byte(&self.text, position)
    }

    /// The bytes of a range, in order.
    pub(crate) fn byte_range(&self, range: Range) -> std::ops::Range<usize> {
        let (start, end) = (self.byte_at(range.start), self.byte_at(range.end));
        start.min(end)..start.max(end)
    }

    /// The range of a span of this document.
    pub(crate) fn range(&self, span: Span) -> Range {
        self.lines.range(&self.text, span.start as usize..span.end as usize)
    }
}

/// Reads a document that is open in the editor.
pub(crate) fn read_document(path: &Path, text: &str, buffers: &Texts<Disk>) -> CheckedScript {
    CheckedScript::from_text(&path.display().to_string(), text, &mut buffers.clone())
}
