//! Implements `show tables`: page tables as a tree.

use crate::run::record::{TreeEntry, TreeTable, TreeView, View};
use pagewalk_engine::kernel::process::Process;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::Vpn;
use pagewalk_engine::machine::page_table::Mapping;
use pagewalk_engine::machine::spec::Mmu;

/// Returns the page tables that lead to the mapped pages.
pub(crate) fn views(machine: &Machine, process: Option<&Process>) -> Vec<View> {
    let spec = machine.spec().clone();
    let Some(mmu) = &spec.mmu else {
        return vec![View::Remark("this machine has no page tables".to_owned())];
    };
    let of = process
        .map(|process| process.name.to_string())
        .unwrap_or_default();
    let root = table(machine, mmu);
    vec![View::Tree(Box::new(TreeView {
        of,
        spec: spec.clone(),
        root,
    }))]
}

/// Returns the level-1 table and all tables and pages below it.
pub(crate) fn table(machine: &Machine, mmu: &Mmu) -> TreeTable {
    let listing = machine.page_table();
    let mut root = TreeTable {
        level: 1,
        ..TreeTable::default()
    };
    for place in &listing.locations {
        if let Some(table) = reach(&mut root, mmu, place.vpn, place.level) {
            table.at = Some(place.at.raw());
        }
    }
    for Mapping { vpn, level, pte } in &listing.mappings {
        if let Some(table) = reach(&mut root, mmu, *vpn, *level) {
            let index = mmu.index(*vpn, *level);
            let at = table.entries.partition_point(|(known, _)| *known < index);
            table
                .entries
                .insert(at, (index, TreeEntry::Page(vpn.raw(), *pte)));
        }
    }
    root
}

/// Returns a page's table at a level, and creates the table if needed. Returns `None` if a higher-level entry
/// already maps a page.
fn reach<'t>(
    root: &'t mut TreeTable,
    mmu: &Mmu,
    vpn: Vpn,
    level: u32,
) -> Option<&'t mut TreeTable> {
    let mut table = root;
    for upper in 1..level {
        let index = mmu.index(vpn, upper);
        let at = table.entries.partition_point(|(known, _)| *known < index);
        if table
            .entries
            .get(at)
            .is_none_or(|(known, _)| *known != index)
        {
            let new = TreeTable {
                level: upper + 1,
                ..TreeTable::default()
            };
            table.entries.insert(at, (index, TreeEntry::Table(new)));
        }
        table = match &mut table.entries.get_mut(at)?.1 {
            TreeEntry::Table(table) => table,
            TreeEntry::Page(..) => return None,
        };
    }
    Some(table)
}
