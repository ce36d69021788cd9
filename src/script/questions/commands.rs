//! `exam`, `text`, `solution`, `essay`.

use std::sync::Arc;

use super::arrangement::{Arrangement, arranges};
use super::author_table::radix_of;
use super::entry::{Entry, ItemKind, Rubric};
use super::papers::puts;
use super::prose::reflowed;
use super::rows::{known, missing, settings, word};
use super::settings::{
    ADDRESSABLE, ADDRESSABLE_UNITS, ARRANGEMENT_SETTINGS, COVER_SETTINGS, ESSAY_SETTINGS,
    NOTATION_SETTINGS,
};
use super::sheet::Sheet;
use crate::lang::ast::{Command, Expr, Setting, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::Number;
use crate::run::params::TEXT;
use crate::run::record::{Did, Shown, View};
use crate::run::session::{Action, Session};
use crate::run::settings::list;
use crate::run::stop::Stop;

/// Units for the height of an essay's answer space, with their lengths in millimeters. A ruled line is 8 mm
/// high.
pub const LENGTHS: [(&str, u64); 3] = [("mm", 1), ("cm", 10), ("lines", 8)];

/// `exam { title "…", course "…", duration 90 min, aids "…", instructions "…", pool …, shuffle questions }`
///
/// # Errors
/// Returns `misplaced`, `unknown-setting`, `duplicate`, or `wrong-count`.
pub(crate) fn exam(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let place = command.verb.span;
    if session.sheet().is_some() {
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
    let before = session.exam_mut().cover;
    if place.file != 0 && before.is_some_and(|file| file != place.file) {
        return Ok(Action::does(|_| Ok(Did::Shown(Vec::new()))));
    }
    if let Some(dropped) = command.operands.first() {
        return Err(dropped_title(session, command, dropped).into());
    }
    let mut fields: Vec<(Arc<str>, String)> = Vec::new();
    let mut radix = None;
    let mut arrangement = Arrangement {
        seed: session.state.seed,
        ..Arrangement::default()
    };
    let all = settings(command)?;
    for (at, setting) in all.iter().enumerate() {
        let name = &setting.name;
        let rows = [COVER_SETTINGS, NOTATION_SETTINGS, ARRANGEMENT_SETTINGS];
        known(setting, &rows, "exam")?;
        let once = rows
            .concat()
            .iter()
            .any(|row| row.name == &*name.text && !row.repeats);
        if once && all[..at].iter().any(|before| before.name.text == name.text) {
            let message = format!("`{}` is given twice", name.text);
            return Err(Diagnostic::new(Code::Duplicate, name.span, message).into());
        }
        if &*name.text == "radix" {
            radix = Some(radix_of(setting, setting.values.first())?);
            continue;
        }
        if arranges(&name.text) {
            session.arrange(&mut arrangement, setting)?;
            continue;
        }
        let text = session.words(setting)?;
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
    if session.checking() {
        if before == Some(place.file) {
            return Err(
                Diagnostic::new(Code::Duplicate, place, "`exam` is given twice")
                    .help("write everything in one block `exam { … }`")
                    .into(),
            );
        }
        session.exam_mut().arrangement = Some(arrangement.clone());
        session.exam_mut().cover = Some(place.file);
    }
    let entry = Entry::Cover {
        fields,
        arrangement: Box::new(arrangement),
    };
    Ok(Action::does(move |session| {
        session.exam_mut().radix = radix;
        session.exam_mut().cover = Some(place.file);
        session.enter(entry);
        Ok(Did::Shown(vec![view]))
    }))
}

/// Reports a title before the block of `exam`, because the title belongs inside the block.
fn dropped_title(session: &Session, command: &Command, title: &Expr) -> Diagnostic {
    let wrong = Diagnostic::new(
        Code::WrongCount,
        title.span,
        "`exam` takes no value before its block",
    );
    let (Some(block), [_]) = (&command.block, &*command.operands) else {
        return wrong.help("write `exam { title \"…\" }`");
    };
    let comma = if block.settings.is_empty() { "" } else { "," };
    let text = format!("{{ title {}{comma}", session.text(title.span).trim());
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
pub fn text(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let (text, view) = only_text(session, command)?;
    let in_part = session.in_part();
    Ok(puts(Entry::Text { text, in_part }, vec![view]))
}

/// `solution """…"""`
///
/// # Errors
/// `misplaced`, `wrong-count`.
pub fn solution(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let (text, view) = only_text(session, command)?;
    if session.sheet().is_some_and(Sheet::is_empty) {
        return Err(Diagnostic::new(Code::Misplaced, command.verb.span, "`solution` must follow an item")
            .label("no item precedes this solution")
            .help("write the solution after an `ask`, a `choice`, or a `table` of the same question or part")
            .into());
    }
    let in_part = session.in_part();
    Ok(puts(Entry::Solution { text, in_part }, vec![view]))
}

/// Returns the text of a statement that takes one text and nothing else.
fn only_text(session: &mut Session, command: &Command) -> Result<(String, View), Stop> {
    let verb = &command.verb;
    session.needs_question(verb.span)?;
    let ([prose], None, None) = (&*command.operands, &command.assigned, &command.block) else {
        return Err(Diagnostic::new(
            Code::WrongCount,
            verb.span,
            format!("`{}` needs one text", verb.text),
        )
        .help(format!(
            "write `{} \"\"\"…\"\"\"`, and `{{{{` for a `{{` in the text",
            verb.text
        ))
        .into());
    };
    let text = session.prose_of(prose)?;
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
pub(crate) fn essay(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    session.needs_question(command.verb.span)?;
    let lead = session.before_block(command, true)?;
    let mut rubric = Vec::new();
    for setting in settings(command)? {
        known(setting, &[ESSAY_SETTINGS], "essay")?;
        let (text, points) = match &*setting.values {
            [text] => (text, None),
            [text, points, n] if word(points) == Some("points") => (text, Some(n)),
            _ => return Err(missing(setting, "a text, and perhaps `points N`").into()),
        };
        let points = session.perhaps_points(points)?.map(|(points, _)| points);
        rubric.push(Rubric {
            text: session.prose_of(text)?,
            points,
        });
    }
    let points = rubric_points(&rubric, lead.points, command.verb.span)?;
    let entry = session.item(
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
                .help(format!("write `points {sum}`"))
                .fix(Fix::replace(at, sum.to_string()))
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

impl Session<'_> {
    /// Parses the operands before the block.
    ///
    /// # Errors
    /// Returns `wrong-count`, `unknown-word`, or the errors in the points.
    pub(crate) fn before_block(
        &mut self,
        command: &Command,
        with_space: bool,
    ) -> Result<Lead, Stop> {
        let verb = &command.verb;
        let Some((text, mut rest)) = command.operands.split_first() else {
            let message = format!("`{}` needs a text", verb.text);
            return Err(Diagnostic::new(Code::WrongCount, verb.span, message)
                .label("nothing follows")
                .into());
        };
        let mut lead = Lead {
            text: reflowed(&self.prose_of(text)?),
            points: None,
            space: None,
        };
        while let Some((clause, after)) = rest.split_first() {
            let again = word(clause).filter(|word| match *word {
                "points" => lead.points.is_some(),
                "space" => lead.space.is_some(),
                _ => false,
            });
            if let Some(again) = again {
                let message = format!("`{again}` is given twice");
                return Err(Diagnostic::new(Code::Duplicate, clause.span, message).into());
            }
            rest = match (word(clause), after) {
                (Some("points"), [n, rest @ ..]) => {
                    lead.points = Some(self.points(n)?);
                    rest
                }
                (Some("space"), [n, unit, rest @ ..]) if with_space => {
                    lead.space = Some(self.length(n, unit)?);
                    rest
                }
                _ => {
                    let help = if with_space {
                        "`space 4 cm` and `points N`"
                    } else {
                        "`points N`"
                    };
                    let message = format!("this clause is not allowed in `{}`", verb.text);
                    return Err(Diagnostic::new(Code::UnknownWord, clause.span, message)
                        .label("unexpected here")
                        .help(format!("after the text, write {help}"))
                        .into());
                }
            };
        }
        Ok(lead)
    }

    /// Returns a length in millimeters.
    fn length(&mut self, n: &Expr, unit: &Expr) -> Result<Number, Stop> {
        let Some((_, factor)) = LENGTHS.iter().find(|(name, _)| Some(*name) == word(unit)) else {
            let names = list(LENGTHS.iter().map(|(name, _)| *name));
            let wrong =
                Diagnostic::new(Code::UnknownWord, unit.span, "this is not a unit of length")
                    .help(format!("there are {names}"));
            let forgotten = matches!(word(unit), Some("points" | "rubric"));
            let fix = Fix::put_in(n.span.file, n.span.end, " cm");
            return Err(if forgotten { wrong.fix(fix) } else { wrong }.into());
        };
        let length = self
            .eval(n)?
            .number("a length")
            .and_then(|n| n.times(Number::from(*factor)));
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
    fn words(&mut self, setting: &Setting) -> Result<String, Stop> {
        if setting.values.is_empty() {
            return Err(missing(setting, "a value").into());
        }
        if let [_, more, ..] = &*setting.values
            && !matches!(word(more), Some("min"))
        {
            let message = format!("`{}` takes one text", setting.name.text);
            return Err(Diagnostic::new(Code::WrongCount, more.span, message)
                .label("one too many")
                .help("a comma, `;`, or a new line ends a setting")
                .into());
        }
        let takes_text = COVER_SETTINGS
            .iter()
            .any(|row| row.name == &*setting.name.text && row.params == [TEXT]);
        let mut lead = Vec::new();
        for value in &*setting.values {
            lead.push(match word(value) {
                Some(word) if self.state.find(word).is_none() => word.to_owned(),
                _ if takes_text => self.written_text(value)?,
                _ => self.prose_of(value)?,
            });
        }
        Ok(lead.join(" "))
    }
}
