//! Names of pages, frames, areas, and addresses for use in sentences.

use crate::report::words::numbers;
use crate::run::record::{Access, AreaRecord, CallRecord, Legend, ProcessRef};
use crate::run::steps::Part;
use pagewalk_engine::kernel::event::{BackingStore, ProcessPage};
use pagewalk_engine::kernel::ids::{FileId, FrameNo, Pid};
use pagewalk_engine::kernel::vma::Vma;
use pagewalk_engine::machine::policy::POLICIES;
use pagewalk_engine::machine::spec::Spec;

/// Maximum width of addresses that are printed with leading zeros, as on small machines.
const NARROW: u32 = 32;

/// The names to use in sentences about one process.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The machine, which determines the width of numbers.
    pub(crate) spec: &'a Spec,
    /// The names of files and other processes.
    pub(crate) legend: &'a Legend,
    /// The process that the sentences describe.
    pub(crate) own: &'a ProcessRef,
}

impl<'a> Names<'a> {
    /// Returns the names for an access, or `None` on bare hardware.
    pub(crate) fn of_access(access: &'a Access) -> Option<Self> {
        let inside = access.process.as_ref()?;
        Some(Self {
            spec: &access.spec,
            legend: &inside.legend,
            own: &inside.process,
        })
    }

    pub(crate) fn of_call(record: &'a CallRecord) -> Self {
        Self {
            spec: &record.spec,
            legend: &record.legend,
            own: &record.process,
        }
    }

    /// Returns the name of the process.
    pub(crate) fn process(&self) -> &str {
        &self.own.name
    }

    pub(crate) fn other(&self, pid: Pid) -> String {
        match self.legend.processes.get(&pid) {
            _ if pid == self.own.pid => self.own.name.to_string(),
            Some(name) => name.to_string(),
            None => format!("process {pid}"),
        }
    }

    /// Returns the page of an address: `page 0x40`.
    pub(crate) fn page_at(&self, va: u64) -> String {
        self.page(va.checked_shr(self.spec.page_bits()).unwrap_or(0))
    }

    /// Returns a virtual page: `page 0x40`.
    pub fn page(&self, vpn: u64) -> String {
        format!("page {}", hex(vpn, self.spec.vpn_bits()))
    }

    /// Returns a page of any process: `page 0x40 of P2`.
    pub(crate) fn page_of(&self, page: ProcessPage) -> String {
        format!("{} of {}", self.page(page.vpn.raw()), self.other(page.pid))
    }

    /// Returns the name of a file.
    pub(crate) fn file(&self, file: FileId) -> String {
        self.legend
            .files
            .get(&file)
            .map_or_else(|| format!("file {file}"), ToString::to_string)
    }

    /// Returns the source or destination of bytes, such as a swap slot or a page of a file.
    pub(crate) fn store(&self, store: BackingStore) -> String {
        match store {
            BackingStore::File { file, page } | BackingStore::PageCache { file, page } => {
                format!("page {} of `{}`", number(page), self.file(file))
            }
            BackingStore::Object { page, .. } => {
                format!("page {} of the shared object", number(page))
            }
            BackingStore::Swap { slot } => format!("swap slot {}", number(slot.0.into())),
        }
    }

    pub(crate) fn address(&self, va: u64) -> String {
        hex(va, self.spec.virtual_bits())
    }

    /// Returns the addresses of an area: `0x1000–0x1200`.
    pub(crate) fn range(&self, start: u64, end: u64) -> String {
        format!("{}–{}", self.address(start), self.address(end))
    }

    /// Describes an area completely: `heap (0x1000–0x1200, rw-p, anonymous)`.
    pub(crate) fn area(&self, record: &AreaRecord) -> String {
        let Vma { start, end, .. } = record.area;
        let (range, perms) = (self.range(start, end), record.area.perms());
        match bare_name(record) {
            "" => format!("{range} ({perms}, {})", record.backing),
            name => format!("{name} ({range}, {perms}, {})", record.backing),
        }
    }

    /// Returns the name of an area, or of its file, or of its kind.
    pub(crate) fn area_name(&self, record: &AreaRecord) -> String {
        let name = bare_name(record);
        if !name.is_empty() {
            return name.to_owned();
        }
        match record.backing.as_str() {
            "anonymous" | "shared" => {
                format!(
                    "the area {}",
                    self.range(record.area.start, record.area.end)
                )
            }
            file => file.to_owned(),
        }
    }

    /// Returns the keyword of the replacement policy.
    pub(crate) fn policy(&self) -> &'static str {
        let row = POLICIES
            .iter()
            .find(|row| Some(row.policy) == self.legend.policy);
        row.map_or("the policy", |row| row.title)
    }

    /// Returns the physical page of a table.
    pub(crate) fn table_page(&self, ppn: u64) -> String {
        format!("page {}", numbers::hex(ppn, self.spec.ppn_bits()))
    }
}

/// Returns the name of a component for use within a sentence: `the TLB`, `L1`.
pub(crate) fn the(part: Part, spec: &Spec) -> String {
    let name = part.name(spec);
    if name == part.fixed_name() {
        format!("the {name}")
    } else {
        name.to_owned()
    }
}

/// Returns a clause for the beginning of a sentence. The names of components keep their case.
pub(crate) fn first(clause: &str) -> String {
    clause
        .strip_prefix("the ")
        .map_or_else(|| clause.to_owned(), |rest| format!("The {rest}"))
}

/// Returns the index of a page table's entry: `VPN2 0x168`, or `VPN 0x0F` with a single level.
pub(crate) fn table_index(spec: &Spec, level: u32, index: u64) -> String {
    let levels = spec.mmu.as_ref().map_or(&[][..], |mmu| &mmu.levels);
    let bits = levels.get(level as usize - 1).copied().unwrap_or(1);
    let number = (levels.len() > 1).then_some(level);
    let number = number.map_or_else(String::new, |level| level.to_string());
    format!("VPN{number} {}", hex(index, bits))
}

/// Describes a page-table entry: `the level-2 entry`.
pub(crate) fn entry(spec: &Spec, level: u32) -> String {
    let levels = spec.mmu.as_ref().map_or(1, |mmu| mmu.levels.len());
    if levels == 1 {
        "the page-table entry".to_owned()
    } else {
        format!("the level-{level} entry")
    }
}

/// Returns the name of an area, without brackets for `[heap]`, or an empty text if the area has no name.
pub(crate) fn bare_name(record: &AreaRecord) -> &str {
    record.name.trim_start_matches('[').trim_end_matches(']')
}

/// Returns `frame 3`.
pub(crate) fn frame(frame: FrameNo) -> String {
    format!("frame {}", number(frame.0.into()))
}

/// Formats a number that tables print in hexadecimal, such as a frame number. Numbers below ten have no
/// prefix.
pub(crate) fn number(n: u64) -> String {
    if n < 10 {
        n.to_string()
    } else {
        format!("0x{n:X}")
    }
}

/// Formats an address or page number. On large machines, the number has no leading zeros.
fn hex(n: u64, bits: u32) -> String {
    if bits <= NARROW {
        numbers::hex(n, bits)
    } else {
        format!("0x{n:X}")
    }
}
