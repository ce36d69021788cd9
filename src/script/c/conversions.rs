//! Conversions between the types of C: implicit ones, casts, and promotions. Constants are converted at once.

use std::ascii::escape_default;

use super::lexer::TokenKind;
use super::messages::{Mistake, Parsed, fail};
use super::parser::Parser;
use super::tree::{Expr, ExprKind};
use super::types::{CHAR, INT, Type};
use pagewalk_engine::program::Place;
use pagewalk_engine::program::ops::{self, Scalar, UnaryOp};

impl Parser {
    /// Returns the constant with these bits.
    pub fn number(&self, bits: u64, ty: Type, place: Place) -> Expr {
        let kind = ExprKind::Number(
            self.types
                .scalar(&ty)
                .map_or(bits, |kind| kind.extend(bits)),
        );
        Expr {
            kind,
            ty,
            place,
            height: 1,
        }
    }

    pub(super) fn scalar(&self, expr: &Expr) -> Parsed<Scalar> {
        match self.types.scalar(&expr.ty) {
            Some(kind) if expr.ty != Type::Function => Ok(kind),
            _ => fail!(
                expr.place,
                "a number or a pointer is expected here, not `{}`",
                self.types.name(&expr.ty)
            ),
        }
    }

    pub(super) fn number_kind(&self, expr: &Expr) -> Parsed<Scalar> {
        match self.types.scalar(&expr.ty) {
            Some(kind) if expr.ty.is_number() => Ok(kind),
            _ => fail!(
                expr.place,
                "a number is expected here, not `{}`",
                self.types.name(&expr.ty)
            ),
        }
    }

    /// Converts a scalar to another scalar type.
    pub(super) fn convert(&self, expr: Expr, ty: &Type) -> Parsed<Expr> {
        if expr.ty == *ty {
            return Ok(expr);
        }
        let (Some(from), Some(to)) = (self.types.scalar(&expr.ty), self.types.scalar(ty)) else {
            let (from, to) = (self.types.name(&expr.ty), self.types.name(ty));
            fail!(expr.place, "`{from}` cannot be converted to `{to}`");
        };
        if let ExprKind::Number(bits) = expr.kind {
            let folded = match ty {
                Type::Bool => ops::unary(UnaryOp::Not, from, bits).map(|is_zero| 1 - is_zero),
                _ => ops::convert(from, to, bits),
            };
            if let Ok(bits) = folded {
                return Ok(self.number(bits, ty.clone(), expr.place));
            }
        }
        let place = expr.place;
        Expr::new(ExprKind::Convert(Box::new(expr)), ty.clone(), place)
    }

    /// Converts the value of an assignment, an argument, or a result.
    pub fn assignable(&mut self, expr: Expr, ty: &Type) -> Parsed<Expr> {
        let is_array = expr.ty.element().is_some();
        let expr = expr.value();
        let is_null = matches!(expr.kind, ExprKind::Number(0)) && expr.ty.is_integer();
        let fits = match (&expr.ty, ty) {
            (from, to) if from == to => true,
            (from, to) if from.is_number() && to.is_number() => true,
            (Type::Pointer(_), Type::Pointer(_) | Type::Bool) => true,
            (Type::Function, Type::Pointer(target)) => **target == Type::Void,
            (_, Type::Pointer(_)) => is_null,
            _ => false,
        };
        if !fits {
            let (from, to) = (self.types.name(&expr.ty), self.types.name(ty));
            let result = Mistake::new(expr.place, format!("`{to}` is expected here, not `{from}`"));
            let is_cast = expr.ty.is_scalar() && ty.is_scalar();
            let is_call = matches!(expr.kind, ExprKind::Call(..));
            return Err(match (&expr.ty, ty) {
                _ if let Some(literal) = self.in_other_quotes(&expr, ty) => {
                    result.did_you_mean(literal)
                }
                (Type::Void, _) if is_call => result.help("the function returns no value"),
                (Type::Pointer(target), _) if **target == *ty && is_array => {
                    result.help("for an element, write its index in brackets")
                }
                (Type::Pointer(target), _)
                    if **target == *ty && matches!(expr.kind, ExprKind::Address(_)) =>
                {
                    result.help(format!(
                        "use the value without `&`, or change the type `{to}` to `{from}`"
                    ))
                }
                (Type::Pointer(target), _) if **target == *ty => {
                    result.help("for the value that the pointer points to, write `*` before it")
                }
                (_, Type::Pointer(target)) if **target == expr.ty && expr.is_object() => {
                    result.help("for the address, write `&` before it")
                }
                _ if is_cast => result.help(format!("if you mean it, write the cast `({to})`")),
                _ => result,
            });
        }
        if let ExprKind::Function(number) = expr.kind
            && let Some(builtin) = self.functions[number as usize].builtin
        {
            fail!(expr.place, "`{}` can only be called", builtin.name());
        }
        if matches!(ty, Type::Struct(_)) {
            Ok(expr)
        } else {
            self.convert(expr, ty)
        }
    }

