//! Results of a program: its outputs and the schedules of the expected ones, or a run in a process.

use crate::lang::value::Value;
use crate::report::doc::Block;
use crate::report::words::counts::count;
use crate::run::record::{ProcessRun, ProgramRun, Results, StepRecord, output_text, output_texts};
use pagewalk_engine::program::Ending;

use super::process::declared;

/// Maximum number of outputs listed.
const LISTED: usize = 20;

/// Describes the results of a program. With `explain`, also lists the steps that lead to each expected output.
pub(crate) fn blocks(run: &ProgramRun, record: &StepRecord, explain: bool) -> Vec<Block> {
    let outputs = match &run.results {
        Results::Outputs(outputs, _) => outputs,
        Results::Process(process) => return in_process(run, process),
    };
    let mut blocks = vec![Block::line(totals(run))];
    let listed = outputs.list(LISTED, 1 << 12);
    let line = |one: String| Block::line(format!("  {}", Value::from(one).quoted()));
    blocks.extend(output_texts(&listed).into_iter().map(line));
    if run.count() != Some(listed.len() as u128) {
        blocks.push(Block::line("  …"));
    }
    if explain {
        for check in &record.checks {
            if let Some(Value::Text(output)) = check.actual.as_ref().map(|actual| &actual.value)
                && check.held
                && run.output_written(output).is_some()
            {
                blocks.extend(schedule(run, output));
            }
        }
    }
    blocks
}

/// Describes a run in a process.
fn in_process(run: &ProgramRun, process: &ProcessRun) -> Vec<Block> {
    let mut blocks = process
        .declared
        .as_ref()
        .map_or_else(Vec::new, declared::blocks);
    let counts = process.counts.total();
    blocks.push(Block::line(totals(run)));
    let accesses = [
        (counts.reads, "load", "loads"),
        (counts.writes, "store", "stores"),
    ];
    let faults = [
        (counts.minor, "minor fault", "minor faults"),
        (counts.major, "major fault", "major faults"),
    ];
    let counted = accesses.into_iter().chain(faults);
    let counted: Vec<String> = counted.map(|(n, one, many)| count(n, one, many)).collect();
    blocks.push(Block::line(counted.join(", ")));
    blocks.extend(process.missing.iter().map(|name| {
        Block::line(format!(
            "the script declares no program named `{name}`, so it printed nothing and ended with status 0"
        ))
    }));
    if !process.output.is_empty() {
        blocks.push(Block::line("output:"));
        let text = String::from_utf8_lossy(&process.output).into_owned();
        blocks.push(Block::Script(text.trim_end().to_owned()));
    }
    blocks
}

/// Describes the number of outputs, or the end of a run: `6 outputs, each with 6 lines`, `exit status 0`.
pub(crate) fn totals(run: &ProgramRun) -> String {
    if let Results::Process(run) = &run.results {
        return ended(run);
    }
    let lines = run.lines();
    let outputs = match run.count() {
        Some(one) => match u64::try_from(one) {
            Ok(one) => count(one, "output", "outputs"),
            Err(_) => format!("{one} outputs"),
        },
        None => "more than 2^128 outputs".to_owned(),
    };
    match (lines.start(), lines.end()) {
        (0, 0) => outputs,
        (least, most) if least == most && run.count() == Some(1) => {
            format!("{outputs} with {}", count(*least, "line", "lines"))
        }
        (least, most) if least == most => {
            format!("{outputs}, each with {}", count(*least, "line", "lines"))
        }
        (least, most) => format!("{outputs}, each with {least} to {most} lines"),
    }
}

/// Describes how a process ended or where it paused.
pub(crate) fn ended(run: &ProcessRun) -> String {
    let line = run.line;
    match run.ending {
        None => {
            let child = run.child.as_ref().map(|child| format!(" in {child}"));
            let child = child.unwrap_or_default();
            format!("paused before line {line}{child}: {}", run.code)
        }
        Some(Ending::Exit(status)) => format!("exited with status {status} in line {line}"),
        Some(ending) => {
            let signal = ending
                .signal()
                .map_or("an executable replaced the program", |one| one.name());
            format!("ended by {signal} in line {line}")
        }
    }
}

/// Lists the steps of a schedule that prints an output.
fn schedule(run: &ProgramRun, output: &str) -> Vec<Block> {
    let output_bytes = run.output_written(output);
    let steps = output_bytes.and_then(|bytes| run.outputs()?.witness(&bytes));
    let steps = steps.unwrap_or_default().into_iter();
    let lines = steps.filter(|step| !step.text.is_empty()).map(|step| {
        let (pid, line) = (step.pid, step.place.line);
        let program = step.program.map(|name| format!(" of {name}"));
        format!(
            "  process {pid} prints {} in line {line}{}",
            Value::from(output_text(&step.text)).quoted(),
            program.unwrap_or_default()
        )
    });
    std::iter::once(format!("{output:?} is printed in these steps:"))
        .chain(lines)
        .map(Block::line)
        .collect()
}
