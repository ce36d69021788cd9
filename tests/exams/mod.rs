//! The exams of `examples/exams/`: over many seeds, what the key says is what the textbook's formulas say, computed here from
//! what the paper tells its students and from nothing else.

mod copies;
mod faults;
mod mappings;
mod replacement;
mod sheet;
mod sizes;
mod times;
mod walks;
