//! Performs the same steps on two sides, and compares the sides' visible state after each step.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::countable::is_countable;
use super::names::{MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE, PROT_RW};
use super::op::{FILES, Fd, Op, Step};
use super::place::{Layout, PAGE, Place, WINDOW};
use super::side::{Answer, Area, Backing, Side};
use super::view::View;

/// The result of performing a sequence.
#[derive(Debug)]
pub struct Run {
    /// The performed steps, with the answers of the reference side.
    pub messages: Vec<(Step, Answer)>,
    /// Number of steps that were skipped because the sides may answer differently.
    pub left_out: usize,
    /// The addresses of the window and the heap on the other side.
    pub layout: Layout,
    /// The difference after the last performed step, if any.
    pub difference: Option<Difference>,
}

impl Run {
    /// The performed steps.
    pub fn steps(&self) -> Vec<Step> {
        self.messages.iter().map(|(step, _)| *step).collect()
    }
}

/// The state that is compared after a step, in addition to the answer and the areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Memory and files.
    Bytes,
    /// The page faults of an access. Bytes are not compared, because reading them would fault in pages.
    Faults,
    /// Only the answer and the areas. The sequences consist of steps that create, move, split, and merge
    /// areas.
    Areas,
}

/// A difference between the sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The name of the differing state.
    pub subject: Subject,
    /// The value on the reference side.
    pub reference: Seen,
    /// The value on the other side.
    pub other: Seen,
    /// The names of the sides.
    pub names: [&'static str; 2],
}

/// A part of the compared state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Answer,
    Maps(usize),
    Byte(usize, Place),
    FileSize(usize),
    FileByte(usize, usize),
    Faults,
}

/// A value of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Answer(Answer),
    Maps(Vec<Area>),
    Byte(Option<u8>),
    Size(usize),
    Faults(u64),
}

/// Two sides, and the progress of their sequence.
struct Pair<'a> {
    reference: &'a mut dyn Side,
    other: &'a mut dyn Side,
    look: Look,
    view: View,
    reference_objects: Objects,
    other_objects: Objects,
    /// The offsets, in each page, of the bytes that are compared after each step.
    offsets: BTreeSet<u16>,
}

/// Pages that every process has when faults are compared, so that all page tables exist. Beyond the end of a
/// file, some Linux kernels do not use fault-around for a new page table.
const NEIGHBORS: [Place; 4] = [
    Place::heap(-100 * PAGE),
    Place::heap(100 * PAGE),
    Place::page(-100),
    Place::page(WINDOW + 100),
];

/// The areas of a process, except [`NEIGHBORS`].
fn visible(side: &mut dyn Side, process: usize) -> Vec<Area> {
    let mut areas = side.maps(process);
    areas.retain(|area| !NEIGHBORS.contains(&area.start));
    areas
}

/// The anonymous shared objects of a side, in order of appearance.
#[derive(Default)]
struct Objects(BTreeMap<u64, u64>);

impl Objects {
    /// Numbers the objects in order of appearance.
    fn number(&mut self, mut areas: Vec<Area>) -> Vec<Area> {
        for area in &mut areas {
            if let Backing::Shared(object) = &mut area.backing {
                let next = self.0.len() as u64;
                *object = *self.0.entry(*object).or_insert(next);
            }
        }
        areas
    }
}

/// Performs, on both sides, the steps that `next` returns, until `next` returns `None` or the sides differ.
pub fn run(
    (reference, other): (&mut dyn Side, &mut dyn Side),
    look: Look,
    mut next: impl FnMut(&View) -> Option<Step>,
) -> Run {
    reference.start();
    other.start();
    let mut pair = Pair {
        view: View::new(FILES.iter().map(|spec| spec.size)),
        reference,
        other,
        look,
        reference_objects: Objects::default(),
        other_objects: Objects::default(),
        offsets: BTreeSet::from([0, PAGE as u16 - 1]),
    };
    pair.begin();
    let mut run = Run {
        messages: Vec::new(),
        left_out: 0,
        layout: pair.other.layout(),
        difference: None,
    };
    while let Some(step) = next(&pair.view) {
        if !pair.view.comparable(&step)
            || (look == Look::Faults && !is_countable(&pair.view, &step))
        {
            run.left_out += 1;
            continue;
        }
        let (answer, difference) = pair.step(&step);
        run.messages.push((step, answer));
        run.difference = difference;
        if run.difference.is_some() {
            return run;
        }
    }
    if look == Look::Bytes {
        pair.offsets = (0..PAGE as u16).collect();
        run.difference = pair.files().or_else(|| pair.memory());
    }
    run
}

