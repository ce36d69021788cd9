//! The names of golden files.

use std::path::{Path, PathBuf};

/// How the name of a golden file ends.
pub(crate) const ENDING: &str = ".golden.yaml";

/// The files whose golden file one of this path could be.
pub(crate) fn scripts_of(golden: &Path) -> Vec<PathBuf> {
    let file = golden.file_name().unwrap_or_default().to_string_lossy();
    let stem = file.strip_suffix(ENDING).unwrap_or(&file);
    ["", ".pw", ".md"].iter().map(|end| golden.with_file_name(format!("{stem}{end}"))).collect()
}
