//! Pagewalk's kernel compared with Linux.
//!
//! Real Linux processes perform random sequences of system calls, loads, stores, and fetches through `ptrace`, and another
//! side performs the same. After every step, the results, errors, signals, maps, bytes, and files are compared. The parts:
//!
//! - `place`, `names`, `op`: a step, with addresses relative to a window and the heap;
//! - `side`: the trait `side::Side` that both sides implement;
//! - `tracee`, `real`: Linux as a side; `pagewalk`: Pagewalk as one;
//! - `numbers`: Linux's system calls;
//! - `generate`: random steps near the edges of areas, drawn from a `view` of the processes;
//! - `differ`, `compare`: performing and comparing; `shrink`, `script`: shrinking a difference and writing it as a script;
//! - `countable`: the steps after which faults can also be counted;
//! - `calls`, `accesses`, `lineage`, `counts`: checks of each side against semantics.md;
//! - `liar`: a side with wrong answers, which must be found.
//!
//! To add a side, implement `side::Side`, add a module in `asked_of_each_side!` for the checks, and add a test that compares it with
//! Linux, like those in this file. `View::comparable`, `View::unsettled`, and `Countable` skip the steps that depend on the file
//! system or on areas that Linux keeps apart (semantics.md 15), and explain why. docs/explanation/linux.md lists them.
//!
//! `PAGEWALK_LINUX_SEQUENCES=10000` sets the number of sequences, and `PAGEWALK_LINUX_SEED=7` the first seed. If the
//! machine does not permit tracing, the tests report that they are skipped, and pass.

/// Makes a test of each function that checks a side through `$asks`: one test for each side.
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

/// Prints a text that is also visible in runs where all tests pass.
fn say(text: &str) {
    // A test without standard error still runs.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Linux with its files in a folder, if this machine permits it.
fn linux_in(folder: &Path) -> Option<Linux> {
    Linux::new(folder).inspect_err(|why| say(&format!("skipped: {why}"))).ok()
}

/// Linux, if this machine permits it.
fn linux() -> Option<Linux> {
    linux_in(&std::env::temp_dir())
}

#[test]
fn linux_does_the_same_on_two_file_systems() {
    let memory = Path::new("/dev/shm");
    let Some(mut disk) = linux() else { return };
    let Some(mut memory) = (if memory.is_dir() { linux_in(memory) } else { linux() }) else { return };
    match compare(&mut disk, &mut memory, Look::Bytes, Sequences::asked_for(200)) {
        Ok(totals) => say(&format!("Linux and Linux agree on {totals}")),
        Err(script) => panic!("{script}"),
    }
}

#[test]
fn pagewalk_agrees_with_linux() {
    let Some(mut linux) = linux() else { return };
    match compare(&mut linux, &mut Pagewalk::new(), Look::Bytes, Sequences::asked_for(300)) {
        Ok(totals) => say(&format!("Linux and Pagewalk agree on {totals}")),
        Err(script) => panic!("{script}"),
    }
}

#[test]
fn pagewalk_faults_as_often_as_linux() {
    let Some(mut linux) = linux() else { return };
    if !counts::are_comparable(&mut linux) {
        return;
    }
    let mut pagewalk = Pagewalk::laid_out(linux.layout());
    match compare(&mut linux, &mut pagewalk, Look::Faults, Sequences::asked_for(300)) {
        Ok(totals) => say(&format!("Linux and Pagewalk fault as often in {totals}")),
        Err(script) => panic!("{script}"),
    }
}

/// The expectations of a sequence's script hold when Pagewalk runs it, and the processes have the same areas in the end.
#[test]
fn scripts_of_sequences_hold() {
    let Some(mut linux) = linux() else { return };
    let (mut pagewalk, mut checks) = (Pagewalk::new(), 0);
    let Sequences { seed, count } = Sequences::asked_for(100);
    for seed in (seed..).take(count as usize) {
        let mut generator = Generator::new(seed, linux.permits());
        let run = differ::run((&mut linux, &mut pagewalk), Look::Bytes, |view| generator.next(view));
        let forks = run.told.iter().filter(|(step, _)| step.op == Op::Fork).count();
        let ended =
            |process: usize| run.told.iter().any(|(step, _)| step.op == Op::Exit && step.process == process);
        let mut text = script(&run);
        for process in (0..=forks).filter(|&process| !ended(process)) {
            text += &(maps(process, &pagewalk.maps(process)).join("\n") + "\n");
        }
        let outcome = crate::running::text(&text);
        assert_eq!((&outcome.mistakes[..], &outcome.failures[..]), (&[][..], &[][..]), "seed {seed}\n{text}");
        checks += outcome.checks;
    }
    say(&format!("{count} scripts of sequences hold in {checks} statements"));
}
