//! Tests of tables and of the rulers of addresses.

use super::{last, printed, words};
use crate::report::doc::Block;
use crate::report::narrate::rulers;
use crate::report::playing::records;
use crate::report::text::{Options, text};
use crate::run::record::Did;

/// Returns the columns at which a character occurs in a line.
fn columns(line: &str, wanted: char) -> Vec<usize> {
    line.chars()
        .enumerate()
        .filter(|(_, c)| *c == wanted)
        .map(|(at, _)| at)
        .collect()
}

#[test]
fn tables_look_like_the_textbook() {
    let lines = last("show tlb");
    let rows = [
        "set │ tag ppn v │ tag ppn v │ tag ppn v │ tag ppn v",
        "0 │ 03 - 0 │ 09 0D 1 │ 00 - 0 │ 07 02 1",
        "1 │ 03 2D 1 │ 02 - 0 │ 04 - 0 │ 0A - 0",
        "2 │ 02 - 0 │ 08 - 0 │ 06 - 0 │ 03 - 0",
        "3 │ 07 - 0 │ 03 0D 1 │ 0A 34 1 │ 02 - 0",
    ];
    let shown: Vec<String> = lines[2..]
        .iter()
        .filter(|line| !line.contains('┼'))
        .map(|line| words(line))
        .collect();
    assert_eq!(shown, rows);
    let bars = columns(&lines[2], '│');
    assert_eq!(bars.len(), 4);
    assert!(
        lines[4..].iter().all(|line| columns(line, '│') == bars),
        "{lines:#?}"
    );
    assert_eq!(columns(&lines[3], '┼'), bars);
}

#[test]
fn tall_tables_are_printed_in_two_halves() {
    let lines = last("show page_table");
    assert_eq!(words(&lines[2]), "vpn ppn v │ vpn ppn v");
    assert_eq!(words(&lines[4]), "00 28 1 │ 08 13 1");
    assert_eq!(words(lines.last().unwrap()), "07 - 0 │ 0F 0D 1");
}

#[test]
fn an_entry_of_a_page_in_swap_has_its_location_on_disk() {
    let script = "machine core-i7\nkernel { frames 8, swap 8 slots }\nprocess P1\n\
        let p = mmap(0x10000, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)\n\
        write p = 1\nwrite p + 4096 = 1\nswap out P1 p\nswap out P1 p + 4096\nshow tables P1\n";
    let text = printed(script, Options::default());
    let lines: Vec<String> = text
        .lines()
        .filter(|line| line.contains("location on disk"))
        .map(words)
        .collect();
    let expected = [
        "├─ 0x010 → not present, location on disk 0x0000000000 (VPN 0x000000010)",
        "└─ 0x011 → not present, location on disk 0x0000000001 (VPN 0x000000011)",
    ];
    assert_eq!(lines, expected, "{text}");
}

#[test]
fn an_entry_has_a_row_if_its_slot_is_too_large() {
    let script = "machine { virtual 16 bits, physical 12 bits, page 256 B, \
        page_table { levels 2, pte { size 2 B, valid 0, rw 1, ppn 8..11 } } }\n\
        kernel { frames 1, replacement fifo, swap 40 slots }\n\
        process P { | area | start | end | perms | backing |;| heap | 1000 | 2400 | rw-p | anonymous | }\n\
        for i in 0..20 { write 0x1000 + i * 256 = 1 }\nshow tables P\n\
        expect P.page_table { | vpn ppn v |;| 10 0 0 |;| 1F F 0 |;| 20 - 0 |;| 22 - 0 |;| 23 0 1 | }\n\
        expect len(P.page_table) == 20\n";
    let text = printed(script, Options::default());
    assert!(text.contains("0x0 → not present (VPN 0x20)"), "{text}");
    assert!(text.trim_end().ends_with("9 expectations hold"), "{text}");
}

