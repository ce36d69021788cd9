//! Tests of `pagewalk test` as a process: its findings, its exit status, and the changes that golden files
//! detect.

mod bless;
mod course;
mod folder;
mod golden;
mod included;
mod merge;
mod review;

use folder::Folder;

/// A script that passes, with CS:APP's machine and the address from the first practice problem.
const HOLDS: &str = "machine simple\nread 0x3D4 => vpn 0x0F, vpo 0x14\n";

/// A script with a case that fails.
const FAILS: &str = "machine simple\nscenario \"good\" {\n  expect 1 == 1\n}\nscenario \"bad\" {\n  read 0x3D4 => vpn 0x0E\n}\n";

/// A file that is not a script.
const WRONG: &str = "machine simple\nraed 0x3D4\n";

#[test]
fn scripts_and_blocks_are_found_in_order() {
    let folder = Folder::new("found");
    folder
        .put("b.pw", HOLDS)
        .put("a/z.pw", FAILS)
        .put("a/b.pw", HOLDS)
        .put(".git/x.pw", WRONG);
    folder
        .put("target/x.pw", WRONG)
        .put("notes.txt", WRONG)
        .put("c.md", "# No script\n```sh\nls\n```\n");
    folder.put(
        "d.md",
        "# Two\n```pagewalk\nlet x = 1\n```\n- in a list\n\n  ~~~pagewalk named.pw\n  let y = 2\n  ~~~\n",
    );
    let listed = folder.passes(&["--list"]);
    let names = [
        "a/b.pw",
        "a/z.pw",
        "a/z.pw :: good",
        "a/z.pw :: bad",
        "b.pw",
        "d.md :: block 1",
        "d.md :: named.pw",
    ];
    assert_eq!(listed.lines().collect::<Vec<_>>(), names);
    // Paths are printed as given, and a repeated path runs only once.
    assert_eq!(
        folder.passes(&["--list", "./a/b.pw", "a"]),
        "a/b.pw\na/z.pw\na/z.pw :: good\na/z.pw :: bad\n"
    );
}

#[test]
fn the_exit_status_is_that_of_run() {
    let folder = Folder::new("status");
    folder
        .put("good.pw", HOLDS)
        .put("fails.pw", FAILS)
        .put("wrong.pw", WRONG);
    for (path, status, last) in [
        ("good.pw", 0, "1 passed, 0 failed"),
        ("fails.pw", 1, "2 passed, 1 failed"),
        ("wrong.pw", 2, "0 passed, 1 failed"),
        (".", 2, "3 passed, 2 failed"),
    ] {
        let messages = folder.test(&[path]);
        assert_eq!(
            (messages.status, messages.last()),
            (status, last),
            "{path}: {}",
            messages.out
        );
    }
    for args in [
        &["nowhere.pw"][..],
        &["--filter", "nothing"],
        &["--partition", "3/2"],
        &["--partition", "0/2"],
    ] {
        assert_eq!(folder.test(args).status, 2, "{args:?}");
    }
    folder.put("notes.txt", "");
    assert!(folder.test(&["notes.txt"]).err.contains("neither a script"));
}

#[test]
fn a_failure_is_reported_with_its_details() {
    let folder = Folder::new("messages");
    folder.put("x.pw", FAILS).put("w.pw", WRONG);
    let messages = folder.test(&["x.pw"]);
    for part in [
        "x.pw :: bad",
        "read 0x3D4",
        "x.pw:6",
        "vpn",
        "expected 0x0E",
        "actual 0x0F",
    ] {
        assert!(messages.out.contains(part), "{part} in {}", messages.out);
    }
    let messages = folder.test(&["w.pw"]);
    assert!(
        messages.out.contains("w.pw:2:1: [unknown-verb]"),
        "{}",
        messages.out
    );
    // The diagnostics are formatted for a terminal on standard error.
    assert!(
        messages.err.contains("did you mean `read`?"),
        "{}",
        messages.err
    );
}

#[test]
fn the_output_is_the_same_each_time() {
    let folder = Folder::new("same");
    for i in 0..20 {
        folder.put(&format!("{i}.pw"), if i % 3 == 0 { FAILS } else { HOLDS });
    }
    let once = folder.test(&["--jobs", "1"]).out;
    assert!((0..3).all(|_| folder.test(&["--jobs", "7"]).out == once));
}

