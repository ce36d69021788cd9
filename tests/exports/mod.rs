//! Exports for learning platforms, read back by readers that share nothing with the writers.

mod cloze;
mod moodle;
mod orders;
mod papers;
mod prairielearn;
mod qti;
mod spelling;
mod xml;
