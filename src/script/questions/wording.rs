//! Script text as a paper prints it, with the values of variables filled in.

use super::entry::{OperationText, Radix};
use crate::lang::ast::{
    Claim, Command, Condition, Expr, ExprKind, Fact, Operation, OperationKind, Settings, Span, Word,
};
use crate::lang::edit::{TextEdit, edited};
use crate::lang::value::Value;
use crate::lang::visit::{Visit, walk_expr};
use crate::run::facts::{Family, key};
use crate::run::prepare::family;
use crate::run::record::Did;
use crate::run::session::Cx;
use crate::run::state::Binding;

/// Largest value that is written the same in every radix.
const PLAIN: i128 = 9;

/// A question for any value that meets conditions.
pub(crate) struct AnyAsked<'a> {
    pub(crate) name: &'a Word,
    pub(crate) value: &'a Value,
    pub(crate) conditions: &'a [Condition],
    pub(crate) radix: Radix,
}

/// Variables of a script with their locations, in reverse order of discovery.
#[derive(Default)]
struct Uses<'e>(Vec<(&'e str, Span)>);

/// Returns the text of an item's conditions, beginning with the name `x` in `x in 0..64 where …`. In this
/// text, the values of all other variables replace their names. `from` contains the candidates. If `from`
/// is a list, the text contains the elements.
pub(crate) fn conditions_in_words(
    cx: &Cx,
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
            let each: Vec<String> = elements
                .iter()
                .map(|element| in_radix(element, radix))
                .collect();
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
                let others = facts
                    .iter()
                    .filter(|fact| keyword(cx, fact, family).is_none());
                others.for_each(|fact| uses.visit_fact(fact));
            }
        }
    }
    uses.0.retain(|(used, _)| *used != name);
    edits.extend(values_of(cx, &uses, radix));
    in_words(cx, whole, &edits)
}

/// Returns the text of an operation with the values of its variables.
pub(crate) fn operation_in_words(cx: &Cx, operation: &Operation) -> OperationText {
    let mut uses = Uses::default();
    uses.visit_operation(operation);
    let values = values_of(cx, &uses, Radix::Hex);
    let from = |start| {
        let rest = Span {
            start,
            ..operation.span
        };
        in_words(cx, rest, &values)
    };
    let (start, assigned) = match &operation.kind {
        OperationKind::Command(command) => (command.verb.span.start, &command.assigned),
        OperationKind::Expr(expr) => (expr.span.start, &None),
        OperationKind::Reference { .. } => (operation.span.start, &None),
    };
    let stored = assigned.as_ref().and_then(|values| values.first());
    OperationText {
        whole: from(operation.span.start),
        operation: from(start),
        stored: stored.map_or_else(String::new, |value| from(value.span.start)),
    }
}

/// Returns the text of an operation that has run.
pub(crate) fn recorded_in_words(did: &Did) -> OperationText {
    let (process, operation) = match (did, did.call()) {
        (_, Some(call)) => (Some(&call.process), call.stated()),
        (Did::Replay(run), _) => (None, format!("replay {}", run.name)),
        _ => (None, String::new()),
    };
    let stored = match did {
        Did::Access(access) => access.stored.as_ref().map(Value::quoted),
        _ => None,
    };
    OperationText {
        whole: match process {
            Some(process) => format!("{}: {operation}", process.name),
            None => operation.clone(),
        },
        operation,
        stored: stored.unwrap_or_default(),
    }
}

/// Returns a sentence that asks for a value, with the facts of its conditions. The sentence omits
/// conditions that are not facts. Such conditions are script syntax, and often contain the
/// answer.
pub(crate) fn prompt_of(cx: &Cx, asked: &AnyAsked) -> String {
    let AnyAsked {
        name,
        value,
        conditions,
        radix,
    } = asked;
    let write = |value: &Value| in_radix(value, *radix);
    let candidates = match value {
        Value::Range { from, to } => {
            let ends = [*from, to - 1].map(|end| {
                u64::try_from(end).map_or_else(|_| end.to_string(), |end| write(&Value::from(end)))
            });
            format!("from {} to {}", ends[0], ends[1])
        }
        Value::List(each) => {
            let each: Vec<String> = each.iter().map(&write).collect();
            format!("among {}", series(&each))
        }
        other => format!("among {}", write(other)),
    };
    let conditions = conditions.iter().filter_map(|condition| match condition {
        Condition::Facts { operation, facts } => fact_condition(cx, operation, facts, *radix),
        Condition::Expr(_) => None,
    });
    let conditions: Vec<String> = conditions.collect();
    let such = if conditions.is_empty() {
        ""
    } else {
        " such that "
    };
    format!(
        "Give a value for {} {candidates}{such}{}.",
        name.text,
        conditions.join(" and ")
    )
}

