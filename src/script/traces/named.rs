//! A machine specified by name: a preset, a machine file, or the last machine of a script.

use std::sync::Arc;

use crate::lang::ast::Block;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::run::files::Files;
use crate::run::record::Discard;
use crate::run::script::play_from;
use crate::run::session::Options;
use crate::run::settings::{build_machine, fields_of_yaml, fixed_in_yaml};
use crate::run::state::{Slot, State};
use pagewalk_engine::kernel::config::KernelConfig;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::policy::{POLICIES, Policy};
use pagewalk_engine::machine::presets::{PRESETS, Preset};
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counting_replay::AddressMapping;
use pagewalk_engine::trace::demand::DemandPaging;

/// A machine with a name.
#[derive(Debug, Clone)]
pub struct Named {
    /// The name in the command.
    pub name: String,
    pub spec: Arc<Spec>,
    /// The seed of the machine's random choices. The statement `seed` of a script sets it.
    pub seed: u64,
    /// The settings of the kernel that the script started.
    pub(crate) kernel: Option<KernelConfig>,
    /// The end of the script, whose programs can be traces.
    pub(super) script: Option<Arc<End>>,
}

/// The end of a script.
#[derive(Debug)]
pub(super) struct End {
    pub(super) state: State,
    pub(super) sources: Sources,
}

/// A way to use a trace's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapping {
    /// The addresses are physical.
    Identity,
    /// The addresses are virtual, and pages are mapped on first touch.
    Demand,
}

/// The names of the options for a trace's addresses, as messages write them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MappingNames {
    pub frames: &'static str,
    pub replacement: &'static str,
    /// [`Mapping::Demand`].
    pub demand: &'static str,
}

impl MappingNames {
    /// The options of commands.
    pub const OPTIONS: Self = Self {
        frames: "--frames",
        replacement: "--replacement",
        demand: "--map demand",
    };
    /// The keyword arguments of functions in Python.
    pub const KEYWORDS: Self = Self {
        frames: "frames",
        replacement: "replacement",
        demand: "map=\"demand\"",
    };
}

/// Returns the names of all presets.
pub fn presets() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|preset| preset.name)
}

/// Returns the names and descriptions of the page replacement policies.
pub fn replacements() -> impl Iterator<Item = (&'static str, &'static str)> {
    POLICIES
        .iter()
        .filter(|row| row.frames)
        .map(|row| (row.name, row.help))
}

impl Named {
    /// Returns the preset with this name.
    pub fn preset(name: &str) -> Option<Self> {
        let preset = Preset::named(name)?;
        Some(Self {
            name: name.to_owned(),
            spec: Arc::new(preset.spec()),
            seed: Options::default().seed,
            kernel: None,
            script: None,
        })
    }

    /// Returns the machine from the machine file with this number in the sources.
    ///
    /// # Errors
    /// Returns the errors in the file.
    pub fn of_file(name: &str, file: u32, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let place = Span {
            file,
            ..Span::default()
        };
        let in_yaml = |wrong: Vec<_>| -> Vec<_> {
            wrong
                .into_iter()
                .map(|one| fixed_in_yaml(text, one))
                .collect()
        };
        let spec = build_machine(None, &fields_of_yaml(file, text)?, place).map_err(in_yaml)?;
        Ok(Self {
            name: name.to_owned(),
            spec: Arc::new(spec),
            seed: Options::default().seed,
            kernel: None,
            script: None,
        })
    }

    /// Returns the machine at the end of a checked script, if any.
    ///
    /// # Errors
    /// Returns run-time errors in the script. Failed expectations are not errors.
    pub fn of_script(
        name: &str,
        script: &Block,
        sources: &Sources,
        files: &Files,
    ) -> Result<Option<Self>, Vec<Diagnostic>> {
        let options = Options::default();
        let state = State::new(options.seed);
        let (ended, state) = play_from(state, script, sources, files, options, &mut Discard, None);
        if !ended.diagnostics.is_empty() {
            return Err(ended.diagnostics);
        }
        let (machine, kernel) = match &state.machine {
            Slot::Is(machine) => (&**machine, None),
            Slot::Kernel(kernel) => (kernel.machine(), Some(kernel.config().clone())),
            Slot::Empty | Slot::Unknowable => return Ok(None),
        };
        let (spec, sources) = (machine.spec().clone(), sources.clone());
        Ok(Some(Self {
            name: name.to_owned(),
            spec,
            seed: state.seed,
            kernel,
            script: Some(Arc::new(End { state, sources })),
        }))
    }

    /// Creates the machine in its initial state.
    pub fn machine(&self) -> Machine {
        Machine::seeded(self.spec.clone(), self.seed)
    }

    /// Whether the machine translates addresses.
    pub fn translates(&self) -> bool {
        self.spec.mmu.is_some()
    }

    /// Returns the mapping of a trace's addresses. By default, a machine with an MMU maps pages on first touch.
    ///
    /// # Errors
    /// If the options contradict each other, returns the reason, without a period.
    pub fn address_mapping(
        &self,
        map: Option<Mapping>,
        frames: Option<u32>,
        replacement: Option<&str>,
        names: MappingNames,
    ) -> Result<AddressMapping, String> {
        let natural = if self.translates() {
            Mapping::Demand
        } else {
            Mapping::Identity
        };
        if map.unwrap_or(natural) == Mapping::Demand {
            return Ok(AddressMapping::Demand(self.demand(frames, replacement)));
        }
        let asked = [
            (frames.is_some(), names.frames),
            (replacement.is_some(), names.replacement),
        ];
        let Some((_, option)) = asked.iter().find(|(asked, _)| *asked) else {
            return Ok(AddressMapping::Identity);
        };
        let demand = names.demand;
        Err(match map {
            Some(_) => format!("`{option}` needs `{demand}`, because `identity` uses no frames"),
            None => format!(
                "`{option}` needs `{demand}`, but `{}` does not translate addresses",
                self.name
            ),
        })
    }

    /// Returns the frames and the replacement policy of demand paging for a trace. Arguments take precedence
    /// over the script's settings, which take precedence over the defaults.
    pub fn demand(&self, frames: Option<u32>, replacement: Option<&str>) -> DemandPaging {
        let kernel = self.kernel.as_ref();
        DemandPaging {
            frames: frames.or_else(|| kernel.and_then(|kernel| kernel.frames)),
            replacement: replacement
                .and_then(Policy::by_name)
                .or_else(|| kernel.map(|kernel| kernel.replacement)),
        }
    }
}
