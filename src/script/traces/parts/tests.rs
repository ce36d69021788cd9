//! Parts of a sweep in a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Part, PartError, PartitionedSweep, TraceFile, manifests, merged};
use crate::lang::source::Sources;
use crate::run::session::LimitNames;
use crate::traces::named::MappingNames;
use crate::traces::sweep::sweep_grid;
use crate::traces::sweep_plan::{SweepOutcome, SweepPlan};
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counting_replay::AddressMapping;
use pagewalk_engine::trace::read_ahead::TraceOrigin;
use pagewalk_engine::trace::replay::Straddle;
use pagewalk_engine::trace::sweep::ReplayOptions;
use pagewalk_engine::trace::sweep::grid::Grid;

const NOTATION: &str = "ways 1..4, size 4 KB..8 KB";

/// A folder with two traces.
struct Folder {
    path: PathBuf,
    traces: Vec<TraceFile>,
    grid: Grid,
    interrupt: AtomicBool,
}

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("pagewalk-parts-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        let trace = |(name, count): (&str, u64)| {
            let lines: Vec<String> = (0..count)
                .map(|n| format!(" L {:x},8\n", n * 712))
                .collect();
            fs::write(path.join(name), lines.concat()).expect("written");
            TraceFile {
                name: name.to_owned(),
                path: path.join(name),
            }
        };
        let traces = [("a.lackey", 500), ("b.lackey", 900)].map(trace).to_vec();
        let (names, identity) = (MappingNames::OPTIONS, AddressMapping::Identity);
        let sources = &mut Sources::default();
        let grid = sweep_grid(
            NOTATION,
            &Spec::core_i7(),
            (None, None),
            identity,
            names,
            sources,
        );
        Self {
            path,
            traces,
            grid: grid.expect("a grid"),
            interrupt: AtomicBool::new(false),
        }
    }

    fn sweep(&self) -> PartitionedSweep<'_> {
        let (map, straddle) = (AddressMapping::Identity, Straddle::Split);
        let plan = SweepPlan {
            machine: "core-i7",
            how: ReplayOptions {
                map,
                straddle,
                seed: 0,
                max_memory: u64::MAX,
            },
            threads: 1,
            format: None,
            strict: false,
            raised_by: LimitNames::OPTIONS,
            deadline: None,
            interrupt: &self.interrupt,
        };
        PartitionedSweep {
            plan,
            grid: &self.grid,
            notation: NOTATION,
            traces: &self.traces,
        }
    }

    fn write(&self, part: u64, of: u64, before_end: impl Fn(&Path)) -> Result<usize, PartError> {
        let sweep = self.sweep();
        let replay = &mut |trace: &TraceFile, grid| {
            let outcome =
                sweep
                    .plan
                    .sweep(grid, TraceOrigin::File(trace.path.clone()), &mut |_| {});
            before_end(&trace.path);
            outcome
        };
        sweep
            .write(Part { part, of }, &self.path, replay)
            .map(|part| part.swept.len())
    }

    fn numbers(&self) -> Vec<u64> {
        manifests(&self.path)
            .expect("manifests")
            .iter()
            .map(|(_, manifest)| manifest.part.part)
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.path).expect("removed");
    }
}

#[test]
fn only_files_with_the_names_of_parts_are_manifests() {
    assert_eq!(Part { part: 3, of: 24 }.stem(), "sweep-03-of-24");
    assert_eq!(
        Part::of_stem("sweep-03-of-24"),
        Some(Part { part: 3, of: 24 })
    );
    let folder = Folder::new("names");
    folder.write(2, 3, |_| ()).expect("written");
    for name in [
        "sweep-notes.json",
        "sweep-02-of-3.json",
        "sweep-2-of-3-old.json",
        "sweep-.json",
        "x.json",
    ] {
        assert_eq!(
            Part::of_stem(name.trim_end_matches(".json")),
            None,
            "{name}"
        );
        fs::write(folder.path.join(name), "{}").expect("written");
    }
    assert_eq!(folder.numbers(), [2]);
}

