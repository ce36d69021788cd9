//! Tests of `pagewalk test --review`, with answers through a pipe.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use super::folder::Folder;

/// Starts a review in the folder.
fn start(folder: &Folder) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command
        .args(["test", "--review"])
        .current_dir(folder.at("."))
        .env_remove("CI");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Ends a review with these answers, and returns its status and output.
fn finish(mut child: Child, answers: &str) -> (i32, String) {
    child
        .stdin
        .take()
        .unwrap()
        .write_all(answers.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let text =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), text)
}

pub(super) fn review(folder: &Folder, answers: &str) -> (i32, String) {
    finish(start(folder), answers)
}

/// A folder with scripts whose statements all differ from their golden files: in each script, the read of `0x3D4`, which
/// differs alike, and the read of another address.
fn differing(name: &str, files: usize) -> Folder {
    let folder = Folder::new(name);
    for i in 0..files {
        folder.put(
            &format!("s{i}.pw"),
            format!("machine simple\nread 0x3D4\nread 0x{:X}\n", 64 * i),
        );
    }
    folder.passes(&["--bless"]);
    for i in 0..files {
        let golden = format!("s{i}.golden.yaml");
        folder.put(&golden, folder.get(&golden).replace("vpo ", "vpo 9"));
    }
    folder
}

/// Number of statements in a golden file that still differ.
fn left(folder: &Folder, file: usize) -> usize {
    folder
        .get(&format!("s{file}.golden.yaml"))
        .matches("vpo 9")
        .count()
}

