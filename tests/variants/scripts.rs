//! Tests of `--script`: a version that is written as a script equals the original version.

use std::fs;

use super::{EXAM, Folder, list, pagewalk, text};

/// Generates versions with scripts and keys, runs each script, and checks that the paper and key equal the
/// version's, byte for byte.
fn come_back(folder: &Folder, file: &str, args: &[&str]) {
    let out = folder.path("out");
    let _ = fs::remove_dir_all(&out);
    let done = pagewalk(&[&["exam", file, "--script", "--key", "-o", &out], args].concat());
    assert_eq!(
        (done.status.code(), text(&done.stderr)),
        (Some(0), String::new()),
        "{file}"
    );
    let name = std::path::Path::new(file)
        .file_stem()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    let rows = list(&format!("{out}/{name}.versions.csv"));
    assert!(!rows.is_empty());
    for row in rows {
        let files: Vec<&str> = row[4].split(" ; ").collect();
        let [paper, key, script] = files.as_slice() else {
            panic!("{files:?}")
        };
        let script = format!("{out}/{script}");
        let said = fs::read_to_string(&script).expect("a script");
        let drawn = |line: &str| {
            ["choose ", "shuffle", "pool "]
                .iter()
                .any(|word| line.trim().starts_with(word))
        };
        assert!(!said.lines().any(drawn), "{said}");
        assert!(!said.contains(row[1].trim_start_matches("0x")), "no seed");
        let again = |args: &[&str]| text(&pagewalk(&[&["exam", &script], args].concat()).stdout);
        // A different seed has no effect.
        assert_eq!(
            again(&["--seed", "77"]),
            fs::read_to_string(format!("{out}/{paper}")).expect("a paper"),
            "{file}"
        );
        assert_eq!(
            again(&["--key"]),
            fs::read_to_string(format!("{out}/{key}")).expect("a key"),
            "{file}"
        );
    }
}

#[test]
fn the_examples_come_back() {
    let folder = Folder::new("examples");
    let mut count = 0;
    for entry in fs::read_dir("examples/exams").expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "pw") {
            come_back(
                &folder,
                &path.to_string_lossy(),
                &["--variants", "3", "--seed", "5"],
            );
            count += 1;
        }
    }
    assert!(count >= 10);
}

#[test]
fn pools_orders_students_and_included_files_come_back() {
    let folder = Folder::new("pools");
    fs::create_dir_all(folder.path("parts")).expect("made");
    folder.put(
        "parts/more.pw",
        "question \"d\" points 2 { choose n in 0..999; ask \"d\" = n } # the last",
    );
    let script = "seed 3\nexam { title \"T\", pool \"P\" pick 1 of [\"a\", \"b\"], shuffle questions, shuffle options }\n\
                  question \"a\" points 2 { choose n in [1/3, 2/3, 5]; ask \"a\" = n }\n\
                  question \"b\" points 2 { choose s in [\"one\", \"two \\\"2\\\"\"]\n text \"\"\"{s}\"\"\"\n ask \"b\" = s }\n\
                  question \"c\" points 2 { choice \"?\" { correct \"x\"; wrong \"y\"; wrong \"z\" }\n\
                  choice \"!\" { wrong \"x\"; correct \"y\"; wrong \"z\" } }\n\
                  include \"parts/more.pw\"\n";
    let file = folder.put("pools.pw", script);
    come_back(&folder, &file, &["--variants", "12"]);
    let roster = folder.put("r.csv", "id,name\n7,\"O'Neill, \"\"A\"\"\"\n8,שרה\n");
    come_back(&folder, &file, &["--roster", &roster]);
}

