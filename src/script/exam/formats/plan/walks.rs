//! Page walks as a figure.

use crate::exam::formats::tree::{Block, Figure, Walk, WalkColumn, flush};
use crate::report::narrate::page_walk::{
    blocks, covers, entry, index, index_value, offset, result, target, title,
};
use crate::report::text::text;
use crate::run::record::WalkView;
use crate::run::steps::Fetched;
use pagewalk_engine::machine::event::PteKind;

/// Returns a walk as a figure. On a paper, the values are missing.
pub(crate) fn figure(of: &WalkView, filled: bool) -> Block {
    let mmu = of.spec.mmu.as_ref();
    let levels = mmu.map_or(0, |mmu| mmu.levels.len());
    let column = |number: u32| {
        let fetched = of.walk.levels.iter().find(|level| level.level == number);
        let fetched = fetched.filter(|_| filled);
        let known = |text: fn(&WalkView, &Fetched) -> String| {
            fetched.map_or_else(String::new, |level| text(of, level))
        };
        let (name, bits) = index(of, number);
        WalkColumn {
            name,
            bits: format!("bits {bits}"),
            value: known(index_value),
            head: format!("level {number}"),
            entry: known(entry),
            target: known(target),
            covers: format!("covers {}", covers(of, number)),
            has_table: !filled || fetched.is_some(),
            leads_on: fetched.is_none_or(|level| level.found == PteKind::Table),
        }
    };
    // A paper has a table for each level and the offset of a base page, because the end of the walk is an answer.
    let leaf = of.walk.leaf().filter(|_| filled);
    let (text, (offset, offset_bits), result) = if filled {
        (flush(&text(&blocks(of), false)), offset(of), result(of))
    } else {
        (
            title(of),
            (String::new(), of.spec.page_bits()),
            String::new(),
        )
    };
    // The machine's widths determine the width of a column, so that it reveals no answer.
    let frame = "frame ".len() + 2 + of.spec.ppn_bits().div_ceil(4) as usize;
    let word = 2 + mmu.map_or(0, |mmu| 2 * mmu.pte.bytes as usize);
    Block::Figure(Figure::Walk(Walk {
        title: title(of),
        text,
        levels,
        columns: (1..=leaf.unwrap_or(levels as u32)).map(column).collect(),
        offset: [
            "VPO".to_owned(),
            format!("bits {}–0", offset_bits.max(1) - 1),
            offset,
        ],
        room: frame.max(word).max("reserved bit set".len()),
        result,
        faults: filled && of.walk.pa().is_none(),
    }))
}
