//! The properties of the machine and of a page table: one row per property.

use crate::run::nouns::size;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::spec::Spec;

/// A property of the machine or its page table.
pub struct MachineProperty {
    /// Name before the dot.
    pub of: &'static str,
    /// The property's name after the dot.
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    /// Returns the property's value, a number that may exceed the range of the language.
    pub(crate) get: fn(&Machine) -> u128,
    /// Returns the formula for the value with the machine's numbers, if there is one.
    pub(crate) formula: fn(&Machine) -> Option<String>,
}

const fn property(
    of: &'static str,
    name: &'static str,
    help: &'static str,
    get: fn(&Machine) -> u128,
    formula: fn(&Machine) -> Option<String>,
) -> MachineProperty {
    MachineProperty {
        of,
        name,
        help,
        get,
        formula,
    }
}

/// Properties of the machine and its page table.
pub const MACHINE_PROPERTIES: &[MachineProperty] = &[
    property(
        "machine",
        "vpn_bits",
        "width of a VPN",
        |m| m.spec().vpn_bits().into(),
        |m| {
            Some(format!(
                "{} − {}",
                m.spec().virtual_bits(),
                m.spec().vpo_bits()
            ))
        },
    ),
    property(
        "machine",
        "vpo_bits",
        "width of the page offset",
        |m| m.spec().vpo_bits().into(),
        |m| Some(format!("log₂({})", size(1 << m.spec().page_bits()))),
    ),
    property(
        "machine",
        "ppn_bits",
        "width of a PPN",
        |m| m.spec().ppn_bits().into(),
        |m| {
            Some(format!(
                "{} − {}",
                m.spec().physical_bits,
                m.spec().page_bits()
            ))
        },
    ),
    property(
        "machine",
        "page_bytes",
        "page size",
        |m| 1 << m.spec().page_bits(),
        |m| Some(format!("2^{}", m.spec().vpo_bits())),
    ),
    property(
        "machine",
        "pages",
        "number of virtual pages",
        |m| m.spec().pages(),
        |m| Some(pages(m.spec())),
    ),
    property(
        "machine",
        "frames",
        "number of physical pages",
        |m| m.spec().frames(),
        |m| {
            let (physical, page) = (m.spec().physical_bits, m.spec().page_bits());
            Some(format!(
                "2^{physical} / {} = 2^{}",
                size(1 << page),
                physical.saturating_sub(page)
            ))
        },
    ),
    property(
        "machine",
        "flat_page_table_bytes",
        "size of a one-level page table",
        |m| m.spec().flat_page_table_bytes(),
        |m| {
            let entry = m.spec().mmu.as_ref()?.pte.bytes;
            let (pages, all) = (pages(m.spec()), size(m.spec().flat_page_table_bytes()));
            Some(format!(
                "{pages} entries; 2^{} × {entry} B = {all}",
                m.spec().vpn_bits()
            ))
        },
    ),
    property(
        "page_table",
        "tables",
        "page tables in use at all levels",
        |m| m.page_table().tables.into(),
        |_| None,
    ),
    property(
        "page_table",
        "bytes",
        "total size of the page tables in use",
        |m| m.page_table().bytes,
        |m| {
            let (tables, bytes) = (u128::from(m.page_table().tables), m.page_table().bytes);
            let each = bytes
                .checked_div(tables)
                .filter(|each| each * tables == bytes)?;
            let plural = if tables == 1 { "" } else { "s" };
            Some(format!("{tables} page table{plural} × {}", size(each)))
        },
    ),
];

/// Returns `2^32 / 4 KB = 2^20`.
fn pages(spec: &Spec) -> String {
    format!(
        "2^{} / {} = 2^{}",
        spec.virtual_bits(),
        size(1 << spec.page_bits()),
        spec.vpn_bits()
    )
}
