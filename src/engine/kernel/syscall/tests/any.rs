//! Tests that random calls with random arguments do not cause a panic and that the kernel's state agrees with
//! the machine after each call.

use super::lab::{Argument, Lab, c};
use crate::kernel::abi::{Arg, Errno};
use crate::kernel::file::{Executable, Fill, Section};
use crate::kernel::ids::Pid;
use crate::kernel::process::ProcessState;
use crate::kernel::sound;
use crate::kernel::syscall::{ParamKind, system_calls};
use crate::machine::random::SplitMix64;

/// Creates a lab with files of every kind.
fn lab(preset: &str) -> Lab {
    let mut lab = Lab::on(preset, |config| {
        config.swap = 40;
        if preset == "core-i7" {
            config.frames = Some(24);
        }
    });
    lab.kernel.add_file("f".into(), Fill::Counting, 700);
    lab.kernel.add_file("large".into(), Fill::Pages(7), 1 << 40);
    let section = |name: &str, start, size, perms| Section {
        name: name.into(),
        start,
        size,
        prot: super::lab::prot(perms),
        zero: name == ".bss",
    };
    let sections = vec![
        section(".text", 0x400, 0x90, "r-x"),
        section(".bss", 0x4A0, 0x70, "rw-"),
    ];
    let program = Executable {
        entry: 0x400,
        sections,
        libraries: vec!["libc.so".into()],
    };
    lab.kernel
        .add_executable("a.out".into(), program)
        .expect("an executable");
    lab
}

/// Generates a number that may be valid for a parameter of a call.
fn number(lab: &Lab, random: &mut SplitMix64) -> i128 {
    let page = lab.kernel.page_size();
    let edges = [
        0,
        1,
        16,
        page,
        lab.kernel.user_end(),
        1 << 31,
        1 << 47,
        1 << 63,
        u64::MAX,
        MOST,
    ];
    let edge = edges[random.below(edges.len() as u64) as usize];
    let areas = &lab.kernel.process(lab.pid).expect("a process").space.areas;
    let within = areas
        .iter()
        .nth(random.below(areas.count().max(1) as u64) as usize)
        .map_or(0, |area| area.start);
    let at = match random.below(8) {
        0 => random.next() >> random.below(64),
        1 => edge.wrapping_add(random.below(33)).wrapping_sub(16),
        2 => within + random.below(3) * page + random.below(2) * random.below(page),
        3 => random.below(40) * page,
        4 => c("MAP_PRIVATE|MAP_ANONYMOUS") as u64 | (random.below(4) * 16),
        _ => random.below(8),
    };
    if random.below(8) == 0 {
        -i128::from(at)
    } else {
        at.into()
    }
}

const MOST: u64 = i64::MAX as u64;

fn argument(lab: &Lab, param: ParamKind, random: &mut SplitMix64) -> Arg {
    let strings = [
        "f",
        "large",
        "a.out",
        "libc.so",
        "new",
        "",
        "some bytes\n",
        "\0",
    ];
    let string = strings[random.below(strings.len() as u64) as usize];
    match param {
        ParamKind::Path if random.below(8) > 0 => string.arg(),
        ParamKind::Buffer if random.below(8) == 0 => string.arg(),
        _ => Arg::Number(number(lab, random)),
    }
}

/// Selects or creates a running process.
fn running_process(lab: &mut Lab, random: &mut SplitMix64) -> Option<Pid> {
    let runs: Vec<Pid> = lab
        .kernel
        .processes()
        .filter(|process| process.state == ProcessState::Running)
        .map(|process| process.pid)
        .collect();
    match runs.len() as u64 {
        0 => lab.kernel.spawn("again".into()).ok(),
        count => Some(runs[random.below(count) as usize]),
    }
}

fn run(preset: &str, seed: u64, calls: u32) -> u32 {
    let (mut lab, mut random) = (lab(preset), SplitMix64::new(seed));
    let rows: Vec<_> = system_calls().collect();
    let mut fine = 0;
    for _ in 0..calls {
        let Some(pid) = running_process(&mut lab, &mut random) else {
            break;
        };
        lab.pid = pid;
        let call = rows[random.below(rows.len() as u64) as usize];
        if call.name == "exit" && random.below(4) > 0 {
            continue;
        }
        let count =
            call.required as u64 + random.below((call.params.len() - call.required) as u64 + 1);
        let args: Vec<Arg> = call
            .params
            .iter()
            .take(count as usize)
            .map(|param| argument(&lab, *param, &mut random))
            .collect();
        let answer = call.call(&mut lab.kernel, pid, &args, &mut ());
        if let Ok(reply) = answer {
            assert!(
                !matches!(reply.result, Err(Errno::ESRCH)),
                "{} {args:?}",
                call.name
            );
            fine += u32::from(reply.result.is_ok());
        }
        if let Ok(va) = lab.kernel.machine().va(number(&lab, &mut random) as u64) {
            lab.touch_lightly(va, random.below(2) == 0);
        }
        sound::check(&lab.kernel);
    }
    fine
}

#[test]
fn nothing_panics_on_a_core_i7() {
    let fine: u32 = (0..4).map(|seed| run("core-i7", seed, 300)).sum();
    assert!(fine > 150, "{fine} calls did something");
}

#[test]
fn nothing_panics_on_the_simple_machine() {
    let fine: u32 = (0..4).map(|seed| run("simple", seed, 300)).sum();
    assert!(fine > 150, "{fine} calls did something");
}
