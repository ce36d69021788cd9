//! Tests of several requests, and documents for tests.

mod names;
pub(crate) mod support;
