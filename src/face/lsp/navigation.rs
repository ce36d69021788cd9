//! Requests about names, files, and document structure.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use lsp_server::ResponseError;
use lsp_types::{
    CodeLens, Command, DocumentHighlight, DocumentHighlightKind, DocumentLink, DocumentSymbol,
    FoldingRange, FoldingRangeKind, GotoDefinitionResponse, Location, Position,
    PrepareRenameResponse, SelectionRange, SymbolKind, TextEdit,
};
use pagewalk_script::editor;
use pagewalk_script::editor::{Edit, FileEdits, LineIndex, OpenTexts, Renaming, Symbol};
use serde_json::{Map, Value, json};

use super::custom_requests::COMMANDS;
use super::protocol;
use super::protocol::uri_of;
use super::view::{View, Views};
use crate::face::test::find::SuiteFile;
use crate::face::test::goldens::after_change;

pub(crate) fn definition(view: &View, position: Position) -> Option<GotoDefinitionResponse> {
    let location = view.document.definition(view.byte_at(position))?;
    view.location(&location).map(GotoDefinitionResponse::Scalar)
}

pub(crate) fn references(
    view: &View,
    position: Position,
    with_definitions: bool,
) -> Option<Vec<Location>> {
    let all = view
        .document
        .references_among(view.byte_at(position), view.related())?
        .into_iter();
    let wanted = all.filter(|one| with_definitions || !one.is_definition);
    Some(
        wanted
            .filter_map(|one| view.location(&one.location))
            .collect(),
    )
}

pub(crate) fn highlights(view: &View, position: Position) -> Option<Vec<DocumentHighlight>> {
    let all = view
        .document
        .highlights(view.byte_at(position))?
        .into_iter();
    let highlight = |(bytes, is_definition)| {
        let kind = if is_definition {
            DocumentHighlightKind::WRITE
        } else {
            DocumentHighlightKind::READ
        };
        DocumentHighlight {
            range: view.range(&bytes),
            kind: Some(kind),
        }
    };
    Some(all.map(highlight).collect())
}

pub(crate) fn prepare_rename(
    view: &View,
    position: Position,
) -> Result<PrepareRenameResponse, String> {
    let (bytes, placeholder) = view.document.prepare_rename(view.byte_at(position))?;
    Ok(PrepareRenameResponse::RangeWithPlaceholder {
        range: view.range(&bytes),
        placeholder,
    })
}

pub(crate) fn symbols(view: &View) -> Vec<DocumentSymbol> {
    view.document
        .symbols()
        .into_iter()
        .map(|symbol| document_symbol(view, symbol))
        .collect()
}

