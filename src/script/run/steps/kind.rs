//! The registry of the messages between the CPU, the MMU, the TLBs, the caches, memory, and the kernel, with the words
//! that scripts use for messages and parts.

use super::step::Part;
use pagewalk_engine::machine::spec::Spec;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageKind {
    /// The CPU sends an address to the MMU, or without an MMU to the first cache or memory.
    VirtualAddress,
    BareAddress,
    /// The MMU looks up a page in the first TLB, and then in the lower TLBs.
    TlbLookup,
    LowerTlbLookup,
    /// A TLB answers with its entry.
    TlbAnswer,
    /// The MMU requests and receives an entry that points to another page table.
    TableAddress,
    TableEntry,
    /// The MMU requests and receives the last entry of a walk.
    PteAddress,
    Pte,
    AccessedDirty,
    TlbFill,
    /// The translation ends with a physical address, which no component receives.
    Translated,
    PhysicalAddress,
    PageFault,
    ProtectionFault,
    Control,
    CacheLookup,
    CacheFill,
    /// A cache allocates a line for a block from the cache above.
    WritebackFill,
    BlockAddress,
    MemoryStore,
    Writeback,
    Snoop,
    Bypass,
    CacheStore,
    Data,
    /// The access has more steps than a list contains.
    More,
    SystemCall,
    /// The kernel touches a page during a system call.
    KernelFault,
    Area,
    StackGrowth,
    PageTable,
    FreeFrame,
    CleanVictim,
    DirtyVictim,
    VictimPte,
    VictimTlbEntry,
    Zeros,
    PageFromDisk,
    PageFromCache,
    SharedFrame,
    Copy,
    /// The handler copies a page that no frame contains, such as the zero page.
    FreshCopy,
    Reuse,
    PteUpdate,
    FaultAround,
    Return,
    /// The PTE permits the access, so only the TLB entry was stale.
    StaleEntry,
    ReturnToKernel,
    Signal,
    Unresolved,
    Reply,
}

/// A sender or receiver of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Named(Part),
    /// A component of the machine, which depends on the access.
    Component,
    /// No receiver: the sender acts alone.
    Alone,
}

/// A row of the registry.
#[derive(Debug)]
pub(crate) struct MessageRow {
    pub(crate) kind: MessageKind,
    pub(crate) from: End,
    pub(crate) to: End,
    /// The words that name the message in scripts and on papers. The words do not depend on values. A table
    /// of messages thus stays correct if only addresses change.
    pub(crate) words: &'static str,
    /// Whether the lecture shows the message.
    pub(crate) lecture: bool,
    /// The receiver in the lecture, if it differs.
    pub(crate) lecture_to: Option<Part>,
    /// Whether the message is a separate step. Otherwise, the text of the previous step describes the message.
    pub(crate) is_step: bool,
}

use End::{Alone, Component, Named};

const CPU: End = Named(Part::Cpu);
const MMU: End = Named(Part::Mmu);
const MEMORY: End = Named(Part::Memory);
const DISK: End = Named(Part::Disk);
const HANDLER: End = Named(Part::Handler);
const KERNEL: End = Named(Part::Kernel);
const PROCESS: End = Named(Part::Process);

/// A message that only the complete list contains.
const fn detail(kind: MessageKind, from: End, to: End, words: &'static str) -> MessageRow {
    MessageRow {
        kind,
        from,
        to,
        words,
        lecture: false,
        lecture_to: None,
        is_step: true,
    }
}

/// A message that the lecture also shows.
const fn lecture(kind: MessageKind, from: End, to: End, words: &'static str) -> MessageRow {
    MessageRow {
        lecture: true,
        ..detail(kind, from, to, words)
    }
}

