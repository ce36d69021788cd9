//! A sweep of one or more traces.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::output::warn;
use super::parts::{digests, manifests, sha256, sha256_of_machines, write};
use crate::face::replay::addresses::refused;
use crate::face::replay::progress::Bar;
use crate::face::terminal::{Status, complain};
use pagewalk_engine::files::reason;
use pagewalk_engine::trace::format::Format as TraceFormat;
use pagewalk_engine::trace::read_ahead::{TraceOrigin, is_standard_input};
use pagewalk_engine::trace::sweep::ReplayOptions;
use pagewalk_engine::trace::sweep::grid::Grid;
use pagewalk_script::api::LimitNames;
use pagewalk_script::traces::parts::{Manifest, Part, SweepIdentity, TraceIdentity};
use pagewalk_script::traces::sweep_reports::{Swept, csv};
use pagewalk_script::traces::{SweepOutcome, SweepPlan};

/// Traces, and the machines on which they are replayed.
pub(super) struct Traces<'a> {
    pub(super) machine: &'a str,
    pub(super) grid: &'a Grid,
    pub(super) how: ReplayOptions,
    pub(super) threads: usize,
    pub(super) format: Option<TraceFormat>,
    pub(super) strict: bool,
    pub(super) interrupt: &'a AtomicBool,
    pub(super) files: Vec<PathBuf>,
}

impl Traces<'_> {
    /// Replays every trace on all machines. Returns the results of the readable traces.
    pub(super) fn all(&self) -> (Vec<Swept>, Status) {
        self.replay(self.files.iter().map(|file| (file, self.grid.clone())))
    }

    fn replay<'t>(&self, each: impl Iterator<Item = (&'t PathBuf, Grid)>) -> (Vec<Swept>, Status) {
        let (mut all, mut status) = (Vec::new(), Status::Held);
        for (file, grid) in each {
            let plan = SweepPlan {
                machine: self.machine,
                grid,
                how: self.how,
                threads: self.threads,
                format: self.format,
                strict: self.strict,
                interrupt: self.interrupt,
                raised_by: LimitNames::OPTIONS,
            };
            let mut bar = Bar::new(&file.display().to_string());
            let SweepOutcome { swept, why } =
                plan.sweep(TraceOrigin::File(file.clone()), &mut |progress| bar.show(progress));
            bar.clear();
            if let Some(why) = why {
                complain(&format!("pagewalk: {why}\n"));
                status = Status::Wrong;
            }
            all.extend(swept);
            if self.interrupt.load(Ordering::Relaxed) {
                // The interrupt may have come after the end of this trace, but before the next one.
                return (all, Status::Interrupted);
            }
        }
        (all, status)
    }

    /// Replays the traces on the machines of a part, and writes the results to a folder. Writes nothing unless all replays of the
    /// part are complete.
    pub(super) fn part(&self, part: Part, folder: &Path, grid: &str) -> Status {
        if self.files.iter().any(|file| is_standard_input(file)) {
            return refused("`--partition` needs traces in files, because several jobs read them");
        }
        let points = self.grid.points.len();
        let range = part.range((points * self.files.len()) as u64);
        let share = |(at, file)| {
            let place = |number: u64| (number as usize).saturating_sub(at * points).min(points);
            let places = place(range.start)..place(range.end);
            let mut grid = self.grid.clone();
            grid.select(places.clone());
            (!places.is_empty()).then_some((file, grid))
        };
        let shares: Vec<(&PathBuf, Grid)> = self.files.iter().enumerate().filter_map(share).collect();
        let files: Vec<PathBuf> = shares.iter().map(|(file, _)| (*file).clone()).collect();
        let manifest = self.identity(grid).and_then(|sweep| {
            let manifest = Manifest::new(sweep, part, digests(&files)?, String::new());
            fits(folder, &manifest).map(|()| manifest)
        });
        let manifest = match manifest {
            Ok(manifest) => manifest,
            Err(why) => return refused(&why),
        };
        let (swept, status) = self.replay(shares.into_iter());
        warn(&swept);
        if status != Status::Held {
            return status;
        }
        // With more parts than points, a part may be empty.
        let table = if swept.is_empty() { String::new() } else { csv(&swept) };
        let manifest = Manifest { table_sha256: sha256(&table), ..manifest };
        match write(folder, &manifest, &table) {
            Ok(()) => Status::Held,
            Err(why) => refused(&why),
        }
    }

    /// Everything that determines the results.
    fn identity(&self, grid: &str) -> Result<SweepIdentity, String> {
        let trace = |file: &PathBuf| {
            let size = file.metadata();
            let size =
                size.map_err(|error| format!("cannot read `{}`: {}", file.display(), reason(&error)))?;
            Ok(TraceIdentity { name: file.display().to_string(), bytes: size.len() })
        };
        Ok(SweepIdentity {
            pagewalk: env!("CARGO_PKG_VERSION").to_owned(),
            machine: self.machine.to_owned(),
            machines_sha256: sha256_of_machines(self.grid.points.iter().map(|point| &point.spec)),
            grid: grid.to_owned(),
            points: self.grid.points.len() as u64,
            options: format!(
                "{:?}, straddle {:?}, format {:?}, strict {}",
                self.how.map, self.how.straddle, self.format, self.strict
            ),
            traces: self.files.iter().map(trace).collect::<Result<_, String>>()?,
        })
    }
}

/// Checks that a part belongs to the sweep whose parts a folder contains.
fn fits(folder: &Path, manifest: &Manifest) -> Result<(), String> {
    if !folder.is_dir() {
        return Err(format!("cannot write to `{}`: the folder does not exist", folder.display()));
    }
    for (path, other) in manifests(folder)? {
        if other.part != manifest.part
            && let Some(what) = manifest.difference(&other)
        {
            return Err(format!(
                "`{}` is a part of another sweep: the {what}; choose another folder",
                path.display()
            ));
        }
    }
    Ok(())
}
