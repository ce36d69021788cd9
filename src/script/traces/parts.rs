//! The parts of a sweep that several machines share, and their manifests.
//!
//! The points of all traces, in order, are divided into parts of nearly equal size. Each part is a table with a manifest, which
//! identifies the sweep. [`missing`] and [`merged`] accept the parts of one sweep only.

use std::collections::BTreeMap;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The version of the format of manifests.
const FORMAT: u32 = 1;

/// Part `part` of `of`, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The number of the part.
    pub part: u64,
    /// The number of parts.
    pub of: u64,
}

/// Parses `K/N`.
impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers =
            text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((part, of)) if 1 <= part && part <= of => Ok(Self { part, of }),
            _ => Err("write K/N with K from 1 to N, as in 2/4".to_owned()),
        }
    }
}

impl Part {
    /// The range of this part among `count` elements. The sizes of two parts differ by at most 1.
    pub fn range(self, count: u64) -> Range<u64> {
        let end = |part: u64| (u128::from(count) * u128::from(part) / u128::from(self.of.max(1))) as u64;
        end(self.part.saturating_sub(1))..end(self.part)
    }
}

/// A trace of a sweep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceIdentity {
    /// The trace's name in the command.
    pub name: String,
    /// The size of the file in bytes.
    pub bytes: u64,
}

/// Everything that determines the results of a sweep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepIdentity {
    /// The version of Pagewalk.
    pub pagewalk: String,
    /// The machine's name in the command.
    pub machine: String,
    /// The SHA-256 digest of the machines of all points, in hexadecimal digits.
    pub machines_sha256: String,
    /// The grid in the command.
    pub grid: String,
    /// The number of points for each trace.
    pub points: u64,
    /// The options of the replays.
    pub options: String,
    /// The traces, in order.
    pub traces: Vec<TraceIdentity>,
}

/// The manifest of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the manifest's format.
    pub format: u32,
    /// The sweep.
    pub sweep: SweepIdentity,
    /// The part.
    pub part: Part,
    /// The SHA-256 digests of the traces that the part replays, by name, in hexadecimal digits.
    pub traces_sha256: BTreeMap<String, String>,
    /// The SHA-256 digest of the part's table, in hexadecimal digits.
    pub table_sha256: String,
}

/// Why parts cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeError {
    /// There are no parts.
    Nothing,
    /// A part belongs to another sweep than the first one. Contains the place of the part in the list, and the first
    /// difference.
    Mixed(usize, &'static str),
    /// Two parts have the same number.
    Double(u64),
    /// These parts are missing.
    Missing(Vec<u64>),
    /// The table of the part at this place in the list differs from its manifest.
    Damaged(usize),
}

impl Manifest {
    /// Creates the manifest of a part.
    pub fn new(
        sweep: SweepIdentity,
        part: Part,
        traces_sha256: BTreeMap<String, String>,
        table_sha256: String,
    ) -> Self {
        Self { format: FORMAT, sweep, part, traces_sha256, table_sha256 }
    }

    /// The first property in which the sweeps of two manifests differ, as in `grid differs`. The digests of traces are compared if both
    /// parts replay the trace.
    pub fn difference(&self, other: &Self) -> Option<&'static str> {
        let (a, b) = (&self.sweep, &other.sweep);
        let same = [
            ("format differs", self.format == other.format),
            ("number of parts differs", self.part.of == other.part.of),
            ("version of Pagewalk differs", a.pagewalk == b.pagewalk),
            ("machine differs", a.machine == b.machine),
            ("grid differs", a.grid == b.grid && a.points == b.points),
            ("options differ", a.options == b.options),
            ("list of traces differs", a.traces == b.traces),
            (
                "contents of a trace differ",
                self.traces_sha256
                    .iter()
                    .all(|(name, digest)| other.traces_sha256.get(name).is_none_or(|other| other == digest)),
            ),
            ("list of machines differs", a.machines_sha256 == b.machines_sha256),
        ];
        same.into_iter().find(|(_, same)| !same).map(|(name, _)| name)
    }
}

/// The numbers of the parts that are missing, in order.
///
/// # Errors
/// Fails if the parts do not belong to one sweep, or if there are none.
pub fn missing(manifests: &[Manifest]) -> Result<Vec<u64>, MergeError> {
    let first = manifests.first().ok_or(MergeError::Nothing)?;
    // The first part may not replay all traces.
    let mut known = first.clone();
    for (at, manifest) in manifests.iter().enumerate() {
        if let Some(what) = known.difference(manifest) {
            return Err(MergeError::Mixed(at, what));
        }
        known.traces_sha256.extend(manifest.traces_sha256.clone());
    }
    let mut present: Vec<u64> = manifests.iter().map(|manifest| manifest.part.part).collect();
    present.sort_unstable();
    if let Some(pair) = present.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(MergeError::Double(pair[0]));
    }
    Ok((1..=first.part.of).filter(|part| present.binary_search(part).is_err()).collect())
}

/// The table of the whole sweep as CSV, from the manifests and the tables of its parts.
///
/// # Errors
/// Fails unless the parts are all parts of one sweep.
pub fn merged(parts: &[(Manifest, String)], sha256: impl Fn(&str) -> String) -> Result<String, MergeError> {
    let manifests: Vec<Manifest> = parts.iter().map(|(manifest, _)| manifest.clone()).collect();
    let missing = missing(&manifests)?;
    if !missing.is_empty() {
        return Err(MergeError::Missing(missing));
    }
    let damaged = |(manifest, table): &(Manifest, String)| sha256(table) != manifest.table_sha256;
    if let Some(at) = parts.iter().position(damaged) {
        return Err(MergeError::Damaged(at));
    }
    let mut ordered: Vec<&(Manifest, String)> = parts.iter().collect();
    ordered.sort_by_key(|(manifest, _)| manifest.part.part);
    let mut table = String::new();
    for (_, part) in ordered {
        // Only the first table keeps its header.
        let rows = if table.is_empty() { part } else { part.split_once('\n').map_or("", |(_, rows)| rows) };
        table.push_str(rows);
    }
    Ok(table)
}
