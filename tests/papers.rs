//! Tests of papers in their printed formats. Text from authors and rosters is never markup, students see
//! neither the key nor the seed, and every version and edition has the same boxes. `.ci/papers` also checks
//! papers with PDF readers, browsers, and TeX.

use std::path::Path;

use pagewalk_script::exam::formats::labels::Labels;
use pagewalk_script::exam::formats::plan::{for_screens, sheet};
use pagewalk_script::exam::formats::style::PageSize;
use pagewalk_script::exam::formats::tree::{Blank, Block, Cell, Sheet};
use pagewalk_script::exam::formats::{Edition, Style, html, latex, markdown, typst};
use pagewalk_script::exam::paper::Paper;
use pagewalk_script::exam::{Student, Version};

use crate::running;

const EXAM: &str = "examples/exams/address-translation.pw";
/// A seed that differs from every number in the exam.
const SEED: u64 = 987_654_321;

/// The paper that a script's text defines, as a version.
fn paper(text: &str, seed: u64) -> Paper {
    let mut paper = running::paper(text, seed);
    paper.version = Some(Version {
        code: "QX7".to_owned(),
        seed: SEED,
        student: None,
    });
    paper
}

fn exam(seed: u64) -> Paper {
    paper(
        &std::fs::read_to_string(Path::new(EXAM)).expect("the exam"),
        seed,
    )
}

/// A string literal with characters that are special in TeX, Typst, HTML, XML, CSS, and Markdown.
const NASTY: &str = r#"NASTY \{ } $x$ & # ^ _ % ~ <b>i</b> <!-- c --> --> */ @x [l](u) *s* `r` ``` // n /* "q" 'a' #panic() $1 \input{x} </style><script>"#;

/// An exam that contains this text in every string.
fn nasty() -> Paper {
    let text = NASTY
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('{', "\\x7B")
        .replace('}', "\\x7D");
    let script = format!(
        "exam {{ title \"{text}\", course \"{text}\" }}\n\
         question \"{text}\" {{\n  text \"{text}\"\n  part \"{text}\" {{ ask \"{text}\" = 1; ask \"w\" = \"{text}\" }}\n\
         choice \"{text}\" {{ correct \"{text}\"; wrong \"n\" }}\n  essay \"{text}\" {{ rubric \"{text}\" points 1 }}\n}}"
    );
    let mut paper = paper(&script, 0);
    let student = Student {
        id: format!("=cmd() {NASTY}"),
        name: format!("שלום {NASTY}"),
    };
    paper.version = Some(Version {
        code: "QX7".to_owned(),
        seed: SEED,
        student: Some(student),
    });
    paper
}

#[test]
fn nothing_is_markup_for_html() {
    for edition in [Edition::Paper, Edition::Key, Edition::Solutions] {
        let out = html::page(&nasty(), edition, &Style::default());
        assert_eq!(out.matches("</style>").count(), 1);
        for raw in ["<script", "<b>i", "<!--", "\"q\""] {
            assert!(!out.contains(raw), "{raw}");
        }
        let messages = "NASTY \\{ } $x$ &amp; # ^ _ % ~ &lt;b&gt;i&lt;/b&gt;";
        assert!(out.matches(messages).count() >= 9, "{out}");
        assert!(
            out.contains("<bdi><b style=") && out.contains("שלום NASTY"),
            "names are distinct from the text around them"
        );
    }
}

#[test]
fn nothing_is_markup_for_typst() {
    for edition in [Edition::Paper, Edition::Key, Edition::Solutions] {
        let out = typst(&nasty(), edition, &Style::default());
        // Outside strings, the document contains no part of the text.
        let mut bare = String::new();
        let mut inside = false;
        let mut characters = out.chars();
        while let Some(character) = characters.next() {
            match (inside, character) {
                (true, '\\') => drop(characters.next()),
                (_, '"') => inside = !inside,
                (false, other) => bare.push(other),
                _ => {}
            }
        }
        assert!(
            !inside && !bare.contains("NASTY") && !bare.contains("panic") && out.contains("NASTY")
        );
    }
}

