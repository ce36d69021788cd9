//! Draws figures from their data.

mod address;
mod contents;
mod frames;
mod lanes;
pub(crate) mod layout;
mod mapping;
mod pte;
pub(crate) mod ruler;
pub(crate) mod steps;
mod system;
pub(crate) mod tables;
#[cfg(test)]
mod tests;
mod translation;
pub(crate) mod walk;
mod words;

pub(crate) use contents::scene as table_scene;

use crate::report::scene::Scene;
use crate::run::record::FigureData;

/// The room of a figure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// The number of columns that a figure should not exceed.
    pub(crate) columns: u32,
}

impl Room {
    /// A page, a picture, or a pipe.
    pub(crate) const PAGE: Self = Self { columns: 101 };
    /// A terminal of 80 columns, whose texts are indented.
    const TERMINAL: Self = Self { columns: 78 };
    /// A page in large print.
    const LARGE: Self = Self { columns: 64 };
    /// A slide or a screen.
    const SLIDE: Self = Self { columns: 195 };

    /// Returns the number of columns of a figure that may need small type. On a page, more columns fit in the smallest type.
    fn most(self) -> u32 {
        if self.columns < Self::PAGE.columns {
            self.columns
        } else {
            114
        }
    }
}

pub(crate) fn scene(data: &FigureData, room: Room) -> Scene {
    let mut scene = match data {
        FigureData::System(of) => system::scene(of),
        FigureData::Translation(of) => translation::scene(of, room.columns),
        FigureData::Pte(of) => pte::scene(of, room.most()),
        FigureData::Mapping(of) => mapping::scene(of, room.most()),
        FigureData::Frames(of) => frames::scene(of),
    };
    scene.subject = data.subject();
    let narrower = [Room::TERMINAL, Room::LARGE].into_iter();
    let mut narrower = narrower.filter(|other| other.columns < room.columns);
    if let Some(other) = narrower
        .next()
        .filter(|other| scene.size().0 > other.columns)
    {
        scene.narrow = Some(Box::new(self::scene(data, other)));
    }
    if matches!(data, FigureData::Translation(_)) && room.columns == Room::PAGE.columns {
        scene.wide = Some(Box::new(self::scene(data, Room::SLIDE)));
    }
    scene
}
