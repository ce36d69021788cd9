//! More idioms for statements: loops, prints, and functions of other languages, debugger commands,
//! worksheets, and random values.

mod control;
mod likely;
mod memory;
mod output;
mod papers;
mod sheets;

use super::rows::Idiom;

pub(super) const PHRASES: &[&[Idiom]] = &[
    control::CONTROL,
    memory::MEMORY,
    sheets::SHEETS,
    output::OUTPUT,
    papers::PAPERS,
    likely::LIKELY,
];
