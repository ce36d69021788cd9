//! The counts of a replay, checked against simulators that share no code with it: one level as a student
//! writes it, levels with TLBs and paging, and published answers of courses.

mod accounts;
mod causes;
mod lackey;
mod levels;
mod model;
mod plain;
mod published;
mod traces;
