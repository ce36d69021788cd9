//! The memory of a program in a process of a kernel.
//!
//! Loading is like `execve`, and counts no fault. A page with an initial value other than zero is a private page of
//! the program's file, which is in the page cache. Its first access is a minor fault. All other pages of variables
//! are anonymous. Pages with only string literals are read-only. The top page of the stack is resident if the
//! program has arguments or uses its stack, because `execve` puts the arguments there.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crate::kernel::Kernel;
use crate::kernel::ids::{FileId, Pid};
use crate::kernel::process::ProcessState;
use crate::kernel::spawn::AreaDeclaration;
use crate::kernel::vma::Prot;

use super::super::builtin::Builtin;
use super::super::cpu::Process;
use super::super::error::LoadError;
use super::super::exec;
use super::super::ops::{Layout, Program};

/// The calls that return addresses that the kernel chooses.
const ALLOCATIONS: &[Builtin] = &[
    Builtin::Malloc,
    Builtin::Calloc,
    Builtin::Mmap,
    Builtin::Mremap,
];

/// Returns the layout of a program in a process, or in a new one: the stack and the heap are where the kernel has
/// them, the variables are below the heap, and string literals have pages of their own.
pub fn layout_for(kernel: &Kernel, pid: Option<Pid>) -> Layout {
    let (config, page) = (
        kernel.config(),
        1_u64 << kernel.machine().spec().page_bits(),
    );
    let process = pid.and_then(|pid| kernel.process(pid));
    let heap = process.map_or(config.brk_start, |process| process.space.brk_start);
    let stack = process
        .and_then(crate::kernel::process::Process::stack_pointer)
        .unwrap_or(config.stack_top);
    let is_wide = kernel.user_end() > 1 << 32;
    // 0x404000 is where gcc and ld put variables without `-pie`.
    let globals = if is_wide {
        0x40_4000
    } else {
        (heap / 4 / page * page).max(page)
    };
    Layout {
        bias: 0,
        globals,
        heap,
        stack,
        pointer: if is_wide { 8 } else { 4 },
        page_size: page,
        page,
    }
}

/// Pages with the same contents and permissions, by page number.
struct Run {
    pages: Range<u64>,
    is_writable: bool,
    is_filled: bool,
}

/// Maps a program's memory, and returns the process that will run a function.
pub(super) fn load(
    kernel: &mut Kernel,
    pid: Pid,
    name: &str,
    program: &Program,
    function: u32,
    arguments: &[u64],
) -> Result<Process, LoadError> {
    map(kernel, pid, name, program)?;
    touch_stack(kernel, pid, program)?;
    Ok(Process::new(program, function, arguments))
}

/// Maps a program's memory, puts the arguments on the stack, and returns the process that will run `main`.
pub(super) fn load_main(
    kernel: &mut Kernel,
    pid: Pid,
    name: &str,
    program: &Program,
    arguments: &[Vec<u8>],
) -> Result<Process, LoadError> {
    let (process, at, stack) = exec::start(program, arguments)?;
    map(kernel, pid, name, program)?;
    if stack.is_empty() {
        touch_stack(kernel, pid, program)?;
    } else {
        put(kernel, pid, at, &stack)?;
    }
    Ok(process)
}

/// Makes the top page of the stack resident if a function of the program uses the stack.
fn touch_stack(kernel: &mut Kernel, pid: Pid, program: &Program) -> Result<(), LoadError> {
    if program.functions.iter().any(|one| one.frame > 0) {
        put(kernel, pid, program.layout.stack.saturating_sub(1), &[0])?;
    }
    Ok(())
}

/// Stores initial bytes.
fn put(kernel: &mut Kernel, pid: Pid, at: u64, bytes: &[u8]) -> Result<(), LoadError> {
    let stored = kernel
        .load_bytes(pid, at, bytes)
        .map_err(LoadError::Memory)?;
    if stored < bytes.len() {
        return Err(LoadError::Stack);
    }
    Ok(())
}

/// Maps the variables, the string literals, the heap, and the stack.
fn map(kernel: &mut Kernel, pid: Pid, name: &str, program: &Program) -> Result<(), LoadError> {
    let runs = kernel
        .process(pid)
        .is_some_and(|one| one.state == ProcessState::Running);
    if !runs {
        return Err(LoadError::NoProcess);
    }
    let (layout, page) = (program.layout, 1_u64 << kernel.machine().spec().page_bits());
    let allocates = ALLOCATIONS.iter().any(|one| program.builtins.contains(one));
    if layout.pointer == 4 && kernel.user_end() > 1 << 32 && allocates {
        return Err(LoadError::Pointer);
    }
    let filled = filled_pages(program, page);
    let file =
        (!filled.is_empty()).then(|| kernel.program_file(name, file_bytes(program, page, &filled)));
    for run in runs_of(program, page, &filled) {
        let offset = filled.get(&run.pages.start).copied();
        declare(kernel, pid, &run, page, file.zip(offset))?;
    }
    kernel.start_heap_at(pid, layout.heap.next_multiple_of(page));
    let has_stack = kernel.process(pid).is_some_and(|process| {
        let mut areas = process.space.areas.iter();
        areas.any(|area| area.start < layout.stack && layout.stack <= area.end)
    });
    if !has_stack {
        let end = layout.stack.next_multiple_of(page);
        let area = area("stack", end.saturating_sub(page)..end, true);
        kernel.declare_area(pid, area).map_err(LoadError::Area)?;
    }
    Ok(())
}

