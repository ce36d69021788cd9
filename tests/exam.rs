//! Papers and keys: the key of the worked exam against the textbook's formulas, and the contents of a paper.

use std::path::Path;

use pagewalk_script::exam::formats::{Edition, Style, json, markdown};
use pagewalk_script::exam::paper::{Paper, PaperItem, Question};
use pagewalk_script::questions::entry::{Blank, ItemKind};
use pagewalk_script::run::record::Did;

use crate::running::paper;
use crate::textbook::{CACHE, PAGE_TABLE, TLB};

const EXAM: &str = "examples/exams/address-translation.pw";

fn exam(seed: u64) -> Paper {
    paper(&std::fs::read_to_string(Path::new(EXAM)).expect("the exam"), seed)
}

/// The worksheet by the textbook's formulas: 6 bits of offset, 2 of TLB index; 2 of block offset, 4 of cache index.
fn by_hand(va: u64) -> Vec<(&'static str, String)> {
    let (vpn, vpo) = (va / 64, va % 64);
    let (tlbi, tlbt) = (vpn % 4, vpn / 4);
    let in_tlb = TLB.iter().find(|entry| (entry.0, entry.1) == (tlbi, tlbt)).map(|entry| entry.2);
    let in_table = PAGE_TABLE.iter().find(|entry| entry.0 == vpn).map(|entry| entry.1);
    let ppn = in_tlb.or(in_table);
    let pa = ppn.map(|ppn| ppn * 64 + vpo);
    let line = pa.and_then(|pa| CACHE.iter().find(|line| (line.0, line.1) == (pa / 4 % 16, pa / 64)));
    let hex = |n: Option<u64>, digits: usize| n.map_or("-".to_owned(), |n| format!("0x{n:0digits$X}"));
    let word = |yes: bool, one: &str, other: &str| if yes { one } else { other }.to_owned();
    let cache = if pa.is_none() { "none".to_owned() } else { word(line.is_some(), "hit", "miss") };
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

/// The operations of a question that have blanks: the blanks and the address.
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
            let key: Vec<(&str, String)> =
                blanks.iter().map(|blank| (&*blank.fact, blank.answer())).collect();
            assert_eq!(key, by_hand(va), "seed {seed}, address {va:#x}");
            addresses.insert(va);
        }
    }
    assert!(addresses.len() > 40, "only {} addresses were asked", addresses.len());
}

#[test]
fn points_add_up() {
    let exam = exam(1);
    let points: Vec<String> = exam.questions.iter().map(|question| question.points.to_string()).collect();
    assert_eq!(
        (points, exam.points().to_string()),
        (vec!["36".to_owned(), "14".to_owned()], "50".to_owned())
    );
    let shared = "question \"q\" points 10 { ask \"a\" = 1 points 4; ask \"b\" = 1; part \"p\" { ask \"c\" = 1; ask \"d\" = 1 } }";
    let shared = paper(shared, 0);
    let each: Vec<String> = shared.questions[0].items().map(|item| item.points.to_string()).collect();
    // 6 points remain for two blanks, 3 each, and the part's 3 for two, 1.5 each.
    assert_eq!(each, ["4", "3", "1.5", "1.5"]);
}

#[test]
fn state_carries_from_one_ask_to_the_next_and_a_probe_leaves_none() {
    let machine = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\n";
    let key = |asks: &str| {
        let paper = paper(&format!("{machine}question \"q\" {{ {asks} }}\nexpect tlb.hits == 0"), 0);
        let sheets = worksheets(&paper.questions[0]);
        sheets.iter().map(|(_, blanks)| blanks[0].answer()).collect::<Vec<_>>()
    };
    assert_eq!(key("ask read 0x3D4 => tlb; ask read 0x3D4 => tlb"), ["miss", "hit"]);
    assert_eq!(key("ask probe read 0x3D4 => tlb; ask read 0x3D4 => tlb"), ["miss", "miss"]);
}

#[test]
fn a_paper_holds_no_answer_and_its_key_does() {
    let exam = exam(3);
    let (paper, key) = (
        markdown(&exam, Edition::Paper, &Style::default()),
        markdown(&exam, Edition::Key, &Style::default()),
    );
    assert!(paper.contains("| VPN (hex, 2 digits) | `0x__` |"), "{paper}");
    assert!(paper.contains("| TLB hit? (Y/N) | `________` |"));
    assert!(paper.contains("| Question | 1 | 2 | Total |") && paper.contains("| Points | 36 | 14 | 50 |"));
    assert!(paper.contains("lru chooses") && paper.contains("little-endian"));
    assert!(!paper.contains("**") && !paper.contains("[x]"));
    assert!(key.contains("**512** B") && key.contains("- [x] the low ones"));
    // The blanks of a fault look like the others, and their answer is a dash.
    assert_eq!(paper.matches("| PPN (hex, 2 digits) | `0x__` |").count(), 3);
    assert!(key.contains("| PPN (hex, 2 digits) | **-** |"));
    let (paper, key) = (json(&exam, Edition::Paper), json(&exam, Edition::Key));
    assert!(!paper.contains("\"key\": \"") && !paper.contains("rubric") && key.contains("\"key\": \"512\""));
    assert!(!paper.contains("correct") && !paper.contains("neighboring"));
    serde_json::from_str::<serde_json::Value>(&paper).expect("JSON");
}

