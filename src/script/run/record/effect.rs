//! The changes made by a system call, limited to those that reports show. This module keeps a copy of the
//! state before the call, which is cheap, and compares the copy with the state afterward.

use std::sync::Arc;

use pagewalk_engine::kernel::abi::{Arg, Args, Reply};
use pagewalk_engine::kernel::heap::HeapBlock;
use pagewalk_engine::kernel::ids::{FileId, Pid};
use pagewalk_engine::kernel::process::{PageLocation, Process, ProcessState};
use pagewalk_engine::kernel::vma::Vma;
use pagewalk_engine::kernel::{Kernel, OpenFile};

use super::process::{AreaRecord, ProcessRef};

/// Maximum number of removed or added areas to keep.
const AREAS: usize = 24;
/// Maximum number of bytes of terminal output to keep.
const OUTPUT: usize = 2048;

/// Maximum number of inherited pages to keep.
const PAGES: usize = 4;

/// A value before and after a call.
pub type Change<T> = (T, T);

/// The changes made by a system call.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Effect {
    /// The first few removed areas, in their state before the call. A changed area is listed as removed and
    /// as added.
    pub(crate) gone: Vec<AreaRecord>,
    /// The first few added areas.
    pub(crate) come: Vec<AreaRecord>,
    /// The numbers of removed and added areas, including those that are not kept.
    pub(crate) count: (usize, usize),
    /// Number of areas after the call.
    pub(crate) areas: usize,
    pub(crate) brk: Change<u64>,
    /// The start of the heap after the call.
    pub(crate) heap: u64,
    /// Number of the process's pages in user frames.
    pub(crate) resident: Change<u64>,
    /// Number of user frames in use.
    pub(crate) frames: Change<u32>,
    /// The file that the call operates on.
    pub(crate) file: Option<FileRecord>,
    /// The first bytes written to the terminal.
    pub(crate) output: Vec<u8>,
    /// The program counter after the call.
    pub(crate) pc: Option<u64>,
    /// What a child inherited.
    pub(crate) forked: Option<Forked>,
    /// The parent that must wait for the ended process.
    pub(crate) waiter: Option<Arc<str>>,
    /// The child that `wait` reaped, and the child's status.
    pub(crate) waited: Option<(ProcessRef, u32)>,
    /// The block that `malloc` allocated, or the block that `free` freed, as it was before the call.
    pub(crate) block: Option<HeapBlock>,
}

/// The areas and pages that a child inherited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Forked {
    pub(crate) areas: usize,
    /// The number of pages in frames.
    pub(crate) count: u64,
    /// The first few of these pages.
    pub(crate) pages: Vec<u64>,
}

/// The open file that a call uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileRecord {
    /// The file's name, or `None` for the terminal.
    pub(crate) name: Option<Arc<str>>,
    pub(crate) size: Change<u64>,
    /// The offset of the next `read` or `write`.
    pub(crate) offset: Change<u64>,
    /// Whether the file can be read, and whether it can be written.
    pub(crate) mode: (bool, bool),
    /// Whether writes append to the file's end (`O_APPEND`), regardless of the offset.
    pub(crate) append: bool,
}

/// A process before a call.
#[derive(Debug, Clone)]
pub(crate) struct BeforeCall {
    process: Process,
    /// User frames in use.
    frames: u32,
    /// The open file that an argument refers to, with its number, name, and size.
    file: Option<(OpenFile, Option<Named>)>,
}

/// The number, name, and size of a file.
type Named = (FileId, Arc<str>, u64);

impl BeforeCall {
    /// Captures the process before this call, or returns `None` if the process does not exist.
    pub(crate) fn capture(kernel: &Kernel, pid: Pid, call: &str, args: &[Arg]) -> Option<Self> {
        let at = match call {
            "close" | "dup" | "dup2" | "read" | "write" | "pread" | "pwrite" | "lseek"
            | "fstat" | "ftruncate" => Some(0),
            "mmap" => Some(4),
            _ => None,
        };
        let descriptor = at.and_then(|at| u32::try_from(Args::new(args).int(at)).ok());
        let open = descriptor.and_then(|descriptor| kernel.open_of(pid, descriptor));
        let file = open.map(|open| (open, named(kernel, open)));
        Some(Self {
            process: kernel.process(pid)?.clone(),
            frames: kernel.frames().used(),
            file,
        })
    }

