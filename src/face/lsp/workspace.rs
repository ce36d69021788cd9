//! Requests about all scripts of the client's folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lsp_types::{Location, OneOf, TextEdit, WorkspaceSymbol};
use pagewalk_script::editor::{Document, OpenTexts, Symbol};
use pagewalk_script::lang::include::text_of;
use pagewalk_script::lang::loader::{Disk, Loader as _};

use super::navigation::symbol_kind;
use super::position;
use super::uri::uri_of;
use crate::face::terminal::Color;
use crate::face::test::find::{Search, SuiteFile, SuiteFileKind};
use crate::face::test::goldens::golden_of;

/// Maximum number of symbols in an answer.
const MOST: usize = 1000;

/// Returns the scripts below the folders, and all open texts, as documents.
fn documents<'a>(folders: &'a [PathBuf], open: &'a Arc<OpenTexts>) -> impl Iterator<Item = Document> + 'a {
    let search = Search { paths: folders, skip: &[], excluded: |_| &[], color: Color::Never };
    let scripts = search.files().0.into_iter().filter(|file| file.kind == SuiteFileKind::Script);
    // The text of an open file replaces the text on disk.
    let mut texts: BTreeMap<PathBuf, Option<&Vec<u8>>> = scripts.map(|file| (file.path, None)).collect();
    texts.extend(open.texts.iter().map(|(path, text)| (path.clone(), Some(text))));
    texts.into_iter().filter_map(|(path, text)| {
        let bytes = text.cloned().or_else(|| Disk.load(&path).ok())?;
        Some(Document::new(path, text_of(&bytes).ok()?, open.clone()))
    })
}

/// Returns the declarations whose names contain the letters of `query` in order. Ends early when `stop` becomes true.
pub(crate) fn symbols(
    folders: &[PathBuf],
    open: &Arc<OpenTexts>,
    query: &str,
    stop: &AtomicBool,
) -> Vec<WorkspaceSymbol> {
    let mut found = Vec::new();
    for document in documents(folders, open) {
        if stop.load(Ordering::Relaxed) || found.len() >= MOST {
            break;
        }
        document.symbols().iter().for_each(|symbol| collect(&document, symbol, None, query, &mut found));
    }
    found.truncate(MOST);
    found
}

fn collect(
    document: &Document,
    symbol: &Symbol,
    container: Option<&str>,
    query: &str,
    found: &mut Vec<WorkspaceSymbol>,
) {
    if contains(&symbol.name, query)
        && let Some(uri) = uri_of(document.path())
    {
        let range = position::range(document.lines(), &symbol.name_range);
        found.push(WorkspaceSymbol {
            name: symbol.name.clone(),
            kind: symbol_kind(symbol.kind),
            tags: None,
            container_name: container.map(str::to_owned),
            location: OneOf::Left(Location { uri, range }),
            data: None,
        });
    }
    for child in &symbol.children {
        collect(document, child, Some(&symbol.name), query, found);
    }
}

/// Whether a name contains the letters of a query in order. Ignores case.
fn contains(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query.chars().flat_map(char::to_lowercase).all(|wanted| letters.any(|letter| letter == wanted))
}

/// A file with its old and its new path.
pub(crate) type Renamed = (PathBuf, PathBuf);

/// Returns the changes that keep the names of files in scripts correct when files are renamed, and the golden files of
/// the renamed scripts with their new paths.
pub(crate) fn renamed(
    folders: &[PathBuf],
    open: &Arc<OpenTexts>,
    files: &[Renamed],
) -> (Vec<(PathBuf, Vec<TextEdit>)>, Vec<Renamed>) {
    let moved = |path: &Path| {
        let file = files.iter().find(|(old, _)| old == path);
        file.map_or_else(|| path.to_owned(), |(_, new)| new.clone())
    };
    let changed = documents(folders, open).filter_map(|document| {
        let folder = moved(document.path()).parent()?.to_owned();
        let edits = document.links().into_iter().filter_map(|link| {
            let name = pathdiff::diff_paths(moved(&link.path), &folder)?;
            let name = name.to_string_lossy().replace('\\', "/");
            let range = position::range(document.lines(), &link.range);
            let is_new = document.text().get(link.range).is_some_and(|old| !same(old, &name));
            is_new.then_some(TextEdit { range, new_text: name })
        });
        let edits: Vec<TextEdit> = edits.collect();
        (!edits.is_empty()).then(|| (document.path().to_owned(), edits))
    });
    let goldens = files.iter().filter_map(|(old, new)| {
        let (old, new) = (golden_of(&SuiteFile::from_path(old)?), golden_of(&SuiteFile::from_path(new)?));
        (old.is_file() && !new.exists()).then_some((old, new))
    });
    (changed.collect(), goldens.collect())
}

/// Whether two names with `/` belong to the same path.
fn same(one: &str, other: &str) -> bool {
    Path::new(one.trim_start_matches("./")) == Path::new(other)
}
