//! Tests of several requests, and open documents for all tests.

mod names;
pub(crate) mod support;
