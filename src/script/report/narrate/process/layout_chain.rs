//! The structures that lead to the areas of a process (CS:APP figure 9.27): `task_struct`, `mm_struct`, and the
//! list of `vm_area_struct`s.

use crate::report::doc::Chain;
use crate::report::words::counts::thousands;
use crate::report::words::names::Names;
use crate::report::words::numbers;
use crate::run::record::LayoutView;
use pagewalk_engine::kernel::vma::{Prot, Vma};

/// Returns `task_struct` and `mm_struct`.
pub(super) fn chain(view: &LayoutView, names: &Names) -> Chain {
    let null = || "NULL".to_owned();
    Chain {
        process: view.process.name.to_string(),
        pgd: view
            .pgd
            .map_or_else(null, |pgd| numbers::pa(&view.spec, pgd)),
        mmap: view
            .areas
            .first()
            .map_or_else(null, |first| names.address(first.area.area.start)),
    }
}

/// Returns the structure of an area: a line for each field except `vm_next`.
pub(super) fn structure(area: &Vma, names: &Names) -> Vec<String> {
    vec![
        "vm_area_struct".to_owned(),
        format!("vm_end {}", names.address(area.end)),
        format!("vm_start {}", names.address(area.start)),
        format!("vm_prot {}", prot(area.prot)),
        format!("vm_flags {}", flags(area)),
    ]
}

/// Returns a remark in place of the structures of areas that are not drawn.
pub(super) fn omitted(count: usize) -> Vec<String> {
    vec![format!("… and {} more", thousands(count as u64))]
}

/// Returns `r-x`.
pub(crate) fn prot(prot: Prot) -> String {
    let letters = [(prot.read, 'r'), (prot.write, 'w'), (prot.exec, 'x')];
    letters
        .iter()
        .map(|(on, letter)| if *on { *letter } else { '-' })
        .collect()
}

/// Returns the kind of mapping, as in `vm_flags` in the lecture.
pub(crate) fn flags(area: &Vma) -> String {
    let mut words = vec![if area.shared { "shared" } else { "private" }];
    words.extend(area.stack.then_some("grows down"));
    words.extend(area.locked.then_some("locked"));
    words.extend(area.mergeable.then_some("mergeable"));
    words.extend(area.not_copied.then_some("not copied by fork"));
    words.extend(area.wiped.then_some("wiped by fork"));
    words.join(", ")
}
