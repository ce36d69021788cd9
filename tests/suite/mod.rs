//! Tests of `pagewalk test` as a process: its findings, its exit status, and the changes that golden files
//! detect.

mod bless;
mod course;
mod folder;
mod merge;
mod review;

use std::path::Path;

use folder::{Folder, run};

/// A script that passes, with CS:APP's machine and the address from the first practice problem.
const HOLDS: &str = "machine simple\nread 0x3D4 => vpn 0x0F, vpo 0x14\n";

/// A script with a case that fails.
const FAILS: &str = "machine simple\nscenario \"good\" {\n  expect 1 == 1\n}\nscenario \"bad\" {\n  read 0x3D4 => vpn 0x0E\n}\n";

/// A file that is not a script.
const WRONG: &str = "machine simple\nraed 0x3D4\n";

#[test]
fn scripts_and_blocks_are_found_in_order() {
    let folder = Folder::new("found");
    folder.put("b.pw", HOLDS).put("a/z.pw", FAILS).put("a/b.pw", HOLDS).put(".git/x.pw", WRONG);
    folder.put("target/x.pw", WRONG).put("notes.txt", WRONG).put("c.md", "# No script\n```sh\nls\n```\n");
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
    folder.put("good.pw", HOLDS).put("fails.pw", FAILS).put("wrong.pw", WRONG);
    for (path, status, last) in [
        ("good.pw", 0, "1 passed, 0 failed"),
        ("fails.pw", 1, "2 passed, 1 failed"),
        ("wrong.pw", 2, "0 passed, 1 failed"),
        (".", 2, "3 passed, 2 failed"),
    ] {
        let messages = folder.test(&[path]);
        assert_eq!((messages.status, messages.last()), (status, last), "{path}: {}", messages.out);
    }
    for args in
        [&["nowhere.pw"][..], &["--filter", "nothing"], &["--partition", "3/2"], &["--partition", "0/2"]]
    {
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
    for part in ["x.pw :: bad", "read 0x3D4", "x.pw:6", "vpn", "expected 0x0E", "actual 0x0F"] {
        assert!(messages.out.contains(part), "{part} in {}", messages.out);
    }
    let messages = folder.test(&["w.pw"]);
    assert!(messages.out.contains("w.pw:2:1: [unknown-verb]"), "{}", messages.out);
    // The diagnostics are formatted for a terminal on standard error.
    assert!(messages.err.contains("did you mean `read`?"), "{}", messages.err);
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
    assert_eq!(folder.passes(&["--list", "--filter", "goo"]), "a.pw :: good\n");
    assert_eq!(folder.passes(&["--list", "--filter", "a*"]), "a.pw\na.pw :: good\na.pw :: bad\n");
    assert_eq!(folder.passes(&["--list", "--filter", "?.pw"]), "a.pw\nb.pw\n");
    assert_eq!(folder.test(&["--filter", "good"]).last(), "1 passed, 0 failed");
    assert_eq!(folder.test(&["--filter", "*bad"]).status, 1);
    assert_eq!(folder.test(&["--filter", "a["]).status, 2);
}

#[test]
fn fail_fast_stops_at_the_first_file_that_fails() {
    let folder = Folder::new("fast");
    folder.put("a.pw", HOLDS).put("b.pw", FAILS).put("c.pw", FAILS).put("d.pw", WRONG);
    for jobs in ["1", "2", "4"] {
        let messages = folder.test(&["--fail-fast", "--jobs", jobs]);
        assert_eq!((messages.status, messages.last()), (1, "3 passed, 1 failed"), "{}", messages.out);
    }
}

#[test]
fn shuffling_and_parting_lose_nothing() {
    let folder = Folder::new("parts");
    for i in 0..40 {
        folder.put(&format!("{i}.pw"), HOLDS);
    }
    let all: Vec<String> = folder.passes(&["--list"]).lines().map(ToOwned::to_owned).collect();
    let shuffled = |seed: &str| -> Vec<String> {
        folder.passes(&["--list", "--shuffle", seed]).lines().map(ToOwned::to_owned).collect()
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
        folder.passes(&["--list", "--partition", part]).lines().map(ToOwned::to_owned).collect()
    };
    let parts: Vec<Vec<String>> = ["1/3", "2/3", "3/3"].map(part).into();
    assert!(parts.iter().all(|part| part.len() > 4), "{parts:?}");
    assert_eq!(sorted(parts.concat()), sorted(all));
    // Adding another file does not move the existing files to a different part.
    let before = part("1/3");
    folder.put("another.pw", HOLDS);
    assert_eq!(sorted(part("1/3").into_iter().filter(|name| name != "another.pw").collect()), sorted(before));
}

#[test]
fn included_scripts_need_not_run_alone() {
    let folder = Folder::new("included");
    folder.put("_setup.pw", "set tlb {\n  | set | tag ppn v |\n  | 3 | 03 0D 1 |\n}\n");
    folder.put("main.pw", "machine simple\ninclude \"_setup.pw\"\nread 0x3D4 => tlb hit\n");
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
    assert_eq!((messages.status, messages.last()), (0, "6 passed, 0 failed"), "{}", messages.out);
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
        messages.out.contains("notes.md :: block 4") && messages.out.contains("is expected to fail"),
        "{}",
        messages.out
    );
    assert_eq!(messages.last(), "4 passed, 2 failed");
}

