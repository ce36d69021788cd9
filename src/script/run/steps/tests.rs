//! Properties of the steps of random accesses on random machines.

use super::{Message, Source, Step, What, messages, steps_of};
use crate::lang::include::read_text;
use crate::run::record::{Access, Did, FaultRecord, MessageLevel, StepRecord};
use crate::run::session::Options;
use crate::run::{Files, run};
use pagewalk_engine::kernel::event::KernelStep;
use pagewalk_engine::machine::event::Event;
use pagewalk_engine::machine::random::SplitMix64;

/// Runs a script without errors, with the details of the kernel.
fn records(script: &str) -> Vec<StepRecord> {
    let (mut sources, parsed, mut diagnostics) = read_text("t.pw", script, &mut ());
    let (files, missing) = Files::read(&parsed.body, &mut sources, &mut ());
    diagnostics.extend(missing);
    assert!(diagnostics.is_empty(), "{diagnostics:?}\n{script}");
    let options = Options {
        details: true,
        ..Options::default()
    };
    let mut records = Vec::new();
    let ended = run(&parsed.body, &sources, &files, options, &mut records);
    assert!(
        ended.diagnostics.is_empty(),
        "{:?}\n{script}",
        ended.diagnostics
    );
    records
}

/// Returns a random machine with 12-bit virtual addresses.
fn machine(random: &mut SplitMix64) -> String {
    let mut pick = |of: &[&'static str]| of[random.below(of.len() as u64) as usize];
    let levels = pick(&["levels 1", "levels 2", "levels 2, walk cached"]);
    let tlb = pick(&[
        "",
        "tlb { entries 2 }",
        "tlb A { entries 2 }; tlb B { sets 2, ways 2 }",
    ]);
    let first = pick(&[
        "",
        "cache L1 { lines 2, block 4 B, direct-mapped }",
        "cache L1 { sets 2, ways 2, block 4 B, write-through, no-write-allocate }",
    ]);
    let second = pick(&[
        "",
        "cache L2 { lines 8, block 4 B, ways 2 }",
        "cache L2 { lines 8, block 4 B, ways 2, inclusion exclusive }",
    ]);
    let second = if first.is_empty() { "" } else { second };
    format!(
        "machine {{ virtual 12 bits; physical 12 bits; page 16 B; \
         page_table {{ {levels}; pte 2 B }}; {tlb}; {first}; {second} }}\n"
    )
}

/// Returns random accesses, some of which cross pages or fault.
fn accesses(random: &mut SplitMix64, count: u64) -> String {
    let access = |_| {
        let (va, size) = (random.below(0x90), 1 + random.below(24));
        match random.below(5) {
            0 => format!("translate 0x{va:X} for write\n"),
            1 => format!("translate 0x{va:X}\n"),
            2 => format!("fetch 0x{va:X}\n"),
            3 => format!("write 0x{va:X} = 1 size {size}\n"),
            _ => format!("read 0x{va:X} size {size}\n"),
        }
    };
    (0..count).map(access).collect()
}

/// Returns a script with random accesses on bare hardware or in two processes that switch.
fn script(seed: u64) -> String {
    let random = &mut SplitMix64::new(seed);
    let mut script = machine(random);
    if random.below(3) == 0 {
        script += "set page_table { | vpn ppn rw |; | 0 5 1 |; | 1 6 0 |; | 3 7 1 |; | 4 9 1 | }\n";
        return script + &accesses(random, 12);
    }
    script += "kernel { frames 24, swap 32 slots, replacement fifo }\n";
    let areas = "{ | area start end perms backing |; | a 10 40 rw-p anonymous |; | b 40 60 r--p anonymous | }\n";
    script.extend(["P", "Q"].map(|process| format!("process {process} {areas}")));
    for process in ["P", "Q", "P"] {
        let lines = accesses(random, 4);
        script.extend(lines.lines().map(|line| format!("{process}: {line}\n")));
    }
    script
}

fn each_access(mut check: impl FnMut(&Access, &[Step], &str)) {
    let (mut accesses, mut faults) = (0, 0);
    for seed in 0..200 {
        let script = script(seed);
        for record in records(&script) {
            if let Did::Access(access) = &*record.did {
                accesses += 1;
                faults += access.faults().len();
                check(access, &steps_of(Source::Access(access)), &script);
            }
        }
    }
    assert!(accesses > 2000 && faults > 200, "{accesses} {faults}");
}

/// Returns the events of the hardware and the steps of the kernel in these steps.
fn recorded<'s>(steps: impl Iterator<Item = &'s Step>) -> (Vec<Event>, Vec<KernelStep>) {
    let (mut events, mut kernel) = (Vec::new(), Vec::new());
    for step in steps {
        match step.what {
            What::Machine(event) => events.push(event),
            What::Kernel(step) => kernel.push(step),
            _ => {}
        }
    }
    (events, kernel)
}

#[test]
fn the_steps_are_the_events_of_the_record_without_the_copy_of_a_fatal_attempt() {
    each_access(|access, steps, script| {
        let fatal = |fault: &&FaultRecord| {
            let kills = |step: &KernelStep| matches!(step, KernelStep::Killed { .. });
            fault.steps.iter().any(kills)
        };
        let copy = access.faults().last().filter(fatal);
        let mut completed = access.events.clone();
        completed.truncate(completed.len() - copy.map_or(0, |fault| fault.events.len()));
        let of = |fault: Option<u32>| recorded(steps.iter().filter(|step| step.fault == fault));
        assert_eq!(of(None), (completed, Vec::new()), "{script}");
        for (number, fault) in (0..).zip(access.faults()) {
            assert_eq!(
                of(Some(number)),
                (fault.events.clone(), fault.steps.clone()),
                "{script}"
            );
        }
    });
}

#[test]
fn the_steps_are_in_order_of_pieces_and_attempts() {
    each_access(|access, steps, script| {
        let place = |step: &Step| (step.piece, step.attempt);
        assert!(steps.iter().map(place).is_sorted(), "{steps:#?}\n{script}");
        let faults = steps.iter().filter_map(|step| step.fault);
        assert!(faults.is_sorted(), "{steps:#?}\n{script}");
        // Each attempt after the first one follows a fault at the same piece.
        for pair in steps.windows(2) {
            let [before, after] = pair else {
                unreachable!()
            };
            if after.piece > before.piece {
                assert_eq!(after.attempt, 0, "{steps:#?}\n{script}");
            } else if after.attempt > before.attempt {
                assert!(before.fault.is_some() && after.attempt == before.attempt + 1);
            }
        }
        let pieces = steps.last().map_or(0, |step| step.piece + 1);
        assert_eq!(pieces, access.outcome.fragments, "{steps:#?}\n{script}");
        assert!(matches!(steps.last().unwrap().what, What::End(_)));
    });
}

#[test]
fn the_lecture_shows_a_part_of_the_complete_list() {
    each_access(|access, steps, script| {
        let source = Source::Access(access);
        let all = messages(source, steps, MessageLevel::All, false);
        let lecture = messages(source, steps, MessageLevel::Lecture, false);
        // The lecture sends an exception directly to the handler.
        let same = |a: &Message, b: &Message| Message { to: b.to, ..*a } == *b;
        let mut rest = all.iter();
        for message in &lecture {
            assert!(
                rest.any(|other| same(message, other)),
                "{message:?}\n{script}"
            );
        }
        assert!(!lecture.is_empty() && lecture.len() <= all.len());
    });
}
