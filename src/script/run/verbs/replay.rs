//! Prepares `replay`.

use std::sync::Arc;

use crate::lang::ast::{Command, Expr, ExprKind, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::current_process::CurrentProcess;
use crate::run::params::Param::{self, Keyword, Many, Optional, Words};
use crate::run::params::{Params, words_of};
use crate::run::record::{
    ADDRESS_MAPS, AddressMap, Did, REQUESTED_COUNTS, RequestedCount, STRADDLES,
};
use crate::run::session::{Action, Session};
use crate::run::settings::{Arg, ArgKind, one_of};
use crate::run::stop::Stop;
use crate::run::trace_file::formats;
use pagewalk_engine::trace::format::{FORMATS, Format};
use pagewalk_engine::trace::replay::Straddle;

use super::operands::{missing, plain, unexpected, word};
use super::plans::ReplayPlan;

/// `[format lackey|din|csv|pin|gap]`
pub const FORMAT: Param = Optional(&[Keyword("format"), Words(words_of!(FORMATS.name))]);
/// `[straddle split|first]`
pub(crate) const STRADDLE: Param = Optional(&[Keyword("straddle"), Words(words_of!(STRADDLES.0))]);
/// `[map identity|demand]`
pub(crate) const MAP: Param = Optional(&[Keyword("map"), Words(words_of!(ADDRESS_MAPS.0))]);
/// `[kinds|causes|cycles…]`
pub(crate) const COUNTS: Param = Optional(&[Many(&Words(words_of!(REQUESTED_COUNTS.0)))]);

/// The options that take a word.
const OPTIONS: &[Param] = &[FORMAT, STRADDLE, MAP];

#[derive(Default)]
struct ReplayOptions {
    format: Option<Format>,
    straddle: Option<Straddle>,
    map: Option<AddressMap>,
    requested: Vec<RequestedCount>,
}

/// Prepares `replay "file.trace" [format F] [straddle S] [map M] [COUNT…]`, with the options in any order.
pub(crate) fn replay(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    plain(command)?;
    let Some((file, rest)) = command.operands.split_first() else {
        return Err(missing(command, "the name of a trace in quotes").into());
    };
    let ExprKind::Value(Value::Text(path)) = &file.kind else {
        return Err(Diagnostic::new(
            Code::WrongType,
            file.span,
            "the name of a trace in quotes is needed here",
        )
        .label("not a string")
        .help("put the trace into the script's folder, and name it in quotes: `replay \"file.trace\"`")
        .into());
    };
    let name = Word {
        text: path.clone(),
        span: file.span,
    };
    let options = parse_options(command, rest)?;
    session.not_of_a_process(&command.verb)?;
    let map = session.mapped(&command.verb, options.map)?;
    let file = session.trace_file(name, options.format)?;
    let (straddle, requested) = (options.straddle.unwrap_or_default(), options.requested);
    let plan = Arc::new(ReplayPlan {
        file,
        straddle,
        map,
        requested,
    });
    let replay = Arc::clone(&plan);
    Ok(
        Action::operation(move |session| Ok(Did::Replay(Box::new(session.replay(&replay)?))))
            .when_checking(move |session| session.start_for(&plan).map(|_| ())),
    )
}

/// Parses the options. Rejects an option that occurs twice.
fn parse_options(command: &Command, rest: &[Expr]) -> Result<ReplayOptions, Vec<Diagnostic>> {
    let mut options = ReplayOptions::default();
    let mut rest = rest.iter();
    while let Some(first) = rest.next() {
        let option = word(first).unwrap_or_default();
        let twice = |span: Span| {
            let message = format!("`{option}` is given twice");
            Diagnostic::new(Code::Duplicate, first.span, message)
                .help("remove one of the two")
                .fix(Fix::remove(span))
        };
        if let Some((_, count)) = REQUESTED_COUNTS.iter().find(|(known, _)| *known == option) {
            if options.requested.contains(count) {
                return Err(vec![twice(first.span)]);
            }
            options.requested.push(*count);
            continue;
        }
        if !OPTIONS.clauses().contains(&option) {
            return Err(vec![no_option(command, first)]);
        }
        let Some(value) = rest.next() else {
            let message = format!("a word is missing after `{option}`");
            return Err(vec![
                Diagnostic::new(Code::WrongCount, first.span, message).label("nothing follows"),
            ]);
        };
        let repeated = match option {
            "format" => options.format.replace(choice(value, &formats())?).is_some(),
            "straddle" => options
                .straddle
                .replace(choice(value, STRADDLES)?)
                .is_some(),
            _ => options.map.replace(choice(value, ADDRESS_MAPS)?).is_some(),
        };
        if repeated {
            return Err(vec![twice(Span {
                end: value.span.end,
                ..first.span
            })]);
        }
    }
    Ok(options)
}

/// Returns the words that begin an option.
fn option_words() -> Vec<&'static str> {
    OPTIONS
        .clauses()
        .into_iter()
        .chain(REQUESTED_COUNTS.iter().map(|(word, _)| *word))
        .collect()
}

