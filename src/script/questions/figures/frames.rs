//! `figure frames P1 P2`: the pages of processes and their frames.

use super::request::Request;
use crate::lang::ast::{Expr, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::bind::word;
use crate::run::record::{
    AreaRecord, FigureData, PageInFrame, SharedFrame, Sharing, SharingProcess,
};
use crate::run::running::{looked_at, process_called};
use crate::run::session::Cx;
use crate::run::stop::Stop;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::ids::FrameNo;
use pagewalk_engine::kernel::process::{PageLocation, Process};
use pagewalk_engine::kernel::vma::Vma;
use pagewalk_engine::machine::pte::Bit;
use std::collections::BTreeSet;

/// Maximum number of processes in a figure that draws each process at one side.
pub(super) const SIDES: usize = 2;

/// Returns the named processes, at most `most`, or the current process by default.
///
/// # Errors
/// Returns `unknown-process` or `wrong-count`.
pub(crate) fn processes_named(
    cx: &mut Cx,
    place: Span,
    named: &[Expr],
    most: usize,
) -> Result<Vec<Word>, Stop> {
    if let Some(more) = named.get(most) {
        let message = format!("a figure has room for at most {most} processes");
        return Err(Diagnostic::new(Code::WrongCount, more.span, message)
            .label("one too many")
            .into());
    }
    if named.is_empty() {
        let pid = looked_at(cx, place)?;
        let name = cx
            .kernel(place)?
            .process(pid)
            .map(|process| process.name.clone());
        return Ok(name
            .into_iter()
            .map(|text| Word {
                text: text.to_string().into(),
                span: place,
            })
            .collect());
    }
    let word = |expr: &Expr| Word {
        text: word(expr).unwrap_or_default().into(),
        span: expr.span,
    };
    Ok(named.iter().map(word).collect())
}

/// Returns the pages of the named processes, with their frames. Marks the changes since the previous figure of these
/// processes.
///
/// # Errors
/// Returns the errors from [`processes_named`].
pub(crate) fn frames(cx: &mut Cx, request: &Request) -> Result<FigureData, Stop> {
    let (place, named) = (request.place, request.operands);
    let mut pids = Vec::new();
    for name in processes_named(cx, place, named, SIDES)? {
        pids.push(process_called(cx, &name)?.pid);
    }
    let kernel = cx.kernel(place)?;
    let processes = pids.iter().filter_map(|pid| kernel.process(*pid));
    let processes = processes.map(|process| SharingProcess {
        process: process.name.to_string(),
        pages: pages(kernel, process),
        gone: Vec::new(),
    });
    let sharing: Vec<SharingProcess> = processes.collect();
    let frames: BTreeSet<u64> = sharing
        .iter()
        .flat_map(|process| process.pages.iter().map(|page| page.frame))
        .collect();
    let frame = |frame: u64| SharedFrame {
        frame,
        refs: kernel.frames().get(FrameNo(frame as u32)).refs,
        changed: false,
    };
    let spec = kernel.machine().spec();
    Ok(FigureData::Frames(Sharing {
        vpn_bits: spec.vpn_bits(),
        frame_bits: spec.ppn_bits(),
        frames: frames.into_iter().map(frame).collect(),
        sharing,
        compared: false,
    }))
}

fn pages(kernel: &Kernel, process: &Process) -> Vec<PageInFrame> {
    let machine = kernel.machine_of(process.pid);
    let page_bits = machine.spec().page_bits();
    let page = |(vpn, place): (u64, &PageLocation)| {
        let PageLocation::Frame(frame) = place else {
            return None;
        };
        let area = process.space.areas.find(vpn << page_bits);
        let entry = machine.page_table_entry(machine.vpn(vpn).ok()?);
        let writable = entry.is_some_and(|(_, pte)| pte.flags.has(Bit::Rw));
        Some(PageInFrame {
            vpn,
            area: area.map_or_else(String::new, |area| {
                AreaRecord::describe(kernel, process, *area).name
            }),
            frame: u64::from(frame.0),
            writable,
            copy_on_write: area.is_some_and(|area| copies(area, writable)),
            changed: false,
        })
    };
    process.space.pages.iter().filter_map(page).collect()
}

/// Whether the kernel copies a page of an area on a store.
pub(super) fn copies(area: &Vma, writable: bool) -> bool {
    area.prot.write && !area.shared && !writable
}
