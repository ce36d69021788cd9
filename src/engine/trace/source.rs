//! Reads the bytes of a trace from a file or standard input and decompresses them.

use std::fs::{File, Metadata};
use std::io;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::GzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::unreadable::{Unreadable, UnreadableReason};
use crate::files;

/// Size in bytes of the buffer for reading a compressed file.
const COMPRESSED: usize = 1 << 16;

/// The names of the compression formats in errors.
const GZIP: &str = "gzip";
const ZSTD: &str = "zstd";

/// The bytes of a trace.
pub(crate) struct Source {
    name: String,
    bytes: Box<dyn Read + Send>,
    /// The name of the compression format, if any.
    kind: Option<&'static str>,
    /// Number of bytes read from the file.
    consumed: Arc<AtomicU64>,
    /// The file, and its metadata from when it was opened, which reveals later changes to the file.
    file: Option<(File, Metadata)>,
    /// The error that follows the bytes, if they have been read ahead up to an error.
    after: Option<Unreadable>,
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
    /// Opens a file, a pipe, or a device. `-` is standard input.
    pub(crate) fn open(path: &Path) -> Result<Self, Unreadable> {
        if path.as_os_str() == "-" {
            return Self::new(Box::new(io::stdin()), "standard input");
        }
        Self::of_file(path, files::open_stream)
    }

    /// Opens a file that must be a regular file.
    pub(crate) fn open_regular(path: &Path) -> Result<Self, Unreadable> {
        Self::of_file(path, files::open_regular)
    }

    fn of_file(path: &Path, open: fn(&Path) -> io::Result<File>) -> Result<Self, Unreadable> {
        let name = files::shown(path);
        let unreadable = |error: io::Error| Unreadable::system(&name, &error);
        let file = open(path).map_err(unreadable)?;
        let known = file.metadata().map_err(unreadable)?;
        if known.is_dir() {
            return Err(Unreadable::new(&name, UnreadableReason::Directory));
        }
        let watched = if known.is_file() {
            Some((file.try_clone().map_err(unreadable)?, known))
        } else {
            None
        };
        let mut source = Self::new(Box::new(file), &name)?;
        source.file = watched;
        Ok(source)
    }

    pub(crate) fn new(mut bytes: Box<dyn Read + Send>, name: &str) -> Result<Self, Unreadable> {
        let mut magic = Vec::new();
        let head = bytes.by_ref().take(4).read_to_end(&mut magic);
        head.map_err(|error| Unreadable::system(name, &error))?;
        let consumed = Arc::new(AtomicU64::new(magic.len() as u64));
        let counting = CountingReader {
            bytes,
            count: Arc::clone(&consumed),
        };
        let kind = match magic[..] {
            [0x1f, 0x8b, ..] => Some(GZIP),
            _ if begins_frame(&magic) => Some(ZSTD),
            _ => None,
        };
        let all = Cursor::new(magic).chain(counting);
        let bytes: Box<dyn Read + Send> = match kind {
            Some(GZIP) => Box::new(Members::new(BufReader::with_capacity(COMPRESSED, all))),
            Some(_) => Box::new(Frames::new(BufReader::with_capacity(COMPRESSED, all))),
            None => Box::new(all),
        };
        Ok(Self {
            name: name.to_owned(),
            bytes,
            kind,
            consumed,
            file: None,
            after: None,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Number of bytes read from the file so far.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }

    /// Size in bytes of the source when it was opened, if it is a file.
    pub(crate) fn total(&self) -> Option<u64> {
        self.file.as_ref().map(|(_, known)| known.len())
    }

    /// Reads the available bytes, at least one byte. Returns 0 at the end of the trace.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Unreadable> {
        loop {
            match self.bytes.read(buffer) {
                Ok(0) if !buffer.is_empty() => {
                    return self
                        .after
                        .clone()
                        .map_or_else(|| self.end().map(|()| 0), Err);
                }
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.map_error(&error)),
            }
        }
    }

    /// Reads the first `count` bytes, or fewer if the trace is shorter.
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

    /// Puts bytes back, so that the next read returns them.
    pub(crate) fn put_back(&mut self, bytes: Vec<u8>) {
        let rest = std::mem::replace(&mut self.bytes, Box::new(io::empty()));
        self.bytes = Box::new(Cursor::new(bytes).chain(rest));
    }

    /// Puts bytes back that were read before an error, so that the next reads return the bytes and then the error.
    pub(crate) fn put_back_before(&mut self, bytes: Vec<u8>, error: Unreadable) {
        self.bytes = Box::new(Cursor::new(bytes));
        self.after = Some(error);
    }

    /// Creates an error for this file.
    pub(crate) fn error(&self, why: UnreadableReason) -> Unreadable {
        Unreadable::new(&self.name, why)
    }

    fn map_error(&self, error: &io::Error) -> Unreadable {
        let at = self.consumed();
        let Some(kind) = self.kind else {
            return Unreadable::system(&self.name, error);
        };
        match error.kind() {
            // A file that was truncated while it was read also ends too early.
            io::ErrorKind::UnexpectedEof => self
                .end()
                .err()
                .unwrap_or_else(|| self.error(UnreadableReason::Truncated { kind, at })),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other => self
                .error(UnreadableReason::Damaged {
                    kind,
                    at,
                    what: error.to_string(),
                }),
            _ => Unreadable::system(&self.name, error),
        }
    }

