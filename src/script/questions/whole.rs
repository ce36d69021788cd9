//! Whether an expression has a whole number for every key, so that the input for the answer does not reveal this key.

use crate::lang::ast::{BinaryOp, Expr, ExprKind};
use crate::lang::value::{Dimension, Value};
use crate::run::bind::Params;
use crate::run::facts::{Family, Values, key};
use crate::run::paths::{PART_PROPERTIES, setting_paths};

/// Whether the expression is a count, an address, or a size, whatever its value. The value of a variable can be any number.
pub(crate) fn is_whole(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Quantity(_, unit) if unit.dimension == Dimension::Time => false,
        ExprKind::Value(Value::Number(number)) | ExprKind::Quantity(Value::Number(number), _) => {
            number.as_integer().is_some()
        }
        ExprKind::Unary(_, operand) => is_whole(operand),
        ExprKind::Binary(operator, left, right) => match operator {
            BinaryOp::Divide => false,
            BinaryOp::Power => {
                let is_root = matches!(&right.kind, ExprKind::Unary(..));
                is_whole(left) && is_whole(right) && !is_root
            }
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Remainder => {
                is_whole(left) && is_whole(right)
            }
            _ => true,
        },
        ExprKind::List(elements) => elements.iter().all(is_whole),
        ExprKind::Index(list, _) => is_whole(list),
        ExprKind::Call { name, args } => match &*name.text {
            "log2" | "sqrt" => false,
            "min" | "max" | "sum" => args.iter().all(is_whole),
            _ => true,
        },
        ExprKind::Field(_, word) => !is_fraction(&word.text),
        _ => false,
    }
}

/// Whether a property or a fact with this name is a rate or a time.
fn is_fraction(name: &str) -> bool {
    let of_part = PART_PROPERTIES.iter().any(|row| {
        row.name == name && row.fact.is_some_and(|kind| kind.values == Values::Fraction)
    });
    let of_statement = [Family::Access, Family::Reference, Family::Replay]
        .into_iter()
        .filter_map(|family| key(name, family, None).ok())
        .any(|key| key.kind().values == Values::Fraction);
    let is_time = ["machine", "memory", "kernel", "tlb", "cache"]
        .into_iter()
        .flat_map(setting_paths)
        .any(|setting| setting.name == name && setting.params.dimension() == Some(Dimension::Time));
    of_part || of_statement || is_time
}
