//! Open documents for tests.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use lsp_types::{Position, Uri};

use crate::face::lsp::client::Client;
use crate::face::lsp::document::Document;
use crate::face::lsp::run_result::RunResult;
use crate::face::lsp::view::View;
use pagewalk_script::lang::loader::{Disk, Texts};

/// The first of these open files, given by paths and texts.
pub(crate) fn document(files: &[(String, &str)]) -> Arc<Document> {
    let (path, text) = &files[0];
    let texts = files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
    let buffers = Texts { texts: texts.collect(), other: Disk };
    let uri = Uri::from_str(&format!("file://{path}")).expect("a URI");
    Arc::new(Document::new((uri, path.into()), (1, (*text).into()), Arc::new(buffers)))
}

/// A document with the cursor at the mark `‸` and other open files, for a client with snippets and Markdown.
pub(crate) fn document_with_cursor(
    marked: &str,
    ran: Option<RunResult>,
    others: &[(&str, &str)],
) -> (View, Position) {
    let at = marked.find('‸').expect("a mark");
    let text = marked.replacen('‸', "", 1);
    let files = [("script.pw", &*text)].into_iter().chain(others.iter().copied());
    let files: Vec<(String, &str)> =
        files.map(|(name, text)| (format!("/nowhere/at/all/{name}"), text)).collect();
    let client = Client { snippets: true, markdown: true, ..Client::default() };
    let view = View { document: document(&files), ran: ran.map(Arc::new), client: Arc::new(client) };
    let position = view.lines.position(&text, at);
    (view, position)
}
