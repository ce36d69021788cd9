//! Derivations of the values of expressions: the formula with its numbers, step by step.

use super::entry::Radix;
use crate::lang::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::lang::value::Value;
use crate::lang::value::functions::function;
use crate::run::eval::eval;
use crate::run::session::Cx;
use crate::run::stop::Stop;

/// Numbers below this limit, such as bit counts, are decimal in every formula.
const DECIMAL: i128 = 64;

/// The parts of a formula that are replaced by their values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Replaced {
    Names,
    /// Names, and operands in parentheses.
    Groups,
}

/// Returns the steps of a formula. The first step replaces names with their values. The second step also
/// replaces parenthesized expressions and functions with their values. More steps would repeat
/// most of the formula in each step.
///
/// # Errors
/// Returns the errors in the formula.
pub(super) fn steps_of(cx: &mut Cx, of: &Expr, radix: Radix) -> Result<Vec<String>, Stop> {
    let mut steps = Vec::new();
    for replaced in [Replaced::Names, Replaced::Groups] {
        let step = Formula {
            cx,
            radix,
            replaced,
        }
        .outermost(of)?;
        if steps.last() != Some(&step) {
            steps.push(step);
        }
    }
    Ok(steps)
}

/// Returns a value as formulas print it.
pub(super) fn value_in_formula(value: &Value, radix: Radix) -> String {
    match value {
        Value::Number(number) if number.is_negative() => format!("({value})"),
        Value::Number(number) if number.as_integer().is_some_and(|n| n >= DECIMAL) => {
            radix.write(value, None)
        }
        Value::Number(_) => value.to_string(),
        _ => value.quoted(),
    }
}

/// Whether an expression is a formula, and not only a number or a name.
pub(super) fn is_formula(of: &Expr) -> bool {
    match &of.kind {
        ExprKind::Binary(..) => true,
        ExprKind::Unary(_, x) => !matches!(x.kind, ExprKind::Value(_) | ExprKind::Quantity(..)),
        ExprKind::Call { name, .. } => function(&name.text).is_some(),
        _ => false,
    }
}

/// Prints an expression in the notation of mathematics.
struct Formula<'s, 'r> {
    cx: &'s mut Cx<'r>,
    radix: Radix,
    replaced: Replaced,
}

impl Formula<'_, '_> {
    /// Formats the whole expression, without parentheses around it.
    fn outermost(&mut self, of: &Expr) -> Result<String, Stop> {
        match &of.kind {
            ExprKind::Binary(op, a, b) => self.binary(*op, a, b),
            ExprKind::Unary(op, x) => self.unary(*op, x),
            ExprKind::Call { name, args } if function(&name.text).is_some() => {
                self.call(&name.text, args)
            }
            _ => self.operand(of),
        }
    }

    /// Formats an operand of an operator. Keeps the parentheses of the script, or replaces the parenthesized
    /// expression with its value.
    fn operand(&mut self, of: &Expr) -> Result<String, Stop> {
        let is_call =
            matches!(&of.kind, ExprKind::Call { name, .. } if function(&name.text).is_some());
        let is_operation = matches!(of.kind, ExprKind::Binary(..) | ExprKind::Unary(..));
        let enclosed = is_operation && is_enclosed(self.cx.text(of.span));
        match &of.kind {
            _ if self.replaced == Replaced::Groups && (is_call || enclosed) => self.value(of),
            ExprKind::Value(_) | ExprKind::Quantity(..) | ExprKind::Prose(_) => {
                Ok(self.cx.text(of.span).to_owned())
            }
            ExprKind::List(parts) => Ok(format!("[{}]", self.list(parts)?)),
            ExprKind::Range { .. } => self.value(of),
            _ if enclosed => Ok(format!("({})", self.outermost(of)?)),
            _ if is_call || is_operation => self.outermost(of),
            _ => self.value(of),
        }
    }

    /// Formats an operand that the notation encloses, such as an exponent.
    fn enclosed(&mut self, of: &Expr) -> Result<String, Stop> {
        let is_operation = matches!(of.kind, ExprKind::Binary(..));
        if is_operation && self.replaced == Replaced::Groups {
            self.value(of)
        } else {
            self.outermost(of)
        }
    }

    /// Formats an enclosed operand, in parentheses if the operand is an operation.
    fn in_parentheses(&mut self, of: &Expr) -> Result<String, Stop> {
        let is_operation =
            matches!(of.kind, ExprKind::Binary(..)) && self.replaced == Replaced::Names;
        let operand = self.enclosed(of)?;
        Ok(if is_operation {
            format!("({operand})")
        } else {
            operand
        })
    }

    fn list(&mut self, parts: &[Expr]) -> Result<String, Stop> {
        let parts = parts
            .iter()
            .map(|part| self.enclosed(part))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(parts.join(", "))
    }

