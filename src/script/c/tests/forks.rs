//! The outputs of programs with several processes, compared with real processes that pause at random.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;

use super::{Folder, compile, gcc, wide};
use pagewalk_engine::machine::random::SplitMix64;
use pagewalk_engine::program::{
    Buffering, Builtin, Count, ErrorKind, Limit, Options, Outputs, RunError, explore,
};

/// Pauses of up to 3 ms before each call. `MODE` is 0 (`printf` writes at once), 1 (lines), or 2 (full). Without
/// a buffer, `puts` would write twice.
const PAUSES: &str = "
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <time.h>
#include <sys/wait.h>
static void pause_here(void) {
  struct timespec now; clock_gettime(CLOCK_MONOTONIC, &now);
  unsigned long z = now.tv_nsec * 2654435761ul ^ (unsigned long) getpid() * 40503ul; z ^= z >> 15; z *= 2246822519ul; z ^= z >> 13;
  if (z % 3) usleep(z / 3 % 3000);
}
__attribute__((constructor)) static void begin(void) { setvbuf(stdout, NULL, MODE == 1 ? _IOLBF : _IOFBF, 4096); }
static int written(int n) { if (MODE == 0) fflush(stdout); return n; }
static pid_t pausing_fork(void) { pid_t pid = fork(); pause_here(); return pid; }
#define fork pausing_fork
#define printf(...) (pause_here(), written(printf(__VA_ARGS__)))
#define putchar(c) (pause_here(), written(putchar(c)))
#define puts(s) (pause_here(), written(puts(s)))
#define write(a, b, c) (pause_here(), write(a, b, c))
#define waitpid(a, b, c) (pause_here(), waitpid(a, b, c))
#define wait(s) (pause_here(), wait(s))
#define exit(s) (pause_here(), exit(s))
#line 1
";

/// A program with a name, its buffering, and the number of its outputs.
pub(super) struct Sample {
    pub(super) name: String,
    buffering: Buffering,
    count: u128,
    pub(super) text: String,
}

pub(super) fn samples() -> Vec<Sample> {
    let parts = include_str!("forks.c").split("// ").skip(1);
    parts
        .map(|part| {
            let (head, text) = part.split_once('\n').expect("a head and a text");
            let words: Vec<&str> = head.split(' ').collect();
            let buffering = match words[1] {
                "full" => Buffering::Full,
                "line" => Buffering::Line,
                _ => Buffering::AtOnce,
            };
            let count = words.last().and_then(|n| n.parse().ok()).expect("a number");
            Sample {
                name: words[0].to_owned(),
                buffering,
                count,
                text: text.to_owned(),
            }
        })
        .collect()
}

pub(super) fn outputs(text: &str, options: &Options) -> Result<Outputs, RunError> {
    let program =
        compile(text, &wide()).unwrap_or_else(|mistake| panic!("{}\n{text}", mistake.message));
    explore(&Arc::new(program), options)
}

fn of(text: &str) -> Outputs {
    outputs(text, &Options::default()).expect("the program has outputs")
}

fn all(outputs: &Outputs) -> BTreeSet<Vec<u8>> {
    outputs.list(100_000, 1 << 24).into_iter().collect()
}

/// Runs a real program many times, and returns the outputs.
fn observed(sample: &Sample, runs: usize) -> Option<BTreeSet<Vec<u8>>> {
    let folder = Folder::new(&format!("forks-{}", sample.name));
    let mode = sample.buffering as usize;
    let program = gcc(
        &folder.0,
        &format!("#define MODE {mode}\n{PAUSES}{}", sample.text),
        &[],
    )?;
    let mut seen = BTreeSet::new();
    for _ in 0..runs {
        let output = Command::new(&program).output().expect("the program runs");
        seen.insert(output.stdout);
    }
    Some(seen)
}

/// `PAGEWALK_C_RUNS=1000` runs each program more often, and also random ones.
#[test]
fn no_real_output_is_outside_the_set() {
    let chosen = std::env::var("PAGEWALK_C_RUNS")
        .ok()
        .and_then(|n| n.parse().ok());
    let runs = chosen.unwrap_or(30);
    check_real_outputs(samples(), runs);
    if chosen.is_none() {
        return;
    }
    for first in (0..200).step_by(20) {
        let random = (first..first + 20).map(|seed| Sample {
            name: format!("random-{seed}"),
            buffering: buffering(seed),
            count: u128::MAX,
            text: random_program(seed),
        });
        check_real_outputs(random.collect(), runs / 10);
    }
}

