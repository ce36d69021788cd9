//! The address space of a process as in the lecture (CS:APP figures 9.26 and 9.27): the drawing, then
//! `task_struct`, `mm_struct`, and the list of `vm_area_struct`s.

use super::layout_chain::{self as chain, flags, prot};
use super::layout_marks as marks;
use crate::report::doc::{Block, Cell, Layout, Slab, Table};
use crate::report::words::counts::{count, thousands};
use crate::report::words::names::{Names, bare_name};
use crate::report::words::numbers;
use crate::run::nouns::size;
use crate::run::record::{AreaLayout, AreaRecord, KernelArea, LayoutView, Legend};

/// Maximum number of areas to draw, half from each end.
const DRAWN: usize = 40;
/// Maximum number of areas to draw beside their structures.
const CHAINED: usize = 8;

/// Returns the drawing and the structures. If students write the results of accesses, the drawing omits them.
pub(crate) fn blocks(view: &LayoutView, asked: bool) -> Vec<Block> {
    let legend = Legend::default();
    let names = Names {
        spec: &view.spec,
        legend: &legend,
        own: &view.process,
    };
    let drawing = Drawing { view, names };
    let asked = asked && view.accesses.is_some();
    let layout = Layout {
        asked,
        ..drawing.layout()
    };
    let mut blocks = vec![Block::Layout(layout.into())];
    if asked {
        // The numbers of resident pages would reveal the results of the accesses.
        return blocks;
    }
    blocks.push(drawing.structures());
    blocks.extend(drawing.list());
    blocks
}

struct Drawing<'a> {
    view: &'a LayoutView,
    names: Names<'a>,
}

