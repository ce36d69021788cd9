//! Tests of the exams in `examples/exams/` with many seeds. The key agrees with the textbook's formulas,
//! computed here only from the paper's contents.

mod copies;
mod faults;
mod hidden;
mod kinds;
mod labels;
mod mappings;
mod printed;
mod published;
mod replacement;
mod sheet;
mod sizes;
mod solutions;
mod times;
mod units;
mod unseen;
mod walks;
