use proptest::prelude::*;

use super::*;
use crate::kernel::ids::{FileId, ObjectId};
use crate::kernel::vma::{Backing, Prot};

const PAGE: u64 = 64;
const PAGES: u64 = 40;

/// A page in the naive model, with all properties of its area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Page {
    prot: Prot,
    shared: bool,
    locked: bool,
    accounted: bool,
    backing: Backing,
}

impl Page {
    /// Changes the permissions of a page that never was private.
    fn protect(&mut self, prot: Prot) {
        if prot != self.prot && !self.shared {
            self.accounted = prot.write || (self.accounted && self.backing != Backing::Anonymous);
        }
        self.prot = prot;
    }
}

/// An address space as an array of pages.
type Model = Vec<Option<Page>>;

fn area(first: u64, last: u64, page: Page) -> Vma {
    let mut area = Vma::new(
        first * PAGE..last * PAGE,
        page.prot,
        page.shared,
        page.backing,
    );
    (area.locked, area.accounted) = (page.locked, page.accounted);
    area
}

/// The page that follows this page in the same area.
fn next(page: Page) -> Page {
    let backing = match page.backing {
        Backing::Anonymous => Backing::Anonymous,
        Backing::File {
            offset,
            file,
            writable,
            opened,
        } => Backing::File {
            file,
            offset: offset + PAGE,
            writable,
            opened,
        },
        Backing::Object { object, offset } => Backing::Object {
            object,
            offset: offset + PAGE,
        },
    };
    Page { backing, ..page }
}

/// The areas that an array of pages contains: the longest runs of matching pages.
fn runs(model: &Model) -> Vec<Vma> {
    let mut found: Vec<(u64, u64, Page)> = Vec::new();
    let mut expected = None;
    for (at, page) in model.iter().enumerate() {
        let at = at as u64;
        if let Some(page) = *page {
            match found.last_mut() {
                Some((_, last, _)) if expected == Some(page) => *last = at + 1,
                _ => found.push((at, at + 1, page)),
            }
        }
        expected = page.map(next);
    }
    found
        .into_iter()
        .map(|(first, last, page)| area(first, last, page))
        .collect()
}

#[derive(Debug, Clone)]
enum Op {
    Insert(u64, u64, Page),
    Remove(u64, u64),
    Protect(u64, u64, Prot),
    Lock(u64, u64, bool),
}

fn prot() -> impl Strategy<Value = Prot> {
    any::<bool>().prop_map(|write| Prot {
        read: true,
        write,
        exec: false,
    })
}

/// Generates pages with few variants, so that neighbors often match. The offset in a file or object usually
/// equals the first page's address, so that neighbors are often contiguous.
fn page(first: u64) -> impl Strategy<Value = Page> {
    let file = Backing::File {
        file: FileId(1),
        offset: first * PAGE,
        writable: true,
        opened: 1,
    };
    let object = Backing::Object {
        object: ObjectId(1),
        offset: first * PAGE,
    };
    let odd = Backing::File {
        file: FileId(1),
        offset: 0,
        writable: true,
        opened: 1,
    };
    let backing = prop_oneof![
        Just(Backing::Anonymous),
        Just(file),
        Just(object),
        Just(odd)
    ];
    (prot(), backing, any::<bool>()).prop_map(|(prot, backing, shared)| {
        let shared = shared && backing != Backing::Anonymous;
        Page {
            prot,
            shared,
            locked: false,
            accounted: prot.write && !shared,
            backing,
        }
    })
}

fn op() -> impl Strategy<Value = Op> {
    let range = (0..PAGES, 0..=8u64).prop_map(|(first, len)| (first, (first + len).min(PAGES)));
    range.prop_flat_map(|(first, last)| {
        prop_oneof![
            3 => page(first).prop_map(move |page| Op::Insert(first, last, page)),
            2 => Just(Op::Remove(first, last)),
            2 => prot().prop_map(move |prot| Op::Protect(first, last, prot)),
            1 => any::<bool>().prop_map(move |on| Op::Lock(first, last, on)),
        ]
    })
}

fn paint(model: &mut Model, first: u64, last: u64, change: impl Fn(&mut Page)) {
    for page in model[first as usize..last as usize].iter_mut().flatten() {
        change(page);
    }
}

fn apply_to_model(model: &mut Model, op: &Op) {
    match *op {
        Op::Insert(first, last, page) => {
            let mut page = page;
            for at in first..last {
                model[at as usize] = Some(page);
                page = next(page);
            }
        }
        Op::Remove(first, last) => model[first as usize..last as usize].fill(None),
        Op::Protect(first, last, prot) => paint(model, first, last, |page| page.protect(prot)),
        Op::Lock(first, last, on) => paint(model, first, last, |page| page.locked = on),
    }
}

