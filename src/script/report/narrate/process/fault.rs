//! Page faults as sentences: the cause, the handler's actions, and the result.

use super::counts::bytes;
use super::handled::{Evicted, Handled};
use crate::report::doc::{Block, Tone};
use crate::report::words::names::{self, Names, number};
use crate::run::record::{AreaRecord, FaultRecord, FaultSurroundings};
use pagewalk_engine::kernel::event::{BackingStore, FaultClass};
use pagewalk_engine::kernel::vma::Backing;
use pagewalk_engine::machine::event::{AccessKind, Fault};

/// Maximum number of faults reported per statement.
const MOST: usize = 6;

/// Returns paragraphs about the cause and the handling of each fault, up to a limit. `call` is the system
/// call that caused the faults.
pub(crate) fn faults(names: Names, faults: &[FaultRecord], call: Option<&str>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for fault in faults.iter().take(MOST) {
        blocks.extend(Telling::new(names, fault, call).blocks());
    }
    if faults.len() > MOST {
        let rest = &faults[MOST..];
        let count =
            |which: fn(&FaultRecord) -> bool| rest.iter().filter(|fault| which(fault)).count();
        let text = format!(
            "… and {} more faults: {} minor, {} major",
            rest.len(),
            count(FaultRecord::minor),
            count(FaultRecord::major)
        );
        blocks.push(Block::toned(Tone::Faint, text));
        let fatal = rest.iter().filter(|fault| fault.fatal());
        blocks.extend(fatal.flat_map(|fault| Telling::new(names, fault, call).blocks()));
    }
    blocks
}

/// Returns a brief description of a fault, as in loops: `fault demand-zero, frame 0, evicted 0x40 (swap slot
/// 0)`.
pub(crate) fn short(names: Names, fault: &FaultRecord) -> String {
    let class = fault.class();
    let mut words = vec![format!("fault {}", class.map_or("none", FaultClass::name))];
    if let Some((signal, code)) = class.and_then(FaultClass::signal) {
        words.push(format!("{}, {}", signal.name(), code.name()));
    }
    let handled = Handled::from_steps(&fault.steps);
    words.extend(
        fault
            .frame()
            .map(|frame| format!("frame {}", number(frame.0.into()))),
    );
    for Evicted { page, to, .. } in handled.evicted {
        let page = page.map_or("a page".to_owned(), |page| names.page_of(page));
        let to = to.map_or("discarded".to_owned(), |to| {
            format!("to {}", names.store(to))
        });
        words.push(format!("evicts {page} ({to})"));
    }
    words.join(", ")
}

/// A fault to describe.
pub(crate) struct Telling<'a> {
    names: Names<'a>,
    fault: &'a FaultRecord,
    handled: Handled,
    /// The system call that caused the fault, or `None` for an access.
    call: Option<&'a str>,
}

impl<'a> Telling<'a> {
    /// Creates the description of a fault.
    pub(crate) fn new(names: Names<'a>, fault: &'a FaultRecord, call: Option<&'a str>) -> Self {
        Self {
            names,
            fault,
            handled: Handled::from_steps(&fault.steps),
            call,
        }
    }

    fn blocks(&self) -> Vec<Block> {
        let fatal = self.fault.fatal();
        let tone = if fatal { Tone::Bad } else { Tone::Plain };
        let mut blocks = vec![Block::toned(tone, self.why())];
        if !fatal {
            let room = self.room().join(" ");
            blocks.extend((!room.is_empty()).then(|| Block::line(room)));
            blocks.push(Block::line(self.done().join(" ")));
        }
        blocks
    }

    /// Returns the address and the kind of the access.
    fn wanted(&self) -> (u64, AccessKind) {
        self.fault
            .wanted()
            .map_or((0, AccessKind::Read), |(va, kind)| (va.raw(), kind))
    }

