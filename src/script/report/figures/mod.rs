//! Draws figures from their data.

mod lanes;
mod mapping;
mod system;

use crate::report::scene::Scene;
use crate::run::record::FigureData;

/// Draws a figure.
pub(crate) fn scene(data: &FigureData) -> Scene {
    match data {
        FigureData::System(of) => system::scene(of),
        FigureData::Mapping(of) => mapping::scene(of),
    }
}
