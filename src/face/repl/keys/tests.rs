use pagewalk_script::lang::layout::tokens;

use super::{Recall, Unfinished, continuation_prompt, indentation, inputs, prompt};

#[test]
fn earlier_inputs_are_filtered_by_the_typed_text() {
    let mut recall = Recall::default();
    for entry in ["show 1", "read 0", "read 0", "show 2", "read 3"] {
        recall.add(entry);
    }
    recall.begin();
    let mut up = |line: &str| recall.step(line, true);
    assert_eq!(up("sh").as_deref(), Some("show 2"));
    assert_eq!(up("show 2").as_deref(), Some("show 1"));
    assert_eq!(up("show 1"), None);
    assert_eq!(recall.step("show 1", false).as_deref(), Some("show 2"));
    assert_eq!(recall.step("show 2", false).as_deref(), Some("sh"));
    assert_eq!(recall.step("sh", false), None);
    // An edited entry is treated as typed text.
    assert_eq!(recall.step("read", true).as_deref(), Some("read 3"));
    assert_eq!(recall.step("read 0", true), None);
    // Without a prefix, every entry matches. Indentation alone is not a prefix.
    assert_eq!(recall.step("  ", true).as_deref(), Some("read 3"));
    assert_eq!(recall.step("read 3", true).as_deref(), Some("show 2"));
    assert_eq!(recall.step("show 2", true).as_deref(), Some("read 0"));
    assert_eq!(recall.step("read 0", true).as_deref(), Some("show 1"));
}

#[test]
fn prompts_are_stripped_and_answers_left_out() {
    for line in [
        "read 0",
        "pagewalk> read 0",
        "[12] pagewalk> read 0",
        "  pagewalk> read 0",
    ] {
        assert_eq!(inputs(line), ["read 0"], "{line}");
    }
    for line in ["", "pagewalk", "show [1] > 2", "let pagewalk = 3"] {
        assert_eq!(inputs(line), [line]);
    }
    let session = "\n[1] pagewalk> set tlb {\n          ... | set |\n          ... }\nset tlb { … }\n\
        [2] pagewalk> read 0 =>\n  vpn 0\n  VPN 0x0  TLBI 0x0\npagewalk> read 1\n  => vpn 0\npagewalk> \n";
    assert_eq!(
        inputs(session),
        [
            "set tlb {\n| set |\n}",
            "read 0 =>\n  vpn 0",
            "read 1\n  => vpn 0"
        ]
    );
    assert_eq!(inputs("pagewalk> "), [""; 0]);
}

#[test]
fn lines_are_indented_by_open_brackets() {
    for (text, columns) in [
        ("machine {", 2),
        ("P1 {\n  if x {", 4),
        ("P1 {\n  if x {\n  }", 2),
        ("read 0 =>", 2),
        ("text \"\"\"a", 0),
    ] {
        assert_eq!(indentation(text).len(), columns, "{text}");
    }
    assert_eq!(prompt(12).len(), continuation_prompt(12).len());
}

#[test]
fn an_input_is_unfinished_only_if_a_scan_says_so() {
    let lines = [
        "repeat 2 {",
        "}",
        "read 0",
        "let a = [1,",
        "2]",
        "(",
        ")",
        "print \"}\"",
        "# }",
        "\"\"\"",
        "x {",
        "1 +",
        "\"a\" }",
        "{ read 0 }",
        "]",
        "| [ |",
    ];
    // Every 61st input of six lines.
    let mut certain = 0;
    for mut number in (0..lines.len().pow(6)).step_by(61) {
        let mut input = String::new();
        let mut state: Option<Unfinished> = None;
        for _ in 0..6 {
            let line = lines[number % lines.len()];
            number /= lines.len();
            input += line;
            input.push('\n');
            let unfinished = || tokens(&input).unfinished;
            if let Some(state) = &mut state
                && state.goes_on(line)
            {
                certain += 1;
                assert!(unfinished(), "{input}");
            } else if unfinished() {
                state = Some(Unfinished::scan(&input));
            } else {
                break;
            }
        }
    }
    assert!(certain > 100_000, "{certain}");
}
