//! Page faults in words: the cause, the handler's actions, and the result. A clause begins in lower case and has no
//! period.

use pagewalk_engine::kernel::event::{BackingStore, FaultClass};
use pagewalk_engine::kernel::ids::FrameNo;
use pagewalk_engine::kernel::vma::Backing;
use pagewalk_engine::machine::event::{AccessKind, Fault};

use super::counts::count;
use super::names::{Names, bare_name, frame, number};
use crate::lang::nearest::capitalized;
use crate::run::record::FaultRecord;
use crate::run::steps::{Evicted, Handling, HandlingEnd, PageIn};

/// A fault to describe.
pub(crate) struct FaultText<'a> {
    names: Names<'a>,
    handling: Handling<'a>,
    /// The system call that caused the fault, or `None` for an access.
    call: Option<&'a str>,
}

impl<'a> FaultText<'a> {
    pub(crate) fn new(names: Names<'a>, fault: &'a FaultRecord, call: Option<&'a str>) -> Self {
        Self {
            names,
            handling: Handling::of(fault),
            call,
        }
    }

    /// Returns a brief description, as in loops: `fault demand-zero, frame 0, evicts page 0x40 of P1 (to swap slot 0)`.
    pub(crate) fn brief(&self) -> String {
        let fault = self.handling.fault;
        let class = fault.class();
        let mut words = vec![format!("fault {}", class.map_or("none", FaultClass::name))];
        if let Some((signal, code)) = class.and_then(FaultClass::signal) {
            words.push(format!("{}, {}", signal.name(), code.name()));
        }
        words.extend(fault.frame().map(frame));
        for evicted in &self.handling.evicted {
            let page = (evicted.page).map_or("a page".to_owned(), |page| self.names.page_of(page));
            let to = evicted.to.map_or("discarded".to_owned(), |to| {
                format!("to {}", self.names.store(to))
            });
            words.push(format!("evicts {page} ({to})"));
        }
        words.join(", ")
    }

    /// Returns the sentences about the cause. For a fatal fault, the last one names the signal.
    pub(crate) fn cause(&self) -> String {
        let clauses = self.causes(false);
        let raised = match self.handling.fault.fault() {
            Some(Fault::Protection { .. }) => "Protection fault",
            _ => "Page fault",
        };
        let class = match self.handling.end {
            HandlingEnd::Killed { class } => return self.fatal(&clauses.join(". "), class),
            HandlingEnd::Resolved {
                class: class @ (FaultClass::DemandZero | FaultClass::CopyOnWrite),
                ..
            } => format!(" ({})", class.name()),
            _ => String::new(),
        };
        let clauses: Vec<String> = (1..)
            .zip(clauses)
            .map(|(number, clause)| match number {
                1 => clause,
                _ => capitalized(&clause),
            })
            .collect();
        format!("{raised}: {}{class}.", clauses.join(". "))
    }

    /// Returns a clause about the cause.
    pub(crate) fn cause_clause(&self) -> String {
        self.causes(true).join(", and ")
    }

    /// Returns a clause about how the page became resident, or why the handler mapped no page.
    pub(crate) fn page_in_clause(&self) -> String {
        let mapped = match self.handling.end {
            HandlingEnd::Killed { .. } => {
                return "the fault was fatal, so no frame was mapped".to_owned();
            }
            HandlingEnd::Stale => {
                Some("the kernel only invalidates the stale TLB entry".to_owned())
            }
            _ => self.page_in(),
        };
        mapped.unwrap_or_else(|| self.cause_clause())
    }

    /// Returns a clause about the disk I/O of the fault.
    pub(crate) fn cost_clause(&self) -> String {
        let page = self.names.page_at(self.wanted().0);
        match self.handling.end {
            HandlingEnd::Resolved { class, major } => {
                let with = if major { "with" } else { "without" };
                let class = class.name();
                format!("the {class} fault on {page} was resolved {with} disk I/O")
            }
            HandlingEnd::Killed { class } => {
                format!("the {} fault on {page} was not resolved", class.name())
            }
            HandlingEnd::Stale => {
                format!(
                    "only a stale TLB entry caused the fault on {page}, so it is neither minor nor major"
                )
            }
            HandlingEnd::OutOfMemory => format!("the fault on {page} was not resolved"),
        }
    }

    fn fatal(&self, cause: &str, class: FaultClass) -> String {
        // The other causes begin with the name of the process, which keeps its spelling.
        let cause = match class {
            FaultClass::Bus => capitalized(cause),
            _ => cause.to_owned(),
        };
        let reports = match class {
            FaultClass::Segmentation => "Linux reports a segmentation fault",
            FaultClass::Bus => "Linux reports a bus error",
            _ => "Linux reports the protection exception as a segmentation fault",
        };
        match (self.call, class.signal()) {
            (Some(call), _) => format!(
                "{cause}. The kernel accessed this address for {call}, so the call fails without a signal."
            ),
            (None, Some((signal, code))) => {
                format!("{cause}. {reports} ({}, {}).", signal.name(), code.name())
            }
            (None, None) => format!("{cause}."),
        }
    }

