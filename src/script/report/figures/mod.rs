//! Draws figures from their data.

mod address;
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

use crate::report::scene::Scene;
use crate::run::record::FigureData;

/// Draws a figure.
pub(crate) fn scene(data: &FigureData) -> Scene {
    let mut scene = match data {
        FigureData::System(of) => system::scene(of),
        FigureData::Translation(of) => translation::scene(of),
        FigureData::Pte(of) => pte::scene(of),
        FigureData::Mapping(of) => mapping::scene(of),
        FigureData::Frames(of) => frames::scene(of),
    };
    scene.subject = data.subject();
    scene
}
