//! Checks of the editors' files: their words come from the registries, and the classes of the shared sample agree with
//! `highlight`.

mod classes;
mod lists;
mod places;
mod words;
