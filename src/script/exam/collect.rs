//! Builds a paper from the records of a run.

use std::sync::Arc;

use super::arrange::arrange;
use super::division::Points;
use super::paper::{Paper, PaperItem, Piece, Question};
use super::version::{Student, Version};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::value::Number;
use crate::questions::arrangement::Arrangement;
use crate::questions::entry::{Blank, Entry, EntryItem as Asked, ItemKind};
use crate::questions::points::{Share, declared, shares, total};
use crate::run::facts::Component;
use crate::run::record::{CallRecord, Did, Sink, StepRecord, View};
use crate::run::table::TableId;
use pagewalk_engine::machine::event::AccessKind;

/// Collects a paper.
#[derive(Debug, Default)]
pub struct Collector {
    cover: Vec<(Arc<str>, String)>,
    arrangement: Arrangement,
    questions: Vec<Open>,
    /// The operations since the last item, given table, or figure. Tables and figures already show the results of
    /// earlier operations.
    since: Vec<Arc<Did>>,
    /// Whether the last item is in a part. `None` before the first item of a question.
    last: Option<bool>,
    /// Statements that have changed the state since the last item, table, or figure, at most two. The paper does not print
    /// them, except the one that the next item is about.
    unseen: Vec<Arc<Did>>,
    /// Whether the question has shown a part of the state.
    shown: bool,
    /// Whether a machine has been declared since the last item.
    new_machine: bool,
    /// Whether a text since the last item, table, or figure may describe such a statement.
    described: bool,
    /// The tables that the question has printed since the last operation.
    given: Vec<(TableId, String)>,
}

/// Maximum number of operations that a worked solution explains before an item. If there are more operations, the
/// solution explains none of them.
const EXPLAINED: usize = 32;

/// A question or part whose points have not been distributed yet.
#[derive(Debug)]
struct Open {
    title: Arc<str>,
    points: Option<Number>,
    on_new_machine: bool,
    pieces: Vec<OpenPiece>,
}

/// A piece of a question or part. An item includes its declared points.
#[derive(Debug)]
enum OpenPiece {
    Ready(Piece),
    Item(Box<OpenItem>),
    Part(Open),
}

/// An item with its declared points.
#[derive(Debug)]
struct OpenItem {
    asked: Asked,
    did: Arc<Did>,
    since: Arc<[Arc<Did>]>,
    retry: Option<Arc<Did>>,
    again: bool,
    unseen: bool,
    late: Arc<[String]>,
}

/// Returns the operation whose results a table contains.
fn tabled(kind: &ItemKind) -> Option<&Arc<Did>> {
    match kind {
        ItemKind::Table { string, .. } => string.as_ref(),
        _ => None,
    }
}

/// Whether an item is about an operation: its own, or the one whose results its table contains.
fn is_about(own: &Arc<Did>, kind: &ItemKind, did: &Arc<Did>) -> bool {
    let mut all = std::iter::once(own).chain(tabled(kind));
    // A question about an access prints its core.
    let says_core = matches!((&**own, &**did), (Did::Access(_), Did::Core));
    says_core || all.any(|own| Arc::ptr_eq(own, did))
}

impl OpenItem {
    /// Whether an operation repeats the item's access, which ended with a page fault.
    fn is_repeated_by(&self, did: &Did) -> bool {
        let (Did::Access(first), Did::Access(again)) = (&*self.did, did) else {
            return false;
        };
        let faulted = first.outcome.fault.is_some() && first.process.is_none() && !first.probe;
        faulted && self.retry.is_none() && (first.va, first.kind) == (again.va, again.kind)
    }
}

impl Collector {
    /// Returns the paper, arranged as the script declares, and the errors in the arrangement.
    pub(crate) fn arranged(self) -> (Paper, Vec<Diagnostic>) {
        let (arrangement, mut paper) = self.parts();
        let wrong = arrange(&mut paper, &arrangement);
        if let Some(code) = arrangement.version {
            let student = arrangement.student.map(|(id, name)| Student { id, name });
            paper.version = Some(Version {
                code,
                seed: arrangement.seed,
                student,
            });
        }
        (paper, wrong)
    }

    /// Returns the declared arrangement and the paper to arrange.
    pub(super) fn parts(self) -> (Arrangement, Paper) {
        (self.arrangement.clone(), self.paper())
    }

