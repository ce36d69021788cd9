//! The facts about a script that a check knows, and those that depend on a run.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::current_process::UnknownProcesses;
use super::facts::Component;
use crate::lang::ast::{Command, ExprKind, Stmt, StmtKind};
use crate::lang::span::Span;
use crate::lang::visit::statements;
use pagewalk_engine::machine::presets::Preset;

/// The knowledge of a check in addition to the state.
#[derive(Clone, Default)]
pub(crate) struct Unsure {
    /// Facts about processes that are unknown before the script runs.
    pub(crate) processes: UnknownProcesses,
    /// Every variable that the script sets.
    pub(crate) variables: Arc<HashSet<Arc<str>>>,
    /// The machines that the script declares.
    pub(crate) machines: Arc<DeclaredMachines>,
    /// Whether the check has performed an action, which may have changed the machine.
    pub(crate) acted: bool,
}

/// The `machine` statements of a script.
#[derive(Default)]
pub(crate) struct DeclaredMachines {
    pub(crate) count: usize,
    /// The first one in a scenario.
    pub(crate) first: Option<Span>,
    /// The names of TLBs and caches, or `None` if a machine file can declare others.
    levels: Option<BTreeSet<Arc<str>>>,
}

impl DeclaredMachines {
    /// Returns the machines of a script, including those of its files.
    pub(crate) fn of(script: &[Stmt]) -> Self {
        let mut machines = Self {
            count: 0,
            first: None,
            levels: Some(BTreeSet::new()),
        };
        for stmt in statements(script) {
            if let StmtKind::Command(command) = &*stmt.kind
                && &*command.verb.text == "machine"
            {
                machines.count += 1;
                machines.note(command);
            }
        }
        let scenarios = script.iter().filter_map(|stmt| match &*stmt.kind {
            StmtKind::Scenario { body, .. } => Some(body),
            _ => None,
        });
        let mut inside = scenarios.flat_map(|body| statements(body));
        machines.first = inside.find_map(|stmt| match &*stmt.kind {
            StmtKind::Command(command) if &*command.verb.text == "machine" => {
                Some(command.verb.span)
            }
            _ => None,
        });
        machines
    }

    fn note(&mut self, command: &Command) {
        for operand in &*command.operands {
            match &operand.kind {
                ExprKind::Name(preset) => {
                    if let (Some(preset), Some(levels)) = (Preset::named(preset), &mut self.levels)
                    {
                        let spec = preset.spec();
                        levels.extend(Component::all(&spec).map(|level| level.name(&spec).into()));
                    }
                }
                _ => self.levels = None,
            }
        }
        let settings = command.block.iter().flat_map(|block| block.settings.iter());
        for setting in settings.filter(|setting| matches!(&*setting.name.text, "tlb" | "cache")) {
            if let (Some(ExprKind::Name(name)), Some(levels)) = (
                setting.values.first().map(|value| &value.kind),
                &mut self.levels,
            ) {
                levels.insert(name.clone());
            }
        }
    }

    /// Whether one of the machines can have a TLB or cache with this name.
    pub(crate) fn may_have(&self, level: &str) -> bool {
        self.levels
            .as_ref()
            .is_none_or(|levels| levels.contains(level))
    }
}
