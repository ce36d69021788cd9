use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counting_replay::AddressMapping;
use pagewalk_engine::trace::read_ahead::TraceOrigin;
use pagewalk_engine::trace::replay::Straddle;
use pagewalk_engine::trace::sweep::ReplayOptions;

use super::recording::Recording;
use super::steps::Words;
use super::{CheckedScript, Cut, LimitNames, Options, Pause, Stepper, Trace, stream};
use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::run::record::{Did, Sink, StepRecord};
use crate::traces::SweepPlan;
use crate::traces::reports::Ended;
use crate::traces::sweep::{grid, usual_unit};

/// A script with statements in loops, scenarios, definitions, and questions, and with an error that ends a
/// scenario.
const SCRIPT: &str = "machine simple
def twice(va) { write va = 1; write va = 2 }
for n in 0..4 {
    twice(0x40 * n)
    if n == 2 { let last = n }
}
scenario \"one\" {
    let x = 1
    repeat 3 { let x = x * 2 }
    expect x == 8
}
scenario \"wrong\" { for n in 0..3 { let y = [1, 2][n] }; let z = 2 }
question \"Q\" { choose va in 0..64; choose other in 0..64 where other > va; part \"a\" { ask \"sum\" = va + other } }
question \"R\" { choose va in 0..4096; ask \"va\" = va }
let end = 1
";

fn stepper(text: &str) -> Stepper {
    let script = CheckedScript::from_text("test.pw", text, &mut ());
    assert!(script.diagnostics.is_empty(), "{:?}", script.diagnostics);
    Stepper::new(Arc::new(script), Options::default())
}

/// Formats the comparable contents of a record.
fn shown(record: &StepRecord) -> String {
    format!(
        "{:?} {:?} {:?} {:?}",
        record.span, record.scenario, record.did, record.checks
    )
}

fn all(text: &str) -> (Stepper, Vec<String>) {
    let mut run = stepper(text);
    let mut records: Vec<StepRecord> = Vec::new();
    assert_eq!(run.forward(u64::MAX, &mut records), Pause::Mistake);
    assert_eq!(run.progress().diagnostics.len(), 1);
    (run, records.iter().map(shown).collect())
}

#[test]
fn pausing_after_each_statement_changes_nothing() {
    let (whole, expected) = all(SCRIPT);
    let mut run = stepper(SCRIPT);
    let (mut records, mut positions) = (Vec::<StepRecord>::new(), 0);
    while run.forward(1, &mut records) == Pause::Steps {
        positions += 1;
        assert_eq!(run.position(), positions);
    }
    assert_eq!(records.iter().map(shown).collect::<Vec<_>>(), expected);
    assert_eq!(run.progress().totals, whole.progress().totals);
    assert!(run.is_at_end());
}

#[test]
fn a_position_reached_from_either_side_has_one_state() {
    let mut there = stepper(SCRIPT);
    let mut states = Vec::new();
    loop {
        states.push(format!("{:?}", there.progress().state));
        if there.forward(1, &mut Vec::new()) != Pause::Steps {
            break;
        }
    }
    for position in (0..there.position()).rev() {
        assert_eq!(there.goto(position), position);
        assert_eq!(
            format!("{:?}", there.progress().state),
            states[position as usize],
            "at {position}"
        );
    }
}

#[test]
fn each_record_is_reached_from_either_side() {
    let (_, expected) = all(SCRIPT);
    let count = expected.len() as u64;
    let numbers = (1..=count)
        .chain((1..=count).rev())
        .chain((1..=count).map(|n| n * 7 % count + 1));
    for bytes in [u64::MAX, 0] {
        let mut run = stepper(SCRIPT).keeping(bytes);
        for number in numbers.clone() {
            let record = run.goto_record(number).expect("a record");
            assert_eq!(shown(&record), expected[number as usize - 1], "{number}");
            assert!(run.records() >= number);
        }
        assert!(run.goto_record(count + 1).is_none() && run.goto_record(0).is_none());
        assert_eq!(run.records(), 0);
    }
}

