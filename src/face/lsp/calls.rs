//! The call hierarchy of definitions. A hierarchy item stores the document for which the client requested it.

use lsp_types::{Position, Range, SymbolKind};
use pagewalk_script::editor::{Caller, Calls, LineIndex};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::navigation::symbol_kind;
use super::position;
use super::uri::path_of;
use super::view::View;

/// The position of a hierarchy item, which the client returns unchanged.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ItemData {
    /// The URI of the document for which the client requested the hierarchy.
    document: String,
    /// The position at which the client requested the hierarchy.
    position: Position,
    /// The start of the name in the item's file, or `None` for a file.
    name: Option<usize>,
}

/// An item from the client.
#[derive(Debug, Deserialize)]
struct Item {
    uri: lsp_types::Uri,
    data: ItemData,
}

/// Answers `textDocument/prepareCallHierarchy` with the definition or scenario at a position.
pub(crate) fn prepare(view: &View, position: Position) -> Value {
    let data = ItemData {
        document: view.uri.to_string(),
        position,
        name: None,
    };
    let caller = view
        .document
        .caller_at(view.byte_at(position), view.related());
    caller
        .and_then(|caller| item(view, &caller, &data))
        .map_or(Value::Null, |item| json!([item]))
}

/// Answers `callHierarchy/incomingCalls` with the callers of a definition.
pub(crate) fn incoming(view: &View, params: &Value) -> Value {
    let Some(Item { uri, data }) = read(params) else {
        return Value::Null;
    };
    let name = data.name;
    let calls = name.map(|name| {
        view.document
            .incoming_calls(&path_of(&uri), name, view.related())
    });
    let call = |calls: &Calls| {
        let Calls { other, ranges } = calls;
        Some(
            json!({ "from": item(view, other, &data)?, "fromRanges": places(&other.location.lines, ranges) }),
        )
    };
    json!(
        calls
            .unwrap_or_default()
            .iter()
            .filter_map(call)
            .collect::<Vec<_>>()
    )
}

/// Answers `callHierarchy/outgoingCalls` with the definitions that an item calls.
pub(crate) fn outgoing(view: &View, params: &Value) -> Value {
    let Some(Item { uri, data }) = read(params) else {
        return Value::Null;
    };
    let path = path_of(&uri);
    let related = view.related();
    let mut scripts = std::iter::once(&view.document).chain(&related);
    let Some(lines) = scripts.find_map(|script| script.lines_of(&path)) else {
        return Value::Null;
    };
    let calls = view.document.outgoing_calls(&path, data.name, &related);
    let call = |calls: &Calls| {
        Some(
            json!({ "to": item(view, &calls.other, &data)?, "fromRanges": places(&lines, &calls.ranges) }),
        )
    };
    json!(calls.iter().filter_map(call).collect::<Vec<_>>())
}

fn read(params: &Value) -> Option<Item> {
    Item::deserialize(params.get("item")?).ok()
}

fn places(lines: &LineIndex, ranges: &[std::ops::Range<usize>]) -> Vec<Range> {
    ranges
        .iter()
        .map(|bytes| position::range(lines, bytes))
        .collect()
}

fn item(view: &View, caller: &Caller, data: &ItemData) -> Option<Value> {
    let Caller {
        name,
        kind,
        location,
        name_range,
    } = caller;
    let kind: SymbolKind = symbol_kind(*kind);
    let range = position::range(&location.lines, &location.range);
    let start = location.range.start;
    let name_bytes = name_range.clone().unwrap_or(start..start);
    let data = ItemData {
        name: name_range.as_ref().map(|name| name.start),
        ..data.clone()
    };
    Some(json!({
        // Clients reject an item with an empty name.
        "name": if name.trim().is_empty() { "\"\"" } else { name },
        "kind": kind,
        "uri": view.uri_of(&location.path)?,
        "range": range,
        "selectionRange": position::range(&location.lines, &name_bytes),
        "data": data,
    }))
}
