//! The results of `show` as data: tables, pairs, rulers, and steps. The reports format these results.

use std::sync::Arc;

use crate::lang::value::{List, Value};
use pagewalk_engine::machine::event::PteKind;
use pagewalk_engine::machine::pte::Pte;
use pagewalk_engine::machine::spec::Spec;

use super::access::Access;
use super::call::CallRecord;
use super::figure::FigureData;
use super::mark::{AccessMark, AccessMarks};
use super::process::{AreaRecord, ProcessRef};
use super::shown::Shown;

/// Something shown.
#[derive(Debug, Clone)]
pub enum View {
    /// A table.
    Table(TableView),
    /// A title with pairs of names and values.
    Pairs {
        title: String,
        pairs: Vec<(String, String)>,
    },
    /// An expression and its value.
    Value { of: String, value: Shown },
    /// The bit rulers of the machine's addresses.
    Rulers(Arc<Spec>),
    /// The bits of an address with the machine's fields.
    Bits(Box<BitsView>),
    /// A page walk.
    Walk(Box<WalkView>),
    /// The numbered steps of an access.
    Steps(Box<Access>, MessageLevel),
    /// The steps of a system call.
    CallSteps(Arc<CallRecord>, MessageLevel),
    /// The address space of a process.
    Layout(Box<LayoutView>),
    /// Page tables as a tree.
    Tree(Box<TreeView>),
    /// The areas of a process, in the format of `/proc/PID/maps` and as a table.
    Maps {
        table: TableView,
        spec: Arc<Spec>,
        areas: Vec<AreaRecord>,
    },
    /// A machine, as a declaration.
    Declaration(Arc<Spec>),
    /// A figure as data.
    Figure(Arc<FigureData>),
    /// A remark in words.
    Remark(String),
}

/// The messages that a list or a figure contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageLevel {
    /// The lecture's messages. After a page fault that the kernel resolves, the list ends with the return, because
    /// the retried instruction repeats the messages of a hit.
    Lecture,
    /// All messages.
    All,
}

/// A page walk, which does not use the TLBs.
#[derive(Debug, Clone)]
pub struct WalkView {
    pub(crate) spec: Arc<Spec>,
    /// The name of the process, or an empty text without processes.
    pub(crate) of: String,
    pub(crate) va: u64,
    /// The levels that the walk reaches, top first.
    pub(crate) levels: Vec<WalkLevel>,
    /// The physical address, or `None` after a fault.
    pub(crate) pa: Option<u64>,
}

/// The entry that a walk fetches at a level.
#[derive(Debug, Clone)]
pub(crate) struct WalkLevel {
    /// The level, counted from 1 at the root.
    pub(crate) level: u32,
    pub(crate) index: u64,
    /// The physical address of the entry, or `None` in a detached table.
    pub(crate) at: Option<u64>,
    /// The raw value, or `None` if the entry was never set, or points to a detached table.
    pub(crate) raw: Option<u64>,
    /// The frame that a present entry contains.
    pub(crate) ppn: Option<u64>,
    pub(crate) found: PteKind,
}

/// An address whose bits are drawn.
#[derive(Debug, Clone)]
pub struct BitsView {
    pub(crate) spec: Arc<Spec>,
    /// Whether the address is physical.
    pub(crate) physical: bool,
    pub(crate) value: u64,
}

/// The address space of a process, with its areas and the ranges that the areas can grow into.
#[derive(Debug, Clone)]
pub struct LayoutView {
    pub(crate) process: ProcessRef,
    /// The machine's spec, which determines the widths of numbers.
    pub(crate) spec: Arc<Spec>,
    /// The areas, in address order.
    pub(crate) areas: Vec<AreaLayout>,
    /// The first address of the kernel, or the end of the address space.
    pub(crate) user_end: u64,
    /// The start of the heap, and the break.
    pub(crate) brk: (u64, u64),
    /// The address below which `mmap` searches for a gap.
    pub(crate) mmap_base: u64,
    /// The end address of the stack, and the stack's maximum size in bytes.
    pub(crate) stack: (u64, u64),
    pub(crate) pc: Option<u64>,
    /// The physical address of the process's level-1 page table (`pgd`), which CR3 contains while the process
    /// runs.
    pub(crate) pgd: Option<u64>,
    /// Size of the process's page tables, in bytes.
    pub(crate) table_bytes: u64,
    /// The stack pointer after `execve`.
    pub(crate) rsp: Option<u64>,
    /// The end of the lowest addresses, which no program can map, or 0.
    pub(crate) forbidden_end: u64,
    /// The accesses to mark, if a figure marks them.
    pub(crate) accesses: Option<AccessMarks>,
    /// Whether the figure also draws `task_struct`, `mm_struct`, and the list of areas.
    pub(crate) chain: bool,
}

impl LayoutView {
    /// Returns the address space as a paper prints it: without the results of the accesses, which students write.
    pub(crate) fn without_results(&self) -> Self {
        let blank = |marks: &AccessMarks| AccessMarks {
            marks: marks
                .marks
                .iter()
                .map(|mark| AccessMark {
                    result: None,
                    ..*mark
                })
                .collect(),
            ..marks.clone()
        };
        Self {
            accesses: self.accesses.as_ref().map(blank),
            ..self.clone()
        }
    }
}

