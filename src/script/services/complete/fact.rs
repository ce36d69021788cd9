//! Names of facts and their values.

use super::item::{ItemKind, Pick};
use super::offer::Offers;
use crate::run::facts::{
    ACCESS_FACTS, CALL_FACTS, COMPONENT_FACTS, Component, FactType, LEVEL_FACTS, Values, facts_of,
    type_named,
};

impl Offers<'_> {
    /// Adds the facts that the current statement does not list yet.
    pub(crate) fn facts(&self, pick: &mut Pick) {
        let statement = self.walk.statement();
        let stated = statement
            .facts
            .as_ref()
            .map_or(&[][..], |facts| &facts.stated);
        for (name, key) in facts_of(statement.family(), self.state.spec().map(|spec| &**spec)) {
            if !stated.contains(&&*name) {
                pick.add(&name, ItemKind::Fact, key.help());
            }
        }
    }

    /// Adds the values of a fact: keywords, and expressions if the fact accepts other values. If `open` is true,
    /// `not` and `in` are possible.
    pub(crate) fn fact_value(&self, pick: &mut Pick, name: &str, open: bool) {
        let family = self.walk.statement().family();
        let kind = type_named(name, family, self.state.spec().map(|spec| &**spec));
        for word in kind.map_or(&[][..], FactType::words) {
            pick.add(word, ItemKind::Word, "");
        }
        if kind.is_some_and(|kind| kind.values == Values::ServedBy) {
            self.parts(pick, |part| matches!(part, Component::Cache(_)));
        }
        if open {
            pick.add("not", ItemKind::Keyword, "any other value");
            pick.add("in", ItemKind::Keyword, "a value of a range or list");
        }
        if !kind.is_some_and(FactType::is_word) {
            self.expression(pick);
        }
    }
}

/// Whether a fact of an access or a call can have this word as its value on some machine.
pub(crate) fn is_fact_word(word: &str) -> bool {
    let access = ACCESS_FACTS
        .iter()
        .map(|row| row.kind)
        .chain(CALL_FACTS.iter().map(|row| row.kind));
    let parts = COMPONENT_FACTS
        .iter()
        .map(|row| row.kind)
        .chain(LEVEL_FACTS.iter().map(|row| row.kind));
    access.chain(parts).any(|kind| kind.words().contains(&word))
}
