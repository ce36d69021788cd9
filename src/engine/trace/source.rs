//! The bytes of a trace: of a file, of standard input, decompressed if need be.

use std::fs::{File, Metadata};
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use super::unreadable::{Unreadable, UnreadableReason};
use super::zstd::{self, Frames};

/// Bytes that are read at once of a compressed file.
const COMPRESSED: usize = 1 << 16;

/// What errors call the compressions.
const GZIP: &str = "gzip";
const ZSTD: &str = "zstd";

/// The bytes of a trace.
pub(crate) struct Source {
    name: String,
    bytes: Box<dyn Read + Send>,
    /// What compresses them.
    kind: Option<&'static str>,
    /// Bytes that were taken of the file.
    consumed: Arc<AtomicU64>,
    /// The file, to see whether it changes, with what was known of it when it was opened.
    file: Option<(File, Metadata)>,
}

struct CountingReader {
    bytes: Box<dyn Read + Send>,
    count: Arc<AtomicU64>,
}

impl Read for CountingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl Source {
    /// Opens a file; `-` is standard input.
    pub(crate) fn open(path: &Path) -> Result<Self, Unreadable> {
        if path.as_os_str() == "-" {
            return Self::new(Box::new(io::stdin()), "standard input");
        }
        let name = path.display().to_string();
        let told = |error: io::Error| Unreadable::system(&name, &error);
        let file = File::open(path).map_err(told)?;
        let known = file.metadata().map_err(told)?;
        if known.is_dir() {
            return Err(Unreadable::new(&name, UnreadableReason::Directory));
        }
        let watched = if known.is_file() { Some((file.try_clone().map_err(told)?, known)) } else { None };
        let mut source = Self::new(Box::new(file), &name)?;
        source.file = watched;
        Ok(source)
    }

    pub(crate) fn new(mut bytes: Box<dyn Read + Send>, name: &str) -> Result<Self, Unreadable> {
        let mut magic = Vec::new();
        let head = bytes.by_ref().take(4).read_to_end(&mut magic);
        head.map_err(|error| Unreadable::system(name, &error))?;
        let consumed = Arc::new(AtomicU64::new(magic.len() as u64));
        let counting = CountingReader { bytes, count: Arc::clone(&consumed) };
        let kind = match magic[..] {
            [0x1f, 0x8b, ..] => Some(GZIP),
            _ if zstd::begins(&magic) => Some(ZSTD),
            _ => None,
        };
        let all = Cursor::new(magic).chain(counting);
        let bytes: Box<dyn Read + Send> = match kind {
            Some(GZIP) => Box::new(MultiGzDecoder::new(BufReader::with_capacity(COMPRESSED, all))),
            Some(_) => Box::new(Frames::new(BufReader::with_capacity(COMPRESSED, all))),
            None => Box::new(all),
        };
        Ok(Self { name: name.to_owned(), bytes, kind, consumed, file: None })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Bytes that were taken of the file so far.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }

    /// Bytes of the file when it was opened, if it is one.
    pub(crate) fn total(&self) -> Option<u64> {
        self.file.as_ref().map(|(_, known)| known.len())
    }

    /// Reads as much as there is at once, at least a byte; 0 at the end.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Unreadable> {
        loop {
            match self.bytes.read(buffer) {
                Ok(0) if !buffer.is_empty() => return self.end().map(|()| 0),
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.map_error(&error)),
            }
        }
    }

    /// The first bytes, as many of these as there are.
    pub(crate) fn head(&mut self, count: usize) -> Result<Vec<u8>, Unreadable> {
        let mut head = vec![0; count];
        let mut there = 0;
        while there < count {
            match self.read(&mut head[there..])? {
                0 => break,
                more => there += more,
            }
        }
        head.truncate(there);
        Ok(head)
    }

    /// Puts bytes that were read back to the front.
    pub(crate) fn put_back(&mut self, bytes: Vec<u8>) {
        let rest = std::mem::replace(&mut self.bytes, Box::new(io::empty()));
        self.bytes = Box::new(Cursor::new(bytes).chain(rest));
    }

    /// What is wrong at this place of the file.
    pub(crate) fn error(&self, why: UnreadableReason) -> Unreadable {
        Unreadable::new(&self.name, why)
    }

    fn map_error(&self, error: &io::Error) -> Unreadable {
        let at = self.consumed();
        let Some(kind) = self.kind else { return Unreadable::system(&self.name, error) };
        match error.kind() {
            // A file that was cut while it was read ends too early, too.
            io::ErrorKind::UnexpectedEof => {
                self.end().err().unwrap_or_else(|| self.error(UnreadableReason::Truncated { kind, at }))
            }
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other => {
                self.error(UnreadableReason::Damaged { kind, at, what: error.to_string() })
            }
            _ => Unreadable::system(&self.name, error),
        }
    }

    /// Is the file at its end what it was at the beginning?
    fn end(&self) -> Result<(), Unreadable> {
        let Some((file, known)) = &self.file else { return Ok(()) };
        let now = file.metadata().map_err(|error| Unreadable::system(&self.name, &error))?;
        let touched = now.modified().ok() != known.modified().ok();
        if now.len() == known.len() && !touched {
            return Ok(());
        }
        Err(self.error(UnreadableReason::Changed { before: known.len(), after: now.len() }))
    }
}
