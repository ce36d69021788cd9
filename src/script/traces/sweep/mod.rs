//! Grids of machines, as `pagewalk sweep` takes them: settings of a TLB or cache in the words of the language, with
//! several values each.
//!
//! What a value means, and what a part is like when a setting of it changes, is what `machine NAME { … }` says.

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

/// How a message names the place of a grid.
const NAME: &str = "<grid>";

/// Reads a grid over a machine and puts its text into the sources. Settings that stand in no `tlb NAME { … }` or
/// `cache NAME { … }` are those of `unit`.
///
/// # Errors
/// Everything that is wrong with it; a combination that makes no machine is not, unless there is no other.
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

/// The part that is swept where the grid names none: the first cache of loads, or else the first TLB of them.
pub fn usual_unit(spec: &Spec) -> Option<SweptUnit> {
    let cache = spec.first_cache(AccessKind::Read).map(SweptUnit::Cache);
    cache.or(spec.first_tlb(AccessKind::Read).map(SweptUnit::Tlb))
}

/// The cache of this name.
///
/// # Errors
/// Which ones there are, in a sentence without a full stop.
pub fn cache_named(spec: &Spec, name: &str) -> Result<SweptUnit, String> {
    let names = spec.caches.iter().map(|cache| &*cache.name);
    spec.cache_named(name).map(SweptUnit::Cache).ok_or_else(|| unknown("cache", name, names))
}

/// The TLB of this name.
///
/// # Errors
/// As [`cache_named`].
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
