//! A command with the suggested words in place of its wrong ones, so that the check of the rest of the script can continue.

use std::sync::Arc;

use crate::lang::ast::{Command, Expr, ExprKind, Fits, Settings};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::fix::Fix;
use crate::lang::value::Value;

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
    let values = Arc::make_mut(values);
    let Some(value) = values.iter_mut().find(|value| value.span == fix.span) else {
        return false;
    };
    value.kind = match fix.text.parse::<u64>() {
        Ok(number) => ExprKind::Value(Value::Number(number.into())),
        Err(_) => ExprKind::Name(fix.text.as_str().into()),
    };
    true
}
