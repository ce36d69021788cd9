//! The entries of a page walk.

use crate::report::words::numbers;
use crate::run::messages::Fetched;
use crate::run::nouns::size;
use pagewalk_engine::machine::event::PteKind;
use pagewalk_engine::machine::spec::{Mmu, Spec};

/// Describes an entry that the MMU receives. `raw` is the printed value.
pub(crate) fn entry(spec: &Spec, mmu: &Mmu, entry: Fetched, raw: Option<u64>) -> String {
    let raw = raw
        .map(|raw| format!("PTE {}: ", numbers::hex(raw, 8 * mmu.pte.bytes)))
        .unwrap_or_default();
    let ppn = entry
        .value
        .map(|raw| numbers::hex(mmu.pte.decode(raw).ppn, spec.ppn_bits()));
    let what = match (entry.found, ppn) {
        (PteKind::Absent, _) => "not present (P = 0)".to_owned(),
        (PteKind::Reserved, _) => "present, with a reserved bit set".to_owned(),
        (PteKind::Table, Some(ppn)) => {
            format!(
                "present; the level-{} table is in frame {ppn}",
                entry.level + 1
            )
        }
        (PteKind::Table, None) => format!("the level-{} table", entry.level + 1),
        (PteKind::Page, ppn) => {
            let ppn = ppn.map_or_else(String::new, |ppn| format!(", PPN {ppn}"));
            let huge = if (entry.level as usize) < mmu.levels.len() {
                format!(
                    ", a huge page of {}",
                    size(1 << mmu.level_page_bits(entry.level))
                )
            } else {
                String::new()
            };
            format!("present (P = 1){ppn}{huge}")
        }
    };
    format!("{raw}{what}")
}
