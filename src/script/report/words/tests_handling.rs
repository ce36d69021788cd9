//! Tests that each cause, page-in, and end of a fault's handling has its words.

use std::sync::Arc;

use pagewalk_engine::kernel::event::{BackingStore, FaultClass, KernelStep, ProcessPage};
use pagewalk_engine::kernel::ids::{FileId, FrameNo, Pid, SlotNo};
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::event::{AccessKind, Event, Fault, ProtectionCause};
use pagewalk_engine::machine::presets::PRESETS;

use super::causes::cause_clause;
use super::handling::FaultText;
use super::names::Names;
use crate::run::record::{FaultRecord, Legend, ProcessRef};
use crate::run::steps::{Cause, Decider, Stale};

const PROTECTION: Fault = Fault::Protection {
    why: ProtectionCause::ReadOnly,
};
const ABSENT: Fault = Fault::NotPresent { level: 1 };

/// The causes, page-in clauses, and last sentences of faults on page 0x40 of P1, each with the hardware's fault and the
/// handler's steps after it.
#[test]
fn each_cause_page_in_and_end_has_words() {
    let machine = Machine::new(Arc::new(PRESETS[0].spec()));
    let (one, two) = (FrameNo(1), FrameNo(2));
    let (file, page) = (FileId(0), 3);
    let (cached, disk) = (
        BackingStore::PageCache { file, page },
        BackingStore::File { file, page },
    );
    let swap = BackingStore::Swap { slot: SlotNo(4) };
    let mapped = |frame| KernelStep::Mapped {
        page: ProcessPage {
            pid: Pid(1),
            vpn: machine.vpn(0x40).unwrap(),
        },
        frame,
        writable: true,
    };
    let minor = |class| KernelStep::Resolved {
        class,
        major: false,
    };
    let major = |class| KernelStep::Resolved { class, major: true };
    let killed = |class| KernelStep::Killed { class };
    let copied = |from| KernelStep::Copied { from, to: two };
    let filled = |frame, from| KernelStep::Filled { frame, from };
    let cow = "the PTE is read-only although the area is writable";
    let no_file = "page 0x40 of P1 is backed by a page of a file but has no valid PTE";
    let fatal = "the fault was fatal, so no frame was mapped";
    #[rustfmt::skip]
    let rows: Vec<(Fault, Vec<KernelStep>, String, &str, &str)> = vec![
        (ABSENT, vec![KernelStep::Zeroed { frame: one }, mapped(Some(one)), minor(FaultClass::DemandZero)],
         "page 0x40 of P1 is anonymous and was never touched".into(),
         "the kernel allocates frame 1, fills it with zeros, and maps it", "Minor fault; the instruction is retried."),
        (ABSENT, vec![mapped(None), minor(FaultClass::DemandZero)],
         "page 0x40 of P1 is anonymous and was never touched".into(),
         "the kernel maps the shared zero page read-only", "Minor fault; the instruction is retried."),
        (ABSENT, vec![filled(one, cached), mapped(Some(one)), minor(FaultClass::File)], no_file.into(),
         "the kernel loads the page from the page cache into frame 1 and maps it", "Minor fault; the instruction is retried."),
        (ABSENT, vec![filled(one, disk), mapped(Some(one)), major(FaultClass::File)], no_file.into(),
         "the kernel reads the page from disk into frame 1 and maps it", "Major fault; the instruction is retried."),
        (ABSENT, vec![filled(two, disk), copied(None), mapped(Some(two)), major(FaultClass::File)], no_file.into(),
         "the kernel reads the page from disk into frame 2 as a private copy and maps it writable in P1",
         "Major fault; the instruction is retried."),
        (ABSENT, vec![KernelStep::Shared { frame: one }, mapped(Some(one)), minor(FaultClass::File)], no_file.into(),
         "frame 1 already holds the page, so the kernel maps that frame", "Minor fault; the instruction is retried."),
        (PROTECTION, vec![mapped(Some(one)), minor(FaultClass::File)],
         "page 0x40 of P1 is backed by a page of a file, which is shared and read-only until the first store, and this \
          access is the first store".into(),
         "the kernel makes the PTE for frame 1 writable, so stores reach the file",
         "Minor fault; the instruction is retried."),
        (ABSENT, vec![filled(one, swap), mapped(Some(one)), major(FaultClass::Swap)],
         "page 0x40 of P1 is on disk, in swap slot 4".into(),
         "the kernel reads the page from swap slot 4 into frame 1 and maps it", "Major fault; the instruction is retried."),
        (ABSENT, vec![KernelStep::Shared { frame: one }, mapped(Some(one)), minor(FaultClass::Swap)],
         "page 0x40 of P1 was swapped out, but is resident again for another process".into(),
         "frame 1 already holds the page, so the kernel maps that frame", "Minor fault; the instruction is retried."),
        (PROTECTION, vec![copied(Some(one)), mapped(Some(two)), minor(FaultClass::CopyOnWrite)],
         format!("page 0x40 of P1 is in shared frame 1, and {cow}"),
         "the kernel copies frame 1 to frame 2 and maps frame 2 writable in P1", "Minor fault; the instruction is retried."),
        (PROTECTION, vec![copied(None), mapped(Some(two)), minor(FaultClass::CopyOnWrite)],
         format!("page 0x40 of P1 is mapped to the shared zero page, and {cow}"),
         "the kernel allocates frame 2, fills it with zeros, and maps it writable in P1",
         "Minor fault; the instruction is retried."),
        (PROTECTION, vec![KernelStep::Reused { frame: one }, minor(FaultClass::CopyOnWrite)],
         "page 0x40 of P1 was shared, and its PTE was still read-only".into(),
         "frame 1 is no longer shared, so the kernel makes the PTE writable without copying",
         "Minor fault; the instruction is retried."),
        (PROTECTION, vec![], "the PTE of page 0x40 of P1 already permits the access, but a TLB held a stale copy".into(),
         "the kernel only invalidates the stale TLB entry",
         "The kernel invalidates the stale TLB entry; the instruction is retried."),
        (PROTECTION, vec![killed(FaultClass::Protection)], "P1 cannot write to 0x1000".into(), fatal, ""),
        (ABSENT, vec![killed(FaultClass::Segmentation)], "P1 has no area at 0x1000".into(), fatal, ""),
        (ABSENT, vec![killed(FaultClass::Bus)],
         "page 0x40 of P1 maps a page of a file, past the end of the file".into(), fatal, ""),
    ];
    for (fault, after, cause, page_in, end) in rows {
        let va = machine.va(0x1000).unwrap();
        let kind = AccessKind::Write;
        let mut record = FaultRecord {
            events: vec![Event::Faulted { fault }],
            steps: vec![KernelStep::Fault { va, kind, fault }],
            ..FaultRecord::default()
        };
        record.steps.extend(after);
        let words = |record: &FaultRecord| {
            let legend = Legend::default();
            let own = ProcessRef {
                pid: Pid(1),
                name: "P1".into(),
            };
            let names = Names {
                spec: machine.spec(),
                legend: &legend,
                own: &own,
            };
            let text = FaultText::new(names, record, None);
            let done = text.done().pop().unwrap_or_default();
            (text.cause_clause(), text.page_in_clause(), done)
        };
        let expected = (cause, page_in.to_owned(), end.to_owned());
        assert_eq!(words(&record), expected);
        if record.class().is_none() {
            // The kernel itself accesses pages without a TLB, so its accesses can only run out of memory.
            record.events.clear();
            let out = "no memory is left for page 0x40 of P1 or for a page table";
            assert_eq!(words(&record), (out.into(), out.into(), String::new()));
        }
    }
}

