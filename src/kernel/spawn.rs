//! Processes, files and executables as a script declares them.

use std::rc::Rc;

use super::area::{Area, Prot};
use super::file::{Executable, Fill};
use super::ids::{FileId, Pid};
use super::kernel::{Kernel, OutOfMemory};

/// An area as a `process` declaration lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaDeclaration {
    /// Its name: `heap` and `stack` are these.
    pub label: Option<Rc<str>>,
    /// Its first byte.
    pub start: u64,
    /// The byte after its last.
    pub end: u64,
    /// What is allowed.
    pub prot: Prot,
    /// Shared.
    pub shared: bool,
    /// The file behind it; none is anonymous.
    pub file: Option<FileId>,
    /// Where in the file it begins.
    pub offset: u64,
}

/// Why an area cannot be declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AreaError {
    /// Start, end or offset is no multiple of the page size.
    NotAligned,
    /// It has no page, or ends before it begins.
    Empty,
    /// It reaches beyond the address space (its user half).
    Beyond,
    /// Another area has a part of it.
    Overlaps(Area),
    /// There are too many areas.
    TooMany,
}

impl Kernel {
    /// A new process with an empty address space.
    ///
    /// # Errors
    /// If there is no room for its page table.
    pub fn spawn(&mut self, _name: Rc<str>) -> Result<Pid, OutOfMemory> {
        todo!()
    }

    /// Gives a process an area.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn declare_area(&mut self, _pid: Pid, _area: AreaDeclaration) -> Result<(), AreaError> {
        todo!()
    }

    /// A process is called otherwise from now on: the child of `let child = fork()`.
    pub fn rename(&mut self, _pid: Pid, _name: Rc<str>) {
        todo!()
    }

    /// A new file; one of the same name is replaced (those who have it open keep the old one).
    pub fn add_file(&mut self, _name: Rc<str>, _fill: Fill, _size: u64) -> FileId {
        todo!()
    }

    /// A new executable: a file in which each section stands from a page on, congruent with its address.
    pub fn add_executable(&mut self, _name: Rc<str>, _executable: Executable) -> FileId {
        todo!()
    }

    /// The file of this name.
    pub fn file_named(&self, _name: &str) -> Option<FileId> {
        todo!()
    }

    /// A file's size in bytes.
    pub fn file_size(&self, _file: FileId) -> u64 {
        todo!()
    }
}
