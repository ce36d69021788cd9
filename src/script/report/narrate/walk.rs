//! The steps of a page walk.

use super::notes;
use super::parts;
use super::sequence::{Fetched, Sequence};
use crate::run::nouns::size;
use pagewalk_engine::machine::event::{AccessKind, PteKind};
use pagewalk_engine::machine::pte::Bit;

impl Sequence<'_> {
    /// Adds the step in which the MMU requests an entry.
    pub(crate) fn ask(&mut self, entry: Fetched) {
        let Some(mmu) = &self.access.spec.mmu else { return };
        let spec = &self.access.spec;
        let several = mmu.levels.len() > 1;
        let (level, bits) = (entry.level, mmu.levels.get(entry.level as usize - 1).copied().unwrap_or(1));
        let part = if several {
            format!("VPN{level} {}", parts::hex(entry.index, bits))
        } else {
            format!("VPN {}", parts::hex(entry.index, bits))
        };
        let what = match entry.address {
            Some(address) => {
                let base = match level {
                    // A paper may be about a processor other than x86.
                    1 if self.on_paper() && !parts::is_x86(spec) => "base of the root page table".to_owned(),
                    1 => "CR3".to_owned(),
                    _ => format!("level-{level} table base"),
                };
                let size = mmu.pte.bytes;
                format!("PTE address {} = {base} + {part} × {size}", parts::pa(spec, address.raw()))
            }
            None if several => format!("fetches {} for {part}", notes::entry(spec, level)),
            None => format!("fetches the page-table entry for {part}"),
        };
        let cached = mmu.walk_cached && entry.address.is_some();
        let first = spec.first_cache(AccessKind::Read).filter(|_| cached);
        let to = first.map_or("memory", |first| parts::cache_name(spec, first as u32)).to_owned();
        self.push(format!("MMU → {to}"), what);
        self.begin_asking();
    }

    /// Adds the step in which the MMU receives an entry.
    pub(crate) fn answer(&mut self, entry: Fetched) {
        let Some(mmu) = &self.access.spec.mmu else { return };
        let raw = entry
            .value
            .filter(|_| !self.on_paper() || entry.address.is_some())
            .map(|raw| format!("PTE {}: ", parts::hex(raw, 8 * mmu.pte.bytes)))
            .unwrap_or_default();
        let ppn = entry.value.map(|raw| parts::hex(mmu.pte.decode(raw).ppn, self.access.spec.ppn_bits()));
        let what = match (entry.found, ppn) {
            (PteKind::Absent, _) => "not present (P = 0)".to_owned(),
            (PteKind::Reserved, _) => "present, with a reserved bit set".to_owned(),
            (PteKind::Table, Some(ppn)) => {
                format!("present; the level-{} table is in frame {ppn}", entry.level + 1)
            }
            (PteKind::Table, None) => format!("the level-{} table", entry.level + 1),
            (PteKind::Page, ppn) => {
                let ppn = ppn.map_or_else(String::new, |ppn| format!(", PPN {ppn}"));
                let huge = (entry.level as usize) < mmu.levels.len();
                let huge = if huge {
                    format!(", a huge page of {}", size(1 << mmu.level_page_bits(entry.level)))
                } else {
                    String::new()
                };
                format!("present (P = 1){ppn}{huge}")
            }
        };
        self.fetched.push(entry);
        self.push(format!("{} → MMU", self.source), format!("{raw}{what}"));
    }

    /// Adds the step in which the walk sets A, D, or both.
    pub fn mark(&mut self, level: u32, dirty: bool) {
        let Some(mmu) = &self.access.spec.mmu else { return };
        let raw = self.fetched.iter().rev().find(|entry| entry.level == level).and_then(|entry| entry.value);
        let had_a = raw.is_some_and(|raw| {
            mmu.pte.bit_position(Bit::A).is_none() || mmu.pte.decode(raw).flags.has(Bit::A)
        });
        let bits = match (dirty, had_a) {
            (true, true) => "the dirty bit D",
            (true, false) => "the accessed bit A and the dirty bit D",
            (false, _) => "the accessed bit A",
        };
        let who = "MMU → memory";
        match self.marked {
            Some((first, same)) if same == bits && first < level => {
                self.steps.pop();
                self.push(who, format!("sets {bits} in the entries at levels {first} to {level}"));
                self.marked = Some((first, bits));
            }
            _ => {
                self.push(who, format!("sets {bits} in {}", notes::entry(&self.access.spec, level)));
                self.marked = Some((level, bits));
            }
        }
    }
}
