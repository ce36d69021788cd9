//! Tests of papers and keys: the key of the worked exam agrees with the textbook's formulas, and a paper has
//! the right contents.

use std::path::Path;

use pagewalk_script::api::CheckedScript;
use pagewalk_script::exam::formats::html::page as html;
use pagewalk_script::exam::formats::{Edition, Style, json, json_value, latex, markdown, typst};
use pagewalk_script::exam::paper::{Paper, PaperItem, Question};
use pagewalk_script::questions::entry::{Blank, ItemKind};
use pagewalk_script::run::record::Did;

use crate::running::paper;
use crate::textbook::{CACHE, PAGE_TABLE, TLB};

const EXAM: &str = "examples/exams/address-translation.pw";

fn exam(seed: u64) -> Paper {
    paper(
        &std::fs::read_to_string(Path::new(EXAM)).expect("the exam"),
        seed,
    )
}

/// The worksheet according to the textbook's formulas. The page offset has 6 bits, the TLB index 2, the block
/// offset 2, and the cache index 4.
fn by_hand(va: u64) -> Vec<(&'static str, String)> {
    let (vpn, vpo) = (va / 64, va % 64);
    let (tlbi, tlbt) = (vpn % 4, vpn / 4);
    let in_tlb = TLB
        .iter()
        .find(|entry| (entry.0, entry.1) == (tlbi, tlbt))
        .map(|entry| entry.2);
    let in_table = PAGE_TABLE
        .iter()
        .find(|entry| entry.0 == vpn)
        .map(|entry| entry.1);
    let ppn = in_tlb.or(in_table);
    let pa = ppn.map(|ppn| ppn * 64 + vpo);
    let line = pa.and_then(|pa| {
        CACHE
            .iter()
            .find(|line| (line.0, line.1) == (pa / 4 % 16, pa / 64))
    });
    let hex =
        |n: Option<u64>, digits: usize| n.map_or("-".to_owned(), |n| format!("0x{n:0digits$X}"));
    let word = |yes: bool, one: &str, other: &str| if yes { one } else { other }.to_owned();
    let cache = if pa.is_none() {
        "none".to_owned()
    } else {
        word(line.is_some(), "hit", "miss")
    };
    let byte = match (pa, line) {
        (None, _) | (Some(_), None) => "-".to_owned(),
        (Some(pa), Some(line)) => hex(Some(line.2[(pa % 4) as usize]), 2),
    };
    vec![
        ("vpn", hex(Some(vpn), 2)),
        ("tlbi", hex(Some(tlbi), 1)),
        ("tlbt", hex(Some(tlbt), 2)),
        ("tlb", word(in_tlb.is_some(), "hit", "miss")),
        ("fault", word(ppn.is_none(), "page", "none")),
        ("ppn", hex(ppn, 2)),
        ("pa", hex(pa, 3)),
        ("co", hex(pa.map(|pa| pa % 4), 1)),
        ("ci", hex(pa.map(|pa| pa / 4 % 16), 1)),
        ("ct", hex(pa.map(|pa| pa / 64), 2)),
        ("cache", cache),
        ("byte", byte),
    ]
}

/// The address and the blanks of each operation in a question that has blanks.
fn worksheets(question: &Question) -> Vec<(u64, &[Blank])> {
    let of = |item: &'_ PaperItem| match (&item.kind, &*item.did) {
        (ItemKind::Facts { .. }, Did::Access(access)) => Some(access.va.raw()),
        _ => None,
    };
    let items = question.items().filter_map(|item| match &item.kind {
        ItemKind::Facts { blanks, .. } => Some((of(item)?, blanks.as_slice())),
        _ => None,
    });
    items.collect()
}

#[test]
fn the_key_agrees_with_the_textbook() {
    let mut addresses = std::collections::BTreeSet::new();
    for seed in 0..40 {
        let paper = exam(seed);
        let sheets = worksheets(&paper.questions[0]);
        assert_eq!(sheets.len(), 3, "seed {seed}");
        for (va, blanks) in sheets {
            let key: Vec<(&str, String)> = blanks
                .iter()
                .map(|blank| (&*blank.fact, blank.answer()))
                .collect();
            assert_eq!(key, by_hand(va), "seed {seed}, address {va:#x}");
            addresses.insert(va);
        }
    }
    assert!(
        addresses.len() > 40,
        "only {} addresses were asked",
        addresses.len()
    );
}

#[test]
fn points_add_up() {
    let exam = exam(1);
    let points: Vec<String> = exam
        .questions
        .iter()
        .map(|question| question.points.to_string())
        .collect();
    assert_eq!(
        (points, exam.points().to_string()),
        (vec!["36".to_owned(), "14".to_owned()], "50".to_owned())
    );
    let shared = "question \"q\" points 10 { ask \"a\" = 1 points 4; ask \"b\" = 1; part \"p\" { ask \"c\" = 1; ask \"d\" = 1 } }";
    let shared = paper(shared, 0);
    let each: Vec<String> = shared.questions[0]
        .items()
        .map(|item| item.points.to_string())
        .collect();
    // The items share the remaining 6 points: 3 for the blank, and 3 for the part, whose two blanks get 1.5 each.
    assert_eq!(each, ["4", "3", "1.5", "1.5"]);
}

#[test]
fn state_carries_from_one_ask_to_the_next_and_a_probe_leaves_none() {
    let machine = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\n";
    let key = |asks: &str| {
        let paper = paper(
            &format!("{machine}question \"q\" {{ {asks} }}\nexpect tlb.hits == 0"),
            0,
        );
        let sheets = worksheets(&paper.questions[0]);
        sheets
            .iter()
            .map(|(_, blanks)| blanks[0].answer())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        key("ask read 0x3D4 => tlb; ask read 0x3D4 => tlb"),
        ["miss", "hit"]
    );
    assert_eq!(
        key("ask probe read 0x3D4 => tlb; ask read 0x3D4 => tlb"),
        ["miss", "miss"]
    );
}

