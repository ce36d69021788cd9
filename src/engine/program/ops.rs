//! The code of a program: operations of a stack machine, each with its place in the C text.
//!
//! An operand is 64 bits. An integer of a narrower type is sign-extended or zero-extended, so that equal
//! values have equal bits. A `float` has its 32 bits in the low half.

use std::collections::BTreeSet;

use super::builtin::Builtin;
use super::error::{ErrorKind, Place};

/// The types of operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scalar {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Scalar {
    /// Number of bytes.
    pub const fn size(self) -> u8 {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// Whether this is `float` or `double`.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// Whether values can be negative.
    pub const fn is_signed(self) -> bool {
        !matches!(self, Self::U8 | Self::U16 | Self::U32 | Self::U64)
    }

    /// Extends the low bytes of an operand to 64 bits.
    #[inline]
    pub const fn extend(self, value: u64) -> u64 {
        match self {
            Self::I8 => value as i8 as u64,
            Self::U8 => value as u8 as u64,
            Self::I16 => value as i16 as u64,
            Self::U16 => value as u16 as u64,
            Self::I32 => value as i32 as u64,
            Self::U32 | Self::F32 => value as u32 as u64,
            Self::I64 | Self::U64 | Self::F64 => value,
        }
    }

    /// The value of an operand as a `double`.
    fn to_f64(self, value: u64) -> f64 {
        match self {
            Self::F32 => f64::from(f32::from_bits(value as u32)),
            Self::F64 => f64::from_bits(value),
            _ if self.is_signed() => value as i64 as f64,
            _ => value as f64,
        }
    }
}

/// The operators with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    Negate,
    Complement,
    /// 1 for zero, otherwise 0.
    Not,
}

/// The operators with two operands. Comparisons return 0 or 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl BinaryOp {
    /// Whether the result is 0 or 1.
    pub const fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge
        )
    }
}

/// An operation. Operands are on a stack. Registers belong to a function's frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    Const(u64),
    Duplicate,
    Drop,
    /// Pushes a register.
    Get(u32),
    /// Pops a register.
    Set(u32),
    /// Fails if a register is 0: the flag of a variable that has no value yet.
    Require(u32),
    /// Pushes the address of an object in the frame.
    Local(u32),
    /// Makes an object of the frame uninitialized.
    Declare {
        offset: u32,
        size: u32,
    },
    /// Pops an address and pushes the value there.
    Load(Scalar),
    /// Like [`Op::Load`], but not an access.
    Peek(Scalar),
    /// Pops a value and an address.
    Store(Scalar),
    /// Like [`Op::Store`], and pushes the value again.
    StoreKeep(Scalar),
    /// Pops an address and fills bytes with zeros.
    Clear(u32),
    /// Pops the address of the source and that of the destination, copies bytes, and pushes the latter again.
    Copy(u32),
    /// Pops an index and a base, and pushes the address of the element. Fails if the index is not below
    /// `limit`, unless `limit` is 0.
    Index {
        size: u32,
        limit: u32,
    },
    /// Pops two addresses and pushes their distance in units of this size.
    Difference(u32),
    Unary(UnaryOp, Scalar),
    Binary(BinaryOp, Scalar),
    Convert(Scalar, Scalar),
    Jump(u32),
    JumpIfZero(u32),
    JumpIfNonzero(u32),
    /// Calls a function by its number. The arguments become its first registers.
    Call(u32),
    /// Returns from a function. The operand on top, if any, is the result.
    Return,
    /// The end of a function with a result that its caller uses.
    NoResult,
    /// Calls the library or the host with this number of arguments.
    Builtin(Builtin, u8),
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Function {
    pub name: String,
    /// The first operation.
    pub entry: u32,
    /// Number of arguments.
    pub parameters: u32,
    /// Number of registers, including those of the arguments.
    pub registers: u32,
    /// Bytes of the objects in the frame.
    pub frame: u32,
    /// The types of the declared parameters, `None` for pointers.
    pub types: Vec<Option<Scalar>>,
    /// Where the variables are, in the order of their declarations, the parameters first.
    pub variables: Vec<Storage>,
    /// The names of the variables.
    pub names: Vec<String>,
}

/// Where a local variable is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Storage {
    /// In a register. The second one is the flag of a variable that may be uninitialized.
    Register(u32, Option<u32>),
    /// In the frame, at an offset.
    Memory(u32),
}

