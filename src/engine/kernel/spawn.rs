//! Declares areas, files, and executables.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::file::{Executable, File, Fill};
use super::ids::{FileId, Pid};
use super::mapping::MOST_AREAS;
use super::program::{self, ExecutableError};
use super::state::Kernel;
use super::vma::{Backing, Prot, Vma, VmaLabel};

/// The maximum size and offset of a file: the largest `off_t`. As on tmpfs. ext4 would reject offsets of 16
/// TB.
pub(crate) const MOST_BYTES: u64 = i64::MAX as u64;

/// The declaration of an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaDeclaration {
    /// The name. `heap` and `stack` are special; see [`Kernel::declare_area`].
    pub label: Option<Arc<str>>,
    /// The first byte.
    pub start: u64,
    /// The address after the last byte.
    pub end: u64,
    /// The permissions.
    pub prot: Prot,
    /// Whether the area is shared.
    pub shared: bool,
    /// The mapped file, or `None` if the area is anonymous.
    pub file: Option<FileId>,
    /// The offset in the mapped file.
    pub offset: u64,
}

/// The reason why an area cannot be declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AreaError {
    /// The area's start, end, or offset is not page-aligned.
    NotAligned,
    /// The area's end is not above its start.
    Empty,
    /// The area extends past the user half of the address space, or its offset exceeds the maximum.
    Beyond,
    /// The area overlaps another area.
    Overlaps(Vma),
    /// There are too many areas.
    TooMany,
}

impl fmt::Display for AreaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AreaError::NotAligned => f.write_str("an area must begin and end at a page boundary"),
            AreaError::Empty => f.write_str("the area is empty"),
            AreaError::Beyond => {
                f.write_str("this area reaches beyond the address space of a process")
            }
            AreaError::Overlaps(Vma { start, end, .. }) => {
                write!(
                    f,
                    "this area overlaps the area from 0x{start:X} to 0x{end:X}"
                )
            }
            AreaError::TooMany => f.write_str("the process has too many areas"),
        }
    }
}

impl Error for AreaError {}

impl Kernel {
    /// Adds an area to a process. An area named `heap` is the heap and ends at the program break. An area
    /// named `stack` grows down.
    ///
    /// # Errors
    /// Fails if the area is invalid.
    pub fn declare_area(&mut self, pid: Pid, area: AreaDeclaration) -> Result<(), AreaError> {
        self.check_area(pid, &area)?;
        let AreaDeclaration {
            label,
            start,
            end,
            prot,
            shared,
            file,
            offset,
        } = area;
        let number = label
            .as_ref()
            .map(|name| self.label_number(pid, name).ok_or(AreaError::TooMany))
            .transpose()?;
        let backing = match file {
            Some(file) => Backing::File {
                file,
                offset,
                writable: prot.write || !shared,
                opened: 0,
            },
            None if shared => Backing::Object {
                object: self.new_object(end - start),
                offset: 0,
            },
            None => Backing::Anonymous,
        };
        let is = |name: &str| label.as_deref() == Some(name);
        let area = Vma::new(start..end, prot, shared, backing);
        let area = Vma {
            stack: is("stack"),
            heap: is("heap"),
            label: number,
            ..area
        };
        self.map_area(pid, area);
        if let Some(process) = self.process_mut(pid).filter(|_| is("heap")) {
            (process.space.brk_start, process.space.brk) = (start, end);
            process.space.heap.declare(start, end);
        }
        Ok(())
    }

    fn check_area(&self, pid: Pid, area: &AreaDeclaration) -> Result<(), AreaError> {
        let AreaDeclaration {
            start, end, offset, ..
        } = *area;
        if [start, end, offset]
            .iter()
            .any(|at| !at.is_multiple_of(self.page_size()))
        {
            return Err(AreaError::NotAligned);
        }
        if start >= end {
            return Err(AreaError::Empty);
        }
        if end > self.user_end()
            || offset
                .checked_add(end - start)
                .is_none_or(|last| last > MOST_BYTES)
        {
            return Err(AreaError::Beyond);
        }
        let areas = self.process(pid).map(|process| &process.space.areas);
        if let Some(other) = areas
            .and_then(|areas| areas.at_or_above(start))
            .filter(|other| other.start < end)
        {
            return Err(AreaError::Overlaps(*other));
        }
        let full = areas.is_some_and(|areas| areas.count() >= MOST_AREAS);
        if full {
            Err(AreaError::TooMany)
        } else {
            Ok(())
        }
    }

    /// The number of an area name, or `None` if there are too many names.
    fn label_number(&mut self, pid: Pid, name: &Arc<str>) -> Option<VmaLabel> {
        self.process_mut(pid)?.space.labels.number(name)
    }

    /// Adds a file of at most 2^63 - 1 bytes. The new file replaces any file with the same name, but open
    /// descriptors still refer to the old file.
    pub fn add_file(&mut self, name: Arc<str>, fill: Fill, size: u64) -> FileId {
        let id = FileId(self.files.all.get_max().map_or(0, |(last, _)| last.0) + 1);
        let file = File::new(Arc::clone(&name), fill, size.min(MOST_BYTES));
        self.files.all.insert(id, Arc::new(file));
        if let Some(before) = self.files.names.insert(name, id) {
            self.forget_file(before);
        }
        id
    }

    /// Discards a file that has no users and no name.
    pub(super) fn forget_file(&mut self, file: FileId) {
        let Some(held) = self.files.all.get(&file) else {
            return;
        };
        if held.users == 0 && self.files.names.get(&held.name) != Some(&file) {
            self.files.all.remove(&file);
            self.files.executables.remove(&file);
        }
    }

    /// Adds an executable as a file of zeros. The file offset of each section is congruent with the section's
    /// address, modulo the page size.
    ///
    /// # Errors
    /// Fails if `execve` could not load the executable.
    pub fn add_executable(
        &mut self,
        name: Arc<str>,
        mut executable: Executable,
    ) -> Result<FileId, ExecutableError> {
        program::check(&executable, self.user_end())?;
        executable.sections.sort_by_key(|section| section.start);
        let size = program::file_size(&executable.sections, self.page_size());
        let file = self.add_file(name, Fill::Byte(0), size);
        self.files.executables.insert(file, Arc::new(executable));
        Ok(file)
    }

    /// The file with this name.
    pub fn file_named(&self, name: &str) -> Option<FileId> {
        self.files.names.get(name).copied()
    }

    /// A file's size in bytes.
    pub fn file_size(&self, file: FileId) -> u64 {
        self.files.all.get(&file).map_or(0, |file| file.size)
    }
}
