//! The machines of a grid: every valid combination of values.

use super::axes::Said;
use super::reading::whole;
use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;
use crate::run::settings::{Arg, ArgKind, Field, build_machine};
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::sweep::grid::{
    Grid, GridPoint, MOST_POINTS, SkippedPoint, SweptUnit, combinations,
};

/// Returns the grid of these settings and values.
pub(super) fn grid(said: Vec<Said>, base: &Spec, place: Span) -> Result<Grid, Vec<Diagnostic>> {
    let lengths: Vec<usize> = said.iter().map(|said| said.fields.len()).collect();
    let count = lengths.iter().fold(1, |all: u128, length| all.saturating_mul(*length as u128));
    if count > MOST_POINTS as u128 {
        let message = format!("the grid has {count} points; the limit is {MOST_POINTS}");
        return Err(whole(Code::LimitSize, message, place));
    }
    let (mut points, mut skipped) = (Vec::new(), Vec::new());
    for at in combinations(&lengths) {
        match machine(&said, &at, base, place) {
            Ok(spec) => points.push(GridPoint { at, spec }),
            Err(why) => skipped.push(SkippedPoint { at, why }),
        }
    }
    if points.is_empty() {
        let why = skipped.first().map(|skipped| skipped.why.clone()).unwrap_or_default();
        let wrong = Diagnostic::new(Code::BadGeometry, place, "no point of the grid is a valid machine");
        return Err(vec![wrong.label(why)]);
    }
    Ok(Grid { axes: said.into_iter().map(|said| said.axis).collect(), points, skipped })
}

/// Returns the machine of a combination, built like an override in a script, or the reason why it
/// is invalid.
fn machine(said: &[Said], at: &[usize], base: &Spec, place: Span) -> Result<Spec, String> {
    let mut parts: Vec<(SweptUnit, Vec<Field>)> = Vec::new();
    for (said, &value) in said.iter().zip(at) {
        let (unit, field) = (said.axis.unit, said.fields[value].clone());
        match parts.iter_mut().find(|(known, _)| *known == unit) {
            Some((_, fields)) => fields.push(field),
            None => parts.push((unit, vec![field])),
        }
    }
    let overrides: Vec<Field> =
        parts.into_iter().map(|(unit, fields)| part(unit, fields, base, place)).collect();
    build_machine(Some(base), &overrides, place)
        .map_err(|wrong| wrong.into_iter().next().map(|first| first.message).unwrap_or_default())
}

/// Returns `cache NAME { … }`.
fn part(unit: SweptUnit, fields: Vec<Field>, base: &Spec, span: Span) -> Field {
    let word = if matches!(unit, SweptUnit::Tlb(_)) { "tlb" } else { "cache" };
    let name = ArgKind::Word { text: unit.name(base).into(), value: None };
    Field {
        name: Word { text: word.into(), span },
        args: vec![Arg { kind: name, span }],
        block: Some(fields),
        span,
    }
}
