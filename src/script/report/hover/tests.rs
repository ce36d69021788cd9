//! Tests of the hover text at the mark `‸`. The worked addresses come from the lectures (`facts/lectures.md`
//! of the course: CS:APP 9.6.4 and 9.7).

use super::{Asked, HoverInfo, hover_at};
use crate::lang::include::read_text;
use crate::lang::tree::Tree;
use crate::run::session::Options;
use crate::run::{Checkpoints, Files, state_at};

fn at(marked: &str) -> Option<HoverInfo> {
    let at = marked.find('‸').expect("a mark");
    let text = marked.replacen('‸', "", 1);
    let (mut sources, script, _) = read_text("script.pw", &text, &mut ());
    let (files, _) = Files::read(&script.body, &mut sources, &mut ());
    let state = |at| {
        let (body, known) = (&script.body, &mut Checkpoints::default());
        state_at(body, &sources, &files, Options::default(), at, known)
    };
    let tree = Tree::parse(text.as_str(), None);
    hover_at(
        &Asked {
            tree: &tree,
            sources: &sources,
            state: &state,
        },
        at,
    )
}

fn text(marked: &str) -> String {
    at(marked)
        .map(|hover_text| hover_text.text)
        .unwrap_or_default()
}

/// Checks that the hover text at the mark contains every piece.
fn holds(marked: &str, pieces: &[&str]) {
    // Column widths vary.
    let text = text(marked)
        .split_inclusive('\n')
        .map(|line| {
            line.split(' ')
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect::<String>();
    for piece in pieces {
        assert!(text.contains(piece), "{marked}: no {piece:?} in\n{text}");
    }
}

const SIMPLE: &str = "machine simple\nset page_table {\n  | vpn ppn v |\n  | 0F 0D 1 |\n}\n";

#[test]
fn an_address_is_reported_in_its_fields() {
    // The lecture's first access has VPN 0x0F, VPO 0x14, TLBI 3, TLBT 0x03, PPN 0x0D, PA 0x354, CO 0, CI 5,
    // and CT 0x0D.
    for operand in [
        "read 0x0‸3D4",
        "translate ‸0x03D4 for write",
        "fetch 98‸0",
        "let va = 0x3D‸4",
        "probe 0x3D4‸",
    ] {
        holds(
            &format!("{SIMPLE}{operand}"),
            &[
                "VPN, bits 13–6 0x0F",
                "VPO, bits 5–0 0x14",
                "TLBI, bits 7–6 0x3",
                "TLBT, bits 13–8 0x03",
                "virtual address (14 bits)",
            ],
        );
    }
    holds(
        &format!("{SIMPLE}read 0x0‸3D4"),
        &[
            "VPN 0x0F to PPN 0x0D",
            "**0x354**",
            "CT, bits 11–6 0x0D",
            "CI, bits 5–2 0x5",
            "CO, bits 1–0 0x0",
        ],
    );
    // The position shows that the address is physical.
    holds(
        &format!("{SIMPLE}read 0 => pa 0x3‸54"),
        &["PPN, bits 11–6 0x0D", "CI, bits 5–2 0x5"],
    );
    assert!(!text(&format!("{SIMPLE}read 0 => pa 0x3‸54")).contains("virtual address"));
    // A decimal number of unknown meaning is a count.
    assert!(!text(&format!("{SIMPLE}let pages = 98‸0")).contains("VPN"));
}

#[test]
fn the_core_i7_cuts_an_address_in_four() {
    // The VPN has 36 = 9 + 9 + 9 + 9 bits. The TLBI has 4 bits, the TLBT 32, the CT 40, the CI 6, and the CO 6.
    let va = (1u64 << 39) | (2 << 30) | (3 << 21) | (4 << 12) | 0x567;
    holds(
        &format!("machine core-i7\nread 0x{va:X}‸"),
        &[
            "VPN1, bits 47–39 0x001",
            "VPN2, bits 38–30 0x002",
            "VPN3, bits 29–21 0x003",
            "VPN4, bits 20–12 0x004",
            "VPO, bits 11–0 0x567",
        ],
    );
    holds(
        &format!("machine core-i7\nread 0 => pa 0x{:X}‸", 0x1234_5678_u64),
        &[
            "L1d CT, bits 51–12",
            "L1d CI, bits 11–6",
            "L1d CO, bits 5–0",
        ],
    );
}

#[test]
fn an_entry_is_reported_in_its_bits() {
    // Intel's bits are 0 P, 1 R/W, 2 U/S, 5 A, 6 D, and 63 XD. The PPN begins at bit 12.
    let machine = "machine core-i7\n";
    for statement in [
        "read 0 => pte4.value 0x8000000000042‸067",
        "set pte 4 0x1000 = 0x8000‸000000042067",
    ] {
        holds(
            &format!("{machine}{statement}"),
            &[
                "| XD | 63 | 1 |",
                "| PPN | 51–12 | 0x0000000042 |",
                "| D | 6 | 1 |",
                "| A | 5 | 1 |",
                "| CD | 4 | 0 |",
                "| WT | 3 | 0 |",
                "| U/S | 2 | 1 | user mode can access the page",
                "| R/W | 1 | 1 | stores are allowed |",
                "| P | 0 | 1 |",
            ],
        );
    }
    // The address of an entry is a physical address.
    holds(
        &format!("{machine}set pte 4 0x10‸00 = 0"),
        &["physical address (52 bits)"],
    );
    // The script itself defines the format of an entry.
    holds(
        "machine { virtual 14 bits, physical 12 bits, page 64 B, pte { size 1 B, valid 7, ppn 0..5 } }\nset pte 1 0 = 0x8‸D",
        &["| P | 7 | 1 |", "| PPN | 5–0 | 0x0D |", "0x340"],
    );
}

#[test]
fn a_number_is_reported_in_each_radix() {
    holds("let n = 98‸0", &["**980** = 0x3D4 = 0b11_1101_0100"]);
    holds("let n = 4‸ KB", &["**4 KB** = 4096 = 0x1000"]);
    holds("let n = 4 K‸B", &["**4 KB** = 4096"]);
    holds("let n = 96‸%", &["**96%** = "]);
    holds("read 0 size ‸16", &["**16** = 0x10"]);
    assert_eq!(at("read 0 size ‸4"), None);
    // The hover text of a number that is not an address does not describe an address.
    for count in [
        "read 0 size 0x1‸0",
        "kernel { frames 0x1‸0 }",
        "read 0 => vpn 0x0‸F",
        "machine { virtual 1‸4 bits }",
    ] {
        let hover_text = text(&format!("machine simple\n{count}"));
        assert!(
            !hover_text.is_empty() && !hover_text.contains("virtual address"),
            "{count}: {hover_text}"
        );
    }
    // Numbers in tables are hexadecimal.
    holds(
        "machine simple\nset memory {\n| pa b0 |\n| 0A‸04 36 |\n}",
        &["**0A04**", "2564", "physical address"],
    );
    holds(
        "machine simple\nset memory {\n| pa b0 |\n| 0A04 3‸6 |\n}",
        &["54"],
    );
}

#[test]
fn a_word_is_described_by_its_meaning() {
    let process = "process P1\n";
    for (marked, pieces) in [
        (
            "re‸ad 0",
            &["read VA [size N]", "oads data through the TLB"][..],
        ),
        ("read(1, b‸uf, 3)", &[]),
        ("P1: re‸ad(0, 1, 2)", &["ssize_t read(int fd"]),
        (
            "P1: let x = mm‸ap(NULL, 1, PROT_READ, MAP_SHARED, 0, 0)",
            &["void *mmap(void *addr", "`prot`: `PROT_NONE`"],
        ),
        ("read 0 => fau‸lt none", &["fault WORD", "`demand-zero`"]),
        ("read 0 => fault demand-‸zero", &["fault WORD"]),
        ("read 0 => L1d.ind‸ex 3", &["L1d.index VALUE"]),
        ("read 0 => L1‸d.index 3", &["L1d.index VALUE"]),
        ("P1: exit(0) => error ENO‸MEM", &["ENOMEM", "12"]),
        ("show geo‸metry", &["geometry"]),
        ("show page_ta‸ble", &["page_table", "columns: vpn ppn v"]),
        (
            "expect L1d.miss_‸rate < 1",
            &["NAME.miss_rate", "Share of the accesses that miss"],
        ),
        ("expect P1.faults.mi‸nor == 0", &["P1.faults.minor"]),
        ("expect P1.faul‸ts.minor == 0", &["P1.faults.minor"]),
        (
            "let x = last.wa‸lk",
            &["walk VALUE", "Number of page-table entries fetched"],
        ),
        ("let x = log‸2(8)", &["log2(x)"]),
        ("let x = MAP_PRI‸VATE", &["MAP_PRIVATE", "value: 2"]),
        ("machine core-‸i7", &["core-i7", "a four-level page table"]),
        (
            "machine { tlb { po‸licy lru } }",
            &["policy lru|fifo", "A setting of `tlb { … }`."],
        ),
        (
            "machine { tlb { policy l‸ru } }",
            &["lru", "Evict the least recently used"],
        ),
        (
            "kernel { zero-pa‸ge on }",
            &["zero-page on|off", "A setting of `kernel { … }`."],
        ),
        ("read 4 si‸ze 4", &["read VA [size N]"]),
        ("for x i‸n 0..2 { }", &[]),
        (
            "expect L1‸d.hits == 0",
            &["cache `L1d`", "`L1d.sets` | 64", "`L1d.index_bits` | 6"],
        ),
        (
            "flush tlb dT‸LB",
            &["TLB `dTLB`", "`dTLB.ways` | 4", "`dTLB.tag_bits` | 32"],
        ),
        (
            "set page_table { | vpn r‸w |; | 0 1 | }",
            &["**R/W**", "Bit 1 of a page-table entry"],
        ),
        (
            "question \"q\" { choice \"a\" { cor‸rect \"b\" } }",
            &["correct TEXT [when COND]"],
        ),
        ("P1: wri‸te 0 = 1", &["write VA = V [size N]"]),
        ("P‸1: write 0 = 1", &["Process `P1`", "running"]),
    ] {
        holds(&format!("{process}{marked}"), pieces);
    }
}

#[test]
fn names_of_the_script_are_reported() {
    // The hover shows the variable's value at the mark, not a later value.
    holds("let x = 0x40\nread x‸\nlet x = 7", &["`x` = ", "64"]);
    holds(
        "machine simple\nlet va = 0x3D4\nread v‸a",
        &["0x3D4", "980", "VPN, bits 13–6 0x0F"],
    );
    holds("let x = 1\nlet ‸x = 3", &["**3**"]);
    holds("choose x in 0..4\nread x‸", &["when the script runs"]);
    holds("let s = \"a\\n\"\nshow s‸", &["`s`: ", "\"a\\n\""]);
    holds(
        "# Goes through pages.\n# Twice.\ndef touch(a, n) { read a }\nto‸uch(1, 2)",
        &["def touch(a, n)", "Goes through pages.\nTwice."],
    );
    holds(
        "file \"data.txt\" = \"x\"\nprocess P1\nP1: let f = open(\"da‸ta.txt\", 0)",
        &["`data.txt`"],
    );
}

#[test]
fn blank_places_have_no_hover() {
    for marked in [
        "‸",
        "read ‸ 1",
        "# re‸ad",
        "let x‸x",
        "show \"\"\"re‸ad\"\"\"",
        "read nothing‸",
        "x.y‸.z",
        "1.‸",
        "\"‸",
    ] {
        assert_eq!(at(marked), None, "{marked}");
    }
}

#[test]
fn a_hover_covers_its_bytes() {
    let span = |marked: &str| {
        at(marked)
            .map(|hover_text| (hover_text.span, hover_text.fact))
            .expect("something")
    };
    assert_eq!(span("read 4‸ KB"), (5..9, None));
    assert_eq!(span("‸read 4"), (0..4, None));
    assert_eq!(
        span("machine simple\nread 0 => tlb.in‸dex 3"),
        (25..34, Some("tlb.index".to_owned()))
    );
}

#[test]
fn every_byte_of_every_example_can_be_asked_about() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut told_of = 0;
    for entry in folder.read_dir().expect("examples") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "pw") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a script");
        let (mut sources, script, _) = read_text("script.pw", &text, &mut ());
        let (files, _) = Files::read(&script.body, &mut sources, &mut ());
        let known = state_at(
            &script.body,
            &sources,
            &files,
            Options::default(),
            text.len(),
            &mut Checkpoints::default(),
        );
        let state = |_| known.clone();
        // Hovering also works in a text that is truncated anywhere.
        for cut in [text.len(), text.len() / 2, text.len() / 3] {
            let Some(part) = text.get(..cut) else {
                continue;
            };
            let tree = Tree::parse(part, None);
            let asked = Asked {
                tree: &tree,
                sources: &sources,
                state: &state,
            };
            for at in (0..=part.len()).step_by(7) {
                if let Some(hover_text) = hover_at(&asked, at) {
                    assert!(
                        hover_text.span.contains(&at) || hover_text.span.end == at,
                        "{}: {at}",
                        path.display()
                    );
                    assert!(!hover_text.text.is_empty() && part.get(hover_text.span).is_some());
                    told_of += 1;
                }
            }
        }
    }
    assert!(told_of > 1000);
}
