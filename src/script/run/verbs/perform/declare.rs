//! Performs declarations of machines, kernels, files, executables, and processes.

use std::sync::Arc;

use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::program::ExecutableError;
use pagewalk_engine::kernel::spawn::AreaError;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::spec::Spec;

use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::recent::RecentAccesses;
use crate::run::record::{AreaRecord, Booted, Declaration, Declared, Did, ProcessRef};
use crate::run::session::Session;
use crate::run::settings::KernelPlan;
use crate::run::state::Slot;
use crate::run::stop::Stop;
use crate::run::syscalls::out_of_memory;
use crate::run::verbs::plans::{AreaPlan, ExecutablePlan, FilePlan, ProcessPlan};
use crate::run::verbs::system::default_machine;

impl Session<'_> {
    /// Declares an empty machine, which replaces the previous machine.
    pub(crate) fn declare_machine(&mut self, spec: Arc<Spec>) -> Did {
        let machine = self.fresh_machine(spec.clone());
        self.state.declare(machine);
        Did::Machine(spec)
    }

    fn fresh_machine(&self, spec: Arc<Spec>) -> Machine {
        let mut machine = Machine::new(spec);
        machine.seed(self.state.seed);
        machine
    }

    /// Starts a kernel on the machine.
    ///
    /// # Errors
    /// Returns `bad-kernel` or `no-machine`.
    pub(crate) fn declare_kernel(&mut self, plan: &KernelPlan, place: Span) -> Result<Did, Stop> {
        let booted = Some(self.boot(plan, place)?);
        Ok(Did::Declared(Declared {
            what: Declaration::Kernel,
            booted,
        }))
    }

    /// Starts a kernel on the declared machine, or else on the default machine. If the kernel cannot start,
    /// the machine is unchanged.
    ///
    /// # Errors
    /// Returns `bad-kernel` or `no-machine`.
    pub(crate) fn boot(&mut self, plan: &KernelPlan, place: Span) -> Result<Booted, Stop> {
        let machine = match &self.state.machine {
            Slot::Is(machine) => Machine::clone(machine),
            Slot::Unknowable => return Err(Stop::Unknowable),
            Slot::Empty | Slot::Kernel(_) => self.fresh_machine(Arc::new(default_machine())),
        };
        let declared = matches!(self.state.machine, Slot::Empty).then(|| machine.spec().clone());
        let mut kernel = Kernel::boot(machine, plan.config.clone())
            .map_err(|error| plan.refused(&error, place))?;
        kernel.record_details(self.options.details);
        let work = kernel.take_work();
        let (config, frames) = (Arc::new(kernel.config().clone()), kernel.frame_limit());
        self.state.machine = Slot::Kernel(Arc::new(kernel));
        self.state.accesses = RecentAccesses::default();
        self.kernel_work(work, place)?;
        Ok(Booted {
            machine: declared,
            config,
            frames,
        })
    }

    /// Starts a kernel with default settings, unless one is running.
    fn booted(&mut self, place: Span) -> Result<Option<Booted>, Stop> {
        let plan = match &self.state.machine {
            Slot::Kernel(_) => return Ok(None),
            Slot::Unknowable => return Err(Stop::Unknowable),
            Slot::Is(machine) => KernelPlan::default_for(machine.spec()),
            Slot::Empty => KernelPlan::default_for(&default_machine()),
        };
        self.boot(&plan, place).map(Some)
    }

    /// `file`
    ///
    /// # Errors
    /// Returns the errors from [`Session::declare_kernel`].
    pub(crate) fn declare_file(&mut self, plan: FilePlan) -> Result<Did, Stop> {
        let FilePlan {
            name,
            fill,
            size,
            place,
        } = plan;
        let booted = self.booted(place)?;
        self.kernel(place)?.add_file(name.clone(), fill, size);
        Ok(Did::Declared(Declared {
            what: Declaration::File { name, size },
            booted,
        }))
    }

    /// `executable`
    ///
    /// # Errors
    /// Returns the errors from [`Session::declare_kernel`], or `bad-area` for sections that cannot be loaded.
    pub(crate) fn declare_executable(&mut self, plan: ExecutablePlan) -> Result<Did, Stop> {
        let ExecutablePlan {
            name,
            executable,
            sections,
            place,
        } = plan;
        let booted = self.booted(place)?;
        let kernel = self.kernel(place)?;
        let file = kernel
            .add_executable(name.clone(), executable)
            .map_err(|error| refused_executable(error, &sections, place))?;
        let executable = kernel.files().executables.get(&file).cloned();
        let executable = executable.ok_or(Stop::Unknowable)?;
        Ok(Did::Declared(Declared {
            what: Declaration::Executable { name, executable },
            booted,
        }))
    }

    /// `process`
    ///
    /// # Errors
    /// Returns the errors from [`Session::declare_kernel`], `bad-area`, or `out-of-memory`.
    pub(crate) fn declare_process(&mut self, plan: ProcessPlan) -> Result<Did, Stop> {
        let ProcessPlan { name, areas } = plan;
        let booted = self.booted(name.span)?;
        let kernel = self.kernel(name.span)?;
        let pid = kernel
            .spawn(name.text.clone())
            .map_err(|error| out_of_memory(error, name.span))?;
        self.declare_areas(pid, areas)?;
        let kernel = self.kernel(name.span)?;
        let process = kernel.process(pid).ok_or(Stop::Unknowable)?;
        let areas = process
            .space
            .areas
            .iter()
            .map(|area| AreaRecord::describe(kernel, process, *area))
            .collect();
        let what = Declaration::Process {
            process: ProcessRef::from(process),
            areas,
        };
        Ok(Did::Declared(Declared { what, booted }))
    }

    /// Adds areas to a process.
    ///
    /// # Errors
    /// Returns `bad-area`.
    pub(crate) fn declare_areas(&mut self, pid: Pid, areas: Vec<AreaPlan>) -> Result<(), Stop> {
        let mut wrong = Vec::new();
        for AreaPlan { area, place } in areas {
            let kernel = self.kernel(place)?;
            let (start, end) = (area.start, area.end);
            match kernel.declare_area(pid, area) {
                Ok(()) => {}
                // The kernel would also reject all later areas.
                Err(AreaError::TooMany) => {
                    wrong.push(refused_area(&AreaError::TooMany, start, end, kernel, place));
                    break;
                }
                Err(error) => wrong.push(refused_area(&error, start, end, kernel, place)),
            }
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(wrong.into())
        }
    }
}

