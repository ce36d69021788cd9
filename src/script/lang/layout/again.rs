//! The layout of a text that resembles an earlier text. The pass scans only the statements around the change.

use super::{Layout, Scan, lay_out};

/// Like [`lay_out`], for a text that may resemble an earlier text of the same file. The result does not depend on the
/// earlier text.
pub(crate) fn lay_out_again(file: u32, text: &str, earlier: (&str, &Layout)) -> Layout {
    changed(file, text, earlier).unwrap_or_else(|| lay_out(file, text))
}

/// Returns `None` if there is no earlier text, or if one of the texts has an error, because the pass then guesses from
/// distant lines.
fn changed(file: u32, text: &str, (old_text, earlier): (&str, &Layout)) -> Option<Layout> {
    if old_text.is_empty() || !earlier.diagnostics.is_empty() {
        return None;
    }
    let (old, new) = (old_text.as_bytes(), text.as_bytes());
    let same = old
        .iter()
        .zip(new)
        .take_while(|(old, new)| old == new)
        .count();
    let rest = old[same..].iter().rev().zip(new[same..].iter().rev());
    let same_again = new.len() - rest.take_while(|(old, new)| old == new).count();
    let moved = new.len() as isize - old.len() as isize;

    let mut scan = Scan::new(file, text, false);
    // The token after the end of a statement can still move the end. Therefore, another end must follow before the change.
    let settled = earlier
        .ends
        .partition_point(|end| *end < same)
        .saturating_sub(1);
    scan.ends.extend_from_slice(&earlier.ends[..settled]);
    if let Some(last) = scan.ends.last() {
        scan.at = *last;
        scan.out[..scan.at].copy_from_slice(&earlier.text.as_bytes()[..scan.at]);
    }
    while scan.at < text.len() && scan.diagnostics.is_empty() {
        scan.step();
        let end = scan.ends.last().copied().filter(|end| *end >= same_again);
        if let Some((end, old_end)) =
            end.and_then(|end| Some((end, end.checked_add_signed(-moved)?)))
            && let Ok(number) = earlier.ends.binary_search(&old_end)
        {
            // Both passes are between the same statements, so the rest is the same.
            scan.out.truncate(end);
            scan.out
                .extend_from_slice(&earlier.text.as_bytes()[old_end..]);
            let later = earlier.ends[number + 1..].iter();
            scan.ends
                .extend(later.map(|end| end.wrapping_add_signed(moved)));
            return scan.diagnostics.is_empty().then(|| scan.layout());
        }
    }
    let scan = scan.run();
    scan.diagnostics.is_empty().then(|| scan.layout())
}
