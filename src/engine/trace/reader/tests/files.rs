//! Reading from files.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use super::*;

/// A temporary file for one test, which is removed afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, text: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("pagewalk-trace-{}-{name}", std::process::id()));
        fs::write(&path, text).expect("a file");
        Self(path)
    }

    fn open(&self) -> Reader {
        Reader::open(&self.0, None).expect("a file")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A text longer than a single read.
fn long() -> String {
    " L 00000010,1\n".repeat(100_000)
}

fn refused(path: &str) -> String {
    Reader::open(Path::new(path), None)
        .err()
        .expect("no trace")
        .to_string()
}

#[test]
fn a_file_is_read_to_its_end() {
    let file = Scratch::new("whole", &long());
    let mut reader = file.open();
    assert_eq!(
        (reader.total(), reader.consumed() < 5000),
        (Some(1_400_000), true)
    );
    assert_eq!(
        all(&mut reader),
        (vec![record(Op::Load, 16, 1); 100_000], None)
    );
    assert_eq!((reader.consumed(), reader.lines()), (1_400_000, 100_000));
    assert_eq!(all(&mut Scratch::new("empty", "").open()), (vec![], None));
}

#[test]
fn missing_files_are_rejected() {
    assert_eq!(
        refused("/nowhere/t"),
        "cannot read `/nowhere/t`: there is no such file"
    );
    assert_eq!(refused("/"), "cannot read `/`: it is a folder");
    let denied = Unreadable::system("t", &io::ErrorKind::PermissionDenied.into());
    assert_eq!(denied.to_string(), "cannot read `t`: permission denied");
}

#[test]
fn a_shrunken_file_is_reported() {
    let file = Scratch::new("shrinks", &long());
    let mut reader = file.open();
    assert_eq!(reader.next(&mut RecordBatch::default()), Ok(true));
    OpenOptions::new()
        .write(true)
        .open(&file.0)
        .expect("a file")
        .set_len(700_000)
        .expect("shorter");
    let (records, failed) = all(&mut reader);
    assert_eq!(records.len(), 50_000 - BATCH);
    assert_eq!(
        failed.expect("it changed").why,
        UnreadableReason::Changed {
            before: 1_400_000,
            after: 700_000
        }
    );
}

#[test]
fn a_grown_file_is_reported() {
    let file = Scratch::new("grows", &long());
    let mut reader = file.open();
    assert_eq!(reader.next(&mut RecordBatch::default()), Ok(true));
    let mut more = OpenOptions::new()
        .append(true)
        .open(&file.0)
        .expect("a file");
    more.write_all(b" L 00000010,1\n").expect("longer");
    let (records, failed) = all(&mut reader);
    assert_eq!(records.len(), 100_001 - BATCH);
    let error = failed.expect("it changed").to_string();
    assert!(
        error.ends_with(
            " changed while Pagewalk was reading it: the size was 1400000 bytes and is now 1400014"
        ),
        "{error}"
    );
}
