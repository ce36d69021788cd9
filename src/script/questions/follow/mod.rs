//! Dependencies between the facts of an access. This module computes a fact from claimed facts, whether right
//! or wrong, on the machine before the access. The computation separates a mistake from correct conclusions
//! drawn from the mistake.

mod absence;
mod claim;
mod fields;
mod found;
mod quantity;
mod results;
mod rows;
mod state;
#[cfg(test)]
mod tests;

use crate::run::record::Access;
use pagewalk_engine::kernel::config::KernelConfig;
use pagewalk_engine::machine::Machine;

use self::quantity::Quantity;
use self::rows::ROWS;
use self::state::Before;

pub(crate) use self::absence::Absence;
pub(crate) use self::claim::{Claim, Follow};

/// Creates the claims about an access on this machine and with this kernel. Facts without a claim have the value
/// `None`.
pub(crate) fn follow<'a>(
    access: &'a Access,
    before: &'a Machine,
    kernel: Option<&'a KernelConfig>,
    stated: &[(&str, Option<Claim>)],
) -> Follow<'a> {
    Follow::new(
        ROWS,
        access,
        Before {
            machine: before,
            kernel,
            access,
        },
        stated,
    )
}

/// Returns the position of a fact in the order of dependencies. A fact depends only on facts earlier in this
/// order. Names of facts without dependencies come last.
pub(crate) fn order(name: &str, access: &Access) -> (usize, usize, usize) {
    Quantity::named(name, access).map_or((usize::MAX, 0, 0), Quantity::order)
}