/// Reports an invalid area, at its row.
fn refused_area(
    error: &AreaError,
    start: u64,
    end: u64,
    kernel: &Kernel,
    place: Span,
) -> Diagnostic {
    let page = 1u64 << kernel.machine().spec().page_bits();
    let say = |message: String| Diagnostic::new(Code::BadArea, place, message);
    match error {
        AreaError::NotAligned => say(format!(
            "an area must begin and end at a page boundary, a multiple of 0x{page:X}"
        ))
        .label("the start, end, or offset is not page-aligned")
        .help(format!(
            "the pages of the area extend from 0x{:X} to 0x{:X}",
            start / page * page,
            end.div_ceil(page).saturating_mul(page)
        )),
        AreaError::Empty => say(format!("an area from 0x{start:X} to 0x{end:X} is empty"))
            .label("`end` must be greater than `start`")
            .help("`end` is the address after the last byte of the area"),
        AreaError::Beyond => say(error.to_string()).label("too high").help(format!(
            "a process's addresses end at 0x{:X}",
            kernel.user_end()
        )),
        AreaError::Overlaps(_) => say(error.to_string())
            .label("overlaps")
            .help("areas must not overlap"),
        AreaError::TooMany => say(error.to_string())
            .label("one too many")
            .help("Linux allows a process at most 65,530 areas (vm.max_map_count)"),
    }
}

/// Reports that an executable cannot be loaded, at the invalid section.
fn refused_executable(error: ExecutableError, sections: &[Span], place: Span) -> Diagnostic {
    let at = |section: usize| sections.get(section).copied().unwrap_or(place);
    let say = |place| Diagnostic::new(Code::BadArea, place, error.to_string());
    match error {
        ExecutableError::Empty => say(place)
            .label("nothing to load")
            .help("give the sections a `size`"),
        ExecutableError::Beyond(section) => say(at(section)).label("too high"),
        ExecutableError::Overlap(first, second) => say(at(second))
            .label("overlaps")
            .also(at(first), "with this one"),
    }
}
