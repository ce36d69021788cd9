//! Statements.

use super::lexer::TokenKind;
use super::messages::{Parsed, fail};
use super::parser::Parser;
use super::tree::{Expr, ExprKind, Stmt, StmtKind};
use super::types::{INT, Type};
use pagewalk_engine::program::Place;

/// The maximum number of cases of a `switch`.
const MOST_CASES: usize = 1024;

impl Parser {
    /// Parses `{ … }`.
    pub fn block(&mut self) -> Parsed<Vec<Stmt>> {
        let start = self.place();
        self.expect("{")?;
        let mut body = Vec::new();
        while !self.accept("}") {
            if self.peek() == &TokenKind::End {
                return Err(self.missing("`}`").also(start, "this `{` is still open"));
            }
            let before = self.before_statement();
            match self.nested(Self::statements) {
                Ok(statements) => body.extend(statements),
                Err(mistake) => self.recover(&before, mistake)?,
            }
        }
        Ok(body)
    }

    /// Parses a statement, or a declaration of several variables.
    fn statements(&mut self) -> Parsed<Vec<Stmt>> {
        self.check_supported()?;
        if self.is_type() && *self.peek_second() != TokenKind::Mark(":") {
            return self.local_declaration();
        }
        Ok(vec![self.statement()?])
    }

    /// Parses the body of a loop or a branch.
    fn body(&mut self) -> Parsed<Box<Stmt>> {
        self.open_scope();
        let body = self.nested(Self::statement)?;
        self.close_scope();
        Ok(Box::new(body))
    }

    fn loop_body(&mut self) -> Parsed<Box<Stmt>> {
        self.loops += 1;
        let body = self.body()?;
        self.loops -= 1;
        Ok(body)
    }

    fn statement(&mut self) -> Parsed<Stmt> {
        self.check_supported()?;
        let start = self.place();
        if self.is_mark("{") {
            self.open_scope();
            let body = self.block()?;
            self.close_scope();
            return Ok(self.finish(start, StmtKind::Block(body)));
        }
        if self.accept(";") {
            return Ok(self.finish(start, StmtKind::Block(Vec::new())));
        }
        let word = match self.peek() {
            TokenKind::Name(name) => name.clone(),
            _ => "".into(),
        };
        let kind = match &*word {
            "if" => self.branch()?,
            "while" => {
                self.advance();
                let condition = self.parenthesized()?;
                StmtKind::While(condition, self.loop_body()?)
            }
            "do" => {
                self.advance();
                let body = self.loop_body()?;
                if !self.accept_word("while") {
                    return Err(self.missing("`while`"));
                }
                let condition = self.parenthesized()?;
                self.expect(";")?;
                StmtKind::DoWhile(body, condition)
            }
            "for" => self.for_loop()?,
            "switch" => self.switch()?,
            "case" | "default" => self.case()?,
            "break" | "continue" => {
                self.advance();
                let is_break = &*word == "break";
                if self.loops == 0
                    && self.wrong.is_empty()
                    && (!is_break || self.switches.is_empty())
                {
                    fail!(start, "`{word}` is outside a loop");
                }
                self.expect(";")?;
                if is_break {
                    StmtKind::Break
                } else {
                    StmtKind::Continue
                }
            }
            "return" => self.return_statement(start)?,
            // The condition of its `if` has a mistake.
            "else" if !self.wrong.is_empty() => {
                self.advance();
                return self.statement();
            }
            "else" => fail!(start, "`else` has no matching `if`"),
            _ if self.is_type() => {
                fail!(start, "a declaration must be in a block"; "write `{{` and `}}` around it");
            }
            _ => {
                self.check_type_name()?;
                if *self.peek_second() == TokenKind::Mark(":") && !word.is_empty() {
                    fail!(start, "labels and `goto` are not supported"; "write a loop, `break`, or `return`");
                }
                let expr = self.expression()?;
                self.expect(";")?;
                self.note_comparison(&expr);
                StmtKind::Expr(expr)
            }
        };
        Ok(self.finish(start, kind))
    }

    fn finish(&self, start: Place, kind: StmtKind) -> Stmt {
        Stmt {
            kind,
            place: self.place_from(start),
        }
    }