    /// Returns the paper with all questions in script order and all points distributed.
    pub fn paper(self) -> Paper {
        let questions = self.questions.into_iter().map(|open| {
            let (points, mut body) = open.settle(None);
            put_machine_first(&mut body);
            Question {
                division: open.stated_points(String::new()).division(),
                title: open.title,
                points,
                on_new_machine: open.on_new_machine,
                body,
            }
        });
        Paper {
            cover: self.cover,
            script: String::new(),
            version: None,
            continuous: self.arrangement.continuous,
            accepted: self.arrangement.accepted.clone(),
            questions: questions.collect(),
        }
    }

    /// Returns the open pieces of the current question, or of its last part.
    fn open_pieces(&mut self, in_part: bool) -> Option<&mut Vec<OpenPiece>> {
        let question = self.questions.last_mut()?;
        if !in_part {
            return Some(&mut question.pieces);
        }
        let parts = question.pieces.iter_mut().rev();
        let mut parts = parts.filter_map(|piece| match piece {
            OpenPiece::Part(part) => Some(&mut part.pieces),
            _ => None,
        });
        parts.next()
    }

    fn put(&mut self, piece: OpenPiece, in_part: bool) {
        if let Some(place) = self.open_pieces(in_part) {
            place.push(piece);
        }
    }

    /// Returns the first item of the question that is about this operation.
    fn item_about(&self, did: &Arc<Did>) -> Option<&OpenItem> {
        fn find<'o>(pieces: &'o [OpenPiece], did: &Arc<Did>) -> Option<&'o OpenItem> {
            pieces.iter().find_map(|piece| match piece {
                OpenPiece::Item(item) => {
                    is_about(&item.did, &item.asked.kind, did).then_some(&**item)
                }
                OpenPiece::Part(part) => find(&part.pieces, did),
                OpenPiece::Ready(_) => None,
            })
        }
        find(&self.questions.last()?.pieces, did)
    }

    /// Adds an access to the last item if it repeats the item's access after a page fault.
    fn retried(&mut self, did: &Arc<Did>) -> bool {
        let Some(in_part) = self.last else {
            return false;
        };
        let pieces = self
            .open_pieces(in_part)
            .and_then(|pieces| pieces.last_mut());
        let Some(OpenPiece::Item(item)) = pieces else {
            return false;
        };
        let repeated = item.is_repeated_by(did);
        if repeated {
            item.retry = Some(did.clone());
        }
        repeated
    }

    /// Notes that the paper prints the state, so that earlier operations need no explanation.
    fn shows_state(&mut self) {
        self.since.clear();
        self.unseen.clear();
        (self.shown, self.described) = (true, false);
    }

    fn enter(&mut self, entry: &Entry, did: &Arc<Did>) {
        match entry {
            Entry::Cover {
                fields,
                arrangement,
            } => {
                self.cover.clone_from(fields);
                self.arrangement.clone_from(arrangement);
            }
            Entry::Question { title, points } => {
                self.since.clear();
                self.unseen.clear();
                self.given.clear();
                self.shown = false;
                self.last = None;
                self.questions.push(Open {
                    title: title.clone(),
                    points: *points,
                    on_new_machine: false,
                    pieces: Vec::new(),
                });
            }
            Entry::Part { name, points } => {
                let part = Open {
                    title: name.clone(),
                    points: *points,
                    on_new_machine: false,
                    pieces: Vec::new(),
                };
                self.put(OpenPiece::Part(part), false);
            }
            Entry::Text { text, in_part } => {
                // The text of a question describes the state before the question.
                if self
                    .questions
                    .last()
                    .is_some_and(|question| question.pieces.is_empty())
                {
                    self.since.clear();
                }
                self.described = true;
                self.put(OpenPiece::Ready(Piece::Text(text.clone())), *in_part);
            }
            Entry::Space { height, in_part } => {
                self.put(OpenPiece::Ready(Piece::Space(*height)), *in_part);
            }
            Entry::Solution { text, in_part } => {
                let last = self.open_pieces(*in_part).and_then(|pieces| {
                    pieces.iter_mut().rev().find_map(|piece| match piece {
                        OpenPiece::Item(asked, ..) => Some(asked),
                        OpenPiece::Ready(_) | OpenPiece::Part(_) => None,
                    })
                });
                if let Some(asked) = last {
                    let solution = &mut asked.asked.printed.solution;
                    let before = solution.take().map(|before| format!("{before}\n\n"));
                    *solution = Some(before.unwrap_or_default() + text);
                }
            }
            Entry::Given { views, in_part } => {
                self.shows_state();
                self.given.extend(views.iter().filter_map(titled));
                self.put(OpenPiece::Ready(Piece::Given(views.clone())), *in_part);
            }
            Entry::Figure { figure, in_part } => {
                self.shows_state();
                self.put(OpenPiece::Ready(Piece::Figure(figure.clone())), *in_part);
            }
            Entry::Item { item, in_part } => {
                let is_new = std::mem::take(&mut self.new_machine);
                if let Some(question) = self.questions.last_mut() {
                    question.on_new_machine |= is_new;
                }
                let mut since = std::mem::take(&mut self.since);
                if since.len() > EXPLAINED {
                    since.clear();
                }
                let mut asked = (**item).clone();
                let did = asked.last.as_ref().unwrap_or(did).clone();
                let string = tabled(&asked.kind);
                let given = std::mem::take(&mut self.given).into_iter();
                // The fields of an address are the same before and after.
                let is_field =
                    |blank: &Blank| matches!(&*blank.fact, "vpn" | "vpo" | "tlbi" | "tlbt");
                let fields = matches!(&asked.kind, ItemKind::Facts { blanks, .. } if blanks.iter().all(is_field));
                let is_late = asked.last.is_some() && !fields;
                let late = given.filter(|(id, _)| is_late && changes(&did, *id));
                let late: Arc<[String]> = late.map(|(_, title)| title).collect();
                since.retain(|earlier| !is_about(&did, &asked.kind, earlier));
                let mut unseen = std::mem::take(&mut self.unseen).into_iter();
                let is_unseen = unseen.any(|other| !is_about(&did, &asked.kind, &other));
                let earlier = asked
                    .last
                    .as_ref()
                    .or(string)
                    .and_then(|did| self.item_about(did));
                let again = earlier.is_some();
                if let (Some(earlier), Some(_)) = (earlier, &asked.last) {
                    asked.hardware.clone_from(&earlier.asked.hardware);
                    asked.kind.set_operation(&earlier.asked.kind);
                }
                let item = OpenItem {
                    asked,
                    did,
                    since: since.into(),
                    retry: None,
                    again,
                    unseen: is_unseen && !self.described && (self.shown || self.last.is_some()),
                    late: if again { Arc::default() } else { late },
                };
                self.described = false;
                self.put(OpenPiece::Item(Box::new(item)), *in_part);
                self.last = Some(*in_part);
            }
        }
    }
}