impl Drawing<'_> {
    fn layout(&self) -> Layout {
        // Each box, with the address after its last byte.
        let mut slabs: Vec<(u128, Slab)> = Vec::new();
        let space_end = 1u128 << self.view.spec.virtual_bits().min(64);
        slabs.extend(
            self.view
                .kernel
                .iter()
                .map(|area| (space_end, kernel(area))),
        );
        let all: Vec<&AreaLayout> = self.view.areas.iter().rev().collect();
        let most = if self.view.chain { CHAINED } else { DRAWN };
        let left_out = all.len().saturating_sub(most);
        let mut above = self.view.user_end;
        for (at, area) in all.iter().enumerate() {
            if left_out > 0 && (most / 2..most / 2 + left_out).contains(&at) {
                if at == most / 2 {
                    slabs.push((above.into(), self.more(above, left_out)));
                }
                above = area.area.area.start;
                continue;
            }
            if area.area.area.end < above && !(left_out > 0 && at == most / 2 + left_out) {
                let over = at.checked_sub(1).and_then(|at| all.get(at));
                let gap = self.gap(area.area.area.end, above, over.copied(), Some(area));
                slabs.push((above.into(), gap));
            }
            slabs.push((area.area.area.end.into(), self.area(area)));
            above = area.area.area.start;
        }
        let forbidden = self
            .view
            .forbidden_end
            .min(if all.is_empty() { 0 } else { above });
        if above > forbidden {
            slabs.push((
                above.into(),
                self.gap(forbidden, above, all.last().copied(), None),
            ));
        }
        if forbidden > 0 {
            slabs.push((forbidden.into(), self.forbidden(forbidden)));
        }
        marks::put(self.view, &self.names, &mut slabs);
        Layout {
            title: format!("address space of {}", self.view.process.name),
            slabs: slabs.into_iter().map(|(_, slab)| slab).collect(),
            bottom: "0".to_owned(),
            chain: self
                .view
                .chain
                .then(|| chain::chain(self.view, &self.names)),
            legend: marks::legend(self.view),
            asked: false,
            written: false,
        }
    }

    fn area(&self, layout: &AreaLayout) -> Slab {
        let area = &layout.area.area;
        let backing = format!("{}  {}", area.perms(), layout.area.backing);
        let (mark, mark_at) = self.mark(area.start, area.end);
        Slab {
            start: Some(area.start),
            top: self.names.address(area.end),
            mark,
            mark_at,
            lines: vec![(self.called(&layout.area), backing)],
            note: in_memory(layout, 1 << self.view.spec.page_bits()),
            structure: self.view.chain.then(|| chain::structure(area, &self.names)),
            ..Slab::default()
        }
    }

    /// Returns the label of a range that contains the stack pointer or the break. Its address is empty if it is the end of
    /// the range, which has an address already.
    fn mark(&self, start: u64, end: u64) -> (String, String) {
        // Without a program and a heap, nothing shows what the break is the end of.
        let (heap, brk) = self.view.brk;
        let is_known = heap < brk || self.view.pc.is_some();
        let labels = [
            ("%rsp", self.view.rsp),
            ("brk", Some(brk).filter(|_| is_known)),
        ];
        for (name, at) in labels {
            if let Some(at) = at.filter(|at| start < *at && *at <= end) {
                let address = if at == end {
                    String::new()
                } else {
                    self.names.address(at)
                };
                return (name.to_owned(), address);
            }
        }
        <(String, String)>::default()
    }

    /// Returns the lecture's name for this kind of area.
    fn called(&self, record: &AreaRecord) -> String {
        let area = &record.area;
        let heap_end = self.view.brk.0.max(self.view.brk.1);
        match record.name.as_str() {
            "[stack]" | "stack" => "user stack".to_owned(),
            "[heap]" | "heap" => "run-time heap (malloc)".to_owned(),
            ".text" | "text" => "program text (.text)".to_owned(),
            ".data" | "data" => "initialized data (.data)".to_owned(),
            ".bss" | "bss" => "uninitialized data (.bss)".to_owned(),
            name if area.start >= heap_end
                && area.end <= self.view.mmap_base
                && area.start > self.lowest() =>
            {
                let name = if name.is_empty() {
                    String::new()
                } else {
                    format!(": {name}")
                };
                format!("memory-mapped region{name}")
            }
            "" => "mapped".to_owned(),
            name => name.to_owned(),
        }
    }

    fn lowest(&self) -> u64 {
        self.view
            .areas
            .first()
            .map_or(0, |area| area.area.area.start)
    }

    /// Draws addresses outside all areas.
    fn gap(
        &self,
        start: u64,
        end: u64,
        over: Option<&AreaLayout>,
        under: Option<&AreaLayout>,
    ) -> Slab {
        let mut lines = Vec::new();
        let space = roughly(end - start);
        if let Some(stack) = over.filter(|over| over.area.area.stack) {
            let (top, most) = self.view.stack;
            let lowest = top.max(stack.area.area.end).saturating_sub(most).max(start);
            lines.push((
                format!("↓ grows on faults, down to {}", self.names.address(lowest)),
                String::new(),
            ));
        }
        let unused = under.is_none() && self.view.spec.virtual_bits() >= 32;
        lines.push((
            if unused { "unused" } else { "(nothing mapped)" }.to_owned(),
            space,
        ));
        if under.is_some_and(|under| is_heap(&under.area)) {
            lines.push(("↑ grows with brk".to_owned(), String::new()));
        }
        // Only a pointer to the upper edge has a place in a gap.
        let (mark, mark_at) = self.mark(end - 1, end);
        Slab {
            top: self.names.address(end),
            mark,
            mark_at,
            lines,
            gap: true,
            ..Slab::default()
        }
    }

    /// Draws the lowest addresses, which no program can map. They show why null pointers fault.
    /// Machines with small address spaces have none, because the processes of textbooks begin at
    /// address 0.
    fn forbidden(&self, end: u64) -> Slab {
        let line = ("forbidden (null pointers)".to_owned(), roughly(end));
        Slab {
            top: self.names.address(end),
            lines: vec![line],
            gap: true,
            ..Slab::default()
        }
    }

    fn more(&self, above: u64, left_out: usize) -> Slab {
        let text = format!("… and {} more areas", thousands(left_out as u64));
        Slab {
            top: self.names.address(above),
            structure: self.view.chain.then(|| chain::omitted(left_out)),
            lines: vec![(text, String::new())],
            gap: true,
            ..Slab::default()
        }
    }

    /// Describes `task_struct` and `mm_struct`.
    fn structures(&self) -> Block {
        let view = self.view;
        let pgd = view.pgd.map_or_else(
            || "none".to_owned(),
            |pgd| {
                format!(
                    "{}, the level-1 page table (in CR3 while {} runs)",
                    self.physical(pgd),
                    view.process.name
                )
            },
        );
        let mut pairs = vec![
            (
                "pgd".to_owned(),
                format!(
                    "{pgd}; all page tables together occupy {}",
                    size(view.table_bytes.into())
                ),
            ),
            (
                "mmap".to_owned(),
                format!(
                    "{} (vm_area_struct), ordered by address",
                    count(view.areas.len() as u64, "area", "areas")
                ),
            ),
            (
                "brk".to_owned(),
                format!(
                    "{}; the heap begins at {}",
                    self.names.address(view.brk.1),
                    self.names.address(view.brk.0)
                ),
            ),
        ];
        pairs.extend(view.pc.map(|pc| ("pc".to_owned(), self.names.address(pc))));
        Block::Pairs {
            title: format!(
                "task_struct of {} (pid {}) → mm → mm_struct",
                view.process.name, view.process.pid
            ),
            pairs,
        }
    }

    fn physical(&self, pa: u64) -> String {
        numbers::pa(&self.view.spec, pa)
    }

    fn list(&self) -> Vec<Block> {
        if self.view.areas.is_empty() {
            return Vec::new();
        }
        let text = |text: String| Cell::word(text);
        let row = |layout: &AreaLayout| {
            let AreaRecord {
                area,
                name,
                backing,
            } = &layout.area;
            let hex = |n: u64| Cell::number(self.names.address(n));
            let number = |n: u64| Cell::number(n.to_string());
            let pages = area.len() >> self.view.spec.page_bits();
            vec![
                hex(area.start),
                hex(area.end),
                text(prot(area.prot)),
                text(flags(area)),
                text(if name.is_empty() {
                    backing.clone()
                } else {
                    format!("{name}, {backing}")
                }),
                number(pages),
                number(layout.resident),
                number(layout.swapped),
            ]
        };
        let rows: Vec<Vec<Cell>> = self.view.areas.iter().take(DRAWN).map(row).collect();
        let columns = ["vm_start", "vm_end", "vm_prot", "vm_flags", "backing"]
            .map(String::from)
            .to_vec();
        let counts = ["pages", "resident", "in swap"].map(String::from).to_vec();
        let mut blocks = vec![Block::Table(Table {
            title: String::new(),
            groups: vec![columns, counts],
            rows,
        })];
        let more = self.view.areas.len().saturating_sub(DRAWN);
        if more > 0 {
            blocks.push(Block::line(format!(
                "… and {} more",
                thousands(more as u64)
            )));
        }
        blocks
    }
}

