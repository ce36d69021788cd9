//! What a paper prints of a script: its words, with the values of its variables in their places.

use super::entry::Radix;
use crate::lang::ast::{Claim, Command, Condition, Expr, ExprKind, Fact, Operation, Settings, Span};
use crate::lang::value::Value;
use crate::lang::visit::{Visit, walk_expr};
use crate::run::facts::{Family, key};
use crate::run::prepare::family;
use crate::run::session::Session;
use crate::run::state::Binding;

/// Values up to this one look the same in every radix.
const PLAIN: i128 = 9;

/// Variables of a script at their places, the last one found last.
#[derive(Default)]
struct Uses<'e>(Vec<(&'e str, Span)>);

/// What stands in place of a part of the script.
type Instead = (Span, String);

impl Session<'_> {
    /// The words of a condition, from the name that is asked for to its end, with the values of all variables but that name.
    /// `from` are the candidates: a list is written out.
    pub fn conditions_in_words(
        &self,
        whole: Span,
        name: &str,
        (from, value): (&Expr, &Value),
        conditions: &[Condition],
        radix: Radix,
    ) -> String {
        let mut uses = Uses::default();
        let mut instead = Vec::new();
        match value {
            Value::List(elements) => {
                let each: Vec<String> = elements.iter().map(|element| in_radix(element, radix)).collect();
                instead.push((from.span, format!("[{}]", each.join(", "))));
            }
            _ => uses.visit_expr(from),
        }
        for condition in conditions {
            match condition {
                Condition::Expr(expr) => uses.visit_expr(expr),
                Condition::Facts { operation, facts } => {
                    uses.visit_operation(operation);
                    let family = family(operation);
                    let others = facts.iter().filter(|fact| !self.is_word(fact, family));
                    others.for_each(|fact| uses.visit_fact(fact));
                }
            }
        }
        uses.0.retain(|(used, _)| *used != name);
        instead.extend(self.values_of(&uses, radix));
        self.in_words(whole, instead)
    }

    /// The words of an operation, with the values of its variables.
    pub fn operation_in_words(&self, operation: &Operation) -> String {
        let mut uses = Uses::default();
        uses.visit_operation(operation);
        self.in_words(operation.span, self.values_of(&uses, Radix::Hex))
    }

    /// Whether a fact's value is one of its own words.
    fn is_word(&self, fact: &Fact, family: Family) -> bool {
        let (Claim::Is(Expr { kind: ExprKind::Name(word), .. })
        | Claim::Not(Expr { kind: ExprKind::Name(word), .. })) = &fact.claim
        else {
            return false;
        };
        let spec = self.spec();
        let key = key(&fact.name.text, family, spec.map(|spec| &**spec));
        key.is_ok_and(|key| key.is_word(word, spec.map(|spec| &**spec)))
    }

    /// The values of variables, at the places where they are used.
    fn values_of(&self, uses: &Uses, radix: Radix) -> Vec<Instead> {
        let value = |name: &str| match self.state.find(name)? {
            Binding::Value(value) => Some(in_radix(value, radix)),
            _ => None,
        };
        uses.0.iter().filter_map(|(name, span)| Some((*span, value(name)?))).collect()
    }

    /// The text of a place with some of its parts replaced.
    fn in_words(&self, whole: Span, mut instead: Vec<Instead>) -> String {
        let text = self.text(whole);
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        instead.retain(|(span, _)| span.file == whole.file);
        instead.sort_by_key(|(span, _)| span.start);
        for (span, value) in instead {
            let (from, to) = (span.start.wrapping_sub(whole.start), span.end.wrapping_sub(whole.start));
            let Some(before) = text.get(done..from as usize).filter(|_| to as usize <= text.len()) else {
                continue;
            };
            out.push_str(before);
            out.push_str(&value);
            done = to as usize;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// A value as an expression would have it.
fn in_radix(value: &Value, radix: Radix) -> String {
    match value {
        Value::Number(number) if number.as_integer().is_some_and(|n| n > PLAIN) => radix.write(value, None),
        Value::Text(_) => value.quoted(),
        _ => value.to_string(),
    }
}

impl<'e> Visit<'e> for Uses<'e> {
    fn visit_command(&mut self, command: &'e Command) {
        // What is in its block stays as it is written.
        let assigned = command.assigned.iter().flat_map(|values| values.iter());
        command.operands.iter().chain(assigned).for_each(|operand| self.visit_expr(operand));
    }

    fn visit_settings(&mut self, _: &'e Settings) {}

    fn visit_expr(&mut self, expr: &'e Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.0.push((name, expr.span)),
            ExprKind::Field(..) | ExprKind::Prose(_) => {}
            _ => walk_expr(self, expr),
        }
    }
}
