//! Git merges a script and its golden file after edits on two branches. The outside truth is git's own merge, and
//! golden files that each branch wrote alone.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};

use pagewalk_engine::machine::random::SplitMix64;
use serde_json::Value;

use super::folder::Folder;
use crate::running::long;

/// Whether the scripts are a script's scenarios, or the code blocks of a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Scenarios,
    Blocks,
}

/// The statements of each scenario or block. The first statement is different in each part and is not edited, and all
/// reads have different addresses.
type Parts = Vec<Vec<String>>;

/// Generates and edits scripts.
struct Editor {
    random: SplitMix64,
    /// The addresses that no statement has.
    free: Vec<u64>,
}

impl Editor {
    fn below(&mut self, n: usize) -> usize {
        self.random.below(n as u64) as usize
    }

    fn statement(&mut self) -> String {
        let at = self.below(self.free.len());
        let va = self.free.swap_remove(at);
        match self.below(8) {
            0 => "show tlb".to_owned(),
            1 => format!("for i in 0..{} {{\n  read 0x{va:X}\n}}", 2 + va % 3),
            2 => format!("translate 0x{va:X}"),
            3 => format!("let v{va} = {va}"),
            _ => format!("read 0x{va:X}"),
        }
    }

    fn statements(&mut self) -> Vec<String> {
        let name = self.free.swap_remove(0);
        let name = format!("let name{name} = {name}");
        let statements: Vec<String> = (0..2 + self.below(5)).map(|_| self.statement()).collect();
        std::iter::once(name).chain(statements).collect()
    }

    fn parts(&mut self) -> Parts {
        (0..3 + self.below(3)).map(|_| self.statements()).collect()
    }

    /// Makes some random edits.
    fn edited(&mut self, parts: &Parts) -> Parts {
        let mut parts = parts.clone();
        for _ in 0..=self.below(2) {
            let at = self.below(parts.len());
            if self.below(5) == 0 {
                let statements = self.statements();
                parts.insert(at, statements);
                continue;
            }
            let place = 1 + self.below(parts[at].len() - 1);
            match self.below(3) {
                0 if parts[at].len() > 2 => drop(parts[at].remove(place)),
                1 => parts[at][place] = self.statement(),
                _ => {
                    let statement = self.statement();
                    parts[at].insert(place, statement);
                }
            }
        }
        parts
    }
}

impl Kind {
    fn file(self) -> &'static str {
        match self {
            Kind::Scenarios => "x.pw",
            Kind::Blocks => "x.md",
        }
    }

    /// Writes a script. A scenario has the name of its first statement.
    fn write(self, parts: &Parts) -> String {
        let parts = parts.iter().map(|part| match self {
            Kind::Scenarios => format!("scenario {:?} {{\n{}\n}}\n", part[0], part.join("\n")),
            Kind::Blocks => format!(
                "# Text\n\n```pagewalk\nmachine simple\n{}\n```\n\n",
                part.join("\n")
            ),
        });
        let head = if self == Kind::Scenarios {
            "machine simple\n"
        } else {
            ""
        };
        head.to_owned() + &parts.collect::<String>()
    }
}

fn git(folder: &Folder, args: &[&str]) -> bool {
    let names = [
        "user.name=x",
        "user.email=x@example.com",
        "commit.gpgsign=false",
    ];
    let mut command = Command::new("git");
    command
        .args(names.iter().flat_map(|name| ["-c", name]))
        .args(args);
    let done = command
        .current_dir(folder.at("."))
        .stdin(Stdio::null())
        .output()
        .expect("git runs");
    done.status.success()
}

/// The entries of each statement in a golden file.
fn entries(golden: &str) -> BTreeMap<String, Vec<String>> {
    let mut entries: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut last = String::new();
    for line in golden.lines() {
        if let Some(statement) = line.strip_prefix("  - do: ") {
            statement.clone_into(&mut last);
            entries.entry(last.clone()).or_default().push(String::new());
        } else if let Some(entry) = entries
            .get_mut(&last)
            .and_then(|all| all.last_mut())
            .filter(|_| line.starts_with("    "))
        {
            *entry += line;
        }
    }
    entries
}

