//! `figure mapping P1 P2 "object"`: the areas that map an object, the object on disk, and the frames between them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::frames::copies;
use super::request::Request;
use crate::lang::ast::Expr;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use crate::questions::rows::word;
use crate::run::paths::no_file;
use crate::run::record::{
    AreaRecord, FigureData, FilePages, MappedArea, MappedFile, MappedFrame, MappedPages, Mapping,
    MappingProcess, PagePlace,
};
use crate::run::session::Session;
use crate::run::stop::Stop;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::frames::FrameContents;
use pagewalk_engine::kernel::ids::{FileId, FrameNo, Pid};
use pagewalk_engine::kernel::process::{PageLocation, Process};
use pagewalk_engine::kernel::vma::{Backing, Vma};
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::pte::Bit;

/// Maximum number of rows with pages, for one process, and for each of two processes. The figure then fits on a page.
const ROWS: [usize; 2] = [12, 8];

/// The object of a figure.
#[derive(Clone, Copy, PartialEq)]
enum Object {
    File(FileId),
    Anonymous,
}

impl Object {
    /// Whether an area maps the object.
    fn backs(self, area: &Vma) -> bool {
        match (area.backing, self) {
            (Backing::File { file, .. }, Self::File(of)) => file == of,
            (Backing::Anonymous | Backing::Object { .. }, Self::Anonymous) => true,
            _ => false,
        }
    }
}

/// Returns the areas of the named processes that map an object.
///
/// # Errors
/// Returns `wrong-count`, `unknown-process`, or `no-answer` if the file does not exist or no process maps the object.
pub(crate) fn mapping(session: &mut Session, request: &Request) -> Result<FigureData, Stop> {
    let Some((last, named)) = request.operands.split_last() else {
        return Err(without_object(request).into());
    };
    let name = match word(last) {
        Some("anonymous") => None,
        Some(name) if session.is_process(name) => return Err(without_object(request).into()),
        _ => Some(file_name(session, last)?),
    };
    let mut pids = Vec::new();
    for name in session.processes_named(request.place, named)? {
        pids.push(session.process_called(&name)?.pid);
    }
    let in_question = session.is_in_question();
    let checking = session.checking();
    let kernel = session.kernel(request.place)?;
    let object = match &name {
        None => Object::Anonymous,
        Some(name) => match kernel.file_named(name) {
            Some(file) => Object::File(file),
            None if checking => return Err(Stop::Unknowable),
            None => return Err(no_file(kernel, name, last.span).into()),
        },
    };
    let rows = ROWS[usize::from(pids.len() > 1)];
    let processes: Vec<MappingProcess> = pids
        .iter()
        .filter_map(|pid| kernel.process(*pid))
        .map(|process| {
            Pages {
                kernel,
                process,
                machine: kernel.machine_of(process.pid),
            }
            .of(object, rows)
        })
        .collect();
    if processes.iter().all(|process| process.areas.is_empty()) {
        // The check before a run performs no system calls.
        return Err(if checking {
            Stop::Unknowable
        } else {
            unmapped(kernel, &pids, object, last).into()
        });
    }
    let file = match object {
        Object::File(file) => Some(mapped_file(kernel, file, &processes, rows)),
        Object::Anonymous => None,
    };
    let frames = frames(kernel, &processes, file.as_ref());
    // Each listed page may be in its own frame, and another process may map each page of the file.
    let listed = each_page(&processes).filter(|page| page.pages == 1).count();
    let others = kernel
        .processes()
        .filter(|process| !pids.contains(&process.pid));
    let shared = others
        .flat_map(|process| process.space.areas.iter())
        .any(|area| object.backs(area));
    // Fewer places would reveal how many pages share frames, and whether a store copies a page.
    let possible = listed
        + file
            .as_ref()
            .filter(|_| shared)
            .map_or(0, |file| file.pages.len());
    let spec = kernel.machine().spec();
    Ok(FigureData::Mapping(Mapping {
        virtual_bits: spec.virtual_bits(),
        vpn_bits: spec.vpn_bits(),
        frame_bits: spec.ppn_bits(),
        page_bytes: 1 << spec.page_bits(),
        swap_slots: kernel.swap().slots,
        places: frames.len().max(if in_question { possible } else { 0 }),
        file,
        processes,
        frames,
    }))
}

