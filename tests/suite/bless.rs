//! Tests of `--bless`: the outcome for each golden file, equal changes, and renamed scripts.

use std::process::Command;

use super::folder::Folder;
use super::golden::golden;
use super::{HOLDS, WRONG};

#[test]
fn blessing_reports_each_golden_file() {
    let folder = golden("bless-outcomes");
    let fails = "machine simple\nread 0x3D4 => vpn 0x0E\n";
    folder
        .put("fails.pw", fails)
        .put("wrong.pw", WRONG)
        .put("new.pw", HOLDS);
    folder.put("block.md", "```pagewalk,fails\nexpect 1 == 1\n```\n");
    let messages = folder.test(&["--bless"]);
    assert_eq!(messages.status, 2, "{}", messages.out);
    for (file, outcome) in [
        ("new.golden.yaml", "written, 2 statements\n"),
        ("x.golden.yaml", "unchanged\n"),
        (
            "fails.golden.yaml",
            "not written: an expectation failed\n  help: fix the script, or accept the actual values with `pagewalk test --accept fails.pw`\n",
        ),
        (
            "wrong.golden.yaml",
            "not written: the script has a mistake\n  help: fix the mistake\n",
        ),
        (
            "block.golden.yaml",
            "not written: a block with `fails` passes\n  help: remove `fails`",
        ),
    ] {
        assert!(
            messages.out.contains(&format!("{file}: {outcome}")),
            "{file}: {}",
            messages.out
        );
        assert_eq!(
            folder.at(file).exists(),
            !outcome.starts_with("not written"),
            "{file}"
        );
    }
    // The advice is never the command that did not help.
    assert!(!messages.out.contains("test --bless"), "{}", messages.out);
    // The advice works.
    assert_eq!(folder.test(&["--accept", "fails.pw"]).status, 0);
    assert!(
        folder
            .passes(&["--bless", "fails.pw"])
            .starts_with("fails.golden.yaml: written, 2 statements\n")
    );
}

/// Git for Windows changes the ends of lines, and some editors add a byte-order mark.
#[test]
fn other_line_ends_are_no_change() {
    let folder = golden("bless-line-ends");
    let text = format!(
        "\u{feff}{}",
        folder.get("x.golden.yaml").replace('\n', "\r\n")
    );
    folder.put("x.golden.yaml", &text);
    assert!(
        folder
            .passes(&["--bless"])
            .contains("x.golden.yaml: unchanged\n")
    );
    assert_eq!(folder.get("x.golden.yaml"), text);
}

#[test]
fn a_filter_that_selects_nothing_writes_nothing() {
    let folder = Folder::new("bless-nothing");
    folder.put("x.pw", HOLDS);
    let messages = folder.test(&["--bless", "--filter", "zzz"]);
    assert_eq!(
        (messages.status, folder.at("x.golden.yaml").exists()),
        (2, false),
        "{}",
        messages.out
    );
    assert!(
        messages.err.contains("no case matches `"),
        "{}",
        messages.err
    );
}

#[cfg(unix)]
#[test]
fn a_golden_file_that_cannot_be_written_is_reported() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = golden("bless-unwritable");
    let path = folder.at("x.golden.yaml");
    folder.swap("x.pw", "0x3D4", "0x010");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let messages = folder.test(&["--bless"]);
    assert_eq!(messages.status, 2);
    let message = "x.golden.yaml: not written: the golden file cannot be written: permission denied\n  help: check the file";
    assert!(messages.out.contains(message), "{}", messages.out);
    assert!(!messages.out.contains("cannot be read"), "{}", messages.out);
}

#[test]
fn equal_changes_are_shown_once() {
    let folder = Folder::new("alike");
    for i in 0..30 {
        folder.put(
            &format!("hw{i:02}.pw"),
            "machine simple\nread 0x3D4\nshow tlb\n",
        );
    }
    folder.put("other.pw", "machine simple\nread 0x3D8\n");
    let blessed = folder.passes(&["--bless"]);
    assert_eq!(blessed.lines().count(), 4, "{blessed}");
    assert!(
        blessed.contains("30 more golden files written: hw01.golden.yaml, "),
        "{blessed}"
    );
    assert!(
        folder
            .passes(&["--bless"])
            .contains("30 more golden files unchanged: ")
    );
    for i in 0..30 {
        folder.swap(&format!("hw{i:02}.golden.yaml"), "vpn 0x0F", "vpn 0x0E");
    }
    folder.swap("other.golden.yaml", "vpn 0x0F", "vpn 0x0E");
    let messages = folder.test(&[]);
    assert_eq!(
        (messages.status, messages.last()),
        (1, "0 passed, 31 failed")
    );
    let once = "29 more cases fail alike: hw01.pw:2, hw02.pw:2, hw03.pw:2, hw04.pw:2, hw05.pw:2, hw06.pw:2, hw07.pw:2, \
                hw08.pw:2, …; `--verbose` shows all\n";
    assert!(messages.out.contains(once), "{}", messages.out);
    assert_eq!(
        messages.out.matches("+ vpn 0x0F").count(),
        2,
        "{}",
        messages.out
    );
    assert!(
        messages.out.contains("read 0x3D8  other.pw:2"),
        "{}",
        messages.out
    );
    assert_eq!(
        folder
            .test(&["--verbose"])
            .out
            .matches("+ vpn 0x0F")
            .count(),
        31
    );
    // A case that also fails for another reason is shown.
    folder.swap("hw07.pw", "read 0x3D4", "read 0x3D4 => vpn 0x01");
    let messages = folder.test(&[]);
    assert!(
        messages.out.contains("✗ hw07.pw") && messages.out.contains("28 more cases fail alike")
    );
    // Different changes fill no more than some screens.
    for i in 0..30 {
        folder.put(
            &format!("hw{i:02}.pw"),
            format!("machine simple\nread {i}\n"),
        );
    }
    let messages = folder.test(&[]);
    assert!(
        messages
            .out
            .contains("21 more cases differ in other ways: hw10.pw:"),
        "{}",
        messages.out
    );
}

