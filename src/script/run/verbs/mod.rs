//! Verbs: what a statement can begin with. One row a verb: name, parameters, help, example, and the function that
//! turns a command into an [`Action`]. Preparing an action evaluates and checks everything and changes nothing,
//! so that a script can be checked without being run.

mod access;
mod accessing;
mod acting;
mod contents;
mod control;
mod declare;
mod declaring;
mod expect;
mod kernel_action;
mod naming;
mod operands;
mod perms;
mod plans;
mod refused;
mod replay;
mod replaying;
mod system;

use std::sync::Arc;

use crate::lang::ast::{Stmt, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;

use super::absent;
use super::facts::Family;
use super::session::{Extension, Language, Session, Verb};
use super::settings::BLOCKS;
use super::stop::Stop;

pub use access::load;
pub use contents::show_plan;
pub use operands::word;
pub use perms::SECTION_COLUMNS;
pub use plans::AccessPlan;

/// Every verb that is a command.
pub const VERBS: &[Verb] = &[
    Verb {
        name: "machine",
        params: "[PRESET|\"file.yaml\"] [{ settings }]",
        help: "declares the hardware; a later one starts afresh",
        example: "machine core-i7 { cores 1 }",
        family: Family::None,
        prepare: declare::machine,
    },
    Verb {
        name: "kernel",
        params: "{ settings }",
        help: "starts a kernel on the machine; without it the first process gets the defaults",
        example: "kernel { frames 64, replacement lru, swap 32 slots }",
        family: Family::None,
        prepare: system::kernel,
    },
    Verb {
        name: "file",
        params: "\"name\" = \"text\" | \"name\" { size SIZE, fill BYTE, pages BYTE }",
        help: "declares a file",
        example: "file \"data.txt\" = \"hello, world\\n\"",
        family: Family::None,
        prepare: system::file,
    },
    Verb {
        name: "executable",
        params: "\"name\" { entry VA, table of sections, library \"name\" }",
        help: "declares a file that `execve` loads",
        example: "executable \"a.out\" { entry 0x400400; | section start size perms |; | .text 400000 1800 r-x | }",
        family: Family::None,
        prepare: system::executable,
    },
    Verb {
        name: "process",
        params: "NAME [{ table of areas }]",
        help: "declares a process; `NAME: STATEMENT` and `NAME { … }` run in it",
        example: "process P1",
        family: Family::None,
        prepare: system::process,
    },
    Verb {
        name: "set",
        params: "NOUN { table } | cr3 = PA | pte LEVEL PA = RAW | pte LEVEL PA { fields }",
        help: "puts contents into the machine",
        example: "set cr3 = 0x1000",
        family: Family::None,
        prepare: contents::set,
    },
    Verb {
        name: "expect",
        params: "EXPR | [exactly] NOUN { table }",
        help: "states what must be true",
        example: "expect tlb.hits == 0",
        family: Family::None,
        prepare: expect::expect,
    },
    Verb {
        name: "show",
        params: "NOUN | geometry | machine | stats | steps | EXPR",
        help: "shows a part of the machine, or a value",
        example: "show geometry",
        family: Family::None,
        prepare: contents::show,
    },
    Verb {
        name: "translate",
        params: "VA [for read|write|execute] [by user|supervisor]",
        help: "the MMU alone: TLBs, page walk, A and D bits, TLB fill",
        example: "translate 0x03D4 for write",
        family: Family::Access,
        prepare: access::translate,
    },
    Verb {
        name: "read",
        params: "VA [size N]",
        help: "a load: translation, then the data caches, then memory",
        example: "read 0x03D4 size 4",
        family: Family::Access,
        prepare: access::read,
    },
    Verb {
        name: "write",
        params: "VA = V [size N]",
        help: "a store: translation, then the data caches, then memory",
        example: "write 0x03D4 = 0x1234 size 2",
        family: Family::Access,
        prepare: access::write,
    },
    Verb {
        name: "fetch",
        params: "VA",
        help: "an instruction fetch",
        example: "fetch 0x03D4",
        family: Family::Access,
        prepare: access::fetch,
    },
    Verb {
        name: "replay",
        params: "\"file.trace\" [format lackey|din|csv|packed] [straddle split|first] [map identity|demand]",
        help: "a memory trace through the machine; a machine with an MMU needs `map`",
        example: "replay \"loop.trace\" map demand",
        family: Family::Replay,
        prepare: replay::replay,
    },
    Verb {
        name: "flush",
        params: "tlb [NAME] | cache [NAME]",
        help: "drops entries; a write-back cache writes dirty blocks back, global TLB entries stay",
        example: "flush tlb",
        family: Family::None,
        prepare: control::flush,
    },
    Verb {
        name: "invlpg",
        params: "VA",
        help: "drops the TLB entries of one page, global ones too",
        example: "invlpg 0x03D4",
        family: Family::None,
        prepare: control::invlpg,
    },
    Verb {
        name: "core",
        params: "N",
        help: "the core that later statements run on, from 0",
        example: "core 0",
        family: Family::None,
        prepare: control::core,
    },
    Verb {
        name: "ksm",
        params: "scan",
        help: "same-page merging: pages of mergeable areas with equal bytes share one frame",
        example: "ksm scan",
        family: Family::None,
        prepare: kernel_action::ksm,
    },
    Verb {
        name: "reclaim",
        params: "N pages",
        help: "evicts up to N pages, by the policy",
        example: "reclaim 4 pages",
        family: Family::None,
        prepare: kernel_action::reclaim,
    },
    Verb {
        name: "sync",
        params: "",
        help: "writes every dirty file page to its file",
        example: "sync",
        family: Family::None,
        prepare: kernel_action::sync,
    },
    Verb {
        name: "swap",
        params: "out [PROCESS] VA",
        help: "moves a page of a process to swap",
        example: "swap out P1 0x7000",
        family: Family::None,
        prepare: kernel_action::swap,
    },
    Verb {
        name: "tick",
        params: "",
        help: "the clock interrupt that ages reference bits (`nru`, `aging`)",
        example: "tick",
        family: Family::None,
        prepare: kernel_action::tick,
    },
    Verb {
        name: "seed",
        params: "N",
        help: "starts the script's generator anew",
        example: "seed 1",
        family: Family::None,
        prepare: control::seed,
    },
];

/// Words that begin a statement with a shape of its own; the grammar knows them.
pub const FORMS: &[(&str, &str, &str)] = &[
    ("let", "NAME = EXPR", "gives a name a value"),
    (
        "choose",
        "NAME in RANGE|LIST where COND | where OP => FACTS",
        "draws a value by the seed among those for which every condition holds",
    ),
    ("for", "NAME in RANGE|LIST { … }", "runs the block for each value"),
    ("repeat", "N { … }", "runs the block N times"),
    ("if", "COND { … } else { … }", "runs one block or the other"),
    ("def", "NAME(a, b) { … }", "defines a statement of your own"),
    ("include", "\"file.pw\"", "the statements of another file"),
    ("scenario", "\"name\" { … }", "runs on a copy of the state, forgotten afterwards"),
    ("probe", "OP | VA", "an operation's facts, without changing anything"),
    ("NAME:", "STATEMENT", "runs in the process of that name"),
    ("NAME", "{ … }", "runs in the process of that name"),
    ("question", "\"title\" [points N] { … }", "a question of an exam, isolated as a scenario"),
    ("part", "\"name\" [points N] { … }", "a part of a question"),
    ("given", "NOUN, NOUN …", "tables and other things that a question gives"),
    (
        "ask",
        "OP => FACT, … | \"label\" = EXPR [unit U] | NOUN columns … | NAME in LIST where …",
        "what a question asks; `radix hex|decimal|binary` and `points N` may follow",
    ),
    ("reference", "PAGES { frames N, replacement P, … }", "page replacement on a bare string of pages"),
];

/// The core of the language: without papers.
pub static CORE: Language = Language { verbs: &[VERBS], blocks: &[BLOCKS], extension: &NoPapers };

/// The core knows no papers.
struct NoPapers;

impl Extension for NoPapers {
    fn check(&self, session: &mut Session, stmt: &Stmt) -> Result<(), Stop> {
        let text: Arc<str> = session.text(stmt.span).split_whitespace().next().unwrap_or_default().into();
        Err(unknown(session.language, &Word { text, span: stmt.span }, &[]).into())
    }
}

/// Says that no statement begins with a word: `unknown-verb` with the nearest; `not-in-language` for words that are known.
pub fn unknown(language: &Language, word: &Word, also: &[&str]) -> Diagnostic {
    if let Some(diagnostic) = absent::diagnostic(word) {
        return diagnostic;
    }
    // `NAME:` is no word.
    let forms = FORMS.iter().map(|form| form.0).filter(|form| form.starts_with(char::is_lowercase));
    let names = language.verbs().map(|verb| verb.name).chain(forms).chain(also.iter().copied());
    let diagnostic =
        Diagnostic::new(Code::UnknownVerb, word.span, format!("no statement begins with `{}`", word.text))
            .label("not a verb");
    match nearest(&word.text, names) {
        Some(near) => diagnostic.did_you_mean(&word.text, near),
        None => diagnostic.help("`pagewalk reference statements` lists the statements"),
    }
}
