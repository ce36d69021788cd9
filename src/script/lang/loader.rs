//! Sources of script texts: the file system or memory.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pagewalk_engine::files::limits::{InputLimit, TRACE_OF_EXAM};
use pagewalk_engine::files::{open_argument, open_regular, read_all};

use super::source::decode;

/// The source of a file that is read in chunks, regardless of its size.
#[derive(Debug, Clone)]
pub enum Stream {
    /// A file on disk, by its canonical path.
    File(PathBuf),
    /// In memory.
    Bytes(Arc<[u8]>),
}

/// The memory that a script may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimit {
    pub bytes: u64,
    /// The option or setting that raises the limit, as messages name it.
    pub raised_by: &'static str,
}

impl MemoryLimit {
    /// The limit of commands without options.
    pub const DEFAULT: Self = Self {
        bytes: 1 << 30,
        raised_by: "--max-memory SIZE",
    };
}

/// Returns an amount of memory in megabytes for messages, or in bytes if it is smaller.
pub(crate) fn in_megabytes(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{bytes} B"),
        megabytes => format!("{megabytes} MB"),
    }
}

impl Default for MemoryLimit {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A source of script texts.
pub trait Loader {
    /// Returns the memory that the statements of a script may need. A script that needs more is not parsed.
    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::default()
    }

    /// Returns the canonical absolute path of a file or folder, with links resolved.
    ///
    /// # Errors
    /// Fails if the file does not exist or is not accessible.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// Returns the bytes of a regular file.
    ///
    /// # Errors
    /// Fails if the file cannot be read, is larger than the limit, or is not a regular file.
    fn load(&mut self, path: &Path, limit: InputLimit) -> io::Result<Vec<u8>>;

    /// Returns the names of the files in a folder, for messages about a misspelled name. By default, a loader lists
    /// none.
    fn names(&self, _folder: &Path) -> Vec<String> {
        Vec::new()
    }

    /// Opens a file to be read in chunks. By default, [`Loader::load`] loads the whole file.
    ///
    /// # Errors
    /// Fails if the file cannot be opened.
    fn stream(&mut self, path: &Path) -> io::Result<Stream> {
        Ok(Stream::Bytes(self.load(path, TRACE_OF_EXAM)?.into()))
    }

    /// Returns the bytes of a file that the command line names. `-` is standard input. By default, [`Loader::load`]
    /// loads the file.
    ///
    /// # Errors
    /// Fails if the file cannot be read or is larger than the limit.
    fn argument(&mut self, path: &Path, limit: InputLimit) -> io::Result<Vec<u8>> {
        self.load(path, limit)
    }
}

/// The file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Loader for Disk {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    fn load(&mut self, path: &Path, limit: InputLimit) -> io::Result<Vec<u8>> {
        read_all(open_regular(path)?, limit)
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        let entries = folder.read_dir().into_iter().flatten().flatten();
        let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_dir()));
        let mut names: Vec<String> = files
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort_unstable();
        names
    }

    fn stream(&mut self, path: &Path) -> io::Result<Stream> {
        open_regular(path).map(|_| Stream::File(path.to_owned()))
    }

    fn argument(&mut self, path: &Path, limit: InputLimit) -> io::Result<Vec<u8>> {
        if path == Path::new("-") {
            return read_all(io::stdin().lock(), limit);
        }
        read_all(open_argument(path)?, limit)
    }
}

/// Texts in memory, by path, with another loader for all other files. An editor uses this loader for unsaved
/// buffers, and tests use it for scripts.
#[derive(Debug, Clone, Default)]
pub struct Texts<L> {
    /// The texts, by literal path.
    pub texts: BTreeMap<PathBuf, Vec<u8>>,
    /// The loader for all other paths.
    pub other: L,
}

/// A loader for scripts with a limit of memory.
#[derive(Debug, Clone, Default)]
pub struct Within<L> {
    pub limit: MemoryLimit,
    /// The loader of all files.
    pub other: L,
}

impl<L: Loader> Loader for Within<L> {
    fn memory_limit(&self) -> MemoryLimit {
        self.limit
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.other.canonical(path)
    }

    fn load(&mut self, path: &Path, limit: InputLimit) -> io::Result<Vec<u8>> {
        self.other.load(path, limit)
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        self.other.names(folder)
    }

    fn stream(&mut self, path: &Path) -> io::Result<Stream> {
        self.other.stream(path)
    }

    fn argument(&mut self, path: &Path, limit: InputLimit) -> io::Result<Vec<u8>> {
        self.other.argument(path, limit)
    }
}

