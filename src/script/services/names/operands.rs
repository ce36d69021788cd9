//! Names in commands. The verb determines the role of each operand.

use std::sync::Arc;

use super::finder::Finder;
use super::kind::{Form, NameKind, Space};
use crate::lang::ast::{Command, Expr, ExprKind, Pages, Settings};
use crate::lang::visit::Visit;
use crate::questions::LANGUAGE;
use crate::run::bind::{Arg, Bound, Params, Slot, bind_command};
use crate::run::nouns::{SHOWN_NOUNS, TABLE_NOUNS, ThingNoun, Views};
use crate::run::syscalls::called;
use crate::run::table::Column;

impl Finder<'_> {
    /// Visits the names in a command.
    pub(crate) fn command(&mut self, command: &Command) {
        if command.call {
            return self.with_brackets(command);
        }
        match &*command.verb.text {
            "machine" => return self.machine(command),
            "file" | "executable" => return self.file(command),
            verb => {
                let params = LANGUAGE.verb(verb).map_or(&[][..], |verb| verb.params);
                let bound = bind_command(params, command);
                // `show` also draws figures.
                let figure = match bound.operands {
                    [name, _, ..] if verb == "show" => self.word(name),
                    _ => None,
                };
                match figure.and_then(|name| LANGUAGE.figure(&name.text)) {
                    Some(figure) => self.bound(&bound.with(figure.params)),
                    None => self.bound(&bound),
                }
            }
        }
        if let Some(block) = &command.block {
            self.block_of(command, block);
        }
    }

    /// `f(1, 2)`, `munmap(p, n)`
    fn with_brackets(&mut self, command: &Command) {
        let (name, args) = (&command.verb, &*command.operands);
        let defined = self
            .scopes
            .resolve(&(Space::Call, Arc::clone(&name.text)), &mut self.table)
            .id
            .is_some();
        if defined || called(&name.text, args.len()).is_none() {
            self.calls_with(name, args);
            self.exprs(args);
        } else {
            if self.scopes.body().is_some() {
                // A definition of this name may be visible where the enclosing definition is called.
                self.calls(name);
            }
            self.call(name, args);
        }
    }

    /// Visits the operands of a statement or the values of a setting.
    pub(crate) fn bound(&mut self, bound: &Bound) {
        let nouns: Vec<&Expr> = bound.slots(Slot::Noun).collect();
        if bound.block.is_some() {
            self.noun(&nouns);
        } else {
            self.shown(&nouns);
        }
        let last = bound.args().next_back().map(|last| last.is.span);
        for arg in bound.args() {
            let Some(expr) = arg.is.expr else { continue };
            // The last process may instead be a variable that names a file.
            let is_file = last == Some(expr.span)
                && bound.alternative(&arg, Slot::FileName)
                && arg.param.slot() == Some(Slot::Process)
                && self
                    .word(expr)
                    .is_some_and(|word| self.resolve(Space::Process, &word.text).id.is_none());
            if is_file {
                self.path(expr, false);
            } else {
                self.arg(&arg, expr);
            }
        }
        let unread = bound.unread().filter_map(|piece| piece.expr);
        unread.for_each(|expr| self.visit_expr(expr));
    }

    fn arg(&mut self, arg: &Arg, operand: &Expr) {
        let word = self.word(operand);
        match (arg.param.slot(), word) {
            (Some(Slot::Noun), _) => {}
            (Some(Slot::Titles | Slot::Titled), _) => self.titles(operand),
            (Some(Slot::NewProcess), Some(word)) => {
                self.gives(Space::Process, &word, NameKind::Process);
            }
            (Some(Slot::Process), Some(word)) => {
                self.uses(Space::Process, &word);
            }
            (Some(Slot::Tlb | Slot::Cache), Some(word)) => {
                self.uses(Space::Part, &word);
            }
            (Some(Slot::FileName), _) => self.path(operand, false),
            (Some(Slot::Pages), _) => self.pages_set(operand),
            (Some(slot), Some(_)) if slot.is_name() => {}
            (Some(_), _) => self.visit_expr(operand),
            // Where a process may also follow, the name of a process is a process.
            (None, Some(word)) if arg.leaf.begins_clause && arg.leaf.way.has(Slot::Process) => {
                if self.resolve(Space::Process, &word.text).id.is_some() {
                    self.uses(Space::Process, &word);
                }
            }
            (None, _) => {}
        }
    }

    /// `page_table`, `tlb L2`, `P1.maps`
    fn noun(&mut self, operands: &[&Expr]) {
        let Some((first, rest)) = operands.split_first() else {
            return;
        };
        match (&first.kind, rest) {
            (ExprKind::Name(name), [part, ..]) if matches!(&**name, "tlb" | "cache") => {
                if let Some(part) = self.word(part) {
                    self.uses(Space::Part, &part);
                }
            }
            (ExprKind::Name(_), _) => rest.iter().for_each(|expr| self.visit_expr(expr)),
            _ => self.visit_expr(first),
        }
    }

    /// Visits the operands of `show` and `given`.
    pub(crate) fn shown(&mut self, operands: &[&Expr]) {
        let Some((first, rest)) = operands.split_first() else {
            return;
        };
        let named = |names: &str| matches!(&first.kind, ExprKind::Name(name) if &**name == names);
        if let Some(noun) = SHOWN_NOUNS.iter().find(|noun| named(noun.name)) {
            if matches!(noun.views, Views::Process(_) | Views::Tables(_)) {
                for process in rest {
                    if let Some(word) = self.word(process) {
                        self.uses(Space::Process, &word);
                    }
                }
            }
        } else if TABLE_NOUNS.iter().any(|noun| named(noun.name)) {
            self.noun(operands);
        } else {
            for expr in operands {
                self.visit_expr(expr);
            }
        }
    }

    /// `file "name" = "text"`, `executable "name" { … }`
    fn file(&mut self, command: &Command) {
        command
            .assigned
            .iter()
            .flat_map(|values| values.iter())
            .for_each(|value| self.visit_expr(value));
        let executable = &*command.verb.text == "executable";
        if let Some(block) = &command.block {
            self.block_of(command, block);
        }
        let Some(operand) = command.operands.first() else {
            return;
        };
        let Some((text, span)) = self.quoted(operand) else {
            return self.path(operand, false);
        };
        let kind = if executable {
            NameKind::Executable
        } else {
            NameKind::File
        };
        self.gives_at(Space::File, &text, span, (kind, Form::Quoted));
    }

    /// Visits the block of a command.
    fn block_of(&mut self, command: &Command, block: &Settings) {
        if let Some(table) = &block.table {
            let expected = &*command.verb.text == "expect";
            let noun = match nouns(&command.operands).first().map(|noun| &noun.kind) {
                _ if &*command.verb.text == "process" => Arc::from("maps"),
                Some(ExprKind::Name(name)) => Arc::clone(name),
                Some(ExprKind::Field(_, name)) => Arc::clone(&name.text),
                _ => Arc::from(""),
            };
            self.table_of(table, columns(&noun), expected);
        }
        match LANGUAGE.block(&command.verb.text) {
            Some(row) => self.settings(block, row),
            // `set pte 1 0x1000 { ppn 0x12, p 1 }`
            None => {
                for setting in block.settings.iter() {
                    self.exprs(&setting.values);
                }
            }
        }
    }

    /// Visits `reference PAGES { … }`. In `PAGES`, words outside brackets are the names of pages.
    pub(crate) fn reference(&mut self, pages: &Pages, settings: &Settings) {
        if let Pages::List(list) = pages {
            match &list.kind {
                ExprKind::List(parts) => self.pages(parts),
                _ => self.visit_expr(list),
            }
        }
        if let Some(row) = LANGUAGE.block("reference") {
            self.settings(settings, row);
        }
    }
}

/// Returns the columns of a noun that lists kernel objects.
fn columns(noun: &str) -> &'static [Column] {
    ThingNoun::named(noun).map_or(&[], |row| row.columns)
}

/// Returns a noun's operands without `exactly`.
fn nouns(operands: &[Expr]) -> &[Expr] {
    match operands.split_first() {
        Some((
            Expr {
                kind: ExprKind::Name(name),
                ..
            },
            rest,
        )) if &**name == "exactly" => rest,
        _ => operands,
    }
}
