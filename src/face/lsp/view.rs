//! What is known of one open document at one version.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{Position, Range, Uri};

use super::client::Client;
use super::position::Lines;
use super::ran::Ran;
use crate::face::reading::Reading;
use pagewalk_script::exam::LANGUAGE;
use pagewalk_script::lang::layout::{Tokens, tokens};
use pagewalk_script::lang::loader::{Disk, Texts};
use pagewalk_script::lang::span::Span;
use pagewalk_script::run::session::Options;
use pagewalk_script::run::state::State;
use pagewalk_script::run::state_at;
use pagewalk_script::services::names::{Names, names};

/// A document at one version. What follows from its text is found out when it is first asked for.
pub struct View {
    /// Its URI.
    pub uri: Uri,
    /// Its path, as messages name it.
    pub path: PathBuf,
    /// Its text.
    pub text: Arc<str>,
    /// Where its lines begin.
    pub lines: Lines,
    /// What the run of this very version has told, once it is there.
    pub ran: Option<Arc<Ran>>,
    /// What the client can take.
    pub client: Arc<Client>,
    /// All open documents.
    buffers: Arc<Texts<Disk>>,
    reading: OnceCell<Reading>,
    names: OnceCell<Names>,
    tokens: OnceCell<Tokens>,
}

impl View {
    /// Of a document.
    pub fn new(
        (uri, path): (Uri, PathBuf),
        text: Arc<str>,
        ran: Option<Arc<Ran>>,
        client: Arc<Client>,
        buffers: Arc<Texts<Disk>>,
    ) -> Self {
        let lines = Lines::of(&text);
        let (reading, names, tokens) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { uri, path, text, lines, ran, client, buffers, reading, names, tokens }
    }

    /// The script, with what it includes, checked. Of files that are open their texts count, saved or not.
    pub fn reading(&self) -> &Reading {
        self.reading.get_or_init(|| read(&self.path, &self.text, &self.buffers))
    }

    /// The names of the script.
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| {
            let Reading { sources, script, files, .. } = self.reading();
            names(&script.body, sources, files)
        })
    }

    /// The texts of all open documents, by their paths.
    pub fn open(&self) -> &Texts<Disk> {
        &self.buffers
    }

    /// The tokens of its text.
    pub fn tokens(&self) -> &Tokens {
        self.tokens.get_or_init(|| tokens(&self.text))
    }

    /// What is known of the state at a byte, without a run: the machine, the kernel and the names declared above.
    pub fn state(&self, at: usize) -> State {
        let Reading { sources, script, files, .. } = self.reading();
        state_at(&script.body, sources, files, Options::of(&LANGUAGE), at)
    }

    /// The paths of all open documents.
    pub fn open_files(&self) -> impl Iterator<Item = &Path> {
        self.buffers.texts.keys().map(PathBuf::as_path)
    }

    /// The byte at a position.
    pub fn at(&self, position: Position) -> usize {
        self.lines.byte(&self.text, position)
    }

    /// The bytes of a range, in order.
    pub fn bytes(&self, range: Range) -> std::ops::Range<usize> {
        let (start, end) = (self.at(range.start), self.at(range.end));
        start.min(end)..start.max(end)
    }

    /// The range of a place in the document itself.
    pub fn range(&self, span: Span) -> Range {
        self.lines.range(&self.text, span.start as usize..span.end as usize)
    }
}

/// Reads a document as it stands in the editor.
pub fn read(path: &Path, text: &str, buffers: &Texts<Disk>) -> Reading {
    Reading::of_text(&path.display().to_string(), text, &mut buffers.clone())
}
