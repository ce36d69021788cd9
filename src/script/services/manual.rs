//! The language reference: every row of every registry, as Markdown. Each section refers to its registry, so
//! this module duplicates no list.

use std::fmt::Write;

use pagewalk_engine::kernel::abi::Errno;
use pagewalk_engine::kernel::syscall::{constants, system_calls};
use pagewalk_engine::machine::policy::POLICIES;
use pagewalk_engine::machine::presets::PRESETS;
use pagewalk_engine::machine::pte::BITS;

use super::commands::COMMANDS;
use crate::lang::value::UNITS;
use crate::lang::value::functions::FUNCTIONS;
use crate::questions::LANGUAGE;
use crate::run::bind::Params;
use crate::run::facts::{
    ACCESS_FACTS, CALL_FACTS, COMPONENT_FACTS, Family, LEVEL_FACTS, REFERENCE_FACTS,
    REPLAY_COUNTERS, REPLAY_FACTS, Reported, facts_of,
};
use crate::run::nouns::{SHOWN_NOUNS, TABLE_NOUNS, THING_NOUNS};
use crate::run::paths::{
    DECLARED, KERNEL_PROPERTIES, MACHINE_PROPERTIES, PART_PROPERTIES, PEEK_FUNCTIONS,
    PROCESS_PROPERTIES, setting_paths,
};
use crate::run::steps::{End, MESSAGES};
use crate::run::unsupported::LEFT_OUT;
use crate::run::verbs::FORMS;

/// A section of the reference.
pub struct Section {
    /// The name in `pagewalk reference`.
    pub name: &'static str,
    title: &'static str,
    about: &'static str,
    body: fn(&mut Tables),
}

pub const SECTIONS: &[Section] = &[
    Section {
        name: "statements",
        title: "Statements",
        about: "A line begins with one of these forms. Write `probe` before an operation to report its facts without performing it.",
        body: statements,
    },
    Section {
        name: "settings",
        title: "Settings",
        about: "Write the settings of a declaration in its braces, separated by line breaks, commas, or `;`.",
        body: settings,
    },
    Section {
        name: "bits",
        title: "Bits of a page-table entry",
        about: "These bits are columns of the noun `page_table`, settings of `pte`, and fields of `set pte`. A name in the last column has the opposite meaning: `sup 1` means `us 0`.",
        body: bits,
    },
    Section {
        name: "policies",
        title: "Replacement policies",
        about: "The settings `policy` and `replacement` accept these names. A `reference` also has `optimal` and `working-set`.",
        body: policies,
    },
    Section {
        name: "presets",
        title: "Presets",
        about: "Write the name of a preset after `machine`. To change settings of the preset, add the new values in braces.",
        body: presets,
    },
    Section {
        name: "facts",
        title: "Facts",
        about: "To check these facts, write them after `=>`. To use a fact in an expression, write `last.` and the fact's name. `K` is a level of the page table, where 1 is the top. `NAME` is a TLB or cache of the machine.",
        body: facts,
    },
    Section {
        name: "nouns",
        title: "Nouns",
        about: "The statements `set`, `expect`, and `show` use these nouns. Omitted columns keep their defaults, and `expect` does not check them.",
        body: nouns,
    },
    Section {
        name: "messages",
        title: "Messages",
        about: "`expect steps` compares these messages, and students number them with `ask steps`. A message with `yes` in the last column belongs to the lecture's messages. With `all`, `expect steps all` and `ask steps all` contain every message.",
        body: messages,
    },
    Section {
        name: "paths",
        title: "Paths",
        about: "Expressions can read these values of the machine, the kernel, and processes. `NAME` is a TLB or cache. A machine's only TLB or cache can also be called `tlb` or `cache`. `P1` is a process.",
        body: paths,
    },
    Section {
        name: "calls",
        title: "System calls",
        about: "A process can make these calls in an expression or as a statement. A call returns the same result as on Linux, or -1 on failure. A buffer or path can be a string.",
        body: calls,
    },
    Section {
        name: "constants",
        title: "Constants of C",
        about: "The constants have the same values as on Linux for x86-64. A variable takes precedence over a constant of the same name.",
        body: c_constants,
    },
    Section {
        name: "errors",
        title: "Errors",
        about: "The fact `error` has one of these values.",
        body: errors,
    },
    Section {
        name: "functions",
        title: "Functions",
        about: "Expressions can call these functions. `digits?` is optional; `numbers…` means one or more.",
        body: functions,
    },
    Section {
        name: "units",
        title: "Units",
        about: "A space can separate a number and its unit, except before `%`.",
        body: units,
    },
    Section {
        name: "commands",
        title: "Commands of `pagewalk repl`",
        about: "In an interactive session, a line begins with a statement or one of these commands.",
        body: commands,
    },
    Section {
        name: "absent",
        title: "Not in this version",
        about: "The language reserves these words for features that it intentionally omits.",
        body: absent,
    },
];