/// A tree of the page tables that lead to mapped pages.
#[derive(Debug, Clone)]
pub struct TreeView {
    /// The process that owns the tables, such as `P1`, or an empty string for the machine's own tables.
    pub(crate) of: String,
    /// The machine's spec, which determines the widths of numbers.
    pub(crate) spec: Arc<Spec>,
    pub(crate) root: TreeTable,
}

/// A table of a [`TreeView`].
#[derive(Debug, Clone, Default)]
pub(crate) struct TreeTable {
    /// The table's level, counted from 1 at the root.
    pub(crate) level: u32,
    pub(crate) at: Option<u64>,
    /// The table's entries, in index order.
    pub(crate) entries: Vec<(u64, TreeEntry)>,
}

/// The target of a table's entry.
#[derive(Debug, Clone)]
pub(crate) enum TreeEntry {
    /// A table of the next level.
    Table(TreeTable),
    /// The VPN of a page, and the page's entry, which may be marked not present.
    Page(u64, Pte),
}

impl TreeTable {
    /// Returns the entry at an index.
    pub(crate) fn entry(&self, index: u64) -> Option<&TreeEntry> {
        let at = self.entries.partition_point(|(known, _)| *known < index);
        self.entries
            .get(at)
            .filter(|(known, _)| *known == index)
            .map(|(_, entry)| entry)
    }

    /// Returns the number of entries in this table and in the tables below it.
    pub(crate) fn size(&self) -> u64 {
        let below = self.entries.iter().map(|(_, entry)| match entry {
            TreeEntry::Table(table) => table.size(),
            TreeEntry::Page(..) => 0,
        });
        self.entries.len() as u64 + below.sum::<u64>()
    }
}

/// An area of a [`LayoutView`], with the numbers of its resident and swapped-out pages.
#[derive(Debug, Clone)]
pub(crate) struct AreaLayout {
    pub(crate) area: AreaRecord,
    /// Number of the area's pages in user frames.
    pub(crate) resident: u64,
    /// Number of the area's pages in swap.
    pub(crate) swapped: u64,
}

/// The contents that a table lists. Titles are text for readers; code asks the id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TableId {
    /// The page table of the machine or of a process.
    PageTable,
    /// The TLB with this index.
    Tlb(usize),
    /// The cache with this index.
    Cache(usize),
    /// Main memory.
    Memory,
    /// The areas of a process.
    Maps,
    /// The resident pages of a process.
    Resident,
    /// The heap blocks of a process.
    Heap,
    /// The user page frames.
    Frames,
    /// The swap slots.
    Swap,
    /// The processes.
    Processes,
    /// The counters of the TLBs and caches.
    Stats,
    /// The steps of a page reference string.
    Reference,
    /// A table that an author wrote.
    #[default]
    Author,
}

/// A table with columns in groups (the ways of a set), as in textbooks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableView {
    pub(crate) id: TableId,
    /// The table's title: `tlb dTLB`.
    pub(crate) title: String,
    /// Groups of columns, separated by bars.
    pub(crate) groups: Vec<Vec<String>>,
    /// Rows of cells. The cells of a row span all groups.
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
    /// Several values.
    List {
        /// The values.
        values: List,
        /// Whether the order of the values is irrelevant.
        any_order: bool,
    },
    /// No value.
    Nothing,
}

impl CellView {
    /// Returns a cell for an optional number in hexadecimal.
    pub fn hex(n: Option<u64>, digits: u32) -> Self {
        n.map_or(Self::Nothing, |n| Self::Hex(n, digits))
    }

    /// Returns the cell in the notation used outside tables, such as `0x0D`.
    pub(crate) fn shown(&self) -> Shown {
        match self {
            Self::Hex(n, digits) => Shown::hex(*n, *digits),
            Self::Number(n) => Shown::plain(*n),
            Self::Text(text) => Shown::word(text),
            Self::List { values, .. } => Shown::plain(Value::List(values.clone())),
            Self::Nothing => Shown::word("-"),
        }
    }

    pub(crate) fn bit(bit: bool) -> Self {
        Self::Number(u64::from(bit))
    }
}

impl CellView {
    /// Returns the cell in script notation, in which text other than a single word is quoted.
    pub fn written(&self) -> String {
        let parts = |c: char| c.is_whitespace() || "|;{}()\"'#".contains(c);
        let text = self.to_string();
        match self {
            Self::Text(_) | Self::List { .. }
                if text.contains(parts) || matches!(&*text, "" | "-" | "–" | "*" | "?") =>
            {
                Value::from(text).quoted()
            }
            _ => text,
        }
    }
}

impl std::fmt::Display for CellView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hex(n, digits) => write!(f, "{n:0width$X}", width = *digits as usize),
            Self::Number(n) => write!(f, "{n}"),
            Self::Text(text) => f.write_str(text),
            Self::List { values, .. } => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                f.write_str(&values.join(","))
            }
            Self::Nothing => f.write_str("-"),
        }
    }
}
