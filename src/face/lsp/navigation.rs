//! Requests about names, files, and document structure.

use lsp_types::{
    CodeLens, Command, DocumentHighlight, DocumentHighlightKind, DocumentLink, DocumentSymbol,
    FoldingRange, FoldingRangeKind, GotoDefinitionResponse, Location, Position,
    PrepareRenameResponse, SelectionRange, SymbolKind,
};
use pagewalk_script::editor::{self, Symbol};
use serde_json::json;

use super::custom_requests::COMMANDS;
use super::view::View;

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
