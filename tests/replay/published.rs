//! Tests of replays against published answers from courses and exams.

use std::fmt::Write;

use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::spec::{CacheSpec, Side, Spec};
use pagewalk_engine::trace::counting_replay::{
    AddressMapping, CountingReplay, CurveMethod, ExtraOptions,
};
use pagewalk_engine::trace::counts::{MissCauses, ReplayCounts};
use pagewalk_engine::trace::demand::DemandPaging;
use pagewalk_engine::trace::record::{Op, Record};
use pagewalk_engine::trace::replay::Straddle;

use super::traces::{lackey, machine};

/// The traces from CS:APP's cache lab (<http://csapp.cs.cmu.edu/3e/labs.html>, `traces/yi.trace` and so on). The
/// reference simulator `csim-ref` computed the expected hits, misses, and evictions for (s, E, b), and the lab's
/// `test-csim` prints these numbers.
const YI: &str = " L 10,1\n M 20,1\n L 22,1\n S 18,1\n L 110,1\n L 210,1\n M 12,1\n";
const DAVE: &str = " L 10,4 \n S 18,4\n L 20,4\n S 28,4\n S 50,4\n";

/// `yi2.trace`: accesses to consecutive bytes, mostly alternating loads and stores.
fn yi2() -> String {
    let mut text = String::new();
    for (address, letter) in "LLLLSLSLSLSLSLSM".chars().enumerate() {
        let _ = writeln!(text, " {letter} {address:x},1");
    }
    text
}

/// `trans.trace`: the transpose of a 4 by 4 matrix of 4-byte numbers, compiled without optimization. All
/// variables are on the stack. Only one fetch is included, because a data cache ignores fetches.
fn trans() -> String {
    let (i, j, tmp, from, to) = (
        0x7_ff00_0384u64,
        0x7_ff00_0388u64,
        0x7_ff00_038cu64,
        0x60_0a20,
        0x60_0a60,
    );
    let mut text = String::from(" S 00600aa0,1\nI  004005b6,5\n S 7ff000398,8\n S 7ff000390,8\n");
    let mut put = |letter: char, address: u64, size: u32| {
        let _ = writeln!(text, " {letter} {address:x},{size}");
    };
    put('S', 0x7_ff00_0378, 8);
    put('S', 0x7_ff00_0370, 8);
    put('S', i, 4);
    put('L', i, 4);
    for row in 0..4 {
        put('S', j, 4);
        put('L', j, 4);
        for column in 0..4 {
            put('L', i, 4);
            put('L', 0x7_ff00_0378, 8);
            put('L', j, 4);
            put('L', from + row * 16 + column * 4, 4);
            put('S', tmp, 4);
            put('L', j, 4);
            put('L', 0x7_ff00_0370, 8);
            put('L', i, 4);
            put('L', tmp, 4);
            put('S', to + column * 16 + row * 4, 4);
            put('M', j, 4);
            put('L', j, 4);
        }
        put('M', i, 4);
        put('L', i, 4);
    }
    put('L', 0x7_ff00_0390, 8);
    put('L', 0x7_ff00_0398, 8);
    put('L', 0x60_0aa0, 1);
    text
}

/// The lab's caches are data caches.
fn data_cache(sets: u64, lines: u32, block_bits: u32) -> Spec {
    let cache = CacheSpec {
        side: Side::Data,
        ..CacheSpec::new("cache", sets, lines, block_bits)
    };
    Spec {
        caches: vec![cache],
        ..Spec::unpaged(64)
    }
}

fn replay(
    spec: Spec,
    map: AddressMapping,
    straddle: Straddle,
    wanted: ExtraOptions,
    records: &[Record],
) -> ReplayCounts {
    let mut counting =
        CountingReplay::new(machine(spec), map, straddle, wanted).expect("it begins");
    counting.perform(records).expect("there is memory");
    counting.counts()
}

#[test]
fn the_cache_lab_counts_as_its_reference() {
    let cases = [
        (YI, (4, 1, 4), (4, 5, 3)),
        (YI, (4, 2, 4), (4, 5, 2)),
        (&yi2(), (1, 1, 1), (9, 8, 6)),
        (DAVE, (2, 1, 4), (2, 3, 1)),
        (&trans(), (2, 1, 3), (167, 71, 67)),
        (&trans(), (2, 2, 3), (201, 37, 29)),
        (&trans(), (2, 4, 3), (212, 26, 10)),
        (&trans(), (5, 1, 5), (231, 7, 0)),
    ];
    for (text, (set_bits, lines, block_bits), expected) in cases {
        for straddle in [Straddle::Split, Straddle::First] {
            let spec = data_cache(1 << set_bits, lines, block_bits);
            let counted = replay(
                spec,
                AddressMapping::Identity,
                straddle,
                ExtraOptions::default(),
                &lackey(text),
            );
            let counts = counted.caches[0].counts;
            let found = (counts.hits, counts.misses, counts.evictions);
            assert_eq!(
                found, expected,
                "(s, E, b) = ({set_bits}, {lines}, {block_bits}) for\n{text}"
            );
        }
    }
}

