//! Names in commands. The verb determines the role of each operand.

use super::expr::{fact_name, pages, path};
use super::finder::Finder;
use super::kind::{Form, NameKind, Space};
use super::table::Found;
use crate::lang::ast::{Expr, ExprKind, Word};
use crate::lang::visit::Visit;
use crate::questions::LANGUAGE;
use crate::run::bind::{Arg, Bound, Params, Piece, Slot, bind};
use crate::run::facts::Family;
use crate::run::nouns::{SHOWN_NOUNS, TABLE_NOUNS, Views};

/// Visits the operands of a statement or the values of a setting.
pub(crate) fn bound(finder: &mut Finder, bound: &Bound) {
    let nouns: Vec<&Expr> = bound.slots(Slot::Noun).collect();
    if bound.block.is_some() {
        noun(finder, &nouns);
    } else {
        shown(finder, &nouns);
    }
    let last = bound.args().next_back().map(|last| last.is.span);
    for arg in bound.args() {
        let Some(expr) = arg.is.expr else { continue };
        // The last process may instead be a variable that names a file.
        let is_file = last == Some(expr.span)
            && bound.alternative(&arg, Slot::FileName)
            && arg.param.slot() == Some(Slot::Process)
            && finder
                .word(expr)
                .is_some_and(|word| finder.resolve(Space::Process, &word.text).id.is_none());
        if is_file {
            path(finder, expr, false);
        } else {
            argument(finder, &arg, expr);
        }
    }
    let unread = bound.unread().filter_map(|piece| piece.expr);
    unread.for_each(|expr| finder.visit_expr(expr));
}

fn argument(finder: &mut Finder, arg: &Arg, operand: &Expr) {
    let word = finder.word(operand);
    match (arg.param.slot(), word) {
        (Some(Slot::Noun), _) => {}
        (Some(Slot::Titles | Slot::Titled), _) => titles(finder, operand),
        (Some(Slot::NewProcess), Some(word)) => {
            finder.gives(Space::Process, &word, NameKind::Process);
        }
        (Some(Slot::NewProgram), Some(word)) => {
            finder.gives(Space::Value, &word, NameKind::Program);
        }
        (Some(Slot::Program), Some(word)) => {
            finder.uses(Space::Value, &word);
        }
        (Some(Slot::Process), Some(word)) => {
            finder.uses(Space::Process, &word);
        }
        (Some(Slot::Tlb | Slot::Cache), Some(word)) => {
            finder.uses(Space::Part, &word);
        }
        (Some(Slot::FileName), _) => path(finder, operand, false),
        // The program may open the file that its argument names.
        (Some(Slot::Text), None) if arg.clause == Some("arguments") => {
            let file = finder.quoted(operand);
            let is_file =
                file.is_some_and(|(name, _)| finder.resolve(Space::File, &name).id.is_some());
            if is_file {
                path(finder, operand, false);
            } else {
                finder.visit_expr(operand);
            }
        }
        (Some(Slot::Pages), _) => pages_set(finder, operand),
        (Some(slot), Some(_)) if slot.is_name() => {}
        (Some(_), _) => finder.visit_expr(operand),
        // Where a process may also follow, the name of a process is a process.
        (None, Some(word)) if arg.leaf.begins_clause && arg.leaf.way.has(Slot::Process) => {
            if finder.resolve(Space::Process, &word.text).id.is_some() {
                finder.uses(Space::Process, &word);
            }
        }
        (None, _) => {}
    }
}

/// `page_table`, `tlb L2`, `P1.maps`
fn noun(finder: &mut Finder, operands: &[&Expr]) {
    let Some((first, rest)) = operands.split_first() else {
        return;
    };
    if program(finder, operands) {
        return;
    }
    match (&first.kind, rest) {
        (ExprKind::Name(name), [part, ..]) if matches!(&**name, "tlb" | "cache") => {
            if let Some(part) = finder.word(part) {
                finder.uses(Space::Part, &part);
            }
        }
        (ExprKind::Name(_), _) => rest.iter().for_each(|expr| finder.visit_expr(expr)),
        _ => finder.visit_expr(first),
    }
}

/// Visits `PROGRAM by line` and `PROGRAM by ARRAY…`, and returns false for other operands.
fn program(finder: &mut Finder, operands: &[&Expr]) -> bool {
    let [name, by, ..] = operands else {
        return false;
    };
    let is_by = finder.word(by).is_some_and(|by| &*by.text == "by");
    if let Some(name) = finder.word(name).filter(|_| is_by) {
        finder.uses(Space::Value, &name);
    }
    is_by
}

/// Visits the operands of `show` and `given`.
pub(crate) fn shown(finder: &mut Finder, operands: &[&Expr]) {
    let Some((first, rest)) = operands.split_first() else {
        return;
    };
    if program(finder, operands) {
        return;
    }
    let named = |names: &str| matches!(&first.kind, ExprKind::Name(name) if &**name == names);
    if let Some(noun) = SHOWN_NOUNS.iter().find(|noun| named(noun.name)) {
        if matches!(noun.views, Views::Process(_) | Views::Tables(_)) {
            for process in rest {
                if let Some(word) = finder.word(process) {
                    finder.uses(Space::Process, &word);
                }
            }
        }
        if let (Views::Program, [name]) = (&noun.views, rest)
            && let Some(word) = finder.word(name)
        {
            finder.uses(Space::Value, &word);
        }
    } else if TABLE_NOUNS.iter().any(|noun| named(noun.name)) {
        noun(finder, operands);
    } else {
        for expr in operands {
            finder.visit_expr(expr);
        }
    }
}

/// `holding [a, b]`
pub(crate) fn pages_set(finder: &mut Finder, value: &Expr) {
    match &value.kind {
        ExprKind::List(parts) => pages(finder, parts),
        _ => pages(finder, std::slice::from_ref(value)),
    }
}

/// Visits the titles of questions.
pub(crate) fn titles(finder: &mut Finder, value: &Expr) {
    match &value.kind {
        ExprKind::List(parts) => parts.iter().for_each(|part| title_used(finder, part)),
        _ => title_used(finder, value),
    }
}

fn title_used(finder: &mut Finder, value: &Expr) {
    let Some((text, span)) = finder.quoted(value) else {
        return finder.visit_expr(value);
    };
    let id = finder.title(&text);
    finder.table.add(Found {
        span,
        id,
        space: Space::Question,
        gives: None,
        form: Form::Quoted,
    });
}

/// `answers FACT of OPERATION`
pub(super) fn answers(finder: &mut Finder, values: &[Expr]) {
    let [fact, _, verb, operands @ ..] = values else {
        return;
    };
    let text = finder.sources.text(fact.span).trim();
    let span = fact.span.ending_at(fact.span.start + text.len() as u32);
    fact_name(
        finder,
        &Word {
            text: text.into(),
            span,
        },
        Family::Access,
    );
    match (&verb.kind, operands) {
        (ExprKind::Name(name), [_, ..]) => {
            let params = LANGUAGE.verb(name).map_or(&[][..], |verb| verb.params);
            bound(
                finder,
                &bind(params, operands.iter().map(Piece::from).collect()),
            );
        }
        _ => finder.visit_expr(verb),
    }
}
