//! Tests that machine files produce the expected settings, or the expected error at its location.

use proptest::prelude::*;

use super::{fields_of_yaml, fixed};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;
use crate::run::settings::{Arg, ArgKind, Field, build_machine};
use pagewalk_engine::machine::presets::Preset;
use pagewalk_engine::machine::spec::Spec;

/// The file's number in the sources.
const FILE: u32 = 3;

/// Returns the text at a location in the file.
fn at(text: &str, span: Span) -> &str {
    assert_eq!(span.file, FILE);
    text.get(span.start as usize..span.end as usize)
        .expect("a place in the file")
}

/// Formats settings in script notation, such as `tlb L2 { ways 4; shared }`.
fn shown(fields: &[Field]) -> String {
    let field = |field: &Field| {
        let args = field
            .args
            .iter()
            .map(|arg| format!(" {}", value(arg)))
            .collect::<Vec<_>>()
            .concat();
        let block = field
            .block
            .as_ref()
            .map_or_else(String::new, |block| format!(" {{ {} }}", shown(block)));
        format!("{}{args}{block}", field.name.text)
    };
    fields.iter().map(field).collect::<Vec<_>>().join("; ")
}

fn value(arg: &Arg) -> String {
    match &arg.kind {
        ArgKind::Word { text, .. } => text.to_string(),
        ArgKind::Value(value) | ArgKind::Time(value) => value.to_string(),
        ArgKind::Inclusive(value) => format!("inclusive {value}"),
        ArgKind::Wrong(wrong) => panic!("{wrong:?}"),
    }
}

fn read(text: &str) -> String {
    match fields_of_yaml(FILE, text) {
        Ok(fields) => shown(&fields),
        Err(wrong) => panic!("{text:?}: {wrong:#?}"),
    }
}

/// Returns the errors in an invalid file.
fn wrong(text: &str) -> Vec<Diagnostic> {
    fields_of_yaml(FILE, text).map_or_else(
        |wrong| wrong,
        |fields| panic!("{text:?} is {}", shown(&fields)),
    )
}

/// Returns the machine that a file declares, or the errors in its settings.
fn machine(text: &str) -> Result<Spec, Vec<Diagnostic>> {
    build_machine(None, &fields_of_yaml(FILE, text)?, Span::default())
}

#[test]
fn yaml_gives_the_fields_that_a_script_would() {
    let cases = [
        ("virtual: 14 bits", "virtual 14"),
        ("virtual: 14\nphysical: 12", "virtual 14; physical 12"),
        ("page: 64 B", "page 64"),
        ("page: \"8 KB\"", "page 8192"),
        ("page: '8KB'", "page 8192"),
        ("page: 65536", "page 65536"),
        ("page: 0x1000 # a comment", "page 4096"),
        ("page: 010", "page 10"),
        ("latency: 2 us", "latency 2000"),
        ("latency: -3", "latency -3"),
        ("rate: 96%", "rate 0.96"),
        ("ppn: 0..6", "ppn 0..6"),
        ("bits: [9, 9, 9, 9]", "bits 9 9 9 9"),
        ("pages:\n  - 4 KB\n  - 2 MB", "pages 4096 2097152"),
        ("bits: []", "bits"),
        ("ways: fully-associative", "ways fully-associative"),
        ("policy: second-chance", "policy second-chance"),
        ("policy: \"true\"", "policy true"),
        ("index: null", "index"),
        ("{page: 64 B, cores: 2}", "page 64; cores 2"),
        ("{\"page\": \"64 B\", \"cores\": 2}", "page 64; cores 2"),
        (
            "page_table: { levels: 2, walk: cached }",
            "page_table { levels 2; walk cached }",
        ),
        ("pte: 4 B", "pte 4"),
        (
            "pte: { size: 1 B, valid: 7, ppn: 0..6 }",
            "pte { size 1; valid 7; ppn 0..6 }",
        ),
        ("{}", ""),
        ("machine: { page: 64 B }", "page 64"),
        ("machine:\n  page: 64 B\n  cores: 2\n", "page 64; cores 2"),
        ("\u{feff}page: 64 B\r\ncores: 2\r\n", "page 64; cores 2"),
        ("%YAML 1.2\n---\npage: 64 B\n...\n", "page 64"),
        (
            "page_table: { levels: &n 2 }\ncores: *n",
            "page_table { levels 2 }; cores 2",
        ),
    ];
    for (text, fields) in cases {
        assert_eq!(read(text), fields, "{text:?}");
    }
}

