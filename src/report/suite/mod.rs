//! What a run of `pagewalk test` came to, and how it is told.

mod case;
mod gather;
mod summary;

pub use case::{Broken, Case, Held, Mistake, Name, Suite, Verdict, bless};
pub use gather::Gather;
pub use summary::{summary, tell};