#[test]
fn each_difference_is_decided() {
    let folder = differing("review", 2);
    let (status, text) = review(&folder, "a\nno idea\nreject\nS\naccept\n");
    assert_eq!(status, 1, "{text}");
    for part in [
        "── s0.pw ──\nread 0x3D4  s0.pw:2\n  - vpn 0x0F, vpo 90x14,",
        "  vpo 0x14 because ",
        "accept (a), reject (r), skip (s), all like this (l), quit (q)? ",
        "2 accepted, 1 rejected, 1 undecided\n",
        "0 passed, 2 failed\n",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!((left(&folder, 0), left(&folder, 1)), (1, 1));
    let golden = folder.get("s0.golden.yaml");
    assert!(
        golden.find("vpo 0x14").unwrap() < golden.find("vpo 90x00").unwrap(),
        "{golden}"
    );
    // Only undecided and rejected differences come up again.
    let (status, text) = review(&folder, "a\na\n");
    assert!(
        status == 0 && text.contains("2 accepted, 0 rejected, 0 undecided\n"),
        "{text}"
    );
    folder.passes(&["--require-golden"]);
    assert!(
        review(&folder, "")
            .1
            .contains("0 accepted, 0 rejected, 0 undecided\n")
    );
}

/// The run also has facts that a golden file does not list, such as the sets of the instruction caches.
#[test]
fn only_changed_facts_are_explained() {
    let folder = Folder::new("review-reasons");
    let script = "machine core-i7\nset page_table { | vpn ppn |\n| 1 5 | }\nread 0x1234\n";
    folder.put("s.pw", script);
    folder.passes(&["--bless"]);
    let golden = folder.get("s.golden.yaml");
    folder.put("s.golden.yaml", golden.replace("vpo 0x234", "vpo 0x235"));
    let (_, text) = review(&folder, "q\n");
    let reasons: Vec<&str> = text
        .lines()
        .filter(|line| line.contains(" because "))
        .collect();
    let of_vpo = |line: &&str| line.starts_with("  vpo 0x234 because VPO is ");
    assert!(!reasons.is_empty() && reasons.iter().all(of_vpo), "{text}");
}

#[test]
fn all_like_this_accepts_other_files_at_once() {
    let folder = differing("review-alike", 3);
    let (status, text) = review(&folder, "l\nq\n");
    assert!(
        status == 1 && text.contains("3 accepted, 0 rejected, 3 undecided\n"),
        "{text}"
    );
    assert_eq!([0, 1, 2].map(|file| left(&folder, file)), [1, 1, 1]);
    // The end of the input is like `quit`.
    let (_, text) = review(&folder, "a\n");
    assert!(
        text.contains("1 accepted, 0 rejected, 2 undecided\n"),
        "{text}"
    );
}

#[test]
fn added_and_removed_statements_and_cases_are_decided() {
    let folder = Folder::new("review-cases");
    folder.put(
        "x.pw",
        "machine simple\nread 1\nread 2\nscenario \"old\" {\n  read 3\n}\n",
    );
    folder.passes(&["--bless"]);
    let before = folder.get("x.golden.yaml");
    folder.put(
        "x.pw",
        "machine simple\nread 2\nread 4\nscenario \"new\" {\n  read 5\n}\n",
    );
    // The removed scenario, `read 1`, `read 4`, and the new scenario.
    assert!(
        review(&folder, "s\ns\ns\ns\ns\n")
            .1
            .contains("0 accepted, 0 rejected, ")
    );
    assert_eq!(folder.get("x.golden.yaml"), before);
    let (status, text) = review(&folder, "s\nl\nl\nl\nl\n");
    let golden = folder.get("x.golden.yaml");
    assert!(
        status == 1 && golden.contains("scenario: old") && golden.contains("scenario: new"),
        "{text}{golden}"
    );
    let (status, text) = review(&folder, "a\n");
    assert_eq!(status, 0, "{text}");
    let reviewed = folder.get("x.golden.yaml");
    std::fs::remove_file(folder.at("x.golden.yaml")).unwrap();
    folder.passes(&["--bless"]);
    assert_eq!(reviewed, folder.get("x.golden.yaml"));
}

#[test]
fn two_reviews_at_once_lose_nothing() {
    let folder = Folder::new("review-twice");
    let reads = (0..40)
        .map(|i| format!("read 0x{:X}\n", 8 * i))
        .collect::<Vec<_>>()
        .concat();
    folder.put("s0.pw", format!("machine simple\n{reads}"));
    folder.passes(&["--bless"]);
    folder.put(
        "s0.golden.yaml",
        folder.get("s0.golden.yaml").replace("vpo ", "vpo 9"),
    );
    // Both begin before either answers. One accepts the even statements, and the other the odd ones.
    let (one, two) = (start(&folder), start(&folder));
    std::thread::sleep(std::time::Duration::from_millis(500));
    let two = std::thread::spawn(move || finish(two, &"s\na\n".repeat(20)));
    let one = finish(one, &"a\ns\n".repeat(20));
    let two = two.join().unwrap();
    assert!(
        one.1.contains("20 accepted") && two.1.contains("20 accepted"),
        "{}{}",
        one.1,
        two.1
    );
    assert_eq!(left(&folder, 0), 0, "{}{}", one.1, two.1);
    folder.passes(&["--require-golden"]);
}

#[test]
fn failing_scripts_are_not_reviewed() {
    let folder = differing("review-failing", 1);
    folder.swap("s0.pw", "read 0x3D4", "read 0x3D4 => vpn 1");
    let (status, text) = review(&folder, "a\n");
    assert!(
        status == 1 && text.contains("0 accepted, 0 rejected, 0 undecided"),
        "{text}"
    );
    let refused = folder.test_with(&["--review"], &[("CI", "1")]);
    assert!(
        refused.status == 2 && refused.err.contains("`--review` refuses to run"),
        "{}",
        refused.err
    );
}

#[test]
fn watching_accepts_the_differences() {
    let folder = differing("review-watch", 2);
    let mut watching = folder.watch();
    watching.until("to accept the differences, type `a` and press Enter");
    watching.types("b");
    watching.types("a");
    watching.until("s0.golden.yaml: written, 3 statements");
    watching.until("2 passed, 0 failed");
    assert_eq!((left(&folder, 0), left(&folder, 1)), (0, 0));
}
