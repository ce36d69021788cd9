//! The exams of `examples/exams/`: over many seeds, what the key says is what the textbook's formulas say, computed here from
//! what the paper tells its students and from nothing else.

#[path = "exams/sheet.rs"]
mod sheet;

#[path = "exams/replacement.rs"]
mod replacement;

#[path = "exams/walks.rs"]
mod walks;

#[path = "exams/faults.rs"]
mod faults;

#[path = "exams/copies.rs"]
mod copies;

#[path = "exams/mappings.rs"]
mod mappings;

#[path = "exams/sizes.rs"]
mod sizes;

#[path = "exams/times.rs"]
mod times;