#[test]
fn a_flag_is_set_by_its_name_or_by_true() {
    assert_eq!(read("shared: true"), "shared");
    assert_eq!(read("shared:"), "shared");
    assert_eq!(read("{shared, direct-mapped}"), "shared; direct-mapped");
    assert_eq!(read("shared: false\nwrite-through: true"), "write-through");
    assert_eq!(read("asid: true"), "asid on");
    assert_eq!(read("asid: false"), "asid off");
    assert_eq!(read("asid: on"), "asid on");
    // A flag that does not hold is the other one of the two.
    assert_eq!(read("write-back: false"), "write-through");
    assert_eq!(read("write-allocate: false"), "no-write-allocate");
    assert_eq!(
        read("write-back: false\nwrite-through: true"),
        "write-through"
    );
    // A setting that needs a number or a word rejects the truth value.
    assert_eq!(read("ways: false"), "ways false");
}

#[test]
fn levels_are_one_block_a_list_of_blocks_or_none() {
    assert_eq!(read("tlb: { entries: 16 }"), "tlb { entries 16 }");
    assert_eq!(
        read("tlb: { entries: 16, name: dTLB }"),
        "tlb dTLB { entries 16 }"
    );
    assert_eq!(read("cache: none"), "cache none");
    assert_eq!(
        read("cache:\n- name: L1d\n  ways: 8\n- name: L3\n  shared:\n"),
        "cache L1d { ways 8 }; cache L3 { shared }"
    );
    assert_eq!(read("tlb: []\ncores: 1"), "cores 1");
}

#[test]
fn everything_has_its_place() {
    let text = "# für Größe\n'page' : \"8 KB\" # x\ntlb:\n  - name: dTLB\n    ways: 4\n    shared:\nbits: [9, 0x9]\n";
    let fields = fields_of_yaml(FILE, text).expect("valid");
    let [page, tlb, bits] = fields.as_slice() else {
        panic!("three settings")
    };
    assert_eq!(
        (at(text, page.name.span), at(text, page.args[0].span)),
        ("page", "8 KB")
    );
    assert_eq!(
        (at(text, tlb.name.span), at(text, tlb.args[0].span)),
        ("tlb", "dTLB")
    );
    assert_eq!(at(text, tlb.span), "name: dTLB\n    ways: 4\n    shared");
    let block = tlb.block.as_ref().expect("a block");
    assert_eq!(
        (at(text, block[0].span), at(text, block[0].args[0].span)),
        ("ways: 4", "4")
    );
    assert_eq!(at(text, block[1].span), "shared");
    assert_eq!(at(text, bits.span), "bits: [9, 0x9");
    assert_eq!(at(text, bits.args[1].span), "0x9");
}

#[test]
fn an_alias_has_the_location_of_its_value() {
    let text = "page: &size 64 B\nblock: *size";
    let fields = fields_of_yaml(FILE, text).expect("valid");
    assert_eq!(at(text, fields[1].args[0].span), "64 B");
    assert_eq!(fields[1].args[0].span.start, 12);
    assert_eq!(at(text, fields[1].span), "block");
}

/// A file, the text at the error's location, and part of the message.
const NO_YAML: [(&str, &str, &str); 12] = [
    (
        "tlb:\n  entries: 16\n    ways: 4",
        ":",
        "mapping values are not allowed",
    ),
    (
        "tlb:\n  entries: 16\n ways: 4",
        "ways",
        "did not find expected key",
    ),
    ("tlb:\n\tentries: 16", "\t", "cannot start any token"),
    ("page: [64", "", "did not find expected ',' or ']'"),
    ("page: \"64", "", "unexpected end of stream"),
    ("page: @", "@", "cannot start any token"),
    ("page: a: b", ":", "mapping values are not allowed"),
    ("page: *size", "*size", "unknown anchor"),
    (
        "page: 4\u{1}",
        "\u{1}",
        "control characters are not allowed",
    ),
    ("é: &é 1", "é", "did not find expected alphabetic"),
    ("\u{feff}é: @x", "@x", "cannot start any token"),
    ("page: \"\\q\"", "\\q\"", "found unknown escape character"),
];