#[test]
fn cases_are_filtered_by_text_and_by_pattern() {
    let folder = Folder::new("filter");
    folder.put("a.pw", FAILS).put("b.pw", HOLDS);
    assert_eq!(
        folder.passes(&["--list", "--filter", "goo"]),
        "a.pw :: good\n"
    );
    assert_eq!(
        folder.passes(&["--list", "--filter", "a*"]),
        "a.pw\na.pw :: good\na.pw :: bad\n"
    );
    assert_eq!(
        folder.passes(&["--list", "--filter", "?.pw"]),
        "a.pw\nb.pw\n"
    );
    assert_eq!(
        folder.test(&["--filter", "good"]).last(),
        "1 passed, 0 failed"
    );
    assert_eq!(folder.test(&["--filter", "*bad"]).status, 1);
    assert_eq!(folder.test(&["--filter", "a["]).status, 2);
}

#[test]
fn fail_fast_stops_at_the_first_file_that_fails() {
    let folder = Folder::new("fast");
    folder
        .put("a.pw", HOLDS)
        .put("b.pw", FAILS)
        .put("c.pw", FAILS)
        .put("d.pw", WRONG);
    for jobs in ["1", "2", "4"] {
        let messages = folder.test(&["--fail-fast", "--jobs", jobs]);
        assert_eq!(
            (messages.status, messages.last()),
            (1, "3 passed, 1 failed"),
            "{}",
            messages.out
        );
    }
}

#[test]
fn shuffling_and_parting_lose_nothing() {
    let folder = Folder::new("parts");
    for i in 0..40 {
        folder.put(&format!("{i}.pw"), HOLDS);
    }
    let all: Vec<String> = folder
        .passes(&["--list"])
        .lines()
        .map(ToOwned::to_owned)
        .collect();
    let shuffled = |seed: &str| -> Vec<String> {
        folder
            .passes(&["--list", "--shuffle", seed])
            .lines()
            .map(ToOwned::to_owned)
            .collect()
    };
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_ne!(shuffled("1"), all);
    assert_ne!(shuffled("1"), shuffled("2"));
    assert_eq!(shuffled("1"), shuffled("1"));
    assert_eq!(sorted(shuffled("1")), sorted(all.clone()));

    let part = |part: &str| -> Vec<String> {
        folder
            .passes(&["--list", "--partition", part])
            .lines()
            .map(ToOwned::to_owned)
            .collect()
    };
    let parts: Vec<Vec<String>> = ["1/3", "2/3", "3/3"].map(part).into();
    assert!(parts.iter().all(|part| part.len() > 4), "{parts:?}");
    assert_eq!(sorted(parts.concat()), sorted(all));
    // Adding another file does not move the existing files to a different part.
    let before = part("1/3");
    folder.put("another.pw", HOLDS);
    assert_eq!(
        sorted(
            part("1/3")
                .into_iter()
                .filter(|name| name != "another.pw")
                .collect()
        ),
        sorted(before)
    );
}

#[test]
fn included_scripts_need_not_run_alone() {
    let folder = Folder::new("included");
    folder.put(
        "_setup.pw",
        "set tlb {\n  | set | tag ppn v |\n  | 3 | 03 0D 1 |\n}\n",
    );
    folder.put(
        "main.pw",
        "machine simple\ninclude \"_setup.pw\"\nread 0x3D4 => tlb hit\n",
    );
    assert_eq!(folder.test(&[]).last(), "1 passed, 0 failed");
    // Each partition finds the script that includes `_setup.pw`.
    for part in ["1/2", "2/2"] {
        assert_eq!(folder.test(&["--partition", part]).status, 0, "{part}");
    }
    std::fs::remove_file(folder.at("main.pw")).unwrap();
    assert_eq!(folder.test(&[]).status, 2);
}

