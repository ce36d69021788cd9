//! The input for requests about a document.

use std::collections::BTreeMap;
use std::ops;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{Location, Position, Range, Uri};
use pagewalk_engine::files::limits::SCRIPT;
use pagewalk_script::editor;
use pagewalk_script::editor::{Document, OpenTexts, RunResult};
use pagewalk_script::lang::include::text_of;
use pagewalk_script::lang::loader::{Disk, Loader as _};

use super::client::Client;
use super::parts::Part;
use super::protocol;
use super::protocol::uri_of;
use crate::face::terminal::Color;
use crate::face::test::find::{Search, SuiteFileKind};

/// A document and the result of its run, for one client.
pub(crate) struct View {
    pub(crate) uri: Uri,
    pub(crate) document: Arc<Document>,
    pub(crate) part: Part,
    /// The whole open text, which contains the script.
    pub(crate) text: Arc<str>,
    /// The scripts of the open text.
    pub(crate) parts: Arc<[Part]>,
    pub(crate) open: Arc<OpenTexts>,
    /// The result of running this version, if the run has ended. Facts from an older text could be
    /// wrong for the current one, so there are no hints until then.
    pub(crate) ran: Option<Arc<RunResult>>,
    /// The client's capabilities.
    pub(crate) client: Arc<Client>,
    /// Whether the user predicts the values of the run, so that no answer contains them.
    pub(crate) predict: bool,
}

impl View {
    pub(crate) fn byte_at(&self, at: Position) -> usize {
        protocol::byte(self.document.lines(), at)
    }

    /// The bytes of a range, as far as they belong to the script.
    pub(crate) fn bytes(&self, range: Range) -> ops::Range<usize> {
        let (bytes, own) = (protocol::bytes(self.document.lines(), range), self.own());
        bytes.start.clamp(own.start, own.end)..bytes.end.clamp(own.start, own.end)
    }

    /// The bytes of the script.
    pub(crate) fn own(&self) -> ops::Range<usize> {
        let end = self.document.text().len();
        self.part.own.start.min(end)..self.part.own.end.min(end)
    }

    pub(crate) fn range(&self, bytes: &ops::Range<usize>) -> Range {
        protocol::range(self.document.lines(), bytes)
    }

    /// The other scripts that may contain a name of this script: the other blocks of the same text, open scripts, and scripts
    /// in the client's folders.
    pub(crate) fn related(&self) -> Vec<Arc<Document>> {
        let others = self.parts.iter().map(|part| part.document.clone());
        let others = others.filter(|other| !Arc::ptr_eq(other, &self.document));
        let scripts = documents(&self.client.folders, &self.open);
        let scripts =
            scripts.filter(|script| script.path() != self.document.path() && script.may_include());
        others.chain(scripts.map(Arc::new)).collect()
    }

    /// The URI of a file. For the document itself, the result is the URI that the client uses.
    pub(crate) fn uri_of(&self, path: &Path) -> Option<Uri> {
        let path = self.part.text_of(path);
        if path == self.document.path() {
            Some(self.uri.clone())
        } else {
            uri_of(path)
        }
    }

    pub(crate) fn location(&self, location: &editor::Location) -> Option<Location> {
        let range = protocol::range(&location.lines, &location.range);
        Some(Location {
            uri: self.uri_of(&location.path)?,
            range,
        })
    }
}

/// The scripts of an open text.
pub(crate) struct Views {
    /// Whether the text is Markdown.
    pub(crate) markdown: bool,
    /// The script, or the blocks of the Markdown text in order.
    pub(crate) views: Vec<View>,
}

impl Views {
    /// The script at a position.
    pub(crate) fn at(&self, position: Position) -> Option<&View> {
        if !self.markdown {
            return self.views.first();
        }
        let is_in = |view: &&View| {
            let below = view.document.lines().before() <= position.line as usize;
            below && view.part.own.contains(&view.byte_at(position))
        };
        self.views.iter().find(is_in)
    }
}

/// Returns the scripts below the folders, and all open texts, as documents.
pub(crate) fn documents<'a>(
    folders: &'a [PathBuf],
    open: &'a Arc<OpenTexts>,
) -> impl Iterator<Item = Document> + 'a {
    let search = Search {
        paths: folders,
        skip: &[],
        excluded: |_| &[],
        missing: |_| None,
        color: Color::Never,
    };
    let scripts = search
        .files()
        .0
        .into_iter()
        .filter(|file| file.kind == SuiteFileKind::Script);
    // The text of an open file replaces the text on disk.
    let mut texts: BTreeMap<PathBuf, Option<&Vec<u8>>> =
        scripts.map(|file| (file.path, None)).collect();
    texts.extend(
        open.texts
            .iter()
            .map(|(path, text)| (path.clone(), Some(text))),
    );
    texts.into_iter().filter_map(|(path, text)| {
        let bytes = text.cloned().or_else(|| Disk.load(&path, SCRIPT).ok())?;
        Some(Document::new(path, text_of(&bytes).ok()?, open.clone()))
    })
}
