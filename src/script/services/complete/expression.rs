//! Completions in an expression: variables, beginnings of paths, functions, system calls, and constants.

use super::item::{ItemKind, Pick};
use super::offer::Offers;
use crate::lang::value::Value;
use crate::lang::value::functions::FUNCTIONS;
use crate::run::facts::Component;
use crate::run::paths::{DECLARED, KERNEL_PROPERTIES, LAST, MACHINE_PROPERTIES, PEEK_FUNCTIONS};
use crate::run::state::Binding;
use crate::run::syscalls::called;
use crate::services::names::NameKind;
use pagewalk_engine::kernel::process::ProcessState;
use pagewalk_engine::kernel::syscall::{constants, system_call, system_calls};

/// Maximum length of a string shown as a variable's value, in bytes.
const SHOWN: usize = 40;

impl Offers<'_> {
    /// Adds all completions of an expression.
    pub(crate) fn expression(&self, pick: &mut Pick) {
        self.values(pick);
        for row in constants() {
            pick.add(row.name, ItemKind::Constant, row.help);
        }
    }

    /// Adds all completions of an expression other than constants.
    fn values(&self, pick: &mut Pick) {
        self.variables(pick);
        self.path_heads(pick);
        for row in FUNCTIONS {
            pick.add(row.name, ItemKind::Function, row.help);
        }
        for row in PEEK_FUNCTIONS {
            pick.add(row.name, ItemKind::Function, row.help);
        }
        self.calls(pick);
    }

    pub(crate) fn variables(&self, pick: &mut Pick) {
        for name in self.named(NameKind::Variable).rev() {
            if pick.begins(name) && self.state.find(name).is_none() {
                pick.add(name, ItemKind::Variable, "");
            }
        }
        for (name, binding) in self.state.bindings() {
            match binding {
                Binding::Value(value) => pick.add_with(name, ItemKind::Variable, || short(value)),
                Binding::Unknowable => pick.add(name, ItemKind::Variable, ""),
                Binding::Def(_) | Binding::Program(_) => {}
            }
        }
    }

    pub(crate) fn programs(&self, pick: &mut Pick) {
        for (name, binding) in self.state.bindings() {
            if let Binding::Program(_) = binding {
                pick.add(name, ItemKind::Variable, "a program");
            }
        }
    }

    fn path_heads(&self, pick: &mut Pick) {
        let heads = MACHINE_PROPERTIES.iter().map(|row| row.of);
        let kernel = KERNEL_PROPERTIES
            .iter()
            .filter(|_| self.state.kernel().is_some())
            .map(|row| row.of);
        let declared = DECLARED
            .iter()
            .copied()
            .filter(|head| *head != "kernel" || self.state.kernel().is_some());
        for head in heads.chain(kernel).chain(declared) {
            pick.add(head, ItemKind::Noun, "");
        }
        pick.add(
            LAST,
            ItemKind::Noun,
            "facts of the latest statement that has facts",
        );
        self.parts(pick, |_| true);
        if let Some(spec) = self.state.spec() {
            for name in ["tlb", "cache"]
                .into_iter()
                .filter(|name| Component::named(spec, name).is_some())
            {
                pick.add(name, ItemKind::Part, "the only one");
            }
        }
        self.processes(pick, "");
    }

    /// Adds the machine's TLBs and caches.
    pub(crate) fn parts(&self, pick: &mut Pick, which: impl Fn(Component) -> bool) {
        let Some(spec) = self.state.spec() else {
            return;
        };
        for part in Component::all(spec).filter(|part| which(*part)) {
            pick.add(
                part.name(spec),
                ItemKind::Part,
                if matches!(part, Component::Tlb(_)) {
                    "a TLB"
                } else {
                    "a cache"
                },
            );
        }
    }

    /// Adds the processes, with the text to insert after their names.
    pub(crate) fn processes(&self, pick: &mut Pick, then: &str) {
        for (name, help) in self.known_processes() {
            pick.add(&format!("{name}{then}"), ItemKind::Process, help);
        }
    }

    /// Returns the names of processes with their states. The same name may occur several times.
    fn known_processes(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let named = self.named(NameKind::Process).map(|name| (name, ""));
        let kernel = self.state.kernel().into_iter();
        let known =
            kernel.flat_map(|kernel| kernel.processes().map(|one| (&*one.name, one.state.name())));
        known.chain(named)
    }

    /// Adds the system calls if their process is known: the named process or the only process.
    pub(crate) fn calls(&self, pick: &mut Pick) {
        let runs = |life: &str| life.is_empty() || life == ProcessState::Running.name();
        let mut running = self
            .known_processes()
            .filter(|(_, life)| runs(life))
            .map(|(name, _)| name);
        let first = running.next();
        let only = first.is_some() && running.all(|name| Some(name) == first);
        if only || self.walk.in_process() {
            system_calls().for_each(|row| pick.add(row.name, ItemKind::Call, row.help));
        }
    }

    /// Adds completions for an argument of a call: constants that the parameter accepts, and values.
    pub(crate) fn argument(&self, pick: &mut Pick, name: &str, at: usize) {
        let row = called(name, at + 1).or_else(|| system_call(name));
        let Some(row) = row.filter(|_| !self.is_definition(name)) else {
            return self.expression(pick);
        };
        let parameters = row.parameters();
        let Some(parameter) = parameters.get(at) else {
            return;
        };
        let used = &self.walk.statement().top().words;
        for constant in constants().filter(|constant| row.takes(parameter, constant)) {
            if !used.contains(&constant.name) {
                pick.add(constant.name, ItemKind::Constant, constant.help);
            }
        }
        self.values(pick);
    }

    /// Whether a definition has this name, and therefore takes precedence over a system call.
    fn is_definition(&self, name: &str) -> bool {
        self.named(NameKind::Definition).any(|known| known == name)
            || matches!(self.state.find(name), Some(Binding::Def(_)))
    }
}

/// Formats a value if it is short.
fn short(value: &Value) -> String {
    match value {
        Value::List(_) => value.kind().to_owned(),
        Value::Text(text) if text.len() > SHOWN => value.kind().to_owned(),
        value => value.quoted(),
    }
}
