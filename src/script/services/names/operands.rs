//! Names in commands. The verb determines the role of each operand.

use std::sync::Arc;

use super::finder::Finder;
use super::kind::{Form, NameKind, Space};
use crate::lang::ast::{Command, Expr, ExprKind, Pages, Settings};
use crate::lang::visit::Visit;
use crate::questions::LANGUAGE;
use crate::run::nouns::{SHOWN_NOUNS, TABLE_NOUNS, ThingNoun, Views};
use crate::run::params::{Atom, Param, Params, Slot, next};
use crate::run::syscalls::called;
use crate::run::table::Column;

impl Finder<'_> {
    /// Visits the names in a command.
    pub(crate) fn command(&mut self, command: &Command) {
        if command.call {
            return self.with_brackets(command);
        }
        let operands = &*command.operands;
        let assigned = command.assigned.as_deref();
        match &*command.verb.text {
            "machine" => return self.machine(command),
            "file" | "executable" => return self.file(command),
            "set" => {
                self.noun(operands);
                self.exprs(assigned.unwrap_or_default());
            }
            // Each accepts what the other one shows.
            verb @ ("show" | "figure") => {
                let name = operands.first().and_then(|first| self.word(first));
                match name.and_then(|name| LANGUAGE.figure(&name.text)) {
                    Some(figure) if verb == "figure" || operands.len() > 1 => {
                        self.operands(figure.params, operands, assigned);
                    }
                    _ => self.shown(operands),
                }
            }
            "expect" => self.expected(command),
            verb => self.operands(
                LANGUAGE.verb(verb).map_or(&[], |verb| verb.params),
                operands,
                assigned,
            ),
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

    /// Visits the operands before and after `=`, guided by these parameters.
    pub(crate) fn operands(
        &mut self,
        params: &'static [Param],
        operands: &[Expr],
        assigned: Option<&[Expr]>,
    ) {
        let mut atoms: Vec<Atom> = Vec::new();
        for (at, operand) in operands.iter().enumerate() {
            let is_last = at + 1 == operands.len();
            self.operand(&next(params, &atoms), operand, is_last);
            push(&mut atoms, Atom::of(operand));
        }
        push(&mut atoms, Atom::Equals);
        for operand in assigned.unwrap_or_default() {
            self.operand(&next(params, &atoms), operand, false);
            push(&mut atoms, Atom::of(operand));
        }
    }

    /// Visits an operand that one of these parameters accepts. The last operand cannot be a process
    /// before an address, and not a new one before a file.
    fn operand(&mut self, params: &[&Param], operand: &Expr, is_last: bool) {
        let has = |slot| params.contains(&&Param::Value(slot));
        let is_word = |word: &str| params.iter().any(|param| param.words().contains(&word));
        let is_value = |param: &&Param| matches!(param, Param::Value(slot) if !slot.is_name());
        match self.word(operand) {
            _ if has(Slot::Titles) || has(Slot::Titled) => self.titles(operand),
            // Where a process may also follow, the name of a process is a process.
            Some(word)
                if is_word(&word.text)
                    && !(has(Slot::Process)
                        && self.resolve(Space::Process, &word.text).id.is_some()) => {}
            Some(word) if has(Slot::NewProcess) => {
                self.gives(Space::Process, &word, NameKind::Process);
            }
            Some(word)
                if has(Slot::Process)
                    && (!(is_last && (has(Slot::Va) || has(Slot::FileName)))
                        || !has(Slot::Va)
                            && !is_word(&word.text)
                            && self.resolve(Space::Process, &word.text).id.is_some()) =>
            {
                self.uses(Space::Process, &word);
            }
            Some(word) if has(Slot::Tlb) || has(Slot::Cache) => {
                self.uses(Space::Part, &word);
            }
            _ if has(Slot::FileName) => self.path(operand, false),
            Some(_) if !params.is_empty() && !params.iter().any(is_value) => {}
            _ => self.visit_expr(operand),
        }
    }

    /// Visits an expression, unless it is a keyword of these parameters.
    pub(crate) fn unless_word(&mut self, expr: &Expr, params: &'static [Param]) {
        match &expr.kind {
            ExprKind::Name(name) if params.has_word(name) => {}
            _ => self.visit_expr(expr),
        }
    }

    /// Visits the name of a TLB or cache.
    fn part(&mut self, operand: Option<&Expr>) {
        if let Some(word) = operand.and_then(|operand| self.word(operand)) {
            self.uses(Space::Part, &word);
        }
    }

    /// Visits processes.
    fn processes(&mut self, operands: &[Expr]) {
        for operand in operands {
            if let Some(word) = self.word(operand) {
                self.uses(Space::Process, &word);
            }
        }
    }

    /// `page_table`, `tlb L2`, `P1.maps`, `pte 1 0x1000`
    pub(crate) fn noun(&mut self, operands: &[Expr]) {
        let Some((first, rest)) = operands.split_first() else {
            return;
        };
        match &first.kind {
            ExprKind::Name(name) if matches!(&**name, "tlb" | "cache") => self.part(rest.first()),
            ExprKind::Name(_) => self.exprs(rest),
            _ => self.visit_expr(first),
        }
    }

    /// Visits the operands of `show` and `given`.
    pub(crate) fn shown(&mut self, operands: &[Expr]) {
        let Some(first) = operands.first() else {
            return;
        };
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
            Some(row) if matches!(row.name, "exam" | "choice" | "table" | "essay") => {
                self.of_paper(block, row);
            }
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

/// Maximum number of operands that are matched with the parameters. Additional operands are treated like the
/// last of these operands.
const PIECES: usize = 16;

fn push<'e>(atoms: &mut Vec<Atom<'e>>, atom: Atom<'e>) {
    if atoms.len() < PIECES {
        atoms.push(atom);
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