    fn value(&mut self, of: &Expr) -> Result<String, Stop> {
        let value = eval(self.cx, of)?;
        Ok(value_in_formula(&value, self.radix))
    }

    fn unary(&mut self, op: UnaryOp, x: &Expr) -> Result<String, Stop> {
        let sign = match op {
            UnaryOp::Negate => "−",
            UnaryOp::Complement => "~",
            UnaryOp::Not => "not ",
        };
        Ok(format!("{sign}{}", self.operand(x)?))
    }

    fn binary(&mut self, op: BinaryOp, a: &Expr, b: &Expr) -> Result<String, Stop> {
        let is_one = |text: &str| text == "1";
        // In binary and hexadecimal, a shift is not converted to a product or quotient.
        let is_number = self.radix == Radix::Decimal;
        Ok(match op {
            BinaryOp::ShiftLeft if is_one(self.cx.text(a.span)) => {
                format!("2^{}", self.in_parentheses(b)?)
            }
            BinaryOp::ShiftLeft if is_number => {
                format!(
                    "{} × 2^{}",
                    self.in_parentheses(a)?,
                    self.in_parentheses(b)?
                )
            }
            BinaryOp::ShiftRight if is_number => {
                format!(
                    "⌊{} / 2^{}⌋",
                    self.in_parentheses(a)?,
                    self.in_parentheses(b)?
                )
            }
            BinaryOp::FloorDivide if !self.divides(a, b)? => {
                format!("⌊{} / {}⌋", self.operand(a)?, self.operand(b)?)
            }
            _ => format!("{} {} {}", self.operand(a)?, sign(op), self.operand(b)?),
        })
    }

    /// Whether a quotient is an integer.
    fn divides(&mut self, a: &Expr, b: &Expr) -> Result<bool, Stop> {
        let (a, b) = (eval(self.cx, a)?, eval(self.cx, b)?);
        let integer = |value: &Value| match value {
            Value::Number(number) => number.as_integer(),
            _ => None,
        };
        let remainder = integer(&a)
            .zip(integer(&b))
            .and_then(|(a, b)| a.checked_rem(b));
        Ok(remainder == Some(0))
    }

    fn call(&mut self, name: &str, args: &[Expr]) -> Result<String, Stop> {
        let [argument] = args else {
            return Ok(format!("{name}({})", self.list(args)?));
        };
        Ok(match name {
            "ceil" => format!("⌈{}⌉", self.enclosed(argument)?),
            "floor" => format!("⌊{}⌋", self.enclosed(argument)?),
            "sqrt" => format!("√{}", self.in_parentheses(argument)?),
            "hex" | "bin" => self.enclosed(argument)?,
            "log2" => format!("log₂({})", self.enclosed(argument)?),
            _ => format!("{name}({})", self.enclosed(argument)?),
        })
    }
}

/// Returns the sign that a paper prints.
fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Power => "^",
        BinaryOp::Multiply => "×",
        BinaryOp::Divide | BinaryOp::FloorDivide => "/",
        BinaryOp::Remainder => "mod",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "−",
        BinaryOp::ShiftLeft => "<<",
        BinaryOp::ShiftRight => ">>",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitXor => "xor",
        BinaryOp::BitOr => "|",
        BinaryOp::Equal => "=",
        BinaryOp::NotEqual => "≠",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "≤",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => "≥",
        BinaryOp::In => "in",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
    }
}

/// Finds the variables, paths, and elements in an expression.
pub(super) fn find_names<'e>(of: &'e Expr, found: &mut Vec<&'e Expr>) {
    match &of.kind {
        ExprKind::Value(_) | ExprKind::Quantity(..) | ExprKind::Prose(_) => {}
        ExprKind::Unary(_, x) => find_names(x, found),
        ExprKind::Binary(_, a, b) | ExprKind::Range { from: a, to: b, .. } => {
            find_names(a, found);
            find_names(b, found);
        }
        ExprKind::List(parts) => parts.iter().for_each(|part| find_names(part, found)),
        ExprKind::Call { name, args } if function(&name.text).is_some() => {
            args.iter().for_each(|argument| find_names(argument, found));
        }
        ExprKind::Name(_) | ExprKind::Field(..) | ExprKind::Index(..) | ExprKind::Call { .. } => {
            found.push(of);
        }
    }
}

/// Whether one pair of parentheses encloses the whole text of an expression.
fn is_enclosed(text: &str) -> bool {
    let mut depth = 0usize;
    let closes = |(at, c): (usize, char)| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0).then_some(at)
    };
    text.starts_with('(') && text.char_indices().find_map(closes) == Some(text.len() - 1)
}