#[test]
fn the_text_of_an_author_is_not_markup() {
    let text = "question \"a | b <script>\" { ask \"x_1 | `y`\" = 1; choice \"*?\" { correct \"<b>\"; wrong \"](\" } }";
    let out = markdown(&paper(text, 0), Edition::Paper, &Style::default());
    assert!(
        out.contains("## 1 a \\| b \\<script\\>") && !out.contains("<script>") && !out.contains("<b>"),
        "{out}"
    );
}

/// The options of a choice, for the textbook's worked access: 0x03D4 has VPN 0x0F, VPO 0x14, TLB index 3 and tag 3, PPN 0x0D,
/// physical address 0x354, block offset 0, cache index 5 and tag 0x0D. An entry with the right tag that is not valid is stale.
fn options(fact: &str) -> Vec<(String, bool, Option<&'static str>)> {
    let text = format!(
        "machine simple\nset page_table {{ | vpn ppn v |\n| 0F 0D 1 | }}\nset tlb {{ | set | tag ppn v |\n| 3 | 03 22 0 | }}\n\
         question \"q\" {{ choice \"which?\" {{ answers {fact} of read 0x3D4 }} }}"
    );
    let paper = paper(&text, 0);
    let item = paper.questions[0].items().next().expect("a choice");
    let ItemKind::Choice { options, .. } = &item.kind else { panic!("{item:?}") };
    options.iter().map(|option| (option.text.clone(), option.correct, option.mistake)).collect()
}

#[test]
fn wrong_options_come_of_real_mistakes() {
    let check = |fact: &str, expected: [(&str, Option<&'static str>); 4]| {
        let expected = expected.map(|(text, mistake)| (text.to_owned(), mistake.is_none(), mistake));
        assert_eq!(options(fact), expected, "{fact}");
    };
    let stale = Some("a stale entry used");
    // 0x0D + 0x14; VPN 0x0F before 0x14; PPN 0x22 before 0x14.
    check(
        "pa",
        [
            ("0x021", Some("the PPN not shifted")),
            ("0x354", None),
            ("0x3D4", Some("the VPN taken for the PPN")),
            ("0x894", stale),
        ],
    );
    check(
        "ppn",
        [
            ("0x0C", Some("a bit misread")),
            ("0x0D", None),
            ("0x0F", Some("the VPN taken for the PPN")),
            ("0x22", stale),
        ],
    );
    // The lowest two bits of 0x14. If tag and index are the same, they are not swapped.
    check(
        "tlbi",
        [
            ("0x0", Some("VPN and VPO swapped")),
            ("0x1", Some("a bit misread")),
            ("0x2", Some("a bit misread")),
            ("0x3", None),
        ],
    );
    // 0x021 has tag 0 and 0x3D4 has tag 0x0F; the index is 5.
    check(
        "ct",
        [
            ("0x00", Some("the PPN not shifted")),
            ("0x05", Some("cache tag and cache index swapped")),
            ("0x0D", None),
            ("0x0F", Some("the VPN taken for the PPN")),
        ],
    );
}

#[test]
fn page_tables_are_drawn_as_a_tree() {
    // VPNs of 2, 2 and 4 bits: 0x0F is 00 00 1111, 0x10 is 00 01 0000, 0x5F is 01 01 1111.
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
    // The textbook's figure 9.20: VPN 0x0F is bits 13 to 6.
    for said in [
        "0b00\\_0011\\_1101\\_0100",
        "VPN is bits 13–6 of the virtual address 0x03D4 = 0b0000_1111",
        "TLBI 0x3, TLBT 0x03: miss",
        "size of a one-level page table",
        "For example 0x3C0",
        "VPN and VPO swapped",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    let key = markdown(&paper, Edition::Key, &Style::default());
    assert!(!key.contains("TLBI 0x3"), "{key}");
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
    let row = |words: &str| {
        text.lines().find(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") == words)
    };
    assert!(row("0x00 0x80, read-only 0x80, read-only").is_some(), "{text}");
    assert!(row("0x01 - 0x81, read-only").is_some(), "{text}");
    assert!(row("0x02 0x81, R/W -").is_some(), "{text}");
}

#[test]
fn a_paper_counts_frames_in_the_grammatical_number() {
    for (frames, said) in [(1, "There is 1 frame for user pages."), (2, "There are 2 frames for user pages.")]
    {
        let text = format!(
            "machine simple\nkernel {{ frames {frames} }}\nprocess P1 {{ | area | start | end | perms | backing |\n\
             | heap | 1000 | 1200 | rw-p | anonymous | }}\nquestion \"Q\" points 1 {{ ask read 0x1000 => fault }}\n"
        );
        let out = markdown(&paper(&text, 0), Edition::Paper, &Style::default());
        assert!(out.contains(said), "{out}");
    }
}
