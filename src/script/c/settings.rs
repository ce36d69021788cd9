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
    /// Whether `a += b` is one access, the store.
    pub update_once: bool,
}
