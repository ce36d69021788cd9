//! The parameters of a row as data: the part after the first word of a statement, setting, or command. The
//! printed usage, the operand parser, completion, highlighting, and the editors' word lists use these
//! parameters.

mod expected;
mod param;

pub use expected::{Atom, current, may_end, next, rest, ways};
pub(crate) use expected::{Place, offer, size};
pub use param::Params;
pub use param::*;

/// The words of a table's rows, as a constant: `words_of!(KINDS.0)`, `words_of!(FORMATS.name)`.
macro_rules! words_of {
    ($rows:ident.$word:tt) => {
        const {
            &{
                let mut words = [""; $rows.len()];
                let mut at = 0;
                while at < words.len() {
                    words[at] = $rows[at].$word;
                    at += 1;
                }
                words
            }
        }
    };
}
pub(crate) use words_of;
