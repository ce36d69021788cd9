//! The typed tree of a program. Each implicit conversion is a node.

use std::rc::Rc;

use super::messages::Mistake;
use super::settings::Conventions;
use super::types::{Type, Types};
use pagewalk_engine::program::ops::{BinaryOp, Scalar, UnaryOp};
use pagewalk_engine::program::{Builtin, Place};

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: Type,
    pub place: Place,
    /// The height of the tree, which is bounded, because functions on trees recurse.
    pub height: u16,
}

/// The kinds of expressions.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// The bits of an operand.
    Number(u64),
    /// The number of a string literal.
    Text(u32),
    Local(u32),
    Global(u32),
    Function(u32),
    Dereference(Box<Expr>),
    /// An element of an array.
    Element(Box<Expr>, Box<Expr>),
    /// A member of a struct, at an offset.
    Member(Box<Expr>, u64),
    /// The address of an object, or of an array's first element.
    Address(Box<Expr>),
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Scalar, Box<Expr>, Box<Expr>),
    /// A pointer plus an index of elements with this size.
    Offset(Box<Expr>, Box<Expr>, u32),
    Difference(Box<Expr>, Box<Expr>, u32),
    Convert(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    Assign(Box<Expr>, Box<Expr>),
    /// A compound assignment, `++`, or `--`.
    Update(Box<Update>),
    Comma(Box<Expr>, Box<Expr>),
    Call(u32, Vec<Expr>),
    Builtin(Builtin, Vec<Expr>),
}

/// An assignment of a value that depends on the old one.
#[derive(Debug, Clone)]
pub struct Update {
    pub target: Expr,
    pub change: Change,
    pub value: Expr,
    /// Whether the result is the old value.
    pub is_postfix: bool,
}

/// How an [`Update`] computes the new value.
#[derive(Debug, Clone, Copy)]
pub enum Change {
    /// An operator on operands of this type.
    Binary(BinaryOp, Scalar),
    /// A pointer plus an index of elements with this size.
    Offset(u32),
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Stmt {
    pub kind: StmtKind,
    pub place: Place,
}

/// The kinds of statements.
#[derive(Debug, Clone)]
pub enum StmtKind {
    Expr(Expr),
    /// The declaration of a local variable.
    Declare(u32, Option<Initial>),
    Block(Vec<Stmt>),
    If(Expr, Box<Stmt>, Option<Box<Stmt>>),
    While(Expr, Box<Stmt>),
    DoWhile(Box<Stmt>, Expr),
    For(Vec<Stmt>, Option<Expr>, Option<Expr>, Box<Stmt>),
    /// The value, the body, and the values of its cases in order. `None` is `default`.
    Switch(Expr, Box<Stmt>, Vec<Option<u64>>),
    /// The label of the case with this number in its `switch`.
    Case(usize),
    Break,
    Continue,
    Return(Option<Expr>),
}

/// An initializer: the values at offsets of the object.
#[derive(Debug, Clone)]
pub struct Initial {
    pub values: Vec<(u64, Expr)>,
    /// Whether the values leave parts of the object out, which are zero.
    pub is_partial: bool,
}

/// A local variable or a parameter.
#[derive(Debug, Clone)]
pub struct Local {
    pub name: Rc<str>,
    pub ty: Type,
    pub is_const: bool,
    /// Whether the program uses the variable's address.
    pub has_address: bool,
    /// The bytes of the text from the declaration to the end of its block.
    pub scope: (u32, u32),
    /// Whether the variable has a result of `fork`.
    pub is_pid: bool,
    /// Number of uses other than comparisons with constants.
    pub uses: i32,
}

/// A global or `static` variable.
#[derive(Debug, Clone)]
pub struct Global {
    pub name: Rc<str>,
    pub ty: Type,
    pub initial: Option<Initial>,
    pub is_const: bool,
    /// The alignment of `__attribute__((aligned(N)))`, or 0.
    pub align: u64,
    pub place: Place,
}

/// A function.
#[derive(Debug, Clone)]
pub struct Function {
    pub name: Rc<str>,
    pub result: Type,
    pub parameters: Vec<Type>,
    /// Whether the parameters are declared, so that calls can be checked.
    pub has_prototype: bool,
    pub is_variadic: bool,
    pub builtin: Option<Builtin>,
    /// The parameters first.
    pub locals: Vec<Local>,
    pub body: Option<Vec<Stmt>>,
    pub place: Place,
}

/// A program.
#[derive(Debug, Clone)]
pub struct Tree {
    pub types: Types,
    pub globals: Vec<Global>,
    pub functions: Vec<Function>,
    pub texts: Vec<Vec<u8>>,
    /// Whether a result of `fork`, `wait`, or `waitpid` has a use other than a comparison with a constant.
    pub uses_pids: bool,
    /// Whether `wait` or `waitpid` stores the status of a child.
    pub stores_status: bool,
    /// What the program probably does not mean.
    pub warnings: Vec<Mistake>,
}

impl Tree {
    /// Returns the distance in bytes between two elements of an array whose indexes in this dimension differ by one.
    pub fn stride(&self, conventions: Conventions, array: &Expr, element: &Type) -> u64 {
        let size = |ty| self.types.size(ty).unwrap_or_default();
        if !conventions.column_major {
            return size(element);
        }
        let (mut stride, mut outer) = (size(element.dimensions().1), array);
        while let ExprKind::Element(of, _) = &outer.kind {
            if let Type::Array(_, length) = of.ty {
                stride *= length;
            }
            outer = of;
        }
        stride
    }
}