fn check_real_outputs(samples: Vec<Sample>, runs: usize) {
    std::thread::scope(|scope| {
        for sample in samples {
            scope.spawn(move || {
                let options = Options {
                    buffering: sample.buffering,
                    ..Options::default()
                };
                let possible = outputs(&sample.text, &options).expect("the program has outputs");
                let Some(seen) = observed(&sample, runs) else {
                    return;
                };
                for output in &seen {
                    let shown = String::from_utf8_lossy(output);
                    assert!(
                        possible.contains(output),
                        "{}: {shown:?} is outside the set",
                        sample.name
                    );
                    assert!(
                        possible.witness(output).is_some(),
                        "{}: {shown:?} has no schedule",
                        sample.name
                    );
                }
                println!(
                    "{}: {} of {:?} outputs seen",
                    sample.name,
                    seen.len(),
                    possible.count()
                );
                if sample.count <= 24 && runs >= 1000 {
                    assert_eq!(
                        seen.len() as u128,
                        sample.count,
                        "{}: not all outputs were seen",
                        sample.name
                    );
                }
            });
        }
    });
}

#[test]
fn counts_lists_and_schedules_agree() {
    for sample in samples() {
        let options = Options {
            buffering: sample.buffering,
            ..Options::default()
        };
        let possible = outputs(&sample.text, &options).expect("the program has outputs");
        let list = possible.list(10_000, 1 << 20);
        assert_eq!(
            possible.count(),
            Count::Exactly(list.len() as u128),
            "{}",
            sample.name
        );
        assert_eq!(list.len() as u128, sample.count, "{}", sample.name);
        assert!(list.is_sorted());
        for output in &list {
            assert!(possible.contains(output));
            let steps = possible.witness(output).expect("a schedule");
            let text: Vec<u8> = steps.iter().flat_map(|step| step.text.clone()).collect();
            assert_eq!(text, *output, "{}", sample.name);
        }
        assert!(!possible.contains(b"no such output"));
    }
}

/// Merging states, and fixing the order of steps that commute, does not change the outputs.
#[test]
fn merging_changes_nothing() {
    let mut texts: Vec<(Buffering, String)> = samples()
        .into_iter()
        .filter(|one| one.name != "tree")
        .map(|one| (one.buffering, one.text))
        .collect();
    for seed in 0..200 {
        let text = random_program(seed);
        // Which child has ended makes no difference to a program that never stores a status.
        let blind = text
            .replace(
                "if (wait(&s) > 0) printf(\"s%d\", WEXITSTATUS(s));",
                "while (wait(NULL) > 0) printf(\"w\");",
            )
            .replace(
                "if (waitpid(-1, &s, WNOHANG) == 0) printf(\"n\");",
                "if (waitpid(-1, NULL, 0) < 0) printf(\"n\");",
            );
        texts.extend([text, blind].map(|text| (buffering(seed), text)));
    }
    let mut compared = 0;
    for (buffering, text) in texts {
        let merged = outputs(
            &text,
            &Options {
                buffering,
                ..Options::default()
            },
        )
        .expect("the program has outputs");
        let options = Options {
            buffering,
            merge: false,
            states: 100_000,
            ..Options::default()
        };
        match outputs(&text, &options) {
            Ok(plain) => {
                assert_eq!(all(&merged), all(&plain), "{text}");
                compared += 1;
            }
            Err(RunError {
                kind: ErrorKind::Limit(Limit::States),
                ..
            }) => {}
            Err(error) => panic!("{error:?}\n{text}"),
        }
    }
    println!("{compared} programs compared");
    assert!(compared >= 300, "{compared}");
}

fn buffering(seed: u64) -> Buffering {
    [Buffering::AtOnce, Buffering::Line, Buffering::Full][seed as usize % 3]
}

