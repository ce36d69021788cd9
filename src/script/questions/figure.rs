//! The statement `figure`.

use super::entry::{Entry, Figure};
use super::papers::puts;
use super::probed::probed;
use crate::lang::ast::{Command, Expr, ExprKind, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::run::nouns::{InvalidEntries, ShowPlan, message_level, messages_of};
use crate::run::record::{BitsView, Did, Shown, View, WalkLevel, WalkView};
use crate::run::session::{Action, Session};
use crate::run::stop::Stop;
use crate::run::verbs::too_wide;
use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::event::{AccessKind, Event, Privilege, PteKind};
use std::sync::Arc;

/// `figure NAME …`, which adds a figure to a question, or shows a figure outside questions
///
/// # Errors
/// Returns `unknown-word`, `wrong-count`, or `address-too-wide`.
pub(crate) fn figure(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let place = command.verb.span;
    let Some((first, rest)) = command.operands.split_first() else {
        return Err(Diagnostic::new(Code::WrongCount, place, "`figure` needs something to draw")
            .label("nothing follows")
            .into());
    };
    match (super::rows::word(first), rest) {
        (Some("bits"), operands) if address_of(operands).is_some() => {
            let (figure, view) = bits(session, operands)?;
            Ok(drawn(session, figure, vec![view]))
        }
        (Some("layout"), [_, _, ..]) => {
            let mut views = Vec::new();
            session.processes_named(place, rest)?;
            for process in rest {
                let operands: Arc<[Expr]> = [first.clone(), process.clone()].into();
                let plan = session.as_shown(place, &operands)?;
                views.extend(session.show(plan, place, InvalidEntries::Hidden)?);
            }
            Ok(drawn(session, Figure::Views(views.clone()), views))
        }
        (Some("walk"), [va]) => {
            let view = walk(session, first.span, va)?;
            Ok(drawn(session, Figure::Views(vec![view.clone()]), vec![view]))
        }
        (Some("walk"), []) => {
            Err(Diagnostic::new(Code::WrongCount, first.span, "`figure walk` needs one address")
                .label("no address follows")
                .help("write `figure walk 0x3D4`")
                .into())
        }
        (Some("frames"), named) => {
            let view = session.sharing(place, named)?;
            Ok(drawn(session, Figure::Views(vec![view.clone()]), vec![view]))
        }
        (Some("steps"), operands) => {
            let (level, operands) = message_level(operands);
            let views = if operands.is_empty() {
                messages_of(session.state.last.as_deref(), level)
            } else {
                let access = probed(session, operands, command.assigned.as_ref())?;
                vec![View::Steps(Box::new(access), level)]
            };
            Ok(drawn(session, Figure::Views(views.clone()), views))
        }
        (Some("layout" | "tables" | "reference"), _) => {
            let operands: Arc<[Expr]> = command.operands.clone();
            let plan = session.as_shown(place, &operands)?;
            let views = session.show(plan, place, InvalidEntries::Hidden)?;
            Ok(drawn(session, Figure::Views(views.clone()), views))
        }
        (Some("bits"), [blank, _] | [_, blank]) if super::rows::word(blank) == Some("blank") => {
            Err(unneeded(session, command, blank).into())
        }
        (Some("bits"), [_, more, ..]) => {
            Err(Diagnostic::new(Code::WrongCount, more.span, "`figure bits` takes only one address")
                .label("unexpected here")
                .into())
        }
        (Some("bits"), []) => {
            Err(Diagnostic::new(Code::WrongCount, first.span, "`figure bits` needs one address")
                .label("no address follows")
                .help("write `figure bits 0x3D4`")
                .into())
        }
        _ => {
            let unknown = Diagnostic::new(Code::UnknownWord, first.span, "unknown figure");
            let verb = session.language.verb(&command.verb.text);
            let help = verb.map_or_else(String::new, |verb| format!("write `{}`", verb.usage()));
            Err(unknown.help(help).into())
        }
    }
}

/// Returns an action that shows a figure and, in a question, adds it to the paper.
fn drawn(session: &Session, figure: Figure, views: Vec<View>) -> Action {
    if session.is_in_question() {
        return puts(Entry::Figure { figure, in_part: session.in_part() }, views);
    }
    Action::does(move |_| Ok(Did::Shown(views)))
}

/// Returns the address in `VA`, `VA fields`, `pa PA`, or `pa PA fields`, whether the address is physical, and whether the
/// figure shows its fields. Returns `None` for other operands.
fn address_of(operands: &[Expr]) -> Option<(&Expr, bool, bool)> {
    let named = |operand: &Expr, name| super::rows::word(operand) == Some(name);
    match operands {
        [address] => Some((address, false, false)),
        [pa, address] if named(pa, "pa") => Some((address, true, false)),
        [address, fields] if named(fields, "fields") => Some((address, false, true)),
        [pa, address, fields] if named(pa, "pa") && named(fields, "fields") => Some((address, true, true)),
        _ => None,
    }
}

/// Reports the word `blank`, which is unnecessary because the boxes of bits are always blank on a paper.
fn unneeded(session: &Session, command: &Command, blank: &Expr) -> Diagnostic {
    let operands = command.operands.iter().filter(|operand| operand.span != blank.span);
    let rest: Vec<&str> = operands.map(|operand| session.text(operand.span).trim()).collect();
    let end = command.operands.last().map_or(blank.span.end, |last| last.span.end);
    let place = Span { start: command.operands[0].span.start, end, ..blank.span };
    Diagnostic::new(Code::UnknownWord, blank.span, "`figure bits` does not accept `blank`")
        .label("not needed, because a paper always prints the boxes empty")
        .fix(Fix::replace(place, rest.join(" ")))
}

/// Walks the page tables of the machine or of the running process, regardless of the TLBs and of permissions.
fn walk(session: &mut Session, place: Span, va: &Expr) -> Result<View, Stop> {
    let address = session.address(va, 1)?;
    let tables = Expr { kind: ExprKind::Name("tables".into()), span: place };
    let ShowPlan::Noun(_, pid) = session.as_shown(place, &[tables].into())? else {
        return Err(Stop::Unknowable);
    };
    let process = pid.and_then(|pid| session.kernel(place).ok()?.process(pid));
    let of = process.map_or_else(String::new, |process| process.name.to_string());
    let mut machine = session.machine_seen(pid, place)?.into_owned();
    let spec = machine.spec().clone();
    let Some(mmu) = spec.mmu.clone() else {
        return Err(Diagnostic::new(Code::BadGeometry, place, "this machine has no page tables")
            .help("declare `virtual` and `page` in `machine { … }`")
            .into());
    };
    machine.flush_tlb(None, &mut ());
    let mut events: Vec<Event> = Vec::new();
    let pa = machine.translate_as(address, AccessKind::Read, Privilege::Supervisor, &mut events).ok();
    let level = |event: &Event| match event {
        Event::Pte { level, index, address, value, found } => Some(WalkLevel {
            level: *level,
            index: *index,
            at: address.map(Pa::raw),
            raw: *value,
            ppn: value
                .filter(|_| matches!(found, PteKind::Table | PteKind::Page))
                .map(|raw| mmu.pte.decode(raw).ppn),
            found: *found,
        }),
        _ => None,
    };
    let levels = events.iter().filter_map(level).collect();
    Ok(View::Walk(Box::new(WalkView { spec, of, va: address.raw(), levels, pa: pa.map(Pa::raw) })))
}

/// Returns the figure of an address, and its view.
fn bits(session: &mut Session, operands: &[Expr]) -> Result<(Figure, View), Stop> {
    let Some((address, pa, fields)) = address_of(operands) else { return Err(Stop::Unknowable) };
    let value = if pa { session.integer(address)? } else { session.address(address, 1)?.raw() };
    let Some(spec) = session.spec().cloned() else { return Err(Stop::Unknowable) };
    let physical = pa || spec.mmu.is_none();
    let bits = if physical { spec.physical_bits } else { spec.virtual_bits() };
    if value.checked_shr(bits).unwrap_or(0) != 0 {
        return Err(too_wide(address.span, value, "physical", bits).into());
    }
    if fields {
        let view = View::Bits(Box::new(BitsView { spec, physical, value }));
        return Ok((Figure::Views(vec![view.clone()]), view));
    }
    let title = if physical { "physical address" } else { "virtual address" }.to_owned();
    let shown = View::Value { of: title.clone(), value: Shown::field(value, bits) };
    Ok((Figure::Bits { title, bits, value }, shown))
}