#[test]
fn a_renamed_script_finds_its_golden_file() {
    let folder = golden("renamed");
    std::fs::rename(folder.at("x.pw"), folder.at("y.pw")).unwrap();
    folder.put("z.pw", HOLDS);
    // Git does not track the file yet, so `git mv` would fail.
    let messages = folder.test(&[]);
    assert!(
        messages
            .err
            .contains("help: run `mv x.golden.yaml y.golden.yaml`"),
        "{}",
        messages.err
    );
    for args in [&["init", "--quiet"][..], &["add", "x.golden.yaml"]] {
        assert!(
            Command::new("git")
                .args(args)
                .current_dir(folder.at("."))
                .status()
                .unwrap()
                .success()
        );
    }
    let help = "`git mv x.golden.yaml y.golden.yaml`";
    let messages = folder.test(&[]);
    assert_eq!(messages.status, 2, "{}", messages.out);
    assert!(
        messages.err.contains(&format!(
            "`y.pw` has the results in `x.golden.yaml`\n  help: run {help}"
        )),
        "{}",
        messages.err
    );
    assert!(!messages.err.contains("`z.pw` has"), "{}", messages.err);
    let messages = folder.test(&["--bless"]);
    assert!(
        messages
            .out
            .contains("y.golden.yaml: not written: `y.pw` has the results in `x.golden.yaml`"),
        "{}",
        messages.out
    );
    assert!(
        messages.out.contains(help) && !folder.at("y.golden.yaml").exists(),
        "{}",
        messages.out
    );
    assert!(folder.at("z.golden.yaml").exists());
    std::fs::rename(folder.at("x.golden.yaml"), folder.at("y.golden.yaml")).unwrap();
    folder.passes(&["--require-golden"]);
}

#[test]
fn a_document_keeps_its_golden_file_beside_a_new_script() {
    let folder = Folder::new("both");
    folder.put("x.md", "```pagewalk\nmachine simple\nread 0x3D4\n```\n");
    folder.passes(&["--bless"]);
    folder.put("x.pw", HOLDS);
    let messages = folder.test(&[]);
    assert_eq!(messages.status, 1);
    let help = "pagewalk: `x.md` has the results in `x.golden.yaml`\n  help: run `mv x.golden.yaml x.md.golden.yaml`\n";
    assert!(messages.err.contains(help), "{}", messages.err);
}

#[test]
fn a_document_keeps_its_golden_file_after_the_script_is_renamed() {
    let folder = Folder::new("renamed-beside");
    folder.put("x.md", "```pagewalk\nmachine simple\nread 0x010\n```\n");
    folder.put("x.pw", HOLDS);
    folder.passes(&["--bless"]);
    std::fs::rename(folder.at("x.pw"), folder.at("y.pw")).unwrap();
    let told = folder.test(&[]);
    assert_eq!(told.status, 2, "{}", told.out);
    for what in [
        "`y.pw` has the results in `x.golden.yaml`\n  help: run `mv x.golden.yaml y.golden.yaml`\n",
        "this golden file belongs to no script: there is no `x.pw`, and `x.md` has its own\n",
    ] {
        assert!(told.err.contains(what), "{}", told.err);
    }
    assert!(!told.out.contains("--bless x.md"), "{}", told.out);
    let kept = "not removed: a script without a golden file has its results";
    assert!(folder.passes(&["--prune"]).contains(kept));
    std::fs::rename(folder.at("x.golden.yaml"), folder.at("y.golden.yaml")).unwrap();
    folder.passes(&["--require-golden"]);
}

