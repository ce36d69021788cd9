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
