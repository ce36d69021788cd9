//! Draws figures from their data.

mod address;
mod pte;
mod system;
#[cfg(test)]
mod tests;
mod translation;
mod words;

use crate::report::scene::Scene;
use crate::run::record::FigureData;

/// Draws a figure.
pub(crate) fn scene(data: &FigureData) -> Scene {
    match data {
        FigureData::System(of) => system::scene(of),
        FigureData::Translation(of) => translation::scene(of),
        FigureData::Pte(of) => pte::scene(of),
    }
}
