//! Random programs have the same output and status as with gcc.

use std::fmt::Write;
use std::process::Command;

use super::{Folder, compile, gcc, generate, run, wide};

/// Number of programs in one run of gcc.
const BATCH: u64 = 50;

/// Compares the programs of some seeds, and returns how many differ.
fn compare(seeds: &[u64], name: &str) -> usize {
    let folder = Folder::new(name);
    let mut failures = 0;
    for batch in seeds.chunks(BATCH as usize) {
        let mut all = String::new();
        let mut main = String::from("int main(void) {\n");
        let mut texts = Vec::new();
        for (tag, seed) in batch.iter().enumerate() {
            let text = generate::program(*seed, tag as u64);
            all += &text;
            let _ = writeln!(main, "printf(\"\\nstatus %d\\n@\", main{tag}());");
            texts.push(text);
        }
        let Some(program) = gcc(&folder.0, &format!("{all}\n{main}return 0; }}\n"), &[]) else {
            return 0;
        };
        let output = Command::new(program).output().expect("the program runs");
        let output = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(
            output.matches('@').count(),
            batch.len(),
            "a program of gcc crashed"
        );
        for ((tag, text), expected) in texts.iter().enumerate().zip(output.split('@')) {
            let actual =
                compile(text, &wide()).and_then(|program| run(&program, &format!("main{tag}")));
            let actual = match actual {
                Ok((output, status)) => format!("{output}\nstatus {status}\n"),
                Err(mistake) => format!("line {}: {}", mistake.place.line, mistake.message),
            };
            if actual != expected {
                failures += 1;
                println!(
                    "seed {}:\n{text}\nactual   {actual}\nexpected {expected}",
                    batch[tag]
                );
            }
        }
    }
    failures
}

/// Odd seeds were used to develop, and even seeds report. `PAGEWALK_C_PROGRAMS=20000` compares more programs.
#[test]
fn random_programs_agree_with_gcc() {
    let count = std::env::var("PAGEWALK_C_PROGRAMS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(500);
    let seeds: Vec<u64> = (0..count).collect();
    assert_eq!(compare(&seeds, "random"), 0);
}
