//! Expressions: turns a flat chain of operands and operators into a tree by operator precedence.

use std::sync::Arc;

use super::Tree;
use super::holes::wrong_hole;
use super::text::{byte, quoted, string, text};
use crate::lang::ast::{BinaryOp, Expr, ExprKind, Piece, Span, UnaryOp, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::{Number, Unit, Value, ValueError, unit_factor, unit_spelt};
use pagewalk_grammar::{Pair, Rule};

/// Maximum depth of an expression tree, counted in operators, calls, and brackets. A chain of operators also
/// forms a tree.
const TREE_LIMIT: u32 = 500;

/// The precedence of `**`, which is above that of `-x`.
const POWER: u8 = 110;

/// An expression and the depth of its tree.
type Deep = (Expr, u32);

/// An operator whose right operand has not been parsed yet.
#[derive(Clone, Copy)]
struct Waiting {
    operator: Operator,
    /// The precedence.
    power: u8,
    start: u32,
}

#[derive(Clone, Copy)]
enum Operator {
    Unary(UnaryOp),
    Binary(BinaryOp),
    Range { inclusive: bool },
}

impl Tree<'_> {
    pub(super) fn expr(&mut self, pair: Pair) -> Expr {
        self.deep(pair).0
    }

    /// Parses the inner expressions of a pair, in order.
    pub(super) fn exprs(&mut self, pair: Pair) -> Arc<[Expr]> {
        self.deep_exprs(pair).0
    }

    fn deep_exprs(&mut self, pair: Pair) -> (Arc<[Expr]>, u32) {
        let mut deepest = 0;
        let inner = pair
            .into_inner()
            .filter(|part| part.as_rule() == Rule::expr);
        let exprs = inner
            .map(|part| self.deep(part))
            .inspect(|(_, depth)| deepest = deepest.max(*depth));
        (exprs.map(|(expr, _)| expr).collect(), deepest)
    }

    fn deep(&mut self, pair: Pair) -> Deep {
        let whole = self.span(&pair);
        let mut operands = Vec::new();
        let mut waiting = Vec::new();
        let mut too_deep = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::prefix => waiting.push(prefix(part.as_str(), self.span(&part).start)),
                Rule::infix => {
                    let next = infix(part.as_str());
                    // Only `**` groups from the right.
                    let least = if next.power == POWER {
                        POWER + 1
                    } else {
                        next.power
                    };
                    while waiting
                        .last()
                        .is_some_and(|above: &Waiting| above.power >= least)
                    {
                        too_deep |= !apply(&mut operands, &mut waiting);
                    }
                    waiting.push(next);
                }
                Rule::arguments | Rule::index | Rule::field => {
                    if let Some(left) = operands.pop() {
                        operands.push(self.suffix(left, part));
                        too_deep |= operands
                            .last()
                            .is_some_and(|(_, depth)| *depth > TREE_LIMIT + 1);
                    }
                }
                _ => operands.push(self.operand(part)),
            }
            if too_deep {
                break;
            }
        }
        while !too_deep && !waiting.is_empty() {
            too_deep = !apply(&mut operands, &mut waiting);
        }
        match operands.pop() {
            Some(deep) if !too_deep => deep,
            _ => self.too_deep(whole),
        }
    }

    fn too_deep(&mut self, span: Span) -> Deep {
        let message = format!("this expression has more than {TREE_LIMIT} nested operators");
        self.report(Diagnostic::new(Code::TooDeep, span, message).help("split it with `let`"));
        nothing(span)
    }

    fn operand(&mut self, part: Pair) -> Deep {
        let span = self.span(&part);
        let kind = match part.as_rule() {
            Rule::name => ExprKind::Name(part.as_str().into()),
            Rule::number => self.number(part.as_str(), span),
            Rule::boolean => ExprKind::Value(Value::Bool(part.as_str() == "true")),
            Rule::string => {
                // Prose with a wrong brace is read as several strings.
                let start = span.start as usize;
                if part.as_str() == "\"\""
                    && let Some(wrong) = wrong_hole(&self.source[start..], span.file, start)
                {
                    self.report(wrong);
                }
                let value = string(part.as_str(), span).unwrap_or_else(|diagnostic| {
                    self.report(diagnostic);
                    "".into()
                });
                ExprKind::Value(value)
            }
            Rule::byte => ExprKind::Value(self.byte(&part).into()),
            Rule::prose => return self.prose(part, span),
            Rule::list => {
                let (items, depth) = self.deep_exprs(part);
                return (
                    Expr {
                        kind: ExprKind::List(items),
                        span,
                    },
                    depth + 1,
                );
            }
            // An expression in parentheses is the inner expression, with a span that includes the parentheses.
            _ => {
                let inner = part.into_inner().next().map(|inner| self.deep(inner));
                return inner.map_or_else(
                    || nothing(span),
                    |(expr, depth)| (Expr { span, ..expr }, depth + 1),
                );
            }
        };
        (Expr { kind, span }, 1)
    }

    pub(super) fn list(&mut self, part: Pair) -> Expr {
        self.operand(part).0
    }

    /// Parses `left(arguments)`, `left[index]`, `left.field`.
    fn suffix(&mut self, (left, depth): Deep, part: Pair) -> Deep {
        let mut span = left.span;
        span.end = self.span(&part).end;
        let is_field = part.as_rule() == Rule::field;
        let (kind, below) = match (part.as_rule(), left.kind) {
            (Rule::arguments, ExprKind::Name(text)) => {
                let (args, below) = self.deep_exprs(part);
                let name = Word {
                    text,
                    span: left.span,
                };
                (ExprKind::Call { name, args }, below)
            }
            (_, kind) => {
                let left = Box::new(Expr {
                    kind,
                    span: left.span,
                });
                let Some(inner) = part.into_inner().next() else {
                    return nothing(span);
                };
                if is_field {
                    (ExprKind::Field(left, self.word(&inner)), 0)
                } else {
                    let (index, below) = self.deep(inner);
                    (ExprKind::Index(left, Box::new(index)), below)
                }
            }
        };
        (Expr { kind, span }, depth.max(below) + 1)
    }

    fn prose(&mut self, part: Pair, span: Span) -> Deep {
        let mut deepest = 0;
        let mut pieces = Vec::new();
        for piece in part.into_inner() {
            if piece.as_rule() == Rule::fenced {
                pieces.push(Piece::Text(piece.as_str().into()));
            } else if piece.as_rule() == Rule::prose_text {
                pieces.push(Piece::Text(
                    piece.as_str().replace("{{", "{").replace("}}", "}").into(),
                ));
            } else if let Some(inner) = piece.into_inner().next() {
                let (expr, depth) = self.deep(inner);
                deepest = deepest.max(depth);
                pieces.push(Piece::Expr(expr));
            }
        }
        (
            Expr {
                kind: ExprKind::Prose(pieces.into()),
                span,
            },
            deepest + 1,
        )
    }

    /// Returns the text of a string with its escapes resolved.
    pub(super) fn string(&mut self, part: &Pair) -> Arc<str> {
        text(part.as_str(), self.span(part)).unwrap_or_else(|diagnostic| {
            self.report(diagnostic);
            "".into()
        })
    }

    /// Returns the value of a byte literal such as `'h'`.
    pub(super) fn byte(&mut self, part: &Pair) -> u8 {
        byte(part.as_str(), self.span(part)).unwrap_or_else(|diagnostic| {
            self.report(diagnostic);
            0
        })
    }

    /// Parses a number with its unit. Reports an invalid number and uses 0 instead.
    fn number(&mut self, text: &str, span: Span) -> ExprKind {
        let digits = text.find([' ', '\t']).map_or(text, |blank| &text[..blank]);
        let unit = text[digits.len()..].trim_start();
        let (digits, unit) = if unit.is_empty() {
            touching_unit(digits)
        } else {
            (digits, unit)
        };
        // Textbooks write 0B for the hexadecimal number 11.
        let ambiguous = text.starts_with("0B") && text.len() > 2
            || self.in_fact && unit == "B" && text.len() == digits.len() + 1;
        let number = Number::literal(digits).and_then(|number| match unit_factor(unit) {
            _ if unit.is_empty() => Ok(number),
            Some(factor) => number.times(factor),
            None => Err(bad_number(text)),
        });
        let number = if ambiguous {
            Err(bad_number(text))
        } else {
            number
        };
        // `1e-7` arrives as `1e`, because `-` is an operator.
        let start = span.start as usize;
        let (text, span) = match number {
            Err(_) if text.ends_with(['e', 'E']) => {
                let text = with_exponent(&self.source[start..], text.len());
                let end = (start + text.len()) as u32;
                (text, span.ending_at(end))
            }
            _ => (text, span),
        };
        let number = number.map_err(|error| match error.code {
            Code::BadNumber => bad_number(text),
            code => ValueError::new(
                code,
                format!("`{}` is outside the range of numbers", quoted(text)),
            )
            .help("integers must lie between -2^63 and 2^64 - 1"),
        });
        let number = self.checked(number, span).unwrap_or(Number::ZERO);
        match Unit::named(unit) {
            Some(unit) => {
                ExprKind::Quantity(Value::Number(number.in_measure(unit.measure())), unit)
            }
            None => ExprKind::Value(Value::Number(number)),
        }
    }
}

