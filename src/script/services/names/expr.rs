//! The names in expressions.

use std::sync::Arc;

use pagewalk_engine::kernel::syscall::ParamKind;

use super::calls::calls;
use super::finder::{AssignedValue, Finder};
use super::kind::{Form, NameKind, Space};
use crate::lang::ast::{BinaryOp, Claim, Expr, ExprKind, Fact, NO_VALUE, Word};
use crate::lang::value::functions::function;
use crate::lang::visit::{Visit, any_expr, walk_expr};
use crate::run::facts::{
    ACCESS_FACTS, CALL_FACTS, FactType, Family, Key, REPLAY_FACTS, key, type_named,
};
use crate::run::paths::{
    DECLARED, KERNEL_PROPERTIES, LAST, MACHINE_PROPERTIES, Peek, PeekFunction,
};
use crate::run::syscalls::called;

/// The fact whose value is the name of a cache.
const SERVED: &str = "served";

/// Visits the names in an expression.
pub(crate) fn expr(finder: &mut Finder, expr: &Expr) {
    match &expr.kind {
        ExprKind::Name(_) => return variable(finder, expr),
        ExprKind::Call { name, args } => return call(finder, name, args),
        ExprKind::Field(of, name) => return field(finder, of, name),
        ExprKind::Binary(op @ (BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::In), a, b) => {
            if is_served(a) {
                part_in_quotes(finder, b);
            }
            if *op != BinaryOp::In && is_served(b) {
                part_in_quotes(finder, a);
            }
        }
        _ => {}
    }
    walk_expr(finder, expr);
}

/// Visits the names in several expressions.
pub(crate) fn exprs(finder: &mut Finder, exprs: &[Expr]) {
    for expr in exprs {
        finder.visit_expr(expr);
    }
}

/// Visits a bare word that may be a variable.
pub(crate) fn variable(finder: &mut Finder, expr: &Expr) {
    if let Some(word) = finder.word(expr) {
        finder.uses(Space::Value, &word);
    }
}

/// Visits a function, a system call, or, in an invalid script, a definition.
pub(crate) fn call(finder: &mut Finder, name: &Word, args: &[Expr]) {
    let peek = PeekFunction::named(&name.text).map(|row| row.of);
    if let Some(row) = called(&name.text, args.len()) {
        let creates = args.iter().any(|arg| any_expr(arg, creates));
        for (at, arg) in args.iter().enumerate() {
            match row.params.get(at) {
                Some(ParamKind::Path) => path(finder, arg, creates),
                _ => finder.visit_expr(arg),
            }
        }
        return;
    }
    if let Some(Peek::File(_)) = peek {
        args.iter().take(1).for_each(|arg| path(finder, arg, false));
        return args.iter().skip(1).for_each(|arg| finder.visit_expr(arg));
    }
    if function(&name.text).is_none() && peek.is_none() {
        calls_with(finder, name, args);
    }
    exprs(finder, args);
}

/// Visits a call of a possible definition, with its arguments.
pub(crate) fn calls_with(finder: &mut Finder, name: &Word, args: &[Expr]) {
    let Some(id) = calls(finder, name) else {
        return;
    };
    for (at, arg) in args.iter().enumerate() {
        if let Some(value) = assigned_value(finder, arg) {
            finder.texts.passes(id, at, value);
        }
    }
}

/// Visits an expression that names a file.
pub(crate) fn path(finder: &mut Finder, expr: &Expr, creates: bool) {
    if let Some(name) = finder.quoted(expr) {
        if finder.uses_quoted(Space::File, &name).is_none() && creates {
            finder.gives_at(Space::File, &name.0, name.1, (NameKind::File, Form::Quoted));
        }
        return;
    }
    if let ExprKind::Name(name) = &expr.kind
        && let Some(variable) = finder.resolve(Space::Value, name).id
    {
        finder.texts.names_file(variable);
    }
    finder.visit_expr(expr);
}

/// Visits the name of a cache in a string, or in a list of strings.
fn part_in_quotes(finder: &mut Finder, expr: &Expr) {
    if let ExprKind::List(parts) = &expr.kind {
        parts.iter().for_each(|part| part_in_quotes(finder, part));
    } else if let Some(name) = finder.quoted(expr) {
        finder.uses_quoted(Space::Part, &name);
    }
}

/// `tlb.hits`, `P1.faults.minor`, `last.L2.index`, `fstat(fd).st_size`.
fn field(finder: &mut Finder, of: &Expr, name: &Word) {
    let mut words = vec![name.clone()];
    let mut head = of;
    while let ExprKind::Field(inner, word) = &head.kind {
        words.push(word.clone());
        head = inner;
    }
    let Some(word) = finder.word(head) else {
        return finder.visit_expr(head);
    };
    words.reverse();
    path_of(finder, &word, &words);
}