pub fn page() -> String {
    let mut text = "# Reference\n\n\
        This reference lists every keyword of the language. `pagewalk reference` prints it, and\n\
        `pagewalk reference SECTION` prints one section. [The language guide](language.md) explains the rules.\n"
        .to_owned();
    for section in SECTIONS {
        text.push('\n');
        text.push_str(&section.text());
    }
    text
}

impl Section {
    /// Returns the section with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        SECTIONS.iter().find(|section| section.name == name)
    }

    /// Returns the section's heading, introduction, and tables.
    pub fn text(&self) -> String {
        let mut text = format!("## {}\n\n{}\n", self.title, self.about);
        self.tables()
            .iter()
            .for_each(|table| table.markdown(&mut text));
        text
    }

    pub fn tables(&self) -> Vec<Table> {
        let mut tables = Tables::default();
        (self.body)(&mut tables);
        tables.0
    }
}

fn statements(out: &mut Tables) {
    let verbs = LANGUAGE.verbs().map(|verb| {
        let facts = if verb.family == Family::None {
            ""
        } else {
            " (reports facts)"
        };
        [
            code(&verb.usage()),
            format!("{}{facts}", verb.help),
            code(verb.example),
        ]
    });
    table(out, "", ["statement", "does", "example"], verbs);
    let forms = FORMS
        .iter()
        .map(|row| entry(&format!("{} {}", row.name, row.params.text()), row.help));
    table(out, "", ["statement", "does"], forms);
}

fn settings(out: &mut Tables) {
    for block in LANGUAGE.blocks() {
        let rows = (block.settings)();
        let cells = rows.iter().map(|row| {
            entry(
                format!("{} {}", row.name, row.params.text()).trim_end(),
                row.help,
            )
        });
        table(out, block.title, ["setting", "is"], cells);
    }
}

fn bits(out: &mut Tables) {
    let rows = BITS.iter().map(|row| {
        [
            code(row.name),
            words(row.aliases),
            row.label.to_owned(),
            row.help.to_owned(),
            words(row.inverse.as_slice()),
        ]
    });
    table(out, "", ["bit", "also", "printed", "is", "inverse"], rows);
}

fn policies(out: &mut Tables) {
    let yes = |on| if on { "yes" } else { "no" }.to_owned();
    let rows = POLICIES.iter().map(|row| {
        [
            code(row.name),
            row.help.to_owned(),
            yes(row.sets),
            yes(row.frames),
        ]
    });
    table(
        out,
        "",
        ["policy", "does", "for TLBs and caches", "for frames"],
        rows,
    );
}

fn presets(out: &mut Tables) {
    table(
        out,
        "",
        ["preset", "is"],
        PRESETS.iter().map(|row| entry(row.name, row.help)),
    );
}