/// Splits `8KB` into `8` and `KB`. The text `0x1B` is a number without a unit.
fn touching_unit(text: &str) -> (&str, &str) {
    if text.starts_with("0x") || text.starts_with("0X") || text.starts_with("0b") {
        let percent = text.strip_suffix('%');
        return percent.map_or((text, ""), |digits| (digits, "%"));
    }
    let unit = text
        .find(|c: char| c.is_ascii_alphabetic() || c == '%')
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(unit);
    if unit_factor(unit).is_some() {
        (digits, unit)
    } else {
        (text, "")
    }
}

fn bad_number(text: &str) -> ValueError {
    let quoted = quoted(text);
    let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit()) && !text.starts_with("0b");
    let error = ValueError::new(Code::BadNumber, format!("`{quoted}` is not a number"));
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || "_. ".contains(c));
    match unit_spelt(unit).filter(|_| unit.len() < text.len()) {
        _ if let Some(decimal) = scientific(text) => {
            if text.contains('.') {
                return error.write(decimal);
            }
            error.help(format!("write {decimal}, or 0x{text} if it is hexadecimal"))
        }
        _ if hexadecimal => error.write(format!("0x{text}")),
        _ if let Some(zero) = without_letter(text) => error.write(zero),
        _ if is_date(text) => error.write(format!("\"{text}\"")),
        Some(spelt) => error.write(format!("{}{spelt}", &text[..text.len() - unit.len()])),
        None => error
            .help("write a number as 20, 0x14, 0b1_0100, 0.96, or 96%, a size as 8 KB, and a time as 10 ns"),
    }
}

