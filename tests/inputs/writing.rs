//! Files that commands write: links, killed processes, and several processes at once.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{finish, folder, pagewalk, put, start, text};

/// The hidden files in a folder.
fn hidden(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name());
    entries
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name.starts_with('.'))
        .collect()
}

#[test]
fn bless_does_not_write_through_a_link_to_another_file() {
    let folder = folder("linked-golden");
    put(&folder, "x.pw", "machine simple\n");
    put(&folder, "secret", "kept\n");
    symlink("secret", folder.join("x.golden.yaml")).expect("a link");
    let ran = pagewalk(&folder, &["test", "--bless", "x.pw"]);
    let why = "it is a link to a file that is not a golden file; remove the link";
    assert!(ran.status == Some(2) && ran.out.contains(why), "{ran:?}");
    assert_eq!(text(&folder, "secret"), "kept\n");
    // A link to a golden file is followed.
    fs::remove_file(folder.join("x.golden.yaml")).expect("removed");
    assert_eq!(
        pagewalk(&folder, &["test", "--bless", "x.pw"]).status,
        Some(0)
    );
    fs::rename(folder.join("x.golden.yaml"), folder.join("shared.yaml")).expect("renamed");
    symlink("shared.yaml", folder.join("x.golden.yaml")).expect("a link");
    put(&folder, "x.pw", "machine simple\nread 0x10\n");
    let ran = pagewalk(&folder, &["test", "--bless", "x.pw"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(text(&folder, "shared.yaml").contains("read 0x10"));
}

#[test]
fn fmt_stays_in_its_folder() {
    let folder = folder("linked-scripts");
    for sub in ["in", "out"] {
        fs::create_dir(folder.join(sub)).expect("a folder");
    }
    put(&folder, "out/x.pw", "machine   simple\n");
    put(&folder, "in/own.pw", "machine   simple\n");
    symlink("../out/x.pw", folder.join("in/link.pw")).expect("a link");
    symlink("../out", folder.join("in/folder")).expect("a link");
    symlink("own.pw", folder.join("in/alias.pw")).expect("a link");
    let ran = pagewalk(&folder, &["fmt", "in"]);
    assert_eq!(text(&folder, "out/x.pw"), "machine   simple\n");
    assert_eq!(text(&folder, "in/own.pw"), "machine simple\n");
    let why = "pagewalk: `in/link.pw` is skipped, because it is a link to a file outside `in`\n";
    assert_eq!((ran.status, ran.messages.as_str()), (Some(0), why));
    // A link that the command line names is followed.
    assert_eq!(pagewalk(&folder, &["fmt", "in/link.pw"]).status, Some(0));
    assert_eq!(text(&folder, "out/x.pw"), "machine simple\n");
}

#[test]
fn the_unfinished_file_of_a_killed_process_is_removed() {
    let folder = folder("killed");
    put(&folder, "x.pw", "machine   simple\n");
    let unfinished = ".x.pw.pagewalk-0";
    put(&folder, unfinished, "machine ");
    // The file of a running process, which has locked it, stays.
    let file = fs::File::open(folder.join(unfinished)).expect("a file");
    file.lock().expect("a lock");
    assert_eq!(pagewalk(&folder, &["fmt", "x.pw"]).status, Some(0));
    assert_eq!(hidden(&folder), [unfinished]);
    drop(file);
    put(&folder, "x.pw", "machine   simple\n");
    assert_eq!(pagewalk(&folder, &["fmt", "x.pw"]).status, Some(0));
    assert_eq!(hidden(&folder), [""; 0]);
}

#[test]
fn several_processes_bless_the_same_files() {
    let folder = folder("several");
    for number in 0..8 {
        put(
            &folder,
            &format!("s{number}.pw"),
            format!("machine simple\nread {number}\n"),
        );
    }
    for _ in 0..5 {
        let each: Vec<_> = (0..4)
            .map(|_| start(&folder, &["test", "--bless", "."]))
            .collect();
        for child in each {
            let ran = finish(child);
            assert_eq!(
                (ran.status, ran.messages.as_str()),
                (Some(0), ""),
                "{ran:?}"
            );
            assert!(!ran.out.contains("not written"), "{ran:?}");
        }
        assert_eq!(hidden(&folder), [""; 0]);
        for number in 0..8 {
            let golden = format!("s{number}.golden.yaml");
            assert!(text(&folder, &golden).ends_with("...\n"), "{golden}");
            fs::remove_file(folder.join(golden)).expect("removed");
        }
    }
}

#[test]
fn the_language_server_answers_a_message_that_is_too_large() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .arg("lsp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = server.stdin.take().expect("a pipe");
    input
        .write_all(b"Content-Length: 99999999999999\r\n\r\n{")
        .expect("written");
    // The input stays open, but the server ends.
    let ran = finish(server);
    drop(input);
    let why = "a message has 99999999999999 bytes; the limit is 256 MB";
    assert_eq!(
        (ran.status, ran.messages),
        (Some(2), format!("pagewalk: {why}\n"))
    );
    assert!(
        ran.out
            .contains(&format!("\"code\":-32600,\"message\":\"{why}\"")),
        "{}",
        ran.out
    );
}

/// A script with an expectation that `--fill` and `--accept` change.
const OPEN: &str = "machine simple\nread 0x3D4 => vpn ?\n";

#[test]
fn a_file_that_changed_after_it_was_read_is_not_written() {
    let folder = folder("changed");
    let edited = format!("# Homework 3: an explanation that is longer than before\n{OPEN}");
    // The second script takes long enough for the edit.
    put(
        &folder,
        "slow.pw",
        "machine simple\nrepeat 3000000 { let x = 1 }\n",
    );
    for remove in [false, true] {
        put(&folder, "a.pw", OPEN);
        put(&folder, "b.pw", OPEN);
        let child = start(
            &folder,
            &["test", "--fill", "--jobs", "1", "a.pw", "b.pw", "slow.pw"],
        );
        std::thread::sleep(std::time::Duration::from_secs(1));
        if remove {
            fs::remove_file(folder.join("a.pw")).expect("removed");
        } else {
            put(&folder, "a.new", &edited);
            fs::rename(folder.join("a.new"), folder.join("a.pw")).expect("saved");
        }
        let ran = finish(child);
        assert_eq!(ran.status, Some(2), "{ran:?}");
        let why = if remove {
            "there is no such file"
        } else {
            "another program changed the file after Pagewalk read it; run the command again"
        };
        assert_eq!(
            ran.messages,
            format!("pagewalk: cannot write `a.pw`: {why}\n")
        );
        assert!(
            ran.out
                .ends_with("1 fact written in 1 file, 1 file not written\n"),
            "{ran:?}"
        );
        // The VPN of 0x3D4 with pages of 64 bytes is 0x3D4 >> 6.
        assert_eq!(
            text(&folder, "b.pw"),
            "machine simple\nread 0x3D4 => vpn 0x0F\n"
        );
        assert!(remove || text(&folder, "a.pw") == edited);
    }
    assert_eq!(hidden(&folder), [""; 0]);
}

#[test]
fn a_file_that_cannot_be_written_is_not_counted() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder("read-only");
    put(&folder, "a.pw", OPEN);
    fs::set_permissions(folder.join("a.pw"), fs::Permissions::from_mode(0o444)).expect("read-only");
    for option in ["--fill", "--accept"] {
        put(
            &folder,
            "a.new",
            OPEN.replace('?', if option == "--fill" { "?" } else { "1" }),
        );
        fs::rename(folder.join("a.new"), folder.join("a.pw")).expect("renamed");
        fs::set_permissions(folder.join("a.pw"), fs::Permissions::from_mode(0o444))
            .expect("read-only");
        let ran = pagewalk(&folder, &["test", option, "a.pw"]);
        assert_eq!(ran.status, Some(2), "{ran:?}");
        assert_eq!(
            ran.messages,
            "pagewalk: cannot write `a.pw`: permission denied\n"
        );
        assert!(
            ran.out
                .ends_with("0 facts written in 0 files, 1 file not written\n"),
            "{ran:?}"
        );
    }
}

#[test]
fn a_ci_system_is_one_that_says_so() {
    let folder = folder("ci");
    for (value, refuses) in [
        ("true", true),
        ("1", true),
        ("woodpecker", true),
        ("false", false),
        ("0", false),
        ("", false),
    ] {
        put(&folder, "a.pw", OPEN);
        let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
        command
            .args(["test", "--fill", "a.pw"])
            .current_dir(&folder)
            .env("CI", value);
        let status = command.output().expect("it starts").status.code();
        assert_eq!(
            (status, text(&folder, "a.pw") == OPEN),
            (Some(if refuses { 2 } else { 0 }), refuses),
            "{value}"
        );
    }
}

#[test]
fn save_fails_on_a_pipe() {
    let folder = folder("save");
    let repl = |input: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
            .arg("repl")
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        child
            .stdin
            .take()
            .expect("a pipe")
            .write_all(input.as_bytes())
            .expect("written");
        finish(child)
    };
    assert_eq!(repl("machine simple\n:save a.pw\n").status, Some(0));
    let ran = repl("machine simple\n:save no/such/a.pw\n");
    assert_eq!(ran.status, Some(2), "{ran:?}");
    put(&folder, "other.pw", "machine simple\n");
    assert_eq!(repl("machine simple\n:save other.pw\n").status, Some(2));
    assert_eq!(text(&folder, "other.pw"), "machine simple\n");
}
