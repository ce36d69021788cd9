//! The numbered steps of an access, with what a kernel would do after a fault.

use crate::report::doc::{Block, Step};
use crate::report::words::messages::{Medium, described};
use crate::run::record::{Access, CallRecord, MessageLevel};
use crate::run::steps::Source;
use pagewalk_engine::machine::event::Fault;

/// Returns the steps of an access. After a fault, the steps include the actions that a kernel would take.
pub(crate) fn steps(access: &Access) -> Vec<Block> {
    let steps = described(Source::Access(access), MessageLevel::All, Medium::Run);
    let mut blocks = vec![Block::Steps(steps)];
    if access.outcome.fault.is_some() && access.process.is_none() {
        blocks.push(Block::line(afterwards(access)));
    }
    blocks
}

/// Returns the steps of an access for a worked solution, without the actions that a kernel would take after a
/// fault. If `bytes` is true, the steps mention unknown bytes. If `hardware` is false, only the steps of the fault handler
/// are returned, if there are any.
pub(crate) fn steps_on_paper(access: &Access, bytes: bool, hardware: bool) -> Vec<Block> {
    let medium = Medium::Paper { bytes, hardware };
    let steps = described(Source::Access(access), MessageLevel::All, medium);
    let mut blocks = Vec::new();
    if hardware || !steps.is_empty() {
        blocks.push(Block::Steps(steps));
    }
    if access.outcome.fault.is_some() && access.process.is_none() {
        blocks.push(Block::line("The access ends with a page fault."));
    }
    blocks
}

/// Returns the steps of an access at a level.
pub(crate) fn steps_at(access: &Access, level: MessageLevel) -> Vec<Block> {
    match level {
        MessageLevel::Lecture => {
            let steps = described(Source::Access(access), level, Medium::Run);
            vec![Block::line(title(access)), Block::Steps(steps)]
        }
        MessageLevel::All => steps(access),
    }
}

/// Returns the access with its process.
pub(crate) fn title(access: &Access) -> String {
    let whose = access
        .process
        .as_ref()
        .map(|inside| format!(" in {}", inside.process.name));
    format!("{}{}", access.operation(), whose.unwrap_or_default())
}

/// Returns the steps of a system call, which include the faults during the call.
pub(crate) fn call_steps(call: &CallRecord, level: MessageLevel) -> Vec<Step> {
    described(Source::Call(call), level, Medium::Run)
}

/// Describes how a kernel would handle the fault.
fn afterwards(access: &Access) -> &'static str {
    let page = "A kernel's fault handler would now evict a victim page (writing it to disk if it is dirty), load the missing page, update the \
                PTE, and return. The CPU would then retry the instruction. This machine has no kernel, so Pagewalk only reports the fault.";
    let protection = "A kernel's fault handler would now send a signal to the process (on Linux, SIGSEGV for a segmentation fault). This machine has no \
                      kernel, so Pagewalk only reports the fault.";
    match access.outcome.fault {
        Some(Fault::NotPresent { .. }) => page,
        _ => protection,
    }
}
