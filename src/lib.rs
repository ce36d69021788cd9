//! The `pagewalk` command, a thin program over [`pagewalk_script`] and [`pagewalk_engine`].

pub mod face;
