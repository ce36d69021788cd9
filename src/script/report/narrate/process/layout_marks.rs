//! The accesses that the figure of an address space marks.

use crate::report::doc::{Mark, Slab};
use crate::report::words::counts::count;
use crate::report::words::names::Names;
use crate::report::words::numbers;
use crate::run::record::{AccessMark, AccessVerb, LayoutView, MarkResult};
use pagewalk_engine::machine::event::AccessKind;

/// Puts each mark into the box of its address. `slabs` are the boxes from top to bottom, each with the address
/// after its last byte.
pub(super) fn put(view: &LayoutView, names: &Names, slabs: &mut [(u128, Slab)]) {
    let mut marks: Vec<&AccessMark> = view
        .accesses
        .iter()
        .flat_map(|accesses| &accesses.marks)
        .collect();
    // The box has high addresses at the top, as the whole drawing.
    marks.sort_by(|a, b| b.va.cmp(&a.va).then(a.number.cmp(&b.number)));
    for mark in marks {
        if let Some((_, slab)) = slabs
            .iter_mut()
            .rfind(|(end, _)| u128::from(mark.va) < *end)
        {
            slab.accesses.push(Mark {
                number: mark.number,
                operation: operation(mark, names),
                result: mark.result.map(MarkResult::words),
            });
        }
    }
}

/// Returns an access as a statement, without the value of a store.
fn operation(mark: &AccessMark, names: &Names) -> String {
    let size = if mark.bytes > 1 {
        format!(" size {}", mark.bytes)
    } else {
        String::new()
    };
    let purpose = match (mark.verb, mark.kind) {
        (AccessVerb::Translate, AccessKind::Write) => " for write",
        (AccessVerb::Translate, AccessKind::Execute) => " for execute",
        _ => "",
    };
    format!(
        "{} {}{size}{purpose}",
        numbers::verb(mark.verb),
        names.address(mark.va)
    )
}

/// Reports accesses that the figure omits.
pub(super) fn legend(view: &LayoutView) -> Vec<String> {
    let earlier = view
        .accesses
        .as_ref()
        .map_or(0, |accesses| accesses.earlier);
    let line = || {
        format!(
            "{} omitted",
            count(earlier, "earlier access is", "earlier accesses are")
        )
    };
    (earlier > 0).then(line).into_iter().collect()
}
