//! The registry of nouns that list kernel objects: areas, resident pages, heap blocks, frames, and swap
//! slots.

use std::ops::Range;
use std::sync::Arc;

use super::layout::kernel_areas;
use crate::run::record::{AreaRecord, KernelArea, View};
use crate::run::table::{
    Cell, CellNames, Column, Rows, TableId, decimal, digits, hex, naming, words,
};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::frames::{Frame, FrameContents};
use pagewalk_engine::kernel::heap::HeapBlock;
use pagewalk_engine::kernel::ids::{FrameNo, Pid, SlotNo};
use pagewalk_engine::kernel::process::{PageLocation, Process};
use pagewalk_engine::kernel::vma::Vma;

/// A list of kernel objects that `expect` and `show` support.
pub struct ThingNoun {
    pub(crate) id: TableId,
    pub name: &'static str,
    pub(crate) columns: &'static [Column],
    /// The column that identifies a row.
    pub(crate) key: &'static str,
    pub(crate) help: &'static str,
    /// Whether the list belongs to a process: `P1.maps`.
    pub(crate) of_process: bool,
    /// Whether `set` can add rows to the list.
    pub(crate) settable: bool,
    /// Whether `show` prints the list line by line in the format of `/proc/PID/maps`.
    pub(crate) as_proc: bool,
    /// Returns all rows of the list, or those with this key.
    pub(crate) rows: fn(&Kernel, Option<&Process>, Option<u64>) -> Vec<ThingRow>,
}

/// A kernel object as a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ThingRow {
    pub(crate) key: u64,
    /// The object's cells, in the order of the columns.
    pub(crate) cells: Vec<Cell>,
    /// Columns in which `-` matches the object although the cell has a value.
    pub(crate) nothing: &'static [&'static str],
}

/// A list of kernel objects that a script names: `P1.maps`, `frames`.
#[derive(Clone, Copy)]
pub struct ThingRef {
    pub(crate) noun: &'static ThingNoun,
    pub(crate) pid: Option<Pid>,
}

impl ThingRow {
    /// Returns the object's cell in a column.
    pub(crate) fn cell(&self, noun: &ThingNoun, column: &str) -> Cell {
        let at = noun.columns.iter().position(|known| known.name == column);
        let cell = at.and_then(|at| self.cells.get(at));
        cell.cloned().unwrap_or(Cell::Nothing)
    }
}

impl ThingRef {
    fn process(self, kernel: &Kernel) -> Option<&Process> {
        self.pid.and_then(|pid| kernel.process(pid))
    }

    /// Returns the list's name for messages: `P1.maps`.
    pub(crate) fn title(self, kernel: &Kernel) -> String {
        self.process(kernel).map_or_else(
            || self.noun.name.to_owned(),
            |process| format!("{}.{}", process.name, self.noun.name),
        )
    }

    /// Returns all rows of the list, or those with this key.
    pub(crate) fn rows(self, kernel: &Kernel, key: Option<u64>) -> Vec<ThingRow> {
        (self.noun.rows)(kernel, self.process(kernel), key)
    }

    pub(crate) fn view(self, kernel: &Kernel) -> View {
        let table = self.table(kernel);
        let Some(process) = self.process(kernel).filter(|_| self.noun.as_proc) else {
            return View::Table(table);
        };
        let areas = process
            .space
            .areas
            .iter()
            .map(|area| AreaRecord::describe(kernel, process, *area));
        View::Maps {
            table,
            spec: kernel.machine().spec().clone(),
            areas: areas.collect(),
        }
    }

    /// Returns the list as a table.
    pub(crate) fn table(self, kernel: &Kernel) -> Rows {
        let columns = self.noun.columns.iter();
        let rows = self.rows(kernel, None).into_iter();
        Rows {
            id: self.noun.id,
            title: self.title(kernel),
            groups: vec![columns.map(|column| column.name.to_owned()).collect()],
            rows: rows.map(|row| row.cells).collect(),
            marks: None,
        }
    }
}

