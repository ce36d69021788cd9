//! The `cache` noun: `idx`, then a group `tag v [d] b0 b1 …` a way.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::machine::Machine;
use crate::machine::addr::{SetIndex, Tag};
use crate::machine::contents::CacheLine;
use crate::machine::spec::{CacheSpec, WritePolicy};
use crate::run::view::{CellView, TableView};

use super::table::{CellIn, EntryIn, Layout, Said, digits};

/// Sets that are shown even if they hold nothing.
const SHOWN: u64 = 64;

fn spec(machine: &Machine, level: usize) -> &CacheSpec {
    &machine.spec().caches[level]
}

/// What its tables may look like.
pub fn layout(machine: &Machine, level: usize) -> Layout {
    let cache = spec(machine, level);
    let bytes = (0..1u64 << cache.block_bits).map(|n| format!("b{n}"));
    let columns = ["tag", "v", "d"].into_iter().map(String::from).chain(bytes).collect();
    let noun = if &*cache.name == "cache" { "cache".to_owned() } else { format!("cache {}", cache.name) };
    Layout { noun, key: "idx", keys: cache.sets.into(), columns, groups: cache.ways.into() }
}

fn set(machine: &Machine, level: usize, key: u64) -> Option<SetIndex> {
    machine.cache_set_index(level, key).ok()
}

fn line(machine: &Machine, level: usize, key: u64, way: usize) -> CacheLine {
    let lines = set(machine, level, key).map(|set| machine.cache_lines(level, set)).unwrap_or_default();
    lines.into_iter().nth(way).unwrap_or_default()
}

/// Sets that hold something valid.
pub fn present(machine: &Machine, level: usize) -> Vec<u64> {
    machine.cache_sets_in_use(level).into_iter().map(SetIndex::raw).collect()
}

/// Whether a way is valid.
pub fn valid(machine: &Machine, level: usize, key: u64, way: usize) -> bool {
    line(machine, level, key, way).valid
}

/// A cell of a way.
pub fn cell(machine: &Machine, level: usize, key: u64, way: usize, column: &str) -> CellView {
    cell_of(&line(machine, level, key, way), tag_digits(machine, level), column)
}

fn tag_digits(machine: &Machine, level: usize) -> u32 {
    digits(spec(machine, level).tag_bits(machine.spec()))
}

fn cell_of(line: &CacheLine, tag_digits: u32, column: &str) -> CellView {
    match column {
        "tag" => CellView::hex(line.tag.map(Tag::raw), tag_digits),
        "v" => CellView::bit(line.valid),
        _ if !line.valid => CellView::Nothing,
        "d" => CellView::bit(line.dirty),
        byte => {
            let at = byte.strip_prefix('b').and_then(|n| n.parse::<usize>().ok());
            CellView::hex(at.and_then(|at| *line.bytes.get(at)?).map(u64::from), 2)
        }
    }
}

/// Puts a row in: ways from the left, those not listed stay.
///
/// # Errors
/// `value-too-wide`, `bad-table`.
pub fn put(machine: &mut Machine, level: usize, entry: &EntryIn) -> Result<(), Diagnostic> {
    let lines: Vec<Option<CacheLine>> =
        entry.groups.iter().map(|group| way(machine, level, group).map(Some)).collect::<Result<_, _>>()?;
    let tag = |line: &Option<CacheLine>| {
        line.as_ref().filter(|line| line.valid).and_then(|line| line.tag).map(Tag::raw)
    };
    entry.each_tag_once(&lines.iter().map(tag).collect::<Vec<_>>())?;
    if let Some(set) = set(machine, level, entry.key) {
        machine.set_cache_lines(level, set, &lines);
    }
    Ok(())
}

fn way(machine: &Machine, level: usize, group: &[CellIn]) -> Result<CacheLine, Diagnostic> {
    let mut line =
        CacheLine { bytes: vec![None; 1 << spec(machine, level).block_bits], ..CacheLine::default() };
    let mut said_valid = None;
    for cell in group {
        match (cell.column.as_str(), cell.said) {
            (_, Said::Anything) => return Err(cell.nothing_to_set()),
            (_, Said::Nothing) => {}
            ("tag", Said::Number(n)) => {
                line.tag = Some(machine.cache_tag(level, n).map_err(|e| cell.too_wide(e.bits))?);
            }
            ("v", Said::Number(_)) => said_valid = Some(cell.bit()?),
            ("d", Said::Number(_)) => line.dirty = cell.bit()?,
            (byte, Said::Number(n)) => {
                let at = byte.strip_prefix('b').and_then(|n| n.parse::<usize>().ok());
                let to = at.and_then(|at| line.bytes.get_mut(at));
                let byte = u8::try_from(n).map_err(|_| cell.too_wide(8))?;
                if let Some(to) = to {
                    *to = Some(byte);
                }
            }
        }
    }
    line.valid = said_valid.unwrap_or(line.tag.is_some());
    if line.valid && line.tag.is_none() {
        let place = group.first().map(|cell| cell.span).unwrap_or_default();
        return Err(
            Diagnostic::new(Code::BadTable, place, "a valid line needs a tag").label("this way is valid")
        );
    }
    Ok(line)
}

/// The whole, as the textbook prints it; `d` is shown of a write-back cache that holds a dirty block.
pub fn view(machine: &Machine, level: usize) -> TableView {
    let layout = layout(machine, level);
    let sets = if layout.keys <= u128::from(SHOWN) {
        (0..layout.keys as u64).collect()
    } else {
        present(machine, level)
    };
    let ways = layout.groups as usize;
    let rows: Vec<(u64, Vec<CacheLine>)> = sets
        .iter()
        .filter_map(|&key| set(machine, level, key).map(|index| (key, machine.cache_lines(level, index))))
        .collect();
    let write_back = spec(machine, level).write == WritePolicy::Back;
    let dirty = write_back && rows.iter().any(|(_, lines)| lines.iter().any(|line| line.dirty));
    let columns: Vec<String> = layout.columns.into_iter().filter(|column| column != "d" || dirty).collect();
    let (index, tags) = (digits(spec(machine, level).index_bits()), tag_digits(machine, level));
    let row = |(key, lines): &(u64, Vec<CacheLine>)| {
        let cells =
            lines.iter().flat_map(|line| columns.iter().map(move |column| cell_of(line, tags, column)));
        std::iter::once(CellView::Hex(*key, index)).chain(cells).collect()
    };
    let rows = rows.iter().map(row).collect();
    let groups = std::iter::once(vec!["idx".to_owned()]).chain((0..ways).map(|_| columns.clone())).collect();
    TableView { title: layout.noun, groups, rows }
}