impl<L: Loader> Loader for Texts<L> {
    fn memory_limit(&self) -> MemoryLimit {
        self.other.memory_limit()
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let plain = plain(path);
        // The paths below a folder follow the folder in the order of paths.
        let next = self.texts.range(plain.clone()..).next();
        let held = next.is_some_and(|(text, _)| text.starts_with(&plain));
        if held {
            Ok(plain)
        } else {
            self.other.canonical(path)
        }
    }

    fn load(&mut self, path: &Path, limit: InputLimit) -> io::Result<Vec<u8>> {
        let Some(text) = self.texts.get(&plain(path)) else {
            return self.other.load(path, limit);
        };
        limit.check(text.len()).map(|()| text.clone())
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        let folder = plain(folder);
        let held = self
            .texts
            .keys()
            .filter(|path| path.parent() == Some(&folder));
        let held = held.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
        held.chain(self.other.names(&folder)).collect()
    }

    fn stream(&mut self, path: &Path) -> io::Result<Stream> {
        let held = self
            .texts
            .get(&plain(path))
            .map(|bytes| Stream::Bytes(bytes.as_slice().into()));
        held.map_or_else(|| self.other.stream(path), Ok)
    }

    fn argument(&mut self, path: &Path, limit: InputLimit) -> io::Result<Vec<u8>> {
        let held = self.texts.contains_key(&plain(path));
        if held {
            self.load(path, limit)
        } else {
            self.other.argument(path, limit)
        }
    }
}

/// A loader that has no files, for use with [`Texts`] alone.
impl Loader for () {
    fn canonical(&self, _: &Path) -> io::Result<PathBuf> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn load(&mut self, _: &Path, _: InputLimit) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// A borrowed loader.
impl<L: Loader + ?Sized> Loader for &mut L {
    fn memory_limit(&self) -> MemoryLimit {
        (**self).memory_limit()
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        (**self).canonical(path)
    }

    fn load(&mut self, path: &Path, limit: InputLimit) -> io::Result<Vec<u8>> {
        (**self).load(path, limit)
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        (**self).names(folder)
    }

    fn stream(&mut self, path: &Path) -> io::Result<Stream> {
        (**self).stream(path)
    }
}

/// An optional loader. Without a loader, no files exist.
impl<L: Loader> Loader for Option<L> {
    fn memory_limit(&self) -> MemoryLimit {
        self.as_ref()
            .map_or_else(MemoryLimit::default, Loader::memory_limit)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.as_ref()
            .map_or_else(|| ().canonical(path), |loader| loader.canonical(path))
    }

    fn load(&mut self, path: &Path, limit: InputLimit) -> io::Result<Vec<u8>> {
        self.as_mut()
            .map_or_else(|| ().load(path, limit), |loader| loader.load(path, limit))
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        self.as_ref()
            .map_or_else(Vec::new, |loader| loader.names(folder))
    }

    fn stream(&mut self, path: &Path) -> io::Result<Stream> {
        self.as_mut()
            .map_or_else(|| ().stream(path), |loader| loader.stream(path))
    }

    fn argument(&mut self, path: &Path, limit: InputLimit) -> io::Result<Vec<u8>> {
        self.as_mut().map_or_else(
            || ().argument(path, limit),
            |loader| loader.argument(path, limit),
        )
    }
}

/// A loader that reads each file only once, because a file could change between two versions of a paper.
#[derive(Debug, Clone, Default)]
pub struct Cached<L> {
    files: BTreeMap<PathBuf, Arc<[u8]>>,
    other: L,
}

impl<L: Loader> Cached<L> {
    /// Returns the files that were read, by their paths.
    pub fn files(&self) -> impl Iterator<Item = (&Path, &[u8])> {
        self.files
            .iter()
            .map(|(path, bytes)| (path.as_path(), &**bytes))
    }

    fn bytes(&mut self, path: &Path, limit: InputLimit) -> io::Result<Arc<[u8]>> {
        if let Some(bytes) = self.files.get(path) {
            return limit.check(bytes.len()).map(|()| bytes.clone());
        }
        let bytes: Arc<[u8]> = self.other.load(path, limit)?.into();
        self.files.insert(path.to_owned(), bytes.clone());
        Ok(bytes)
    }
}

impl<L: Loader> Loader for Cached<L> {
    fn memory_limit(&self) -> MemoryLimit {
        self.other.memory_limit()
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.other.canonical(path)
    }

    fn load(&mut self, path: &Path, limit: InputLimit) -> io::Result<Vec<u8>> {
        self.bytes(path, limit).map(|bytes| bytes.to_vec())
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        self.other.names(folder)
    }

