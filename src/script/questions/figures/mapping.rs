//! `figure mapping P1 P2 "object"`: the areas that map an object, the object on disk, and the frames between them. Without
//! an object, the figure shows all areas.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::frames::{copies, processes_named};
use super::request::Request;
use crate::lang::ast::{Expr, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use crate::questions::papers::sheet;
use crate::run::bind::word;
use crate::run::eval::eval;
use crate::run::paths::no_file;
use crate::run::record::{
    AreaRecord, FigureData, FilePages, MappedArea, MappedFile, MappedFrame, MappedPages, Mapping,
    MappingProcess, PagePlace,
};
use crate::run::running::{self, process_called};
use crate::run::session::Cx;
use crate::run::stop::Stop;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::frames::FrameContents;
use pagewalk_engine::kernel::ids::{FileId, FrameNo, Pid};
use pagewalk_engine::kernel::process::{PageLocation, Process};
use pagewalk_engine::kernel::vma::{Backing, Vma};
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::pte::Bit;

/// Maximum number of rows with pages, for each of one to four processes. The figure then fits on a page.
const ROWS: [usize; 4] = [12, 8, 6, 5];
/// A call that maps anonymous memory.
const MAP_ANONYMOUS: &str =
    "mmap(NULL, 4 KB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)";
/// Minimum width of a frame number in bits.
const BYTE: u32 = 8;
/// Maximum number of entries of a page table that the figure of one process lists completely.
const ENTRIES: usize = 16;
/// Maximum number of swap slots that are drawn even if they are free.
const SLOTS: u64 = 4;

/// The object of a figure.
#[derive(Clone, Copy, PartialEq)]
enum Object {
    File(FileId),
    Anonymous,
    All,
}

impl Object {
    /// Whether an area maps the object.
    fn backs(self, area: &Vma) -> bool {
        match (area.backing, self) {
            (Backing::File { file, .. }, Self::File(of)) => file == of,
            (Backing::Anonymous | Backing::Object { .. }, Self::Anonymous) | (_, Self::All) => true,
            _ => false,
        }
    }
}

/// Returns the areas of the named processes that map an object.
///
/// # Errors
/// Returns `wrong-count`, `unknown-process`, or `no-answer` if the file does not exist or no process maps the object.
pub(crate) fn mapping(cx: &mut Cx, request: &Request) -> Result<FigureData, Stop> {
    let is_process =
        |operand: &Expr| word(operand).is_some_and(|name| running::is_process(cx, name));
    // The last operand is the object. A process may have the name `anonymous`.
    let (named, last) = match request.operands.split_last() {
        Some((last, named)) if word(last) == Some("anonymous") || !is_process(last) => {
            (named, Some(last))
        }
        _ => (request.operands, None),
    };
    let place = last.map_or(request.noun.span, |last| last.span);
    let name = match last {
        Some(last) if word(last) != Some("anonymous") => Some(file_name(cx, last)?),
        _ => None,
    };
    let mut pids = Vec::new();
    for name in processes_named(cx, request.place, named, ROWS.len())? {
        pids.push(process_called(cx, &name)?.pid);
    }
    let in_question = sheet(cx).is_some();
    let checking = cx.checking();
    let kernel = cx.kernel(request.place)?;
    let object = match (&name, last) {
        (None, None) => Object::All,
        (None, Some(_)) => Object::Anonymous,
        (Some(name), _) => match kernel.file_named(name) {
            Some(file) => Object::File(file),
            None if checking => return Err(Stop::Unknowable),
            None => return Err(no_file(kernel, name, place).into()),
        },
    };
    let mut rows = ROWS[pids.len().saturating_sub(1)];
    let spec = kernel.machine().spec();
    let each_entry = object == Object::All && pids.len() == 1 && spec.pages() <= ENTRIES as u128;
    if each_entry {
        rows = ENTRIES;
    }
    let together = object == Object::All && !each_entry;
    let processes: Vec<MappingProcess> = pids
        .iter()
        .filter_map(|pid| kernel.process(*pid))
        .map(|process| {
            Pages {
                kernel,
                process,
                machine: kernel.machine_of(process.pid),
            }
            .of(object, rows, each_entry)
        })
        .collect();
    if processes.iter().all(|process| process.areas.is_empty()) {
        // The check before a run performs no system calls.
        return Err(if checking {
            Stop::Unknowable
        } else {
            unmapped(kernel, &pids, object, place).into()
        });
    }
    let draw = |file: &FileId| mapped_file(kernel, *file, &processes, rows, together);
    let (file, files) = match object {
        Object::File(file) => (Some(draw(&file)), Vec::new()),
        Object::Anonymous => (None, Vec::new()),
        Object::All => (None, mapped_files(kernel, &pids).iter().map(draw).collect()),
    };
    let frames = frames(kernel, &processes, file.iter().chain(&files));
    // Each listed page may be in its own frame, and another process may map each page of the file.
    let listed = each_page(&processes)
        .filter(|(_, page)| page.pages == 1)
        .count();
    let others = kernel
        .processes()
        .filter(|process| !pids.contains(&process.pid));
    let shared = others
        .flat_map(|process| process.space.areas.iter())
        .any(|area| object.backs(area));
    // Fewer places would reveal how many pages share frames, and whether a store copies a page.
    let possible = listed
        + file
            .iter()
            .chain(&files)
            .filter(|_| shared)
            .map(|file| file.pages.len())
            .sum::<usize>();
    // Leading zeros of a frame number that no frame of the kernel has would only make the figure wider.
    let frame_bits = u32::BITS - kernel.frame_limit().saturating_sub(1).leading_zeros();
    Ok(FigureData::Mapping(Mapping {
        virtual_bits: spec.virtual_bits(),
        vpn_bits: spec.vpn_bits(),
        frame_bits: spec.ppn_bits().min(frame_bits.max(BYTE)),
        page_bytes: 1 << spec.page_bits(),
        swap_slots: kernel.swap().slots,
        places: frames.len().max(if in_question { possible } else { 0 }),
        swap: swap_slots(kernel, &processes, in_question.then_some(listed)),
        whole: object == Object::All,
        each_entry,
        asked: in_question,
        compared: false,
        file,
        files,
        processes,
        frames,
    }))
}

/// Returns the name of a file.
///
/// # Errors
/// Returns `wrong-type`, or the errors of the expression.
fn file_name(cx: &mut Cx, operand: &Expr) -> Result<String, Stop> {
    match eval(cx, operand)? {
        Value::Text(name) => Ok(name.to_string()),
        other => {
            let message = format!("{} is not a file name", other.kind());
            Err(Diagnostic::new(Code::WrongType, operand.span, message)
                .label("a name in quotes is needed")
                .help("write the name of a file, or `anonymous`")
                .into())
        }
    }
}

/// Reports that no process maps the object.
fn unmapped(kernel: &Kernel, pids: &[Pid], object: Object, place: Span) -> Diagnostic {
    let name = |pid: &Pid| kernel.process(*pid).map(|process| process.name.to_string());
    let names: Vec<String> = pids.iter().filter_map(name).collect();
    let first = names.first().cloned().unwrap_or_default();
    let (map, call) = match object {
        Object::File(_) => (
            "this file",
            "mmap(NULL, 4 KB, PROT_READ, MAP_PRIVATE, fd, 0)",
        ),
        Object::Anonymous => ("anonymous memory", MAP_ANONYMOUS),
        Object::All => ("any memory", MAP_ANONYMOUS),
    };
    let none = if names.len() == 1 {
        format!("{first} does not map")
    } else {
        "no process maps".to_owned()
    };
    Diagnostic::new(Code::NoAnswer, place, format!("{none} {map}"))
        .label("nothing to draw")
        .help(format!("map it first: `{first}: let p = {call}`"))
}

/// Returns each listed row of pages with its area.
fn each_page(processes: &[MappingProcess]) -> impl Iterator<Item = (&MappedArea, &MappedPages)> {
    processes
        .iter()
        .flat_map(|process| &process.areas)
        .flat_map(|area| area.pages.iter().map(move |page| (area, page)))
}

/// Returns the files that the areas of processes map, in the order of the areas.
fn mapped_files(kernel: &Kernel, pids: &[Pid]) -> Vec<FileId> {
    let mut files = Vec::new();
    for area in pids
        .iter()
        .filter_map(|pid| kernel.process(*pid))
        .flat_map(|process| process.space.areas.iter())
    {
        if let Backing::File { file, .. } = area.backing
            && !files.contains(&file)
        {
            files.push(file);
        }
    }
    files
}

/// A process whose pages are listed.
struct Pages<'k> {
    kernel: &'k Kernel,
    process: &'k Process,
    machine: Machine,
}