fn apply(areas: &mut VmaMap, op: &Op) -> Vec<VmaEdit> {
    match *op {
        Op::Insert(first, last, page) => {
            let cleared = areas.remove(first * PAGE..last * PAGE);
            if first == last {
                vec![cleared]
            } else {
                vec![cleared, areas.insert(area(first, last, page))]
            }
        }
        Op::Remove(first, last) => vec![areas.remove(first * PAGE..last * PAGE)],
        Op::Protect(first, last, prot) => {
            vec![areas.change(first * PAGE..last * PAGE, &|area| area.protect(prot))]
        }
        Op::Lock(first, last, on) => {
            vec![areas.change(first * PAGE..last * PAGE, &|area| area.locked = on)]
        }
    }
}

/// The start of the highest free run of `len` pages within `low..limit`, found by trying every address.
fn naive_hole(model: &Model, len: u64, low: u64, limit: u64) -> Option<u64> {
    let free = |at: u64| model.get(at as usize).is_none_or(Option::is_none);
    (low..=limit.checked_sub(len)?)
        .rev()
        .find(|at| (*at..at + len).all(free))
}

proptest! {
    #[test]
    fn areas_agree_with_an_array_of_pages(ops in prop::collection::vec(op(), 1..60)) {
        let mut model: Model = vec![None; PAGES as usize];
        let mut areas = VmaMap::default();
        for op in &ops {
            let copy = areas.clone();
            let held: Vec<Vma> = copy.iter().copied().collect();
            let edits = apply(&mut areas, op);
            apply_to_model(&mut model, op);
            let now: Vec<Vma> = areas.iter().copied().collect();
            prop_assert_eq!(&now, &runs(&model));
            // A clone is unaffected by later changes, and the edits account for every area.
            prop_assert_eq!(copy.iter().copied().collect::<Vec<_>>(), held.clone());
            let (gone, come) = copy.difference(&areas);
            prop_assert_eq!(gone, held.iter().filter(|area| !now.contains(area)).copied().collect::<Vec<_>>());
            prop_assert_eq!(come, now.iter().filter(|area| !held.contains(area)).copied().collect::<Vec<_>>());
            let below = copy.below(20 * PAGE + 1).copied();
            prop_assert_eq!(below, held.iter().rev().find(|area| area.end <= 20 * PAGE).copied());
            let mut expected = held;
            for edit in edits {
                for gone in &edit.before {
                    let at = expected.iter().position(|area| area == gone);
                    prop_assert!(at.is_some(), "{:?} was never there", gone);
                    expected.remove(at.unwrap());
                }
                expected.extend(edit.after);
            }
            expected.sort_by_key(|area| area.start);
            prop_assert_eq!(&expected, &now);
            prop_assert_eq!(areas.count(), now.len());
            prop_assert_eq!(areas.size(), now.iter().map(Vma::len).sum::<u64>());
        }
    }

    #[test]
    fn holes_and_lookups_agree_with_an_array_of_pages(
        ops in prop::collection::vec(op(), 1..40),
        len in 1..6u64, low in 0..4u64, limit in 0..PAGES + 4,
    ) {
        let mut model: Model = vec![None; PAGES as usize];
        let mut areas = VmaMap::default();
        for op in &ops {
            apply(&mut areas, op);
            apply_to_model(&mut model, op);
            let hole = areas.highest_hole(len * PAGE, low * PAGE, limit * PAGE);
            prop_assert_eq!(hole, naive_hole(&model, len, low, limit).map(|at| at * PAGE));
            let range = low..limit.max(low);
            let pages = model.iter().take(range.end as usize).skip(range.start as usize);
            let bytes = range.start * PAGE..range.end * PAGE;
            prop_assert_eq!(areas.is_free(bytes.clone()), pages.clone().all(Option::is_none));
            let within: u64 = areas.within(bytes).iter().map(Vma::len).sum();
            prop_assert_eq!(within, pages.flatten().count() as u64 * PAGE);
        }
        for (at, page) in model.iter().enumerate() {
            let found = areas.find(at as u64 * PAGE + 1);
            prop_assert_eq!(found.map(|area| area.prot), page.map(|page| page.prot));
            let above = model.iter().skip(at).position(Option::is_some).map(|more| (at + more) as u64 * PAGE);
            let next = areas.at_or_above(at as u64 * PAGE).map(|area| area.start.max(at as u64 * PAGE));
            prop_assert_eq!(next, above);
        }
    }
}

