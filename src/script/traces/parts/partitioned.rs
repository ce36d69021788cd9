//! A sweep in parts: the points of each part, and the digests that identify the sweep.

use pagewalk_engine::files::shown;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::digests::{TraceVersion, sha256, sha256_of_machines, sha256_of_trace};
use super::folder::{intact_table, manifests, paths, read_manifests, write};
use super::manifest::{Manifest, OptionsIdentity, Part, SweepIdentity, TraceIdentity};
use super::part_error::PartError;
use crate::traces::sweep_plan::{SweepOutcome, SweepPlan};
use crate::traces::sweep_reports::{Swept, csv};
use pagewalk_engine::trace::read_ahead::is_standard_input;
use pagewalk_engine::trace::sweep::grid::Grid;

/// A trace in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceFile {
    /// The trace's name in the command. Tables and manifests contain the name.
    pub name: String,
    pub path: PathBuf,
}

/// A sweep that several jobs share.
pub struct PartitionedSweep<'a> {
    /// The options of the replays.
    pub plan: SweepPlan<'a>,
    /// The grid of all parts.
    pub grid: &'a Grid,
    /// The grid in the notation of the language.
    pub notation: &'a str,
    pub traces: &'a [TraceFile],
}

/// The results of a part.
pub struct FinishedPart {
    /// The part's table as CSV. The table is empty if there are more parts than points.
    pub table: String,
    /// The results for each trace, or nothing if the part was finished before.
    pub swept: Vec<Swept>,
}

/// Replays a trace on the machines of a grid, for example with [`SweepPlan::sweep`].
pub type SweepTrace<'a> = &'a mut dyn FnMut(&TraceFile, Grid) -> SweepOutcome;

impl<'a> PartitionedSweep<'a> {
    /// The number of points of all traces.
    pub fn points(&self) -> u64 {
        (self.grid.points.len() * self.traces.len()) as u64
    }

    /// Replays the traces of a part.
    ///
    /// # Errors
    /// Fails if a trace cannot be replayed completely.
    pub fn replay(&self, part: Part, sweep: SweepTrace) -> Result<FinishedPart, PartError> {
        let replay = |(file, grid): (&TraceFile, Grid)| {
            let SweepOutcome { swept, why } = sweep(file, grid);
            // The interrupt may have come after the end of this trace, but before the next one.
            if self.plan.interrupt.load(Ordering::Relaxed) {
                return Err(PartError::Interrupted);
            }
            match (swept, why) {
                (Some(mut swept), None) => {
                    swept.run.trace.clone_from(&file.name);
                    Ok(swept)
                }
                (_, why) => Err(PartError::Trace(why.unwrap_or_default())),
            }
        };
        let swept = self
            .shares(part)
            .map(replay)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(FinishedPart {
            table: csv(&swept),
            swept,
        })
    }

    /// Replays the traces of a part, and writes the results to a folder. Writes nothing unless all replays of the part are
    /// complete. If the folder contains the finished part, only checks the traces.
    ///
    /// # Errors
    /// Fails if a trace cannot be replayed completely or changes meanwhile, if the folder contains parts of another sweep, or if
    /// the part cannot be written.
    pub fn write(
        &self,
        part: Part,
        folder: &Path,
        sweep: SweepTrace,
    ) -> Result<FinishedPart, PartError> {
        if self.traces.iter().any(|file| is_standard_input(&file.path)) {
            let why = "a sweep in parts needs traces in files, because several jobs read them";
            return Err(PartError::Trace(why.to_owned()));
        }
        let files: Vec<&TraceFile> = self.shares(part).map(|(file, _)| file).collect();
        let versions = || {
            files
                .iter()
                .map(|file| TraceVersion::of(&file.path))
                .collect::<Result<Vec<_>, _>>()
        };
        let before = versions()?;
        let manifest = self.manifest(part, &files)?;
        let found = manifests_of(folder)?;
        fits(&found, &manifest, Some(part))?;
        if let Some(table) = finished_table(&found, &manifest) {
            return Ok(FinishedPart {
                table,
                swept: Vec::new(),
            });
        }
        let finished = self.replay(part, sweep)?;
        if let Some((file, _)) = files
            .iter()
            .zip(before.iter().zip(versions()?))
            .find(|(_, (a, b))| *a != b)
        {
            let name = shown(&file.path);
            return Err(PartError::Trace(format!(
                "`{name}` changed during the sweep; run part {part} again"
            )));
        }
        // Another sweep may have written its first part meanwhile. The other manifests were checked before.
        let mut new = paths(folder)?;
        new.retain(|path| !found.iter().any(|(known, _)| known == path));
        fits(&read_manifests(new)?, &manifest, Some(part))?;
        let table_sha256 = sha256(&finished.table);
        write(
            folder,
            &Manifest {
                table_sha256,
                ..manifest
            },
            &finished.table,
        )?;
        Ok(finished)
    }

