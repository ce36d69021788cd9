//! Warnings about machines that an `include` replaces, or that replace the machine of an `include`.

use crate::lang::ast::{Command, Span, Stmt, StmtKind};
use crate::lang::diagnostic::{Code, Diagnostic};

/// The statements whose results depend on the machine.
const USING: &[&str] = &["read", "write", "translate", "fetch", "set"];

/// Returns the warnings about the machines of a script and of the files that it includes.
pub(super) fn replaced(block: &[Stmt]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut own = None;
    // The included file whose tables no statement has used so far.
    let mut unused = None;
    for (at, stmt) in block.iter().enumerate() {
        match &*stmt.kind {
            StmtKind::Include { path, body } => {
                let machine = body.iter().rposition(|stmt| is(stmt, &["machine"]));
                let Some(machine) = machine else {
                    continue;
                };
                let later = block[at + 1..].iter().take_while(|stmt| !declares(stmt));
                found.extend(
                    own.filter(|_| uses(later))
                        .map(|own| by_include(path.span, own)),
                );
                own = None;
                let is_set = body[machine..].iter().any(|stmt| is(stmt, &["set"]));
                unused = is_set.then_some(path.span);
            }
            StmtKind::Let { .. } | StmtKind::Def { .. } => {}
            _ if is(stmt, &["machine"]) => {
                found.extend(unused.take().map(|include| of_include(stmt.span, include)));
                own = Some(stmt.span);
            }
            _ => unused = None,
        }
    }
    found
}

fn is(stmt: &Stmt, verbs: &[&str]) -> bool {
    matches!(&*stmt.kind, StmtKind::Command(Command { verb, call: false, .. }) if verbs.contains(&&*verb.text))
}

/// Whether a statement declares a machine, itself or in a file.
fn declares(stmt: &Stmt) -> bool {
    match &*stmt.kind {
        StmtKind::Include { body, .. } => body.iter().any(|stmt| is(stmt, &["machine"])),
        _ => is(stmt, &["machine"]),
    }
}

/// Whether a statement runs on the machine above it, also in an included file.
fn uses<'s>(mut stmts: impl Iterator<Item = &'s Stmt>) -> bool {
    stmts.any(|stmt| match &*stmt.kind {
        StmtKind::Question { .. } => true,
        StmtKind::Include { body, .. } => body
            .iter()
            .any(|stmt| is(stmt, USING) || matches!(&*stmt.kind, StmtKind::Question { .. })),
        _ => is(stmt, USING),
    })
}

fn by_include(include: Span, own: Span) -> Diagnostic {
    let message = "this file declares a machine, on which the statements below run";
    Diagnostic::warning(Code::Unlikely, include, message)
        .label("replaces the machine above")
        .also(own, "this machine")
        .help("write the `include` above the `machine`")
}

fn of_include(machine: Span, include: Span) -> Diagnostic {
    let message = "this `machine` replaces that of the included file, whose tables are lost";
    Diagnostic::warning(Code::Unlikely, machine, message)
        .label("has no contents")
        .also(include, "this file sets tables")
        .help("remove the `machine`, or write it above the `include`")
}
