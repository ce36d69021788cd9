//! The word lists for editors, generated from the registries, with one row per list.

use pagewalk_engine::kernel::syscall::{constants, system_calls};
use pagewalk_engine::machine::policy::POLICIES;
use pagewalk_engine::machine::presets::PRESETS;
use pagewalk_engine::machine::pte::{BITS, BitRow};
use pagewalk_script::LANGUAGE;
use pagewalk_script::lang::value::UNITS;
use pagewalk_script::lang::value::functions::FUNCTIONS;
use pagewalk_script::questions::LENGTHS;
use pagewalk_script::run::bind::{NOUN, Param, Params, ways};
use pagewalk_script::run::facts::{
    ACCESS_FACTS, CALL_FACTS, COMPONENT_FACTS, LEVEL_FACTS, REFERENCE_FACTS, REPLAY_FACTS,
};
use pagewalk_script::run::nouns::{SHOWN_NOUNS, TABLE_NOUNS, THING_NOUNS};
use pagewalk_script::run::paths::{
    KERNEL_PROPERTIES, LAST, MACHINE_PROPERTIES, PART_PROPERTIES, PEEK_FUNCTIONS,
    PROCESS_PROPERTIES,
};
use pagewalk_script::run::session::Verb;
use pagewalk_script::run::verbs::FORMS;

/// A list of words.
pub struct List {
    /// The list's name in the editors' files.
    pub name: &'static str,
    /// The list's description, for a comment.
    pub holds: &'static str,
    /// The list's words, in any order.
    pub words: fn() -> Vec<&'static str>,
}

impl List {
    /// The list's words in alphabetical order, without duplicates.
    pub fn words(&self) -> Vec<&'static str> {
        let mut words = (self.words)();
        words.sort_unstable();
        words.dedup();
        words
    }
}

/// Every list.
pub const LISTS: &[List] = &[
    List {
        name: "forms",
        holds: "words that begin a statement with a shape of its own",
        words: forms,
    },
    List {
        name: "verbs",
        holds: "words that begin other statements",
        words: || LANGUAGE.verbs().map(|row| row.name).collect(),
    },
    List {
        name: "options",
        holds: "words that stand in those statements",
        words: options,
    },
    List {
        name: "blocks",
        holds: "words whose braces hold settings",
        words: || LANGUAGE.blocks().map(|row| row.name).collect(),
    },
    List {
        name: "settings",
        holds: "settings",
        words: settings,
    },
    List {
        name: "bits",
        holds: "bits of a page-table entry",
        words: || BITS.iter().flat_map(BitRow::names).collect(),
    },
    List {
        name: "values",
        holds: "words that settings take",
        words: values,
    },
    List {
        name: "presets",
        holds: "machines that have a name",
        words: || PRESETS.iter().map(|row| row.name).collect(),
    },
    List {
        name: "nouns",
        holds: "what can be set, expected and shown",
        words: nouns,
    },
    List {
        name: "facts",
        holds: "facts",
        words: facts,
    },
    List {
        name: "fact_words",
        holds: "words that facts have",
        words: fact_words,
    },
    List {
        name: "functions",
        holds: "functions and system calls",
        words: functions,
    },
    List {
        name: "constants",
        holds: "constants of C",
        words: || constants().map(|row| row.name).collect(),
    },
    List {
        name: "units",
        holds: "units of numbers",
        words: units,
    },
    List {
        name: "heads",
        holds: "words whose properties can be asked for",
        words: heads,
    },
    List {
        name: "part_properties",
        holds: "properties of a TLB or cache",
        words: || PART_PROPERTIES.iter().map(|row| row.name).collect(),
    },
    List {
        name: "process_properties",
        holds: "properties of a process",
        words: process_properties,
    },
];

/// The words in parameters.
pub fn words_of(params: &'static [Param]) -> impl Iterator<Item = &'static str> {
    params.leaves().into_iter().flat_map(Param::words).copied()
}

fn forms() -> Vec<&'static str> {
    FORMS
        .iter()
        .filter(|form| !form.is_pattern())
        .map(|form| form.name)
        .collect()
}

