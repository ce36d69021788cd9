//! Tests the details that an observer can request: every change of an entry, a TLB, or a disk.

use super::lab::{Lab, RW};
use crate::kernel::event::{BackingStore, KernelObserver, KernelStep};
use crate::kernel::file::Fill;
use crate::kernel::ids::{FrameNo, Pid, SlotNo};
use crate::machine::Data;
use crate::machine::event::{AccessKind, Event, MachineObserver};
use crate::machine::policy::Policy;

const AT: u64 = 0x400;
const PAGE: u64 = 64;
/// The virtual page at `AT`.
const VPN: u64 = 0x10;

/// An observer that records everything in order.
#[derive(Default)]
struct Seen(Vec<Step>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Kernel(KernelStep),
    /// An invalidated TLB entry: core, TLB, and virtual page.
    Invalidated(u32, u32, u64),
}

impl MachineObserver for Seen {
    fn on_event(&mut self, event: Event) {
        if let Event::TlbInvalidated {
            core,
            tlb,
            vpn,
            set,
            tag,
            ..
        } = event
        {
            assert_eq!((set.raw(), tag.raw()), (vpn.raw() % 4, vpn.raw() / 4));
            self.0.push(Step::Invalidated(core, tlb, vpn.raw()));
        }
    }
}

impl KernelObserver for Seen {
    fn on_step(&mut self, step: KernelStep) {
        self.0.push(Step::Kernel(step));
    }
}

fn is_detail(step: &Step) -> bool {
    use KernelStep::{DiskRead, DiskWritten, EntryWritten};
    matches!(
        step,
        Step::Invalidated(..)
            | Step::Kernel(EntryWritten { .. } | DiskRead { .. } | DiskWritten { .. })
    )
}

/// The raw entry before and after the step, if the step wrote a leaf entry.
fn written(step: &Step) -> Option<(u64, u64)> {
    match step {
        Step::Kernel(KernelStep::EntryWritten { before, after, .. }) => Some((*before, *after)),
        _ => None,
    }
}

fn store(lab: &mut Lab, pid: Pid, page: u64) -> Vec<Step> {
    let va = lab
        .kernel
        .machine()
        .va(AT + page * PAGE)
        .expect("an address");
    let mut seen = Seen::default();
    lab.kernel
        .access(pid, va, AccessKind::Write, Data::Store(&[1]), &mut seen)
        .expect("memory");
    seen.0
}

/// The details that have not been reported to an observer.
fn waiting(lab: &mut Lab) -> Vec<Step> {
    let mut seen = Seen::default();
    lab.kernel.report_details(&mut seen);
    seen.0
}

/// Creates a process that has stored to the first of its two pages, in frame 0.
fn lab(frames: u32) -> (Lab, Pid) {
    let mut lab = Lab::simple(|config| {
        (config.frames, config.swap, config.replacement) = (Some(frames), 4, Policy::Fifo);
    });
    lab.kernel.record_details(true);
    let pid = lab.spawn();
    lab.anonymous(pid, AT, 2);
    store(&mut lab, pid, 0);
    (lab, pid)
}

// The P, R/W, U/S, A, D, and XD bits of a two-byte entry. The PPN starts at bit 9.
const STORED: u64 = 0x8067;
const READ_ONLY: u64 = 0x8065;

#[test]
fn fork_and_copy_on_write_report_each_entry() {
    let (mut lab, pid) = lab(4);
    lab.fork(pid).expect("a child");
    let steps = waiting(&mut lab);
    let entries: Vec<_> = steps.iter().filter_map(written).collect();
    // The parent's entry becomes read-only. The child's entry is new, with its A bit clear and its D bit
    // copied.
    assert_eq!(entries, [(STORED, READ_ONLY), (0, 0x8045)]);
    assert_eq!(steps.last(), Some(&Step::Invalidated(0, 0, VPN)));

    let steps = store(&mut lab, pid, 0);
    let from = Some(FrameNo(0));
    assert!(
        steps.contains(&Step::Kernel(KernelStep::Copied {
            from,
            to: FrameNo(1)
        })),
        "{steps:?}"
    );
    // Frame 1 replaces frame 0.
    let entries: Vec<_> = steps.iter().filter_map(written).collect();
    assert_eq!(entries, [(READ_ONLY, 0), (0, 0x8007 | 1 << 9)]);
}

#[test]
fn unmapping_reports_the_entry_and_the_tlb() {
    let (mut lab, pid) = lab(4);
    lab.kernel.unmap_range(pid, AT..AT + 2 * PAGE);
    let steps = waiting(&mut lab);
    assert_eq!(
        steps.iter().filter_map(written).collect::<Vec<_>>(),
        [(STORED, 0)]
    );
    assert_eq!(steps[1..], [Step::Invalidated(0, 0, VPN)]);
}

#[test]
fn an_eviction_reports_the_disk_and_details_change_nothing_else() {
    let (mut lab, pid) = lab(1);
    let mut plain = lab.clone();
    plain.kernel.record_details(false);
    let slot = |slot| BackingStore::Swap { slot: SlotNo(slot) };
    for (page, transfers) in [
        (1, vec![KernelStep::DiskWritten { to: slot(0) }]),
        (
            0,
            vec![
                KernelStep::DiskWritten { to: slot(1) },
                KernelStep::DiskRead { from: slot(0) },
            ],
        ),
    ] {
        let mut steps = store(&mut lab, pid, page);
        let disk = |step: &&Step| is_detail(step) && written(step).is_none();
        let seen: Vec<_> = steps.iter().filter(disk).copied().collect();
        let mut expected: Vec<_> = transfers.into_iter().map(Step::Kernel).collect();
        expected.insert(1, Step::Invalidated(0, 0, VPN + 1 - page));
        assert_eq!(seen, expected);
        steps.retain(|step| !is_detail(step));
        assert_eq!(steps, store(&mut plain, pid, page));
    }
}

#[test]
fn a_sync_reports_what_it_writes() {
    let (mut lab, pid) = lab(4);
    let (file, backing) = lab.file(Fill::Counting, PAGE);
    lab.map(pid, AT + 4 * PAGE, 1, RW, true, backing);
    let at = BackingStore::File { file, page: 0 };
    let steps = store(&mut lab, pid, 4);
    let read = Step::Kernel(KernelStep::DiskRead { from: at });
    assert_eq!(
        steps.iter().filter(|step| **step == read).count(),
        1,
        "{steps:?}"
    );
    lab.kernel.sync();
    let steps = waiting(&mut lab);
    assert_eq!(steps[0], Step::Kernel(KernelStep::DiskWritten { to: at }));
    let (before, after) = written(&steps[1]).expect("an entry");
    assert_eq!(before ^ after, 0x42, "D and R/W");
    assert_eq!(steps[2..], [Step::Invalidated(0, 0, VPN + 4)]);
}
