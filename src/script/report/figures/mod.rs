//! Draws figures from their data.

mod frames;
mod lanes;
mod mapping;
mod system;

use crate::report::scene::Scene;
use crate::run::record::FigureData;

/// Draws a figure.
pub(crate) fn scene(data: &FigureData) -> Scene {
    let mut scene = match data {
        FigureData::System(of) => system::scene(of),
        FigureData::Mapping(of) => mapping::scene(of),
        FigureData::Frames(of) => frames::scene(of),
    };
    scene.subject = data.subject();
    scene
}
