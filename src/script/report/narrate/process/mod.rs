//! Narration of processes and the kernel, in the lecture's terms.

pub(crate) mod call;
pub(crate) mod declared;
pub(crate) mod layout;
pub(crate) mod layout_chain;
mod layout_marks;
pub(crate) mod maps;
mod meaning;
mod memory_calls;

#[cfg(test)]
mod tests;
