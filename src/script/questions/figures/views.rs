//! Figures that `show` shows, too.

use super::request::Request;
use crate::lang::ast::Expr;
use crate::run::nouns::InvalidEntries;
use crate::run::record::View;
use crate::run::session::Session;
use crate::run::stop::Stop;
use std::sync::Arc;

/// The views of `show` with the same operands.
///
/// # Errors
/// Returns the errors of `show`.
pub(crate) fn shown(session: &mut Session, request: &Request) -> Result<Vec<View>, Stop> {
    let operands: Arc<[Expr]> = request.command.operands.clone();
    let plan = session.as_shown(request.place, &operands)?;
    session.show(plan, request.place, InvalidEntries::Hidden)
}

/// The address spaces of one or two processes.
///
/// # Errors
/// Returns the errors of `show layout`, or `wrong-count`.
pub(crate) fn layout(session: &mut Session, request: &Request) -> Result<Vec<View>, Stop> {
    if request.operands.len() < 2 {
        return shown(session, request);
    }
    session.processes_named(request.place, request.operands)?;
    let mut views = Vec::new();
    for process in request.operands {
        let operands: Arc<[Expr]> = [request.noun.clone(), process.clone()].into();
        let plan = session.as_shown(request.place, &operands)?;
        views.extend(session.show(plan, request.place, InvalidEntries::Hidden)?);
    }
    Ok(views)
}