impl Pair<'_> {
    /// Performs a step, and compares everything that it may have changed.
    fn step(&mut self, step: &Step) -> (Answer, Option<Difference>) {
        let before = self.faults(step);
        let answer = self.reference.step(step);
        let other = self.other.step(step);
        let faults = self
            .faults(step)
            .zip(before)
            .map(|(after, before)| [after[0] - before[0], after[1] - before[1]]);
        if answer != other {
            let difference = self.difference(
                Subject::Answer,
                Seen::Answer(answer.clone()),
                Seen::Answer(other),
            );
            return (answer, Some(difference));
        }
        self.remember(step, &answer);
        if let Some([reference, other]) = faults.filter(|[reference, other]| reference != other) {
            let difference = self.difference(
                Subject::Faults,
                Seen::Faults(reference),
                Seen::Faults(other),
            );
            return (answer, Some(difference));
        }
        let may_change_files = matches!(
            step.op,
            Op::Store { .. } | Op::Pread { .. } | Op::Pwrite { .. } | Op::Ftruncate { .. }
        );
        let files = if may_change_files && self.look == Look::Bytes {
            self.files()
        } else {
            None
        };
        let difference = files.or_else(|| self.maps());
        let memory = |pair: &mut Self| {
            if pair.look == Look::Bytes {
                pair.memory()
            } else {
                None
            }
        };
        let difference = difference.or_else(|| memory(self));
        (answer, difference)
    }

    /// The number of faults so far on each side, in the process that makes an access, if faults are compared.
    fn faults(&mut self, step: &Step) -> Option<[u64; 2]> {
        let access = matches!(
            step.op,
            Op::Load { .. } | Op::Store { .. } | Op::Fetch { .. }
        );
        let of = |side: &mut dyn Side| {
            let (minor, major) = side.faults(step.process);
            minor + major
        };
        (access && self.look == Look::Faults).then(|| [of(self.reference), of(self.other)])
    }

    /// Records the initial state of the first process.
    fn begin(&mut self) {
        if self.look == Look::Faults {
            for at in NEIGHBORS {
                let (length, flags) = (PAGE as u64, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED);
                let map = Op::Mmap {
                    at,
                    length,
                    prot: PROT_RW,
                    flags,
                    fd: Fd::None,
                    offset: 0,
                };
                for op in [map, Op::Store { at, byte: 0x90 }] {
                    let step = Step { process: 0, op };
                    assert_eq!(self.reference.step(&step), self.other.step(&step), "{op:?}");
                }
            }
        }
        self.view.see(0, Some(visible(self.reference, 0)));
        self.settle(0);
    }

    /// Performs an access in a new process, so that no later step counts the faults of the access code.
    fn settle(&mut self, process: usize) {
        if self.look == Look::Faults {
            let nowhere = Step {
                process,
                op: Op::Load { at: Place::NULL },
            };
            self.reference.step(&nowhere);
            self.other.step(&nowhere);
        }
    }

    /// Records the processes that a step changed, and the offsets in pages that it used.
    fn remember(&mut self, step: &Step, answer: &Answer) {
        let process = step.process;
        self.view.note(step, answer);
        let areas = (step.op != Op::Exit).then(|| visible(self.reference, process));
        self.view.see(process, areas);
        if let Answer::Child(child) = *answer {
            assert_eq!(child, self.view.processes.len(), "processes count from 0");
            self.view.see(child, Some(visible(self.reference, child)));
            self.settle(child);
        }
        let mut see = |bytes: i64| self.offsets.insert(bytes.rem_euclid(PAGE) as u16);
        match step.op {
            Op::Store { at, .. } => {
                see(at.bytes);
            }
            Op::Pwrite { offset, length, .. } => {
                see(offset);
                see(offset.saturating_add(length as i64).saturating_sub(1));
            }
            Op::Pread { to, length, .. } => {
                see(to.bytes);
                see(to.bytes.saturating_add(length as i64).saturating_sub(1));
            }
            Op::Ftruncate { length, .. } => {
                see(length);
                see(length.saturating_sub(1));
            }
            _ => {}
        }
    }

    fn maps(&mut self) -> Option<Difference> {
        self.view.living().into_iter().find_map(|process| {
            let theirs = self
                .reference_objects
                .number(self.view.areas(process).to_vec());
            let seen = (
                theirs,
                self.other_objects.number(visible(self.other, process)),
            );
            (seen.0 != seen.1).then(|| {
                self.difference(
                    Subject::Maps(process),
                    Seen::Maps(seen.0),
                    Seen::Maps(seen.1),
                )
            })
        })
    }

    fn memory(&mut self) -> Option<Difference> {
        let offsets: Vec<u16> = self.offsets.iter().copied().collect();
        for process in self.view.living() {
            for area in self.view.areas(process) {
                let unsettled = self.view.unsettled(area);
                for page in area.pages() {
                    let offsets = match unsettled {
                        Some(from) if from.page_start() == page => {
                            &offsets[..offsets
                                .partition_point(|&offset| page.plus(offset.into()) < from)]
                        }
                        _ => &offsets,
                    };
                    let reference = self.reference.bytes(process, page, offsets);
                    let other = self.other.bytes(process, page, offsets);
                    if reference != other {
                        let (at, [reference, other]) =
                            first_difference(offsets, reference.as_deref(), other.as_deref());
                        let subject = Subject::Byte(process, page.plus(at.into()));
                        return Some(self.difference(
                            subject,
                            Seen::Byte(reference),
                            Seen::Byte(other),
                        ));
                    }
                }
            }
        }
        None
    }

    fn files(&mut self) -> Option<Difference> {
        for file in 0..FILES.len() {
            let (reference, other) = (self.reference.file(file), self.other.file(file));
            self.view.files[file].size = reference.len() as u64;
            let sizes = (Seen::Size(reference.len()), Seen::Size(other.len()));
            if sizes.0 != sizes.1 {
                return Some(self.difference(Subject::FileSize(file), sizes.0, sizes.1));
            }
            let at = reference
                .iter()
                .zip(&other)
                .position(|(reference, other)| reference != other);
            if let Some(at) = at {
                let [reference, other] =
                    [&reference, &other].map(|bytes| Seen::Byte(Some(bytes[at])));
                return Some(self.difference(Subject::FileByte(file, at), reference, other));
            }
        }
        None
    }

    fn difference(&self, subject: Subject, reference: Seen, other: Seen) -> Difference {
        Difference {
            subject,
            reference,
            other,
            names: [self.reference.name(), self.other.name()],
        }
    }
}

/// The first offset whose bytes differ, and both bytes.
fn first_difference(
    offsets: &[u16],
    reference: Option<&[u8]>,
    other: Option<&[u8]>,
) -> (u16, [Option<u8>; 2]) {
    let bytes =
        |at: usize| [reference, other].map(|bytes| bytes.and_then(|bytes| bytes.get(at).copied()));
    let at = (0..offsets.len())
        .find(|&at| bytes(at)[0] != bytes(at)[1])
        .unwrap_or(0);
    (offsets[at], bytes(at))
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Seen::Answer(answer) => write!(f, "{answer}"),
            Seen::Maps(areas) => areas
                .iter()
                .try_for_each(|area| write!(f, "\n#     {area}")),
            Seen::Byte(Some(byte)) => write!(f, "0x{byte:02X}"),
            Seen::Byte(None) => f.write_str("nothing"),
            Seen::Size(size) => write!(f, "{size} bytes"),
            Seen::Faults(count) => write!(f, "minor {count}"),
        }
    }
}
