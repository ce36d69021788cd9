//! The structures that facts are about.

/// The structure that a fact is about. A worked solution explains the structures that its question asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The kernel, or no particular structure.
    Nothing,
    /// Fields of the virtual address.
    Address,
    /// The parts of the VPN that index page tables.
    Indexes,
    Tlbs,
    /// The first TLB for the access.
    FirstTlb,
    /// The translation of an address by page tables, unless a kernel maintains them.
    Translation,
    /// Page walks, which TLB hits avoid.
    Walks,
    /// Page-table entries with their addresses and raw values.
    Entries,
    /// The first cache for the access.
    FirstCache,
    Caches,
    /// The bytes of an access.
    Data,
    /// Every structure that takes time.
    Times,
}