/// Every noun that lists kernel objects.
pub const THING_NOUNS: &[ThingNoun] = &[
    ThingNoun {
        id: TableId::Maps,
        name: "maps",
        columns: &[
            naming("area", CellNames::Areas),
            hex("start"),
            hex("end"),
            words("perms"),
            hex("offset"),
            naming("backing", CellNames::Files),
        ],
        key: "start",
        help: "the areas of a process, as `/proc/PID/maps` prints them",
        of_process: true,
        settable: true,
        as_proc: true,
        rows: maps,
    },
    ThingNoun {
        id: TableId::KernelMaps,
        name: "kernel_maps",
        columns: &[decimal("row"), words("contents"), words("processes")],
        key: "row",
        help: "the kernel's areas above those of the process, from the lowest one, and whether all processes have `identical` or `different` contents there",
        of_process: true,
        settable: false,
        as_proc: false,
        rows: kernel_maps,
    },
    ThingNoun {
        id: TableId::Resident,
        name: "resident",
        columns: &[hex("vpn"), hex("frame")],
        key: "vpn",
        help: "the resident pages of a process",
        of_process: true,
        settable: false,
        as_proc: false,
        rows: resident,
    },
    ThingNoun {
        id: TableId::Heap,
        name: "heap",
        columns: &[hex("start"), hex("size"), decimal("used")],
        key: "start",
        help: "address and usable size of each `malloc` block, and whether the block is used (1) or free (0)",
        of_process: true,
        settable: false,
        as_proc: false,
        rows: heap,
    },
    ThingNoun {
        id: TableId::Frames,
        name: "frames",
        columns: &[
            hex("frame"),
            decimal("refs"),
            words("kind"),
            decimal("dirty"),
            naming("maps", CellNames::Pages),
        ],
        key: "frame",
        help: "user page frames in use, with the pages and the kind of each frame (`anonymous`, `merged`, `file`, `shared`)",
        of_process: false,
        settable: false,
        as_proc: false,
        rows: frames,
    },
    ThingNoun {
        id: TableId::Swap,
        name: "swap",
        columns: &[
            hex("slot"),
            naming("process", CellNames::Processes),
            hex("vpn"),
        ],
        key: "slot",
        help: "swap slots in use, with the page in each slot",
        of_process: false,
        settable: false,
        as_proc: false,
        rows: swap,
    },
];

impl ThingNoun {
    pub(crate) fn column_names(&self) -> String {
        self.columns
            .iter()
            .map(|column| column.name)
            .collect::<Vec<_>>()
            .join(" ")
    }

    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        THING_NOUNS.iter().find(|noun| noun.name == name)
    }
}

fn row(key: u64, cells: Vec<Cell>) -> ThingRow {
    ThingRow {
        key,
        cells,
        nothing: &[],
    }
}

/// Returns the range with this key, or with all keys.
fn keys(key: Option<u64>) -> Range<u64> {
    key.map_or(0..u64::MAX, |key| key..key.saturating_add(1))
}

fn maps(kernel: &Kernel, process: Option<&Process>, key: Option<u64>) -> Vec<ThingRow> {
    let Some(process) = process else {
        return Vec::new();
    };
    let areas = match key {
        Some(start) => process.space.areas.find(start).into_iter().collect(),
        None => process.space.areas.iter().collect::<Vec<_>>(),
    };
    let found = areas
        .into_iter()
        .filter(|area| keys(key).contains(&area.start));
    let width = digits(kernel.machine().spec().virtual_bits());
    let one = |area: &Vma| {
        let AreaRecord {
            name,
            area,
            backing,
        } = AreaRecord::describe(kernel, process, *area);
        let offset = area.offset_of(area.start);
        let cells = vec![
            Cell::text(name),
            Cell::Hex(area.start, width),
            Cell::Hex(area.end, width),
            Cell::text(area.perms()),
            Cell::Hex(offset.unwrap_or(0), 1),
            Cell::text(backing),
        ];
        let nothing: &[_] = if offset.is_none() {
            &["offset", "backing"]
        } else {
            &[]
        };
        ThingRow {
            key: area.start,
            cells,
            nothing,
        }
    };
    found.map(one).collect()
}

fn kernel_maps(kernel: &Kernel, _: Option<&Process>, key: Option<u64>) -> Vec<ThingRow> {
    let areas = (1..).zip(kernel_areas(kernel).iter().rev());
    let wanted = areas.filter(|(at, _)| keys(key).contains(at));
    let one = |(at, area): (u64, &KernelArea)| {
        row(
            at,
            vec![
                Cell::Number(at),
                Cell::text(area.lines.join(" ")),
                Cell::text(area.processes),
            ],
        )
    };
    wanted.map(one).collect()
}

