//! A command with the suggested words in place of its wrong ones, so that the check of the rest of the script can continue.

use std::sync::Arc;

use crate::lang::ast::{Command, Expr, ExprKind, Fits, Settings};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::fix::Fix;
use crate::lang::value::{Number, Unit, Value};

/// Returns the command with every error fixed, or `None` if an error has no fix that replaces one word or number.
pub(super) fn corrected(command: &Command, wrong: &[Diagnostic]) -> Option<Command> {
    let mut new = Command {
        fits: Fits::default(),
        ..command.clone()
    };
    let mut corrects = |fix: &Fix| {
        in_values(&mut new.operands, fix)
            || new.block.as_mut().is_some_and(|block| in_block(block, fix))
    };
    let all = wrong
        .iter()
        .filter(|one| !one.is_warning())
        .all(|one| one.fix.as_ref().is_some_and(|fix| corrects(fix)));
    all.then_some(new)
}

fn in_block(block: &mut Settings, fix: &Fix) -> bool {
    let settings = Arc::make_mut(&mut block.settings);
    settings.iter_mut().any(|setting| {
        let is_name = setting.name.span == fix.span;
        if is_name {
            setting.name.text = fix.text.as_str().into();
        }
        is_name
            || in_values(&mut setting.values, fix)
            || setting
                .block
                .as_mut()
                .is_some_and(|block| in_block(block, fix))
    })
}

fn in_values(values: &mut Arc<[Expr]>, fix: &Fix) -> bool {
    let mut all = values.to_vec();
    // `4 bytes` is a number and a word.
    let inside =
        |value: &Expr| fix.span.start <= value.span.start && value.span.end <= fix.span.end;
    let Some(at) = all.iter().position(inside) else {
        return false;
    };
    let length = all[at..].iter().take_while(|value| inside(value)).count();
    if fix.span != all[at].span.to(all[at + length - 1].span) {
        return false;
    }
    all.drain(at + 1..at + length);
    let value = &mut all[at];
    let (digits, unit) = fix.text.split_once(' ').unwrap_or((&fix.text, ""));
    value.kind = match (digits.parse::<u64>(), Unit::named(unit)) {
        (Ok(number), Some(unit)) => {
            let number = Number::from(number).in_measure(unit.measure());
            ExprKind::Quantity(Value::Number(number), unit)
        }
        (Ok(number), None) => ExprKind::Value(Value::Number(number.into())),
        (Err(_), _) => ExprKind::Name(fix.text.as_str().into()),
    };
    *values = all.into();
    true
}
