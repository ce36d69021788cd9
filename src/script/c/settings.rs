//! The settings of a program.

use pagewalk_engine::program::Layout;

/// Which constants, addresses, and conventions a program has.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Values that replace those of the text's `#define`s.
    pub define: Vec<(String, String)>,
    /// The addresses of global objects.
    pub at: Vec<(String, u64)>,
    pub layout: Layout,
    pub conventions: Conventions,
}

/// How a program accesses its variables.
#[derive(Debug, Clone, Copy, Default)]
pub struct Conventions {
    /// Whether `a += b` is one access, the store.
    pub update_once: bool,
    /// Whether the first index of an array varies fastest, as in Fortran.
    pub column_major: bool,
}
