//! Verbs that can begin a statement. Each verb is one row with its name, parameters, help, example, and the
//! function that converts a command to an [`Action`](super::session::Action). Preparing a command evaluates and
//! checks it without changing the state, so that a script can be checked without being run.

mod access;
mod contents;
mod control;
mod declare;
mod expect;
mod forms;
mod perform;
mod plans;
mod program;
mod replay;
mod system;

use crate::lang::ast::{self, Stmt};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;

use super::bind::Param::{Block, Equals, Keyword, Literal, Many, OneOf, Optional, Unit, Ways};
use super::bind::{
    C_FILE, C_NAME, C_TEXT, CACHE, Contents, EXPR, FILE_NAME, FILE_TEXT, FRAMES, LEVEL,
    MACHINE_FILE, N, NEW_PROCESS, NEW_PROGRAM, NOUN, PA, PRESET, PROCESS, PROGRAM, RAW, TABLE, TLB,
    TRACE, V, VA, settings,
};
use super::facts::Family;
use super::name_table::NameTable;
use super::session::{Checker, Cx, Extension, Language, Run, Verb};
use super::settings::BLOCKS;
use super::stop::Stop;
use super::unsupported;
use access::{BY, FOR, SIZED};
use program::{
    ARGUMENTS, CALL, CONSTANTS, DEFINE, FAILING, PRINTF, PROGRAM_USAGE, SLEEP, STEP, UNTIL,
};
pub(crate) use replay::named_program;
use replay::{COUNTS, FORMAT, MAP, STRADDLE};

pub(crate) use access::load;
pub(crate) use contents::{level_of, raw_entry, show_plan};
pub use forms::{FORMS, Form};
pub(crate) use plans::SECTION_COLUMNS;

