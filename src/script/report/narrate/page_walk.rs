//! A page walk as a table, with one row per level.

use crate::report::doc::{Block, Cell, Table};
use crate::report::words::numbers::hex;
use crate::run::nouns::size;
use crate::run::record::WalkView;
use crate::run::steps::Fetched;
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
    let row = |level: &Fetched| {
        let word = |text: String| Cell::word(text);
        let (name, bits) = index(of, level.level);
        let value = index_value(of, level.level);
        vec![
            Cell::number(level.level.to_string()),
            word(format!("{name} {value}")),
            word(bits),
            word(
                level
                    .at
                    .map_or_else(|| "-".to_owned(), |at| hex(at.raw(), of.spec.physical_bits)),
            ),
            word(entry(of, level)),
            word(target(of, level)),
            word(covers(of, level.level)),
        ]
    };
    let table = Table {
        title: title(of),
        groups: vec![heads.map(str::to_owned).to_vec()],
        rows: of.walk.levels.iter().map(row).collect(),
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
        hex(of.walk.va.raw(), of.spec.virtual_bits())
    )
}

/// Returns the number of bits that index the table of a level.
pub(crate) fn index_bits(of: &WalkView, level: u32) -> u32 {
    let mmu = of.spec.mmu.as_ref();
    let bits = mmu.and_then(|mmu| mmu.levels.get(level as usize - 1));
    bits.copied().unwrap_or(0)
}

/// Returns the name of a level's index, and the bits of the virtual address that it consists of.
pub(crate) fn index(of: &WalkView, level: u32) -> (String, String) {
    let Some(mmu) = &of.spec.mmu else {
        return Default::default();
    };
    let name = if mmu.levels.len() > 1 {
        format!("VPN{level}")
    } else {
        "VPN".to_owned()
    };
    let low = mmu.level_page_bits(level);
    let high = low + index_bits(of, level).max(1) - 1;
    (name, format!("{high}–{low}"))
}

/// Returns the value of a level's index, which the walk may not reach.
pub(crate) fn index_value(of: &WalkView, level: u32) -> String {
    let (mmu, bits) = (of.spec.mmu.as_ref(), index_bits(of, level));
    let low = mmu.map_or(0, |mmu| mmu.level_page_bits(level));
    let index = of.walk.va.raw().checked_shr(low).unwrap_or(0);
    hex(index & !u64::MAX.checked_shl(bits).unwrap_or(0), bits)
}

/// Returns the page offset of the virtual address, and its width in bits.
pub(crate) fn offset(of: &WalkView) -> (String, u32) {
    let bits = of.walk.page_bits(&of.spec);
    let offset = of.walk.va.raw() & !u64::MAX.checked_shl(bits).unwrap_or(0);
    (hex(offset, bits), bits)
}

/// Returns the raw value of an entry, or `-` if the entry was never set or points to a detached table.
pub(crate) fn entry(of: &WalkView, level: &Fetched) -> String {
    let bits = of.spec.mmu.as_ref().map_or(0, |mmu| 8 * mmu.pte.bytes);
    level
        .raw
        .map_or_else(|| "-".to_owned(), |raw| hex(raw, bits))
}

/// Returns what an entry leads to.
pub(crate) fn target(of: &WalkView, level: &Fetched) -> String {
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
pub(crate) fn covers(of: &WalkView, level: u32) -> String {
    let bits = of
        .spec
        .mmu
        .as_ref()
        .map_or(0, |mmu| mmu.level_page_bits(level));
    size(1u128.checked_shl(bits).unwrap_or(0))
}

/// Returns the result of the walk.
pub(crate) fn result(of: &WalkView) -> String {
    match of.walk.pa() {
        Some(pa) => format!(
            "physical address {} (VPO {})",
            hex(pa.raw(), of.spec.physical_bits),
            offset(of).0
        ),
        None => "page fault".to_owned(),
    }
}
