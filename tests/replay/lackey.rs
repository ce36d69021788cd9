//! Tests with a trace of a real program, recorded by Valgrind if Valgrind is installed.

use std::process::Command;
use std::sync::Arc;

use pagewalk_engine::Spec;
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::trace::counting_replay::{
    AddressMapping, CountingReplay, CurveMethod, ExtraOptions,
};
use pagewalk_engine::trace::demand::DemandPaging;
use pagewalk_engine::trace::record::Record;
use pagewalk_engine::trace::replay::Straddle;

use super::model::Model;
use super::plain::{Shape, compare};
use super::traces::{lackey, machine};

/// The trace of `/bin/true`, or `None` without Valgrind.
fn trace() -> Option<Vec<Record>> {
    let valgrind = Command::new("valgrind")
        .args(["--tool=lackey", "--trace-mem=yes", "/bin/true"])
        .output();
    match valgrind {
        Ok(output) if output.status.success() => {
            Some(lackey(&String::from_utf8_lossy(&output.stderr)))
        }
        _ => {
            eprintln!("skipped: no valgrind makes a trace here");
            None
        }
    }
}

#[test]
fn a_real_trace_counts_as_the_simulators() {
    let Some(records) = trace() else { return };
    assert!(
        records.len() > 50_000,
        "a real program does more than {} things",
        records.len()
    );
    for (n, (set_bits, lines, block_bits)) in
        [(6, 8, 6), (5, 1, 5), (0, 64, 6)].into_iter().enumerate()
    {
        for first in [false, true] {
            let (fifo, through, allocate) = (n == 2, n == 1, n != 1);
            let shape = Shape {
                set_bits,
                lines,
                block_bits,
                fifo,
                through,
                allocate,
                first,
            };
            compare(shape, &records).unwrap_or_else(|error| panic!("{shape:?}: {error}"));
        }
    }
}

#[test]
fn a_real_process_counts_as_the_model() {
    let Some(records) = trace() else { return };
    let records = &records[..40_000];
    let mut spec = Spec::core_i7();
    spec.caches
        .iter_mut()
        .for_each(|cache| cache.virtual_index = false);
    let spec = Arc::new(spec);
    let distinct = records.iter().flat_map(|record| {
        let last = record.address + u64::from(record.size) - 1;
        record.address >> 12..=last >> 12
    });
    let distinct = distinct.collect::<std::collections::BTreeSet<_>>().len();
    for frames in [None, Some(distinct as u32 / 2)] {
        let demand = DemandPaging {
            frames,
            replacement: Some(Policy::Lru),
        };
        let wanted = ExtraOptions {
            causes: true,
            curve: Some(CurveMethod::Exact),
            top: Some(10),
            cycles: false,
        };
        let counting = CountingReplay::new(
            machine((*spec).clone()),
            AddressMapping::Demand(demand),
            Straddle::Split,
            wanted,
        );
        let mut counting = counting.expect("it begins");
        counting.perform(records).expect("there is memory");
        let counted = counting.counts();
        let mut model = Model::new(&spec, Some(demand), false);
        model.perform(records);
        assert_eq!(counted, model.counted(10));
        let paging = counted.paging.expect("pages were mapped on demand");
        assert_eq!(
            paging.faults.minor, distinct as u64,
            "each page that is touched faults once for the first time"
        );
        assert_eq!(paging.evicted > 0, frames.is_some());
    }
}
