//! The results of `show` as data: tables, pairs, rulers, and steps. The reports format these results.

use std::sync::Arc;

use crate::run::table::Rows;
use pagewalk_engine::machine::pte::{Bit, Pte};
use pagewalk_engine::machine::spec::Spec;

use super::access::Access;
use super::call::CallRecord;
use super::figure::FigureData;
use super::mark::AccessMarks;
use super::process::{AreaRecord, ProcessRef};
use super::shown::Shown;
use crate::run::steps::Walk;

/// Something shown.
#[derive(Debug, Clone)]
pub enum View {
    Table(Rows),
    /// A title with pairs of names and values.
    Pairs {
        title: String,
        pairs: Vec<(String, String)>,
    },
    /// An expression and its value.
    Value {
        of: String,
        value: Shown,
    },
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
        table: Rows,
        spec: Arc<Spec>,
        areas: Vec<AreaRecord>,
    },
    /// The text of a program, whose lines are numbered.
    Listing {
        name: Arc<str>,
        text: String,
    },
    /// A machine, as a declaration.
    Declaration(Arc<Spec>),
    Figure(Arc<FigureData>),
    /// A remark in words.
    Remark(String),
}

impl View {
    /// Returns the name of what a figure shows, under which a later figure finds it, or `None` for a figure that marks no
    /// changes.
    pub(crate) fn subject(&self) -> Option<String> {
        match self {
            Self::Figure(data) => data.subject(),
            Self::Table(table) => Some(table.title.clone()),
            _ => None,
        }
    }
}

/// The messages that a list or a figure contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageLevel {
    /// The lecture's messages. After a page fault that the kernel resolves, the list ends with the return, because
    /// the retried instruction repeats the messages of a hit.
    Lecture,
    All,
}

/// A page walk, which does not use the TLBs.
#[derive(Debug, Clone)]
pub struct WalkView {
    pub(crate) spec: Arc<Spec>,
    /// The name of the process, or an empty text without processes.
    pub(crate) of: String,
    pub(crate) walk: Walk,
}

/// An address whose bits are drawn.
#[derive(Debug, Clone)]
pub struct BitsView {
    pub(crate) spec: Arc<Spec>,
    /// Whether the address is physical.
    pub(crate) physical: bool,
    /// Whether the fields of the address are drawn.
    pub(crate) fields: bool,
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
    /// The kernel's areas above those of the process, from top to bottom.
    pub(crate) kernel: &'static [KernelArea],
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

/// An area of the kernel.
#[derive(Debug, Clone, Copy)]
pub struct KernelArea {
    /// The contents, as the lines of a box.
    pub(crate) lines: &'static [&'static str],
    /// Whether the contents are `identical` for each process or `different`.
    pub(crate) processes: &'static str,
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

    /// Returns the PPNs of the present pages in this table and in the tables below it.
    pub(crate) fn ppns(&self) -> Vec<u64> {
        let each = self.entries.iter().flat_map(|(_, entry)| match entry {
            TreeEntry::Table(table) => table.ppns(),
            TreeEntry::Page(_, pte) => Vec::from_iter(pte.flags.has(Bit::P).then_some(pte.ppn)),
        });
        each.collect()
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
