//! Parts of a sweep in a folder: `sweep-K-of-N.csv` is the table of a part, and `sweep-K-of-N.json` is its manifest. A part exists if
//! its manifest exists, because the manifest is written last.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::face::atomic_write::{write_file, write_file_with};
use pagewalk_engine::files::limits::SWEEP_PART;
use pagewalk_engine::files::{open_regular, read_all, reason};
use pagewalk_engine::machine::spec::Spec;
use pagewalk_script::traces::parts::{Manifest, Part};

/// The SHA-256 digest of bytes, in hexadecimal digits.
pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The SHA-256 digest of a file.
pub(super) fn sha256_of_file(path: &Path) -> io::Result<String> {
    let (mut file, mut digest) = (open_regular(path)?, Sha256::new());
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hexadecimal(&digest.finalize())),
            Ok(length) => digest.update(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The SHA-256 digest of machines.
pub(super) fn sha256_of_machines<'a>(specs: impl Iterator<Item = &'a Spec>) -> String {
    let mut digest = Sha256::new();
    for spec in specs {
        digest.update(format!("{spec:?}\n"));
    }
    hexadecimal(&digest.finalize())
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

/// The name of a part without an extension.
fn name(part: Part) -> String {
    let width = part.of.to_string().len();
    format!("sweep-{:0width$}-of-{}", part.part, part.of)
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    format!("cannot read `{}`: {}", path.display(), reason(error))
}

/// Reads a table or a manifest.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    let bytes = open_regular(path).and_then(|file| read_all(file, SWEEP_PART));
    let bytes = bytes.map_err(|error| unreadable(path, &error))?;
    String::from_utf8(bytes).map_err(|_| format!("`{}` is not a text in UTF-8", path.display()))
}

/// The manifests in a folder, with their names, in the order of the names.
pub(crate) fn manifests(folder: &Path) -> Result<Vec<(PathBuf, Manifest)>, String> {
    let mut names: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let is_part = |stem: &str| stem.starts_with("sweep-");
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        if stem.is_some_and(is_part) && path.extension().is_some_and(|extension| extension == "json") {
            names.push(path);
        }
    }
    names.sort();
    let manifest = |path: PathBuf| {
        let manifest = serde_json::from_str(&read(&path)?);
        let manifest = manifest
            .map_err(|error| format!("`{}` is not a manifest of a sweep: {error}", path.display()))?;
        Ok((path, manifest))
    };
    names.into_iter().map(manifest).collect()
}

/// Writes a part to a folder.
pub(super) fn write(folder: &Path, manifest: &Manifest, table: &str) -> Result<(), String> {
    let file = |extension: &str| folder.join(format!("{}.{extension}", name(manifest.part)));
    let why =
        |path: &Path, error: &io::Error| format!("cannot write `{}`: {}", path.display(), reason(error));
    let (csv, json) = (file("csv"), file("json"));
    // Without its old manifest, the part does not exist while its table changes.
    match fs::remove_file(&json) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(why(&json, &error)),
        _ => {}
    }
    write_file_with(&csv, |file| file.write_all(table.as_bytes())).map_err(|error| why(&csv, &error))?;
    let text = serde_json::to_string_pretty(manifest).unwrap_or_default() + "\n";
    write_file(&json, &text).map_err(|error| why(&json, &error))
}

/// The digests of traces.
pub(super) fn digests(traces: &[PathBuf]) -> Result<BTreeMap<String, String>, String> {
    let digest = |path: &PathBuf| {
        let digest = sha256_of_file(path).map_err(|error| unreadable(path, &error))?;
        Ok((path.display().to_string(), digest))
    };
    traces.iter().map(digest).collect()
}
