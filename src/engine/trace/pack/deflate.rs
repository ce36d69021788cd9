//! Compresses bodies.

use std::io::{self, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compress, Compression, FlushCompress};

/// Maximum size in bytes of a stored deflate block.
const STORED: usize = 0xffff;

/// Adds a compressed body. If compression barely shortens the distances, the packer stores them uncompressed,
/// because inflating them would dominate the read time.
///
/// # Errors
/// In practice, this function never fails, because it writes to memory.
pub(crate) fn body(head: &[u8], distances: &[u8], bytes: &mut Vec<u8>) -> io::Result<()> {
    let alone = add(Vec::new(), distances)?.finish()?.len();
    if 5 * alone <= 3 * distances.len() {
        let mut encoder = add(std::mem::take(bytes), head)?;
        encoder.write_all(distances)?;
        *bytes = encoder.finish()?;
        return Ok(());
    }
    // The sync flush ends the first part at a byte boundary without ending the stream. The reserved space is
    // large enough for the whole body.
    bytes.reserve(head.len() + head.len() / 8 + 1024);
    let mut first = Compress::new(Compression::default(), false);
    first.compress_vec(head, bytes, FlushCompress::Sync)?;
    if first.total_in() < head.len() as u64 {
        return Err(io::ErrorKind::OutOfMemory.into());
    }
    store(distances, bytes);
    Ok(())
}

/// Creates an encoder and writes the first bytes.
fn add(to: Vec<u8>, bytes: &[u8]) -> io::Result<DeflateEncoder<Vec<u8>>> {
    let mut encoder = DeflateEncoder::new(to, Compression::default());
    encoder.write_all(bytes)?;
    Ok(encoder)
}

/// Appends the rest of a stream as stored blocks.
fn store(mut rest: &[u8], bytes: &mut Vec<u8>) {
    loop {
        let (part, after) = rest.split_at(rest.len().min(STORED));
        let length = part.len() as u16;
        bytes.push(u8::from(after.is_empty()));
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&(!length).to_le_bytes());
        bytes.extend_from_slice(part);
        rest = after;
        if rest.is_empty() {
            return;
        }
    }
}
