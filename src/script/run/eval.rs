//! Evaluation of expressions.

use crate::lang::ast::{BinaryOp, Expr, ExprKind, Piece, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::linux;
use crate::lang::value::functions::{FUNCTIONS, function};
use crate::lang::value::ops::{binary, of_integers, unary};
use crate::lang::value::{Measure, Number, Value};
use pagewalk_engine::kernel::syscall::{constant, constants, system_calls};

use super::budget::{WORK_OF_EVALUATION, work_of_value};
use super::limits::ACCESS_LIMIT;
use super::paths::{self, PEEK_FUNCTIONS, PeekFunction};
use super::session::Session;
use super::settings::integer;
use super::state::Binding;
use super::stop::Stop;
use super::syscalls::{called, prototype, returned};
use super::unsupported;
use crate::lang::ast::Span;
use pagewalk_engine::kernel::syscall::system_call;

/// The number of bytes that a text in an expression copies with a unit of work. Scripts build texts from many small parts.
const TEXT_BYTES_OF_WORK: u64 = 16;

impl Session<'_> {
    /// Evaluates an expression to a whole number from 0 to 2^64−1.
    ///
    /// # Errors
    /// Returns the errors from [`integer`] and the errors in the expression.
    pub(crate) fn integer(&mut self, expr: &Expr) -> Result<u64, Stop> {
        let value = self.eval(expr)?;
        Ok(integer(&value, expr.span)?)
    }

    /// Evaluates an expression to a truth value.
    ///
    /// # Errors
    /// Returns `wrong-type`.
    pub(crate) fn truth(&mut self, expr: &Expr) -> Result<bool, Stop> {
        match self.eval(expr)? {
            Value::Bool(truth) => Ok(truth),
            value => Err(Diagnostic::new(
                Code::WrongType,
                expr.span,
                format!("{} is neither true nor false", value.kind()),
            )
            .label("a condition is needed here")
            .help("write a comparison, as in `x != 0`")
            .into()),
        }
    }

    /// Evaluates an expression.
    ///
    /// # Errors
    /// Returns an error located at the operand that causes it.
    pub(crate) fn eval(&mut self, expr: &Expr) -> Result<Value, Stop> {
        self.work(WORK_OF_EVALUATION, expr.span)?;
        match &expr.kind {
            ExprKind::Value(value) | ExprKind::Quantity(value, _) => Ok(value.clone()),
            ExprKind::Name(name) => self.variable(name, expr.span),
            // Each part of a new list is in memory until the whole list is.
            ExprKind::List(parts) => self.bracketed(parts, expr.span),
            _ => {
                let before = self.temporary;
                let result = self.operation(expr);
                if let Ok(value) = &result {
                    self.progress.temporary = before + elements_and_text(value);
                }
                result
            }
        }
    }

    fn operation(&mut self, expr: &Expr) -> Result<Value, Stop> {
        match &expr.kind {
            ExprKind::Unary(op, x) => Ok(unary(*op, &self.eval(x)?).map_err(|e| e.at(expr.span))?),
            ExprKind::Binary(op, a, b) => self.binary(*op, a, b, expr.span),
            ExprKind::Range {
                from,
                to,
                inclusive,
            } => {
                let (from, to) = (self.eval(from)?, self.eval(to)?);
                Ok(Value::range(&from, &to, *inclusive).map_err(|e| e.at(expr.span))?)
            }
            ExprKind::Index(of, index) => {
                let (of, at) = (self.eval(of)?, self.eval(index)?);
                Ok(of.index(&at).map_err(|e| e.at(index.span))?)
            }
            ExprKind::Call { name, args } => self.call(name, args, expr.span),
            ExprKind::Field(..) => self.path(expr),
            ExprKind::Prose(pieces) => self.prose(pieces, expr.span),
            ExprKind::Value(_) | ExprKind::Quantity(..) | ExprKind::Name(_) | ExprKind::List(_) => {
                self.eval(expr)
            }
        }
    }

    fn bracketed(&mut self, parts: &[Expr], span: Span) -> Result<Value, Stop> {
        let before = self.temporary;
        // A list in its own brackets is one element. Any other list expands.
        let nested = |part: &Expr| matches!(part.kind, ExprKind::List(_));
        let each = self.values(parts)?.into_iter().zip(parts.iter());
        let each = each.map(|(value, part)| if nested(part) { value.alone() } else { value });
        let (list, added) = self.list_of(each.collect(), span)?;
        self.progress.temporary = before + added;
        Ok(list)
    }

    /// Returns a list of these parts, and the memory that the list adds to them, in bytes. Charges the copied elements to the
    /// budget before it allocates their memory.
    ///
    /// # Errors
    /// Returns `limit-size`, `limit-steps`, or `limit-memory`.
    pub(crate) fn list_of(&mut self, parts: Vec<Value>, span: Span) -> Result<(Value, u64), Stop> {
        Value::check_list(&parts).map_err(|e| e.at(span))?;
        let (elements, bytes) = Value::copied(&parts);
        self.work(elements, span)?;
        self.reserve(bytes, span)?;
        Ok((Value::list(parts).map_err(|e| e.at(span))?, bytes))
    }

    /// Evaluates an expression in a place where the name of a noun, such as `swap`, is a value.
    ///
    /// # Errors
    /// Returns the errors from [`Session::eval`].
    pub(crate) fn eval_or_noun(&mut self, expr: &Expr) -> Result<Value, Stop> {
        match &expr.kind {
            ExprKind::Name(name) if self.state.find(name).is_none() => {
                match self.noun_value(expr)? {
                    Some(value) => Ok(value),
                    None => self.eval(expr),
                }
            }
            _ => self.eval(expr),
        }
    }

    /// Evaluates several expressions.
    ///
    /// # Errors
    /// Returns the errors from [`Session::eval`].
    pub(crate) fn values(&mut self, exprs: &[Expr]) -> Result<Vec<Value>, Stop> {
        exprs.iter().map(|expr| self.eval(expr)).collect()
    }

    fn binary(&mut self, op: BinaryOp, a: &Expr, b: &Expr, span: Span) -> Result<Value, Stop> {
        if let BinaryOp::And | BinaryOp::Or = op {
            let first = self.truth(a)?;
            let decided = first == (op == BinaryOp::Or);
            return Ok(Value::Bool(if decided { first } else { self.truth(b)? }));
        }
        // The results stay where they are. Moving a value that was just written takes longer than computing it, because
        // the processor waits for the separate stores of its parts.
        let of = match op {
            BinaryOp::Equal | BinaryOp::NotEqual => Self::eval_or_noun,
            _ => Self::eval,
        };
        let x = of(self, a);
        let Ok(left) = &x else { return x };
        let y = of(self, b);
        let Ok(right) = &y else { return y };
        self.apply_operator(op, (a, left), (b, right), span)
    }

    /// Applies an operator to two values, and charges its work to the budget.
    ///
    /// # Errors
    /// Returns the errors from [`binary`] at `span`, and those from [`Session::work`]. If the sides are bytes and literal pages, the error has a fix.
    pub(crate) fn apply_operator(
        &mut self,
        op: BinaryOp,
        (a, x): (&Expr, &Value),
        (b, y): (&Expr, &Value),
        span: Span,
    ) -> Result<Value, Stop> {
        if let Some(result) = of_integers(op, x, y) {
            return Ok(result);
        }
        self.work(work_of_value(x).saturating_add(work_of_value(y)), span)?;
        binary(op, x, y).map_err(|error| {
            let diagnostic = error.at(span);
            match self.pages_in_bytes(a).or_else(|| self.pages_in_bytes(b)) {
                Some(fix) if diagnostic.code == Code::WrongUnit => Diagnostic {
                    help: Some(fix.title()),
                    ..diagnostic
                }
                .fix(fix)
                .into(),
                _ => diagnostic.into(),
            }
        })
    }

    /// Returns the fix that writes a literal number of pages in bytes.
    pub(crate) fn pages_in_bytes(&self, expr: &Expr) -> Option<Fix> {
        let ExprKind::Quantity(Value::Number(pages), unit) = &expr.kind else {
            return None;
        };
        let page = 1u64.checked_shl(self.spec()?.mmu.as_ref()?.page_bits)?;
        unit.measure()
            .filter(|measure| *measure == Measure::Pages)?;
        let bytes = pages.in_measure(None).times(Number::from(page)).ok()?;
        Some(Fix::replace(
            expr.span,
            bytes.in_measure(Some(Measure::Bytes)).quantity()?,
        ))
    }

    fn prose(&mut self, pieces: &[Piece], span: Span) -> Result<Value, Stop> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Expr(expr) => {
                    let value = self.eval(expr)?;
                    if let Value::Text(part) = &value {
                        self.work(part.len() as u64 / TEXT_BYTES_OF_WORK, span)?;
                        self.reserve(part.len() as u64, span)?;
                        text.push_str(part);
                    } else {
                        self.work(work_of_value(&value), span)?;
                        text.push_str(&value.to_string());
                    }
                }
            }
            if text.len() as u64 > ACCESS_LIMIT {
                let message = format!("this text is longer than {ACCESS_LIMIT} bytes");
                return Err(Diagnostic::new(Code::LimitSize, span, message).into());
            }
        }
        Ok(Value::from(text))
    }

    fn variable(&mut self, name: &str, span: Span) -> Result<Value, Stop> {
        match self.state.find(name) {
            Some(Binding::Value(value)) => Ok(value.clone()),
            Some(Binding::Unknowable) => Err(Stop::Unknowable),
            Some(Binding::Def(_)) => Err(Diagnostic::new(
                Code::WrongType,
                span,
                format!("`{name}` is a definition, not a value"),
            )
            .help(format!(
                "call a definition as a separate statement: `{name}(…)`"
            ))
            .into()),
            None => match constant(name) {
                Some(value) => Ok(Value::Number(value.into())),
                None => Err(self.unknown_name(name, span).into()),
            },
        }
    }

    /// Reports that a name is unknown, and suggests the nearest one.
    pub(crate) fn unknown_name(&self, name: &str, span: Span) -> Diagnostic {
        let diagnostic = Diagnostic::new(
            Code::UnknownName,
            span,
            format!("no variable is called `{name}`"),
        )
        .label("no earlier `let` sets this variable");
        if let Some(foreign) = linux::constant(name, span, constants().map(|row| row.name)) {
            return foreign;
        }
        if let Some((a, b)) = name.split_once('-') {
            return diagnostic.subtraction(a, b);
        }
        match self.nearest(
            name,
            self.state.names().chain(constants().map(|row| row.name)),
        ) {
            Some(near) => diagnostic.did_you_mean(name, near),
            None => diagnostic,
        }
    }

    fn call(&mut self, name: &Word, args: &[Expr], span: Span) -> Result<Value, Stop> {
        if let Some(function) = function(&name.text) {
            function
                .check_count(args.len())
                .map_err(|e| e.at(name.span))?;
            let args = match args {
                [noun] if function.name == "len" => vec![self.eval_or_noun(noun)?],
                args => self.values(args)?,
            };
            self.work(
                args.iter().map(work_of_value).fold(0, u64::saturating_add),
                span,
            )?;
            return Ok(function.call(&args).map_err(|e| e.at(span))?);
        }
        if let Some(row) = PeekFunction::named(&name.text) {
            return self.peek_function(row, args, span);
        }
        if let Some(row) = called(&name.text, args.len()) {
            return Ok(returned(&*self.call_made(row, name, args)?));
        }
        Err(self.unknown_function(name).into())
    }

    /// Reports that no function of this name exists, and suggests the nearest one.
    pub(crate) fn unknown_function(&self, name: &Word) -> Diagnostic {
        if let Some(diagnostic) = unsupported::diagnostic(name) {
            return diagnostic;
        }
        if let Some(diagnostic) =
            linux::call(&name.text, name.span).filter(|_| system_call(&name.text).is_none())
            && self.state.find(&name.text).is_none()
        {
            return diagnostic;
        }
        if let Some(Binding::Def(_)) = self.state.find(&name.text) {
            return Diagnostic::new(
                Code::WrongType,
                name.span,
                format!("the definition `{}` has no value", name.text),
            )
            .help("call the definition as a separate statement");
        }
        if let Some(row) = system_call(&name.text) {
            let message = format!(
                "`{}` with one argument is an access, which has no value",
                name.text
            );
            return Diagnostic::new(Code::UnknownFunction, name.span, message)
                .label("not a system call")
                .help(format!(
                    "read memory with `byte(VA)`, or pass all arguments of the system call ({})",
                    prototype(row)
                ));
        }
        let names = FUNCTIONS
            .iter()
            .map(|row| row.name)
            .chain(PEEK_FUNCTIONS.iter().map(|row| row.name));
        let names = names.chain(self.state.definitions());
        let names = names.chain(system_calls().map(|row| row.name));
        let message = format!("no function or definition is called `{}` here", name.text);
        let diagnostic = Diagnostic::new(Code::UnknownFunction, name.span, message);
        match self.nearest(&name.text, names) {
            Some(near) => diagnostic.did_you_mean(&name.text, near),
            None => diagnostic.help("`pagewalk reference functions` lists the functions"),
        }
    }

    fn path(&mut self, expr: &Expr) -> Result<Value, Stop> {
        let mut words = Vec::new();
        let mut at = expr;
        while let ExprKind::Field(of, name) = &at.kind {
            words.push(name.clone());
            at = of;
        }
        if let ExprKind::Name(head) = &at.kind {
            words.push(Word {
                text: head.clone(),
                span: at.span,
            });
            words.reverse();
            return self.path_value(&words);
        }
        words.reverse();
        if let (ExprKind::Call { name, args }, [field]) = (&at.kind, words.as_slice())
            && self.state.find(&name.text).is_none()
            && let Some(row) = called(&name.text, args.len())
        {
            return self.call_field(row, (name, args), field);
        }
        let value = self.eval(at)?;
        Err(paths::no_property(
            &format!("{} value", value.kind()),
            &words[0],
            std::iter::empty(),
        )
        .into())
    }
}

/// Returns the memory of a value's elements or text, in bytes.
fn elements_and_text(value: &Value) -> u64 {
    match value {
        Value::Number(_) | Value::Bool(_) | Value::Range { .. } => 0,
        _ => value.footprint(),
    }
}
