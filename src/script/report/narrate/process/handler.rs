//! The fault handler's part of the numbered sequence: the victim, the page-in, the PTE update, and the
//! return.

use super::handled::{Evicted, Handled};
use super::names::{self, Names};
use crate::report::doc;
use crate::report::narrate::parts;
use crate::report::narrate::words::count;
use crate::run::record::{CallRecord, FaultRecord, Legend, ProcessRef};
use pagewalk_engine::kernel::event::{BackingStore, FaultClass, KernelStep};
use pagewalk_engine::machine::event::{AccessKind, Fault};

/// Returns the handler's actions as steps. `call` is the system call that caused the fault.
pub(crate) fn steps(names: Names, fault: &FaultRecord, call: Option<&str>) -> Vec<doc::Step> {
    let handler = Handler { names, fault, call };
    let mut steps: Vec<doc::Step> = fault.steps.iter().filter_map(|step| handler.step(*step)).collect();
    if fault.class().is_none() {
        steps.push(step_by(
            "handler → CPU",
            "invalidates the stale TLB entry, because the PTE permits the access; the instruction is retried",
        ));
    }
    steps
}

/// Returns the steps of a system call, which are the faults during the call.
pub(crate) fn call_steps(record: &CallRecord) -> Vec<doc::Step> {
    let names = Names { spec: &record.spec, legend: &record.legend, own: &record.process };
    let mut steps = vec![step_by("process → kernel", format!("system call {}", record.name))];
    for fault in &record.faults {
        steps.extend(self::steps(names, fault, Some(record.name)));
    }
    let quiet = Handler { names, fault: &FaultRecord::default(), call: Some(record.name) };
    steps.extend(record.steps.iter().filter_map(|step| quiet.step(*step)));
    let answer = match record.reply.result {
        Ok(_) => format!("{} returns", record.name),
        Err(error) => format!("{} fails: {}, {}", record.name, error.name(), error.help()),
    };
    steps.push(step_by("kernel → process", answer));
    steps
}

/// Returns the steps of an action that the kernel initiated.
pub(crate) fn action_steps(
    spec: &pagewalk_engine::machine::spec::Spec,
    legend: &Legend,
    done: &[KernelStep],
) -> Vec<doc::Step> {
    let own = ProcessRef { pid: pagewalk_engine::kernel::ids::Pid(0), name: "".into() };
    let names = Names { spec, legend, own: &own };
    let quiet = Handler { names, fault: &FaultRecord::default(), call: None };
    done.iter().filter_map(|step| quiet.step(*step)).collect()
}

fn step_by(who: &str, what: impl Into<String>) -> doc::Step {
    doc::Step { who: who.to_owned(), what: what.into() }
}

/// The fault handler's state during a fault.
struct Handler<'a> {
    names: Names<'a>,
    fault: &'a FaultRecord,
    call: Option<&'a str>,
}

