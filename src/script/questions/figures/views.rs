//! Figures that `show` can also show.

use super::request::Request;
use crate::questions::probed::probed;
use crate::questions::tables::{as_shown, in_columns_of_set};
use crate::run::nouns::plan::show;
use crate::run::nouns::{ShowPlan, message_level, messages_of};
use crate::run::record::View;
use crate::run::session::Cx;
use crate::run::stop::Stop;
use crate::run::table::InvalidEntries;

/// The views of `show` with the same operands.
///
/// # Errors
/// Returns the errors of `show`, or `no-answer` if there is nothing to draw.
pub(crate) fn shown(cx: &mut Cx, request: &Request) -> Result<Vec<View>, Stop> {
    let plan = as_shown(cx, request.place, request.bound.operands)?;
    let views = show(cx, plan, request.place, InvalidEntries::Hidden)?;
    request.drawable(cx, views)
}

/// The table of a noun in the columns of the script, with the changes since its previous figure, or the other views of `show`.
///
/// # Errors
/// Returns the errors of `show`, or `no-answer` if there is nothing to draw.
pub(crate) fn contents(cx: &mut Cx, request: &Request) -> Result<Vec<View>, Stop> {
    let plan = as_shown(cx, request.place, request.bound.operands)?;
    let contents = match &plan {
        ShowPlan::Table(noun, level, None) => Some((*noun, *level)),
        _ => None,
    };
    let views = show(cx, plan, request.place, InvalidEntries::Hidden)?;
    let mut views = request.drawable(cx, views)?;
    for view in &mut views {
        if let (View::Table(table), Some(contents)) = (&mut *view, contents) {
            in_columns_of_set(cx, table, contents, request.place)?;
        }
        if let View::Maps { table, .. } = view {
            *view = View::Table(table.clone());
        }
        let subject = view.subject();
        if let (View::Table(table), Some(subject)) = (view, subject) {
            match cx.state.figure_of(&subject) {
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
pub(crate) fn steps(cx: &mut Cx, request: &Request) -> Result<Vec<View>, Stop> {
    let (level, operands) = message_level(request.operands);
    if operands.is_empty() {
        let views = messages_of(cx.state.last.as_deref(), level);
        return request.drawable(cx, views);
    }
    let access = probed(cx, operands, request.bound.assigned)?;
    Ok(vec![View::Steps(Box::new(access), level)])
}
