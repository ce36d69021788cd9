//! Files that commands write: links, killed processes, and several processes at once.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{finish, folder, pagewalk, put, start, text};

/// The hidden files in a folder.
fn hidden(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    entries.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.starts_with('.')).collect()
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
    assert_eq!(pagewalk(&folder, &["test", "--bless", "x.pw"]).status, Some(0));
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
    // The trace comes from a pipe that stays open, so that the process waits with an unfinished file.
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command.args(["replay", "--pack", "t.packed", "-"]).current_dir(&folder);
    let mut packing = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    packing.stdin.as_mut().expect("a pipe").write_all(b" L 10,1\n").expect("written");
    for _ in 0..1000 {
        if !hidden(&folder).is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(hidden(&folder), [".t.packed.pagewalk-0"]);
    put(&folder, "t.trace", " L 10,1\n");
    // The file of a running process stays.
    assert_eq!(pagewalk(&folder, &["replay", "--pack", "t.packed", "t.trace"]).status, Some(0));
    assert_eq!(hidden(&folder), [".t.packed.pagewalk-0"]);
    packing.kill().expect("killed");
    packing.wait().expect("ended");
    assert_eq!(hidden(&folder), [".t.packed.pagewalk-0"]);
    assert_eq!(pagewalk(&folder, &["replay", "--pack", "t.packed", "t.trace"]).status, Some(0));
    assert_eq!(hidden(&folder), [""; 0]);
}

#[test]
fn several_processes_bless_the_same_files() {
    let folder = folder("several");
    for number in 0..8 {
        put(&folder, &format!("s{number}.pw"), format!("machine simple\nread {number}\n"));
    }
    for _ in 0..5 {
        let each: Vec<_> = (0..4).map(|_| start(&folder, &["test", "--bless", "."])).collect();
        for child in each {
            let ran = finish(child);
            assert_eq!((ran.status, ran.messages.as_str()), (Some(0), ""), "{ran:?}");
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
    input.write_all(b"Content-Length: 99999999999999\r\n\r\n{").expect("written");
    // The input stays open, but the server ends.
    let ran = finish(server);
    drop(input);
    let why = "a message has 99999999999999 bytes; the limit is 256 MB";
    assert_eq!((ran.status, ran.messages), (Some(2), format!("pagewalk: {why}\n")));
    assert!(ran.out.contains(&format!("\"code\":-32600,\"message\":\"{why}\"")), "{}", ran.out);
}
