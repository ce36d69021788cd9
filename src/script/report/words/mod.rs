//! The words of results: numbers, names, and one file of sentences for each subject.

pub(crate) mod causes;
pub(crate) mod counts;
pub(crate) mod errors;
pub(crate) mod handling;
mod kernel_steps;
pub(crate) mod messages;
pub(crate) mod names;
pub(crate) mod numbers;
pub(crate) mod reasons;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_handling;
