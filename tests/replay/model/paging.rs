//! Models demand paging: frames, page tables, and swap.

use std::collections::{BTreeMap, BTreeSet};

use pagewalk_engine::kernel::process::FaultCounts;
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counts::PagingCounts;
use pagewalk_engine::trace::demand::DemandPaging;

use super::Age;

#[derive(Debug, Clone, Copy, Default)]
struct Page {
    frame: Option<u64>,
    /// Whether swap has a copy of the page.
    swapped: bool,
    /// Whether the page is dirty.
    dirty: bool,
}

#[derive(Debug)]
pub struct Pages {
    pub page_bits: u32,
    /// log2 of the number of entries in a table of each level.
    levels: Vec<u32>,
    /// Number of bytes in an entry.
    bytes: u64,
    limit: u64,
    policy: Policy,
    known: BTreeMap<u64, Page>,
    /// The page and the age of each frame in use.
    frames: BTreeMap<u64, (u64, Age)>,
    /// The physical pages of tables, indexed by level and the upper part of the page number.
    tables: BTreeMap<(usize, u64), u64>,
    /// The lowest physical page that contains a table.
    lowest: u64,
    /// Pages that have been accessed.
    touched: BTreeSet<u64>,
    faults: FaultCounts,
    evicted: u64,
    written: u64,
}

impl Pages {
    pub fn new(spec: &Spec, demand: DemandPaging) -> Self {
        let mmu = spec.mmu.as_ref().expect("pages need an MMU");
        let mut pages = Self {
            page_bits: mmu.page_bits,
            levels: mmu.levels.clone(),
            bytes: mmu.pte.bytes.into(),
            limit: demand.frames.map_or(u64::MAX, u64::from),
            policy: demand.replacement.unwrap_or_default(),
            known: BTreeMap::new(),
            frames: BTreeMap::new(),
            tables: BTreeMap::new(),
            lowest: 1 << (spec.physical_bits - mmu.page_bits),
            touched: BTreeSet::new(),
            faults: FaultCounts::default(),
            evicted: 0,
            written: 0,
        };
        pages.make_table(1, 0);
        pages
    }

    /// Splits a page number into the part that selects a table of a level and the index in that table.
    fn split(&self, level: usize, vpn: u64) -> (u64, u64) {
        let below: u32 = self.levels[level..].iter().sum();
        let entries = 1 << self.levels[level - 1];
        (
            vpn >> below >> self.levels[level - 1],
            (vpn >> below) % entries,
        )
    }

    fn make_table(&mut self, level: usize, above: u64) {
        let bytes = self.bytes << self.levels[level - 1];
        self.lowest -= bytes.div_ceil(1 << self.page_bits);
        self.tables.insert((level, above), self.lowest);
    }

    pub fn has_table(&self, level: usize, vpn: u64) -> bool {
        self.tables.contains_key(&(level, self.split(level, vpn).0))
    }

    /// The physical address of a page's entry at a level.
    pub fn entry(&self, level: usize, vpn: u64) -> u64 {
        let (above, index) = self.split(level, vpn);
        (self.tables[&(level, above)] << self.page_bits) + index * self.bytes
    }

    pub fn is_present(&self, vpn: u64) -> bool {
        self.known
            .get(&vpn)
            .is_some_and(|page| page.frame.is_some())
    }

    /// Marks a page dirty on a store, and returns whether the page is dirty.
    pub fn mark(&mut self, vpn: u64, store: bool) -> bool {
        let page = self.known.get_mut(&vpn).expect("the page is there");
        page.dirty |= store;
        page.dirty
    }

    /// Records a use of a page, and returns the page's frame.
    pub fn touch(&mut self, vpn: u64, now: u64) -> u64 {
        let frame = self.known[&vpn].frame.expect("the page is there");
        self.frames.get_mut(&frame).expect("a frame in use").1.used = now;
        frame
    }

    /// Brings a page into the lowest free frame, or into a victim's frame. Returns the frame and the evicted
    /// page.
    pub fn fault(&mut self, vpn: u64, clock: &mut u64) -> (u64, Option<u64>) {
        for level in 2..=self.levels.len() {
            if !self.has_table(level, vpn) {
                let (above, _) = self.split(level, vpn);
                self.make_table(level, above);
            }
        }
        let free = (0..self.limit).find(|frame| !self.frames.contains_key(frame));
        let (frame, gone) = free.map_or_else(|| self.evict(), |frame| (frame, None));
        let swapped = self.known.get(&vpn).is_some_and(|page| page.swapped);
        *(if swapped {
            &mut self.faults.major
        } else {
            &mut self.faults.minor
        }) += 1;
        self.touched.insert(vpn);
        *clock += 1;
        self.known.insert(
            vpn,
            Page {
                frame: Some(frame),
                swapped,
                dirty: false,
            },
        );
        self.frames.insert(
            frame,
            (
                vpn,
                Age {
                    filled: *clock,
                    used: *clock,
                },
            ),
        );
        (frame, gone)
    }

    fn evict(&mut self) -> (u64, Option<u64>) {
        let stamp = |age: Age| {
            if self.policy == Policy::Fifo {
                age.filled
            } else {
                age.used
            }
        };
        let oldest = self.frames.iter().min_by_key(|(_, (_, age))| stamp(*age));
        let (frame, vpn) = oldest
            .map(|(frame, (vpn, _))| (*frame, *vpn))
            .expect("a frame in use");
        self.frames.remove(&frame);
        let page = self.known.get_mut(&vpn).expect("the page is there");
        self.evicted += 1;
        self.written += u64::from(page.dirty || !page.swapped);
        *page = Page {
            frame: None,
            swapped: true,
            dirty: false,
        };
        (frame, Some(vpn))
    }

    pub fn counted(&self) -> PagingCounts {
        assert_eq!(
            self.faults.minor,
            self.touched.len() as u64,
            "a page is touched first once"
        );
        PagingCounts {
            walks: 0,
            faults: self.faults,
            evicted: self.evicted,
            written: self.written,
        }
    }
}
