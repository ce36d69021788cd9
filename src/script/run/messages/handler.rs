//! The messages of the kernel: a fault handler, a system call, or an action that the kernel initiated.

use super::kind::Kind;
use super::message::{Detail, Message};
use crate::run::record::{CallRecord, FaultRecord};
use pagewalk_engine::kernel::event::{BackingStore, KernelStep};

/// Returns the handler's messages for a fault of an access or a system call.
pub(crate) fn of_fault(fault: &FaultRecord, number: usize, during_call: bool) -> Vec<Message> {
    let mut messages: Vec<Message> = fault
        .steps
        .iter()
        .flat_map(|step| of_step(*step, Some(number), during_call))
        .collect();
    if fault.class().is_none() {
        messages.push(Message::new(Kind::StaleEntry, &[], Detail::Nothing));
    }
    messages
}

/// Returns the messages of a system call, which include those of the faults during the call.
pub(crate) fn of_call(record: &CallRecord) -> Vec<Message> {
    let mut messages = vec![Message::new(Kind::SystemCall, &[], Detail::Nothing)];
    for (number, fault) in record.faults.iter().enumerate() {
        messages.extend(of_fault(fault, number, true));
    }
    messages.extend(
        record
            .steps
            .iter()
            .flat_map(|step| of_step(*step, None, true)),
    );
    messages.push(Message::new(Kind::Reply, &[], Detail::Nothing));
    messages
}

/// Returns the messages of an action that the kernel initiated.
pub(crate) fn of_action(steps: &[KernelStep]) -> Vec<Message> {
    steps
        .iter()
        .flat_map(|step| of_step(*step, None, false))
        .collect()
}

fn of_step(step: KernelStep, fault: Option<usize>, during_call: bool) -> Vec<Message> {
    let kind = match step {
        // For an access by the process, the exception has its own message.
        KernelStep::Fault { .. } if during_call => Kind::KernelFault,
        KernelStep::Area { .. } => Kind::Area,
        KernelStep::StackGrew { .. } => Kind::StackGrowth,
        KernelStep::Table { .. } => Kind::PageTable,
        KernelStep::FrameAllocated { .. } => Kind::FreeFrame,
        KernelStep::Evicted { to: Some(_), .. } => Kind::DirtyVictim,
        KernelStep::Evicted { to: None, .. } => Kind::CleanVictim,
        KernelStep::Zeroed { .. } => Kind::Zeros,
        KernelStep::Filled {
            from: BackingStore::PageCache { .. },
            ..
        } => Kind::PageFromCache,
        KernelStep::Filled { .. } => Kind::PageFromDisk,
        KernelStep::Shared { .. } => Kind::SharedFrame,
        KernelStep::Copied { from: Some(_), .. } => Kind::Copy,
        KernelStep::Copied { from: None, .. } => Kind::FreshCopy,
        KernelStep::Reused { .. } => Kind::Reuse,
        KernelStep::Mapped { .. } => Kind::PteUpdate,
        KernelStep::MappedAround { .. } => Kind::FaultAround,
        KernelStep::Resolved { .. } if during_call => Kind::ReturnToKernel,
        KernelStep::Resolved { .. } => Kind::Return,
        KernelStep::Killed { .. } if during_call => Kind::Unresolved,
        KernelStep::Killed { .. } => Kind::Signal,
        // The messages of an eviction and of a page that is loaded include the disk.
        KernelStep::Fault { .. }
        | KernelStep::EntryWritten { .. }
        | KernelStep::DiskRead { .. }
        | KernelStep::DiskWritten { .. } => return Vec::new(),
    };
    let message = |kind| Message::new(kind, &[], Detail::Kernel { step, fault });
    let mut messages = vec![message(kind)];
    if let KernelStep::Evicted { entries, tlb, .. } = step {
        messages.extend((entries > 0).then(|| message(Kind::VictimPte)));
        messages.extend((entries > 0 && tlb).then(|| message(Kind::VictimTlbEntry)));
    }
    messages
}
