//! The registry of the messages between the CPU, the MMU, the TLBs, the caches, memory, and the kernel.

/// A kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
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
    /// The name of the component.
    Named(&'static str),
    /// A component of the machine, such as a cache, whose name depends on the machine.
    Part,
    /// No receiver: the sender acts alone.
    Alone,
}

/// A row of the registry.
#[derive(Debug)]
pub(crate) struct MessageRow {
    pub(crate) kind: Kind,
    pub(crate) from: End,
    pub(crate) to: End,
    /// The words that name the message in scripts and on papers. The words do not depend on values. A table
    /// of messages thus stays correct if only addresses change.
    pub(crate) words: &'static str,
    /// Whether the lecture shows the message.
    pub(crate) lecture: bool,
    /// The receiver in the lecture, if it differs.
    pub(crate) lecture_to: Option<&'static str>,
    /// Whether the message is a separate step. Otherwise, the text of the previous step describes the message.
    pub(crate) is_step: bool,
}

use End::{Alone, Named, Part};

const CPU: End = Named("CPU");
const MMU: End = Named("MMU");
const MEMORY: End = Named("memory");
const DISK: End = Named("disk");
const HANDLER: End = Named("handler");
const KERNEL: End = Named("kernel");
const PROCESS: End = Named("process");

/// A message that only the complete list contains.
const fn detail(kind: Kind, from: End, to: End, words: &'static str) -> MessageRow {
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
const fn lecture(kind: Kind, from: End, to: End, words: &'static str) -> MessageRow {
    MessageRow {
        lecture: true,
        ..detail(kind, from, to, words)
    }
}

/// Every kind of message.
pub(crate) const MESSAGES: &[MessageRow] = &[
    lecture(Kind::VirtualAddress, CPU, MMU, "virtual address"),
    lecture(Kind::BareAddress, CPU, Part, "physical address"),
    lecture(Kind::TlbLookup, MMU, Part, "VPN"),
    detail(Kind::LowerTlbLookup, MMU, Part, "VPN"),
    MessageRow {
        // Part of the previous step, so that the numbers of the steps do not depend on the effects of an
        // answer or an eviction.
        is_step: false,
        ..lecture(Kind::TlbAnswer, Part, MMU, "PTE")
    },
    detail(Kind::TableAddress, MMU, Part, "upper-level PTE address"),
    detail(Kind::TableEntry, Part, MMU, "upper-level PTE"),
    lecture(Kind::PteAddress, MMU, Part, "PTE address"),
    lecture(Kind::Pte, Part, MMU, "PTE"),
    detail(Kind::AccessedDirty, MMU, MEMORY, "A and D bits"),
    detail(Kind::TlbFill, MMU, Part, "TLB entry"),
    lecture(Kind::Translated, MMU, Alone, "physical address"),
    lecture(Kind::PhysicalAddress, MMU, Part, "physical address"),
    MessageRow {
        lecture_to: Some("handler"),
        ..lecture(Kind::PageFault, MMU, CPU, "page fault")
    },
    MessageRow {
        lecture_to: Some("handler"),
        ..lecture(Kind::ProtectionFault, MMU, CPU, "protection fault")
    },
    detail(Kind::Control, CPU, HANDLER, "control"),
    detail(Kind::CacheLookup, Part, Alone, "lookup"),
    detail(Kind::CacheFill, Part, Part, "block"),
    detail(Kind::WritebackFill, Part, Alone, "written-back block"),
    detail(Kind::BlockAddress, Part, MEMORY, "block address"),
    lecture(Kind::MemoryStore, MEMORY, Alone, "store"),
    detail(Kind::Writeback, MEMORY, Alone, "written-back block"),
    detail(Kind::Snoop, Named("other caches"), Alone, "snoop"),
    detail(Kind::Bypass, MMU, Alone, "bypass"),
    lecture(Kind::CacheStore, Part, Alone, "store"),
    lecture(Kind::Data, Part, CPU, "data"),
    lecture(Kind::More, Named("…"), Alone, "more"),
    lecture(Kind::SystemCall, PROCESS, KERNEL, "system call"),
    lecture(Kind::KernelFault, KERNEL, HANDLER, "page fault"),
    detail(Kind::Area, HANDLER, Alone, "area"),
    detail(Kind::StackGrowth, HANDLER, Alone, "stack growth"),
    detail(Kind::PageTable, HANDLER, MEMORY, "page table"),
    detail(Kind::FreeFrame, HANDLER, Alone, "free frame"),
    lecture(Kind::CleanVictim, HANDLER, Alone, "victim"),
    lecture(Kind::DirtyVictim, HANDLER, DISK, "victim"),
    MessageRow {
        is_step: false,
        ..detail(Kind::VictimPte, HANDLER, MEMORY, "victim PTE")
    },
    MessageRow {
        is_step: false,
        ..detail(
            Kind::VictimTlbEntry,
            HANDLER,
            Named("TLB"),
            "victim TLB entry",
        )
    },
    lecture(Kind::Zeros, HANDLER, MEMORY, "new page"),
    lecture(Kind::PageFromDisk, DISK, MEMORY, "new page"),
    lecture(Kind::PageFromCache, Named("page cache"), MEMORY, "new page"),
    lecture(Kind::SharedFrame, HANDLER, Alone, "shared frame"),
    lecture(Kind::Copy, HANDLER, MEMORY, "page copy"),
    lecture(Kind::FreshCopy, HANDLER, Alone, "page copy"),
    lecture(Kind::Reuse, HANDLER, MEMORY, "write permission"),
    detail(Kind::PteUpdate, HANDLER, MEMORY, "PTE update"),
    detail(Kind::FaultAround, HANDLER, MEMORY, "neighboring PTEs"),
    lecture(Kind::Return, HANDLER, CPU, "return"),
    lecture(Kind::StaleEntry, HANDLER, CPU, "return"),
    lecture(Kind::ReturnToKernel, HANDLER, KERNEL, "return"),
    lecture(Kind::Signal, HANDLER, PROCESS, "signal"),
    lecture(Kind::Unresolved, HANDLER, KERNEL, "failure"),
    lecture(Kind::Reply, KERNEL, PROCESS, "return"),
];

impl Kind {
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
    use super::{Kind, MESSAGES};

    #[test]
    fn each_kind_has_one_row() {
        for (at, row) in MESSAGES.iter().enumerate() {
            assert_eq!(row.kind as usize, at, "{:?}", row.kind);
        }
        assert_eq!(Kind::Reply as usize, MESSAGES.len() - 1);
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