    /// Returns the clauses about the cause. If `because` is true, no clause contains "because", so that they can follow
    /// this word.
    fn causes(&self, because: bool) -> Vec<String> {
        let page = self.page();
        let fault = self.handling.fault;
        let backing = fault.area.as_ref().map(|record| record.area.backing);
        let one = match self.handling.end {
            HandlingEnd::Stale => {
                format!("the PTE of {page} already permits the access, but a TLB held a stale copy")
            }
            HandlingEnd::OutOfMemory => {
                format!("no memory is left for {page} or for a page table")
            }
            HandlingEnd::Killed { class } => match class {
                FaultClass::Segmentation => self.outside(),
                FaultClass::Bus => self.past_the_end(),
                _ => self.forbidden(because),
            },
            HandlingEnd::Resolved { class, .. } => match class {
                FaultClass::DemandZero if matches!(backing, Some(Backing::Object { .. })) => {
                    format!(
                        "{page} belongs to a shared anonymous object but has no valid PTE in {} yet",
                        self.names.process()
                    )
                }
                FaultClass::DemandZero => format!("{page} is anonymous and was never touched"),
                FaultClass::File if matches!(fault.fault(), Some(Fault::Protection { .. })) => {
                    return vec![
                        format!(
                            "{page} is backed by {}, which is shared and read-only until the first store",
                            self.file_page()
                        ),
                        "this access is the first store".to_owned(),
                    ];
                }
                FaultClass::File => format!(
                    "{page} is backed by {} but has no valid PTE",
                    self.file_page()
                ),
                FaultClass::Swap => match self.handling.page {
                    PageIn::Filled(_, store @ BackingStore::Swap { .. }) => {
                        format!("{page} is on disk, in {}", self.names.store(store))
                    }
                    _ => {
                        format!("{page} was swapped out, but is resident again for another process")
                    }
                },
                _ => return self.read_only(&page),
            },
        };
        vec![one]
    }

    /// Explains why a page in a writable area is read-only.
    fn read_only(&self, page: &str) -> Vec<String> {
        let place = match self.handling.page {
            PageIn::Copied {
                from: Some(from), ..
            } if self.unmerges() => {
                return vec![format!(
                    "{page} is in merged {}, so the kernel must copy it",
                    frame(from)
                )];
            }
            PageIn::Reused(_) => {
                return vec![format!(
                    "{page} was shared, and its PTE was still read-only"
                )];
            }
            PageIn::Copied {
                from: Some(from), ..
            } => format!("{page} is in shared {}", frame(from)),
            PageIn::Copied { from: None, .. } => {
                format!("{page} is mapped to the shared zero page")
            }
            _ => format!("{page} is shared"),
        };
        vec![
            place,
            "the PTE is read-only although the area is writable".to_owned(),
        ]
    }

    /// Whether the kernel copies the page to undo a merge, and not because of a store.
    fn unmerges(&self) -> bool {
        matches!(self.call, Some("madvise" | "mremap"))
            && self.handling.fault.class() == Some(FaultClass::CopyOnWrite)
    }

    /// Returns the address and the kind of the access.
    fn wanted(&self) -> (u64, AccessKind) {
        let wanted = self.handling.fault.wanted();
        wanted.map_or((0, AccessKind::Read), |(va, kind)| (va.raw(), kind))
    }

    /// Returns the page with its process and area: `page 0x40 of P1 (heap)`.
    fn page(&self) -> String {
        let page = self.names.page_at(self.wanted().0);
        let process = self.names.process();
        match self.handling.fault.area.as_ref().map(bare_name) {
            Some(name) if !name.is_empty() => format!("{page} of {process} ({name})"),
            _ => format!("{page} of {process}"),
        }
    }

    /// Returns the page of the file.
    fn file_page(&self) -> String {
        let Some(record) = &self.handling.fault.area else {
            return "a page of a file".to_owned();
        };
        let at = record.area.offset_of(self.wanted().0).unwrap_or(0);
        let page = at.checked_shr(self.names.spec.page_bits()).unwrap_or(0);
        format!("page {} of `{}`", number(page), record.backing)
    }

    fn past_the_end(&self) -> String {
        let size = self.handling.fault.around.file_size;
        let size = size.map_or(String::new(), |size| {
            format!(" ({})", count(size, "byte", "bytes"))
        });
        format!(
            "{} of {} maps {}, past the end of the file{size}",
            self.names.page_at(self.wanted().0),
            self.names.process(),
            self.file_page()
        )
    }