    /// Returns a character as a string, or a string of one character as a character, if this type needs it.
    fn in_other_quotes(&self, expr: &Expr, ty: &Type) -> Option<String> {
        let mut tokens = self.tokens.iter();
        let token = tokens.find(|one| one.place == expr.place)?;
        match (&token.kind, ty) {
            (TokenKind::Character(byte), Type::Pointer(target)) if **target == CHAR => {
                Some(format!("\"{}\"", escape_default(*byte)))
            }
            (TokenKind::Text(bytes), _) if ty.is_integer() => match **bytes {
                [byte] => Some(format!("'{}'", escape_default(byte))),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn cast(&mut self, expr: Expr, ty: &Type) -> Parsed<Expr> {
        let expr = expr.value();
        if *ty == Type::Void {
            let place = expr.place;
            let zero = self.number(0, INT, place);
            // As in gcc, a variable that is only named is not read.
            let mut result = match expr.kind {
                ExprKind::Local(_) | ExprKind::Global(_) => zero,
                _ => expr.comma(zero)?,
            };
            result.ty = Type::Void;
            return Ok(result);
        }
        let is_valid = expr.ty.is_scalar() && ty.is_scalar();
        let has = |is: fn(&Type) -> bool| is(&expr.ty) || is(ty);
        let mixes = has(|ty| matches!(ty, Type::Pointer(_)))
            && has(|ty| matches!(ty, Type::Scalar(kind) if kind.is_float()));
        if !is_valid || mixes {
            let (from, to) = (self.types.name(&expr.ty), self.types.name(ty));
            fail!(expr.place, "`{from}` cannot be converted to `{to}`");
        }
        // The result of a cast is a value, also if the type is the same.
        let mut cast = self.convert(expr, ty)?;
        if !matches!(cast.kind, ExprKind::Number(_) | ExprKind::Convert(_)) {
            let place = cast.place;
            cast = Expr::new(ExprKind::Convert(Box::new(cast)), ty.clone(), place)?;
        }
        Ok(cast)
    }

    /// Applies the integer promotions.
    pub fn promoted(&mut self, expr: Expr) -> Parsed<Expr> {
        let expr = expr.value();
        let kind = self.number_kind(&expr)?;
        if kind.size() < 4 {
            self.convert(expr, &INT)
        } else {
            Ok(expr)
        }
    }

    /// Converts an argument of a function with a variable number of arguments.
    pub fn default_promotion(&mut self, expr: Expr) -> Parsed<Expr> {
        let expr = expr.value();
        match self.scalar(&expr)? {
            Scalar::F32 => self.convert(expr, &Type::Scalar(Scalar::F64)),
            _ if expr.ty.is_number() => self.promoted(expr),
            _ => Ok(expr),
        }
    }

    /// Converts two numbers to their common type.
    pub(super) fn balance(&mut self, left: Expr, right: Expr) -> Parsed<(Scalar, Expr, Expr)> {
        let (left, right) = (self.promoted(left)?, self.promoted(right)?);
        let kind = self.number_kind(&left)?.max(self.number_kind(&right)?);
        let ty = Type::Scalar(kind);
        Ok((kind, self.convert(left, &ty)?, self.convert(right, &ty)?))
    }
}