    /// Parses a condition in parentheses.
    fn parenthesized(&mut self) -> Parsed<Expr> {
        self.expect("(")?;
        let condition = self.expression()?;
        self.expect(")")?;
        self.condition(condition)
    }

    fn branch(&mut self) -> Parsed<StmtKind> {
        self.advance();
        let condition = self.parenthesized()?;
        let then = self.body()?;
        let otherwise = if self.accept_word("else") {
            Some(self.body()?)
        } else {
            None
        };
        Ok(StmtKind::If(condition, then, otherwise))
    }

    fn for_loop(&mut self) -> Parsed<StmtKind> {
        self.advance();
        self.expect("(")?;
        self.open_scope();
        let first = if self.is_type() {
            self.local_declaration()?
        } else if self.accept(";") {
            Vec::new()
        } else {
            self.check_type_name()?;
            let expr = self.expression()?;
            self.expect(";")?;
            self.note_comparison(&expr);
            vec![Stmt {
                place: expr.place,
                kind: StmtKind::Expr(expr),
            }]
        };
        let condition = if self.is_mark(";") {
            None
        } else {
            let condition = self.expression()?;
            if let (ExprKind::Comma(_, step), true) = (&condition.kind, self.is_mark(")")) {
                fail!(step.place, "`;` is missing before the last part of `for`"; "write `;` instead of `,`");
            }
            Some(self.condition(condition)?)
        };
        self.expect(";")?;
        let step = if self.is_mark(")") {
            None
        } else {
            Some(self.expression()?)
        };
        if let Some(step) = &step {
            self.note_comparison(step);
        }
        self.expect(")")?;
        let body = self.loop_body()?;
        self.close_scope();
        Ok(StmtKind::For(first, condition, step, body))
    }

    fn switch(&mut self) -> Parsed<StmtKind> {
        self.advance();
        self.expect("(")?;
        let value = self.expression()?;
        self.expect(")")?;
        self.note_comparison(&value);
        let value = self.promoted(value)?;
        if !value.ty.is_integer() {
            fail!(value.place, "the value of `switch` must be an integer");
        }
        self.switches.push((value.ty.clone(), Vec::new()));
        let body = self.body()?;
        let cases = self
            .switches
            .pop()
            .map(|(_, cases)| cases)
            .unwrap_or_default();
        Ok(StmtKind::Switch(value, body, cases))
    }

    fn case(&mut self) -> Parsed<StmtKind> {
        let start = self.place();
        let value = if self.accept_word("default") {
            None
        } else {
            self.advance();
            Some(self.constant("the value of `case`")?)
        };
        if self.is_mark("...") {
            fail!(self.place(), "ranges of values of `case` are not supported"; "write a `case` for each value");
        }
        self.expect(":")?;
        let place = self.place_from(start);
        let Some((ty, _)) = self.switches.last() else {
            // The value of its `switch` has a mistake.
            if !self.wrong.is_empty() {
                return Ok(StmtKind::Block(Vec::new()));
            }
            fail!(place, "`case` is outside `switch`");
        };
        let ty = ty.clone();
        let value = value.map(|value| {
            self.types
                .scalar(&ty)
                .map_or(0, |kind| kind.extend(value as u64))
        });
        let cases = self.switches.last_mut().map(|(_, cases)| cases);
        let cases = cases.filter(|cases| cases.len() < MOST_CASES);
        let Some(cases) = cases else {
            fail!(place, "`switch` has more than {MOST_CASES} cases");
        };
        if cases.contains(&value) {
            fail!(place, "`switch` has this case twice");
        }
        cases.push(value);
        Ok(StmtKind::Case(cases.len() - 1))
    }

    fn return_statement(&mut self, start: Place) -> Parsed<StmtKind> {
        self.advance();
        if self.accept(";") {
            return Ok(StmtKind::Return(None));
        }
        let value = self.expression()?;
        self.expect(";")?;
        let result = self.result.clone();
        if result == Type::Void {
            fail!(self.place_from(start), "a function with the result `void` returns no value"; "write `return;`, or the type of the value before the name of the function");
        }
        let value = if result.is_scalar() || matches!(result, Type::Struct(_)) {
            self.assignable(value, &result)?
        } else {
            self.assignable(value, &INT)?
        };
        Ok(StmtKind::Return(Some(value)))
    }
}
