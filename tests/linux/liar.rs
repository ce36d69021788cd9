//! A side with wrong answers, used to test that differences are found, shrunk, and written as scripts.

use crate::running;

use super::compare::{Sequences, compare};
use super::differ::Look;
use super::linux;
use super::op::{HARMLESS, Op, Step};
use super::place::{Layout, Place};
use super::real::Linux;
use super::side::{Answer, Area, Permits, Side};

/// A wrong answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lie {
    /// `madvise` over a hole succeeds.
    Answer,
    /// Writable memory is always readable.
    Maps,
    /// The side does not store the first byte of a page.
    Byte,
    /// A file is shorter.
    FileSize,
    /// The second child of `fork` gets a wrong result.
    Child,
}

struct Liar {
    linux: Linux,
    lie: Lie,
}

impl Side for Liar {
    fn name(&self) -> &'static str {
        "the liar"
    }

    fn layout(&self) -> Layout {
        self.linux.layout()
    }

    fn permits(&self) -> Permits {
        self.linux.permits()
    }

    fn start(&mut self) {
        self.linux.start();
    }

    fn step(&mut self, step: &Step) -> Answer {
        let answer = self.linux.step(step);
        match (self.lie, step.op, &answer) {
            (Lie::Answer, Op::Madvise { .. }, Answer::Error(error)) if error == "ENOMEM" => {
                Answer::Number(0)
            }
            (Lie::Child, Op::Store { .. }, Answer::Done) if step.process == 2 => Answer::Number(0),
            _ => answer,
        }
    }

    fn maps(&mut self, process: usize) -> Vec<Area> {
        let mut areas = self.linux.maps(process);
        if self.lie == Lie::Maps {
            for area in &mut areas {
                area.perms = area.perms.replace("-w", "rw");
            }
        }
        areas
    }

    fn bytes(&mut self, process: usize, page: Place, offsets: &[u16]) -> Option<Vec<u8>> {
        let mut bytes = self.linux.bytes(process, page, offsets)?;
        for (byte, &offset) in bytes.iter_mut().zip(offsets) {
            if self.lie == Lie::Byte && offset == 0 && HARMLESS.contains(byte) {
                *byte = 0;
            }
        }
        Some(bytes)
    }

    fn file(&mut self, file: usize) -> Vec<u8> {
        let mut bytes = self.linux.file(file);
        if self.lie == Lie::FileSize && bytes.len() == 0x4000 {
            bytes.pop();
        }
        bytes
    }

    fn faults(&mut self, process: usize) -> (u64, u64) {
        self.linux.faults(process)
    }
}

/// The script's statements for a wrong answer, without those that open the files. Pagewalk can run the
/// script.
fn caught(lie: Lie) -> Option<Vec<String>> {
    let (mut linux, mut liar) = (
        linux()?,
        Liar {
            linux: linux()?,
            lie,
        },
    );
    let sequences = Sequences {
        seed: 1,
        count: 200,
    };
    let script =
        compare(&mut linux, &mut liar, Look::Bytes, sequences).expect_err("a lie is found");
    // The script's expectations are Linux's results.
    let outcome = running::text(&script);
    assert_eq!(
        (outcome.mistakes, outcome.failures),
        (vec![], vec![]),
        "{script}"
    );
    let does = script
        .lines()
        .filter(|line| line.starts_with('P') && !line.contains("open("));
    Some(does.map(String::from).collect())
}

#[test]
fn a_wrong_answer_is_shrunk_to_the_call() {
    let Some(does) = caught(Lie::Answer) else {
        return;
    };
    let [call] = &does[..] else {
        panic!("{does:#?}")
    };
    assert!(
        call.starts_with("P0: madvise(") && call.ends_with("=> error ENOMEM"),
        "{call}"
    );
}

#[test]
fn wrong_maps_are_shrunk_to_one_area() {
    let Some(does) = caught(Lie::Maps) else {
        return;
    };
    let [call] = &does[..] else {
        panic!("{does:#?}")
    };
    assert!(
        call.starts_with("P0: m") && call.contains("PROT_WRITE"),
        "{call}"
    );
    assert!(!call.contains("PROT_READ"), "{call}");
}

#[test]
fn a_wrong_byte_is_shrunk_to_a_store() {
    let Some(does) = caught(Lie::Byte) else {
        return;
    };
    assert!(does.len() <= 4, "{does:#?}");
    assert!(
        does.last()
            .is_some_and(|last| last.contains("expect byte(")),
        "{does:#?}"
    );
}

#[test]
fn a_wrong_file_is_shrunk_to_the_call() {
    let Some(does) = caught(Lie::FileSize) else {
        return;
    };
    let [call] = &does[..] else {
        panic!("{does:#?}")
    };
    assert!(call.contains("0x4000"), "{call}");
}

#[test]
fn a_difference_in_a_grandchild_keeps_its_forks() {
    let Some(does) = caught(Lie::Child) else {
        return;
    };
    let forks = does.iter().filter(|call| call.contains("fork()")).count();
    assert_eq!((does.len(), forks), (4, 2), "{does:#?}");
    assert!(does[3].starts_with("P2: write "), "{does:#?}");
}
