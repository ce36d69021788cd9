//! The values of expressions in a paused process, read without an access: `expect a[3] == 7`.

use super::messages::{Mistake, Parsed, fail};
use super::settings::{Conventions, Settings};
use super::tree::{Expr, ExprKind, Tree};
use super::types::Type;
use super::{headers, parser};
use pagewalk_engine::program::ops::{self, BinaryOp, Scalar, Storage};
use pagewalk_engine::program::{ErrorKind, MemoryError, Place, Process, Program};

/// The maximum size of an array or a struct that is read as a whole.
const MOST_BYTES: u64 = 1 << 18;

/// A program with the text and the settings that it was compiled from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub text: &'a str,
    pub settings: &'a Settings,
    pub program: &'a Program,
}

/// The value of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An integer of any type.
    Integer(i128),
    Real(f64),
    Float(f32),
    Pointer(u64),
    /// The elements of an array, or the members of a struct.
    List(Vec<Value>),
}

/// Reads the memory of a process: `size` bytes at an address.
pub type Peek<'a> = &'a dyn Fn(u64, u8) -> Result<u64, MemoryError>;

/// Evaluates an expression in the current function of a paused process. The expression may contain the variables
/// that are visible at the next operation, and all operators but those that change something or call a function.
/// A variable in a register without a value is an error. In memory, it has the bytes that the process would read.
///
/// # Errors
///
/// Returns a mistake whose place is in `expression`.
pub fn inspect(
    source: Source<'_>,
    process: &Process,
    peek: Peek<'_>,
    expression: &str,
) -> Result<Value, Mistake> {
    let Source {
        text,
        settings,
        program,
    } = source;
    // The expression may use the text's constants, so it is read after the text.
    let both = format!("{text}\n{expression}");
    let file = headers::tokens(text, settings)?;
    let start = text.len() as u32 + 1;
    let own = |mut mistake: Mistake| {
        let Place { start: at, end, .. } = mistake.place;
        mistake.place = Place {
            line: 1,
            start: at.saturating_sub(start),
            end: end.saturating_sub(start),
            ..Place::START
        };
        mistake
    };
    let mut all = headers::tokens(&both, settings).map_err(own)?;
    let own_tokens = all.split_off((file.len() - 1).min(all.len()));
    let function = process.backtrace().next().unwrap_or_default() as usize;
    let at = program.place(process.pc()).start;
    let parts = (headers::declarations()?, file, own_tokens);
    let (expr, tree) =
        parser::parse_expression(parts, settings.layout.pointer, function, at).map_err(own)?;
    let inspection = Inspection {
        tree,
        program,
        process,
        variables: program
            .functions
            .get(function)
            .map_or(&[], |one| &one.variables),
        conventions: settings.conventions,
        peek,
    };
    inspection.result(&expr).map_err(own)
}

struct Inspection<'a> {
    tree: Tree,
    program: &'a Program,
    process: &'a Process,
    variables: &'a [Storage],
    conventions: Conventions,
    peek: Peek<'a>,
}

fn undefined(place: Place) -> impl Fn(ErrorKind) -> Mistake {
    move |kind| Mistake::new(place, kind.to_string())
}

