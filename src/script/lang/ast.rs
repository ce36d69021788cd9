//! The syntax tree of a script, with source spans.
//!
//! The tree is deliberately general: `machine simple`, `read 0x28F size 4`, and `set tlb { … }` are all
//! *commands*, each a word followed by operands. The interpreter's registries define which commands,
//! settings, nouns, and facts exist. Only constructs that shape a script (scopes, loops, and definitions)
//! have their own kinds.

use std::any::Any;
use std::sync::{Arc, OnceLock};

pub(crate) use super::span::Span;
use super::value::{Unit, Value};

/// A word in the script, with its source span.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// The word as written.
    pub text: Arc<str>,
    pub span: Span,
}

impl Word {
    /// Returns the word that an expression is, or an empty word for any other expression.
    pub(crate) fn of(expr: &Expr) -> Self {
        let text = match &expr.kind {
            ExprKind::Name(name) => name.clone(),
            _ => "".into(),
        };
        Self {
            text,
            span: expr.span,
        }
    }
}

/// A list of statements: a file, or the body of a block.
pub type Block = Arc<[Stmt]>;

/// A statement and its expectations.
#[derive(Debug, Clone, PartialEq)]
pub struct Stmt {
    /// The kind of statement. The trees of two versions of a text share it.
    pub kind: Arc<StmtKind>,
    /// The expectations (`=> …`), in order, possibly none.
    pub(crate) facts: Arc<[Fact]>,
    /// The source span of the whole statement, including its expectations.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Debug, Clone, PartialEq)]
pub enum StmtKind {
    /// `read 0x28F size 4`, `machine simple`, `set tlb { … }`, `mmapcopy(1)`: see [`Command`].
    Command(Command),
    /// `probe OP`, `probe VA`.
    Probe(Box<Operation>),
    /// `let NAME = EXPR`.
    Let { name: Word, value: Expr },
    /// `choose NAME in EXPR where …`.
    Choose {
        name: Word,
        from: Expr,
        conditions: Arc<[Condition]>,
    },
    /// `for NAME in EXPR { … }`.
    For { name: Word, over: Expr, body: Block },
    /// `repeat EXPR { … }`.
    Repeat { count: Expr, body: Block },
    /// `if EXPR { … } else { … }`, where `else if` is stored as an `if` in `otherwise`.
    If {
        condition: Expr,
        then: Block,
        otherwise: Option<Block>,
    },
    /// `def NAME(a, b) { … }`.
    Def {
        name: Word,
        params: Arc<[Word]>,
        body: Block,
    },
    /// `include "file.pw"`, with the statements of that file. If the file cannot be read, the parser reports an
    /// error and the list is empty.
    Include { path: Word, body: Block },
    /// `scenario "name" { … }`.
    Scenario { name: Word, body: Block },
    /// `reference 7 0 1 2 { frames 3 }`. The pages are words and numbers, one list, or a trace.
    Reference { pages: Pages, settings: Settings },
    /// `NAME: STATEMENT` or `NAME { … }`.
    InProcess { process: Word, body: Block },
    /// `question "title" points 14 { … }`.
    Question {
        title: Word,
        points: Option<Expr>,
        body: Block,
    },
    /// `part "a" points 8 { … }`.
    Part {
        name: Word,
        points: Option<Expr>,
        body: Block,
    },
    /// `given page_table, tlb L2`: the operands of each noun.
    Given {
        place: Span,
        nouns: Arc<[NounColumns]>,
    },
    /// `ask read va => vpn, ppn` and other questions. The facts are in the [`Stmt`] that contains this kind.
    Ask(Box<Ask>),
}

/// A word, its operands, and optional clauses: `verb operand* [= value operand*] [{ settings or table }]`.
///
/// `write 0x10 = 5 size 2` has operands `[0x10]` and `assigned` `[5, size, 2]`. A word among the operands is an
/// [`ExprKind::Name`]. The verb's row in the registry lists the verb's keywords. `f(1, 2)` as a statement is
/// the command `f` with `call` set and with the arguments as operands.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// The first word.
    pub verb: Word,
    /// Whether the command is written as a call, `verb(…)`.
    pub(crate) call: bool,
    /// The operands between the verb and `=` or the block.
    pub operands: Arc<[Expr]>,
    /// The operands after `=`, beginning with the value.
    pub(crate) assigned: Option<Arc<[Expr]>>,
    /// The block in braces.
    pub block: Option<Settings>,
    pub(crate) fits: Fits,
}

