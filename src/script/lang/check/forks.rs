//! Warnings about a C-style `fork`: the script continues in the parent, and statements in the child need the child's name.

use std::collections::HashSet;

use crate::lang::ast::{BinaryOp, Command, Expr, ExprKind, Stmt, StmtKind, UnaryOp};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::layout::tokens;
use crate::lang::source::Sources;
use crate::lang::visit::statements;

/// Returns the warnings about blocks that the author expects to run in a child.
pub(super) fn forks(part: &[Stmt], sources: &Sources) -> Vec<Diagnostic> {
    let mut children: HashSet<&str> = HashSet::new();
    let mut found = Vec::from_iter(continued(part));
    for stmt in statements(part) {
        match &*stmt.kind {
            StmtKind::Let { name, value } if is_fork(value) => {
                children.insert(&name.text);
            }
            StmtKind::Let { value, .. } => match &value.kind {
                ExprKind::Call { name, args } if &*name.text == "wait" => {
                    found.extend(waited(args, &children));
                }
                _ => {}
            },
            StmtKind::Command(Command {
                verb,
                call: true,
                operands,
                ..
            }) if &*verb.text == "wait" => found.extend(waited(operands, &children)),
            StmtKind::If {
                condition,
                then,
                otherwise,
            } => {
                if let Some(side) = childs_side(condition, &children)
                    && !then.is_empty()
                {
                    let child = if let ExprKind::Name(name) = &side.kind {
                        Some(&**name)
                    } else {
                        None
                    };
                    found.push(parents_side(
                        stmt,
                        condition,
                        child,
                        otherwise.is_some(),
                        sources,
                    ));
                }
            }
            StmtKind::For { body, .. } | StmtKind::Repeat { body, .. } => {
                found.extend(repeated(stmt, body, sources));
            }
            _ => {}
        }
        found.extend(stmt.blocks().filter_map(|block| continued(block)));
    }
    // The `fork` of a loop has one warning, even if the statements after it have the other reason.
    found.sort_by_key(|one| one.span.start);
    found.dedup_by_key(|one| one.span);
    found
}

/// Warns about a `fork` in a loop if nothing in the loop or below it uses the child.
fn repeated(of: &Stmt, body: &[Stmt], sources: &Sources) -> Option<Diagnostic> {
    let file = sources.file(of.span.file)?;
    let text = file.text.get(of.span.start as usize..)?;
    let uses = |name: &str| {
        let all = tokens(text).list;
        all.iter().filter(|token| token.text(text) == name).count()
    };
    let alone = |stmt: &&Stmt| match &*stmt.kind {
        StmtKind::Let { name, value } => is_fork(value) && uses(&name.text) == 1,
        _ => forks_alone(stmt),
    };
    let fork = statements(body).find(alone)?;
    let message = "only the parent repeats this loop: each `fork()` creates one child, which runs no statement";
    let warning = Diagnostic::warning(Code::Unlikely, fork.span, message);
    Some(warning.help(
        "name the child, and write its statements in the loop: `let child = fork()`, then `child { … }`",
    ))
}

/// Warns about a `fork` without a name before statements of the same process.
fn continued(body: &[Stmt]) -> Option<Diagnostic> {
    let at = body.iter().position(forks_alone)?;
    let runs = |stmt: &Stmt| match &*stmt.kind {
        StmtKind::Command(Command { verb, call, .. }) => {
            *call && !verb.text.starts_with("wait")
                || matches!(&*verb.text, "read" | "write" | "fetch")
        }
        _ => false,
    };
    body[at + 1..].iter().any(runs).then(|| {
        let message = "only the parent runs the statements after this `fork()`";
        Diagnostic::warning(Code::Unlikely, body[at].span, message).help(SEPARATE)
    })
}

/// Warns about `wait(child)`, which takes the number of the child as an address.
fn waited(args: &[Expr], children: &HashSet<&str>) -> Option<Diagnostic> {
    let [arg] = args else {
        return None;
    };
    let ExprKind::Name(name) = &arg.kind else {
        return None;
    };
    children.contains(&**name).then(|| {
        let message = format!(
            "`wait` stores the status at this address, but `{name}` is the number of a process"
        );
        let warning = Diagnostic::warning(Code::Unlikely, arg.span, message);
        let help = "`wait()` waits for any child; `wait(p)` stores the status at address `p`";
        warning.help(help).fix(Fix::write(arg.span, &**name, ""))
    })
}

const SEPARATE: &str = "name the child, and write its statements in a separate block: `let child = fork()`, then `child { … }`";

fn forks_alone(stmt: &Stmt) -> bool {
    matches!(&*stmt.kind, StmtKind::Command(Command { verb, call: true, operands, .. })
        if &*verb.text == "fork" && operands.is_empty())
}

fn is_fork(value: &Expr) -> bool {
    matches!(&value.kind, ExprKind::Call { name, args } if &*name.text == "fork" && args.is_empty())
}

/// Returns the operand that a C-style condition compares with 0 to select the child: a call or the name of a
/// child.
fn childs_side<'a>(condition: &'a Expr, children: &HashSet<&str>) -> Option<&'a Expr> {
    if let ExprKind::Unary(UnaryOp::Not, side) = &condition.kind {
        let child = matches!(&side.kind, ExprKind::Name(name) if children.contains(&**name));
        return (child || is_fork(side)).then_some(side);
    }
    let ExprKind::Binary(BinaryOp::Equal, left, right) = &condition.kind else {
        return None;
    };
    let zero = |expr: &Expr, text: &Expr| match &expr.kind {
        ExprKind::Value(value) if value.same(&0u64.into()) => Some(text.span),
        _ => None,
    };
    let side = if zero(right, left).is_some() {
        left
    } else {
        zero(left, right).map(|_| right)?
    };
    let child = matches!(&side.kind, ExprKind::Name(name) if children.contains(&**name));
    (child || is_fork(side)).then_some(side)
}

/// Warns about a C-style `fork`: the script continues in the parent, and statements in the child need the
/// child's name.
fn parents_side(
    stmt: &Stmt,
    condition: &Expr,
    child: Option<&str>,
    both: bool,
    sources: &Sources,
) -> Diagnostic {
    let message =
        "this block never runs: the script continues in the parent, where `fork()` is not 0";
    let name = child.unwrap_or("child");
    let help = match child {
        Some(name) => format!("write the child's statements in a separate block: `{name} {{ … }}`"),
        None => SEPARATE.to_owned(),
    };
    let warning = Diagnostic::warning(Code::Unlikely, condition.span, message).help(help);
    let text = sources.file(stmt.span.file).map_or("", |file| &*file.text);
    let (start, after) = (stmt.span.start, condition.span.end as usize);
    let Some(brace) = text
        .get(after..)
        .and_then(|rest| rest.find('{'))
        .filter(|_| !both)
    else {
        return warning;
    };
    let line = text[..start as usize].rfind('\n').map_or(0, |at| at + 1);
    let blanks = text[line..start as usize].trim_end_matches(|c: char| !c.is_whitespace());
    let made = if child.is_some() {
        String::new()
    } else {
        format!("let {name} = fork()\n{blanks}")
    };
    let span = stmt.span.ending_at((after + brace) as u32);
    warning.fix(Fix::replace(span, format!("{made}{name} ")))
}