    /// Returns the changes made by the call.
    pub(crate) fn effect(
        &self,
        kernel: &Kernel,
        call: &str,
        args: &[Arg],
        reply: &Reply,
    ) -> Effect {
        let Some(after) = kernel.process(self.process.pid) else {
            return Effect::default();
        };
        let before = &self.process;
        let (gone, come) = before.space.areas.difference(&after.space.areas);
        let record = |process: &Process, areas: &[Vma]| -> Vec<AreaRecord> {
            areas
                .iter()
                .take(AREAS)
                .map(|area| AreaRecord::describe(kernel, process, *area))
                .collect()
        };
        let block = match (call, reply.result) {
            ("malloc" | "calloc" | "realloc", Ok(at)) => after.space.heap.blocks.get(&at).copied(),
            ("free", Ok(_)) => before
                .space
                .heap
                .blocks
                .get(&Args::new(args).address(0))
                .copied(),
            _ => None,
        };
        let written = before.stdout.len();
        Effect {
            gone: record(before, &gone),
            come: record(after, &come),
            count: (gone.len(), come.len()),
            areas: after.space.areas.count(),
            brk: (before.space.brk, after.space.brk),
            heap: after.space.brk_start,
            resident: (before.space.resident, after.space.resident),
            frames: (self.frames, kernel.frames().used()),
            waiter: waiter(kernel, after),
            file: self.file(kernel, call, args, reply),
            output: after.stdout.bytes(written..written + OUTPUT),
            pc: after.pc,
            forked: reply
                .child
                .and_then(|child| kernel.process(child))
                .map(forked),
            waited: waited(kernel, call, reply),
            block,
        }
    }

    fn file(&self, kernel: &Kernel, call: &str, args: &[Arg], reply: &Reply) -> Option<FileRecord> {
        let pid = self.process.pid;
        if let ("open", Ok(descriptor)) = (call, reply.result) {
            let open = kernel.open_of(pid, u32::try_from(descriptor).ok()?)?;
            return Some(record(
                open,
                open,
                named(kernel, open).as_ref(),
                named(kernel, open).as_ref(),
            ));
        }
        let (open, before) = self.file.as_ref()?;
        let descriptor = u32::try_from(Args::new(args).int(0)).ok();
        let after = descriptor
            .and_then(|descriptor| kernel.open_of(pid, descriptor))
            .unwrap_or(*open);
        Some(record(
            *open,
            after,
            before.as_ref(),
            named(kernel, *open).as_ref(),
        ))
    }
}

fn record(
    open: OpenFile,
    later: OpenFile,
    file: Option<&Named>,
    afterwards: Option<&Named>,
) -> FileRecord {
    let size = |file: Option<&Named>| file.map_or(0, |(_, _, size)| *size);
    FileRecord {
        name: file.map(|(_, name, _)| name.clone()),
        size: (size(file), size(afterwards.or(file))),
        offset: (open.offset, later.offset),
        mode: (open.read, open.write),
        append: open.append,
    }
}

fn named(kernel: &Kernel, open: OpenFile) -> Option<Named> {
    let (name, size) = kernel.name_and_size(open.file?)?;
    Some((open.file?, name, size))
}

/// Returns what a child inherited.
fn forked(child: &Process) -> Forked {
    let space = &child.space;
    let in_frame = |(_, place): &(u64, &PageLocation)| matches!(place, PageLocation::Frame(_));
    let pages = space.pages.iter().filter(in_frame).map(|(vpn, _)| vpn);
    Forked {
        areas: space.areas.count(),
        count: space.resident,
        pages: pages.take(PAGES).collect(),
    }
}

/// Returns the name of a zombie's parent.
fn waiter(kernel: &Kernel, process: &Process) -> Option<Arc<str>> {
    let zombie = matches!(process.state, ProcessState::Zombie { .. });
    let parent = process.parent.filter(|_| zombie)?;
    kernel.process(parent).map(|parent| parent.name.clone())
}

fn waited(kernel: &Kernel, call: &str, reply: &Reply) -> Option<(ProcessRef, u32)> {
    let pid = reply
        .result
        .ok()
        .filter(|_| call == "wait")
        .and_then(|pid| u32::try_from(pid).ok())?;
    let child = kernel.process(Pid(pid))?;
    match child.state {
        ProcessState::Zombie { status } | ProcessState::Ended { status } => {
            Some((child.into(), status))
        }
        ProcessState::Running => None,
    }
}