#[test]
fn rulers_of_a_small_machine_have_a_cell_a_bit() {
    let lines = last("show geometry");
    let drawn = [
        "  virtual address (14 bits)",
        "    13  12  11  10   9   8   7   6   5   4   3   2   1   0",
        "  ┌───────────────────────────────┬───────────────────────┐",
        "  │              VPN              │          VPO          │",
        "  ├───────────────────────┬───────┼───────────────────────┘",
        "  │         TLBT          │ TLBI  │",
        "  └───────────────────────┴───────┘",
        "  physical address (12 bits)",
        "    11  10   9   8   7   6   5   4   3   2   1   0",
        "  ┌───────────────────────┬───────────────────────┐",
        "  │          PPN          │          PPO          │",
        "  ├───────────────────────┼───────────────┬───────┤",
        "  │          CT           │      CI       │  CO   │",
        "  └───────────────────────┴───────────────┴───────┘",
    ];
    assert_eq!(lines[1..=drawn.len()], drawn);
}

#[test]
fn rulers_of_a_large_machine_number_the_ends_of_fields() {
    let records = records("machine core-i7");
    let Did::Machine(spec) = &*records[0].did else {
        panic!()
    };
    for ruler in rulers(spec) {
        // Compares the columns of each field's highest and lowest bit with the numbers above.
        let drawn = text(&[Block::Ruler(ruler.clone())], false);
        let lines: Vec<&str> = drawn.lines().collect();
        let numbers: Vec<char> = lines[1].chars().collect();
        let number_from = |at: usize| {
            numbers[at..]
                .iter()
                .skip_while(|c| **c == ' ')
                .take_while(|c| c.is_ascii_digit())
                .collect::<String>()
        };
        let number_to = |at: usize| {
            let digits = numbers[..=at.min(numbers.len() - 1)]
                .iter()
                .rev()
                .take_while(|c| c.is_ascii_digit());
            digits
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect::<String>()
        };
        for (row, line) in ruler.rows.iter().zip(lines[3..].iter().step_by(2)) {
            let walls = columns(line, '│');
            assert_eq!(walls.len(), row.fields.len() + 1, "{drawn}");
            for (field, pair) in row.fields.iter().zip(walls.windows(2)) {
                assert_eq!(number_from(pair[0] + 1), field.high.to_string(), "{drawn}");
                assert_eq!(number_to(pair[1] - 1), field.low.to_string(), "{drawn}");
                let inside: String = line.chars().take(pair[1]).skip(pair[0] + 1).collect();
                assert_eq!(inside.trim(), field.full_name(), "{drawn}");
            }
        }
        assert!(
            lines.iter().all(|line| line.chars().count() <= 100),
            "{drawn}"
        );
    }
}

#[test]
fn the_fields_of_the_core_i7_are_those_of_the_lecture() {
    // According to lectures.md, section 2, TLBI has 4 bits and TLBT has 32 in the L1 d-TLB. In the L1 d-cache,
    // CT has 40 bits, CI has 6, and CO has 6. The VPN has 4 × 9 bits.
    let records = records("machine core-i7");
    let Did::Machine(spec) = &*records[0].did else {
        panic!()
    };
    let rulers = rulers(spec);
    let cut = |ruler: usize, label: &str| -> Vec<(String, u32)> {
        let row = rulers[ruler]
            .rows
            .iter()
            .find(|row| row.label == label)
            .unwrap();
        row.fields
            .iter()
            .map(|field| (field.full_name(), field.high - field.low + 1))
            .collect()
    };
    let owned = |parts: &[(&str, u32)]| -> Vec<(String, u32)> {
        parts
            .iter()
            .map(|(name, bits)| ((*name).to_owned(), *bits))
            .collect()
    };
    assert_eq!(cut(0, ""), owned(&[("VPN", 36), ("VPO", 12)]));
    assert_eq!(
        cut(0, "page tables"),
        owned(&[("VPN1", 9), ("VPN2", 9), ("VPN3", 9), ("VPN4", 9)])
    );
    assert_eq!(cut(0, "dTLB"), owned(&[("TLBT", 32), ("TLBI", 4)]));
    assert_eq!(cut(1, ""), owned(&[("PPN", 40), ("PPO", 12)]));
    assert_eq!(cut(1, "L1d"), owned(&[("CT", 40), ("CI", 6), ("CO", 6)]));
}
