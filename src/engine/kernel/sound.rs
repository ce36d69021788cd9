//! Checks that the kernel's state is consistent with itself, with the page tables in simulated memory, and
//! with the TLBs.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::Kernel;
use crate::kernel::frames::FrameContents;
use crate::kernel::ids::{FrameNo, Pid, SlotNo};
use crate::kernel::process::PageLocation;
use crate::kernel::vma::Backing;
use crate::machine::Machine;
use crate::machine::page_table::Mapping;
use crate::machine::pte::{Bit, Flags, Pte, mask};

/// Checks all invariants that hold between two accesses.
///
/// # Panics
/// Panics if the state violates an invariant.
pub fn check(kernel: &Kernel) {
    let mut mapped: BTreeMap<FrameNo, Vec<(Pid, u64)>> = BTreeMap::new();
    let mut slots: BTreeSet<(SlotNo, Pid, u64)> = BTreeSet::new();
    for process in kernel.processes() {
        let (pid, space) = (process.pid, &process.space);
        for (vpn, place) in space.pages.iter() {
            match place {
                PageLocation::Frame(frame) => mapped.entry(*frame).or_default().push((pid, vpn)),
                PageLocation::Swap(slot) => assert!(slots.insert((*slot, pid, vpn))),
                PageLocation::Zero => {}
            }
        }
        let resident = space
            .pages
            .iter()
            .filter(|(_, place)| matches!(place, PageLocation::Frame(_)))
            .count();
        assert_eq!(space.resident, resident as u64, "rss of {pid}");
        check_tables(kernel, pid);
    }
    check_frames(kernel, &mapped);
    check_stores(kernel);
    check_swap(kernel, &slots);
    check_space(kernel);
    check_tlbs(kernel);
}

/// Checks that the entries in memory agree with the kernel's state and its permissions.
fn check_tables(kernel: &Kernel, pid: Pid) {
    let space = &kernel.process(pid).expect("a process").space;
    if space.tables.iter().next().is_none() {
        assert!(
            space.pages.iter().next().is_none() && space.areas.count() == 0,
            "{pid} has pages and no root"
        );
        return;
    }
    let listing = kernel.machine_of(pid).page_table();
    assert_eq!(
        listing.tables as usize,
        space.tables.iter().count(),
        "tables of {pid}"
    );
    let present = |map: &&Mapping| map.pte.flags.has(Bit::P);
    let entries: BTreeMap<u64, Pte> = listing
        .mappings
        .iter()
        .filter(present)
        .map(|map| (map.vpn.raw(), map.pte))
        .collect();
    assert_eq!(
        entries.len(),
        listing.mappings.iter().filter(present).count()
    );
    let format = &kernel.machine.spec().mmu.as_ref().expect("an MMU").pte;
    let no_execute = format.bit_position(Bit::Xd).is_some();
    let mut present = 0;
    for (vpn, place) in space.pages.iter() {
        let area = space
            .areas
            .find(vpn << kernel.shape.page_bits)
            .expect("a page lies in an area");
        let ppn = match place {
            PageLocation::Frame(frame) => u64::from(frame.0),
            PageLocation::Zero => kernel.zero.expect("a zero frame"),
            PageLocation::Swap(slot) => {
                let pte = kernel.pte(pid, vpn).expect("an entry");
                let widest = mask(format.ppn_bits());
                let has_mark = format.swap_mark() != Flags::NONE;
                let field = if slot.0 == 0 && !has_mark {
                    widest
                } else {
                    widest.min(slot.0.into())
                };
                let found = (pte.flags.has(Bit::P), pte.ppn);
                assert_eq!(
                    found,
                    (false, field),
                    "page {vpn:#x} of {pid} in slot {slot}"
                );
                assert_ne!(
                    format.encode(pte),
                    0,
                    "it would look as if it was never set"
                );
                continue;
            }
        };
        let Some(pte) = entries.get(&vpn) else {
            assert!(
                !(area.prot.read || area.prot.write || area.prot.exec),
                "page {vpn:#x} of {pid} has no entry"
            );
            continue;
        };
        present += 1;
        assert_eq!(pte.ppn, ppn, "page {vpn:#x} of {pid}");
        assert!(pte.flags.has(Bit::Us), "{pte:?}");
        assert_eq!(
            pte.flags.has(Bit::Xd),
            no_execute && !area.prot.exec,
            "{pte:?}"
        );
        if pte.flags.has(Bit::Rw) && kernel.shape.read_only {
            assert!(area.prot.write, "page {vpn:#x} of {pid} may be stored to");
            check_writable(kernel, area.shared, *place);
        }
    }
    assert_eq!(
        present,
        entries.len(),
        "an entry of {pid} that the books do not know"
    );
    let leaves = space
        .tables
        .iter()
        .filter(|(level, ..)| *level == kernel.shape.levels);
    let used: u32 = leaves.map(|(.., table)| table.used).sum();
    assert_eq!(
        used as usize,
        space.pages.iter().count(),
        "entries in use of {pid}"
    );
}

