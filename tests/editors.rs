//! The editors' files: the words in them come from the registries, and the classes of the shared sample are those that
//! `highlight` tells.

#[path = "editors/classes.rs"]
mod classes;
#[path = "editors/lists.rs"]
mod lists;
#[path = "editors/places.rs"]
mod places;
#[path = "editors/words.rs"]
mod words;
