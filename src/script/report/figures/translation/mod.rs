//! An access from the virtual address to the data: the TLBs, the page walk, the physical address, and the caches.
//! The path of the access is thick.

mod lookup;
mod pen;
mod walk;

use super::address::{self, Boxes};
use crate::report::broken::broken;
use crate::report::scene::{Frame, Line, PartClass, Place, Scene, Stroke, widest};
use crate::report::words::numbers::hex;
use crate::run::nouns::size;
use crate::run::record::{DividedAddress, DividedField, Lookup, Translation};
use lookup::{ROWS, Table, WAYS};
use pen::{BUS, GAP, LEFT, MISS, Pen, Placed, flow, part, stroke};
use walk::Columns;

/// Draws an access in a room of `columns` columns. Boxes that do not fit beside each other are below each other.
pub(crate) fn scene(of: &Translation, columns: u32) -> Scene {
    let whose = of
        .process
        .as_ref()
        .map_or_else(String::new, |name| format!(" in {name}"));
    let mut scene = Scene::new(format!("{}{whose}", of.operation));
    let mut pen = Pen {
        scene: &mut scene,
        of,
        columns,
        steps: 0,
    };
    if of.side_by_side {
        pen.side_by_side();
    } else {
        pen.in_turn();
    }
    // The parts that the access does not use are there from the beginning, and so is the text that a paper prints.
    for shape in &mut scene.shapes {
        shape.step = shape
            .step
            .filter(|_| shape.answer || shape.draws.is_taken());
    }
    describe(&mut scene, of);
    scene
}

