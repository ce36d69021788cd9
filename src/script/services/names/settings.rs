//! Names in blocks of settings, in tables, and in exam statements, and the parts of a machine.

use std::sync::Arc;

use pagewalk_engine::machine::presets::Preset;

use super::finder::Finder;
use super::kind::{Form, NameKind, Space};
use super::table::Found;
use crate::lang::ast::{Cell, CellKind, Command, Expr, ExprKind, Setting, Settings, Table, Word};
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::lang::visit::{Visit, walk_holds};
use crate::questions::LANGUAGE;
use crate::run::bind::{Piece, bind, bind_setting};
use crate::run::facts::{Component, Family};
use crate::run::settings::BlockRow;
use crate::run::table::{CellNames, Column};

/// The keyword that removes a part.
const NONE: &str = "none";

impl Finder<'_> {
    /// `machine PRESET { … }`
    pub(crate) fn machine(&mut self, command: &Command) {
        let base = command.operands.first();
        if let Some(base) = base
            && let ExprKind::Name(name) = &base.kind
            && Preset::named(name).is_none()
        {
            self.variable(base);
        }
        // The settings are evaluated with the previous machine.
        if let (Some(block), Some(row)) = (&command.block, LANGUAGE.block("machine")) {
            self.settings(block, row);
        }
        let parts = base.map_or_else(Vec::new, |base| self.parts_of(base));
        self.scopes.new_machine();
        for (name, origin) in &parts {
            let id = self.declare(Space::Part, name);
            self.table.comes_from(id, *origin);
        }
        let settings = command.block.iter().flat_map(|block| block.settings.iter());
        settings.for_each(|setting| self.level(setting, &parts));
    }

    /// Returns the TLBs and caches of a preset or a machine file, with their origins.
    fn parts_of(&self, base: &Expr) -> Vec<(Arc<str>, Span)> {
        match &base.kind {
            ExprKind::Name(name) => {
                let Some(preset) = Preset::named(name) else {
                    return Vec::new();
                };
                let spec = preset.spec();
                Component::all(&spec)
                    .map(|part| (Arc::from(part.name(&spec)), base.span))
                    .collect()
            }
            ExprKind::Value(Value::Text(_)) => {
                let fields = self.files.machine(base.span);
                let levels = fields
                    .iter()
                    .flat_map(|fields| fields.iter())
                    .filter(|field| is_level(&field.name));
                levels
                    .filter_map(|field| field.args.first())
                    .filter_map(|arg| Some((Arc::from(arg.word()?), arg.span)))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// `tlb L2 { … }`, `cache L3 none`
    fn level(&mut self, setting: &Setting, known: &[(Arc<str>, Span)]) {
        let Some(word) = setting.values.first().filter(|_| is_level(&setting.name)) else {
            return;
        };
        let Some(word) = self.word(word) else { return };
        if known.iter().any(|(name, _)| *name == word.text) {
            self.uses(Space::Part, &word);
        } else if setting.block.is_some() {
            self.gives(Space::Part, &word, NameKind::Part);
        } else if &*word.text != NONE {
            self.uses(Space::Part, &word);
        }
    }

    /// Visits the settings of a block.
    pub fn settings(&mut self, block: &Settings, row: &BlockRow) {
        for setting in block.settings.iter() {
            self.setting(setting, row);
        }
        if let Some(table) = &block.table {
            self.table_of(table, row.columns, false);
        }
    }

    fn setting(&mut self, setting: &Setting, row: &BlockRow) {
        let name = &*setting.name.text;
        if let (Some(block), Some(inner)) = (&setting.block, LANGUAGE.block(name)) {
            self.settings(block, inner);
        }
        match (row.setting(name), name) {
            (Some(_), "library") => setting.values.iter().for_each(|value| self.library(value)),
            (Some(_), "answers") => self.answers(&setting.values),
            // The levels of a machine are visited after its settings.
            (Some(_), _) if is_level(&setting.name) => {}
            (Some(known), _) => self.bound(&bind_setting(known.params, setting)),
            (None, _) => self.exprs(&setting.values),
        }
        setting
            .holds
            .iter()
            .for_each(|holds| walk_holds(self, holds));
    }

    /// `holding [a, b]`
    pub(crate) fn pages_set(&mut self, value: &Expr) {
        match &value.kind {
            ExprKind::List(parts) => self.pages(parts),
            _ => self.pages(std::slice::from_ref(value)),
        }
    }

    /// Visits `library "libc.so"`, which creates the library if it is undeclared.
    fn library(&mut self, value: &Expr) {
        if let Some((text, _)) = self.quoted(value) {
            self.libraries.insert(text);
        }
        self.path(value, true);
    }
}

/// Whether a setting declares a TLB or cache.
fn is_level(name: &Word) -> bool {
    matches!(&*name.text, "tlb" | "cache")
}

/// The value for an area that is not backed by a file.
const ANONYMOUS: &str = "anonymous";

impl Finder<'_> {
    /// Visits the names in a table with these columns, in `expect` or `set`.
    pub(crate) fn table_of(&mut self, table: &Table, columns: &[Column], expected: bool) {
        let names: Vec<CellNames> = table
            .header
            .iter()
            .map(|cell| {
                let column = cell_text(cell)
                    .and_then(|(name, _)| columns.iter().find(|column| column.name == name));
                column.map_or(CellNames::Nothing, |column| column.names)
            })
            .collect();
        for row in &table.rows {
            for (at, cell) in row.cells.iter().enumerate() {
                match (&cell.kind, names.get(at)) {
                    (CellKind::Expr(expr), _) => self.visit_expr(expr),
                    (_, Some(names)) => self.cell(cell, *names, expected),
                    _ => {}
                }
            }
        }
    }

    fn cell(&mut self, cell: &Cell, names: CellNames, expected: bool) {
        let Some((text, form)) = cell_text(cell) else {
            return;
        };
        let span = if form == Form::Quoted {
            self.between_quotes(cell.span)
        } else {
            Some(cell.span)
        };
        let Some(span) = span else { return };
        let space = match names {
            CellNames::Pages => return self.pages_of_processes(text, span),
            CellNames::Processes => Space::Process,
            CellNames::Files if text != ANONYMOUS => Space::File,
            CellNames::Areas if expected && self.libraries.contains(text) => Space::File,
            _ => return,
        };
        self.uses_at(space, &Arc::from(text), span, form);
    }

    /// `P1:3,child:1F`
    fn pages_of_processes(&mut self, text: &str, span: Span) {
        let mut start = span.start;
        for page in text.split(',') {
            if let Some((process, _)) = page.split_once(':') {
                let span = Span {
                    start,
                    end: start + process.len() as u32,
                    ..span
                };
                self.uses_at(Space::Process, &Arc::from(process), span, Form::InCell);
            }
            start += page.len() as u32 + 1;
        }
    }
}

/// Returns the text of a cell, if the cell contains text.
fn cell_text(cell: &Cell) -> Option<(&str, Form)> {
    match &cell.kind {
        CellKind::Bare(text) => Some((text, Form::Cell)),
        CellKind::Quoted(text) => Some((text, Form::Quoted)),
        _ => None,
    }
}

impl Finder<'_> {
    /// `answers FACT of OPERATION`
    fn answers(&mut self, values: &[Expr]) {
        let [fact, _, verb, operands @ ..] = values else {
            return;
        };
        let text = self.sources.text(fact.span).trim();
        let span = Span {
            end: fact.span.start + text.len() as u32,
            ..fact.span
        };
        self.fact_name(
            &Word {
                text: text.into(),
                span,
            },
            Family::Access,
        );
        match (&verb.kind, operands) {
            (ExprKind::Name(name), [_, ..]) => {
                let params = LANGUAGE.verb(name).map_or(&[][..], |verb| verb.params);
                self.bound(&bind(params, operands.iter().map(Piece::from).collect()));
            }
            _ => self.visit_expr(verb),
        }
    }

    /// Visits the titles of questions.
    pub(crate) fn titles(&mut self, value: &Expr) {
        match &value.kind {
            ExprKind::List(parts) => parts.iter().for_each(|part| self.title_used(part)),
            _ => self.title_used(value),
        }
    }

    fn title_used(&mut self, value: &Expr) {
        let Some((text, span)) = self.quoted(value) else {
            return self.visit_expr(value);
        };
        let id = self.title(&text);
        self.table.add(Found {
            span,
            id,
            space: Space::Question,
            gives: None,
            form: Form::Quoted,
        });
    }
}
