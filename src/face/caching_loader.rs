//! A loader that reads each file once.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pagewalk_script::lang::loader::{Disk, Loader, Stream};

/// Reads from the file system and keeps what it reads: a file could change between two versions of one paper.
#[derive(Debug, Clone, Default)]
pub(crate) struct CachingLoader {
    files: BTreeMap<PathBuf, Arc<[u8]>>,
}

impl CachingLoader {
    fn cached(&mut self, path: &Path) -> io::Result<Arc<[u8]>> {
        if let Some(bytes) = self.files.get(path) {
            return Ok(bytes.clone());
        }
        let bytes: Arc<[u8]> = Disk.load(path)?.into();
        self.files.insert(path.to_owned(), bytes.clone());
        Ok(bytes)
    }
}

impl Loader for CachingLoader {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        Disk.canonical(path)
    }

    fn load(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        self.cached(path).map(|bytes| bytes.to_vec())
    }

    fn stream(&mut self, path: &Path) -> io::Result<Stream> {
        self.cached(path).map(Stream::Bytes)
    }

    fn standard_input(&mut self) -> io::Result<Vec<u8>> {
        Disk.standard_input()
    }
}
