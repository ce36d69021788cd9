//! The machines of a grid: every valid combination of values.

use super::axes::ParsedAxis;
use super::reading::whole;
use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;
use crate::run::settings::{Arg, ArgKind, Field, build_machine};
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::sweep::grid::{
    Grid, GridPoint, MOST_POINTS, SkippedPoint, SweptUnit, combinations,
};

/// Returns the grid that these settings and values define.
pub(super) fn grid(
    axes: Vec<ParsedAxis>,
    base: &Spec,
    place: Span,
) -> Result<Grid, Vec<Diagnostic>> {
    let lengths: Vec<usize> = axes.iter().map(|axes| axes.fields.len()).collect();
    let count = lengths
        .iter()
        .fold(1, |all: u128, length| all.saturating_mul(*length as u128));
    if count > MOST_POINTS as u128 {
        let message = format!("the grid has {count} points; the limit is {MOST_POINTS}");
        return Err(whole(Code::LimitSize, message, place));
    }
    let (mut points, mut skipped) = (Vec::new(), Vec::new());
    for at in combinations(&lengths) {
        match machine(&axes, &at, base, place) {
            Ok(spec) => points.push(GridPoint {
                number: points.len() as u64 + 1,
                at,
                spec,
            }),
            Err(why) => skipped.push(SkippedPoint { at, why }),
        }
    }
    if points.is_empty() {
        let why = skipped
            .first()
            .map(|skipped| skipped.why.clone())
            .unwrap_or_default();
        let wrong = Diagnostic::new(
            Code::BadGeometry,
            place,
            "no point in the grid is a valid machine",
        );
        return Err(vec![wrong.label(why)]);
    }
    Ok(Grid {
        axes: axes.into_iter().map(|axes| axes.axis).collect(),
        points,
        skipped,
    })
}

/// Returns the machine for a combination, or the reason why the combination is invalid. The combination works
/// like an override in a script.
fn machine(axes: &[ParsedAxis], at: &[usize], base: &Spec, place: Span) -> Result<Spec, String> {
    let mut parts: Vec<(SweptUnit, Vec<Field>)> = Vec::new();
    for (axes, &value) in axes.iter().zip(at) {
        let (unit, field) = (axes.axis.unit, axes.fields[value].clone());
        match parts.iter_mut().find(|(known, _)| *known == unit) {
            Some((_, fields)) => fields.push(field),
            None => parts.push((unit, vec![field])),
        }
    }
    let overrides: Vec<Field> = parts
        .into_iter()
        .map(|(unit, fields)| part(unit, fields, base, place))
        .collect();
    build_machine(Some(base), &overrides, place).map_err(|wrong| {
        wrong
            .into_iter()
            .next()
            .map(|first| first.message)
            .unwrap_or_default()
    })
}

/// Returns `cache NAME { … }`.
fn part(unit: SweptUnit, fields: Vec<Field>, base: &Spec, span: Span) -> Field {
    let word = if matches!(unit, SweptUnit::Tlb(_)) {
        "tlb"
    } else {
        "cache"
    };
    let name = ArgKind::Word {
        text: unit.name(base).into(),
        value: None,
    };
    Field {
        name: Word {
            text: word.into(),
            span,
        },
        args: vec![Arg { kind: name, span }],
        block: Some(fields),
        span,
    }
}
