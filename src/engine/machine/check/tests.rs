use super::*;
use crate::machine::presets::{PRESETS, Preset};
use crate::machine::pte::PteFormat;
use crate::machine::spec::Side;

fn preset(name: &str) -> Spec {
    Preset::named(name).unwrap().spec()
}

/// The invalid settings after `spoil` has changed the simple memory system.
fn faults(spoil: impl FnOnce(&mut Spec)) -> Vec<(SpecPart, &'static str)> {
    let mut spec = preset("simple");
    spoil(&mut spec);
    let errors = spec.check().err().unwrap_or_default();
    errors
        .into_iter()
        .map(|error| (error.part, error.setting))
        .collect()
}

fn mmu(spec: &mut Spec) -> &mut Mmu {
    spec.mmu.as_mut().unwrap()
}

#[test]
fn presets_pass() {
    for preset in &PRESETS {
        assert_eq!(preset.spec().check(), Ok(()), "{}", preset.name);
    }
}

#[test]
fn the_simple_memory_system_splits_as_the_lecture_says() {
    // The field widths in bits are from CS:APP figure 9.19: VPN 8, VPO 6, PPN 6, TLBI 2, TLBT 6, CT 6, CI 4,
    // and CO 2.
    let spec = preset("simple");
    assert_eq!(
        (spec.vpn_bits(), spec.vpo_bits(), spec.ppn_bits()),
        (8, 6, 6)
    );
    assert_eq!(
        (spec.tlbs[0].index_bits(), spec.tlbs[0].tag_bits(&spec)),
        (2, 6)
    );
    let cache = &spec.caches[0];
    assert_eq!(
        (
            cache.tag_bits(&spec),
            cache.index_bits(),
            cache.offset_bits()
        ),
        (6, 4, 2)
    );
    assert_eq!(spec.flat_page_table_bytes(), 256 * 2);
}

#[test]
fn the_core_i7_splits_as_the_lecture_says() {
    // The field widths in bits are from CS:APP figure 9.22. The widths for addresses are VPN 36 and PPN 40.
    // The first d-TLB has TLBI 4 and TLBT 32, and the L1 d-cache has CT 40, CI 6, and CO 6.
    let spec = preset("core-i7");
    assert_eq!((spec.vpn_bits(), spec.ppn_bits()), (36, 40));
    assert_eq!(
        (spec.tlbs[0].index_bits(), spec.tlbs[0].tag_bits(&spec)),
        (4, 32)
    );
    let l1 = &spec.caches[0];
    assert_eq!(
        (l1.tag_bits(&spec), l1.index_bits(), l1.offset_bits()),
        (40, 6, 6)
    );
    assert_eq!(
        (l1.size(), spec.caches[2].size(), spec.caches[3].size()),
        (32 << 10, 256 << 10, 8 << 20)
    );
    assert!(l1.vipt(&spec) && !spec.caches[2].vipt(&spec));
    assert_eq!((l1.colors(&spec), spec.caches[2].colors(&spec)), (1, 8));
    assert_eq!(spec.tlbs[0].reach(&spec), 64 * 4096);
    let mmu = spec.mmu.as_ref().unwrap();
    let spans: Vec<u32> = (1..=4).map(|level| mmu.level_page_bits(level)).collect();
    assert_eq!(spans, [39, 30, 21, 12]);
    assert_eq!(mmu.table_bytes(4), 4096);
    // The lecture: 2^48 * 2^-12 * 2^3 = 512 GB.
    assert_eq!(spec.flat_page_table_bytes(), 512 << 30);
}

#[test]
fn isro_2013_question_55_has_2_18_frames() {
    let spec = Spec {
        physical_bits: 31,
        mmu: Some(Mmu::flat(32, 31, 13)),
        ..preset("simple")
    };
    assert_eq!(spec.frames(), 1 << 18);
}

#[test]
fn gate_2008_question_67_addresses_tables_by_25_25_and_24_bits() {
    // The machine has 32-bit virtual and 36-bit physical addresses, 4 KB pages, 4-byte entries, and a
    // 2/9/9/12 split.
    let pte = PteFormat::default_for(24, Some(4)).unwrap();
    let mmu = Mmu {
        levels: vec![2, 9, 9],
        pte,
        ..Mmu::flat(32, 36, 12)
    };
    let spec = Spec {
        physical_bits: 36,
        mmu: Some(mmu.clone()),
        tlbs: vec![],
        ..preset("simple")
    };
    assert_eq!(spec.check(), Ok(()));
    let tables = [2, 3].map(|level| spec.physical_bits - mmu.table_bytes(level).ilog2());
    assert_eq!((tables, spec.ppn_bits()), ([25, 25], 24));
}

#[test]
fn indices_are_taken_from_the_top() {
    // Harvard CS61 2015, x86-32, 10/10/12.
    let mmu = Mmu {
        levels: vec![10, 10],
        ..Mmu::flat(32, 32, 12)
    };
    let vpn = |va: u64| crate::machine::addr::Vpn::new(va >> 12);
    let split = |va: u64| vec![mmu.index(vpn(va), 1), mmu.index(vpn(va), 2)];
    let addresses = [
        0x0804_8000,
        0x0804_b008,
        0x0804_a024,
        0x0804_8870,
        0x0804_84a0,
        0xb7e6_74a0,
        0xbfff_f0b0,
    ];
    let expected = [
        [32, 0x48],
        [32, 0x4B],
        [32, 0x4A],
        [32, 0x48],
        [32, 0x48],
        [735, 0x267],
        [767, 0x3FF],
    ];
    assert_eq!(addresses.map(split), expected.map(Vec::from));
}

