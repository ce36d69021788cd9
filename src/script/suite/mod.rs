//! Scripts under test: golden files, actual values written into scripts, and the reports of a suite.

pub mod amend;
pub mod amended;
pub mod case_runs;
pub mod golden;
pub mod listing;
pub mod reports;
