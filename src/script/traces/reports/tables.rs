//! Tables of the parts of a machine, and of memory addresses.

use super::amounts::{all, kinds_of, rate};
use super::rows::{nothing, number, table, word, written};
use crate::report::doc::{Block, Cell};
use pagewalk_engine::trace::counts::{
    HotSpot, HotSpots, LevelCounts, Lookups, MissCauses, ReplayCounts,
};

/// The columns that every part has.
const LOOKUPS: &[&str] = &["references", "hits", "misses", "miss rate"];

/// Returns a table of the TLBs and a table of the caches, without the table for parts that the replay does not
/// use.
pub(crate) fn parts(counted: &ReplayCounts) -> Vec<Block> {
    let tlbs = counted
        .spec
        .tlbs
        .iter()
        .map(|tlb| &*tlb.name)
        .zip(&counted.tlbs);
    let caches = counted
        .spec
        .caches
        .iter()
        .map(|cache| &*cache.name)
        .zip(&counted.caches);
    let causes = counted.caches.iter().any(|part| part.causes.is_some());
    let mut blocks = Vec::new();
    if !counted.tlbs.is_empty() {
        let groups = [&["TLB", "kind"][..], LOOKUPS, &["evictions"]];
        let rows = tlbs.flat_map(|(name, part)| rows(name, part, false, false));
        blocks.push(table("", &groups, rows.collect()));
    }
    if !counted.caches.is_empty() {
        let mut groups = vec![
            &["cache", "kind"][..],
            LOOKUPS,
            &["evictions", "write-backs"],
        ];
        if causes {
            groups.push(&["compulsory", "capacity", "conflict"]);
        }
        let rows = caches.flat_map(|(name, part)| rows(name, part, true, causes));
        blocks.push(table("", &groups, rows.collect()));
    }
    blocks
}

/// Returns a row for each kind of lookup that occurred, and a row for their sum, which includes counts
/// without a kind.
fn rows(name: &str, part: &LevelCounts, cache: bool, causes: bool) -> Vec<Vec<Cell>> {
    let kinds = kinds_of(&part.kinds);
    let (_, sum) = kinds[4];
    let asked: Vec<(&str, Lookups)> = kinds[..4]
        .iter()
        .copied()
        .filter(|(_, lookups)| all(*lookups) > 0)
        .collect();
    let last = if let [only] = asked[..] {
        only
    } else {
        ("all", sum)
    };
    let above = if asked.len() > 1 { &asked[..] } else { &[] };
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (kind, lookups) in above.iter().copied().chain([last]) {
        let title = if rows.is_empty() { name } else { "" };
        let mut row = vec![word(title), word(kind)];
        row.extend([
            number(all(lookups)),
            number(lookups.hits),
            number(lookups.misses),
        ]);
        row.push(written(rate(lookups.misses, all(lookups))));
        let whole = rows.len() == above.len();
        row.push(if whole {
            number(part.counts.evictions)
        } else {
            nothing()
        });
        if cache {
            row.push(if whole {
                number(part.counts.writebacks)
            } else {
                nothing()
            });
        }
        if causes {
            row.extend(caused(part.causes.filter(|_| whole)));
        }
        rows.push(row);
    }
    rows
}

fn caused(causes: Option<MissCauses>) -> [Cell; 3] {
    causes.map_or_else(
        || [nothing(), nothing(), nothing()],
        |causes| [causes.compulsory, causes.capacity, causes.conflict].map(number),
    )
}

/// Returns a table of the busiest pages and a table of the busiest instructions, if any.
pub(crate) fn busiest(top: &HotSpots, address_bits: u32) -> Vec<Block> {
    let tables = [
        ("busiest pages", "page", &top.pages),
        ("busiest instructions", "at", &top.code),
    ];
    let some = tables.into_iter().filter(|(_, _, spots)| !spots.is_empty());
    some.map(|(title, name, spots)| {
        let columns = ["references", "misses", "miss rate"];
        let rows = spots
            .iter()
            .map(|spot| hot_spot_cells(spot, address_bits))
            .collect();
        table(title, &[&[name], &columns], rows)
    })
    .collect()
}

fn hot_spot_cells(spot: &HotSpot, address_bits: u32) -> Vec<Cell> {
    let digits = address_bits.div_ceil(4) as usize;
    let address = word(format!("0x{:0digits$X}", spot.address));
    vec![
        address,
        number(spot.references),
        number(spot.misses),
        written(rate(spot.misses, spot.references)),
    ]
}
