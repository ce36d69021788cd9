use super::*;
use proptest::prelude::*;

fn entry(ppn: u64, bits: &[Bit]) -> Pte {
    Pte {
        ppn,
        flags: bits.iter().fold(Flags::NONE, |flags, &bit| flags.with(bit)),
    }
}

#[test]
fn the_core_i7_entry_is_intels() {
    // Intel SDM 3A, table 4-19: P 0, R/W 1, U/S 2, PWT 3, PCD 4, A 5, D 6, PS 7, G 8, address from 12, XD 63.
    let format = PteFormat::default_for(40, None).unwrap();
    assert_eq!(format.bytes, 8);
    assert_eq!((format.ppn_low, format.ppn_high), (12, 51));
    let places: Vec<_> = format.places.iter().map(|place| place.unwrap()).collect();
    assert_eq!(places, [0, 1, 2, 3, 4, 5, 6, 7, 8, 63]);
    let pte = entry(
        0x12345,
        &[Bit::P, Bit::Rw, Bit::Us, Bit::A, Bit::D, Bit::Xd],
    );
    assert_eq!(format.encode(pte), 0x8000_0000_1234_5067);
    assert_eq!(format.decode(0x8000_0000_1234_5067), pte);
}

#[test]
fn a_ppn_that_does_not_fit_at_bit_12_starts_at_bit_9() {
    let format = PteFormat::default_for(6, None).unwrap();
    assert_eq!((format.bytes, format.ppn_low, format.ppn_high), (2, 9, 14));
    assert_eq!(format.bit_position(Bit::Xd), Some(15));
    let x86_32 = PteFormat::default_for(20, Some(4)).unwrap();
    assert_eq!(
        (
            x86_32.ppn_low,
            x86_32.ppn_high,
            x86_32.bit_position(Bit::Xd)
        ),
        (9, 28, Some(31))
    );
    let just_fits = PteFormat::default_for(19, Some(4)).unwrap();
    assert_eq!((just_fits.ppn_low, just_fits.ppn_high), (12, 30));
}

#[test]
fn a_small_entry_keeps_the_first_flags_that_fit() {
    let format = PteFormat::default_for(24, Some(4)).unwrap();
    assert_eq!((format.ppn_low, format.ppn_high), (8, 31));
    assert_eq!(format.bit_position(Bit::Ps), Some(7));
    assert_eq!(
        (format.bit_position(Bit::G), format.bit_position(Bit::Xd)),
        (None, None)
    );
    let tiny = PteFormat::default_for(7, Some(1)).unwrap();
    assert_eq!(
        (
            tiny.ppn_low,
            tiny.ppn_high,
            tiny.bit_position(Bit::P),
            tiny.bit_position(Bit::Rw)
        ),
        (1, 7, Some(0), None)
    );
}

#[test]
fn no_room_for_the_ppn_is_an_error() {
    assert_eq!(
        PteFormat::default_for(8, Some(1)),
        Err(PteError::PpnNarrow { have: 7, need: 8 })
    );
    assert_eq!(
        PteFormat::default_for(64, None),
        Err(PteError::PpnNarrow { have: 63, need: 64 })
    );
    assert_eq!(
        PteFormat::default_for(8, Some(9)),
        Err(PteError::Size { bytes: 9 })
    );
    assert!(PteFormat::default_for(63, None).is_ok());
    let one_page = PteFormat::default_for(0, Some(1)).unwrap();
    assert_eq!(
        (
            one_page.check(),
            one_page.ppn_low,
            one_page.bit_position(Bit::Ps)
        ),
        (Ok(()), 7, None)
    );
}

#[test]
fn missing_bits_of_a_format_allow_access() {
    let format = PteFormat::default_for(7, Some(1)).unwrap();
    let pte = format.decode(0x03);
    assert_eq!(pte, entry(1, &[Bit::P, Bit::Rw, Bit::Us]));
}

#[test]
fn fields_must_not_overlap() {
    let mut format = PteFormat::default_for(20, Some(4)).unwrap();
    assert_eq!(format.check(), Ok(()));
    format.places[Bit::Rw as usize] = Some(0);
    assert_eq!(
        format.check(),
        Err(PteError::BitOverlap {
            first: Bit::P,
            second: Bit::Rw
        })
    );
    format.places[Bit::Rw as usize] = Some(20);
    assert_eq!(format.check(), Err(PteError::PpnOverlap { bit: Bit::Rw }));
    format.places[Bit::Rw as usize] = Some(32);
    assert_eq!(
        format.check(),
        Err(PteError::BitOutside {
            bit: Bit::Rw,
            place: 32,
            width: 32
        })
    );
    (format.ppn_low, format.ppn_high) = (6, 2);
    assert_eq!(
        format.check(),
        Err(PteError::PpnOutside {
            low: 6,
            high: 2,
            width: 32
        })
    );
}