    /// Names the area's permissions that forbid the access.
    fn forbidden(&self, because: bool) -> String {
        let (va, kind) = self.wanted();
        let (names, process) = (&self.names, self.names.process());
        let verb = match kind {
            AccessKind::Read => "read from",
            AccessKind::Write => "write to",
            AccessKind::Execute => "execute at",
        };
        let denied = format!("{process} cannot {verb} {}", names.address(va));
        let Some(record) = &self.handling.fault.area else {
            return denied;
        };
        let (range, perms) = (
            names.range(record.area.start, record.area.end),
            record.area.perms(),
        );
        let area = match bare_name(record) {
            "" => format!("the area {range} ({}) is {perms}", record.backing),
            name => format!("the area {name} ({range}) is {perms}"),
        };
        if because {
            format!("{area}, so {denied}")
        } else {
            format!("{denied}, because {area}")
        }
    }

    /// Explains that no area contains the address, and names the areas nearest to it.
    fn outside(&self) -> String {
        let va = self.wanted().0;
        let (names, at) = (&self.names, self.names.address(va));
        let bits = names.spec.virtual_bits();
        if bits >= 48 && va >> (bits - 1) != 0 {
            return format!("{at} is in the kernel's half of the address space");
        }
        let (below, above) = &self.handling.fault.around.areas;
        let below = below.as_ref().map(|area| {
            let end = names.address(area.area.end);
            format!("{} ends at {end}", names.area_name(area))
        });
        let above = above.as_ref().map(|area| {
            let start = names.address(area.area.start);
            format!("{} begins at {start}", names.area_name(area))
        });
        let near: Vec<String> = [below, above].into_iter().flatten().collect();
        let near = if near.is_empty() {
            String::new()
        } else {
            format!(" ({})", near.join(", "))
        };
        format!("{} has no area at {at}{near}", names.process())
    }

    /// Returns the sentences about how the handler made room for the page.
    pub(crate) fn room(&self) -> Vec<String> {
        let handling = &self.handling;
        let grew = handling
            .grew
            .map(|start| format!("The stack grows down to {}.", self.names.address(start)));
        let evicted = handling
            .evicted
            .iter()
            .map(|evicted| eviction(&self.names, evicted));
        grew.into_iter()
            .chain(tables(&handling.tables))
            .chain(evicted)
            .collect()
    }

    /// Returns the sentences about how the handler made the page resident, and the result.
    pub(crate) fn done(&self) -> Vec<String> {
        let around = match self.handling.around {
            0 => None,
            1 => Some("The kernel also maps a neighboring page (fault-around).".to_owned()),
            n => Some(format!(
                "The kernel also maps {n} neighboring pages (fault-around)."
            )),
        };
        let page_in = self
            .page_in()
            .map(|clause| format!("{}.", capitalized(&clause)));
        let later = (self.handling.page == PageIn::ZeroPage)
            .then(|| "On the first store, it allocates a frame.".to_owned());
        let again = match self.call {
            Some(call) => format!("the {call} call continues"),
            None => "the instruction is retried".to_owned(),
        };
        let ending = match self.handling.end {
            HandlingEnd::Resolved { major: true, .. } => Some(format!("Major fault; {again}.")),
            HandlingEnd::Resolved { major: false, .. } => Some(format!("Minor fault; {again}.")),
            HandlingEnd::Stale => Some(format!(
                "The kernel invalidates the stale TLB entry; {again}."
            )),
            HandlingEnd::OutOfMemory | HandlingEnd::Killed { .. } => None,
        };
        let sentences = [page_in, later, around, ending];
        sentences.into_iter().flatten().collect()
    }

    /// Returns a clause about how the page became resident, or `None` if the handler mapped no page.
    fn page_in(&self) -> Option<String> {
        let (process, read_only) = (self.names.process(), self.stays_read_only());
        Some(match self.handling.page {
            PageIn::None => return None,
            PageIn::Reused(of) => format!(
                "{} is no longer shared, so the kernel makes the PTE writable without copying",
                frame(of)
            ),
            PageIn::Copied {
                from: Some(from),
                to,
                ..
            } if self.unmerges() => format!(
                "the kernel copies {} to {}, which only {process} maps",
                frame(from),
                frame(to)
            ),
            PageIn::Copied {
                from: Some(from),
                to,
                ..
            } => {
                let (from, to) = (frame(from), frame(to));
                format!("the kernel copies {from} to {to} and maps {to} writable in {process}")
            }
            PageIn::Copied {
                to,
                read: Some(store),
                ..
            } => format!(
                "{} as a private copy and maps it writable in {process}",
                self.read_in(to, store)
            ),
            PageIn::Copied { to, .. } => format!(
                "the kernel allocates {}, fills it with zeros, and maps it writable in {process}",
                frame(to)
            ),
            PageIn::Filled(of, store) => {
                format!("{} and maps it{read_only}", self.read_in(of, store))
            }
            PageIn::Shared(of) => format!(
                "{} already holds the page, so the kernel maps that frame{read_only}",
                frame(of)
            ),
            PageIn::ZeroPage => "the kernel maps the shared zero page read-only".to_owned(),
            PageIn::Zeroed(of) => format!(
                "the kernel allocates {}, fills it with zeros, and maps it{read_only}",
                frame(of)
            ),
            PageIn::MadeWritable(of) => format!(
                "the kernel makes the PTE for {} writable, so stores reach the file",
                frame(of)
            ),
        })
    }

