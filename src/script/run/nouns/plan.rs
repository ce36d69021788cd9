//! Evaluated and checked plans for `set` and `show`.

use std::borrow::Cow;
use std::sync::Arc;

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;
use crate::run::budget::WORK_OF_STEP;
use crate::run::programs::{Listing, ProgramReplay, Ran};
use crate::run::record::{Did, Shown, View};
use crate::run::session::Cx;
use crate::run::stop::Stop;
use crate::run::table::{InvalidEntries, Rows};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::process::Process;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::contents::PteWord;
use pagewalk_engine::program::ops::Object;

use super::row::TableNoun;
use super::thing::ThingRef;
use super::{geometry, layout, processes, stats, steps, tree};

/// Contents to set in the machine.
pub struct Contents {
    pub(crate) what: What,
    pub(crate) span: Span,
}

/// See [`Contents`].
pub enum What {
    /// CR3. After a script sets CR3, walks read memory.
    Cr3(Pa),
    /// The address-space identifier of the current core.
    Asid(u16),
    /// A page-table entry in memory, as its raw word.
    Pte { level: u32, at: Pa, raw: u64 },
}

impl Contents {
    /// Sets the contents.
    ///
    /// # Errors
    /// Returns `value-too-wide`.
    pub(crate) fn put(self, machine: &mut Machine) -> Result<(), Vec<Diagnostic>> {
        match self.what {
            What::Cr3(pa) => {
                machine.set_cr3(Some(pa));
                Ok(())
            }
            What::Asid(asid) => {
                machine.set_asid(asid);
                Ok(())
            }
            What::Pte { level, at, raw } => machine
                .write_pte(level, at, PteWord::Raw(raw))
                .map_err(|error| {
                    vec![Diagnostic::new(
                        Code::AddressTooWide,
                        self.span,
                        error.to_string(),
                    )]
                }),
        }
    }
}

/// Something to show.
pub enum ShowPlan {
    /// A noun with a table, the component's index, and the process for a process's page table.
    Table(&'static TableNoun, usize, Option<Pid>),
    /// A list of kernel objects.
    Things(ThingRef),
    /// A noun that only `show` accepts, and the process that it belongs to.
    Noun(&'static ShownNoun, Option<Pid>),
    /// The text of a program.
    Listing(Arc<Listing>),
    /// The lines of the latest replay or run of a program.
    Lines(Ran),
    /// The elements of arrays in the latest replay of a program.
    Elements(ProgramReplay, Vec<Object>),
    /// An expression: its text and value.
    Value(String, Shown),
}

/// A noun that only `show` accepts.
pub struct ShownNoun {
    pub name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) views: Views,
}

/// A function that returns a noun's views. Each variant takes a different kind of object.
#[derive(Clone, Copy)]
pub enum Views {
    Machine(fn(&Machine) -> Vec<View>),
    /// The counters of the machine.
    Stats(fn(&Machine) -> Rows),
    /// The processes of the kernel.
    Kernel(fn(&Kernel) -> Rows),
    Process(fn(&Kernel, &Process) -> Vec<View>),
    /// The page tables of the machine, or of a process.
    Tables(fn(&Machine, Option<&Process>) -> Vec<View>),
    /// The latest statement that has facts.
    Last(fn(Option<&Did>) -> Vec<View>),
    /// A program, whose name follows.
    Program,
    /// The latest `reference`.
    Reference(fn(Option<&Did>) -> Vec<View>),
}

/// Nouns that only `show` accepts.
pub const SHOWN_NOUNS: &[ShownNoun] = &[
    ShownNoun {
        name: "geometry",
        help: "all sizes and widths of the machine, and the bit fields of its addresses",
        views: Views::Machine(geometry::views),
    },
    ShownNoun {
        name: "machine",
        help: "the declaration of the machine",
        views: Views::Machine(|m| vec![View::Declaration(m.spec().clone())]),
    },
    ShownNoun {
        name: "stats",
        help: "the counters of every TLB and cache",
        views: Views::Stats(stats::table),
    },
    ShownNoun {
        name: "steps",
        help: "the numbered steps of the last access or system call",
        views: Views::Last(steps::views),
    },
    ShownNoun {
        name: "reference",
        help: "the step table of the last `reference`",
        views: Views::Reference(steps::reference),
    },
    ShownNoun {
        name: "program",
        help: "the text of a program with the numbers of its lines (`show program p`)",
        views: Views::Program,
    },
    ShownNoun {
        name: "layout",
        help: "the areas, heap, and stack of a process (`show layout P1`)",
        views: Views::Process(layout::views),
    },
    ShownNoun {
        name: "tables",
        help: "the page tables of the machine or a process as a tree (`show tables P1`)",
        views: Views::Tables(tree::views),
    },
    ShownNoun {
        name: "processes",
        help: "the state, wait status, mapped and resident pages, and faults of every process",
        views: Views::Kernel(processes::table),
    },
];

/// Returns the machine, or a copy of the machine that uses a process's address space.
///
/// # Errors
/// Returns `no-machine`.
pub(crate) fn machine_seen<'c>(
    cx: &'c mut Cx,
    pid: Option<Pid>,
    place: Span,
) -> Result<Cow<'c, Machine>, Stop> {
    match pid {
        Some(pid) => Ok(Cow::Owned(cx.kernel(place)?.machine_of(pid))),
        None => Ok(Cow::Borrowed(cx.machine(place)?)),
    }
}

