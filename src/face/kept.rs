//! Files as they were when they were first read.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use pagewalk_script::lang::loader::{Disk, Loader};

/// Reads from the file system, and keeps what it reads: standard input can be read once only, and a file could change between
/// two versions of one paper.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    files: BTreeMap<PathBuf, Vec<u8>>,
    input: Option<Vec<u8>>,
}

impl Loader for Kept {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        Disk.canonical(path)
    }

    fn load(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        if let Some(bytes) = self.files.get(path) {
            return Ok(bytes.clone());
        }
        let bytes = Disk.load(path)?;
        self.files.insert(path.to_owned(), bytes.clone());
        Ok(bytes)
    }

    fn standard_input(&mut self) -> io::Result<Vec<u8>> {
        if let Some(bytes) = &self.input {
            return Ok(bytes.clone());
        }
        let bytes = Disk.standard_input()?;
        self.input = Some(bytes.clone());
        Ok(bytes)
    }
}
