//! The names in what an exam says of itself and asks.

use super::finder::Finder;
use super::kind::Space;
use super::occurrence::Form;
use super::table::Found;
use crate::lang::ast::{Command, Expr, ExprKind, Setting, Span, Word};
use crate::lang::visit::Visit;
use crate::run::facts::Family;

impl Finder<'_> {
    /// `exam { … }`, `text "…"`, `choice "…" { … }`, `essay "…" space 4 cm { … }`
    pub(crate) fn of_paper(&mut self, command: &Command) {
        if let Some((text, rest)) = command.operands.split_first() {
            self.visit_expr(text);
            self.clauses(rest);
        }
        for setting in command.block.iter().flat_map(|block| block.settings.iter()) {
            match &*setting.name.text {
                "answers" => self.answers(&setting.values),
                "pool" | "questions" | "options" => self.titles(setting),
                "shuffle" => {}
                _ => self.clauses(&setting.values),
            }
        }
    }

    /// Texts and values, and clauses: `points N`, `space N cm`, `when CONDITION`.
    fn clauses(&mut self, mut operands: &[Expr]) {
        while let Some((first, rest)) = operands.split_first() {
            operands = match (&first.kind, rest) {
                (ExprKind::Name(name), [n, _, rest @ ..]) if &**name == "space" => {
                    self.visit_expr(n);
                    rest
                }
                (ExprKind::Name(name), [n, rest @ ..]) if matches!(&**name, "points" | "when") => {
                    self.visit_expr(n);
                    rest
                }
                _ => {
                    self.visit_expr(first);
                    rest
                }
            };
        }
    }

    /// `answers FACT of OPERATION`
    fn answers(&mut self, values: &[Expr]) {
        let [fact, _, verb, operands @ ..] = values else { return };
        let text = self.sources.text(fact.span).trim();
        let span = Span { end: fact.span.start + text.len() as u32, ..fact.span };
        self.fact_name(&Word { text: text.into(), span }, Family::Access);
        match operands {
            [] => self.visit_expr(verb),
            _ => self.clauses_of_access(operands),
        }
    }

    fn clauses_of_access(&mut self, operands: &[Expr]) {
        if let [va, rest @ ..] = operands {
            self.visit_expr(va);
            rest.iter().skip(1).step_by(2).for_each(|value| self.visit_expr(value));
        }
    }

    /// `pool "Faults" pick 1 of ["A", "B"]`, `questions ["A"]`, `options "A" [1, 0]`: titles of questions.
    fn titles(&mut self, setting: &Setting) {
        let pool = &*setting.name.text == "pool";
        for (at, value) in setting.values.iter().enumerate() {
            match &value.kind {
                ExprKind::Name(_) if pool && (at == 1 || at == 3) => {}
                // A pool has a name of its own.
                _ if pool && at < 4 => self.visit_expr(value),
                ExprKind::List(parts) => parts.iter().for_each(|part| self.title_used(part)),
                _ => self.title_used(value),
            }
        }
    }

    fn title_used(&mut self, value: &Expr) {
        let Some((text, span)) = self.quoted(value) else { return self.visit_expr(value) };
        let id = self.title(&text);
        self.table.add(Found { span, id, space: Space::Question, gives: None, form: Form::Quoted });
    }
}
