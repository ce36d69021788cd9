//! Writing files so that a reader sees the old text or the new one, and never a part.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Component, Path};

/// Replaces the text of a file by way of a file beside it. Links are followed, permissions stay.
///
/// # Errors
/// What the file system says; and where the file does not hold `old` any more. The file is then as it was.
pub(crate) fn replace(path: &Path, old: &str, new: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    if fs::read(&path)? != old.as_bytes() {
        return Err(io::Error::other("it has changed in the meantime"));
    }
    replace_bytes(&path, new.as_bytes(), Some(fs::metadata(&path)?.permissions()), true)
}

/// Writes a file that may be there or not. Links are followed, permissions stay. A device or a pipe is written to.
///
/// # Errors
/// What the file system says; the file is then as it was.
pub(crate) fn write_file(path: &Path, text: &str) -> io::Result<()> {
    write_file_with(path, |file| file.write_all(text.as_bytes()))
}

/// The same of what is written bit by bit.
///
/// # Errors
/// As of [`put`], and what `fill` answers with.
pub(crate) fn write_file_with(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&path) {
        Ok(data) if data.is_file() => replace_with(&path, Some(data.permissions()), true, fill),
        Ok(data) if data.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => fill(&mut OpenOptions::new().write(true).open(&path)?),
        Err(_) => replace_with(&path, None, true, fill),
    }
}

/// Writes a file of this path, with `/`, below a folder, which is made where it is not there. A link in its place is replaced,
/// not followed. What can be made again need not be safe on the disk before this returns.
///
/// # Errors
/// What the file system says; and where the path, or a link on its way, leads out of the folder.
pub(crate) fn write_below(folder: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let own = Path::new(path);
    let within = own.components().all(|part| matches!(part, Component::Normal(_)));
    let to = folder.join(own);
    let parent = to.parent().filter(|_| within && own.file_name().is_some()).ok_or_else(|| outside(path))?;
    fs::create_dir_all(parent)?;
    if !parent.canonicalize()?.starts_with(folder.canonicalize()?) {
        return Err(outside(path));
    }
    let permissions =
        fs::symlink_metadata(&to).ok().filter(fs::Metadata::is_file).map(|data| data.permissions());
    replace_bytes(&to, bytes, permissions, false)
}

fn outside(path: &str) -> io::Error {
    io::Error::other(format!("`{path}` leads out of the folder"))
}

/// Moves a file of these bytes to where another one may be; with `safe`, they are on the disk before it is there.
fn replace_bytes(
    path: &Path,
    bytes: &[u8],
    permissions: Option<fs::Permissions>,
    safe: bool,
) -> io::Result<()> {
    replace_with(path, permissions, safe, |file| file.write_all(bytes))
}

fn replace_with(
    path: &Path,
    permissions: Option<fs::Permissions>,
    safe: bool,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    if permissions.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    // Opened here and not by `tempfile`, for the permissions of a new file and the error of the system alone.
    let open = |path: &Path| OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = tempfile::Builder::new().make_in(path.parent().unwrap_or(path), open)?;
    fill(file.as_file_mut())?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    if safe {
        file.as_file().sync_all()?;
    }
    file.persist(path).map(drop).map_err(|refused| refused.error)
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
