//! The names in commands: what each operand is follows from the verb.

use std::sync::Arc;

use super::finder::Finder;
use super::kind::{NameKind, Space};
use super::occurrence::Form;
use crate::lang::ast::{Command, Expr, ExprKind, Pages, Settings};
use crate::lang::visit::Visit;
use crate::questions::LANGUAGE;
use crate::run::facts::Family;
use crate::run::nouns::{Column, SHOWN_NOUNS, TABLE_NOUNS, ThingNoun, Views};
use crate::run::params::{Param, Params, ways};
use crate::run::syscalls::called;

use crate::run::session::Verb;

impl Finder<'_> {
    /// The names in a command.
    pub(crate) fn command(&mut self, command: &Command) {
        if command.call {
            return self.with_brackets(command);
        }
        let operands = &*command.operands;
        match &*command.verb.text {
            "machine" => return self.machine(command),
            "process" => return self.process(command),
            "file" | "executable" => return self.file(command),
            "exam" | "text" | "choice" | "essay" => return self.of_paper(command),
            "set" => self.noun(operands),
            "show" => self.shown(operands),
            "expect" => self.expected(command),
            "flush" => self.part(operands.get(1)),
            "figure" => self.figure(operands),
            "swap" => self.swap(operands),
            _ => self.operands(LANGUAGE.verb(&command.verb.text), operands),
        }
        if let Some(assigned) = &command.assigned {
            self.operands(LANGUAGE.verb(&command.verb.text), assigned);
        }
        if let Some(block) = &command.block {
            self.block_of(command, block);
        }
    }

    /// `f(1, 2)`, `munmap(p, n)`
    fn with_brackets(&mut self, command: &Command) {
        let (name, args) = (&command.verb, &*command.operands);
        let defined =
            self.scopes.resolve(&(Space::Call, Arc::clone(&name.text)), &mut self.table).id.is_some();
        if defined || called(&name.text, args.len()).is_none() {
            self.calls_with(name, args);
            self.exprs(args);
        } else {
            if self.scopes.body().is_some() {
                // A definition of that name may be there when it is called.
                self.calls(name);
            }
            self.call(name, args);
        }
    }

    /// A value, and clauses of a word and a value.
    fn operands(&mut self, verb: Option<&Verb>, operands: &[Expr]) {
        let Some((first, rest)) = operands.split_first() else { return };
        let Some(verb) = verb else { return operands.iter().for_each(|operand| self.visit_expr(operand)) };
        if verb.family == Family::Access {
            self.visit_expr(first);
            for value in rest.iter().skip(1).step_by(2) {
                self.unless_word(value, verb.params);
            }
            return;
        }
        let value = ways(verb.params).first().and_then(|way| way.first());
        if matches!(value, Some(Param::Value(slot)) if !slot.is_quoted()) {
            self.visit_expr(first);
            return rest.iter().for_each(|operand| self.unless_word(operand, verb.params));
        }
        for operand in operands {
            self.unless_word(operand, verb.params);
        }
    }

    /// An expression, unless it is a word of these parameters.
    pub(crate) fn unless_word(&mut self, expr: &Expr, params: &'static [Param]) {
        match &expr.kind {
            ExprKind::Name(name) if params.has_word(name) => {}
            _ => self.visit_expr(expr),
        }
    }

    /// A TLB or cache.
    fn part(&mut self, operand: Option<&Expr>) {
        if let Some(word) = operand.and_then(|operand| self.word(operand)) {
            self.uses(Space::Part, &word);
        }
    }

    /// Processes.
    fn processes(&mut self, operands: &[Expr]) {
        for operand in operands {
            if let Some(word) = self.word(operand) {
                self.uses(Space::Process, &word);
            }
        }
    }

    /// `page_table`, `tlb L2`, `P1.maps`, `pte 1 0x1000`
    pub(crate) fn noun(&mut self, operands: &[Expr]) {
        let Some((first, rest)) = operands.split_first() else { return };
        match &first.kind {
            ExprKind::Name(name) if matches!(&**name, "tlb" | "cache") => self.part(rest.first()),
            ExprKind::Name(_) => self.exprs(rest),
            _ => self.visit_expr(first),
        }
    }

    /// What `show` and `given` take.
    pub(crate) fn shown(&mut self, operands: &[Expr]) {
        let Some(first) = operands.first() else { return };
        let ExprKind::Name(name) = &first.kind else {
            return self.exprs(operands);
        };
        if let Some(noun) = SHOWN_NOUNS.iter().find(|noun| noun.name == &**name) {
            if matches!(noun.views, Views::Process(_) | Views::Tables(_)) {
                self.processes(&operands[1..]);
            }
        } else if TABLE_NOUNS.iter().any(|noun| noun.name == &**name) {
            self.noun(operands);
        } else {
            self.exprs(operands);
        }
    }

    /// `expect EXPR`, `expect [exactly] NOUN { … }`
    fn expected(&mut self, command: &Command) {
        if command.block.is_none() {
            return self.exprs(&command.operands);
        }
        self.noun(self::nouns(&command.operands));
    }

    /// `figure bits VA`, `figure layout P1 P2`
    fn figure(&mut self, operands: &[Expr]) {
        match operands.split_first() {
            Some((Expr { kind: ExprKind::Name(name), .. }, rest)) if &**name == "bits" => {
                self.exprs(rest);
            }
            Some((_, rest)) => self.processes(rest),
            None => {}
        }
    }

    /// `swap out [P1] VA`
    fn swap(&mut self, operands: &[Expr]) {
        if let [_, process, _, ..] = operands {
            self.processes(std::slice::from_ref(process));
        }
        if let [_, .., va] = operands {
            self.visit_expr(va);
        }
    }

    /// `process P1 { table }`
    fn process(&mut self, command: &Command) {
        if let Some(word) = command.operands.first().and_then(|operand| self.word(operand)) {
            self.gives(Space::Process, &word, NameKind::Process);
        }
        if let Some(table) = command.block.as_ref().and_then(|block| block.table.as_ref()) {
            self.table_of(table, columns("maps"), false);
        }
    }

    /// `file "name" = "text"`, `executable "name" { … }`
    fn file(&mut self, command: &Command) {
        command.assigned.iter().flat_map(|values| values.iter()).for_each(|value| self.visit_expr(value));
        let executable = &*command.verb.text == "executable";
        if let Some(block) = &command.block {
            self.block_of(command, block);
        }
        let Some(operand) = command.operands.first() else { return };
        let Some((text, span)) = self.quoted(operand) else { return self.path(operand, false) };
        let kind = if executable { NameKind::Executable } else { NameKind::File };
        self.gives_at(Space::File, &text, span, (kind, Form::Quoted));
    }

    /// The block of a command.
    fn block_of(&mut self, command: &Command, block: &Settings) {
        if let Some(table) = &block.table {
            let expected = &*command.verb.text == "expect";
            let noun = match nouns(&command.operands).first().map(|noun| &noun.kind) {
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

    /// `reference PAGES { … }`: bare words are pages.
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

/// The columns of a noun that lists things of the kernel.
fn columns(noun: &str) -> &'static [Column] {
    ThingNoun::named(noun).map_or(&[], |row| row.columns)
}

/// A noun's operands without `exactly`.
fn nouns(operands: &[Expr]) -> &[Expr] {
    match operands.split_first() {
        Some((Expr { kind: ExprKind::Name(name), .. }, rest)) if &**name == "exactly" => rest,
        _ => operands,
    }
}
