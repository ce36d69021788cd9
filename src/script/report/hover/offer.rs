//! Documentation of completion items.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::markdown::paragraphs;
use super::word::row;
use crate::services::complete::ItemKind;
use crate::services::lookup::every_row;

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
