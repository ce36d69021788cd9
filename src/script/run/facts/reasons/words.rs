//! Words that several reasons share.

use pagewalk_engine::machine::event::AccessKind;

/// Returns the noun for an access.
pub(crate) fn noun(kind: AccessKind) -> &'static str {
    match kind {
        AccessKind::Read => "a load",
        AccessKind::Write => "a store",
        AccessKind::Execute => "an instruction fetch",
    }
}

/// Reason why no page or page table exists.
pub(crate) const NO_MMU: &str = "the machine has no MMU, so addresses are physical";

/// Reason why no kernel handled a fault.
pub(crate) const NO_PROCESS: &str = "no process made the access, so no kernel handled a fault";