impl Pen<'_> {
    /// Draws the translation first, and then the caches.
    fn in_turn(&mut self) {
        let of = self.of;
        let tables: Vec<Table> = of
            .tlbs
            .iter()
            .map(|tlb| Table::new(of, tlb, ROWS))
            .collect();
        let sizes: Vec<Place> = tables.iter().map(Table::size).collect();
        // The line from VPO to PPO is to the right of the TLBs and the walk.
        let placed = flow(
            self.columns.saturating_sub(4),
            address::height(&of.va) + 2,
            &sizes,
        );
        let columns = Columns::new(of);
        let last = placed.last().map(|last| last.frame);
        let wide = last.map_or(0, |last| last.at.0 + MISS + 4 - LEFT);
        let wide = wide.max(columns.all() + 4);
        let ends = placed.iter().map(|tlb| tlb.frame.right());
        let right = ends.max().unwrap_or(0).max(LEFT + wide.max(52)) + 4;
        let room = address::room([(LEFT + 4, &of.va), (LEFT, &of.pa)], right);
        let (va, cpu) = self.virtual_address(&of.va, room);
        self.tlbs(&tables, &placed, &va);

        let top = placed
            .last()
            .map_or(address::height(&of.va) + 2, |last| last.below + 2);
        let area = Frame {
            at: (LEFT, top),
            size: (wide, 0),
        };
        // The first level of the walk continues this step.
        self.step(of.walked, None);
        let x = match last {
            Some(last) => self.miss(last, area, of.walked),
            None => self.fields(&va, area, None, of.walked),
        };
        let name = if of.walk.len() > 1 {
            "page walk from CR3"
        } else {
            "page table"
        };
        self.scene.head((x + 2, top - 1), name);
        let walk = self.walk(area.at, wide, &columns);

        let x = LEFT + 2 + columns.index + 1;
        let y = self.result((x + 3, walk.bottom() + 1), va.right - 7 - x);
        let pa = self.physical_address((x, y), room, walk.bottom(), &placed);
        let x = va.right - 2;
        let points = [(x, va.bottom_at(x)), (x, pa.top - 1)];
        self.scene.arrow(&points, stroke(of.pa.value.is_some()));
        self.caches(&pa, y + 1 + address::height(&of.pa), cpu);
    }

    /// Draws the physical address, and the lines to it from the TLBs and from the walk, which ends at `walk`.
    fn physical_address(
        &mut self,
        (x, y): Place,
        widths: (u32, u32),
        walk: u32,
        tlbs: &[Placed],
    ) -> Boxes {
        let of = self.of;
        let done = of.pa.value.is_some();
        self.step(done, None);
        self.scene.head((x + 2, y), "physical address");
        let pa = address::draw(self.scene, (LEFT, y + 1), widths, &of.pa);
        let points = [(x, walk), (x, pa.top - 1)];
        self.scene.arrow(&points, stroke(of.walked && done));
        self.hits(tlbs, pa.top + 1);
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

    /// Draws the lines from the TLBs that hit to the physical address.
    fn hits(&mut self, tlbs: &[Placed], y: u32) {
        for (placed, tlb) in tlbs.iter().zip(&self.of.tlbs) {
            let used = tlb.hit == Some(true);
            self.leave(*placed, "hit", &[(BUS, y), (LEFT - 1, y)], used);
        }
    }

    /// Writes the fault or the size of a huge page, if any, and returns the row below the text. The room is the same in all
    /// editions.
    fn result(&mut self, at: Place, room: u32) -> u32 {
        if self.of.fault.is_some() {
            self.step(true, None);
        }
        let page = self.of.page_bytes.map(|page| size(page.into()));
        let page = page.map(|page| format!("a page of {page}"));
        let mut text = self.of.fault.clone().or(page).unwrap_or_default();
        if self.of.handled {
            text.push_str("; the kernel handles the fault, and the instruction runs again");
        }
        let lines: Vec<String> = broken(&text, room as usize, 0)
            .lines()
            .map(str::to_owned)
            .collect();
        let rows = lines.len().max(3) as u32;
        for (row, line) in lines.into_iter().enumerate() {
            self.scene.answer((at.0, at.1 + row as u32), line);
        }
        at.1 + rows
    }

    /// Draws the caches and main memory.
    fn caches(&mut self, pa: &Boxes, below: u32, cpu: u32) {
        let of = self.of;
        let Some(reached) = of.memory else { return };
        let tables: Vec<Table> = of
            .caches
            .iter()
            .map(|own| Table::new(of, own, ROWS))
            .collect();
        let memory = [Line::head("main memory")];
        let mut sizes: Vec<Place> = tables.iter().map(Table::size).collect();
        sizes.push((widest(&memory) + 4, 3));
        let placed = flow(self.columns, below + 1, &sizes);
        let done = of.pa.value.is_some();
        for (at, own) in placed.iter().enumerate() {
            let lookup = of.caches.get(at);
            let used = lookup.map_or(reached, |cache| done && cache.hit.is_some());
            if let (Some(table), Some(cache)) = (tables.get(at), lookup) {
                self.step(used, part(PartClass::Cache, &cache.name));
                table.draw(self.scene, own.frame.at, stroke(used), true);
            } else {
                self.step(used, part(PartClass::Memory, "memory"));
                self.scene.boxed(own.frame.at, 0, &memory, stroke(used));
            }
            if at == 0 {
                self.fields(pa, own.frame, of.pa.rows.get(1), used);
            } else {
                self.miss(placed[at - 1].frame, own.frame, used);
            }
        }
        self.step(done, None);
        for (at, own) in placed.iter().enumerate() {
            let lookup = of.caches.get(at);
            let supplies = lookup.map_or(reached, |cache| done && cache.hit == Some(true));
            // A store that misses first fills a line of the first cache.
            let misses = of.stores && reached && !of.caches.is_empty();
            let supplies = if misses { at == 0 } else { supplies };
            let word = if lookup.is_some() { "hit" } else { "" };
            self.data(*own, word, cpu, supplies);
        }
        let below = placed.last().map_or(below, |last| last.below);
        self.bytes((LEFT, below + 1));
    }

    /// Writes the bytes that were read or written.
    fn bytes(&mut self, at: Place) {
        const BYTES: usize = 16;
        let byte =
            |byte: &Option<u8>| byte.map_or_else(|| "??".to_owned(), |byte| format!("{byte:02X}"));
        let bytes: Vec<String> = self.of.data.iter().take(BYTES).map(byte).collect();
        let more = if self.of.data.len() > BYTES {
            " …"
        } else {
            ""
        };
        let known = self.of.data.iter().any(Option::is_some) || self.of.data.is_empty();
        let data = match self.of.memory {
            _ if known => format!("{}{more}{}", bytes.join(" "), self.supplied()),
            Some(true) => "unknown (from memory)".to_owned(),
            _ => "unknown".to_owned(),
        };
        self.scene.write(at, "data");
        self.scene.answer((at.0 + 5, at.1), data);
    }

    /// Returns the part that supplied the bytes of a load, if the figure shows memory.
    fn supplied(&self) -> String {
        let of = self.of;
        let hit = of.caches.iter().find(|cache| cache.hit == Some(true));
        match hit
            .map(|cache| &*cache.name)
            .or((of.memory == Some(true)).then_some("main memory"))
        {
            Some(part) if !of.stores => format!(" from {part}"),
            _ => String::new(),
        }
    }

    /// Draws the lookup of the first cache beside that of the TLB.
    fn side_by_side(&mut self) {
        let of = self.of;
        let cache = &of.caches[0];
        let tables: Vec<Table> = of
            .tlbs
            .iter()
            .map(|tlb| Table::new(of, tlb, WAYS))
            .collect();
        let stored = Table::new(of, cache, WAYS);
        let sizes: Vec<Place> = tables.iter().map(Table::size).collect();
        let widest = sizes.iter().map(|size| size.0).max().unwrap_or(0).max(28);
        let cache_at = LEFT + widest + GAP + 2;
        // The index and the offset are the same in both addresses, unless the index has bits of the VPN.
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
        let same = !fields.is_empty();
        match va.rows.get_mut(1) {
            _ if !same => {}
            Some(row) => row.extend(fields),
            None => va.rows.push(fields),
        }
        let right = cache_at + stored.size().0 - 1;
        let room = address::room([(LEFT + 4, &va), (LEFT, &of.pa)], right);
        let (boxes, cpu) = self.virtual_address(&va, room);
        let top = address::height(&va) + 3;
        // No room beside each other: the TLBs are in the left column.
        let placed = flow(0, top, &sizes);
        self.tlbs(&tables, &placed, &boxes);

        // The set is looked up together with the first TLB.
        let looked_up = cache.hit.is_some();
        self.scene.step(Some(2));
        self.scene.part(part(PartClass::Cache, &cache.name));
        stored.draw(self.scene, (cache_at, top), stroke(looked_up), false);
        let frame = Frame {
            at: (cache_at, top),
            size: stored.size(),
        };
        let x = boxes.middle("CI").clamp(cache_at + 2, frame.right() - 2);
        let points = [(x, boxes.bottom_at(x)), (x, top - 1)];
        self.scene.arrow(&points, stroke(looked_up));
        let words = if same {
            "does not change"
        } else {
            "virtual address"
        };
        self.scene.write((x + 2, top - 1), words);

        // The page number comes from the TLB, or from the page walk.
        self.step(of.walked, None);
        let levels = of.walk.len().to_string();
        let walk = [Line::head("page walk"), Line::labeled("levels ", levels)];
        let last = placed.last();
        let below = last.map_or(top, |last| last.below + 2);
        let walk = self
            .scene
            .boxed((LEFT, below), 16, &walk, stroke(of.walked));
        let x = match last {
            Some(last) => self.miss(last.frame, walk, of.walked),
            None => self.fields(&boxes, walk, None, of.walked),
        };
        let y = walk.bottom().max(frame.bottom()) + 1;
        let y = self.result((x + 3, y), room.0 - x - 4);
        let pa = self.physical_address((x, y), room, walk.bottom(), &placed);

        let done = of.pa.value.is_some();
        let hit = cache.hit == Some(true);
        let known = |tag| hex(tag, cache.tag_bits);
        let found = match (done, hit) {
            (false, _) => "",
            (true, true) => "holds it: hit",
            (true, false) => "lacks it: miss",
        };
        let compare = [
            Line::head("compare the tags"),
            Line::labeled("CT ", cache.tag.map_or_else(String::new, known)),
            Line::labeled("set ", found),
        ];
        let used = stroke(done && looked_up);
        self.step(done && looked_up, part(PartClass::Cache, &cache.name));
        let at = (LEFT, y + 2 + address::height(&of.pa));
        let compare = self.scene.boxed(at, 20, &compare, used);
        let points = [(x, pa.bottom_at(x)), (x, at.1 - 1)];
        self.scene.arrow(&points, used);
        // The lines of the set go around the physical address.
        let x = pa.right.max(frame.right()) + 2;
        let points = [
            (frame.right(), frame.center()),
            (x, frame.center()),
            (x, compare.center()),
            (compare.right() + 1, compare.center()),
        ];
        self.scene.arrow(&points, stroke(looked_up));
        let below = compare.bottom() + 2;
        let of_compare = Placed {
            frame: compare,
            below,
        };
        self.step(done, None);
        self.data(of_compare, "hit", cpu, hit && done);
        self.bytes((LEFT, below + 1));
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
    scene.say(
        format!(
            "The path through {}{}-level page tables.",
            parts,
            of.walk.len()
        ),
        false,
    );
    for tlb in &of.tlbs {
        scene.say(outcome(tlb), true);
    }
    if of.walked {
        scene.say("The MMU walks the page tables.", true);
    }
    if let Some(fault) = &of.fault {
        scene.say(format!("The access causes a {fault}."), true);
    }
    if let Some(pa) = of.pa.value {
        scene.say(
            format!("The physical address is {}.", hex(pa, of.pa.bits)),
            true,
        );
    }
    for cache in &of.caches {
        scene.say(outcome(cache), true);
    }
}