impl Sink for Collector {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if let Some(entry) = Entry::in_record(record) {
            self.enter(entry, &record.did);
        } else if !self.questions.is_empty() {
            self.new_machine |= matches!(*record.did, Did::Machine(_));
            if changes_state(record) {
                self.given.clear();
            }
            let retried = self.retried(&record.did);
            if !retried && changes_state(record) && self.unseen.len() < 2 {
                self.unseen.push(record.did.clone());
            }
            if self.since.len() > EXPLAINED {
                return true;
            }
            let calls = record
                .calls
                .iter()
                .map(|call| Arc::new(Did::Call(call.clone())));
            self.since.extend(calls);
            let explained = match &*record.did {
                Did::Access(access) => !access.probe,
                Did::Replay(run) => run.called.is_some(),
                did => did.call().is_some_and(|call| !call.probe),
            };
            if explained && !retried {
                self.since.push(record.did.clone());
            }
        }
        true
    }
}

/// Returns the table of a view, with its title.
fn titled(view: &View) -> Option<(TableId, String)> {
    match view {
        View::Table(table) | View::Maps { table, .. } => Some((table.id, table.title.clone())),
        _ => None,
    }
}

/// Whether an operation changes a table.
fn changes(did: &Did, table: TableId) -> bool {
    let Did::Access(access) = did else {
        return false;
    };
    let fills = |part: Component| {
        let mut events = access.events.iter();
        events.any(|event| part.filled_set(event).is_some())
    };
    match Component::of_table(table) {
        Some(part) => fills(part),
        None if table == TableId::Memory => access.kind == AccessKind::Write,
        None => !access.faults().is_empty(),
    }
}

/// Whether a statement can change the state on which the answers of a question depend.
fn changes_state(record: &StepRecord) -> bool {
    let by_call = |call: &CallRecord| !call.probe;
    record.calls.iter().any(|call| by_call(call))
        || match &*record.did {
            Did::Access(access) => !access.probe,
            Did::Machine(_) | Did::Action(_) | Did::Replay(_) | Did::Core => true,
            // Statements with nothing to report, such as `flush` and `set`. An expectation has checks.
            Did::Quiet => record.checks.is_empty(),
            did => did.call().is_some_and(by_call),
        }
}