/// Checks that no other process maps a writable private page.
fn check_writable(kernel: &Kernel, shared: bool, place: PageLocation) {
    let PageLocation::Frame(frame) = place else {
        panic!("the zero frame may be stored to")
    };
    let held = kernel.frames.get(frame);
    match held.contents {
        FrameContents::File { .. } | FrameContents::Object { .. } => assert!(shared),
        FrameContents::Anonymous => {
            assert_eq!(held.refs, 1, "frame {frame} is shared and may be stored to");
            let others = held.slot.is_some_and(|slot| kernel.swap.holds_pages(slot));
            assert!(
                !others,
                "frame {frame} may be stored to and others will swap it in"
            );
        }
        FrameContents::Merged | FrameContents::Free => {
            panic!("frame {frame} may be stored to: {held:?}")
        }
    }
}

/// Checks that the reference count of each frame equals the number of its mappings, and that no allocated
/// frame is lost.
fn check_frames(kernel: &Kernel, mapped: &BTreeMap<FrameNo, Vec<(Pid, u64)>>) {
    let in_use: BTreeMap<FrameNo, _> = kernel.frames.iter().collect();
    assert_eq!(in_use.len() as u32, kernel.frames.used());
    assert!(
        mapped.keys().all(|frame| in_use.contains_key(frame)),
        "a free frame is mapped"
    );
    for (frame, held) in in_use {
        let pages = mapped.get(&frame).cloned().unwrap_or_default();
        assert_eq!(
            held.refs as usize,
            pages.len(),
            "references to frame {frame}"
        );
        assert_eq!(
            kernel.frames.maps(frame).collect::<Vec<_>>(),
            pages,
            "reverse mapping of {frame}"
        );
        assert!(
            frame.0 < kernel.frame_limit(),
            "frame {frame} lies where tables are"
        );
        match held.contents {
            FrameContents::Free => panic!("a free frame is listed"),
            FrameContents::Anonymous | FrameContents::Merged => {
                assert!(held.refs > 0, "frame {frame} is lost");
                assert!(
                    held.refs == 1 || kernel.shape.read_only,
                    "frame {frame} is shared without an R/W bit"
                );
                check_private(kernel, frame);
            }
            FrameContents::File { file, page } => {
                assert!(held.refs > 0, "file frame {frame} is lost");
                assert_eq!(kernel.files.all[&file].mapped.get(&page), Some(&frame));
            }
            FrameContents::Object { object, page } => {
                assert_eq!(kernel.objects.all[&object].pages[&page].frame, Some(frame));
            }
        }
    }
}

/// Checks that a private frame is mapped only in private areas, and a merged frame only in anonymous areas.
fn check_private(kernel: &Kernel, frame: FrameNo) {
    for (pid, vpn) in kernel.frames.maps(frame) {
        let area = kernel
            .area_at(pid, vpn << kernel.shape.page_bits)
            .expect("a page lies in an area");
        assert!(
            area.anon_vma.is_some(),
            "the area of page {vpn:#x} of {pid} has a private page and no owner"
        );
        assert!(
            !area.shared,
            "frame {frame} holds a private page and page {vpn:#x} of {pid} is shared"
        );
        let merged = kernel.frames.get(frame).contents == FrameContents::Merged;
        assert!(
            !merged || area.backing == Backing::Anonymous,
            "page {vpn:#x} of {pid} is merged"
        );
    }
}

/// Checks that files and objects agree with the contents of the frames.
fn check_stores(kernel: &Kernel) {
    for (file, held) in &kernel.files.all {
        for (page, frame) in &held.mapped {
            assert_eq!(
                kernel.frames.get(*frame).contents,
                FrameContents::File {
                    file: *file,
                    page: *page
                }
            );
        }
    }
    for (object, held) in &kernel.objects.all {
        assert!(
            held.users > 0 || held.pages.is_empty(),
            "object {object} outlives its users"
        );
        for (page, at) in &held.pages {
            if let Some(frame) = at.frame {
                assert_eq!(
                    kernel.frames.get(frame).contents,
                    FrameContents::Object {
                        object: *object,
                        page: *page
                    }
                );
                assert_eq!(kernel.frames.get(frame).slot, at.slot);
            }
            if let Some(slot) = at.slot {
                let held = kernel.swap.slot(slot).expect("a slot in use");
                assert!(held.object && held.frame == at.frame);
            }
        }
    }
}

