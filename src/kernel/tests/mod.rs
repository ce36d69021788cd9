//! What must hold of the kernel, beyond single files: laws, facts of Linux, textbooks' counts.

mod counts;
mod lab;
mod sound;
