//! The messages of an access as arrows between lifelines, numbered as in the list below them.

use crate::report::broken::broken;
use crate::report::doc::Step;
use crate::report::scene::{ElementId, Fill, Scene, Stroke, width};

/// The row below the names.
const TOP: u32 = 3;
/// The maximum number of rows of a figure in which each message has an empty row above it.
const TALL: u32 = 60;

/// Draws messages, if possible in four fifths of these columns, so that the type on a page is large.
pub(crate) fn scene(title: String, messages: &[Step], columns: u32) -> Scene {
    let mut scene = Scene::new(title);
    let actors = actors(messages);
    let boxes: u32 = actors.iter().map(|actor| width(actor) + 5).sum();
    let wide = boxes.max(columns * 4 / 5);
    let lists: Vec<String> = (1..)
        .zip(messages)
        .map(|(number, message)| listed(number, &message.what, wide))
        .collect();
    let count = messages.len() as u32;
    let lines: u32 = lists.iter().map(|list| list.lines().count() as u32).sum();
    let step = if TOP + 2 * count + lines + 2 <= TALL {
        2
    } else {
        1
    };
    let end = TOP + step * count + 1;
    // The lifelines share the room.
    let spare = (wide - boxes) / actors.len().max(1) as u32;
    let mut lifelines = Vec::new();
    let mut x = spare / 2;
    for actor in &actors {
        let size = width(actor) + 4;
        scene.filled((x, 0), (size, 3), Stroke::Thin, Fill::Gray);
        scene.head((x + 2, 1), *actor);
        let middle = x + size / 2;
        scene.line(&[(middle, 2), (middle, end)], Stroke::Dashed);
        lifelines.push(middle);
        x += size + 1 + spare;
    }
    let place = |actor: &str| {
        let at = actors.iter().position(|known| *known == actor);
        at.map_or(0, |at| lifelines[at])
    };
    let mut below = end + 2;
    for ((number, message), list) in (1..).zip(messages).zip(&lists) {
        scene.step(Some(number));
        scene.part(Some(ElementId::Message(number)));
        let y = TOP + step * u32::from(number);
        let (from, label) = (place(&message.from), number.to_string());
        match message.to.as_deref().map(place) {
            Some(to) if to != from => arrow(&mut scene, (from, to, y), &label),
            _ => {
                // The actor itself does something.
                scene.head((from + 2, y), format!("({label})"));
            }
        }
        for line in list.lines() {
            scene.write((0, below), line);
            below += 1;
        }
        scene.say(format!("{number}. {}.", message.what), false);
    }
    scene.part(None);
    scene.step(None);
    scene
}

/// Draws an arrow in a row, with its number beside the sender, where no other lifeline crosses it.
fn arrow(scene: &mut Scene, (from, to, y): (u32, u32, u32), label: &str) {
    if to > from {
        scene.head((from + 2, y), label);
        let start = from + 3 + width(label);
        scene.arrow(&[(start.min(to - 1), y), (to - 1, y)], Stroke::Thin);
    } else {
        let start = from - 3 - width(label);
        scene.head((start + 2, y), label);
        scene.arrow(&[(start.max(to + 1), y), (to + 1, y)], Stroke::Thin);
    }
}

/// Returns the actors in the order of their first message.
fn actors(messages: &[Step]) -> Vec<&str> {
    let mut actors: Vec<&str> = Vec::new();
    for actor in messages
        .iter()
        .flat_map(|message| std::iter::once(&message.from).chain(&message.to))
    {
        if !actors.contains(&&**actor) {
            actors.push(actor);
        }
    }
    actors
}

/// Returns a line of the list, broken at words, with an indent after the first line.
fn listed(number: u16, what: &str, wide: u32) -> String {
    let indent = number.to_string().len() + 2;
    let lines = broken(what, (wide as usize).saturating_sub(indent), 0);
    let lines = lines.lines().enumerate().map(|(at, line)| match at {
        0 => format!("{number}. {line}"),
        _ => format!("{:indent$}{line}", ""),
    });
    lines.collect::<Vec<_>>().join("\n")
}