#[test]
fn nothing_is_markup_for_tex_and_letters_that_it_lacks_are_refused() {
    let mut exam = nasty();
    let refusal = latex(&exam, Edition::Paper, &Style::default()).expect_err("no Hebrew");
    assert!(
        refusal.why.contains("U+05D") && refusal.why.contains("--format pdf"),
        "{}",
        refusal.why
    );
    // The version's code on the cover has the letter.
    assert_eq!(refusal.part, "the cover");
    exam.version = None;
    for edition in [Edition::Paper, Edition::Key, Edition::Solutions] {
        let out = latex(&exam, edition, &Style::default()).expect("LaTeX");
        assert!(
            out.contains("NASTY {\\ttfamily\\char92}\\{ \\} \\$x\\$ \\& \\# {\\ttfamily\\char94}"),
            "{out}"
        );
        assert!(!out.contains("\\input{x}"));
        let depth = |open: char| {
            out.chars()
                .zip(out.chars().skip(1))
                .filter(|(before, c)| *before != '\\' && *c == open)
                .count()
        };
        assert_eq!(depth('{'), depth('}'));
    }
}

#[test]
fn students_get_no_key_and_no_seed() {
    let exam = exam(3);
    // The style omits the page of powers of two, which contains many numbers.
    let style = Style {
        powers: false,
        ..Style::default()
    };
    let all = |edition| {
        let tex = latex(&exam, edition, &style).expect("LaTeX");
        [
            html::page(&exam, edition, &style),
            typst(&exam, edition, &style),
            tex,
            markdown(&exam, edition, &style),
        ]
    };
    for (paper, key) in all(Edition::Paper).into_iter().zip(all(Edition::Key)) {
        for answer in ["512", "neighboring pages"] {
            assert!(!paper.contains(answer) && key.contains(answer), "{answer}");
        }
        assert!(
            !paper.contains(&SEED.to_string())
                && !paper.contains(&format!("{SEED:x}"))
                && paper.contains("QX7")
        );
        assert!(!paper.contains("<!--"));
    }
}

/// The widths of a paper's boxes.
fn boxes(sheet: &Sheet) -> Vec<(String, u32, String)> {
    fn of(blocks: &[Block], all: &mut Vec<(String, u32, String)>) {
        let mut put =
            |blank: &Blank| all.push((blank.field.clone(), blank.room(), blank.prefix.clone()));
        for block in blocks {
            match block {
                Block::Worksheet { rows, .. } => rows.iter().for_each(|row| put(&row.blank)),
                Block::Value { blank, .. } => put(blank),
                Block::Fill { tables, .. } => {
                    tables
                        .iter()
                        .flat_map(|table| &table.rows)
                        .flatten()
                        .for_each(|cell| {
                            if let Cell::Blank(blank) = cell {
                                put(blank);
                            }
                        });
                }
                _ => {}
            }
        }
        for block in blocks {
            if let Block::Part { body, .. } = block {
                of(body, all);
            }
        }
    }
    let mut all = Vec::new();
    sheet
        .questions
        .iter()
        .for_each(|question| of(&question.body, &mut all));
    all
}

#[test]
fn every_version_and_edition_has_the_same_boxes() {
    let style = Style::default();
    let first = boxes(&sheet(&exam(0), Edition::Paper, &style));
    assert_eq!(first.len(), 39);
    assert!(
        first
            .iter()
            .all(|(field, room, _)| !field.is_empty() && *room >= 4)
    );
    for seed in 1..20 {
        for edition in [Edition::Paper, Edition::Key] {
            assert_eq!(
                boxes(&sheet(&exam(seed), edition, &style)),
                first,
                "seed {seed}"
            );
        }
    }
}

