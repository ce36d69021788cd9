//! Questions, their parts, and the `given` and `ask` statements.

use std::sync::Arc;

use super::Tree;
use super::statement::nothing;
use crate::lang::ast::{Ask, Asked, Expr, ExprKind, Fact, NounColumns, Span, StmtKind, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::Value;
use pagewalk_grammar::{Pair, Rule};

impl Tree<'_> {
    /// Parses `question "title" points N { … }` or `part "a" points N { … }`.
    pub(super) fn exam_unit(&mut self, pair: Pair) -> StmtKind {
        let rule = pair.as_rule();
        let (mut name, mut points, mut block) = (None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::string => {
                    name = Some(Word {
                        text: self.string(&part),
                        span: self.span(&part),
                    });
                }
                Rule::points => points = part.into_inner().next().map(|points| self.expr(points)),
                _ => block = Some(part),
            }
        }
        let Some(name) = name else { return nothing() };
        let body = self.next_block(block);
        if rule == Rule::question {
            StmtKind::Question {
                title: name,
                points,
                body,
            }
        } else {
            StmtKind::Part { name, points, body }
        }
    }

    /// Parses `given page_table, tlb L2 columns tag ppn`.
    pub(super) fn given(&mut self, pair: &Pair) -> StmtKind {
        let place = self.first(pair, "given");
        let nouns = pair
            .clone()
            .into_inner()
            .map(|noun| self.noun_columns(noun))
            .collect();
        StmtKind::Given { place, nouns }
    }

    /// Returns the span of the first word of a statement.
    fn first(&self, pair: &Pair, word: &str) -> Span {
        let mut place = self.span(pair);
        place.end = place.start + word.len() as u32;
        place
    }

    /// Parses `ask …` and the facts that it lists.
    pub(super) fn ask(&mut self, pair: Pair) -> (Option<StmtKind>, Arc<[Fact]>) {
        let place = self.first(&pair, "ask");
        let (mut what, mut facts) = (None, Arc::from([]));
        let (mut radix, mut points, mut round, mut prompt) = (None, None, None, None);
        let mut marks = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::ask_value => what = self.ask_value(part, &mut round),
                Rule::ask_by | Rule::ask_table => {
                    what = Some(Asked::Table(self.noun_columns(part)));
                }
                Rule::ask_any => what = self.ask_any(part, &mut prompt),
                Rule::ask_steps => what = self.ask_steps(part),
                Rule::ask_facts => (what, facts) = self.ask_facts(part, &mut prompt),
                Rule::radix => radix = part.into_inner().next().map(|word| self.word(&word)),
                Rule::prompt => self.prompt(part, &mut prompt),
                Rule::rounded => self.rounded(part, &mut round),
                Rule::marks => {
                    self.refuse_again(marks.is_some(), "marks by", &part);
                    let by = part
                        .into_inner()
                        .find(|part| part.as_rule() == Rule::column);
                    marks = by.map(|word| self.word(&word));
                }
                _ => {
                    self.refuse_again(points.is_some(), "points", &part);
                    points = part.into_inner().next().map(|points| self.expr(points));
                }
            }
        }
        (
            what.map(|what| {
                StmtKind::Ask(Box::new(Ask {
                    what,
                    radix,
                    points,
                    round,
                    marks,
                    prompt,
                    place,
                }))
            }),
            facts,
        )
    }

    /// Reports a clause that is given twice.
    fn refuse_again(&mut self, given: bool, clause: &str, again: &Pair) {
        if given {
            let span = self.span(again);
            let twice =
                Diagnostic::new(Code::Duplicate, span, format!("`{clause}` is given twice"));
            self.report(twice.fix(Fix::remove(span)));
        }
    }

    /// Parses `as "…"`.
    pub(super) fn prompt(&mut self, pair: Pair, prompt: &mut Option<Expr>) {
        self.refuse_again(prompt.is_some(), "as", &pair);
        *prompt = pair.into_inner().find_map(|part| self.text_of(part));
    }

    /// Parses `round 3`.
    fn rounded(&mut self, pair: Pair, round: &mut Option<Expr>) {
        self.refuse_again(round.is_some(), "round", &pair);
        *round = pair.into_inner().next().map(|digits| self.expr(digits));
    }

    /// Parses a string or prose. Returns `None` if the part is neither a string nor prose.
    fn text_of(&mut self, part: Pair) -> Option<Expr> {
        let span = self.span(&part);
        match part.as_rule() {
            Rule::string => {
                let text = Value::Text(self.string(&part));
                Some(Expr {
                    kind: ExprKind::Value(text),
                    span,
                })
            }
            Rule::prose => Some(self.list(part)),
            _ => None,
        }
    }

    fn ask_value(&mut self, pair: Pair, round: &mut Option<Expr>) -> Option<Asked> {
        let (mut label, mut value, mut unit) = (None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::unit_of => unit = part.into_inner().next().map(|unit| self.unit_of(&unit)),
                Rule::expr => value = Some(self.expr(part)),
                Rule::rounded => self.rounded(part, round),
                _ => label = self.text_of(part).or(label),
            }
        }
        Some(Asked::Value {
            label: label?,
            value: value?,
            unit,
        })
    }

    fn unit_of(&mut self, unit: &Pair) -> Word {
        match unit.as_rule() {
            Rule::string => Word {
                text: self.string(unit),
                span: self.span(unit),
            },
            _ => self.word(unit),
        }
    }

    fn noun_columns(&mut self, pair: Pair) -> NounColumns {
        let (mut noun, mut columns) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expr => noun.push(self.expr(part)),
                Rule::word_by => noun.push(Expr {
                    kind: ExprKind::Name(part.as_str().into()),
                    span: self.span(&part),
                }),
                Rule::column => columns.push(self.word(&part)),
                _ => {}
            }
        }
        NounColumns {
            noun: noun.into(),
            columns: columns.into(),
        }
    }

    fn ask_any(&mut self, pair: Pair, prompt: &mut Option<Expr>) -> Option<Asked> {
        let (name, from, conditions) = self.drawn(pair, prompt)?;
        Some(Asked::Any {
            name,
            from,
            conditions,
        })
    }

    fn ask_steps(&mut self, pair: Pair) -> Option<Asked> {
        let mut words = pair.into_inner();
        let place = self.span(&words.next()?);
        Some(Asked::Steps {
            place,
            all: words
                .next()
                .is_some_and(|word| word.as_rule() == Rule::word_all),
        })
    }

    fn ask_facts(&mut self, pair: Pair, prompt: &mut Option<Expr>) -> (Option<Asked>, Arc<[Fact]>) {
        let (mut what, mut facts) = (None, Arc::from([]));
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::asked => facts = self.facts(part),
                Rule::prompt => self.prompt(part, prompt),
                _ => {
                    let probe = part
                        .clone()
                        .into_inner()
                        .any(|inner| inner.as_rule() == Rule::word_probe);
                    what = Some(Asked::Facts {
                        probe,
                        operation: self.operation(part),
                    });
                }
            }
        }
        (what, facts)
    }
}
