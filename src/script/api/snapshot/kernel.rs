//! The operating system in a snapshot.

use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::process::{PageLocation, Process};
use pagewalk_engine::kernel::vma::Vma;
use serde::{Deserialize, Serialize};

use super::machine::{Parts, Table};
use crate::run::nouns::tree;
use crate::run::record::AreaRecord;

/// Maximum number of frames in a snapshot's replacement order.
const ORDERED: usize = 1 << 12;

/// The operating system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KernelState {
    /// Number of user page frames.
    pub frame_limit: u32,
    /// The processes, including zombies.
    pub processes: Vec<ProcessState>,
    /// User page frames in use, by number.
    pub frames: Vec<Frame>,
    /// At most 4096 frames, in the order in which the replacement policy would evict their pages.
    pub replacement_order: Vec<u32>,
    pub swap_slots: u32,
    /// Swap slots in use, by number.
    pub swap: Vec<Slot>,
    pub files: Vec<FileState>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProcessState {
    pub pid: u32,
    /// The name in the script.
    pub name: String,
    /// The PID of the parent.
    pub parent: Option<u32>,
    /// `running`, `zombie`, or `ended`.
    pub state: String,
    /// The areas, by address.
    pub areas: Vec<Area>,
    /// The start of the heap.
    pub brk_start: u64,
    /// The program break.
    pub brk: u64,
    /// The program counter.
    pub pc: Option<u64>,
    /// The pages that are resident or swapped out, by virtual page number.
    pub pages: Vec<PageState>,
    /// The page table, from level 1 (`pgd`) down.
    pub page_table: Option<Table>,
    /// Number of page faults without disk access.
    pub minor_faults: u64,
    /// Number of page faults with disk access.
    pub major_faults: u64,
    /// The bytes of the terminal output.
    pub output: Vec<u8>,
}

/// An area of an address space (Linux's `vm_area_struct`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// The name that the script assigned, `[heap]`, `[stack]`, or an empty string.
    pub name: String,
    /// The first byte.
    pub start: u64,
    /// The address after the area's last byte.
    pub end: u64,
    /// Permissions as `/proc/PID/maps` prints them: `rw-p`.
    pub perms: String,
    /// The offset of the area in its file or object.
    pub offset: Option<u64>,
    /// `anonymous`, `shared`, or a file name.
    pub backing: String,
}

/// The location of a process's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageState {
    /// The virtual page number of the page.
    pub vpn: u64,
    /// The frame of the page if the page is resident and is not the shared zero page.
    pub frame: Option<u32>,
    /// The swap slot of the page if the page is swapped out.
    pub slot: Option<u32>,
}

/// A user page frame in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    pub frame: u32,
    /// Number of page-table entries that map the frame.
    pub references: u32,
    /// `anonymous`, `merged`, `file`, or `shared`.
    pub contents: String,
    /// Whether the contents differ from the file or swap slot.
    pub dirty: bool,
    /// The pages mapped to the frame, each as a process and a virtual page number.
    pub mapped_by: Vec<(u32, u64)>,
}

/// A swap slot in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    pub slot: u32,
    /// The frame that holds the same page (the swap cache).
    pub frame: Option<u32>,
    /// The pages in the slot, each as a process and a virtual page number.
    pub pages: Vec<(u32, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileState {
    pub name: String,
    /// The size in bytes.
    pub size: u64,
}

impl KernelState {
    pub(super) fn capture(kernel: &Kernel, parts: Parts) -> Self {
        let frames = kernel.frames().iter().map(|(at, frame)| Frame {
            frame: at.0,
            references: frame.refs,
            contents: frame.contents.name().to_owned(),
            dirty: kernel.is_dirty(at),
            mapped_by: kernel
                .frames()
                .maps(at)
                .map(|(pid, vpn)| (pid.0, vpn))
                .collect(),
        });
        let slots = kernel.swap().iter().map(|(slot, held)| Slot {
            slot: slot.0,
            frame: held.frame.map(|frame| frame.0),
            pages: kernel
                .swap()
                .pages_in(slot)
                .map(|(pid, vpn)| (pid.0, vpn))
                .collect(),
        });
        let files = kernel.files().all.iter().map(|(id, file)| FileState {
            name: file.name.to_string(),
            size: kernel.file_size(*id),
        });
        Self {
            frame_limit: kernel.frame_limit(),
            processes: kernel
                .processes()
                .map(|process| ProcessState::capture(kernel, process, parts))
                .collect(),
            frames: frames.collect(),
            replacement_order: kernel
                .replacement_order(ORDERED)
                .into_iter()
                .map(|frame| frame.0)
                .collect(),
            swap_slots: kernel.swap().slots,
            swap: slots.collect(),
            files: files.collect(),
        }
    }
}

impl ProcessState {
    fn capture(kernel: &Kernel, process: &Process, parts: Parts) -> Self {
        let space = &process.space;
        let pages = space.pages.iter().map(|(vpn, place)| {
            let (frame, slot) = match place {
                PageLocation::Frame(frame) => (Some(frame.0), None),
                PageLocation::Swap(slot) => (None, Some(slot.0)),
                PageLocation::Zero => (None, None),
            };
            PageState { vpn, frame, slot }
        });
        let mmu = kernel.machine().spec().mmu.as_ref();
        let machine = kernel.machine_of(process.pid);
        Self {
            pid: process.pid.0,
            name: process.name.to_string(),
            parent: process.parent.map(|pid| pid.0),
            state: process.state.name().to_owned(),
            areas: space
                .areas
                .iter()
                .map(|area| Area::capture(kernel, process, *area))
                .collect(),
            brk_start: space.brk_start,
            brk: space.brk,
            pc: process.pc,
            pages: pages.collect(),
            page_table: mmu
                .filter(|_| parts.page_tables)
                .map(|mmu| Table::capture(&tree::table(&machine, mmu), mmu)),
            minor_faults: process.faults.minor,
            major_faults: process.faults.major,
            output: process.stdout.to_vec(),
        }
    }
}

impl Area {
    fn capture(kernel: &Kernel, process: &Process, area: Vma) -> Self {
        let record = AreaRecord::describe(kernel, process, area);
        Self {
            name: record.name,
            start: area.start,
            end: area.end,
            perms: area.perms(),
            offset: area.offset_of(area.start),
            backing: record.backing,
        }
    }
}
