//! What runs, and probably does something else than was meant.

use std::collections::HashSet;

use crate::lang::ast::{BinaryOp, Block, Command, Expr, ExprKind, Setting, Settings, Span, Stmt, StmtKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::source::Sources;
use crate::lang::visit::statements;

/// The warnings of a script.
pub(crate) fn unlikely(script: &Block, sources: &Sources) -> Vec<Diagnostic> {
    let mut children: HashSet<&str> = HashSet::new();
    let mut found = Vec::new();
    for stmt in statements(script) {
        match &stmt.kind {
            StmtKind::Let { name, value } if is_fork(value) => {
                children.insert(&name.text);
            }
            StmtKind::If { condition, then, otherwise } => {
                if let Some(side) = childs_side(condition, &children)
                    && !then.is_empty()
                {
                    let child = if let ExprKind::Name(name) = &side.kind { Some(&**name) } else { None };
                    found.push(parents_side(stmt, condition, child, otherwise.is_some(), sources));
                }
            }
            StmtKind::Command(Command { verb, block: Some(block), .. }) if &*verb.text == "machine" => {
                found.extend(tiny_pages(block, sources));
            }
            _ => {}
        }
    }
    found
}

fn is_fork(value: &Expr) -> bool {
    matches!(&value.kind, ExprKind::Call { name, args } if &*name.text == "fork" && args.is_empty())
}

/// What a condition compares with 0 if it selects the child's side, as in C: a call, or the name of a child.
fn childs_side<'a>(condition: &'a Expr, children: &HashSet<&str>) -> Option<&'a Expr> {
    let ExprKind::Binary(BinaryOp::Equal, left, right) = &condition.kind else { return None };
    let zero = |expr: &Expr, text: &Expr| match &expr.kind {
        ExprKind::Value(value) if value.same(&0u64.into()) => Some(text.span),
        _ => None,
    };
    let side = if zero(right, left).is_some() { left } else { zero(left, right).map(|_| right)? };
    let child = matches!(&side.kind, ExprKind::Name(name) if children.contains(&**name));
    (child || is_fork(side)).then_some(side)
}

/// After `fork`, a script goes on in the parent, and names the child where that is to do something.
fn parents_side(
    stmt: &Stmt,
    condition: &Expr,
    child: Option<&str>,
    both: bool,
    sources: &Sources,
) -> Diagnostic {
    let message = "this block never runs: the script goes on in the parent, where `fork()` is not 0";
    let name = child.unwrap_or("child");
    let help = match child {
        Some(name) => format!("the child's statements are a block of its own: `{name} {{ … }}`"),
        None => "name the child, and write its statements in a block of its own: `let child = fork()`, then `child { … }`"
            .to_owned(),
    };
    let warning = Diagnostic::warning(Code::Unlikely, condition.span, message).help(help);
    let text = sources.file(stmt.span.file).map_or("", |file| &*file.text);
    let (start, after) = (stmt.span.start, condition.span.end as usize);
    let Some(brace) = text.get(after..).and_then(|rest| rest.find('{')).filter(|_| !both) else {
        return warning;
    };
    let line = text[..start as usize].rfind('\n').map_or(0, |at| at + 1);
    let blanks = text[line..start as usize].trim_end_matches(|c: char| !c.is_whitespace());
    let made = if child.is_some() { String::new() } else { format!("let {name} = fork()\n{blanks}") };
    let span = Span { end: (after + brace) as u32, ..stmt.span };
    warning.fix(Fix::replace(span, format!("{made}{name} ")))
}

/// Pages of a few bytes, which were probably to be kilobytes.
fn tiny_pages(block: &Settings, sources: &Sources) -> Option<Diagnostic> {
    let pages = |setting: &&Setting| &*setting.name.text == "page";
    let setting = block.settings.iter().find(pages)?;
    let [value] = &*setting.values else { return None };
    let span = value.span;
    let text = sources.text(span).trim();
    matches!(text, "1" | "2" | "4" | "8").then(|| {
        let plural = if text == "1" { "" } else { "s" };
        let message = format!("a number without a unit is in bytes: pages of {text} byte{plural}");
        let warning = Diagnostic::warning(Code::Unlikely, span, message);
        warning.help(format!("did you mean `{text} KB`? Else write `{text} B`")).fix(Fix::write(
            span,
            text,
            format!("{text} KB"),
        ))
    })
}