#[test]
fn widths_are_checked_first() {
    assert_eq!(
        faults(|spec| spec.physical_bits = 65),
        [(SpecPart::Machine, "physical")]
    );
    assert_eq!(
        faults(|spec| mmu(spec).virtual_bits = 0),
        [(SpecPart::Machine, "virtual")]
    );
    assert_eq!(
        faults(|spec| mmu(spec).page_bits = 13)[0],
        (SpecPart::Machine, "page")
    );
}

#[test]
fn page_tables_have_rules() {
    assert_eq!(
        faults(|spec| mmu(spec).levels = vec![4, 5]),
        [(SpecPart::PageTable, "bits")]
    );
    assert_eq!(
        faults(|spec| mmu(spec).levels = vec![0, 8]),
        [(SpecPart::PageTable, "bits")]
    );
    assert_eq!(faults(|spec| mmu(spec).levels = vec![]).len(), 2);
    assert_eq!(
        faults(|spec| mmu(spec).levels = vec![1, 1, 1, 1, 1, 1, 2]),
        [(SpecPart::PageTable, "levels")]
    );
    assert_eq!(
        faults(|spec| mmu(spec).pte.ppn_high = 13),
        [(SpecPart::Pte(None), "ppn")]
    );
    assert_eq!(
        faults(|spec| mmu(spec).pte.places[Bit::A as usize] = Some(10)),
        [(SpecPart::Pte(Some(Bit::A)), "a")]
    );
}

#[test]
fn sets_and_ways_have_rules() {
    assert_eq!(
        faults(|spec| spec.tlbs[0].sets = 3),
        [(SpecPart::Tlb(0), "sets")]
    );
    assert_eq!(
        faults(|spec| spec.caches[0].sets = 0),
        [(SpecPart::Cache(0), "sets")]
    );
    assert_eq!(
        faults(|spec| spec.caches[0].ways = 0),
        [(SpecPart::Cache(0), "ways")]
    );
    assert_eq!(
        faults(|spec| spec.caches[0].sets = 1 << 27),
        [(SpecPart::Cache(0), "sets")]
    );
    let plru =
        |ways| faults(|spec| (spec.caches[0].policy, spec.caches[0].ways) = (Policy::Plru, ways));
    assert_eq!(plru(8), []);
    assert_eq!(plru(6), [(SpecPart::Cache(0), "ways")]);
    assert_eq!(
        faults(|spec| spec.tlbs[0].policy = Policy::Aging),
        [(SpecPart::Tlb(0), "policy")]
    );
    assert_eq!(
        faults(|spec| spec.caches[0].block_bits = 13),
        [(SpecPart::Cache(0), "block")]
    );
}

#[test]
fn names_cores_and_translation() {
    assert_eq!(
        faults(|spec| spec.cores = 65),
        [(SpecPart::Machine, "cores")]
    );
    assert_eq!(
        faults(|spec| spec.caches[0].name = "tlb".into()),
        [(SpecPart::Cache(0), "name")]
    );
    assert_eq!(faults(|spec| spec.mmu = None), [(SpecPart::Tlb(0), "tlb")]);
    assert_eq!(
        faults(|spec| spec.tlbs[0].page_bits = vec![8, 6]),
        [(SpecPart::Tlb(0), "pages")]
    );
}

#[test]
fn inclusion_has_rules() {
    let l2 = |inclusion, block_bits| {
        faults(|spec| {
            spec.caches.push(CacheSpec {
                inclusion,
                ..CacheSpec::new("L2", 4, 2, block_bits)
            });
        })
    };
    assert_eq!(l2(Inclusion::Exclusive, 2), []);
    assert_eq!(l2(Inclusion::Exclusive, 3), [(SpecPart::Cache(1), "block")]);
    assert_eq!(l2(Inclusion::Inclusive, 3), []);
    assert_eq!(l2(Inclusion::Inclusive, 1), [(SpecPart::Cache(1), "block")]);
    assert_eq!(
        faults(|spec| spec.caches[0].inclusion = Inclusion::Exclusive),
        [(SpecPart::Cache(0), "inclusion")]
    );
    let halves = faults(|spec| {
        spec.caches[0].side = Side::Instructions;
        let (side, inclusion) = (Side::Data, Inclusion::Exclusive);
        spec.caches.push(CacheSpec {
            side,
            inclusion,
            ..CacheSpec::new("L1d", 4, 2, 2)
        });
    });
    assert_eq!(halves, [(SpecPart::Cache(1), "inclusion")]);
}

#[test]
fn the_message_names_the_number() {
    let mut spec = preset("simple");
    spec.caches[0].sets = 6;
    let errors = spec.check().unwrap_err();
    assert_eq!(
        errors[0].problem.to_string(),
        "the number of sets must be a power of two, but 6 is not"
    );
}

#[test]
fn widths_that_fit_no_page_table_are_found() {
    for (virtual_bits, physical_bits, page_bits) in
        [(64, 64, 0), (6, 12, 8), (14, 6, 8), (65, 64, 12)]
    {
        let spec = Spec::paged(virtual_bits, physical_bits, page_bits);
        assert!(
            spec.check().is_err(),
            "{virtual_bits} {physical_bits} {page_bits}"
        );
    }
    assert_eq!(Spec::unpaged(16).cache("L1", 4, 2, 4).check(), Ok(()));
}
