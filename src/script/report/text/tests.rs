//! Tests of the text output.

use std::io::{self, Write};

use super::{Fit, Options, TextSink, Theme, text};
use crate::report::doc::{Block, Cell, Table};
use crate::report::narrate::rulers;
use crate::report::playing::{SIMPLE, play, records};
use crate::run::record::Did;

/// Returns the text output of a script.
fn printed(script: &str, options: Options) -> String {
    let mut out = Vec::new();
    let (sink, ended) = play(script, |sources| TextSink::new(&mut out, sources, options));
    sink.finish(ended.totals, 0).unwrap();
    String::from_utf8(out).unwrap()
}

/// Returns the output of the last statement in a script on the lectures' simple memory system, without the
/// summary.
fn last(statement: &str) -> Vec<String> {
    let text = printed(&format!("{SIMPLE}{statement}\n"), Options::default());
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let from = lines
        .iter()
        .rposition(|line| line.contains(" t.pw:"))
        .unwrap();
    lines[from..lines.len() - 2]
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// Normalizes the spaces between the words of a line.
fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the columns at which a character occurs in a line.
fn columns(line: &str, wanted: char) -> Vec<usize> {
    line.chars()
        .enumerate()
        .filter(|(_, c)| *c == wanted)
        .map(|(at, _)| at)
        .collect()
}

#[test]
fn the_worksheets_of_the_lecture_are_filled_in() {
    // The examples come from CS:APP 9.6.4 (lectures.md, section 1). Each row contains VA, then VPN TLBI TLBT
    // hit fault PPN, then PA CO CI CT hit byte.
    let answers = [
        (
            "0x03D4",
            ["0F", "3", "03", "yes", "no", "0D"],
            ["354", "0", "5", "0D", "yes", "0x36"],
        ),
        (
            "0x028F",
            ["0A", "2", "02", "no", "no", "09"],
            ["24F", "3", "3", "09", "no", "unknown (from memory)"],
        ),
        (
            "0x0020",
            ["00", "0", "00", "no", "no", "28"],
            ["A20", "0", "8", "28", "no", "unknown (from memory)"],
        ),
    ];
    for (va, [vpn, tlbi, tlbt, tlb, fault, ppn], [pa, co, ci, ct, cache, byte]) in answers {
        let lines = last(&format!("read {va}"));
        let upper = format!(
            "  VPN 0x{vpn}  TLBI 0x{tlbi}  TLBT 0x{tlbt}  TLB hit? {tlb}  page fault? {fault}  PPN 0x{ppn}"
        );
        let lower = format!(
            "  PA 0x{pa}  CO 0x{co}  CI 0x{ci}  CT 0x{ct}  cache hit? {cache}  byte {byte}"
        );
        assert_eq!(lines[1..3], [upper, lower]);
        assert!(
            lines[0].starts_with(&format!("read {va} ")) && lines[0].ends_with(" t.pw:35"),
            "{}",
            lines[0]
        );
    }
}

#[test]
fn a_fault_shows_its_reason_and_omits_the_rest() {
    let lines = last("probe 0x0040");
    assert_eq!(
        lines[1],
        "  VPN 0x01  TLBI 0x1  TLBT 0x00  TLB hit? no  page fault? yes  PPN -"
    );
    assert_eq!(
        lines[2],
        "  Page fault: the page-table entry for VPN 0x01 is not present (P = 0)."
    );
    assert_eq!(lines[3], "  This is a probe, so nothing changes.");
    assert_eq!(lines.len(), 4);
}

#[test]
fn a_computed_address_is_reported() {
    let lines = last("let va = 0x3C0\nread va + 0x14");
    assert_eq!(
        lines[1],
        "  VA 0x03D4  VPN 0x0F  TLBI 0x3  TLBT 0x03  TLB hit? yes  page fault? no  PPN 0x0D"
    );
}

#[test]
fn only_parts_of_the_machine_are_reported() {
    let text = printed(
        "machine simple { tlb none; cache none }\nset page_table {\n| vpn ppn v |\n| 01 05 1 |\n}\nread 0x41\n",
        Options::default(),
    );
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines.contains(&"  VPN 0x01  page fault? no  PPN 0x05"),
        "{text}"
    );
    assert!(
        lines.contains(&"  PA 0x141  byte unknown (from memory)"),
        "{text}"
    );
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

#[test]
fn failed_facts_are_aligned_and_say_why() {
    let lines = last("read 0x028F => ppn 0x0D, byte 0x36, cache hit, tlb miss");
    assert_eq!(lines[3], "✗ 3 of 4 expectations failed");
    assert_eq!(
        lines[4],
        "    ppn    expected 0x0D  actual 0x09     the page-table entry for VPN 0x0A is 0x1207 and has PPN 0x09"
    );
    assert!(
        lines[5].starts_with("    byte   expected 0x36  actual unknown  "),
        "{}",
        lines[5]
    );
    assert_eq!(
        lines[6],
        "    cache  expected hit   actual miss     no valid line of set 3 has tag 0x09"
    );
    assert_eq!(last("read 0x03D4 => tlb hit")[3], "  ✓ 1 expectation holds");
    assert_eq!(
        last("read 0x03D4 => tlb hit, ppn 0x0D")[3],
        "  ✓ 2 expectations hold"
    );
}

#[test]
fn loops_are_reported_by_their_first_rounds() {
    let script = format!("{SIMPLE}for i in 0..10000 {{ probe i }}\nprobe 0x40\n");
    let text = printed(&script, Options::default());
    assert_eq!(text.matches("\n  probe read 0x").count(), 100);
    assert!(text.contains("\nfor i in 0..10000 { … } "), "{text}");
    assert!(text.contains("\n  … 9,900 more\n\nprobe 0x40 "), "{text}");
    assert!(
        text.contains(
            "\n  probe read 0x0000 → TLB miss, PPN 0x28, PA 0xA00, cache miss, byte unknown\n"
        ),
        "{text}"
    );
}

#[test]
fn failures_deep_in_a_loop_are_reported() {
    // Page 0 is present, but page 1 is not. The last of 900 iterations probes page 1.
    let text = printed(
        &format!("{SIMPLE}for i in 0..900 {{ probe 0x40 => fault page }}\n"),
        Options::default(),
    );
    assert!(!text.contains('✗') && text.contains("  … 800 more\n"));
    let text = printed(
        &format!("{SIMPLE}for i in 0..900 {{ probe i // 899 * 0x40 => fault none }}\n"),
        Options::default(),
    );
    assert_eq!(text.matches('✗').count(), 1);
    let at = text.find('✗').unwrap();
    let printed = "\n  … 799 more\n  probe read 0x0040 → TLB miss, page fault  (t.pw:35)\n";
    assert!(text[..at].ends_with(printed), "{text}");
    assert!(!text[at..].contains('…'), "{text}");
    assert!(text.ends_with("1 of 900 expectations failed\n"), "{text}");
}

#[test]
fn the_summary_counts() {
    let text = printed(
        "let x = 1\nexpect x == 1\nscenario \"a\" { expect x == 1 }\n",
        Options::default(),
    );
    assert!(text.contains("expect x == 1  ✓  "), "{text}");
    assert!(
        text.contains("t.pw:2\n\n── a ──\n\nexpect x == 1  ✓ "),
        "{text}"
    );
    assert!(
        text.ends_with("\n4 statements in 1 scenario; 2 expectations hold\n"),
        "{text}"
    );
    assert!(
        printed("let x = 1\n", Options::default())
            .ends_with("\n1 statement; no expectations checked\n")
    );
}

/// Returns the text output in a terminal of this width.
fn in_terminal(script: &str, columns: usize) -> String {
    let theme = Theme {
        color: false,
        fit: Fit::Lines(columns),
    };
    printed(
        script,
        Options {
            explain: true,
            theme,
        },
    )
}

#[test]
fn lines_fit_the_terminal_and_keep_their_words() {
    let script = format!(
        "{SIMPLE}read 0x028F => ppn 0x0D, byte 0x36\nexpect [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] == [1, 2, 3, 4, 5, 6, 7, 8, 9]\n\
         let why = \"a text that is much longer than a line of a narrow terminal\"\nread 0x0300\nshow tlb\nshow stats\n"
    );
    let explained = Options {
        explain: true,
        ..Options::default()
    };
    let whole = printed(&script, explained);
    assert!(whole.lines().any(|line| line.chars().count() > 140));
    assert_eq!(in_terminal(&script, 1000), whole);
    for columns in [40, 60, 80, 100, 140] {
        let text = in_terminal(&script, columns);
        for line in text.lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
        // Folded tables repeat words.
        let missing = whole.split_whitespace().find(|word| {
            word.contains(char::is_alphanumeric)
                && !text.split_whitespace().any(|other| other == *word)
        });
        assert_eq!(missing, None, "{columns}: {text}");
    }
}

#[test]
fn sentences_and_places_hang_below_their_statement() {
    let script = format!(
        "{SIMPLE}expect [tlb.sets, tlb.ways, cache.sets] == [4, 4, 16]\nread 0x03D4 => byte 0x37\n"
    );
    let text = in_terminal(&script, 60);
    let start = text.find("expect").unwrap();
    assert_eq!(
        text[start..].lines().take(4).collect::<Vec<_>>(),
        [
            "expect [tlb.sets, tlb.ways, cache.sets] == [4, 4, 16]  ✓",
            "                                                     t.pw:35",
            "",
            "read 0x03D4                                          t.pw:36",
        ]
    );
    let failed = text.find('✗').unwrap();
    assert_eq!(
        text[failed..].lines().take(4).collect::<Vec<_>>(),
        [
            "✗ 1 expectation failed",
            "    byte  expected 0x37  actual 0x36",
            "      the line at CI 0x5 holds 36 72 F0 1D, and its byte at",
            "        CO 0x0 is 0x36",
        ]
    );
    assert!(
        text.contains(
            "\n  1  CPU → MMU    virtual address 0x03D4 (VPN 0x0F, VPO\n                  0x14)\n"
        ),
        "{text}"
    );
}

#[test]
fn tables_fold_and_repeat_the_columns_that_name_their_rows() {
    let cell = |text: &str| Cell::word(text);
    let row = |a, b, c, d| [a, b, c, d].map(cell).to_vec();
    let table = Block::Table(Table::new(
        "counts",
        &[&["cache"], &["kind"], &["references", "misses"]],
        vec![
            row("L1d", "reads", "1000000", "10"),
            row("", "writes", "2000000", "20"),
            row("L2", "reads", "30", "3"),
            row("", "writes", "40", "4"),
        ],
    ));
    let fit = |columns| Theme {
        color: false,
        fit: Fit::Lines(columns),
    };
    let whole = text(std::slice::from_ref(&table), false);
    assert_eq!(text(std::slice::from_ref(&table), fit(36)), whole);
    assert_eq!(
        text(&[table], fit(35)).lines().collect::<Vec<_>>(),
        [
            "  counts",
            "  cache │ kind   │ references",
            "  ──────┼────────┼───────────",
            "  L1d   │ reads  │ 1000000",
            "        │ writes │ 2000000",
            "  L2    │ reads  │ 30",
            "        │ writes │ 40",
            "  cache │ kind   │ misses",
            "  ──────┼────────┼───────",
            "  L1d   │ reads  │ 10",
            "        │ writes │ 20",
            "  L2    │ reads  │ 3",
            "        │ writes │ 4",
        ]
    );
    let notes = Block::Table(Table::new(
        "",
        &[&["name", "note"]],
        vec![[cell("a"), cell("words that need more than a line")].to_vec()],
    ));
    assert_eq!(
        text(&[notes], fit(30)).lines().collect::<Vec<_>>(),
        [
            "  name note",
            "  ────────────────────────────",
            "  a    words that need more",
            "       than a line",
        ]
    );
}

#[test]
fn a_drawing_that_is_too_wide_is_replaced() {
    let script = format!("{SIMPLE}figure translation read 0x03D4\n");
    assert!(in_terminal(&script, 100).contains("┏━━"));
    let text = in_terminal(&script, 60);
    assert!(!text.contains('┏'), "{text}");
    assert!(
        text.contains("columns wide; `run --figures DIR` writes a picture)"),
        "{text}"
    );
}

#[test]
fn failures_are_bold_and_red() {
    let options = Options {
        explain: false,
        theme: true.into(),
    };
    let text = printed(&format!("{SIMPLE}read 0x03D4 => byte 0x37\n"), options);
    assert!(text.contains("\n\x1b[1;31m✗ 1 expectation failed\x1b[0m\n"));
    assert!(text.contains("actual \x1b[1;31m0x36\x1b[0m"));
}

#[test]
fn a_run_with_explanations_draws_nothing() {
    let options = Options {
        explain: true,
        theme: Theme::default(),
    };
    let text = printed(&format!("{SIMPLE}read 0x03D4\n"), options);
    assert!(text.contains("\n  1  CPU → MMU "));
    assert!(!text.contains('│') && !text.contains('┃'), "{text}");
}

#[test]
fn quantities_are_compared_in_one_unit() {
    let text = printed(
        "let eat = 140 ns\nexpect eat == 150\nexpect 8192 == 4 KB\n",
        Options::default(),
    );
    assert!(
        text.contains("eat  expected 150 ns  actual 140 ns"),
        "{text}"
    );
    assert!(text.contains("8192  expected 4 KB  actual 8 KB"), "{text}");
}

#[test]
fn colour_changes_nothing_but_the_colour() {
    let script = format!(
        "{SIMPLE}read 0x028F => ppn 1\nshow tlb\nshow geometry\nshow steps\nscenario \"x\" {{ read 0x20 }}\n"
    );
    let plain = printed(
        &script,
        Options {
            explain: true,
            theme: Theme::default(),
        },
    );
    let colored = printed(
        &script,
        Options {
            explain: true,
            theme: true.into(),
        },
    );
    assert!(!plain.contains('\x1b') && colored.contains("\x1b[1;31m"));
    let mut stripped = String::new();
    for (at, part) in colored.split("\x1b[").enumerate() {
        stripped.push_str(if at == 0 {
            part
        } else {
            part.split_once('m').unwrap().1
        });
    }
    assert_eq!(stripped, plain);
}

#[test]
fn control_characters_are_made_visible() {
    let text = printed(
        "let x = \"\\x1b[31m\"\nscenario \"\x1b[2J\" { expect x == \"a\x07\" }\n",
        Options::default(),
    );
    assert!(!text.contains('\x1b') && !text.contains('\x07'), "{text:?}");
}

/// A writer that fails after some bytes, like a closed pipe.
struct Closing {
    left: usize,
}

impl Write for Closing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let taken = bytes.len().min(self.left);
        self.left -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_stops_the_run() {
    let script = format!("{SIMPLE}repeat 900 {{ repeat 900 {{ expect 1 == 2 }} }}\n");
    let (sink, ended) = play(&script, |sources| {
        TextSink::new(Closing { left: 100 }, sources, Options::default())
    });
    assert!(ended.totals.statements < 10_000, "{:?}", ended.totals);
    assert_eq!(
        sink.finish(ended.totals, 0).unwrap_err().kind(),
        io::ErrorKind::BrokenPipe
    );
}

#[test]
fn output_has_an_end() {
    let mut out = Vec::new();
    let script = "repeat 5000 { expect 1 == 2 }\n";
    let (sink, ended) = play(script, |sources| {
        let mut sink = TextSink::new(&mut out, sources, Options::default());
        sink.budget = 2000;
        sink
    });
    assert_eq!(ended.totals.statements, 5000);
    sink.finish(ended.totals, 0).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.len() < 2400, "{}", text.len());
    assert!(
        text.contains("\n… the rest is not shown, because the output already has 2000 bytes\n"),
        "{text}"
    );
    assert!(
        text.ends_with("\n5,000 statements; 5,000 of 5,000 expectations failed\n"),
        "{text}"
    );
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

/// Returns the reason of the only fault or failed expectation in the output.
fn reason(script: &str, before: &str) -> String {
    let text = printed(script, Options::default());
    let line = text
        .lines()
        .rev()
        .find(|line| line.contains(before))
        .unwrap_or_else(|| panic!("{text}"));
    line.split_once(before)
        .map_or("", |(_, reason)| reason)
        .to_owned()
}

#[test]
fn a_reason_names_the_entry_that_decided() {
    // A translation for the kernel fills the TLB, and then the script changes the page table without `invlpg`.
    let run = |fill: &str, row: &str, access: &str| {
        let columns = "vpn ppn rw us xd v";
        let script = format!(
            "machine {{ virtual 14 bits, physical 12 bits, page 64 B, tlb {{ entries 16, ways 4 }}, \
             pte {{ size 4 B, p 0, rw 1, us 2, xd 31, ppn 12..17 }} }}\nset page_table {{ | {columns} |\n | {fill} | }}\ntranslate 0x3C0 by supervisor\n\
             set page_table {{ | {columns} |\n | {row} | }}\n{access}\n"
        );
        reason(
            &script,
            if access.contains("=>") {
                "  actual none  "
            } else {
                "Protection fault: "
            },
        )
    };
    let (entry, pte) = (
        "the TLB entry in way 0 of set 3",
        "the page-table entry for VPN 0x0F",
    );
    let stale = |found: &str| format!("; the TLB entry is stale, because {pte} {found}");
    assert_eq!(
        run("0F 0D 0 1 0 1", "0F 0D 1 1 0 1", "write 0x3C0 = 1"),
        format!(
            "{entry} has R/W = 0, and the access is a store{}.",
            stale("has R/W = 1")
        )
    );
    assert_eq!(
        run("0F 0D 0 1 0 1", "0F 0D 0 1 0 1", "write 0x3C0 = 1"),
        format!("{entry} has R/W = 0, and the access is a store.")
    );
    assert_eq!(
        run("0F 0D 0 1 0 1", "0F - 0 1 0 0", "write 0x3C0 = 1"),
        format!(
            "{entry} has R/W = 0, and the access is a store{}.",
            stale("is not present (P = 0)")
        )
    );
    assert_eq!(
        run("0F 0D 1 0 0 1", "0F 0D 1 1 0 1", "read 0x3C0"),
        format!(
            "{entry} has U/S = 0, and the access is a load in user mode{}.",
            stale("has U/S = 1")
        )
    );
    assert_eq!(
        run("0F 0D 1 1 1 1", "0F 0D 1 1 0 1", "fetch 0x3C0"),
        format!(
            "{entry} has XD = 1, and the access is an instruction fetch{}.",
            stale("has XD = 0")
        )
    );
    assert_eq!(
        run(
            "0F 0D 1 1 0 1",
            "0F 0D 1 0 0 1",
            "read 0x3C0 => fault protection"
        ),
        format!("{entry} permits the access{}", stale("has U/S = 0"))
    );
    assert_eq!(
        run("0F 0D 1 1 0 1", "0F - 1 1 0 0", "read 0x3C0 => fault page"),
        format!(
            "{entry} permits the access{}",
            stale("is not present (P = 0)")
        )
    );
}

#[test]
fn an_address_in_the_statement_is_not_repeated() {
    let has_blank = |statement: &str| {
        let lines = last(&format!("let va = 0x10\n{statement}"));
        lines.iter().any(|line| line.contains("VA 0x"))
    };
    for written in [
        "read 0x3D4",
        "probe 0x03D4",
        "probe write 16 = 1",
        "translate 0x10 for write by user",
    ] {
        assert!(!has_blank(written), "{written}");
    }
    // The number of a character is not in the statement, and the number of a canonical address is not its 48 bits.
    for computed in [
        "read 0x10 + 1",
        "read va",
        "probe va",
        "write va = 0x10",
        "read 'a'",
        "machine core-i7\nread 0xFFFFFFFFFFFFFFFF",
    ] {
        assert!(has_blank(computed), "{computed}");
    }
}
