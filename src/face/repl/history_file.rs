//! The history of earlier sessions, stored in one file per user.
//!
//! Each line is an entry, in which `\n` and `\\` encode a newline and a backslash. A single write appends an
//! entry, and shortening the history replaces the file. If the process is killed, only the last line can be
//! incomplete, and the next session skips an incomplete line.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use pagewalk_engine::files::atomic_write::write_file;
use pagewalk_engine::files::limits::HISTORY;
use pagewalk_engine::files::{open_regular, read_all};

/// Maximum number of entries in memory. The session shortens the file when the file has twice this number of
/// entries.
pub(crate) const MAX_ENTRIES: usize = 10_000;

/// Maximum size of an entry in bytes.
const MAX_ENTRY_BYTES: usize = 1 << 20;

/// The history file. rustyline's `with-file-history` empties a file before it writes, appends to incomplete
/// lines of killed processes, and ignores a file with a line that is not UTF-8.
#[derive(Debug)]
pub(crate) struct HistoryFile {
    path: PathBuf,
}

impl HistoryFile {
    /// Returns the user's file according to the XDG base directory specification:
    /// `$XDG_STATE_HOME/pagewalk/history`, or else `~/.local/state/pagewalk/history`. Returns `None` if the user
    /// has no home directory.
    pub(crate) fn for_user(variable: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let folder = |name: &str| {
            variable(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let state =
            folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")))?;
        Some(Self {
            path: state.join("pagewalk").join("history"),
        })
    }

    /// Returns the entries, oldest first. Skips unreadable ones.
    pub(crate) fn entries(&self) -> Vec<String> {
        let bytes = self.newest().unwrap_or_default();
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let lines = bytes[..whole]
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        let mut entries: Vec<String> = lines
            .filter_map(|line| std::str::from_utf8(line).ok())
            .map(unescaped)
            .collect();
        if entries.len() > 2 * MAX_ENTRIES {
            entries.drain(..entries.len() - MAX_ENTRIES);
            // A file that cannot be shortened is still usable.
            let _ = self.replace(&entries);
        }
        entries
    }

    /// Returns the end of the file, which is the whole file up to the limit.
    fn newest(&self) -> io::Result<Vec<u8>> {
        let mut file = open_regular(&self.path)?;
        let skipped = file.metadata()?.len().saturating_sub(HISTORY.bytes);
        file.seek(SeekFrom::Start(skipped))?;
        let bytes = read_all(file.take(HISTORY.bytes), HISTORY)?;
        // The first of these entries can be incomplete.
        let begin = bytes
            .iter()
            .position(|byte| *byte == b'\n')
            .filter(|_| skipped > 0)
            .map_or(0, |end| end + 1);
        Ok(bytes[begin..].to_vec())
    }

    pub(crate) fn add(&self, entry: &str) -> io::Result<()> {
        if entry.len() > MAX_ENTRY_BYTES {
            return Ok(());
        }
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = private()
            .read(true)
            .append(true)
            .create(true)
            .open(&self.path)?;
        let mut line = escaped(entry);
        if !ends_in_line_end(&mut file)? {
            line.insert(0, '\n');
        }
        file.write_all(line.as_bytes())
    }

    /// Replaces the content of the file with these entries.
    fn replace(&self, entries: &[String]) -> io::Result<()> {
        write_file(
            &self.path,
            entries
                .iter()
                .map(|entry| escaped(entry))
                .collect::<String>(),
        )
    }
}

/// Options for creating a file that only its owner can read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn ends_in_line_end(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Encodes an entry as a line of the file.
fn escaped(entry: &str) -> String {
    format!("{}\n", entry.replace('\\', "\\\\").replace('\n', "\\n"))
}

/// Decodes the entry in a line.
fn unescaped(line: &str) -> String {
    let mut entry = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => entry.push('\n'),
                Some(other) => entry.push(other),
                None => entry.push('\\'),
            },
            (c, false) => entry.push(c),
        }
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::{HistoryFile, MAX_ENTRIES, escaped, unescaped};
    use std::ffi::OsString;
    use std::fs;
    use std::path::PathBuf;

    fn file(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("pagewalk-history-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder.join("deep").join("history")
    }

    #[test]
    fn entries_come_back_as_they_were() {
        let history = HistoryFile { path: file("back") };
        assert_eq!(history.entries(), [""; 0]);
        let entries = [
            "read 0x3D4",
            "P1 {\n  read 1 # \\n\n}",
            "show \"ü\\\\\"",
            "\\",
        ];
        for entry in entries {
            history.add(entry).unwrap();
            assert_eq!(unescaped(escaped(entry).trim_end_matches('\n')), entry);
        }
        assert_eq!(history.entries(), entries);
    }

    #[test]
    fn files_of_a_killed_process_are_skipped() {
        let path = file("killed");
        let history = HistoryFile { path: path.clone() };
        history.add("first").unwrap();
        let mut text = fs::read(&path).unwrap();
        text.extend_from_slice(b"half of a li");
        fs::write(&path, &text).unwrap();
        assert_eq!(history.entries(), ["first"]);
        history.add("second").unwrap();
        assert_eq!(history.entries(), ["first", "half of a li", "second"]);
        fs::write(&path, b"\xFF\xFE\nright\n").unwrap();
        assert_eq!(history.entries(), ["right"]);
    }

    #[test]
    fn a_long_file_is_shortened() {
        let path = file("long");
        let history = HistoryFile { path: path.clone() };
        history.add("0").unwrap();
        let lines: Vec<String> = (0..=2 * MAX_ENTRIES).map(|n| format!("{n}\n")).collect();
        fs::write(&path, lines.concat()).unwrap();
        let entries = history.entries();
        assert_eq!(
            (entries.len(), entries.last()),
            (MAX_ENTRIES, Some(&(2 * MAX_ENTRIES).to_string()))
        );
        assert_eq!(
            fs::read_to_string(&path).unwrap().lines().count(),
            MAX_ENTRIES
        );
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn the_file_follows_xdg() {
        let of = |set: &'static [(&str, &str)]| {
            let variable = |name: &str| {
                set.iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| OsString::from(value))
            };
            HistoryFile::for_user(variable).map(|history| history.path.display().to_string())
        };
        assert_eq!(
            of(&[("XDG_STATE_HOME", "/s"), ("HOME", "/h")]).as_deref(),
            Some("/s/pagewalk/history")
        );
        assert_eq!(
            of(&[("HOME", "/h")]).as_deref(),
            Some("/h/.local/state/pagewalk/history")
        );
        // According to the specification, relative paths must be ignored.
        assert_eq!(
            of(&[("XDG_STATE_HOME", "s"), ("HOME", "/h")]).as_deref(),
            Some("/h/.local/state/pagewalk/history")
        );
        assert_eq!(of(&[]), None);
    }
}
