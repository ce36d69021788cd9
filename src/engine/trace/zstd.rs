//! Decompresses consecutive `zstd` frames.

use std::io::{self, BufRead, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::gzip::other_data;

/// Whether a file with these first bytes contains `zstd` frames. The first frame may be a skippable frame.
pub(crate) fn begins(magic: &[u8]) -> bool {
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
        begins(&magic)
    };
    filled([0x28, 0xb5, 0x2f, 0xfd]) || filled([0x50, 0x2a, 0x4d, 0x18])
}

/// Decompresses frames and verifies their checksums.
pub(crate) struct Frames<R> {
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