#[test]
fn a_page_is_accessible() {
    let exam = exam(3);
    let a4 = html::page(&exam, Edition::Paper, &Style::default());
    for said in [
        "size: A4",
        "counter(page) \" / \" counter(pages)",
        "content: \"Version QX7\"",
        "<caption>TLB (hex)</caption>",
        "<th scope=\"col\">Set</th>",
        "<th scope=\"row\">VPN",
        "<desc>virtual address: One box for each bit from 13 down to 0, empty.</desc>",
        "Powers of two",
        "data-field=\"1a.vpn\"",
    ] {
        assert!(a4.contains(said), "{said}");
    }
    let style = Style {
        page: PageSize::Letter,
        large: true,
        powers: false,
        labels: Labels::dialect("pfn").expect("known"),
    };
    let letter = html::page(&exam, Edition::Key, &style);
    assert!(
        letter.contains("size: letter")
            && letter.contains("font-size: 18pt")
            && !letter.contains("Powers of two")
    );
    assert!(letter.contains("PFN") && !letter.contains("PPN") && letter.contains("filled in: "));
    let printed = typst(&exam, Edition::Paper, &style);
    assert!(
        printed.contains("us-letter")
            && printed.contains("size: 18pt")
            && printed.contains("date: none")
    );
}

#[test]
fn a_version_made_for_someone_has_the_name_on_it() {
    let mut exam = exam(3);
    let student = Student {
        id: "s1234".to_owned(),
        name: "Ada, Countess".to_owned(),
    };
    exam.version = Some(Version {
        code: "QX7".to_owned(),
        seed: SEED,
        student: Some(student),
    });
    let sheet = sheet(&exam, Edition::Paper, &Style::default());
    let owner: Vec<_> = sheet
        .front
        .owner
        .iter()
        .map(|(label, blank)| (&**label, blank.content.as_deref()))
        .collect();
    assert_eq!(
        owner,
        [("Name", Some("Ada, Countess")), ("ID", Some("s1234"))]
    );
}

/// The instructions on the student's paper that this script defines.
fn instructions(script: &str, labels: Labels) -> Vec<String> {
    let style = Style {
        labels,
        ..Style::default()
    };
    sheet(&paper(script, 0), Edition::Paper, &style)
        .front
        .instructions
}

#[test]
fn instructions_name_only_the_notations_of_the_paper() {
    let default = |script: &str| instructions(script, Labels::default());
    assert_eq!(
        default("question \"Q\" { ask \"Sum\" = 3 points 2 }"),
        [
            "This exam has one question, worth 2 points.",
            "Write all numbers in decimal."
        ]
    );
    assert_eq!(
        default(
            "question \"Q\" { ask \"Mask\" = 3 radix binary; ask \"Size\" = 4 unit B }\nquestion \"R\" { essay \"Why?\" points 2 }"
        ),
        [
            "This exam has 2 questions, worth 4 points in total.",
            "Write numbers marked “binary” in binary.",
            "Write all other numbers in decimal.",
            "If a unit is printed after a box, write only the number.",
            "Write answers in words on the ruled lines.",
        ]
    );
    let exam = sheet(&exam(0), Edition::Paper, &Style::default());
    let all = exam.front.instructions.join("\n");
    for said in [
        "worth 50 points",
        "“hex”",
        "leading zeros",
        "write Y for yes",
        "does not exist",
    ] {
        assert!(all.contains(said), "{said}: {all}");
    }
    assert!(!all.contains("binary"), "{all}");
}

