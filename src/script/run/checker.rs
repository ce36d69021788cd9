//! State used to check a script without running it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::checkpoint::CheckpointAt;
use super::current_process::UnknownProcesses;
use super::facts::Component;
use crate::lang::ast::{Command, ExprKind, Span, Stmt, StmtKind};
use crate::lang::visit::statements;
use pagewalk_engine::machine::presets::Preset;
use pagewalk_engine::machine::spec::Spec;

/// Information that a check needs in addition to the state.
#[derive(Clone, Default)]
pub(crate) struct Checker {
    /// The place where the check ends early.
    pub(crate) until: Option<CheckpointAt>,
    /// Facts about processes that are unknown before the script runs.
    pub(crate) unsure: UnknownProcesses,
    /// Whether the check has performed an action, which may have changed the machine.
    pub(crate) acted: bool,
    /// Every variable that the script sets.
    pub(crate) variables: Arc<HashSet<Arc<str>>>,
    /// The machines that the script declares.
    pub(crate) machines: Arc<DeclaredMachines>,
    /// The machines with which the body of each called definition was checked, by the place of its name.
    pub(crate) checked_calls: Arc<BTreeMap<Span, Vec<Option<Arc<Spec>>>>>,
    /// The number of calls around the statement that is checked.
    pub(crate) calls: usize,
}

/// The `machine` statements of a script.
#[derive(Default)]
pub(crate) struct DeclaredMachines {
    pub(crate) count: usize,
    /// The names of TLBs and caches, or `None` if a machine file can declare others.
    levels: Option<BTreeSet<Arc<str>>>,
}

impl DeclaredMachines {
    /// Returns the machines of a script, including those of its files.
    pub(crate) fn of(script: &[Stmt]) -> Self {
        let mut machines = Self {
            count: 0,
            levels: Some(BTreeSet::new()),
        };
        for stmt in statements(script) {
            if let StmtKind::Command(command) = &stmt.kind
                && &*command.verb.text == "machine"
            {
                machines.count += 1;
                machines.note(command);
            }
        }
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
