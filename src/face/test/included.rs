//! Scripts that are included by others and need not be complete.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::find::{SuiteFile, SuiteFileKind};
use pagewalk_script::lang::include::read;
use pagewalk_script::lang::loader::{Disk, Loader};

/// The canonical paths of all files that these scripts include.
pub(crate) fn included(all: &[SuiteFile]) -> BTreeSet<PathBuf> {
    let scripts = all.iter().filter(|found| found.kind == SuiteFileKind::Script);
    let files = scripts.flat_map(|found| {
        let (sources, _, _) = read(&found.path, &mut Disk);
        let beside = sources.files().iter().skip(1).filter_map(|file| file.path.clone());
        beside.collect::<Vec<_>>()
    });
    files.filter_map(|path| Disk.canonical(&path).ok()).collect()
}