#[test]
fn a_probe_leaves_no_trace() {
    let mut run = stepper(SCRIPT);
    run.goto_record(4);
    let before = run.snapshot();
    let (records, sources) = run
        .probe("let far = 9\nwrite 0x80 = 5")
        .expect("no mistakes");
    assert_eq!(sources.text(records[1].span), "write 0x80 = 5");
    assert_eq!(run.snapshot(), before);
    let (wrong, _) = run.probe("read far").expect_err("an unknown name");
    assert_eq!(wrong[0].code.name(), "unknown-name");
}

#[test]
fn a_statement_in_a_loop_is_found_each_time_it_runs() {
    let mut run = stepper("let n = 0\nrepeat 3 {\n  let n = n + 1\n}\n");
    let byte = 26;
    let mut values = Vec::new();
    while run.goto_statement(byte) {
        values.push(run.position());
    }
    assert_eq!(values, [3, 4, 5]);
}

#[test]
fn far_back_in_a_long_loop_is_reached_with_few_checkpoints() {
    let mut run = stepper("let n = 0\nrepeat 10000 { let n = n + 1 }\n");
    run.forward(u64::MAX, &mut Vec::new());
    assert_eq!(run.position(), 10_002);
    assert!(run.checkpoints.len() <= crate::run::kept_states::MOST_STATES);
    run.goto(5002);
    let mut records = Vec::<StepRecord>::new();
    run.forward(1, &mut records);
    let Did::Bound { value, .. } = &*records[0].did else {
        panic!("{:?}", records[0])
    };
    assert_eq!(value.to_string(), "5001");
}

/// Each statement changes a megabyte, so few of the states fit in the memory of a run.
#[test]
fn checkpoints_need_limited_memory() {
    let text = "machine core-i7\nfile \"f\" { size 1 MB, fill 1 }\nprocess P1\nlet f = open(\"f\", O_RDWR)\n\
        let p = mmap(NULL, 1 MB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n\
        for n in 0..100 { pread(f, p, 1 MB, 0) }\n";
    let script = Arc::new(CheckedScript::from_text("test.pw", text, &mut ()));
    let mut run = Stepper::new(
        script,
        Options {
            max_memory: 32 << 20,
            ..Options::default()
        },
    );
    assert_eq!(run.forward(u64::MAX, &mut Vec::new()), Pause::End);
    let end = (run.position(), format!("{:?}", run.snapshot()));
    assert!(
        (2..=32).contains(&run.checkpoints.len()),
        "{}",
        run.checkpoints.len()
    );
    assert_eq!(run.goto(50), 50);
    run.goto(end.0);
    assert_eq!((run.position(), format!("{:?}", run.snapshot())), end);
}

#[test]
fn an_interrupted_statement_has_had_no_effect_and_can_run_again() {
    /// A sink that interrupts the run at a given record.
    struct At(u32, Arc<std::sync::atomic::AtomicBool>);
    impl Sink for At {
        fn accept(&mut self, _: &StepRecord) -> bool {
            self.0 -= 1;
            self.1.store(self.0 == 0, Ordering::Relaxed);
            true
        }
    }
    let mut run = stepper("let n = 0\nrepeat 100 { let n = n + 1 }\n");
    let flag = run.interrupt();
    assert_eq!(run.forward(u64::MAX, &mut At(5, flag)), Pause::Interrupted);
    let stopped = run.position();
    assert!((5..8).contains(&stopped), "{stopped}");
    assert_eq!(run.forward(u64::MAX, &mut Vec::new()), Pause::End);
    assert_eq!(run.position(), 102);
}

#[test]
fn a_sink_that_has_enough_pauses_the_run() {
    struct Two(u32);
    impl Sink for Two {
        fn accept(&mut self, _: &StepRecord) -> bool {
            self.0 += 1;
            self.0 < 2
        }
    }
    let mut run = stepper("let a = 1\nlet b = 2\nlet c = 3\n");
    assert_eq!(run.forward(u64::MAX, &mut Two(0)), Pause::Closed);
    assert_eq!((run.position(), run.statement()), (2, Some("let b = 2")));
    assert_eq!(run.forward(u64::MAX, &mut Vec::new()), Pause::End);
}