fn facts(out: &mut Tables) {
    let access = ACCESS_FACTS.iter().map(|row| {
        let whose = if row.reported == Reported::OfProcesses {
            " (requires a kernel)"
        } else {
            ""
        };
        [
            code(row.name),
            values(row.kind.words()),
            format!("{}{whose}", row.help),
        ]
    });
    table(out, "Facts of an access", ["fact", "values", "is"], access);
    let level = LEVEL_FACTS.iter().map(|row| {
        [
            code(&format!("{}K{}", row.pattern.0, row.pattern.1)),
            values(&[]),
            row.help.to_owned(),
        ]
    });
    table(
        out,
        "Facts of a page-table level",
        ["fact", "values", "is"],
        level,
    );
    let part = COMPONENT_FACTS.iter().map(|row| {
        let of = if row.cache_only { " (caches only)" } else { "" };
        [
            code(&format!("NAME{}", row.suffix)),
            values(row.kind.words()),
            format!("{}{of}", row.help),
        ]
    });
    table(
        out,
        "Facts of a TLB or cache",
        ["fact", "values", "is"],
        part,
    );
    let call = CALL_FACTS.iter().map(|row| {
        [
            code(row.name),
            values(row.kind.words()),
            row.help.to_owned(),
        ]
    });
    table(
        out,
        "Facts of a system call",
        ["fact", "values", "is"],
        call,
    );
    let run = REFERENCE_FACTS.iter().map(|row| entry(row.name, row.help));
    table(out, "Facts of a `reference`", ["fact", "is"], run);
    for (title, family) in [
        ("Facts of `outputs`", Family::Outputs),
        ("Facts of a `run`", Family::Run),
    ] {
        let program = facts_of(family, None)
            .into_iter()
            .map(|(name, key)| [code(&name), key.help().to_owned()]);
        table(out, title, ["fact", "is"], program);
    }
    let replay = REPLAY_FACTS.iter().map(|row| {
        let with = row.request().map_or_else(String::new, |count| {
            format!(" (requested by `{}`)", count.word())
        });
        [code(row.name), format!("{}{with}", row.help)]
    });
    let counters = PART_PROPERTIES
        .iter()
        .filter(|row| row.fact.is_some())
        .map(|row| {
            let of = if row.of_caches { " (caches only)" } else { "" };
            [
                code(&format!("NAME.{}", row.name)),
                format!("{} during the replay{of}", row.help),
            ]
        });
    let requested = REPLAY_COUNTERS.iter().map(|row| {
        let of = if row.of_caches { "caches only, " } else { "" };
        let with = row.request.word();
        [
            code(&format!("NAME.{}", row.name)),
            format!("{} ({of}requested by `{with}`)", row.help),
        ]
    });
    table(
        out,
        "Facts of a `replay`",
        ["fact", "is"],
        replay.chain(counters).chain(requested),
    );
}

fn nouns(out: &mut Tables) {
    let tables = TABLE_NOUNS
        .iter()
        .map(|row| [code(row.name), code(row.columns), row.help.to_owned()]);
    table(
        out,
        "Nouns for `set`, `expect`, and `show`",
        ["noun", "columns", "is"],
        tables,
    );
    let things = THING_NOUNS.iter().map(|row| {
        let name = if row.of_process {
            format!("P1.{}", row.name)
        } else {
            row.name.to_owned()
        };
        [code(&name), code(&row.column_names()), row.help.to_owned()]
    });
    table(
        out,
        "Nouns of the kernel and processes, for `expect` and `show` (also `P1.maps` for `set`)",
        ["noun", "columns", "is"],
        things,
    );
    let shown = SHOWN_NOUNS.iter().map(|row| entry(row.name, row.help));
    table(
        out,
        "Nouns only for `show`, which also prints any expression",
        ["noun", "shows"],
        shown,
    );
}

