//! Requests about all scripts of the client's folders.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lsp_server::ResponseError;
use lsp_types::{Location, OneOf, TextEdit, WorkspaceSymbol};
use pagewalk_script::editor::{Document, OpenTexts, Symbol};
use serde_json::{Value, json};

use super::client::Client;
use super::navigation::symbol_kind;
use super::protocol;
use super::protocol::{path_of, uri_of};
use super::view::documents;
use crate::face::test::find::{SuiteFile, golden_of};

/// Maximum number of symbols in an answer.
const MOST: usize = 1000;

/// Answers `workspace/symbol` with the declarations whose names contain the letters of the query in order. Ends early
/// when `stop` becomes true.
pub(crate) fn symbols(
    client: &Client,
    open: &Arc<OpenTexts>,
    params: &Value,
    stop: &AtomicBool,
) -> Result<Value, ResponseError> {
    let query = params.get("query").and_then(Value::as_str).unwrap_or("");
    let mut found = Vec::new();
    for document in documents(&client.folders, open) {
        if stop.load(Ordering::Relaxed) || found.len() >= MOST {
            break;
        }
        document
            .symbols()
            .iter()
            .for_each(|symbol| collect(&document, symbol, None, query, &mut found));
    }
    found.truncate(MOST);
    Ok(json!(found))
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
        let range = protocol::range(document.lines(), &symbol.name_range);
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
    query
        .chars()
        .flat_map(char::to_lowercase)
        .all(|wanted| letters.any(|letter| letter == wanted))
}

/// Answers `workspace/willRenameFiles` with the changes that keep the names of files in scripts correct. The golden files of
/// renamed scripts are also renamed if the client supports such changes.
pub(crate) fn renames(
    client: &Client,
    open: &Arc<OpenTexts>,
    params: &Value,
    _: &AtomicBool,
) -> Result<Value, ResponseError> {
    let path = |file: &Value, end: &str| Some(path_of(&file.get(end)?.as_str()?.parse().ok()?));
    let files = params
        .get("files")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let files: Vec<(PathBuf, PathBuf)> = files
        .filter_map(|file| Some((path(file, "oldUri")?, path(file, "newUri")?)))
        .collect();
    let edits = documents(&client.folders, open)
        .map(|document| (document.path().to_owned(), edits(&document, &files)))
        .filter(|(_, edits)| !edits.is_empty())
        .filter_map(|(path, edits)| Some((uri_of(&path)?.to_string(), edits)));
    if !client.renames_files {
        let changes = edits.map(|(uri, edits)| (uri, json!(edits)));
        return Ok(json!({ "changes": changes.collect::<serde_json::Map<_, _>>() }));
    }
    let edits = edits.map(
        |(uri, edits)| json!({ "textDocument": { "uri": uri, "version": null }, "edits": edits }),
    );
    let goldens = files.iter().filter_map(|(old, new)| {
        let (old, new) = (
            golden_of(&SuiteFile::from_path(old)?),
            golden_of(&SuiteFile::from_path(new)?),
        );
        let free = old.is_file() && !new.exists();
        let (old, new) = (uri_of(&old)?.to_string(), uri_of(&new)?.to_string());
        free.then(|| json!({ "kind": "rename", "oldUri": old, "newUri": new }))
    });
    Ok(json!({ "documentChanges": edits.chain(goldens).collect::<Vec<_>>() }))
}

/// Returns the edits to the names of files that move, relative to the script, when these files are renamed.
fn edits(document: &Document, files: &[(PathBuf, PathBuf)]) -> Vec<TextEdit> {
    let moved = |path: &Path| {
        files
            .iter()
            .find(|(old, _)| old == path)
            .map(|(_, new)| new.clone())
    };
    let own = moved(document.path());
    let links = document.links().into_iter().filter_map(|link| {
        let target = moved(&link.path);
        if own.is_none() && target.is_none() {
            return None;
        }
        let folder = own.as_deref().unwrap_or(document.path()).parent()?;
        let name = pathdiff::diff_paths(target.unwrap_or(link.path), folder)?;
        let name = name.to_string_lossy().replace('\\', "/");
        let is_new = document.text().get(link.range.clone()) != Some(&name);
        is_new.then(|| TextEdit {
            range: protocol::range(document.lines(), &link.range),
            new_text: name,
        })
    });
    links.collect()
}