    fn stream(&mut self, path: &Path) -> io::Result<Stream> {
        self.bytes(path, TRACE_OF_EXAM).map(Stream::Bytes)
    }

    fn argument(&mut self, path: &Path, limit: InputLimit) -> io::Result<Vec<u8>> {
        self.other.argument(path, limit)
    }
}

/// Removes each `.` from a path, and each `..` that can be resolved without the file system.
pub fn plain(path: &Path) -> PathBuf {
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

/// Decodes a file's bytes.
///
/// # Errors
/// Returns the reason why the bytes are not text.
pub fn text_of(bytes: &[u8]) -> Result<&str, String> {
    decode(bytes).map_err(|at| {
        if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
            return "the file is UTF-16, which Notepad calls Unicode; save it as UTF-8".to_owned();
        }
        let line = bytes
            .get(..at)
            .unwrap_or(&[])
            .split(|byte| *byte == b'\n')
            .count();
        format!(
            "the file is not UTF-8 text (byte {at}, on line {line}, is {:#04x}); save it as UTF-8",
            bytes.get(at).unwrap_or(&0)
        )
    })
}

// Refuses YAML texts whose reading would take too long. For each comma or bracket, the YAML library searches all
// brackets that are open, so its running time is quadratic.

/// Maximum number of open brackets.
const MOST_OPEN: u64 = 1000;

/// Maximum sum of the numbers of open brackets at each indicator, such as a comma. The library
/// needs about a second. A limit on the number of brackets alone would refuse large tables of
/// answers.
const MOST_WORK: u64 = 1 << 28;

/// Returns the line, the column, both counted from 1, and the reason of an error of the YAML parser, whose message contains all
/// three.
pub fn yaml_error(error: &serde_yaml::Error) -> (usize, usize, String) {
    let (line, column) = error
        .location()
        .map_or((1, 1), |at| (at.line(), at.column()));
    let whole = error.to_string();
    let why = match whole.split(" at line ").next().unwrap_or(&whole) {
        why if why.starts_with("did not find expected") => {
            "this line does not fit the lines above, or its indentation is wrong"
        }
        why => why,
    };
    (line, column, why.to_owned())
}

/// Returns the first line, counted from 1, at which a text's lists and maps in brackets are nested too deeply.
pub fn too_deep(text: &str) -> Option<u64> {
    let (mut open, mut work) = (0u64, 0u64);
    (1..).zip(text.lines()).find_map(|(number, line)| {
        // The last byte that is not a space, and the first byte of its word.
        let (mut last, mut word, mut within) = (b':', b' ', false);
        for byte in line.trim_start_matches('\u{feff}').bytes() {
            if byte.is_ascii_whitespace() {
                within = false;
                // YAML also ends a line at a CR without LF.
                last = if byte == b'\r' { b':' } else { last };
                continue;
            }
            // Outside brackets, a bracket within a plain text such as `x = [1` is a letter.
            let begins =
                open > 0 || matches!(last, b':' | b'-' | b'?') || matches!(word, b'!' | b'&');
            match byte {
                b'[' | b'{' if begins => open += 1,
                b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            if matches!(byte, b'[' | b'{' | b']' | b'}' | b',' | b':' | b'?' | b'-') {
                work += open;
            }
            if open > MOST_OPEN || work > MOST_WORK {
                return Some(number);
            }
            if !within {
                word = byte;
            }
            (last, within) = (byte, true);
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn open_brackets_are_counted_where_yaml_has_lists_and_maps() {
        let deep = |unit: &str| too_deep(&format!("a: 1\nb: {}", unit.repeat(100_000)));
        for unit in [
            "[",
            "{",
            "[\n",
            "{a: ",
            "!t [",
            "&x [!!seq ",
            "? [",
            "[\"\", ",
            "...\r[",
        ] {
            assert!(deep(unit).is_some(), "{unit:?}");
        }
        for unit in [
            "- [1, 2]\n",
            "- {a: [b]}\n",
            "text: x = [0, 1, 2, …\n",
            "- in [0, 9)\n",
        ] {
            assert_eq!(deep(unit), None, "{unit:?}");
        }
        assert_eq!(too_deep(&format!("\u{feff}{}", "[".repeat(1001))), Some(1));
        assert_eq!(too_deep(&format!("a:\n  {}", "[".repeat(1000))), None);
        // Many commas in a moderate depth also take long.
        assert_eq!(
            too_deep(&format!(
                "a:\n  {}{}",
                "[".repeat(1000),
                "x,".repeat(1 << 19)
            )),
            Some(2)
        );
    }
}
