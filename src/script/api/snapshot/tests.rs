use std::sync::Arc;

use super::{Parts, Snapshot};
use crate::api::{CheckedScript, Options, Stepper};

/// Returns the snapshot at the end of a script.
fn at_end(text: &str) -> Snapshot {
    let script = CheckedScript::from_text("test.pw", text, &mut ());
    assert!(script.diagnostics.is_empty(), "{:?}", script.diagnostics);
    let mut run = Stepper::new(Arc::new(script), Options::default());
    run.goto(u64::MAX);
    assert!(
        run.progress().diagnostics.is_empty(),
        "{:?}",
        run.progress().diagnostics
    );
    run.snapshot()
}

#[test]
fn a_fork_shares_each_frame_read_only() {
    let text = "process P {}\nP: let p = mmap(0, 0x2000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n\
                P: write p = 1\nP: write p + 0x1000 = 2\nP: let C = fork()\n";
    let kernel = at_end(text).kernel.unwrap();
    assert_eq!(kernel.processes.len(), 2);
    assert_eq!(
        (&*kernel.processes[1].name, kernel.processes[1].parent),
        ("C", Some(1))
    );
    let shared: Vec<_> = kernel
        .frames
        .iter()
        .filter(|frame| frame.mapped_by.len() == 2)
        .collect();
    assert_eq!(shared.len(), 2);
    assert!(
        shared
            .iter()
            .all(|frame| frame.references == 2 && frame.contents == "anonymous")
    );
    assert_eq!(
        shared[0]
            .mapped_by
            .iter()
            .map(|(pid, _)| *pid)
            .collect::<Vec<_>>(),
        [1, 2]
    );
    let areas = |n: usize| &kernel.processes[n].areas;
    assert_eq!(areas(0), areas(1));
}

#[test]
fn a_snapshot_survives_json() {
    let text =
        "machine core-i7\nprocess P {}\nP: let p = sbrk(0x3000)\nP: write p = 1\nlet x = [1, 2]\n";
    let snapshot = at_end(text);
    let json = serde_json::to_string(&snapshot).unwrap();
    let read: Snapshot = serde_json::from_str(&json).unwrap();
    assert_eq!(read, snapshot);
    assert_eq!(snapshot.machine.unwrap().cores.len(), 4);
    assert_eq!(snapshot.variables["x"], serde_json::json!([1, 2]));
}

#[test]
fn a_program_in_a_process_has_its_text_and_its_line() {
    let text = "machine core-i7\nprocess P\nprogram p \"\"\"\n  int main(void) {\n      return 3;\n  }\n\"\"\"\n";
    assert_eq!(at_end(text).programs, []);
    for (run, line, has_ended) in [("P: run p step", 2, false), ("P: run p", 2, true)] {
        let snapshot = at_end(&format!("{text}{run}\n"));
        let [program] = &*snapshot.programs else {
            panic!("one program");
        };
        assert_eq!(
            (program.line, program.has_ended, program.pid),
            (line, has_ended, 1)
        );
        assert_eq!(program.text, ["int main(void) {", "    return 3;", "}"]);
    }
}

#[test]
fn a_snapshot_without_memory_lacks_nothing_else() {
    let text = "machine core-i7\nprocess P {}\nP: let p = sbrk(0x3000)\nP: write p = 1\nP: write p + 0x1000 = 2\n";
    let mut whole = at_end(text);
    let script = CheckedScript::from_text("test.pw", text, &mut ());
    let mut run = Stepper::new(Arc::new(script), Options::default());
    run.goto(u64::MAX);
    let parts = Parts {
        memory: false,
        ..Parts::ALL
    };
    let some = Snapshot::of_parts(&run.progress().state, parts);
    assert_ne!(some, whole);
    let memory = std::mem::take(&mut whole.machine.as_mut().unwrap().memory);
    assert!(!memory.is_empty());
    assert_eq!(some, whole);
}

/// With FIFO and three frames, the access to page 4 evicts page 1. The kernel would evict pages 2, 3, and 4
/// next, in this order.
#[test]
fn frames_are_ordered_as_they_would_be_evicted() {
    let text = "kernel { frames 3, replacement fifo, swap 8 }\nprocess P {}\n\
                P: let p = mmap(0, 0x4000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n\
                for n in 0..4 { P: write p + n * 0x1000 = n + 1 }\n";
    let kernel = at_end(text).kernel.unwrap();
    let page = |frame: &u32| {
        kernel
            .frames
            .iter()
            .find(|f| f.frame == *frame)
            .unwrap()
            .mapped_by[0]
            .1
    };
    let first = kernel.processes[0]
        .areas
        .iter()
        .find(|area| area.end - area.start == 0x4000)
        .unwrap()
        .start
        >> 12;
    let order: Vec<u64> = kernel
        .replacement_order
        .iter()
        .map(|frame| page(frame) - first)
        .collect();
    assert_eq!(order, [1, 2, 3]);
    assert_eq!(kernel.swap.len(), 1);
    assert_eq!(kernel.swap[0].pages, [(1, first)]);
}

#[test]
fn a_comparison_names_only_the_differences() {
    let before = at_end("machine simple\nlet a = 1\nlet b = 2\n");
    let after = at_end("machine simple\nlet a = 1\nlet b = 3\nlet c = 4\n");
    let changes = before.compare(&after);
    let found: Vec<_> = changes
        .iter()
        .map(|c| (&*c.path, c.before.clone(), c.after.clone()))
        .collect();
    assert_eq!(
        found,
        [
            ("/variables/b", Some(2.into()), Some(3.into())),
            ("/variables/c", None, Some(4.into()))
        ]
    );
    assert_eq!(before.compare(&before), []);
}
