//! Unfinished files: the new content of a file, in the same folder, until it replaces the old content.
//!
//! A process locks its unfinished files, and the operating system removes the locks of a process that ends. The next
//! write to the same file therefore finds and removes the unfinished files of killed processes.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{NamedTempFile, TempPath};

/// The unfinished files of this process. Files are created and removed only while the set is locked.
static WRITING: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn writing() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes all unfinished files of this process. As long as the returned value exists, no further ones are created, and none
/// replaces a file.
pub(super) fn remove_all() -> impl Sized {
    let mut writing = writing();
    for path in std::mem::take(&mut *writing) {
        let _ = fs::remove_file(path);
    }
    writing
}

/// An unfinished file. Dropping it removes the file.
#[derive(Debug)]
pub(super) struct Unfinished {
    /// The file, until it replaces another.
    file: Option<NamedTempFile>,
}

impl Unfinished {
    /// The open file.
    ///
    /// # Errors
    /// Never fails before [`Unfinished::finish`].
    pub(super) fn file(&mut self) -> io::Result<&mut File> {
        self.file
            .as_mut()
            .map(NamedTempFile::as_file_mut)
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Lets `replace` give the file another name. The process does not end by SIGTERM in the meantime.
    ///
    /// # Errors
    /// Fails if `replace` fails.
    pub(super) fn finish(
        mut self,
        replace: impl FnOnce(NamedTempFile) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut writing = writing();
        let Some(file) = self.file.take() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        writing.remove(file.path());
        replace(file)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            let mut writing = writing();
            writing.remove(file.path());
            drop(file);
        }
    }
}

/// Maximum number of processes that write the same file at the same time.
const MOST_WRITERS: u32 = 1000;

/// Maximum number of bytes of the file's name in the name of its unfinished file. File systems limit names to 255 bytes.
const MOST_OF_NAME: usize = 200;

/// Creates an empty unfinished file for this path, and removes those of killed processes.
pub(super) fn create(path: &Path) -> io::Result<Unfinished> {
    let mut writing = writing();
    let mut created = None;
    for number in 0..MOST_WRITERS {
        let unfinished = unfinished_path(path, number);
        if created.is_none() {
            created = create_at(&unfinished)?;
        } else if !unfinished.try_exists().unwrap_or(false) {
            break;
        } else {
            lock::remove_abandoned(&unfinished);
        }
    }
    let file: NamedTempFile = created.ok_or(io::ErrorKind::ResourceBusy)?;
    writing.insert(file.path().to_owned());
    Ok(Unfinished { file: Some(file) })
}

/// Creates an unfinished file, unless another process is writing the file with this name.
fn create_at(path: &Path) -> io::Result<Option<NamedTempFile>> {
    loop {
        // `tempfile` itself would set restrictive permissions.
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(file) => {
                let file = NamedTempFile::from_parts(file, TempPath::try_from_path(path)?);
                if lock::hold(file.as_file(), path)? {
                    return Ok(Some(file));
                }
                // Another process has removed the file before it was locked.
                let _ = file.into_temp_path().keep();
            }
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) if lock::remove_abandoned(path) => {}
            Err(_) => return Ok(None),
        }
    }
}

/// The path of the unfinished file with this number.
fn unfinished_path(path: &Path, number: u32) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let end = (0..=name.len().min(MOST_OF_NAME))
        .rev()
        .find(|end| name.is_char_boundary(*end))
        .unwrap_or(0);
    path.with_file_name(OsString::from(format!(
        ".{}.pagewalk-{number}",
        &name[..end]
    )))
}

#[cfg(unix)]
mod lock {
    use std::fs::{self, File};
    use std::io;
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;

    use crate::files::open_regular;
    use rustix::fs::{FlockOperation, flock};

    /// Locks a new unfinished file. Returns whether the path still names the file.
    pub(super) fn hold(file: &File, path: &Path) -> io::Result<bool> {
        // Some file systems have no locks. There, unfinished files of killed processes stay.
        let _ = flock(file, FlockOperation::LockExclusive);
        names(path, file)
    }

    /// Removes an unfinished file that no process has locked. Returns whether the file was removed.
    pub(super) fn remove_abandoned(path: &Path) -> bool {
        // A link is not an unfinished file.
        if !fs::symlink_metadata(path).is_ok_and(|data| data.is_file()) {
            return false;
        }
        let Ok(file) = open_regular(path) else {
            return false;
        };
        flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok()
            && names(path, &file).unwrap_or(false)
            && fs::remove_file(path).is_ok()
    }

    /// Whether a path names this file.
    fn names(path: &Path, file: &File) -> io::Result<bool> {
        let own = file.metadata()?;
        match fs::symlink_metadata(path) {
            Ok(named) => Ok((named.dev(), named.ino()) == (own.dev(), own.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Without locks, Pagewalk cannot know whether the process that writes a file still runs.
#[cfg(not(unix))]
mod lock {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    pub(super) fn hold(_: &File, _: &Path) -> io::Result<bool> {
        Ok(true)
    }

    pub(super) fn remove_abandoned(_: &Path) -> bool {
        false
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::{create, unfinished_path};

    /// An empty folder for a test.
    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("pagewalk-unfinished-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    #[test]
    fn only_files_without_a_writer_are_removed() {
        let folder = folder("abandoned");
        let path = folder.join("x.pw");
        let names = || {
            let entries = fs::read_dir(&folder).expect("a folder");
            let mut names: Vec<String> = entries
                .map(|entry| {
                    entry
                        .expect("an entry")
                        .file_name()
                        .to_string_lossy()
                        .into_owned()
                })
                .collect();
            names.sort();
            names
        };
        let first = create(&path).expect("a file");
        let second = create(&path).expect("a second file");
        // Killed processes leave these files behind.
        for number in [2, 3] {
            fs::write(unfinished_path(&path, number), "half").expect("a file");
        }
        // The file of another program.
        fs::write(folder.join(".x.pw.swp"), "").expect("a file");
        let mut third = create(&path).expect("a third file");
        let expected = [
            ".x.pw.pagewalk-0",
            ".x.pw.pagewalk-1",
            ".x.pw.pagewalk-2",
            ".x.pw.swp",
        ];
        assert_eq!(names(), expected);
        assert_eq!(
            third
                .file()
                .expect("open")
                .metadata()
                .expect("metadata")
                .len(),
            0
        );
        drop((first, second, third));
        assert_eq!(names(), [".x.pw.swp"]);
        // A link is neither followed nor removed.
        std::os::unix::fs::symlink(folder.join(".x.pw.swp"), unfinished_path(&path, 0))
            .expect("a link");
        drop(create(&path).expect("a file"));
        assert_eq!(names(), [".x.pw.pagewalk-0", ".x.pw.swp"]);
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn names_of_any_length_are_possible() {
        let folder = folder("names");
        for name in ["é".repeat(127), "x".repeat(255), "🦀".repeat(63)] {
            drop(create(&folder.join(name)).expect("a file"));
        }
        fs::remove_dir_all(&folder).expect("removed");
    }
}
