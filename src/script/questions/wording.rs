//! Text that a paper prints of a script, with the values of variables filled in.

use super::entry::Radix;
use crate::lang::ast::{Claim, Command, Condition, Expr, ExprKind, Fact, Operation, Settings, Span};
use crate::lang::edit::{TextEdit, edited};
use crate::lang::value::Value;
use crate::lang::visit::{Visit, walk_expr};
use crate::run::facts::{Family, key};
use crate::run::prepare::family;
use crate::run::session::Session;
use crate::run::state::Binding;

/// Largest value that looks the same in every radix.
const PLAIN: i128 = 9;

/// Variables of a script with their locations, in reverse order of discovery.
#[derive(Default)]
struct Uses<'e>(Vec<(&'e str, Span)>);

impl Session<'_> {
    /// Returns the text of a condition from its name to its end, with the values of all variables except that
    /// name. `from` contains the candidates; a list is written out.
    pub(crate) fn conditions_in_words(
        &self,
        whole: Span,
        name: &str,
        (from, value): (&Expr, &Value),
        conditions: &[Condition],
        radix: Radix,
    ) -> String {
        let mut uses = Uses::default();
        let mut edits = Vec::new();
        match value {
            Value::List(elements) => {
                let each: Vec<String> = elements.iter().map(|element| in_radix(element, radix)).collect();
                edits.push(TextEdit::new(from.span, format!("[{}]", each.join(", "))));
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
        edits.extend(self.values_of(&uses, radix));
        self.in_words(whole, &edits)
    }

    /// Returns the text of an operation with the values of its variables.
    pub(crate) fn operation_in_words(&self, operation: &Operation) -> String {
        let mut uses = Uses::default();
        uses.visit_operation(operation);
        self.in_words(operation.span, &self.values_of(&uses, Radix::Hex))
    }

    /// Whether a fact's value is one of its keywords.
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

    /// Returns the values of variables at the locations of their uses.
    fn values_of(&self, uses: &Uses, radix: Radix) -> Vec<TextEdit> {
        let value = |name: &str| match self.state.find(name)? {
            Binding::Value(value) => Some(in_radix(value, radix)),
            _ => None,
        };
        uses.0.iter().filter_map(|(name, span)| Some(TextEdit::new(*span, value(name)?))).collect()
    }

    /// Returns the text of a span on one line, with edits.
    fn in_words(&self, whole: Span, edits: &[TextEdit]) -> String {
        let text = edited(self.text(whole), whole, edits);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Formats a value as an expression.
fn in_radix(value: &Value, radix: Radix) -> String {
    match value {
        Value::Number(number) if number.as_integer().is_some_and(|n| n > PLAIN) => radix.write(value, None),
        Value::Text(_) | Value::Bytes(_) => value.quoted(),
        _ => value.to_string(),
    }
}

impl<'e> Visit<'e> for Uses<'e> {
    fn visit_command(&mut self, command: &'e Command) {
        // The contents of its block are unchanged.
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