#[test]
fn invalid_yaml_is_reported_at_its_location() {
    for (text, place, message) in NO_YAML {
        let mut wrong = wrong(text);
        wrong.retain(|one| one.code == Code::MachineFile);
        let [one] = wrong.as_slice() else {
            panic!("{text:?}: {wrong:#?}")
        };
        assert_eq!(
            (one.code, at(text, one.span)),
            (Code::MachineFile, place),
            "{text:?}: {one:#?}"
        );
        assert!(
            one.message.starts_with("this is not valid YAML: "),
            "{text:?}: {}",
            one.message
        );
        assert!(
            one.message.contains(message) && !one.message.contains(" line "),
            "{text:?}: {}",
            one.message
        );
    }
}

#[test]
fn unclosed_text_is_reported_where_it_begins() {
    for (text, begin) in [
        ("page: [64, 4", "[64"),
        ("cores: 1\npage: \"64", "\"64"),
        ("é: {a", "{a"),
    ] {
        let wrong = wrong(text);
        let unclosed = wrong.iter().find(|one| one.code == Code::MachineFile);
        let also: Vec<&str> = unclosed
            .expect("a mistake in YAML")
            .related
            .iter()
            .map(|(span, _)| at(text, *span))
            .collect();
        assert_eq!(also, [begin], "{text:?}");
    }
}

/// A file, the text at the error's location, and part of the message.
const NO_MACHINE_FILE: [(&str, &str, &str); 24] = [
    ("", "", "is empty"),
    ("# a comment alone", "", "is empty"),
    ("hello", "hello", "is a block of settings"),
    ("- page\n- cores", "page\n- cores", "is a block of settings"),
    ("machine:", "machine", "is a block of settings"),
    ("machine: [a]", "a", "is a block of settings"),
    ("page: 4\n---\npage: 8", "---", "more than one document"),
    ("page: 4 KB\npage: 8 KB", "page", "appears twice"),
    ("tlb: { ways: 4, ways: 4 }", "ways", "appears twice"),
    ("page: !size 4", "!size", "cannot have tags"),
    ("tlb: !level {}", "!level", "cannot have tags"),
    ("4: x", "4", "must be a word"),
    ("true: x", "true", "must be a word"),
    ("~: x", "~", "must be a word"),
    ("? [a, b]\n: x", "[a", "must be a word"),
    ("? {a: 1}\n: x", "{a", "must be a word"),
    ("\"a b\": x", "a b", "cannot be the name"),
    ("page: \"4\\x4B\"", "\"4\\x4B\"", "has escapes"),
    ("page: |\n  64 B", "|", "several lines"),
    ("page: 64\n  B", "64", "several lines"),
    ("page: (1 + 2)", "(1 + 2)", "is not a value"),
    (
        "<<<<<<< HEAD\npage: 4 KB\n=======\npage: 8 KB\n>>>>>>> other",
        "<<<<<<< HEAD",
        "a merge left conflict markers in lines 1–5",
    ),
    (
        "page_table: { bits: [9, [8]] }",
        "8",
        "not allowed in a list of `bits`",
    ),
    ("tlb: { name: 4 }", "4", "a name must be a word"),
];

#[test]
fn unsupported_yaml_is_reported_at_its_location() {
    for (text, place, message) in NO_MACHINE_FILE {
        let mut wrong = wrong(text);
        wrong.retain(|one| one.code == Code::MachineFile);
        let [one] = wrong.as_slice() else {
            panic!("{text:?}: {wrong:#?}")
        };
        assert_eq!(
            (one.code, at(text, one.span)),
            (Code::MachineFile, place),
            "{text:?}: {one:#?}"
        );
        assert!(one.message.contains(message), "{text:?}: {}", one.message);
    }
}

#[test]
fn both_locations_of_a_repeated_key_are_reported() {
    let text = "page: 4\ncores: 1\npage: 8";
    let wrong = wrong(text);
    assert_eq!((wrong[0].span.start, wrong[0].related[0].0.start), (17, 0));
}

