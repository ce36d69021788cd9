//! Diagnostics for areas and executables that cannot be declared.

use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::program::ExecutableError;
use pagewalk_engine::kernel::spawn::AreaError;

/// Reports an invalid area, at its row.
pub(crate) fn area(
    error: &AreaError,
    start: u64,
    end: u64,
    kernel: &Kernel,
    place: Span,
) -> Diagnostic {
    let page = 1u64 << kernel.machine().spec().page_bits();
    let say = |message: String| Diagnostic::new(Code::BadArea, place, message);
    match error {
        AreaError::NotAligned => say(format!(
            "an area must begin and end at a page boundary, a multiple of 0x{page:X}"
        ))
        .label("the start, end, or offset is not page-aligned")
        .help(format!(
            "the pages of the area extend from 0x{:X} to 0x{:X}",
            start / page * page,
            end.div_ceil(page).saturating_mul(page)
        )),
        AreaError::Empty => say(format!("an area from 0x{start:X} to 0x{end:X} is empty"))
            .label("`end` must be greater than `start`")
            .help("`end` is the address after the last byte of the area"),
        AreaError::Beyond => say(error.to_string()).label("too high").help(format!(
            "a process's addresses end at 0x{:X}",
            kernel.user_end()
        )),
        AreaError::Overlaps(_) => say(error.to_string())
            .label("overlaps")
            .help("areas must not overlap"),
        AreaError::TooMany => say(error.to_string())
            .label("one too many")
            .help("Linux allows a process at most 65,530 areas (vm.max_map_count)"),
    }
}

/// Reports that an executable cannot be loaded, at the invalid section.
pub(crate) fn executable(error: ExecutableError, sections: &[Span], place: Span) -> Diagnostic {
    let at = |section: usize| sections.get(section).copied().unwrap_or(place);
    let say = |place| Diagnostic::new(Code::BadArea, place, error.to_string());
    match error {
        ExecutableError::Empty => say(place)
            .label("nothing to load")
            .help("give the sections a `size`"),
        ExecutableError::Beyond(section) => say(at(section)).label("too high"),
        ExecutableError::Overlap(first, second) => say(at(second))
            .label("overlaps")
            .also(at(first), "with this one"),
    }
}
