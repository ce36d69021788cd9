//! Searches for files that contain scripts.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use pagewalk_script::lang::include::read;
use pagewalk_script::lang::loader::{Disk, Loader};

/// File name ending of a golden file.
pub(crate) const ENDING: &str = ".golden.yaml";

/// A file with scripts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SuiteFile {
    /// The name in reports: the path as given, but with `/` between folders and without a leading `./`.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) kind: SuiteFileKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SuiteFileKind {
    Script,
    /// A document with scripts in code blocks.
    Markdown,
    /// A golden file without a script.
    Golden,
}

impl SuiteFileKind {
    /// Returns the kind of a file by its name, or `None` for a file without scripts.
    fn from_path(path: &Path) -> Option<Self> {
        if path.to_str().is_some_and(|path| path.ends_with(ENDING)) {
            return Some(Self::Golden);
        }
        match path.extension()?.to_str()? {
            "pw" => Some(Self::Script),
            "md" => Some(Self::Markdown),
            _ => None,
        }
    }
}

impl SuiteFile {
    fn from_path(path: &Path) -> Option<Self> {
        Some(Self { kind: SuiteFileKind::from_path(path)?, name: report_name(path), path: path.to_owned() })
    }
}

/// Returns the files to which this golden file may belong.
pub(crate) fn scripts_of(golden: &Path) -> Vec<PathBuf> {
    let file = golden.file_name().unwrap_or_default().to_string_lossy();
    let stem = file.strip_suffix(ENDING).unwrap_or(&file);
    ["", ".pw", ".md"].iter().map(|end| golden.with_file_name(format!("{stem}{end}"))).collect()
}

/// Whether the script of a golden file exists.
fn has_script(golden: &Path) -> bool {
    scripts_of(golden).iter().any(|path| path.is_file())
}

/// Returns the files at and below these paths, sorted by name, and any errors. Skips hidden folders and
/// folders named `target`, and does not follow links to folders.
pub(crate) fn find_files(paths: &[PathBuf]) -> (Vec<SuiteFile>, Vec<String>) {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for path in paths {
        // Remove a leading `./`, but keep `.` itself.
        let path = path.strip_prefix(".").ok().filter(|rest| *rest != Path::new("")).unwrap_or(path);
        let shown = path.display();
        match fs::metadata(path) {
            Err(error) => wrong.push(format!("cannot read `{shown}`: {}", error_words(&error))),
            Ok(data) if data.is_dir() => below(path, &mut found, &mut wrong),
            Ok(_) => match SuiteFileKind::from_path(path) {
                // If the path names a golden file, select its script.
                Some(SuiteFileKind::Golden) if has_script(path) => {
                    let scripts = scripts_of(path).into_iter().filter(|path| path.is_file());
                    found.extend(scripts.filter_map(|path| SuiteFile::from_path(&path)));
                }
                Some(_) => found.extend(SuiteFile::from_path(path)),
                None => wrong.push(format!("`{shown}` is neither a script (`.pw`) nor Markdown (`.md`)")),
            },
        }
    }
    found.retain(|found| found.kind != SuiteFileKind::Golden || !has_script(&found.path));
    found.sort();
    found.dedup_by(|one, other| one.name == other.name);
    (found, wrong)
}

fn below(folder: &Path, found: &mut Vec<SuiteFile>, wrong: &mut Vec<String>) {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            return wrong.push(format!("cannot read `{}`: {}", folder.display(), error_words(&error)));
        }
    };
    for entry in entries {
        let path = entry.path();
        let path = path.strip_prefix(".").unwrap_or(&path).to_owned();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && !hidden && entry.file_name() != "target" {
            below(&path, found, wrong);
        } else if !kind.is_dir() && path.is_file() {
            found.extend(SuiteFile::from_path(&path));
        }
    }
}

/// Returns the canonical paths of all files that these scripts include. An included file need not be a
/// complete script.
pub(crate) fn included(all: &[SuiteFile]) -> BTreeSet<PathBuf> {
    let scripts = all.iter().filter(|found| found.kind == SuiteFileKind::Script);
    let files = scripts.flat_map(|found| {
        let (sources, _, _) = read(&found.path, &mut Disk);
        let beside = sources.files().iter().skip(1).filter_map(|file| file.path.clone());
        beside.collect::<Vec<_>>()
    });
    files.filter_map(|path| Disk.canonical(&path).ok()).collect()
}

/// Returns a path in the form that reports use on every system.
pub(crate) fn report_name(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// Describes a file system error.
pub(crate) fn error_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string().split(" (os error").next().unwrap_or_default().to_owned(),
    }
}
