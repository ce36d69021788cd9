//! Files: how Pagewalk opens input files, the largest size of each kind, and atomic writes.
//!
//! A file that a script names must be a regular file, because opening a pipe or a device can wait forever. A file that
//! the command line names may also be a device, or a pipe that the shell has opened (`<(zcat t.gz)`).

pub mod atomic_write;
pub mod limits;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use limits::InputLimit;

/// Opens a regular file. Never waits, even if another program replaces the file with a pipe.
///
/// # Errors
/// Fails if the file cannot be opened or is not a regular file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    // Opening some devices has effects, so check the file before opening it.
    regular(fs::metadata(path)?.file_type())?;
    let file = without_waiting().open(path)?;
    regular(file.metadata()?.file_type())?;
    Ok(file)
}

/// Opens a file that the command line names: a regular file, a device, or a pipe that the shell has opened.
///
/// # Errors
/// Fails if the file cannot be opened, or if opening it could wait.
pub fn open_argument(path: &Path) -> io::Result<File> {
    let kind = fs::metadata(path)?.file_type();
    if is_device(kind) || is_pipe(kind) && is_descriptor(path) {
        File::open(path)
    } else {
        open_regular(path)
    }
}

/// Opens a file, a pipe, or a device that the command line names. Waits until another program
/// writes to a pipe. Only traces are opened this way, because programs that trace write to named
/// pipes. For other inputs, a pipe without a writer would let a grader hang.
///
/// # Errors
/// Fails if the file cannot be opened.
pub fn open_stream(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Whether two paths name the same regular file, also through a link.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| {
        let data = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        identity(path, &data)
    };
    identity(one).is_some_and(|one| identity(other) == Some(one))
}

/// Reads a whole input.
///
/// # Errors
/// Fails if the input cannot be read or is larger than the limit.
pub fn read_all(from: impl Read, limit: InputLimit) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(limit.bytes + 1).read_to_end(&mut bytes)?;
    limit.check(bytes.len())?;
    Ok(bytes)
}

/// Describes an error from the file system without the operating system's error number.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_owned()
        }
    }
}

/// Whether a terminal interprets a character: control characters, and those that change the direction or the lines of
/// text.
pub fn acts(c: char) -> bool {
    // First what almost all characters are, because all output is examined.
    !matches!(c, ' '..='~')
        && (c.is_control()
            || matches!(
                c,
                '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
            ))
}

/// Replaces the characters of a foreign text that a terminal interprets, so that the text stays on
/// its line. Replaces them where Pagewalk adds the text to a message, because a newline in a name
/// cannot be recognized later.
pub fn visible(text: &str) -> Cow<'_, str> {
    let acts = |c: char| acts(c) && c != '\t';
    if text.chars().any(acts) {
        text.replace(acts, "\u{fffd}").into()
    } else {
        text.into()
    }
}

/// Returns the name of a file for messages.
pub fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

fn regular(kind: FileType) -> io::Result<()> {
    if kind.is_file() {
        return Ok(());
    }
    if kind.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let kind = if is_pipe(kind) {
        "a named pipe"
    } else if is_device(kind) {
        "a device"
    } else {
        "a socket"
    };
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("it is {kind}; copy its data to a regular file"),
    ))
}

/// Whether a path is one of the process's open files, such as `/dev/fd/63`.
fn is_descriptor(path: &Path) -> bool {
    [
        "/dev/fd",
        "/dev/stdin",
        "/dev/stdout",
        "/dev/stderr",
        "/proc",
    ]
    .iter()
    .any(|folder| path.starts_with(folder))
}

#[cfg(unix)]
fn without_waiting() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = File::options();
    // The flag has no effect on regular files.
    options
        .read(true)
        .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    options
}

/// The device and the number of a file.
#[cfg(unix)]
fn identity(_: &Path, data: &fs::Metadata) -> Option<impl Eq + use<>> {
    use std::os::unix::fs::MetadataExt as _;
    Some((data.dev(), data.ino()))
}

/// The path without links.
#[cfg(not(unix))]
fn identity(path: &Path, _: &fs::Metadata) -> Option<impl Eq + use<>> {
    path.canonicalize().ok()
}

#[cfg(unix)]
fn is_pipe(kind: FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

#[cfg(unix)]
fn is_device(kind: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    kind.is_char_device() || kind.is_block_device()
}

#[cfg(not(unix))]
fn without_waiting() -> OpenOptions {
    let mut options = File::options();
    options.read(true);
    options
}

#[cfg(not(unix))]
fn is_pipe(_: FileType) -> bool {
    false
}

#[cfg(not(unix))]
fn is_device(_: FileType) -> bool {
    false
}
