//! The state that a statement can change. Copying the state changes only a few reference counts, regardless of
//! the state's size.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::lang::ast::{Block, Word};
use crate::lang::value::Value;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::random::SplitMix64;
use pagewalk_engine::machine::spec::Spec;

use super::programs::{HostedRun, Listing, Ran, Target};
use super::recent::RecentAccesses;
use super::record::{Did, View};

/// The state of a script between two statements.
#[derive(Debug, Clone)]
pub struct State {
    pub(crate) machine: Slot,
    /// Scopes, beginning with the outermost: the script, scenarios, and definitions.
    pub(crate) scopes: Vec<Scope>,
    /// The latest statement that has facts.
    pub last: Option<Arc<Did>>,
    /// The latest `reference`.
    pub(crate) reference: Option<Arc<Did>>,
    /// The latest replay or run of each program.
    pub(crate) ran: Arc<BTreeMap<Arc<str>, Ran>>,
    pub(crate) random: SplitMix64,
    /// The argument of the latest `seed`.
    pub(crate) seed: u64,
    /// The accesses since the last figure of each process, or since the start of the scenario or question.
    pub(crate) accesses: RecentAccesses,
    /// The columns that `set` has named, indexed by the noun and by the index of the TLB or cache.
    columns: Arc<BTreeMap<(&'static str, usize), Vec<String>>>,
    /// The latest figure of each subject.
    figures: Arc<BTreeMap<String, View>>,
    /// The texts of programs with mistakes (only during a check).
    wrong_programs: Vec<Arc<str>>,
}

/// The machine, if one was declared.
#[derive(Debug, Clone)]
pub(crate) enum Slot {
    /// The script declared no machine.
    Empty,
    /// The machine is unknown before the script runs (only during a check).
    Unknowable,
    Is(Arc<Machine>),
    /// A kernel and its machine.
    Kernel(Arc<Kernel>),
}

#[derive(Debug, Clone)]
pub(crate) enum Binding {
    Value(Value),
    /// A value that is unknown before the script runs (only during a check).
    Unknowable,
    Def(Arc<Definition>),
    Program(Arc<Listing>),
}

#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: Word,
    pub(crate) params: Arc<[Word]>,
    pub(crate) body: Block,
}

/// The names of a script, scenario, or definition.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// Whether the scope belongs to a definition, and is therefore invisible to the definitions that this
    /// definition calls.
    pub(crate) private: bool,
    /// Whether a name was bound to a program. Each unknown name may be one of a program, and most scopes have none.
    has_programs: bool,
    names: Arc<Names>,
}

/// Names with their bindings, in alphabetical order.
#[derive(Debug, Clone)]
enum Names {
    /// Up to [`FEW`] names. Each call creates a scope, and finding one of a few names in a list takes less time than in a tree.
    Few(Vec<(Arc<str>, Binding)>),
    Many(BTreeMap<Arc<str>, Binding>),
}

/// Maximum number of names in a list.
const FEW: usize = 8;

impl Default for Names {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Names {
    fn get(&self, name: &str) -> Option<&Binding> {
        match self {
            Self::Few(names) => {
                let found = names.iter().find(|(known, _)| **known == *name);
                found.map(|(_, binding)| binding)
            }
            Self::Many(names) => names.get(name),
        }
    }

    /// Returns the names with their bindings, in order.
    fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Binding)> {
        let (few, many) = match self {
            Self::Few(names) => (Some(names), None),
            Self::Many(names) => (None, Some(names)),
        };
        let few = few.into_iter().flatten().map(|(name, of)| (name, of));
        few.chain(many.into_iter().flatten())
    }

    fn bind(&mut self, name: &Arc<str>, binding: Binding) {
        match self {
            Self::Few(names) => {
                if let Some((_, old)) = names.iter_mut().find(|(known, _)| known == name) {
                    *old = binding;
                } else if names.len() < FEW {
                    let at = names.partition_point(|(known, _)| known < name);
                    names.insert(at, (name.clone(), binding));
                } else {
                    let all = std::mem::take(names).into_iter();
                    *self = Self::Many(all.chain([(name.clone(), binding)]).collect());
                }
            }
            Self::Many(names) => match names.get_mut(name) {
                Some(old) => *old = binding,
                None => drop(names.insert(name.clone(), binding)),
            },
        }
    }
}