fn anonymous(first: u64, last: u64) -> Vma {
    let prot = Prot {
        read: true,
        write: true,
        exec: false,
    };
    area(
        first,
        last,
        Page {
            prot,
            shared: false,
            locked: false,
            accounted: true,
            backing: Backing::Anonymous,
        },
    )
}

#[test]
fn neighbours_merge_when_the_gap_between_them_is_filled() {
    let mut areas = VmaMap::default();
    areas.insert(anonymous(1, 2));
    areas.insert(anonymous(3, 4));
    let edit = areas.insert(anonymous(2, 3));
    assert_eq!(edit.before, [anonymous(1, 2), anonymous(3, 4)]);
    assert_eq!(edit.after, [anonymous(1, 4)]);
}

#[test]
fn a_hole_in_the_middle_splits_an_area() {
    let mut areas = VmaMap::default();
    areas.insert(anonymous(1, 9));
    let edit = areas.remove(4 * PAGE..5 * PAGE);
    assert_eq!(edit.before, [anonymous(1, 9)]);
    assert_eq!(edit.after, [anonymous(1, 4), anonymous(5, 9)]);
}

#[test]
fn anonymous_objects_do_not_merge_with_each_other_but_with_themselves() {
    let object = |object, first, last| {
        let backing = Backing::Object {
            object: ObjectId(object),
            offset: first * PAGE,
        };
        let prot = Prot {
            read: true,
            write: true,
            exec: false,
        };
        area(
            first,
            last,
            Page {
                prot,
                shared: true,
                locked: false,
                accounted: false,
                backing,
            },
        )
    };
    let mut areas = VmaMap::default();
    areas.insert(object(1, 0, 2));
    areas.insert(object(2, 2, 4));
    assert_eq!(areas.count(), 2);
    areas.insert(object(2, 4, 6));
    assert_eq!(
        areas.iter().copied().collect::<Vec<_>>(),
        [object(1, 0, 2), object(2, 2, 6)]
    );
}

#[test]
fn a_private_area_ignores_whether_its_file_is_writable() {
    let file = |first, last, shared, writable| {
        let backing = Backing::File {
            file: FileId(1),
            offset: first * PAGE,
            writable,
            opened: 1,
        };
        let page = Page {
            prot: Prot::default(),
            shared,
            locked: false,
            accounted: false,
            backing,
        };
        area(first, last, page)
    };
    for (shared, count) in [(false, 1), (true, 2)] {
        let mut areas = VmaMap::default();
        areas.insert(file(0, 1, shared, true));
        areas.insert(file(1, 2, shared, false));
        assert_eq!(areas.count(), count);
    }
}

#[test]
fn the_stack_does_not_merge_with_other_areas_that_grow_down() {
    let stack = |first, last, label| Vma {
        stack: true,
        label,
        ..anonymous(first, last)
    };
    let own = Some(super::super::vma::VmaLabel(0));
    let mut areas = VmaMap::default();
    areas.insert(stack(6, 9, own));
    areas.insert(stack(4, 6, None));
    areas.insert(stack(2, 4, None));
    assert_eq!(
        areas.iter().copied().collect::<Vec<_>>(),
        [stack(2, 6, None), stack(6, 9, own)]
    );
    // The stack remains a separate area when it grows.
    areas.remove(2 * PAGE..6 * PAGE);
    areas.insert(stack(5, 6, own));
    assert_eq!(
        areas.iter().copied().collect::<Vec<_>>(),
        [stack(5, 9, own)]
    );
}

#[test]
fn many_areas_are_fast() {
    // Only every other page is free. A naive search from the top would examine all areas each time (2·10^9
    // steps).
    let mut areas = VmaMap::default();
    let limit = 1 << 46;
    for _ in 0..65_530 {
        let at = areas
            .highest_hole(2 * PAGE, PAGE, limit)
            .expect("there is room");
        areas.insert(anonymous(at / PAGE, at / PAGE + 1));
        // The page above the new area remains free, because one page is too small for later areas.
    }
    assert_eq!(areas.count(), 65_530);
    assert_eq!(areas.size(), 65_530 * PAGE);
    assert_eq!(areas.highest_hole(PAGE, PAGE, limit), Some(limit - PAGE));
    assert_eq!(
        areas.highest_hole(2 * PAGE, PAGE, limit),
        Some(limit - (2 * 65_530 + 2) * PAGE)
    );
}
