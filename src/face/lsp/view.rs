//! The input for requests about a document.

use std::ops;
use std::path::Path;
use std::sync::Arc;

use lsp_types::{Location, Position, Range, Uri};
use pagewalk_script::editor::{self, Document, RunResult};

use super::client::Client;
use super::position;
use super::uri::uri_of;

/// A document and the result of its run, for one client.
pub(crate) struct View {
    pub(crate) uri: Uri,
    pub(crate) document: Arc<Document>,
    /// The result of running this version, if the run has ended.
    pub(crate) ran: Option<Arc<RunResult>>,
    /// The client's capabilities.
    pub(crate) client: Arc<Client>,
}

impl View {
    pub(crate) fn byte_at(&self, at: Position) -> usize {
        position::byte(self.document.lines(), at)
    }

    pub(crate) fn bytes(&self, range: Range) -> ops::Range<usize> {
        position::bytes(self.document.lines(), range)
    }

    pub(crate) fn range(&self, bytes: &ops::Range<usize>) -> Range {
        position::range(self.document.lines(), bytes)
    }

    /// The URI of a file. For the document itself, the result is the URI that the client uses.
    pub(crate) fn uri_of(&self, path: &Path) -> Option<Uri> {
        if path == self.document.path() { Some(self.uri.clone()) } else { uri_of(path) }
    }

    pub(crate) fn location(&self, location: &editor::Location) -> Option<Location> {
        let range = position::range(&location.lines, &location.range);
        Some(Location { uri: self.uri_of(&location.path)?, range })
    }
}