#[expect(
    deprecated,
    reason = "the type cannot be constructed without its deprecated field"
)]
fn document_symbol(view: &View, symbol: Symbol) -> DocumentSymbol {
    let children: Vec<_> = symbol
        .children
        .into_iter()
        .map(|child| document_symbol(view, child))
        .collect();
    DocumentSymbol {
        // Clients reject a symbol with an empty name.
        name: if symbol.name.trim().is_empty() {
            "\"\"".to_owned()
        } else {
            symbol.name
        },
        detail: Some(symbol.detail).filter(|detail| !detail.is_empty()),
        kind: symbol_kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: view.range(&symbol.range),
        selection_range: view.range(&symbol.name_range),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}

pub(crate) fn symbol_kind(kind: editor::SymbolKind) -> SymbolKind {
    match kind {
        editor::SymbolKind::Variable => SymbolKind::VARIABLE,
        editor::SymbolKind::Function => SymbolKind::FUNCTION,
        editor::SymbolKind::Scenario => SymbolKind::EVENT,
        editor::SymbolKind::Question => SymbolKind::CLASS,
        editor::SymbolKind::Part => SymbolKind::METHOD,
        editor::SymbolKind::Machine => SymbolKind::MODULE,
        editor::SymbolKind::Component => SymbolKind::STRUCT,
        editor::SymbolKind::Kernel => SymbolKind::PACKAGE,
        editor::SymbolKind::Process => SymbolKind::NAMESPACE,
        editor::SymbolKind::File => SymbolKind::FILE,
    }
}

pub(crate) fn folding(view: &View) -> Vec<FoldingRange> {
    let folds = view
        .document
        .folding()
        .into_iter()
        .map(|fold| FoldingRange {
            start_line: fold.first_line as u32,
            end_line: fold.last_line as u32,
            kind: Some(if fold.is_comment {
                FoldingRangeKind::Comment
            } else {
                FoldingRangeKind::Region
            }),
            ..FoldingRange::default()
        });
    folds.collect()
}

pub(crate) fn selections(view: &View, positions: &[Position]) -> Vec<SelectionRange> {
    let selection = |position: &Position| {
        let ranges = view
            .document
            .selection_ranges(view.byte_at(*position))
            .into_iter()
            .rev();
        ranges.fold(None, |parent: Option<SelectionRange>, bytes| {
            Some(SelectionRange {
                range: view.range(&bytes),
                parent: parent.map(Box::new),
            })
        })
    };
    positions.iter().filter_map(selection).collect()
}

pub(crate) fn links(view: &View) -> Vec<DocumentLink> {
    let own = view.own();
    let links = view
        .document
        .links()
        .into_iter()
        .filter(|link| own.contains(&link.range.start));
    let links = links.filter_map(|link| {
        let (range, target) = (view.range(&link.range), Some(view.uri_of(&link.path)?));
        Some(DocumentLink {
            range,
            target,
            tooltip: None,
            data: None,
        })
    });
    links.collect()
}

pub(crate) fn lenses(view: &View) -> Vec<CodeLens> {
    let lenses = view.document.lenses().into_iter().flat_map(|lens| {
        let range = view.range(&(lens.at..lens.at));
        COMMANDS.iter().map(move |row| {
            let title = if lens.scenario.is_some() {
                row.of_scenario
            } else {
                row.of_script
            };
            let arguments = vec![json!(view.uri.as_str()), json!(lens.scenario)];
            let command = Command::new(title.to_owned(), row.name.to_owned(), Some(arguments));
            CodeLens {
                range,
                command: Some(command),
                data: None,
            }
        })
    });
    lenses.collect()
}

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
    let mut texts: BTreeMap<PathBuf, Arc<LineIndex>> = BTreeMap::new();
    for FileEdits { path, lines, edits } in files {
        // The blocks of a Markdown text are parts of one text.
        let path = view.part.text_of(&path).to_owned();
        let edits = protocol::edits(&lines, edits);
        changes.entry(path.clone()).or_default().extend(edits);
        let is_own = path == view.document.path();
        let whole = || LineIndex::new(view.text.clone()).into();
        texts
            .entry(path)
            .or_insert_with(|| if is_own { whole() } else { lines });
    }
    for (path, edits) in &mut changes {
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        edits.dedup();
        let lines = &texts[path];
        let mut text = lines.text().to_string();
        for edit in edits.iter().rev() {
            text.replace_range(protocol::bytes(lines, edit.range), &edit.new_text);
        }
        after.texts.insert(path.clone(), text.into_bytes());
    }
    for script in scripts {
        let found = SuiteFile::from_path(&script);
        let Some((golden, old, new)) = found.and_then(|found| after_change(&found, &old, &after))
        else {
            continue;
        };
        let edit = Edit::between(&old, &new).into_iter().collect();
        changes.insert(golden, protocol::edits(&LineIndex::new(old), edit));
    }
    let mut all = Map::new();
    for (path, edits) in changes.into_iter().filter(|(_, edits)| !edits.is_empty()) {
        let uri = if path == view.document.path() {
            Some(view.uri.clone())
        } else {
            uri_of(&path)
        };
        all.extend(uri.map(|uri| (uri.to_string(), json!(edits))));
    }
    Ok(json!({ "changes": all }))
}

/// The answer to a request for Markdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InMarkdown {
    /// Null.
    Silent,
    /// The answer of the block at the position, or at the start of the range.
    AtCursor,
    /// The lists of all blocks.
    Lists,
    /// The semantic tokens of all blocks.
    Tokens,
}

/// Answers a request about a script.
pub(crate) type ScriptAnswer = fn(&View, Value) -> Result<Value, ResponseError>;

/// Answers a request about Markdown. `script` answers for a block.
pub(crate) fn answer(
    how: InMarkdown,
    script: ScriptAnswer,
    views: &Views,
    params: &Value,
) -> Result<Value, ResponseError> {
    let each = || views.views.iter().map(|view| script(view, params.clone()));
    match how {
        InMarkdown::Silent => Ok(Value::Null),
        InMarkdown::AtCursor => match cursor(params).and_then(|position| views.at(position)) {
            Some(view) => script(view, params.clone()),
            None => Ok(Value::Null),
        },
        InMarkdown::Lists => {
            let mut all = Vec::new();
            for answer in each() {
                if let Value::Array(list) = answer? {
                    all.extend(list);
                }
            }
            Ok(Value::Array(all))
        }
        InMarkdown::Tokens => {
            let answers: Result<Vec<Value>, ResponseError> = each().collect();
            Ok(json!({ "data": tokens(&answers?) }))
        }
    }
}

/// The position in the parameters of a request.
fn cursor(params: &Value) -> Option<Position> {
    let range = || params.get("range")?.get("start");
    let position = params.get("position").or_else(range)?;
    serde_json::from_value(position.clone()).ok()
}

/// Joins the tokens of blocks. Each block begins on a later line than the previous block. The first number of each
/// token is its distance in lines from the previous token.
fn tokens(answers: &[Value]) -> Vec<u64> {
    let (mut all, mut last) = (Vec::new(), 0);
    for answer in answers {
        let data = answer
            .get("data")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let mut data: Vec<u64> = data.filter_map(Value::as_u64).collect();
        let end = data.iter().step_by(5).sum();
        if let Some(first) = data.first_mut() {
            *first -= last;
            last = end;
        }
        all.append(&mut data);
    }
    all
}
