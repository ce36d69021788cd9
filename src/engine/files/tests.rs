use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use super::limits::{InputLimit, MACHINE_FILE};
use super::{open_argument, open_regular, read_all, reason};

#[cfg(unix)]
fn pipe(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("pagewalk-pipe-{}-{name}", std::process::id()));
    let made = Command::new("mkfifo")
        .arg(&path)
        .status()
        .expect("mkfifo starts");
    assert!(made.success());
    path
}

#[test]
#[cfg(unix)]
fn pipes_and_devices_are_refused_without_waiting() {
    let pipe = pipe("refused");
    let words = |opened: io::Result<fs::File>| reason(&opened.expect_err("refused"));
    for open in [open_regular, open_argument] {
        assert_eq!(
            words(open(&pipe)),
            "it is a named pipe; copy its data to a regular file"
        );
        assert_eq!(words(open(Path::new("/"))), "it is a folder");
        assert_eq!(words(open(Path::new("/no/such"))), "there is no such file");
    }
    assert_eq!(
        words(open_regular(Path::new("/dev/null"))),
        "it is a device; copy its data to a regular file"
    );
    open_argument(Path::new("/dev/null")).expect("a device on the command line");
    // A pipe that replaces the file after the first check is opened without a writer.
    super::without_waiting().open(&pipe).expect("opened");
    fs::remove_file(&pipe).expect("removed");
}

#[test]
fn inputs_are_read_up_to_their_limit() {
    let limit = InputLimit {
        input: "",
        bytes: 4,
    };
    assert_eq!(read_all(&b"1234"[..], limit).expect("read"), b"1234");
    assert_eq!(
        read_all(io::repeat(0), limit)
            .expect_err("too large")
            .kind(),
        io::ErrorKind::FileTooLarge
    );
    let large = read_all(io::repeat(0), MACHINE_FILE).expect_err("too large");
    assert_eq!(reason(&large), "the file is larger than 1 MB");
}