fn options() -> Vec<&'static str> {
    LANGUAGE
        .verbs()
        .flat_map(|row| words_of(row.params))
        .collect()
}

fn settings() -> Vec<&'static str> {
    LANGUAGE
        .blocks()
        .flat_map(|block| (block.settings)())
        .map(|row| row.name)
        .collect()
}

fn values() -> Vec<&'static str> {
    let rows = LANGUAGE.blocks().flat_map(|block| (block.settings)());
    let units: Vec<&str> = UNITS.iter().map(|row| row.name).collect();
    let words = rows
        .flat_map(|row| words_of(row.params))
        .filter(|word| !units.contains(word));
    words.chain(POLICIES.iter().map(|row| row.name)).collect()
}

fn nouns() -> Vec<&'static str> {
    let tables = TABLE_NOUNS.iter().map(|row| row.name);
    let things = THING_NOUNS.iter().map(|row| row.name);
    let shown = SHOWN_NOUNS.iter().map(|row| row.name);
    // `set` accepts two more.
    let more = LANGUAGE
        .verbs()
        .filter(|row| begins_with_noun(row))
        .flat_map(|row| words_of(row.params));
    tables.chain(things).chain(shown).chain(more).collect()
}

/// Whether a noun directly follows the verb.
pub fn begins_with_noun(verb: &Verb) -> bool {
    ways(verb.params)
        .first()
        .is_some_and(|way| way.first() == Some(&NOUN))
}

fn facts() -> Vec<&'static str> {
    let access = ACCESS_FACTS.iter().map(|row| row.name);
    let calls = CALL_FACTS.iter().map(|row| row.name);
    let replay = REPLAY_FACTS.iter().map(|row| row.name);
    access
        .chain(calls)
        .chain(REFERENCE_FACTS.iter().map(|row| row.name))
        .chain(replay)
        .collect()
}

fn fact_words() -> Vec<&'static str> {
    let access = ACCESS_FACTS.iter().map(|row| row.kind.words());
    let calls = CALL_FACTS.iter().map(|row| row.kind.words());
    let parts = COMPONENT_FACTS.iter().map(|row| row.kind.words());
    let levels = LEVEL_FACTS.iter().map(|row| row.kind.words());
    access
        .chain(calls)
        .chain(parts)
        .chain(levels)
        .flatten()
        .copied()
        .collect()
}

fn functions() -> Vec<&'static str> {
    let language = FUNCTIONS.iter().map(|row| row.name);
    let peeks = PEEK_FUNCTIONS.iter().map(|row| row.name);
    language
        .chain(peeks)
        .chain(system_calls().map(|row| row.name))
        .collect()
}

fn units() -> Vec<&'static str> {
    let units = UNITS.iter().map(|row| row.name).filter(|name| *name != "%");
    units.chain(LENGTHS.iter().map(|row| row.0)).collect()
}

fn heads() -> Vec<&'static str> {
    let machine = MACHINE_PROPERTIES.iter().map(|row| row.of);
    let tables = TABLE_NOUNS.iter().map(|row| row.name);
    machine
        .chain(KERNEL_PROPERTIES.iter().map(|row| row.of))
        .chain(tables)
        .chain([LAST])
        .collect()
}

/// The first parts of dotted names, such as `faults` for `faults.minor`.
fn process_properties() -> Vec<&'static str> {
    let paths = PROCESS_PROPERTIES
        .iter()
        .map(|row| row.name.split('.').next().unwrap_or(row.name));
    let things = THING_NOUNS.iter().map(|row| row.name);
    let shared: Vec<&str> = KERNEL_PROPERTIES.iter().map(|row| row.of).collect();
    paths
        .chain(things)
        .filter(|name| !shared.contains(name))
        .collect()
}
