//! Testing of scripts: golden files, updates of expected values, and reports of a suite.

pub mod amend;
pub mod case_runs;
pub mod golden;
pub mod listing;
pub mod reports;
