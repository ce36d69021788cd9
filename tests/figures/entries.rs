//! Figures of page-table entries.

use pagewalk_script::exam::formats::html::page;
use pagewalk_script::exam::formats::{Edition, Style, json, markdown};
use proptest::prelude::*;
use serde_json::Value;

use super::json_lines;
use crate::running::paper;

/// Fields: the name, and the highest and the lowest bit.
type Fields = Vec<(String, u64, u64)>;

/// The fields of the formats in a figure of page-table entries: the name, and the highest and the lowest bit.
fn forms(figure: &Value) -> Vec<(String, Fields)> {
    let field = |field: &Value| {
        let number = |name: &str| field[name].as_u64().expect("a number");
        (
            field["name"].as_str().expect("a name").to_owned(),
            number("high"),
            number("low"),
        )
    };
    let form = |form: &Value| {
        let fields = form["fields"]
            .as_array()
            .expect("fields")
            .iter()
            .map(field)
            .collect();
        (form["form"].as_str().expect("a name").to_owned(), fields)
    };
    figure["forms"]
        .as_array()
        .expect("forms")
        .iter()
        .map(form)
        .collect()
}

/// The value of a field in the list of meanings.
fn meant(figure: &Value, name: &str) -> Option<u64> {
    let meanings = figure["entry"]["meanings"].as_array().expect("meanings");
    meanings
        .iter()
        .find(|meaning| meaning["name"] == name)
        .and_then(|meaning| meaning["value"].as_u64())
}

#[test]
fn the_core_i7_entries_are_those_of_the_book() {
    // CS:APP 3e, figures 9.22 and 9.23; the lecture leaves bits 9 to 11 to the operating system.
    let lines = json_lines("machine core-i7\nfigure pte\n");
    let forms = forms(&lines[1]["shown"][0]);
    let names = |at: usize| -> Vec<(&str, u64, u64)> {
        forms[at]
            .1
            .iter()
            .map(|(name, high, low)| (name.as_str(), *high, *low))
            .collect()
    };
    let low = [
        ("CD", 4, 4),
        ("WT", 3, 3),
        ("U/S", 2, 2),
        ("R/W", 1, 1),
        ("P", 0, 0),
    ];
    let table = [
        ("XD", 63, 63),
        ("", 62, 52),
        ("PPN of the next table", 51, 12),
        ("OS", 11, 9),
        ("G", 8, 8),
        ("PS", 7, 7),
        ("", 6, 6),
        ("A", 5, 5),
    ];
    let page = [
        ("XD", 63, 63),
        ("", 62, 52),
        ("PPN of the page", 51, 12),
        ("OS", 11, 9),
        ("G", 8, 8),
        ("", 7, 7),
        ("D", 6, 6),
        ("A", 5, 5),
    ];
    assert_eq!(names(0), [table.as_slice(), low.as_slice()].concat());
    assert_eq!(names(1), [page.as_slice(), low.as_slice()].concat());
    assert_eq!(
        names(2),
        [
            ("available to the OS (location on disk)", 63, 1),
            ("P", 0, 0)
        ]
    );
}

#[test]
fn the_entries_are_those_of_a_published_walk() {
    // OSTEP, chapter 20's homework: bit 7 is valid, and bits 0 to 6 are the frame. The second entry is not present.
    let lines = json_lines(
        "machine { virtual 15 bits, physical 12 bits, page 32 B, page_table { bits 5 5, \
         pte { size 1 B, valid 7, ppn 0..6 } } }\nset cr3 = 0xD80\nset pte 1 0xD98 = 0xA1\nset pte 2 0x428 = 0xB5\n\
         set pte 2 0x429 = 0x7F\nfigure pte of 0x611C\nfigure pte of 0x6120\nfigure pte 0xA1 level 1\n",
    );
    let [mapped, absent, directory] = [5, 6, 7].map(|at| &lines[at]["shown"][0]);
    assert_eq!(
        (&mapped["entry"]["address"], &mapped["entry"]["level"]),
        (&0x428.into(), &2.into())
    );
    assert_eq!(
        (&mapped["entry"]["value"], meant(mapped, "PPN")),
        (&0xB5.into(), Some(0x35))
    );
    assert_eq!(
        (&absent["entry"]["value"], &absent["entry"]["present"]),
        (&0x7F.into(), &false.into())
    );
    assert_eq!((meant(absent, "P"), meant(absent, "PPN")), (Some(0), None));
    let meanings = directory["entry"]["meanings"].as_array().expect("meanings");
    assert_eq!(
        meanings[0]["meaning"],
        "the next table begins at address 0x420"
    );
}

#[test]
fn a_page_in_swap_has_its_slot() {
    // The first page to be evicted is page 0 or 1, to the lowest slots; the entry of slot 1 is 1 << 9.
    let lines = json_lines(
        "machine simple\nkernel { frames 2, swap 8, replacement fifo }\nprocess P1\n\
         let p = mmap(NULL, 256, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n\
         write p = 1\nwrite p + 64 = 2\nwrite p + 128 = 3\nwrite p + 192 = 4\n\
         figure pte of p + 64\nfigure pte of p + 128\nfigure pte 0x0A00\n",
    );
    let [swapped, resident, given] = [8, 9, 10].map(|at| &lines[at]["shown"][0]);
    assert_eq!(
        (
            &swapped["entry"]["value"],
            meant(swapped, "swap slot (not present)")
        ),
        (&0x200.into(), Some(1))
    );
    assert_eq!(
        (
            meant(resident, "P"),
            meant(resident, "swap slot (not present)")
        ),
        (Some(1), None)
    );
    assert_eq!(meant(given, "swap slot (not present)"), Some(5));
}

