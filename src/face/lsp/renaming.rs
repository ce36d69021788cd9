//! Renaming in all scripts of the client's folders, with their golden files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lsp_types::{Position, TextEdit};
use pagewalk_script::editor::{Edit, FileEdits, LineIndex, OpenTexts, Renaming};
use serde_json::{Map, Value, json};

use super::position;
use super::uri::uri_of;
use super::view::View;
use crate::face::test::find::SuiteFile;
use crate::face::test::goldens::after_change;

/// Returns a `WorkspaceEdit` whose files are sorted by path. The type in `lsp-types` would store the files in
/// random order.
pub(crate) fn rename(view: &View, position: Position, new: &str) -> Result<Value, String> {
    let Renaming { files, scripts } =
        view.document
            .rename_among(view.byte_at(position), new, view.related())?;
    let mut changes: BTreeMap<PathBuf, Vec<TextEdit>> = BTreeMap::new();
    let mut old = OpenTexts::clone(&view.open);
    old.texts.insert(
        view.document.path().to_owned(),
        view.text.as_bytes().to_vec(),
    );
    let mut after = old.clone();
    for FileEdits { path, lines, edits } in files {
        // The blocks of a Markdown text are parts of one text.
        let path = view.part.text_of(&path).to_owned();
        // The text of a block ends with the block.
        let is_own = path == view.document.path();
        let lines = if is_own {
            LineIndex::new(view.text.clone()).into()
        } else {
            lines
        };
        let text = lines.text().to_string();
        after
            .texts
            .insert(path.clone(), edited(text, &edits).into_bytes());
        changes
            .entry(path)
            .or_default()
            .extend(position::edits(&lines, edits));
    }
    for script in scripts {
        let found = SuiteFile::from_path(&script);
        let Some((golden, old, new)) = found.and_then(|found| after_change(&found, &old, &after))
        else {
            continue;
        };
        let edit = Edit::between(&old, &new).into_iter().collect();
        changes.insert(golden, position::edits(&LineIndex::new(old), edit));
    }
    let mut all = Map::new();
    for (path, mut edits) in changes.into_iter().filter(|(_, edits)| !edits.is_empty()) {
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        edits.dedup();
        let uri = if path == view.document.path() {
            Some(view.uri.clone())
        } else {
            uri_of(&path)
        };
        all.extend(uri.map(|uri| (uri.to_string(), json!(edits))));
    }
    Ok(json!({ "changes": all }))
}

/// Applies edits in text order to a text.
fn edited(mut text: String, edits: &[Edit]) -> String {
    for edit in edits.iter().rev() {
        text.replace_range(edit.range.clone(), &edit.text);
    }
    text
}