impl Scope {
    pub(crate) fn new(private: bool) -> Self {
        Self {
            private,
            has_programs: false,
            names: Arc::default(),
        }
    }

    /// Returns what the names refer to.
    pub(crate) fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.names.iter().map(|(_, binding)| binding)
    }

    /// Whether the scope binds a name.
    pub(crate) fn binds(&self, name: &str) -> bool {
        self.names.get(name).is_some()
    }

    pub(crate) fn bind(&mut self, name: &Arc<str>, binding: Binding) {
        self.has_programs |= matches!(binding, Binding::Program(_));
        Arc::make_mut(&mut self.names).bind(name, binding);
    }
}

/// Returns the number of scopes that a definition shares with its caller.
pub(super) fn shared_scopes(scopes: &[Scope]) -> usize {
    let own = scopes.iter().position(|scope| scope.private);
    own.unwrap_or(scopes.len())
}

impl State {
    /// Returns a state without declarations.
    pub fn new(seed: u64) -> Self {
        Self {
            machine: Slot::Empty,
            scopes: vec![Scope::new(false)],
            last: None,
            reference: None,
            ran: Arc::default(),
            random: SplitMix64::new(seed),
            seed,
            accesses: RecentAccesses::default(),
            columns: Arc::default(),
            figures: Arc::default(),
            wrong_programs: Vec::new(),
        }
    }

    /// Replaces the machine with a machine that has no contents.
    pub(crate) fn declare(&mut self, machine: Machine) {
        self.machine = Slot::Is(Arc::new(machine));
        self.columns = Arc::default();
        self.accesses = RecentAccesses::default();
        self.discard_figures();
    }

    /// Records a figure for a later one of the same subject.
    pub(crate) fn note_figure(&mut self, figure: &View) {
        if let Some(subject) = figure.subject() {
            Arc::make_mut(&mut self.figures).insert(subject, figure.clone());
        }
    }

    /// Returns the latest figure of a subject.
    pub(crate) fn figure_of(&self, subject: &str) -> Option<&View> {
        self.figures.get(subject)
    }

    /// Discards all figures, such as those outside a question.
    pub(crate) fn discard_figures(&mut self) {
        self.figures = Arc::default();
    }

    /// Adds the columns of a `set` to the columns of its noun.
    pub(crate) fn note_columns(&mut self, noun: &'static str, level: usize, names: &[String]) {
        let known = Arc::make_mut(&mut self.columns)
            .entry((noun, level))
            .or_default();
        for name in names {
            if !known.contains(name) {
                known.push(name.clone());
            }
        }
    }

    /// Returns the columns that `set` has named for a noun.
    pub(crate) fn columns_set(&self, noun: &'static str, level: usize) -> &[String] {
        self.columns.get(&(noun, level)).map_or(&[], Vec::as_slice)
    }

