//! The options of a sweep's replays.

use crate::trace::counting_replay::AddressMapping;
use crate::trace::replay::Straddle;

/// The replay options that all points share.
#[derive(Debug, Clone, Copy)]
pub struct ReplayOptions {
    /// The address translation.
    pub map: AddressMapping,
    /// The method for counting references that straddle blocks or pages.
    pub straddle: Straddle,
    /// Maximum memory of all simulations, in bytes. Each simulation may use the same part of it.
    pub max_memory: u64,
}
