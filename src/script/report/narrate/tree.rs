//! Renders page tables as a tree in text lines.

use crate::report::doc::Block;
use crate::report::words::counts::thousands;
use crate::report::words::numbers::hex;
use crate::run::record::{TreeEntry, TreeTable, TreeView};
use pagewalk_engine::machine::pte::{Bit, Pte};
use pagewalk_engine::machine::spec::{Mmu, Spec};

/// Maximum number of lines of the tree.
const MOST: usize = 400;
/// Maximum number of entries of a tree that prints each entry. A larger tree prints runs of
/// entries. In a smaller tree, runs would hide the entries that a lecture discusses.
const LONG: u64 = 64;

/// A row of a table.
pub(crate) enum TreeRow<'t> {
    /// An entry with its index.
    Entry(u64, &'t TreeEntry),
    /// Entries that map neighboring pages to neighboring frames with the same bits: the indexes, VPNs, and PPNs of the
    /// first and last entry.
    Run {
        index: [u64; 2],
        vpn: [u64; 2],
        ppn: [u64; 2],
    },
    /// Entries without contents: the first and last index.
    Null(u64, u64),
}

/// Whether a tree is so large that it prints runs of entries.
pub(crate) fn is_long(tree: &TreeView) -> bool {
    tree.root.size() > LONG
}

/// Returns the rows of a table whose index has `bits` bits. `runs` combines entries.
pub(crate) fn rows(table: &TreeTable, bits: u32, runs: bool) -> Vec<TreeRow<'_>> {
    let mut rows: Vec<TreeRow> = Vec::new();
    let mut next = 0;
    for (index, entry) in &table.entries {
        if runs && *index > next {
            rows.push(TreeRow::Null(next, index - 1));
        }
        next = index + 1;
        let follows = match (rows.last_mut(), entry) {
            (
                Some(TreeRow::Run {
                    index: of,
                    vpn,
                    ppn,
                }),
                TreeEntry::Page(page, pte),
            ) if runs => {
                let is_next = of[1] + 1 == *index && ppn[1] + 1 == pte.ppn && vpn[1] + 1 == *page;
                let same = is_next
                    && table
                        .entry(of[0])
                        .is_some_and(|first| same_bits(first, pte));
                if same {
                    (of[1], vpn[1], ppn[1]) = (*index, *page, pte.ppn);
                }
                same
            }
            _ => false,
        };
        match entry {
            _ if follows => {}
            TreeEntry::Page(page, pte) if runs && pte.flags.has(Bit::P) => {
                rows.push(TreeRow::Run {
                    index: [*index; 2],
                    vpn: [*page; 2],
                    ppn: [pte.ppn; 2],
                });
            }
            _ => rows.push(TreeRow::Entry(*index, entry)),
        }
    }
    let end = 1u64.checked_shl(bits).unwrap_or(0);
    if runs && next < end {
        rows.push(TreeRow::Null(next, end - 1));
    }
    // A run of one entry is an entry.
    let single = |row| match row {
        TreeRow::Run {
            index: [first, last],
            ..
        } if first == last => table
            .entry(first)
            .map_or(row, |entry| TreeRow::Entry(first, entry)),
        row => row,
    };
    rows.into_iter().map(single).collect()
}

/// Whether two entries differ only in their frames.
fn same_bits(entry: &TreeEntry, pte: &Pte) -> bool {
    matches!(entry, TreeEntry::Page(_, first) if Pte { ppn: pte.ppn, ..*first } == *pte)
}

/// Returns `0x3`, or `0x3–0x5` for a range.
fn span([first, last]: [u64; 2], bits: u32) -> String {
    if first == last {
        hex(first, bits)
    } else {
        format!("{}–{}", hex(first, bits), hex(last, bits))
    }
}

/// Returns the index, the contents, and the virtual page of a row. [`name`] describes tables.
pub(crate) fn described(spec: &Spec, row: &TreeRow, bits: u32) -> [String; 3] {
    match row {
        TreeRow::Entry(index, entry) => {
            let [contents, page] = leads_to(spec, entry);
            [hex(*index, bits), contents, page]
        }
        TreeRow::Run { index, vpn, ppn } => {
            let ppns = span(*ppn, spec.ppn_bits());
            let vpns = span(*vpn, spec.vpn_bits());
            [
                span(*index, bits),
                format!("PPN {ppns}"),
                format!("VPN {vpns}"),
            ]
        }
        TreeRow::Null(first, last) => {
            let count = last - first + 1;
            let plural = if count == 1 { "y" } else { "ies" };
            [
                span([*first, *last], bits),
                format!("{} null entr{plural}", thousands(count)),
                String::new(),
            ]
        }
    }
}

/// Returns a tree of page tables, one line per table or page.
pub(crate) fn blocks(tree: &TreeView) -> Vec<Block> {
    let spec = &tree.spec;
    let Some(mmu) = &spec.mmu else {
        return Vec::new();
    };
    let title = if tree.of.is_empty() {
        "page tables".to_owned()
    } else {
        format!("page tables of {}", tree.of)
    };
    let mut lines = vec![format!("{title}: {}", name(spec, &tree.root))];
    entries(&mut lines, (spec, mmu, is_long(tree)), &tree.root, "");
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    let mut blocks = vec![Block::Script(lines.join("\n"))];
    if more > 0 {
        blocks.push(Block::faint(format!("… and {more} more lines")));
    }
    blocks
}

/// Returns the level and location of a table.
pub(crate) fn name(spec: &Spec, table: &TreeTable) -> String {
    let at = table.at.map_or_else(String::new, |at| {
        format!(" at {}", hex(at, spec.physical_bits))
    });
    format!("level {}{at}", table.level)
}

/// Returns the target of an entry, and its virtual page unless the target is a table.
fn leads_to(spec: &Spec, entry: &TreeEntry) -> [String; 2] {
    let (vpn, pte) = match entry {
        TreeEntry::Table(table) => return [name(spec, table), String::new()],
        TreeEntry::Page(vpn, pte) => (vpn, pte),
    };
    let contents = if pte.flags.has(Bit::P) {
        format!("PPN {}", hex(pte.ppn, spec.ppn_bits()))
    } else {
        let mmu = spec.mmu.as_ref();
        let slot = mmu.and_then(|mmu| mmu.pte.disk_location(*pte));
        let slot = slot.map(|slot| format!(", location on disk {}", hex(slot, spec.ppn_bits())));
        format!("not present{}", slot.unwrap_or_default())
    };
    [contents, format!("VPN {}", hex(*vpn, spec.vpn_bits()))]
}

fn entries(lines: &mut Vec<String>, of: (&Spec, &Mmu, bool), table: &TreeTable, indent: &str) {
    let (spec, mmu, runs) = of;
    let bits = mmu
        .levels
        .get(table.level as usize - 1)
        .copied()
        .unwrap_or(0);
    let rows = rows(table, bits, runs);
    for (at, row) in rows.iter().enumerate() {
        let last = at + 1 == rows.len();
        let (branch, below) = if last {
            ("└─", "   ")
        } else {
            ("├─", "│  ")
        };
        let [index, contents, page] = described(spec, row, bits);
        let page = if page.is_empty() {
            page
        } else {
            format!(" ({page})")
        };
        lines.push(format!("{indent}{branch} {index} → {contents}{page}"));
        if let TreeRow::Entry(_, TreeEntry::Table(table)) = row {
            entries(lines, of, table, &format!("{indent}{below}"));
        }
    }
}
