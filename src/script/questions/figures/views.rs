//! Figures that `show` can also show.

use super::request::Request;
use crate::questions::probed::probed;
use crate::run::nouns::{ShowPlan, message_level, messages_of};
use crate::run::record::View;
use crate::run::session::Session;
use crate::run::stop::Stop;
use crate::run::table::InvalidEntries;

/// The views of `show` with the same operands.
///
/// # Errors
/// Returns the errors of `show`, or `no-answer` if there is nothing to draw.
pub(crate) fn shown(session: &mut Session, request: &Request) -> Result<Vec<View>, Stop> {
    let plan = session.as_shown(request.place, request.bound.operands)?;
    let views = session.show(plan, request.place, InvalidEntries::Hidden)?;
    request.drawable(session, views)
}

/// The table of a noun in the columns of the script, with the changes since its previous figure, or the other views of `show`.
///
/// # Errors
/// Returns the errors of `show`, or `no-answer` if there is nothing to draw.
pub(crate) fn contents(session: &mut Session, request: &Request) -> Result<Vec<View>, Stop> {
    let plan = session.as_shown(request.place, request.bound.operands)?;
    let contents = match &plan {
        ShowPlan::Table(noun, level, None) => Some((*noun, *level)),
        _ => None,
    };
    let views = session.show(plan, request.place, InvalidEntries::Hidden)?;
    let mut views = request.drawable(session, views)?;
    for view in &mut views {
        if let (View::Table(table), Some(contents)) = (&mut *view, contents) {
            session.in_columns_of_set(table, contents, request.place)?;
        }
        if let View::Maps { table, .. } = view {
            *view = View::Table(table.clone());
        }
        let subject = view.subject();
        if let (View::Table(table), Some(subject)) = (view, subject) {
            match session.state.figure_of(&subject) {
                Some(View::Table(before)) => table.mark(Some(before)),
                _ => table.mark(None),
            }
        }
    }
    Ok(views)
}

/// The messages of an operation, or of the latest access or system call.
///
/// # Errors
/// Returns the errors of the operation, or `no-answer` if there is nothing to draw.
pub(crate) fn steps(session: &mut Session, request: &Request) -> Result<Vec<View>, Stop> {
    let (level, operands) = message_level(request.operands);
    if operands.is_empty() {
        let views = messages_of(session.state.last.as_deref(), level);
        return request.drawable(session, views);
    }
    let access = probed(session, operands, request.bound.assigned)?;
    Ok(vec![View::Steps(Box::new(access), level)])
}
