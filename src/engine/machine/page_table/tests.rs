use super::*;
use crate::machine::pte::PteFormat;

impl TableEntry {
    /// The entry with the given bits and page number.
    fn pte(self) -> Pte {
        match self {
            TableEntry::Table(pte) | TableEntry::Page(pte) => pte,
        }
    }
}

impl PageTable {
    /// Sets the leaf entry of `vpn` and removes any huge page that contained `vpn`.
    fn map(&mut self, vpn: Vpn, pte: Pte) {
        self.map_at(self.levels.len() as u32, vpn, pte);
    }
}

fn table(levels: &[u32], virtual_bits: u32, page_bits: u32, bytes: u32) -> PageTable {
    let mmu = Mmu::flat(virtual_bits, 32.max(page_bits), page_bits);
    let pte = PteFormat { bytes, ..mmu.pte };
    PageTable::new(&Mmu {
        levels: levels.to_vec(),
        pte,
        ..mmu
    })
}

fn page(ppn: u64) -> Pte {
    Pte {
        ppn,
        flags: Flags::TABLE,
    }
}

#[test]
fn harvard_cs61_2015_touches_four_table_pages() {
    let mut tables = table(&[10, 10], 32, 12, 4);
    for va in [
        0x0804_8000,
        0x0804_b008,
        0x0804_a024,
        0x0804_8870,
        0x0804_84a0,
        0xb7e6_74a0,
        0xbfff_f0b0_u64,
    ] {
        tables.map(Vpn::new(va >> 12), page(1));
    }
    assert_eq!(
        (tables.tables(), tables.bytes(), tables.mappings().len()),
        (4, 16 << 10, 5)
    );
}

#[test]
fn gate_2024_2000_pages_need_3_to_1025_tables() {
    let (mut dense, mut spread) = (table(&[10, 10], 32, 12, 4), table(&[10, 10], 32, 12, 4));
    for n in 0..2000 {
        dense.map(Vpn::new(n), page(n));
        spread.map(Vpn::new(((n % 1024) << 10) | (n / 1024)), page(n));
    }
    assert_eq!((dense.tables(), spread.tables()), (3, 1025));
}

#[test]
fn an_invalid_row_is_remembered() {
    let mut tables = table(&[8], 14, 6, 2);
    tables.map(
        Vpn::new(1),
        Pte {
            ppn: 0x55,
            flags: Flags::OPEN,
        },
    );
    assert_eq!(
        tables.leaf(Vpn::new(1)),
        Some((
            1,
            Pte {
                ppn: 0x55,
                flags: Flags::OPEN
            }
        ))
    );
    assert_eq!(tables.leaf(Vpn::new(2)), None);
}

#[test]
fn pages_are_listed_in_order_of_vpn() {
    let mut tables = table(&[9, 9, 9, 9], 48, 12, 8);
    let vpns = [0x8_0000_0000, 3, 0x200, 0xF_FFFF_FFFF, 0];
    for vpn in vpns {
        tables.map(Vpn::new(vpn), page(vpn));
    }
    tables.map_at(2, Vpn::new(0x4_0000), page(9));
    let listed: Vec<u64> = tables
        .mappings()
        .iter()
        .map(|mapping| mapping.vpn.raw())
        .collect();
    assert_eq!(
        listed,
        [0, 3, 0x200, 0x4_0000, 0x8_0000_0000, 0xF_FFFF_FFFF]
    );
}

#[test]
fn a_huge_page_replaces_its_tables() {
    let mut tables = table(&[9, 9, 9, 9], 48, 12, 8);
    for vpn in [0, 0x200, 0x4_0000] {
        tables.map(Vpn::new(vpn), page(vpn + 1));
    }
    assert_eq!(tables.tables(), 7);
    tables.map_at(2, Vpn::new(0), page(0));
    assert_eq!(tables.tables(), 4);
    assert_eq!(
        tables
            .leaf(Vpn::new(0x200))
            .map(|(level, pte)| (level, pte.flags.has(Bit::Ps))),
        Some((2, true))
    );
    assert_eq!(tables.leaf(Vpn::new(0x4_0000)), Some((4, page(0x4_0001))));
    tables.map(Vpn::new(0x200), page(7));
    assert_eq!(
        (tables.leaf(Vpn::new(0x200)), tables.leaf(Vpn::new(0))),
        (Some((4, page(7))), None)
    );
    assert_eq!(tables.tables(), 6);
}

#[test]
fn accessed_and_dirty_bits_stay_with_the_entry() {
    let mut tables = table(&[4, 4], 14, 6, 2);
    tables.map(Vpn::new(0x12), page(3));
    let before = tables.clone();
    tables.mark(1, Vpn::new(0x12), Bit::A);
    tables.mark(2, Vpn::new(0x12), Bit::D);
    assert!(
        tables
            .entry(1, Vpn::new(0x1F))
            .unwrap()
            .pte()
            .flags
            .has(Bit::A)
    );
    assert!(tables.leaf(Vpn::new(0x12)).unwrap().1.flags.has(Bit::D));
    assert_eq!(before.leaf(Vpn::new(0x12)), Some((2, page(3))));
}

#[test]
fn the_widest_spaces_have_tables() {
    let mut tables = table(&[52], 64, 12, 8);
    tables.map(Vpn::new((1 << 52) - 1), page(1));
    assert_eq!(tables.mappings().len(), 1);
    assert_eq!(tables.bytes(), 8 << 52);
    let mut one = table(&[0], 12, 12, 8);
    one.map(Vpn::new(0), page(1));
    assert_eq!(one.leaf(Vpn::new(0)), Some((1, page(1))));
}
