//! What sentences call pages, frames, areas and places of a process.

use crate::report::narrate::parts;
use crate::run::record::{AreaRecord, Legend, ProcessRef};
use pagewalk_engine::kernel::event::{BackingStore, ProcessPage};
use pagewalk_engine::kernel::ids::{FileId, FrameNo, Pid};
use pagewalk_engine::kernel::vma::Vma;
use pagewalk_engine::machine::policy::POLICIES;
use pagewalk_engine::machine::spec::Spec;

/// Widths up to which addresses keep their leading zeros, as small machines' are written.
const NARROW: u32 = 32;

/// The names that sentences about one process need.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The machine, for widths.
    pub(crate) spec: &'a Spec,
    /// Files and other processes.
    pub(crate) legend: &'a Legend,
    /// The process that the sentences are about.
    pub(crate) own: &'a ProcessRef,
}

impl Names<'_> {
    /// The process that the sentences are about.
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

    /// The page that an address lies in: `page 0x40`.
    pub(crate) fn page_at(&self, va: u64) -> String {
        self.page(va.checked_shr(self.spec.page_bits()).unwrap_or(0))
    }

    /// A virtual page: `page 0x40`.
    pub fn page(&self, vpn: u64) -> String {
        format!("page {}", hex(vpn, self.spec.vpn_bits()))
    }

    /// A page of some process: `page 0x40 of P2`.
    pub(crate) fn page_of(&self, page: ProcessPage) -> String {
        format!("{} of {}", self.page(page.vpn.raw()), self.other(page.pid))
    }

    /// The name of a file.
    pub(crate) fn file(&self, file: FileId) -> String {
        self.legend.files.get(&file).map_or_else(|| format!("file {file}"), ToString::to_string)
    }

    /// Where bytes come from or go to: `swap slot 4`, `page 2 of a.out`.
    pub(crate) fn store(&self, store: BackingStore) -> String {
        match store {
            BackingStore::File { file, page } | BackingStore::PageCache { file, page } => {
                format!("page {} of {}", number(page), self.file(file))
            }
            BackingStore::Object { page, .. } => format!("page {} of the shared object", number(page)),
            BackingStore::Swap { slot } => format!("swap slot {}", number(slot.0.into())),
        }
    }

    pub(crate) fn address(&self, va: u64) -> String {
        hex(va, self.spec.virtual_bits())
    }

    /// Where an area lies: `0x1000–0x1200`.
    pub(crate) fn range(&self, start: u64, end: u64) -> String {
        format!("{}–{}", self.address(start), self.address(end))
    }

    /// An area with all that is known of it: `heap 0x1000–0x1200 rw-p, anonymous`.
    pub(crate) fn area(&self, record: &AreaRecord) -> String {
        let Vma { start, end, .. } = record.area;
        let name = bare_name(record);
        let gap = if name.is_empty() { "" } else { " " };
        format!("{name}{gap}{} {}, {}", self.range(start, end), record.area.perms(), record.backing)
    }

    /// What an area is called: its name, else its file's, else what it is.
    pub(crate) fn area_name(&self, record: &AreaRecord) -> String {
        let name = bare_name(record);
        if !name.is_empty() {
            return name.to_owned();
        }
        match record.backing.as_str() {
            "anonymous" | "shared" => {
                format!("the area {}", self.range(record.area.start, record.area.end))
            }
            file => file.to_owned(),
        }
    }

    /// The policy by which victims are chosen, in its word.
    pub(crate) fn policy(&self) -> &'static str {
        let row = POLICIES.iter().find(|row| Some(row.policy) == self.legend.policy);
        row.map_or("the policy", |row| row.name)
    }

    /// A physical page that a table stands in.
    pub(crate) fn table_page(&self, ppn: u64) -> String {
        format!("page {}", parts::hex(ppn, self.spec.ppn_bits()))
    }
}

/// The name of an area, `[heap]` without its brackets; empty if it has none.
pub(crate) fn bare_name(record: &AreaRecord) -> &str {
    record.name.trim_start_matches('[').trim_end_matches(']')
}

/// A frame: `frame 3`.
pub(crate) fn frame(frame: FrameNo) -> String {
    format!("frame {}", number(frame.0.into()))
}

/// The same at the beginning of a sentence.
pub(crate) fn frame_first(frame: FrameNo) -> String {
    format!("Frame {}", number(frame.0.into()))
}

/// A number that tables print in hexadecimal, such as a frame's: below ten both ways are the same.
pub(crate) fn number(n: u64) -> String {
    if n < 10 { n.to_string() } else { format!("0x{n:X}") }
}

/// An address or page number; on large machines without leading zeros, which nobody reads there.
fn hex(n: u64, bits: u32) -> String {
    if bits <= NARROW { parts::hex(n, bits) } else { format!("0x{n:X}") }
}
