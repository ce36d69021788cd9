//! Results of a program: its outputs, and the schedules of the expected ones.

use crate::lang::value::Value;
use crate::report::doc::Block;
use crate::report::words::counts::count;
use crate::run::record::{ProgramRun, StepRecord, output_text};

/// Maximum number of outputs listed.
const LISTED: usize = 20;

/// Describes the outputs of a program. With `explain`, also lists the steps that lead to each expected output.
pub(crate) fn blocks(run: &ProgramRun, record: &StepRecord, explain: bool) -> Vec<Block> {
    let mut blocks = vec![Block::line(totals(run))];
    let outputs = run.outputs.list(LISTED, 1 << 12);
    blocks.extend(
        outputs
            .iter()
            .map(|one| Block::line(format!("  {}", output_text(one).quoted()))),
    );
    if run.count() != Some(outputs.len() as u128) {
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

/// Describes the number of outputs: `6 outputs, each with 6 lines`.
pub(crate) fn totals(run: &ProgramRun) -> String {
    let lines = run.outputs.lines();
    let outputs = match run.count() {
        Some(one) => match u64::try_from(one) {
            Ok(one) => count(one, "output", "outputs"),
            Err(_) => format!("{one} outputs"),
        },
        None => "more than 2^128 outputs".to_owned(),
    };
    match (lines.start(), lines.end()) {
        (0, 0) => outputs,
        (least, most) if least == most => {
            format!("{outputs}, each with {}", count(*least, "line", "lines"))
        }
        (least, most) => format!("{outputs}, each with {least} to {most} lines"),
    }
}

/// Lists the steps of a schedule that prints an output.
fn schedule(run: &ProgramRun, output: &str) -> Vec<Block> {
    let steps = run
        .output_written(output)
        .and_then(|output| run.outputs.witness(&output));
    let steps = steps.unwrap_or_default().into_iter();
    let lines = steps.filter(|step| !step.text.is_empty()).map(|step| {
        let (pid, line) = (step.pid, step.place.line);
        format!(
            "  process {pid} prints {} in line {line}",
            output_text(&step.text).quoted()
        )
    });
    std::iter::once(format!("{output:?} is printed in these steps:"))
        .chain(lines)
        .map(Block::line)
        .collect()
}
