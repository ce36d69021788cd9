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
use crate::run::budget::work_of_pages;
use crate::run::recent::RecentAccesses;
use crate::run::record::{AreaRecord, Booted, Declaration, Declared, Did, ProcessRef};
use crate::run::session::Cx;
use crate::run::settings::KernelPlan;
use crate::run::state::Slot;
use crate::run::stop::Stop;
use crate::run::syscalls::out_of_memory;
use crate::run::verbs::plans::{AreaPlan, ExecutablePlan, FilePlan, ProcessPlan};
use pagewalk_engine::machine::presets::PRESETS;

const DEFAULT_MACHINE: &str = "core-i7";

/// Returns the default machine of a kernel.
pub(crate) fn default_machine() -> Spec {
    let preset = PRESETS.iter().find(|preset| preset.name == DEFAULT_MACHINE);
    preset.unwrap_or(&PRESETS[0]).spec()
}

/// Declares an empty machine, which replaces the previous machine.
pub(crate) fn declare_machine(cx: &mut Cx, spec: Arc<Spec>) -> Did {
    let machine = fresh_machine(cx, spec.clone());
    cx.state.declare(machine);
    Did::Machine(spec)
}

fn fresh_machine(cx: &Cx, spec: Arc<Spec>) -> Machine {
    let mut machine = Machine::new(spec);
    machine.seed(cx.state.seed);
    machine
}

/// Starts a kernel on the machine.
///
/// # Errors
/// Returns `bad-kernel` or `no-machine`.
pub(crate) fn declare_kernel(cx: &mut Cx, plan: &KernelPlan, place: Span) -> Result<Did, Stop> {
    let booted = Some(boot(cx, plan, place)?);
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
pub(crate) fn boot(cx: &mut Cx, plan: &KernelPlan, place: Span) -> Result<Booted, Stop> {
    let machine = match &cx.state.machine {
        Slot::Is(machine) => Machine::clone(machine),
        Slot::Unknowable => return Err(Stop::Unknowable),
        Slot::Empty | Slot::Kernel(_) => fresh_machine(cx, Arc::new(default_machine())),
    };
    let declared = matches!(cx.state.machine, Slot::Empty).then(|| machine.spec().clone());
    let mut kernel =
        Kernel::boot(machine, plan.config.clone()).map_err(|error| plan.refused(&error, place))?;
    kernel.record_details(cx.env.options.details);
    let work = kernel.take_work();
    let (config, frames) = (Arc::new(kernel.config().clone()), kernel.frame_limit());
    cx.state.machine = Slot::Kernel(Arc::new(kernel));
    cx.state.accesses = RecentAccesses::default();
    cx.work(work_of_pages(work), place)?;
    Ok(Booted {
        machine: declared,
        config,
        frames,
    })
}

/// Starts a kernel with default settings, unless one is running.
fn booted(cx: &mut Cx, place: Span) -> Result<Option<Booted>, Stop> {
    let plan = match &cx.state.machine {
        Slot::Kernel(_) => return Ok(None),
        Slot::Unknowable => return Err(Stop::Unknowable),
        Slot::Is(machine) => KernelPlan::default_for(machine.spec()),
        Slot::Empty => KernelPlan::default_for(&default_machine()),
    };
    boot(cx, &plan, place).map(Some)
}

/// `file`
///
/// # Errors
/// Returns the errors from [`declare_kernel`].
pub(crate) fn declare_file(cx: &mut Cx, plan: FilePlan) -> Result<Did, Stop> {
    let FilePlan {
        name,
        fill,
        size,
        place,
    } = plan;
    let booted = booted(cx, place)?;
    cx.kernel(place)?.add_file(name.clone(), fill, size);
    Ok(Did::Declared(Declared {
        what: Declaration::File { name, size },
        booted,
    }))
}

/// `executable`
///
/// # Errors
/// Returns the errors from [`declare_kernel`], or `bad-area` for sections that cannot be loaded.
pub(crate) fn declare_executable(cx: &mut Cx, plan: ExecutablePlan) -> Result<Did, Stop> {
    let ExecutablePlan {
        name,
        executable,
        sections,
        place,
    } = plan;
    let booted = booted(cx, place)?;
    let kernel = cx.kernel(place)?;
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
/// Returns the errors from [`declare_kernel`], `bad-area`, or `out-of-memory`.
pub(crate) fn declare_process(cx: &mut Cx, plan: ProcessPlan) -> Result<Did, Stop> {
    let ProcessPlan { name, areas } = plan;
    let booted = booted(cx, name.span)?;
    let kernel = cx.kernel(name.span)?;
    let pid = kernel
        .spawn(name.text.clone())
        .map_err(|error| out_of_memory(error, name.span))?;
    declare_areas(cx, pid, areas)?;
    let kernel = cx.kernel(name.span)?;
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
pub(crate) fn declare_areas(cx: &mut Cx, pid: Pid, areas: Vec<AreaPlan>) -> Result<(), Stop> {
    let mut wrong = Vec::new();
    for AreaPlan { area, place } in areas {
        let kernel = cx.kernel(place)?;
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
