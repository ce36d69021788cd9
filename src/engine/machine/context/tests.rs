use crate::machine::Machine;
use crate::machine::addr::Pa;
use crate::machine::event::{AccessKind, Fault, Privilege};
use crate::machine::pte::{Bit, Flags, Pte};
use crate::machine::spec::{Mmu, Spec, TlbSpec};

/// Creates two cores with 64-byte pages, a one-level table of 4-byte entries in memory, and one TLB per core.
///
/// Process 1's table is at 0x000, and process 2's table is at 0x400. Page `n` is in frame 32 + n for process
/// 1 and in frame 48 + n for process 2.
fn machine(tlb: TlbSpec) -> Machine {
    let mmu = Mmu::flat(10, 12, 6);
    let spec = Spec {
        mmu: Some(mmu),
        physical_bits: 12,
        tlbs: vec![tlb],
        caches: vec![],
        cores: 2,
        ..Spec::simple()
    };
    let mut machine = Machine::new(spec);
    machine.zero_unset();
    for page in 0..16 {
        map(&mut machine, 1, page, 32 + page, Flags::TABLE);
        map(&mut machine, 2, page, 48 + page, Flags::TABLE);
    }
    machine
}

fn root(machine: &Machine, asid: u16) -> Pa {
    machine.pa(u64::from(asid - 1) * 0x400).unwrap()
}

fn map(machine: &mut Machine, asid: u16, page: u64, ppn: u64, flags: Flags) {
    let bytes = u64::from(machine.spec().mmu.as_ref().unwrap().pte.bytes);
    let at = machine
        .pa(root(machine, asid).raw() + page * bytes)
        .unwrap();
    machine.put_pte(at, Pte { ppn, flags });
}

fn run(machine: &mut Machine, core: u32, asid: u16) {
    machine.set_core(core).unwrap();
    let root = root(machine, asid);
    machine.switch_to(asid, Some(root), &mut ());
}

/// The frame to which the current core translates a page, and whether it walked the page table.
fn frame(machine: &mut Machine, page: u64) -> (Result<u64, Fault>, bool) {
    let misses = machine.tlb_counts(0).misses;
    let va = machine.va(page << 6).unwrap();
    let pa = machine.translate_as(va, AccessKind::Read, Privilege::User, &mut ());
    (
        pa.map(|pa| pa.raw() >> 6),
        machine.tlb_counts(0).misses > misses,
    )
}

fn touch(machine: &mut Machine, page: u64) {
    assert!(frame(machine, page).0.is_ok());
}

fn plain() -> TlbSpec {
    TlbSpec::new("tlb", 4, 2)
}

fn with_asid() -> TlbSpec {
    TlbSpec {
        asid: true,
        ..plain()
    }
}

#[test]
fn each_core_runs_in_its_own_address_space() {
    for tlb in [plain(), with_asid()] {
        let mut machine = machine(tlb);
        run(&mut machine, 0, 1);
        run(&mut machine, 1, 2);
        assert_eq!(frame(&mut machine, 3), (Ok(51), true));
        assert_eq!(
            (machine.asid(), machine.cr3()),
            (2, Some(root(&machine, 2)))
        );
        machine.set_core(0).unwrap();
        assert_eq!(frame(&mut machine, 3), (Ok(35), true));
        assert_eq!(
            (machine.asid(), machine.cr3()),
            (1, Some(root(&machine, 1)))
        );
        assert_eq!(
            machine
                .page_table_entry(machine.vpn(3).unwrap())
                .map(|(_, pte)| pte.ppn),
            Some(35)
        );
        machine.set_core(1).unwrap();
        assert_eq!(frame(&mut machine, 3), (Ok(51), false));
    }
}

/// Intel SDM 3A, section 4.10.4.1: a load of CR3 invalidates the non-global entries unless PCIDs are in use.
#[test]
fn a_context_switch_flushes_only_tlbs_without_asids() {
    for (tlb, walks) in [(plain(), true), (with_asid(), false)] {
        let mut machine = machine(tlb);
        run(&mut machine, 0, 1);
        touch(&mut machine, 3);
        run(&mut machine, 0, 1);
        assert_eq!(
            frame(&mut machine, 3),
            (Ok(35), false),
            "the same process again"
        );
        run(&mut machine, 0, 2);
        assert_eq!(frame(&mut machine, 3), (Ok(51), true));
        run(&mut machine, 0, 1);
        assert_eq!(frame(&mut machine, 3), (Ok(35), walks));
    }
}

#[test]
fn a_switch_does_not_affect_other_cores() {
    let mut machine = machine(plain());
    for core in [0, 1] {
        run(&mut machine, core, 1);
        touch(&mut machine, 3);
    }
    run(&mut machine, 0, 2);
    machine.set_core(1).unwrap();
    assert_eq!(frame(&mut machine, 3), (Ok(35), false));
}

#[test]
fn the_same_process_with_another_root_keeps_its_tlb() {
    let mut machine = machine(plain());
    run(&mut machine, 0, 1);
    touch(&mut machine, 3);
    machine.switch_to(1, Some(root(&machine, 2)), &mut ());
    assert_eq!(frame(&mut machine, 3), (Ok(35), false));
    assert_eq!(frame(&mut machine, 4), (Ok(52), true));
    machine.switch_to(1, None, &mut ());
    assert_eq!(
        frame(&mut machine, 5).0,
        Err(Fault::NotPresent { level: 1 })
    );
}

