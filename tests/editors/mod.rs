//! Checks that the words in the editors' files come from the registries, and that the classes of the shared
//! sample agree with `highlight`.

mod classes;
mod lists;
mod places;
mod words;
