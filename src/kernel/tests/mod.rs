//! What must hold of the kernel, beyond single files: laws, facts of Linux, textbooks' counts.

mod counts;
mod evicting;
mod files;
mod lab;
mod laws;
mod merging;
mod model;
mod programs;
pub(in crate::kernel) mod sound;
mod strings;
