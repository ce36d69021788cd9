//! Draws figures from their data.

mod pte;
mod system;

use crate::report::scene::Scene;
use crate::run::record::FigureData;

/// Draws a figure.
pub(crate) fn scene(data: &FigureData) -> Scene {
    match data {
        FigureData::System(of) => system::scene(of),
        FigureData::Pte(of) => pte::scene(of),
    }
}
