//! Performs a `run`: a program in a process of the kernel.

use std::sync::Arc;

use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::program::{Host, Limits, LoadError, Until, layout_for};

use super::declare::declare_process;
use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;
use crate::run::budget::work_of_pages;
use crate::run::programs::{HostedRun, ProgramCall, Ran, executable, failed, listing_at};
use crate::run::record::{Declared, Did, ProcessRun, ProgramRun, Results};
use crate::run::session::Cx;
use crate::run::stop::Stop;
use crate::run::syscalls::out_of_memory;
use crate::run::verbs::plans::ProcessPlan;

/// Number of operations that cost as much as a unit of work.
const OPERATIONS_OF_WORK: u64 = 4;

/// A run to perform.
pub(crate) struct RunPlan {
    pub(crate) call: ProgramCall,
    pub(crate) until: Until,
    /// The process, or `None` if the run declares one.
    pub(crate) pid: Option<Pid>,
    pub(crate) place: Span,
}

/// Returns the process of a run. If no process exists, declares one with the name of the program.
///
/// # Errors
/// Returns the errors of a declaration.
pub(crate) fn process_of(cx: &mut Cx, plan: &RunPlan) -> Result<(Pid, Option<Declared>), Stop> {
    if let Some(pid) = plan.pid {
        return Ok((pid, None));
    }
    let mut name = Word {
        span: plan.call.place,
        ..plan.call.listing.name.clone()
    };
    // The program may have run before.
    let is_free = |name: &str| {
        cx.state
            .kernel()
            .is_none_or(|kernel| kernel.named(name).is_none())
    };
    let mut names = (2..).map(|number| format!("{}{number}", plan.call.listing.name.text));
    while !is_free(&name.text) {
        name.text = names.next().unwrap_or_default().into();
    }
    let areas = Vec::new();
    let Did::Declared(declared) = declare_process(
        cx,
        ProcessPlan {
            name: name.clone(),
            areas,
        },
    )?
    else {
        return Err(Stop::Unknowable);
    };
    let process = cx
        .kernel(plan.place)?
        .named(&name.text)
        .map(|process| process.pid);
    process
        .map(|pid| (pid, Some(declared)))
        .ok_or(Stop::Unknowable)
}

/// Runs a program to its end or to a line. A program that has paused in this process goes on.
///
/// # Errors
/// Returns `c-run` for undefined behavior and limits, or the errors of the program's start.
pub(crate) fn run(cx: &mut Cx, plan: &RunPlan) -> Result<Did, Stop> {
    // A probe restores a kernel, but this run may start one.
    let before = cx.probing.then(|| cx.state.machine.clone());
    let done = run_here(cx, plan);
    if let Some(before) = before {
        cx.state.machine = before;
    }
    done
}

fn run_here(cx: &mut Cx, plan: &RunPlan) -> Result<Did, Stop> {
    let before = cx.state.target();
    let (pid, declared) = process_of(cx, plan)?;
    let name = plan.call.listing.name.text.clone();
    let paused = paused_run(cx, &name).filter(|run| run.host.process(pid).is_some());
    let paused = paused.filter(|_| declared.is_none()).cloned();
    let continues = paused.is_some();
    let hosted = match paused {
        Some(run) => run,
        None => HostedRun {
            before,
            ..start(cx, plan, pid)?
        },
    };
    // The statement may name a child.
    let pid = hosted.pid;
    let mut host = Host::clone(&hosted.host);
    let operations = host.limits().budget.operations;
    let program = host.process(pid).map(|process| process.program.clone());
    let called = match host.process(pid) {
        Some(first) => plan.call.called_at(first, cx.kernel(plan.place)?),
        None => plan.call.called(),
    };
    let kernel = cx.kernel(plan.place)?;
    let stopped = host.run(kernel, plan.until, &mut ());
    let work = kernel.take_work();
    let performed = operations.saturating_sub(host.limits().budget.operations);
    let work = work_of_pages(work) + performed / OPERATIONS_OF_WORK;
    cx.work(work, plan.place)?;
    if let (Err(error), Some(program)) = (&stopped, &program) {
        return Err(failed(cx, &plan.call, error, program, &host.programs).into());
    }
    let hosted = HostedRun {
        call: plan.call.clone(),
        host: Arc::new(host),
        pid,
        before: hosted.before,
    };
    let (host, (line, ending)) = (&hosted.host, hosted.progress());
    let paused = hosted.paused();
    let listing = paused.map_or(&*plan.call.listing, |process| {
        listing_at(cx, &plan.call, process.place(), &host.programs)
    });
    let child = paused.filter(|process| process.pid != pid);
    let child = child.and_then(|child| cx.state.kernel()?.process(child.pid));
    let run = ProcessRun {
        counts: Arc::new(host.counts()),
        ending,
        line,
        code: listing.line(line).into(),
        child: child.map(|child| child.name.clone()),
        until: plan.until,
        continues,
        probe: cx.probing,
        output: host.output().into(),
        declared,
        missing: host.missing().clone(),
        mapped: host.mapped().clone(),
        processes: host.processes().count(),
    };
    if !cx.probing {
        Arc::make_mut(&mut cx.state.ran).insert(name, Ran::Process(hosted));
    }
    Ok(Did::Program(Box::new(ProgramRun {
        called,
        results: Results::Process(Box::new(run)),
    })))
}

/// Returns the latest run of a program if it has paused.
pub(crate) fn paused_run<'a>(cx: &'a Cx, program: &str) -> Option<&'a HostedRun> {
    let kernel = cx.state.kernel()?;
    let goes_on = |run: &&HostedRun| {
        let paused = run.paused().and_then(|paused| kernel.process(paused.pid));
        paused.is_some() && *run.call.listing.name.text == *program
    };
    cx.state.hosted().find(goes_on)
}

/// Maps a program into a process.
fn start(cx: &mut Cx, plan: &RunPlan, pid: Pid) -> Result<HostedRun, Stop> {
    let layout = layout_for(cx.kernel(plan.place)?, Some(pid));
    let (program, _) = plan.call.start(layout)?;
    let mut host = Host::new(Limits::default());
    host.programs = executable(cx, layout);
    let kernel = cx.kernel(plan.place)?;
    let name = &*plan.call.listing.name.text;
    let done = match plan.call.entry(&program)? {
        Some((function, arguments)) => host.start(kernel, pid, name, program, function, &arguments),
        None => host.start_main(kernel, pid, program, &plan.call.command()),
    };
    match done {
        Ok(()) => Ok(HostedRun {
            call: plan.call.clone(),
            host: Arc::new(host),
            pid,
            before: None,
        }),
        Err(LoadError::Memory(error)) => Err(out_of_memory(error, plan.place).into()),
        Err(error) => Err(Diagnostic::new(Code::CRun, plan.place, error.to_string()).into()),
    }
}