fn is_heap(record: &AreaRecord) -> bool {
    bare_name(record) == "heap"
}

/// Draws an area of the kernel symbolically, without addresses, as in the lecture.
fn kernel(area: &KernelArea) -> Slab {
    let line = |line: &&str| ((*line).to_owned(), String::new());
    Slab {
        lines: area.lines.iter().map(line).collect(),
        note: format!("kernel, {} for each process", area.processes),
        ..Slab::default()
    }
}

/// Counts the pages of an area: `3 of 33 pages in memory, 1 in swap`.
fn in_memory(layout: &AreaLayout, page: u64) -> String {
    let pages = layout.area.area.len() / page;
    let swapped = if layout.swapped > 0 {
        format!(", {} in swap", layout.swapped)
    } else {
        String::new()
    };
    format!(
        "{} of {} resident{swapped}",
        layout.resident,
        count(pages, "page", "pages")
    )
}

/// Formats a size in the largest unit that fits, with one decimal: `2 MB`, `≈ 127.5 TB`.
fn roughly(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];
    let unit = (bytes.max(1).ilog2() / 10) as usize;
    let one = 1u128 << (10 * unit);
    if u128::from(bytes) % one == 0 {
        return format!("{} {}", u128::from(bytes) / one, UNITS[unit]);
    }
    let tenths = (u128::from(bytes) * 10 + one / 2) / one;
    match tenths % 10 {
        0 => format!("≈ {} {}", tenths / 10, UNITS[unit]),
        tenth => format!("≈ {}.{tenth} {}", tenths / 10, UNITS[unit]),
    }
}
