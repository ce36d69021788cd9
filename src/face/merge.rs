//! `pagewalk merge`: the table of a sweep from its parts.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::atomic_write::write_file;
use super::replay::addresses::refused;
use super::sweep::parts::{manifests, read, sha256};
use super::terminal::{Status, print};
use pagewalk_engine::files::reason;
use pagewalk_script::traces::parts::{Manifest, MergeError, merged, missing};

/// Arguments of `pagewalk merge`.
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// Folder with the parts that `pagewalk sweep --partition` wrote
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// List the missing parts instead, one `K/N` in each line; the exit status is 1 if there are any
    #[arg(long, conflicts_with = "output")]
    missing: bool,
    /// Write the table to FILE instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Merge {
    /// Prints or writes the table, or lists the missing parts.
    ///
    /// # Errors
    /// Returns an error if writing to standard output fails.
    pub(crate) fn execute(&self) -> io::Result<Status> {
        let result = if self.missing { self.list() } else { self.table() };
        match result {
            Ok((status, text)) => {
                let Some(file) = &self.output else { return print(&text).map(|()| status) };
                if let Err(error) = write_file(file, &text) {
                    return Ok(refused(&format!("cannot write `{}`: {}", file.display(), reason(&error))));
                }
                Ok(status)
            }
            Err(why) => Ok(refused(&why)),
        }
    }

    fn list(&self) -> Result<(Status, String), String> {
        let found = manifests(&self.folder)?;
        let all: Vec<Manifest> = found.iter().map(|(_, manifest)| manifest.clone()).collect();
        let missing = missing(&all).map_err(|error| self.explain(&error, &found))?;
        let of = all.first().map_or(0, |manifest| manifest.part.of);
        let status = if missing.is_empty() { Status::Held } else { Status::Failed };
        let lines: Vec<String> = missing.iter().map(|part| format!("{part}/{of}\n")).collect();
        Ok((status, lines.concat()))
    }

    fn table(&self) -> Result<(Status, String), String> {
        let found = manifests(&self.folder)?;
        let mut parts = Vec::new();
        for (path, manifest) in &found {
            parts.push((manifest.clone(), read(&path.with_extension("csv"))?));
        }
        let table = merged(&parts, |text| sha256(text)).map_err(|error| self.explain(&error, &found))?;
        Ok((Status::Held, table))
    }

    /// Describes an error, and what to do.
    fn explain(&self, error: &MergeError, found: &[(PathBuf, Manifest)]) -> String {
        let file = |at: usize| found.get(at).map_or(Path::new(""), |(path, _)| path).display();
        let folder = self.folder.display();
        match error {
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
                let names: Vec<String> = parts.iter().take(5).map(|part| format!("{part}/{of}")).collect();
                let more = if parts.len() > names.len() { ", …" } else { "" };
                format!(
                    "{} of {of} parts are missing: {}{more}; `pagewalk merge --missing` lists them",
                    parts.len(),
                    names.join(", ")
                )
            }
            MergeError::Damaged(at) => {
                let (path, part) = found.get(*at).map_or_else(Default::default, |(path, manifest)| {
                    (path.with_extension("csv"), format!("{}/{}", manifest.part.part, manifest.part.of))
                });
                format!("the table `{}` differs from its manifest; run part {part} again", path.display())
            }
        }
    }
}
