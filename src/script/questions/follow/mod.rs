//! What follows from what in an access: a fact computed from other facts that somebody states, rightly or wrongly, by the
//! machine as it was before the access. So a mistake can be told from what was rightly concluded from it.

mod claim;
mod fields;
mod found;
mod quantity;
mod rows;
mod state;
#[cfg(test)]
mod tests;

use crate::run::record::Access;
use pagewalk_engine::machine::Machine;

use self::quantity::Quantity;
use self::rows::ROWS;

pub(crate) use self::claim::{Claim, Follow};

/// An access on this machine as it was before, and what is stated of it: facts with claims, none where nothing is stated.
pub(crate) fn follow<'a>(
    access: &'a Access,
    before: &'a Machine,
    stated: &[(&str, Option<Claim>)],
) -> Follow<'a> {
    Follow::new(ROWS, access, before, stated)
}

/// The place of a fact among the facts of an access that follow from each other: those that come first follow from nothing
/// after them. A name that does not follow from any comes last.
pub(crate) fn order(name: &str, access: &Access) -> (usize, usize, usize) {
    Quantity::named(name, access).map_or((usize::MAX, 0, 0), Quantity::order)
}
