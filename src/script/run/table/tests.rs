//! Properties of the tables of all nouns, in random states: what `show` prints can be set and expected again, and one
//! wrong cell fails one check.

use std::ops::Range;
use std::path::Path;

use proptest::prelude::*;

use super::{Cell, Rows, changes};
use crate::lang::include::{Texts, read};
use crate::lang::source::Sources;
use crate::run::record::{Did, StepRecord, View};
use crate::run::session::Options;
use crate::run::verbs::CORE;
use crate::run::{Files, run};

fn records(script: &str) -> (Vec<StepRecord>, Sources) {
    let mut loader = Texts {
        texts: [("/s/a.pw".into(), script.into())].into(),
        other: (),
    };
    let (sources, block, wrong) = read(Path::new("/s/a.pw"), &mut loader);
    assert_eq!(wrong, [], "{script}");
    let mut records: Vec<StepRecord> = Vec::new();
    let (files, options) = (Files::default(), Options::new(&CORE));
    let ended = run(&block.body, &sources, &files, options, &mut records);
    assert_eq!(ended.diagnostics, [], "{script}");
    (records, sources)
}

/// Returns the table that `show` prints after a script.
fn shown(script: &str, noun: &str) -> Rows {
    let (records, _) = records(&format!("{script}show {noun}\n"));
    match records.last().map(|record| &*record.did) {
        Some(Did::Shown(views)) => match &views[..] {
            [View::Table(table) | View::Maps { table, .. }] => table.clone(),
            views => panic!("{noun}: {views:?}"),
        },
        did => panic!("{noun}: {did:?}"),
    }
}

/// Writes a table in the language, and returns the location of each cell.
fn written(table: &Rows, begin: &str) -> (String, Vec<Vec<Range<usize>>>) {
    let mut text = format!("{begin} {{\n");
    let groups = table.groups.iter().map(|group| group.join(" "));
    text += &["| ", &groups.collect::<Vec<_>>().join(" | "), " |\n"].concat();
    let mut places = Vec::new();
    for row in &table.rows {
        let mut own = Vec::new();
        for cell in row {
            text += "| ";
            let start = text.len();
            text += &cell.written();
            own.push(start..text.len());
            text.push(' ');
        }
        text += "|\n";
        places.push(own);
    }
    text += "}\n";
    (text, places)
}

/// Returns another value for a cell.
fn damaged(cell: &Cell) -> String {
    match cell {
        Cell::Hex(n, _) | Cell::Number(n) => format!("{:X}", n ^ 1),
        Cell::Text(_) | Cell::List { .. } => "other".to_owned(),
        Cell::Nothing => "0".to_owned(),
    }
}

/// Checks that a noun's rows can be expected, and that each of `picks` damages a cell that one check finds.
fn expectable(script: &str, noun: &str, picks: &[u16]) {
    let table = shown(script, noun);
    assert_eq!(changes(&table, &table), [], "{noun}");
    let (text, places) = written(&table, &format!("expect exactly {noun}"));
    let checks = |text: &str| {
        let script = format!("{script}{text}");
        let (records, sources) = records(&script);
        let checks = records.last().map(|record| record.checks.clone());
        let failed = checks.expect("a statement").into_iter();
        let failed = failed.filter(|check| !check.held);
        let failed: Vec<(usize, String)> = failed
            .map(|check| {
                let start = check.span.start as usize - (script.len() - text.len());
                (start, sources.text(check.span).to_owned())
            })
            .collect();
        failed
    };
    assert_eq!(checks(&text), [], "{script}{text}");
    let names = table.groups.concat();
    for pick in picks {
        let Some(row) = table.rows.get(*pick as usize % table.rows.len().max(1)) else {
            continue;
        };
        let column = (*pick as usize / 64) % row.len();
        // The key determines the row, and the other cells of an entry depend on its valid bit.
        if column == table.key() || names[column] == "v" {
            continue;
        }
        let place = places[*pick as usize % table.rows.len()][column].clone();
        let wrong = damaged(&row[column]);
        let mut text = text.clone();
        text.replace_range(place.clone(), &wrong);
        let failed = checks(&text);
        assert_eq!(failed, [(place.start, wrong)], "{script}{text}");
    }
}

const MACHINE: &str = "machine {
  virtual 12 bits; physical 10 bits; page 64 B
  tlb { sets 4; ways 2 }
  cache { size 64 B; block 4 B; ways 2 }
}
";

