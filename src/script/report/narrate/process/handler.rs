//! The fault handler's part of the numbered sequence: the victim, the page-in, the PTE update, and the
//! return.

use crate::report::doc;
use crate::report::words::counts::count;
use crate::report::words::handling::{cleared, unmapped};
use crate::report::words::names::{self, Names};
use crate::report::words::numbers;
use crate::run::messages::{Detail, Kind, Message, at_level, of_action, of_call};
use crate::run::record::{CallRecord, FaultRecord, Legend, MessageLevel, ProcessRef};
use crate::run::steps::Evicted;
use pagewalk_engine::kernel::event::{FaultClass, KernelStep};
use pagewalk_engine::machine::event::{AccessKind, Fault};

/// The text of the step in which only a TLB entry was stale.
pub(crate) const STALE: &str = "invalidates the stale TLB entry, because the PTE permits the access; the instruction is retried";

/// Returns the steps of a system call, which include the faults during the call.
pub(crate) fn call_steps(record: &CallRecord) -> Vec<doc::Step> {
    let steps = of_call(record);
    steps
        .iter()
        .filter(|message| message.row().is_step)
        .filter_map(|message| in_call(record, message))
        .collect()
}

/// Returns the steps of a system call at a level.
pub(crate) fn call_steps_at(record: &CallRecord, level: MessageLevel) -> Vec<doc::Step> {
    if level == MessageLevel::All {
        return call_steps(record);
    }
    let steps = at_level(level, of_call(record));
    steps
        .iter()
        .filter_map(|message| in_call(record, message))
        .collect()
}

fn in_call(record: &CallRecord, message: &Message) -> Option<doc::Step> {
    let names = Names {
        spec: &record.spec,
        legend: &record.legend,
        own: &record.process,
    };
    let what = match (message.kind, message.detail) {
        (kind, Detail::Kernel { step, fault }) => {
            let quiet = FaultRecord::default();
            let fault = fault
                .and_then(|fault| record.faults.get(fault))
                .unwrap_or(&quiet);
            Handler {
                names,
                fault,
                call: Some(record.name),
            }
            .text(kind, step)?
        }
        (Kind::StaleEntry, _) => STALE.to_owned(),
        (Kind::SystemCall, _) => format!("system call {}", record.name),
        _ => match record.reply.result {
            Ok(_) => format!("{} returns", record.name),
            Err(error) => format!("{} fails: {}, {}", record.name, error.name(), error.help()),
        },
    };
    Some(doc::Step {
        who: message.ends(),
        what,
    })
}

/// Returns the steps of an action that the kernel initiated.
pub(crate) fn action_steps(
    spec: &pagewalk_engine::machine::spec::Spec,
    legend: &Legend,
    done: &[KernelStep],
) -> Vec<doc::Step> {
    let own = ProcessRef {
        pid: pagewalk_engine::kernel::ids::Pid(0),
        name: "".into(),
    };
    let names = Names {
        spec,
        legend,
        own: &own,
    };
    let quiet = Handler {
        names,
        fault: &FaultRecord::default(),
        call: None,
    };
    let step = |message: &Message| match message.detail {
        Detail::Kernel { step, .. } => Some(doc::Step {
            who: message.ends(),
            what: quiet.text(message.kind, step)?,
        }),
        _ => None,
    };
    of_action(done)
        .iter()
        .filter(|message| message.row().is_step)
        .filter_map(step)
        .collect()
}

/// The fault handler's state during a fault.
pub(crate) struct Handler<'a> {
    pub(crate) names: Names<'a>,
    pub(crate) fault: &'a FaultRecord,
    pub(crate) call: Option<&'a str>,
}

impl Handler<'_> {
    /// Returns the text of a message.
    pub(crate) fn text(&self, kind: Kind, step: KernelStep) -> Option<String> {
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
    fn evicted(&self, kind: Kind, step: KernelStep) -> Option<String> {
        let names = &self.names;
        let evicted = Evicted::from_step(&step)?;
        let page = evicted
            .page
            .map_or("an unmapped page".to_owned(), |page| names.page_of(page));
        match kind {
            Kind::VictimPte => {
                return cleared(&evicted).map(|cleared| format!("{cleared} of {page}"));
            }
            Kind::VictimTlbEntry => return Some(format!("invalidates the TLB entry of {page}")),
            _ => {}
        }
        let victim = format!(
            "evicts {page} from {} ({})",
            names::frame(evicted.frame),
            names.policy()
        );
        let entries = unmapped(&evicted);
        let entries = entries.map_or_else(String::new, |entries| format!(". T{}", &entries[1..]));
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
        match &self.fault.area {
            // The system call may have moved the area in the meantime.
            Some(area)
                if self.fault.wanted().is_some_and(|(va, _)| {
                    !(area.area.start..area.area.end).contains(&va.raw())
                }) =>
            {
                "the area that contains the address permits the access".to_owned()
            }
            Some(area) => {
                let wanted = match self.fault.class() {
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
