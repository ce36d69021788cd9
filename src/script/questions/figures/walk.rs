//! `figure walk`: the page walk of an address.

use super::request::Request;
use crate::lang::ast::{Expr, ExprKind, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::questions::tables::as_shown;
use crate::run::bind::Slot;
use crate::run::eval;
use crate::run::nouns::ShowPlan;
use crate::run::nouns::plan::machine_seen;
use crate::run::record::{View, WalkView};
use crate::run::session::Cx;
use crate::run::steps::Walk;
use crate::run::stop::Stop;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::machine::event::{AccessKind, Privilege};

/// Walks the page tables of the machine or of the running process, regardless of the TLBs and of
/// permissions. The walk through the page tables is the same with and without a TLB hit.
///
/// # Errors
/// Returns `wrong-count`, `bad-geometry`, or `address-too-wide`.
pub(crate) fn walk(cx: &mut Cx, request: &Request) -> Result<Vec<View>, Stop> {
    let place = request.noun.span;
    request.refuse()?;
    let Some(va) = request.bound.slot(Slot::Va) else {
        return Err(request.needs_address(request.noun).into());
    };
    Ok(vec![View::Walk(Box::new(walked(cx, place, va)?.0))])
}

/// Returns the walk of an address, and the process whose page tables it uses.
///
/// # Errors
/// Returns `bad-geometry` or `address-too-wide`.
pub(super) fn walked(cx: &mut Cx, place: Span, va: &Expr) -> Result<(WalkView, Option<Pid>), Stop> {
    let address = eval::address(cx, va, 1)?;
    let tables = Expr {
        kind: ExprKind::Name("tables".into()),
        span: place,
    };
    let ShowPlan::Noun(_, pid) = as_shown(cx, place, &[tables])? else {
        return Err(Stop::Unknowable);
    };
    let process = pid.and_then(|pid| cx.kernel(place).ok()?.process(pid));
    let of = process.map_or_else(String::new, |process| process.name.to_string());
    let machine = machine_seen(cx, pid, place)?;
    if machine.spec().mmu.is_none() {
        return Err(no_page_tables(place).into());
    }
    let walk = Walk::of_machine(&machine, address, AccessKind::Read, Privilege::Supervisor);
    let spec = machine.spec().clone();
    Ok((WalkView { spec, of, walk }, pid))
}

/// Reports that the machine has only physical addresses.
pub(super) fn no_page_tables(place: Span) -> Diagnostic {
    Diagnostic::new(Code::BadGeometry, place, "this machine has no page tables")
        .help("declare `virtual` and `page` in `machine { … }`")
}
