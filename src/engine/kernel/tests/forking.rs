//! `fork` on random families. Tests that children have exact copies, which are read-only until a store. The
//! last process that uses a shared frame keeps the frame.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::lab::{End, Lab, R, RW, preset};
use crate::kernel::event::KernelStep;
use crate::kernel::ids::Pid;
use crate::kernel::sound;
use crate::machine::pte::Bit;

const AT: u64 = 0x7F00_0000_0000;
const PAGE: u64 = 4096;
const PAGES: u64 = 6;

/// An action of a process in a family.
#[derive(Debug, Clone)]
enum Action {
    Fork(usize),
    Exit(usize),
    /// Forbids stores to a page and then permits them again.
    Protect {
        who: usize,
        page: u64,
    },
    Store {
        who: usize,
        page: u64,
        byte: u8,
    },
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        2 => (0..8usize).prop_map(Action::Fork),
        1 => (0..8usize).prop_map(Action::Exit),
        2 => (0..8usize, 0..PAGES).prop_map(|(who, page)| Action::Protect { who, page }),
        8 => (0..8usize, 0..PAGES, 1..9u8).prop_map(|(who, page, byte)| Action::Store { who, page, byte }),
    ]
}

/// A page of a process: its byte, and a number that is the same in all processes that share the page's frame.
type Page = (u8, usize);

/// A family of processes and the expected pages of each.
struct Family {
    lab: Lab,
    has: BTreeMap<Pid, BTreeMap<u64, Page>>,
    /// The pages that can be stored to without a fault.
    open: BTreeSet<(Pid, u64)>,
    groups: usize,
}

impl Family {
    fn who(&self, who: usize) -> Option<Pid> {
        self.has.keys().nth(who % self.has.len().max(1)).copied()
    }

    fn act(&mut self, action: &Action) {
        match *action {
            Action::Fork(who) => {
                let Some(parent) = self.who(who).filter(|_| self.has.len() < 5) else {
                    return;
                };
                let child = self.lab.fork(parent).expect("memory");
                self.has.insert(child, self.has[&parent].clone());
                self.open.retain(|(pid, _)| *pid != parent);
            }
            Action::Exit(who) => {
                let Some(pid) = self.who(who) else { return };
                self.lab.exit(pid);
                self.has.remove(&pid);
                self.open.retain(|(other, _)| *other != pid);
            }
            Action::Protect { who, page } => {
                let Some(pid) = self.who(who) else { return };
                self.lab.protect(pid, AT + page * PAGE, 1, R);
                self.lab.protect(pid, AT + page * PAGE, 1, RW);
            }
            Action::Store { who, page, byte } => {
                let Some(pid) = self.who(who) else { return };
                self.store(pid, page, byte);
            }
        }
        self.check();
    }

    /// Stores to a page. The store causes a first touch, a copy, a reuse of the frame, or no fault, depending
    /// on which processes share the page.
    fn store(&mut self, pid: Pid, page: u64, byte: u8) {
        let held = self.has[&pid].get(&page).copied();
        let sharers = self.has.values().filter(|pages| {
            held.is_some() && pages.get(&page).map(|page| page.1) == held.map(|held| held.1)
        });
        let sharers = sharers.count();
        let before = self.lab.faults(pid);
        let (end, steps) = self.lab.store(pid, AT + page * PAGE, &[byte]);
        assert_eq!(end, End::Done);
        let count = |is: fn(&KernelStep) -> bool| steps.iter().filter(|step| is(step)).count();
        let zeroed = count(|step| matches!(step, KernelStep::Zeroed { .. }));
        let copied = count(|step| matches!(step, KernelStep::Copied { .. }));
        let reused = count(|step| matches!(step, KernelStep::Reused { .. }));
        let expected = match sharers {
            0 => (1, 0, 0),
            1 if self.open.contains(&(pid, page)) => (0, 0, 0),
            1 => (0, 0, 1),
            _ => (0, 1, 0),
        };
        assert_eq!(
            (zeroed, copied, reused),
            expected,
            "{sharers} have page {page} of {pid}"
        );
        let faults = u64::from(expected != (0, 0, 0));
        assert_eq!(self.lab.faults(pid), (before.0 + faults, before.1));
        self.groups += 1;
        let group = if sharers == 1 {
            held.expect("a page").1
        } else {
            self.groups
        };
        self.has
            .get_mut(&pid)
            .expect("it lives")
            .insert(page, (byte, group));
        self.open.insert((pid, page));
    }

