//! An executable file, its segments in memory, and `execve`, which replaces the program of a process.

#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::abi::Errno;
use super::file::{Executable, Section};
use super::ids::{FileId, Pid};
use super::mapping::MOST_AREAS;
use super::process::Labels;
use super::state::Kernel;
use super::vma::{Backing, Prot, Vma};
use super::vma_map::VmaMap;

/// The reason why an executable is invalid. Each section is identified by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutableError {
    /// The section has no bytes.
    Empty,
    /// A section extends past the user half of the address space.
    Beyond(usize),
    /// Two sections overlap.
    Overlap(usize, usize),
}

impl fmt::Display for ExecutableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ExecutableError::Empty => "all sections of the executable are empty",
            ExecutableError::Beyond(_) => {
                "this section reaches beyond the address space of a process"
            }
            ExecutableError::Overlap(..) => "two sections overlap",
        })
    }
}

impl std::error::Error for ExecutableError {}

/// Whole pages in a loaded program, all with the same permissions and backing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) pages: Range<u64>,
    pub(crate) prot: Prot,
    /// The offset in the file, or `None` if the segment is anonymous (`.bss`).
    pub(crate) offset: Option<u64>,
    /// The index of the section that names the segment, or `None` for a library that is not an executable.
    pub(crate) section: Option<usize>,
}

/// Checks that an executable can be loaded below `limit`.
///
/// # Errors
/// Returns the reason why the executable cannot be loaded.
pub(crate) fn check(executable: &Executable, limit: u64) -> Result<(), ExecutableError> {
    let sections = executable
        .sections
        .iter()
        .enumerate()
        .filter(|(_, section)| section.size > 0);
    let mut sorted: Vec<_> = sections.collect();
    sorted.sort_by_key(|(_, section)| section.start);
    let beyond = |section: &Section| {
        section
            .start
            .checked_add(section.size)
            .is_none_or(|end| end > limit)
    };
    if let Some((at, _)) = sorted.iter().find(|(_, section)| beyond(section)) {
        return Err(ExecutableError::Beyond(*at));
    }
    let overlap = |pair: &&[(usize, &Section)]| pair[0].1.start + pair[0].1.size > pair[1].1.start;
    match sorted.windows(2).find(overlap) {
        Some(pair) => Err(ExecutableError::Overlap(pair[0].0, pair[1].0)),
        None if sorted.is_empty() => Err(ExecutableError::Empty),
        None => Ok(()),
    }
}

/// The file offset of each section. A section starts on a new page of the file, at the same offset within the
/// page as in memory. However, a section that shares a page with the preceding section directly follows that
/// section in the file. Sections without bytes in the file have no offset. `sections` is in address order.
fn offsets(sections: &[Section], page: u64) -> Vec<Option<u64>> {
    // The next free page of the file, and the start, offset, and end of the last section with bytes.
    let (mut free, mut last): (u64, Option<(u64, u64, u64)>) = (0, None);
    let place = |section: &Section| {
        if section.zero || section.size == 0 {
            return None;
        }
        let first = section.start / page;
        let offset = match last {
            Some((start, offset, end)) if (end - 1) / page == first => {
                offset + (section.start - start)
            }
            _ => free + section.start % page,
        };
        let end = offset + section.size;
        free = end.next_multiple_of(page);
        last = Some((section.start, offset, section.start + section.size));
        Some(offset)
    };
    sections.iter().map(place).collect()
}

/// Size in bytes of an executable file with these sections, which are in address order.
pub(crate) fn file_size(sections: &[Section], page: u64) -> u64 {
    let ends = offsets(sections, page).into_iter().zip(sections);
    ends.filter_map(|(offset, section)| Some(offset? + section.size))
        .max()
        .unwrap_or(0)
}

