//! An access from the virtual address to the data: the TLBs, the page walk, the physical address, and the caches.
//! The path of the access is thick.

mod exception;
mod lookup;
mod memory;
mod pen;
mod walk;

use super::address::{self, Boxes};
use crate::report::scene::{Frame, Line, PartClass, Place, Scene, Stroke, width};
use crate::report::words::numbers::hex;
use crate::run::record::{DividedAddress, DividedField, Lookup, Translation};
use exception::BOX;
use lookup::Table;
use pen::{BUS, LEFT, MISS, Pen, Placed, flow, part, stroke};
use walk::Columns;

/// The room of the TLBs in such a figure.
const TLBS: u32 = 104;
/// The columns from the virtual to the physical address in such a figure, and to the lines between them: the one to the
/// physical address, and the one from the caches.
const BETWEEN: u32 = 9;
const LINES: [u32; 2] = [3, 5];
/// The heading of the physical address, before its number.
const PHYSICAL: &str = "physical address ";

/// Draws an access in a room of `columns` columns. Boxes that do not fit beside each other are below each other.
pub(crate) fn scene(of: &Translation, columns: u32) -> Scene {
    let whose = of
        .process
        .as_ref()
        .map_or_else(String::new, |name| format!(" in {name}"));
    let mut scene = Scene::new(format!("{}{whose}", of.operation));
    let pen = Pen {
        scene: &mut scene,
        of,
        columns,
        steps: 0,
    };
    pen.draw();
    // The parts that the access does not use are there from the beginning, and so is the text that a paper prints.
    for shape in &mut scene.shapes {
        shape.step = shape
            .step
            .filter(|_| shape.answer || shape.draws.is_taken());
    }
    describe(&mut scene, of);
    scene
}

/// The virtual and the physical address.
struct Addresses {
    va: Boxes,
    pa: Boxes,
    /// The row below the CPU.
    cpu: u32,
    /// The first row below the physical address and its lines.
    below: u32,
    /// The first row below the translation.
    end: u32,
}