    /// Describes how a frame is filled: `the kernel reads the page from disk into frame 3`.
    fn read_in(&self, of: FrameNo, store: BackingStore) -> String {
        let frame = frame(of);
        match store {
            BackingStore::PageCache { .. } => {
                format!("the kernel loads the page from the page cache into {frame}")
            }
            BackingStore::File { .. } => {
                format!("the kernel reads the page from disk into {frame}")
            }
            BackingStore::Swap { .. } | BackingStore::Object { .. } => {
                // With a full swap area, the victim takes the slot of the page that comes in.
                let reused = self
                    .handling
                    .evicted
                    .iter()
                    .any(|one| one.to == Some(store));
                let store = self.names.store(store);
                if reused {
                    format!(
                        "the kernel, which has first read the page from {store} into a buffer, copies it to {frame}"
                    )
                } else {
                    format!("the kernel reads the page from {store} into {frame}")
                }
            }
        }
    }

    /// Explains how long an entry in a writable area stays read-only.
    fn stays_read_only(&self) -> &'static str {
        let area = self.handling.fault.area.as_ref().map(|record| &record.area);
        match (area, self.handling.writable) {
            (Some(area), Some(false)) if area.prot.write && area.shared => {
                " read-only until the first store"
            }
            (Some(area), Some(false)) if area.prot.write => " read-only (copy-on-write)",
            _ => "",
        }
    }
}

/// Describes the new page tables.
fn tables(levels: &[u32]) -> Option<String> {
    let (first, last) = (levels.iter().min()?, levels.iter().max()?);
    Some(match levels.len() {
        1 => format!("The kernel allocates a level-{first} page table."),
        _ => format!("The kernel allocates page tables at levels {first} to {last}."),
    })
}

/// Describes the evicted page and its destination.
fn eviction(names: &Names, evicted: &Evicted) -> String {
    let entries = unmapped(evicted).map_or_else(String::new, |entries| {
        format!(" {}.", capitalized(&entries))
    });
    format!(
        "No frame is free. {}.{entries}",
        capitalized(&victim_clause(names, evicted))
    )
}

/// Names the evicted page and its destination: `the victim (clock) is frame 3 with page 0x40 of P1, which …`.
pub(crate) fn victim_clause(names: &Names, evicted: &Evicted) -> String {
    let page = match evicted.page {
        Some(page) => names.page_of(page),
        None => "an unmapped page".to_owned(),
    };
    let to = match evicted.to {
        None => "is clean, so the kernel discards it".to_owned(),
        Some(store @ BackingStore::Swap { .. }) => {
            format!("the kernel writes to {}", names.store(store))
        }
        Some(store) => format!(
            "is dirty, so the kernel writes it to {}",
            names.store(store)
        ),
    };
    format!(
        "the victim ({}) is {} with {page}, which {to}",
        names.policy(),
        frame(evicted.frame)
    )
}

/// Describes an evicted page's cleared PTEs without the page, or returns `None` if the page had none.
pub(crate) fn cleared(evicted: &Evicted) -> Option<String> {
    let entries = match evicted.entries {
        0 => return None,
        1 => "the PTE".to_owned(),
        n => format!("the {} PTEs", number(n.into())),
    };
    Some(format!("sets P = 0{} in {entries}", slot_set(evicted)))
}

/// Describes an evicted page's PTEs and TLB entries, or returns `None` if the page had none.
pub(crate) fn unmapped(evicted: &Evicted) -> Option<String> {
    let (entries, tlb) = match evicted.entries {
        0 => return None,
        1 => ("the page's PTE".to_owned(), "its TLB entry"),
        n => (
            format!("the page's {} PTEs", number(n.into())),
            "their TLB entries",
        ),
    };
    let tlb = if evicted.tlb {
        format!(" and invalidates {tlb}")
    } else {
        String::new()
    };
    Some(format!(
        "the kernel sets P = 0{} in {entries}{tlb}",
        slot_set(evicted)
    ))
}

fn slot_set(evicted: &Evicted) -> String {
    evicted.slot.map_or_else(String::new, |slot| {
        format!(" and slot {}", number(slot.0.into()))
    })
}
