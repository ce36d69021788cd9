//! Writing files so that a reader sees the old text or the new one, and never a part.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Replaces the text of a file by way of a file beside it. Links are followed, permissions stay.
///
/// # Errors
/// What the file system says; and where the file does not hold `old` any more. The file is then as it was.
pub fn replace(path: &Path, old: &str, new: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    if fs::read(&path)? != old.as_bytes() {
        return Err(io::Error::other("it has changed in the meantime"));
    }
    swap(&path, new, Some(fs::metadata(&path)?.permissions()))
}

/// Writes a file that may be there or not. Links are followed, permissions stay.
///
/// # Errors
/// What the file system says; the file is then as it was.
pub fn put(path: &Path, text: &str) -> io::Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let permissions = fs::metadata(&path).ok().map(|data| data.permissions());
    swap(&path, text, permissions)
}

/// Moves a file of this text to where another one may be.
fn swap(path: &Path, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()> {
    if permissions.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let written = write(&beside, text, permissions).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // There may be nothing to take away.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write(path: &Path, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}
