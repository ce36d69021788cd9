//! The constants that a statement sets: `replay p { define N = n, … }`.

use super::call::ProgramCall;
use super::settings::constant;
use crate::run::bind::Param::Equals;
use crate::run::bind::{C_NAME, V};
use crate::run::settings::SettingRow;

/// The settings of a statement that runs a program.
pub(crate) const CALL_SETTINGS: &[SettingRow<ProgramCall>] = &[SettingRow {
    name: "define",
    params: &[C_NAME, Equals, V],
    help: "value of a `#define` of the program",
    repeats: true,
    get: None,
    set: |call, f| constant(f).map(|one| call.define(one)),
}];
