//! Names in blocks of settings, in tables, and in exam statements, and the parts of a machine.

use std::sync::Arc;

use pagewalk_engine::machine::presets::Preset;

use super::expr::{exprs, path, variable};
use super::finder::Finder;
use super::kind::{Form, NameKind, Space};
use super::operands::{answers, bound};
use crate::lang::ast::{Cell, CellKind, Command, Expr, ExprKind, Setting, Settings, Table, Word};
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::lang::visit::{Visit, walk_holds};
use crate::questions::LANGUAGE;
use crate::run::bind::bind_setting;
use crate::run::facts::Component;
use crate::run::settings::BlockRow;
use crate::run::table::{CellNames, Column};

/// The keyword that removes a part.
const NONE: &str = "none";

/// `machine PRESET { … }`
pub(crate) fn machine(finder: &mut Finder, command: &Command) {
    let base = command.operands.first();
    if let Some(base) = base
        && let ExprKind::Name(name) = &base.kind
        && Preset::named(name).is_none()
    {
        variable(finder, base);
    }
    // The settings are evaluated with the previous machine.
    if let (Some(block), Some(row)) = (&command.block, LANGUAGE.block("machine")) {
        settings(finder, block, row);
    }
    let parts = base.map_or_else(Vec::new, |base| parts_of(finder, base));
    finder.scopes.new_machine();
    for (name, origin) in &parts {
        let id = finder.declare(Space::Part, name);
        finder.table.comes_from(id, *origin);
    }
    let settings = command.block.iter().flat_map(|block| block.settings.iter());
    settings.for_each(|setting| level(finder, setting, &parts));
}

/// Returns the TLBs and caches of a preset or a machine file, with their origins.
fn parts_of(finder: &Finder, base: &Expr) -> Vec<(Arc<str>, Span)> {
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
            let fields = finder.files.machine(base.span);
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
fn level(finder: &mut Finder, setting: &Setting, known: &[(Arc<str>, Span)]) {
    let Some(word) = setting.values.first().filter(|_| is_level(&setting.name)) else {
        return;
    };
    let Some(word) = finder.word(word) else {
        return;
    };
    if known.iter().any(|(name, _)| *name == word.text) {
        finder.uses(Space::Part, &word);
    } else if setting.block.is_some() {
        finder.gives(Space::Part, &word, NameKind::Part);
    } else if &*word.text != NONE {
        finder.uses(Space::Part, &word);
    }
}

/// Visits the settings of a block.
pub fn settings(finder: &mut Finder, block: &Settings, row: &BlockRow) {
    for setting in block.settings.iter() {
        named_setting(finder, setting, row);
    }
    if let Some(table) = &block.table {
        table_of(finder, table, row.columns, false);
    }
}

fn named_setting(finder: &mut Finder, setting: &Setting, row: &BlockRow) {
    let name = &*setting.name.text;
    if let (Some(block), Some(inner)) = (&setting.block, LANGUAGE.block(name)) {
        settings(finder, block, inner);
    }
    match (row.setting(name), name) {
        (Some(_), "library") => setting
            .values
            .iter()
            .for_each(|value| library(finder, value)),
        (Some(_), "answers") => answers(finder, &setting.values),
        // The levels of a machine are visited after its settings.
        (Some(_), _) if is_level(&setting.name) => {}
        (Some(known), _) => bound(finder, &bind_setting(known.params, setting)),
        (None, _) => exprs(finder, &setting.values),
    }
    setting
        .holds
        .iter()
        .for_each(|holds| walk_holds(finder, holds));
}

/// Visits `library "libc.so"`, which creates the library if it is undeclared.
fn library(finder: &mut Finder, value: &Expr) {
    if let Some((text, _)) = finder.quoted(value) {
        finder.libraries.insert(text);
    }
    path(finder, value, true);
}

/// Whether a setting declares a TLB or cache.
fn is_level(name: &Word) -> bool {
    matches!(&*name.text, "tlb" | "cache")
}

/// The value for an area that is not backed by a file.
const ANONYMOUS: &str = "anonymous";

/// Visits the names in a table with these columns, in `expect` or `set`.
pub(crate) fn table_of(finder: &mut Finder, table: &Table, columns: &[Column], expected: bool) {
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
                (CellKind::Expr(expr), _) => finder.visit_expr(expr),
                (_, Some(names)) => names_of_cell(finder, cell, *names, expected),
                _ => {}
            }
        }
    }
}

fn names_of_cell(finder: &mut Finder, cell: &Cell, names: CellNames, expected: bool) {
    let Some((text, form)) = cell_text(cell) else {
        return;
    };
    let span = if form == Form::Quoted {
        finder.between_quotes(cell.span)
    } else {
        Some(cell.span)
    };
    let Some(span) = span else { return };
    let space = match names {
        CellNames::Pages => return pages_of_processes(finder, text, span),
        CellNames::Processes => Space::Process,
        CellNames::Files if text != ANONYMOUS => Space::File,
        CellNames::Areas if expected && finder.libraries.contains(text) => Space::File,
        _ => return,
    };
    finder.uses_at(space, &Arc::from(text), span, form);
}

/// `P1:3,child:1F`
fn pages_of_processes(finder: &mut Finder, text: &str, span: Span) {
    let mut start = span.start;
    for page in text.split(',') {
        if let Some((process, _)) = page.split_once(':') {
            let span = Span {
                start,
                end: start + process.len() as u32,
                ..span
            };
            finder.uses_at(Space::Process, &Arc::from(process), span, Form::InCell);
        }
        start += page.len() as u32 + 1;
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