#[test]
fn wrong_numbers_are_wrong_as_in_a_script() {
    let cases = [
        ("page: 64 Q", Code::BadNumber, "64 Q"),
        ("page: 1e3", Code::BadNumber, "1e3"),
        ("page: 99999999999 GB", Code::Overflow, "99999999999 GB"),
        ("pte: { ppn: 0..0.5 }", Code::NotAnInteger, "0..0.5"),
        ("page_table: { bits: 9 9 9 9 }", Code::BadNumber, "9 9 9 9"),
    ];
    for (text, code, place) in cases {
        let wrong = wrong(text);
        assert_eq!(
            (wrong[0].code, at(text, wrong[0].span)),
            (code, place),
            "{text:?}"
        );
    }
    let help = wrong("page_table: { bits: 9 9 9 9 }")[0].help.clone();
    assert_eq!(
        help.as_deref(),
        Some("write several values as a list: `[9, 9, 9, 9]`")
    );
}

#[test]
fn other_notations_are_shown_in_yaml() {
    for (text, place, help) in [
        (
            "tlb: 16 entries, 4-way",
            "16 entries, 4-way",
            "write `tlb: { entries: 16, ways: 4 }`",
        ),
        ("virtual: 14-bit", "14-bit", "write `virtual: 14 bits`"),
        (
            "tlb: { entries: 16, ways: 4-way }",
            "4-way",
            "write `ways: 4`",
        ),
        (
            "page: 2**12 B",
            "2**12 B",
            "write the result, such as `page: 4 KB`",
        ),
        (
            "cache: { size: 32 * 1024 }",
            "32 * 1024",
            "write `size: 32768`",
        ),
        (
            "page_table: { bits: 10, 7 }",
            "7",
            "write one setting per line, such as `page: 4 KB`, and several values as a list, such as `bits: [10, 10]`",
        ),
        ("virtual:14 bits\n", "virtual", "write `virtual: 14 bits`"),
        (
            "cache:\n  L1: { size: 1 KB, ways: 2 }\n",
            "L1",
            "write below `cache:` the line `- { name: L1, size: 1 KB, ways: 2 }`",
        ),
        (
            "page: 4 KB\ndtlb:\n  entries: 8\n  ways: 2\n",
            "dtlb",
            "write below `tlb:` the line `- { name: dtlb, for: data, entries: 8, ways: 2 }`",
        ),
        (
            "L1i: { size: 1 KB }\n",
            "L1i",
            "write below `cache:` the line `- { name: L1i, for: instructions, size: 1 KB }`",
        ),
        (
            "page = 64\n\n[tlb]\nentries = 16 # all\n",
            "page",
            "write\npage: 64\ntlb:\n  entries: 16 # all\n",
        ),
    ] {
        let wrong = wrong(text);
        assert_eq!(wrong.len(), 1, "{text:?}");
        assert_eq!(at(text, wrong[0].span), place, "{text:?}");
        assert_eq!(wrong[0].help.as_deref(), Some(help), "{text:?}");
        if let Some(yaml) = help.strip_prefix("write\n") {
            assert!(fields_of_yaml(FILE, yaml).is_ok(), "{yaml}");
        }
    }
}

