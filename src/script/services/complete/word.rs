//! Every word of the language, wherever it may stand: what can be asked about.

use super::item::{Item, ItemKind, Pick};
use crate::lang::value::functions::FUNCTIONS;
use crate::questions::LANGUAGE;
use crate::run::facts::{ACCESS_FACTS, CALL_FACTS, REFERENCE_FACTS, REPLAY_FACTS};
use crate::run::nouns::{SHOWN_NOUNS, TABLE_NOUNS, THING_NOUNS};
use crate::run::paths::PEEK_FUNCTIONS;
use crate::run::verbs::FORMS;
use pagewalk_engine::kernel::syscall::{constants, system_calls};
use pagewalk_engine::machine::policy::POLICIES;
use pagewalk_engine::machine::presets::PRESETS;
use pagewalk_engine::machine::pte::BITS;

/// The words that begin with what is typed, or the nearest.
pub fn words(typed: &str) -> Vec<Item> {
    Pick::of(typed, true, |pick| {
        for (name, kind, help) in statements().chain(parts()).chain(values()) {
            pick.add(name, kind, help);
        }
        for row in LANGUAGE.blocks().flat_map(|block| (block.settings)()) {
            pick.add(row.name, ItemKind::Setting, row.help);
        }
    })
}

type Row = (&'static str, ItemKind, &'static str);

fn statements() -> impl Iterator<Item = Row> {
    let verbs = LANGUAGE.verbs().map(|row| (row.name, ItemKind::Verb, row.help));
    let forms = FORMS.iter().filter(|form| !form.is_pattern());
    verbs.chain(forms.map(|form| (form.name, ItemKind::Keyword, form.help)))
}

/// Facts, nouns, bits and what has a name.
fn parts() -> impl Iterator<Item = Row> {
    let access = ACCESS_FACTS.iter().map(|row| (row.name, ItemKind::Fact, row.help));
    let calls = CALL_FACTS.iter().map(|row| (row.name, ItemKind::Fact, row.help));
    let reference = REFERENCE_FACTS.iter().map(|row| (row.name, ItemKind::Fact, row.help));
    let replay = REPLAY_FACTS.iter().map(|row| (row.name, ItemKind::Fact, row.help));
    let tables = TABLE_NOUNS.iter().map(|row| (row.name, ItemKind::Noun, row.help));
    let things = THING_NOUNS.iter().map(|row| (row.name, ItemKind::Noun, row.help));
    let shown = SHOWN_NOUNS.iter().map(|row| (row.name, ItemKind::Noun, row.help));
    let bits = BITS.iter().map(|row| (row.name, ItemKind::Bit, row.help));
    let presets = PRESETS.iter().map(|row| (row.name, ItemKind::Preset, row.help));
    let policies = POLICIES.iter().map(|row| (row.name, ItemKind::Word, row.help));
    access
        .chain(calls)
        .chain(reference)
        .chain(replay)
        .chain(tables)
        .chain(things)
        .chain(shown)
        .chain(bits)
        .chain(presets)
        .chain(policies)
}

/// What stands in expressions.
fn values() -> impl Iterator<Item = Row> {
    let functions = FUNCTIONS.iter().map(|row| (row.name, ItemKind::Function, row.help));
    let peeks = PEEK_FUNCTIONS.iter().map(|row| (row.name, ItemKind::Function, row.help));
    let calls = system_calls().map(|row| (row.name, ItemKind::Call, row.help));
    let constants = constants().map(|row| (row.name, ItemKind::Constant, row.help));
    functions.chain(peeks).chain(calls).chain(constants)
}