/// This file does not contain the lab's long trace. If `PAGEWALK_CACHELAB` names the folder `traces` of the
/// lab's handout, the test reads all traces from there.
#[test]
fn the_cache_lab_s_own_files_count_as_its_reference() {
    let Some(folder) = std::env::var_os("PAGEWALK_CACHELAB") else {
        return;
    };
    let cases = [
        ("yi.trace", (4, 1, 4), (4, 5, 3)),
        ("yi2.trace", (1, 1, 1), (9, 8, 6)),
        ("dave.trace", (2, 1, 4), (2, 3, 1)),
        ("trans.trace", (2, 4, 3), (212, 26, 10)),
        ("long.trace", (5, 1, 5), (265_189, 21_775, 21_743)),
    ];
    for (name, (set_bits, lines, block_bits), expected) in cases {
        let path = std::path::Path::new(&folder).join(name);
        let records = lackey(&std::fs::read_to_string(path).expect("a trace of the lab"));
        let spec = data_cache(1 << set_bits, lines, block_bits);
        let counts = replay(
            spec,
            AddressMapping::Identity,
            Straddle::First,
            ExtraOptions::default(),
            &records,
        )
        .caches[0]
            .counts;
        assert_eq!(
            (counts.hits, counts.misses, counts.evictions),
            expected,
            "{name}"
        );
    }
}

fn load(address: u64) -> Record {
    Record {
        address,
        size: 1,
        op: Op::Load,
    }
}

/// A machine with 16-bit virtual addresses that has only a TLB.
fn paging(page_bits: u32) -> Spec {
    Spec::paged(16, 24, page_bits).tlb("tlb", 1, 2)
}

fn faults(records: &[Record], page_bits: u32, frames: u32, replacement: Policy) -> u64 {
    let demand = DemandPaging {
        frames: Some(frames),
        replacement: Some(replacement),
    };
    let map = AddressMapping::Demand(demand);
    let counted = replay(
        paging(page_bits),
        map,
        Straddle::Split,
        ExtraOptions::default(),
        records,
    );
    let paging = counted.paging.expect("pages were mapped on demand");
    paging.faults.minor + paging.faults.major
}

/// From Silberschatz, Galvin, and Gagne, "Operating System Concepts", section 10.4, with three frames.
#[test]
fn a_reference_string_faults_as_the_textbook_says() {
    let string =
        [7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1].map(|page| load(page << 8));
    assert_eq!(faults(&string, 8, 3, Policy::Fifo), 15);
    assert_eq!(faults(&string, 8, 3, Policy::Lru), 12);
}

/// From GATE IT 2008, question 39, with pages of 16 bytes, four frames, and LRU.
#[test]
fn an_exam_s_addresses_fault_as_its_key_says() {
    let addresses = [0, 4, 8, 20, 24, 36, 44, 12, 68, 72, 80, 84, 28, 32, 88, 92].map(load);
    assert_eq!(faults(&addresses, 4, 4, Policy::Lru), 7);
    let wanted = ExtraOptions {
        curve: Some(CurveMethod::Exact),
        ..ExtraOptions::default()
    };
    let counted = replay(
        data_cache(1, 1, 4),
        AddressMapping::Identity,
        Straddle::Split,
        wanted,
        &addresses,
    );
    let curve = counted.curve.expect("it was asked for");
    assert_eq!(
        (curve.block, curve.misses[2]),
        (16, 7),
        "four blocks are as four frames"
    );
}

/// From Patterson and Hennessy, "Computer Organization and Design", section 5.4, "Misses and Associativity in
/// Caches": direct-mapped, two-way, and fully associative caches with four blocks. In these three caches,
/// accesses to blocks 0, 8, 0, 6, and 8 miss 5, 4, and 3 times. Three of the misses are compulsory. The fully
/// associative cache has only compulsory misses, so the other misses are conflict misses.
#[test]
fn causes_are_those_of_the_textbook_s_three_caches() {
    for (sets, ways, misses) in [(4, 1, 5), (2, 2, 4), (1, 4, 3)] {
        let wanted = ExtraOptions {
            causes: true,
            ..ExtraOptions::default()
        };
        let blocks = [0, 8, 0, 6, 8].map(|block| load(block << 4));
        let counted = replay(
            data_cache(sets, ways, 4),
            AddressMapping::Identity,
            Straddle::Split,
            wanted,
            &blocks,
        );
        assert_eq!(counted.caches[0].counts.misses, misses);
        let causes = MissCauses {
            compulsory: 3,
            capacity: 0,
            conflict: misses - 3,
        };
        assert_eq!(counted.caches[0].causes, Some(causes));
    }
}
