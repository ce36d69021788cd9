//! A script during a run or a check, and its language. [`Cx`], [`Run`], [`Checker`], [`Verb`], and [`Language`] refer to each
//! other, so they are defined in one file.

use std::any::Any;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::bind::{Bound, Param, Params};
use super::checkpoint::{CheckedCalls, CheckpointAt};
use super::current_process::{CurrentProcess, UnknownProcesses};
use super::facts::Family;
use super::files::Files;
pub use super::limits::{LimitNames, Limits};
use super::name_table::NameTable;
use super::progress::{Blocks, Budget};
use super::record::{Attachment, CallRecord, Check, Did, Sink, Totals, Variables};
use super::settings::{BlockRow, list};
use super::state::{Slot, State};
use super::stop::Stop;
use super::unsure::Unsure;
use crate::lang::ast::{Span, Stmt};
use crate::lang::check::{guessed, nearest};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::source::Sources;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::time_limit::{Deadline, TimeLimit};

/// Options for running a script.
#[derive(Clone, Copy)]
pub struct Options {
    pub language: &'static Language,
    /// Maximum number of statements and empty loop iterations. An expensive statement counts as several statements.
    pub max_steps: u64,
    /// Maximum memory in bytes, as Pagewalk estimates it.
    pub max_memory: u64,
    /// Maximum elapsed time of each run. Unlike the other limits, it depends on the computer. Only
    /// a command can set it, and not a script, because a script must not behave differently on a
    /// slow computer.
    pub max_time: Option<TimeLimit>,
    /// The options or settings that raise the limits, as messages name them.
    pub raised_by: LimitNames,
    /// Default seed of a script.
    pub seed: u64,
    /// Whether the seed belongs to a version of a paper, and is therefore mixed with the script's
    /// own seed. With the script's own seed alone, all versions would be identical.
    pub version: bool,
    /// Whether records also contain each page-table write, each TLB invalidation, and each disk transfer of
    /// the kernel. Off by default, because no report shows them.
    pub details: bool,
    /// Whether the records of accesses in loops also contain the sets that the accesses looked up, for figures of these
    /// accesses. Off by default, because copying the sets can make a loop a fifth slower. A script that draws its last
    /// access turns it on.
    pub sets: bool,
}

impl Options {
    /// Returns the default options for scripts of a language.
    pub const fn new(language: &'static Language) -> Self {
        Self {
            language,
            max_steps: Limits::DEFAULT.max_steps,
            max_memory: Limits::DEFAULT.max_memory,
            max_time: None,
            raised_by: LimitNames::OPTIONS,
            seed: 0,
            version: false,
            details: false,
            sets: false,
        }
    }

    /// Returns the options for a run of these statements.
    pub(crate) fn for_script(self, script: &[Stmt]) -> Self {
        Self {
            sets: self.sets || self.language.extension.draws_sets(script),
            ..self
        }
    }

    /// Returns these options with other limits.
    #[must_use]
    pub const fn within(
        self,
        Limits {
            max_steps,
            max_memory,
            max_time,
        }: Limits,
    ) -> Self {
        Self {
            max_steps,
            max_memory,
            max_time,
            ..self
        }
    }
}

/// The rows that form a language: those of the core and those of an extension.
pub struct Language {
    /// Verbs, which begin statements.
    pub(crate) verbs: NameTable<Verb>,
    pub(crate) blocks: NameTable<BlockRow>,
    /// Extension that implements the statements outside the core.
    pub(crate) extension: &'static dyn Extension,
}

impl Language {
    /// Returns every verb, beginning with those of the core.
    pub fn verbs(&self) -> impl Iterator<Item = &'static Verb> + use<> {
        self.verbs.iter()
    }

    pub(crate) fn verb(&self, name: &str) -> Option<&'static Verb> {
        self.verbs.find(name)
    }

    /// Returns the blocks that have this setting: "it is a setting of `tlb { … }` or `cache { … }`".
    pub(crate) fn place_of_setting(&self, setting: &str) -> Option<String> {
        let blocks = self
            .blocks
            .iter()
            .filter(|block| block.setting(setting).is_some());
        let names: Vec<_> = blocks
            .map(|block| format!("{} {{ … }}", block.name))
            .collect();
        let all = list(names.iter().map(String::as_str));
        (!names.is_empty()).then(|| format!("it is a setting of {all}"))
    }

    /// Returns the verb `figure` if it draws something of this name.
    pub(crate) fn figure(&self, name: &str) -> Option<&'static Verb> {
        let draws = self.figures().any(|figure| figure == name);
        self.verb("figure").filter(|_| draws)
    }

    /// Returns the names of the figures, which begin the operands of the verb `figure`.
    pub(crate) fn figures(&self) -> impl Iterator<Item = &'static str> + use<> {
        let verb = self.verb("figure").into_iter();
        verb.flat_map(|verb| verb.params.first_words())
    }

    /// Returns every block of settings, beginning with those of the core.
    pub fn blocks(&self) -> impl Iterator<Item = &'static BlockRow> + use<> {
        self.blocks.iter()
    }

    /// Returns the block that this word opens.
    pub(crate) fn block(&self, name: &str) -> Option<&'static BlockRow> {
        self.blocks.find(name)
    }
}

