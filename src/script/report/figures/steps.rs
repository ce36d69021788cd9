//! The messages of an access as arrows between lifelines, numbered as in the list below them.

use crate::report::broken::broken;
use crate::report::doc::Step;
use crate::report::scene::{ElementId, Fill, Scene, Stroke, width};

/// The row below the names.
const TOP: u32 = 3;
/// The maximum number of rows of a figure in which each message has an empty row above it.
const TALL: u32 = 60;
/// The maximum number of rows of a figure on a slide with its list below it.
const LOW: u32 = 40;
/// The columns that an arrow needs beside its label.
const ARROW: u32 = 6;
/// The abbreviations of messages in CS:APP.
const SHORT: [(&str, &str); 5] = [
    ("virtual address", "VA"),
    ("physical address", "PA"),
    ("PTE address", "PTEA"),
    ("upper-level PTE address", "PTEA"),
    ("upper-level PTE", "PTE"),
];

/// Draws messages, if possible in four fifths of these columns, so that the type on a page is large. On a slide, the list of
/// many messages is beside the arrows.
pub(crate) fn scene(title: &str, messages: &[Step], columns: u32) -> Scene {
    let mut scene = drawn(title, messages, columns, false);
    if scene.size().1 > LOW {
        scene.wide = Some(Box::new(drawn(title, messages, columns, true)));
    }
    scene
}

fn drawn(title: &str, messages: &[Step], columns: u32, beside: bool) -> Scene {
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
    let below = if beside { TALL - LOW } else { lines };
    let step = if TOP + 2 * count + below + 2 <= TALL {
        2
    } else {
        1
    };
    let end = TOP + step * count + 1;
    let arrows: Vec<Arrow<'_>> = (1..)
        .zip(messages)
        .map(|(number, message)| Arrow::new(number, message, &actors))
        .collect();
    // The lifelines share the room.
    let spare = (wide - boxes) / actors.len().max(1) as u32;
    let sizes: Vec<u32> = actors.iter().map(|actor| width(actor) + 4).collect();
    let even = sizes.iter().zip(sizes.iter().skip(1).chain([&0]));
    let even: Vec<u32> = even
        .map(|(size, next)| size - size / 2 + next / 2 + 1 + spare)
        .collect();
    let mut rooms = even.clone();
    for arrow in &arrows {
        let room = &mut rooms[arrow.gap()];
        *room = (*room).max(arrow.room());
    }
    let mut lifelines = Vec::new();
    let mut middle = spare / 2 + sizes.first().map_or(0, |size| size / 2);
    if middle + rooms.iter().sum::<u32>() > columns {
        rooms = even;
    }
    for ((actor, size), room) in actors.iter().zip(sizes).zip(&rooms) {
        let x = middle - size / 2;
        scene.filled((x, 0), (size, 3), Stroke::Thin, Fill::Gray);
        scene.head((x + 2, 1), *actor);
        scene.line(&[(middle, 2), (middle, end)], Stroke::Dashed);
        lifelines.push(middle);
        middle += room;
    }
    let (left, mut below) = if beside {
        (wide.max(middle) + 3, TOP)
    } else {
        (0, end + 2)
    };
    for ((number, message), list) in (1..).zip(messages).zip(&lists) {
        scene.step(Some(number));
        scene.part(Some(ElementId::Message(number)));
        let y = TOP + step * u32::from(number);
        let arrow = &arrows[usize::from(number) - 1];
        arrow.draw(&mut scene, &lifelines, y, rooms[arrow.gap()]);
        for line in list.lines() {
            scene.write((left, below), line);
            below += 1;
        }
        scene.say(format!("{number}. {}.", message.what));
    }
    scene.part(None);
    scene.step(None);
    scene
}

/// A message with its label, between the lifelines of actors.
struct Arrow<'m> {
    number: String,
    name: &'m str,
    from: usize,
    /// The receiver, or the sender if it does something itself.
    to: usize,
}

impl<'m> Arrow<'m> {
    fn new(number: u16, message: &'m Step, actors: &[&str]) -> Self {
        let place = |actor: &str| actors.iter().position(|known| *known == actor);
        let from = place(&message.from).unwrap_or(0);
        let to = message.to.as_deref().and_then(place).unwrap_or(from);
        let short = SHORT.iter().find(|(long, _)| *long == message.name);
        Self {
            number: if from == to {
                format!("({number})")
            } else {
                number.to_string()
            },
            name: short.map_or(message.name, |(_, short)| short),
            from,
            to,
        }
    }

    /// Returns the columns of the label.
    fn size(&self) -> u32 {
        width(&self.number) + u32::from(!self.name.is_empty()) + width(self.name)
    }

    /// Returns the columns between lifelines in which the arrow has its name.
    fn room(&self) -> u32 {
        self.size() + if self.from == self.to { 3 } else { ARROW }
    }

    /// Returns the lifeline to the left of the label.
    fn gap(&self) -> usize {
        self.from - usize::from(self.to < self.from)
    }

    /// Draws the arrow in a row, with its number beside the sender, and with the name of the message if there is room before
    /// the next lifeline.
    fn draw(&self, scene: &mut Scene, lifelines: &[u32], y: u32, room: u32) {
        let (name, wide) = if self.room() <= room {
            (self.name, self.size())
        } else {
            ("", width(&self.number))
        };
        let (from, to) = (lifelines[self.from], lifelines[self.to]);
        let (x, start, end) = if to >= from {
            (from + 2, (from + 3 + wide).min(to - 1), to - 1)
        } else {
            let start = (from - 3 - wide).max(to + 1);
            (from - 1 - wide, start, to + 1)
        };
        scene.head((x, y), &*self.number);
        scene.write((x + width(&self.number) + 1, y), name);
        if to != from {
            scene.arrow(&[(start, y), (end, y)], Stroke::Thin);
        }
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