/// Every verb that begins a command.
pub(crate) const VERBS: &[Verb] = &[
    Verb {
        name: "machine",
        params: &[
            Optional(&[OneOf(&[PRESET, MACHINE_FILE])]),
            Optional(&[settings("settings")]),
        ],
        help: "declares the hardware and discards the earlier state, if any",
        example: "machine core-i7 { cores 1 }",
        family: Family::None,
        prepare: declare::machine,
    },
    Verb {
        name: "kernel",
        params: &[settings("settings")],
        help: "starts a kernel; otherwise, the first `process`, `file`, or `executable` starts one",
        example: "kernel { frames 64, replacement lru, swap 32 slots }",
        family: Family::None,
        prepare: system::kernel,
    },
    Verb {
        name: "file",
        params: &[Ways(&[
            &[FILE_NAME, Equals, FILE_TEXT],
            &[FILE_NAME, settings("size SIZE, fill BYTE, pages BYTE")],
        ])],
        help: "declares a file",
        example: "file \"data.txt\" = \"hello, world\\n\"",
        family: Family::None,
        prepare: system::file,
    },
    Verb {
        name: "executable",
        params: &[
            FILE_NAME,
            settings("entry VA, table of sections, library \"name\""),
        ],
        help: "declares a file that `execve` loads",
        example: "executable \"a.out\" { entry 0x400400; | section start size perms |; | .text 400000 1800 r-x | }",
        family: Family::None,
        prepare: system::executable,
    },
    Verb {
        name: "process",
        params: &[
            NEW_PROCESS,
            Optional(&[Block(Contents::Areas, "table of areas")]),
        ],
        help: "declares a process; write its statements as `NAME: STATEMENT` or `NAME { … }`",
        example: "process P1",
        family: Family::None,
        prepare: system::process,
    },
    Verb {
        name: "program",
        params: &[Ways(&[
            &[NEW_PROGRAM, C_TEXT, Optional(&[settings(PROGRAM_USAGE)])],
            &[
                NEW_PROGRAM,
                Keyword("from"),
                C_FILE,
                Optional(&[settings(PROGRAM_USAGE)]),
            ],
        ])],
        help: "declares a program in C, as text or as a file",
        example: "program zero \"\"\"int a[8]; int main(void) { for (int i = 0; i < 8; i++) a[i] = 0; }\"\"\"",
        family: Family::None,
        prepare: program::program,
    },
    Verb {
        name: "set",
        params: &[Ways(&[
            &[NOUN, TABLE],
            &[Literal("cr3"), Equals, PA],
            &[Literal("asid"), Equals, N],
            &[Keyword("pte"), LEVEL, PA, Equals, RAW],
            &[Keyword("pte"), LEVEL, PA, Block(Contents::Entry, "fields")],
        ])],
        help: "sets the contents of a part of the machine",
        example: "set cr3 = 0x1000",
        family: Family::None,
        prepare: contents::set,
    },
    Verb {
        name: "expect",
        params: &[Ways(&[
            &[EXPR],
            &[Optional(&[Keyword("exactly")]), NOUN, TABLE],
            &[Keyword("steps"), Optional(&[Literal("all")]), TABLE],
            &[
                Optional(&[Keyword("exactly")]),
                PROGRAM,
                Keyword("by"),
                OneOf(&[Literal("line"), Many(&C_NAME)]),
                TABLE,
            ],
        ])],
        help: "checks a condition or the contents of a part of the machine",
        example: "expect tlb.hits == 0",
        family: Family::None,
        prepare: expect::expect,
    },
    Verb {
        name: "show",
        params: &[Ways(&[
            &[NOUN],
            &[Literal("geometry")],
            &[Literal("machine")],
            &[Literal("stats")],
            &[Literal("steps")],
            &[PROGRAM, Keyword("by"), Many(&C_NAME)],
            &[EXPR],
        ])],
        help: "shows a part of the machine or a value",
        example: "show geometry",
        family: Family::None,
        prepare: contents::show,
    },
    Verb {
        name: "translate",
        params: &[VA, FOR, BY],
        help: "translates an address with the MMU, which updates the TLB and the A and D bits",
        example: "translate 0x03D4 for write",
        family: Family::Access,
        prepare: access::translate,
    },
    Verb {
        name: "read",
        params: &[VA, SIZED],
        help: "loads data through the TLB, the data caches, and memory",
        example: "read 0x03D4 size 4",
        family: Family::Access,
        prepare: access::read,
    },
    Verb {
        name: "write",
        params: &[VA, Equals, V, SIZED],
        help: "stores data through the TLB, the data caches, and memory",
        example: "write 0x03D4 = 0x1234 size 2",
        family: Family::Access,
        prepare: access::write,
    },
    Verb {
        name: "fetch",
        params: &[VA],
        help: "fetches an instruction",
        example: "fetch 0x03D4",
        family: Family::Access,
        prepare: access::fetch,
    },
    Verb {
        name: "replay",
        params: &[Ways(&[
            &[TRACE, FORMAT, STRADDLE, MAP, COUNTS],
            &[PROGRAM, CALL, STRADDLE, MAP, COUNTS, DEFINE, CONSTANTS],
        ])],
        help: "replays a memory trace or the accesses of a program; specify `map` if the machine has an MMU",
        example: "replay \"loop.trace\" map demand",
        family: Family::Replay,
        prepare: replay::replay,
    },
    Verb {
        name: "outputs",
        params: &[
            PROGRAM, CALL, ARGUMENTS, PRINTF, FAILING, SLEEP, DEFINE, CONSTANTS,
        ],
        help: "finds all outputs of a program, in every order in which its processes can run",
        example: "outputs p => count 6, possible \"112002\"",
        family: Family::Outputs,
        prepare: program::outputs,
    },
    Verb {
        name: "run",
        params: &[PROGRAM, CALL, ARGUMENTS, UNTIL, STEP, DEFINE, CONSTANTS],
        help: "runs a program in a process, or goes on after `until` or `step`",
        example: "P1: run p => minor 12, exit 0",
        family: Family::Run,
        prepare: program::run,
    },
    Verb {
        name: "flush",
        params: &[Ways(&[
            &[Keyword("tlb"), Optional(&[TLB])],
            &[Keyword("cache"), Optional(&[CACHE])],
        ])],
        help: "flushes the non-global entries of a TLB, or writes back and invalidates the blocks of a cache",
        example: "flush tlb",
        family: Family::None,
        prepare: control::flush,
    },
    Verb {
        name: "invlpg",
        params: &[VA],
        help: "invalidates the TLB entries of one page, including global ones",
        example: "invlpg 0x03D4",
        family: Family::None,
        prepare: control::invlpg,
    },
    Verb {
        name: "core",
        params: &[N],
        help: "selects the core, numbered from 0, that runs later statements",
        example: "core 0",
        family: Family::None,
        prepare: control::core,
    },
    Verb {
        name: "ksm",
        params: &[Literal("scan")],
        help: "merges each group of equal pages in mergeable areas into one shared frame",
        example: "ksm scan",
        family: Family::None,
        prepare: control::ksm,
    },
    Verb {
        name: "reclaim",
        params: &[FRAMES, Unit("pages")],
        help: "evicts up to N pages that the replacement policy selects",
        example: "reclaim 4 pages",
        family: Family::None,
        prepare: control::reclaim,
    },
    Verb {
        name: "sync",
        params: &[],
        help: "writes every dirty file page to its file",
        example: "sync",
        family: Family::None,
        prepare: control::sync,
    },
    Verb {
        name: "swap",
        params: &[Keyword("out"), Optional(&[PROCESS]), VA],
        help: "moves a page of a process to swap",
        example: "swap out P1 0x7000",
        family: Family::None,
        prepare: control::swap,
    },
    Verb {
        name: "tick",
        params: &[],
        help: "raises a clock interrupt; the kernel clears use or reference bits (`aging` saves them first)",
        example: "tick",
        family: Family::None,
        prepare: control::tick,
    },
    Verb {
        name: "seed",
        params: &[N],
        help: "restarts the random number generator with this seed",
        example: "seed 1",
        family: Family::None,
        prepare: control::seed,
    },
];

