//! The last step of a write: the new content takes the name of the old one, unless another program has just changed the
//! file.
//!
//! A program can save the file between the last comparison and the renaming. Where the system can exchange two files,
//! Pagewalk therefore compares the content that it has replaced, and exchanges the files again if it differs.

use std::fs::File;
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::files::limits::SCRIPT;
use crate::files::{open_regular, read_all};

/// The kind of error of [`super::replace`] for a file that another program has changed.
pub const CHANGED: io::ErrorKind = io::ErrorKind::AlreadyExists;

/// Fails if a file has another content. Returns the file.
pub(super) fn unchanged(path: &Path, old: &[u8]) -> io::Result<File> {
    let file = open_regular(path)?;
    // A file of another size need not be read.
    if file.metadata()?.len() != old.len() as u64 || read_all(&file, SCRIPT)? != old {
        return Err(changed());
    }
    Ok(file)
}

/// The error for a file that another program has changed.
pub fn changed() -> io::Error {
    io::Error::new(
        CHANGED,
        "another program changed the file after Pagewalk read it; run the command again",
    )
}

/// Replaces a file if it still contains `old`.
pub(super) fn replace(new: NamedTempFile, path: &Path, old: &[u8]) -> io::Result<()> {
    let read = unchanged(path, old)?;
    // Without the lock, another process would take the replaced file for one that a killed process has left.
    lock(&read);
    match exchange(new.path(), path) {
        Ok(()) => put_back_if_changed(&new, path, old),
        // The system or the file system cannot exchange files.
        Err(error) if is_unsupported(&error) => {
            unchanged(path, old)?;
            new.persist(path).map(drop).map_err(|refused| refused.error)
        }
        Err(error) => Err(error),
    }
}

/// Checks the replaced content, which now has the name of the new file. Dropping `new` removes this name.
fn put_back_if_changed(new: &NamedTempFile, path: &Path, old: &[u8]) -> io::Result<()> {
    let Err(error) = unchanged(new.path(), old) else {
        return Ok(());
    };
    exchange(new.path(), path)?;
    if !is_same(new) {
        // Another program has saved the file again in the meantime. The last version stays.
        exchange(new.path(), path)?;
    }
    Err(if error.kind() == io::ErrorKind::NotFound {
        error
    } else {
        changed()
    })
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether an error means that files cannot be exchanged here.
fn is_unsupported(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput
    )
}

/// Whether the name of a new file is still the name of this file.
#[cfg(unix)]
fn is_same(new: &NamedTempFile) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let number = |data: std::fs::Metadata| (data.dev(), data.ino());
    let named = std::fs::symlink_metadata(new.path()).map(number);
    matches!((named, new.as_file().metadata().map(number)), (Ok(named), Ok(own)) if named == own)
}

#[cfg(unix)]
fn lock(file: &std::fs::File) {
    // Some file systems have no locks.
    let _ = rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive);
}

#[cfg(not(unix))]
fn is_same(_: &NamedTempFile) -> bool {
    true
}

#[cfg(not(unix))]
fn lock(_: &std::fs::File) {}
