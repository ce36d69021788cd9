mod one_pass;

use super::grid::{Axis, AxisValue, Grid, GridPoint, PointCounts, SweptUnit, combinations};
use super::{ReplayOptions, run};
use crate::machine::Machine;
use crate::machine::policy::Policy;
use crate::machine::random::SplitMix64;
use crate::machine::spec::{CacheSpec, Spec};
use crate::trace::counting_replay::{AddressMapping, CountingReplay, ExtraOptions, ReplayError};
use crate::trace::counts::ReplayCounts;
use crate::trace::demand::DemandPaging;
use crate::trace::record::{Op, Record};
use crate::trace::replay::Straddle;

/// Generates references to a few regions, interleaved with fetches. Some straddle blocks.
fn trace(count: usize) -> Vec<Record> {
    let mut random = SplitMix64::new(7);
    let mut draw = |below: u64| random.next() % below;
    let record = |_| {
        let op = [Op::Fetch, Op::Load, Op::Load, Op::Store, Op::Modify][draw(5) as usize];
        let address = 0x10000 * draw(3) + draw(0x3000);
        Record {
            address,
            size: 1 << draw(5),
            op,
        }
    };
    (0..count).map(record).collect()
}

/// Machines whose counts differ from each other.
fn specs() -> Vec<Spec> {
    let base = Spec::core_i7();
    let changed = |at: Vec<usize>| {
        let cache = CacheSpec {
            policy: [Policy::Lru, Policy::Random][at[2]],
            ..CacheSpec::new("L1d", 1 << (at[0] + 1), 1 << at[1], 6)
        };
        let mut spec = base.clone();
        spec.caches[0] = CacheSpec {
            side: base.caches[0].side,
            ..cache
        };
        spec
    };
    combinations(&[3, 3, 2]).into_iter().map(changed).collect()
}

/// A grid that varies some units of these machines.
fn grid(specs: &[Spec], units: &[SweptUnit]) -> Grid {
    let axis = |unit: &SweptUnit| Axis {
        unit: *unit,
        setting: "number".into(),
        values: (0..specs.len() as u64).map(AxisValue::Number).collect(),
    };
    let point = |(at, spec): (usize, &Spec)| GridPoint {
        number: at as u64 + 1,
        at: vec![at; units.len()],
        spec: spec.clone(),
    };
    Grid {
        axes: units.iter().map(axis).collect(),
        points: specs.iter().enumerate().map(point).collect(),
        skipped: Vec::new(),
    }
}

fn alone(spec: &Spec, how: ReplayOptions, records: &[Record]) -> ReplayCounts {
    let machine = Machine::new(spec.clone());
    let mut counting = CountingReplay::new(machine, how.map, how.straddle, ExtraOptions::default())
        .expect("begins");
    counting.perform(records).expect("goes on");
    counting.counts()
}

fn swept(
    grid: &Grid,
    how: ReplayOptions,
    threads: usize,
    records: &[Record],
) -> Vec<Result<PointCounts, ReplayError>> {
    let batches = |feed: &mut super::Feed| records.chunks(700).for_each(|batch| feed.send(batch));
    run(grid, how, threads, batches).1
}

#[test]
fn a_sweep_counts_like_single_replays() {
    let (specs, records) = (specs(), trace(2_500));
    let demand = AddressMapping::Demand(DemandPaging::default());
    for (map, straddle) in [
        (AddressMapping::Identity, Straddle::Split),
        (AddressMapping::Identity, Straddle::First),
        (demand, Straddle::Split),
    ] {
        let how = ReplayOptions {
            map,
            straddle,
            seed: 0,
            max_memory: u64::MAX,
        };
        let wanted: Vec<ReplayCounts> = specs
            .iter()
            .map(|spec| alone(spec, how, &records))
            .collect();
        for (at, counted) in wanted.iter().enumerate() {
            assert!(counted.caches[0].counts.misses > 0);
            let differs = |other: &ReplayCounts| other.caches[0] != counted.caches[0];
            // With one way, the policy makes no difference.
            assert!(
                wanted[..at]
                    .iter()
                    .step_by(2)
                    .take(at.div_ceil(2))
                    .all(|other| at % 2 == 1 || differs(other))
            );
        }
        let units = [SweptUnit::Cache(0)];
        let wanted: Vec<_> = wanted
            .iter()
            .map(|counted| PointCounts::new(counted, &units))
            .collect();
        for threads in [1, 2, 3, 64] {
            let swept: Result<Vec<PointCounts>, ReplayError> =
                swept(&grid(&specs, &units), how, threads, &records)
                    .into_iter()
                    .collect();
            assert_eq!(swept.as_ref(), Ok(&wanted), "{threads} threads");
        }
    }
}

#[test]
fn all_sent_records_are_counted() {
    let (specs, records) = (specs(), trace(3_000));
    let how = ReplayOptions {
        map: AddressMapping::Identity,
        straddle: Straddle::Split,
        seed: 0,
        max_memory: u64::MAX,
    };
    let units = [SweptUnit::Cache(0), SweptUnit::Cache(2)];
    let grid = grid(&specs, &units);
    for threads in [1, 3] {
        // The feed is interrupted after the second batch.
        let (fed, counted) = run(&grid, how, threads, |feed| {
            records
                .chunks(1_000)
                .take(2)
                .map(|batch| feed.send(batch))
                .count()
        });
        assert_eq!(fed, 2);
        for (spec, counted) in specs.iter().zip(counted) {
            let wanted = PointCounts::new(&alone(spec, how, &records[..2_000]), &units);
            assert_eq!(counted.expect("counted"), wanted);
        }
    }
    let empty = Grid {
        points: Vec::new(),
        ..grid
    };
    assert_eq!(run(&empty, how, 4, |feed| feed.send(&records)).1, []);
}

#[test]
fn a_failed_point_does_not_affect_others() {
    let mut specs = specs();
    // Without address translation, a kernel cannot boot.
    specs[1].mmu = None;
    specs[1].tlbs.clear();
    specs[1]
        .caches
        .iter_mut()
        .for_each(|cache| cache.virtual_index = false);
    let how = ReplayOptions {
        map: AddressMapping::Demand(DemandPaging::default()),
        straddle: Straddle::Split,
        seed: 0,
        max_memory: u64::MAX,
    };
    let swept = swept(&grid(&specs, &[SweptUnit::Cache(0)]), how, 2, &trace(100));
    assert_eq!(swept.iter().filter(|point| point.is_err()).count(), 1);
    assert!(matches!(swept[1], Err(ReplayError::Refused(_))));
}

#[test]
fn combinations_count_like_digits() {
    assert_eq!(combinations(&[]), [Vec::<usize>::new()]);
    assert_eq!(
        combinations(&[2, 1, 2]),
        [[0, 0, 0], [0, 0, 1], [1, 0, 0], [1, 0, 1]]
    );
    assert!(combinations(&[3, 0]).is_empty());
}