/// CS:APP 9.6.4: virtual address 0x3D4 has VPN 0x0F, PPN 0x0D, PA 0x354, CO 0, CI 5, and CT 0x0D.
#[test]
fn a_second_ask_about_an_access_does_not_repeat_it() {
    let script = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\nquestion \"q\" {\n\
                  part \"a\" { ask read 0x3D4 => vpn, tlb, fault, ppn }\n\
                  part \"b\" { ask last => tlb, pa, co, ci, ct, cache; ask last => ppn }\n\
                  ask \"TLB misses\" = tlb.misses }";
    let paper = paper(script, 0);
    let keys = |blanks: &[Blank]| blanks.iter().map(Blank::answer).collect::<Vec<_>>();
    let each: Vec<Vec<String>> = worksheets(&paper.questions[0])
        .iter()
        .map(|(_, blanks)| keys(blanks))
        .collect();
    assert_eq!(each[0], ["0x0F", "miss", "none", "0x0D"]);
    assert_eq!(each[1], ["miss", "0x354", "0x0", "0x5", "0x0D", "miss"]);
    assert_eq!(each[2], ["0x0D"]);
    let text = markdown(&paper, Edition::Key, &Style::default());
    for part in [
        "A byte is read at virtual address 0x03D4.",
        "The same access: a byte is read at virtual address 0x03D4.",
        "TLB misses (1 point): **1**",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // There is only one access, so no sentence describes the state between accesses.
    assert!(!text.contains("previous one left"), "{text}");
}

/// Returns the assumptions that the paper of a question prints, one for each line.
fn assumptions(script: &str) -> String {
    let text = markdown(&paper(script, 0), Edition::Paper, &Style::default());
    let (_, after) = text.split_once("Assumptions").unwrap_or_default();
    let lines = after.lines().skip(1).skip_while(|line| line.is_empty());
    lines
        .take_while(|line| line.starts_with("- "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_paper_prints_the_rules_that_its_answers_rest_on() {
    let process = "process P { | area | start | end | perms | backing |; | data | 601000 | 602000 | rw-p | anonymous | }\n\
                   P: write 0x601040 = 1\n";
    let forked = format!("{process}P: let C = fork()\n");
    let ask = |before: &str, ask: &str| assumptions(&format!("{before}question \"q\" {{ {ask} }}"));
    let copied = ask(
        &forked,
        "C: ask write 0x601040 = 2 => copied; P: ask write 0x601040 = 3 => copied",
    );
    for part in [
        "share the frames of their resident private pages",
        "If other entries still point to the frame, the page is copied",
        "If no other entry does, the kernel reuses the frame",
    ] {
        assert!(copied.contains(part), "{part}: {copied}");
    }
    // The group of fault-around, the start of the heap, and the zero page in a count of resident pages.
    let kernel =
        "machine { virtual 20 bits, physical 16 bits, page 4 KB }\nkernel { zero-page on }\n";
    let of_data = "process P { | area start end perms |; | data 0x10000 0x12000 rw- | }\n";
    let rss = assumptions(&format!(
        "{kernel}{of_data}P: read 0x10000\nquestion \"q\" {{ ask \"RSS\" = P.rss }}"
    ));
    assert!(
        rss.contains("The zero page does not count as a resident page."),
        "{rss}"
    );
    let heap = assumptions(&format!(
        "{kernel}{of_data}question \"q\" {{ P: ask sbrk(4096) => returns }}"
    ));
    assert!(heap.contains("The heap begins at 0x"), "{heap}");
    let cases = [
        // No process has forked, and the kernel has no files.
        (
            ask(process, "P: ask write 0x601040 = 2 => copied"),
            "",
            "fork",
        ),
        (
            ask(process, "P: ask write 0x601040 = 2 => copied"),
            "",
            "file",
        ),
        (
            ask(process, "P: ask read 0x601040 => fault"),
            "demand-zero (the first access",
            "file",
        ),
        (
            ask(&forked, "ask \"Frames\" = frames.used"),
            "share the frames",
            "lowest number",
        ),
        (
            ask(process, "ask \"Major\" = P.faults.major"),
            "major if the kernel reads",
            "class",
        ),
        (
            ask(
                &format!("kernel {{ frames 3, scope local }}\n{process}"),
                "P: ask read 0x601040 => evicted",
            ),
            "selects a victim among the frames of the process",
            "swap slot",
        ),
        (
            ask(
                &format!("kernel {{ frames 3, replacement clock, swap 2 slots }}\n{process}"),
                "P: ask read 0x601040 => evicted, swapped-out",
            ),
            "Clock replacement: loading a page sets its use bit",
            "fork",
        ),
        (
            ask(
                &format!("kernel {{ signals kill }}\n{process}"),
                "P: ask read 0 => signal",
            ),
            "A signal of a page fault ends the process.",
            "classes of page faults",
        ),
        (
            ask(process, "P: ask malloc(24) => returns"),
            "malloc works like that of glibc",
            "mmap chooses",
        ),
        (
            ask(
                process,
                "P: let p = mmap(NULL, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); ask \"p\" = p radix hex",
            ),
            "mmap chooses the highest hole",
            "malloc",
        ),
    ];
    for (text, part, other) in &cases {
        assert!(text.contains(part), "{part}: {text}");
        assert!(!text.contains(other), "{other}: {text}");
    }
}

#[test]
fn assumptions_mention_only_parts_of_the_machine() {
    let machine = |parts: &str| {
        format!("machine {{ virtual 14 bits, physical 12 bits, page 64 B {parts} }}\n")
    };
    let set = "set page_table { | vpn ppn v |; | 0F 0D 1 | }\n";
    let ask = "question \"q\" { ask read 0x3D4 => tlb, fault, ppn, cache, byte, cycles }";
    let process = "process P { | area | start | end | perms | backing |; | data | 1000 | 1080 | rw-p | anonymous | }\n\
                   question \"q\" { ask write 0x1000 = 1 => fault, tlb, ppn, cache, cycles; ask \"Table\" = P.rss }";
    for (parts, tlb, cache) in [
        ("", false, false),
        (", tlb { entries 4, latency 1 }", true, false),
        (
            ", cache { sets 4, ways 1, block 4 B, latency 1 }",
            false,
            true,
        ),
        (
            ", tlb { entries 4, latency 1 }, cache { sets 4, ways 1, block 4 B, latency 1 }",
            true,
            true,
        ),
    ] {
        for script in [
            format!("{}{set}{ask}", machine(parts)),
            format!("{}{process}", machine(parts)),
        ] {
            let text = assumptions(&script);
            assert!(text.contains("Memory is byte-addressable"), "{script}");
            assert_eq!(text.contains("TLB"), tlb, "{script}\n{text}");
            assert_eq!(text.contains("cache"), cache, "{script}\n{text}");
            assert!(!text.contains("swap"), "{script}\n{text}");
        }
    }
}

#[test]
fn a_paper_holds_no_answer_and_its_key_does() {
    let exam = exam(3);
    let (paper, key) = (
        markdown(&exam, Edition::Paper, &Style::default()),
        markdown(&exam, Edition::Key, &Style::default()),
    );
    assert!(paper.contains("| VPN (2 digits) | `0x__` |"), "{paper}");
    assert!(paper.contains("| TLB hit? (Y/N) | `________` |"));
    assert!(
        paper.contains("| Question | 1 | 2 | Total |")
            && paper.contains("| Points | 36 | 14 | 50 |")
    );
    assert!(paper.contains("LRU selects the victim") && paper.contains("byte-addressable"));
    assert!(!paper.contains("**") && !paper.contains("[x]"));
    assert!(key.contains("**512** B") && key.contains("- [x] the low ones"));
    // The blanks after a fault look like the other blanks, and their answer is a dash.
    assert_eq!(paper.matches("| PPN (2 digits) | `0x__` |").count(), 3);
    assert!(key.contains("| PPN (2 digits) | **-** |"));
    let (paper, key) = (json(&exam, Edition::Paper), json(&exam, Edition::Key));
    assert!(
        !paper.contains("\"key\": \"")
            && !paper.contains("rubric")
            && key.contains("\"key\": \"512\"")
    );
    assert!(!paper.contains("correct") && !paper.contains("neighboring"));
    serde_json::from_str::<serde_json::Value>(&paper).expect("JSON");
}

#[test]
fn the_text_of_an_author_is_not_markup() {
    let text = "question \"a | b <script>\" { ask \"x_1 | `y`\" = 1; choice \"*?\" { correct \"<b>\"; wrong \"](\" } }";
    let out = markdown(&paper(text, 0), Edition::Paper, &Style::default());
    assert!(
        out.contains("## 1 a \\| b \\<script\\>")
            && !out.contains("<script>")
            && !out.contains("<b>"),
        "{out}"
    );
}

/// The options of a choice for the textbook's worked access. Address 0x03D4 has VPN 0x0F, VPO 0x14, TLB index
/// 3 and tag 3, PPN 0x0D, physical address 0x354, block offset 0, and cache index 5 and tag 0x0D. An invalid
/// entry with the right tag is stale.
fn options(fact: &str) -> Vec<(String, bool, Option<&'static str>)> {
    let text = format!(
        "machine simple\nset page_table {{ | vpn ppn v |\n| 0F 0D 1 | }}\nset tlb {{ | set | tag ppn v |\n| 3 | 03 22 0 | }}\n\
         question \"q\" {{ choice \"which?\" {{ answers {fact} of read 0x3D4 }} }}"
    );
    let paper = paper(&text, 0);
    let item = paper.questions[0].items().next().expect("a choice");
    let ItemKind::Choice { options, .. } = &item.kind else {
        panic!("{item:?}")
    };
    options
        .iter()
        .map(|option| (option.text.clone(), option.correct, option.mistake))
        .collect()
}

/// The order of words does not show the right one, and counts have three near ones.
#[test]
fn words_and_counts_of_processes_have_wrong_options() {
    let texts = |fact: &str| {
        let text = format!(
            "machine simple\nprocess P {{ | start end perms backing |\n| 1000 1200 rw-p anonymous | }}\n\
             program p \"\"\"\nint main(void) {{ fork(); printf(\"a\\n\"); return 0; }}\n\"\"\"\n\
             question \"q\" {{ choice \"which?\" {{ answers {fact} }} }}"
        );
        let paper = paper(&text, 0);
        let item = paper.questions[0].items().next().expect("a choice");
        let ItemKind::Choice { options, .. } = &item.kind else {
            panic!("{item:?}")
        };
        let right = options
            .iter()
            .filter(|option| option.correct)
            .map(|one| one.text.clone());
        let all: Vec<&str> = options.iter().map(|option| &*option.text).collect();
        (all.join(" "), right.collect::<Vec<_>>().join(" "))
    };
    for (fact, all, right) in [
        ("lines of outputs p", "1 2 3 4", "2"),
        (
            "fault of read 0x1000",
            "demand-zero file none swap",
            "demand-zero",
        ),
        (
            "fault of read 0x3000",
            "demand-zero file none segmentation",
            "segmentation",
        ),
        ("tlb of read 0x1000", "hit miss", "miss"),
        ("minor of sbrk(0)", "0 1 2 3", "0"),
    ] {
        assert_eq!(texts(fact), (all.to_owned(), right.to_owned()), "{fact}");
    }
}

#[test]
fn wrong_options_come_of_real_mistakes() {
    let check = |fact: &str, expected: [(&str, Option<&'static str>); 4]| {
        let expected =
            expected.map(|(text, mistake)| (text.to_owned(), mistake.is_none(), mistake));
        assert_eq!(options(fact), expected, "{fact}");
    };
    let stale = Some("a stale entry used");
    // The wrong options are 0x0D + 0x14, VPN 0x0F followed by 0x14, and PPN 0x22 followed by 0x14.
    check(
        "pa",
        [
            ("0x021", Some("the PPN not shifted")),
            ("0x354", None),
            ("0x3D4", Some("the VPN used as the PPN")),
            ("0x894", stale),
        ],
    );
    check(
        "ppn",
        [
            ("0x0C", Some("a bit misread")),
            ("0x0D", None),
            ("0x0F", Some("the VPN used as the PPN")),
            ("0x22", stale),
        ],
    );
    // Option 0x0 is the lowest two bits of 0x14. Tag and index are the same, so no option swaps them.
    check(
        "tlbi",
        [
            ("0x0", Some("VPN and VPO swapped")),
            ("0x1", Some("a bit misread")),
            ("0x2", Some("a bit misread")),
            ("0x3", None),
        ],
    );
    // Address 0x021 has tag 0, and address 0x3D4 has tag 0x0F. The index is 5.
    check(
        "ct",
        [
            ("0x00", Some("the PPN not shifted")),
            ("0x05", Some("cache tag and cache index swapped")),
            ("0x0D", None),
            ("0x0F", Some("the VPN used as the PPN")),
        ],
    );
}

#[test]
fn page_tables_are_drawn_as_a_tree() {
    // VPNs are split into 2, 2, and 4 bits: 0x0F is 00 00 1111, 0x10 is 00 01 0000, and 0x5F is 01 01 1111.
    let paper = paper(
        "machine { virtual 12 bits; physical 12 bits; page 16 B; page_table { bits 2 2 4 } }\n\
         set page_table { | vpn ppn v |\n| 5F 0D 1 |\n| 0F 21 1 |\n| 10 - 0 | }\n\
         question \"q\" { figure tables; ask \"x\" = 1 }",
        0,
    );
    let text = markdown(&paper, Edition::Paper, &Style::default());
    let tree = "page tables: level 1
├─ 0x0 → level 2
│  ├─ 0x0 → level 3
│  │  └─ 0xF → PPN 0x21 (VPN 0x0F)
│  └─ 0x1 → level 3
│     └─ 0x0 → not present (VPN 0x10)
└─ 0x1 → level 2
   └─ 0x1 → level 3
      └─ 0xF → PPN 0x0D (VPN 0x5F)";
    assert!(text.contains(tree), "{text}");
}

#[test]
fn solutions_show_the_way() {
    let paper = paper(
        "machine simple\nset page_table { | vpn ppn v |\n| 0F 0D 1 | }\n\
         question \"q\" { ask read 0x3D4 => vpn, ppn, ct points 3; ask \"size\" = machine.flat_page_table_bytes / 8 unit B;\n\
         ask x in 0..0x400 where read x => fault none\nchoice \"which?\" { answers vpn of read 0x3D4 } }",
        0,
    );
    let text = markdown(&paper, Edition::Solutions, &Style::default());
    // In the textbook's figure 9.20, bits 13 to 6 of the virtual address are the VPN, 0x0F.
    for said in [
        "0b00\\_0011\\_1101\\_0100",
        "VPN is 0b0000_1111, bits 13–6 of the virtual address 0x03D4",
        "fetches the page-table entry for VPN 0x0F",
        "CI 0x5, CT 0x0D: miss",
        "size of a one-level page table",
        "For example 0x3C0",
        "VPN and VPO swapped",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    let key = markdown(&paper, Edition::Key, &Style::default());
    assert!(!key.contains("CI 0x5"), "{key}");
}

#[test]
fn the_solution_of_a_value_is_its_formula_with_numbers() {
    let solved = |ask: &str| {
        let script = format!(
            "let h = 9 / 10; let t = 10; let m = 60; let less = -2; question \"q\" {{ ask {ask} }}"
        );
        let text = markdown(&paper(&script, 0), Edition::Solutions, &Style::default());
        text.lines()
            .find(|line| line.contains(" = ") || line.contains(" is "))
            .map(|line| line.replace('\\', ""))
    };
    for (ask, solution) in [
        (
            "\"EAT\" = h * (t + m) + (1 - h) * (t + 2 * m)",
            "9 / 10 = 0.9; 0.9 × (10 + 60) + (1 − 0.9) × (10 + 2 × 60) = 0.9 × 70 + 0.1 × 130 = 76",
        ),
        (
            "\"pages\" = ceil(m / t) + less",
            "⌈60 / 10⌉ + (-2) = 6 + (-2) = 4",
        ),
        ("\"fits?\" = t + m <= 64", "10 + 60 ≤ 64 is false"),
        (
            "\"bits\" = (t + m) << 2 radix hex",
            "(10 + 60) << 2 = 0x46 << 2 = 0x118",
        ),
    ] {
        assert_eq!(solved(ask).as_deref(), Some(solution));
    }
    assert_eq!(solved("\"t\" = t"), None);
    assert_eq!(solved("\"sum\" = 3 + 4").as_deref(), Some("3 + 4 = 7"));
}

/// After a fork, both processes map every page read-only in its old frame. A store gives the storing process a separate
/// frame (Computer Systems, figure 9.30).
#[test]
fn frames_are_shared_after_a_fork_until_one_stores() {
    let paper = paper(
        "machine { virtual 16 bits; physical 16 bits; page 256 B; page_table { bits 4 4 } }\nkernel { frames 16 }\nprocess P1\n\
         P1: let p = mmap(0x8000, 512, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0)\n\
         P1: write p = 1\nP1: write p + 256 = 2\nlet P2 = fork()\nP1: write p + 256 = 3\n\
         question \"q\" { figure frames P1 P2; ask \"x\" = 1 }",
        0,
    );
    let text = markdown(&paper, Edition::Paper, &Style::default());
    let has = |words: &str| {
        text.lines().any(|line| {
            let drawn = line.replace(|c: char| !c.is_ascii() || c == '*', " ");
            drawn.split_whitespace().collect::<Vec<_>>().join(" ") == words
        })
    };
    assert!(
        has("0x80, copy-on-write 0x00 refs 2 0x80, copy-on-write"),
        "{text}"
    );
    assert!(has("0x81, R/W 0x01 refs 1 0x81, copy-on-write"), "{text}");
    assert!(has("0x02 refs 1"), "{text}");
}

/// Two figures of the same objects in a row are before and after. On a paper, a mapping has no arrows, frame numbers, or
/// states, but as many places as pages.
#[test]
fn figures_in_a_row_are_before_and_after() {
    let paper = |body: &str| {
        let text = format!(
            "machine simple\nfile \"f\" {{ size 128, pages 1 }}\nprocess P1\nprocess P2\n\
             P1: let p = mmap(0x1000, 128, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED, open(\"f\", O_RDONLY), 0)\n\
             P2: let q = mmap(0x2000, 128, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED, open(\"f\", O_RDONLY), 0)\n\
             P1: read p\nP2: read q\nquestion \"Q\" {{ {body}; ask \"x\" = 1 }}"
        );
        paper(&text, 0)
    };
    let titles = |body: &str| {
        let text = markdown(&paper(body), Edition::Paper, &Style::default());
        let titles = text
            .lines()
            .filter(|line| line.contains("mapping of") || line.contains("pages and frames"));
        titles.map(str::to_owned).collect::<Vec<_>>()
    };
    let mapping = "figure mapping P1 P2 \"f\"";
    assert_eq!(
        titles(&format!("{mapping}; P2: write q = 1; {mapping}; {mapping}")),
        [
            "before: mapping of \"f\"",
            "after: mapping of \"f\"",
            "mapping of \"f\""
        ]
    );
    assert_eq!(
        titles("figure frames P1; figure frames P1 P2; P2: write q = 1; figure frames P1 P2"),
        [
            "pages and frames",
            "before: pages and frames",
            "after: pages and frames"
        ]
    );
    assert_eq!(
        titles(&format!("{mapping}; text \"Then P2 stores.\"; {mapping}")),
        ["mapping of \"f\""; 2]
    );
    let edition = |edition| {
        markdown(
            &paper(&format!("P2: write q = 1; {mapping}")),
            edition,
            &Style::default(),
        )
    };
    let (paper, key) = (edition(Edition::Paper), edition(Edition::Key));
    for answer in [
        "▶",
        "◀",
        "0x00 ",
        "0x01 ",
        "refs",
        "page cache",
        "copy of page 0",
        "copy-on-write",
        "not resident",
    ] {
        assert!(
            key.contains(answer) && !paper.contains(answer),
            "{answer}: {key}{paper}"
        );
    }
    // The places for frames are the boxes without a text.
    assert_eq!(
        paper.matches("│                     │").count(),
        2 * 4,
        "{paper}"
    );
}

#[test]
fn a_paper_counts_frames_in_the_grammatical_number() {
    for (frames, said) in [
        (1, "There is 1 frame for user pages."),
        (2, "There are 2 frames for user pages."),
    ] {
        let text = format!(
            "machine simple\nkernel {{ frames {frames} }}\nprocess P1 {{ | area | start | end | perms | backing |\n\
             | heap | 1000 | 1200 | rw-p | anonymous | }}\nquestion \"Q\" points 1 {{ ask read 0x1000 => fault }}\n"
        );
        let out = markdown(&paper(&text, 0), Edition::Paper, &Style::default());
        assert!(out.contains(said), "{out}");
    }
}

#[test]
fn a_prompt_says_everything_that_the_key_depends_on() {
    let machine = "machine { virtual 14 bits, physical 12 bits, page 64, cores 2 }\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\n";
    let asks = "ask translate 0x3C5 => fault; ask translate 0x3C5 for write => fault; ask translate 0x3C5 for execute => fault; \
                ask translate 0x3C5 by supervisor => fault; ask read 0x3C5 size 4 => pa; ask write 0x3C5 = 7 => pa; \
                ask probe read 0x3C5 => pa; core 1; ask read 0x3C5 => pa";
    let paper = paper(&format!("{machine}question \"q\" {{ {asks} }}\n"), 0);
    let prompts: Vec<String> = json_value(&paper, Edition::Paper)["questions"][0]["body"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["prompt"].as_str().expect("a prompt").to_owned())
        .collect();
    assert_eq!(
        prompts,
        [
            "Translate the virtual address 0x03C5 on core 0.",
            "Translate the virtual address 0x03C5 for a store on core 0.",
            "Translate the virtual address 0x03C5 for an instruction fetch on core 0.",
            "Translate the virtual address 0x03C5 in supervisor mode on core 0.",
            "4 bytes are read at virtual address 0x03C5 on core 0.",
            "The byte 0x07 is written at virtual address 0x03C5 on core 0.",
            "Suppose that a byte is read at virtual address 0x03C5 on core 0.",
            "A byte is read at virtual address 0x03C5 on core 1.",
        ]
    );
    let style = Style::default();
    for text in [
        markdown(&paper, Edition::Paper, &style),
        typst(&paper, Edition::Paper, &style),
        latex(&paper, Edition::Paper, &style).expect("a paper"),
        html(&paper, Edition::Paper, &style),
    ] {
        // Accesses that ask for the same fact share a table, except the hypothetical access.
        for row in [
            "Translation of 0x03C5 on core 0",
            "Translation of 0x03C5 for a store on core 0",
            "Load of 4 bytes from 0x03C5 on core 0",
            "Store of 0x07 to 0x03C5 on core 0",
            "Suppose that a byte is read at virtual address 0x03C5 on core 0.",
        ] {
            assert!(
                text.replace(['\u{a0}', '~'], " ").contains(row),
                "{row}: {text}"
            );
        }
        assert!(!text.contains("translate 0x"), "{text}");
    }
}

#[test]
fn a_reference_string_is_printed_with_its_settings() {
    let string =
        "reference 0 1 2 3 0 { frames 3, replacement nru, writes [3], tick 2, holding [7] }";
    let paper = paper(
        &format!("question \"q\" {{ ask {string} => faults; ask reference columns hit }}"),
        0,
    );
    let text = markdown(&paper, Edition::Paper, &Style::default());
    let prompt = "A process references these pages in order: 0, 1, 2, 3, 0. There are 3 frames, and the replacement policy is NRU. \
                  Every reference to page 3 is a store. The clock ticks after every 2 references. At the start, a frame \
                  holds page 7.";
    assert_eq!(text.matches(prompt).count(), 2, "{text}");
    assert!(
        text.contains("Within a class, it evicts the page in the lowest-numbered frame."),
        "{text}"
    );
    // The grid shows the latest reference string, even if other statements follow the string.
    let machine = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\n";
    let script = format!(
        "{machine}reference 1 2 {{ frames 2 }}\nquestion \"q\" {{ read 0x3C0; ask reference columns hit }}"
    );
    let text = markdown(&self::paper(&script, 0), Edition::Paper, &Style::default());
    assert!(
        text.contains("A process references these pages in order: 1, 2."),
        "{text}"
    );
}

#[test]
fn addresses_and_stores_are_printed() {
    let string =
        "reference 0x0FF 0x100 0x3D4 { page 256 B, frames 2, replacement fifo, stores 2 3 }";
    let script = format!(
        "question \"q\" {{ ask {string} => faults, disk_writes; ask reference columns page hit }}"
    );
    let paper = paper(&script, 0);
    let text = markdown(&paper, Edition::Paper, &Style::default());
    let prompt = "Each page contains 256 bytes. A process references these byte addresses in order: 0x0FF, 0x100 (write), 0x3D4 (write). There \
                  are 2 frames, and the replacement policy is FIFO. A reference marked (write) modifies its page.";
    assert_eq!(text.matches(prompt).count(), 2, "{text}");
    assert!(
        text.contains("only if it was modified since it was read."),
        "{text}"
    );
    // The students compute the page numbers 0, 1, and 3. The victim is page 0, which is clean.
    let key = markdown(&paper, Edition::Key, &Style::default());
    let pages = |text: &str| -> Vec<String> {
        let rows = text
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>());
        rows.filter(|row| row.len() == 5 && row[1].starts_with("0x"))
            .map(|row| row[2..4].join(" "))
            .collect()
    };
    assert_eq!(pages(&key), ["0 N", "1 Y", "3 Y"], "{key}");
    assert_eq!(pages(&text), ["____ N", "____ Y", "____ Y"], "{text}");
    let one = self::paper(
        "question \"q\" { ask reference 1 2 { frames 1, stores 1 } => disk_writes }",
        0,
    );
    let text = markdown(&one, Edition::Paper, &Style::default());
    assert!(text.contains("pages in order: 1 (write), 2."), "{text}");
    let key = markdown(&one, Edition::Key, &Style::default());
    assert!(
        key.contains("Pages written to disk") && !text.contains("holds"),
        "{key}"
    );
}

#[test]
fn ticks_and_bits_are_printed() {
    let print = |settings: &str, asked: &str| {
        let script = format!(
            "question \"q\" {{ ask reference 1 2 3 {{ frames 2, {settings} }} => {asked} }}"
        );
        markdown(&paper(&script, 0), Edition::Paper, &Style::default())
    };
    let text = print("replacement clock, ticks 1 3, stores 3", "faults");
    assert!(
        text.contains("in order: 1 (tick), 2, 3 (write, tick)."),
        "{text}"
    );
    assert!(
        text.contains("The clock ticks after each reference marked (tick)."),
        "{text}"
    );
    assert!(
        text.contains("A clock tick clears the use bits of all pages."),
        "{text}"
    );
    assert!(
        text.contains("stays there until all frames are full"),
        "{text}"
    );
    assert!(
        !text.contains("on disk"),
        "only if a question asks about the disk: {text}"
    );
    assert!(print("replacement clock, stores 3", "disk_reads").contains("on disk"));
    let text = print("replacement aging, tick 1", "faults");
    assert!(
        text.contains("The clock ticks after every reference.")
            && !text.contains("use bits of all"),
        "{text}"
    );
    // The lookahead begins with the reference after the current reference.
    let text = print("replacement optimal lookahead 2", "rate");
    let policy = "There are 2 frames, and the system uses the optimal replacement policy with a lookahead of 2 references \
                  after the current one.";
    assert!(
        text.contains(policy) && text.contains("Page-fault rate"),
        "{text}"
    );
    assert!(
        text.contains("not among the known references") && !text.contains("never used again"),
        "{text}"
    );
    // The victim among pages that are never used again does not change the number of faults.
    for (fact, is_needed) in [("faults", false), ("resident", true)] {
        let text = print("replacement optimal", fact);
        assert!(
            text.contains("the system uses the optimal replacement policy.\n")
                && text.contains("never used") == is_needed,
            "{text}"
        );
    }
    let text = print("replacement third-chance", "faults");
    assert!(
        text.contains("the replacement policy is enhanced second chance."),
        "{text}"
    );
    assert!(
        text.contains("The second round looks for a page with only the modified bit set"),
        "{text}"
    );
    let grid = "question \"q\" { reference 1 2 { frames 2, replacement clock }; ask reference columns hit use modified }";
    let text = markdown(&paper(grid, 0), Edition::Paper, &Style::default());
    for head in [
        "Hit (Y/N)",
        "Use bits (frame 0 first)",
        "Modified bits (frame 0 first)",
    ] {
        assert!(text.contains(head), "{head}: {text}");
    }
    assert!(
        !text.contains("on disk") && !text.contains("Write (Y/N)"),
        "{text}"
    );
}

#[test]
fn a_table_of_initial_pages_is_printed() {
    let ask = |columns: &str, row: &str| {
        let string =
            format!("reference 4 {{ frames 1, replacement nru\n| {columns} |\n| {row} |\n}}");
        let paper = paper(&format!("question \"q\" {{ ask {string} => faults }}"), 0);
        markdown(&paper, Edition::Paper, &Style::default())
    };
    let text = ask("page loaded used R M", "7 126 280 1 0");
    let start = "At the start, the frames hold page 7 (loaded at time 126, last used at time 280, R = 1, M = 0).";
    assert!(
        text.contains(&format!(
            "A process references page 4. There is one frame. {start}"
        )),
        "{text}"
    );
    assert!(
        text.contains("in the order of their loading times"),
        "{text}"
    );
    assert!(
        !text.contains("Their use bits are clear") && !text.contains("All frames are empty"),
        "{text}"
    );
    // The paper prints exactly the columns that the table has.
    let parts = [
        ("loaded", "(loaded at time 1)"),
        ("used", "(last used at time 1)"),
        ("R", "(R = 1)"),
        ("M", "(M = 1)"),
    ];
    for (column, own) in parts {
        let text = ask(&format!("page {column}"), "7 1");
        for (other, words) in parts {
            assert_eq!(
                text.contains(words),
                other == column,
                "{own} {words} {text}"
            );
        }
    }
    let order = "question \"q\" { reference 1 2 { frames 2 }; ask reference columns order }";
    let text = markdown(&paper(order, 0), Edition::Paper, &Style::default());
    assert!(text.contains("The first page is the next victim"), "{text}");
}

#[test]
fn conditions_are_printed_as_prose_or_not_at_all() {
    let machine = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\n";
    let printed = |ask: &str| {
        let paper = paper(&format!("{machine}question \"q\" {{ {ask} }}\n"), 0);
        let text = markdown(&paper, Edition::Paper, &Style::default());
        text.lines()
            .find(|line| line.ends_with("(hex)"))
            .map(str::to_owned)
            .unwrap_or_default()
    };
    let any = printed("ask x in 0..0x400 where read x => fault page, tlb miss");
    assert!(any.starts_with("Give a value for x from 0 to 0x3FF such that a read of virtual address x results in a page fault and a TLB miss"), "{any}");
    let hidden = printed("ask m in [5, 6, 7] where m in [7]");
    assert!(
        hidden.starts_with("Give a value for m among 5, 6, and 7"),
        "{hidden}"
    );
    assert!(
        !hidden.contains("where") && !hidden.contains("[7]"),
        "{hidden}"
    );
    let script = "question \"q\" { ask m in [5, 6, 7] where m in [7] }";
    let among = |edition| {
        json_value(&paper(script, 0), edition)["questions"][0]["body"][0]["among"].clone()
    };
    assert_eq!(among(Edition::Paper), "m in [5, 6, 7]");
    assert_eq!(among(Edition::Key), "m in [5, 6, 7] where m in [7]");
    let own = printed("ask m in [5, 6, 7] as \"the odd prime above 5\" where m in [7]");
    assert!(own.starts_with("the odd prime above 5"), "{own}");
}

#[test]
fn an_author_may_word_the_prompt() {
    let machine = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\n";
    let asks = "let va = 0x3C5; ask read va as \"\"\"A program loads from {hex(va)}.\"\"\" => vpn, ppn points 2; \
                ask tlb columns tag v as \"Draw the TLB.\"; ask translate va => vpn as \"Which page?\"; let as = 2; ask read as => vpn";
    let text = markdown(
        &paper(&format!("{machine}question \"q\" {{ {asks} }}\n"), 0),
        Edition::Paper,
        &Style::default(),
    );
    for prompt in [
        "A program loads from 0x3C5.",
        "Draw the TLB.",
        "Which page?",
        "Load from 0x0002",
    ] {
        assert!(text.contains(prompt), "{prompt}: {text}");
    }
}

#[test]
fn the_format_of_a_blank_depends_on_its_fact_and_not_on_its_value() {
    let script = "machine core-i7\nkernel { frames 1, swap 8 slots }\nprocess P1\nlet p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, \
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\nquestion \"q\" { ask write p = 1 => evicted, L1d.victim; \
                  ask write p + 4096 = 1 => evicted, L1d.victim; ask sbrk(0) => returns; ask munmap(1, 4096) => returns; ask munmap(p, 4096) => returns }";
    let paper = paper(script, 0);
    let hows: Vec<(String, String)> = json_value(&paper, Edition::Key)["questions"][0]["body"]
        .as_array()
        .expect("items")
        .iter()
        .flat_map(|item| item["blanks"].as_array().expect("blanks"))
        .map(|blank| {
            (
                blank["how"].as_str().expect("a format").to_owned(),
                blank["key"].as_str().expect("a key").to_owned(),
            )
        })
        .collect();
    let hows: Vec<(&str, &str)> = hows.iter().map(|(how, key)| (&**how, &**key)).collect();
    let page = ("hex, 9 digits", "0x7FFFF7FFD");
    let tag = "hex, 10 digits";
    assert_eq!(hows[0], ("hex, 9 digits", "-"));
    assert_eq!(hows[1], (tag, "-"));
    assert_eq!(hows[2], page);
    assert_eq!(hows[3].0, tag);
    assert_eq!(hows[4], ("hex, 12 digits", "0x555555559000"));
    assert_eq!(hows[5], ("decimal", "-1"));
    assert_eq!(hows[6], ("decimal", "0"));
}

#[test]
fn a_documented_column_can_be_asked_even_if_every_entry_has_the_default() {
    let table = |script: &str| {
        let text = markdown(&paper(script, 0), Edition::Key, &Style::default());
        text.split_once("```text\n")
            .expect("a table")
            .1
            .split_once("```")
            .expect("its end")
            .0
            .to_owned()
    };
    let entries = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 |; | 10 0E 1 | }\n";
    assert_eq!(
        table(&format!(
            "{entries}question \"q\" {{ ask page_table columns rw us }}"
        )),
        "Page table\nVPN R/W U/S\n───────────\n 0F   1   1\n 10   1   1\n"
    );
    // Each way of a set has an `rw` column.
    let ways = table(&format!(
        "{entries}read 0x3C0\nquestion \"q\" {{ ask tlb columns tag rw }}"
    ));
    let last: Vec<&str> = ways
        .lines()
        .last()
        .expect("a set")
        .split_whitespace()
        .collect();
    assert_eq!(last.join(" "), "3 │ 03 1 │ - - │ - - │ - -", "{ways}");
    let process = "machine core-i7\nkernel\nprocess P\nlet p = sbrk(4096)\nwrite p = 1\nquestion \"q\" { ask P.page_table columns rw d }";
    assert!(
        table(process).contains("555555559 1   1"),
        "{}",
        table(process)
    );
}

#[test]
fn the_paper_shows_which_entry_of_a_full_set_is_the_oldest() {
    let machine = "machine { virtual 14 bits, physical 12 bits, page 64, tlb { sets 1, ways 2 } }\n\
                   set page_table { | vpn ppn |; | 00 01 |; | 01 02 |; | 02 03 | }\n\
                   set tlb { | set | tag ppn v | tag ppn v |; | 0 | 00 01 1 | 01 02 1 | }\n";
    let question = |before: &str| {
        let paper = paper(
            &format!("{machine}question \"q\" {{ {before} ask read 0x80 => tlb.victim }}"),
            0,
        );
        markdown(&paper, Edition::Key, &Style::default())
    };
    let given = question("");
    assert!(
        given.contains("In the TLB, way 0 (the leftmost) was used least recently"),
        "{given}"
    );
    assert!(
        given.contains("| Tag of the TLB victim (hex, 2 digits) | **0x00** |"),
        "{given}"
    );
    // If the question uses way 0 first, the TLB evicts the entry in way 1.
    let used = question("read 0x00;");
    assert!(
        used.contains("From the least to the most recently used, its ways are 1, 0."),
        "{used}"
    );
    assert!(used.contains("**0x01**"), "{used}");
}

#[test]
fn points_are_printed_as_numbers_of_a_paper() {
    let script = "question \"q\" { ask \"a\" = 1 points 1/2; ask \"b\" = 2 points 5/3; ask \"e\" = 3 points 1/8; ask \"w\" = 3 points 4.125; choice \"Which is a miss\" { correct \"x\"; wrong \"y\" } }";
    let text = markdown(&paper(script, 0), Edition::Paper, &Style::default());
    assert!(
        text.contains("a (0.5 points)")
            && text.contains("b (1 2/3 points)")
            && text.contains("e (1/8 points)")
            && text.contains("w (4 1/8 points)"),
        "{text}"
    );
    assert!(text.contains("Which is a miss. Tick one."), "{text}");
}

#[test]
fn a_condition_that_is_not_printed_causes_a_warning() {
    let warnings = |ask: &str| {
        let machine = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\n";
        let script = format!("{machine}question \"q\" {{ {ask} }}\n");
        CheckedScript::from_text("q.pw", &script, &mut ())
            .warnings
            .len()
    };
    assert_eq!(warnings("ask x in 0..0x400 where read x => fault page"), 0);
    assert_eq!(
        warnings("ask x in 0..0x400 where x % 4 == 0 where read x => fault page"),
        1
    );
    assert_eq!(warnings("ask x in 0..0x400 where read x => tlb not hit"), 1);
    assert_eq!(
        warnings("ask x in 0..0x400 as \"an aligned address\" where x % 4 == 0"),
        0
    );
}

#[test]
fn an_author_writes_a_table_with_cells_to_fill_in() {
    let script = "let n = 3; question \"q\" { table \"Sizes\" points 4 { columns \"\"\"n = {n}\"\"\" \"hex\" radix hex digits 3 \"yes?\"; \
                  row 4 KB ? = n * 5 true; row (-1) 255 ? = n > 4 } }";
    let paper = paper(script, 0);
    let sheet = markdown(&paper, Edition::Paper, &Style::default());
    let key = markdown(&paper, Edition::Key, &Style::default());
    for (text, row) in [
        (&sheet, "4 KB "),
        (&key, "4 KB "),
        (&sheet, "-1 "),
        (&sheet, "0x0FF"),
        (&key, "0x00F"),
    ] {
        assert!(text.contains(row), "{row}: {text}");
    }
    assert!(
        sheet.contains("n = 3") && sheet.contains("hex (hex)") && !sheet.contains("0x00F"),
        "{sheet}"
    );
    assert!(
        sheet.contains("yes? (Y/N)")
            && key
                .lines()
                .any(|line| line.split_whitespace().eq(["-1", "0x0FF", "N"])),
        "{key}"
    );
    let names: Vec<String> = pagewalk_script::exam::field::fields(&paper)
        .into_iter()
        .map(|field| field.name)
        .collect();
    assert_eq!(names, ["1.1.2", "1.2.3"]);
    // Keywords such as `table` and `columns` remain usable as names.
    let named =
        "def table(row) { show row }\nlet columns = 2\nlet option = columns\ntable(option)\n";
    assert_eq!(
        CheckedScript::from_text("names.pw", named, &mut ()).diagnostics,
        []
    );
}

#[test]
fn the_conditions_of_an_option_leave_no_trace() {
    let script = "kernel { }\nprocess P1\nlet start = sbrk(0)\nquestion \"q\" { \
                  choice \"break\" { option \"it moves\" where P1: sbrk(64) => returns not 0; wrong \"x\" }; \
                  ask \"moved by\" = sbrk(0) - start }";
    let key = markdown(&paper(script, 0), Edition::Key, &Style::default());
    assert!(
        key.contains("- [x] it moves") && key.contains("**0**"),
        "{key}"
    );
}

#[test]
fn a_counter_of_a_cache_prints_the_rules_of_the_cache() {
    let of = |settings: &str| {
        assumptions(&format!(
            "machine {{ physical 16 bits, cache {{ lines 2, block 16 B, {settings} }} }}\n\
             question \"Q\" {{\n  for a in [0, 16, 0, 32, 0] {{ read a }}\n  ask \"Misses\" = cache.misses\n}}"
        ))
    };
    let (lru, fifo) = (
        of("fully-associative, policy lru"),
        of("fully-associative, policy fifo"),
    );
    assert!(lru.contains("LRU selects the victim"), "{lru}");
    assert!(fifo.contains("FIFO selects the victim"), "{fifo}");
    let stores = of("no-write-allocate, write-through");
    assert!(
        stores.contains("write-through and no-write-allocate"),
        "{stores}"
    );
}

#[test]
fn a_value_computed_from_the_size_of_an_entry_prints_the_size() {
    let of = |size: &str, given: &str| {
        assumptions(&format!(
            "question \"Q\" {{\n  machine {{ virtual 43 bits, physical 34 bits, page 4 KB, pte {size} }}\n  {given}\n  \
             ask \"Size\" = machine.flat_page_table_bytes\n}}"
        ))
    };
    assert!(of("4 B", "given machine").contains("A page-table entry has 4 bytes."));
    assert!(of("8 B", "").contains("A page-table entry has 8 bytes."));
    assert_eq!(of("4 B", "text \"Each entry has four bytes.\""), "");
    assert!(of("4 B", "text \"A block has 4 bytes.\"").contains("has 4 bytes"));
    // The declaration already states a size other than the default size.
    assert_eq!(of("8 B", "given machine"), "");
}

#[test]
fn raw_entries_have_the_positions_of_their_fields() {
    let text = assumptions(
        "machine { virtual 16 bits, physical 20 bits, page 4 KB, pte 4 B }\n\
         set page_table { | vpn pte |; | 1 00005007 |; | 3 00007001 | }\n\
         question \"Q\" {\n  given machine, page_table columns vpn pte\n  \
         for va in [0x1234, 0x3234] { ask write va = 1 => ppn, fault }\n}",
    );
    // A format of 4 bytes has the bits of the Intel SDM in the low 9 bits, and the PPN from bit 12 on.
    for part in [
        "A page-table entry has 4 bytes: P is bit 0, R/W is bit 1, U/S is bit 2, and the PPN is bits 12 to 19.",
        "These accesses cause page faults: an access in user mode if U/S is 0, and a store if R/W is 0.",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_walk_through_memory_prints_the_address_of_the_first_table() {
    let of = |given: &str| {
        assumptions(&format!(
            "machine {{ virtual 8 bits, physical 10 bits, page 16 B, page_table {{ levels 2, bits 2 2, pte 2 B }} }}\n\
             set cr3 = 0x100\nset pte 1 0x102 {{ ppn 0x12, p 1 }}\nset pte 2 0x124 {{ ppn 0x3F, p 1 }}\n\
             question \"Q\" {{\n  {given}\n  ask read 0x65 => pte1.address, pa, fault\n}}"
        ))
    };
    let sentence = "The level-1 page table is at physical address 0x100.";
    assert!(of("given machine, memory").contains(sentence));
    assert!(!of("given memory\n  text \"CR3 is 0x0100.\"").contains(sentence));
}

#[test]
fn permissions_of_a_given_page_table_are_explained() {
    let of = |columns: &str, row: &str, by: &str| {
        assumptions(&format!(
            "machine {{ virtual 16 bits, physical 16 bits, page 256 B }}\n\
             set page_table {{ | vpn ppn v {columns} |; | 1 5 1 {row} | }}\n\
             question \"Q\" {{\n  given machine, page_table\n  ask translate 0x110 for write {by} => fault\n}}"
        ))
    };
    let both = of("us rw", "0 1", "");
    for part in [
        "Accesses are in user mode unless stated otherwise.",
        "an access in user mode if U/S is 0, and a store if R/W is 0.",
        "In supervisor mode, R/W also applies.",
    ] {
        assert!(both.contains(part), "{part}: {both}");
    }
    let writes = of("rw", "1", "");
    assert!(
        writes.contains("These accesses cause page faults: a store if R/W is 0.")
            && !writes.contains("user mode"),
        "{writes}"
    );
    assert!(!of("", "", "").contains("U/S"));
    assert!(of("", "", "by supervisor").contains("U/S"));
}

#[test]
fn several_cores_have_tlbs_and_caches_of_their_own() {
    let of = |other: u32| {
        assumptions(&format!(
            "machine {{ physical 16 bits, cores 2, cache L1 {{ lines 2, block 16 B }}, cache L2 {{ lines 8, block 16 B, shared }} }}\n\
             question \"Q\" {{\n  given machine\n  ask write 0 = 1 => L1, L2\n  core {other}\n  ask read 0 => L1, L2\n}}"
        ))
    };
    let text = of(1);
    for part in [
        "Each core has its own L1. All cores share L2.",
        "A store on one core invalidates the copies in the caches of the other cores.",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!of(0).contains("core"));
}