/// Returns a program with two or three forks, waits, and outputs.
fn random_program(seed: u64) -> String {
    let mut random = SplitMix64::new(seed);
    let mut text = String::from("int main(void) { int s = 0; pid_t p = 1;\n");
    let mut forks = 0;
    for at in 0..5 + random.below(3) {
        let line = match random.below(9) {
            0 | 1 if forks < 2 => {
                forks += 1;
                ["if (fork() == 0) ", "p = fork(); if (p > 0) "][random.below(2) as usize]
                    .to_owned()
                    + &format!("printf(\"{at}\");")
            }
            2 if forks < 2 => {
                forks += 1;
                format!("if (fork() == 0) {{ printf(\"{at}\\n\"); exit({at}); }}")
            }
            3 => "wait(NULL);".to_owned(),
            4 => "if (wait(&s) > 0) printf(\"s%d\", WEXITSTATUS(s));".to_owned(),
            5 => format!("if (p == 0) exit({at});"),
            6 if seed.is_multiple_of(2) => {
                "if (waitpid(-1, &s, WNOHANG) == 0) printf(\"n\");".to_owned()
            }
            _ => format!("printf(\"{}\");", ["a", "b\\n"][random.below(2) as usize]),
        };
        text += &line;
        text += "\n";
    }
    if seed % 4 == 3 {
        text = text
            .replace("wait(NULL);", "")
            .replace("if (wait(&s) > 0) printf(\"s%d\", WEXITSTATUS(s));", "");
    }
    text + "return 0; }\n"
}

#[test]
fn calls_that_may_fail_have_both_results() {
    let text = "int main(void) { printf(\"a\"); fork(); printf(\"b\"); return 0; }";
    let options = Options {
        failing: BTreeSet::from([Builtin::Fork]),
        ..Options::default()
    };
    assert_eq!(
        all(&outputs(text, &options).expect("outputs")),
        BTreeSet::from([b"ab".to_vec(), b"abb".to_vec()])
    );
    let text = "int main(void) { char *args[] = { \"ls\", NULL }; if (fork() == 0) { execv(\"/bin/ls\", args); printf(\"1\"); } printf(\"2\"); return 0; }";
    assert_eq!(all(&of(text)), BTreeSet::from([b"2".to_vec()]));
    let options = Options {
        failing: BTreeSet::from([Builtin::Execv]),
        ..Options::default()
    };
    assert_eq!(
        all(&outputs(text, &options).expect("outputs")),
        BTreeSet::from([b"2".to_vec(), b"122".to_vec(), b"212".to_vec()])
    );
}

#[test]
fn large_sets_are_counted_and_not_listed() {
    let text = "int main(void) { int i, j; for (i = 0; i < 4; i++) if (fork() == 0) { for (j = 0; j < 16; j++) putchar('a' + i); exit(0); } for (i = 0; i < 4; i++) wait(NULL); return 0; }";
    let possible = of(text);
    // 64! / 16!^4
    assert_eq!(
        possible.count(),
        Count::Exactly(662_122_768_410_971_464_603_908_403_461_821_400)
    );
    assert_eq!(possible.list(1000, 1 << 20).len(), 1000);
    println!("{} states", possible.explored());
}

#[test]
fn processes_that_are_alike_are_one() {
    let text = "int main(void) { int i; for (i = 0; i < 20; i++) if (fork() == 0) { printf(\"x\"); exit(0); } return 0; }";
    let possible = of(text);
    assert_eq!(possible.count(), Count::Exactly(1));
    assert_eq!(possible.explored(), 21);
    assert_eq!(
        possible
            .witness(b"xxxxxxxxxxxxxxxxxxxx")
            .map(|steps| steps.len()),
        Some(20)
    );
}

#[test]
fn programs_without_end_reach_a_limit() {
    let limit = |text: &str| {
        outputs(text, &Options::default())
            .map(|_| ())
            .map_err(|error| error.kind)
    };
    assert_eq!(
        limit("int main(void) { while (1) fork(); }"),
        Err(ErrorKind::Limit(Limit::Processes))
    );
    assert_eq!(
        limit("int main(void) { while (1) putchar('a'); }"),
        Err(ErrorKind::Limit(Limit::Output))
    );
    assert_eq!(
        limit("int main(void) { int n = 0; while (1) { printf(\"%d\", n++); } }"),
        Err(ErrorKind::Limit(Limit::States))
    );
    assert_eq!(
        limit("int main(void) { for (;;) ; }"),
        Err(ErrorKind::Limit(Limit::Operations))
    );
}

#[test]
fn lines_are_counted() {
    assert_eq!(
        of("int main(void) { fork(); fork(); puts(\"x\"); return 0; }").lines(),
        4..=4
    );
    let options = Options {
        failing: BTreeSet::from([Builtin::Fork]),
        ..Options::default()
    };
    assert_eq!(
        outputs(
            "int main(void) { fork(); puts(\"x\"); return 0; }",
            &options
        )
        .expect("outputs")
        .lines(),
        1..=2
    );
}
