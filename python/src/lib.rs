//! The native module of the Python package `pagewalk`: a thin layer over [`pagewalk_script::api`].
//! The Python files of the package check arguments and define the public functions.

mod calls;
mod errors;
mod papers;
mod parts;
mod prompt;
mod runs;
mod scripts;
mod sessions;
mod tables;
mod traces;
mod values;

use pyo3::prelude::*;

/// The native part of Pagewalk. Use the package `pagewalk` instead.
#[pymodule]
mod _pagewalk {
    #[pymodule_export]
    use super::papers::{Paper, exam};
    #[pymodule_export]
    use super::parts::{SweepParts, merged, part_stem, partitions, write_file};
    #[pymodule_export]
    use super::prompt::Prompt;
    #[pymodule_export]
    use super::runs::{Run, Step};
    #[pymodule_export]
    use super::scripts::{check, run};
    #[pymodule_export]
    use super::sessions::Session;
    #[pymodule_export]
    use super::tables::Table;
    #[pymodule_export]
    use super::traces::{replacements, replay, sweep, trace_formats};

    #[cfg(debug_assertions)]
    #[pymodule_export]
    use super::calls::panic;

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
