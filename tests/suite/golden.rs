//! Tests of the contents of golden files, and of the changes that they detect.

use std::path::Path;

use super::HOLDS;
use super::folder::{Folder, run};

/// A folder with a script, its machine file, and its golden file.
pub(super) fn golden(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.put(
        "machine.yaml",
        std::fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/machines/simple.yaml"),
        )
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
    for part in [
        "format: 2\n",
        "- scenario: one\n",
        "  - do: read 0x3D4\n",
        "vpn 0x0F, vpo 0x14",
        "\n...\n",
    ] {
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
    assert_eq!(
        (messages.status, messages.last()),
        (1, "2 passed, 1 failed"),
        "{}",
        messages.out
    );
    let marked = "- vpn 0x0E, vpo 0x14";
    let at = messages
        .out
        .find(marked)
        .unwrap_or_else(|| panic!("{}", messages.out));
    let mut lines = messages.out[at..].lines().skip(1);
    // The marks appear only below the word that differs.
    assert!(
        lines.next().unwrap().trim_start().starts_with("^^^^"),
        "{}",
        messages.out
    );
    assert!(
        lines.next().unwrap().contains("+ vpn 0x0F, vpo 0x14"),
        "{}",
        messages.out
    );
    for part in [
        "x.pw :: one",
        "read 0x3D4",
        "x.pw:3",
        "pagewalk test --bless x.pw\n",
    ] {
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
    for (from, to) in [
        ("ways: 4", "ways: 2"),
        ("virtual: 14 bits", "virtual: 16 bits"),
        ("page: 64 B", "page: 32 B"),
    ] {
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
    assert!(
        text.contains("do: read 0x3D4") && text.contains("do: read 0x020"),
        "{text}"
    );
    assert_eq!(folder.test(&[]).last(), "2 passed, 1 failed");
    // `--bless` ignores failing cases.
    folder.swap("x.pw", "read 0x010", "read 0x010 => vpn 0x3F");
    let messages = folder.test(&["--bless"]);
    assert_eq!(
        (messages.status, folder.get("x.golden.yaml")),
        (1, text),
        "{}",
        messages.out
    );
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
    assert!(
        messages.err.contains("`--bless` refuses to run"),
        "{}",
        messages.err
    );
    assert_eq!(folder.get("x.golden.yaml"), before);
    assert_eq!(folder.test_with(&["--bless"], &[("CI", "")]).status, 0);
}

#[test]
fn a_golden_file_can_be_required() {
    let folder = golden("required");
    folder.put("y.pw", HOLDS);
    assert!(folder.passes(&[]).contains("1 file without a golden"));
    let messages = folder.test(&["--require-golden"]);
    assert_eq!(
        (messages.status, messages.last()),
        (1, "3 passed, 1 failed")
    );
    assert!(
        messages.out.contains("pagewalk test --bless y.pw"),
        "{}",
        messages.out
    );
}

/// The message about a changed golden file.
fn spoiled(name: &str, spoil: impl Fn(&Folder, &str)) -> String {
    let folder = golden(name);
    spoil(&folder, &folder.get("x.golden.yaml"));
    let messages = folder.test(&[]);
    assert_eq!(
        messages.status, 2,
        "{name}: {}{}",
        messages.out, messages.err
    );
    assert!(
        messages.out.contains("x.golden.yaml:"),
        "{name}: {}",
        messages.out
    );
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
    let said = spoiled("newer", |folder, _| {
        folder.swap(golden, "format: 2", "format: 7\nnew_things: yes");
    });
    assert!(
        said.contains("has format 7") && said.contains("supports only format 2"),
        "{said}"
    );
    assert!(
        said.contains("or a newer one") && !said.contains("--bless"),
        "{said}"
    );
    let said = spoiled("older", |folder, _| {
        folder.swap(golden, "format: 2", "format: 1");
    });
    assert!(
        said.contains("has format 1")
            && said.contains("regenerate it with `pagewalk test --bless x.pw`"),
        "{said}"
    );
    let said = spoiled("text-at-the-end", |folder, text| {
        folder.put(golden, format!("{text}\nmore\n"));
    });
    let message = "the golden file is not valid: text follows the last line, `...`";
    assert!(said.contains(message), "{said}");
    let said = spoiled("invalid", |folder, _| {
        folder.swap(golden, "  - do: read 0x3D4", "  - do: [read 0x3D4");
    });
    assert!(said.contains("is not valid"), "{said}");
    let said = spoiled("indented", |folder, _| {
        folder.swap(golden, "  - do: read 0x3D4", " - do: read 0x3D4");
    });
    assert!(
        said.contains("or its indentation is wrong") && said.contains("restore the file"),
        "{said}"
    );
    let said = spoiled("twice", |folder, text| {
        folder.put(golden, format!("{text}{text}"));
    });
    assert!(
        said.contains(":1: the golden file is not valid: a second golden file begins here"),
        "{said}"
    );
    let said = spoiled("merged", |folder, text| {
        folder.put(
            golden,
            format!("<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> other\n"),
        );
    });
    assert!(
        said.contains(
            "x.golden.yaml:1:1: the golden file has conflict markers from a merge in lines 1–"
        ),
        "{said}"
    );
    let said = spoiled("unknown", |folder, _| {
        folder.swap(golden, "  - do: read 0x3D4", "  - did: read 0x3D4");
    });
    assert!(
        said.contains("is not valid") && said.contains("did"),
        "{said}"
    );
    let said = spoiled("not-text", |folder, _| {
        folder.put(golden, b"format: 2\n\xff\xfe");
    });
    assert!(said.contains("is not UTF-8 text: byte 10"), "{said}");
    let said = spoiled("unreadable", |folder, _| {
        std::fs::remove_file(folder.at(golden)).unwrap();
        std::fs::create_dir(folder.at(golden)).unwrap();
    });
    assert!(
        said.contains("cannot be read: a folder has this name"),
        "{said}"
    );
    #[cfg(unix)]
    {
        let said = spoiled("a-link", |folder, _| {
            std::fs::remove_file(folder.at(golden)).unwrap();
            std::os::unix::fs::symlink("nowhere", folder.at(golden)).unwrap();
        });
        assert!(
            said.contains("cannot be read: it is a link to a file that does not exist"),
            "{said}"
        );
    }
    let said = spoiled("large", |folder, text| {
        folder.put(golden, format!("{text}{}", "# 10 MB\n".repeat(10 << 17)));
    });
    assert!(said.contains("text follows the last line"), "{said}");
}

#[test]
fn a_mistake_is_not_a_difference() {
    let late = "scenario \"three\" {\n  let n = 1 // tlb.hits\n}\nread 0\n";
    // A mistake that the check finds, one that ends a scenario, and one that ends the run. Each with the number of
    // cases that do not run.
    for (name, mistake, place, not_run) in [
        ("check", "read 0 =>\n", "x.pw:8:10", 2),
        ("scenario", late, "x.pw:9:11", 0),
        (
            "run",
            "let n = 1 // tlb.hits\nscenario \"four\" {\n  read 0\n}\n",
            "x.pw:8:9",
            1,
        ),
    ] {
        let folder = golden(&format!("mistake-{name}"));
        folder.put("x.pw", folder.get("x.pw") + mistake);
        let files = ["x.json", "x.xml", "x.txt"];
        let formats = ["json", "junit", "github"];
        let reports: Vec<String> = formats
            .iter()
            .zip(files)
            .map(|(format, file)| format!("--report={format}={file}"))
            .collect();
        let messages = folder.test(&reports.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(messages.status, 2, "{name}: {}", messages.out);
        assert!(
            messages.out.contains(&format!("  1 mistake:\n  {place}")),
            "{name}: {}",
            messages.out
        );
        let [json, junit, github] = files.map(|file| folder.get(file));
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["not_run"], not_run, "{name}: {json:#}");
        assert!(
            junit.contains(&format!("errors=\"1\" skipped=\"{not_run}\"")),
            "{name}: {junit}"
        );
        let (line, column) = place
            .strip_prefix("x.pw:")
            .unwrap()
            .split_once(':')
            .unwrap();
        assert!(
            github.contains(&format!("::error file=x.pw,line={line},col={column},")),
            "{name}: {github}"
        );
        if name != "scenario" {
            assert_eq!(github.lines().count(), 1, "{name}: {github}");
            assert!(!messages.out.contains("bless"), "{name}: {}", messages.out);
        }
        for case in json["cases"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|case| case["verdict"] == "not-run")
        {
            assert_eq!(case["golden"]["state"], "not-compared", "{name}: {json:#}");
        }
    }
}

#[test]
fn a_removed_statement_has_the_place_of_its_case() {
    let folder = golden("removed");
    folder.swap("x.pw", "  read 0x3D8\n", "");
    let messages = folder.test(&["--report", "github=-"]);
    assert!(
        messages
            .out
            .starts_with("::error file=x.pw,line=5,title=x.pw %3A%3A two::"),
        "{}",
        messages.out
    );
    // The annotation states the difference.
    assert!(
        messages
            .out
            .contains("%0A- read 0x3D8%0A- vpn 0x0F, vpo 0x18"),
        "{}",
        messages.out
    );
}

#[test]
fn declarations_are_in_the_golden_file() {
    let folder = Folder::new("declarations");
    let machine = "machine {\n  virtual 14 bits, physical 12 bits, page 64 B  # a comment\n  tlb { entries 16, ways 4 }\n  cache { lines 16, block 4 B }\n}\n";
    let table = "set page_table {\n  | vpn | ppn v |\n  | 01  | 0A  1 |\n  | 02  | 0B  1 |\n}\nlet xs = [11111111, 22222222, 33333333, 44444444, 55555555, 66666666, 77777777, 88888888, 99999999, 12345678]\n";
    folder.put("x.pw", format!("{machine}{table}read 0x80\n"));
    folder.passes(&["--bless"]);
    let golden = folder.get("x.golden.yaml");
    assert!(
        golden.contains("    text: |-\n      machine {\n      virtual 14 bits,"),
        "{golden}"
    );
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
}

#[test]
fn a_golden_file_without_a_script_is_stale() {
    let folder = golden("stale");
    std::fs::rename(folder.at("x.pw"), folder.at("y.pw")).unwrap();
    let messages = folder.test(&[]);
    assert_eq!(
        (messages.status, messages.last()),
        (2, "3 passed, 1 failed"),
        "{}",
        messages.out
    );
    assert!(
        messages
            .out
            .contains("x.golden.yaml:1:1: this golden file belongs to no script")
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
    let script = |last: &str| {
        format!("machine simple\nfor i in 0..30000 {{\n  read i % 0x100\n  probe {last}\n}}\n")
    };
    folder.put("x.pw", script("0"));
    folder.passes(&["--bless"]);
    let text = folder.get("x.golden.yaml");
    assert!(text.len() < 20_000, "{} bytes", text.len());
    // The golden file lists 8 of 30,000 iterations with two statements each.
    assert!(text.contains("more: 59984\n"), "{text}");
    folder.passes(&[]);
    // The comparison includes the last iteration.
    folder.put("x.pw", script("(i // 29999) * 0x40"));
    folder.swap(
        "x.golden.yaml",
        "do: probe 0\n",
        "do: probe (i // 29999) * 0x40\n",
    );
    let text = folder
        .get("x.golden.yaml")
        .replace("do: probe 0\n", "do: probe (i // 29999) * 0x40\n");
    folder.put("x.golden.yaml", text);
    let messages = folder.test(&[]);
    assert_eq!(messages.status, 1, "{}", messages.out);
    assert!(
        messages.out.contains("1 statement differs"),
        "{}",
        messages.out
    );
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

#[test]
fn a_golden_file_with_another_ending_is_named() {
    let folder = Folder::new("ending");
    folder.put("a.pw", "let a = 1\n");
    folder.passes(&["--bless", "a.pw"]);
    let golden = folder.get("a.golden.yaml");
    std::fs::remove_file(folder.at("a.golden.yaml")).unwrap();
    folder.put("a.golden.yml", golden);
    let told = folder.test(&["--require-golden", "a.pw"]);
    assert_eq!(told.status, 2, "{}", told.out);
    let named = "a.golden.yml:1:1: the golden file cannot be read: its name must be";
    assert!(told.out.contains(named), "{}", told.out);
    let command = "rename it with `mv a.golden.yml a.golden.yaml`";
    assert!(told.out.contains(command), "{}", told.out);
}

#[test]
fn an_older_golden_file_is_regenerated_and_a_newer_one_is_not() {
    let folder = golden("formats");
    let text = folder.get("x.golden.yaml");
    folder.swap("x.golden.yaml", "format: 2", "format: 1");
    folder.passes(&["--bless", "x.pw"]);
    assert_eq!(folder.get("x.golden.yaml"), text);
    folder.swap("x.golden.yaml", "format: 2", "format: 7");
    let newer = folder.get("x.golden.yaml");
    assert_eq!(folder.test(&["--bless", "x.pw"]).status, 2);
    assert_eq!(folder.get("x.golden.yaml"), newer);
}

#[test]
fn lines_of_a_message_remain_lines_in_junit() {
    let folder = golden("junit-lines");
    folder.swap("x.golden.yaml", "tlb miss", "tlb hit");
    folder.test(&["--report", "junit=a.xml"]);
    let report = folder.get("a.xml");
    let message = "differs from the golden file (-):&#10;- ";
    assert!(report.contains(message), "{report}");
}

#[test]
fn misspelled_words_of_fences_are_warned_about() {
    let folder = Folder::new("fence-words");
    for (info, help) in [
        ("pagewalk should_fail", "write `fails`"),
        ("pagewalk continued", "write `continues`"),
        ("pagewalk contnues", "write `continues`"),
        ("pagewalk error=true", "write `fails`"),
        ("pagewalk no_run", "write `skip`"),
        ("pagewalk name=setup.pw", "write `setup.pw`"),
        ("{pagewalk error=true}", "write `pagewalk fails`"),
        ("pagewalk skipped", "write `skip`"),
        ("{pagewalk}", "write `pagewalk`"),
        ("{.pagewalk}", "write `pagewalk`"),
        ("Pagewalk", "write `pagewalk`"),
        ("pagewlak", "write `pagewalk`"),
        ("pw", "write `pagewalk`"),
    ] {
        folder.put("a.md", format!("```{info}\nshow 1\n```\n"));
        let ran = folder.test(&["a.md"]);
        assert!(ran.err.contains(help), "{info}: {}", ran.err);
    }
    folder.put("b.pw", "show 1\n");
    folder.put("b.golden.yml", "format: 2\n");
    let ran = folder.test(&["b.pw"]);
    assert!(
        ran.err.contains("b.golden.yml: this file is not read"),
        "{}",
        ran.err
    );
    // A block goes on as its misspelled word says.
    let machine = "```pagewalk\nmachine simple\n```\n";
    folder.put(
        "a.md",
        format!("{machine}\n```pagewalk continue\nread 0\n```\n"),
    );
    let ran = folder.test(&["a.md"]);
    assert!(
        ran.err.contains("a.md:5: ") && ran.status == 0,
        "{}",
        ran.err
    );
    for (above, message) in [
        ("```text\nmachine simple\n```\n", "there is no block above"),
        (
            "```pagewalk skip\nmachine simple\n```\n",
            "remove `skip` there",
        ),
    ] {
        folder.put(
            "a.md",
            format!("{above}\n```pagewalk continues\nshow 1\n```\n"),
        );
        let ran = folder.test(&["a.md"]);
        assert!(ran.err.contains(message), "{}", ran.err);
    }
    folder.put(
        "a.md",
        "```pagewalk fails title=x skipper.pw\nshow y\n```\n",
    );
    assert_eq!(folder.test(&["a.md"]).err, "");
}
