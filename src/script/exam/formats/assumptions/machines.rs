//! The machines of a question.

use crate::exam::paper::{Piece, Question};
use pagewalk_engine::machine::spec::Spec;

/// The pieces of a question that are about one machine.
struct Group<'q> {
    spec: Option<&'q Spec>,
    pieces: Vec<&'q Piece>,
    /// The parts that contain the items, without repetitions. `None` is outside all parts.
    parts: Vec<Option<&'q str>>,
}

/// Divides a question into the pieces about each of its machines, or returns nothing if it has only one machine. Each machine
/// has a name, such as `Part a`.
pub(super) fn by_machine(question: &Question) -> Vec<(String, Question)> {
    let pieces = question.body.iter().flat_map(|piece| match piece {
        Piece::Part { name, body, .. } => body.iter().map(|own| (Some(&**name), own)).collect(),
        other => vec![(None, other)],
    });
    let mut groups: Vec<Group> = Vec::new();
    // The views and texts before an item are about its machine.
    let mut before: Vec<&Piece> = Vec::new();
    for (part, piece) in pieces {
        before.push(piece);
        let Piece::Item(item) = piece else { continue };
        let spec = item.hardware.as_ref().map(|hardware| &*hardware.spec);
        let goes_on = groups.last().is_some_and(|group: &Group| {
            spec.is_none() || group.spec.is_none_or(|own| Some(own) == spec)
        });
        if !goes_on {
            groups.push(Group {
                spec,
                pieces: Vec::new(),
                parts: Vec::new(),
            });
        }
        let Some(group) = groups.last_mut() else {
            continue;
        };
        group.spec = group.spec.or(spec);
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
    let name = |at: usize, group: &Group| {
        let parts: Vec<&str> = group.parts.iter().flatten().copied().collect();
        match &*parts {
            _ if !named => format!("Machine {}", at + 1),
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
