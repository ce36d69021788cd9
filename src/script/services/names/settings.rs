//! Names in blocks of settings, and the parts of a machine.

use std::sync::Arc;

use super::finder::Finder;
use super::kind::{NameKind, Space};
use crate::lang::ast::{Command, Expr, ExprKind, Setting, Settings, Word};
use crate::lang::span::Span;
use crate::lang::value::{Number, Value, unit_factor};
use crate::lang::visit::Visit;
use crate::questions::LANGUAGE;
use crate::run::facts::Component;
use crate::run::params::{Param, Params};
use crate::run::settings::BlockRow;
use pagewalk_engine::machine::presets::Preset;

/// Settings of `reference` whose words are pages, unless they are variables.
const OF_PAGES: &[&str] = &["holding", "writes"];

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
        let known = row.setting(name);
        if OF_PAGES.contains(&name) && row.name == "reference" {
            return self.pages_set(&setting.values);
        }
        if name == "library" && row.name == "executable" {
            return setting.values.iter().for_each(|value| self.library(value));
        }
        if known.is_some() && is_level(&setting.name) {
            return;
        }
        let params = known.map(|known| known.params);
        let is_value = |param: &&Param| matches!(param, Param::Value(slot) if !slot.is_name());
        if params.is_some_and(|params| !params.leaves().iter().any(is_value)) {
            return;
        }
        for (at, value) in setting.values.iter().enumerate() {
            match (&value.kind, params) {
                (ExprKind::Name(name), _) if at > 0 && self.is_bare_unit(name) => {}
                // `bits` in `virtual N bits` is a unit, even if a variable has this name.
                (ExprKind::Name(name), Some(_)) if unit_factor(name).is_some() => {
                    self.visit_expr(value);
                }
                (_, Some(params)) => self.unless_word(value, params),
                (_, None) => self.visit_expr(value),
            }
        }
    }

    /// Whether a name is a unit such as `bits` in `virtual n bits`, and not a variable.
    fn is_bare_unit(&mut self, name: &Arc<str>) -> bool {
        let variable = |finder: &mut Self| {
            let resolved = finder
                .scopes
                .resolve(&(Space::Value, Arc::clone(name)), &mut finder.table);
            resolved.id.is_some()
        };
        unit_factor(name) == Some(Number::from(1u64)) && !variable(self)
    }

    /// `holding [a, b]`
    fn pages_set(&mut self, values: &[Expr]) {
        for value in values {
            match &value.kind {
                ExprKind::List(parts) => self.pages(parts),
                _ => self.pages(std::slice::from_ref(value)),
            }
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
