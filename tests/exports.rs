//! Exports for learning platforms, read back by readers that share nothing with the writers.

#[path = "exports/cloze.rs"]
mod cloze;
#[path = "exports/moodle.rs"]
mod moodle;
#[path = "exports/orders.rs"]
mod orders;
#[path = "exports/papers.rs"]
mod papers;
#[path = "exports/prairielearn.rs"]
mod prairielearn;
#[path = "exports/qti.rs"]
mod qti;
mod running;
#[path = "exports/spelling.rs"]
mod spelling;
#[path = "exports/xml.rs"]
mod xml;
