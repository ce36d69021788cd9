//! Exploring: the same language, statement by statement.

pub mod line;
