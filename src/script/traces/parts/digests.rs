//! Digests of tables, machines, and traces.

use pagewalk_engine::files::shown;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use super::part_error::PartError;
use pagewalk_engine::files::{open_regular, reason};
use pagewalk_engine::machine::spec::Spec;

/// The size and the modification time of a trace, which show whether the trace has changed. A second digest
/// after the replay would read the trace a third time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TraceVersion {
    /// The size in bytes.
    pub(super) bytes: u64,
    /// The modification time, unless the file system has none.
    modified: Option<SystemTime>,
}

impl TraceVersion {
    pub(super) fn of(path: &Path) -> Result<Self, PartError> {
        let data = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        Ok(Self {
            bytes: data.len(),
            modified: data.modified().ok(),
        })
    }
}

/// The SHA-256 digest of bytes, in hexadecimal digits.
pub(super) fn sha256(bytes: impl AsRef<[u8]>) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The SHA-256 digest of a trace.
pub(super) fn sha256_of_trace(path: &Path) -> Result<String, PartError> {
    let mut digest = Sha256::new();
    let mut read = || {
        let mut file = open_regular(path)?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(length) => digest.update(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    };
    read().map_err(|error| unreadable(path, &error))?;
    Ok(hexadecimal(&digest.finalize()))
}

/// The SHA-256 digest of machines.
pub(super) fn sha256_of_machines<'a>(specs: impl Iterator<Item = &'a Spec>) -> String {
    let mut digest = Sha256::new();
    for spec in specs {
        digest.update(format!("{spec:?}\n"));
    }
    hexadecimal(&digest.finalize())
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

fn unreadable(path: &Path, error: &io::Error) -> PartError {
    PartError::Trace(format!("cannot read `{}`: {}", shown(path), reason(error)))
}
