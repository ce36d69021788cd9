//! Results of `pagewalk test`, and their reports for users and for other programs.

mod case;
mod formats;
mod html;
mod summary;
mod trouble;

pub use case::{Broken, Case, Held, Mistake, Name, Verdict, command, quoted, renaming};
pub use formats::{FORMATS, Format};
pub use summary::{Blessed, Outcome, Suite, failures, outcomes, summary};
pub use trouble::{Clock, Gather, Trouble, troubles};
