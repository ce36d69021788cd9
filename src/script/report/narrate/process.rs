//! What processes do and what the kernel does for them, told in the lecture's terms.

pub mod call;
mod counts;
pub mod declared;
pub mod fault;
pub mod handled;
pub mod handler;
pub mod layout;
pub mod maps;
mod meaning;
mod memory_calls;
pub mod names;

#[cfg(test)]
mod tests;
