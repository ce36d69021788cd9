//! The parts of a question that are about different machines or reference strings.

use crate::exam::paper::{PaperItem, Piece, Question};
use crate::questions::entry::ItemKind;
use crate::run::record::Did;

/// The pieces of a question that are about one thing.
struct Group<'q, T> {
    thing: Option<T>,
    pieces: Vec<&'q Piece>,
    /// The parts that contain the items, without repetitions. `None` is outside all parts.
    parts: Vec<Option<&'q str>>,
}

/// Divides a question into the pieces about each of its machines.
pub(super) fn by_machine(question: &Question) -> Vec<(String, Question)> {
    divided(question, "Machine", |item| {
        Some(&*item.hardware.as_ref()?.spec)
    })
}

/// Divides a question into the pieces about reference strings with the same initial pages.
pub(super) fn by_start(question: &Question) -> Vec<(String, Question)> {
    divided(question, "Reference string", |item| {
        let did = match &item.kind {
            ItemKind::Table { string, .. } => string.as_deref(),
            _ => Some(&*item.did),
        };
        match did? {
            Did::Reference(run) => Some((&run.start, &run.setup.holding)),
            _ => None,
        }
    })
}

/// Divides a question into the pieces about each thing, or returns nothing if there is only one. Each thing has a name, such as
/// `Part a` or `Machine 2`.
fn divided<'q, T: PartialEq>(
    question: &'q Question,
    noun: &str,
    about: impl Fn(&'q PaperItem) -> Option<T>,
) -> Vec<(String, Question)> {
    let pieces = question.body.iter().flat_map(|piece| match piece {
        Piece::Part { name, body, .. } => body.iter().map(|own| (Some(&**name), own)).collect(),
        other => vec![(None, other)],
    });
    let mut groups: Vec<Group<T>> = Vec::new();
    // The views and texts before an item are about the same thing.
    let mut before: Vec<&Piece> = Vec::new();
    for (part, piece) in pieces {
        before.push(piece);
        let Piece::Item(item) = piece else { continue };
        let thing = about(item);
        let goes_on = groups
            .last()
            .is_some_and(|group| thing.is_none() || group.thing.is_none() || group.thing == thing);
        if !goes_on {
            groups.push(Group {
                thing: None,
                pieces: Vec::new(),
                parts: Vec::new(),
            });
        }
        let Some(group) = groups.last_mut() else {
            continue;
        };
        if group.thing.is_none() {
            group.thing = thing;
        }
        group.pieces.append(&mut before);
        if !group.parts.contains(&part) {
            group.parts.push(part);
        }
    }
    if groups.len() < 2 {
        return Vec::new();
    }
    let is_alone = |at: usize| {
        let own = &groups[at].parts;
        let others = groups.iter().enumerate().filter(|(other, _)| *other != at);
        let mut others = others.flat_map(|(_, group)| &group.parts);
        !own.contains(&None) && !others.any(|part| own.contains(part))
    };
    let named = (0..groups.len()).all(is_alone);
    let name = |at: usize, group: &Group<T>| {
        let parts: Vec<&str> = group.parts.iter().flatten().copied().collect();
        match &*parts {
            _ if !named => format!("{noun} {}", at + 1),
            [one] => format!("Part {one}"),
            several => format!("Parts {}", several.join(", ")),
        }
    };
    groups
        .iter()
        .enumerate()
        .map(|(at, group)| {
            let body = group.pieces.iter().copied().cloned().collect();
            (
                name(at, group),
                Question {
                    body,
                    ..question.clone()
                },
            )
        })
        .collect()
}