    /// Checks that all processes have the expected pages in the expected shared frames, and that no entry
    /// permits a store that should fault.
    fn check(&self) {
        sound::check(&self.lab.kernel);
        let mut frames = BTreeMap::new();
        for (pid, pages) in &self.has {
            for page in 0..PAGES {
                let mut byte = [0];
                let va = self
                    .lab
                    .kernel
                    .machine
                    .va(AT + page * PAGE)
                    .expect("an address");
                assert_eq!(self.lab.kernel.peek(*pid, va, &mut byte), 1);
                let held = pages.get(&page);
                assert_eq!(
                    byte[0],
                    held.map_or(0, |held| held.0),
                    "page {page} of {pid}"
                );
                let frame = self.lab.frame(*pid, AT + page * PAGE);
                assert_eq!(frame.is_some(), held.is_some());
                if let (Some(frame), Some((_, group))) = (frame, held) {
                    assert_eq!(*frames.entry(*group).or_insert(frame), frame);
                }
                let pte = self
                    .lab
                    .kernel
                    .pte(*pid, AT / PAGE + page)
                    .unwrap_or_default();
                assert_eq!(
                    pte.flags.has(Bit::Rw),
                    self.open.contains(&(*pid, page)),
                    "page {page} of {pid}"
                );
            }
        }
        assert_eq!(self.lab.kernel.frames().used() as usize, frames.len());
    }
}

#[test]
fn without_a_read_write_bit_the_copies_find_room_beside_the_tables_of_the_child() {
    let mut spec = preset("simple");
    spec.mmu.as_mut().expect("it translates").pte.places[Bit::Rw as usize] = None;
    for swap in [0, 64] {
        let mut lab = Lab::new(spec.clone(), |config| config.swap = swap);
        let parent = lab.spawn();
        let pages = u64::from(lab.kernel.frame_limit()) / 2;
        lab.anonymous(parent, 0x400, pages);
        for page in 0..pages {
            lab.write(parent, 0x400 + page * 64, 1 + page as u8);
        }
        let child = lab.fork(parent);
        assert_eq!(
            child.is_ok(),
            swap > 0,
            "without swap there is no room for the copies"
        );
        sound::check(&lab.kernel);
        for pid in child.into_iter().chain([parent]) {
            for page in 0..pages {
                assert_eq!(
                    lab.read(pid, 0x400 + page * 64),
                    1 + page as u8,
                    "page {page} of {pid}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_family_shares_pages_until_one_of_it_stores(all in proptest::collection::vec(action(), 1..60)) {
        let mut lab = Lab::i7(|config| config.frames = Some(32));
        let first = lab.spawn();
        lab.anonymous(first, AT, PAGES);
        let has = BTreeMap::from([(first, BTreeMap::new())]);
        let mut family = Family { lab, has, open: BTreeSet::new(), groups: 0 };
        for action in &all {
            family.act(action);
        }
    }
}

#[test]
fn a_child_begins_with_the_dirty_bits_of_private_pages_and_without_accessed_bits() {
    let mut lab = Lab::simple(|config| config.swap = 4);
    let parent = lab.spawn();
    lab.anonymous(parent, 0x400, 2);
    let vpn = lab.kernel.machine.vpn(0x11).expect("a page");
    (0..2).for_each(|page| lab.write(parent, 0x400 + page * 64, 1));
    // Page 1 is clean after swap-in.
    assert_eq!(lab.kernel.swap_out(parent, vpn, &mut ()), Ok(true));
    assert_eq!(lab.read(parent, 0x440), 1);
    let child = lab.fork(parent).expect("memory");
    let marks = |pid| {
        [0x10, 0x11].map(|vpn| {
            let flags = lab.kernel.pte(pid, vpn).expect("an entry").flags;
            (flags.has(Bit::A), flags.has(Bit::D))
        })
    };
    assert_eq!(marks(parent), [(true, true), (true, false)]);
    assert_eq!(marks(child), [(false, true), (false, false)]);
    sound::check(&lab.kernel);
}