/// Returns the segments for sections in address order. A page shared by two sections has the permissions of
/// both. The kernel reads a page shared by two sections from the file if either section is in the file. For
/// example, the end of `.data` and the start of `.bss` can share a page of the file.
fn segments(sections: &[Section], page: u64) -> Vec<Segment> {
    let mut all: Vec<Segment> = Vec::new();
    for ((at, section), offset) in sections.iter().enumerate().zip(offsets(sections, page)) {
        if section.size == 0 {
            continue;
        }
        let start = section.start / page * page;
        let end = (section.start + section.size).next_multiple_of(page);
        let offset = offset.map(|offset| offset / page * page);
        let mut own = Segment {
            pages: start..end,
            prot: section.prot,
            offset,
            section: Some(at),
        };
        if let Some(last) = all.pop_if(|last| last.pages.end > start) {
            let (rest, common) = split_common_page(&last, &mut own, page);
            all.extend(rest.into_iter().chain([common]));
        }
        if !own.pages.is_empty() {
            all.push(own);
        }
    }
    all
}

/// Splits off the page that a segment shares with the preceding segment. Returns the rest of the preceding
/// segment, if any, and the shared page.
fn split_common_page(last: &Segment, own: &mut Segment, page: u64) -> (Option<Segment>, Segment) {
    let start = own.pages.start;
    let Prot { read, write, exec } = last.prot;
    let prot = Prot {
        read: read || own.prot.read,
        write: write || own.prot.write,
        exec: exec || own.prot.exec,
    };
    let of_last = last
        .offset
        .map(|offset| offset + (start - last.pages.start));
    let section = if prot == last.prot {
        last.section
    } else {
        own.section
    };
    let common = Segment {
        pages: start..start + page,
        prot,
        offset: of_last.or(own.offset),
        section,
    };
    own.pages.start += page;
    own.offset = own.offset.map(|offset| offset + page);
    let rest = Segment {
        pages: last.pages.start..start,
        ..last.clone()
    };
    ((!rest.pages.is_empty()).then_some(rest), common)
}

/// Returns the segments of a shared library that is a plain file of `size` bytes. The whole file is mapped as
/// text, and its last page is also mapped as data.
fn plain_library(size: u64, page: u64) -> Vec<Segment> {
    let Some(text) = size.checked_next_multiple_of(page).filter(|text| *text > 0) else {
        return Vec::new();
    };
    let Some(end) = text.checked_add(page) else {
        return Vec::new();
    };
    let allowed = |write| Prot {
        read: true,
        write,
        exec: !write,
    };
    let segment = |pages, write, offset| Segment {
        pages,
        prot: allowed(write),
        offset: Some(offset),
        section: None,
    };
    vec![
        segment(0..text, false, 0),
        segment(text..end, true, text - page),
    ]
}

/// The sections of an undeclared library: a page of text and a page of data.
fn implicit_library(page: u64) -> Vec<Section> {
    let section = |name: &str, start, write| Section {
        name: name.into(),
        start,
        size: page,
        prot: Prot {
            read: true,
            write,
            exec: !write,
        },
        zero: false,
    };
    vec![section(".text", 0, false), section(".data", page, true)]
}

impl Segment {
    /// The area of the segment, shifted up by `shift` bytes.
    pub(crate) fn area(&self, file: FileId, shift: u64, shared: bool) -> Vma {
        let backing = match self.offset {
            Some(offset) => Backing::File {
                file,
                offset,
                writable: false,
                opened: 0,
            },
            None => Backing::Anonymous,
        };
        Vma::new(
            self.pages.start + shift..self.pages.end + shift,
            self.prot,
            shared,
            backing,
        )
    }
}

/// SIGKILL. The kernel ends a process with this signal if `execve` has freed the process's old memory and the
/// new program does not fit into memory.
const KILLED: u32 = 9;

/// The initial address space of a program.
#[derive(Default)]
struct Image {
    areas: VmaMap,
    labels: Labels,
    brk: u64,
}

impl Image {
    /// Adds an area to an unmapped range.
    fn add_area(&mut self, area: Vma, name: &Arc<str>) -> Result<(), Errno> {
        let free = self.areas.is_free(area.start..area.end) && self.areas.count() < MOST_AREAS;
        let label = self.labels.number(name);
        free.then(|| drop(self.areas.insert(Vma { label, ..area })))
            .ok_or(Errno::ENOMEM)
    }
}

