//! Tests of several services, and documents for tests.

mod at_cursor;
mod changed;
mod names;

use std::path::Path;

use super::{Document, OpenTexts};

/// Returns a document for the first of these texts, which are all open in the folder `/scripts`.
pub(super) fn document(files: &[(&str, &str)]) -> Document {
    let path = |name: &str| Path::new("/scripts").join(name);
    let texts = files
        .iter()
        .map(|(name, text)| (path(name), text.as_bytes().to_vec()));
    let open = OpenTexts {
        texts: texts.collect(),
        other: None,
    };
    Document::new(path(files[0].0), files[0].1, open)
}

/// Returns a document and the position of its cursor, which is at the mark `‸`. The other texts are also open.
pub(super) fn document_with_cursor(marked: &str, others: &[(&str, &str)]) -> (Document, usize) {
    let at = marked.find('‸').expect("a mark");
    let text = marked.replacen('‸', "", 1);
    let files: Vec<(&str, &str)> = [("script.pw", &*text)]
        .into_iter()
        .chain(others.iter().copied())
        .collect();
    (document(&files), at)
}

#[test]
fn threads_share_documents_and_results() {
    fn shared<T: Send + Sync>() {}
    shared::<Document>();
    shared::<super::RunResult>();
    shared::<super::Location>();
}

#[test]
fn a_run_stops_when_it_is_interrupted() {
    let document = document(&[("a.pw", "let x = 1\nlet y = 2")]);
    assert_eq!(document.run(1000, &false.into()).steps.len(), 2);
    assert_eq!(document.run(1000, &true.into()).steps.len(), 0);
    assert_eq!(document.run(1, &false.into()).diagnostics.len(), 1);
}
