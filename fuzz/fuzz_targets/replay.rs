//! Replays random records on random machines: the fast simulation, fed by a text without the fetches that it does not
//! need, has the counts of the general simulation.
#![no_main]

use std::io::Cursor;

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::{Corpus, fuzz_target};
use pagewalk_engine::Machine;
use pagewalk_engine::machine::policy::{POLICIES, Policy};
use pagewalk_engine::machine::pte::Bit;
use pagewalk_engine::machine::spec::{CacheSpec, Side, Spec, TlbSpec, WritePolicy};
use pagewalk_engine::trace::counting_replay::{
    Account, AddressMapping, CountingReplay, ExtraOptions,
};
use pagewalk_engine::trace::demand::DemandPaging;
use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::reader::Reader;
use pagewalk_engine::trace::record::{Op, Record, RecordBatch};
use pagewalk_engine::trace::replay::{Straddle, Target};

const SIDES: [Side; 3] = [Side::Both, Side::Data, Side::Instructions];

fn below(bytes: &mut Unstructured, end: u64) -> Result<u64> {
    bytes.int_in_range(0..=end - 1)
}

/// Usually a policy of the fast simulation.
fn policy(bytes: &mut Unstructured) -> Result<Policy> {
    let sets = POLICIES.iter().filter(|row| row.sets).map(|row| row.policy);
    let rare: Vec<Policy> = sets.collect();
    if bytes.ratio(15, 16)? {
        bytes.choose(&[Policy::Lru, Policy::Fifo])
    } else {
        bytes.choose(&rare)
    }
    .copied()
}

fn cache(name: &str, bytes: &mut Unstructured) -> Result<CacheSpec> {
    let (sets, ways) = (1 << below(bytes, 5)?, 1 + below(bytes, 6)? as u32);
    let block = if bytes.ratio(15, 16)? { 4 } else { 3 };
    Ok(CacheSpec {
        policy: policy(bytes)?,
        write: if bytes.ratio(3, 4)? {
            WritePolicy::Back
        } else {
            WritePolicy::Through
        },
        write_allocate: bytes.arbitrary()?,
        side: *bytes.choose(&SIDES)?,
        virtual_index: bytes.arbitrary()?,
        ..CacheSpec::new(name, sets, ways, block)
    })
}

fn tlb(name: &str, bytes: &mut Unstructured) -> Result<TlbSpec> {
    let (sets, ways) = (1 << below(bytes, 3)?, 1 + below(bytes, 4)? as u32);
    Ok(TlbSpec {
        policy: policy(bytes)?,
        side: *bytes.choose(&SIDES)?,
        ..TlbSpec::new(name, sets, ways)
    })
}

fn spec(bytes: &mut Unstructured) -> Result<Spec> {
    let mut spec = Spec::core_i7();
    let (caches, tlbs) = (1 + below(bytes, 3)? as usize, 1 + below(bytes, 2)? as usize);
    spec.caches = ["L1", "L2", "L3"][..caches]
        .iter()
        .map(|name| cache(name, bytes))
        .collect::<Result<_>>()?;
    spec.tlbs = ["T1", "T2"][..tlbs]
        .iter()
        .map(|name| tlb(name, bytes))
        .collect::<Result<_>>()?;
    if let Some(mmu) = &mut spec.mmu {
        mmu.walk_cached = bytes.arbitrary()?;
        if bytes.arbitrary()? {
            mmu.pte.places[Bit::D as usize] = None;
        }
    }
    Ok(spec)
}

fn records(bytes: &mut Unstructured) -> Result<Vec<Record>> {
    let mut records: Vec<Record> = Vec::new();
    while !bytes.is_empty() && records.len() < 2000 {
        let op = *bytes.choose(&[Op::Fetch, Op::Fetch, Op::Load, Op::Store, Op::Modify])?;
        let last = records.last().map_or(0, |last| last.address);
        let address = match below(bytes, 8)? {
            0..4 => last.wrapping_add(below(bytes, 32)?) & ((1 << 47) - 1),
            4 | 5 => (below(bytes, 8)? << 12) + below(bytes, 4096)?,
            6 => match records.len() as u64 {
                0 => 0,
                count => records[below(bytes, count)? as usize].address,
            },
            _ => bytes.arbitrary::<u64>()? >> below(bytes, 64)?,
        };
        let size = if bytes.ratio(15, 16)? {
            1 + below(bytes, 16)?
        } else {
            1 + below(bytes, 4096)?
        } as u32;
        records.push(Record { address, size, op });
    }
    Ok(records)
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    match compare(&mut Unstructured::new(bytes)) {
        Ok(true) => Corpus::Keep,
        Ok(false) | Err(_) => Corpus::Reject,
    }
});

/// Compares the replays, and returns whether the machine is valid.
fn compare(bytes: &mut Unstructured) -> Result<bool> {
    let spec = spec(bytes)?;
    let straddle = if bytes.arbitrary()? {
        Straddle::First
    } else {
        Straddle::Split
    };
    let replacements: Vec<_> = POLICIES
        .iter()
        .filter(|row| row.frames)
        .map(|row| row.policy)
        .collect();
    let demand = if bytes.ratio(2, 3)? {
        let frames = if bytes.arbitrary()? {
            Some(2 + below(bytes, 8)? as u32)
        } else {
            None
        };
        let replacement = if bytes.arbitrary()? {
            Some(*bytes.choose(&replacements)?)
        } else {
            None
        };
        Some(DemandPaging {
            frames,
            replacement,
        })
    } else {
        None
    };
    let records = records(bytes)?;
    if spec.check().is_err() {
        return Ok(false);
    }
    let machine = Machine::new(spec);
    let map = demand.map_or(AddressMapping::Identity, AddressMapping::Demand);
    let fast = CountingReplay::new(machine.clone(), map, straddle, ExtraOptions::default());
    let (done, counts) = match demand {
        None => {
            let mut machine = machine;
            let mut account = Account::new(
                &Target::Identity(&mut machine),
                straddle,
                ExtraOptions::default(),
            );
            let done = account.perform(Target::Identity(&mut machine), &records);
            (done, account.counts(&machine))
        }
        Some(demand) => {
            let Ok((mut kernel, pid)) = demand.start(machine) else {
                assert!(fast.is_err());
                return Ok(false);
            };
            let target = Target::Process(&mut kernel, pid);
            let mut account = Account::new(&target, straddle, ExtraOptions::default());
            let done = account.perform(target, &records);
            (done, account.counts(kernel.machine()))
        }
    };
    let line = |Record { address, size, op }: &Record| {
        let op = ["I ", " L", " S", " M"][*op as usize];
        format!("{op} {address:08x},{size}\n")
    };
    let text: String = records.iter().map(line).collect();
    let mut fast = fast.expect("a replay");
    let format = Some(Format::Lackey);
    let reader = Reader::new(Box::new(Cursor::new(text)), "trace", format).expect("a trace");
    let (mut reader, mut batch) = (reader.with_fetches(fast.fetches()), RecordBatch::default());
    let mut fast_done = Ok(());
    while fast_done.is_ok() && reader.next(&mut batch).expect("a trace") {
        fast_done = fast.perform(&batch.records);
        fast.count_fetches(batch.fetches);
    }
    assert_eq!(fast_done.is_ok(), done.is_ok(), "{records:?}");
    if done.is_ok() {
        assert_eq!(fast.counts(), counts, "{records:?}");
    }
    Ok(true)
}