pub(crate) const MESSAGES: &[MessageRow] = &[
    lecture(MessageKind::VirtualAddress, CPU, MMU, "virtual address"),
    lecture(MessageKind::BareAddress, CPU, Component, "physical address"),
    lecture(MessageKind::TlbLookup, MMU, Component, "VPN"),
    detail(MessageKind::LowerTlbLookup, MMU, Component, "VPN"),
    MessageRow {
        // Part of the previous step, so that the numbers of the steps do not depend on the effects of an
        // answer or an eviction.
        is_step: false,
        ..lecture(MessageKind::TlbAnswer, Component, MMU, "PTE")
    },
    detail(
        MessageKind::TableAddress,
        MMU,
        Component,
        "upper-level PTE address",
    ),
    detail(MessageKind::TableEntry, Component, MMU, "upper-level PTE"),
    lecture(MessageKind::PteAddress, MMU, Component, "PTE address"),
    lecture(MessageKind::Pte, Component, MMU, "PTE"),
    detail(MessageKind::AccessedDirty, MMU, MEMORY, "A and D bits"),
    detail(MessageKind::TlbFill, MMU, Component, "TLB entry"),
    lecture(MessageKind::Translated, MMU, Alone, "physical address"),
    lecture(
        MessageKind::PhysicalAddress,
        MMU,
        Component,
        "physical address",
    ),
    MessageRow {
        lecture_to: Some(Part::Handler),
        ..lecture(MessageKind::PageFault, MMU, CPU, "page fault")
    },
    MessageRow {
        lecture_to: Some(Part::Handler),
        ..lecture(MessageKind::ProtectionFault, MMU, CPU, "protection fault")
    },
    detail(MessageKind::Control, CPU, HANDLER, "control"),
    detail(MessageKind::CacheLookup, Component, Alone, "lookup"),
    detail(MessageKind::CacheFill, Component, Component, "block"),
    detail(
        MessageKind::WritebackFill,
        Component,
        Alone,
        "written-back block",
    ),
    detail(
        MessageKind::BlockAddress,
        Component,
        MEMORY,
        "block address",
    ),
    lecture(MessageKind::MemoryStore, MEMORY, Alone, "store"),
    detail(MessageKind::Writeback, MEMORY, Alone, "written-back block"),
    detail(MessageKind::Snoop, Named(Part::OtherCaches), Alone, "snoop"),
    detail(MessageKind::Bypass, MMU, Alone, "bypass"),
    lecture(MessageKind::CacheStore, Component, Alone, "store"),
    lecture(MessageKind::Data, Component, CPU, "data"),
    lecture(MessageKind::More, Named(Part::Omitted), Alone, "more"),
    lecture(MessageKind::SystemCall, PROCESS, KERNEL, "system call"),
    lecture(MessageKind::KernelFault, KERNEL, HANDLER, "page fault"),
    detail(MessageKind::Area, HANDLER, Alone, "area"),
    detail(MessageKind::StackGrowth, HANDLER, Alone, "stack growth"),
    detail(MessageKind::PageTable, HANDLER, MEMORY, "page table"),
    detail(MessageKind::FreeFrame, HANDLER, Alone, "free frame"),
    lecture(MessageKind::CleanVictim, HANDLER, Alone, "victim"),
    lecture(MessageKind::DirtyVictim, HANDLER, DISK, "victim"),
    MessageRow {
        is_step: false,
        ..detail(MessageKind::VictimPte, HANDLER, MEMORY, "victim PTE")
    },
    MessageRow {
        is_step: false,
        ..detail(
            MessageKind::VictimTlbEntry,
            HANDLER,
            Named(Part::Tlbs),
            "victim TLB entry",
        )
    },
    lecture(MessageKind::Zeros, HANDLER, MEMORY, "new page"),
    lecture(MessageKind::PageFromDisk, DISK, MEMORY, "new page"),
    lecture(
        MessageKind::PageFromCache,
        Named(Part::PageCache),
        MEMORY,
        "new page",
    ),
    lecture(MessageKind::SharedFrame, HANDLER, Alone, "shared frame"),
    lecture(MessageKind::Copy, HANDLER, MEMORY, "page copy"),
    lecture(MessageKind::FreshCopy, HANDLER, Alone, "page copy"),
    lecture(MessageKind::Reuse, HANDLER, MEMORY, "write permission"),
    detail(MessageKind::PteUpdate, HANDLER, MEMORY, "PTE update"),
    detail(
        MessageKind::FaultAround,
        HANDLER,
        MEMORY,
        "neighboring PTEs",
    ),
    lecture(MessageKind::Return, HANDLER, CPU, "return"),
    lecture(MessageKind::StaleEntry, HANDLER, CPU, "return"),
    lecture(MessageKind::ReturnToKernel, HANDLER, KERNEL, "return"),
    lecture(MessageKind::Signal, HANDLER, PROCESS, "signal"),
    lecture(MessageKind::Unresolved, HANDLER, KERNEL, "failure"),
    lecture(MessageKind::Reply, KERNEL, PROCESS, "return"),
];

impl Part {
    /// Returns the name in scripts and figures.
    pub(crate) fn name(self, spec: &Spec) -> &str {
        match self {
            Self::Tlb(tlb) => match spec.tlbs.get(tlb as usize) {
                Some(tlb) if &*tlb.name != "tlb" => &tlb.name,
                _ => Self::Tlbs.fixed_name(),
            },
            Self::Cache(cache) => spec
                .caches
                .get(cache as usize)
                .map_or(self.fixed_name(), |cache| &cache.name),
            part => part.fixed_name(),
        }
    }

    /// Returns the name that does not depend on the machine.
    pub(crate) const fn fixed_name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Mmu => "MMU",
            Self::Tlb(_) | Self::Tlbs => "TLB",
            Self::Cache(_) => "cache",
            Self::OtherCaches => "other caches",
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::PageCache => "page cache",
            Self::Handler => "handler",
            Self::Kernel => "kernel",
            Self::Process => "process",
            Self::Omitted => "…",
        }
    }
}

impl MessageKind {
    /// Returns the row of this kind.
    pub(crate) fn row(self) -> &'static MessageRow {
        MESSAGES
            .iter()
            .find(|row| row.kind == self)
            .unwrap_or(&MESSAGES[0])
    }
}

#[cfg(test)]
mod tests {
    use super::{MESSAGES, MessageKind};

    #[test]
    fn each_kind_has_one_row() {
        for (at, row) in MESSAGES.iter().enumerate() {
            assert_eq!(row.kind as usize, at, "{:?}", row.kind);
        }
        assert_eq!(MessageKind::Reply as usize, MESSAGES.len() - 1);
    }

    #[test]
    fn the_lecture_shows_each_message_of_its_two_figures() {
        // In CS:APP, figures 9.13 and 9.16 show these messages. The third edition labels them VA, VPN, PTEA, PTE,
        // PA, data, exception, victim page, and new page.
        for words in [
            "virtual address",
            "VPN",
            "PTE address",
            "PTE",
            "physical address",
            "data",
        ] {
            assert!(
                MESSAGES.iter().any(|row| row.lecture && row.words == words),
                "{words}"
            );
        }
        for words in ["page fault", "victim", "new page", "return"] {
            assert!(
                MESSAGES.iter().any(|row| row.lecture && row.words == words),
                "{words}"
            );
        }
    }
}
