//! The statement `figure`, and the registry of figures.

mod bits;
mod frames;
mod layout;
mod mapping;
mod pte;
mod request;
mod system;
pub(crate) mod translation;
mod views;
mod walk;

use self::Prepare::{Data, Printed, Views};
use super::entry::{Entry, Figure};
use crate::lang::ast::{Expr, ExprKind, Stmt, StmtKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::Value;
use crate::questions::papers::{enter, in_part, sheet};
use crate::run::bind::Param::{self, Keyword, Literal, Many, Optional};
use crate::run::bind::{Bound, FILE_NAME, LEVEL, NOUN, OP, PA, PROCESS, RAW, VA, word};
use crate::run::nouns::naming::{component, names_shown};
use crate::run::nouns::nouns;
use crate::run::record::{Did, FigureData, View};
use crate::run::session::{Action, Cx};
use crate::run::settings::list;
use crate::run::stop::Stop;
use request::Request;
use std::sync::Arc;

/// A kind of figure.
struct FigureRow {
    /// The name and the operands.
    params: &'static [Param],
    prepare: Prepare,
}

/// A function that finds what a figure shows.
enum Prepare {
    Data(fn(&mut Cx, &Request) -> Result<FigureData, Stop>),
    /// The views of `show`.
    Views(fn(&mut Cx, &Request) -> Result<Vec<View>, Stop>),
    /// A figure that a paper prints differently.
    Printed(fn(&mut Cx, &Request) -> Result<PrintedFigure, Stop>),
}

/// A figure as a paper prints it, and as a run shows it.
type PrintedFigure = (Figure, View);

const fn row(params: &'static [Param], prepare: Prepare) -> FigureRow {
    FigureRow { params, prepare }
}

/// The kinds of figures. Rows with the same name are variants of one figure.
const FIGURES: &[FigureRow] = &[
    row(
        &[Keyword("bits"), VA, Optional(&[Keyword("fields")])],
        Printed(bits::bits),
    ),
    row(
        &[
            Keyword("bits"),
            Keyword("pa"),
            PA,
            Optional(&[Keyword("fields")]),
        ],
        Printed(bits::bits),
    ),
    row(
        &[
            Keyword("layout"),
            Many(&PROCESS),
            layout::ADDED[0],
            layout::ADDED[1],
        ],
        Views(layout::layout),
    ),
    row(&[Keyword("frames"), Many(&PROCESS)], Data(frames::frames)),
    row(
        &[Keyword("mapping"), Many(&PROCESS)],
        Data(mapping::mapping),
    ),
    row(
        &[Keyword("mapping"), Optional(&[Many(&PROCESS)]), FILE_NAME],
        Data(mapping::mapping),
    ),
    row(
        &[
            Keyword("mapping"),
            Optional(&[Many(&PROCESS)]),
            Literal("anonymous"),
        ],
        Data(mapping::mapping),
    ),
    row(
        &[Keyword("tables"), Optional(&[PROCESS])],
        Views(views::shown),
    ),
    row(&[Literal("reference")], Views(views::shown)),
    row(
        &[
            Keyword("steps"),
            Optional(&[Literal("all")]),
            Optional(&[OP]),
        ],
        Views(views::steps),
    ),
    row(&[Keyword("walk"), VA], Views(walk::walk)),
    row(
        &[
            Keyword("translation"),
            Optional(&[Literal("vipt")]),
            Optional(&[OP]),
        ],
        Data(translation::translation),
    ),
    row(&[Literal("system")], Data(system::system)),
    row(
        &[
            Keyword("pte"),
            Optional(&[RAW, Optional(&[Keyword("level"), LEVEL])]),
        ],
        Data(pte::pte),
    ),
    row(&[Keyword("pte"), Keyword("of"), VA], Data(pte::pte)),
    row(&[NOUN], Views(views::contents)),
];

/// Whether a statement is a `figure translation`, which can draw the sets that the last access looked up.
pub(crate) fn draws_sets(stmt: &Stmt) -> bool {
    let StmtKind::Command(command) = &*stmt.kind else {
        return false;
    };
    let figure = command.operands.first().and_then(word);
    &*command.verb.text == "figure" && figure == Some("translation")
}

/// The operands of each kind of figure.
pub(crate) const WAYS: &[&[Param]] = &{
    let mut ways: [&[Param]; FIGURES.len()] = [&[]; FIGURES.len()];
    let mut at = 0;
    while at < FIGURES.len() {
        ways[at] = FIGURES[at].params;
        at += 1;
    }
    ways
};

/// `figure NAME …`, which adds a figure to a question, or shows a figure outside questions
///
/// # Errors
/// Returns `unknown-word`, `wrong-count`, or the errors of the figure.
pub(crate) fn figure(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let place = bound.place;
    let Some((noun, operands)) = bound.operands.split_first() else {
        return Err(bound.missing("something to draw").into());
    };
    let name = word(noun);
    let named = |row: &&FigureRow| match row.name() {
        None => names_shown(cx, noun),
        own => own == name,
    };
    let Some(row) = FIGURES.iter().find(named) else {
        return Err(unknown_figure(cx, noun, name).into());
    };
    let request = Request {
        place,
        noun,
        operands,
        bound,
    };
    let (figure, views) = match row.prepare {
        Data(prepare) => {
            let mut data = prepare(cx, &request)?;
            let before = data
                .subject()
                .and_then(|subject| cx.state.figure_of(&subject));
            if let Some(View::Figure(before)) = before {
                data.compare(before);
            }
            let view = View::Figure(Arc::new(data));
            (Figure::Views(vec![view.clone()]), vec![view])
        }
        Views(prepare) => {
            let views = prepare(cx, &request)?;
            (Figure::Views(views.clone()), views)
        }
        Printed(prepare) => {
            let (figure, view) = prepare(cx, &request)?;
            (figure, vec![view])
        }
    };
    bound.refuse()?;
    // The next figure of a process marks only the accesses after this one.
    let marked: Vec<_> = views.iter().filter_map(layout::process_of).collect();
    let entry = Entry::Figure {
        figure,
        in_part: in_part(cx),
    };
    // `show` accepts the figures, too, but a paper has only what `figure` draws.
    let is_printed = sheet(cx).is_some() && bound.name == "figure";
    Ok(Action::does(move |cx| {
        for view in &views {
            cx.state.note_figure(view);
        }
        if is_printed {
            enter(cx, entry);
        }
        for pid in marked {
            cx.state.accesses.forget(pid);
        }
        Ok(Did::Shown(views))
    }))
}

/// Reports that there is no figure of this name, with the figures and nouns that there are.
fn unknown_figure(cx: &Cx, noun: &Expr, word: Option<&str>) -> Diagnostic {
    let mut names: Vec<&str> = FIGURES.iter().filter_map(FigureRow::name).collect();
    names.dedup();
    names.extend(
        nouns()
            .filter(|noun| !names.contains(noun))
            .collect::<Vec<_>>(),
    );
    let unknown = Diagnostic::new(Code::UnknownWord, noun.span, "unknown figure");
    if let ExprKind::Value(Value::Text(_)) = noun.kind {
        return unknown.help("a paper has no image files: `figure walk 0x3D4` draws a page walk");
    }
    let part = word.and_then(|word| Some((word, component(cx, word)?)));
    if let Some((name, part)) = part {
        let fix = Fix::write(noun.span, name, format!("{} {name}", part.noun()));
        return unknown.fix(fix);
    }
    match word.and_then(|word| Some((word, cx.nearest(word, names.iter().copied())?))) {
        Some((word, near)) => unknown.did_you_mean(word, near),
        None => unknown.help(format!("there are {}", list(names.into_iter()))),
    }
}

impl FigureRow {
    /// Returns the name, which is the first word of the operands, or `None` for the nouns of `show`.
    fn name(&self) -> Option<&'static str> {
        match self.params.first() {
            Some(Keyword(name) | Literal(name)) => Some(name),
            _ => None,
        }
    }
}
