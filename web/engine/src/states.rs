//! The states around a record, with the rows that a page shows.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::{AccessKind, Machine, Privilege};
use pagewalk_script::api::Snapshot;
use pagewalk_script::api::snapshot::{Entry, KernelState, Parts, Table};
use pagewalk_script::run::state::State;
use serde_json::{Value, json};

use crate::requests::{Answer, Page, Request};

/// The states around a record.
pub(crate) struct States {
    /// The state before the record. Record 0 has none.
    pub(crate) before: Option<Rc<Kept>>,
    pub(crate) now: Rc<Kept>,
    /// The sets that the record looked up, by the name of the TLB or cache.
    pub(crate) looked: BTreeSet<(String, u64)>,
}

/// The state after a record.
pub(crate) struct Kept {
    pub(crate) record: u64,
    state: State,
    /// The latest snapshot, with its core. To capture a large state takes longer than all the rest of a step.
    captured: RefCell<Option<(Option<u32>, Rc<Snapshot>)>>,
}

impl Kept {
    pub(crate) fn new(record: u64, state: State) -> Rc<Self> {
        Rc::new(Self {
            record,
            state,
            captured: RefCell::default(),
        })
    }

    fn snapshot(&self, core: Option<u32>) -> Rc<Snapshot> {
        let mut captured = self.captured.borrow_mut();
        if let Some((_, snapshot)) = captured.as_ref().filter(|(of, _)| *of == core) {
            return snapshot.clone();
        }
        let has_core = |core: &u32| {
            let machine = self.state.hardware();
            machine.is_some_and(|machine| *core < machine.core_count())
        };
        let kernel = self.state.kernel();
        let mut snapshot = Snapshot::of_parts(
            &self.state,
            Parts {
                core: core.filter(has_core),
                // A process has a list of its pages.
                page_tables: kernel.is_none_or(|kernel| kernel.processes().next().is_none()),
                memory: false,
                unknown_bytes: false,
            },
        );
        let machine = snapshot.machine.as_mut();
        if let Some(table) = machine.and_then(|machine| machine.page_table.as_mut()) {
            let mut pages = Vec::new();
            list_pages(table, &mut pages);
            table.entries = pages;
        }
        let snapshot = Rc::new(snapshot);
        *captured = Some((core, snapshot.clone()));
        snapshot
    }
}

/// Moves the entries of a table that map pages to a list.
fn list_pages(table: &mut Table, pages: &mut Vec<Entry>) {
    for mut entry in table.entries.drain(..) {
        match &mut entry.table {
            Some(table) => list_pages(table, pages),
            None => pages.push(entry),
        }
    }
}

/// Returns the sets that a step looked up.
pub(crate) fn looked(step: &Value) -> BTreeSet<(String, u64)> {
    let set = |step: &Value| {
        let name = match step["kind"].as_str()? {
            "tlb-lookup" => &step["tlb"],
            "cache-lookup" => &step["cache"],
            _ => return None,
        };
        Some((name.as_str()?.to_owned(), step["set"].as_u64()?))
    };
    let steps = step["trace"]["steps"].as_array().into_iter().flatten();
    steps.filter_map(set).collect()
}

/// Returns the states before and after the record, or with `before` the one before it as if nothing followed.
pub(crate) fn state(page: &mut Page, request: &Request) -> Answer {
    let states = page.states.as_ref().ok_or("no run has been started")?;
    let core = request.number("core").map(|core| core as u32);
    let core = core.or_else(|| states.now.state.hardware().map(Machine::core));
    let snapshot = |kept: &Rc<Kept>| (*kept.snapshot(core)).clone();
    let before = states.before.as_ref();
    let nothing = BTreeSet::new();
    let (shown_state, looked) = if request.flag("before") {
        (before.unwrap_or(&states.now), &nothing)
    } else {
        (&states.now, &states.looked)
    };
    let (mut now, mut before) = (snapshot(shown_state), before.map(snapshot));
    let most = |name| {
        let most = request.number(name).unwrap_or(u64::MAX);
        usize::try_from(most).unwrap_or(usize::MAX)
    };
    let whole = request.0["whole"].as_array().into_iter().flatten();
    let shown = Shown {
        sets: most("sets"),
        rows: most("rows"),
        whole: whole.filter_map(Value::as_str).collect(),
        looked,
    };
    let more = shown.shorten(before.as_mut(), &mut now);
    let (mut now, mut before) = (json!(now), before.map(|before| json!(before)));
    permissions(&shown_state.state, &mut now);
    if let (Some(kept), Some(before)) = (&states.before, &mut before) {
        permissions(&kept.state, before);
    }
    for (owner, name, count) in more {
        if let Some(owner) = now.pointer_mut(&owner) {
            owner[name] = count.into();
        }
    }
    Ok(json!({ "before": before, "now": now }))
}

/// Adds to each resident page of a process whether its page-table entry permits stores, which `fork` and copy-on-write change.
fn permissions(state: &State, snapshot: &mut Value) {
    let Some(kernel) = state.kernel() else {
        return;
    };
    let Some(mmu) = &kernel.machine().spec().mmu else {
        return;
    };
    let processes = snapshot["kernel"]["processes"].as_array_mut();
    for process in processes.into_iter().flatten() {
        let Some(pid) = process["pid"].as_u64() else {
            continue;
        };
        let mut machine = kernel.machine_of(Pid(pid as u32));
        for page in process["pages"].as_array_mut().into_iter().flatten() {
            let Some(vpn) = page["vpn"].as_u64().filter(|_| page["slot"].is_null()) else {
                continue;
            };
            let Ok(va) = machine.va(vpn << mmu.page_bits) else {
                continue;
            };
            // The page table decides, and not a TLB that holds an older entry.
            machine.invlpg(va, &mut ());
            let store = machine.translate_as(va, AccessKind::Write, Privilege::User, &mut ());
            page["writable"] = store.is_ok().into();
        }
    }
}

