//! Results of `pagewalk test`, and their reports for users and for other programs.

mod alike;
mod blessed;
mod case;
mod formats;
mod gather;
mod github;
mod html;
mod json;
mod junit;
mod suite;
mod summary;
mod trouble;

pub use blessed::{Blessed, Outcome, outcomes};
pub use case::{Broken, Case, Held, Mistake, Name, Verdict, command, renaming};
pub use formats::{FORMATS, Format};
pub use gather::{Clock, Gather};
pub use suite::Suite;
pub use summary::{failures, summary};
pub use trouble::{Trouble, troubles};
