//! `--report FORMAT=FILE`.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{fmt, fs, io};

use crate::face::options::cannot_write;
use crate::face::terminal::{clean, print};
use pagewalk_engine::files::atomic_write::write_file;
use pagewalk_script::suite::reports::{FORMATS, Format, Suite};

/// A requested report.
#[derive(Clone)]
pub(crate) struct Report {
    format: &'static Format,
    /// The file, or `None` for standard output.
    file: Option<PathBuf>,
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={:?}", self.format.name, self.file)
    }
}

impl FromStr for Report {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = text.split_once('=').unwrap_or((text, ""));
        let format = FORMATS
            .iter()
            .find(|format| format.name == name)
            .ok_or_else(|| {
                if let Some((_, "xml")) = name.rsplit_once('.') {
                    return format!("the format precedes the file: `junit={name}`");
                }
                let known: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
                format!(
                    "unknown report format `{name}`; the formats are {}",
                    known.join(", ")
                )
            })?;
        match file {
            "" => Err(format!(
                "write `{name}=FILE`, or `{name}=-` for standard output"
            )),
            "-" => Ok(Self { format, file: None }),
            file => Ok(Self {
                format,
                file: Some(file.into()),
            }),
        }
    }
}

impl Report {
    /// Whether the report is written to standard output. If so, the report is the only text on standard
    /// output.
    pub(crate) fn to_stdout(&self) -> bool {
        self.file().is_none()
    }

    /// Returns the file, or `None` for standard output.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Whether the report contains the results of the statements.
    pub(crate) fn has_results(&self) -> bool {
        self.format.results
    }

    /// Creates the folder and the file of the report before the tests run.
    ///
    /// # Errors
    /// Returns the reason if the file cannot be written.
    pub(crate) fn prepare(&self) -> Result<(), String> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let created = folder.map_or(Ok(()), fs::create_dir_all);
        // An existing report remains until the tests have run.
        let opened =
            created.and_then(|()| fs::File::options().append(true).create(true).open(file));
        opened.map(drop).map_err(|error| cannot_write(file, &error))
    }

    /// Writes the report. If the report cannot be written, the inner error contains the reason.
    pub(crate) fn write(&self, suite: &Suite) -> io::Result<Result<(), String>> {
        let text = (self.format.write)(suite);
        let Some(file) = &self.file else {
            return print(&text).map(Ok);
        };
        let written = write_file(file, clean(&text).as_bytes());
        Ok(written.map_err(|error| cannot_write(file, &error)))
    }
}
