use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{NodeCount, Sparse};

/// A write to, or a copy of, one of several arrays.
#[derive(Debug, Clone)]
enum Op {
    /// Writes a cell. The fields are the array, the row, the column, and the value.
    Write(usize, u64, usize, u8),
    Clone(usize),
    /// Resets a range of rows to the default value. The fields are the array, the first row, and the last
    /// row.
    Reset(usize, u64, u64),
    /// Copies rows. The fields are the array, the first source row, the first target row, and the count.
    /// Overlapping or missing rows are not copied.
    Copy(usize, u64, u64, u64),
}

/// Generates rows that are near each other and rows that are far apart.
fn a_row(rows: u128) -> impl Strategy<Value = u64> {
    let last = (rows - 1) as u64;
    prop_oneof![0..=last.min(70), 0..=last, last.saturating_sub(70)..=last]
}

fn shape_and_ops() -> impl Strategy<Value = (u128, usize, Vec<Op>)> {
    let rows = prop_oneof![
        1..3000_u128,
        Just(1 << 20),
        Just(1 << 52),
        Just((1 << 52) + 1),
        Just(1 << 64)
    ];
    (rows, prop_oneof![1..5_usize, Just(18), Just(600), Just(4096)]).prop_flat_map(|(rows, stride)| {
        let write = (any::<prop::sample::Index>(), a_row(rows), 0..stride, 1..=u8::MAX);
        let op = prop_oneof![
            8 => write.prop_map(|(array, row, column, value)| Op::Write(array.index(64), row, column, value)),
            1 => any::<prop::sample::Index>().prop_map(|array| Op::Clone(array.index(64))),
            1 => (0..64_usize, a_row(rows), a_row(rows)).prop_map(|(array, a, b)| Op::Reset(array, a.min(b), a.max(b))),
            2 => copy(rows),
        ];
        (Just(rows), Just(stride), prop::collection::vec(op, 0..40))
    })
}

/// Generates runs of rows. Some runs are aligned and have a power-of-two length, as pages do, and the other
/// runs are arbitrary.
fn copy(rows: u128) -> impl Strategy<Value = Op> {
    let aligned = (a_row(rows), a_row(rows), 0..64_u32)
        .prop_map(|(from, to, bits)| (from >> bits << bits, to >> bits << bits, 1 << bits));
    let anywhere = (a_row(rows), a_row(rows), 0..100_u64);
    (0..64_usize, prop_oneof![aligned, anywhere])
        .prop_map(|(array, (from, to, count))| Op::Copy(array, from, to, count))
}

/// Whether both ranges of `count` rows exist and do not overlap.
fn apart(rows: u128, from: u64, to: u64, count: u64) -> bool {
    u128::from(from.max(to)) + u128::from(count) <= rows && from.abs_diff(to) >= count
}

