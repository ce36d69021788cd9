//! The exam state of a session, and functions that add entries to the paper.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::arrangement::{Arrangement, Known};
use super::entry::{Entry, EntryItem, Hardware, ItemKind, Printed, Radix, Sharing};
use super::sheet::Sheet;
use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Number;
use crate::run::record::{Did, View};
use crate::run::session::{Action, Cx};
use crate::run::stop::Stop;
use pagewalk_engine::kernel::Kernel;

/// The exam state of a session.
#[derive(Clone, Default)]
pub(crate) struct Papers {
    /// Number of questions per title so far.
    pub(crate) titles: BTreeMap<Arc<str>, u64>,
    /// The arrangement of the paper. Only the check before a run sets it.
    pub(crate) arrangement: Option<Arrangement>,
    /// The questions of the script. Only the check before a run adds them.
    pub(crate) questions: Vec<Known>,
    /// The number of the file with the `exam` block that applies.
    pub(crate) cover: Option<u32>,
    /// The radix of the paper, if `exam` specifies a radix.
    pub(crate) radix: Option<Radix>,
    /// The latest operation before the current question, which `ask last` does not ask about, because the tables of the
    /// question show the state after the operation.
    pub(crate) last_before: Option<Arc<Did>>,
    /// Whether a part outside a question has been reported, which the other parts need not repeat.
    pub(crate) has_lost_part: bool,
    sheet: Option<Sheet>,
}

/// Returns an action that adds an entry to the paper and displays the entry.
pub(crate) fn puts(entry: Entry, views: Vec<View>) -> Action {
    Action::does(move |cx| {
        enter(cx, entry);
        Ok(Did::Shown(views))
    })
}

/// Returns the exam state, which is the state of the language's extension.
///
/// # Panics
/// Never panics, because the stored state has this type.
pub(crate) fn exam_mut<'c>(cx: &'c mut Cx) -> &'c mut Papers {
    let state = &mut cx.extension;
    if Arc::get_mut(state).is_none_or(|state| !state.is::<Papers>()) {
        let copy = state.downcast_ref::<Papers>().cloned();
        *state = Arc::new(copy.unwrap_or_default());
    }
    let state = Arc::get_mut(state).and_then(|state| state.downcast_mut());
    state.expect("the extension has this type")
}

/// Returns the exam state, if there is any.
fn exam<'c>(cx: &'c Cx) -> Option<&'c Papers> {
    cx.extension.downcast_ref()
}

/// Returns the radix of the paper, if `exam` specifies a radix.
pub(crate) fn radix_of_paper(cx: &Cx) -> Option<Radix> {
    exam(cx)?.radix
}

pub(crate) fn sheet<'c>(cx: &'c Cx) -> Option<&'c Sheet> {
    exam(cx)?.sheet.as_ref()
}

/// Returns the current question for modification.
pub(crate) fn sheet_mut<'c>(cx: &'c mut Cx) -> Option<&'c mut Sheet> {
    exam_mut(cx).sheet.as_mut()
}

pub(crate) fn open_sheet(cx: &mut Cx, sheet: Sheet) {
    cx.blocks.draws_together = true;
    exam_mut(cx).sheet = Some(sheet);
}

pub(crate) fn close_sheet(cx: &mut Cx) -> Option<Sheet> {
    cx.blocks.draws_together = false;
    exam_mut(cx).sheet.take()
}

/// Attaches an entry of the paper to the next record.
pub(crate) fn enter(cx: &mut Cx, entry: Entry) {
    cx.attachment = Some(Arc::new(entry));
}

/// Whether the current entry is in a part.
pub(crate) fn in_part(cx: &Cx) -> bool {
    sheet(cx).is_some_and(Sheet::in_part)
}

/// Rejects a statement outside a question. Definitions are allowed, because a question can call them.
///
/// # Errors
/// Returns `misplaced`.
pub(crate) fn needs_question(cx: &Cx, place: Span) -> Result<(), Stop> {
    let help = "write `question \"title\" points 10 { … }` around it";
    needs_question_or(cx, place, help)
}

/// Rejects a statement outside a question with this help.
///
/// # Errors
/// Returns `misplaced`.
pub(crate) fn needs_question_or(cx: &Cx, place: Span, help: &str) -> Result<(), Stop> {
    let called = cx.checking() && cx.state.scopes.iter().any(|scope| scope.private);
    if sheet(cx).is_some() || called {
        return Ok(());
    }
    Err(Diagnostic::new(
        Code::Misplaced,
        place,
        "this statement is allowed only in a question",
    )
    .label("outside of a question")
    .help(help)
    .into())
}

/// Marks the rest of the question as unknown, during the check before a run.
pub(crate) fn unsure_of_question(cx: &mut Cx) {
    // Outside questions, the state of the papers stays as it is.
    if sheet(cx).is_some()
        && let Some(sheet) = sheet_mut(cx)
    {
        sheet.unsure();
    }
}

/// Returns an item of the paper, and adds it to the current question.
pub(crate) fn item(cx: &mut Cx, kind: ItemKind, points: Option<(Number, Span)>) -> Entry {
    let points = points.map(|(points, _)| points);
    if let Some(sheet) = sheet_mut(cx) {
        sheet.add(points, kind.blanks());
    }
    let item = EntryItem {
        kind,
        printed: Printed::default(),
        points,
        hardware: hardware(cx),
        last: None,
    };
    Entry::Item {
        item: Box::new(item),
        in_part: in_part(cx),
    }
}

fn hardware(cx: &Cx) -> Option<Hardware> {
    let spec = cx.spec()?.clone();
    let kernel = cx.state.kernel();
    Some(Hardware {
        spec,
        kernel: kernel.map(|kernel| kernel.config().clone()),
        frames: kernel.map(Kernel::frame_limit),
        sharing: kernel.map_or_else(Sharing::default, Sharing::of),
        before: None,
    })
}