impl Pages<'_> {
    /// Lists the areas that map an object, with at most `most` rows of pages. With `each_entry`, also lists the pages in no
    /// area.
    fn of(&self, object: Object, most: usize, each_entry: bool) -> MappingProcess {
        let page_bits = self.machine.spec().page_bits();
        let areas: Vec<&Vma> = self
            .process
            .space
            .areas
            .iter()
            .filter(|area| object.backs(area))
            .collect();
        let all: u64 = areas.iter().map(|area| area.len() >> page_bits).sum();
        let together = !each_entry && (all > most as u64 || object == Object::All);
        let entries = if each_entry {
            self.machine.spec().pages() as u64
        } else {
            0
        };
        let is_allocated = |vpn: u64| self.process.space.areas.find(vpn << page_bits).is_some();
        let unallocated = (0..entries).filter(|vpn| !is_allocated(*vpn));
        let unallocated = unallocated.map(|vpn| MappedPages {
            vpn,
            pages: 1,
            page: None,
            place: PagePlace::Unallocated,
            changed: false,
        });
        let (mut listed, mut left, mut shown) = (Vec::new(), most, 0);
        for area in areas {
            let pages = self.pages(area, together, left);
            left -= pages.len();
            shown += pages.iter().map(|page| page.pages).sum::<u64>();
            if !pages.is_empty() {
                listed.push(MappedArea {
                    name: AreaRecord::describe(self.kernel, self.process, *area).name,
                    start: area.start,
                    end: area.end,
                    perms: area.perms().chars().take(3).collect(),
                    shared: area.shared,
                    file: match area.backing {
                        Backing::File { file, .. } => self.kernel.name_and_size(file),
                        _ => None,
                    }
                    .map(|(name, _)| name.to_string()),
                    offset: area.offset_of(area.start),
                    pages,
                });
            }
        }
        MappingProcess {
            process: self.process.name.to_string(),
            areas: listed,
            unallocated: unallocated.collect(),
            omitted_pages: all.saturating_sub(shown),
            gone: Vec::new(),
        }
    }

    /// Lists the pages of an area. `together` combines consecutive pages that are not resident in one row.
    fn pages(&self, area: &Vma, together: bool, most: usize) -> Vec<MappedPages> {
        let bits = self.machine.spec().page_bits();
        let row = |vpn: u64, pages: u64, place: PagePlace| {
            let page = area.offset_of(vpn << bits).map(|offset| offset >> bits);
            MappedPages {
                vpn,
                pages,
                page,
                place,
                changed: false,
            }
        };
        let mut rows = Vec::new();
        let absent = |run: Range<u64>, rows: &mut Vec<MappedPages>| {
            if together && !run.is_empty() {
                rows.push(row(run.start, run.end - run.start, PagePlace::NotResident));
            } else {
                rows.extend(
                    run.take(most)
                        .map(|vpn| row(vpn, 1, PagePlace::NotResident)),
                );
            }
        };
        let (mut next, end) = (area.start >> bits, area.end >> bits);
        for (vpn, location) in self.process.space.pages.range(next..end) {
            if rows.len() >= most {
                break;
            }
            absent(next..vpn, &mut rows);
            rows.push(row(vpn, 1, self.place(area, vpn, *location)));
            next = vpn + 1;
        }
        absent(next..end, &mut rows);
        rows.truncate(most);
        rows
    }

    fn place(&self, area: &Vma, vpn: u64, location: PageLocation) -> PagePlace {
        match location {
            PageLocation::Zero => PagePlace::Zero,
            PageLocation::Swap(slot) => PagePlace::Swapped {
                slot: slot.0.into(),
            },
            PageLocation::Frame(frame) => {
                let entry = self
                    .machine
                    .vpn(vpn)
                    .ok()
                    .and_then(|vpn| self.machine.page_table_entry(vpn));
                let writable = entry.is_some_and(|(_, pte)| pte.flags.has(Bit::Rw));
                let copy_on_write = copies(area, writable);
                PagePlace::Frame {
                    frame: frame.0.into(),
                    writable,
                    copy_on_write,
                }
            }
        }
    }
}