/// An array or a variable with a fixed address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Object {
    pub name: String,
    pub address: u64,
    pub size: u64,
    /// The lengths of an array's dimensions, empty if the object is no array.
    pub dimensions: Vec<u64>,
    /// Bytes of an element.
    pub element: u64,
    /// Whether the first index of an array varies fastest, as in Fortran.
    pub column_major: bool,
    /// Whether a replay takes the variable to be in a register, which makes no accesses.
    pub in_register: bool,
    pub read_only: bool,
}

impl Object {
    /// Returns the number of the element at an address, in the order of the indexes: the last one varies fastest.
    pub fn element_at(&self, address: u64) -> Option<u64> {
        let at = address.checked_sub(self.address)? / self.element.max(1);
        Some(if self.column_major {
            let reversed: Vec<u64> = self.dimensions.iter().rev().copied().collect();
            column_major(&reversed, at)
        } else {
            at
        })
    }
}

/// Returns the position in column-major order of the element with this number in row-major order.
pub fn column_major(dimensions: &[u64], mut number: u64) -> u64 {
    let (mut stride, mut position): (u64, u64) = (dimensions.iter().product(), 0);
    for length in dimensions.iter().rev().filter(|length| **length > 0) {
        stride /= length;
        position += number % length * stride;
        number /= length;
    }
    position
}

/// The memory layout of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layout {
    /// The offset of each declared address, so that no variable is where `NULL` points.
    pub bias: u64,
    /// The address of the first object without a declared address.
    pub globals: u64,
    /// The start of the heap.
    pub heap: u64,
    /// The end of the stack, which grows down.
    pub stack: u64,
    /// Bytes of a pointer, 4 or 8.
    pub pointer: u8,
    /// Bytes of a page, as `getpagesize` returns them.
    pub page_size: u64,
    /// The alignment of the string literals. With the page size, they have read-only pages. With 1, they directly
    /// follow the variables.
    pub page: u64,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            bias: 0,
            globals: 0x0804_a000,
            heap: 0x1000_0000,
            stack: 0xc000_0000,
            pointer: 4,
            page_size: 4096,
            page: 1,
        }
    }
}

/// A compiled program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub code: Vec<Op>,
    /// The place of each operation.
    pub places: Vec<Place>,
    pub functions: Vec<Function>,
    /// The global objects, then the string literals.
    pub objects: Vec<Object>,
    /// The initial contents of objects that are not all zero.
    pub contents: Vec<(u64, Vec<u8>)>,
    pub layout: Layout,
    /// The calls that the program contains.
    pub builtins: BTreeSet<Builtin>,
    /// Whether a result of `fork`, `wait`, or `waitpid` has a use other than a comparison with a constant.
    pub uses_pids: bool,
    /// Whether `wait` or `waitpid` stores the status of a child.
    pub stores_status: bool,
}

impl Program {
    /// Returns the number of a function.
    pub fn function(&self, name: &str) -> Option<u32> {
        let at = self.functions.iter().position(|one| one.name == name)?;
        Some(at as u32)
    }

    /// Returns the place of an operation.
    pub fn place(&self, pc: u32) -> Place {
        self.places.get(pc as usize).copied().unwrap_or_default()
    }
}

/// Applies an operator to an operand of a promoted type.
///
/// # Errors
///
/// Returns undefined behavior.
#[inline]
pub fn unary(op: UnaryOp, kind: Scalar, a: u64) -> Result<u64, ErrorKind> {
    Ok(match (op, kind) {
        (UnaryOp::Not, Scalar::F32 | Scalar::F64) => u64::from(kind.to_f64(a) == 0.0),
        (UnaryOp::Not, _) => u64::from(a == 0),
        (UnaryOp::Negate, Scalar::F32) => u64::from((-f32::from_bits(a as u32)).to_bits()),
        (UnaryOp::Negate, Scalar::F64) => (-f64::from_bits(a)).to_bits(),
        (UnaryOp::Negate, _) => binary(BinaryOp::Sub, kind, 0, a)?,
        (UnaryOp::Complement, _) => kind.extend(!a),
    })
}

/// Applies an operator to two operands of a promoted type. The right operand of a shift has 64 bits.
///
/// # Errors
///
/// Returns undefined behavior.
#[inline]
pub fn binary(op: BinaryOp, kind: Scalar, a: u64, b: u64) -> Result<u64, ErrorKind> {
    match kind {
        Scalar::I32 => signed(op, 32, a as i64, b as i64),
        Scalar::I64 => signed(op, 64, a as i64, b as i64),
        Scalar::F32 | Scalar::F64 => Ok(float(op, kind, a, b)),
        _ => unsigned(op, kind, a, b),
    }
}