impl Handler<'_> {
    fn step(&self, step: KernelStep) -> Option<doc::Step> {
        let names = &self.names;
        let frame = names::frame;
        Some(match step {
            KernelStep::Fault { va, kind, fault } => return self.touched(va.raw(), kind, fault),
            KernelStep::Area { .. } => step_by("handler", self.area()),
            KernelStep::StackGrew { start } => {
                step_by("handler", format!("the stack grows down to {}", names.address(start)))
            }
            KernelStep::Table { level, ppn } => step_by(
                "handler → memory",
                format!("allocates a level-{level} page table in physical {}", names.table_page(ppn)),
            ),
            KernelStep::FrameAllocated { frame: taken } => {
                step_by("handler", format!("allocates {}, the lowest free frame", frame(taken)))
            }
            KernelStep::Evicted { frame: victim, page, to, .. } => {
                let page = page.map_or("an unmapped page".to_owned(), |page| names.page_of(page));
                let victim = format!("evicts {page} from {} ({})", frame(victim), names.policy());
                let evicted = Handled::from_steps(&[step]).evicted;
                let entries = evicted.first().and_then(Evicted::unmapped);
                let entries = entries.map_or_else(String::new, |entries| format!(". T{}", &entries[1..]));
                match to {
                    Some(to) => step_by(
                        "handler → disk",
                        format!("{victim} and writes it to {}{entries}", names.store(to)),
                    ),
                    None => step_by("handler", format!("{victim} and discards the clean page{entries}")),
                }
            }
            KernelStep::Zeroed { frame: zeroed } => {
                step_by("handler → memory", format!("fills {} with zeros", frame(zeroed)))
            }
            KernelStep::Filled { frame: filled, from } => self.filled(&frame(filled), from),
            KernelStep::Shared { frame: shared } => {
                step_by("handler", format!("{} already holds the page", frame(shared)))
            }
            KernelStep::Copied { from: Some(from), to } => {
                step_by("handler → memory", format!("copies {} to {}", frame(from), frame(to)))
            }
            KernelStep::Copied { from: None, to } => {
                step_by("handler", format!("copies the page to {}, which no other process shares", frame(to)))
            }
            KernelStep::Reused { frame: reused } => step_by(
                "handler → memory",
                format!("sets R/W = 1 in the PTE without copying, because {} is not shared", frame(reused)),
            ),
            KernelStep::Mapped { page, frame, writable } => {
                step_by("handler → memory", self.mapped(page.vpn.raw(), frame.map(|frame| frame.0), writable))
            }
            KernelStep::MappedAround { pages } => step_by(
                "handler → memory",
                format!(
                    "maps {} (fault-around)",
                    count(pages.into(), "neighboring page", "neighboring pages")
                ),
            ),
            KernelStep::EntryWritten { .. }
            | KernelStep::DiskRead { .. }
            | KernelStep::DiskWritten { .. } => {
                return None;
            }
            KernelStep::Resolved { major, .. } => self.returns(major),
            KernelStep::Killed { class } => self.killed(class),
        })
    }

    /// Returns the step for a page that the kernel accesses on behalf of a system call. For an access by the
    /// process, the exception has a separate step.
    fn touched(&self, va: u64, kind: AccessKind, fault: Fault) -> Option<doc::Step> {
        self.call?;
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
        Some(step_by("kernel → handler", format!("{what} {}, but {page} is {why}", self.names.address(va))))
    }

    fn area(&self) -> String {
        match &self.fault.area {
            // The system call may have moved the area in the meantime.
            Some(area)
                if self
                    .fault
                    .wanted()
                    .is_some_and(|(va, _)| !(area.area.start..area.area.end).contains(&va.raw())) =>
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
                format!("the address is in the area {}{wanted}", self.names.area(area))
            }
            None => "no area contains this address".to_owned(),
        }
    }

    fn filled(&self, frame: &str, from: BackingStore) -> doc::Step {
        let store = self.names.store(from);
        match from {
            BackingStore::PageCache { .. } => {
                step_by("page cache → memory", format!("loads {store} into {frame}"))
            }
            _ => step_by("disk → memory", format!("loads {store} into {frame}")),
        }
    }

    fn mapped(&self, vpn: u64, frame: Option<u32>, writable: bool) -> String {
        let spec = self.names.spec;
        let rw = u8::from(writable);
        let page = self.names.page(vpn);
        match frame {
            Some(frame) => {
                let ppn = parts::hex(frame.into(), spec.ppn_bits());
                format!("updates the PTE of {page}: P = 1, PPN {ppn}, R/W = {rw}")
            }
            None => format!("updates the PTE of {page}: P = 1, PPN of the shared zero page, R/W = {rw}"),
        }
    }

    fn returns(&self, major: bool) -> doc::Step {
        let kind = if major { "major" } else { "minor" };
        match self.call {
            Some(call) => step_by(
                "handler → kernel",
                format!("returns from the {kind} fault; the {call} call continues"),
            ),
            None => {
                step_by("handler → CPU", format!("returns from the {kind} fault; the instruction is retried"))
            }
        }
    }

    fn killed(&self, class: FaultClass) -> doc::Step {
        match (self.call, class.signal()) {
            (None, Some((signal, code))) => step_by(
                "handler → process",
                format!("sends {} ({}); the instruction does not complete", signal.name(), code.name()),
            ),
            (Some(call), _) => {
                step_by("handler → kernel", format!("the fault cannot be resolved, so {call} stops"))
            }
            (None, None) => step_by("handler → process", "the instruction does not complete"),
        }
    }
}