/// Lists the pages of a file. Consecutive pages share a row if `together` is set or the file has more than `most` pages,
/// except at the ends of listed rows of areas.
fn mapped_file(
    kernel: &Kernel,
    file: FileId,
    processes: &[MappingProcess],
    most: usize,
    together: bool,
) -> MappedFile {
    let (name, bytes) = kernel.name_and_size(file).unwrap_or_default();
    let all = bytes.div_ceil(1 << kernel.machine().spec().page_bits());
    let framed: BTreeMap<u64, FrameNo> = kernel.framed_pages(file).take(most).collect();
    let of_file = |area: &MappedArea| area.file.as_deref() == Some(&*name);
    let listed = each_page(processes)
        .filter(|(area, _)| of_file(area))
        .filter_map(|(_, row)| Some((row.page?, row.pages)));
    let mut ends = BTreeSet::from([0, all]);
    for (page, pages) in listed.chain(framed.keys().map(|page| (*page, 1))) {
        ends.extend([page, page + pages].map(|end| end.min(all)));
    }
    if !together && all <= most as u64 {
        ends.extend(0..all);
    }
    let starts = ends.iter().zip(ends.iter().skip(1)).take(most);
    let pages: Vec<FilePages> = starts
        .map(|(page, end)| FilePages {
            page: *page,
            pages: end - page,
            frame: framed.get(page).map(|frame| u64::from(frame.0)),
        })
        .collect();
    let shown: u64 = pages.iter().map(|row| row.pages).sum();
    MappedFile {
        name: name.to_string(),
        bytes,
        pages,
        omitted_pages: all - shown,
    }
}