/// Returns the name of a file.
///
/// # Errors
/// Returns `wrong-type`, or the errors of the expression.
fn file_name(session: &mut Session, operand: &Expr) -> Result<String, Stop> {
    match session.eval(operand)? {
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

/// Reports a figure without an object.
fn without_object(request: &Request) -> Diagnostic {
    let place = request
        .operands
        .last()
        .map_or(request.noun.span, |last| last.span);
    Diagnostic::new(Code::WrongCount, place, "`figure mapping` needs an object")
        .label("no object follows")
        .help("write a file's name, or `anonymous`: `figure mapping P1 anonymous`")
}

/// Reports that no process maps the object.
fn unmapped(kernel: &Kernel, pids: &[Pid], object: Object, operand: &Expr) -> Diagnostic {
    let name = |pid: &Pid| kernel.process(*pid).map(|process| process.name.to_string());
    let names: Vec<String> = pids.iter().filter_map(name).collect();
    let first = names.first().cloned().unwrap_or_default();
    let (map, call) = match object {
        Object::File(_) => (
            "this file",
            "mmap(NULL, 4 KB, PROT_READ, MAP_PRIVATE, fd, 0)",
        ),
        Object::Anonymous => (
            "anonymous memory",
            "mmap(NULL, 4 KB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)",
        ),
    };
    let none = if names.len() == 1 {
        format!("{first} does not map")
    } else {
        "no process maps".to_owned()
    };
    Diagnostic::new(Code::NoAnswer, operand.span, format!("{none} {map}"))
        .label("nothing to draw")
        .help(format!("map it first: `{first}: let p = {call}`"))
}

fn each_page(processes: &[MappingProcess]) -> impl Iterator<Item = &MappedPages> {
    processes
        .iter()
        .flat_map(|process| &process.areas)
        .flat_map(|area| &area.pages)
}

/// A process whose pages are listed.
struct Pages<'k> {
    kernel: &'k Kernel,
    process: &'k Process,
    machine: Machine,
}

impl Pages<'_> {
    /// Lists the areas that map an object, with at most `most` rows of pages.
    fn of(&self, object: Object, most: usize) -> MappingProcess {
        let page_bits = self.machine.spec().page_bits();
        let areas: Vec<&Vma> = self
            .process
            .space
            .areas
            .iter()
            .filter(|area| object.backs(area))
            .collect();
        let all: u64 = areas.iter().map(|area| area.len() >> page_bits).sum();
        let together = all > most as u64;
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
                    offset: area.offset_of(area.start),
                    pages,
                });
            }
        }
        MappingProcess {
            process: self.process.name.to_string(),
            areas: listed,
            omitted_pages: all.saturating_sub(shown),
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

/// Lists the pages of a file. If the file has more than `most` pages, pages that no listed page maps and that are in no
/// frame are combined.
fn mapped_file(
    kernel: &Kernel,
    file: FileId,
    processes: &[MappingProcess],
    most: usize,
) -> MappedFile {
    let (name, bytes) = kernel.name_and_size(file).unwrap_or_default();
    let all = bytes.div_ceil(1 << kernel.machine().spec().page_bits());
    let framed: BTreeMap<u64, FrameNo> = kernel.framed_pages(file).take(most).collect();
    let mapped = each_page(processes).filter(|page| page.place != PagePlace::NotResident);
    let mut alone: BTreeSet<u64> = mapped
        .filter_map(|page| page.page)
        .chain(framed.keys().copied())
        .collect();
    if all <= most as u64 {
        alone.extend(0..all);
    }
    let row = |page: u64, pages: u64| FilePages {
        page,
        pages,
        frame: framed.get(&page).map(|frame| u64::from(frame.0)),
    };
    let (mut pages, mut next) = (Vec::new(), 0);
    for page in alone.into_iter().filter(|page| *page < all) {
        if page > next {
            pages.push(row(next, page - next));
        }
        pages.push(row(page, 1));
        next = page + 1;
    }
    if next < all {
        pages.push(row(next, all - next));
    }
    pages.truncate(most);
    let shown: u64 = pages.iter().map(|row| row.pages).sum();
    MappedFile {
        name: name.to_string(),
        bytes,
        pages,
        omitted_pages: all - shown,
    }
}

/// Lists the frames that the listed pages of the processes and of the file are in.
fn frames(
    kernel: &Kernel,
    processes: &[MappingProcess],
    file: Option<&MappedFile>,
) -> Vec<MappedFrame> {
    let mut found: BTreeMap<u64, Option<u64>> = BTreeMap::new();
    for page in each_page(processes) {
        if let PagePlace::Frame { frame, .. } = page.place {
            found.insert(frame, page.page);
        }
    }
    for page in file.iter().flat_map(|file| &file.pages) {
        found.extend(page.frame.map(|frame| (frame, Some(page.page))));
    }
    let frame = |(frame, page): (u64, Option<u64>)| {
        let held = kernel.frames().get(FrameNo(frame as u32));
        let kind = match held.contents {
            FrameContents::File { .. } => "page cache",
            // Without a file, no frame is a copy: after `fork`, parent and child are equal, and the
            // kernel does not record whose frame is the original.
            _ if file.is_some() => "copy",
            FrameContents::Object { .. } => "shared",
            FrameContents::Merged => "merged",
            FrameContents::Anonymous | FrameContents::Free => "anonymous",
        };
        MappedFrame {
            frame,
            refs: held.refs,
            kind,
            page: page.filter(|_| file.is_some()),
        }
    };
    found.into_iter().map(frame).collect()
}
