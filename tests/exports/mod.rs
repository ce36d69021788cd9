//! Tests of exports for learning platforms, parsed by code that is independent of the writers.

mod cloze;
mod moodle;
mod orders;
mod papers;
mod prairielearn;
mod qti;
mod spelling;
mod xml;