/// Visits the first word of a path, which, as in the interpreter, names a part or a process. Variables have
/// no properties.
fn path_of(finder: &mut Finder, head: &Word, rest: &[Word]) {
    let name = &*head.text;
    if name == LAST {
        let whole = rest
            .iter()
            .map(|word| &*word.text)
            .collect::<Vec<_>>()
            .join(".");
        if !ACCESS_FACTS.iter().any(|row| row.name == whole) {
            finder.uses(Space::Part, &rest[0]);
        }
        return;
    }
    // `tlb.hits` refers to the only TLB, regardless of other uses of this name.
    if MACHINE_PROPERTIES.iter().any(|row| row.of == name) || matches!(name, "tlb" | "cache") {
        return;
    }
    let part = finder.uses(Space::Part, head).is_some();
    let is_head = KERNEL_PROPERTIES.iter().any(|row| row.of == name) || DECLARED.contains(&name);
    if is_head || part && finder.scopes.body().is_none() {
        return;
    }
    finder.uses(Space::Process, head);
    finder.uses(Space::Value, head);
}

/// Returns the assigned value of a variable or parameter, if the value may name a file.
pub(crate) fn assigned_value(finder: &mut Finder, value: &Expr) -> Option<AssignedValue> {
    if let ExprKind::Name(name) = &value.kind {
        return finder
            .resolve(Space::Value, name)
            .id
            .map(AssignedValue::Variable);
    }
    let (text, span) = finder.quoted(value)?;
    let file = finder
        .scopes
        .resolve(&(Space::File, Arc::clone(&text)), &mut finder.table)
        .id;
    Some(AssignedValue::Text(text, span, file))
}

/// `last.served`
fn is_served(expr: &Expr) -> bool {
    let ExprKind::Field(of, name) = &expr.kind else {
        return false;
    };
    &*name.text == SERVED && matches!(&of.kind, ExprKind::Name(head) if &**head == LAST)
}

/// Whether the flags contain the constant that makes `open` create a file.
fn creates(flags: &Expr) -> bool {
    matches!(&flags.kind, ExprKind::Name(name) if &**name == "O_CREAT")
}

pub(crate) fn fact(finder: &mut Finder, fact: &Fact) {
    fact_name(finder, &fact.name, finder.family);
    if let Claim::Is(value) | Claim::Not(value) | Claim::In(value) = &fact.claim {
        claimed(finder, &fact.name.text, value, finder.family);
    }
}

/// Visits a fact of a named part, such as `L2` or `L2.index`.
pub(crate) fn fact_name(finder: &mut Finder, name: &Word, family: Family) {
    if family == Family::Reference || is_fact(&name.text, family) {
        return;
    }
    let part = name.text.split('.').next().unwrap_or_default();
    let span = name.span.ending_at(name.span.start + part.len() as u32);
    finder.uses_at(Space::Part, &Arc::from(part), span, Form::Word);
}

/// Visits the value of a fact. A keyword of the fact takes precedence over a variable.
fn claimed(finder: &mut Finder, fact: &str, value: &Expr, family: Family) {
    match &value.kind {
        ExprKind::Name(name) => {
            if **name == *NO_VALUE || words(fact, family).contains(&&**name) {
                return;
            }
            if fact == SERVED
                && family != Family::Reference
                && let Some(word) = finder.word(value)
            {
                let part = finder.uses(Space::Part, &word).is_some();
                if part && finder.scopes.body().is_none() {
                    return;
                }
            }
            variable(finder, value);
        }
        ExprKind::Value(_) if fact == SERVED => part_in_quotes(finder, value),
        ExprKind::List(parts) if family == Family::Reference => pages(finder, parts),
        ExprKind::List(parts) => parts
            .iter()
            .for_each(|part| claimed(finder, fact, part, family)),
        _ => finder.visit_expr(value),
    }
}

/// Visits a list of pages. A name in the list is a variable or a page, never a definition.
pub(crate) fn pages(finder: &mut Finder, parts: &[Expr]) {
    for part in parts {
        let definition = match &part.kind {
            ExprKind::Name(name) => !finder.resolve(Space::Value, name).bodies.is_empty(),
            _ => false,
        };
        if !definition {
            finder.visit_expr(part);
        }
    }
}

/// Whether every machine has this fact, so that the name does not refer to a part.
fn is_fact(name: &str, family: Family) -> bool {
    let call = family == Family::Call && CALL_FACTS.iter().any(|row| row.name == name);
    let replay = family == Family::Replay && REPLAY_FACTS.iter().any(|row| row.name == name);
    call || replay
        || ACCESS_FACTS.iter().any(|row| row.name == name)
        || matches!(key(name, family, None), Ok(Key::Level(..)))
}

/// Returns the keywords for a fact's values.
fn words(name: &str, family: Family) -> &'static [&'static str] {
    type_named(name, family, None).map_or(&[], FactType::words)
}
