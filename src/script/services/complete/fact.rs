//! Names of facts and their values.

use super::item::{Kind, Pick};
use super::offer::Offers;
use crate::run::facts::{
    ACCESS_FACTS, CALL_FACTS, COMPONENT_FACTS, Component, Family, Key, LEVEL_FACTS, REFERENCE_FACTS,
    REPLAY_FACTS, access_names, key, replay_names,
};

impl Offers<'_> {
    /// The facts that the statement at hand has and that are not stated yet.
    pub fn facts(&self, pick: &mut Pick) {
        let statement = self.walk.statement();
        let stated = statement.facts.as_ref().map_or(&[][..], |facts| &facts.stated);
        self.facts_of(statement.family(), &mut |name, help| {
            if !stated.contains(&name) {
                pick.add(name, Kind::Fact, help);
            }
        });
    }

    /// Tells every fact of a family and its line of help.
    pub fn facts_of(&self, family: Family, add: &mut dyn FnMut(&str, &str)) {
        match family {
            Family::None => {}
            Family::Reference => REFERENCE_FACTS.iter().for_each(|row| add(row.name, row.help)),
            Family::Call => CALL_FACTS.iter().for_each(|row| add(row.name, row.help)),
            Family::Replay => {
                for row in REPLAY_FACTS {
                    add(row.name, row.help);
                }
                let Some(spec) = self.state.spec() else { return };
                for name in replay_names(spec).skip(REPLAY_FACTS.len()) {
                    let help = key(&name, family, Some(spec)).map_or("", |key| key.help());
                    add(&name, help);
                }
            }
            Family::Access => {
                let Some(spec) = self.state.spec() else {
                    return ACCESS_FACTS.iter().for_each(|row| add(row.name, row.help));
                };
                for name in access_names(spec) {
                    let help = key(&name, family, Some(spec)).map_or("", |key| key.help());
                    add(&name, help);
                }
            }
        }
    }

    /// What may stand for the value of a fact: its words, and values where it has others. `open`: `not` or `in` may still
    /// come.
    pub fn fact_value(&self, pick: &mut Pick, name: &str, open: bool) {
        let family = self.walk.statement().family();
        let spec = self.state.spec().map(|spec| &**spec);
        let key = key(name, family, spec).ok();
        let words = key.map_or_else(|| words_of_part(name), |key| key.words());
        for word in words {
            pick.add(word, Kind::Word, "");
        }
        if key.is_some_and(|key| matches!(key, Key::Access(row) if row.name == "served")) {
            self.parts(pick, |part| matches!(part, Component::Cache(_)));
        }
        if open {
            pick.add("not", Kind::Keyword, "any other value");
            pick.add("in", Kind::Keyword, "a value of a range or list");
        }
        if !key.map_or(words.len() > 1, |key| key.takes_words()) {
            self.expression(pick);
        }
    }
}

/// The words of a fact of a part that is not known.
fn words_of_part(name: &str) -> &'static [&'static str] {
    let suffix = name.find('.').map_or("", |dot| &name[dot..]);
    COMPONENT_FACTS.iter().find(|row| row.suffix == suffix).map_or(&[], |row| row.words)
}

/// The facts that some word stands for a value of, whatever the machine: for a word that is looked at alone.
pub fn is_fact_word(word: &str) -> bool {
    let access = ACCESS_FACTS.iter().map(|row| row.words).chain(CALL_FACTS.iter().map(|row| row.words));
    let parts = COMPONENT_FACTS.iter().map(|row| row.words).chain(LEVEL_FACTS.iter().map(|row| row.words));
    access.chain(parts).any(|words| words.contains(&word))
}