impl Pen<'_> {
    fn draw(mut self) {
        let of = self.of;
        let tables: Vec<Table> = of.tlbs.iter().map(|tlb| self.table(tlb)).collect();
        let sizes: Vec<Place> = tables.iter().map(Table::size).collect();
        let va = self.virtual_fields();
        let top = address::height(&va) + 2;
        let limit = if self.is_wide() { TLBS } else { self.columns };
        let mut placed = flow((LEFT, top), limit - 4, &sizes);
        if self.is_wide() {
            // The first TLB is next to the physical address, so that no line crosses the one to the page walk.
            let end = placed.iter().map(|tlb| tlb.frame.right()).max();
            for tlb in &mut placed {
                tlb.frame.at.0 = LEFT + end.unwrap_or(0) - tlb.frame.right();
            }
        }
        let columns = Columns::new(of);
        let last = placed.last().copied();
        let wide = last.map_or(0, |last| last.frame.at.0 + MISS + 4 - LEFT);
        let wide = wide.max(columns.all() + 4);
        // The page number is below the entries, and the line from VPO to PPO is to the right of all texts.
        let x = LEFT + 2 + columns.index + 1;
        let heading = x + 2 + width(PHYSICAL) + 2 + of.pa.bits.div_ceil(4);
        let ends = placed.iter().map(|tlb| tlb.frame.right());
        let beside = (BOX.iter().copied()).find(|size| LEFT + wide + size.0 + 9 <= limit);
        let right = ends.max().unwrap_or(0).max(LEFT + wide.max(52));
        let right = right
            .max(heading)
            .max(beside.map_or(0, |size| LEFT + wide + size.0 + 4))
            + 4;
        let own = (LEFT + 4, &va);
        let other = if self.is_wide() { own } else { (LEFT, &of.pa) };
        let room = address::room([own, other], right);
        let (boxes, cpu) = self.virtual_address(&va, room);
        self.tlbs(&tables, &placed, &boxes);

        // The lines of the TLBs lead away from the heading, or are above it.
        let top = last.map_or(top, |last| last.below + 1 + u32::from(self.is_wide()));
        let area = Frame {
            at: (LEFT, top),
            size: (wide, 0),
        };
        // The first level of the walk continues this step.
        self.step(of.walked, None);
        let entrance = match last {
            Some(last) => self.miss(last.frame, area, of.walked),
            None => self.fields(&boxes, area, None, of.walked),
        };
        let name = if of.walk.len() > 1 {
            "page walk from CR3"
        } else {
            "page table at CR3"
        };
        self.scene.head((entrance + 2, top - 1), name);
        let walk = self.walk(area.at, wide, &columns);

        let handler = self.exception(walk, (x + 6, boxes.right - 4), beside);
        let end = handler.bottom().max(walk.bottom() + 1) + 1;
        let pa = self.physical_address((x, end), room, &boxes);
        let addresses = Addresses {
            below: pa.top - 1 + address::height(&of.pa),
            va: boxes,
            pa,
            cpu,
            end,
        };
        self.page_number([walk, handler], x, &placed, &addresses);
        self.memory(&addresses);
    }

    /// Draws the lines to the page number in the physical address: from the walk, whose page numbers are in column `x`, from
    /// the handler of a fault, and from the TLBs. They end in the same arrow.
    fn page_number(
        &mut self,
        [walk, handler]: [Frame; 2],
        x: u32,
        tlbs: &[Placed],
        to: &Addresses,
    ) {
        let (of, end) = (self.of, to.end);
        let entrance = (to.pa.left - 1, to.pa.top + 1);
        let (bus, arrow) = if self.is_wide() {
            let bus = to.va.right + LINES[0];
            (bus, vec![(x, end), (bus, end), (bus, entrance.1), entrance])
        } else {
            (BUS, vec![(x, end), (x, to.pa.top - 1)])
        };
        let is_used = of.walked && of.pa.value.is_some() && !of.handled;
        let points = [&[(x, walk.bottom())], &*arrow].concat();
        self.scene.arrow(&points, stroke(is_used));
        if of.handled {
            let (left, y) = (handler.at.0, handler.center());
            let from = if handler.at.1 == walk.at.1 {
                [(left + 4, handler.bottom()), (left + 4, end)]
            } else {
                [(left, y), (x, y)]
            };
            // In a wide figure, the line leads to the right.
            let arrow = &arrow[usize::from(self.is_wide())..];
            self.scene
                .answer_arrow(&[&from, arrow].concat(), Stroke::Taken);
        }
        for (placed, tlb) in tlbs.iter().zip(&of.tlbs) {
            let used = tlb.hit == Some(true) && of.fault.is_none();
            self.leave(*placed, "hit", &[(bus, entrance.1), entrance], used);
        }
    }

    /// Returns the fields of the virtual address. Those of a cache that is looked up during the translation are the same in
    /// both addresses, unless its index has bits of the VPN.
    fn virtual_fields(&self) -> DividedAddress {
        let of = self.of;
        let mut va = of.va.clone();
        let bits = |field: &DividedField| {
            !u64::MAX
                .checked_shl(field.high + 1 - field.low)
                .unwrap_or(0)
        };
        let of_virtual = |field: &DividedField| DividedField {
            value: of.va.value.map(|va| va >> field.low & bits(field)),
            ..field.clone()
        };
        let is_same = |field: &&DividedField| ["CI", "CO"].contains(&&*field.name);
        let fields = of.pa.rows.iter().flatten().filter(is_same);
        let fields: Vec<DividedField> = fields.map(of_virtual).collect();
        match va.rows.get_mut(1) {
            _ if !of.side_by_side || fields.is_empty() => {}
            Some(row) => row.extend(fields),
            None => va.rows.push(fields),
        }
        va
    }

    /// Draws the physical address below the translation or beside it, and the line from VPO to PPO.
    fn physical_address(&mut self, (x, y): Place, room: (u32, u32), va: &Boxes) -> Boxes {
        let of = self.of;
        let done = of.pa.value.is_some();
        self.step(done, None);
        let (at, heading, room) = if self.is_wide() {
            // The line from VPO is above the heading.
            let at = (va.right + BETWEEN, va.top + 3);
            let own = (at.0, &of.pa);
            let room = address::room([own, own], at.0 + self.caches_width().max(44));
            (at, at.0 + 2, room)
        } else {
            ((LEFT, y + 2), x + 2, room)
        };
        self.scene.head((heading, at.1 - 1), PHYSICAL.trim_end());
        let number = of
            .pa
            .value
            .map_or_else(String::new, |pa| hex(pa, of.pa.bits));
        self.scene
            .answer((heading + width(PHYSICAL), at.1 - 1), number);
        let pa = address::draw(self.scene, at, room, &of.pa);
        let points = if self.is_wide() {
            let (x, y) = (pa.right - 2, va.top + 1);
            vec![(va.right, y), (x, y), (x, pa.top - 1)]
        } else {
            let x = va.right - 2;
            vec![(x, va.bottom_at(x)), (x, pa.top - 1)]
        };
        self.scene.arrow(&points, stroke(done));
        pa
    }

    /// Draws the CPU and the virtual address that it sends, and returns the row below the CPU.
    fn virtual_address(&mut self, of: &DividedAddress, widths: (u32, u32)) -> (Boxes, u32) {
        self.step(true, None);
        self.scene.head((LEFT + 4, 0), "virtual address");
        let va = address::draw(self.scene, (LEFT + 4, 1), widths, of);
        self.scene.part(part(PartClass::Cpu, "CPU"));
        let cpu = [Line::head("CPU")];
        let cpu = self.scene.boxed((0, va.top), 0, &cpu, Stroke::Taken);
        let y = cpu.center();
        let points = [(cpu.right(), y), (LEFT + 3, y)];
        self.scene.arrow(&points, Stroke::Taken);
        (va, cpu.bottom() + 1)
    }

    /// Draws the TLBs, and the arrows to them.
    fn tlbs(&mut self, tables: &[Table], placed: &[Placed], va: &Boxes) {
        let of = self.of;
        let mut above: Option<Frame> = None;
        for ((table, placed), tlb) in tables.iter().zip(placed).zip(&of.tlbs) {
            let used = tlb.hit.is_some();
            self.step(used, part(PartClass::Tlb, &tlb.name));
            table.draw(self.scene, placed.frame.at, stroke(used), true);
            if let Some(above) = above {
                self.miss(above, placed.frame, used);
            } else {
                self.fields(va, placed.frame, of.va.rows.get(1), used);
            }
            above = Some(placed.frame);
        }
    }
}

fn describe(scene: &mut Scene, of: &Translation) {
    let outcome = |lookup: &Lookup| {
        let (name, set) = (&lookup.name, lookup.set.unwrap_or_default());
        match lookup.hit {
            Some(true) => format!("{name} hits in set {set}."),
            Some(false) => format!("{name} misses in set {set}."),
            None => format!("{name} is not looked up."),
        }
    };
    let parts = of.tlbs.iter().chain(&of.caches);
    let parts: String = parts.flat_map(|part| [&*part.name, ", "]).collect();
    scene.say(format!(
        "The path through {}{}-level page tables.",
        parts,
        of.walk.len()
    ));
    for tlb in &of.tlbs {
        scene.say_answer(outcome(tlb));
    }
    if of.walked {
        scene.say_answer("The MMU walks the page tables.");
    }
    if let Some(fault) = &of.fault {
        scene.say_answer(format!("The access causes a {fault}."));
    }
    if let Some(pa) = of.pa.value {
        scene.say_answer(format!("The physical address is {}.", hex(pa, of.pa.bits)));
    }
    for cache in &of.caches {
        scene.say_answer(outcome(cache));
    }
}
