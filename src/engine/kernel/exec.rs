//! `execve`: replaces the program of a process.

use std::sync::Arc;

use super::abi::Errno;
use super::file::Executable;
use super::ids::{FileId, Pid};
use super::mapping::MOST_AREAS;
use super::process::Labels;
use super::program::{self, Segment};
use super::state::Kernel;
use super::vma::{Backing, Prot, Vma};
use super::vma_map::VmaMap;

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
        for segment in program::segments(&program.sections, page) {
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
            Some(library) => program::segments(&library.sections, page),
            None => program::plain_library(self.file_size(file), page),
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
        let sections = program::implicit_library(self.page_size());
        let size = program::file_size(&sections, self.page_size());
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
