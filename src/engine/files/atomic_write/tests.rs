use std::fs;
use std::path::PathBuf;

use super::{create_unfinished, unfinished_path, write_below};

#[test]
fn nothing_is_written_outside_of_a_folder() {
    let base = std::env::temp_dir().join(format!("pagewalk-below-{}", std::process::id()));
    let folder = base.join("in");
    write_below(&folder, "a/b.md", b"one").expect("written");
    write_below(&folder, "a/b.md", b"two").expect("written again");
    assert_eq!(fs::read(folder.join("a/b.md")).expect("there"), b"two");
    for path in ["../x", "/x", "a/../../x", "", "."] {
        assert!(write_below(&folder, path, b"x").is_err(), "{path:?}");
    }
    #[cfg(unix)]
    {
        let link = |from: &str, to: &std::path::Path| {
            std::os::unix::fs::symlink(to, folder.join(from)).expect("a link");
        };
        fs::write(base.join("secret"), "kept").expect("written");
        link("file", &base.join("secret"));
        link("out", &base);
        write_below(&folder, "file", b"x").expect("replaces the link");
        assert!(write_below(&folder, "out/secret", b"x").is_err());
        assert_eq!(fs::read(base.join("secret")).expect("there"), b"kept");
    }
    fs::remove_dir_all(&base).expect("taken away");
}

/// An empty folder for a test.
fn folder(name: &str) -> PathBuf {
    let folder =
        std::env::temp_dir().join(format!("pagewalk-unfinished-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[test]
fn only_files_without_a_writer_are_removed() {
    let folder = folder("abandoned");
    let path = folder.join("x.pw");
    let names = || {
        let entries = fs::read_dir(&folder).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    };
    let first = create_unfinished(&path).expect("a file");
    let second = create_unfinished(&path).expect("a second file");
    // Killed processes leave these files behind.
    for number in [2, 3] {
        fs::write(unfinished_path(&path, number), "half").expect("a file");
    }
    // The file of another program.
    fs::write(folder.join(".x.pw.swp"), "").expect("a file");
    let mut third = create_unfinished(&path).expect("a third file");
    let expected = [
        ".x.pw.pagewalk-0",
        ".x.pw.pagewalk-1",
        ".x.pw.pagewalk-2",
        ".x.pw.swp",
    ];
    assert_eq!(names(), expected);
    assert_eq!(
        third
            .file()
            .expect("open")
            .metadata()
            .expect("metadata")
            .len(),
        0
    );
    drop((first, second, third));
    assert_eq!(names(), [".x.pw.swp"]);
    // A link is neither followed nor removed.
    std::os::unix::fs::symlink(folder.join(".x.pw.swp"), unfinished_path(&path, 0))
        .expect("a link");
    drop(create_unfinished(&path).expect("a file"));
    assert_eq!(names(), [".x.pw.pagewalk-0", ".x.pw.swp"]);
    fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn names_of_any_length_are_possible() {
    let folder = folder("names");
    for name in ["é".repeat(127), "x".repeat(255), "🦀".repeat(63)] {
        drop(create_unfinished(&folder.join(name)).expect("a file"));
    }
    fs::remove_dir_all(&folder).expect("removed");
}