#[test]
fn bits_have_the_names_of_the_lecture() {
    // CS:APP 3e, figure 9.10, which has SUP instead of U/S. EXEC is the inverse of XD.
    let machine = "machine { virtual 16 bits, physical 16 bits, page 4 KB, tlb { entries 4 } }\n";
    let meaning = |columns: &str, name: &str| {
        let script = format!(
            "{machine}set page_table {{ | vpn {columns} ppn |; | 2 1 1 2 | }}\nfigure pte of 0x2000\n"
        );
        let figure = &json_lines(&script)[2]["shown"][0];
        let meanings = figure["entry"]["meanings"].as_array().expect("meanings");
        let found = meanings
            .iter()
            .find(|meaning| meaning["name"] == name)
            .expect("a meaning");
        found["meaning"].as_str().expect("text").to_owned()
    };
    assert_eq!(
        meaning("sup exec", "U/S"),
        "only the supervisor can access the page (SUP = 1)"
    );
    assert_eq!(
        meaning("sup exec", "XD"),
        "instructions can be fetched from the page (EXEC = 1)"
    );
    assert_eq!(meaning("us xd", "U/S"), "user mode can access the page");
}

#[test]
fn no_format_of_a_paper_has_the_bits_of_an_entry() {
    let script = |value: &str| {
        format!("machine core-i7\nquestion \"q\" {{ figure pte {value}; ask \"x\" = 1 }}\n")
    };
    let formats = |value: &str, edition| {
        let paper = paper(&script(value), 0);
        let text = [
            markdown(&paper, edition, &Style::default()),
            json(&paper, edition),
            page(&paper, edition, &Style::default()),
        ];
        text.map(|text| text.replace(value, "VALUE"))
    };
    let [present, absent] = ["0x8000000000001067", "0x0000000000ABC000"];
    for key in formats(present, Edition::Key) {
        assert!(key.contains("the page can be written"), "{key}");
    }
    // The papers differ only in the value.
    assert_eq!(
        formats(present, Edition::Paper),
        formats(absent, Edition::Paper)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// `figure pte of` draws the last entry that a read of the same address fetches after a TLB flush.
    #[test]
    fn entries_have_the_values_of_the_facts(page in 16u64..1 << 35, write: bool, exec: bool) {
        let va = page << 12;
        let prot = format!(
            "PROT_READ{}{}", if write { " | PROT_WRITE" } else { "" }, if exec { " | PROT_EXEC" } else { "" },
        );
        let access = if write { format!("write {va} = 1") } else { format!("read {va}") };
        let script = format!(
            "machine core-i7\nprocess P\n\
             let p = mmap({va}, 4 KB, {prot}, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)\n\
             {access}\nfigure pte of {va}\nflush tlb\nread {va}\n",
        );
        let lines = json_lines(&script);
        let (figure, facts) = (&lines[4]["shown"][0], &lines[6]["facts"]);
        prop_assert_eq!(&figure["entry"]["value"], &facts["pte4.value"], "{}", script);
        prop_assert_eq!(&figure["entry"]["address"], &facts["pte4.address"], "{}", script);
        prop_assert_eq!(meant(figure, "PPN"), facts["ppn"].as_u64(), "{}", script);
        let bits = [("P", true), ("R/W", write), ("U/S", true), ("A", true), ("D", write), ("XD", !exec)];
        for (name, on) in bits {
            prop_assert_eq!(meant(figure, name), Some(on.into()), "{} of {}", name, script);
        }
    }

    /// Each bit of a declared format is at its place, and each bit of the entry is in exactly one field.
    #[test]
    fn declared_formats_have_their_bits(
        bytes in 2u32..=8, seed in prop::collection::vec(any::<u32>(), 10), value: u64, levels in 1u32..3,
    ) {
        // A PPN of 4 bits at the lowest place, and the bits at different places above it.
        let names = ["p", "rw", "us", "wt", "cd", "a", "d", "ps", "g", "xd"];
        let labels = ["P", "R/W", "U/S", "WT", "CD", "A", "D", "PS", "G", "XD"];
        let width = bytes * 8;
        let mut free: Vec<u32> = (4..width).collect();
        let places: Vec<u32> = seed.iter().map(|n| free.remove(*n as usize % free.len())).collect();
        let declared: Vec<String> =
            names.iter().zip(&places).map(|(name, place)| format!("{name} {place}")).collect();
        let value = value & (u64::MAX >> (64 - width)) | 1 << places[0];
        let script = format!(
            "machine {{ virtual 12 bits, physical 12 bits, page 256 B, page_table {{ levels {levels}, \
             pte {{ size {bytes} B, ppn 0..3, {} }} }} }}\nfigure pte {value}\n",
            declared.join(", "),
        );
        let lines = json_lines(&script);
        let figure = &lines[1]["shown"][0];
        for (form, fields) in forms(figure) {
            let mut end = u64::from(width);
            for (_, high, low) in &fields {
                prop_assert_eq!(high + 1, end, "{} of {}", form, script);
                end = *low;
            }
            prop_assert_eq!(end, 0, "{}", script);
        }
        for (label, place) in labels.iter().zip(&places).filter(|(label, _)| **label != "PS") {
            let place = u64::from(*place);
            let page = &forms(figure)[0].1;
            prop_assert!(page.contains(&((*label).to_owned(), place, place)), "{} of {}", label, script);
            prop_assert_eq!(meant(figure, label), Some(value >> place & 1), "{} of {}", label, script);
        }
        prop_assert_eq!(meant(figure, "PPN"), Some(value & 0xF), "{}", script);
    }
}
