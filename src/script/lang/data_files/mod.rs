//! Data files that a script names in strings (`machine "file.yaml"`).

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ast::Word;
use super::diagnostic::Diagnostic;
use super::include::{self, Loader, Root};
use super::loader::Stream;
use super::source::Sources;
use pagewalk_engine::files::limits::MACHINE_FILE;
use pagewalk_engine::files::reason;

/// Reads the data files of a script and adds each to its sources once. The path rules are the same as for
/// `include`: a path is relative to the file that contains the path, and cannot lead outside the script's
/// folder or the root of its course.
pub(crate) struct DataFiles<'a> {
    sources: &'a mut Sources,
    loader: &'a mut dyn Loader,
    /// The folder that must contain all files, or `None` if the script's folder cannot be found.
    root: Option<Root>,
    /// The numbers of the files already read, by canonical path.
    read: BTreeMap<PathBuf, u32>,
}

impl<'a> DataFiles<'a> {
    /// Creates a reader for the script that is file number `file` of these sources.
    pub(crate) fn new(sources: &'a mut Sources, file: u32, loader: &'a mut dyn Loader) -> Self {
        let script = sources.file(file).and_then(|file| file.path.as_deref());
        // The script's text has reported a mistake in the settings of the course.
        let (root, _) = include::root(loader, script);
        Self {
            sources,
            loader,
            root,
            read: BTreeMap::new(),
        }
    }

    /// Reads the file that a string in a script names, and returns its number in the sources.
    ///
    /// # Errors
    /// Returns `outside-folder`, or `unreadable` if the file does not exist, is larger than 1 MB, or is not
    /// UTF-8.
    pub fn read(&mut self, path: &Word) -> Result<u32, Diagnostic> {
        let (from, canonical) = self.find(path)?;
        if let Some(number) = self.read.get(&canonical) {
            return Ok(*number);
        }
        let text = include::load(self.loader, &canonical, MACHINE_FILE)
            .map_err(|reason| include::unreadable(path, &reason))?;
        let name = include::name_beside(from.as_deref().unwrap_or(Path::new("")), path);
        let number = self
            .sources
            .add(&name.display().to_string(), Some(name.clone()), &text);
        self.read.insert(canonical, number);
        Ok(number)
    }

    /// Opens the file that a string in a script names, to be read in chunks.
    ///
    /// # Errors
    /// Returns `outside-folder`, or `unreadable` if the file does not exist or cannot be opened.
    pub(crate) fn stream(&mut self, path: &Word) -> Result<Stream, Diagnostic> {
        let (_, canonical) = self.find(path)?;
        self.loader
            .stream(&canonical)
            .map_err(|error| include::unreadable(path, &reason(&error)))
    }

    /// Returns the file that contains a name, and the canonical path of the named file.
    fn find(&self, path: &Word) -> Result<(Option<PathBuf>, PathBuf), Diagnostic> {
        let from = self
            .sources
            .file(path.span.file)
            .and_then(|file| file.path.clone());
        let canonical = from
            .as_deref()
            .and_then(|from| self.loader.canonical(from).ok());
        let folder = canonical
            .as_deref()
            .and_then(Path::parent)
            .or(self.root.as_ref().map(|root| &*root.folder));
        let folder = folder.unwrap_or(Path::new("."));
        let canonical = include::find(self.loader, self.root.as_ref(), folder, path)?;
        Ok((from, canonical))
    }

    /// Returns the text of the file with this number, or an empty text if the file does not exist.
    pub fn text(&self, number: u32) -> &str {
        self.sources.file(number).map_or("", |file| &file.text)
    }
}
