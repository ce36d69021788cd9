//! Tests that the pictures and printed pages in the documents show the program's current output and have
//! descriptions. `.ci/pictures` regenerates them.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use sha1_smol::Sha1;

use crate::docs::{documents, files_in};
use crate::fences::fences;

/// `PICTURE HASH SOURCE`, one line for each source of each picture. The first source of a picture is the picture itself.
const LIST: &str = "docs/pictures/sources.txt";

/// The contents of a source: a file, or the output of `$ pagewalk ARGUMENTS < FILE`.
fn contents(source: &str) -> Vec<u8> {
    let Some(command) = source.strip_prefix("$ pagewalk ") else {
        return fs::read(source).unwrap_or_default();
    };
    let (args, input) = command.split_once(" < ").unwrap_or((command, ""));
    let input = if input.is_empty() {
        Stdio::null()
    } else {
        File::open(input).expect("the input").into()
    };
    let mut program = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    let output = program
        .args(args.split(' '))
        .stdin(input)
        .output()
        .expect("the program runs");
    [output.stdout, output.stderr].concat()
}

// One of the documented commands writes to `/dev/stdout`.
#[cfg(unix)]
#[test]
fn no_picture_is_older_than_its_sources() {
    let list = fs::read_to_string(LIST).expect("the list of the sources");
    let changed = |line: &&str| {
        let mut words = line.splitn(3, ' ').skip(1);
        let (hash, source) = (
            words.next().expect("a hash"),
            words.next().expect("a source"),
        );
        Sha1::from(contents(source)).digest().to_string() != hash
    };
    let changed: Vec<_> = list.lines().filter(changed).collect();
    assert!(
        changed.is_empty(),
        "run `.ci/pictures`: these sources have changed\n{}",
        changed.join("\n")
    );
}

#[test]
fn every_picture_is_described_and_listed() {
    let list = fs::read_to_string(LIST).expect("the list of the sources");
    let mut shown = String::new();
    for path in documents() {
        let text = fs::read_to_string(&path).expect("a document");
        for prose in fences(&text).filter(|piece| piece.info.is_none()) {
            for picture in prose.body.split("![").skip(1) {
                let (description, rest) = picture.split_once("](").expect("the file of a picture");
                assert!(
                    description.split_whitespace().count() > 5,
                    "{path}: describe {picture}"
                );
                shown += rest.split(')').next().unwrap_or_default();
                shown.push('\n');
            }
        }
    }
    for path in files_in("docs/pictures", "svg") {
        let path = path.display().to_string();
        let listed = list
            .lines()
            .any(|line| line.starts_with(&format!("{path} ")));
        assert!(listed, "{LIST} does not have {path}");
        let name = path.trim_start_matches("docs/");
        assert!(
            shown.contains(&format!("{name}\n")),
            "no document shows {path}"
        );
    }
}
