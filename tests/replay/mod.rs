//! What a replay counts, held to the last count against simulators that share nothing with it: one level as a student
//! writes it, levels with TLBs and paging, and answers that courses have published.

mod accounts;
mod causes;
mod lackey;
mod levels;
mod model;
mod plain;
mod published;
mod traces;