/// The parameters of a command's operands, which the first execution finds. Equal commands have equal parameters, so
/// this does not take part in comparisons.
#[derive(Debug, Clone, Default)]
pub struct Fits(pub(crate) OnceLock<Fit>);

impl PartialEq for Fits {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The pieces of a statement that fit the parameters of a row.
#[derive(Debug, Clone)]
pub(crate) struct Fit {
    /// The automaton of the row, whose type belongs to a layer above.
    pub(crate) row: &'static (dyn Any + Send + Sync),
    /// The indexes of parameters, each with the index of its piece.
    pub(crate) path: Box<[(usize, usize)]>,
    /// Number of pieces from the first one that fit.
    pub(crate) read: usize,
    /// Whether the statement was accepted, which does not change.
    pub(crate) is_right: bool,
}

/// The operand of `probe` and `where … =>`: an operation, optionally in a process. A bare expression is an
/// address or a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// `NAME:` before the operation.
    pub(crate) process: Option<Word>,
    pub(crate) kind: OperationKind,
    pub(crate) span: Span,
}

/// The kinds of [`Operation`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OperationKind {
    /// `probe write 0x10 = 5`.
    Command(Command),
    /// `probe 0x10`, `probe f(1)`.
    Expr(Expr),
    /// `where reference 7 0 1 { frames 3 } => faults 3`, with pages as in [`StmtKind::Reference`].
    Reference { pages: Pages, settings: Settings },
}

/// `ask … radix decimal points 3 as "…"`
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The kind of answer.
    pub(crate) what: Asked,
    /// The radix of the answer: `hex`, `decimal`, or `binary`.
    pub(crate) radix: Option<Word>,
    /// The points for a correct answer.
    pub(crate) points: Option<Expr>,
    /// The number of significant digits of the answer: `round 3`.
    pub(crate) round: Option<Expr>,
    /// The cells of a table that are marked together: `row` or `column`.
    pub(crate) marks: Option<Word>,
    /// The text to print on the paper: `as "…"`.
    pub(crate) prompt: Option<Expr>,
    /// The span of the word `ask`.
    pub(crate) place: Span,
}

/// The kinds of answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// `ask read va => vpn, ppn`: the blanks are the statement's facts without a value.
    Facts { probe: bool, operation: Operation },
    /// `ask "label" = EXPR unit B`: the label is a string or prose.
    Value {
        label: Expr,
        value: Expr,
        unit: Option<Word>,
    },
    /// `ask tlb L2 columns tag ppn v`: a table to fill in.
    Table(NounColumns),
    /// `ask x in 0..64 where probe x => fault page`: any value that meets the conditions.
    Any {
        name: Word,
        from: Expr,
        conditions: Arc<[Condition]>,
    },
    /// `ask steps all`: the order of the last access's messages. `place` is the word `steps`.
    Steps { place: Span, all: bool },
}

/// `tlb L2 columns tag ppn v`: a noun, and the columns of its table. If no columns are listed, the table has
/// all columns that the noun prints.
#[derive(Debug, Clone, PartialEq)]
pub struct NounColumns {
    pub noun: Arc<[Expr]>,
    pub columns: Arc<[Word]>,
}

/// A condition of `choose`.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// `where va % 4 == 0`.
    Expr(Expr),
    /// `where read va => tlb miss`.
    Facts {
        operation: Operation,
        facts: Arc<[Fact]>,
    },
}

/// The body of `machine { … }`, `reference … { … }`, `set pte … { … }`, `set tlb { … }`: settings and tables.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    pub settings: Arc<[Setting]>,
    /// The table that consists of all rows that begin with `|`.
    pub(crate) table: Option<Arc<Table>>,
    /// The span from `{` to `}`.
    pub(crate) span: Span,
}

/// `ways 4`, `bits 9 9 9 9`, `tlb L2 { … }`, `shared`.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The first word.
    pub name: Word,
    /// The values, in which a bare word is an [`ExprKind::Name`].
    pub values: Arc<[Expr]>,
    /// Indexes of the values that follow `? =`, which are the answers of cells that students fill in, or the `=` of
    /// `answers fault of write VA = V`.
    pub(crate) blanks: Arc<[usize]>,
    /// The conditions under which an option is correct.
    pub(crate) holds: Option<Box<Holds>>,
    pub block: Option<Settings>,
    /// The source span of the whole setting.
    pub span: Span,
}

