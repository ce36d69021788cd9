//! The words in the tree-sitter grammar: patterns of its highlighting, and the units of its scanner.

use std::collections::BTreeSet;

use pagewalk::kernel::syscall::constants;
use pagewalk::lang::value::{UNITS, unit_factor};
use pagewalk::machine::policy::POLICIES;
use pagewalk::machine::presets::PRESETS;
use pagewalk::run::facts::{ACCESS_FACTS, CALL_FACTS, COMPONENT_FACTS, LEVEL_FACTS};
use pagewalk::run::nouns::{SHOWN_NOUNS, TABLE_NOUNS, THING_NOUNS};
use pagewalk::run::paths::{
    KERNEL_PROPERTIES, LAST, MACHINE_PROPERTIES, PART_PROPERTIES, PROCESS_PROPERTIES,
};
use pagewalk::run::settings::BLOCKS;
use pagewalk::run::verbs::VERBS;

/// Words in order, each once.
type Words = BTreeSet<&'static str>;

/// Small words of a usage. Those in its braces and quotes are left out, and units, which belong to their numbers.
fn small_words(usage: &'static str) -> Words {
    let mut words = Words::new();
    let (mut braces, mut quoted, mut from) = (0, false, 0);
    for (at, c) in usage.char_indices().chain([(usage.len(), ' ')]) {
        if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
            continue;
        }
        let word = &usage[from..at];
        let small = word.starts_with(|c: char| c.is_ascii_lowercase());
        let unit = unit_factor(word).is_some() && usage[..from].ends_with("N ");
        if braces == 0 && !quoted && small && !unit {
            words.insert(word);
        }
        braces += i32::from(c == '{') - i32::from(c == '}');
        quoted ^= c == '"';
        from = at + c.len_utf8();
    }
    words
}

/// Verbs whose rows list what stands in their braces.
const LISTS: &[&str] = &["exam", "choice", "essay"];

/// The small words in the braces of a usage that do not begin an entry: those to choose from, and the others.
fn listed(usage: &'static str) -> (Words, Words) {
    let braces = usage.split(['{', '}']).nth(1).unwrap_or("");
    let entries = braces.split([',', ';']).map(|entry| entry.trim().split_once(' ').map_or("", |(_, rest)| rest));
    let words = |choices: bool| {
        let of = entries.clone().flat_map(|entry| entry.split(' ')).filter(|word| word.contains('|') == choices);
        of.flat_map(small_words).collect()
    };
    (words(true), words(false))
}

fn nouns() -> Words {
    let tables = TABLE_NOUNS.iter().map(|row| row.name);
    let shown = SHOWN_NOUNS.iter().map(|row| row.name);
    tables.chain(shown).chain(THING_NOUNS.iter().map(|row| row.name)).collect()
}

/// What a path may begin with, besides the names of parts and processes.
fn heads() -> Words {
    let machine = MACHINE_PROPERTIES.iter().map(|row| row.of);
    let kernel = KERNEL_PROPERTIES.iter().map(|row| row.of);
    machine.chain(kernel).chain([LAST]).chain(nouns()).collect()
}

/// What follows the name of a process.
fn of_process() -> Words {
    let properties = PROCESS_PROPERTIES.iter().filter_map(|row| row.name.split('.').next());
    let things = THING_NOUNS.iter().filter(|row| row.of_process).map(|row| row.name);
    properties.chain(things).chain(["page_table"]).collect()
}

/// The words that stand for values of facts.
fn fact_words() -> Words {
    let access = ACCESS_FACTS.iter().map(|row| row.words).chain(CALL_FACTS.iter().map(|row| row.words));
    let parts = COMPONENT_FACTS.iter().map(|row| row.words).chain(LEVEL_FACTS.iter().map(|row| row.words));
    access.chain(parts).flatten().copied().collect()
}

/// The words that stand for values of settings.
fn setting_words() -> Words {
    let settings = BLOCKS.iter().flat_map(|block| (block.settings)());
    let policies = POLICIES.iter().map(|row| row.name);
    settings.flat_map(|row| small_words(row.params)).chain(policies).collect()
}