fn area(label: &str, range: Range<u64>, is_writable: bool) -> AreaDeclaration {
    let prot = Prot {
        read: true,
        write: is_writable,
        exec: false,
    };
    AreaDeclaration {
        label: Some(label.into()),
        start: range.start,
        end: range.end,
        prot,
        shared: false,
        file: None,
        offset: 0,
    }
}

fn declare(
    kernel: &mut Kernel,
    pid: Pid,
    run: &Run,
    page: u64,
    file: Option<(FileId, u64)>,
) -> Result<(), LoadError> {
    let label = match (run.is_writable, run.is_filled) {
        (false, _) => "rodata",
        (true, true) => "data",
        (true, false) => "bss",
    };
    let range = run.pages.start.saturating_mul(page)..run.pages.end.saturating_mul(page);
    let mut area = area(label, range, run.is_writable);
    if let Some((file, number)) = file {
        (area.file, area.offset) = (Some(file), number * page);
    }
    kernel.declare_area(pid, area).map_err(LoadError::Area)
}

/// The pages with an initial value other than zero, with their numbers in the program's file.
fn filled_pages(program: &Program, page: u64) -> BTreeMap<u64, u64> {
    let pages: BTreeSet<u64> = program
        .contents
        .iter()
        .flat_map(|(address, bytes)| pages_of(*address, bytes.len() as u64, page))
        .collect();
    pages.into_iter().zip(0..).collect()
}

/// The contents of the program's file: its filled pages.
fn file_bytes(program: &Program, page: u64, filled: &BTreeMap<u64, u64>) -> Arc<[u8]> {
    let mut all = vec![0; filled.len() * page as usize];
    for (address, bytes) in &program.contents {
        for (at, byte) in (*address..).zip(bytes) {
            if let Some(number) = filled.get(&(at / page)) {
                all[(number * page + at % page) as usize] = *byte;
            }
        }
    }
    all.into()
}

/// The numbers of the pages of a range of bytes.
fn pages_of(start: u64, size: u64, page: u64) -> Range<u64> {
    let end = start.saturating_add(size);
    if size == 0 {
        0..0
    } else {
        start / page..end.div_ceil(page)
    }
}

/// The pages of a program's objects, in order.
fn runs_of(program: &Program, page: u64, filled: &BTreeMap<u64, u64>) -> Vec<Run> {
    let pages = |read_only: bool| {
        let objects = program.objects.iter();
        merged(
            objects
                .filter(|one| !one.read_only || read_only)
                .map(|one| pages_of(one.address, one.size, page)),
        )
    };
    let (writable, all) = (pages(false), pages(true));
    let mut cuts: BTreeSet<u64> = filled.keys().flat_map(|page| [*page, page + 1]).collect();
    cuts.extend(all.iter().chain(&writable).flat_map(|r| [r.start, r.end]));
    let cuts: Vec<u64> = cuts.into_iter().collect();
    let mut runs: Vec<Run> = Vec::new();
    for cut in cuts.windows(2) {
        let (start, end) = (cut[0], cut[1]);
        let (is_writable, is_filled) = (contains(&writable, start), filled.contains_key(&start));
        if !contains(&all, start) {
            continue;
        }
        match runs.last_mut() {
            Some(last)
                if last.pages.end == start
                    && (last.is_writable, last.is_filled) == (is_writable, is_filled) =>
            {
                last.pages.end = end;
            }
            _ => runs.push(Run {
                pages: start..end,
                is_writable,
                is_filled,
            }),
        }
    }
    runs
}

/// Sorts ranges and joins those that touch.
fn merged(ranges: impl Iterator<Item = Range<u64>>) -> Vec<Range<u64>> {
    let mut sorted: Vec<_> = ranges.filter(|range| !range.is_empty()).collect();
    sorted.sort_by_key(|range| range.start);
    let mut all: Vec<Range<u64>> = Vec::new();
    for range in sorted {
        match all.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => all.push(range),
        }
    }
    all
}

/// Whether sorted ranges contain a number.
fn contains(ranges: &[Range<u64>], number: u64) -> bool {
    let at = ranges.partition_point(|range| range.end <= number);
    ranges.get(at).is_some_and(|range| range.start <= number)
}