#[test]
fn a_trace_that_changes_during_its_replay_is_refused() {
    let folder = Folder::new("changes");
    let append = |trace: &Path| {
        let text = fs::read_to_string(trace).expect("a trace");
        fs::write(trace, text + " L 10,8\n").expect("written");
    };
    let why = folder.write(1, 4, append).expect_err("refused").to_string();
    assert!(
        why.ends_with("a.lackey` changed during the sweep; run part 1/4 again"),
        "{why}"
    );
    // The same size, but another modification time.
    let touch = |trace: &Path| {
        let file = fs::File::options()
            .append(true)
            .open(trace)
            .expect("a trace");
        file.set_modified(std::time::SystemTime::UNIX_EPOCH)
            .expect("a time");
    };
    folder.write(1, 4, touch).expect_err("refused");
    assert_eq!(folder.numbers(), [0; 0]);
    assert_eq!(folder.write(1, 4, |_| ()).expect("written"), 1);
    assert_eq!(folder.numbers(), [1]);
}

#[test]
fn another_sweep_that_starts_at_the_same_time_is_refused() {
    let (folder, other) = (Folder::new("race"), Folder::new("race-of"));
    // The other sweep has another number of parts, and writes its first part while this one replays a trace.
    let overtake = |_: &Path| {
        if other.numbers().is_empty() {
            other.write(1, 5, |_| ()).expect("written");
            for file in ["sweep-1-of-5.csv", "sweep-1-of-5.json"] {
                fs::copy(other.path.join(file), folder.path.join(file)).expect("copied");
            }
        }
    };
    let why = folder
        .write(1, 4, overtake)
        .expect_err("refused")
        .to_string();
    assert!(why.contains("the number of parts differs"), "{why}");
}

#[test]
fn finished_parts_are_intact_and_of_the_same_traces() {
    let folder = Folder::new("finished");
    for part in [1, 2, 4] {
        folder.write(part, 4, |_| ()).expect("written");
    }
    let finished = |of| {
        let parts = folder.sweep().finished(&folder.path, of);
        parts.map(|parts| {
            parts
                .iter()
                .map(|manifest| manifest.part.part)
                .collect::<Vec<u64>>()
        })
    };
    assert_eq!(finished(4), Ok(vec![1, 2, 4]));
    assert_eq!(
        folder.write(2, 4, |_| unreachable!("the part is finished")),
        Ok(0)
    );
    assert!(finished(5).is_err_and(|why| why.to_string().contains("the number of parts differs")));
    fs::write(folder.path.join("sweep-2-of-4.csv"), "trace\n").expect("written");
    assert_eq!(finished(4), Ok(vec![1, 4]));
    for part in [2, 3] {
        folder.write(part, 4, |_| ()).expect("written");
    }
    let replay = |trace: &TraceFile, grid| -> SweepOutcome {
        folder
            .sweep()
            .plan
            .sweep(grid, TraceOrigin::File(trace.path.clone()), &mut |_| {})
    };
    let whole = folder
        .sweep()
        .replay(Part { part: 1, of: 1 }, &mut { replay })
        .expect("replayed");
    assert_eq!(merged(&folder.path), Ok(whole.table));
    fs::write(folder.path.join("b.lackey"), " L 10,8\n".repeat(900)).expect("written");
    assert!(finished(4).is_err_and(|why| why.to_string().contains("list of traces differs")));
}

#[test]
fn an_interrupt_writes_nothing() {
    let folder = Folder::new("interrupt");
    let stop = |_: &Path| folder.interrupt.store(true, Ordering::Relaxed);
    assert_eq!(folder.write(1, 1, stop), Err(PartError::Interrupted));
    assert_eq!(folder.numbers(), [0; 0]);
}