#[test]
fn a_machine_that_draws_keeps_its_seeds() {
    let folder = Folder::new("random");
    let script = "machine { virtual 16 bits, physical 16 bits, page 256 B, tlb { sets 1, ways 4, policy random } }\n\
                  seed 9\nfor n in 0..16 { set page_table { | vpn ppn v |; | (n) (n + 1) 1 | } }\n\
                  question \"q\" { text \"Pages have 256 bytes, and the TLB has four entries. Pages 0 to 15 were accessed before, in this order.\"\nchoose a in 0..4096\nfor n in 0..16 { read n * 256 }\nask read a => vpn, tlb\nask tlb columns tag }";
    let file = folder.put("random.pw", script);
    let papers: Vec<String> = (0..6)
        .map(|seed| {
            text(
                &pagewalk(&[
                    "exam",
                    &file,
                    "--key",
                    "--variants",
                    "1",
                    "--seed",
                    &seed.to_string(),
                ])
                .stdout,
            )
        })
        .collect();
    assert!(
        papers.iter().any(|paper| *paper != papers[0]),
        "{}",
        papers[0]
    );
    for seed in 0..6 {
        let seed = seed.to_string();
        let out = folder.path(&format!("out{seed}"));
        let done = pagewalk(&[
            "exam",
            &file,
            "--script",
            "--key",
            "-o",
            &out,
            "--variants",
            "2",
            "--seed",
            &seed,
        ]);
        // A hint names the policy, if the access evicts an entry.
        let stderr = text(&done.stderr);
        let mut other = stderr.lines().filter(|line| !line.contains("`random`"));
        assert_eq!(other.next(), None);
    }
}

#[test]
fn the_order_of_messages_comes_back() {
    let folder = Folder::new("messages");
    let script = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 |; | 10 0E 1 | }\n\
                  question \"Steps\" points 5 { choose va in 0x3C0..0x440; given page_table; read va; ask steps }";
    let file = folder.put("messages.pw", script);
    let out = folder.path("out");
    let done = pagewalk(&["exam", &file, "--script", "-o", &out, "--variants", "4"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    for row in list(&format!("{out}/messages.versions.csv")) {
        let (paper, script) = row[4].split_once(" ; ").expect("two files");
        let again = pagewalk(&["exam", &format!("{out}/{script}")]);
        let printed = fs::read_to_string(format!("{out}/{paper}")).expect("a paper");
        assert_eq!(text(&again.stdout), printed);
    }
}

#[test]
fn values_drawn_several_times_cannot_be_written() {
    let folder = Folder::new("loop");
    let file = folder.put(
        "l.pw",
        "question \"q\" { for i in 0..3 { choose n in 0..99999; ask \"n\" = n } }",
    );
    let done = pagewalk(&["exam", &file, "--script"]);
    assert_eq!((done.status.code(), done.stdout.len()), (Some(2), 0));
    assert!(
        text(&done.stderr).contains("`n` is drawn several times"),
        "{}",
        text(&done.stderr)
    );
    let both = pagewalk(&["exam", EXAM, "--script", "--key"]);
    assert!(
        both.status.code() == Some(2) && text(&both.stderr).contains("you can use only one of")
    );
}

#[test]
fn a_removed_setting_leaves_no_separator() {
    let folder = Folder::new("separators");
    let questions = "question \"a\" { ask \"a\" = 1 }\nquestion \"b\" { ask \"b\" = 2 }\n";
    for (exam, written) in [
        (
            "title \"T\", shuffle questions, shuffle options",
            "exam { title \"T\" \n  questions [",
        ),
        (
            "shuffle questions, shuffle options, title \"T\", aids \"none\"",
            "exam { title \"T\", aids \"none\" \n  questions [",
        ),
        (
            "title \"T\", shuffle questions, aids \"none\"",
            "exam { title \"T\", aids \"none\" \n  questions [",
        ),
        ("shuffle questions", "exam {  \n  questions ["),
    ] {
        let file = folder.put("s.pw", &format!("exam {{ {exam} }}\n{questions}"));
        let done = pagewalk(&["exam", &file, "--script"]);
        let script = text(&done.stdout);
        assert!(
            script.contains(written),
            "{exam}: {script}{}",
            text(&done.stderr)
        );
    }
}

#[test]
fn a_file_is_no_folder_for_papers() {
    let folder = Folder::new("file");
    let file = folder.put("e.pw", "question \"a\" { ask \"a\" = 1 }\n");
    let done = pagewalk(&["exam", &file, "--output", &file]);
    assert_eq!(done.status.code(), Some(2));
    assert!(
        text(&done.stderr).contains("e.pw` is a file, not a folder"),
        "{}",
        text(&done.stderr)
    );
}
