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

proptest! {
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