/// A command of the language.
pub struct Verb {
    pub name: &'static str,
    /// The verb's parameters.
    pub params: &'static [Param],
    pub(crate) help: &'static str,
    /// An example statement.
    pub(crate) example: &'static str,
    /// The family of the command's facts.
    pub(crate) family: Family,
    /// Evaluates and checks a command.
    pub(crate) prepare: fn(&mut Cx, &Bound) -> Result<Action, Stop>,
}

impl Verb {
    pub(crate) fn usage(&self) -> String {
        format!("{} {}", self.name, self.params.text())
            .trim_end()
            .to_owned()
    }

    /// The help where the verb is a part of another statement.
    pub(crate) fn begins(&self) -> String {
        format!("`{}` begins a statement: `{}`", self.name, self.example)
    }
}

/// The result of a statement, and the checks that the statement itself performed.
pub(crate) type Done = Result<(Did, Vec<Check>), Stop>;

type Declare = Box<dyn FnOnce(&mut Cx) -> Result<(), Stop>>;

/// A command, evaluated and checked. The action has no effect until it is performed. A closure instead of a
/// variant of an enum, so that no other code refers to the verb.
pub(crate) struct Action {
    perform: Box<dyn FnOnce(&mut Cx) -> Done>,
    when_checking: WhenChecking,
    /// Whether `probe` and `where` can try the action, which requires that the action has facts and can be undone.
    pub(crate) is_operation: bool,
}

/// The part of an action that a check performs.
enum WhenChecking {
    Nothing,
    /// The whole action, so that later statements are checked against its declarations.
    Perform,
    Instead(Declare),
}

impl Action {
    fn new(perform: impl FnOnce(&mut Cx) -> Done + 'static) -> Self {
        Self {
            perform: Box::new(perform),
            when_checking: WhenChecking::Nothing,
            is_operation: false,
        }
    }

    /// Returns an action that is skipped during a check.
    pub(crate) fn does(act: impl FnOnce(&mut Cx) -> Result<Did, Stop> + 'static) -> Self {
        Self::new(|cx| Ok((act(cx)?, Vec::new())))
    }

    /// Returns an action that checks expectations itself.
    pub(crate) fn checks(
        check: impl FnOnce(&mut Cx) -> Result<Vec<Check>, Stop> + 'static,
    ) -> Self {
        Self::new(|cx| Ok((Did::Quiet, check(cx)?)))
    }

    /// Returns an action for a declaration. A check also performs the action.
    pub(crate) fn declares(declare: impl FnOnce(&mut Cx) -> Result<Did, Stop> + 'static) -> Self {
        Self {
            when_checking: WhenChecking::Perform,
            ..Self::does(declare)
        }
    }

    /// Returns an operation, which `probe` and `where` can try.
    pub(crate) fn operation(operate: impl FnOnce(&mut Cx) -> Result<Did, Stop> + 'static) -> Self {
        Self {
            is_operation: true,
            ..Self::does(operate)
        }
    }

    /// Sets the function that a check calls instead of performing the action.
    #[must_use]
    pub(crate) fn when_checking(
        self,
        instead: impl FnOnce(&mut Cx) -> Result<(), Stop> + 'static,
    ) -> Self {
        Self {
            when_checking: WhenChecking::Instead(Box::new(instead)),
            ..self
        }
    }

    /// Performs the action.
    ///
    /// # Errors
    /// Returns errors that occur only when the action is performed.
    pub(crate) fn perform(self, cx: &mut Cx) -> Done {
        (self.perform)(cx)
    }