#[test]
fn helps_are_in_the_notation_of_yaml() {
    let mmu = "virtual: 14 bits\nphysical: 12 bits\npage: 64 B\n";
    let cases = [
        ("memory: 100", "write `memory: { latency: 100 }`"),
        (
            "memory: { size: 4 KB }",
            "remove `size` here, and write `physical: 12 bits` in `machine`",
        ),
        (
            "tlb:",
            "write `tlb: { entries: N, ways: N, … }`: adds a TLB level",
        ),
        ("tlb: null", "write `tlb: none` for a machine without it"),
        ("tlb: full", "write `tlb: { name: NAME, … }` or `tlb: none`"),
        (
            "cache:\n  - { size: 64 B, block: 4 B }\n  - { size: 64 B, block: 4 B }",
            "give each cache a name of its own: write `name: L2`",
        ),
        (
            "page_table: { bits: [4, 2] }",
            "the VPN has 14 - 6 = 8 bits; write `bits: [4, 4]`, for example",
        ),
        (
            "page_table: { levels: 2, bits: 4 }",
            "`bits` has the width of each level: `bits: [4, 4]`",
        ),
        ("TLB:\n  entries: 8", "did you mean `tlb`?"),
        (
            "caches:\n  - size: 128 B\n    block: 4 B",
            "did you mean `cache`?",
        ),
        ("cpu: 3 GHz", "did you mean `cores`?"),
        (
            "cache: { size: 64 B, block: 4 B, write-back: yes }",
            "write `write-back: true`",
        ),
        (
            "cache: { size: 64 B, block: 4 B, write-allocate: no }",
            "write `write-allocate: false`",
        ),
        (
            "cache: { size: 64 B, block: 4 B, ways: full }",
            "write `ways: fully-associative`",
        ),
        (
            "cache: { size: 64 B, block: 4 B, ways: Fully associative }",
            "write `ways: fully-associative`",
        ),
        (
            "tlb: { entries: 16, ways: four }",
            "write a number, or `fully-associative` or `direct-mapped`",
        ),
        (
            "tlb:\n  entries: 16\n  fully-associative # all\ncores: 2",
            "write `fully-associative: true`",
        ),
        (
            "kernel: { frames: 3 }",
            "the settings of the kernel belong in the script: write `kernel { … }` there",
        ),
        (
            "include: base.yaml",
            "a machine file cannot use another machine: name the machine in the script, and its changes in braces, as in \
             `machine simple { cores 2 }`",
        ),
    ];
    let found = |text: &str| machine(text).expect_err(text);
    for (line, help) in cases {
        let text = format!("{mmu}{line}");
        let all: Vec<_> = found(&text)
            .into_iter()
            .map(|one| fixed(&text, one))
            .collect();
        let helps: Vec<_> = all.iter().map(|one| one.help.as_deref()).collect();
        assert_eq!(helps, [Some(help)], "{line}: {all:#?}");
    }
    let text = "virtual: 14 bits\n";
    let [one] = found(text).try_into().expect("one mistake");
    let help = "add `page: 4 KB`; without `virtual` and `page`, addresses are physical";
    assert_eq!(fixed(text, one).help.as_deref(), Some(help));
}

/// A setting of other tools, and the line with its fix.
const FIXED: &[(&str, &str)] = &[
    (
        "{ virtual: 14 bits, physical: 12 bits, page: 64 B, tlb: { entries: 16, ways: 3 } }",
        "{ virtual: 14 bits, physical: 12 bits, page: 64 B, tlb: { entries: 16, ways: 4 } }",
    ),
    (
        "cache: { size: 64 B, block: 4 B, write: through }",
        "cache: { size: 64 B, block: 4 B, write-through: true }",
    ),
    (
        "cache: { size: 64 B, block: 4 B, write: write-back }",
        "cache: { size: 64 B, block: 4 B, write-back: true }",
    ),
    (
        "cache:\n  size: 64 B\n  write-policy: through",
        "cache:\n  size: 64 B\n  write-through: true",
    ),
    (
        "cache: { size: 64 B, mapping: direct, block: 4 B }",
        "cache: { size: 64 B, direct-mapped: true, block: 4 B }",
    ),
    (
        "page_table: 2 # levels",
        "page_table: { levels: 2 } # levels",
    ),
    ("tlb: 16", "tlb: { entries: 16 }"),
];

#[test]
fn settings_of_other_tools_are_fixed_in_yaml() {
    for (text, expected) in FIXED {
        let wrong = machine(text).expect_err("no setting");
        let mut fixes = wrong.into_iter().filter_map(|one| fixed(text, one).fix);
        let fix = fixes.next().unwrap_or_else(|| panic!("no fix: {text}"));
        let (start, end) = (fix.span.start as usize, fix.span.end as usize);
        let new = format!("{}{}{}", &text[..start], fix.text, &text[end..]);
        assert_eq!(new, *expected);
    }
}

#[test]
fn every_error_in_a_file_is_reported() {
    let text = "page: 64 Q\ntlb:\n- { ways: 3 Q, name: 4 }\n\"a b\": 1\n";
    let wrong = wrong(text);
    let places: Vec<&str> = wrong.iter().map(|one| at(text, one.span)).collect();
    assert_eq!(places, ["64 Q", "3 Q", "4", "a b"]);
}

