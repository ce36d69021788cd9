//! Files: their bytes on disk, and their pages in the page cache.
//!
//! A mapped page is in a user frame, which holds the newest bytes and which all mappings share. When a page
//! loses its last mapping, the kernel writes a dirty frame back and frees the frame. Cached pages that are
//! not mapped are in kernel memory and occupy no user frames. A page stays in the page cache once it has been
//! read.

use std::sync::Arc;

use super::ids::{FileId, FrameNo};
use super::persistent::{Map, Set};

/// The initial bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fill {
    /// These bytes.
    Bytes(Arc<[u8]>),
    /// This byte everywhere.
    Byte(u8),
    /// Byte i is i modulo 256.
    Counting,
    /// Page i is filled with this byte plus i, modulo 256.
    Pages(u8),
}

#[derive(Debug, Clone)]
pub struct File {
    pub name: Arc<str>,
    /// Size in bytes.
    pub(crate) size: u64,
    /// The initial bytes, before any write. All bytes from offset `base` on are zeros.
    pub(crate) fill: Fill,
    /// The offset of the first byte that is not defined by `fill`.
    pub(crate) base: u64,
    /// Whole pages that have been written.
    pub(crate) written: Map<u64, Arc<[u8]>>,
    /// Pages whose page-cache state differs from the initial state: cached in a cold file, or not cached in a
    /// warm file.
    pub(crate) turned: Set<u64>,
    /// The pages in user frames.
    pub(crate) mapped: Map<u64, FrameNo>,
    /// Number of areas that map the file, plus the number of descriptors that refer to the file.
    pub(crate) users: u32,
}

impl File {
    /// Creates a declared file.
    pub(super) fn new(name: Arc<str>, fill: Fill, size: u64) -> Self {
        let (written, turned, mapped) = (Map::new(), Set::new(), Map::new());
        Self {
            name,
            size,
            fill,
            base: size,
            written,
            turned,
            mapped,
            users: 0,
        }
    }

    /// Whether a page is in the page cache. `warm` means that all pages were cached at the start. A page in a
    /// frame is always cached.
    pub(crate) fn is_cached(&self, page: u64, warm: bool) -> bool {
        self.turned.contains(&page) != warm
    }

    /// Adds a page to the page cache, or removes it.
    pub(super) fn set_cached(&mut self, page: u64, cached: bool, warm: bool) {
        if cached == warm {
            self.turned.remove(&page);
        } else {
            self.turned.insert(page);
        }
    }

    /// Reads bytes on disk, starting at `offset`, within one page of `1 << page_bits` bytes. Bytes past the
    /// end of the file are zeros.
    pub(super) fn read_disk(&self, offset: u64, out: &mut [u8], page_bits: u32) {
        let there = usize::try_from(self.size.saturating_sub(offset))
            .unwrap_or(usize::MAX)
            .min(out.len());
        let (out, beyond) = out.split_at_mut(there);
        beyond.fill(0);
        if let Some(page) = self.written.get(&(offset >> page_bits)) {
            let at = (offset & ((1 << page_bits) - 1)) as usize;
            out.copy_from_slice(&page[at..at + out.len()]);
            return;
        }
        for (at, byte) in (offset..).zip(out) {
            *byte = if at < self.base {
                self.fill.byte(at, page_bits)
            } else {
                0
            };
        }
    }

    /// Writes bytes to a page on disk, starting at offset `at` in the page. Bytes past the end of the file
    /// are not written.
    pub(super) fn write_disk(&mut self, page: u64, at: usize, bytes: &[u8], page_bits: u32) {
        let start = page << page_bits;
        let mut whole = vec![0; 1 << page_bits];
        self.read_disk(start, &mut whole, page_bits);
        let room = usize::try_from(self.size.saturating_sub(start)).unwrap_or(usize::MAX);
        let end = (at + bytes.len()).min(room).max(at);
        whole[at..end].copy_from_slice(&bytes[..end - at]);
        self.written.insert(page, whole.into());
    }

    /// Changes the file size on disk. If the file shrinks, the bytes past the new size are lost. If the file
    /// grows, the added bytes are zeros.
    pub(super) fn resize(&mut self, size: u64, page_bits: u32) {
        if size < self.size {
            let pages = size.div_ceil(1 << page_bits);
            let gone: Vec<u64> = self.written.range(pages..).map(|(page, _)| *page).collect();
            for page in gone {
                self.written.remove(&page);
            }
            let gone: Vec<u64> = self.turned.range(pages..).copied().collect();
            for page in gone {
                self.turned.remove(&page);
            }
            self.base = self.base.min(size);
            if let Some(last) = self.written.get_mut(&(size >> page_bits)) {
                let mut bytes = last.to_vec();
                bytes[(size & ((1 << page_bits) - 1)) as usize..].fill(0);
                *last = bytes.into();
            }
        }
        self.size = size;
    }
}

impl Fill {
    /// The initial byte at an offset, as defined by `fill`.
    fn byte(&self, offset: u64, page_bits: u32) -> u8 {
        match self {
            Fill::Bytes(bytes) => usize::try_from(offset)
                .ok()
                .and_then(|n| bytes.get(n))
                .copied()
                .unwrap_or(0),
            Fill::Byte(byte) => *byte,
            Fill::Counting => offset as u8,
            Fill::Pages(first) => first.wrapping_add((offset >> page_bits) as u8),
        }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The files by file number.
    pub all: Map<FileId, Arc<File>>,
    /// The file numbers by name.
    pub names: Map<Arc<str>, FileId>,
    /// The executables by file number.
    pub executables: Map<FileId, Arc<Executable>>,
}

/// An `executable`: a file with sections that `execve` maps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executable {
    /// The entry point.
    pub entry: u64,
    /// The executable's sections in address order.
    pub sections: Vec<Section>,
    /// Names of shared libraries.
    pub libraries: Vec<Arc<str>>,
}

/// A section of an executable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The name, `.text`.
    pub name: Arc<str>,
    /// The first byte.
    pub start: u64,
    /// Size in bytes.
    pub size: u64,
    /// The permissions.
    pub prot: super::vma::Prot,
    /// Whether the section has no bytes in the file, like `.bss`.
    pub zero: bool,
}