/// A folder with a script, its machine file, and its golden file.
fn golden(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.put(
        "machine.yaml",
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/machines/simple.yaml"))
            .unwrap(),
    );
    folder.put("x.pw", "machine \"machine.yaml\"\nscenario \"one\" {\n  read 0x3D4\n}\nscenario \"two\" {\n  read 0x3D8\n}\n");
    let messages = folder.test(&["--bless"]);
    assert_eq!(
        (messages.status, messages.last()),
        (0, "3 passed, 0 failed"),
        "{}{}",
        messages.out,
        messages.err
    );
    folder
}

#[test]
fn a_golden_file_uses_the_words_of_the_language() {
    let folder = golden("golden");
    let text = folder.get("x.golden.yaml");
    for part in ["format: 2\n", "- scenario: one\n", "  - do: read 0x3D4\n", "vpn 0x0F, vpo 0x14", "\n...\n"]
    {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    // Golden files contain no line numbers or versions.
    folder.put("x.pw", format!("# a comment\n\n{}", folder.get("x.pw")));
    folder.passes(&["--require-golden"]);
    assert_eq!(
        folder.test(&["--bless"]).out,
        "x.golden.yaml: unchanged\n3 cases, 0 facts checked\n3 passed, 0 failed\n"
    );
}

#[test]
fn a_changed_golden_file_is_seen() {
    let folder = golden("golden-changed");
    folder.swap("x.golden.yaml", "vpn 0x0F, vpo 0x14", "vpn 0x0E, vpo 0x14");
    let messages = folder.test(&[]);
    assert_eq!((messages.status, messages.last()), (1, "2 passed, 1 failed"), "{}", messages.out);
    let marked = "- vpn 0x0E, vpo 0x14";
    let at = messages.out.find(marked).unwrap_or_else(|| panic!("{}", messages.out));
    let mut lines = messages.out[at..].lines().skip(1);
    // The marks appear only below the word that differs.
    assert!(lines.next().unwrap().trim_start().starts_with("^^^^"), "{}", messages.out);
    assert!(lines.next().unwrap().contains("+ vpn 0x0F, vpo 0x14"), "{}", messages.out);
    for part in ["x.pw :: one", "read 0x3D4", "x.pw:3", "pagewalk test --bless x.pw\n"] {
        assert!(messages.out.contains(part), "{part} in {}", messages.out);
    }
    let colored = folder.test(&["--color", "always"]).out;
    assert!(
        colored.contains("\x1b[31m0x0E,\x1b[0m") && colored.contains("\x1b[32m0x0F,\x1b[0m"),
        "{colored:?}"
    );
}

#[test]
fn a_changed_script_is_seen() {
    for (from, to) in [
        ("  read 0x3D8\n", "  read 0x3DC\n"),
        ("  read 0x3D8\n", ""),
        ("  read 0x3D8\n", "  read 0x3D8\n  read 0x3D8\n"),
        ("scenario \"two\"", "scenario \"three\""),
        ("  read 0x3D4\n", "  write 0x3D4 = 1\n"),
    ] {
        let folder = golden("script-changed");
        folder.swap("x.pw", from, to);
        let messages = folder.test(&[]);
        assert_eq!(messages.status, 1, "{from:?} to {to:?}: {}", messages.out);
    }
    let folder = golden("fact-changed");
    folder.swap("x.pw", "read 0x3D8\n", "read 0x3D8 => vpn 0x0F\n");
    folder.passes(&[]);
    folder.swap("x.pw", "vpn 0x0F", "vpn 0x0E");
    assert_eq!(folder.test(&[]).status, 1);
}

#[test]
fn a_changed_engine_is_seen() {
    // A change to the machine file is like a change to the engine. The script and its golden file stay the
    // same, but the facts change.
    for (from, to) in
        [("ways: 4", "ways: 2"), ("virtual: 14 bits", "virtual: 16 bits"), ("page: 64 B", "page: 32 B")]
    {
        let folder = golden("engine-changed");
        folder.swap("machine.yaml", from, to);
        let messages = folder.test(&[]);
        assert_eq!(
            (messages.status, messages.last()),
            (1, "1 passed, 2 failed"),
            "{from:?} to {to:?}: {}",
            messages.out
        );
    }
}

#[test]
fn blessing_writes_the_named_files_and_shows_the_changes() {
    let folder = golden("bless");
    folder.swap("x.pw", "0x3D4", "0x010");
    folder.swap("x.pw", "0x3D8", "0x020");
    let messages = folder.test(&["--bless", "--filter", "two"]);
    assert_eq!(messages.status, 0, "{}", messages.out);
    assert!(
        messages.out.contains("x.golden.yaml: written") && messages.out.contains("+ read 0x020"),
        "{}",
        messages.out
    );
    assert!(!messages.out.contains("+ read 0x010"), "{}", messages.out);
    let text = folder.get("x.golden.yaml");
    assert!(text.contains("do: read 0x3D4") && text.contains("do: read 0x020"), "{text}");
    assert_eq!(folder.test(&[]).last(), "2 passed, 1 failed");
    // `--bless` ignores failing cases.
    folder.swap("x.pw", "read 0x010", "read 0x010 => vpn 0x3F");
    let messages = folder.test(&["--bless"]);
    assert_eq!((messages.status, folder.get("x.golden.yaml")), (1, text), "{}", messages.out);
    // No temporary file remains.
    let left = std::fs::read_dir(folder.at(".")).unwrap().count();
    assert_eq!(left, 3);
}

#[test]
fn machines_do_not_bless() {
    let folder = golden("ci");
    folder.swap("x.pw", "0x3D4", "0x010");
    let before = folder.get("x.golden.yaml");
    let messages = folder.test_with(&["--bless"], &[("CI", "true")]);
    assert_eq!((messages.status, messages.out.as_str()), (2, ""));
    assert!(messages.err.contains("`--bless` refuses to run"), "{}", messages.err);
    assert_eq!(folder.get("x.golden.yaml"), before);
    assert_eq!(folder.test_with(&["--bless"], &[("CI", "")]).status, 0);
}

#[test]
fn a_golden_file_can_be_required() {
    let folder = golden("required");
    folder.put("y.pw", HOLDS);
    assert!(folder.passes(&[]).contains("1 file without a golden"));
    let messages = folder.test(&["--require-golden"]);
    assert_eq!((messages.status, messages.last()), (1, "3 passed, 1 failed"));
    assert!(messages.out.contains("pagewalk test --bless y.pw"), "{}", messages.out);
}

/// The message about a changed golden file.
fn spoiled(name: &str, spoil: impl Fn(&Folder, &str)) -> String {
    let folder = golden(name);
    spoil(&folder, &folder.get("x.golden.yaml"));
    let messages = folder.test(&[]);
    assert_eq!(messages.status, 2, "{name}: {}{}", messages.out, messages.err);
    assert!(messages.out.contains("x.golden.yaml:"), "{name}: {}", messages.out);
    messages.out
}

#[test]
fn unusable_golden_files_are_distinguished() {
    let golden = "x.golden.yaml";
    let said = spoiled("truncated", |folder, text| {
        folder.put(golden, &text[..text.len() / 2]);
    });
    assert!(said.contains("is truncated"), "{said}");
    let said = spoiled("truncated-at-a-line", |folder, text| {
        folder.put(golden, text.strip_suffix("...\n").unwrap());
    });
    assert!(said.contains("is truncated"), "{said}");
    let said = spoiled("empty", |folder, _| {
        folder.put(golden, "");
    });
    assert!(said.contains("is empty"), "{said}");
    let said = spoiled("newer", |folder, _| folder.swap(golden, "format: 2", "format: 7\nnew_things: yes"));
    assert!(said.contains("has format 7") && said.contains("supports only formats 1–2"), "{said}");
    let said =
        spoiled("invalid", |folder, _| folder.swap(golden, "  - do: read 0x3D4", "  - do: [read 0x3D4"));
    assert!(said.contains("is not valid"), "{said}");
    let said = spoiled("merged", |folder, text| {
        folder.put(golden, format!("<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> other\n"));
    });
    assert!(
        said.contains("x.golden.yaml:1:1: the golden file has conflict markers from a merge in lines 1–"),
        "{said}"
    );
    let said =
        spoiled("unknown", |folder, _| folder.swap(golden, "  - do: read 0x3D4", "  - did: read 0x3D4"));
    assert!(said.contains("is not valid") && said.contains("did"), "{said}");
    let said = spoiled("not-text", |folder, _| {
        folder.put(golden, b"format: 1\n\xff\xfe");
    });
    assert!(said.contains("is not UTF-8 text: byte 10"), "{said}");
    let said = spoiled("unreadable", |folder, _| {
        std::fs::remove_file(folder.at(golden)).unwrap();
        std::fs::create_dir(folder.at(golden)).unwrap();
    });
    assert!(said.contains("cannot be read: a folder has this name"), "{said}");
    #[cfg(unix)]
    {
        let said = spoiled("a-link", |folder, _| {
            std::fs::remove_file(folder.at(golden)).unwrap();
            std::os::unix::fs::symlink("nowhere", folder.at(golden)).unwrap();
        });
        assert!(said.contains("cannot be read: it is a link to a file that does not exist"), "{said}");
    }
    let said = spoiled("large", |folder, text| {
        folder.put(golden, format!("{text}{}", "# 10 MB\n".repeat(10 << 17)));
    });
    assert!(said.contains("is truncated"), "{said}");
}

#[test]
fn a_mistake_is_not_a_difference() {
    let late = "scenario \"three\" {\n  let n = 1 // tlb.hits\n}\nread 0\n";
    // A mistake that the check finds, one that ends a scenario, and one that ends the run. Each with the number of
    // cases that do not run.
    for (name, mistake, place, not_run) in [
        ("check", "read 0 =>\n", "x.pw:8:10", 2),
        ("scenario", late, "x.pw:9:11", 0),
        ("run", "let n = 1 // tlb.hits\nscenario \"four\" {\n  read 0\n}\n", "x.pw:8:9", 1),
    ] {
        let folder = golden(&format!("mistake-{name}"));
        folder.put("x.pw", folder.get("x.pw") + mistake);
        let files = ["x.json", "x.xml", "x.tap", "x.txt"];
        let formats = ["json", "junit", "tap", "github"];
        let reports: Vec<String> =
            formats.iter().zip(files).map(|(format, file)| format!("--report={format}={file}")).collect();
        let messages = folder.test(&reports.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(messages.status, 2, "{name}: {}", messages.out);
        assert!(messages.out.contains(&format!("  1 mistake:\n  {place}")), "{name}: {}", messages.out);
        let [json, junit, tap, github] = files.map(|file| folder.get(file));
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["not_run"], not_run, "{name}: {json:#}");
        assert_eq!(tap.matches("# SKIP not run").count(), not_run, "{name}: {tap}");
        assert!(junit.contains(&format!("errors=\"1\" skipped=\"{not_run}\"")), "{name}: {junit}");
        let (line, column) = place.strip_prefix("x.pw:").unwrap().split_once(':').unwrap();
        assert!(github.contains(&format!("::error file=x.pw,line={line},col={column},")), "{name}: {github}");
        if name != "scenario" {
            assert_eq!(github.lines().count(), 1, "{name}: {github}");
            assert!(!messages.out.contains("bless"), "{name}: {}", messages.out);
        }
        for case in json["cases"].as_array().unwrap().iter().filter(|case| case["verdict"] == "not-run") {
            assert_eq!(case["golden"]["state"], "not-compared", "{name}: {json:#}");
        }
    }
}

#[test]
fn a_removed_statement_has_the_place_of_its_case() {
    let folder = golden("removed");
    folder.swap("x.pw", "  read 0x3D8\n", "");
    let messages = folder.test(&["--report", "github=-"]);
    assert!(messages.out.starts_with("::error file=x.pw,line=5,title=x.pw %3A%3A two::"), "{}", messages.out);
    // The annotation states the difference.
    assert!(messages.out.contains("%0A- read 0x3D8%0A- vpn 0x0F, vpo 0x18"), "{}", messages.out);
}

#[test]
fn declarations_are_in_the_golden_file() {
    let folder = Folder::new("declarations");
    let machine = "machine {\n  virtual 14 bits, physical 12 bits, page 64 B  # a comment\n  tlb { entries 16, ways 4 }\n  cache { lines 16, block 4 B }\n}\n";
    let table = "set page_table {\n  | vpn | ppn v |\n  | 01  | 0A  1 |\n  | 02  | 0B  1 |\n}\nlet xs = [11111111, 22222222, 33333333, 44444444, 55555555, 66666666, 77777777, 88888888, 99999999, 12345678]\n";
    folder.put("x.pw", format!("{machine}{table}read 0x80\n"));
    folder.passes(&["--bless"]);
    let golden = folder.get("x.golden.yaml");
    assert!(golden.contains("    text: |-\n      machine {\n      virtual 14 bits,"), "{golden}");
    for (from, to) in [
        ("entries 16, ways 4", "entries 8, ways 2"),
        ("lines 16", "lines 8"),
        ("02  | 0B  1", "02  | 0B  0"),
        ("12345678]", "12345679]"),
    ] {
        folder.swap("x.pw", from, to);
        let messages = folder.test(&[]);
        assert_eq!(messages.status, 1, "{from} to {to}: {}", messages.out);
        assert!(messages.out.contains("  - text: "), "{}", messages.out);
        folder.swap("x.pw", to, from);
    }
    // The layout and the comments of a declaration are not results.
    folder.swap("x.pw", "  tlb {", "\ttlb   {");
    folder.swap("x.pw", "  # a comment", "\n\n");
    folder.passes(&[]);
    // Files of format 1 do not contain declarations.
    let mut in_text = false;
    let old = golden.lines().filter(|line| {
        in_text = line.starts_with("    text:") || in_text && line.starts_with("      ");
        !in_text
    });
    let old =
        old.collect::<Vec<_>>().join("\n").replace("format: 2", "format: 1").replace("\n...", "\ntotal: 4\n");
    folder.put("x.golden.yaml", old);
    folder.passes(&[]);
    folder.swap("x.pw", "entries 16, ways 4", "entries 16, ways 8");
    assert_eq!(folder.test(&[]).status, 1);
}

#[test]
fn golden_files_of_the_first_format_pass() {
    let folder = golden("format-1");
    let text = folder.get("x.golden.yaml");
    // The number is a count of statements in format 1, and a merge can make it wrong.
    for number in ["3", "2"] {
        let old = text.replace("format: 2", "format: 1").replace("\n...\n", &format!("\ntotal: {number}\n"));
        folder.put("x.golden.yaml", &old);
        folder.passes(&["--require-golden"]);
    }
    folder.put("d.md", "```pagewalk\nlet x = 1\n```\n");
    folder.put(
        "d.golden.yaml",
        "format: 1\ncases:\n- block: block 1\n  statements:\n  - do: let x = 1\n    value: x = 1\ntotal: 1\n",
    );
    folder.passes(&["--require-golden"]);
    folder.passes(&["--bless"]);
    assert_eq!(folder.get("x.golden.yaml"), text);
    assert!(folder.get("d.golden.yaml").contains("- block: unnamed\n"));
}

#[test]
fn a_golden_file_without_a_script_is_stale() {
    let folder = golden("stale");
    std::fs::rename(folder.at("x.pw"), folder.at("y.pw")).unwrap();
    let messages = folder.test(&[]);
    assert_eq!((messages.status, messages.last()), (2, "3 passed, 1 failed"), "{}", messages.out);
    assert!(
        messages.out.contains("x.golden.yaml:1:1: this golden file belongs to no script")
            && messages.out.contains(", 1 file without a golden file\n"),
        "{}",
        messages.out
    );
    // A golden file given as an argument selects its script.
    std::fs::rename(folder.at("y.pw"), folder.at("x.pw")).unwrap();
    assert!(folder.passes(&["x.golden.yaml"]).contains("3 passed"));
}

#[test]
fn long_runs_have_short_golden_files() {
    let folder = Folder::new("long");
    let script =
        |last: &str| format!("machine simple\nfor i in 0..30000 {{\n  read i % 0x100\n  probe {last}\n}}\n");
    folder.put("x.pw", script("0"));
    folder.passes(&["--bless"]);
    let text = folder.get("x.golden.yaml");
    assert!(text.len() < 20_000, "{} bytes", text.len());
    // The golden file lists 8 of 30,000 iterations with two statements each.
    assert!(text.contains("more: 59984\n"), "{text}");
    folder.passes(&[]);
    // The comparison includes the last iteration.
    folder.put("x.pw", script("(i // 29999) * 0x40"));
    folder.swap("x.golden.yaml", "do: probe 0\n", "do: probe (i // 29999) * 0x40\n");
    let text = folder.get("x.golden.yaml").replace("do: probe 0\n", "do: probe (i // 29999) * 0x40\n");
    folder.put("x.golden.yaml", text);
    let messages = folder.test(&[]);
    assert_eq!(messages.status, 1, "{}", messages.out);
    assert!(messages.out.contains("1 statement differs"), "{}", messages.out);
}

#[test]
fn watching_reports_changes() {
    let folder = Folder::new("watch");
    folder.put("x.pw", "include \"y.pw\"\n").put("y.pw", "expect 1 == 1\n");
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
    let messages = folder.test(&["--report", "github=-", "--report", "tap=suite.tap"]);
    assert_eq!(messages.status, 1);
    let message = "read 0x3D4: vpn%3A".replace("%3A", ":") + " expected 0x0E, actual 0x0F";
    assert!(
        messages.out.starts_with(&format!("::error file=x.pw,line=6,title=x.pw %3A%3A bad::{message}")),
        "{}",
        messages.out
    );
    assert_eq!(messages.out.lines().count(), 1);
    assert_eq!(messages.err.lines().last(), Some("2 passed, 1 failed"));
    assert!(folder.get("suite.tap").starts_with("TAP version 13\n1..3\nok 1 - x.pw\n"));
    // The report's folder is created.
    folder.test(&["--report", "junit=out/new/junit.xml"]);
    assert!(folder.get("out/new/junit.xml").contains("<testsuites"));
    folder.passes(&["--list", "--report", "junit=unused.xml"]);
    assert!(!folder.at("unused.xml").exists());
    for (wrong, said) in [
        ("junit", "write `junit=FILE`"),
        ("xml=x", "unknown report format `xml`"),
        ("tap=x.pw/report", "cannot write `x.pw/report`"),
    ] {
        let messages = folder.test(&["--report", wrong]);
        // The tests do not run.
        assert_eq!((messages.status, &*messages.out), (2, ""), "{wrong}");
        assert!(messages.err.contains(said), "{wrong}: {}", messages.err);
    }
}

#[test]
fn the_examples_and_the_documents_match_their_golden_files() {
    let messages = run(
        Path::new(env!("CARGO_MANIFEST_DIR")),
        &["--require-golden", "examples", "docs", "README.md"],
        &[],
    );
    assert_eq!(messages.status, 0, "{}{}", messages.out, messages.err);
}
