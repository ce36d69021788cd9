//! Files: their bytes on disk, and which of their pages are in the page cache.
//!
//! A page that is mapped stands in a user frame, which all its mappers share and which holds the newest bytes; when its last
//! mapping goes, the frame is written back if it is dirty, and is free. The rest of the page cache is the kernel's own
//! memory, like its page tables, and takes no user frame: a page that was read once, or is warm from the beginning, is in it
//! until it is evicted.

use std::rc::Rc;

use super::ids::{FileId, FrameNo};
use super::persistent::Map;

/// What a file's bytes are before anything is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fill {
    /// These bytes.
    Bytes(Rc<[u8]>),
    /// All this byte.
    Byte(u8),
    /// Byte i is i modulo 256.
    Counting,
    /// Page i is filled with this byte plus i, modulo 256.
    Pages(u8),
}

/// A file.
#[derive(Debug, Clone)]
pub struct File {
    /// Its name.
    pub name: Rc<str>,
    /// Bytes it has.
    pub size: u64,
    /// Its bytes before anything was written; beyond `base` they are zeros.
    pub fill: Fill,
    /// The first byte that `fill` does not give.
    pub base: u64,
    /// Pages that were written, whole.
    pub written: Map<u64, Rc<[u8]>>,
    /// Pages that are in the page cache, if it was cold in the beginning; or that are not, if it was warm.
    pub turned: super::persistent::Set<u64>,
    /// Pages that stand in a user frame.
    pub mapped: Map<u64, FrameNo>,
    /// Areas that map it and descriptors that refer to it.
    pub users: u32,
}

/// All files.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// By number.
    pub all: Map<FileId, Rc<File>>,
    /// By name.
    pub names: Map<Rc<str>, FileId>,
    /// Executables, by the number of their file.
    pub executables: Map<FileId, Rc<Executable>>,
}

/// An `executable`: a file with sections that `execve` maps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executable {
    /// Where it begins to run.
    pub entry: u64,
    /// In order of address.
    pub sections: Vec<Section>,
    /// Names of shared libraries.
    pub libraries: Vec<Rc<str>>,
}

/// A section of an executable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its name, `.text`.
    pub name: Rc<str>,
    /// Its first byte.
    pub start: u64,
    /// Its bytes.
    pub size: u64,
    /// What is allowed.
    pub prot: super::area::Prot,
    /// It has no bytes in the file (`.bss`).
    pub zero: bool,
}
