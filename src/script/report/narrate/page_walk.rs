//! A page walk as a table, with one row per level.

use crate::report::doc::{Block, Cell, Table};
use crate::report::words::numbers::hex;
use crate::run::nouns::size;
use crate::run::record::{WalkLevel, WalkView};
use pagewalk_engine::machine::event::PteKind;

/// Returns the walk as a table and the physical address.
pub(crate) fn blocks(of: &WalkView) -> Vec<Block> {
    let heads = [
        "level",
        "index",
        "bits",
        "entry at",
        "entry",
        "leads to",
        "an entry covers",
    ];
    let row = |level: &WalkLevel| {
        let word = |text: String| Cell { text, word: true };
        let (name, bits, value) = index(of, level);
        vec![
            Cell {
                text: level.level.to_string(),
                word: false,
            },
            word(format!("{name} {value}")),
            word(bits),
            word(
                level
                    .at
                    .map_or_else(|| "-".to_owned(), |at| hex(at, of.spec.physical_bits)),
            ),
            word(entry(of, level)),
            word(target(of, level)),
            word(covers(of, level)),
        ]
    };
    let table = Table {
        title: title(of),
        groups: vec![heads.map(str::to_owned).to_vec()],
        rows: of.levels.iter().map(row).collect(),
    };
    vec![Block::Table(table), Block::line(result(of))]
}

/// Returns the title of a walk.
pub(crate) fn title(of: &WalkView) -> String {
    let whose = if of.of.is_empty() {
        String::new()
    } else {
        format!(" of {}", of.of)
    };
    format!(
        "page walk{whose}: virtual address {}",
        hex(of.va, of.spec.virtual_bits())
    )
}

/// Returns the name of a level's index, the bits of the virtual address that it consists of, and its value.
pub(crate) fn index(of: &WalkView, level: &WalkLevel) -> (String, String, String) {
    let Some(mmu) = &of.spec.mmu else {
        return Default::default();
    };
    let bits = mmu
        .levels
        .get(level.level as usize - 1)
        .copied()
        .unwrap_or(0);
    let name = if mmu.levels.len() > 1 {
        format!("VPN{}", level.level)
    } else {
        "VPN".to_owned()
    };
    let low = mmu.level_page_bits(level.level);
    (
        name,
        format!("{}–{low}", low + bits.max(1) - 1),
        hex(level.index, bits),
    )
}

/// Returns the raw value of an entry, or `-` if the entry was never set or points to a detached table.
pub(crate) fn entry(of: &WalkView, level: &WalkLevel) -> String {
    let bits = of.spec.mmu.as_ref().map_or(0, |mmu| 8 * mmu.pte.bytes);
    level
        .raw
        .map_or_else(|| "-".to_owned(), |raw| hex(raw, bits))
}

/// Returns what an entry leads to.
pub(crate) fn target(of: &WalkView, level: &WalkLevel) -> String {
    let frame = level.ppn.map(|ppn| hex(ppn, of.spec.ppn_bits()));
    match (level.found, frame) {
        (PteKind::Table | PteKind::Page, Some(frame)) => format!("frame {frame}"),
        (PteKind::Table, None) => format!("level-{} table", level.level + 1),
        (PteKind::Page, None) => "page".to_owned(),
        (PteKind::Absent, _) => "not present".to_owned(),
        (PteKind::Reserved, _) => "reserved bit set".to_owned(),
    }
}

/// Returns the size of the region that an entry of this level covers.
pub(crate) fn covers(of: &WalkView, level: &WalkLevel) -> String {
    let bits = of
        .spec
        .mmu
        .as_ref()
        .map_or(0, |mmu| mmu.level_page_bits(level.level));
    size(1u128.checked_shl(bits).unwrap_or(0))
}

/// Returns the result of the walk.
pub(crate) fn result(of: &WalkView) -> String {
    match of.pa {
        Some(pa) => {
            let bits = of.spec.page_bits();
            let offset = of.va & !u64::MAX.checked_shl(bits).unwrap_or(0);
            format!(
                "physical address {} (VPO {})",
                hex(pa, of.spec.physical_bits),
                hex(offset, bits)
            )
        }
        None => "page fault".to_owned(),
    }
}
