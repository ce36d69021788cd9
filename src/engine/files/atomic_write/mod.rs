//! Atomic file writes: a reader sees either the old or the new content, never a mixture.

mod swap;
mod unfinished;

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Component, Path};

use swap::unchanged;
pub use swap::{CHANGED, changed};
use unfinished::Unfinished;

use super::{is_descriptor, is_pipe};

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
    file.finish(|file| swap::replace(file, &path, old))
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
    unfinished::remove_all()
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
    let mut file = unfinished::create(path)?;
    if let Some(permissions) = permissions {
        file.file()?.set_permissions(permissions)?;
    }
    file.file()?.write_all(bytes)?;
    if safe {
        file.file()?.sync_all()?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::write_below;

    #[test]
    fn nothing_is_written_outside_of_a_folder() {
        let base = std::env::temp_dir().join(format!("pagewalk-below-{}", std::process::id()));
        let folder = base.join("in");
        write_below(&folder, "a/b.md", b"one").expect("written");
        write_below(&folder, "a/b.md", b"two").expect("written again");
        assert_eq!(fs::read(folder.join("a/b.md")).expect("there"), b"two");
        for path in ["../x", "/x", "a/../../x", "", "."] {
            assert!(write_below(&folder, path, b"x").is_err(), "{path:?}");
        }
        #[cfg(unix)]
        {
            let link = |from: &str, to: &std::path::Path| {
                std::os::unix::fs::symlink(to, folder.join(from)).expect("a link");
            };
            fs::write(base.join("secret"), "kept").expect("written");
            link("file", &base.join("secret"));
            link("out", &base);
            write_below(&folder, "file", b"x").expect("replaces the link");
            assert!(write_below(&folder, "out/secret", b"x").is_err());
            assert_eq!(fs::read(base.join("secret")).expect("there"), b"kept");
        }
        fs::remove_dir_all(&base).expect("taken away");
    }
}
