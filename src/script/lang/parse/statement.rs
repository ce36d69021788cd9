//! Statements, facts, and blocks of settings.

use std::sync::Arc;

use super::text::table;
use super::{Tree, recover};
use crate::lang::ast::{
    Block, Claim, Command, Condition, Expr, ExprKind, Fact, Fits, Holds, NO_VALUE, Operation,
    OperationKind, Pages, Setting, Settings, Span, Stmt, StmtKind, Word,
};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::layout::DEPTH_LIMIT;
use pagewalk_grammar::{Pair, Rule};

impl Tree<'_> {
    pub(super) fn statement(&mut self, pair: Pair) -> Stmt {
        let whole = self.span(&pair);
        let (mut process, mut kind, mut facts) = (None, None, Arc::from([]));
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::process => process = Some(self.word(&part)),
                Rule::keyword => {}
                Rule::facts => facts = self.facts(part),
                Rule::ask => {
                    let start = self.span(&part).start;
                    let (ask, asked) = self.ask(part);
                    facts = asked;
                    kind = Some((start, ask.unwrap_or_else(nothing)));
                }
                _ => kind = Some((self.span(&part).start, self.kind(part))),
            }
        }
        let (start, kind) = kind.unwrap_or_else(|| (whole.start, nothing()));
        let statement = Stmt {
            kind: kind.into(),
            facts,
            span: whole.starting_at(start),
        };
        match process {
            None => statement,
            Some(process) => {
                let kind = StmtKind::InProcess {
                    process,
                    body: [statement].into(),
                };
                Stmt {
                    kind: kind.into(),
                    facts: [].into(),
                    span: whole,
                }
            }
        }
    }

    fn kind(&mut self, pair: Pair) -> StmtKind {
        match pair.as_rule() {
            Rule::let_name | Rule::for_each | Rule::scenario | Rule::process_block => {
                self.named(pair)
            }
            Rule::choose => self.choose(pair),
            Rule::repeat => {
                let mut parts = pair.into_inner();
                let count = parts.next().map(|count| self.expr(count));
                count.map_or_else(nothing, |count| StmtKind::Repeat {
                    count,
                    body: self.next_block(parts.next()),
                })
            }
            Rule::if_else => self.if_else(pair),
            Rule::define => self.define(pair),
            Rule::include => self.include(pair),
            Rule::reference => {
                let (pages, settings) = self.reference(pair);
                StmtKind::Reference { pages, settings }
            }
            Rule::probe => {
                let operation = pair.into_inner().next().map(|inner| self.operation(inner));
                operation.map_or_else(nothing, |operation| StmtKind::Probe(Box::new(operation)))
            }
            Rule::question | Rule::part => self.exam_unit(pair),
            Rule::given => self.given(&pair),
            _ => {
                let command = self.command(pair);
                self.diagnostics.extend(recover::compared(&command));
                StmtKind::Command(command)
            }
        }
    }

    /// Parses a statement that begins with a name and ends with one expression or block.
    fn named(&mut self, pair: Pair) -> StmtKind {
        let rule = pair.as_rule();
        let mut parts = pair
            .into_inner()
            .filter(|part| !matches!(part.as_rule(), Rule::word_in | Rule::equals));
        let Some(first) = parts.next() else {
            return nothing();
        };
        let name = self.word(&first);
        match rule {
            Rule::scenario => {
                let name = Word {
                    text: self.string(&first),
                    span: name.span,
                };
                StmtKind::Scenario {
                    name,
                    body: self.next_block(parts.next()),
                }
            }
            Rule::process_block => StmtKind::InProcess {
                process: name,
                body: self.next_block(parts.next()),
            },
            _ => {
                let Some(value) = parts.next().map(|value| self.expr(value)) else {
                    return nothing();
                };
                match rule {
                    Rule::let_name => StmtKind::Let { name, value },
                    _ => StmtKind::For {
                        name,
                        over: value,
                        body: self.next_block(parts.next()),
                    },
                }
            }
        }
    }

    pub(super) fn next_block(&mut self, pair: Option<Pair>) -> Block {
        pair.map_or_else(|| Arc::from([]), |block| self.block(block))
    }

    fn choose(&mut self, pair: Pair) -> StmtKind {
        let Some((name, from, conditions)) = self.drawn(pair, &mut None) else {
            return nothing();
        };
        StmtKind::Choose {
            name,
            from,
            conditions,
        }
    }

    /// Returns the name, the values, and the conditions of a variable, and fills in the prompt of an `ask`.
    pub(super) fn drawn(
        &mut self,
        pair: Pair,
        prompt: &mut Option<Expr>,
    ) -> Option<(Word, Expr, Arc<[Condition]>)> {
        let (mut name, mut from, mut conditions) = (None, None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.word(&part)),
                Rule::expr => from = Some(self.expr(part)),
                Rule::condition => conditions.extend(self.condition(part)),
                Rule::prompt => self.prompt(part, prompt),
                _ => {}
            }
        }
        Some((name?, from?, conditions.into()))
    }

    pub(super) fn condition(&mut self, pair: Pair) -> Option<Condition> {
        let (mut operation, mut facts) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::operation => operation = Some(self.operation(part)),
                Rule::facts => facts = Some(self.facts(part)),
                _ => {}
            }
        }
        match (operation?, facts) {
            (operation, Some(facts)) => Some(Condition::Facts { operation, facts }),
            (
                Operation {
                    process: None,
                    kind: OperationKind::Expr(condition),
                    ..
                },
                None,
            ) => Some(Condition::Expr(condition)),
            (operation, None) => {
                let message = "an operation without an expected result is not a condition";
                self.report(
                    Diagnostic::new(Code::Syntax, operation.span, message)
                        .label("an expectation is missing after this operation")
                        .help("add the expected result: `where read x => tlb miss`"),
                );
                None
            }
        }
    }

    pub(super) fn operation(&mut self, pair: Pair) -> Operation {
        let span = self.span(&pair);
        let mut process = None;
        let mut kind = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::process => process = Some(self.word(&part)),
                // A condition never changes the state, so `probe` adds nothing there.
                Rule::word_probe => {}
                Rule::expr => kind = Some(OperationKind::Expr(self.expr(part))),
                Rule::reference => {
                    let (pages, settings) = self.reference(part);
                    kind = Some(OperationKind::Reference { pages, settings });
                }
                _ => kind = Some(OperationKind::Command(self.command(part))),
            }
        }
        Operation {
            process,
            kind: kind.unwrap_or_else(|| OperationKind::Command(empty())),
            span,
        }
    }

    /// Parses an `if` and all its `else if` branches, beginning with the last, so that each branch becomes the
    /// `otherwise` of the preceding branch.
    fn if_else(&mut self, pair: Pair) -> StmtKind {
        let whole = self.span(&pair);
        let mut arms = Vec::new();
        let mut otherwise = None;
        let mut condition = None;
        let mut start = whole.start;
        let outer = self.nesting;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::word_if if self.nesting >= DEPTH_LIMIT => {
                    let message = format!(
                        "this `if` has too many branches: blocks are nested more than {DEPTH_LIMIT} levels deep"
                    );
                    let diagnostic = Diagnostic::new(Code::TooDeep, self.span(&part), message);
                    self.report(
                        diagnostic.label("each `else if` is nested in the preceding branch"),
                    );
                    break;
                }
                Rule::word_if => start = self.span(&part).start,
                Rule::expr => condition = Some(self.expr(part)),
                Rule::block => {
                    let body = self.block(part);
                    match condition.take() {
                        Some(condition) => {
                            arms.push((start, condition, body));
                            // Each `else if` branch is nested in the preceding branch.
                            self.nesting += 1;
                        }
                        None => otherwise = Some(body),
                    }
                }
                _ => {}
            }
        }
        self.nesting = outer;
        let mut kind = None;
        while let Some((start, condition, then)) = arms.pop() {
            let above = StmtKind::If {
                condition,
                then,
                otherwise: otherwise.take(),
            };
            if arms.is_empty() {
                kind = Some(above);
            } else {
                otherwise = Some(
                    [Stmt {
                        kind: above.into(),
                        facts: [].into(),
                        span: whole.starting_at(start),
                    }]
                    .into(),
                );
            }
        }
        kind.unwrap_or_else(nothing)
    }

    fn define(&mut self, pair: Pair) -> StmtKind {
        let mut parts = pair.into_inner();
        let (Some(name), Some(params), Some(block)) = (parts.next(), parts.next(), parts.next())
        else {
            return nothing();
        };
        let params = params.into_inner().map(|param| self.word(&param)).collect();
        StmtKind::Def {
            name: self.word(&name),
            params,
            body: self.block(block),
        }
    }

    fn include(&mut self, pair: Pair) -> StmtKind {
        let Some(part) = pair.into_inner().next() else {
            return nothing();
        };
        let path = Word {
            text: self.string(&part),
            span: self.span(&part),
        };
        self.has_include = true;
        // A string with an error has no text.
        let body = if path.text.is_empty() && part.as_str().contains('\\') {
            Arc::new([])
        } else {
            self.includes.include(&path, self.nesting + 1)
        };
        StmtKind::Include { path, body }
    }

    fn reference(&mut self, pair: Pair) -> (Pages, Settings) {
        let end = self.span(&pair).end;
        let mut words = Vec::new();
        let (mut whole, mut program) = (None, None);
        let mut settings = Settings {
            span: Span {
                file: self.file,
                start: end,
                end,
            },
            ..Settings::default()
        };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::page => words.push(self.word(&part)),
                Rule::list => whole = Some(Pages::List(self.list(part))),
                Rule::name => program = Some(self.word(&part)),
                Rule::word_call => {}
                Rule::expr => {
                    let function = self.expr(part);
                    whole = program.take().map(|name| Pages::Program(name, function));
                }
                Rule::string => {
                    let (text, span) = (self.string(&part), self.span(&part));
                    whole = Some(Pages::Trace(Word { text, span }));
                }
                _ => settings = self.settings(part),
            }
        }
        (
            whole.unwrap_or_else(|| Pages::Words(words.into())),
            settings,
        )
    }

    fn command(&mut self, pair: Pair) -> Command {
        let mut command = empty();
        let mut operands = Vec::new();
        self.parts(pair, &mut command, &mut operands);
        command.operands = operands.into();
        command
    }

    /// Adds the parts of a command, including the parts of its operands.
    fn parts(&mut self, pair: Pair, command: &mut Command, operands: &mut Vec<Expr>) {
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::verb => command.verb = self.word(&part),
                Rule::operands | Rule::filled | Rule::listing => {
                    self.parts(part, command, operands);
                }
                Rule::expr => operands.push(self.expr(part)),
                Rule::c_text => operands.push(Expr {
                    span: self.span(&part),
                    kind: ExprKind::Value(inside_quotes(part.as_str()).into()),
                }),
                Rule::assigned => {
                    let start = self.span(&part).start;
                    let equals = Span {
                        file: self.file,
                        start,
                        end: start + 1,
                    };
                    self.diagnostics.extend(recover::assigned(
                        &command.verb,
                        operands.is_empty(),
                        equals,
                    ));
                    command.assigned = Some(self.exprs(part));
                }
                Rule::settings | Rule::table => command.block = Some(self.settings(part)),
                Rule::arguments => {
                    operands.extend(part.into_inner().map(|argument| self.expr(argument)));
                    // With one parenthesized operand, `read` and `write` are accesses, not system calls.
                    command.call =
                        operands.len() != 1 || !matches!(&*command.verb.text, "read" | "write");
                }
                _ => {}
            }
        }
    }

    pub(super) fn facts(&mut self, pair: Pair) -> Arc<[Fact]> {
        pair.into_inner()
            .filter_map(|fact| self.fact(fact))
            .collect()
    }

    pub(super) fn fact(&mut self, pair: Pair) -> Option<Fact> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let name = self.word(&parts.next()?);
        let Some(mark) = parts.next() else {
            return Some(Fact {
                name,
                claim: Claim::Blank,
                span,
            });
        };
        let outer = std::mem::replace(&mut self.in_fact, true);
        let claim = match mark.as_rule() {
            Rule::open_mark => Claim::Open,
            Rule::word_not => Claim::Not(self.claimed(parts.next()?)),
            Rule::word_in => Claim::In(self.claimed(parts.next()?)),
            _ => Claim::Is(self.claimed(mark)),
        };
        self.in_fact = outer;
        Some(Fact { name, claim, span })
    }

    /// Parses the value of a fact. A dash is a keyword like the words of facts.
    fn claimed(&mut self, pair: Pair) -> Expr {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::no_value => Expr {
                kind: ExprKind::Name(NO_VALUE.into()),
                span,
            },
            Rule::choices => {
                let parts = pair.into_inner().map(|part| self.claimed(part)).collect();
                Expr {
                    kind: ExprKind::List(parts),
                    span,
                }
            }
            _ => self.expr(pair),
        }
    }

    pub(super) fn settings(&mut self, pair: Pair) -> Settings {
        let span = self.span(&pair);
        let mut settings = Vec::new();
        let mut rows = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::setting => settings.push(self.setting(part)),
                Rule::row | Rule::plain_row => rows.push(self.row(part)),
                Rule::broken_setting => drop(self.broken(&part, Rule::lone_setting)),
                Rule::broken_row => drop(self.broken(&part, Rule::lone_row)),
                _ => {}
            }
        }
        Settings {
            settings: settings.into(),
            table: table(rows).map(Arc::new),
            span,
        }
    }

    fn holds(&mut self, pair: Pair) -> Holds {
        let (mut name, mut some, mut conditions) = (None, None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.word(&part)),
                Rule::expr => some = name.take().map(|name| (name, self.expr(part))),
                Rule::condition => conditions.extend(self.condition(part)),
                _ => {}
            }
        }
        Holds {
            some,
            conditions: conditions.into(),
        }
    }

    fn setting(&mut self, pair: Pair) -> Setting {
        let span = self.span(&pair);
        let mut setting = Setting {
            name: empty().verb,
            values: [].into(),
            blanks: [].into(),
            holds: None,
            block: None,
            span,
        };
        let (mut values, mut blanks) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::verb => setting.name = self.word(&part),
                Rule::equals => {}
                Rule::assigned => {
                    blanks.push(values.len());
                    values.extend(self.exprs(part).iter().cloned());
                }
                Rule::settings => setting.block = Some(self.settings(part)),
                Rule::holds => setting.holds = Some(Box::new(self.holds(part))),
                Rule::asked_cell => {
                    let mark = self.span(&part);
                    let answer = part
                        .into_inner()
                        .find(|inner| inner.as_rule() == Rule::expr);
                    self.diagnostics
                        .extend(recover::cell(&setting.name, mark, answer.is_some()));
                    blanks.push(values.len());
                    values.extend(answer.map(|answer| self.expr(answer)));
                }
                _ => values.push(self.expr(part)),
            }
        }
        (setting.values, setting.blanks) = (values.into(), blanks.into());
        if let Some(holds) = &setting.holds {
            self.diagnostics
                .extend(recover::holds(&setting.name, holds));
        }
        setting
    }
}

/// Returns the text between the three quotes on each side.
fn inside_quotes(text: &str) -> &str {
    text.get(3..text.len().saturating_sub(3))
        .unwrap_or_default()
}

/// Returns an empty command to fill in. The grammar always provides the verb.
fn empty() -> Command {
    Command {
        verb: Word::default(),
        call: false,
        operands: [].into(),
        assigned: None,
        block: None,
        fits: Fits::default(),
    }
}

/// Returns a statement that does nothing, which replaces a statement whose error was reported.
pub(super) fn nothing() -> StmtKind {
    StmtKind::Include {
        path: Word::default(),
        body: [].into(),
    }
}