/// The causes of hardware faults at 0x1000, which is in page 0x40 of the simple machine.
#[test]
fn each_cause_names_the_entry_that_decided() {
    use ProtectionCause::{NoExecute, ReadOnly, Supervisor};
    let spec = PRESETS[0].spec();
    let pte = "the page-table entry for VPN 0x40";
    let denied = |why, by| Cause::Denied { why, by };
    let by_tlb = |stale| Decider::TlbEntry {
        tlb: 0,
        set: 0,
        way: 1,
        stale,
    };
    let store = "the TLB entry in way 1 of set 0 has R/W = 0, and the access is a store";
    let stale = |found: Stale| denied(ReadOnly, by_tlb(Some(found)));
    let now = |found: &str| format!("{store}; the TLB entry is stale, because {pte} {found}");
    let protects = |why| Stale::Fault(Fault::Protection { why });
    let upper = |raw| Decider::UpperEntry { level: 1, raw };
    #[rustfmt::skip]
    let rows = [
        (AccessKind::Read, Cause::Absent { level: 1 }, format!("{pte} is not present (P = 0)")),
        (AccessKind::Read, Cause::Reserved { level: 1 }, format!("{pte} has a reserved bit set (Intel SDM 3A, 4.5.4)")),
        (AccessKind::Write, denied(ReadOnly, by_tlb(None)), store.to_owned()),
        (AccessKind::Write, stale(Stale::Fault(ABSENT)), now("is not present (P = 0)")),
        (AccessKind::Write, stale(Stale::Fault(Fault::Reserved { level: 1 })), now("has a reserved bit set")),
        (AccessKind::Write, stale(protects(Supervisor)), now("has U/S = 0")),
        (AccessKind::Write, stale(protects(NoExecute)), now("has XD = 1")),
        (AccessKind::Write, stale(Stale::Permits(ReadOnly)), now("has R/W = 1")),
        (AccessKind::Write, stale(Stale::Page { level: 1, ppn: 5 }), now("has PPN 0x05")),
        (AccessKind::Read, denied(Supervisor, upper(Some(5))),
         "the level-1 entry 0x0005 has U/S = 0, and the access is a load in user mode".to_owned()),
        (AccessKind::Execute, denied(NoExecute, upper(None)),
         format!("{pte} has XD = 1, and the access is an instruction fetch")),
        (AccessKind::Write, denied(ReadOnly, Decider::Page),
         "the page is read-only (R/W = 0), and the access is a store".to_owned()),
        (AccessKind::Read, denied(Supervisor, Decider::Page),
         "the page is for the supervisor only (U/S = 0), and the access is a load in user mode".to_owned()),
        (AccessKind::Execute, denied(NoExecute, Decider::Page),
         "the page is not executable (XD = 1), and the access is an instruction fetch".to_owned()),
    ];
    for (kind, cause, words) in rows {
        assert_eq!(cause_clause(&spec, 0x1000, kind, &cause), words);
    }
}