    /// Performs the part of the action that a check needs.
    ///
    /// # Errors
    /// Returns errors that occur only when the part is performed.
    pub fn check(self, cx: &mut Cx) -> Result<(), Stop> {
        if let Some(unsure) = &mut cx.unsure {
            unsure.acted |= !matches!(self.when_checking, WhenChecking::Nothing);
        }
        match self.when_checking {
            WhenChecking::Nothing => Ok(()),
            WhenChecking::Perform => (self.perform)(cx).map(|_| ()),
            WhenChecking::Instead(instead) => instead(cx),
        }
    }
}

/// The behavior of an extension of the language, to which the core leaves `question`, `part`, `given`, and `ask`.
pub(crate) trait Extension: Sync {
    /// Runs one of the extension's statements.
    ///
    /// # Errors
    /// Returns an error in the script.
    fn run(&self, run: &mut Run, stmt: &Stmt) -> Result<(), Stop>;

    /// Checks one of the extension's statements without running it.
    ///
    /// # Errors
    /// Returns an error in the script.
    fn check(&self, checker: &mut Checker, stmt: &Stmt) -> Result<(), Stop>;

    /// Ends the block of one of the extension's statements, identified by the word that began the block.
    ///
    /// # Errors
    /// Returns an error in the script.
    fn end(&self, _: &mut Cx, _: &'static str) -> Result<(), Stop> {
        Ok(())
    }

    /// Leaves an isolated statement of the extension, even after an error in the statement.
    fn leave(&self, _: &mut Cx) {}

    /// Records, during a check, that some of the remaining statements might not run.
    fn note_uncertain(&self, _: &mut Cx) {}

    /// Whether one of these statements draws the sets that an earlier access looked up.
    fn draws_sets(&self, _: &[Stmt]) -> bool {
        false
    }

    /// Returns the errors in the script as a whole, after the check of all statements.
    fn finish_check(&self, _: &mut Cx) -> Vec<Diagnostic> {
        Vec::new()
    }
}

/// What stays the same during a run or a check.
#[derive(Clone, Copy)]
pub(crate) struct Env<'s> {
    /// The source texts that spans refer to.
    pub(crate) sources: &'s Sources,
    /// The machine files that the script names.
    pub(crate) files: &'s Files,
    pub(crate) options: Options,
    /// A flag that ends the run when it becomes true.
    pub(crate) interrupt: Option<&'s AtomicBool>,
    /// The end of the time of the run, if it is limited.
    pub(crate) deadline: Option<Deadline>,
}

/// The context in which a statement is prepared and performed.
pub(crate) struct Cx<'s> {
    pub(crate) env: Env<'s>,
    /// The machine, the names, and the rest of the state that a scenario restores.
    pub(crate) state: State,
    pub(crate) blocks: Blocks,
    /// The process that the current statement runs in.
    pub(crate) inside: CurrentProcess,
    pub(crate) budget: Budget,
    /// The state of the language's extension.
    pub(crate) extension: Arc<dyn Any + Send + Sync>,
    /// Errors found so far.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The codes and locations of the reported diagnostics.
    pub(crate) reported: BTreeSet<(&'static str, u32, u32, u32)>,
    /// Whether an operation is being tried on a copy of the state.
    pub(crate) probing: bool,
    /// What a check does not know, or `None` while the script runs.
    pub(crate) unsure: Option<Unsure>,
    /// The system calls in the current statement.
    pub(crate) calls: Vec<Arc<CallRecord>>,
    /// The part of the statement's record that belongs to the extension.
    pub(crate) attachment: Option<Arc<dyn Attachment>>,
}

/// A script being run.
pub(crate) struct Run<'s> {
    pub(crate) cx: Cx<'s>,
    /// Statements executed.
    pub(crate) steps: u64,
    /// Location of the latest statement.
    pub(crate) latest: Option<Span>,
    /// Totals of the run so far.
    pub(crate) totals: Totals,
    /// The current statement's variables that vary in a loop.
    pub(super) variables: Option<Variables>,
    pub(super) sink: &'s mut dyn Sink,
}

/// A script being checked without being run.
pub(crate) struct Checker<'s> {
    pub(crate) cx: Cx<'s>,
    /// The place where the check ends early.
    pub(super) until: Option<CheckpointAt>,
    pub(super) checked_calls: Arc<CheckedCalls>,
    /// The number of calls around the statement that is checked.
    pub(super) calls: usize,
}

impl<'s> Cx<'s> {
    /// Returns a context without declarations.
    pub(crate) fn new(sources: &'s Sources, files: &'s Files, options: Options) -> Self {
        Self {
            env: Env {
                sources,
                files,
                options,
                interrupt: None,
                deadline: options.max_time.map(TimeLimit::begin),
            },
            state: State::new(options.seed),
            blocks: Blocks::default(),
            inside: CurrentProcess::default(),
            budget: Budget::default(),
            extension: Arc::new(()),
            diagnostics: Vec::new(),
            reported: BTreeSet::new(),
            probing: false,
            unsure: None,
            calls: Vec::new(),
            attachment: None,
        }
    }

