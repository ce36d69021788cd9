//! `figure walk`: the page walk of an address.

use super::request::Request;
use crate::lang::ast::{Expr, ExprKind, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::nouns::ShowPlan;
use crate::run::record::{View, WalkLevel, WalkView};
use crate::run::session::Session;
use crate::run::stop::Stop;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::event::{AccessKind, Event, Privilege, PteKind};
use pagewalk_engine::machine::spec::Mmu;

/// Walks the page tables of the machine or of the running process, regardless of the TLBs and of
/// permissions. The walk through the page tables is the same with and without a TLB hit.
///
/// # Errors
/// Returns `wrong-count`, `bad-geometry`, or `address-too-wide`.
pub(crate) fn walk(session: &mut Session, request: &Request) -> Result<Vec<View>, Stop> {
    let place = request.noun.span;
    let va = match request.operands {
        [va] => va,
        [_, more, ..] => return Err(request.unexpected(more).into()),
        [] => {
            return Err(Diagnostic::new(
                Code::WrongCount,
                place,
                "`figure walk` needs one address",
            )
            .label("no address follows")
            .help("write `figure walk 0x3D4`")
            .into());
        }
    };
    Ok(vec![View::Walk(Box::new(walked(session, place, va)?.0))])
}

/// Returns the walk of an address, and the process whose page tables it uses.
///
/// # Errors
/// Returns `bad-geometry` or `address-too-wide`.
pub(super) fn walked(
    session: &mut Session,
    place: Span,
    va: &Expr,
) -> Result<(WalkView, Option<Pid>), Stop> {
    let address = session.address(va, 1)?;
    let tables = Expr {
        kind: ExprKind::Name("tables".into()),
        span: place,
    };
    let ShowPlan::Noun(_, pid) = session.as_shown(place, &[tables].into())? else {
        return Err(Stop::Unknowable);
    };
    let process = pid.and_then(|pid| session.kernel(place).ok()?.process(pid));
    let of = process.map_or_else(String::new, |process| process.name.to_string());
    let mut machine = session.machine_seen(pid, place)?.into_owned();
    let spec = machine.spec().clone();
    let Some(mmu) = spec.mmu.clone() else {
        return Err(no_page_tables(place).into());
    };
    // Not a flush, which would keep global entries.
    machine.invlpg(address, &mut ());
    let mut events: Vec<Event> = Vec::new();
    let pa = machine
        .translate_as(
            address,
            AccessKind::Read,
            Privilege::Supervisor,
            &mut events,
        )
        .ok();
    let levels = fetched(&mmu, &events);
    let pa = pa.map(Pa::raw);
    Ok((
        WalkView {
            spec,
            of,
            va: address.raw(),
            levels,
            pa,
        },
        pid,
    ))
}

/// Returns the entries that a walk fetched, top first.
pub(super) fn fetched(mmu: &Mmu, events: &[Event]) -> Vec<WalkLevel> {
    let level = |event: &Event| match event {
        Event::Pte {
            level,
            index,
            address,
            value,
            found,
        } => Some(WalkLevel {
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
    events.iter().filter_map(level).collect()
}

/// Reports that the machine has only physical addresses.
pub(super) fn no_page_tables(place: Span) -> Diagnostic {
    Diagnostic::new(Code::BadGeometry, place, "this machine has no page tables")
        .help("declare `virtual` and `page` in `machine { … }`")
}
