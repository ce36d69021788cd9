//! The `cache` noun: the column `idx`, followed by a group `tag v [d] b0 b1 …` for each way.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::table::{Cell, InvalidEntries, Layout, TableId, WrittenCell, WrittenRow, digits};
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::{SetIndex, Tag};
use pagewalk_engine::machine::contents::CacheLine;
use pagewalk_engine::machine::spec::{CacheSpec, WritePolicy};

use super::sets;

fn spec(machine: &Machine, level: usize) -> &CacheSpec {
    &machine.spec().caches[level]
}

/// Returns the permitted columns and rows of cache tables.
pub(crate) fn layout(machine: &Machine, level: usize) -> Layout {
    let cache = spec(machine, level);
    let bytes = (0..1u64 << cache.block_bits).map(|n| format!("b{n}"));
    let columns = ["tag", "v", "d"]
        .into_iter()
        .map(String::from)
        .chain(bytes)
        .collect();
    let noun = if &*cache.name == "cache" {
        "cache".to_owned()
    } else {
        format!("cache {}", cache.name)
    };
    Layout {
        id: TableId::Cache(level),
        noun,
        key: "idx",
        keys: cache.sets.into(),
        columns,
        ways: cache.ways.into(),
    }
}

fn set(machine: &Machine, level: usize, key: u64) -> Option<SetIndex> {
    machine.cache_set_index(level, key).ok()
}

fn line(machine: &Machine, level: usize, key: u64, way: usize) -> CacheLine {
    let line = set(machine, level, key).and_then(|set| machine.cache_line(level, set, way as u32));
    line.unwrap_or_default()
}

/// Returns the sets that contain a valid line.
pub(crate) fn present(machine: &Machine, level: usize) -> Vec<u64> {
    machine
        .cache_sets_in_use(level)
        .into_iter()
        .map(SetIndex::raw)
        .collect()
}

pub(crate) fn valid(machine: &Machine, level: usize, key: u64, way: usize) -> bool {
    line(machine, level, key, way).valid
}

pub(crate) fn cell(
    machine: &Machine,
    level: usize,
    key: u64,
    way: usize,
    column: &str,
    invalid: InvalidEntries,
) -> Cell {
    let line = line(machine, level, key, way);
    match column {
        "tag" => Cell::hex(
            line.tag.map(Tag::raw),
            digits(spec(machine, level).tag_bits(machine.spec())),
        ),
        "v" => Cell::bit(line.valid),
        _ if !line.valid && invalid == InvalidEntries::Hidden => Cell::Nothing,
        "d" => Cell::bit(line.dirty),
        byte => {
            let at = byte.strip_prefix('b').and_then(|n| n.parse().ok());
            let byte = at.and_then(|at| {
                machine.cache_byte(level, set(machine, level, key)?, way as u32, at)
            });
            Cell::hex(byte.map(u64::from), 2)
        }
    }
}

/// Sets the ways of a row, from left to right. Unlisted ways do not change.
///
/// # Errors
/// Returns `value-too-wide` or `bad-table`.
pub(crate) fn put(machine: &mut Machine, level: usize, row: &WrittenRow) -> Result<(), Diagnostic> {
    let tag = |line: &CacheLine| line.tag.filter(|_| line.valid).map(Tag::raw);
    let lines = sets::ways(row, |group| way(machine, level, group), tag)?;
    if let Some(set) = set(machine, level, row.key()) {
        machine.set_cache_lines(level, set, &lines);
    }
    Ok(())
}

fn way(machine: &Machine, level: usize, group: &[WrittenCell]) -> Result<CacheLine, Diagnostic> {
    let mut line = CacheLine {
        bytes: vec![None; 1 << spec(machine, level).block_bits],
        ..CacheLine::default()
    };
    let mut valid_input = None;
    for cell in group {
        let Some(n) = cell.to_set()? else { continue };
        match &*cell.column {
            "tag" => {
                line.tag = Some(
                    machine
                        .cache_tag(level, n)
                        .map_err(|e| cell.too_wide(e.bits))?,
                );
            }
            "v" => valid_input = Some(cell.bit()?),
            "d" => line.dirty = cell.bit()?,
            byte => {
                let at = byte.strip_prefix('b').and_then(|n| n.parse::<usize>().ok());
                let to = at.and_then(|at| line.bytes.get_mut(at));
                let byte = u8::try_from(n).map_err(|_| cell.too_wide(8))?;
                if let Some(to) = to {
                    *to = Some(byte);
                }
            }
        }
    }
    line.valid = valid_input.unwrap_or(line.tag.is_some());
    if line.valid && line.tag.is_none() {
        let place = group.first().map(|cell| cell.span).unwrap_or_default();
        return Err(
            Diagnostic::new(Code::BadTable, place, "a valid line needs a tag")
                .label("this way is valid"),
        );
    }
    Ok(line)
}

/// Returns the sets that `show` prints.
pub(crate) fn keys(machine: &Machine, level: usize) -> Vec<u64> {
    sets::shown(spec(machine, level).sets, || present(machine, level))
}

/// Returns the columns that `show` prints. The column `d` appears if a write-back cache holds a dirty block.
pub(crate) fn shown(machine: &Machine, level: usize) -> Vec<String> {
    let ways = spec(machine, level).ways as usize;
    let holds_dirty = |key: u64| (0..ways).any(|way| line(machine, level, key, way).dirty);
    let dirty = spec(machine, level).write == WritePolicy::Back
        && keys(machine, level).into_iter().any(holds_dirty);
    let mut columns = layout(machine, level).columns;
    columns.retain(|column| column != "d" || dirty);
    columns
}
