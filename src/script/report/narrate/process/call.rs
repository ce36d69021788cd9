//! System calls on one line: the return value and its meaning.

use super::meaning::meaning;
use crate::lang::value::Value;
use crate::report::doc::{Block, Tone};
use crate::report::words::counts::count;
use crate::report::words::errors::cause;
use crate::report::words::handling::FaultText;
use crate::report::words::names::Names;
use crate::run::record::{CallRecord, FaultRecord};
use pagewalk_engine::kernel::syscall::Returns;

/// Maximum number of faults to describe per statement.
const FAULTS: usize = 6;
/// Maximum number of output characters to include in a sentence.
const INLINE: usize = 60;
/// Maximum number of output lines reported.
const LINES: usize = 24;

/// Returns paragraphs about the cause and the handling of each fault, up to a limit. `call` is the system
/// call that caused the faults.
pub(crate) fn faults(names: Names, faults: &[FaultRecord], call: Option<&str>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for fault in faults.iter().take(FAULTS) {
        blocks.extend(fault_blocks(fault, &FaultText::new(names, fault, call)));
    }
    if faults.len() > FAULTS {
        let rest = &faults[FAULTS..];
        let count =
            |which: fn(&FaultRecord) -> bool| rest.iter().filter(|fault| which(fault)).count();
        let text = format!(
            "… and {} more faults: {} minor, {} major",
            rest.len(),
            count(FaultRecord::minor),
            count(FaultRecord::major)
        );
        blocks.push(Block::faint(text));
        for fault in rest.iter().filter(|fault| fault.fatal()) {
            blocks.extend(fault_blocks(fault, &FaultText::new(names, fault, call)));
        }
    }
    blocks
}

fn fault_blocks(fault: &FaultRecord, text: &FaultText) -> Vec<Block> {
    if fault.fatal() {
        return vec![Block::toned(Tone::Bad, text.cause())];
    }
    let lines = [text.cause(), text.room().join(" "), text.done().join(" ")];
    let lines = lines.into_iter().filter(|line| !line.is_empty());
    lines.map(Block::line).collect()
}

/// Returns the faults during a system call, then its return value and meaning. `bound` is the variable that
/// receives the result.
pub(crate) fn blocks(record: &CallRecord, bound: Option<&str>) -> Vec<Block> {
    let mut blocks = faults(Names::of_call(record), &record.faults, Some(record.name));
    let tone = if record.reply.result.is_err() {
        Tone::Bad
    } else {
        Tone::Plain
    };
    let means = means(record)
        .map(|means| format!(": {means}"))
        .unwrap_or_default();
    let inside = faults_inside(&record.faults)
        .map(|faults| format!(" {faults}."))
        .unwrap_or_default();
    blocks.push(Block::toned(
        tone,
        format!("{}{means}.{inside}", returned(record, bound)),
    ));
    blocks.extend(output(record));
    if record.probe {
        blocks.push(Block::faint("This is a probe, so nothing changes."));
    }
    blocks
}

/// Returns the result of a system call for a statement in a loop: `→ 0x1000`, `→ -1 (EINVAL)`.
pub(crate) fn short(record: &CallRecord) -> String {
    let faults = faults_inside(&record.faults).map(|faults| format!(", {faults}"));
    let faults = faults.unwrap_or_default();
    match record.reply.result {
        Err(error) => format!("→ {} ({}){faults}", value(record), error.name()),
        Ok(_) if record.returns() == Returns::Nothing => String::new(),
        Ok(_) => format!("→ {}{faults}", value(record)),
    }
}

/// Whether a call changed areas, the break, files, output, or processes, or caused faults.
pub(crate) fn changed(record: &CallRecord) -> bool {
    let effect = &record.effect;
    let moved = effect
        .file
        .as_ref()
        .is_some_and(|file| file.size.0 != file.size.1 || file.offset.0 != file.offset.1);
    effect.count != (0, 0)
        || effect.brk.0 != effect.brk.1
        || effect.resident.0 != effect.resident.1
        || moved
        || !effect.output.is_empty()
        || !record.faults.is_empty()
        || record.reply.result.is_err()
        || matches!(record.name, "fork" | "exit" | "wait" | "open" | "close")
}

/// Describes the return value: `mmap returns buf = 0x1000`.
fn returned(record: &CallRecord, bound: Option<&str>) -> String {
    if record.returns() == Returns::Nothing && record.reply.result.is_ok() {
        return record.name.to_owned();
    }
    let bound = bound.map_or_else(String::new, |name| format!("{name} = "));
    format!("{} returns {bound}{}", record.name, value(record))
}

/// Returns the return value in C notation.
fn value(record: &CallRecord) -> String {
    let pointer = record.returns() == Returns::Pointer;
    match record.reply.result {
        Ok(0) if pointer => "NULL".to_owned(),
        Ok(address) if pointer => Names::of_call(record).address(address),
        Ok(n) => n.to_string(),
        Err(_) if record.failure() == 0 => "NULL".to_owned(),
        Err(_) => record.failure().to_string(),
    }
}

/// Explains the result or the error.
fn means(record: &CallRecord) -> Option<String> {
    match record.reply.result {
        Err(error) => {
            let (meaning, cause) = (error.help(), cause(record, error));
            let cause = Some(cause).filter(|cause| cause != meaning);
            let cause = cause.map_or_else(String::new, |cause| format!(": {cause}"));
            Some(format!("{}, {meaning}{cause}", error.name()))
        }
        Ok(result) => {
            let mut means = meaning(&Names::of_call(record), record, result)?;
            if let Some(text) = inline(record) {
                means = format!("{means}: {text}");
            }
            Some(means)
        }
    }
}

/// Counts the faults in a sentence: `The call caused 2 page faults (1 minor, 1 major)`
fn faults_inside(faults: &[FaultRecord]) -> Option<String> {
    let of =
        |which: fn(&FaultRecord) -> bool| faults.iter().filter(|fault| which(fault)).count() as u64;
    let (minor, major) = (of(FaultRecord::minor), of(FaultRecord::major));
    let kinds = match (minor, major) {
        (0, 0) => return None,
        (_, 0) => "minor".to_owned(),
        (0, _) => "major".to_owned(),
        (minor, major) => format!("{minor} minor, {major} major"),
    };
    Some(format!(
        "The call caused {} ({kinds})",
        count(minor + major, "page fault", "page faults")
    ))
}

/// Returns the terminal output if it fits in a sentence.
fn inline(record: &CallRecord) -> Option<String> {
    let output = &record.effect.output;
    let quoted = Value::string(output.clone()).quoted();
    (!output.is_empty() && quoted.chars().count() <= INLINE).then_some(quoted)
}

/// Returns longer terminal output line by line.
fn output(record: &CallRecord) -> Vec<Block> {
    if record.effect.output.is_empty() || inline(record).is_some() {
        return Vec::new();
    }
    let text = Value::string(record.effect.output.clone()).to_string();
    let lines: Vec<&str> = text.lines().collect();
    let printed = lines
        .iter()
        .take(LINES)
        .map(|line| format!("│ {line}"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut blocks = vec![Block::Script(printed)];
    if lines.len() > LINES {
        let more = count((lines.len() - LINES) as u64, "more line", "more lines");
        blocks.push(Block::faint(format!("… and {more}")));
    }
    blocks
}
