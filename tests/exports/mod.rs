//! Tests of exports for learning platforms, parsed by code that is independent of the writers.

mod cloze;
mod code;
mod kinds;
mod moodle;
mod orders;
mod papers;
mod prairielearn;
mod qti;
mod spelling;
mod xml;