#[test]
fn no_mistake_of_a_file_hides_another_one() {
    for (text, places) in [
        // A value, a setting, and a setting of a level.
        (
            "virtual: 2^4\nphysical: 16 bits\nfoo: 1\ntlb: { entires: 4 }",
            &["2^4", "foo", "entires"] as &[&str],
        ),
        ("page: 4 Q\npage: 8\nfoo: 1", &["4 Q", "page", "foo"]),
        (
            "page: 64 B\ntlb:\nentries: 4\nways: 3\ncache: { block: 3 B }",
            &["entries", "3 B"],
        ),
        // Each setting with a mistake of syntax, and one without.
        (
            "virtual 16 bits\npage: 300 B\ntlb: { entries: 4\n",
            &["virtual", "300 B", ""],
        ),
        (
            "machine:\n  virtual 16 bits\n  page: 300 B\n  cores: @\n",
            &["virtual", "300 B", "@"],
        ),
        (
            "page: 64 B\ntlb\n  entries: 4\n\tways: 3\ncache:\n- block: 3 B\n",
            &["tlb", "3 B"],
        ),
        ("page: \"64\nvirtual: 2^4", &["", "2^4"]),
        // Settings that are not YAML, and their values.
        (
            "virtual = 14 bits\npage = 300 B",
            &["virtual", "page", "300 B"],
        ),
        (
            "virtual = 14\npage = 300\n[tlb]\nentires = 4\n[[cache]]\nblock = 3\n",
            &["virtual", "300", "entires", "3"],
        ),
        // A part of the file that another one uses is not read on its own.
        (
            "page: &size 64 B\ntlb\n  pages: *size\n  ways: 3 Q",
            &["tlb"],
        ),
    ] {
        let wrong = wrong(text);
        let found: Vec<&str> = wrong.iter().map(|one| at(text, one.span)).collect();
        assert_eq!(found, places, "{text:?}: {wrong:#?}");
    }
}

#[test]
fn a_file_may_be_silly_but_not_endless() {
    let lines = |n: usize, line: fn(usize) -> String| (0..n).map(line).collect::<Vec<_>>().concat();
    let bomb = lines(20, |i| {
        format!(
            "a{}: &a{} [{}]\n",
            i + 1,
            i + 1,
            format!("*a{i},").repeat(9)
        )
    });
    let deep = lines(40, |i| format!("{}a:\n", " ".repeat(i)));
    let long = lines(5000, |i| format!("k{i}: 1\n"));
    let cases = [
        ("[".repeat(1 << 20), "at most 256 brackets"),
        ("{a: ".repeat(1 << 18), "at most 256 brackets"),
        (format!("a0: &a0 1\n{bomb}"), "at most 4096 values"),
        ("a: &a [*a, *a]".to_owned(), "nested too deeply"),
        ("- ".repeat(1 << 18), "nested too deeply"),
        (deep, "nested too deeply"),
        (long, "at most 4096 values"),
    ];
    for (text, message) in cases {
        let wrong = wrong(&text);
        let mut of_file = wrong.iter().filter(|one| one.code == Code::MachineFile);
        let one = of_file.next().expect("a mistake of the file");
        assert!(one.message.contains(message), "{}", one.message);
        assert_eq!(of_file.count(), 0);
    }
}

#[test]
fn settings_report_into_the_file() {
    let mmu = "virtual: 14\nphysical: 12\npage: 64 B\n";
    let cases = [
        ("tlb: { entrys: 16 }", Code::UnknownSetting, "entrys"),
        (
            "tlb: { entries: 16, ways: four }",
            Code::UnknownWord,
            "four",
        ),
        (
            "tlb: { entries: 16, ways: 4, policy: lur }",
            Code::UnknownWord,
            "lur",
        ),
        ("tlb: { entries: 16, ways: true }", Code::WrongType, "true"),
        (
            "tlb: { entries: 12, ways: 2 }",
            Code::NotAPowerOfTwo,
            "entries: 12",
        ),
        (
            "cache: { lines: 16, block: 3 B }",
            Code::NotAPowerOfTwo,
            "3 B",
        ),
        (
            "cache: { lines: 16, block: 4 B, shared: 1 }",
            Code::WrongCount,
            "1",
        ),
        ("cache:", Code::WrongCount, "cache"),
        ("cores: 65", Code::BadWidth, "65"),
        ("pte: { valid: 64 }", Code::BadFormat, "64"),
        ("machine: {}", Code::UnknownSetting, "machine"),
    ];
    for (line, code, place) in cases {
        let text = format!("{mmu}{line}");
        let wrong = machine(&text).expect_err(line);
        assert_eq!(
            (wrong[0].code, at(&text, wrong[0].span)),
            (code, place),
            "{line}: {:#?}",
            wrong[0]
        );
    }
}

