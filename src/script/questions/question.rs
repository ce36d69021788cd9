//! Runs and checks questions and their parts.

use std::sync::Arc;

use super::arrangement::Known;
use super::entry::Entry;
use super::papers::{
    self, close_sheet, enter, exam_mut, needs_question_or, open_sheet, sheet_mut,
    unsure_of_question,
};
use super::prose::perhaps_points;
use super::sheet::Sheet;
use super::tables::{as_shown, views_given};
use crate::lang::ast::{Block, Expr, ExprKind, NounColumns, Span, Stmt, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::Value;
use crate::run::nouns::is_noun;
use crate::run::record::Did;
use crate::run::seeds::{mixed, mixed_text};
use crate::run::session::{Checker, Cx, Run};
use crate::run::state::Scope;
use crate::run::stop::Stop;
use pagewalk_engine::machine::random::SplitMix64;

/// Runs a question on a copy of the state, in the same way as a scenario.
///
/// # Errors
/// Returns the errors that end the whole script. Errors within the question end only the question.
pub(crate) fn run_question(
    run: &mut Run,
    stmt: &Stmt,
    title: &Word,
    points: Option<&Expr>,
    body: &Block,
) -> Result<(), Stop> {
    let cx = &mut run.cx;
    refuse_nested(cx, title.span)?;
    let points = perhaps_points(cx, points)?;
    run.enter_isolated(title, true)?;
    let cx = &mut run.cx;
    open_sheet(cx, Sheet::new(title.span, points));
    exam_mut(cx).last_before = cx.state.last.clone();
    // Students do not see the figures outside the question, so no change since them is marked.
    cx.state.discard_figures();
    cx.state.random = own_generator(cx, &title.text);
    let points = points.map(|(points, _)| points);
    enter(
        cx,
        Entry::Question {
            title: title.text.clone(),
            points,
        },
    );
    run.finish(stmt.span, Did::Scenario(title.text.clone()), Vec::new())?;
    run.enter_extension("question", body, stmt.span)
}

/// Returns the random number generator of a question. The generator depends on the script's generator,
/// the title, and the number of earlier questions with this title. Random choices in other questions, and
/// the order of questions, therefore do not affect the generator.
fn own_generator(cx: &mut Cx, title: &Arc<str>) -> SplitMix64 {
    let mut script = cx.state.random;
    let before = exam_mut(cx).titles.entry(title.clone()).or_default();
    let seed = mixed(mixed_text(script.next(), title), *before);
    *before += 1;
    SplitMix64::new(seed)
}

/// Runs a part of a question.
///
/// # Errors
/// Returns the errors in the part.
pub(crate) fn run_part(
    run: &mut Run,
    stmt: &Stmt,
    name: &Word,
    points: Option<&Expr>,
    body: &Block,
) -> Result<(), Stop> {
    let cx = &mut run.cx;
    let points = begin_part(cx, name, points)?;
    let points = points.map(|(points, _)| points);
    enter(
        cx,
        Entry::Part {
            name: name.text.clone(),
            points,
        },
    );
    run.finish(stmt.span, Did::Quiet, Vec::new())?;
    run.enter_extension("part", body, stmt.span)
}

fn begin_part(
    cx: &mut Cx,
    name: &Word,
    points: Option<&Expr>,
) -> Result<Option<(crate::lang::value::Number, Span)>, Stop> {
    let help = "parts belong in a question: write `question \"title\" { … }` around them";
    if let Err(outside) = needs_question_or(cx, name.span, help) {
        let is_first = !std::mem::replace(&mut exam_mut(cx).has_lost_part, true);
        return Err(if is_first { outside } else { Stop::Unknowable });
    }
    if papers::in_part(cx) {
        return Err(Diagnostic::new(
            Code::Misplaced,
            name.span,
            "parts cannot be nested",
        )
        .label("a part cannot contain parts")
        .help("close the previous part with `}` first; its title can show the level, as in `\"a ii\"`")
        .into());
    }
    let points = perhaps_points(cx, points);
    if let Some(sheet) = sheet_mut(cx) {
        sheet.begin(name.span, points.as_ref().ok().copied().flatten());
    }
    if points.is_err() {
        unsure_of_question(cx);
    }
    points
}

pub(crate) fn end_part(cx: &mut Cx) -> Result<(), Stop> {
    sheet_mut(cx).map_or(Ok(()), |sheet| Ok(sheet.end()?))
}

fn refuse_nested(cx: &Cx, place: Span) -> Result<(), Stop> {
    let Some(sheet) = papers::sheet(cx) else {
        return Ok(());
    };
    let outer = sheet.place();
    let wrong = Diagnostic::new(
        Code::Misplaced,
        place,
        "a question cannot be in another question",
    );
    Err(if outer.file == place.file {
        wrong
            .label("a question can contain parts, but not questions")
            .help("close the previous question with `}`, or write `part \"a\" { … }`")
    } else {
        wrong
            .also(outer, "this question includes the file")
            .help("include the file outside of the question")
    }
    .into())
}

/// The help for a `given` outside a question, which may be meant for all questions.
const EACH: &str = "write it inside each question that needs it";

/// `given page_table, tlb`
///
/// # Errors
/// Returns the same errors as `show`.
pub(crate) fn run_given(
    run: &mut Run,
    stmt: &Stmt,
    place: Span,
    nouns: &[NounColumns],
) -> Result<(), Stop> {
    let cx = &mut run.cx;
    needs_question_or(cx, place, EACH)?;
    let mut views = Vec::new();
    for of in nouns {
        views.extend(views_given(cx, place, of)?);
    }
    let in_part = papers::in_part(cx);
    enter(
        cx,
        Entry::Given {
            views: views.clone(),
            in_part,
        },
    );
    run.finish(stmt.span, Did::Shown(views), Vec::new())
}

/// Checks `given` without running it.
///
/// # Errors
/// Returns the same errors as `show`, or `unknown-column`.
pub(crate) fn check_given(cx: &mut Cx, place: Span, nouns: &[NounColumns]) -> Result<(), Stop> {
    needs_question_or(cx, place, EACH)?;
    nouns.iter().try_for_each(|of| {
        // Between triple quotes, a text is preformatted lines, such as a part of a program.
        if let [text] = &*of.noun
            && matches!(text.kind, ExprKind::Value(Value::Text(_)))
            && !cx.text(text.span).trim().starts_with("\"\"\"")
        {
            return Err(prose_given(cx, place, text, nouns).into());
        }
        if of.columns.is_empty() {
            as_shown(cx, place, &of.noun).map(|_| ())
        } else {
            views_given(cx, place, of).map(|_| ())
        }
    })
}

/// Reports a text in `given`, and divides the statement after a text before the other `nouns`.
fn prose_given(cx: &Cx, place: Span, text: &Expr, nouns: &[NounColumns]) -> Diagnostic {
    let message = "`given` prints parts of the state, and `text` prints prose";
    let wrong = Diagnostic::new(Code::UnknownNoun, text.span, message);
    let prose = cx.text(text.span).trim();
    let name = prose.trim_matches('"').to_lowercase().replace(' ', "_");
    if is_noun(&name) {
        let message = "the parts of the state have names without quotes";
        return Diagnostic::new(Code::UnknownNoun, text.span, message)
            .fix(Fix::write(text.span, prose, name));
    }
    if nouns[0].noun[0].span != text.span {
        return wrong.help(format!(
            "write it as a statement of its own: `text {prose}`"
        ));
    }
    let next = nouns.get(1).map(|next| next.noun[0].span.start);
    let end = next.unwrap_or(text.span.end);
    let given = next.map_or("", |_| "; given ");
    let text = format!("text {prose}{given}");
    wrong
        .help(format!("write `{}`", text.trim()))
        .fix(Fix::replace(Span { end, ..place }, text))
}

/// Checks a question without running it.
///
/// # Errors
/// Returns `misplaced`, or the errors in the points.
pub(crate) fn check_question(
    checker: &mut Checker,
    title: &Word,
    points: Option<&Expr>,
    body: &[Stmt],
) -> Result<(), Stop> {
    let cx = &mut checker.cx;
    refuse_nested(cx, title.span)?;
    let points = perhaps_points(cx, points);
    let given = points.as_ref().ok().copied().flatten();
    exam_mut(cx).questions.push(Known {
        title: title.text.clone(),
        points: given.map(|(points, _)| points),
    });
    let state = cx.state.clone();
    cx.state.scopes.push(Scope::new(false));
    open_sheet(cx, Sheet::new(title.span, given));
    if points.is_err() {
        unsure_of_question(cx);
    }
    checker.check_block(body);
    let cx = &mut checker.cx;
    cx.state = state;
    let closed = close_sheet(cx).map_or(Ok(()), |sheet| sheet.close());
    if let Err(diagnostic) = closed {
        cx.report(vec![diagnostic]);
    }
    points.map(|_| ())
}

/// Checks a part without running it.
///
/// # Errors
/// Returns `misplaced`, `no-blank`, `bad-points`, or the errors in the points.
pub(crate) fn check_part(
    checker: &mut Checker,
    name: &Word,
    points: Option<&Expr>,
    body: &[Stmt],
) -> Result<(), Stop> {
    let begun = begin_part(&mut checker.cx, name, points);
    // The statements in a part outside a question are not at fault.
    let outside = papers::sheet(&checker.cx).is_none() && begun.is_err();
    if outside {
        open_sheet(&mut checker.cx, Sheet::new(name.span, None));
        unsure_of_question(&mut checker.cx);
    }
    checker.check_block(body);
    if outside {
        close_sheet(&mut checker.cx);
    }
    begun?;
    end_part(&mut checker.cx)
}