/// Returns the views that a `show` prints.
///
/// # Errors
/// Returns `no-machine`.
pub(crate) fn show(
    cx: &mut Cx,
    plan: ShowPlan,
    place: Span,
    invalid: InvalidEntries,
) -> Result<Vec<View>, Stop> {
    if !matches!(plan, ShowPlan::Value(..)) {
        cx.work(WORK_OF_NOUN, place)?;
        cx.work_of_listing(place)?;
    }
    let views = views(cx, plan, place, invalid)?;
    cx.work(
        views.iter().map(View::cells).sum::<u64>() * WORK_OF_CELL,
        place,
    )?;
    Ok(views)
}

fn views(
    cx: &mut Cx,
    plan: ShowPlan,
    place: Span,
    invalid: InvalidEntries,
) -> Result<Vec<View>, Stop> {
    match plan {
        ShowPlan::Table(noun, level, pid) => {
            let mut table = noun.view(&*machine_seen(cx, pid, place)?, level, invalid);
            if let Some(process) = pid.and_then(|pid| cx.kernel(place).ok()?.process(pid)) {
                table.title = format!("{}.{}", process.name, table.title);
            }
            Ok(vec![View::Table(table)])
        }
        ShowPlan::Things(things) => Ok(vec![things.view(cx.kernel(place)?)]),
        ShowPlan::Noun(noun, pid) => match noun.views {
            Views::Machine(views) => Ok(views(cx.machine(place)?)),
            Views::Stats(table) => Ok(vec![View::Table(table(cx.machine(place)?))]),
            Views::Kernel(table) => Ok(vec![View::Table(table(cx.kernel(place)?))]),
            Views::Process(views) => {
                let kernel = cx.kernel(place)?;
                let process = pid.and_then(|pid| kernel.process(pid));
                Ok(process.map_or_else(Vec::new, |process| views(kernel, process)))
            }
            Views::Tables(views) => {
                let machine = machine_seen(cx, pid, place)?.into_owned();
                let process = pid.and_then(|pid| cx.kernel(place).ok()?.process(pid));
                Ok(views(&machine, process))
            }
            // The plan of a program contains its text.
            Views::Program => Ok(Vec::new()),
            Views::Last(views) => Ok(views(cx.state.last.as_deref())),
            Views::Reference(views) => Ok(views(cx.state.reference.as_deref())),
        },
        ShowPlan::Listing(listing) => Ok(vec![View::Listing {
            name: listing.name.text.clone(),
            text: listing.printed(),
        }]),
        ShowPlan::Lines(Ran::Replay(replay)) => Ok(vec![View::Table(replay.by_line()?)]),
        ShowPlan::Lines(Ran::Process(run)) => Ok(vec![View::Table(run.by_line())]),
        ShowPlan::Elements(replay, arrays) => {
            let arrays: Vec<&Object> = arrays.iter().collect();
            Ok(vec![View::Table(replay.by_arrays(&arrays)?)])
        }
        ShowPlan::Value(of, value) => Ok(vec![View::Value { of, value }]),
    }
}

/// Work of printing a noun without its cells.
const WORK_OF_NOUN: u64 = 12 * WORK_OF_STEP;

/// Work of printing a cell.
const WORK_OF_CELL: u64 = 12;
