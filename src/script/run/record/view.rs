//! The results of `show` as data: tables, pairs, rulers, steps. Reports lay them out.

use std::sync::Arc;

use crate::lang::value::Value;
use pagewalk_engine::machine::pte::Pte;
use pagewalk_engine::machine::spec::Spec;

use super::access::Access;
use super::call::CallRecord;
use super::process::{AreaRecord, ProcessRef};
use super::shown::Shown;

/// Something shown.
#[derive(Debug, Clone)]
pub enum View {
    /// A table.
    Table(TableView),
    /// Names and values under a title.
    Pairs { title: String, pairs: Vec<(String, String)> },
    /// An expression and its value.
    Value { of: String, value: Shown },
    /// The bit rulers of the machine's addresses.
    Rulers(Arc<Spec>),
    /// The numbered sequence of an access.
    Steps(Box<Access>),
    /// The steps of a system call.
    CallSteps(Arc<CallRecord>),
    /// The address space of a process.
    Layout(Box<LayoutView>),
    /// Page tables as a tree.
    Tree(Box<TreeView>),
    /// Pages of processes, and the frames that they are in.
    Sharing(Box<SharingView>),
    /// The areas of a process, as `/proc/PID/maps` prints them, and as a table.
    Maps { table: TableView, spec: Arc<Spec>, areas: Vec<AreaRecord> },
    /// A machine, as a declaration.
    Declaration(Arc<Spec>),
    /// A remark in words.
    Remark(String),
}

/// The address space of a process: its areas, and where they may grow.
#[derive(Debug, Clone)]
pub struct LayoutView {
    pub(crate) process: ProcessRef,
    /// The machine, for widths.
    pub(crate) spec: Arc<Spec>,
    /// In order of address.
    pub(crate) areas: Vec<AreaLayout>,
    /// The first address that is the kernel's, or past the address space.
    pub(crate) user_end: u64,
    /// Where the heap begins, and the break.
    pub(crate) brk: (u64, u64),
    /// The address below which `mmap` searches for a gap.
    pub(crate) mmap_base: u64,
    /// The address just past the stack, and the stack's maximum size in bytes.
    pub(crate) stack: (u64, u64),
    pub(crate) pc: Option<u64>,
    /// The physical address of its level-1 page table (`pgd`), the contents of CR3 while it runs.
    pub(crate) pgd: Option<u64>,
    /// Bytes of its page tables.
    pub(crate) table_bytes: u64,
}

/// Pages of processes, and the frames that they are in.
#[derive(Debug, Clone)]
pub struct SharingView {
    /// The machine, for widths.
    pub(crate) spec: Arc<Spec>,
    /// Each process: its name and its pages in frames, in order of VPN.
    pub(crate) processes: Vec<(String, Vec<PageInFrame>)>,
}

/// A page of a [`SharingView`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageInFrame {
    pub(crate) vpn: u64,
    /// The name of its area; may be empty.
    pub(crate) area: String,
    pub(crate) frame: u64,
    /// Whether its entry allows stores.
    pub(crate) writable: bool,
}

/// Page tables as a tree: those that lead to a page that was set.
#[derive(Debug, Clone)]
pub struct TreeView {
    /// The process that owns them: `P1`; empty for the machine's own.
    pub(crate) of: String,
    /// The machine, for widths.
    pub(crate) spec: Arc<Spec>,
    pub(crate) root: TreeTable,
}

/// A table of a [`TreeView`].
#[derive(Debug, Clone, Default)]
pub(crate) struct TreeTable {
    /// Its level; 1 is the top.
    pub(crate) level: u32,
    pub(crate) at: Option<u64>,
    /// Its entries, in order of their indices.
    pub(crate) entries: Vec<(u64, TreeEntry)>,
}

/// The target of a table's entry.
#[derive(Debug, Clone)]
pub(crate) enum TreeEntry {
    /// A table of the next level.
    Table(TreeTable),
    /// A page: its VPN and its entry, which may not be present.
    Page(u64, Pte),
}

impl TreeTable {
    /// Returns the number of entries in it and in the tables below.
    pub(crate) fn size(&self) -> u64 {
        let below = self.entries.iter().map(|(_, entry)| match entry {
            TreeEntry::Table(table) => table.size(),
            TreeEntry::Page(..) => 0,
        });
        self.entries.len() as u64 + below.sum::<u64>()
    }
}

/// An area of a [`LayoutView`], and the numbers of its pages in memory and in swap.
#[derive(Debug, Clone)]
pub(crate) struct AreaLayout {
    pub(crate) area: AreaRecord,
    /// Its pages in user frames.
    pub(crate) resident: u64,
    /// Its pages in swap.
    pub(crate) swapped: u64,
}

/// A table with columns in groups (the ways of a set), as textbooks draw them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableView {
    /// Its title: `tlb dTLB`.
    pub(crate) title: String,
    /// Groups of columns, separated by bars.
    pub(crate) groups: Vec<Vec<String>>,
    /// Rows of cells; a row spans all groups.
    pub(crate) rows: Vec<Vec<CellView>>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum CellView {
    /// A number in hexadecimal without `0x`, and its number of digits.
    Hex(u64, u32),
    /// A decimal number.
    Number(u64),
    /// A word.
    Text(String),
    /// No value.
    Nothing,
}

impl CellView {
    /// Returns an optional number in hexadecimal.
    pub fn hex(n: Option<u64>, digits: u32) -> Self {
        n.map_or(Self::Nothing, |n| Self::Hex(n, digits))
    }

    /// Returns the cell as a value outside of a table: `0x0D`.
    pub(crate) fn shown(&self) -> Shown {
        match self {
            Self::Hex(n, digits) => Shown::hex(*n, *digits),
            Self::Number(n) => Shown::plain(*n),
            Self::Text(text) => Shown::word(text),
            Self::Nothing => Shown::word("-"),
        }
    }

    pub(crate) fn bit(bit: bool) -> Self {
        Self::Number(u64::from(bit))
    }
}

impl CellView {
    /// Returns the cell as a script writes it: a text that is not a single word is quoted.
    pub fn written(&self) -> String {
        let parts = |c: char| c.is_whitespace() || "|;{}()\"'#".contains(c);
        match self {
            Self::Text(text) if text.contains(parts) || matches!(&**text, "" | "-" | "–" | "*" | "?") => {
                Value::from(text.as_str()).quoted()
            }
            _ => self.to_string(),
        }
    }
}

impl std::fmt::Display for CellView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hex(n, digits) => write!(f, "{n:0width$X}", width = *digits as usize),
            Self::Number(n) => write!(f, "{n}"),
            Self::Text(text) => f.write_str(text),
            Self::Nothing => f.write_str("-"),
        }
    }
}
