//! The names of golden files.

use std::path::{Path, PathBuf};

/// The ending of the name of a golden file.
pub(crate) const ENDING: &str = ".golden.yaml";

/// The files that a golden file of this path may belong to.
pub(crate) fn scripts_of(golden: &Path) -> Vec<PathBuf> {
    let file = golden.file_name().unwrap_or_default().to_string_lossy();
    let stem = file.strip_suffix(ENDING).unwrap_or(&file);
    ["", ".pw", ".md"].iter().map(|end| golden.with_file_name(format!("{stem}{end}"))).collect()
}