/// A mistake outside the selected case can leave it without results.
#[test]
fn a_mistake_elsewhere_keeps_approved_results() {
    let text = "machine simple\nscenario \"a\" { read 0x3D4 }\n\nscenario \"two\" { read 0x010 }\n";
    for (name, from, to, selected) in [
        ("syntax", "read 0x010", "raed 0x010", "*a"),
        ("run", "}\n\n", "}\nlet x = 1 / tlb.hits\n", "*two"),
    ] {
        let folder = Folder::new(&format!("bless-elsewhere-{name}"));
        folder.put("x.pw", text);
        folder.passes(&["--bless"]);
        let golden = folder.get("x.golden.yaml");
        folder.swap("x.pw", from, to);
        let blessed = folder.test(&["--bless", "--filter", selected]);
        assert_eq!(blessed.status, 2, "{name}: {}", blessed.out);
        let why = "x.golden.yaml: not written: the script has a mistake\n";
        assert!(blessed.out.contains(why), "{name}: {}", blessed.out);
        assert_eq!(folder.get("x.golden.yaml"), golden, "{name}");
        let tested = folder.test(&["--filter", selected]);
        assert_eq!(tested.status, 2, "{name}: {}", tested.out);
        assert!(
            tested.last().contains("1 failed") && tested.out.contains("1 case not run"),
            "{name}: {}",
            tested.out
        );
    }
    // A mistake in a scenario ends only this scenario.
    let folder = Folder::new("bless-elsewhere-scenario");
    folder.put(
        "x.pw",
        text.replace("read 0x010", "expect 1 / tlb.hits == 1"),
    );
    folder.passes(&["--bless", "--filter", "*a"]);
    folder.passes(&["--filter", "*a"]);
}

#[test]
fn pruning_removes_golden_files_without_a_script() {
    let folder = golden("prune");
    folder.put("cluster.golden.yaml", "kind: Pod\n");
    std::fs::rename(folder.at("x.pw"), folder.at("y.pw")).unwrap();
    // A renamed script still needs the results.
    let kept = "x.golden.yaml: not removed: a script without a golden file has its results; run `mv x.golden.yaml y.golden.yaml`\n";
    assert!(folder.passes(&["--prune"]).contains(kept));
    assert!(folder.at("x.golden.yaml").exists());
    std::fs::remove_file(folder.at("y.pw")).unwrap();
    assert!(
        folder
            .test(&[])
            .err
            .contains("remove it with `pagewalk test --prune`")
    );
    assert_eq!(folder.test_with(&["--prune"], &[("CI", "1")]).status, 2);
    assert_eq!(
        folder.passes(&["--prune"]),
        "cluster.golden.yaml: not removed: Pagewalk did not write this file\nx.golden.yaml: no script\n1 golden file removed\n"
    );
    assert!(!folder.at("x.golden.yaml").exists() && folder.at("cluster.golden.yaml").exists());
    assert!(
        folder
            .passes(&["--prune"])
            .ends_with("0 golden files removed\n")
    );
}

#[test]
fn a_filter_keeps_the_results_of_a_removed_scenario() {
    let folder = Folder::new("bless-removed");
    let one = "machine simple\nscenario \"one\" {\n  read 1\n}\n";
    folder.put("f.pw", format!("{one}scenario \"two\" {{\n  read 2\n}}\n"));
    folder.passes(&["--bless"]);
    let two = folder
        .get("f.golden.yaml")
        .split_once("- scenario: two")
        .unwrap()
        .1
        .to_owned();
    folder.put("f.pw", one.replace("read 1", "read 3"));
    folder.passes(&["--bless", "--filter", "*one"]);
    assert!(folder.get("f.golden.yaml").contains(&two));
    assert!(
        folder
            .test(&[])
            .out
            .contains("the golden file has the scenario `two`, but the script does not")
    );
    folder.passes(&["--bless"]);
    assert!(!folder.get("f.golden.yaml").contains("two"));
}

#[test]
fn a_mistake_is_reported_beside_an_unusable_golden_file() {
    let folder = golden("bless-both");
    folder
        .put("x.pw", WRONG)
        .put("x.golden.yaml", "<<<<<<< HEAD\n");
    let wrong = folder.test(&[]);
    assert!(
        wrong.out.contains("[unknown-verb]") && wrong.out.contains("2 mistakes"),
        "{}",
        wrong.out
    );
    assert!(
        wrong
            .out
            .contains("conflict markers from a merge in line 1"),
        "{}",
        wrong.out
    );
}

/// The lists of 20,000 iterations would have 200 million elements in the golden file's digest.
#[test]
fn growing_lists_are_blessed_by_their_length() {
    let folder = golden("bless-growing");
    let script = |late: u32| {
        format!(
            "let late = {late}\nlet xs = []\nfor i in 0..20000 {{ let xs = [xs, i // late] }}\n"
        )
    };
    folder.put("g.pw", script(15_000));
    folder.passes(&["--bless"]);
    folder.passes(&[]);
    // Only the elements of late iterations differ.
    folder.put("g.pw", script(15_001));
    let differs = folder.test(&[]);
    assert_eq!(differs.status, 1);
    assert!(
        differs.out.contains("more statements, digest"),
        "{}",
        differs.out
    );
}
