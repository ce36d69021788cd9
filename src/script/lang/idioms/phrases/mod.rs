//! More of what people write for a statement: other languages' loops, prints, and functions, debuggers, worksheets, draws.

mod control;
mod likely;
mod memory;
mod output;
mod papers;
mod sheets;

use super::rows::Idiom;

pub(super) const PHRASES: &[&[Idiom]] =
    &[control::CONTROL, memory::MEMORY, sheets::SHEETS, output::OUTPUT, papers::PAPERS, likely::LIKELY];