/// Maximum number of changed rows of a long list that a page gets.
const CHANGED: usize = 1_000;

/// The rows of a state that a page shows: all rows of a short list, and those of a long one that the step changed or used.
struct Shown<'l> {
    /// Maximum number of sets of a TLB or cache that are shown without a reason.
    sets: usize,
    /// Maximum number of rows of another list that are shown without a reason.
    rows: usize,
    /// The lists that are shown whole, by name.
    whole: BTreeSet<&'l str>,
    looked: &'l BTreeSet<(String, u64)>,
}

/// The number of rows that a list omits, as a member of the object at a JSON pointer.
type Omitted = (String, &'static str, usize);

impl Shown<'_> {
    /// Removes the other rows from two states, and returns how many each list omits.
    fn shorten(&self, before: Option<&mut Snapshot>, now: &mut Snapshot) -> Vec<Omitted> {
        let mut more = Vec::new();
        let (mut old_machine, old_kernel) = match before {
            Some(before) => (before.machine.as_mut(), before.kernel.as_mut()),
            None => (None, None),
        };
        if let Some(machine) = &mut now.machine {
            for (of, core) in machine.cores.iter_mut().enumerate() {
                let mut old = old_machine.as_mut().and_then(|old| old.cores.get_mut(of));
                for (at, tlb) in core.tlbs.iter_mut().enumerate() {
                    let old = old.as_mut().and_then(|old| old.tlbs.get_mut(at));
                    let old = old.map(|old| &mut old.entries);
                    let count = self.sets(&tlb.name, old, &mut tlb.entries, |entry| entry.set);
                    more.push((format!("/machine/cores/{of}/tlbs/{at}"), "more", count));
                }
                for (at, cache) in core.caches.iter_mut().enumerate() {
                    let old = old.as_mut().and_then(|old| old.caches.get_mut(at));
                    let old = old.map(|old| &mut old.lines);
                    let count = self.sets(&cache.name, old, &mut cache.lines, |line| line.set);
                    more.push((format!("/machine/cores/{of}/caches/{at}"), "more", count));
                }
            }
            if let Some(table) = &mut machine.page_table {
                let old = old_machine.and_then(|old| old.page_table.as_mut());
                let old = old.map(|old| &mut old.entries);
                let count = self.rows("page table", old, &mut table.entries, |entry| entry.vpn);
                more.push(("/machine/page_table".to_owned(), "more", count));
            }
        }
        if let Some(kernel) = &mut now.kernel {
            self.shorten_kernel(old_kernel, kernel, &mut more);
        }
        more
    }

    fn shorten_kernel(
        &self,
        mut before: Option<&mut KernelState>,
        now: &mut KernelState,
        more: &mut Vec<Omitted>,
    ) {
        for (at, process) in now.processes.iter_mut().enumerate() {
            let old = before.as_mut().and_then(|before| {
                let mut all = before.processes.iter_mut();
                all.find(|old| old.pid == process.pid)
            });
            let old = old.map(|old| &mut old.pages);
            let name = format!("process {}", process.pid);
            let count = self.rows(&name, old, &mut process.pages, |page| page.vpn);
            more.push((format!("/kernel/processes/{at}"), "more", count));
        }
        let old = before.as_mut().map(|before| &mut before.frames);
        let count = self.rows("frames", old, &mut now.frames, |frame| frame.frame);
        more.push(("/kernel".to_owned(), "more_frames", count));
        let old = before.map(|before| &mut before.swap);
        let count = self.rows("swap", old, &mut now.swap, |slot| slot.slot);
        more.push(("/kernel".to_owned(), "more_slots", count));
    }

    fn most(&self, name: &str, most: usize) -> usize {
        if self.whole.contains(name) {
            usize::MAX
        } else {
            most
        }
    }

    fn sets<T: PartialEq>(
        &self,
        name: &str,
        before: Option<&mut Vec<T>>,
        now: &mut Vec<T>,
        set: impl Fn(&T) -> u64,
    ) -> usize {
        let looked = |set: &u64| self.looked.contains(&(name.to_owned(), *set));
        shorten(before, now, self.most(name, self.sets), set, looked)
    }

    fn rows<T: PartialEq, K: Ord>(
        &self,
        name: &str,
        before: Option<&mut Vec<T>>,
        now: &mut Vec<T>,
        key: impl Fn(&T) -> K,
    ) -> usize {
        shorten(before, now, self.most(name, self.rows), key, |_| false)
    }
}

/// Removes the rows of a long list that the step neither changed nor used. Rows with the same key belong together. Returns the
/// number of removed keys.
fn shorten<T: PartialEq, K: Ord>(
    before: Option<&mut Vec<T>>,
    now: &mut Vec<T>,
    most: usize,
    key: impl Fn(&T) -> K,
    used: impl Fn(&K) -> bool,
) -> usize {
    let mut none = Vec::new();
    let before = before.unwrap_or(&mut none);
    let mut groups: BTreeMap<K, [Vec<&T>; 2]> = BTreeMap::new();
    for (at, rows) in [&*before, &*now].into_iter().enumerate() {
        for row in rows {
            groups.entry(key(row)).or_default()[at].push(row);
        }
    }
    let count = groups.len();
    if count <= most {
        return 0;
    }
    let shown: BTreeSet<K> = groups
        .into_iter()
        .filter(|(key, [was, is])| was != is || used(key))
        .map(|(key, _)| key)
        .take(CHANGED.max(most))
        .collect();
    before.retain(|row| shown.contains(&key(row)));
    now.retain(|row| shown.contains(&key(row)));
    count - shown.len()
}