fn messages(out: &mut Tables) {
    let end = |end: End| match end {
        End::Named(part) => part.fixed_name().to_owned(),
        End::Component => "a TLB, a cache, or memory".to_owned(),
        End::Alone => code("-"),
    };
    let mut rows: Vec<[String; 4]> = Vec::new();
    for row in MESSAGES {
        let to = match row.lecture_to {
            Some(lecture) => format!("{} (in the lecture: {})", end(row.to), lecture.fixed_name()),
            None => end(row.to),
        };
        let lecture = if row.lecture { "yes" } else { "" };
        let row = [code(row.words), end(row.from), to, lecture.to_owned()];
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    table(
        out,
        "Messages of accesses and system calls",
        ["message", "from", "to", "lecture"],
        rows.into_iter(),
    );
}

fn paths(out: &mut Tables) {
    let machine = MACHINE_PROPERTIES
        .iter()
        .map(|row| entry(&format!("{}.{}", row.of, row.name), row.help));
    let part = PART_PROPERTIES
        .iter()
        .map(|row| entry(&format!("NAME.{}", row.name), row.help));
    let kernel = KERNEL_PROPERTIES
        .iter()
        .map(|row| entry(&format!("{}.{}", row.of, row.name), row.help));
    let process = PROCESS_PROPERTIES
        .iter()
        .map(|row| entry(&format!("P1.{}", row.name), row.help));
    let tables = MACHINE_PROPERTIES
        .iter()
        .filter(|row| row.of == "page_table")
        .map(|row| entry(&format!("P1.page_table.{}", row.name), row.help));
    table(
        out,
        "",
        ["path", "is"],
        machine
            .chain(part)
            .chain(kernel)
            .chain(process)
            .chain(tables),
    );
    let of = [
        ("machine", "machine"),
        ("page_table", "page_table"),
        ("TLB", "tlb"),
        ("CACHE", "cache"),
    ];
    let of = of
        .into_iter()
        .chain(DECLARED.iter().map(|name| (*name, *name)));
    let settings = of.flat_map(|(head, block)| {
        setting_paths(block).map(move |row| entry(&format!("{head}.{}", row.name), row.help))
    });
    table(out, "Settings as paths", ["path", "is"], settings);
    let nouns = THING_NOUNS.iter().map(|noun| {
        let path = if noun.of_process {
            format!("P1.{}", noun.name)
        } else {
            noun.name.to_owned()
        };
        entry(&path, noun.help)
    });
    let parts = TABLE_NOUNS.iter().map(|noun| entry(noun.name, noun.help));
    table(
        out,
        "Nouns as values: lists of rows",
        ["noun", "is"],
        nouns.chain(parts),
    );
}

fn functions(out: &mut Tables) {
    let rows = FUNCTIONS.iter().map(|row| {
        [
            code(&row.signature()),
            row.help.to_owned(),
            code(row.example),
            code(row.gives),
        ]
    });
    table(out, "", ["function", "is", "example", "gives"], rows);
    let peeks = PEEK_FUNCTIONS
        .iter()
        .map(|row| entry(&row.usage(), row.help));
    let title = "Functions that read files and memory without side effects";
    table(out, title, ["function", "is"], peeks);
}

fn calls(out: &mut Tables) {
    let rows = system_calls().map(|row| {
        let fields: Vec<String> = row
            .fields
            .iter()
            .map(|field| code(&format!(".{field}")))
            .collect();
        let fills = if fields.is_empty() {
            ""
        } else {
            "; the result has the fields "
        };
        [
            code(row.prototype),
            format!("{}{fills}{}", row.help, fields.join(", ")),
        ]
    });
    table(out, "", ["call", "does"], rows);
}

fn c_constants(out: &mut Tables) {
    let value = |n: i64| {
        if n < 10 {
            n.to_string()
        } else {
            format!("0x{n:X}")
        }
    };
    let rows = constants().map(|row| [code(row.name), value(row.value), row.help.to_owned()]);
    table(out, "", ["constant", "value", "is"], rows);
}

fn errors(out: &mut Tables) {
    let rows = Errno::ALL.iter().map(|row| {
        [
            code(row.name()),
            row.number().to_string(),
            row.help().to_owned(),
        ]
    });
    table(out, "", ["error", "number", "means"], rows);
}

fn units(out: &mut Tables) {
    table(
        out,
        "",
        ["unit", "is"],
        UNITS.iter().map(|row| entry(row.name, row.help)),
    );
}

fn commands(out: &mut Tables) {
    let rows = COMMANDS
        .iter()
        .map(|row| [code(&row.usage()), row.does(), code(row.example)]);
    table(out, "", ["command", "does", "example"], rows);
}

fn absent(out: &mut Tables) {
    let rows = |topics: &'static [(&str, &[&str])]| {
        topics
            .iter()
            .map(|(topic, known)| [(*topic).to_owned(), words(known)])
    };
    table(
        out,
        "Omitted on purpose",
        ["topic", "words"],
        rows(LEFT_OUT),
    );
}

/// Adds a table with an optional title.
fn table<const N: usize>(
    out: &mut Tables,
    title: &str,
    header: [&'static str; N],
    rows: impl Iterator<Item = [String; N]>,
) {
    let rows = rows.map(Vec::from).collect();
    out.0.push(Table {
        title: title.to_owned(),
        header: header.to_vec(),
        rows,
    });
}

/// Returns a row with a word of the language and its help.
fn entry(word: &str, help: &str) -> [String; 2] {
    [code(word), help.to_owned()]
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// Returns a list of words, or an empty text if there are no words.
fn words(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| code(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Describes the possible values of a fact whose keywords are `known`.
fn values(known: &[&str]) -> String {
    match known {
        [] => "a value".to_owned(),
        [_] => format!("a value or {}", words(known)),
        _ => words(known),
    }
}

/// A table of the reference.
#[derive(Debug, Clone)]
pub struct Table {
    pub title: String,
    /// The names of the columns.
    pub(crate) header: Vec<&'static str>,
    /// The rows, with a cell per column and code in backquotes.
    pub rows: Vec<Vec<String>>,
}

/// The tables in a section.
#[derive(Debug, Default)]
struct Tables(pub(crate) Vec<Table>);

impl Table {
    /// Writes the table as Markdown with an optional title.
    pub fn markdown(&self, out: &mut String) {
        if !self.title.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(out, "\n### {}\n", self.title);
        }
        let _ = write!(
            out,
            "\n| {} |\n|{}\n",
            self.header.join(" | "),
            "---|".repeat(self.header.len())
        );
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
            let _ = writeln!(out, "| {} |", cells.join(" | "));
        }
    }
}
