//! What must hold of the kernel, beyond single files: laws, facts of Linux, textbooks' counts.

mod counts;
mod lab;
mod laws;
mod model;
pub(in crate::kernel) mod sound;
mod strings;
