//! Implements `show stats`: the counters of every TLB and cache.

use crate::lang::value::{Number, Value};
use crate::run::table::{Cell, Rows, TableId};
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::cache::Counts;

/// Returns a table of counters, one row per TLB or cache.
pub(crate) fn table(machine: &Machine) -> Rows {
    let spec = machine.spec();
    let tlbs = spec
        .tlbs
        .iter()
        .enumerate()
        .map(|(at, tlb)| row(&tlb.name, machine.tlb_counts(at)));
    let caches = spec
        .caches
        .iter()
        .enumerate()
        .map(|(at, cache)| row(&cache.name, machine.cache_counts(at)));
    let names = [
        "part",
        "hits",
        "misses",
        "miss rate",
        "evictions",
        "writebacks",
        "walk hits",
        "walk misses",
    ];
    let title = if spec.cores > 1 {
        format!("stats of core {}", machine.core())
    } else {
        "stats".to_owned()
    };
    Rows {
        id: TableId::Stats,
        title,
        groups: vec![names.map(String::from).to_vec()],
        rows: tlbs.chain(caches).collect(),
        marks: None,
    }
}

fn row(name: &str, stats: Counts) -> Vec<Cell> {
    let all = i128::from(stats.hits) + i128::from(stats.misses);
    let rate = Number::fraction(i128::from(stats.misses), all.max(1))
        .map_or_else(|_| String::new(), |rate| Value::from(rate).to_string());
    vec![
        Cell::Text(name.to_owned()),
        Cell::Number(stats.hits),
        Cell::Number(stats.misses),
        if all == 0 {
            Cell::Nothing
        } else {
            Cell::Text(rate)
        },
        Cell::Number(stats.evictions),
        Cell::Number(stats.writebacks),
        Cell::Number(stats.walk_hits),
        Cell::Number(stats.walk_misses),
    ]
}