#[test]
fn the_presets_written_in_yaml_are_the_presets() {
    let files = [
        (
            "simple",
            include_str!("../../../../../examples/machines/simple.yaml"),
        ),
        (
            "core-i7",
            include_str!("../../../../../examples/machines/core-i7.yaml"),
        ),
    ];
    for (name, text) in files {
        let preset = Preset::named(name).expect("a preset");
        assert_eq!(machine(text), Ok(preset.spec()), "{name}");
    }
}

/// Returns random combinations of YAML fragments.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "page", "tlb", "name", "é", "64 B", "0..6", "true", "~", "- ", ": ", ":", "\n", "\n  ",
        "  ", "[", "]", "{", "}", ",", "\"", "'", "&a ", "*a", "!t ", "#", "|", "? ", "\t",
        "---\n", "\u{feff}", "\r\n", "\\", "%",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Checks that all locations are in the file, and that names and words are at their locations.
fn places_hold(text: &str, fields: &[Field]) {
    for field in fields {
        assert_eq!(at(text, field.name.span), &*field.name.text, "{text:?}");
        assert!(at(text, field.span).len() <= text.len());
        for arg in &field.args {
            let there = at(text, arg.span).trim().to_owned();
            assert!(
                !matches!(&arg.kind, ArgKind::Word { text: word, value: None } if **word != *there),
                "{text:?}"
            );
        }
        places_hold(text, field.block.as_deref().unwrap_or_default());
    }
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in pieces()) {
        match fields_of_yaml(FILE, &text) {
            Ok(fields) => places_hold(&text, &fields),
            Err(wrong) => {
                prop_assert!(!wrong.is_empty());
                for one in wrong {
                    at(&text, one.span);
                    one.related.iter().for_each(|(span, _)| { at(&text, *span); });
                }
            }
        }
    }

    #[test]
    fn settings_in_blocks_come_out_as_they_went_in(tree in tree(), indent in 1_usize..5) {
        let (mut text, mut wanted) = (String::new(), Vec::new());
        write(&tree, 0, indent, &mut text, &mut wanted);
        let fields = fields_of_yaml(FILE, &text).expect("valid YAML");
        prop_assert_eq!(shown(&fields), wanted.join("; "), "{}", text);
        places_hold(&text, &fields);
    }
}

/// A random test setting, which is either a number or a block of nested settings.
#[derive(Debug, Clone)]
enum Setting {
    Number(u32),
    Block(Vec<Setting>),
}

fn tree() -> impl Strategy<Value = Vec<Setting>> {
    let number = any::<u32>().prop_map(Setting::Number);
    let setting = number.prop_recursive(4, 40, 4, |inner| {
        prop::collection::vec(inner, 1..4).prop_map(Setting::Block)
    });
    prop::collection::vec(setting, 1..4)
}

/// Writes settings as YAML in block style, and in the format of [`shown`].
fn write(
    settings: &[Setting],
    depth: usize,
    indent: usize,
    text: &mut String,
    wanted: &mut Vec<String>,
) {
    for (i, setting) in settings.iter().enumerate() {
        text.extend([" ".repeat(depth * indent), format!("k{i}:")]);
        match setting {
            Setting::Number(n) => {
                text.extend([" ".to_owned(), n.to_string(), "\n".to_owned()]);
                wanted.push(format!("k{i} {n}"));
            }
            Setting::Block(inner) => {
                text.push('\n');
                let mut within = Vec::new();
                write(inner, depth + 1, indent, text, &mut within);
                wanted.push(format!("k{i} {{ {} }}", within.join("; ")));
            }
        }
    }
}
