//! The input of requests about a document.

use std::ops::Deref;
use std::sync::Arc;

use super::client::Client;
use super::document::Document;
use super::run_result::RunResult;

/// A document with the result of its run, for one client.
pub(crate) struct View {
    pub(crate) document: Arc<Document>,
    /// The result of the run of this version, once it has ended.
    pub(crate) ran: Option<Arc<RunResult>>,
    /// The client's capabilities.
    pub(crate) client: Arc<Client>,
}

impl Deref for View {
    type Target = Document;

    fn deref(&self) -> &Document {
        &self.document
    }
}