/// Checks that a page, a frame, or a shared object uses every allocated slot, and that these users refer to
/// the slot.
fn check_swap(kernel: &Kernel, slots: &BTreeSet<(SlotNo, Pid, u64)>) {
    let bytes = kernel
        .swap()
        .iter()
        .map(|(_, held)| held.host_bytes())
        .sum::<u64>();
    assert_eq!(kernel.swap.page_bytes, bytes, "bytes in swap");
    let in_slot = |(slot, _)| {
        kernel
            .swap
            .pages_in(slot)
            .map(move |(pid, vpn)| (slot, pid, vpn))
    };
    assert_eq!(
        &kernel
            .swap
            .iter()
            .flat_map(in_slot)
            .collect::<BTreeSet<_>>(),
        slots
    );
    assert!(kernel.swap.used() <= kernel.swap.slots);
    assert_eq!(kernel.swap.iter().count() as u32, kernel.swap.used());
    for (slot, held) in kernel.swap.iter() {
        let pages = kernel.swap.holds_pages(slot);
        assert!(
            pages || held.frame.is_some() || held.object,
            "slot {slot} is lost"
        );
        if let Some(frame) = held.frame {
            assert_eq!(
                kernel.frames.get(frame).slot,
                Some(slot),
                "swap cache of {frame}"
            );
        }
    }
    for (frame, held) in kernel.frames.iter() {
        if let Some(slot) = held.slot {
            assert_eq!(
                kernel.swap.slot(slot).and_then(|slot| slot.frame),
                Some(frame)
            );
            assert!(
                !kernel.is_dirty(frame),
                "frame {frame} was stored to, and slot {slot} holds an older page"
            );
        }
    }
}

/// Checks that tables and the zero frame are above the user frames and do not overlap.
fn check_space(kernel: &Kernel) {
    let mut taken: Vec<(u64, u64)> = kernel.zero.map(|ppn| (ppn, 1)).into_iter().collect();
    for process in kernel.processes() {
        for (level, _, table) in process.space.tables.iter() {
            taken.push((table.ppn, kernel.shape.table_pages(level).expect("a size")));
        }
    }
    taken.sort_unstable();
    assert!(
        taken
            .windows(2)
            .all(|pair| pair[0].0 + pair[0].1 <= pair[1].0),
        "two tables in one place"
    );
    assert!(
        taken
            .first()
            .is_none_or(|(first, _)| *first >= kernel.space.low())
    );
    assert!(u64::from(kernel.frames.end()) <= kernel.space.low());
}

/// Checks that the TLBs of all cores agree with the page tables.
fn check_tlbs(kernel: &Kernel) {
    let spec = kernel.machine.spec().clone();
    for core in 0..spec.cores {
        let mut machine = kernel.machine.clone();
        machine.set_core(core).expect("a core");
        for (level, tlb) in spec.tlbs.iter().enumerate() {
            for set in machine.tlb_sets_in_use(level) {
                for way in 0..tlb.ways {
                    let Some(line) = machine.tlb_line(level, set, way).filter(|line| line.valid)
                    else {
                        continue;
                    };
                    let tag = line.tag.expect("a valid entry has a tag").raw();
                    let vpn = tag << tlb.index_bits() | set.raw();
                    let pid = if tlb.asid {
                        Some(Pid(line.asid.into()))
                    } else {
                        kernel.running[core as usize]
                    };
                    check_tlb_entry(
                        kernel,
                        pid.expect("whose entry is this?"),
                        vpn,
                        (line.ppn.raw(), line.flags),
                    );
                }
            }
        }
        let _: &Machine = &machine;
    }
}

fn check_tlb_entry(
    kernel: &Kernel,
    pid: Pid,
    vpn: u64,
    (ppn, flags): (u64, crate::machine::pte::Flags),
) {
    let pte = kernel.pte(pid, vpn).unwrap_or_default();
    let what = format!("page {vpn:#x} of {pid}: {pte:?} and in a TLB {ppn:#x} {flags:?}");
    assert!(pte.flags.has(Bit::P) && pte.ppn == ppn, "{what}");
    assert!(pte.flags.has(Bit::Rw) || !flags.has(Bit::Rw), "{what}");
    assert!(!pte.flags.has(Bit::Xd) || flags.has(Bit::Xd), "{what}");
    assert!(
        pte.flags.has(Bit::D) || !flags.has(Bit::D) || !kernel.shape.dirty,
        "{what}"
    );
}