    /// Checks that the file has not changed since it was opened.
    fn end(&self) -> Result<(), Unreadable> {
        let Some((file, known)) = &self.file else {
            return Ok(());
        };
        let now = file
            .metadata()
            .map_err(|error| Unreadable::system(&self.name, &error))?;
        let touched = now.modified().ok() != known.modified().ok();
        if now.len() == known.len() && !touched {
            return Ok(());
        }
        Err(self.error(UnreadableReason::Changed {
            before: known.len(),
            after: now.len(),
        }))
    }
}

/// The first byte of a member.
const BEGIN: u8 = 0x1f;

/// Decompresses members and verifies their checksums. Unlike the decoder of several members in the library, reports
/// other data after a member as such.
struct Members<R> {
    decoder: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    pub(crate) fn new(bytes: R) -> Self {
        Self {
            decoder: Some(GzDecoder::new(bytes)),
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            let count = decoder.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            match decoder.get_mut().fill_buf()?.first() {
                None => return Ok(0),
                Some(&BEGIN) => {
                    self.decoder = self
                        .decoder
                        .take()
                        .map(|ended| GzDecoder::new(ended.into_inner()));
                }
                Some(_) => return Err(other_data()),
            }
        }
        Ok(0)
    }
}

/// The error for data that follows the compressed data.
fn other_data() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "other data follows the compressed data; remove it",
    )
}

/// Whether a file with these first bytes contains `zstd` frames. The first frame may be a skippable frame.
fn begins_frame(magic: &[u8]) -> bool {
    matches!(
        magic,
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]
    )
}

/// Whether a frame may begin with these bytes. There may be fewer than four.
fn may_begin(bytes: &[u8]) -> bool {
    let filled = |end: [u8; 4]| {
        let mut magic = end;
        let count = bytes.len().min(4);
        magic[..count].copy_from_slice(&bytes[..count]);
        begins_frame(&magic)
    };
    filled([0x28, 0xb5, 0x2f, 0xfd]) || filled([0x50, 0x2a, 0x4d, 0x18])
}

/// Decompresses frames and verifies their checksums.
struct Frames<R> {
    source: EndDetector<R>,
    decoder: FrameDecoder,
    /// Whether a frame is being read.
    inside: bool,
    /// Whether a frame has ended.
    ended: bool,
    /// The error to return after the decoded bytes.
    failed: Option<io::Error>,
}

/// An empty last block and room for a checksum, which end a frame so that the bytes before an error can be
/// decoded.
const END: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

/// Detects the end of the input.
struct EndDetector<R> {
    bytes: R,
    /// Whether a read found no more bytes.
    ended: bool,
}

impl<R: Read> Read for EndDetector<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        self.ended |= count == 0 && !buffer.is_empty();
        Ok(count)
    }
}

impl<R: BufRead> Frames<R> {
    pub(crate) fn new(bytes: R) -> Self {
        Self {
            source: EndDetector {
                bytes,
                ended: false,
            },
            decoder: FrameDecoder::new(),
            inside: false,
            ended: false,
            failed: None,
        }
    }

    /// Starts the next frame. Returns false at the end of the file.
    fn begin(&mut self) -> io::Result<bool> {
        loop {
            let next = self.source.bytes.fill_buf()?;
            if next.is_empty() {
                return Ok(false);
            }
            if self.ended && !may_begin(next) {
                return Err(other_data());
            }
            match self.decoder.init(&mut self.source) {
                Ok(()) => {
                    self.inside = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => self.skip_frame(length)?,
                Err(error) => return Err(self.map_error(error)),
            }
        }
    }

    /// Skips bytes of a skippable frame.
    fn skip_frame(&mut self, length: u32) -> io::Result<()> {
        let passed = io::copy(&mut (&mut self.source).take(length.into()), &mut io::sink())?;
        if passed < u64::from(length) {
            Err(io::ErrorKind::UnexpectedEof.into())
        } else {
            Ok(())
        }
    }

    /// Decodes until bytes are available or the frame ends.
    fn decode(&mut self) -> io::Result<()> {
        let one = || BlockDecodingStrategy::UptoBlocks(1);
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            if let Err(error) = self.decoder.decode_blocks(&mut self.source, one()) {
                // The decoder retains bytes that later blocks may refer to. No more blocks follow, so end the
                // frame.
                let error = self.map_error(error);
                if !matches!(self.decoder.decode_blocks(&END[..], one()), Ok(true)) {
                    return Err(error);
                }
                self.failed = Some(error);
            }
        }
        Ok(())
    }

    /// Verifies the checksum at the end of a frame.
    fn end(&mut self) -> io::Result<()> {
        if let Some(failed) = self.failed.take() {
            return Err(failed);
        }
        (self.inside, self.ended) = (false, true);
        let written = self.decoder.get_checksum_from_data();
        if written.is_some() && written != self.decoder.get_calculated_checksum() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a checksum does not match",
            ));
        }
        Ok(())
    }

    fn map_error(&self, error: FrameDecoderError) -> io::Error {
        if self.source.ended {
            io::ErrorKind::UnexpectedEof.into()
        } else {
            io::Error::new(io::ErrorKind::InvalidData, error)
        }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.inside && !self.begin()? {
                return Ok(0);
            }
            self.decode()?;
            if self.decoder.can_collect() > 0 || buffer.is_empty() {
                return self.decoder.read(buffer);
            }
            self.end()?;
        }
    }
}
