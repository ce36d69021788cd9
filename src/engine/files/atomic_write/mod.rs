//! Atomic file writes: a reader sees either the old or the new content, never a mixture.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fs, io};

use tempfile::{NamedTempFile, TempPath};

use super::limits::SCRIPT;
use super::{is_descriptor, is_pipe, open_regular, read_all};

/// Replaces the content of a file that contained `old` when it was read, or writes a new file if there was none. Follows
/// links and preserves the permissions. Fails without changing the file if another program has changed it since, unless it
/// wrote the same content, as several processes with the same task do.
///
/// # Errors
/// Fails with [`CHANGED`] if the content has changed, or if the file cannot be read or written.
pub fn replace(path: &Path, old: Option<&[u8]>, new: &[u8]) -> io::Result<()> {
    match replace_unchanged(path, old, new) {
        Err(error) if error.kind() == CHANGED && unchanged(path, new).is_ok() => Ok(()),
        done => done,
    }
}

fn replace_unchanged(path: &Path, old: Option<&[u8]>, new: &[u8]) -> io::Result<()> {
    let Some(old) = old else {
        let file = unfinished(path, new, None, true)?;
        let taken = |error: io::Error| {
            if error.kind() == CHANGED {
                changed()
            } else {
                error
            }
        };
        return file.finish(|file| {
            file.persist_noclobber(path)
                .map(drop)
                .map_err(|refused| taken(refused.error))
        });
    };
    let path = path.canonicalize()?;
    unchanged(&path, old)?;
    let permissions = fs::metadata(&path)?.permissions();
    let file = unfinished(&path, new, Some(permissions), true)?;
    file.finish(|file| replace_if_unchanged(file, &path, old))
}

/// Writes a new or existing file. Follows links and preserves the permissions. Writes directly to a device, or to a
/// pipe that the shell has opened. Refuses a named pipe, because opening it could wait forever. If an error occurs, the file does
/// not change.
///
/// # Errors
/// Fails if the file cannot be written.
pub fn write_file(path: &Path, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    check_kind(path)?;
    let bytes = bytes.as_ref();
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&path) {
        Ok(data) if data.is_file() => replace_bytes(&path, bytes, Some(data.permissions()), true),
        Ok(_) => OpenOptions::new().write(true).open(&path)?.write_all(bytes),
        Err(_) => replace_bytes(&path, bytes, None, true),
    }
}

/// Checks that writing a file with [`write_file`] would not wait, and that the path is no folder.
///
/// # Errors
/// Fails if the path is a folder or a named pipe.
pub fn check_kind(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(data) if data.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(data) if is_pipe(data.file_type()) && !is_descriptor(path) => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is a named pipe; write to a regular file, or to `/dev/stdout` before `|`",
        )),
        _ => Ok(()),
    }
}

/// Removes the unfinished files of this process, which is about to end. As long as the returned value exists, nothing is written.
pub fn end_writing() -> impl Sized {
    remove_all_unfinished()
}

/// Writes the file at a path below a folder and creates missing folders. The path uses `/` as its separator. If
/// the path names a link, replaces the link instead of following it. Fails if the path, or a link on the path,
/// leads out of the folder. Does not wait until the bytes are on the disk, because these files can be regenerated.
///
/// # Errors
/// Fails if the file cannot be written, or if it is outside the folder.
pub fn write_below(folder: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let own = Path::new(path);
    let within = own
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let to = folder.join(own);
    let parent = to
        .parent()
        .filter(|_| within && own.file_name().is_some())
        .ok_or_else(|| outside(path))?;
    fs::create_dir_all(parent)?;
    if !parent.canonicalize()?.starts_with(folder.canonicalize()?) {
        return Err(outside(path));
    }
    let permissions = fs::symlink_metadata(&to)
        .ok()
        .filter(fs::Metadata::is_file)
        .map(|data| data.permissions());
    replace_bytes(&to, bytes, permissions, false)
}

fn outside(path: &str) -> io::Error {
    io::Error::other(format!("`{path}` is outside the output folder"))
}

/// Replaces the content of a file with these bytes. With `safe`, the bytes are written to the disk before the
/// file's name refers to them.
fn replace_bytes(
    path: &Path,
    bytes: &[u8],
    permissions: Option<fs::Permissions>,
    safe: bool,
) -> io::Result<()> {
    let file = unfinished(path, bytes, permissions, safe)?;
    file.finish(|file| {
        file.persist(path)
            .map(drop)
            .map_err(|refused| refused.error)
    })
}

/// Creates the new content of a file beside it.
fn unfinished(
    path: &Path,
    bytes: &[u8],
    permissions: Option<fs::Permissions>,
    safe: bool,
) -> io::Result<Unfinished> {
    if permissions.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut file = create_unfinished(path)?;
    if let Some(permissions) = permissions {
        file.file()?.set_permissions(permissions)?;
    }
    file.file()?.write_all(bytes)?;
    if safe {
        file.file()?.sync_all()?;
    }
    Ok(file)
}

// Unfinished files: the new content of a file, in the same folder, until it replaces the old content.
//
// A process locks its unfinished files, and the operating system removes the locks of a process that ends. The next
// write to the same file therefore finds and removes the unfinished files of killed processes.

/// The unfinished files of this process. Files are created and removed only while the set is locked.
static WRITING: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn writing() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes all unfinished files of this process. As long as the returned value exists, no further ones are created, and none
/// replaces a file.
fn remove_all_unfinished() -> impl Sized {
    let mut writing = writing();
    for path in std::mem::take(&mut *writing) {
        let _ = fs::remove_file(path);
    }
    writing
}

/// An unfinished file. Dropping it removes the file.
#[derive(Debug)]
struct Unfinished {
    /// The file, until it replaces another.
    file: Option<NamedTempFile>,
}

impl Unfinished {
    /// The open file.
    ///
    /// # Errors
    /// Never fails before [`Unfinished::finish`].
    fn file(&mut self) -> io::Result<&mut File> {
        self.file
            .as_mut()
            .map(NamedTempFile::as_file_mut)
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Lets `replace` give the file another name. The process does not end by SIGTERM in the meantime.
    ///
    /// # Errors
    /// Fails if `replace` fails.
    fn finish(mut self, replace: impl FnOnce(NamedTempFile) -> io::Result<()>) -> io::Result<()> {
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
fn create_unfinished(path: &Path) -> io::Result<Unfinished> {
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

// The last step of a write: the new content takes the name of the old one, unless another program has just changed the
// file.
//
// A program can save the file between the last comparison and the renaming. Where the system can exchange two files,
// Pagewalk therefore compares the content that it has replaced, and exchanges the files again if it differs.

/// The kind of error of [`replace`] for a file that another program has changed.
pub const CHANGED: io::ErrorKind = io::ErrorKind::AlreadyExists;

/// Fails if a file has another content. Returns the file.
fn unchanged(path: &Path, old: &[u8]) -> io::Result<File> {
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
fn replace_if_unchanged(new: NamedTempFile, path: &Path, old: &[u8]) -> io::Result<()> {
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
