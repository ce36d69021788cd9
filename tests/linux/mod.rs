//! Pagewalk's kernel compared with Linux.
//!
//! Real Linux processes perform random sequences of system calls, loads, stores, and fetches under `ptrace`,
//! and another side performs the same steps. After every step, the test compares the results, errors, signals,
//! maps, bytes, and files. The parts:
//!
//! - `place`, `names`, and `op` define a step, with addresses relative to a window and the heap;
//! - `side`: the trait `side::Side` that both sides implement;
//! - `tracee` and `real` implement Linux as a side, and `pagewalk` implements Pagewalk as a side;
//! - `numbers`: Linux's system calls;
//! - `generate` draws random steps near the edges of areas, based on a `view` of the processes;
//! - `differ` and `compare` compare the sides, `shrink` shrinks the differences, and `script` writes them as
//!   scripts;
//! - `countable` determines the steps after which faults can also be counted;
//! - `calls`, `accesses`, `lineage`, and `counts` check each side against semantics.md;
//! - `allocations` compares `malloc` with the C library's, and `advice` the answers of `madvise`;
//! - `liar` is a side with wrong answers, which the comparison must find.
//!
//! To add a side, implement `side::Side`, add a module for the checks to `asked_of_each_side!`, and add a
//! test that compares the side with Linux, as the tests in this file do. `View::comparable`,
//! `View::unsettled`, and `is_countable` skip the steps that depend on the file system. The comments in these
//! items give the reasons, and docs/explanation/linux.md lists the skipped steps.
//!
//! `PAGEWALK_LINUX_SEQUENCES=10000` sets the number of sequences, and `PAGEWALK_LINUX_SEED=7` sets the first
//! seed. If the machine does not permit tracing, the tests print that they are skipped and then pass.

/// Generates tests for the functions that check a side through `$asks`, with one test per function and side.
macro_rules! asked_of_each_side {
    ($asks:ident: $($fact:ident),* $(,)?) => {
        mod on_linux {
            use super::super::side::Side;

            $(
                #[test]
                fn $fact() {
                    if let Some(mut linux) = super::super::linux() {
                        linux.start();
                        super::$fact(&mut super::$asks::asks(&mut linux));
                    }
                }
            )*
        }

        mod on_pagewalk {
            use super::super::side::Side;

            $(
                #[test]
                fn $fact() {
                    let mut pagewalk = super::super::pagewalk::Pagewalk::new();
                    pagewalk.start();
                    super::$fact(&mut super::$asks::asks(&mut pagewalk));
                }
            )*
        }
    };
}
use asked_of_each_side;

mod accesses;
mod advice;
mod allocations;
mod calls;
mod compare;
mod countable;
mod counts;
mod differ;
mod driver;
mod generate;
mod liar;
mod lineage;
mod names;
mod numbers;
mod op;
mod pagewalk;
mod place;
mod real;
mod script;
mod shrink;
mod side;
mod tracee;
mod view;

use std::io::Write;
use std::path::Path;

use compare::{Sequences, compare};
use differ::Look;
use generate::Generator;
use op::Op;
use pagewalk::Pagewalk;
use real::Linux;
use script::{maps, script};
use side::Side;

/// Prints a text that is visible even if all tests pass.
fn say(text: &str) {
    // The test also runs if standard error is unavailable.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Linux as a side with its files in a folder, if this machine permits tracing.
fn linux_in(folder: &Path) -> Option<Linux> {
    Linux::new(folder)
        .inspect_err(|why| say(&format!("skipped: {why}")))
        .ok()
}

/// Linux as a side, if this machine permits tracing.
fn linux() -> Option<Linux> {
    linux_in(&std::env::temp_dir())
}

/// The oldest Linux whose rules for merging areas Pagewalk follows. The figures in docs/explanation/linux.md are
/// those of Linux 6.18.44.
const REFERENCE: (u32, u32) = (6, 18);

/// Linux as a side, if its rules for merging areas are the ones that Pagewalk follows.
fn reference() -> Option<Linux> {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release
        .split(['.', '-'])
        .map_while(|number| number.trim().parse().ok());
    if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < REFERENCE {
        say(&format!(
            "skipped: areas merge differently on Linux {}",
            release.trim()
        ));
        return None;
    }
    say(&format!("the reference is Linux {}", release.trim()));
    linux()
}

#[test]
fn linux_does_the_same_on_two_file_systems() {
    let memory = Path::new("/dev/shm");
    let Some(mut disk) = linux() else { return };
    let Some(mut memory) = (if memory.is_dir() {
        linux_in(memory)
    } else {
        linux()
    }) else {
        return;
    };
    match compare(
        &mut disk,
        &mut memory,
        Look::Bytes,
        Sequences::asked_for(200),
    ) {
        Ok(totals) => say(&format!("Linux and Linux agree on {totals}")),
        Err(script) => panic!("{script}"),
    }
}

#[test]
fn pagewalk_agrees_with_linux() {
    let Some(mut linux) = reference() else { return };
    match compare(
        &mut linux,
        &mut Pagewalk::new(),
        Look::Bytes,
        Sequences::asked_for(300),
    ) {
        Ok(totals) => say(&format!("Linux and Pagewalk agree on {totals}")),
        Err(script) => panic!("{script}"),
    }
}

#[test]
fn pagewalk_has_the_areas_of_linux() {
    let Some(mut linux) = reference() else { return };
    let mut pagewalk = Pagewalk::laid_out(linux.layout());
    match compare(
        &mut linux,
        &mut pagewalk,
        Look::Areas,
        Sequences::asked_for(600),
    ) {
        Ok(totals) => say(&format!(
            "Linux and Pagewalk have the same areas in {totals}"
        )),
        Err(script) => panic!("{script}"),
    }
}

#[test]
fn pagewalk_faults_as_often_as_linux() {
    let Some(mut linux) = reference() else { return };
    if !counts::are_comparable(&mut linux) {
        return;
    }
    let mut pagewalk = Pagewalk::laid_out(linux.layout());
    match compare(
        &mut linux,
        &mut pagewalk,
        Look::Faults,
        Sequences::asked_for(300),
    ) {
        Ok(totals) => say(&format!("Linux and Pagewalk fault as often in {totals}")),
        Err(script) => panic!("{script}"),
    }
}

/// Checks that the expectations in a sequence's script hold when Pagewalk runs it, and that the processes
/// have the same areas at the end.
#[test]
fn scripts_of_sequences_hold() {
    let Some(mut linux) = reference() else { return };
    let (mut pagewalk, mut checks) = (Pagewalk::new(), 0);
    let Sequences { seed, count } = Sequences::asked_for(100);
    for seed in (seed..).take(count as usize) {
        let mut generator = Generator::new(seed, linux.permits());
        let run = differ::run((&mut linux, &mut pagewalk), Look::Bytes, |view| {
            generator.next(view)
        });
        let forks = run
            .messages
            .iter()
            .filter(|(step, _)| step.op == Op::Fork)
            .count();
        let ended = |process: usize| {
            run.messages
                .iter()
                .any(|(step, _)| step.op == Op::Exit && step.process == process)
        };
        let mut text = script(&run);
        for process in (0..=forks).filter(|&process| !ended(process)) {
            text += &(maps(process, &pagewalk.maps(process)).join("\n") + "\n");
        }
        let outcome = crate::running::text(&text);
        assert_eq!(
            (&outcome.mistakes[..], &outcome.failures[..]),
            (&[][..], &[][..]),
            "seed {seed}\n{text}"
        );
        checks += outcome.checks;
    }
    say(&format!(
        "{count} scripts of sequences hold in {checks} statements"
    ));
}