#[test]
fn without_a_kernel_cr3_is_the_same_on_all_cores() {
    let mut machine = machine(plain());
    let root = root(&machine, 2);
    machine.set_cr3(Some(root));
    for core in [0, 1] {
        machine.set_core(core).unwrap();
        assert_eq!(
            (machine.cr3(), frame(&mut machine, 1).0),
            (Some(root), Ok(49))
        );
    }
}

/// Fills the TLBs with page 3 of both processes. If entries survive a switch, both cores have entries of
/// process 1.
fn shared_about(tlb: TlbSpec) -> Machine {
    let mut machine = machine(tlb);
    run(&mut machine, 0, 1);
    (0..8).for_each(|page| touch(&mut machine, page));
    run(&mut machine, 1, 1);
    (3..6).for_each(|page| touch(&mut machine, page));
    run(&mut machine, 1, 2);
    touch(&mut machine, 3);
    machine
}

#[test]
fn a_page_is_shot_down_on_all_cores_only_for_its_process() {
    for tlb in [plain(), with_asid()] {
        let mut machine = shared_about(tlb.clone());
        map(&mut machine, 1, 3, 40, Flags::TABLE);
        machine.shoot_down(machine.va(3 << 6 | 5).unwrap(), 1, &mut ());
        assert_eq!(
            frame(&mut machine, 3),
            (Ok(51), false),
            "process 2 keeps its page"
        );
        run(&mut machine, 1, 1);
        assert_eq!(frame(&mut machine, 3), (Ok(40), true));
        assert_eq!(frame(&mut machine, 4), (Ok(36), !tlb.asid));
        machine.set_core(0).unwrap();
        assert_eq!(frame(&mut machine, 3), (Ok(40), true));
        assert_eq!(
            frame(&mut machine, 4),
            (Ok(36), false),
            "only that page is invalidated"
        );
    }
}

#[test]
fn all_entries_of_a_process_are_shot_down() {
    for tlb in [plain(), with_asid()] {
        let mut machine = shared_about(tlb);
        machine.shoot_down_all(1, &mut ());
        assert_eq!(
            frame(&mut machine, 3),
            (Ok(51), false),
            "process 2 keeps its page"
        );
        run(&mut machine, 1, 1);
        assert_eq!(
            (frame(&mut machine, 3), frame(&mut machine, 5)),
            ((Ok(35), true), (Ok(37), true))
        );
        machine.set_core(0).unwrap();
        (0..8).for_each(|page| assert_eq!(frame(&mut machine, page), (Ok(32 + page), true)));
    }
}

/// Every process uses the entry of a global page, so the entry must be invalidated on every core.
#[test]
fn global_entries_are_shot_down() {
    for tlb in [plain(), with_asid()] {
        for all in [false, true] {
            let mut machine = machine(tlb.clone());
            map(&mut machine, 1, 3, 35, Flags::TABLE.with(Bit::G));
            run(&mut machine, 0, 1);
            touch(&mut machine, 3);
            run(&mut machine, 0, 2);
            assert_eq!(frame(&mut machine, 3), (Ok(35), false));
            if all {
                machine.shoot_down_all(1, &mut ());
            } else {
                machine.shoot_down(machine.va(3 << 6).unwrap(), 1, &mut ());
            }
            assert_eq!(frame(&mut machine, 3), (Ok(51), true));
        }
    }
}

/// A TLB with small pages holds parts of a huge page, which are invalidated together.
#[test]
fn all_parts_of_a_huge_page_are_shot_down() {
    let mmu = Mmu {
        levels: vec![2, 2],
        ..Mmu::flat(10, 12, 6)
    };
    let tlbs = vec![TlbSpec {
        asid: true,
        page_bits: vec![6],
        ..TlbSpec::new("tlb", 4, 4)
    }];
    let spec = Spec {
        mmu: Some(mmu),
        physical_bits: 12,
        tlbs,
        caches: vec![],
        cores: 1,
        ..Spec::simple()
    };
    let mut machine = Machine::new(spec);
    machine.map_at(
        1,
        machine.vpn(4).unwrap(),
        Pte {
            ppn: 16,
            flags: Flags::TABLE.with(Bit::Ps),
        },
    );
    machine.map(
        machine.vpn(8).unwrap(),
        Pte {
            ppn: 9,
            flags: Flags::TABLE,
        },
    );
    machine.switch_to(4, None, &mut ());
    for page in [4, 6, 8] {
        assert!(frame(&mut machine, page).1);
    }
    machine.shoot_down(machine.va(5 << 6).unwrap(), 3, &mut ());
    assert_eq!(frame(&mut machine, 4), (Ok(16), false));
    machine.shoot_down(machine.va(5 << 6).unwrap(), 4, &mut ());
    assert_eq!(
        [4, 6, 8].map(|page| frame(&mut machine, page).1),
        [true, true, false]
    );
}