fn with_details(text: &str) -> Stepper {
    let script = CheckedScript::from_text("test.pw", text, &mut ());
    assert!(script.diagnostics.is_empty(), "{:?}", script.diagnostics);
    Stepper::new(
        Arc::new(script),
        Options {
            details: true,
            ..Options::default()
        },
    )
}

/// Returns the micro-steps of the last statement as JSON.
fn micro_steps(text: &str) -> Vec<serde_json::Value> {
    let mut run = with_details(text);
    let mut records: Vec<StepRecord> = Vec::new();
    assert_eq!(run.forward(u64::MAX, &mut records), Pause::End);
    let trace = Trace::from_record(records.last().unwrap(), &run.script().sources);
    trace
        .steps
        .iter()
        .map(|step| serde_json::to_value(step).unwrap())
        .collect()
}

/// Returns the place and the kind of each micro-step.
fn places(steps: &[serde_json::Value]) -> Vec<(u64, u64, &str)> {
    let number = |step: &serde_json::Value, name: &str| step[name].as_u64().unwrap();
    let place = |step| (number(step, "fragment"), number(step, "attempt"));
    steps
        .iter()
        .map(|step| (place(step).0, place(step).1, step["kind"].as_str().unwrap()))
        .collect()
}

const ONE_PAGE: &str = "process P {}
P: let p = mmap(0, 0x1000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
P: write p = 1
";

#[test]
fn a_copy_on_write_fault_has_its_steps_in_order() {
    let steps = micro_steps(&format!("{ONE_PAGE}P: let C = fork()\nP: write p = 2\n"));
    let kinds: Vec<&str> = steps
        .iter()
        .map(|step| step["kind"].as_str().unwrap())
        .collect();
    let at = |kind: &str| {
        kinds
            .iter()
            .position(|known| *known == kind)
            .unwrap_or_else(|| panic!("{kind}: {kinds:?}"))
    };
    // The first attempt fails, the handler copies the page and writes the PTE, and the second attempt
    // succeeds.
    let order = [
        "faulted",
        "fault-handler",
        "frame-allocated",
        "copied",
        "mapped",
        "resolved",
        "translated",
    ];
    assert!(order.map(at).is_sorted(), "{kinds:?}");
    assert_eq!(steps[at("faulted")]["attempt"], 0);
    assert_eq!(steps[at("translated")]["attempt"], 1);
    assert_eq!(steps[at("resolved")]["fault"], "copy-on-write");
    // R/W is bit 1 of an entry in the Intel 64 architecture.
    let written: Vec<_> = steps
        .iter()
        .filter(|step| step["kind"] == "pte-written")
        .collect();
    let raw = |at: usize, name: &str| written[at][name].as_u64().unwrap();
    // As in Linux, the entry is cleared first, so that no core uses a partially updated entry.
    assert_eq!((raw(0, "before") & 0b11, raw(0, "after")), (0b01, 0));
    assert_eq!((raw(1, "before"), raw(1, "after") & 0b11), (0, 0b11));
    assert_eq!(
        steps[at("copied")]["to"].as_u64(),
        Some(raw(1, "after") >> 12 & 0xFFFF_FFFF)
    );
}

#[test]
fn a_translation_is_retried_after_its_fault() {
    let steps = micro_steps(
        &format!("{ONE_PAGE}P: translate p + 0 for write\n").replace("P: write p = 1\n", ""),
    );
    let places = places(&steps);
    let at = |kind: &str| places.iter().position(|place| place.2 == kind).expect(kind);
    assert!(at("faulted") < at("resolved") && at("resolved") < at("translated"));
    assert_eq!(places[at("resolved")].1, 0, "{places:?}");
    assert_eq!(places[at("translated")].1, 1, "{places:?}");
}

#[test]
fn the_attempts_at_each_fragment_are_counted_from_0() {
    // The fault at the first page is resolved, and the one at the page after the area is fatal.
    let write = "P: write p + 4095 = 1 size 2\n";
    let steps = micro_steps(&format!("{ONE_PAGE}{write}").replace("P: write p = 1\n", ""));
    let places = places(&steps);
    let attempts = |fragment| {
        let mut attempts: Vec<u64> = places
            .iter()
            .filter(|place| place.0 == fragment)
            .map(|place| place.1)
            .collect();
        attempts.dedup();
        attempts
    };
    assert_eq!(
        (attempts(0), attempts(1)),
        (vec![0, 1], vec![0]),
        "{places:?}"
    );
}

#[test]
fn details_do_not_add_messages() {
    // The switch between the processes invalidates TLB entries, which is a detail before the access.
    let text = "machine simple\nset page_table { | vpn ppn | ; | 10 2 | }\nread 0x0400\nprocess P1\nP1: read 0x0400\n\
                expect steps {\n| from to message |\n| CPU MMU \"virtual address\" |\n| MMU TLB VPN |\n\
                | MMU memory \"PTE address\" |\n| memory MMU PTE |\n| MMU handler \"page fault\" |\n\
                | handler process signal |\n}\n";
    let mut run = with_details(text);
    let mut records: Vec<StepRecord> = Vec::new();
    assert_eq!(run.forward(u64::MAX, &mut records), Pause::End);
    let checks = &records.last().unwrap().checks;
    assert_eq!(checks.len(), 18);
    let failed: Vec<_> = checks.iter().filter(|check| !check.held).collect();
    assert!(failed.is_empty(), "{failed:?}");
    let access = &records[records.len() - 2];
    let trace = Trace::from_record(access, &run.script().sources);
    let first = serde_json::to_value(&trace.steps[0]).unwrap();
    assert_eq!(first["kind"], "tlb-invalidated");
}

#[test]
fn a_trace_without_words_has_the_bytes_of_version_1() {
    let steps = micro_steps(&format!(
        "kernel {{ swap 8 }}\n{ONE_PAGE}swap out P p\nP: read p\n"
    ));
    let line = |kind: &str| {
        let step = steps.iter().find(|step| step["kind"] == kind).expect(kind);
        step.to_string()
    };
    // The page is in slot 0 of the swap file, and frame 0 is the lowest free frame.
    assert_eq!(
        line("filled"),
        r#"{"core":0,"fragment":0,"attempt":0,"kind":"filled","frame":0,"from":{"store":"swap","slot":0}}"#
    );
    assert_eq!(
        line("resolved"),
        r#"{"core":0,"fragment":0,"attempt":0,"kind":"resolved","fault":"swap","major":true}"#
    );
    // Address 0x03D4 of the simple memory system is page 0x0F, which is 0011 11: TLBI 3, TLBT 3.
    let miss = micro_steps("machine simple\nread 0x03D4\n");
    assert_eq!(
        miss[1].to_string(),
        r#"{"core":0,"fragment":0,"attempt":0,"kind":"tlb-lookup","tlb":"tlb","set":3,"tag":3,"hit":false,"way":null}"#
    );
}

#[test]
fn words_only_add_members_to_a_trace() {
    let text = format!("kernel {{ swap 8 }}\n{ONE_PAGE}swap out P p\nP: read p\n");
    let mut run = with_details(&text);
    let mut records: Vec<StepRecord> = Vec::new();
    assert_eq!(run.forward(u64::MAX, &mut records), Pause::End);
    let (mut messages, sources) = (Vec::new(), &run.script().sources);
    for record in &records {
        let plain = Trace::from_record(record, sources);
        let words = Trace::with_words(record, sources, Words::English);
        let mut json = serde_json::to_value(&words).unwrap();
        for step in json["steps"].as_array_mut().unwrap() {
            messages.extend(step.as_object_mut().unwrap().shift_remove("message"));
        }
        for fact in json["facts"].as_array_mut().unwrap() {
            let text = fact.as_object_mut().unwrap().shift_remove("text");
            assert!(text.is_some_and(|text| text.is_string()), "{fact}");
        }
        assert_eq!(json.to_string(), serde_json::to_string(&plain).unwrap());
    }
    let loaded = serde_json::json!({"from": "disk", "to": "memory", "text": "loads swap slot 0 into frame 0"});
    assert!(messages.contains(&loaded), "{messages:#?}");
}

#[test]
fn a_swapped_page_is_read_from_its_slot() {
    let steps = micro_steps(&format!(
        "kernel {{ swap 8 }}\n{ONE_PAGE}swap out P p\nP: read p\n"
    ));
    let read = steps
        .iter()
        .find(|step| step["kind"] == "disk-read")
        .expect("a disk read");
    assert_eq!(
        (&read["from"]["store"], &read["from"]["slot"]),
        (&"swap".into(), &0.into())
    );
    assert!(
        steps
            .iter()
            .any(|step| step["kind"] == "resolved" && step["major"] == true)
    );
}

#[test]
fn an_eviction_has_its_victims_entry() {
    let paging = "machine simple\nkernel { frames 1, swap 4 slots }\nprocess P1 {\n| area start end perms backing |\n\
                  | heap 1000 1200 rw-p anonymous |\n}\nwrite 0x1000 = 1\nwrite 0x1040 = 2\n";
    let evicted = |text: &str| {
        let steps = micro_steps(&format!("{paging}{text}"));
        steps
            .iter()
            .find(|step| step["kind"] == "evicted")
            .cloned()
            .expect("an eviction")
    };
    // Slot 0 contains page 0x40, so the dirty page 0x41 goes to slot 1. Its last access filled a TLB entry.
    let dirty = evicted("read 0x1000\n");
    assert_eq!(
        (&dirty["vpn"], &dirty["to"]["slot"], &dirty["slot"]),
        (&0x41.into(), &1.into(), &1.into())
    );
    assert_eq!((&dirty["ptes"], &dirty["tlb"]), (&1.into(), &true.into()));
    // Page 0x40 is clean and still has slot 0, so nothing is written.
    let clean = evicted("read 0x1000\nread 0x1040\n");
    assert_eq!(
        (&clean["vpn"], clean["to"].is_null(), &clean["slot"]),
        (&0x40.into(), true, &0.into())
    );
    assert_eq!((&clean["ptes"], &clean["tlb"]), (&1.into(), &true.into()));
}

#[test]
fn an_access_without_an_area_ends_in_a_signal() {
    let steps = micro_steps("process P {}\nP: read 0x10\n");
    let count = |kind: &str| steps.iter().filter(|step| step["kind"] == kind).count();
    assert_eq!(
        (count("faulted"), count("fault-handler"), count("signaled")),
        (1, 1, 1),
        "{steps:?}"
    );
    let area = steps
        .iter()
        .find(|step| step["kind"] == "area-found")
        .unwrap();
    assert!(area["start"].is_null());
    assert_eq!(steps.last().unwrap()["signal"], "SIGSEGV");
}

#[test]
fn each_fragment_of_an_access_has_its_own_attempts() {
    let text = "process P {}\n\
                P: let p = mmap(0, 0x2000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n\
                P: read p + 0xFFE size 4\n";
    let steps = micro_steps(text);
    let translated: Vec<_> = steps
        .iter()
        .filter(|step| step["kind"] == "translated")
        .collect();
    let places: Vec<_> = translated
        .iter()
        .map(|step| (step["fragment"].as_u64(), step["attempt"].as_u64()))
        .collect();
    // Each of the two pages is translated on the second attempt, after its page fault.
    assert_eq!(
        places,
        [(Some(0), Some(1)), (Some(1), Some(1))],
        "{steps:?}"
    );
}

#[test]
fn an_interrupt_between_statements_repeats_no_record() {
    /// A sink that interrupts the run at its second record.
    struct Second(usize, Arc<std::sync::atomic::AtomicBool>);
    impl Sink for Second {
        fn accept(&mut self, _: &StepRecord) -> bool {
            self.0 += 1;
            self.1.store(self.0 == 2, Ordering::Relaxed);
            true
        }
    }
    // The second record is that of the system call. The loop runs no statement but still detects the
    // interrupt.
    let mut run = stepper("process P {}\nP { repeat 5 + sbrk(0) * 0 { } }\nlet b = 2\n");
    let mut sink = Second(0, run.interrupt());
    assert_eq!(run.forward(u64::MAX, &mut sink), Pause::Interrupted);
    assert_eq!(run.position(), 3);
    assert_eq!(run.forward(u64::MAX, &mut sink), Pause::End);
    assert_eq!(sink.0, 3);
}

#[test]
fn another_thread_ends_a_stream() {
    let script = CheckedScript::from_text("test.pw", "repeat 100000000 { let x = 1 }", &mut ());
    let (interrupt, lines) = (AtomicBool::new(false), Barrier::new(2));
    let end = thread::scope(|scope| {
        scope.spawn(|| {
            lines.wait();
            interrupt.store(true, Ordering::Relaxed);
        });
        let mut first = true;
        let mut receive = |_: &str| {
            if std::mem::take(&mut first) {
                lines.wait();
            }
            true
        };
        stream(
            &script,
            Options::default(),
            usize::MAX,
            &interrupt,
            &mut receive,
        )
    });
    assert_eq!(
        (end.cut, end.diagnostics),
        (Some(Cut::Interrupted), Vec::new())
    );
    assert!(
        (1..100_000_000).contains(&end.totals.statements),
        "{}",
        end.totals.statements
    );
}

#[test]
fn another_thread_ends_a_sweep() {
    let (base, lines) = (Spec::core_i7(), 1 << 19);
    let grid = grid(
        "ways 1..8",
        &base,
        usual_unit(&base),
        &mut Sources::default(),
    )
    .expect("a grid");
    let trace = TraceOrigin::Bytes(
        " L 10,1\n".repeat(lines).into_bytes().into(),
        "t.lackey".to_owned(),
    );
    let (interrupt, read, set) = (AtomicBool::new(false), Barrier::new(2), Barrier::new(2));
    let how = ReplayOptions {
        map: AddressMapping::Identity,
        straddle: Straddle::Split,
        seed: 0,
        max_memory: u64::MAX,
    };
    let plan = SweepPlan {
        machine: "core-i7",
        how,
        threads: 2,
        format: None,
        strict: false,
        raised_by: LimitNames::OPTIONS,
        deadline: None,
        interrupt: &interrupt,
    };
    let outcome = thread::scope(|scope| {
        scope.spawn(|| {
            read.wait();
            interrupt.store(true, Ordering::Relaxed);
            set.wait();
        });
        let mut first = true;
        plan.sweep(grid, trace, &mut |_| {
            if std::mem::take(&mut first) {
                read.wait();
                set.wait();
            }
        })
    });
    let swept = outcome.swept.expect("the counts so far");
    assert!(matches!(swept.run.ended, Ended::Interrupted) && outcome.why.is_none());
    assert!(
        swept.run.read.lines < lines as u64,
        "{}",
        swept.run.read.lines
    );
}

/// The lists of a loop that appends share their elements, so a recording keeps none of the long ones. Together, they have 200
/// million elements.
#[test]
fn recordings_leave_out_lists_that_grow() {
    let text = "let xs = []\nfor i in 0..20000 { let xs = [xs, i] }\nexpect len(xs) == 20000\n";
    let script = CheckedScript::from_text("test.pw", text, &mut ());
    let options = Options {
        max_memory: 64 << 20,
        ..Options::default()
    };
    let run = Recording::new(&script, options, &AtomicBool::new(false));
    assert_eq!(run.ended.diagnostics, []);
    assert_eq!((run.records.len(), run.ended.totals.held), (20_002, 1));
    let lists = run.records.iter().filter(|record| match &*record.did {
        Did::Bound { value, .. } => matches!(value, Value::List(_)),
        _ => false,
    });
    // The empty list, those of the first thousand iterations, and the hundred that reports print.
    assert_eq!(lists.count(), 1101);
}
