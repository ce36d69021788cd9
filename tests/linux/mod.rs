//! Pagewalk's kernel against the real one.
//!
//! Random sequences of system calls, loads, stores and fetches are performed by real Linux processes, through `ptrace`, and
//! by another side; after every step the results, errors, signals, maps, bytes and files are compared. The parts:
//!
//! - `place`, `names`, `op`: what a step is, with addresses relative to a window and the heap;
//! - `side`: the trait `side::Side` that both sides implement;
//! - `tracee`, `real`: Linux as a side; `pagewalk`: Pagewalk as one;
//! - `numbers`: Linux's system calls;
//! - `generate`: random steps, drawn from a `view` of the processes so that they meet areas' edges;
//! - `differ`, `compare`: performing and comparing; `shrink`, `script`: a difference made small, as a script of Pagewalk;
//! - `countable`: after which steps faults can be counted, too;
//! - `calls`, `accesses`, `lineage`, `counts`: what semantics.md says of Linux, asked of each side there is;
//! - `liar`: a side that lies, and is found out.
//!
//! A further side implements `side::Side`; it is asked the facts by a module of its own in `asked_of_each_side!`, and compared with
//! Linux by a test beside the one in `linux.rs`. What Linux answers differently on another file system, or because of areas that it keeps
//! apart (semantics.md 15), is left out by `View::comparable`, `View::unsettled` and `Countable`, which say why; docs/explanation/linux.md lists it.
//!
//! `PAGEWALK_LINUX_SEQUENCES=10000` compares that many sequences, `PAGEWALK_LINUX_SEED=7` begins with that one. Where the
//! machine does not permit it, the tests say that they were skipped, and pass.

/// Makes a test of each function that asks a side through `$asks`: one test for each side that there is.
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

/// Says something that is seen in a run of tests that pass, too.
fn say(text: &str) {
    // A test that cannot be heard still tests.
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
fn pagewalk_does_what_linux_does() {
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

/// What a script of a sequence states holds when Pagewalk runs it, and so do the areas that the processes have in the end.
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
