//! The `tlb` noun: `set`, then a group `tag ppn v` and bits a way.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::machine::Machine;
use crate::machine::addr::{SetIndex, Tag};
use crate::machine::contents::TlbLine;
use crate::machine::pte::{Bit, BitRow, Flags};
use crate::machine::spec::TlbSpec;
use crate::run::view::{CellView, TableView};

use super::table::{CellIn, EntryIn, Layout, Said, digits};

/// The bits that an entry of a TLB keeps and a table may give.
const BITS: [Bit; 5] = [Bit::Rw, Bit::Us, Bit::Xd, Bit::G, Bit::D];

/// What an entry has where a table gives no bit: R/W, U/S and D.
const OPEN: Flags = Flags::OPEN.with(Bit::D);

/// Sets that are shown even if they hold nothing.
const SHOWN: u64 = 64;

fn spec(machine: &Machine, level: usize) -> &TlbSpec {
    &machine.spec().tlbs[level]
}

fn tag_bits(machine: &Machine, level: usize) -> u32 {
    spec(machine, level).tag_bits(machine.spec().virtual_bits())
}

/// What its tables may look like.
pub fn layout(machine: &Machine, level: usize) -> Layout {
    let tlb = spec(machine, level);
    let bits = BITS.iter().map(|bit| bit.row().name);
    let columns = ["tag", "ppn", "v"].into_iter().chain(bits).map(String::from).collect();
    let noun = if &*tlb.name == "tlb" { "tlb".to_owned() } else { format!("tlb {}", tlb.name) };
    Layout { noun, key: "set", keys: tlb.sets.into(), columns, groups: tlb.ways.into() }
}

fn set(machine: &Machine, level: usize, key: u64) -> Option<SetIndex> {
    machine.tlb_set_index(level, key).ok()
}

fn line(machine: &Machine, level: usize, key: u64, way: usize) -> TlbLine {
    let lines = set(machine, level, key).map(|set| machine.tlb_lines(level, set)).unwrap_or_default();
    lines.get(way).copied().unwrap_or_default()
}

/// Sets that hold something valid.
pub fn present(machine: &Machine, level: usize) -> Vec<u64> {
    let sets = 0..spec(machine, level).sets;
    let used = |key: &u64| {
        set(machine, level, *key)
            .is_some_and(|set| machine.tlb_lines(level, set).iter().any(|line| line.valid))
    };
    sets.filter(used).collect()
}

/// Whether a way is valid.
pub fn valid(machine: &Machine, level: usize, key: u64, way: usize) -> bool {
    line(machine, level, key, way).valid
}

/// A cell of a way.
pub fn cell(machine: &Machine, level: usize, key: u64, way: usize, column: &str) -> CellView {
    let line = line(machine, level, key, way);
    match column {
        "tag" => CellView::hex(line.tag.map(Tag::raw), digits(tag_bits(machine, level))),
        "ppn" => CellView::hex(line.valid.then(|| line.ppn.raw()), digits(machine.spec().ppn_bits())),
        "v" => CellView::bit(line.valid),
        _ if !line.valid => CellView::Nothing,
        bit => BitRow::named(bit).map_or(CellView::Nothing, |(bit, _)| CellView::bit(line.flags.has(bit))),
    }
}

/// Puts a row in: ways from the left, those not listed stay.
///
/// # Errors
/// `value-too-wide`, `bad-table`.
pub fn put(machine: &mut Machine, level: usize, entry: &EntryIn) -> Result<(), Diagnostic> {
    let lines: Vec<Option<TlbLine>> =
        entry.groups.iter().map(|group| way(machine, level, group).map(Some)).collect::<Result<_, _>>()?;
    let tag = |line: &Option<TlbLine>| {
        line.as_ref().filter(|line| line.valid).and_then(|line| line.tag).map(Tag::raw)
    };
    entry.each_tag_once(&lines.iter().map(tag).collect::<Vec<_>>())?;
    if let Some(set) = set(machine, level, entry.key) {
        machine.set_tlb_lines(level, set, &lines);
    }
    Ok(())
}

fn way(machine: &Machine, level: usize, group: &[CellIn]) -> Result<TlbLine, Diagnostic> {
    let mut line = TlbLine { flags: OPEN, ..TlbLine::default() };
    let mut said_valid = None;
    let mut ppn = None;
    for cell in group {
        match (cell.column.as_str(), cell.said) {
            (_, Said::Anything) => return Err(cell.nothing_to_set()),
            (_, Said::Nothing) => {}
            ("tag", Said::Number(n)) => {
                line.tag = Some(machine.tlb_tag(level, n).map_err(|e| cell.too_wide(e.bits))?);
            }
            ("ppn", Said::Number(n)) => ppn = Some(machine.ppn(n).map_err(|e| cell.too_wide(e.bits))?),
            ("v", Said::Number(_)) => said_valid = Some(cell.bit()?),
            (bit, Said::Number(_)) => {
                if let Some((bit, inverse)) = BitRow::named(bit) {
                    line.flags = line.flags.put(bit, cell.bit()? != inverse);
                }
            }
        }
    }
    line.valid = said_valid.unwrap_or(ppn.is_some());
    line.ppn = ppn.unwrap_or_default();
    if line.valid && (line.tag.is_none() || ppn.is_none()) {
        let place = group.first().map(|cell| cell.span).unwrap_or_default();
        return Err(Diagnostic::new(Code::BadTable, place, "a valid entry needs a tag and a PPN")
            .label("this way is valid"));
    }
    Ok(line)
}

/// The whole, as the textbook prints it; bits are shown where some entry differs from the ordinary.
pub fn view(machine: &Machine, level: usize) -> TableView {
    let layout = layout(machine, level);
    let sets = if layout.keys <= u128::from(SHOWN) {
        (0..layout.keys as u64).collect()
    } else {
        present(machine, level)
    };
    let ways = layout.groups as usize;
    let unusual = |bit: &Bit| {
        let odd = |line: TlbLine| line.valid && line.flags.has(*bit) != OPEN.has(*bit);
        sets.iter().any(|&key| (0..ways).any(|w| odd(self::line(machine, level, key, w))))
    };
    let bits = BITS.iter().filter(|bit| unusual(bit)).map(|bit| bit.row().name);
    let columns: Vec<String> = ["tag", "ppn", "v"].into_iter().chain(bits).map(String::from).collect();
    let row = |key: u64| {
        let first = CellView::Hex(key, digits(spec(machine, level).index_bits()));
        let cells = (0..ways).flat_map(|w| columns.iter().map(move |column| (w, column)));
        std::iter::once(first).chain(cells.map(|(w, column)| cell(machine, level, key, w, column))).collect()
    };
    let rows = sets.iter().map(|&key| row(key)).collect();
    let groups = std::iter::once(vec!["set".to_owned()]).chain((0..ways).map(|_| columns.clone())).collect();
    TableView { title: layout.noun, groups, rows }
}
