//! Reads the files of the command up to a size limit.

use std::io::Read;
use std::path::Path;

use super::records::FILE_LIMIT;

/// The bytes of a file; `-` is standard input. An error is the rest of a sentence that begins with the file's
/// name.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(FILE_LIMIT + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(FILE_LIMIT + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(format!("is larger than the {} MB that are read", FILE_LIMIT >> 20));
    }
    Ok(bytes)
}

/// Like [`read`], for UTF-8 text.
pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    String::from_utf8(read(path)?).map_err(|_| "is not UTF-8 text".to_owned())
}