#[test]
fn binary_papers_print_binary_addresses_and_state_the_number_of_digits() {
    let script = "exam { radix binary, addressable word, term \"Fall\" }\nmachine simple\n\
                  set page_table { | vpn ppn |; | 0F 0D | }\nquestion \"q\" { ask read 0x3D4 => vpn, co }";
    let text = markdown(
        &crate::running::paper(script, 0),
        Edition::Key,
        &Style::default(),
    );
    for said in [
        "Term: Fall",
        "A word is read at virtual address 0b00001111010100.",
        "| VPN (binary, 8 digits) | **0b00001111** |",
        "| Word offset (binary, 2 digits) | **0b00** |",
        "If a number of digits is stated",
        "Memory is word-addressable.",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn an_exam_replaces_or_removes_the_instructions() {
    let of = |text: &str| {
        let script = format!(
            "exam {{ title \"T\", instructions {text} }}\nmachine simple\nquestion \"Q\" {{ ask read 0x40 => ppn }}"
        );
        paper(&script, 0)
    };
    let own = of("\"\"\"Use a pen.\n\nShow your work.\"\"\"");
    let laid_out = sheet(&own, Edition::Paper, &Style::default());
    assert_eq!(
        laid_out.front.instructions,
        ["Use a pen.", "Show your work."]
    );
    // Without the default instructions, the assumptions still describe missing values.
    assert!(markdown(&own, Edition::Paper, &Style::default()).contains("Write -"));
    let none = of("\"\"");
    for text in [
        html::page(&none, Edition::Key, &Style::default()),
        typst(&none, Edition::Key, &Style::default()),
        markdown(&none, Edition::Key, &Style::default()),
        latex(&none, Edition::Key, &Style::default()).expect("LaTeX"),
    ] {
        assert!(
            !text.contains("nstructions") && text.contains("Assumptions"),
            "{text}"
        );
    }
}

#[test]
fn instructions_have_labels() {
    let labels = Labels::read(
        "Instructions: Hinweise\npoints: Punkte\n\"This exam has one question, worth {points}.\": Eine Aufgabe mit {points}.\n\
         Write all numbers in decimal.: Schreiben Sie alle Zahlen dezimal.\n",
    )
    .expect("labels");
    let script = "question \"Q\" { ask \"Sum\" = 3 points 2 }";
    assert_eq!(
        instructions(script, labels.clone()),
        [
            "Eine Aufgabe mit 2 Punkte.",
            "Schreiben Sie alle Zahlen dezimal."
        ]
    );
    let style = Style {
        labels,
        ..Style::default()
    };
    let all = [
        html::page(&paper(script, 0), Edition::Paper, &style),
        typst(&paper(script, 0), Edition::Paper, &style),
        markdown(&paper(script, 0), Edition::Paper, &style),
        latex(&paper(script, 0), Edition::Paper, &style).expect("LaTeX"),
    ];
    for text in all {
        assert!(
            text.contains("Hinweise") && text.contains("dezimal"),
            "{text}"
        );
    }
}

#[test]
fn an_essay_has_a_line_per_point_unless_the_script_sets_its_space() {
    let space = |essay: &str| {
        let paper = paper(&format!("question \"Q\" {{ essay \"Why?\" {essay} }}"), 0);
        match &sheet(&paper, Edition::Paper, &Style::default()).questions[0].body[0] {
            Block::Essay { space, .. } => *space,
            other => panic!("{other:?}"),
        }
    };
    // A line is 8 mm high.
    assert_eq!(
        ["points 5", "points 15/2", "points 12"].map(space),
        [5 * 8, 8 * 8, 12 * 8]
    );
    assert_eq!(
        ["", "points 1", "points 100"].map(space),
        [3 * 8, 3 * 8, 20 * 8]
    );
    assert_eq!(
        ["space 2 lines points 9", "space 3 cm"].map(space),
        [2 * 8, 30]
    );
}

#[test]
fn every_page_has_the_name_and_id() {
    let mut exam = exam(3);
    let printed = |exam: &Paper| {
        let style = Style::default();
        let tex = latex(exam, Edition::Paper, &style).expect("LaTeX");
        [
            typst(exam, Edition::Paper, &style),
            tex,
            html::page(exam, Edition::Paper, &style),
        ]
    };
    let line = "\\5f ".repeat(32);
    let expected = [
        "header: head(<end-0>, ((\"Name\", 32, none), (\"ID\", 14, none), ))",
        "\\fancyhead[L]{\\small\\ifnum\\value{page}>1 Name \\pwline{",
        &format!("@top-left {{ content: \"Name {line}\""),
    ];
    for (text, said) in printed(&exam).iter().zip(expected) {
        assert!(text.contains(said), "{said}: {text}");
    }
    let student = Student {
        id: "s1234".to_owned(),
        name: "Ada, Countess".to_owned(),
    };
    exam.version = Some(Version {
        code: "QX7".to_owned(),
        seed: SEED,
        student: Some(student),
    });
    let expected = [
        "header: head(<end-0>, ((\"Name\", 32, \"Ada, Countess\"), (\"ID\", 14, \"s1234\"), ))",
        "}{Ada{,} Countess}\\hfill ID \\pwline{",
        "@top-right { content: \"ID s1234\"",
    ];
    for (text, said) in printed(&exam).iter().zip(expected) {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn an_author_chooses_the_layout_and_the_space_for_work() {
    let script = |layout: &str| {
        format!(
            "exam {{ title \"T\"{layout} }}\nmachine simple\nquestion \"Q\" {{\n  text \"The machine.\"\n  given tlb\n  \
             part \"a\" {{ ask \"Sum\" = 3; space 4 cm }}\n  part \"b\" {{ ask read 0x40 => vpn; space 2 lines }}\n}}\n\
             question \"R\" {{ ask \"n\" = 1 }}"
        )
    };
    let style = Style {
        powers: false,
        ..Style::default()
    };
    let printed = |layout: &str| {
        let exam = paper(&script(layout), 0);
        [
            typst(&exam, Edition::Paper, &style),
            latex(&exam, Edition::Paper, &style).expect("LaTeX"),
            html::page(&exam, Edition::Paper, &style),
        ]
    };
    let (pages, continuous) = (printed(""), printed(", layout continuous"));
    assert_eq!(pages, printed(", layout pages"));
    for (paged, on, off) in [
        (
            &pages[0],
            "#let continuous = false",
            "#let continuous = true",
        ),
        (
            &pages[1],
            "\\newcommand\\pwbreak{\\clearpage}",
            "\\renewcommand\\pwbreak",
        ),
        (&pages[2], "<body>", "<body class=\"continuous\">"),
    ] {
        assert!(paged.contains(on) && !paged.contains(off), "{on}");
        assert!(continuous.iter().any(|text| text.contains(off)), "{off}");
    }
    for spaces in [
        ["space(40mm)", "\\pwspace{40mm}", "height:40mm"],
        ["space(16mm)", "\\pwspace{16mm}", "height:16mm"],
    ] {
        for (text, space) in pages.iter().zip(spaces) {
            assert_eq!(text.matches(space).count(), 1, "{space}");
        }
    }
}

#[test]
fn the_machine_comes_before_the_assumptions() {
    let script = "machine simple\nquestion \"Q\" { text \"Words of the author.\"; given tlb; ask read 0x40 => vpn; ask read 0x80 => vpn }\n\
                  question \"R\" { ask \"n\" = 1 }";
    let exam = paper(script, 0);
    let style = Style::default();
    for text in [
        markdown(&exam, Edition::Paper, &style),
        typst(&exam, Edition::Paper, &style),
        latex(&exam, Edition::Paper, &style).expect("LaTeX"),
        html::page(&exam, Edition::Paper, &style),
    ] {
        let at = |said: &str| {
            text.find(said)
                .unwrap_or_else(|| panic!("{said} in {text}"))
        };
        let own = at("starts from the state");
        assert!(
            at("Words of the author.") < own && own < at("TLB (hex)"),
            "{text}"
        );
    }
    // Without words of the author, and in a paper with one question.
    let script = "machine simple\nquestion \"Q\" { given machine, tlb; ask read 0x40 => vpn, ppn }";
    let text = markdown(&paper(script, 0), Edition::Paper, &Style::default());
    let at = |said: &str| {
        text.find(said)
            .unwrap_or_else(|| panic!("{said} in {text}"))
    };
    assert!(at("physical 12 bits") < at("*Assumptions*"), "{text}");
}

#[test]
fn prompts_are_as_wide_as_the_page_and_reasons_contain_code() {
    let script = "machine { virtual 24 bits, physical 24 bits, page 4 KB }\nkernel { brk-start 0x300000 }\nprocess P\n\
                  question \"Q\" { ask sbrk(4096) => returns }";
    let exam = paper(script, 0);
    let html = html::page(&exam, Edition::Solutions, &Style::default());
    assert!(
        html.contains("<p class=\"lead\" dir=\"auto\">Process P calls")
            && !html.contains("<caption>Process P calls"),
        "{html}"
    );
    assert!(html.contains("<code>sbrk</code> succeeded"), "{html}");
    let tex = latex(&exam, Edition::Solutions, &Style::default()).expect("LaTeX");
    assert!(tex.contains("{\\ttfamily sbrk} succeeded"), "{tex}");
}

#[test]
fn the_figure_of_a_lookup_is_possible_in_latex() {
    let script = "machine simple\nset page_table { | vpn ppn |; | 0F 0D | }\n\
                  set tlb { | set | tag ppn |; | 3 | 03 0D | }\n\
                  question \"Q\" { figure translation read 0x3D4; ask read 0x3D4 => ppn }";
    let tex = latex(&paper(script, 0), Edition::Key, &Style::default());
    assert!(tex.expect("LaTeX").contains("$\\triangleright$"));
}

#[test]
fn prompts_and_last_lines_stay_with_their_neighbors() {
    let script = "machine simple\nquestion \"Q\" {\n  text \"The tables show the machine.\"\n  given tlb\n  \
        text \"Part a is about the TLB.\"\n  part \"a\" { text \"Read.\"; ask read 0x40 => vpn points 3 }\n  \
        given cache\n  ask \"Sum\" = 3 points 2\n}";
    let exam = paper(script, 0);
    let typst = typst(&exam, Edition::Paper, &Style::default());
    let kept = |said: &str| {
        let before = typst.split_once(said).expect("printed").0;
        before
            .rfind("keep(")
            .is_some_and(|at| !before[at..].contains("\n})"))
    };
    // Text before a table, text before an item, and the table before the last line stay with the next block.
    assert!(kept("The tables show") && kept("\"Read.\"") && kept("grouped(\"Cache (hex)\""));
    // The text before a part is not kept with the part, because a part can be as high as a page.
    assert!(!kept("Part a is about") && !kept("grouped(\"TLB (hex)\"") && !kept("value(\"Sum\""));
    let style = Style {
        powers: false,
        ..Style::default()
    };
    let tex = latex(&exam, Edition::Paper, &style).expect("LaTeX");
    assert_eq!(tex.matches("\n\\keep{").count(), 3, "{tex}");
    let html = html::page(&exam, Edition::Paper, &style);
    assert_eq!(html.matches("<div class=\"keep\">").count(), 3);
    // A line break never separates the number of points from its unit.
    assert!(tex.contains("\\newcommand\\worth[1]{ \\mbox{") && tex.contains("\\worth{2 points}"));
}

#[test]
fn a_table_shows_its_notation_once() {
    let script = "machine simple\nset page_table { | vpn ppn |; | 1 2 | }\nquestion \"Q\" {\n\
        ask read 0x40 => vpn, tlbi, tlb, ppn\nask read 0x40 => tlb, fault\nask tlb columns tag ppn v\n\
        ask page_table columns ppn\nask 0x40 => vpn }";
    let exam = paper(script, 0);
    let sheet = sheet(&exam, Edition::Paper, &Style::default());
    let rows = |at: usize| match &sheet.questions[0].body[at] {
        Block::Worksheet { heads, rows, .. } => (
            heads[1].clone(),
            rows.iter().map(|row| row.how.clone()).collect::<Vec<_>>(),
        ),
        other => panic!("{other:?}"),
    };
    let strings = |all: &[&str]| all.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    // The VPN has 8 bits, the TLB index has 2 bits, and the PPN has 6 bits.
    let own = strings(&["2 digits", "1 digit", "Y/N", "2 digits"]);
    assert_eq!(rows(0), ("Value (hex after 0x)".to_owned(), own));
    assert_eq!(rows(1), ("Value (Y/N)".to_owned(), strings(&["", ""])));
    assert_eq!(rows(4), ("Value".to_owned(), strings(&["hex, 2 digits"])));
    let table = |at: usize| match &sheet.questions[0].body[at] {
        Block::Fill { tables, .. } => {
            (tables[0].title.clone(), tables[0].groups.concat().join(" "))
        }
        other => panic!("{other:?}"),
    };
    let (title, heads) = table(2);
    assert_eq!(title, "TLB (Tag and PPN in hex)");
    assert!(heads.starts_with("Set Tag PPN V Tag PPN V"), "{heads}");
    let (title, heads) = table(3);
    assert_eq!((&*title, &*heads), ("Page table", "VPN PPN (hex)"));
    // A learning platform may show each blank separately.
    let screen = for_screens(&exam);
    assert!(
        matches!(&screen.questions[0].body[1], Block::Worksheet { rows, .. } if rows[0].how == "Y/N")
    );
}

#[test]
fn powers_are_set_in_every_format() {
    let script = "question \"Sizes up to 2^16\" {\n  text \"2^n and a ^ b and `2^k`\\n\\nSee:\\n\\n    2^4\"\n  ask \"2^10 bytes\" = 1024\n  \
        choice \"Which?\" { correct \"10^-6\"; wrong \"0x2^3\" }\n}";
    let exam = paper(script, 0);
    let style = Style {
        powers: false,
        ..Style::default()
    };
    for text in [
        html::page(&exam, Edition::Key, &style),
        typst(&exam, Edition::Key, &style),
        markdown(&exam, Edition::Key, &style),
    ] {
        for said in [
            "2¹⁶",
            "2ⁿ and a ^ b and ",
            "2^k",
            "2^4",
            "2¹⁰",
            "10⁻⁶",
            "0x2^3",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }
    let tex = latex(&exam, Edition::Key, &style).expect("LaTeX");
    for said in [
        "2$^{1}$$^{6}$",
        "2$^{n}$ and",
        "10$^{-}$$^{6}$",
        "0x2{\\ttfamily\\char94}3",
    ] {
        assert!(tex.contains(said), "{said}: {tex}");
    }
}

#[test]
fn wide_tables_continue_below_in_large_print() {
    let exam = exam(0);
    let tables = |large: bool| {
        let style = Style {
            large,
            ..Style::default()
        };
        let sheet = sheet(&exam, Edition::Paper, &style);
        let body = sheet.questions[0].body.clone();
        let heads = body.into_iter().filter_map(|block| match block {
            Block::Given(table) if table.title == "TLB (hex)" => {
                Some(table.groups.concat().join(" "))
            }
            _ => None,
        });
        heads.collect::<Vec<String>>()
    };
    assert_eq!(
        tables(false),
        ["Set Tag PPN V Tag PPN V Tag PPN V Tag PPN V"]
    );
    assert_eq!(
        tables(true),
        ["Set Tag PPN V Tag PPN V Tag PPN V", "Set Tag PPN V"]
    );
    let style = Style {
        large: true,
        ..Style::default()
    };
    assert!(typst(&exam, Edition::Paper, &style).contains("#let large = true"));
    assert!(html::page(&exam, Edition::Paper, &style).contains("font-size: 18pt; --mono: 1em"));
}

#[test]
fn a_grid_of_scores_is_as_wide_as_the_page() {
    let questions: Vec<String> = (0..16)
        .map(|at| format!("question \"Q{at}\" points 10 {{ ask \"A\" = {at} }}"))
        .collect();
    let exam = paper(&questions.join("\n"), 0);
    for (large, grids) in [(false, 2), (true, 3)] {
        let style = Style {
            large,
            ..Style::default()
        };
        let page = html::page(&exam, Edition::Paper, &style);
        assert_eq!(page.matches("<table class=\"grid\">").count(), grids);
        assert_eq!(page.matches("<th scope=\"col\">Total</th>").count(), 1);
    }
}

#[test]
fn a_figure_is_as_wide_as_the_page() {
    let process = "machine core-i7\nkernel { frames 32 }\nprocess P\n\
        P: let p = mmap(NULL, 8 KB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n\
        P: write p = 1\nP: let C = fork()\n";
    let exam = paper(
        &format!("{process}question \"Q\" {{ figure frames P C; ask \"A\" = 1 }}"),
        0,
    );
    let style = Style {
        large: true,
        ..Style::default()
    };
    let text = latex(&exam, Edition::Paper, &style).expect("no character is missing");
    let (_, size) = text.split_once("\\begin{picture}(").expect("a figure");
    let (width, _) = size.split_once(',').expect("a width");
    let width: f64 = width.parse().expect("a number");
    // A4 without its margins, in millimeters.
    assert!((170.0..=174.01).contains(&width), "{width}");
}