/// The core of the language, which excludes papers.
pub(crate) static CORE: Language = Language {
    verbs: NameTable::new(&[VERBS], |verb| verb.name),
    blocks: NameTable::new(&[BLOCKS], |block| block.name),
    extension: &NoPapers,
};

/// The core's extension, which rejects the statements for papers.
struct NoPapers;

impl Extension for NoPapers {
    fn run(&self, run: &mut Run, stmt: &Stmt) -> Result<(), Stop> {
        Err(no_verb(&run.cx, stmt).into())
    }

    fn check(&self, checker: &mut Checker, stmt: &Stmt) -> Result<(), Stop> {
        Err(no_verb(&checker.cx, stmt).into())
    }
}

/// Reports that the first word of a statement is no verb.
fn no_verb(cx: &Cx, stmt: &Stmt) -> Diagnostic {
    let first = cx.text(stmt.span).split_whitespace().next();
    let word = ast::Word {
        text: first.unwrap_or_default().into(),
        span: stmt.span,
    };
    unknown(cx.language(), &word, std::iter::empty())
}

/// Reports that no statement begins with a word, with the code `not-in-language` for known words, or else with
/// `unknown-verb` and the nearest verb.
pub(crate) fn unknown<'n>(
    language: &Language,
    word: &ast::Word,
    also: impl Iterator<Item = &'n str>,
) -> Diagnostic {
    if let Some(diagnostic) = unsupported::diagnostic(word) {
        return diagnostic;
    }
    let forms = FORMS
        .iter()
        .filter(|form| !form.is_pattern())
        .map(|form| form.name);
    let names = language
        .verbs()
        .map(|verb| verb.name)
        .chain(forms)
        .chain(also);
    let diagnostic = Diagnostic::new(
        Code::UnknownVerb,
        word.span,
        format!("no statement begins with `{}`", word.text),
    )
    .label("not a verb");
    if let Some(place) = language.place_of_setting(&word.text) {
        return diagnostic.help(place);
    }
    match nearest(&word.text, names) {
        Some(near) => diagnostic.did_you_mean(&word.text, near),
        None => diagnostic.help("`pagewalk reference statements` lists the statements"),
    }
}