impl Kernel {
    /// Performs `execve(2)`, or fails without changes. `execve` removes the old areas and maps the program's
    /// sections, its libraries, and a stack. The program counter is set to the entry point, and the
    /// stack pointer to the end of the stack.
    ///
    /// # Errors
    /// Returns ENOENT if the file does not exist, EACCES if it is not executable, or ENOMEM if its
    /// areas do not fit.
    pub(super) fn exec(&mut self, pid: Pid, file: FileId) -> Result<(), Errno> {
        let program = self
            .files
            .executables
            .get(&file)
            .map(Arc::clone)
            .ok_or(Errno::EACCES)?;
        let image = self.image(file, &program)?;
        let current = self.current() == Some(pid);
        self.free_address_space(pid);
        let Ok(mut space) = self.new_space() else {
            self.end(pid, KILLED);
            return Err(Errno::ENOMEM);
        };
        (space.brk_start, space.brk) = (image.brk, image.brk);
        space.labels = image.labels;
        // The stack is empty, because `execve` does not copy `argv` and `envp`.
        let rsp = self.config.stack_top;
        if let Some(process) = self.process_mut(pid) {
            (process.space, process.pc, process.rsp) = (space, Some(program.entry), Some(rsp));
        }
        for area in image.areas.iter() {
            self.map_area(pid, *area);
        }
        self.close_descriptors(pid, true);
        if current {
            self.switch_to(pid);
        }
        Ok(())
    }

    /// Builds the initial address space of a program.
    fn image(&mut self, file: FileId, program: &Executable) -> Result<Image, Errno> {
        let page = self.page_size();
        let mut image = Image::default();
        for segment in segments(&program.sections, page) {
            let name = segment
                .section
                .map_or_else(Arc::default, |at| Arc::clone(&program.sections[at].name));
            image.add_area(segment.area(file, 0, false), &name)?;
            image.brk = segment.pages.end;
        }
        let top = self.config.stack_top;
        let start = top.checked_sub(page).ok_or(Errno::ENOMEM)?;
        let prot = Prot {
            read: true,
            write: true,
            exec: false,
        };
        let stack = Vma {
            stack: true,
            ..Vma::new(start..top, prot, false, Backing::Anonymous)
        };
        image.add_area(stack, &"stack".into())?;
        for (at, name) in program.libraries.iter().enumerate() {
            if !program.libraries[..at].contains(name) {
                self.add_library(&mut image, name)?;
            }
        }
        self.work += image.areas.count() as u64;
        Ok(image)
    }

    /// Maps a shared library into the highest hole. Maps read-only segments of the file as shared areas.
    fn add_library(&mut self, image: &mut Image, name: &Arc<str>) -> Result<(), Errno> {
        let page = self.page_size();
        let file = self.library_file(name);
        let segments = match self.files.executables.get(&file) {
            Some(library) => segments(&library.sections, page),
            None => plain_library(self.file_size(file), page),
        };
        let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
            return Ok(());
        };
        let (base, len) = (first.pages.start, last.pages.end - first.pages.start);
        let limit = self.config.mmap_base;
        let at = image
            .areas
            .highest_hole(len, page, limit)
            .ok_or(Errno::ENOMEM)?;
        for segment in &segments {
            // Shared text, as in lectures. Linux maps both the text and the data of a library as private.
            let shared = segment.offset.is_some() && !segment.prot.write;
            let from = segment.pages.start - base;
            let moved = Segment {
                pages: from..from + (segment.pages.end - segment.pages.start),
                ..segment.clone()
            };
            image.add_area(moved.area(file, at, shared), name)?;
        }
        Ok(())
    }

    /// The file that contains a library. If the script has not declared the library, this method creates a
    /// file with a page of text and a page of data.
    fn library_file(&mut self, name: &Arc<str>) -> FileId {
        if let Some(file) = self.file_named(name) {
            return file;
        }
        let sections = implicit_library(self.page_size());
        let size = file_size(&sections, self.page_size());
        let file = self.add_file(Arc::clone(name), super::file::Fill::Byte(0), size);
        let library = Executable {
            entry: 0,
            sections,
            libraries: Vec::new(),
        };
        self.files.executables.insert(file, Arc::new(library));
        file
    }
}