impl Inspection<'_> {
    fn result(&self, expr: &Expr) -> Parsed<Value> {
        match &expr.ty {
            Type::Array(..) | Type::Struct(_) => {
                if self.conventions.column_major && matches!(expr.kind, ExprKind::Element(..)) {
                    fail!(expr.place, "the elements of a row do not follow each other in column-major order"; "read the whole array, or one element");
                }
                self.elements(expr, self.address(expr)?, &expr.ty, 0)
            }
            ty => self.of_bits(self.value(expr)?, ty, expr.place),
        }
    }

    /// Reads a part of an array or a struct, with its offset in C's order.
    fn elements(&self, whole: &Expr, address: u64, ty: &Type, offset: u64) -> Parsed<Value> {
        let (place, types) = (whole.place, &self.tree.types);
        if types.size(ty).unwrap_or_default() > MOST_BYTES {
            fail!(place, "this has more than {MOST_BYTES} bytes"; "read one of its elements");
        }
        let parts: Vec<(&Type, u64)> = match ty {
            Type::Array(element, length) => {
                let size = types.size(element).unwrap_or_default();
                (0..*length).map(|at| (&**element, at * size)).collect()
            }
            Type::Struct(number) => {
                let members = types.structs[*number as usize].members.iter().flatten();
                members.map(|one| (&one.ty, one.offset)).collect()
            }
            _ => {
                let position = types.position(self.conventions, &whole.ty, offset);
                let bits = self.load(address + position, self.scalar(ty), place)?;
                return self.of_bits(bits, ty, place);
            }
        };
        let part = |(ty, at)| self.elements(whole, address, ty, offset + at);
        Ok(Value::List(
            parts.into_iter().map(part).collect::<Parsed<_>>()?,
        ))
    }

    fn of_bits(&self, bits: u64, ty: &Type, place: Place) -> Parsed<Value> {
        Ok(match (ty, self.tree.types.scalar(ty)) {
            (Type::Pointer(_), _) => Value::Pointer(bits),
            (Type::Function, _) | (_, None) => {
                fail!(place, "this expression has no value"; "read a variable");
            }
            (_, Some(Scalar::F32)) => Value::Float(f32::from_bits(bits as u32)),
            (_, Some(Scalar::F64)) => Value::Real(f64::from_bits(bits)),
            (_, Some(kind)) if kind.is_signed() => Value::Integer((bits as i64).into()),
            _ => Value::Integer(bits.into()),
        })
    }

    fn load(&self, address: u64, kind: Scalar, place: Place) -> Parsed<u64> {
        let value = (self.peek)(address, kind.size());
        let value = value.map_err(|error| undefined(place)(error.into()))?;
        Ok(kind.extend(value))
    }

    fn scalar(&self, ty: &Type) -> Scalar {
        let types = &self.tree.types;
        types.scalar(ty).unwrap_or(types.address())
    }

    fn value(&self, expr: &Expr) -> Parsed<u64> {
        let place = expr.place;
        match &expr.kind {
            ExprKind::Number(bits) => Ok(*bits),
            ExprKind::Local(number) => match self.variables.get(*number as usize) {
                Some(Storage::Register(register, flag)) => {
                    let read = |number: &u32| self.process.register(*number);
                    if flag.as_ref().and_then(read) == Some(0) {
                        return Err(undefined(place)(ErrorKind::Uninitialized));
                    }
                    Ok(read(register).unwrap_or_default())
                }
                _ => self.load(self.address(expr)?, self.loaded(expr)?, place),
            },
            ExprKind::Global(_)
            | ExprKind::Dereference(_)
            | ExprKind::Element(..)
            | ExprKind::Member(..) => self.load(self.address(expr)?, self.loaded(expr)?, place),
            ExprKind::Address(object) => self.address(object),
            ExprKind::Unary(op, operand) => {
                let value = self.value(operand)?;
                ops::unary(*op, self.scalar(&operand.ty), value).map_err(undefined(place))
            }
            ExprKind::Binary(op, kind, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                ops::binary(*op, *kind, left, right).map_err(undefined(place))
            }
            ExprKind::Offset(pointer, index, size) => {
                let offset = self.value(index)?.wrapping_mul(u64::from(*size));
                Ok(self.value(pointer)?.wrapping_add(offset))
            }
            ExprKind::Difference(left, right, size) => {
                let bytes = self.value(left)?.wrapping_sub(self.value(right)?) as i64;
                Ok((bytes / i64::from((*size).max(1))) as u64)
            }
            ExprKind::Convert(operand) => {
                let (value, from) = (self.value(operand)?, self.scalar(&operand.ty));
                if expr.ty == Type::Bool {
                    let zero = ops::convert(Scalar::I32, from, 0).map_err(undefined(place))?;
                    return ops::binary(BinaryOp::Ne, from, value, zero).map_err(undefined(place));
                }
                ops::convert(from, self.scalar(&expr.ty), value).map_err(undefined(place))
            }
            ExprKind::And(left, right) => {
                Ok(u64::from(self.is_true(left)? && self.is_true(right)?))
            }
            ExprKind::Or(left, right) => Ok(u64::from(self.is_true(left)? || self.is_true(right)?)),
            ExprKind::Conditional(condition, then, otherwise) => {
                self.value(if self.is_true(condition)? {
                    then
                } else {
                    otherwise
                })
            }
            _ => {
                fail!(place, "this expression is more than a read of variables"; "assign and call in the program");
            }
        }
    }

    fn is_true(&self, condition: &Expr) -> Parsed<bool> {
        Ok(self.value(condition)? != 0)
    }

    /// The type of an object that is loaded.
    fn loaded(&self, expr: &Expr) -> Parsed<Scalar> {
        match self.tree.types.scalar(&expr.ty) {
            Some(kind) => Ok(kind),
            None => fail!(expr.place, "a struct has no single value"; "read one of its members"),
        }
    }

    fn address(&self, object: &Expr) -> Parsed<u64> {
        let place = object.place;
        match &object.kind {
            ExprKind::Local(number) => match self.variables.get(*number as usize) {
                Some(Storage::Memory(offset)) => {
                    Ok(self.process.frame_address() + u64::from(*offset))
                }
                _ => {
                    fail!(place, "the variable is in a register and has no address"; "use its address in the program")
                }
            },
            ExprKind::Global(number) => {
                let found = self.program.objects.get(*number as usize);
                Ok(found.map_or(0, |one| one.address))
            }
            ExprKind::Dereference(pointer) => self.value(pointer),
            ExprKind::Member(of, offset) => Ok(self.address(of)?.wrapping_add(*offset)),
            ExprKind::Element(array, index) => {
                let (base, at) = (self.address(array)?, self.value(index)?);
                if let Type::Array(_, length) = array.ty
                    && at >= length
                {
                    let (index, limit) = (at as i64, length as u32);
                    return Err(undefined(place)(ErrorKind::OutOfBounds { index, limit }));
                }
                let size = self.tree.stride(self.conventions, array, &object.ty);
                Ok(base.wrapping_add(at.wrapping_mul(size)))
            }
            _ => fail!(place, "this expression has no address"; "read a variable"),
        }
    }
}