/// Verbs after which nouns stand.
fn verbs_of_nouns() -> Words {
    let nouns = nouns();
    let takes = |params: &'static str| params.contains("NOUN") || !small_words(params).is_disjoint(&nouns);
    VERBS.iter().filter(|row| takes(row.params)).map(|row| row.name).collect()
}

fn any_of(capture: &str, words: &Words) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    let mut told = format!("  (#any-of? {capture}");
    let mut width = told.len();
    for word in quoted {
        if width + word.len() > 116 {
            told.push_str("\n   ");
            width = 3;
        }
        told.push(' ');
        told.push_str(&word);
        width += word.len() + 1;
    }
    told.push(')');
    told
}

/// The patterns of `queries/highlights.scm` that are made of words.
pub fn patterns() -> String {
    let mut told = String::new();
    let mut pattern = |nodes: &str, conditions: &[String]| {
        told.push_str(&format!("{nodes}\n{})\n\n", conditions.join("\n")));
    };
    let (nouns, heads) = (nouns(), heads());
    let constants: Words = constants().map(|row| row.name).collect();
    pattern("((name) @constant", &[any_of("@constant", &constants)]);
    pattern("(fact\n  value: (name) @constant", &[any_of("@constant", &fact_words())]);
    pattern("(setting\n  operand: (name) @constant", &[any_of("@constant", &setting_words())]);
    pattern("(given\n  noun: (name) @type", &[any_of("@type", &nouns)]);
    pattern("(ask\n  (name) @type\n  (columns)", &[any_of("@type", &nouns)]);
    pattern(
        "(command\n  verb: (verb) @_verb\n  operand: (name) @type",
        &[any_of("@_verb", &verbs_of_nouns()), any_of("@type", &nouns)],
    );
    let parts: Words = PART_PROPERTIES.iter().map(|row| row.name).collect();
    pattern("(field\n  of: (name) @type\n  name: (name) @_property", &[any_of("@_property", &parts)]);
    let mut processes = of_process();
    processes.retain(|name| !parts.contains(name));
    pattern(
        "(field\n  of: (name) @module\n  name: (name) @_property",
        &[any_of("@_property", &processes)],
    );
    pattern("(field\n  of: (name) @type", &[any_of("@type", &heads)]);
    let presets: Words = PRESETS.iter().map(|row| row.name).collect();
    pattern(
        "(command\n  verb: (verb) @_verb\n  operand: (name) @constant",
        &["  (#eq? @_verb \"machine\")".to_owned(), any_of("@constant", &presets)],
    );
    for verb in VERBS.iter().filter(|verb| LISTS.contains(&verb.name)) {
        let (choices, words) = listed(verb.params);
        for (capture, words) in [("@constant", choices), ("@keyword", words)] {
            if !words.is_empty() {
                pattern(
                    &format!(
                        "(command\n  verb: (verb) @_verb\n  (settings\n    (setting\n      operand: (name) {capture}))"
                    ),
                    &[format!("  (#eq? @_verb \"{}\")", verb.name), any_of(capture, &words)],
                );
            }
        }
    }
    for verb in VERBS {
        let mut words = small_words(verb.params);
        words.retain(|word| !nouns.contains(word));
        if !words.is_empty() {
            // What `set` sets is a noun, too.
            let capture = if verb.params.starts_with("NOUN") { "@type" } else { "@keyword" };
            pattern(
                &format!(
                    "(command\n  verb: (verb) @_verb\n  [\n    operand: (name) {capture}\n    value: (name) {capture}\n  ]"
                ),
                &[format!("  (#eq? @_verb \"{}\")", verb.name), any_of(capture, &words)],
            );
        }
    }
    told.trim_end().to_owned() + "\n"
}

/// The units in `src/scanner.c`.
pub fn units() -> String {
    let mut told = "static const char *const UNITS[] = {\n".to_owned();
    for unit in UNITS {
        told.push_str(&format!("    \"{}\",\n", unit.name));
    }
    told + "};\n"
}
