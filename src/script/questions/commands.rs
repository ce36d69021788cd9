//! `exam`, `text`, `solution`, `space`, `essay`.

use std::sync::Arc;

use super::arrangement::{Arrangement, arranges};
use super::arranging::arrange;
use super::entry::{Entry, ItemKind, Rubric};
use super::papers::{self, enter, exam_mut, item, needs_question, puts, sheet};
use super::prose::{self, perhaps_points, prose_of, radix_of, reflowed};
use super::rows::{each_setting, known, missing, settings};
use super::settings::{
    ADDRESSABLE, ADDRESSABLE_UNITS, ARRANGEMENT_SETTINGS, COVER_SETTINGS, ESSAY_SETTINGS, LAYOUTS,
    NOTATION_SETTINGS,
};
use super::sheet::Sheet;
use crate::lang::ast::{Expr, ExprKind, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::lang::value::{Dimension, Number, Unit};
use crate::run::bind::{Atom, Bound, Param, Piece, Slot, TEXT, word};
use crate::run::eval::eval;
use crate::run::record::{Did, Shown, View};
use crate::run::session::{Action, Cx};
use crate::run::settings::list;
use crate::run::stop::Stop;

/// Units for the height of a space on the paper, with their lengths in millimeters. A ruled line is 8 mm
/// high.
pub const LENGTHS: [(&str, u64); 3] = [("mm", 1), ("cm", 10), ("lines", 8)];

/// The parameters for the units of [`LENGTHS`].
pub(super) const UNITS_OF_LENGTH: &[Param] = &[
    Param::Unit(LENGTHS[1].0),
    Param::Unit(LENGTHS[0].0),
    Param::Unit(LENGTHS[2].0),
];

/// `exam { title "…", course "…", duration 90 min, aids "…", instructions "…", pool …, shuffle questions }`
///
/// # Errors
/// Returns `misplaced`, `unknown-setting`, `duplicate`, or `wrong-count`.
pub(crate) fn exam(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let place = bound.place;
    if sheet(cx).is_some() {
        return Err(
            Diagnostic::new(Code::Misplaced, place, "`exam` describes the whole paper")
                .label("in a question")
                .help("write `exam` before the first question")
                .into(),
        );
    }
    // The `exam` block of the script itself, which is the first file, replaces the `exam` blocks of included
    // files. A file of a question bank is therefore a complete exam, which you can print and check
    // alone.
    let before = exam_mut(cx).cover;
    if place.file != 0 && before.is_some_and(|file| file != place.file) {
        return Ok(Action::does(|_| Ok(Did::Shown(Vec::new()))));
    }
    if let Some(dropped) = bound.operands.first() {
        return Err(dropped_title(cx, bound, dropped).into());
    }
    bound.refuse()?;
    let mut fields: Vec<(Arc<str>, String)> = Vec::new();
    let mut radix = None;
    let mut arrangement = Arrangement {
        seed: cx.state.seed,
        ..Arrangement::default()
    };
    let all = settings(bound)?;
    for (at, setting) in all.iter().enumerate() {
        let name = &setting.name;
        let rows = [COVER_SETTINGS, NOTATION_SETTINGS, ARRANGEMENT_SETTINGS];
        let row = known(setting, &rows, "exam")?;
        let once = rows
            .concat()
            .iter()
            .any(|row| row.name == &*name.text && !row.repeats);
        if once && all[..at].iter().any(|before| before.name.text == name.text) {
            let message = format!("`{}` is given twice", name.text);
            return Err(Diagnostic::new(Code::Duplicate, name.span, message).into());
        }
        if &*name.text == "radix" {
            let Some(value) = setting.values.first() else {
                return Err(row.missing("a radix").into());
            };
            radix = Some(radix_of(value)?);
            continue;
        }
        if &*name.text == "layout" {
            row.refuse()?;
            arrangement.continuous = row.has(LAYOUTS[1]);
            continue;
        }
        if arranges(&name.text) {
            arrange(cx, &mut arrangement, &row)?;
            continue;
        }
        let text = match words(cx, &row) {
            // The other settings can have mistakes of their own.
            Err(Stop::Wrong(wrong)) if cx.checking() => {
                cx.report(wrong);
                continue;
            }
            text => text?,
        };
        if &*name.text == ADDRESSABLE && !ADDRESSABLE_UNITS.contains(&&*text) {
            let message = format!("`{text}` is not a unit of memory");
            let span = setting
                .values
                .first()
                .map_or(setting.span, |value| value.span);
            return Err(Diagnostic::new(Code::UnknownWord, span, message)
                .help("write `byte` or `word`")
                .into());
        }
        fields.push((name.text.clone(), text));
    }
    let pairs = fields
        .iter()
        .map(|(name, text)| (name.to_string(), text.clone()))
        .collect();
    let view = View::Pairs {
        title: "exam".to_owned(),
        pairs,
    };
    if cx.checking() {
        if before == Some(place.file) {
            return Err(
                Diagnostic::new(Code::Duplicate, place, "`exam` is given twice")
                    .help("write everything in one block `exam { … }`")
                    .into(),
            );
        }
        exam_mut(cx).arrangement = Some(arrangement.clone());
        exam_mut(cx).cover = Some(place.file);
    }
    let entry = Entry::Cover {
        fields,
        arrangement: Box::new(arrangement),
    };
    Ok(Action::does(move |cx| {
        exam_mut(cx).radix = radix;
        exam_mut(cx).cover = Some(place.file);
        enter(cx, entry);
        Ok(Did::Shown(vec![view]))
    }))
}

/// Reports a title before the block of `exam`, because the title belongs inside the block.
fn dropped_title(cx: &Cx, bound: &Bound, title: &Expr) -> Diagnostic {
    let wrong = Diagnostic::new(
        Code::WrongCount,
        title.span,
        "`exam` takes no value before its block",
    );
    let (Some(block), [_]) = (bound.block, bound.operands) else {
        return wrong.help("write `exam { title \"…\" }`");
    };
    let comma = if block.settings.is_empty() { "" } else { "," };
    let text = format!("{{ title {}{comma}", cx.text(title.span).trim());
    wrong.fix(Fix::replace(
        Span {
            end: block.span.start + 1,
            ..title.span
        },
        text,
    ))
}

/// `text """…"""`
///
/// # Errors
/// Returns `misplaced` or `wrong-count`.
pub fn text(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let (text, view) = only_text(cx, bound)?;
    let in_part = papers::in_part(cx);
    Ok(puts(Entry::Text { text, in_part }, vec![view]))
}

/// `solution """…"""`
///
/// # Errors
/// `misplaced`, `wrong-count`.
pub fn solution(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let (text, view) = only_text(cx, bound)?;
    let misplaced = |label: &str, help: &str| {
        let message = "`solution` must follow an item";
        let wrong = Diagnostic::new(Code::Misplaced, bound.place, message);
        Err(wrong.label(label).help(help).into())
    };
    if sheet(cx).is_some_and(Sheet::is_empty) {
        return misplaced(
            "no item precedes this solution",
            "write the solution after an `ask`, a `choice`, or a `table` of the same question or part",
        );
    }
    // In a run, the solution may be in a block that the check does not follow. It then belongs to the last item.
    if cx.checking() && sheet(cx).is_some_and(Sheet::is_after_part) {
        return misplaced(
            "a part precedes this solution",
            "write the solution in the part, after the item that it solves",
        );
    }
    let in_part = papers::in_part(cx);
    Ok(puts(Entry::Solution { text, in_part }, vec![view]))
}

/// `space 4 cm`
///
/// # Errors
/// Returns `misplaced`, `unknown-word`, or `bad-width`.
pub(crate) fn space(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    needs_question(cx, bound.place)?;
    let n = bound.expr(Slot::Number)?;
    if !bound
        .words()
        .any(|word| LENGTHS.iter().any(|(name, _)| *name == word))
    {
        return Err(no_unit(cx, n, bound.unread().next().as_ref()));
    }
    bound.refuse()?;
    let height = length(cx, n, bound)?;
    let in_part = papers::in_part(cx);
    let view = View::Value {
        of: String::new(),
        value: Shown::word(&format!("{height} mm")),
    };
    let height = height.to_f64().ceil() as u32;
    Ok(puts(Entry::Space { height, in_part }, vec![view]))
}

/// Returns the text of a statement that takes one text and nothing else.
fn only_text(cx: &mut Cx, bound: &Bound) -> Result<(String, View), Stop> {
    let (verb, place) = (bound.name, bound.place);
    needs_question(cx, place)?;
    let ([prose], [], None) = (bound.operands, bound.assigned, bound.block) else {
        if let [first, second, ..] = bound.operands
            && first.span.end == second.span.start
            && cx.text(first.span).ends_with('"')
            && let Some(last) = bound.operands.last()
        {
            let span = Span {
                end: last.span.end,
                ..first.span
            };
            let said = cx.text(span);
            let quoted = said.trim().trim_matches('"');
            let fix = Fix::write(span, said, format!("\"\"\"{quoted}\"\"\""));
            let message = "this quote ends the text before it";
            let at = Span {
                start: first.span.end - 1,
                end: first.span.end,
                ..span
            };
            return Err(Diagnostic::new(Code::WrongCount, at, message)
                .help("enclose a text with quotes in `\"\"\"`")
                .fix(fix)
                .into());
        }
        return Err(
            Diagnostic::new(Code::WrongCount, place, format!("`{verb}` needs one text"))
                .help(format!(
                    "write `{verb} \"\"\"…\"\"\"`, and `{{{{` for a `{{` in the text"
                ))
                .into(),
        );
    };
    let text = prose_of(cx, prose)?;
    let view = View::Value {
        of: String::new(),
        value: Shown::word(&text),
    };
    Ok((text, view))
}

/// `essay "…" space 4 cm points 3 { rubric "…" points 2 }`
///
/// # Errors
/// Returns `misplaced`, `bad-points`, `unknown-setting`, `unknown-word`, or `wrong-count`.
pub(crate) fn essay(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    needs_question(cx, bound.place)?;
    let lead = before_block(cx, bound)?;
    let mut rubric = Vec::new();
    each_setting(cx, bound, |cx, setting| {
        let row = known(setting, &[ESSAY_SETTINGS], "essay")?;
        let text = row.expr(Slot::Text)?;
        let points = perhaps_points(cx, row.clause("points"))?;
        rubric.push(Rubric {
            text: prose_of(cx, text)?,
            points: points.map(|(points, _)| points),
        });
        Ok(())
    })?;
    let points = rubric_points(&rubric, lead.points, bound.place)?;
    let entry = item(
        cx,
        ItemKind::Essay {
            text: lead.text.clone(),
            space: lead.space,
            rubric,
        },
        points,
    );
    let view = View::Value {
        of: String::new(),
        value: Shown::word(&lead.text),
    };
    Ok(puts(entry, vec![view]))
}

/// Returns the points of an essay, which must equal the sum of its rubric.
fn rubric_points(
    rubric: &[Rubric],
    lead: Option<(Number, Span)>,
    place: Span,
) -> Result<Option<(Number, Span)>, Stop> {
    let each: Option<Vec<Number>> = rubric.iter().map(|row| row.points).collect();
    let Some(each) = each.filter(|each| !each.is_empty()) else {
        return Ok(lead);
    };
    let mut sum = Number::from(0u64);
    for points in each {
        sum = sum.plus(points).map_err(|error| error.at(place))?;
    }
    match lead {
        Some((points, at)) if points != sum => {
            let message =
                format!("the rubric is worth {sum} points, but the essay is worth {points}");
            Err(Diagnostic::new(Code::BadPoints, at, message)
                .label("the points do not add up")
                .help("change the points of the rows, or those of the essay and its question")
                .into())
        }
        Some(lead) => Ok(Some(lead)),
        None => Ok(Some((sum, place))),
    }
}

/// The operands before the block of a choice or an essay.
pub(crate) struct Lead {
    pub(crate) text: String,
    /// The points and their location.
    pub(crate) points: Option<(Number, Span)>,
    /// The height of the answer space, in millimeters.
    space: Option<Number>,
}

/// Evaluates the operands before the block.
///
/// # Errors
/// Returns the errors from [`Bound::refuse`] and in the operands.
pub(crate) fn before_block(cx: &mut Cx, bound: &Bound) -> Result<Lead, Stop> {
    let space = bound.clause("space");
    if let (Some(n), Some(last)) = (space, bound.args().next_back())
        && last.clause == Some("space")
    {
        return Err(no_unit(cx, n, bound.unread().next().as_ref()));
    }
    let text = bound.expr(Slot::Text)?;
    Ok(Lead {
        text: reflowed(&prose_of(cx, text)?),
        points: bound
            .clause("points")
            .map(|n| prose::points(cx, n))
            .transpose()?,
        space: space.map(|n| length(cx, n, bound)).transpose()?,
    })
}

/// Returns a length in millimeters.
fn length(cx: &mut Cx, n: &Expr, bound: &Bound) -> Result<Number, Stop> {
    let mut words = bound.words();
    let unit = words.find_map(|word| LENGTHS.iter().find(|(name, _)| *name == word));
    let factor = Number::from(unit.map_or(1, |(_, factor)| *factor));
    let length = eval(cx, n)?
        .number("a length")
        .and_then(|n| n.times(factor));
    let length = length.map_err(|error| error.at(n.span))?;
    if length.is_negative() || length.to_f64() > 2000.0 {
        return Err(Diagnostic::new(
            Code::BadWidth,
            n.span,
            "this length does not fit on the paper",
        )
        .into());
    }
    Ok(length)
}

/// Returns the text of a cover field: evaluated text and values, or bare words.
fn words(cx: &mut Cx, row: &Bound) -> Result<String, Stop> {
    if row.operands.is_empty() {
        return Err(missing(row, "a value").into());
    }
    let is_unit = |operand: &Expr| word(operand) == Some("min");
    if let [first, more, ..] = row.operands
        && !(is_unit(more) && row.operands.len() == 2)
    {
        let message = format!("`{}` takes one text", row.name);
        let end = row
            .operands
            .last()
            .map_or(more.span.end, |last| last.span.end);
        let whole = Span { end, ..first.span };
        let unit = word(more).filter(|_| row.name == "duration");
        if !is_unit(more)
            && unit.is_some_and(|unit| nearest(unit, ["min", "minutes"].into_iter()).is_some())
        {
            let message = "a duration is a number of minutes";
            let wrong = Diagnostic::new(Code::WrongCount, more.span, message);
            return Err(wrong.fix(Fix::replace(more.span, "min")).into());
        }
        if row.name == "duration" && is_unit(more) {
            let rest = Span {
                start: more.span.end,
                ..whole
            };
            let wrong = Diagnostic::new(Code::WrongCount, rest, "`duration` takes one number");
            return Err(wrong.fix(Fix::remove(rest)).into());
        }
        let text = format!("\"{}\"", cx.text(whole).trim());
        let wrong = Diagnostic::new(Code::WrongCount, more.span, message).label("one too many");
        return Err(if text.matches('"').count() > 2 {
            wrong
                .help("a comma, `;`, or a new line ends a setting")
                .into()
        } else {
            wrong.fix(Fix::replace(whole, text)).into()
        });
    }
    let takes_text = row.params == [TEXT];
    if let ([one], true) = (row.operands, takes_text && cx.checking())
        && matches!(one.kind, ExprKind::List(_))
    {
        let message = "a list is printed with its brackets, because this is one text";
        let warning = Diagnostic::warning(Code::Unlikely, one.span, message);
        cx.report(vec![warning.help(
            "write `\"\"\"…\"\"\"`, with an empty line between the parts of the text",
        )]);
    }
    let mut lead = Vec::new();
    for value in row.operands {
        lead.push(match word(value) {
            Some(word) if cx.state.find(word).is_none() => word.to_owned(),
            _ if takes_text => prose_of(cx, value)?,
            _ => eval(cx, value)?.to_string(),
        });
    }
    let is_number = lead.len() == 1 && lead[0].bytes().all(|c| c.is_ascii_digit());
    if row.name == "duration" && is_number {
        lead.push("min".to_owned());
    }
    Ok(lead.join(" "))
}

/// Reports that no unit of length follows a number.
fn no_unit(cx: &Cx, n: &Expr, next: Option<&Piece>) -> Stop {
    let unit = Unit::behind(cx.text(n.span).trim());
    // A unit of another dimension is an error of the value.
    if unit.is_some_and(|unit| unit.dimension != Dimension::Count) {
        return Stop::Unknowable;
    }
    let span = next.map_or(n.span, |next| next.span);
    let wrong = Diagnostic::new(Code::UnknownWord, span, "this is not a unit of length");
    let names = list(LENGTHS.iter().map(|(name, _)| *name));
    let wrong = wrong.help(format!("write {names} after the number"));
    let is_missing = match next.map(|next| next.atom) {
        // The unit may be that of another quantity, such as `pages`.
        None => unit.is_none(),
        Some(next) => matches!(next, Atom::Word("points" | "rubric")),
    };
    match is_missing.then(|| Fix::put_in(n.span.file, n.span.end, " cm")) {
        Some(fix) => wrong.fix(fix).into(),
        None => wrong.into(),
    }
}
