//! Tests traces compressed with gzip and zstd.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::*;

/// The line ` L 10,1` compressed by `zstd`, and ` S 20,2` compressed without a checksum.
const ZSTD: [&[u8]; 2] = [
    b"\x28\xb5\x2f\xfd\x04\x58\x41\x00\x00\x20\x4c\x20\x31\x30\x2c\x31\x0a\x76\x59\x6c\xc5",
    b"\x28\xb5\x2f\xfd\x00\x58\x41\x00\x00\x20\x53\x20\x32\x30\x2c\x32\x0a",
];
/// ` L 10,1` compressed by `gzip -n`.
const GZIP: &[u8] =
    b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x53\xf0\x51\x30\x34\xd0\x31\xe4\x02\0\xbb\x9f\xe6\x63\x08\0\0\0";

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

fn zstd(text: &[u8]) -> Vec<u8> {
    compress_to_vec(text, CompressionLevel::Fastest)
}

fn read(bytes: &[u8]) -> (Vec<Record>, Option<Unreadable>) {
    reader(bytes, None).map_or_else(
        |failed| (vec![], Some(failed)),
        |mut reader| all(&mut reader),
    )
}

/// Generates `count` records and their text.
fn trace(count: u64) -> (Vec<Record>, String) {
    let address = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 30;
    let records = (0..count)
        .map(|n| record(Op::Store, address(n), 8))
        .collect();
    (
        records,
        (0..count)
            .map(|n| format!(" S {:08x},8\n", address(n)))
            .collect::<Vec<_>>()
            .concat(),
    )
}

#[test]
fn compression_is_detected_from_the_first_bytes() {
    let (load, store) = (record(Op::Load, 16, 1), record(Op::Store, 32, 2));
    assert_eq!(read(GZIP), (vec![load], None));
    assert_eq!(read(&[GZIP, GZIP].concat()), (vec![load; 2], None));
    assert_eq!(read(ZSTD[0]), (vec![load], None));
    assert_eq!(
        read(&[ZSTD[1], ZSTD[0]].concat()),
        (vec![store, load], None)
    );
    // A skippable frame is skipped at the start, in the middle, and at the end.
    let other = b"\x53\x2a\x4d\x18\x03\0\0\0abc";
    assert_eq!(
        read(&[other, ZSTD[1], other, ZSTD[0], other].concat()),
        (vec![store, load], None)
    );
    assert_eq!(read(&gzip(b"")), (vec![], None));
    assert_eq!(read(&zstd(b"")), (vec![], None));
}

#[test]
fn a_truncation_is_reported_after_the_records_before_it() {
    let (records, text) = trace(30_000);
    for (kind, bytes) in [
        ("gzip", gzip(text.as_bytes())),
        ("zstd", zstd(text.as_bytes())),
    ] {
        assert_eq!(read(&bytes), (records.clone(), None), "{kind}");
        for cut in [5, 18, bytes.len() / 2, bytes.len() - 9, bytes.len() - 1] {
            let (found, failed) = read(&bytes[..cut]);
            let why = UnreadableReason::Truncated {
                kind,
                at: cut as u64,
            };
            assert_eq!(
                failed,
                Some(Unreadable {
                    name: "t".to_owned(),
                    why
                }),
                "{kind} {cut}"
            );
            assert!(records.starts_with(&found), "{kind} {cut}");
            assert!(
                cut < bytes.len() / 2 || found.len() > 1000,
                "{kind} {cut}: {}",
                found.len()
            );
        }
    }
}

#[test]
fn damage_is_reported() {
    let (_, text) = trace(3_000);
    for (kind, bytes, end) in [
        ("gzip", gzip(text.as_bytes()), 8),
        ("zstd", zstd(text.as_bytes()), 4),
    ] {
        let mut sum = bytes.clone();
        let at = bytes.len() - end;
        sum[at] ^= 1;
        let (found, failed) = read(&sum);
        assert!(found.len() <= 3000);
        let error = failed.expect("a sum that differs").to_string();
        assert!(
            error.starts_with(&format!(
                "`t` is damaged: the {kind} data is invalid before byte "
            )),
            "{error}"
        );
        for rubbish in [&b"r"[..], b"rubbish", &[0; 1000]] {
            let (found, failed) = read(&[&bytes[..], rubbish].concat());
            assert_eq!(found.len(), 3000);
            let error = failed.expect("rubbish").to_string();
            assert!(
                error.starts_with(&format!(
                    "`t` is damaged: the {kind} data is invalid before byte "
                )) && error.ends_with(": other data follows the compressed data; remove it"),
                "{error}"
            );
        }
    }
}

proptest! {
    #[test]
    fn nothing_panics(
        at in any::<prop::sample::Index>(), bit in 0..8_u8, cut in any::<prop::sample::Index>(), gz in any::<bool>(),
    ) {
        let (_, text) = trace(200);
        let mut bytes = if gz { gzip(text.as_bytes()) } else { zstd(text.as_bytes()) };
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let _ = read(&bytes);
        let _ = read(&bytes[..cut.index(bytes.len())]);
    }
}
