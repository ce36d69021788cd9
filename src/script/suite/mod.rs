//! Tests of scripts: golden files, writing actual values into scripts, and reports of a suite.

pub mod amend;
pub mod amended;
pub mod case_runs;
pub mod golden;
pub mod listing;
pub mod reports;
