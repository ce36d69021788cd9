use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::trace::format::Format;
use crate::trace::reader::Reader;
use crate::trace::record::{Op, Record};
use crate::trace::unreadable::Unreadable;

fn packed(records: &[Record]) -> Vec<u8> {
    let mut packer = Packer::new(Vec::new()).expect("memory");
    packer.add(records).expect("memory");
    packer.finish().expect("memory")
}

/// The records of a packed trace, and what went wrong after them.
fn unpacked(bytes: Vec<u8>) -> (Vec<Record>, Option<Unreadable>) {
    let (mut records, mut batch) = (Vec::new(), Vec::new());
    let mut reader = match Reader::new(Box::new(Cursor::new(bytes)), "t", Some(Format::Packed)) {
        Ok(reader) => reader,
        Err(why) => return (records, Some(why)),
    };
    loop {
        match reader.next(&mut batch) {
            Ok(true) => records.extend_from_slice(&batch),
            Ok(false) => return (records, None),
            Err(why) => return (records, Some(why)),
        }
        assert!((1..=crate::trace::reader::BATCH).contains(&batch.len()));
    }
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![Just(Op::Fetch), Just(Op::Load), Just(Op::Store), Just(Op::Modify)]
}

/// Records that hardly repeat.
fn any_record() -> impl Strategy<Value = Record> {
    let address = prop_oneof![any::<u64>(), 0..64_u64, Just(u64::MAX)];
    let size = prop_oneof![1..=8_u32, 1..=Record::MOST_BYTES];
    (op(), address, size).prop_map(|(op, address, size)| Record { address, size, op })
}

/// Records as of a program: loops over a few instructions, whose data go on by strides.
fn program() -> impl Strategy<Value = Vec<Record>> {
    let instruction = (0..40_u64, 1..9_u32, prop::collection::vec((op(), any::<u32>(), -9..9_i64), 0..3));
    let loops = prop::collection::vec((prop::collection::vec(instruction, 1..12), 1..30_u64), 1..8);
    loops.prop_map(|loops| {
        let mut records = Vec::new();
        for (body, rounds) in loops {
            for round in 0..rounds {
                for (place, size, data) in &body {
                    records.push(Record { address: 0x40_0000 + 4 * place, size: *size, op: Op::Fetch });
                    records.extend(data.iter().map(|(op, start, stride)| Record {
                        address: u64::from(*start).wrapping_add_signed(*stride * round as i64),
                        size: *size,
                        op: *op,
                    }));
                }
            }
        }
        records
    })
}

proptest! {
    #[test]
    fn unpacking_gives_what_was_packed(records in prop::collection::vec(any_record(), 0..600)) {
        prop_assert_eq!(unpacked(packed(&records)), (records, None));
    }

    #[test]
    fn programs_too(records in program()) {
        prop_assert_eq!(unpacked(packed(&records)), (records, None));
    }
}
