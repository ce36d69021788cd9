//! The parameters of a row as data, and the one place that matches a statement with them. The printed usage, the verbs,
//! completion, highlighting, and the editors' word lists use these parameters.

mod automaton;
mod bound;
mod param;
mod piece;
mod place;
mod refuse;
mod usage;

pub(crate) use automaton::{Fit, fit};
pub use bound::{Arg, Bound, bind};
pub(crate) use bound::{bind_command, bind_operands, bind_setting};
pub use param::Params;
pub use param::*;
pub(crate) use piece::word;
pub use piece::{Atom, Piece};
pub(crate) use place::{Place, offer, size, size_of};

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
