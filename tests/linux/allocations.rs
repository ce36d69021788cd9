//! Pagewalk's `malloc`, `calloc`, `realloc`, and `free` compared with those of glibc 2.36. A C program performs
//! random sequences, and each address and each break must be the same relative to the first ones.
//! `PAGEWALK_LINUX_SEQUENCES=10000` runs more sequences.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pagewalk_engine::Spec;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::abi::Arg;
use pagewalk_engine::kernel::config::KernelConfig;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::syscall::system_call;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::random::SplitMix64;

use super::compare::Sequences;
use super::say;

/// A call of a sequence. Blocks are the numbers of earlier calls.
#[derive(Debug, Clone, Copy)]
enum Call {
    Malloc(u64),
    Calloc(u64, u64),
    Realloc(usize, u64),
    Free(usize),
    Sbrk(u64),
}

impl Call {
    /// The call as a line for the C program.
    fn line(self) -> String {
        match self {
            Call::Malloc(size) => format!("m {size}\n"),
            Call::Calloc(count, size) => format!("c {count} {size}\n"),
            Call::Realloc(block, size) => format!("r {block} {size}\n"),
            Call::Free(block) => format!("f {block}\n"),
            Call::Sbrk(bytes) => format!("s {bytes}\n"),
        }
    }
}

/// Draws the calls of a sequence. Some sequences use blocks of all sizes, and others favor some lists.
fn calls(seed: u64) -> Vec<Call> {
    let mut random = SplitMix64::new(seed);
    let style = random.below(12);
    let size = |random: &mut SplitMix64| match if style < 9 { style } else { random.below(9) } {
        0 | 1 => random.below(130),
        2 => random.below(1100),
        3 => random.below(4000),
        4 => random.below(70_000),
        5 => random.below(140_000),
        6 => random.below(1 << 20),
        7 => 24 + 16 * random.below(8),
        _ => {
            [0, 24, 100, 1032, 1033, 65_000, 131_048, 131_049, 200 << 10][random.below(9) as usize]
        }
    };
    let (frees, moves_break) = (30 + random.below(30), random.below(4) == 0);
    let (mut calls, mut blocks) = (Vec::new(), Vec::new());
    for number in 0..100 + random.below(500) as usize {
        let roll = random.below(100);
        if !blocks.is_empty() && roll < frees + 12 {
            let newest = random.below(3) == 0;
            let at = if newest {
                blocks.len() - 1
            } else {
                random.below(blocks.len() as u64) as usize
            };
            let block = blocks.swap_remove(at);
            let size = if roll < frees { 0 } else { size(&mut random) };
            if size > 0 {
                blocks.push(number);
            }
            calls.push(if roll < frees {
                Call::Free(block)
            } else {
                Call::Realloc(block, size)
            });
        } else if roll > 96 && moves_break {
            calls.push(Call::Sbrk(16 * random.below(300)));
        } else {
            blocks.push(number);
            let size = size(&mut random);
            calls.push(if roll > 90 {
                Call::Calloc(3, size / 3)
            } else {
                Call::Malloc(size)
            });
        }
    }
    calls
}

/// The result of each call and the break after it, relative to the start of the heap and to the first area.
type Placed = Vec<(Place, u64)>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Null,
    Heap(u64),
    Area(i64),
}

fn placed(start: u64, results: impl IntoIterator<Item = (u64, u64)>) -> Placed {
    let mut first = None;
    let mut place = |at: u64| match at {
        0 => Place::Null,
        _ if (start..start + (1 << 32)).contains(&at) => Place::Heap(at - start),
        _ => Place::Area(at.wrapping_sub(*first.get_or_insert(at)) as i64),
    };
    results
        .into_iter()
        .map(|(at, brk)| (place(at), brk - start))
        .collect()
}

/// Compiles a C program into a folder, if gcc is installed.
pub fn compiled(source: &str, folder: &Path) -> Result<PathBuf, String> {
    let program = folder.join("program");
    let gcc = Command::new("gcc")
        .args(["-O1", "-w", "-o"])
        .arg(&program)
        .arg(source)
        .output();
    let gcc = gcc.map_err(|error| format!("no gcc: {error}"))?;
    if gcc.status.success() {
        Ok(program)
    } else {
        Err(String::from_utf8_lossy(&gcc.stderr).into_owned())
    }
}

