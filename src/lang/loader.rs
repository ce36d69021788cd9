//! Where the texts of scripts come from: the file system, or memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes.
pub(super) const SIZE_LIMIT: u64 = 1 << 28;

/// Where the texts of scripts come from.
pub trait Loader {
    /// The one absolute path of a file or folder, links resolved.
    ///
    /// # Errors
    /// Where there is none, or the way to it is barred.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// The bytes of a file.
    ///
    /// # Errors
    /// Where it cannot be read, or is too large.
    fn load(&mut self, path: &Path) -> io::Result<Vec<u8>>;

    /// The bytes of standard input.
    ///
    /// # Errors
    /// Where it cannot be read, or is too large.
    fn standard_input(&mut self) -> io::Result<Vec<u8>>;
}

/// The file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Loader for Disk {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    fn load(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        if path.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        all(File::open(path)?)
    }

    fn standard_input(&mut self) -> io::Result<Vec<u8>> {
        all(io::stdin().lock())
    }
}

fn all(from: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > SIZE_LIMIT {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 256 MB"));
    }
    Ok(bytes)
}

/// Texts held in memory, by path, in front of another loader: unsaved buffers of an editor, or a test's files.
#[derive(Debug, Clone, Default)]
pub struct Texts<L> {
    /// The texts; their paths are taken as they are.
    pub texts: BTreeMap<PathBuf, Vec<u8>>,
    /// Asked for what is not among them.
    pub other: L,
}

impl<L: Loader> Loader for Texts<L> {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let plain = plain(path);
        let held = self.texts.keys().any(|text| text.starts_with(&plain));
        if held { Ok(plain) } else { self.other.canonical(path) }
    }

    fn load(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        self.texts.get(&plain(path)).cloned().map_or_else(|| self.other.load(path), Ok)
    }

    fn standard_input(&mut self) -> io::Result<Vec<u8>> {
        self.load(Path::new("-"))
    }
}

/// Holds no files: behind [`Texts`], for texts alone.
impl Loader for () {
    fn canonical(&self, _: &Path) -> io::Result<PathBuf> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn load(&mut self, _: &Path) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn standard_input(&mut self) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// A path without `.` and, where that needs no file system, without `..`.
pub(super) fn plain(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}
