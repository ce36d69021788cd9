//! The text of the kernel's messages: the victim, the page-in, the PTE update, and the return.

use super::counts::count;
use super::handling::{cleared, unmapped};
use super::names::{self, Names};
use super::numbers;
use crate::run::record::FaultRecord;
use crate::run::steps::{Evicted, MessageKind};
use pagewalk_engine::kernel::event::{FaultClass, KernelStep};
use pagewalk_engine::machine::event::{AccessKind, Fault};

/// The kernel while it takes a step.
pub(crate) struct Handler<'a> {
    pub(crate) names: Names<'a>,
    /// The fault that the kernel handles, or `None` outside faults.
    pub(crate) fault: Option<&'a FaultRecord>,
    /// The name of the system call, if a process made one.
    pub(crate) call: Option<&'a str>,
}

impl Handler<'_> {
    /// Returns the text of a message.
    pub(crate) fn text(&self, kind: MessageKind, step: KernelStep) -> Option<String> {
        let names = &self.names;
        let frame = names::frame;
        Some(match step {
            KernelStep::Fault { va, kind, fault } => self.touched(va.raw(), kind, fault),
            KernelStep::Area { .. } => self.area(),
            KernelStep::StackGrew { start } => {
                format!("the stack grows down to {}", names.address(start))
            }
            KernelStep::Table { level, ppn } => {
                format!(
                    "allocates a level-{level} page table in physical {}",
                    names.table_page(ppn)
                )
            }
            KernelStep::FrameAllocated { frame: taken } => {
                format!("allocates {}, the lowest free frame", frame(taken))
            }
            KernelStep::Evicted { .. } => self.evicted(kind, step)?,
            KernelStep::Zeroed { frame: zeroed } => format!("fills {} with zeros", frame(zeroed)),
            KernelStep::Filled {
                frame: filled,
                from,
            } => {
                format!("loads {} into {}", names.store(from), frame(filled))
            }
            KernelStep::Shared { frame: shared } => {
                format!("{} already holds the page", frame(shared))
            }
            KernelStep::Copied {
                from: Some(from),
                to,
            } => format!("copies {} to {}", frame(from), frame(to)),
            KernelStep::Copied { from: None, to } => {
                format!(
                    "copies the page to {}, which no other process shares",
                    frame(to)
                )
            }
            KernelStep::Reused { frame: reused } => {
                format!(
                    "sets R/W = 1 in the PTE without copying, because {} is not shared",
                    frame(reused)
                )
            }
            KernelStep::Mapped {
                page,
                frame,
                writable,
            } => self.mapped(page.vpn.raw(), frame.map(|frame| frame.0), writable),
            KernelStep::MappedAround { pages } => format!(
                "maps {} (fault-around)",
                count(pages.into(), "neighboring page", "neighboring pages")
            ),
            KernelStep::EntryWritten { .. }
            | KernelStep::DiskRead { .. }
            | KernelStep::DiskWritten { .. } => return None,
            KernelStep::Resolved { major, .. } => self.returns(major),
            KernelStep::Killed { class } => self.killed(class),
        })
    }

    /// Describes an eviction, or the victim's PTE or TLB entry.
    fn evicted(&self, kind: MessageKind, step: KernelStep) -> Option<String> {
        let names = &self.names;
        let evicted = Evicted::from_step(&step)?;
        let page = evicted
            .page
            .map_or("an unmapped page".to_owned(), |page| names.page_of(page));
        match kind {
            MessageKind::VictimPte => {
                return cleared(&evicted).map(|cleared| format!("{cleared} of {page}"));
            }
            MessageKind::VictimTlbEntry => {
                return Some(format!("invalidates the TLB entry of {page}"));
            }
            _ => {}
        }
        let victim = format!(
            "evicts {page} from {} ({})",
            names::frame(evicted.frame),
            names.policy()
        );
        let entries = unmapped(&evicted).map_or_else(String::new, |entries| {
            format!(". {}", names::first(&entries))
        });
        Some(match evicted.to {
            Some(to) => format!("{victim} and writes it to {}{entries}", names.store(to)),
            None => format!("{victim} and discards the clean page{entries}"),
        })
    }

    /// Describes a page that the kernel accesses on behalf of a system call.
    fn touched(&self, va: u64, kind: AccessKind, fault: Fault) -> String {
        let what = match kind {
            AccessKind::Read => "reads from",
            _ => "writes to",
        };
        let why = match fault {
            Fault::NotPresent { .. } => "not present",
            Fault::Reserved { .. } => "mapped by an entry with a reserved bit set",
            Fault::Protection { .. } => "protected",
        };
        let page = self.names.page_at(va);
        format!("{what} {}, but {page} is {why}", self.names.address(va))
    }

    fn area(&self) -> String {
        let area = self
            .fault
            .and_then(|fault| fault.area.as_ref().map(|area| (fault, area)));
        match area {
            // The system call may have moved the area in the meantime.
            Some((fault, area))
                if fault.wanted().is_some_and(|(va, _)| {
                    !(area.area.start..area.area.end).contains(&va.raw())
                }) =>
            {
                "the area that contains the address permits the access".to_owned()
            }
            Some((fault, area)) => {
                let wanted = match fault.class() {
                    Some(FaultClass::Protection) => ", which forbids the access",
                    // Unmerging copies a page regardless of the area's permissions.
                    Some(FaultClass::CopyOnWrite) if !area.area.prot.write => "",
                    _ => ", which permits the access",
                };
                format!(
                    "the address is in the area {}{wanted}",
                    self.names.area(area)
                )
            }
            None => "no area contains this address".to_owned(),
        }
    }

    fn mapped(&self, vpn: u64, frame: Option<u32>, writable: bool) -> String {
        let spec = self.names.spec;
        let rw = u8::from(writable);
        let page = self.names.page(vpn);
        match frame {
            Some(frame) => {
                let ppn = numbers::hex(frame.into(), spec.ppn_bits());
                format!("updates the PTE of {page}: P = 1, PPN {ppn}, R/W = {rw}")
            }
            None => {
                format!("updates the PTE of {page}: P = 1, PPN of the shared zero page, R/W = {rw}")
            }
        }
    }

    fn returns(&self, major: bool) -> String {
        let kind = if major { "major" } else { "minor" };
        match self.call {
            Some(call) => format!("returns from the {kind} fault; the {call} call continues"),
            None => format!("returns from the {kind} fault; the instruction is retried"),
        }
    }

    fn killed(&self, class: FaultClass) -> String {
        match (self.call, class.signal()) {
            (None, Some((signal, code))) => {
                format!(
                    "sends {} ({}); the instruction does not complete",
                    signal.name(),
                    code.name()
                )
            }
            (Some(call), _) => format!("the fault cannot be resolved, so {call} stops"),
            (None, None) => "the instruction does not complete".to_owned(),
        }
    }
}
