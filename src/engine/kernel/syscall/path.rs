//! Paths in system call arguments.

use crate::kernel::abi::{Buffer, Errno};
use crate::kernel::event::Observer;
use crate::kernel::ids::Pid;
use crate::kernel::state::{Kernel, OutOfMemory};

/// Maximum size of a path in bytes, including the NUL (`PATH_MAX`).
const MOST_BYTES: usize = 4096;

/// Maximum size in bytes of a name in a path (`NAME_MAX`).
const MOST_OF_NAME: usize = 255;

/// Reads a path from a string, or from an address up to a NUL. Returns EFAULT if the path is not readable,
/// ENAMETOOLONG if it is too long, or ENOENT if it is empty.
pub(crate) fn path(
    kernel: &mut Kernel,
    pid: Pid,
    from: Buffer<'_>,
    watch: Observer<'_>,
) -> Result<Result<String, Errno>, OutOfMemory> {
    let bytes = match from {
        Buffer::Bytes(bytes) => Ok(until_nul(bytes).unwrap_or(bytes).to_vec()),
        Buffer::At(at) => string_at(kernel, pid, at, watch)?,
    };
    Ok(bytes.and_then(|bytes| {
        let long = bytes.len() >= MOST_BYTES
            || bytes
                .split(|byte| *byte == b'/')
                .any(|n| n.len() > MOST_OF_NAME);
        match bytes.is_empty() {
            true => Err(Errno::ENOENT),
            false if long => Err(Errno::ENAMETOOLONG),
            false => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }))
}

/// The bytes before the first NUL, or `None` if there is no NUL.
fn until_nul(bytes: &[u8]) -> Option<&[u8]> {
    bytes
        .iter()
        .position(|byte| *byte == 0)
        .map(|end| &bytes[..end])
}

/// Reads the bytes at an address up to a NUL, page by page so that no page after the string is touched.
fn string_at(
    kernel: &mut Kernel,
    pid: Pid,
    at: u64,
    watch: Observer<'_>,
) -> Result<Result<Vec<u8>, Errno>, OutOfMemory> {
    let page = kernel.page_size();
    let mut found = Vec::new();
    while found.len() < MOST_BYTES {
        let Some(from) = at.checked_add(found.len() as u64) else {
            return Ok(Err(Errno::EFAULT));
        };
        let in_page = usize::try_from(page - from % page).unwrap_or(MOST_BYTES);
        let mut part = vec![0; in_page.min(MOST_BYTES - found.len())];
        if kernel.copy_in(pid, from, &mut part, watch)? < part.len() {
            return Ok(Err(Errno::EFAULT));
        }
        if let Some(last) = until_nul(&part) {
            found.extend(last);
            return Ok(Ok(found));
        }
        found.extend(part);
    }
    Ok(Ok(found))
}