    /// Returns the binding of a name from the innermost scope that binds the name.
    pub(crate) fn find(&self, name: &str) -> Option<&Binding> {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.names.get(name))
    }

    /// Whether a name refers to a variable.
    pub(crate) fn has_variable(&self, name: &str) -> bool {
        matches!(
            self.find(name),
            Some(Binding::Value(_) | Binding::Unknowable)
        )
    }

    /// Returns the names of the programs.
    pub(crate) fn programs(&self) -> impl Iterator<Item = &str> {
        self.listings().map(|listing| &*listing.name.text)
    }

    /// Returns the programs.
    pub(crate) fn listings(&self) -> impl Iterator<Item = &Arc<Listing>> {
        let scopes = self.scopes.iter().rev().filter(|scope| scope.has_programs);
        scopes.flat_map(Scope::bindings).filter_map(|of| match of {
            Binding::Program(listing) => Some(listing),
            _ => None,
        })
    }

    /// Returns the latest runs of programs in processes.
    pub(crate) fn hosted(&self) -> impl Iterator<Item = &HostedRun> {
        self.ran.values().filter_map(|ran| match ran {
            Ran::Process(run) => Some(run),
            Ran::Replay(_) => None,
        })
    }

    /// Returns the texts of the programs, also those with mistakes.
    pub(crate) fn program_texts(&self) -> impl Iterator<Item = &str> {
        let right = self.listings().map(|listing| &*listing.text);
        right.chain(self.wrong_programs.iter().map(|text| &**text))
    }

    /// Binds the name of a program with a mistake, and keeps its text, so that what names them later is not a mistake.
    pub(crate) fn add_wrong_program(&mut self, name: &Arc<str>, text: &str) {
        self.bind(name, Binding::Unknowable);
        self.wrong_programs.push(text.into());
    }

    pub(crate) fn define(&mut self, name: &Word, params: &Arc<[Word]>, body: &Block) {
        let definition = Definition {
            name: name.clone(),
            params: params.clone(),
            body: body.clone(),
        };
        self.bind(&name.text, Binding::Def(Arc::new(definition)));
    }

    /// Binds a name in the innermost scope.
    pub(crate) fn bind(&mut self, name: &Arc<str>, binding: Binding) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.bind(name, binding);
        }
    }

    /// Returns every visible name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.bindings().map(|(name, _)| name)
    }

    /// Returns the names of the visible definitions.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = &str> {
        let is_definition = |binding: &Binding| matches!(binding, Binding::Def(_));
        let bindings = self.bindings();
        bindings.filter_map(move |(name, binding)| is_definition(binding).then_some(name))
    }

    /// Returns the visible bindings, beginning with the innermost scope. A name may occur again in an outer
    /// scope.
    pub(crate) fn bindings(&self) -> impl Iterator<Item = (&str, &Binding)> {
        let names = self
            .scopes
            .iter()
            .rev()
            .flat_map(|scope| scope.names.iter());
        names.map(|(name, binding)| (&**name, binding))
    }

    /// Returns the visible variables with known values. A variable in an inner scope hides one of the same name in an
    /// outer scope.
    pub(crate) fn variables(&self) -> BTreeMap<&str, &Value> {
        let mut variables = BTreeMap::new();
        for (name, binding) in self.bindings() {
            if let Binding::Value(value) = binding {
                variables.entry(name).or_insert(value);
            }
        }
        variables
    }

    /// Returns the machine's specification, if it is known.
    pub fn spec(&self) -> Option<&Arc<Spec>> {
        self.hardware().map(Machine::spec)
    }

    pub fn hardware(&self) -> Option<&Machine> {
        match &self.machine {
            Slot::Is(machine) => Some(machine),
            Slot::Kernel(kernel) => Some(kernel.machine()),
            Slot::Empty | Slot::Unknowable => None,
        }
    }

    /// Returns the machine, or the kernel that owns it.
    pub(crate) fn target(&self) -> Option<Target> {
        match &self.machine {
            Slot::Is(machine) => Some(Target::Machine(machine.clone())),
            Slot::Kernel(kernel) => Some(Target::Kernel(kernel.clone())),
            Slot::Empty | Slot::Unknowable => None,
        }
    }

    /// Returns the kernel, if one was started.
    pub fn kernel(&self) -> Option<&Kernel> {
        match &self.machine {
            Slot::Kernel(kernel) => Some(kernel),
            Slot::Empty | Slot::Unknowable | Slot::Is(_) => None,
        }
    }

    /// Reseeds the random number generator.
    pub(crate) fn reseed(&mut self, seed: u64) {
        self.seed = seed;
        self.random = SplitMix64::new(seed);
        match &mut self.machine {
            Slot::Is(machine) => Arc::make_mut(machine).seed(seed),
            Slot::Kernel(kernel) => Arc::make_mut(kernel).machine_mut().seed(seed),
            Slot::Empty | Slot::Unknowable => {}
        }
    }
}
