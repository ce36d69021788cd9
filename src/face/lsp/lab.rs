//! Documents for tests.

use std::path::PathBuf;
use std::sync::Arc;

use lsp_types::Position;

use super::client::Client;
use super::ran::Ran;
use super::view::View;
use pagewalk_script::lang::loader::{Disk, Texts};

/// A document with the cursor at the mark `‸`, and other open ones, for a client that can take everything.
pub fn marked(marked: &str, ran: Option<Ran>, others: &[(&str, &str)]) -> (View, Position) {
    let at = marked.find('‸').expect("a mark");
    let text = marked.replacen('‸', "", 1);
    let folder = PathBuf::from("/nowhere/at/all");
    let path = folder.join("script.pw");
    let own = ("script.pw", &*text);
    let texts = others.iter().chain([&own]).map(|(name, text)| (folder.join(name), text.as_bytes().to_vec()));
    let buffers = Texts { texts: texts.collect(), other: Disk };
    let client = Client { snippets: true, markdown: true, ..Client::default() };
    let uri = "file:///nowhere/at/all/script.pw".parse().expect("a URI");
    let view =
        View::new((uri, path), text.as_str().into(), ran.map(Arc::new), Arc::new(client), Arc::new(buffers));
    let position = view.lines.position(&text, at);
    (view, position)
}