    /// The manifests of the finished parts in a folder. A part whose table differs from its manifest is not finished.
    ///
    /// # Errors
    /// Fails if the folder contains parts of another sweep, or of another version of a trace.
    pub fn finished(&self, folder: &Path, of: u64) -> Result<Vec<Manifest>, PartError> {
        let mut found = manifests_of(folder)?;
        let is_read = |file: &&TraceFile| {
            found
                .iter()
                .any(|(_, part)| part.traces_sha256.contains_key(&file.name))
        };
        let files: Vec<&TraceFile> = self.traces.iter().filter(is_read).collect();
        fits(&found, &self.manifest(Part { part: 0, of }, &files)?, None)?;
        found.retain(|(path, manifest)| intact_table(path, manifest).is_some());
        Ok(found.into_iter().map(|(_, manifest)| manifest).collect())
    }

    /// The traces of a part, with the points of the part.
    fn shares(&self, part: Part) -> impl Iterator<Item = (&'a TraceFile, Grid)> {
        let (range, points) = (part.range(self.points()), self.grid.points.len());
        self.traces
            .iter()
            .enumerate()
            .filter_map(move |(at, file)| {
                let place = |number: u64| (number as usize).saturating_sub(at * points).min(points);
                let places = place(range.start)..place(range.end);
                (!places.is_empty()).then(|| (file, self.grid.selected(places)))
            })
    }

    /// The manifest of a part without the digest of its table.
    fn manifest(&self, part: Part, files: &[&TraceFile]) -> Result<Manifest, PartError> {
        let trace = |file: &TraceFile| {
            Ok(TraceIdentity {
                name: file.name.clone(),
                bytes: TraceVersion::of(&file.path)?.bytes,
            })
        };
        let sweep = SweepIdentity {
            pagewalk: env!("CARGO_PKG_VERSION").to_owned(),
            machine: self.plan.machine.to_owned(),
            machines_sha256: sha256_of_machines(self.grid.points.iter().map(|point| &point.spec)),
            grid: self.notation.to_owned(),
            points: self.grid.points.len() as u64,
            options: OptionsIdentity::new(&self.plan.how, self.plan.format, self.plan.strict),
            traces: self
                .traces
                .iter()
                .map(trace)
                .collect::<Result<_, PartError>>()?,
        };
        let digest = |file: &&TraceFile| Ok((file.name.clone(), sha256_of_trace(&file.path)?));
        let digests = files
            .iter()
            .map(digest)
            .collect::<Result<BTreeMap<_, _>, PartError>>()?;
        Ok(Manifest::new(sweep, part, digests, String::new()))
    }
}

/// The manifests in a folder that exists.
fn manifests_of(folder: &Path) -> Result<Vec<(PathBuf, Manifest)>, PartError> {
    if !folder.is_dir() {
        let name = shown(folder);
        let why = if folder.exists() {
            "it is not a folder"
        } else {
            "the folder does not exist"
        };
        return Err(PartError::Folder(format!(
            "cannot write the parts to `{name}`: {why}"
        )));
    }
    manifests(folder)
}

/// The table of a part, if its manifest is among these.
fn finished_table(found: &[(PathBuf, Manifest)], manifest: &Manifest) -> Option<String> {
    let same = |other: &Manifest| {
        let table_sha256 = other.table_sha256.clone();
        *other
            == Manifest {
                table_sha256,
                ..manifest.clone()
            }
    };
    let (path, manifest) = found
        .iter()
        .filter(|(_, other)| other.part == manifest.part)
        .find(|(_, other)| same(other))?;
    intact_table(path, manifest)
}

/// Checks that a part belongs to the same sweep as other parts, apart from the part that it replaces.
fn fits(
    found: &[(PathBuf, Manifest)],
    manifest: &Manifest,
    replaced: Option<Part>,
) -> Result<(), PartError> {
    for (path, other) in found {
        if Some(other.part) != replaced
            && let Some(what) = manifest.difference(other)
        {
            let name = shown(path);
            return Err(PartError::Folder(format!(
                "`{name}` is a part of another sweep: the {what}; choose another folder"
            )));
        }
    }
    Ok(())
}
