//! The exams of `examples/exams/`: over many seeds, the key agrees with the textbook's formulas, computed here only from
//! the paper's contents.

mod copies;
mod faults;
mod mappings;
mod replacement;
mod sheet;
mod sizes;
mod times;
mod walks;
