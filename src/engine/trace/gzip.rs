//! Decompresses consecutive `gzip` members.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// The first byte of a member.
const BEGIN: u8 = 0x1f;

/// Decompresses members and verifies their checksums. Unlike the decoder of several members in the library, reports
/// other data after a member as such.
pub(crate) struct Members<R> {
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
pub(crate) fn other_data() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "other data follows the compressed data; remove it",
    )
}
