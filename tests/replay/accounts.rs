//! Tests of an account's counts on a shared machine, and after a replay that ends early.

use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counting_replay::{
    Account, AddressMapping, CountingReplay, ExtraOptions, ReplayError,
};
use pagewalk_engine::trace::counts::ReplayCounts;
use pagewalk_engine::trace::demand::DemandPaging;
use pagewalk_engine::trace::record::{Op, Record};
use pagewalk_engine::trace::replay::{Straddle, Target};

use super::traces::{machine, program};

/// All cumulative counters.
fn sums(counted: &ReplayCounts) -> Vec<u64> {
    let parts = counted.tlbs.iter().chain(&counted.caches);
    let part = |part: &pagewalk_engine::trace::counts::LevelCounts| {
        let (counts, kinds) = (part.counts, part.kinds);
        let kinds = [kinds.reads, kinds.writes, kinds.fetches, kinds.walks];
        let mut all = vec![
            counts.hits,
            counts.misses,
            counts.evictions,
            counts.writebacks,
        ];
        all.extend(kinds.iter().flat_map(|kind| [kind.hits, kind.misses]));
        all
    };
    let mut all: Vec<u64> = parts.flat_map(part).collect();
    let (references, memory) = (counted.references, counted.memory);
    all.extend([
        references.records,
        references.reads,
        references.writes,
        references.fetches,
        references.straddling,
    ]);
    all.extend([memory.reads, memory.writes, memory.walks]);
    if let Some(paging) = counted.paging {
        all.extend([
            paging.walks,
            paging.faults.minor,
            paging.faults.major,
            paging.evicted,
            paging.written,
        ]);
    }
    all
}

fn core_i7() -> Spec {
    Spec::core_i7()
}

#[test]
fn an_account_counts_only_later_events() {
    let records = program(6_000, 26);
    let (before, after) = records.split_at(2_500);
    let demand = DemandPaging {
        frames: Some(150),
        replacement: None,
    };
    let whole = {
        let counting = CountingReplay::new(
            machine(core_i7()),
            AddressMapping::Demand(demand),
            Straddle::Split,
            ExtraOptions::default(),
        );
        let mut counting = counting.expect("it begins");
        counting.perform(&records).expect("there is memory");
        sums(&counting.counts())
    };
    let (mut kernel, pid) = demand.start(machine(core_i7())).expect("it has an MMU");
    let mut count = |records: &[Record]| {
        let mut account = Account::new(
            &Target::Process(&mut kernel, pid),
            Straddle::Split,
            ExtraOptions::default(),
        );
        for batch in records.chunks(1000) {
            account
                .perform(Target::Process(&mut kernel, pid), batch)
                .expect("there is memory");
        }
        sums(&account.counts(kernel.machine()))
    };
    let (first, second) = (count(before), count(after));
    let added: Vec<u64> = first
        .iter()
        .zip(&second)
        .map(|(one, other)| one + other)
        .collect();
    assert_eq!(added, whole);
    assert!(second.iter().sum::<u64>() > 0 && first != second);
}

/// Sixteen pages of memory have room for little more than the root table, so memory for tables runs out
/// before memory for pages.
#[test]
fn events_before_memory_runs_out_are_counted() {
    let spec = Spec::paged(16, 10, 6).levels(&[5, 5]);
    let counting = CountingReplay::new(
        machine(spec),
        AddressMapping::Demand(DemandPaging {
            frames: Some(2),
            replacement: None,
        }),
        Straddle::Split,
        ExtraOptions::default(),
    );
    let mut counting = counting.expect("it begins");
    let records: Vec<_> = (0..32)
        .map(|page| Record {
            address: page << 11,
            size: 1,
            op: Op::Load,
        })
        .collect();
    assert!(matches!(
        counting.perform(&records),
        Err(ReplayError::Memory(_))
    ));
    let counted = counting.counts();
    let faults = counted
        .paging
        .expect("pages were mapped on demand")
        .faults
        .minor;
    assert!(
        faults > 0 && counted.references.reads == faults + 1,
        "{counted:?}"
    );
}

#[test]
fn a_machine_without_pages_maps_none_on_demand() {
    let spec = Spec {
        mmu: None,
        tlbs: Vec::new(),
        physical_bits: 20,
        caches: Vec::new(),
        ..core_i7()
    };
    let refused = CountingReplay::new(
        machine(spec),
        AddressMapping::Demand(DemandPaging::default()),
        Straddle::Split,
        ExtraOptions::default(),
    );
    let why = refused.err().map(|failed| failed.to_string());
    assert_eq!(
        why.as_deref(),
        Some("a machine without `virtual` and `page` cannot run processes")
    );
}
