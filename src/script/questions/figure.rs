//! The statement `figure`.

use super::entry::{Entry, Figure};
use super::papers::puts;
use crate::lang::ast::{Command, Expr, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::run::nouns::InvalidEntries;
use crate::run::record::{Shown, View};
use crate::run::session::{Action, Session};
use crate::run::stop::Stop;
use std::sync::Arc;

/// The possible operands of a figure.
const FIGURES: &str = "`bits VA`, `layout P1`, `frames P1 P2`, `tables P1`, and `reference`";

/// `figure bits VA`, `figure layout P1 P2`, `figure frames P1 P2`, `figure tables P1`, `figure reference`
///
/// # Errors
/// Returns `misplaced`, `unknown-word`, `wrong-count`, or `address-too-wide`.
pub(crate) fn figure(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let place = command.verb.span;
    session.needs_question(place)?;
    let Some((first, rest)) = command.operands.split_first() else {
        return Err(Diagnostic::new(Code::WrongCount, place, "`figure` needs something to draw")
            .label("nothing follows")
            .help(format!("there are {FIGURES}"))
            .into());
    };
    let in_part = session.in_part();
    match (super::rows::word(first), rest) {
        (Some("bits"), [va]) => {
            let (figure, view) = bits(session, va)?;
            Ok(puts(Entry::Figure { figure, in_part }, vec![view]))
        }
        (Some("layout"), [_, _, ..]) => {
            let mut views = Vec::new();
            session.processes_named(place, rest)?;
            for process in rest {
                let operands: Arc<[Expr]> = [first.clone(), process.clone()].into();
                let plan = session.as_shown(place, &operands)?;
                views.extend(session.show(plan, place, InvalidEntries::Hidden)?);
            }
            let figure = Figure::Views(views.clone());
            Ok(puts(Entry::Figure { figure, in_part }, views))
        }
        (Some("frames"), named) => {
            let view = session.sharing(place, named)?;
            let figure = Figure::Views(vec![view.clone()]);
            Ok(puts(Entry::Figure { figure, in_part }, vec![view]))
        }
        (Some("layout" | "tables" | "reference"), _) => {
            let operands: Arc<[Expr]> = command.operands.clone();
            let plan = session.as_shown(place, &operands)?;
            let views = session.show(plan, place, InvalidEntries::Hidden)?;
            let figure = Figure::Views(views.clone());
            Ok(puts(Entry::Figure { figure, in_part }, views))
        }
        (Some("bits"), [blank, _] | [_, blank]) if super::rows::word(blank) == Some("blank") => {
            Err(unneeded(session, command, blank).into())
        }
        (Some("bits"), [_, more, ..]) => {
            Err(Diagnostic::new(Code::WrongCount, more.span, "`figure bits` takes only one address")
                .label("unexpected here")
                .into())
        }
        (Some("bits"), []) => {
            Err(Diagnostic::new(Code::WrongCount, first.span, "`figure bits` needs one address")
                .label("no address follows")
                .help("write `figure bits 0x3D4`")
                .into())
        }
        _ => Err(Diagnostic::new(Code::UnknownWord, first.span, "unknown figure")
            .help(format!("there are {FIGURES}"))
            .into()),
    }
}

/// Reports the word `blank`, which is unnecessary because the boxes of bits are always blank on a paper.
fn unneeded(session: &Session, command: &Command, blank: &Expr) -> Diagnostic {
    let operands = command.operands.iter().filter(|operand| operand.span != blank.span);
    let rest: Vec<&str> = operands.map(|operand| session.text(operand.span).trim()).collect();
    let end = command.operands.last().map_or(blank.span.end, |last| last.span.end);
    let place = Span { start: command.operands[0].span.start, end, ..blank.span };
    Diagnostic::new(Code::UnknownWord, blank.span, "`figure bits` does not accept `blank`")
        .label("not needed, because a paper always prints the boxes empty")
        .fix(Fix::replace(place, rest.join(" ")))
}

fn bits(session: &mut Session, va: &Expr) -> Result<(Figure, View), Stop> {
    let value = session.address(va, 1)?.raw();
    let Some(spec) = session.spec().cloned() else { return Err(Stop::Unknowable) };
    let bits = spec.virtual_bits();
    let title = if spec.mmu.is_some() { "virtual address" } else { "physical address" }.to_owned();
    let shown = View::Value { of: title.clone(), value: Shown::field(value, bits) };
    Ok((Figure::Bits { title, bits, value }, shown))
}
