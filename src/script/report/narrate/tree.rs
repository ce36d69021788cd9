//! Renders page tables as a tree in text lines.

use super::parts::hex;
use crate::report::doc::{Block, Tone};
use crate::run::record::{TreeEntry, TreeTable, TreeView};
use pagewalk_engine::machine::pte::Bit;
use pagewalk_engine::machine::spec::{Mmu, Spec};

/// Maximum number of entries in the tree.
const MOST: usize = 400;

/// Returns a tree of page tables, one line per table or page.
pub(crate) fn blocks(tree: &TreeView) -> Vec<Block> {
    let spec = &tree.spec;
    let Some(mmu) = &spec.mmu else { return Vec::new() };
    let title =
        if tree.of.is_empty() { "page tables".to_owned() } else { format!("page tables of {}", tree.of) };
    let mut lines = vec![format!("{title}: {}", name(spec, &tree.root))];
    entries(&mut lines, spec, mmu, &tree.root, "");
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    let mut blocks = vec![Block::Script(lines.join("\n"))];
    if more > 0 {
        blocks.push(Block::toned(Tone::Faint, format!("… and {more} more lines")));
    }
    blocks
}

/// Returns the level and location of a table.
pub(crate) fn name(spec: &Spec, table: &TreeTable) -> String {
    let at = table.at.map_or_else(String::new, |at| format!(" at {}", hex(at, spec.physical_bits)));
    format!("level {}{at}", table.level)
}

/// Describes the target of an entry. The function [`name`] describes tables.
pub(crate) fn leads_to(spec: &Spec, entry: &TreeEntry) -> String {
    match entry {
        TreeEntry::Table(table) => name(spec, table),
        TreeEntry::Page(vpn, pte) if pte.flags.has(Bit::P) => {
            format!("PPN {} (VPN {})", hex(pte.ppn, spec.ppn_bits()), hex(*vpn, spec.vpn_bits()))
        }
        TreeEntry::Page(vpn, pte) => {
            let vpn = hex(*vpn, spec.vpn_bits());
            match spec.mmu.as_ref().and_then(|mmu| mmu.pte.disk_location(*pte)) {
                Some(slot) => {
                    format!("not present, location on disk {} (VPN {vpn})", hex(slot, spec.ppn_bits()))
                }
                None => format!("not present (VPN {vpn})"),
            }
        }
    }
}

fn entries(lines: &mut Vec<String>, spec: &Spec, mmu: &Mmu, table: &TreeTable, indent: &str) {
    let bits = mmu.levels.get(table.level as usize - 1).copied().unwrap_or(0);
    for (at, (index, entry)) in table.entries.iter().enumerate() {
        let last = at + 1 == table.entries.len();
        let (branch, below) = if last { ("└─", "   ") } else { ("├─", "│  ") };
        lines.push(format!("{indent}{branch} {} → {}", hex(*index, bits), leads_to(spec, entry)));
        if let TreeEntry::Table(table) = entry {
            entries(lines, spec, mmu, table, &format!("{indent}{below}"));
        }
    }
}
