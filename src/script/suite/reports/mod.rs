//! Results of `pagewalk test`, and their reports for users and for other programs.

mod case;
mod formats;
mod gather;
mod github;
mod json;
mod junit;
mod summary;
mod tap;
mod trouble;

pub use case::{Broken, Case, Held, Mistake, Name, Suite, Verdict, bless};
pub use formats::{FORMATS, Format};
pub use gather::Gather;
pub use summary::{failure_summary, summary};
