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
use pagewalk::run::verbs::{VERBS, Verb};

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

/// Verbs whose rows list what stands in their braces, by words of their own.
const LISTS: &[&str] = &["exam", "choice", "essay"];

/// Words of such lists.
#[derive(Default)]
struct Listed {
    /// What the entries of a paper begin with, and the settings of papers do not.
    entries: Words,
    /// What stands further on.
    words: Words,
    /// Words of which one is chosen.
    choices: Words,
}

fn listed() -> Listed {
    let mut listed = Listed::default();
    for verb in VERBS.iter().filter(|verb| LISTS.contains(&verb.name)) {
        let braces = verb.params.split(['{', '}']).nth(1).unwrap_or("");
        for entry in braces.split([',', ';']) {
            let mut words = entry.trim().split(' ');
            let first = words.next().map(small_words).unwrap_or_default();
            if braces.contains(';') || verb.name == "essay" {
                listed.entries.extend(first);
            }
            for word in words {
                let of = if word.contains('|') { &mut listed.choices } else { &mut listed.words };
                of.extend(small_words(word));
            }
        }
    }
    listed
}

/// The words that a usage may begin with, and those that stand further on.
fn by_place(usage: &'static str) -> (Words, Words) {
    let mut first = Words::new();
    for way in usage.split(" | ") {
        let begin = way.trim_start_matches('[').split([' ', ']']).next().unwrap_or("");
        first.extend(small_words(begin));
    }
    let mut later = small_words(usage);
    later.retain(|word| !first.contains(word));
    (first, later)
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
fn takes_nouns(verb: &Verb) -> bool {
    verb.params.contains("NOUN") || !small_words(verb.params).is_disjoint(&nouns())
}

/// What stands right after the word of a verb: the verbs, the capture, the words.
fn first_words() -> Vec<(Words, &'static str, Words)> {
    let names = |which: &dyn Fn(&Verb) -> bool| VERBS.iter().filter(|row| which(row)).map(|row| row.name).collect();
    let of_nouns: Words = names(&takes_nouns);
    let presets = PRESETS.iter().map(|row| row.name).collect();
    let mut rows = vec![(of_nouns, "@type", nouns()), (Words::from(["machine"]), "@constant", presets)];
    for verb in VERBS {
        let (mut first, _) = by_place(verb.params);
        first.retain(|word| !nouns().contains(word));
        // What `set` sets is a noun, too.
        let capture = if verb.params.starts_with("NOUN") { "@type" } else { "@keyword" };
        if !first.is_empty() {
            rows.push((Words::from([verb.name]), capture, first));
        }
    }
    rows
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
    let constants: Words = constants().map(|row| row.name).collect();
    pattern("((name) @constant", &[any_of("@constant", &constants)]);
    pattern("(fact\n  value: (name) @constant", &[any_of("@constant", &fact_words())]);
    let Listed { entries, words, choices } = listed();
    let settings = setting_words().into_iter().chain(choices).collect();
    pattern("(setting\n  operand: (name) @constant", &[any_of("@constant", &settings)]);
    pattern("(setting\n  operand: (name) @keyword", &[any_of("@keyword", &words)]);
    pattern("(setting\n  name: (setting_name) @keyword", &[any_of("@keyword", &entries)]);
    pattern("(given\n  noun: (name) @type", &[any_of("@type", &nouns())]);
    pattern("(ask\n  (name) @type\n  (columns)", &[any_of("@type", &nouns())]);
    for (verbs, capture, words) in first_words() {
        pattern(
            &format!("(command\n  verb: (verb) @function\n  .\n  operand: (name) {capture}"),
            &[any_of("@function", &verbs), any_of(capture, &words)],
        );
    }
    pattern("(command\n  operand: (name)\n  .\n  operand: (name) @type", &[any_of("@type", &nouns())]);
    let later: Words = VERBS.iter().flat_map(|verb| by_place(verb.params).1).collect();
    for field in ["operand", "value"] {
        pattern(
            &format!("(command\n  {field}: (_)\n  .\n  {field}: (name) @keyword"),
            &[any_of("@keyword", &later)],
        );
    }
    let parts: Words = PART_PROPERTIES.iter().map(|row| row.name).collect();
    let mut processes = of_process();
    processes.retain(|name| !parts.contains(name));
    for (capture, properties) in [("@type", parts), ("@module", processes)] {
        pattern(
            &format!("(field\n  of: (name) {capture}\n  name: (name) @property"),
            &[any_of("@property", &properties)],
        );
    }
    pattern("(field\n  of: (name) @type", &[any_of("@type", &heads())]);
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
