//! `pagewalk merge`: the table of a sweep from its parts.

use std::io;
use std::path::PathBuf;

use clap::Args;

use super::replay::addresses::refused;
use super::terminal::{Status, print};
use pagewalk_engine::files::atomic_write::write_file;
use pagewalk_engine::files::{reason, shown};
use pagewalk_script::traces::parts::{merged, missing};

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
        if self.missing {
            return self.list();
        }
        let table = match merged(&self.folder) {
            Ok(table) => table,
            Err(why) => return Ok(refused(&why.to_string())),
        };
        let Some(file) = &self.output else {
            return print(&table).map(|()| Status::Held);
        };
        Ok(match write_file(file, &table) {
            Ok(()) => Status::Held,
            Err(error) => refused(&format!(
                "cannot write `{}`: {}",
                shown(file),
                reason(&error)
            )),
        })
    }

    fn list(&self) -> io::Result<Status> {
        let parts = match missing(&self.folder) {
            Ok(parts) => parts,
            Err(why) => return Ok(refused(&why.to_string())),
        };
        let status = if parts.is_empty() {
            Status::Held
        } else {
            Status::Failed
        };
        let lines: Vec<String> = parts.iter().map(|part| format!("{part}\n")).collect();
        print(&lines.concat()).map(|()| status)
    }
}