fn choice<T: Copy>(expr: &Expr, words: &[(&'static str, T)]) -> Result<T, Vec<Diagnostic>> {
    let kind = match word(expr) {
        Some(text) => ArgKind::Word {
            text: text.into(),
            value: None,
        },
        None => ArgKind::Value(Value::Bool(false)),
    };
    one_of(
        &Arg {
            kind,
            span: expr.span,
        },
        words,
    )
}

/// Reports that `replay` lacks an option. If the word is a value of an option, suggests the option.
fn no_option(command: &Command, expr: &Expr) -> Diagnostic {
    let diagnostic = unexpected(command, expr, &option_words());
    let options = word(expr).unwrap_or_default();
    let option = OPTIONS.iter().find_map(|option| match option {
        Optional([Keyword(name), words]) => words.words().contains(&options).then_some(name),
        _ => None,
    });
    match option {
        Some(option) => diagnostic.did_you_mean(options, &format!("{option} {options}")),
        None => diagnostic,
    }
}

impl Session<'_> {
    /// Rejects a process, because a trace contains the addresses of another program and runs in its own
    /// process. A trace contains another program's addresses.
    fn not_of_a_process(&self, verb: &Word) -> Result<(), Stop> {
        let CurrentProcess::Process(process) = &self.inside else {
            return Ok(());
        };
        let message = format!("a trace cannot be replayed in `{}`", process.name);
        Err(Diagnostic::new(Code::Misplaced, verb.span, message)
            .label("the trace contains another program's addresses")
            .help(
                "write the `replay` outside of processes; `map demand` runs the trace in a separate process",
            )
            .into())
    }

    /// Returns the mapping of addresses. A machine without an MMU supports only one mapping. With an MMU, a
    /// script must choose, because a script documents its assumptions. The command line uses `demand`, which
    /// most users want.
    fn mapped(&mut self, verb: &Word, options: Option<AddressMap>) -> Result<AddressMap, Stop> {
        let translates = self.machine(verb.span)?.spec().mmu.is_some();
        match (options, translates) {
            (Some(AddressMap::Demand), false) => {
                let message =
                    "this machine does not translate addresses, so there are no pages to map";
                Err(Diagnostic::new(Code::NoMachine, verb.span, message)
                    .label("`map demand` needs a page table")
                    .help("remove `map demand`, or declare `virtual N bits` and `page SIZE`")
                    .into())
            }
            (Some(map), _) => Ok(map),
            (None, false) => Ok(AddressMap::Identity),
            (None, true) => {
                let message = "this machine translates addresses, but `map` is missing";
                Err(Diagnostic::new(Code::WrongCount, verb.span, message)
                    .label("`map` is missing")
                    .help(
                        "add `map identity` to use the trace's addresses as physical addresses, or `map demand` \
                         to simulate TLBs, page walks, and page faults",
                    )
                    .into())
            }
        }
    }
}