    /// Returns the language of the script.
    pub(crate) fn language(&self) -> &'static Language {
        self.env.options.language
    }

    /// Whether the record of an access contains the sets that the access looks up.
    pub(crate) fn copies_sets(&self) -> bool {
        self.env.options.sets || self.blocks.loops.is_empty() && !self.probing
    }

    /// Whether the script is only being checked.
    pub(crate) fn checking(&self) -> bool {
        self.unsure.is_some()
    }

    /// Ends the evaluation of a value that only a run knows.
    ///
    /// # Errors
    /// Returns [`Stop::Unknowable`] during a check.
    pub(crate) fn needs_run(&self) -> Result<(), Stop> {
        if self.checking() {
            return Err(Stop::Unknowable);
        }
        Ok(())
    }

    /// Returns the facts about processes that are unknown before the script runs.
    pub(crate) fn unknown_processes(&self) -> &UnknownProcesses {
        self.unsure
            .as_ref()
            .map_or(UnknownProcesses::NOTHING, |unsure| &unsure.processes)
    }

    /// Returns the source text at a location in the script.
    pub(crate) fn text(&self, span: Span) -> &'s str {
        self.env.sources.text(span)
    }

    /// Returns the machine.
    ///
    /// # Errors
    /// Returns `no-machine` at `place` if no machine was declared.
    pub(crate) fn machine(&mut self, place: Span) -> Result<&mut Machine, Stop> {
        match &mut self.state.machine {
            Slot::Is(machine) => Ok(Arc::make_mut(machine)),
            Slot::Kernel(kernel) => Ok(Arc::make_mut(kernel).machine_mut()),
            Slot::Unknowable => Err(Stop::Unknowable),
            Slot::Empty => {
                let wrong = Diagnostic::new(Code::NoMachine, place, "no machine is declared yet")
                    .label("this needs a machine");
                let first = self
                    .unsure
                    .as_ref()
                    .and_then(|unsure| unsure.machines.first);
                let above = first.filter(|at| at.file == place.file && at.start < place.start);
                if let Some(above) = above {
                    let help = "declare the machine above the scenarios that need it";
                    let wrong = wrong.also(above, "this machine is only in its scenario");
                    return Err(wrong.help(help).into());
                }
                // Each block of a document is a script of its own.
                let file = self.env.sources.file(place.file);
                let help = if file
                    .and_then(|file| Path::new(&*file.name).extension())
                    .is_some_and(|end| end == "md")
                {
                    "begin with `machine simple` or `machine { … }`; to go on after the block above, write `pagewalk continues` after the fence"
                } else {
                    "begin with `machine simple`, `machine core-i7`, or `machine { … }`"
                };
                Err(wrong.help(help).into())
            }
        }
    }

    /// Returns the machine's specification if it is known.
    pub(crate) fn spec(&self) -> Option<&Arc<Spec>> {
        self.state.spec()
    }

    /// Returns the kernel.
    ///
    /// # Errors
    /// Returns `no-kernel` at `place` if no kernel was started.
    pub(crate) fn kernel(&mut self, place: Span) -> Result<&mut Kernel, Stop> {
        match &mut self.state.machine {
            Slot::Kernel(kernel) => Ok(Arc::make_mut(kernel)),
            Slot::Unknowable => Err(Stop::Unknowable),
            Slot::Empty | Slot::Is(_) => Err(Diagnostic::new(Code::NoKernel, place, "no kernel runs yet")
                .label("this needs a kernel")
                .help(
                    "to start a kernel, declare a process, a file, or an executable, or write `kernel { … }`",
                )
                .into()),
        }
    }

    /// Returns the known name that is nearest to a misspelled name. The search visits all names, so use it
    /// only for reported errors.
    pub(crate) fn nearest<'n>(
        &self,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) -> Option<&'n str> {
        nearest(name, known.take(guessed(self.diagnostics.len())))
    }

    /// Records each mistake once.
    pub(crate) fn report(&mut self, diagnostics: Vec<Diagnostic>) {
        for diagnostic in diagnostics {
            let Span { file, start, end } = diagnostic.span;
            if self
                .reported
                .insert((diagnostic.code.name(), file, start, end))
            {
                self.diagnostics.push(diagnostic);
            }
        }
    }
}