#[test]
fn bits_are_found_by_name_and_inverse_name() {
    assert_eq!(BitRow::named("valid"), Some((Bit::P, false)));
    assert_eq!(BitRow::named("sup"), Some((Bit::Us, true)));
    assert_eq!(BitRow::named("exec"), Some((Bit::Xd, true)));
    assert_eq!(BitRow::named("q"), None);
    for (n, row) in BITS.iter().enumerate() {
        assert_eq!(row.bit as usize, n);
    }
}

#[test]
fn the_bits_of_each_kind_of_entry_are_those_of_the_core_i7() {
    // CS:APP 3e, figures 9.22 and 9.23: bit 6 is unused at levels 1 to 3, and bit 7 at level 4.
    let labels = |kind| -> Vec<&str> {
        BITS.iter()
            .filter(|row| row.use_in(kind) != BitUse::Absent)
            .map(|row| row.label)
            .collect()
    };
    assert_eq!(
        labels(EntryKind::Table),
        ["P", "R/W", "U/S", "WT", "CD", "A", "PS", "G", "XD"]
    );
    assert_eq!(
        labels(EntryKind::Page),
        ["P", "R/W", "U/S", "WT", "CD", "A", "D", "G", "XD"]
    );
    assert_eq!(labels(EntryKind::HugePage).len(), BITS.len());
}

#[test]
fn a_meaning_names_the_pages_or_the_table() {
    let of = |bit: Bit, on, kind| bit.row().meaning(on, kind);
    assert_eq!(
        of(Bit::Rw, true, EntryKind::Page),
        "the page can be written"
    );
    assert_eq!(
        of(Bit::Rw, false, EntryKind::Table),
        "the pages below cannot be written"
    );
    assert_eq!(
        of(Bit::Cd, true, EntryKind::Table),
        "the next table is not cached"
    );
    assert_eq!(
        of(Bit::G, true, EntryKind::Table),
        "ignored, because the entry points to a table"
    );
    for row in &BITS {
        let kinds = [EntryKind::Table, EntryKind::HugePage, EntryKind::Page];
        let all = kinds
            .into_iter()
            .flat_map(|kind| [false, true].map(|on| row.meaning(on, kind)));
        assert!(
            all.into_iter().all(|meaning| !meaning.contains(['{', '}'])),
            "{}",
            row.label
        );
    }
}

#[test]
fn software_bits_are_intels() {
    // Intel SDM 3A, table 4-20: bits 11 to 9 are ignored by the MMU.
    assert_eq!(
        PteFormat::default_for(40, None).unwrap().software_bits(),
        Some((9, 11))
    );
    assert_eq!(
        PteFormat::default_for(6, None).unwrap().software_bits(),
        None
    );
    let lowest = PteFormat {
        ppn_low: 0,
        ppn_high: 6,
        ..PteFormat::default_for(7, Some(1)).unwrap()
    };
    assert_eq!(lowest.software_bits(), None);
    let mut moved = PteFormat::default_for(40, None).unwrap();
    moved.places[Bit::Wt as usize] = Some(10);
    assert_eq!(moved.software_bits(), None);
}

#[test]
fn the_format_determines_the_byte_order() {
    let mut format = PteFormat::default_for(14, Some(3)).unwrap();
    assert_eq!(format.to_bytes(0x01_2345)[..3], [0x45, 0x23, 0x01]);
    format.big_endian = true;
    assert_eq!(format.to_bytes(0x01_2345)[..3], [0x01, 0x23, 0x45]);
    assert_eq!(
        format.from_bytes([0x01, 0x23, 0x45, 0xFF, 0, 0, 0, 0]),
        0x01_2345
    );
}

proptest! {
    #[test]
    fn every_default_format_is_valid_and_round_trips(ppn_bits in 0u32..=64, bytes in proptest::option::of(1u32..=8), raw: u64) {
        if let Ok(mut format) = PteFormat::default_for(ppn_bits, bytes) {
            prop_assert_eq!(format.check(), Ok(()));
            prop_assert!(format.ppn_bits() >= ppn_bits);
            let pte = format.decode(raw);
            prop_assert_eq!(format.decode(format.encode(pte)), pte);
            let word = format.encode(pte);
            for big_endian in [false, true] {
                format.big_endian = big_endian;
                prop_assert_eq!(format.from_bytes(format.to_bytes(word)), word);
            }
        }
    }
}
