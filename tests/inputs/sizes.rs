//! The limits of inputs: their documentation, and deep nesting in YAML.

use std::time::{Duration, Instant};

use pagewalk_engine::files::limits::{InputLimit, LIMITS};

use super::{folder, pagewalk, put};

#[test]
fn the_documentation_lists_every_limit() {
    let page = std::fs::read_to_string("docs/reference/limits.md").expect("the page");
    let row = |limit: &InputLimit| format!("| {} | {limit} |", limit.input);
    let missing: Vec<String> = LIMITS
        .iter()
        .map(row)
        .filter(|row| !page.contains(row))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/reference/limits.md lacks:\n{}",
        missing.join("\n")
    );
}

#[test]
fn nested_brackets_take_no_time() {
    let folder = folder("brackets");
    let deep = "[".repeat(100_000);
    put(
        &folder,
        "x.pw",
        "machine simple\nquestion \"Q\" { ask read 0x10 => vpn }\n",
    );
    put(&folder, "a.csv", "id,1.vpn\n1,0\n");
    put(&folder, "a.yaml", format!("- id: 1\n  1.vpn: {deep}\n"));
    put(&folder, "labels.yaml", format!("ppn: {deep}\n"));
    put(&folder, "rules.yaml", format!("also: {deep}\n"));
    put(
        &folder,
        "x.golden.yaml",
        format!("format: 2\ncases: {deep}\n...\n"),
    );
    put(&folder, "machine.yaml", format!("page: {deep}\n"));
    for (arguments, why) in [
        (
            &["grade", "x.pw", "a.yaml"][..],
            "a.yaml:2: cannot be read: brackets are nested too deeply",
        ),
        (
            &["exam", "x.pw", "--labels", "labels.yaml"],
            "labels.yaml: line 1: brackets are nested too deeply",
        ),
        (
            &["grade", "x.pw", "a.csv", "--rules", "rules.yaml"],
            "rules.yaml:1: brackets are nested too deeply",
        ),
        (
            &["test", "x.pw"],
            "x.golden.yaml:2:1: the golden file is not valid: brackets are nested too deeply",
        ),
        (
            &["replay", "machine.yaml", "t.trace"],
            "a machine file can have at most 256 brackets and braces",
        ),
    ] {
        let begin = Instant::now();
        let ran = pagewalk(&folder, arguments);
        assert!(
            format!("{}{}", ran.out, ran.messages).contains(why),
            "{arguments:?}: {ran:?}"
        );
        assert_eq!(ran.status, Some(2), "{arguments:?}: {ran:?}");
        assert!(
            begin.elapsed() < Duration::from_secs(10),
            "{arguments:?} took {:?}",
            begin.elapsed()
        );
    }
}