/// Merges two branches. Returns whether git could merge the script and the golden file.
fn merge(seed: u64) -> bool {
    let kind = if seed.is_multiple_of(2) {
        Kind::Scenarios
    } else {
        Kind::Blocks
    };
    let (file, golden) = (kind.file(), "x.golden.yaml");
    let folder = Folder::new(&format!("merge-{seed}"));
    let mut editor = Editor {
        random: SplitMix64::new(seed),
        free: (0..0x400).collect(),
    };
    let base = editor.parts();
    assert!(git(&folder, &["init", "--quiet", "--initial-branch=base"]));
    let mut approved = Vec::new();
    for (branch, parts) in [
        ("base", base.clone()),
        ("ours", editor.edited(&base)),
        ("theirs", editor.edited(&base)),
    ] {
        assert!(branch == "base" || git(&folder, &["checkout", "--quiet", "-b", branch, "base"]));
        folder.put(file, kind.write(&parts));
        folder.passes(&["--bless"]);
        assert!(
            git(&folder, &["add", "."])
                && git(
                    &folder,
                    &["commit", "--quiet", "--allow-empty", "-m", branch]
                )
        );
        approved.push(entries(&folder.get(golden)));
    }
    let merged = git(&folder, &["merge", "--quiet", "-m", "merged", "ours"]);
    let marked = |name: &str| {
        folder
            .get(name)
            .lines()
            .any(|line| line.starts_with("<<<<<<< "))
    };
    if marked(file) {
        return false;
    }
    assert_eq!(marked(golden), !merged, "{seed}");
    let report = folder.test(&["--report", "json=-"]);
    if marked(golden) {
        let text = folder.get(golden);
        let line = |mark: &str| {
            1 + text
                .lines()
                .position(|line| line.starts_with(mark))
                .unwrap()
        };
        let last = text.lines().count()
            - text
                .lines()
                .rev()
                .position(|line| line.starts_with(">>>>>>> "))
                .unwrap();
        let message = format!(
            "conflict markers from a merge in lines {}–{last}",
            line("<<<<<<< ")
        );
        assert!(
            report.status == 2 && report.err.contains(&message),
            "{seed}: {message} in {}",
            report.err
        );
        folder.passes(&["--bless"]);
        folder.passes(&[]);
        return false;
    }
    let value: Value = serde_json::from_str(&report.out).unwrap();
    let cases = value["cases"].as_array().unwrap();
    let of = |name: &str| {
        cases
            .iter()
            .flat_map(|case| case["golden"][name].as_array().into_iter().flatten())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("notes"), Vec::<&Value>::new(), "{seed}");
    let reported: BTreeSet<&str> = of("differences")
        .iter()
        .map(|one| one["statement"].as_str().unwrap())
        .collect();
    folder.passes(&["--bless"]);
    let [base, ours, theirs] = approved.try_into().unwrap();
    for (statement, run) in entries(&folder.get(golden)) {
        let of = |golden: &BTreeMap<String, Vec<String>>| {
            golden.get(&statement).cloned().unwrap_or_default()
        };
        let (base, ours, theirs) = (of(&base), of(&ours), of(&theirs));
        let approved = match (ours == base, theirs == base) {
            (_, true) => ours,
            (true, _) => theirs,
            _ if ours == theirs => ours,
            // Both branches changed the same results.
            _ => continue,
        };
        // Only their results distinguish repeated statements.
        if run.len() == 1 && approved.len() == 1 || statement.starts_with("read") {
            let changed = run != approved;
            assert_eq!(
                reported.contains(&*statement),
                changed,
                "{seed}: {statement} {run:?} {approved:?}"
            );
        }
    }
    assert_eq!(
        report.status,
        i32::from(!reported.is_empty()),
        "{seed}: {}",
        report.err
    );
    true
}

#[test]
fn a_clean_merge_is_a_usable_golden_file() {
    let merges = if long() { 200 } else { 12 };
    let clean = (0..merges).filter(|seed| merge(*seed)).count();
    assert!(
        clean as u64 * 4 > merges,
        "only {clean} of {merges} merges are clean"
    );
}

#[test]
fn two_statements_and_two_blocks_merge_without_a_conflict() {
    for (kind, golden) in [
        (Kind::Scenarios, "x.golden.yaml"),
        (Kind::Blocks, "x.golden.yaml"),
    ] {
        let folder = Folder::new(&format!("merge-{}", kind.file()));
        let part = |name: &str| {
            (0..4)
                .map(|i| format!("let {name}{i} = {i}"))
                .collect::<Vec<_>>()
        };
        let base: Parts = ["a", "b", "c"].map(part).into();
        let mut ours = base.clone();
        ours[0].insert(2, "let ours = 1".to_owned());
        ours.insert(1, part("d"));
        let mut theirs = base.clone();
        theirs[1].insert(2, "let theirs = 2".to_owned());
        theirs.insert(2, part("e"));
        assert!(git(&folder, &["init", "--quiet", "--initial-branch=base"]));
        for (branch, parts) in [("base", base), ("ours", ours), ("theirs", theirs)] {
            assert!(
                branch == "base" || git(&folder, &["checkout", "--quiet", "-b", branch, "base"])
            );
            folder.put(kind.file(), kind.write(&parts));
            folder.passes(&["--bless"]);
            assert!(
                git(&folder, &["add", "."]) && git(&folder, &["commit", "--quiet", "-m", branch])
            );
        }
        assert!(
            git(&folder, &["merge", "--quiet", "-m", "merged", "ours"]),
            "{}",
            folder.get(golden)
        );
        let text = folder.get(golden);
        assert!(
            text.contains("do: let ours = 1") && text.contains("do: let theirs = 2"),
            "{text}"
        );
        folder.passes(&["--require-golden"]);
    }
}
