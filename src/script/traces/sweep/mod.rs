//! Grids of machines for `pagewalk sweep`: settings of a TLB or cache in the notation of the language, with
//! several values each.
//!
//! Values and changes to a part's settings have the same meaning as in `machine NAME { … }`.

mod axes;
mod points;
mod reading;

use crate::lang::diagnostic::Diagnostic;
use crate::lang::nearest::nearest;
use crate::lang::source::Sources;
use crate::run::settings::list;
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::sweep::grid::{Grid, SweptUnit};

/// The name of a grid in diagnostics.
const NAME: &str = "<grid>";

/// Parses a grid over a machine and adds its text to the sources. Settings outside `tlb NAME { … }` and
/// `cache NAME { … }` apply to `unit`.
///
/// # Errors
/// Returns all errors in the grid. An impossible combination is reported only if the grid has no other
/// errors.
pub fn grid(
    text: &str,
    base: &Spec,
    unit: Option<SweptUnit>,
    sources: &mut Sources,
) -> Result<Grid, Vec<Diagnostic>> {
    let file = sources.add(NAME, None, text);
    let read = || {
        let block = reading::block(text, file)?;
        let axes = axes::axes(&block, base, unit)?;
        points::grid(axes, base, reading::all(text, file))
    };
    read().map_err(|wrong| reading::placed(wrong, text))
}

/// Returns the default part for a sweep: the first cache for loads, or else the first TLB for loads.
pub fn usual_unit(spec: &Spec) -> Option<SweptUnit> {
    let cache = spec.first_cache(AccessKind::Read).map(SweptUnit::Cache);
    cache.or(spec.first_tlb(AccessKind::Read).map(SweptUnit::Tlb))
}

/// Returns the cache with this name.
///
/// # Errors
/// Returns a sentence with the existing names, without a period.
pub fn cache_named(spec: &Spec, name: &str) -> Result<SweptUnit, String> {
    let names = spec.caches.iter().map(|cache| &*cache.name);
    spec.cache_named(name).map(SweptUnit::Cache).ok_or_else(|| unknown("cache", name, names))
}

/// Returns the TLB with this name.
///
/// # Errors
/// Returns the errors from [`cache_named`].
pub fn tlb_named(spec: &Spec, name: &str) -> Result<SweptUnit, String> {
    let names = spec.tlbs.iter().map(|tlb| &*tlb.name);
    spec.tlb_named(name).map(SweptUnit::Tlb).ok_or_else(|| unknown("TLB", name, names))
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
