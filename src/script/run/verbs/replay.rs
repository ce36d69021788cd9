//! Prepares `replay`.

use std::sync::Arc;

use crate::lang::ast::{Command, Expr, ExprKind, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::bind::Param::{self, Keyword, Many, Optional, Words};
use crate::run::bind::{Bound, Params as _, Slot, bind_command, word, words_of};
use crate::run::current_process::CurrentProcess;
use crate::run::programs::{Listing, ProgramCall, ProgramSource, page_size};
use crate::run::record::{ADDRESS_MAPS, AddressMap, Did, REQUESTED_COUNTS, STRADDLES};
use crate::run::session::{Action, Cx};
use crate::run::stop::Stop;
use crate::run::trace_file::{TraceFile, formats, trace_file};
use pagewalk_engine::trace::format::FORMATS;

use super::perform::replay::{self, start_for};
use super::plans::ReplayPlan;
use super::program::{bound_call, not_a_program};

/// `[format lackey|din|csv|pin|gap]`
pub const FORMAT: Param = Optional(&[Keyword("format"), Words(words_of!(FORMATS.name))]);
/// `[straddle split|first]`
pub(crate) const STRADDLE: Param = Optional(&[Keyword("straddle"), Words(words_of!(STRADDLES.0))]);
/// `[map identity|demand|resident]`
pub(crate) const MAP: Param = Optional(&[Keyword("map"), Words(words_of!(ADDRESS_MAPS.0))]);
/// `[kinds|causes|cycles…]`
pub(crate) const COUNTS: Param = Optional(&[Many(&Words(words_of!(REQUESTED_COUNTS.0)))]);

/// Prepares `replay "file.trace" [format F] [straddle S] [map M] [COUNT…]`, with the options in any order.
pub(crate) fn replay(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let Some(file) = bound.operands.first() else {
        return Err(nothing_to_replay(cx, bound));
    };
    bound.refuse()?;
    not_of_a_process(cx, bound.place)?;
    let call = bound_call(cx, file, bound)?;
    let map = mapped(cx, bound.place, bound.choice("map", ADDRESS_MAPS))?;
    let requested = |word: &str| REQUESTED_COUNTS.iter().find(|(name, _)| *name == word);
    let file = match (call, &file.kind) {
        (Some(call), _) => TraceFile::of_program(in_memory(cx, call, map, bound.place)?),
        (None, ExprKind::Value(Value::Text(path))) => {
            let name = Word {
                text: path.clone(),
                span: file.span,
            };
            trace_file(cx, name, bound.choice("format", &formats()))?
        }
        (None, _) => return Err(not_a_trace(cx, file).into()),
    };
    let plan = Arc::new(ReplayPlan {
        file,
        straddle: bound.choice("straddle", STRADDLES).unwrap_or_default(),
        map,
        requested: bound
            .words()
            .filter_map(requested)
            .map(|(_, count)| *count)
            .collect(),
    });
    let replay = Arc::clone(&plan);
    Ok(
        Action::operation(move |cx| Ok(Did::Replay(Box::new(replay::replay(cx, &replay)?))))
            .when_checking(move |cx| start_for(cx, &plan).map(|_| ())),
    )
}

/// Reports that neither a trace nor a program is named, and suggests the program if there is one.
fn nothing_to_replay(cx: &Cx, bound: &Bound) -> Stop {
    let wrong = bound.missing(Slot::Trace.description());
    let Some(program) = cx.state.programs().next() else {
        return wrong.into();
    };
    let has_mmu = cx.spec().is_some_and(|spec| spec.mmu.is_some());
    let map = if has_mmu { " map demand" } else { "" };
    let (place, operands) = (bound.place, format!(" {program}{map}"));
    wrong
        .help(format!("write `replay{operands}`"))
        .fix(Fix::put_in(place.file, place.end, operands))
        .into()
}

/// Returns the accesses of a program in the machine's memory.
fn in_memory(
    cx: &mut Cx,
    call: ProgramCall,
    map: AddressMap,
    place: Span,
) -> Result<ProgramSource, Stop> {
    let spec = cx.machine(place)?.spec();
    let end = match (map, &spec.mmu) {
        (AddressMap::Demand | AddressMap::Resident, Some(mmu)) => mmu.virtual_bits,
        _ => spec.physical_bits,
    };
    let page = page_size(Some(spec));
    Ok(ProgramSource::new(call, 1_u64.checked_shl(end), page)?)
}

/// Returns the accesses of the program that a `replay` of a command names.
///
/// # Errors
/// Returns the errors of `replay`, and `misplaced` for a clause about the whole replay, because the command has options for these.
pub(crate) fn named_program(
    cx: &mut Cx,
    command: &Command,
    map: AddressMap,
) -> Result<ProgramSource, Stop> {
    let params = cx
        .language()
        .verb("replay")
        .map_or(&[][..], |row| row.params);
    let bound = bind_command(params, command);
    bound.refuse()?;
    let Some(name) = bound.operands.first() else {
        return Err(Stop::Unknowable);
    };
    let of_replay: &[Param] = &[STRADDLE, MAP, COUNTS];
    let mut words = bound.args().filter(|arg| arg.param.slot().is_none());
    if let Some(arg) = words.find(|arg| {
        arg.param
            .words()
            .iter()
            .any(|word| of_replay.has_word(word))
    }) {
        let word = cx.text(arg.is.span);
        let message = format!("`{word}` is a clause of the whole replay, not of the program");
        let wrong = Diagnostic::new(Code::Misplaced, arg.is.span, message);
        return Err(wrong
            .label("the command has options instead")
            .help("`call` and `define` can follow the program's name; a script can replay it with all clauses")
            .into());
    }
    match bound_call(cx, name, &bound)? {
        Some(call) => in_memory(cx, call, map, bound.place),
        None => Err(not_a_program(cx, name)),
    }
}

/// Reports that the first operand is not the name of a trace.
fn not_a_trace(cx: &Cx, file: &Expr) -> Diagnostic {
    let name = cx.text(file.span);
    let defines = |listing: &&Arc<Listing>| listing.text.contains(&format!("{name}("));
    if let (Some(_), Some(listing)) = (word(file), cx.state.listings().find(defines)) {
        let program = &listing.name.text;
        let message = format!("`{name}` is a function of the program `{program}`");
        let none = ["()", "(void)"].map(|none| format!("{name}{none}"));
        let has_none = none.iter().any(|none| listing.text.contains(none));
        let arguments = if has_none { "" } else { "(…)" };
        return Diagnostic::new(Code::WrongType, file.span, message)
            .help(format!("write `replay {program} call {name}{arguments}`"));
    }
    let mut programs = cx.state.programs();
    if let (Some(_), Some(first)) = (word(file), programs.next()) {
        let message = format!("`{name}` is not a program");
        let near = nearest(name, std::iter::once(first).chain(programs));
        return Diagnostic::new(Code::UnknownWord, file.span, message)
            .did_you_mean(name, near.unwrap_or(first));
    }
    let message = "the name of a trace in quotes, or of a program, is needed here";
    let wrong = Diagnostic::new(Code::WrongType, file.span, message)
        .label("neither a string nor a program");
    // `traces/yi.trace`
    let is_path = name.contains(['/', '.']) && !name.contains([' ', '"', '(']);
    if is_path {
        let quoted = format!("\"{name}\"");
        return wrong
            .help(format!("write `replay {quoted}`"))
            .fix(Fix::write(file.span, name, quoted.clone()));
    }
    wrong.help(
        "put the trace into the script's folder, and name it in quotes: `replay \"file.trace\"`",
    )
}

/// Rejects a process, because a trace contains the addresses of another program and runs in its own
/// process. A trace contains another program's addresses.
fn not_of_a_process(cx: &Cx, place: Span) -> Result<(), Stop> {
    let CurrentProcess::Process(process) = &cx.inside else {
        return Ok(());
    };
    let message = format!("a trace cannot be replayed in `{}`", process.name);
    Err(Diagnostic::new(Code::Misplaced, place, message)
            .label("the trace contains another program's addresses")
            .help(
                "write the `replay` outside of processes; `map demand` runs the trace in a separate process",
            )
            .into())
}

/// Returns the mapping of addresses. A machine without an MMU supports only one mapping. With an MMU, a
/// script must choose, because a script documents its assumptions. The command line uses `demand`, which
/// most users want.
fn mapped(cx: &mut Cx, place: Span, options: Option<AddressMap>) -> Result<AddressMap, Stop> {
    let translates = cx.machine(place)?.spec().mmu.is_some();
    match (options, translates) {
        (Some(map @ (AddressMap::Demand | AddressMap::Resident)), false) => {
            let message = "this machine does not translate addresses, so there are no pages to map";
            let map = map.word();
            Err(Diagnostic::new(Code::NoMachine, place, message)
                .label(format!("`map {map}` needs a page table"))
                .help(format!(
                    "remove `map {map}`, or declare `virtual N bits` and `page SIZE`"
                ))
                .into())
        }
        (Some(map), _) => Ok(map),
        (None, false) => Ok(AddressMap::Identity),
        (None, true) => {
            let message = "this machine translates addresses, but `map` is missing";
            Err(Diagnostic::new(Code::WrongCount, place, message)
                    .label("`map` is missing")
                    .help(
                        "add `map identity` to use the trace's addresses as physical addresses, or `map demand` \
                         to simulate TLBs, page walks, and page faults (`map resident`: without page faults)",
                    )
                    .into())
        }
    }
}