/// Compiles a C program that uses the allocator of glibc 2.36.
fn compiled_with_glibc(source: &str, folder: &Path) -> Result<PathBuf, String> {
    let version = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let version = version.map_err(|error| format!("no getconf: {error}"))?;
    match String::from_utf8_lossy(&version.stdout).trim() {
        "glibc 2.36" => compiled(source, folder),
        other => Err(format!("the C library is {other}, not glibc 2.36")),
    }
}

fn in_c(program: &Path, calls: &[Call]) -> Placed {
    // A setting of the C library in the environment must not change the addresses.
    let mut running = Command::new(program);
    let running = running
        .env_remove("GLIBC_TUNABLES")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut running = running.spawn().expect("the compiled program");
    let lines: String = calls.iter().map(|call| call.line()).collect();
    running
        .stdin
        .take()
        .expect("a pipe")
        .write_all(lines.as_bytes())
        .expect("the program reads");
    let output = running.wait_with_output().expect("the program ends");
    let text = String::from_utf8(output.stdout).expect("numbers");
    let mut lines = text.lines();
    let number = |word: &str| word.parse::<u64>().expect("a number");
    let start = number(lines.next().expect("the first break"));
    placed(
        start,
        lines.map(|line| {
            line.split_once(' ')
                .map(|(at, brk)| (number(at), number(brk)))
                .expect("two")
        }),
    )
}

fn in_pagewalk(kernel: &Kernel, pid: Pid, calls: &[Call]) -> Placed {
    let mut kernel = kernel.clone();
    let call = |kernel: &mut Kernel, name, args: Vec<u64>| {
        let args: Vec<Arg> = args
            .into_iter()
            .map(|arg| Arg::Number(arg.into()))
            .collect();
        let row = system_call(name).expect("a system call");
        let reply = row
            .call(kernel, pid, &args, &mut ())
            .expect("enough frames");
        reply.result.unwrap_or(row.failure as u64)
    };
    // An area at the place of the shared libraries, so that the first block with an area cannot grow upward.
    let (page, private_anonymous, no_file) = (4096, 0x22, u64::MAX);
    call(
        &mut kernel,
        "mmap",
        vec![0, page, 0, private_anonymous, no_file, 0],
    );
    let start = kernel.process(pid).expect("a process").space.brk;
    let mut results: Vec<(u64, u64)> = Vec::new();
    for asked in calls {
        let (name, args) = match *asked {
            Call::Malloc(size) => ("malloc", vec![size]),
            Call::Calloc(count, size) => ("calloc", vec![count, size]),
            Call::Realloc(block, size) => ("realloc", vec![results[block].0, size]),
            Call::Free(block) => ("free", vec![results[block].0]),
            Call::Sbrk(bytes) => ("sbrk", vec![bytes]),
        };
        let result = call(&mut kernel, name, args);
        let brk = kernel.process(pid).expect("a process").space.brk;
        results.push((result, brk));
    }
    placed(start, results)
}

#[test]
fn pagewalk_allocates_as_glibc_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = match compiled_with_glibc("tests/linux/allocations.c", folder.path()) {
        Ok(program) => program,
        Err(why) => return say(&format!("skipped: {why}")),
    };
    let spec = Spec::core_i7();
    let config = KernelConfig {
        zero_page: true,
        ..KernelConfig::default_for(&spec)
    };
    let mut kernel =
        Kernel::boot(Machine::new(spec), config).expect("a kernel that can be started");
    let pid = kernel.spawn("P".into()).expect("a process");
    let Sequences { seed, count } = Sequences::asked_for(200);
    let mut total = 0;
    for seed in (seed..).take(count as usize) {
        let calls = calls(seed);
        let (theirs, ours) = (in_c(&program, &calls), in_pagewalk(&kernel, pid, &calls));
        assert_eq!(theirs.len(), calls.len(), "seed {seed}");
        for (number, (theirs, ours)) in theirs.iter().zip(&ours).enumerate() {
            assert_eq!(
                ours,
                theirs,
                "seed {seed}, call {number}: {:?}",
                &calls[..=number]
            );
        }
        total += calls.len();
    }
    say(&format!(
        "glibc and Pagewalk agree on {count} sequences with {total} calls"
    ));
}