/// The cells with nondefault values, in order.
fn cells(array: &Sparse<u8>) -> Vec<((u64, usize), u8)> {
    let cells = array
        .rows()
        .flat_map(|(row, cells)| cells.iter().enumerate().map(move |(c, &v)| ((row, c), v)));
    cells.filter(|&(_, value)| value != 0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Arrays and their clones always have the same contents as ordinary maps and their clones.
    #[test]
    fn behaves_as_a_map_and_its_clones((rows, stride, ops) in shape_and_ops()) {
        let mut arrays = vec![(Sparse::new(rows, stride, 0_u8), BTreeMap::new())];
        for op in ops {
            let count = arrays.len();
            match op {
                Op::Clone(i) => arrays.push(arrays[i % count].clone()),
                Op::Write(i, row, column, value) => {
                    let (array, map) = &mut arrays[i % count];
                    array.row_mut(row)[column] = value;
                    map.insert((row, column), value);
                }
                Op::Reset(i, first, last) => {
                    let (array, map) = &mut arrays[i % count];
                    array.reset(first, last);
                    map.retain(|(row, _), _| !(first..=last).contains(row));
                }
                Op::Copy(i, from, to, rows_copied) if apart(rows, from, to, rows_copied) => {
                    let (array, map) = &mut arrays[i % count];
                    array.copy_rows(from, to, rows_copied);
                    let inside = |start: u64, row: u64| row >= start && row - start < rows_copied;
                    map.retain(|(row, _), _| !inside(to, *row));
                    let copied: Vec<_> = map.iter().filter(|((row, _), _)| inside(from, *row)).collect();
                    let copied: Vec<_> =
                        copied.into_iter().map(|((row, column), v)| ((row - from + to, *column), *v)).collect();
                    map.extend(copied);
                }
                Op::Copy(..) => {}
            }
        }
        for (array, map) in &arrays {
            let expected: Vec<_> = map.iter().map(|(&at, &value)| (at, value)).collect();
            prop_assert_eq!(cells(array), expected);
            prop_assert_eq!(array.count, NodeCount::of(&array.root));
            for (&(row, column), value) in map {
                prop_assert_eq!(array.row(row).and_then(|cells| cells.get(column)), Some(value));
            }
            let numbers: Vec<u64> = array.rows().map(|(row, _)| row).collect();
            prop_assert!(numbers.is_sorted_by(|a, b| a < b), "rows come once and in order");
            prop_assert!(array.rows().all(|(row, cells)| u128::from(row) < rows && cells.len() == stride));
            let all: Vec<_> = array.rows().collect();
            for range in numbers.windows(5).map(|window| window[1]..=window[3]).chain([3..=70, 71..=u64::MAX]) {
                let expected: Vec<_> = all.iter().filter(|(row, _)| range.contains(row)).copied().collect();
                prop_assert_eq!(array.rows_in(*range.start(), *range.end()).collect::<Vec<_>>(), expected);
            }
        }
    }
}

#[test]
fn a_row_never_written_is_none_and_takes_no_storage() {
    let array = Sparse::new(1_u128 << 64, 8, 0_u64);
    assert_eq!((array.row(0), array.row(u64::MAX)), (None, None));
    assert_eq!(array.rows().count(), 0);
}

#[test]
fn reset_rows_free_their_storage() {
    let mut array = Sparse::new(1_u64 << 40, 8, 0_u64);
    (0..1000).for_each(|row| array.row_mut(row << 20)[0] = 1);
    array.reset(0, (1 << 40) - 2);
    assert_eq!(array.rows().count(), 0);
}

#[test]
fn a_copy_of_whole_leaves_shares_them_until_a_write() {
    let mut array = Sparse::new(1_u64 << 20, 8, 0_u64);
    array.row_mut(1)[0] = 1;
    array.copy_rows(0, 1 << 14, 1 << 14);
    let place = |array: &Sparse<u64>, row| std::ptr::from_ref(array.row(row).unwrap());
    assert_eq!(place(&array, 1), place(&array, (1 << 14) + 1));
    array.row_mut((1 << 14) + 1)[1] = 2;
    assert_eq!(
        (array.row(1), array.row((1 << 14) + 1)),
        (
            Some(&[1, 0, 0, 0, 0, 0, 0, 0][..]),
            Some(&[1, 2, 0, 0, 0, 0, 0, 0][..])
        )
    );
    array.copy_rows(1 << 19, 0, 1 << 14);
    assert_eq!(array.row(1), None);
}

#[test]
fn a_row_beyond_the_last_is_none() {
    let mut array = Sparse::new(10_u64, 2, 0_u8);
    array.row_mut(9)[1] = 5;
    assert_eq!(array.row(9), Some(&[0, 5][..]));
    assert_eq!(array.row(10), None);
}

#[test]
#[should_panic(expected = "row 4096 is past the last row, 4095")]
fn a_row_beyond_the_last_cannot_be_written() {
    Sparse::new(4096_u64, 8, 0_u8).row_mut(4096);
}

#[test]
fn a_write_after_a_clone_copies_only_its_leaf() {
    let mut array = Sparse::new(1_u64 << 20, 8, 0_u64);
    array.row_mut(0)[0] = 1;
    array.row_mut(900_000)[0] = 2;
    let copy = array.clone();
    array.row_mut(0)[0] = 3;
    let same = |row| std::ptr::eq(array.row(row).unwrap(), copy.row(row).unwrap());
    assert!(
        same(900_000) && !same(0),
        "the leaf of row 900,000 stays shared, that of row 0 does not"
    );
}
