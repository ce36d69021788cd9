//! Draws figures from their data.

mod address;
mod system;
#[cfg(test)]
mod tests;
mod translation;

pub(crate) use crate::report::narrate::hex;
use crate::report::scene::Scene;
use crate::run::record::FigureData;

/// Draws a figure.
pub(crate) fn scene(data: &FigureData) -> Scene {
    match data {
        FigureData::System(of) => system::scene(of),
        FigureData::Translation(of) => translation::scene(of),
    }
}

/// Returns the associativity of a TLB or cache.
fn ways(sets: u64, ways: u32) -> String {
    match (sets, ways) {
        (1, _) => "fully associative".to_owned(),
        (_, 1) => "direct-mapped".to_owned(),
        (_, ways) => format!("{ways}-way"),
    }
}