/// Returns statements that give each part of the machine random contents.
fn contents(steps: &[(u8, u16, u16)]) -> String {
    let step = |(kind, at, value): &(u8, u16, u16)| {
        let (vpn, va) = (at % 64, at % 4096);
        match kind % 6 {
            // `show` omits the bits of pages that are not present, so their PPN could not be read back.
            0 if value % 5 == 0 => {
                format!("set page_table {{ | vpn ppn v |\n| {vpn:X} - 0 | }}\n")
            }
            0 | 1 => format!(
                "set page_table {{ | vpn ppn rw us g |\n| {vpn:X} {:X} {} {} {} | }}\n",
                value % 16,
                value >> 4 & 1,
                value >> 5 & 1,
                value >> 6 & 1,
            ),
            2 => format!(
                "set memory {{ | pa | b0 b1 |\n| {:X} | {:X} - | }}\n",
                at % 1023,
                value % 256
            ),
            3 => format!("write 0x{va:X} = {}\n", value % 256),
            4 => format!(
                "set tlb {{ | set | tag ppn v |\n| {} | {:X} {:X} {} | }}\n",
                at % 4,
                value % 16,
                value >> 4 & 15,
                value >> 8 & 1
            ),
            _ => format!("read 0x{va:X}\n"),
        }
    };
    steps.iter().map(step).collect()
}

const KERNEL: &str = "kernel { frames 4, replacement fifo, swap 16 slots }
process P1 {
  | area | start  | end    | perms | backing   |
  | data | 400000 | 408000 | rw-p  | anonymous |
}
";

fn calls(steps: &[(u8, u16)]) -> String {
    let step = |(kind, at): &(u8, u16)| match kind % 4 {
        0 | 1 => format!("write 0x{:X} = 1\n", 0x40_0000 + u32::from(*at) % 0x8000),
        2 => format!(
            "mmap(NULL, {}, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n",
            1 + at % 0x3000
        ),
        _ => format!("malloc({})\n", 1 + at % 200),
    };
    steps.iter().map(step).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn parts_of_the_machine_can_be_set_and_expected(
        steps in prop::collection::vec(any::<(u8, u16, u16)>(), 1..24),
        picks in prop::collection::vec(any::<u16>(), 6),
    ) {
        let script = format!("{MACHINE}{}", contents(&steps));
        for noun in ["page_table", "tlb", "cache", "memory"] {
            let table = shown(&script, noun);
            if !table.rows.is_empty() {
                let (text, _) = written(&table, &format!("set {noun}"));
                prop_assert_eq!(&shown(&format!("{MACHINE}{text}"), noun), &table, "{}", script);
            }
            expectable(&script, noun, &picks);
        }
    }

    #[test]
    fn objects_of_the_kernel_can_be_set_and_expected(
        steps in prop::collection::vec(any::<(u8, u16)>(), 1..12),
        picks in prop::collection::vec(any::<u16>(), 6),
    ) {
        let script = format!("{KERNEL}{}", calls(&steps));
        let maps = shown(&script, "P1.maps");
        let (text, _) = written(&maps, "set P2.maps");
        let again = shown(&format!("kernel {{ frames 4 }}\nprocess P2\n{text}"), "P2.maps");
        // A script cannot declare the kernel's own heap, only an area of this name.
        let text = |table: &Rows| written(table, "").0.replace(['[', ']'], "");
        prop_assert_eq!(text(&again), text(&maps), "{}", script);
        for noun in ["P1.maps", "P1.resident", "P1.heap", "frames", "swap"] {
            expectable(&script, noun, &picks);
        }
    }
}

#[test]
fn a_changed_cell_is_one_change() {
    let before = shown(MACHINE, "tlb");
    let mut after = before.clone();
    // The first column of the second way follows the set, and the tag, PPN, and valid bit of the first way.
    after.rows[2][4] = Cell::Hex(7, 2);
    let found = changes(&before, &after);
    let [change] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!((&change.key, change.way), (&Cell::Hex(2, 1), 1));
    assert_eq!(change.cells[0], (Cell::Nothing, Cell::Hex(7, 2)));
    assert_eq!(
        changes(&after, &before)[0].cells[0],
        (Cell::Hex(7, 2), Cell::Nothing)
    );
}
