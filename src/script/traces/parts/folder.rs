//! Parts of a sweep in a folder: `sweep-K-of-N.csv` is the table of a part, and `sweep-K-of-N.json` is its manifest. A part exists if
//! its manifest exists, because the manifest is written last.

use pagewalk_engine::files::shown;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::digests::sha256;
use super::manifest::{Manifest, Part};
use super::merge::{self, MergeError};
use super::part_error::PartError;
use pagewalk_engine::files::atomic_write::write_file;
use pagewalk_engine::files::limits::SWEEP_PART;
use pagewalk_engine::files::{open_regular, read_all, reason};

fn unreadable(path: &Path, error: &io::Error) -> PartError {
    PartError::Folder(format!("cannot read `{}`: {}", shown(path), reason(error)))
}

/// Reads a table or a manifest.
fn read(path: &Path) -> Result<String, PartError> {
    let bytes = open_regular(path).and_then(|file| read_all(file, SWEEP_PART));
    let bytes = bytes.map_err(|error| unreadable(path, &error))?;
    String::from_utf8(bytes)
        .map_err(|_| PartError::Folder(format!("`{}` is not a text in UTF-8", shown(path))))
}

/// The paths of the manifests in a folder, in the order of the names.
pub(super) fn paths(folder: &Path) -> Result<Vec<PathBuf>, PartError> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let is_part = stem.is_some_and(|stem| Part::of_stem(stem).is_some());
        if is_part
            && path
                .extension()
                .is_some_and(|extension| extension == "json")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Reads the manifests with these paths.
pub(super) fn read_manifests(paths: Vec<PathBuf>) -> Result<Vec<(PathBuf, Manifest)>, PartError> {
    let manifest = |path: PathBuf| {
        let manifest = serde_json::from_str(&read(&path)?).map_err(|error| {
            PartError::Folder(format!(
                "`{}` is not a manifest of a sweep: {error}",
                shown(&path)
            ))
        })?;
        Ok((path, manifest))
    };
    paths.into_iter().map(manifest).collect()
}

/// The manifests in a folder, with their paths, in the order of the names.
///
/// # Errors
/// Fails if the folder or a manifest cannot be read.
pub fn manifests(folder: &Path) -> Result<Vec<(PathBuf, Manifest)>, PartError> {
    read_manifests(paths(folder)?)
}

/// The table of a part whose manifest has this path, unless the table differs from the manifest.
pub(super) fn intact_table(path: &Path, manifest: &Manifest) -> Option<String> {
    read(&path.with_extension("csv"))
        .ok()
        .filter(|table| sha256(table) == manifest.table_sha256)
}

/// Writes a part to a folder.
pub(super) fn write(folder: &Path, manifest: &Manifest, table: &str) -> Result<(), PartError> {
    let stem = manifest.part.stem();
    let (csv, json) = (
        folder.join(format!("{stem}.csv")),
        folder.join(format!("{stem}.json")),
    );
    let text = serde_json::to_string_pretty(manifest).unwrap_or_default() + "\n";
    // Without its old manifest, the part does not exist while its table changes. If the manifest stays the same, so does the table.
    if read(&json).is_ok_and(|old| old != text) {
        fs::remove_file(&json).map_err(|error| unwritten(&json, &error))?;
    }
    write_file(&csv, table).map_err(|error| unwritten(&csv, &error))?;
    write_file(&json, &text).map_err(|error| unwritten(&json, &error))
}

fn unwritten(path: &Path, error: &io::Error) -> PartError {
    PartError::Unwritten(format!("cannot write `{}`: {}", shown(path), reason(error)))
}

/// The number of parts of the sweep whose parts a folder contains, or `None` if there are none.
///
/// # Errors
/// Fails if the folder or a manifest cannot be read.
pub fn partitions(folder: &Path) -> Result<Option<u64>, PartError> {
    Ok(manifests(folder)?
        .first()
        .map(|(_, manifest)| manifest.part.of))
}

/// The missing parts of the sweep whose parts a folder contains.
///
/// # Errors
/// Fails if the parts belong to several sweeps, or if there are none.
pub fn missing(folder: &Path) -> Result<Vec<Part>, PartError> {
    let found = manifests(folder)?;
    let all: Vec<&Manifest> = found.iter().map(|(_, manifest)| manifest).collect();
    let missing = merge::missing(&all).map_err(|error| explained(folder, &error, &found))?;
    let of = all.first().map_or(0, |manifest| manifest.part.of);
    Ok(missing.into_iter().map(|part| Part { part, of }).collect())
}

/// The table of the sweep whose parts a folder contains, as CSV.
///
/// # Errors
/// Fails unless the folder contains all parts of one sweep, and each only once.
pub fn merged(folder: &Path) -> Result<String, PartError> {
    let found = manifests(folder)?;
    let mut parts = Vec::new();
    for (path, manifest) in &found {
        parts.push((manifest.clone(), read(&path.with_extension("csv"))?));
    }
    merge::merged(&parts).map_err(|error| explained(folder, &error, &found))
}

/// Describes an error, and what to do.
fn explained(folder: &Path, error: &MergeError, found: &[(PathBuf, Manifest)]) -> PartError {
    let file = |at: usize| {
        found
            .get(at)
            .map_or_else(String::new, |(path, _)| shown(path))
    };
    let folder = shown(folder);
    PartError::Folder(match error {
        MergeError::Nothing => {
            format!(
                "`{folder}` contains no parts of a sweep; write them with `pagewalk sweep --partition`"
            )
        }
        MergeError::Mixed(at, what) => format!(
            "`{}` is a part of another sweep: the {what} from `{}`; move it to another folder, or run the part again",
            file(*at),
            file(0)
        ),
        MergeError::Double(part) => {
            format!("`{folder}` contains part {part} twice; remove one of its files")
        }
        MergeError::Missing(parts) => {
            let of = found.first().map_or(0, |(_, manifest)| manifest.part.of);
            let names: Vec<String> = parts
                .iter()
                .take(5)
                .map(|part| format!("{part}/{of}"))
                .collect();
            let more = if parts.len() > names.len() {
                ", …"
            } else {
                ""
            };
            format!(
                "{} of {of} parts are missing: {}{more}; the option `--missing` lists all",
                parts.len(),
                names.join(", ")
            )
        }
        MergeError::Damaged(at) => {
            let (path, part) = found
                .get(*at)
                .map_or_else(Default::default, |(path, manifest)| {
                    (path.with_extension("csv"), manifest.part.to_string())
                });
            format!(
                "the table `{}` differs from its manifest; run part {part} again",
                shown(&path)
            )
        }
    })
}
