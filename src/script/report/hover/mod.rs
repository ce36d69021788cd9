//! Information about a position in a script for editors: the meaning of a number to the machine, the meaning
//! of a word in its context, or the definition of a name. Nothing in this module changes the state. All
//! descriptions come from the registries.

mod names;
#[cfg(test)]
mod tests;
mod word;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use word::row;

use crate::services::complete::{CursorTokenKind, ItemKind, token_at};
use crate::services::lookup::every_row;

pub(crate) use names::drawn;
pub use names::{Asked, HoverInfo, code, paragraphs, script};

/// Returns the hover text for byte `at`.
pub fn hover_at(asked: &Asked, at: usize) -> Option<HoverInfo> {
    let found = token_at(asked.tree, at)?;
    let state = (asked.state)(found.span.start);
    let text = match found.kind {
        CursorTokenKind::Number(number, role) => names::number(number, role, found.text, &state),
        CursorTokenKind::Word(role) => word::word(asked, &found, role, &state),
        CursorTokenKind::Cell(column) => word::cell(&found, column, &state),
        CursorTokenKind::Text => word::file(&found, &state),
    }?;
    let fact = found.fact().map(str::to_owned);
    let span = if fact.is_some() {
        found.whole_span
    } else {
        found.span
    };
    Some(HoverInfo { span, fact, text })
}

/// The description of each word, by section of the reference.
static ROWS: OnceLock<BTreeMap<(&'static str, String), String>> = OnceLock::new();

/// Returns the reference's description of an item, or `None` if the reference has no row with this name.
pub fn documentation(text: &str, kind: ItemKind) -> Option<&'static str> {
    let rows = ROWS.get_or_init(|| {
        let mut rows: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for (word, found) in every_row() {
            rows.entry((found.section, word.clone()))
                .or_default()
                .push(row(found));
        }
        rows.into_iter()
            .map(|(key, texts)| (key, paragraphs(texts)))
            .collect()
    });
    let section = section(kind)?;
    rows.get(&(section, text.to_owned())).map(String::as_str)
}

fn section(kind: ItemKind) -> Option<&'static str> {
    Some(match kind {
        ItemKind::Verb | ItemKind::Keyword => "statements",
        ItemKind::Call => "calls",
        ItemKind::Fact => "facts",
        ItemKind::Word => "policies",
        ItemKind::Noun => "nouns",
        ItemKind::Preset => "presets",
        ItemKind::Function => "functions",
        ItemKind::Constant => "constants",
        ItemKind::Bit | ItemKind::Column => "bits",
        ItemKind::Unit => "units",
        ItemKind::Definition
        | ItemKind::Process
        | ItemKind::Setting
        | ItemKind::Part
        | ItemKind::Variable
        | ItemKind::Field
        | ItemKind::File => {
            return None;
        }
    })
}
