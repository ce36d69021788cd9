//! Tests of the output of an access: its fields, its results, and its reasons.

use super::{last, printed};
use crate::report::text::Options;

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
fn the_page_fault_of_a_later_piece_is_one_of_the_access() {
    for (fault, script) in [
        (
            "yes (demand-zero)",
            "kernel { frames 8 }\nprocess P { | area | start | end | perms | backing | offset |\n| heap | 1000 | 3000 | rw-p | anonymous | - | }\n\
             write 0x1000 = 1\nwrite 0x1FFF = 0x1234 size 2 => page-fault yes, fault demand-zero",
        ),
        (
            "yes (protection)",
            "machine simple\nset page_table {\n| vpn ppn rw |\n| 0F 0D 1 |\n| 10 0E 0 |\n}\nwrite 0x03FF = 1 size 2 => page-fault yes",
        ),
        (
            "yes",
            "machine simple\nset page_table {\n| vpn ppn v |\n| 0F 0D 1 |\n}\nread 0x03FF size 2 => page-fault yes, fault page",
        ),
    ] {
        let text = printed(script, Options::default());
        let last = text.lines().rfind(|line| line.contains("page fault?"));
        let blank = format!("page fault? {fault}  ");
        assert!(last.is_some_and(|line| line.contains(&blank)), "{text}");
        assert!(!text.contains('✗'), "{text}");
    }
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