    /// Returns the page with its process and area: `page 0x40 of P1 (heap)`.
    fn page(&self) -> String {
        let page = format!(
            "{} of {}",
            self.names.page_at(self.wanted().0),
            self.names.process()
        );
        match self.fault.area.as_ref().map(names::bare_name) {
            Some(name) if !name.is_empty() => format!("{page} ({name})"),
            _ => page,
        }
    }

    /// Returns the page of the file.
    fn file_page(&self) -> String {
        let Some(record) = &self.fault.area else {
            return "a page of a file".to_owned();
        };
        let at = record.area.offset_of(self.wanted().0).unwrap_or(0);
        let page = at.checked_shr(self.names.spec.page_bits()).unwrap_or(0);
        format!("page {} of `{}`", number(page), record.backing)
    }

    /// Returns the hardware exception.
    fn raised(&self) -> &'static str {
        match self.fault.fault() {
            Some(Fault::Protection { .. }) => "Protection fault",
            _ => "Page fault",
        }
    }

    pub fn why(&self) -> String {
        let (raised, page) = (self.raised(), self.page());
        let shared = matches!(
            self.fault.area,
            Some(AreaRecord {
                area: pagewalk_engine::kernel::vma::Vma {
                    backing: Backing::Object { .. },
                    ..
                },
                ..
            })
        );
        match self.fault.class() {
            None => format!(
                "{raised}: the PTE of {page} already permits the access, but a TLB held a stale copy."
            ),
            Some(FaultClass::DemandZero) if shared => {
                format!(
                    "{raised}: {page} belongs to a shared anonymous object but has no valid PTE in {} yet (demand-zero).",
                    self.names.process()
                )
            }
            Some(FaultClass::DemandZero) => {
                format!("{raised}: {page} is anonymous and was never touched (demand-zero).")
            }
            Some(FaultClass::File)
                if self
                    .fault
                    .fault()
                    .is_some_and(|fault| matches!(fault, Fault::Protection { .. })) =>
            {
                format!(
                    "{raised}: {page} is backed by {}, which is shared and read-only until the first store. This access is the first store.",
                    self.file_page()
                )
            }
            Some(FaultClass::File) => {
                format!(
                    "{raised}: {page} is backed by {} but has no valid PTE.",
                    self.file_page()
                )
            }
            Some(FaultClass::Swap) => format!("{raised}: {page} {}.", self.swapped()),
            Some(FaultClass::CopyOnWrite) => format!("{raised}: {page} {}.", self.protected()),
            Some(class) => self.fatal(class),
        }
    }

    /// Returns the location of a swapped page.
    fn swapped(&self) -> String {
        match self.handled.filled {
            Some((_, store @ BackingStore::Swap { .. })) => {
                format!("is on disk, in {}", self.names.store(store))
            }
            _ => "was swapped out, but is resident again for another process".to_owned(),
        }
    }

    /// Whether the kernel copies the page to undo a merge, and not because of a store.
    fn parts(&self) -> bool {
        matches!(self.call, Some("madvise" | "mremap"))
            && self.fault.class() == Some(FaultClass::CopyOnWrite)
    }

    /// Explains why a page in a writable area is read-only.
    fn protected(&self) -> String {
        let read_only = "The PTE is read-only although the area is writable (copy-on-write)";
        match (self.handled.copied, self.handled.reused) {
            (Some((Some(from), _)), _) if self.parts() => {
                format!(
                    "is in merged {}, so the kernel must copy it (copy-on-write)",
                    names::frame(from)
                )
            }
            (Some((None, _)), _) => format!("is mapped to the shared zero page. {read_only}"),
            (_, Some(_)) => "was shared, and its PTE is still read-only (copy-on-write)".to_owned(),
            (Some((Some(from), _)), _) => {
                format!("is in shared {}. {read_only}", names::frame(from))
            }
            (None, None) => format!("is shared. {read_only}"),
        }
    }

    /// Explains why the fault cannot be resolved.
    fn fatal(&self, class: FaultClass) -> String {
        let (va, kind) = self.wanted();
        let process = self.names.process();
        let (what, name) = match class {
            FaultClass::Segmentation => (self.nowhere(va), "Linux reports a segmentation fault"),
            FaultClass::Bus => {
                let size = self.fault.around.file_size;
                let size = size.map_or(String::new(), |size| format!(" ({})", bytes(size)));
                let page = self.names.page_at(va);
                (
                    format!(
                        "{page} of {process} maps {}, past the end of the file{size}",
                        self.file_page()
                    ),
                    "Linux reports a bus error",
                )
            }
            _ => (
                format!(
                    "{process} cannot {} {}{}",
                    verb(kind),
                    self.names.address(va),
                    self.forbids()
                ),
                "Linux reports the protection exception as a segmentation fault",
            ),
        };
        let what = what[..1].to_uppercase() + &what[1..];
        match (self.call, class.signal()) {
            (Some(call), _) => {
                format!(
                    "{what}. The kernel accessed this address for {call}, so the call fails without a signal."
                )
            }
            (None, Some((signal, code))) => {
                format!("{what}. {name} ({}, {}).", signal.name(), code.name())
            }
            (None, None) => format!("{what}."),
        }
    }

    /// Returns the area's permissions that forbid the access.
    fn forbids(&self) -> String {
        let Some(record) = &self.fault.area else {
            return String::new();
        };
        let (names, area) = (&self.names, &record.area);
        let (range, perms) = (names.range(area.start, area.end), area.perms());
        match names::bare_name(record) {
            "" => format!(", because the area {range} ({}) is {perms}", record.backing),
            name => format!(", because the area {name} ({range}) is {perms}"),
        }
    }

    /// Explains that no area contains an address, and names the areas nearest to it.
    fn nowhere(&self, va: u64) -> String {
        let (names, at) = (&self.names, self.names.address(va));
        let bits = names.spec.virtual_bits();
        if bits >= 48 && va >> (bits - 1) != 0 {
            return format!("{at} is in the kernel's half of the address space");
        }
        let FaultSurroundings {
            areas: (below, above),
            ..
        } = &self.fault.around;
        let below = below.as_ref().map(|area| {
            format!(
                "{} ends at {}",
                names.area_name(area),
                names.address(area.area.end)
            )
        });
        let above = above.as_ref().map(|area| {
            format!(
                "{} begins at {}",
                names.area_name(area),
                names.address(area.area.start)
            )
        });
        let near: Vec<String> = [below, above].into_iter().flatten().collect();
        let near = if near.is_empty() {
            String::new()
        } else {
            format!(" ({})", near.join(", "))
        };
        format!("{} has no area at {at}{near}", names.process())
    }

    /// Describes how the handler freed a frame for the page.
    fn room(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if let Some(start) = self.handled.grew {
            sentences.push(format!(
                "The stack grows down to {}.",
                self.names.address(start)
            ));
        }
        sentences.extend(tables(&self.handled.tables));
        sentences.extend(
            self.handled
                .evicted
                .iter()
                .map(|evicted| eviction(&self.names, evicted)),
        );
        sentences
    }

    /// Describes how the handler made the page resident, and the result.
    fn done(&self) -> Vec<String> {
        let mut sentences: Vec<String> = self.brought().into_iter().collect();
        match self.handled.around {
            0 => {}
            1 => {
                sentences
                    .push("The kernel also maps a neighboring page (fault-around).".to_owned());
            }
            n => sentences.push(format!(
                "The kernel also maps {n} neighboring pages (fault-around)."
            )),
        }
        sentences.push(self.ending());
        sentences
    }

    fn ending(&self) -> String {
        let again = match self.call {
            Some(call) => format!("the {call} call continues"),
            None => "the instruction is retried".to_owned(),
        };
        match self.handled.major {
            Some(true) => format!("Major fault; {again}."),
            Some(false) => format!("Minor fault; {again}."),
            None => format!("The kernel invalidates the stale TLB entry; {again}."),
        }
    }

    /// Describes how the page became resident.
    fn brought(&self) -> Option<String> {
        let handled = &self.handled;
        let (process, read_only) = (self.names.process(), self.read_only());
        Some(match (handled.copied, handled.filled, handled.shared, handled.mapped) {
            _ if handled.reused.is_some() => {
                let frame = handled.reused.map(names::frame_first)?;
                format!("{frame} is no longer shared, so the kernel makes the PTE writable without copying.")
            }
            (Some((Some(from), to)), ..) if self.parts() => {
                format!(
                    "The kernel copies {} to {}, which only {process} maps.",
                    names::frame(from),
                    names::frame(to)
                )
            }
            (Some((Some(from), to)), ..) => {
                let (from, to) = (names::frame(from), names::frame(to));
                format!("The kernel copies {from} to {to} and maps {to} writable in {process}.")
            }
            (Some((None, to)), Some((_, store)), ..) => {
                format!("{} as a private copy and maps it writable in {process}.", self.read_in(to, store))
            }
            (Some((None, to)), ..) => {
                format!(
                    "The kernel allocates {}, fills it with zeros, and maps it writable in {process}.",
                    names::frame(to)
                )
            }
            (None, Some((frame, store)), ..) => {
                format!("{} and maps it{read_only}.", self.read_in(frame, store))
            }
            (None, None, Some(frame), _) => {
                format!(
                    "{} already holds the page, so the kernel maps that frame{read_only}.",
                    names::frame_first(frame)
                )
            }
            (None, None, None, Some((None, _))) => {
                "The kernel maps the shared zero page read-only. On the first store, it allocates a frame."
                    .to_owned()
            }
            (None, None, None, Some((Some(frame), _))) => match handled.zeroed {
                Some(_) => format!(
                    "The kernel allocates {}, fills it with zeros, and maps it{read_only}.",
                    names::frame(frame)
                ),
                None => {
                    format!(
                        "The kernel makes the PTE for {} writable, so stores reach the file.",
                        names::frame(frame)
                    )
                }
            },
            (None, None, None, None) => return None,
        })
    }

    /// Describes how a frame is filled: `The kernel reads the page from disk into frame 3`.
    fn read_in(&self, frame: pagewalk_engine::kernel::ids::FrameNo, store: BackingStore) -> String {
        let (frame, store_name) = (names::frame(frame), self.names.store(store));
        match store {
            BackingStore::PageCache { .. } => {
                format!("The kernel loads the page from the page cache into {frame}")
            }
            BackingStore::File { .. } => {
                format!("The kernel reads the page from disk into {frame}")
            }
            BackingStore::Swap { .. } | BackingStore::Object { .. } => {
                format!("The kernel reads the page from {store_name} into {frame}")
            }
        }
    }

    /// Explains how long an entry in a writable area stays read-only.
    fn read_only(&self) -> &'static str {
        let area = self.fault.area.as_ref().map(|record| &record.area);
        match (area, self.handled.mapped) {
            (Some(area), Some((_, false))) if area.prot.write && area.shared => {
                " read-only until the first store"
            }
            (Some(area), Some((_, false))) if area.prot.write => " read-only (copy-on-write)",
            _ => "",
        }
    }
}

/// Returns the verb for a kind of access.
fn verb(kind: AccessKind) -> &'static str {
    match kind {
        AccessKind::Read => "read from",
        AccessKind::Write => "write to",
        AccessKind::Execute => "execute at",
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
pub(crate) fn eviction(names: &Names, evicted: &Evicted) -> String {
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
    let entries = evicted
        .unmapped()
        .map_or_else(String::new, |entries| format!(" T{}.", &entries[1..]));
    format!(
        "No frame is free. The victim ({}) is {} with {page}, which {to}.{entries}",
        names.policy(),
        names::frame(evicted.frame)
    )
}
