//! Has two sides perform the same steps, and compares all that can be seen after each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::op::{FILES, Op, Step};
use super::place::{PAGE, Place};
use super::side::{Answer, Area, Backing, Side, joined};
use super::view::View;

/// What came of a sequence.
#[derive(Debug)]
pub struct Run {
    /// The steps that were performed, with the reference's answers.
    pub told: Vec<(Step, Answer)>,
    /// How many were left out because the sides cannot be expected to answer alike.
    pub left_out: usize,
    /// What differs after the last step that was performed, if anything does.
    pub difference: Option<Difference>,
}

impl Run {
    /// The steps that were performed.
    pub fn steps(&self) -> Vec<Step> {
        self.told.iter().map(|(step, _)| *step).collect()
    }
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What is looked at.
    pub subject: Subject,
    /// What the reference says of it.
    pub reference: Seen,
    /// What the other side says of it.
    pub other: Seen,
    /// The names of the two.
    pub names: [&'static str; 2],
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Answer,
    Maps(usize),
    Byte(usize, Place),
    FileSize(usize),
    FileByte(usize, usize),
}

/// What is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Answer(Answer),
    Maps(Vec<Area>),
    Byte(Option<u8>),
    Size(usize),
}

/// Two sides, and what is known of the sequence that they perform.
struct Pair<'a> {
    reference: &'a mut dyn Side,
    other: &'a mut dyn Side,
    view: View,
    reference_objects: Objects,
    other_objects: Objects,
    /// The offsets in a page whose bytes are compared after each step.
    offsets: BTreeSet<u16>,
}

/// The anonymous shared objects of a side, in the order they were seen.
#[derive(Default)]
struct Objects(BTreeMap<u64, u64>);

impl Objects {
    /// Numbers the objects in the order they are seen, and joins the areas that can be one.
    fn number(&mut self, mut areas: Vec<Area>) -> Vec<Area> {
        for area in &mut areas {
            if let Backing::Shared(object) = &mut area.backing {
                let next = self.0.len() as u64;
                *object = *self.0.entry(*object).or_insert(next);
            }
        }
        joined(&areas)
    }
}

/// Has both sides perform the steps that `next` gives until it gives none, or until something differs.
pub fn run(
    reference: &mut dyn Side,
    other: &mut dyn Side,
    mut next: impl FnMut(&View) -> Option<Step>,
) -> Run {
    reference.start();
    other.start();
    let mut pair = Pair {
        view: View::new(reference.maps(0), FILES.iter().map(|spec| spec.size)),
        reference,
        other,
        reference_objects: Objects::default(),
        other_objects: Objects::default(),
        offsets: BTreeSet::from([0, PAGE as u16 - 1]),
    };
    let mut run = Run { told: Vec::new(), left_out: 0, difference: None };
    while let Some(step) = next(&pair.view) {
        if !pair.view.comparable(&step) {
            run.left_out += 1;
            continue;
        }
        let (answer, difference) = pair.step(&step);
        run.told.push((step, answer));
        run.difference = difference;
        if run.difference.is_some() {
            return run;
        }
    }
    pair.offsets = (0..PAGE as u16).collect();
    run.difference = pair.files().or_else(|| pair.memory());
    run
}

impl Pair<'_> {
    /// Performs a step and looks at everything that it may have changed.
    fn step(&mut self, step: &Step) -> (Answer, Option<Difference>) {
        let answer = self.reference.step(step);
        let other = self.other.step(step);
        if answer != other {
            let difference =
                self.difference(Subject::Answer, Seen::Answer(answer.clone()), Seen::Answer(other));
            return (answer, Some(difference));
        }
        self.remember(step, &answer);
        let may_change_files =
            matches!(step.op, Op::Store { .. } | Op::Pread { .. } | Op::Pwrite { .. } | Op::Ftruncate { .. });
        let files = if may_change_files { self.files() } else { None };
        let difference = files.or_else(|| self.maps()).or_else(|| self.memory());
        (answer, difference)
    }

    /// Looks anew at the processes that a step changed, and at where in a page it was.
    fn remember(&mut self, step: &Step, answer: &Answer) {
        let process = step.process;
        self.view.note(step, answer);
        let areas = (step.op != Op::Exit).then(|| self.reference.maps(process));
        self.view.see(process, areas);
        if let Answer::Child(child) = *answer {
            assert_eq!(child, self.view.processes.len(), "processes count from 0");
            self.view.see(child, Some(self.reference.maps(child)));
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
            let reference = self.reference_objects.number(self.view.areas(process).to_vec());
            let other = self.other_objects.number(self.other.maps(process));
            (reference != other)
                .then(|| self.difference(Subject::Maps(process), Seen::Maps(reference), Seen::Maps(other)))
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
                            &offsets[..offsets.partition_point(|&offset| page.plus(offset.into()) < from)]
                        }
                        _ => &offsets,
                    };
                    let reference = self.reference.bytes(process, page, offsets);
                    let other = self.other.bytes(process, page, offsets);
                    if reference != other {
                        let (at, [reference, other]) =
                            first_difference(offsets, reference.as_deref(), other.as_deref());
                        let subject = Subject::Byte(process, page.plus(at.into()));
                        return Some(self.difference(subject, Seen::Byte(reference), Seen::Byte(other)));
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
            let at = reference.iter().zip(&other).position(|(reference, other)| reference != other);
            if let Some(at) = at {
                let [reference, other] = [&reference, &other].map(|bytes| Seen::Byte(Some(bytes[at])));
                return Some(self.difference(Subject::FileByte(file, at), reference, other));
            }
        }
        None
    }

    fn difference(&self, subject: Subject, reference: Seen, other: Seen) -> Difference {
        Difference { subject, reference, other, names: [self.reference.name(), self.other.name()] }
    }
}

/// The first offset whose bytes differ, and those.
fn first_difference(
    offsets: &[u16],
    reference: Option<&[u8]>,
    other: Option<&[u8]>,
) -> (u16, [Option<u8>; 2]) {
    let bytes = |at: usize| [reference, other].map(|bytes| bytes.and_then(|bytes| bytes.get(at).copied()));
    let at = (0..offsets.len()).find(|&at| bytes(at)[0] != bytes(at)[1]).unwrap_or(0);
    (offsets[at], bytes(at))
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Seen::Answer(answer) => write!(f, "{answer}"),
            Seen::Maps(areas) => areas.iter().try_for_each(|area| write!(f, "\n#     {area}")),
            Seen::Byte(Some(byte)) => write!(f, "0x{byte:02X}"),
            Seen::Byte(None) => f.write_str("nothing"),
            Seen::Size(size) => write!(f, "{size} bytes"),
        }
    }
}
