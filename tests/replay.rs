//! What a replay counts, held to the last count against simulators that share nothing with it: one level as a student
//! writes it, levels with TLBs and paging, and answers that courses have published.

#[path = "replay/accounts.rs"]
mod accounts;
#[path = "replay/causes.rs"]
mod causes;
#[path = "replay/lackey.rs"]
mod lackey;
#[path = "replay/levels.rs"]
mod levels;
#[path = "replay/model/mod.rs"]
mod model;
#[path = "replay/plain.rs"]
mod plain;
#[path = "replay/published.rs"]
mod published;
#[path = "replay/traces.rs"]
mod traces;