fn resident(kernel: &Kernel, process: Option<&Process>, key: Option<u64>) -> Vec<ThingRow> {
    let Some(process) = process else {
        return Vec::new();
    };
    let spec = kernel.machine().spec();
    let (vpn_digits, frame_digits) = (digits(spec.vpn_bits()), frame_digits(kernel));
    let pages = process.space.pages.range(keys(key));
    let resident = pages.filter_map(|(vpn, place)| match place {
        PageLocation::Frame(frame) => Some(row(
            vpn,
            vec![
                Cell::Hex(vpn, vpn_digits),
                Cell::Hex(u64::from(frame.0), frame_digits),
            ],
        )),
        _ => None,
    });
    resident.collect()
}

fn heap(kernel: &Kernel, process: Option<&Process>, key: Option<u64>) -> Vec<ThingRow> {
    let Some(process) = process else {
        return Vec::new();
    };
    let width = digits(kernel.machine().spec().virtual_bits());
    let blocks = process.space.heap.blocks.range(keys(key));
    let one = |(start, block): (&u64, &HeapBlock)| {
        row(
            *start,
            vec![
                Cell::Hex(*start, width),
                Cell::Hex(block.size, 1),
                Cell::bit(block.used()),
            ],
        )
    };
    blocks.map(one).collect()
}

fn frame_digits(kernel: &Kernel) -> u32 {
    digits(u32::BITS - kernel.frame_limit().saturating_sub(1).leading_zeros())
}

fn frames(kernel: &Kernel, _: Option<&Process>, key: Option<u64>) -> Vec<ThingRow> {
    let width = frame_digits(kernel);
    let limit = u64::from(kernel.frame_limit());
    match key {
        Some(n) => {
            let frame = u32::try_from(n).ok().filter(|_| n < limit).map(FrameNo);
            frame
                .map(|at| frame_row(kernel, at, kernel.frames().get(at), width))
                .into_iter()
                .collect()
        }
        None => kernel
            .frames()
            .iter()
            .map(|(at, frame)| frame_row(kernel, at, frame, width))
            .collect(),
    }
}

fn frame_row(kernel: &Kernel, at: FrameNo, frame: Frame, width: u32) -> ThingRow {
    let key = u64::from(at.0);
    let maps: Vec<String> = kernel
        .frames()
        .maps(at)
        .map(|(pid, vpn)| format!("{}:{vpn:X}", process_name(kernel, pid)))
        .collect();
    let free = frame.contents == FrameContents::Free;
    let dirty = if free {
        Cell::Nothing
    } else {
        Cell::bit(kernel.is_dirty(at))
    };
    let cells = vec![
        Cell::Hex(key, width),
        Cell::Number(u64::from(frame.refs)),
        Cell::text(frame.contents.name()),
        dirty,
        Cell::text(maps.join(",")),
    ];
    ThingRow {
        key,
        cells,
        nothing: if free { &["kind"] } else { &[] },
    }
}

fn process_name(kernel: &Kernel, pid: Pid) -> Arc<str> {
    kernel
        .process(pid)
        .map_or_else(|| pid.to_string().into(), |process| process.name.clone())
}

fn swap(kernel: &Kernel, _: Option<&Process>, key: Option<u64>) -> Vec<ThingRow> {
    let swap = kernel.swap();
    let slots: Vec<SlotNo> = match key {
        Some(n) => {
            let slot = u32::try_from(n).ok().map(SlotNo);
            slot.filter(|slot| swap.slot(*slot).is_some())
                .into_iter()
                .collect()
        }
        None => swap.iter().map(|(slot, _)| slot).collect(),
    };
    let width = digits(u32::BITS - swap.slots.saturating_sub(1).leading_zeros());
    let vpn_digits = digits(kernel.machine().spec().vpn_bits());
    let mut rows = Vec::new();
    for slot in slots {
        let key = u64::from(slot.0);
        let number = Cell::Hex(key, width);
        let before = rows.len();
        // A page that was swapped in keeps its slot while it is clean.
        let backed = swap.slot(slot).and_then(|held| held.frame);
        let back = backed
            .into_iter()
            .flat_map(|frame| kernel.frames().maps(frame));
        for (pid, vpn) in swap.pages_in(slot).chain(back) {
            let name = Cell::text(process_name(kernel, pid).to_string());
            rows.push(row(
                key,
                vec![number.clone(), name, Cell::Hex(vpn, vpn_digits)],
            ));
        }
        // The slot contains a page of a shared object that no process has mapped.
        if rows.len() == before {
            rows.push(row(key, vec![number, Cell::Nothing, Cell::Nothing]));
        }
    }
    rows
}
