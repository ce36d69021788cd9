//! The properties of the machine and of a page table: one row per property.

use pagewalk_engine::machine::Machine;

/// A property of the machine or its page table.
pub struct MachineProperty {
    /// Name before the dot.
    pub of: &'static str,
    /// The property's name after the dot.
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    /// Returns the property's value, a number that may exceed the range of the language.
    pub(crate) get: fn(&Machine) -> u128,
}

const fn property(
    of: &'static str,
    name: &'static str,
    help: &'static str,
    get: fn(&Machine) -> u128,
) -> MachineProperty {
    MachineProperty { of, name, help, get }
}

/// Properties of the machine and its page table.
pub const MACHINE_PROPERTIES: &[MachineProperty] = &[
    property("machine", "vpn_bits", "width of a VPN", |m| m.spec().vpn_bits().into()),
    property("machine", "vpo_bits", "width of the page offset", |m| m.spec().vpo_bits().into()),
    property("machine", "ppn_bits", "width of a PPN", |m| m.spec().ppn_bits().into()),
    property("machine", "pages", "number of virtual pages", |m| m.spec().pages()),
    property("machine", "frames", "number of physical pages", |m| m.spec().frames()),
    property("machine", "flat_page_table_bytes", "size of a one-level page table", |m| {
        m.spec().flat_page_table_bytes()
    }),
    property("page_table", "tables", "page tables in use at all levels", |m| m.page_table().tables.into()),
    property("page_table", "bytes", "total size of the page tables in use", |m| m.page_table().bytes),
];
