//! Page walks as a figure.

use crate::exam::formats::tree::{Block, Figure, Walk, WalkColumn, flush};
use crate::report::narrate::hex;
use crate::report::narrate::page_walk::{blocks, covers, entry, index, result, target, title};
use crate::report::text::text;
use crate::run::record::{WalkLevel, WalkView};
use pagewalk_engine::machine::event::PteKind;

/// Returns a walk as a figure. On a paper, the values are missing.
pub(crate) fn figure(of: &WalkView, filled: bool) -> Block {
    let value = |text: String| if filled { text } else { String::new() };
    let column = |number: u32| {
        let reached = of.levels.iter().find(|level| level.level == number);
        // A walk that ends early still has a column for each level, because the number of levels would be an answer.
        let blank = WalkLevel {
            level: number,
            index: 0,
            at: None,
            raw: None,
            ppn: None,
            found: PteKind::Table,
        };
        let level = reached.unwrap_or(&blank);
        let (name, bits, index) = index(of, level);
        let known = |text: String| {
            if reached.is_some() {
                value(text)
            } else {
                String::new()
            }
        };
        WalkColumn {
            name,
            bits: format!("bits {bits}"),
            value: known(index),
            head: format!("level {number}"),
            entry: known(entry(of, level)),
            target: known(target(of, level)),
            covers: format!("covers {}", covers(of, level)),
            leads_on: level.found == PteKind::Table,
        }
    };
    let count = of
        .spec
        .mmu
        .as_ref()
        .map_or(0, |mmu| mmu.levels.len() as u32);
    // The machine's widths determine the width of a column, so that it reveals no answer.
    let frame = "frame ".len() + 2 + of.spec.ppn_bits().div_ceil(4) as usize;
    let word = 2 + of
        .spec
        .mmu
        .as_ref()
        .map_or(0, |mmu| 2 * mmu.pte.bytes as usize);
    let text = if filled {
        flush(&text(&blocks(of), false))
    } else {
        title(of)
    };
    Block::Figure(Figure::Walk(Walk {
        title: title(of),
        text,
        columns: (1..=count).map(column).collect(),
        offset: [
            "VPO".to_owned(),
            format!("bits {}–0", of.spec.page_bits().max(1) - 1),
            value(hex(
                of.va & !u64::MAX.checked_shl(of.spec.page_bits()).unwrap_or(0),
                of.spec.page_bits(),
            )),
        ],
        room: frame.max(word).max("reserved bit set".len()),
        result: value(result(of)),
    }))
}