#[inline(always)]
fn signed(op: BinaryOp, bits: u32, a: i64, b: i64) -> Result<u64, ErrorKind> {
    let exact = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div | BinaryOp::Rem if b == 0 => return Err(ErrorKind::DivisionByZero),
        BinaryOp::Div => a.checked_div(b),
        // The quotient of the least number and -1 overflows, and so does the remainder.
        BinaryOp::Rem if bits == 32 && b == -1 && a == i64::from(i32::MIN) => None,
        BinaryOp::Rem => a.checked_rem(b),
        BinaryOp::Shl if (0..i64::from(bits)).contains(&b) => {
            let shifted = a << b;
            Some(if bits == 32 {
                shifted as i32 as i64
            } else {
                shifted
            })
        }
        BinaryOp::Shr if (0..i64::from(bits)).contains(&b) => Some(a >> b),
        BinaryOp::Shl | BinaryOp::Shr => return Err(ErrorKind::ShiftCount { count: b, bits }),
        BinaryOp::And => Some(a & b),
        BinaryOp::Or => Some(a | b),
        BinaryOp::Xor => Some(a ^ b),
        _ => return Ok(compare(op, &a, &b)),
    };
    match exact {
        Some(value) if bits == 64 || i64::from(value as i32) == value => Ok(value as u64),
        _ => Err(ErrorKind::Overflow),
    }
}

#[inline(always)]
fn unsigned(op: BinaryOp, kind: Scalar, a: u64, b: u64) -> Result<u64, ErrorKind> {
    let bits = u32::from(kind.size()) * 8;
    let value = match op {
        BinaryOp::Add => a.wrapping_add(b),
        BinaryOp::Sub => a.wrapping_sub(b),
        BinaryOp::Mul => a.wrapping_mul(b),
        BinaryOp::Div | BinaryOp::Rem if b == 0 => return Err(ErrorKind::DivisionByZero),
        BinaryOp::Div => a / b,
        BinaryOp::Rem => a % b,
        BinaryOp::Shl if b < u64::from(bits) => a << b,
        BinaryOp::Shr if b < u64::from(bits) => a >> b,
        BinaryOp::Shl | BinaryOp::Shr => {
            let count = b as i64;
            return Err(ErrorKind::ShiftCount { count, bits });
        }
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        _ => return Ok(compare(op, &a, &b)),
    };
    Ok(kind.extend(value))
}

fn float(op: BinaryOp, kind: Scalar, a: u64, b: u64) -> u64 {
    let (x, y) = (kind.to_f64(a), kind.to_f64(b));
    if op.is_comparison() {
        return compare(op, &x, &y);
    }
    // A `float` operation in `double`, rounded once more, is exact: 53 bits are more than 2 x 24 + 1.
    let value = match op {
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        BinaryOp::Mul => x * y,
        _ => x / y,
    };
    match kind {
        Scalar::F32 => u64::from((value as f32).to_bits()),
        _ => value.to_bits(),
    }
}

#[inline(always)]
fn compare<T: PartialOrd>(op: BinaryOp, a: &T, b: &T) -> u64 {
    u64::from(match op {
        BinaryOp::Eq => a == b,
        BinaryOp::Ne => a != b,
        BinaryOp::Lt => a < b,
        BinaryOp::Le => a <= b,
        BinaryOp::Gt => a > b,
        _ => a >= b,
    })
}

/// Converts an operand.
///
/// # Errors
///
/// Returns undefined behavior.
#[inline]
pub fn convert(from: Scalar, to: Scalar, value: u64) -> Result<u64, ErrorKind> {
    Ok(match to {
        Scalar::F32 => match from {
            Scalar::F32 => value,
            Scalar::F64 => u64::from((f64::from_bits(value) as f32).to_bits()),
            // Integers are rounded once, not first to `double`.
            _ if from.is_signed() => u64::from((value as i64 as f32).to_bits()),
            _ => u64::from((value as f32).to_bits()),
        },
        Scalar::F64 => from.to_f64(value).to_bits(),
        _ if from.is_float() => {
            let whole = from.to_f64(value).trunc();
            let exact = whole as i128;
            let bits = u32::from(to.size()) * 8;
            let range = if to.is_signed() {
                -(1_i128 << (bits - 1))..1_i128 << (bits - 1)
            } else {
                0..1_i128 << bits
            };
            if whole.is_nan() || !range.contains(&exact) {
                return Err(ErrorKind::Overflow);
            }
            to.extend(exact as u64)
        }
        _ => to.extend(value),
    })
}