/// `where COND` or `for x in RANGE where COND`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Holds {
    /// A variable and its candidates. An option is correct if at least one candidate satisfies the conditions.
    pub(crate) some: Option<(Word, Expr)>,
    pub(crate) conditions: Arc<[Condition]>,
}

/// A table with its header and rows as written. [`Table::records`] splits rows that contain several entries.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub(crate) header: Vec<Cell>,
    /// The rows below the header.
    pub rows: Vec<TableRow>,
    pub(crate) span: Span,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// The cells, without the bars.
    pub(crate) cells: Vec<Cell>,
    pub(crate) span: Span,
}

/// A cell and its source span.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    pub(crate) kind: CellKind,
    pub(crate) span: Span,
}

/// The contents of a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CellKind {
    /// A bare word or number, as written. The cell's column determines the meaning.
    Bare(Arc<str>),
    /// `"quoted"`.
    Quoted(Arc<str>),
    /// `'h'`: a byte.
    Byte(u8),
    /// `(EXPR)`.
    Expr(Expr),
    /// `-` or `–`: no value.
    Nothing,
    /// `*`: any value.
    Anything,
    /// `?`: a blank to fill in.
    Open,
}

/// An entry of a table, with a cell for each of its columns. A row with several entries side by side has
/// several records.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record<'a> {
    /// Pairs of a header cell and a cell.
    pub(crate) cells: Vec<(&'a Cell, &'a Cell)>,
    /// The span of the row.
    pub(crate) span: Span,
}

/// The pages of a `reference`.
#[derive(Debug, Clone, PartialEq)]
pub enum Pages {
    /// `7 0 1 a`: numbers and words as written.
    Words(Arc<[Word]>),
    /// `[7, 0, f(x)]`: a list, in which a bare word names a page.
    List(Expr),
    /// `"loop.trace"`: the pages of a memory trace.
    Trace(Word),
    /// `zero call "f"`, `zero call f(8)`: a program, and the function to run.
    Program(Word, Expr),
}

/// `ppn 0x0D`, `fault not none`, `va in 0..64`, `tlb hit`, `ppn ?`.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The dotted name, `L1d.index`.
    pub(crate) name: Word,
    /// The expected value.
    pub(crate) claim: Claim,
    pub(crate) span: Span,
}

/// The name that represents `-` in the value of a fact: the fact has no value.
pub(crate) const NO_VALUE: &str = "-";

/// The expectation of a fact.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Claim {
    /// `NAME VALUE`.
    Is(Expr),
    /// `NAME not VALUE`.
    Not(Expr),
    /// `NAME in RANGE`.
    In(Expr),
    /// `NAME ?`: a blank to fill in.
    Open,
    /// `NAME` alone: a blank of a question.
    Blank,
}

/// An expression and its source span.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// The kind of expression.
    pub kind: ExprKind,
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A number, a string, a byte `'h'` (its number), `true`, or `false`.
    Value(Value),
    /// A number with its unit: `4 KB`.
    Quantity(Value, &'static Unit),
    /// A bare word: a variable, or a keyword of its context.
    Name(Arc<str>),
    /// `-x ~x !x not x`.
    Unary(UnaryOp, Box<Expr>),
    /// Binary operators, such as `a + b`.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a..b`, `a..=b`.
    Range {
        from: Box<Expr>,
        to: Box<Expr>,
        inclusive: bool,
    },
    /// `[a, b, 0..4]`.
    List(Arc<[Expr]>),
    /// `xs[i]`.
    Index(Box<Expr>, Box<Expr>),
    /// `hex(va)`: a function, a system call, or a function of a path (`byte(VA)`).
    Call { name: Word, args: Arc<[Expr]> },
    /// `tlb.hits`, `fstat(fd).st_size`.
    Field(Box<Expr>, Word),
    /// `"""prose {EXPR}"""`.
    Prose(Arc<[Piece]>),
}

/// A piece of prose.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Literal text.
    Text(Arc<str>),
    /// `{EXPR}`.
    Expr(Expr),
}

/// Operators with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `~`
    Complement,
    /// `!` and `not`
    Not,
}

/// Operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `**`
    Power,
    /// `*`
    Multiply,
    /// `/`, exact
    Divide,
    /// `//`, rounded down
    FloorDivide,
    /// `%`, with the sign of the divisor
    Remainder,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `&`
    BitAnd,
    /// `^`
    BitXor,
    /// `|`
    BitOr,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`
    In,
    /// `and`, which evaluates the right side only if needed
    And,
    /// `or`, which evaluates the right side only if needed
    Or,
}
