use super::*;
use proptest::prelude::*;

#[test]
fn bytes_are_unknown_until_written() {
    let mut bytes = Bytes::new(1 << 64);
    assert_eq!(bytes.get(u64::MAX), None);
    bytes.write(u64::MAX, &[7]);
    assert_eq!(bytes.get(u64::MAX), Some(7));
    bytes.set(u64::MAX, None);
    assert_eq!(bytes.get(u64::MAX), None);
    assert_eq!(bytes.known().count(), 0);
    bytes.set(130, Some(0));
    assert_eq!(bytes.known().collect::<Vec<_>>(), [128]);
}

#[test]
fn unset_bytes_may_read_as_zero() {
    let mut bytes = Bytes::new(1 << 64);
    bytes.write(100, &[7, 8]);
    bytes.set(101, None);
    bytes.zero_unset();
    let get = |at| bytes.get(at);
    assert_eq!(
        [0, 99, 100, 101, u64::MAX].map(get),
        [Some(0), Some(0), Some(7), Some(0), Some(0)]
    );
    assert_eq!(
        (bytes.given(100), bytes.given(101), bytes.given(5000)),
        (Some(7), None, None)
    );
    let (mut out, mut plain) = ([None; 4], [9; 4]);
    bytes.read(98, &mut out);
    bytes.read_known(98, &mut plain);
    assert_eq!(
        (out, plain),
        ([Some(0), Some(0), Some(7), Some(0)], [0, 0, 7, 0])
    );
    assert_eq!(bytes.known().collect::<Vec<_>>(), [64]);
    bytes.zero(64, 64);
    bytes.zero(1 << 63, 1 << 63);
    assert_eq!((bytes.get(100), bytes.known().count()), (Some(0), 0));
}

#[test]
fn zeros_of_an_array_of_unknown_bytes_are_written() {
    let mut bytes = Bytes::new(200);
    bytes.write(60, &[1; 10]);
    bytes.zero(63, 66);
    let mut out = [None; 72];
    bytes.read(60, &mut out);
    assert_eq!(out[..3], [Some(1); 3]);
    assert_eq!(out[3..69], [Some(0); 66]);
    assert_eq!(out[69..], [None; 3]);
    bytes.forget(61, 100);
    bytes.read(60, &mut out);
    assert_eq!((out[0], &out[1..]), (Some(1), &[None; 71][..]));
}

proptest! {
    /// Reads and writes at random positions in arrays of unknown bytes and of zeros.
    #[test]
    fn bytes_agree_with_plain_vectors(
        writes in proptest::collection::vec((0usize..300, proptest::collection::vec(any::<u8>(), 0..150)), 0..8),
        wipes in proptest::collection::vec((0usize..300, 0usize..150, any::<bool>()), 0..4),
        copies in proptest::collection::vec((0usize..5, 0usize..5, 1usize..3, any::<bool>()), 0..3),
        zeros: bool,
        (at, len) in (0usize..300, 0usize..150),
    ) {
        let (mut bytes, mut expected) = (Bytes::new(512), vec![zeros.then_some(0); 512]);
        if zeros {
            bytes.zero_unset();
        }
        for (at, new) in &writes {
            bytes.write(*at as u64, new);
            expected[*at..at + new.len()].copy_from_slice(&new.iter().copied().map(Some).collect::<Vec<_>>());
        }
        for (at, len, zero) in wipes {
            if zero {
                bytes.zero(at as u64, len as u64);
            } else {
                bytes.forget(at as u64, len as u64);
            }
            expected[at..at + len].fill(if zero || zeros { Some(0) } else { None });
        }
        for (from, to, rows, whole) in copies {
            let (cut, len) = (if whole { 0 } else { 5 }, rows * 64);
            let (from, to) = (from * 64 + cut, to * 64);
            if from.abs_diff(to) >= len {
                bytes.copy_within(from as u64, to as u64, len as u64);
                expected.copy_within(from..from + len, to);
            }
        }
        let (mut out, mut plain) = (vec![None; len], vec![1; len]);
        bytes.read(at as u64, &mut out);
        bytes.read_known(at as u64, &mut plain);
        prop_assert_eq!(&out, &expected[at..at + len]);
        prop_assert_eq!(plain, expected[at..at + len].iter().map(|byte| byte.unwrap_or(0)).collect::<Vec<_>>());
        let got: Vec<_> = (at..at + len).map(|at| bytes.get(at as u64)).collect();
        prop_assert_eq!(got, out);
    }

    #[test]
    fn a_copy_equals_that_of_plain_vectors(
        source in proptest::collection::vec(proptest::option::of(any::<u8>()), 300),
        target in proptest::collection::vec(proptest::option::of(any::<u8>()), 300),
        (at, from_at, len) in (0usize..150, 0usize..150, 0usize..150),
        aligned: bool,
    ) {
        let cut = |n: usize| if aligned { n & !7 } else { n };
        let (at, from_at, len) = (cut(at), cut(from_at), cut(len));
        let fill = |values: &[Option<u8>]| {
            let mut bytes = Bytes::new(300);
            for (n, byte) in values.iter().enumerate() {
                if byte.is_some() {
                    bytes.set(n as u64, *byte);
                }
            }
            bytes
        };
        let (from, mut bytes, mut expected) = (fill(&source), fill(&target), target.clone());
        expected[at..at + len].copy_from_slice(&source[from_at..from_at + len]);
        bytes.copy(at as u64, &from, from_at as u64, len as u64);
        let mut read = vec![None; 300];
        bytes.read(0, &mut read);
        prop_assert_eq!(read, expected);
    }
}
