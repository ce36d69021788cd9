//! Grids of machines for `pagewalk sweep`: settings of a TLB or cache in the notation of the language, with
//! several values each.
//!
//! Values and changes to a part's settings have the same meaning as in `machine NAME { … }`.

mod axes;
mod points;
mod reading;

use std::fmt;

use crate::lang::diagnostic::{Diagnostic, messages};
use crate::lang::nearest::nearest;
use crate::lang::source::Sources;
use crate::run::settings::list;
use crate::traces::named::MappingNames;
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counting_replay::AddressMapping;
use pagewalk_engine::trace::sweep::grid::{Grid, SweptUnit};

pub use reading::{begins_setting, with_units};

/// The name of a grid in diagnostics.
const NAME: &str = "<grid>";

/// Parses a grid over a machine and adds its text to the sources. Settings outside `tlb NAME { … }` and
/// `cache NAME { … }` apply to `unit`.
///
/// # Errors
/// Returns all errors in the grid. An impossible combination is reported only if the grid has no other
/// errors.
pub(crate) fn grid(
    text: &str,
    base: &Spec,
    unit: Option<SweptUnit>,
    sources: &mut Sources,
) -> Result<Grid, Vec<Diagnostic>> {
    let file = sources.add(NAME, None, text);
    // The parser reads more than the text of the grid.
    let mut parsed = Sources::default();
    let own = parsed.add(NAME, None, &reading::around(text));
    let read = || {
        let block = reading::block(text, own, base)?;
        let axes = axes::axes(&block, base, unit, &parsed)?;
        points::grid(axes, base, reading::all(text, own))
    };
    read().map_err(|wrong| reading::placed(wrong, text, file))
}

/// Why a machine has no such grid.
#[derive(Debug)]
pub enum GridError {
    /// The options do not fit the machine. Contains the reason, without a period.
    Options(String),
    Grid(Vec<Diagnostic>),
}

impl fmt::Display for GridError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Options(why) => f.write_str(why),
            Self::Grid(wrong) => f.write_str(&messages(wrong)),
        }
    }
}

impl std::error::Error for GridError {}

/// Returns the grid of a sweep that maps addresses in this way. Adds the grid's text to the sources. Settings outside `tlb NAME
/// { … }` and `cache NAME { … }` apply to the named cache or TLB, or else to the default part.
///
/// # Errors
/// Fails if the machine lacks the TLB or cache, if the grid has errors, or if the sweep would use no TLB but varies one.
pub fn sweep_grid(
    text: &str,
    base: &Spec,
    (cache, tlb): (Option<&str>, Option<&str>),
    map: AddressMapping,
    names: MappingNames,
    sources: &mut Sources,
) -> Result<Grid, GridError> {
    let unit = match (cache, tlb) {
        (Some(name), _) => cache_named(base, name).map(Some),
        (None, Some(name)) => tlb_named(base, name).map(Some),
        (None, None) => Ok(usual_unit(base)),
    };
    let grid =
        grid(text, base, unit.map_err(GridError::Options)?, sources).map_err(GridError::Grid)?;
    let is_tlb = |unit: &SweptUnit| matches!(unit, SweptUnit::Tlb(_));
    if map == AddressMapping::Identity && grid.units().iter().any(is_tlb) {
        let demand = names.demand;
        let why = format!("a TLB sweep needs `{demand}`, because `identity` uses no TLB");
        return Err(GridError::Options(why));
    }
    Ok(grid)
}

/// Returns the default part for a sweep: the first cache for loads, or else the first TLB for loads.
pub(crate) fn usual_unit(spec: &Spec) -> Option<SweptUnit> {
    let cache = spec.first_cache(AccessKind::Read).map(SweptUnit::Cache);
    cache.or(spec.first_tlb(AccessKind::Read).map(SweptUnit::Tlb))
}

/// Returns the cache with this name.
///
/// # Errors
/// Returns a sentence with the existing names, without a period.
pub(crate) fn cache_named(spec: &Spec, name: &str) -> Result<SweptUnit, String> {
    let names = spec.caches.iter().map(|cache| &*cache.name);
    spec.cache_named(name)
        .map(SweptUnit::Cache)
        .ok_or_else(|| unknown("cache", name, names))
}

/// Returns the TLB with this name.
///
/// # Errors
/// Returns the errors from [`cache_named`].
pub(crate) fn tlb_named(spec: &Spec, name: &str) -> Result<SweptUnit, String> {
    let names = spec.tlbs.iter().map(|tlb| &*tlb.name);
    spec.tlb_named(name)
        .map(SweptUnit::Tlb)
        .ok_or_else(|| unknown("TLB", name, names))
}

fn unknown<'a>(what: &str, name: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    let there = list(names.clone());
    match nearest(name, names) {
        Some(near) => format!("the machine has no {what} `{name}`: did you mean `{near}`?"),
        None if there.is_empty() => format!("the machine has no {what}"),
        None => format!("the machine has no {what} `{name}`: it has {there}"),
    }
}

#[cfg(test)]
mod tests;
