//! Measures the cost of reading a trace record in a synthetic trace in memory. `benches/parse.rs` reads real
//! traces.

use std::fmt::Write as _;
use std::io::Cursor;

use divan::{Bencher, black_box, counter::ItemsCount};
use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::reader::Reader;
use pagewalk_engine::trace::record::{Op, Record, RecordBatch};

fn main() {
    divan::main();
}

/// Number of records in the trace.
const COUNT: usize = 1 << 18;

/// Builds a trace of short loops that walk through arrays, use the stack, or access random addresses.
fn program() -> Vec<Record> {
    let mut random = 1_u64;
    let mut records = Vec::new();
    for round in 0_u64.. {
        let start = 0x40_1000 + 0x40 * (round / 100 % 30);
        for step in 0..round % 7 + 3 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            records.push(Record {
                address: start + 4 * step,
                size: 4,
                op: Op::Fetch,
            });
            let (address, op) = match step % 4 {
                0 => (0x420_0000 + 8 * round, Op::Load),
                1 => (0x1f_ff00_0000 + 8 * step, Op::Store),
                2 => (0x430_0000 + (random >> 48), Op::Load),
                _ => continue,
            };
            records.push(Record {
                address,
                size: 8,
                op,
            });
        }
        if records.len() >= COUNT {
            break;
        }
    }
    records.truncate(COUNT);
    records
}

/// Formats the trace as text with one record per line.
fn text(line: impl Fn(&mut String, &Record)) -> Vec<u8> {
    let mut text = String::new();
    for record in program() {
        line(&mut text, &record);
    }
    text.into_bytes()
}

fn lackey() -> Vec<u8> {
    text(|text, Record { address, size, op }| {
        let op = ["I ", " L", " S", " M"][*op as usize];
        writeln!(text, "{op} {address:08x},{size}").expect("memory");
    })
}

fn read(bencher: Bencher, bytes: Vec<u8>, format: Format) {
    let bytes: &'static [u8] = bytes.leak();
    let mut batch = RecordBatch::default();
    bencher.counter(ItemsCount::new(COUNT)).bench_local(|| {
        let mut reader =
            Reader::new(Box::new(Cursor::new(bytes)), "made up", Some(format)).expect("a trace");
        while reader.next(&mut batch).expect("a trace") {
            black_box(&batch);
        }
    });
}

#[divan::bench]
fn read_lackey(bencher: Bencher) {
    read(bencher, lackey(), Format::Lackey);
}

/// Parses lines in uppercase, which lackey never prints.
#[divan::bench]
fn read_lackey_in_capitals(bencher: Bencher) {
    read(bencher, lackey().to_ascii_uppercase(), Format::Lackey);
}

#[divan::bench]
fn read_din(bencher: Bencher) {
    let line = |text: &mut String, Record { address, op, .. }: &Record| {
        let label = [2, 0, 1, 0][*op as usize];
        writeln!(text, "{label} {address:x}").expect("memory");
    };
    read(bencher, text(line), Format::Din);
}

#[divan::bench]
fn read_csv(bencher: Bencher) {
    let line = |text: &mut String, Record { address, size, op }: &Record| {
        let op = ["I", "L", "S", "M"][*op as usize];
        writeln!(text, "{op},0x{address:x},{size}").expect("memory");
    };
    read(bencher, text(line), Format::Csv);
}