/// Returns a number after replacing the letter O with the digit 0. `0o` begins an octal number in other languages.
fn without_letter(text: &str) -> Option<String> {
    let zero = text.replace(['O', 'o'], "0");
    let is_number = zero != text && !text.starts_with("0o") && Number::parse(&zero).is_ok();
    is_number.then_some(zero)
}

/// Returns the decimal of a number with an exponent, such as `1e3`, or `None` if a script has no such number.
fn scientific(text: &str) -> Option<String> {
    let (digits, exponent) = text.split_once(['e', 'E'])?;
    let begins = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    // A double is exact for this many digits.
    if !begins(digits) || !begins(exponent.trim_start_matches(['+', '-'])) || digits.len() > 16 {
        return None;
    }
    let decimal = text.parse::<f64>().ok()?.to_string();
    // A number that is too small for a double is not 0.
    let is_lost = decimal == "0" && digits.contains(|c: char| ('1'..='9').contains(&c));
    Number::literal(&decimal)
        .ok()
        .filter(|_| !is_lost)
        .map(|_| decimal)
}

/// Returns the first `letter` bytes of a text, which end with `e`, with the exponent that follows them.
fn with_exponent(text: &str, letter: usize) -> &str {
    let digits = letter + usize::from(text[letter..].starts_with(['+', '-']));
    let end = text[digits..].find(|c: char| !c.is_ascii_digit());
    match end.unwrap_or(text.len() - digits) {
        0 => &text[..letter],
        count => &text[..digits + count],
    }
}