/// Lists the slots of the swap file that a figure draws: those of the listed pages, and all slots of a small file if an
/// area is anonymous. In a question, at least as many slots as there are pages hide how many pages are in swap.
fn swap_slots(kernel: &Kernel, processes: &[MappingProcess], asked: Option<usize>) -> Vec<u64> {
    let areas = || processes.iter().flat_map(|process| &process.areas);
    // The kernel copies pages of a private file on a store, and swaps out the copies.
    let is_copied = |area: &MappedArea| !area.shared && area.perms.contains('w');
    let is_anonymous = areas().any(|area| area.file.is_none());
    let mut slots: BTreeSet<u64> = each_page(processes)
        .filter_map(|(_, page)| match page.place {
            PagePlace::Swapped { slot } => Some(slot),
            _ => None,
        })
        .collect();
    let all = u64::from(kernel.swap().slots);
    let least = match asked {
        _ if is_anonymous && all <= SLOTS => all as usize,
        Some(pages) if is_anonymous || areas().any(is_copied) => pages,
        _ => 0,
    };
    let least = least.saturating_sub(slots.len());
    let free: Vec<u64> = (0..all)
        .filter(|slot| !slots.contains(slot))
        .take(least)
        .collect();
    slots.extend(free);
    slots.into_iter().collect()
}

/// Lists the frames that the listed pages of the processes and of the files are in.
fn frames<'f>(
    kernel: &Kernel,
    processes: &[MappingProcess],
    files: impl Iterator<Item = &'f MappedFile> + Clone,
) -> Vec<MappedFrame> {
    let mut found: BTreeMap<u64, Option<(u64, &str)>> = BTreeMap::new();
    for (area, page) in each_page(processes) {
        if let PagePlace::Frame { frame, .. } = page.place {
            found.insert(frame, page.page.zip(area.file.as_deref()));
        }
    }
    let many = files.clone().count() > 1;
    for file in files {
        for page in &file.pages {
            found.extend(
                page.frame
                    .map(|frame| (frame, Some((page.page, &*file.name)))),
            );
        }
    }
    let frame = |(frame, page): (u64, Option<(u64, &str)>)| {
        let held = kernel.frames().get(FrameNo(frame as u32));
        let kind = match held.contents {
            FrameContents::File { .. } => "page cache",
            // Without a file, no frame is a copy: after `fork`, parent and child are equal, and the
            // kernel does not record whose frame is the original.
            _ if page.is_some() => "copy",
            FrameContents::Object { .. } => "shared",
            FrameContents::Merged => "merged",
            FrameContents::Anonymous | FrameContents::Free => "anonymous",
        };
        MappedFrame {
            frame,
            refs: held.refs,
            kind,
            page: page.map(|(page, _)| page),
            file: page.filter(|_| many).map(|(_, name)| name.to_owned()),
            changed: false,
        }
    };
    found.into_iter().map(frame).collect()
}
