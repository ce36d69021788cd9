use proptest::prelude::*;

use super::*;
use crate::trace::record::{Fetches, Record, RecordBatch, required};

/// The record, if any, that the fast parser returns for a text that starts with this line.
fn parse_fast(line: &[u8], after: &[u8]) -> Option<Record> {
    let text = [line, b"\n", after].concat();
    let mut found = RecordBatch::default();
    let taken = records(&text, &mut found, 1, Fetches::Returned);
    assert_eq!(taken, if found.is_empty() { 0 } else { line.len() + 1 });
    found.records.pop()
}

/// Generates lines in the usual format.
fn usual() -> impl Strategy<Value = String> {
    let begin = prop_oneof![Just("I  "), Just(" L "), Just(" S "), Just(" M ")];
    let address = prop_oneof![
        any::<u32>().prop_map(u64::from),
        0x1f_fe00_0000..0x1f_ffff_ffff_u64,
        any::<u64>()
    ];
    let size = prop_oneof![0..12_u32, 1..100_u32, 1..5000_u32];
    (begin, address, size).prop_map(|(begin, address, size)| format!("{begin}{address:08x},{size}"))
}

/// Generates fetches that are often from the same block as the one before.
fn fetch_from_a_small_region() -> impl Strategy<Value = String> {
    (0..160_u32, 1..12_u32)
        .prop_map(|(offset, size)| format!("I  {:08x},{size}", 0x401_0000 + offset))
}

#[test]
fn usual_lines_are_taken() {
    for (line, expected) in [
        ("I  0401ab70,3", (Op::Fetch, 0x401_ab70, 3)),
        (" S 1fff000658,8", (Op::Store, 0x1f_ff00_0658, 8)),
        (" L 7ff000398,16", (Op::Load, 0x7_ff00_0398, 16)),
        (" M fffffffffffffff,1", (Op::Modify, u64::MAX >> 4, 1)),
    ] {
        let (op, address, size) = expected;
        assert_eq!(
            parse_fast(line.as_bytes(), &[b'x'; 32]),
            Some(Record { address, size, op }),
            "{line}"
        );
    }
}

#[test]
fn other_lines_are_left_to_the_slow_parser() {
    for line in [
        " L 0401AB70,3",
        "L 0401ab70,3",
        " L 0401ab7g,3",
        " L 0401ab70,0",
        " L 0401ab70,3 ",
    ] {
        assert_eq!(parse_fast(line.as_bytes(), &[b'x'; 32]), None, "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// If the fast parser accepts a line, the slow parser returns the same record.
    #[test]
    fn both_ways_agree(
        mut line in usual().prop_map(String::into_bytes),
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), 0x20..0x7f_u8]), 0..3),
        after in prop::collection::vec(any::<u8>(), 32),
    ) {
        for (at, byte) in changes {
            let at = at.index(line.len());
            line[at] = if byte == b'\n' { b' ' } else { byte };
        }
        if let Some(record) = parse_fast(&line, &after) {
            prop_assert_eq!(super::line(&line), Line::Record(record));
        }
    }

    /// With counted or merged fetches, the parser takes the same lines and returns the other records.
    #[test]
    fn counted_fetches_are_the_fetches(
        lines in prop::collection::vec(prop_oneof![usual(), fetch_from_a_small_region()], 1..20),
        change in (any::<prop::sample::Index>(), prop_oneof![any::<u8>(), 0x20..0x7f_u8]),
    ) {
        let mut text = (lines.join("\n") + "\n" + &"x".repeat(32)).into_bytes();
        let at = change.0.index(text.len());
        text[at] = change.1;
        let read = |fetches| {
            let mut batch = RecordBatch::default();
            let taken = records(&text, &mut batch, 100, fetches);
            (batch, taken)
        };
        let (all, taken) = read(Fetches::Returned);
        for fetches in [Fetches::Counted, Fetches::Merged { block_bits: 6 }] {
            let rest: Vec<_> = required(&all.records, fetches).collect();
            let omitted = (all.records.len() - rest.len()) as u64;
            prop_assert_eq!(read(fetches), (RecordBatch { records: rest, fetches: omitted }, taken));
        }
    }

    /// The fast parser accepts lackey's output.
    #[test]
    fn usual_lines_with_small_sizes_are_taken(line in usual(), after in prop::collection::vec(any::<u8>(), 32)) {
        let address = line.find(',').expect("a size") - 3;
        let small = matches!(super::line(line.as_bytes()), Line::Record(record) if record.size < 100 && address < 16);
        prop_assert_eq!(parse_fast(line.as_bytes(), &after).is_some(), small);
    }
}