/// Whether a text is a date such as 01.03.2026.
fn is_date(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 3
        && parts.iter().all(|part| digits(part))
        && parts.iter().any(|part| part.len() == 4)
}

/// Returns the placeholder for an expression whose error was reported.
fn nothing(span: Span) -> Deep {
    (
        Expr {
            kind: ExprKind::Value(Value::Bool(false)),
            span,
        },
        1,
    )
}

/// Applies the last waiting operator to its operands. Returns false if the tree becomes too deep.
fn apply(operands: &mut Vec<Deep>, waiting: &mut Vec<Waiting>) -> bool {
    let Some(operator) = waiting.pop() else {
        return true;
    };
    let Some((right, right_depth)) = operands.pop() else {
        return true;
    };
    let mut span = right.span;
    if let Operator::Unary(unary) = operator.operator {
        span.start = operator.start;
        operands.push((
            Expr {
                kind: ExprKind::Unary(unary, Box::new(right)),
                span,
            },
            right_depth + 1,
        ));
        return right_depth <= TREE_LIMIT;
    }
    let Some((left, left_depth)) = operands.pop() else {
        return true;
    };
    span.start = left.span.start;
    let (left, right) = (Box::new(left), Box::new(right));
    let kind = match operator.operator {
        Operator::Binary(binary) => ExprKind::Binary(binary, left, right),
        Operator::Range { inclusive } => ExprKind::Range {
            from: left,
            to: right,
            inclusive,
        },
        Operator::Unary(unary) => ExprKind::Unary(unary, right),
    };
    let depth = left_depth.max(right_depth);
    operands.push((Expr { kind, span }, depth + 1));
    depth <= TREE_LIMIT
}

fn prefix(text: &str, start: u32) -> Waiting {
    let (operator, power) = match text {
        "-" => (UnaryOp::Negate, 100),
        "~" => (UnaryOp::Complement, 100),
        "!" => (UnaryOp::Not, 100),
        _ => (UnaryOp::Not, 15),
    };
    Waiting {
        operator: Operator::Unary(operator),
        power,
        start,
    }
}

fn infix(text: &str) -> Waiting {
    use BinaryOp as B;
    let (operator, power) = match text {
        "**" => (B::Power, POWER),
        "*" => (B::Multiply, 90),
        "/" => (B::Divide, 90),
        "//" => (B::FloorDivide, 90),
        "%" => (B::Remainder, 90),
        "+" => (B::Add, 80),
        "-" => (B::Subtract, 80),
        "<<" => (B::ShiftLeft, 70),
        ">>" => (B::ShiftRight, 70),
        "&" => (B::BitAnd, 60),
        "^" => (B::BitXor, 50),
        "|" => (B::BitOr, 40),
        ".." | "..=" => {
            let inclusive = text == "..=";
            return Waiting {
                operator: Operator::Range { inclusive },
                power: 30,
                start: 0,
            };
        }
        "==" => (B::Equal, 20),
        "!=" => (B::NotEqual, 20),
        "<" => (B::Less, 20),
        "<=" => (B::LessEqual, 20),
        ">" => (B::Greater, 20),
        ">=" => (B::GreaterEqual, 20),
        "in" => (B::In, 20),
        "and" => (B::And, 10),
        _ => (B::Or, 5),
    };
    Waiting {
        operator: Operator::Binary(operator),
        power,
        start: 0,
    }
}
