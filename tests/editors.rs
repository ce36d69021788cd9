//! The editors' files: the words in them come from the registries, and the classes of the shared sample are those that
//! `highlight` tells.

#[path = "editors/classes.rs"]
mod classes;