impl Open {
    /// Returns the total points and the pieces. If no points are declared, the total is `whole`, the share of the
    /// enclosing question's points.
    fn settle(&self, whole: Option<Number>) -> (Number, Vec<Piece>) {
        let whole = self.points.or(whole);
        let each: Vec<Share> = self.pieces.iter().filter_map(OpenPiece::share).collect();
        // The run has already rejected points that do not add up.
        let shared =
            shares(whole, &each).unwrap_or_else(|_| each.iter().map(|share| share.alone).collect());
        let sum = total(&shared).unwrap_or(Number::from(0u64));
        let mut shared = shared.into_iter();
        let mut share = || shared.next().unwrap_or(Number::from(0u64));
        let settled = self.pieces.iter().map(|piece| match piece {
            OpenPiece::Ready(piece) => piece.clone(),
            OpenPiece::Item(item) => {
                let Asked {
                    kind,
                    printed,
                    hardware,
                    ..
                } = item.asked.clone();
                let (did, since, retry) =
                    (item.did.clone(), item.since.clone(), item.retry.clone());
                let item = PaperItem {
                    kind,
                    printed,
                    points: share(),
                    hardware,
                    did,
                    since,
                    retry,
                    again: item.again,
                    unseen: item.unseen,
                    late: item.late.clone(),
                };
                Piece::Item(Box::new(item))
            }
            OpenPiece::Part(part) => {
                let (points, body) = part.settle(Some(share()));
                Piece::Part {
                    name: part.title.clone(),
                    points,
                    body,
                }
            }
        });
        (whole.unwrap_or(sum), settled.collect())
    }

    /// Returns the points that the script states. `name` is the name in a hint.
    fn stated_points(&self, name: String) -> Points {
        let place = |own: String| match name.as_str() {
            "" => own,
            part => format!("{own} of {part}"),
        };
        let mut items = 0;
        let within = self.pieces.iter().filter_map(|piece| {
            let OpenPiece::Part(part) = piece else {
                let OpenPiece::Item(item) = piece else {
                    return None;
                };
                let share = piece.share()?;
                items += 1;
                return Some(Points {
                    name: place(format!("item {items}")),
                    stated: share.stated,
                    alone: share.alone,
                    earned: Number::from(item.asked.earning().max(1) as u64),
                    within: Vec::new(),
                });
            };
            Some(part.stated_points(format!("part {}", part.title)))
        });
        Points {
            within: within.collect(),
            name,
            stated: self.points,
            alone: self.alone(),
            earned: self.alone(),
        }
    }

    /// Returns the total of the items' points if no points are distributed.
    fn alone(&self) -> Number {
        let each: Vec<Share> = self.pieces.iter().filter_map(OpenPiece::share).collect();
        shares(None, &each)
            .and_then(|points| total(&points))
            .unwrap_or(Number::from(0u64))
    }
}

impl OpenPiece {
    /// Returns the points of an item, or `None` for other pieces.
    fn share(&self) -> Option<Share> {
        match self {
            Self::Ready(_) => None,
            Self::Item(item) => {
                let alone = Number::from(item.asked.kind.blanks().max(1) as u64);
                Some(Share {
                    stated: item.asked.points,
                    alone,
                })
            }
            Self::Part(part) => {
                let each: Vec<Share> = part.pieces.iter().filter_map(Self::share).collect();
                Some(Share {
                    stated: part.points.or_else(|| declared(&each)),
                    alone: part.alone(),
                })
            }
        }
    }
}

/// Moves the machine before everything else that the question gives before its first item, because the assumptions about the
/// machine follow it.
fn put_machine_first(body: &mut Vec<Piece>) {
    let is_asked = |piece: &Piece| matches!(piece, Piece::Item(_) | Piece::Part { .. });
    let end = body.iter().position(is_asked).unwrap_or(body.len());
    let is_given = |piece: &Piece| matches!(piece, Piece::Given(_) | Piece::Figure(_));
    let Some(first) = body[..end].iter().position(is_given) else {
        return;
    };
    for at in first..end {
        let Piece::Given(views) = &mut body[at] else {
            continue;
        };
        let is_machine = |view: &View| matches!(view, View::Declaration(_));
        let Some(own) = views.iter().position(is_machine) else {
            continue;
        };
        let machine = views.remove(own);
        if views.is_empty() {
            body.remove(at);
        }
        body.insert(first, Piece::Given(vec![machine]));
        return;
    }
}
