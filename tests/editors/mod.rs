//! The editors' files: the words in them come from the registries, and the classes of the shared sample are those that
//! `highlight` tells.

mod classes;
mod lists;
mod places;
mod words;