/// Describes a condition, for example as `a read of virtual address x results in a TLB miss`. Returns
/// `None` if the condition has no short description.
pub(crate) fn fact_condition(
    cx: &Cx,
    operation: &Operation,
    facts: &[Fact],
    radix: Radix,
) -> Option<String> {
    let (verb, address) = match &operation.kind {
        OperationKind::Command(command) => (&*command.verb.text, command.operands.first()?),
        OperationKind::Expr(Expr {
            kind: ExprKind::Call { name, args },
            ..
        }) => (&*name.text, args.first()?),
        // A bare address is read.
        OperationKind::Expr(address) => ("read", address),
        OperationKind::Reference { .. } => return None,
    };
    let (_, what) = ACCESSES.iter().find(|(known, _)| *known == verb)?;
    let mut uses = Uses::default();
    uses.visit_expr(address);
    let address = in_words(cx, address.span, &values_of(cx, &uses, radix));
    let kind = if cx.spec().is_some_and(|spec| spec.mmu.is_some()) {
        "virtual address"
    } else {
        "address"
    };
    let results: Option<Vec<String>> = facts
        .iter()
        .map(|fact| result(cx, fact, operation, radix))
        .collect();
    let results = results?;
    Some(format!(
        "{what} of {kind} {address} results in {}",
        series(&results)
    ))
}

/// Describes an expected result: `a TLB miss`, `a page fault`, `PPN 0x0D`.
fn result(cx: &Cx, fact: &Fact, operation: &Operation, radix: Radix) -> Option<String> {
    let Claim::Is(expected) = &fact.claim else {
        return None;
    };
    let name = &*fact.name.text;
    if let Some(word) = keyword(cx, fact, family(operation)) {
        return match (name, word) {
            ("fault", "any") => Some("a fault".to_owned()),
            ("fault", "none") => Some("no page fault".to_owned()),
            ("fault", "page") => Some("a page fault".to_owned()),
            ("fault", word) => Some(format!("a {word} fault")),
            (_, "hit" | "miss") => {
                let level = if name == "tlb" { "TLB" } else { name };
                Some(format!(
                    "{} {level} {word}",
                    if level.starts_with('L') { "an" } else { "a" }
                ))
            }
            _ => None,
        };
    }
    let mut uses = Uses::default();
    uses.visit_expr(expected);
    let value = in_words(cx, expected.span, &values_of(cx, &uses, radix));
    Some(format!("{} {value}", name.to_uppercase()))
}

/// Returns the keyword that a fact's value is or means.
fn keyword<'f>(cx: &Cx, fact: &'f Fact, family: Family) -> Option<&'f str> {
    let (Claim::Is(Expr {
        kind: ExprKind::Name(word),
        ..
    })
    | Claim::Not(Expr {
        kind: ExprKind::Name(word),
        ..
    })) = &fact.claim
    else {
        return None;
    };
    let spec = cx.spec().map(|spec| &**spec);
    let key = key(&fact.name.text, family, spec).ok()?;
    match key.meaning(word).filter(|_| cx.state.find(word).is_none()) {
        Some(meaning) => Some(meaning),
        None => key.is_word(word, spec).then_some(&**word),
    }
}

/// Returns edits that replace variables with their values where they are used.
fn values_of(cx: &Cx, uses: &Uses, radix: Radix) -> Vec<TextEdit> {
    let value = |name: &str| match cx.state.find(name)? {
        Binding::Value(value) => Some(in_radix(value, radix)),
        _ => None,
    };
    uses.0
        .iter()
        .filter_map(|(name, span)| Some(TextEdit::new(*span, value(name)?)))
        .collect()
}

/// Returns the text of a span on one line, with the edits applied.
pub(crate) fn in_words(cx: &Cx, whole: Span, edits: &[TextEdit]) -> String {
    let text = edited(cx.text(whole), whole, edits);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The accesses, as nouns.
const ACCESSES: [(&str, &str); 4] = [
    ("read", "a read"),
    ("write", "a write"),
    ("fetch", "an instruction fetch"),
    ("translate", "a translation"),
];

/// Joins texts in a series: `a`, `a and b`, or `a, b, and c`.
pub(crate) fn series(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
    }
}

/// Formats a value as an expression.
fn in_radix(value: &Value, radix: Radix) -> String {
    match value {
        Value::Number(number) if number.as_integer().is_some_and(|n| n > PLAIN) => {
            radix.write(value, None)
        }
        Value::Text(_) | Value::Bytes(_) => value.quoted(),
        _ => value.to_string(),
    }
}

impl<'e> Visit<'e> for Uses<'e> {
    fn visit_command(&mut self, command: &'e Command) {
        // The contents of the command's block are unchanged.
        let assigned = command.assigned.iter().flat_map(|values| values.iter());
        command
            .operands
            .iter()
            .chain(assigned)
            .for_each(|operand| self.visit_expr(operand));
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