#[test]
fn blocks_of_markdown_have_a_kind() {
    let folder = Folder::new("markdown");
    folder.put(
        "notes.md",
        "# Notes\n\n```pagewalk setup.pw\nmachine simple\n```\n\n```pagewalk,continues\nread 0x3D4 => vpn 0x0F\n```\n\n\
         ```pagewalk\ninclude \"setup.pw\"\nread 0x3D4 => vpn 0x0F\n```\n\n```pagewalk,fails\nexpect 1 == 2\n```\n\n\
         ```pagewalk,fails\nraed\n```\n\n```pagewalk,skip\nand so on\n```\n\n> ```pagewalk\n> expect 1 == 1\n> ```\n",
    );
    let messages = folder.test(&["notes.md"]);
    assert_eq!(
        (messages.status, messages.last()),
        (0, "6 passed, 0 failed"),
        "{}",
        messages.out
    );
    assert_eq!(messages.err, "");
    // Reported locations refer to the document, not to the code block.
    folder.swap(
        "notes.md",
        "```pagewalk,continues\nread 0x3D4 => vpn 0x0F",
        "```pagewalk,continues\nread 0x3D4 => vpn 0x0E",
    );
    let messages = folder.test(&["notes.md"]);
    assert!(
        messages.out.contains("notes.md :: block 2") && messages.out.contains("notes.md:8"),
        "{}",
        messages.out
    );
    // A script that is expected to fail must fail.
    folder.swap("notes.md", "expect 1 == 2", "expect 1 == 1");
    let messages = folder.test(&["notes.md"]);
    assert!(
        messages.out.contains("notes.md :: block 4")
            && messages.out.contains("is expected to fail"),
        "{}",
        messages.out
    );
    assert_eq!(messages.last(), "4 passed, 2 failed");
}

/// A block that must fail keeps its values, also as the beginning of a block that continues it.
#[test]
fn accepting_changes_no_block_that_must_fail() {
    let folder = Folder::new("accept-fails");
    let block = |fails: &str, vpn: &str, next: &str| {
        format!(
            "```pagewalk{fails}\nmachine simple\nread 0x3D4 => vpn {vpn}\n```\n\n```pagewalk,continues\nread 0x3D4 => vpn {next}\n```\n"
        )
    };
    folder.put("n.md", block(",fails", "4", "5"));
    folder.test(&["--accept", "n.md"]);
    assert_eq!(folder.get("n.md"), block(",fails", "4", "15"));
    folder.put("n.md", block("", "4", "5"));
    folder.test(&["--accept", "n.md"]);
    assert_eq!(folder.get("n.md"), block("", "15", "15"));
}

#[test]
fn watching_reports_changes() {
    let folder = Folder::new("watch");
    folder
        .put("x.pw", "include \"y.pw\"\n")
        .put("y.pw", "expect 1 == 1\n");
    let mut watching = folder.watch();
    watching.until("2 passed, 0 failed");
    folder.put("y.pw", "expect 1 == 1 + 1\n");
    watching.until("0 passed, 2 failed");
    folder.put("z.pw", HOLDS);
    watching.until("1 passed, 2 failed");
}

#[test]
fn reports_go_where_they_are_sent() {
    let folder = Folder::new("reports");
    folder.put("x.pw", FAILS);
    let messages = folder.test(&["--report", "github=-", "--report", "json=suite.json"]);
    assert_eq!(messages.status, 1);
    let message = "read 0x3D4: vpn%3A".replace("%3A", ":") + " expected 0x0E, actual 0x0F";
    assert!(
        messages.out.starts_with(&format!(
            "::error file=x.pw,line=6,title=x.pw %3A%3A bad::{message}"
        )),
        "{}",
        messages.out
    );
    assert_eq!(messages.out.lines().count(), 1);
    assert_eq!(messages.err.lines().last(), Some("2 passed, 1 failed"));
    let json: serde_json::Value = serde_json::from_str(&folder.get("suite.json")).unwrap();
    assert_eq!(json["cases"][0]["name"], "x.pw");
    // The report's folder is created.
    folder.test(&["--report", "junit=out/new/junit.xml"]);
    assert!(folder.get("out/new/junit.xml").contains("<testsuites"));
    folder.passes(&["--list", "--report", "junit=unused.xml"]);
    assert!(!folder.at("unused.xml").exists());
    for (wrong, said) in [
        ("junit", "write `junit=FILE`"),
        ("tap=x", "unknown report format `tap`"),
        ("json=x.pw/report", "cannot write `x.pw/report`"),
    ] {
        let messages = folder.test(&["--report", wrong]);
        // The tests do not run.
        assert_eq!((messages.status, &*messages.out), (2, ""), "{wrong}");
        assert!(messages.err.contains(said), "{wrong}: {}", messages.err);
    }
}
