//! The reasons for facts of the kernel, of system calls, and of programs.

use pagewalk_engine::kernel::event::{FaultClass, KernelStep};
use pagewalk_engine::kernel::syscall::system_call;
use pagewalk_engine::program::Ending;

use crate::report::words::counts::count as counted;
use crate::report::words::errors::cause;
use crate::report::words::handling::{FaultText, victim_clause};
use crate::report::words::names::{Names, frame};
use crate::report::words::numbers::hex;
use crate::run::facts::lines_counted;
use crate::run::record::{CallRecord, FaultRecord, ProgramRun, Shown};
use crate::run::steps::{CallReason, KernelReason};

pub(super) const NO_FACT: &str = "this statement has no such fact";

/// Returns a reason about the kernel. `call` is the system call that caused the faults.
pub(super) fn kernel_reason(
    names: Names,
    faults: &[FaultRecord],
    call: Option<&CallRecord>,
    reason: &KernelReason,
) -> String {
    let fault = |at: usize| {
        let record = faults.get(at)?;
        Some(FaultText::new(names, record, call.map(|call| call.name)))
    };
    let found = match reason {
        KernelReason::Cause(at) => fault(*at).map(|fault| fault.cause_clause()),
        KernelReason::PageIn(at) => fault(*at).map(|fault| fault.page_in_clause()),
        KernelReason::Costs => {
            let costs = (0..faults.len()).filter_map(|at| Some(fault(at)?.cost_clause()));
            Some(costs.collect::<Vec<_>>().join(", and "))
        }
        KernelReason::Evicted(None) => Some("the kernel did not have to evict a page".to_owned()),
        KernelReason::Evicted(Some(evicted)) => Some(format!(
            "no frame is free, and {}",
            victim_clause(&names, evicted)
        )),
        KernelReason::Copied => call.and_then(|call| {
            call.steps.iter().find_map(|step| match step {
                KernelStep::Copied {
                    from: Some(from),
                    to,
                } => Some(format!(
                    "the kernel copies {} to {}",
                    frame(*from),
                    frame(*to)
                )),
                KernelStep::Copied { from: None, to } => {
                    Some(format!("the kernel copies the page to {}", frame(*to)))
                }
                _ => None,
            })
        }),
    };
    found.unwrap_or_else(|| NO_FACT.to_owned())
}

pub(super) fn call_reason(call: &CallRecord, reason: &CallReason) -> String {
    match reason {
        CallReason::Outcome => match call.reply.result {
            Ok(result) => {
                let help = system_call(call.name).map_or("", |row| row.help);
                if call.name == "sbrk" {
                    return format!(
                        "`sbrk` succeeded: it {help}, which is {}",
                        Shown::hex(result, 1)
                    );
                }
                format!("`{}` succeeded: it {help}", call.name)
            }
            Err(error) => format!(
                "`{}` failed with {}: {}",
                call.name,
                error.name(),
                cause(call, error)
            ),
        },
        CallReason::Faults => faults_of(call),
        CallReason::NoSignal => {
            "with a bad buffer, the call fails, and the kernel sends no signal".to_owned()
        }
        CallReason::Kernel(reason) => {
            kernel_reason(Names::of_call(call), &call.faults, Some(call), reason)
        }
    }
}

/// Describes the faults in the call.
fn faults_of(call: &CallRecord) -> String {
    let Some(fault) = call.faults.first() else {
        return format!("no page fault occurred in `{}`", call.name);
    };
    let more = match call.faults.len() - 1 {
        0 => String::new(),
        1 => ", and there was 1 more fault".to_owned(),
        more => format!(", and there were {more} more faults"),
    };
    let class = fault.class().map_or("out-of-memory", FaultClass::name);
    match fault.wanted() {
        Some((va, _)) => {
            let va = hex(va.raw(), call.spec.virtual_bits());
            format!(
                "the first fault of `{}` was {class}, at {va}{more}",
                call.name
            )
        }
        None => format!("the first fault was {class}{more}"),
    }
}

/// Explains a fact of a program's outputs.
pub(super) fn program_reason(run: &ProgramRun, fact: &str, claimed: bool) -> String {
    if claimed {
        return match run.count() {
            Some(1) => "the program has only one output".to_owned(),
            Some(count) => format!("{count} outputs are possible"),
            None => "more outputs are possible than 128 bits can count".to_owned(),
        };
    }
    if let Some(lines) = lines_counted(run, fact) {
        return in_lines(&lines);
    }
    if let Some(process) = run.in_process() {
        return match (process.ending, process.line) {
            (None, line) => format!("the run has paused before line {line}"),
            (Some(Ending::Exit(status)), line) => {
                format!("the process exited with status {status} in line {line}")
            }
            (Some(ending), line) => {
                let signal = ending.signal().map_or("execve", |signal| signal.name());
                format!("{signal} ended the program in line {line}")
            }
        };
    }
    if let ("count" | "all", Some(count)) = (fact, run.count()) {
        return format!("the orders have {}", counted_in(count));
    }
    let (what, range, one, several) = match (fact, run.outputs()) {
        ("processes", Some(outputs)) => ("order", outputs.processes(), "process", "processes"),
        _ => ("output", run.lines(), "line", "lines"),
    };
    if range.start() == range.end() {
        format!("every {what} has {}", counted(*range.start(), one, several))
    } else {
        let (least, most) = range.into_inner();
        format!("the orders have from {least} to {most} {several}")
    }
}

/// The maximum number of lines whose counts a reason lists.
const MOST_LINES: usize = 8;

/// Describes in which lines of a program something was counted.
fn in_lines(lines: &[(u32, u64)]) -> String {
    let of_line = |(line, count): &(u32, u64)| format!("{count} in line {line}");
    let mut parts: Vec<String> = lines.iter().take(MOST_LINES).map(of_line).collect();
    if let Some(rest @ [_, ..]) = lines.get(MOST_LINES..) {
        let sum: u64 = rest.iter().map(|(_, count)| count).sum();
        parts.push(format!("{sum} in other lines"));
    }
    if parts.is_empty() {
        return "in no line".to_owned();
    }
    parts.join(", ")
}

fn counted_in(count: u128) -> String {
    match count {
        1 => "only one output".to_owned(),
        count => format!("{count} different outputs"),
    }
}
