//! The `pagewalk` command, a thin layer over [`pagewalk_script`] and [`pagewalk_engine`].

pub mod face;
