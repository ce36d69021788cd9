//! Tests same-page merging on random pages. After a scan, equal pages share the lowest-numbered of their
//! frames, and different pages do not share frames. A store to a merged page copies the page.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::lab::{End, Lab, RW};
use crate::kernel::event::KernelStep;
use crate::kernel::frames::FrameContents;
use crate::kernel::ids::{FrameNo, Pid};
use crate::kernel::sound;

const AT: u64 = 0x400;
const PAGE: u64 = 64;
/// Number of mergeable pages in each process. The mergeable pages are followed by the same number of pages of
/// a shared object.
const PAGES: u64 = 5;

/// An action on the pages.
#[derive(Debug, Clone)]
enum Action {
    /// Fills a page with one byte value. If `odd` is true, one byte differs.
    Fill {
        who: usize,
        page: u64,
        byte: u8,
        odd: bool,
    },
    Forget {
        who: usize,
        page: u64,
    },
    Scan,
}

fn action() -> impl Strategy<Value = Action> {
    let fill = (0..2usize, 0..2 * PAGES, 1..3u8, any::<bool>());
    prop_oneof![
        6 => fill.prop_map(|(who, page, byte, odd)| Action::Fill { who, page, byte, odd }),
        2 => (0..2usize, 0..PAGES).prop_map(|(who, page)| Action::Forget { who, page }),
        2 => Just(Action::Scan),
    ]
}

type Frames = BTreeMap<(Pid, u64), FrameNo>;

struct Pair {
    lab: Lab,
    pids: [Pid; 2],
    /// The contents of the mergeable pages.
    holds: BTreeMap<(Pid, u64), Vec<u8>>,
}

impl Pair {
    fn new() -> Self {
        let mut lab = Lab::simple(|_| {});
        let pids = [lab.spawn(), lab.spawn()];
        let (_, backing) = lab.object(PAGES);
        for pid in pids {
            lab.anonymous(pid, AT, PAGES);
            lab.map(pid, AT + PAGES * PAGE, PAGES, RW, true, backing);
            lab.kernel
                .change_areas(pid, AT..AT + 2 * PAGES * PAGE, &|area| {
                    area.mergeable = true;
                });
        }
        Self {
            lab,
            pids,
            holds: BTreeMap::new(),
        }
    }

    fn frames(&self) -> Frames {
        let frame =
            |page: &(Pid, u64)| self.lab.frame(page.0, AT + page.1 * PAGE).expect("a frame");
        self.holds.keys().map(|page| (*page, frame(page))).collect()
    }

    fn act(&mut self, action: &Action) {
        let before = self.frames();
        match *action {
            Action::Fill {
                who,
                page,
                byte,
                odd,
            } => self.fill((self.pids[who], page), byte, odd, &before),
            Action::Forget { who, page } => {
                let start = AT + page * PAGE;
                self.lab
                    .kernel
                    .unmap_pages(self.pids[who], start..start + PAGE);
                self.holds.remove(&(self.pids[who], page));
            }
            Action::Scan => {
                self.lab.kernel.ksm_scan(&mut ());
                self.check_scan(&before);
            }
        }
        sound::check(&self.lab.kernel);
        for ((pid, page), bytes) in &self.holds {
            let mut found = vec![0; PAGE as usize];
            let va = self
                .lab
                .kernel
                .machine
                .va(AT + page * PAGE)
                .expect("an address");
            self.lab.kernel.peek(*pid, va, &mut found);
            assert_eq!(&found, bytes, "page {page} of {pid}");
        }
    }

    /// Stores to a page. A merged page is copied even if no other page shares the frame, whereas a private
    /// page keeps its frame.
    fn fill(&mut self, (pid, page): (Pid, u64), byte: u8, odd: bool, before: &Frames) {
        let merged = before
            .get(&(pid, page))
            .map(|frame| self.lab.kernel.frames.get(*frame).contents == FrameContents::Merged);
        let mut bytes = vec![byte; PAGE as usize];
        bytes[PAGE as usize - 1] += u8::from(odd);
        let (end, steps) = self.lab.store(pid, AT + page * PAGE, &bytes);
        assert_eq!(end, End::Done);
        if page < PAGES {
            let copies = steps
                .iter()
                .filter(|step| matches!(step, KernelStep::Copied { .. }))
                .count();
            assert_eq!(
                copies,
                usize::from(merged == Some(true)),
                "page {page} of {pid}"
            );
            self.holds.insert((pid, page), bytes);
        }
    }

    /// Checks that equal pages are in the lowest of their frames, and that different pages are in different frames.
    fn check_scan(&self, before: &Frames) {
        let mut lowest: BTreeMap<&[u8], FrameNo> = BTreeMap::new();
        for (page, bytes) in &self.holds {
            let frame = lowest.entry(bytes).or_insert(before[page]);
            *frame = before[page].min(*frame);
        }
        for (page, frame) in self.frames() {
            assert_eq!(frame, lowest[&self.holds[&page][..]], "{page:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equal_pages_share_the_lowest_frame_until_a_store(all in proptest::collection::vec(action(), 1..60)) {
        let mut pair = Pair::new();
        for action in &all {
            pair.act(action);
        }
    }
}
