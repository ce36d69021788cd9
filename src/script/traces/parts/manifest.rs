//! Manifests, which identify the sweep of a part.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::run::session::Options;
use pagewalk_engine::trace::counting_replay::AddressMapping;
use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::sweep::ReplayOptions;

/// The version of the format of manifests.
const FORMAT: u32 = 1;

/// Part `part` of `of`, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The number of the part.
    pub part: u64,
    pub of: u64,
}

/// Parses `K/N`.
impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text
            .split_once('/')
            .and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((part, of)) if 1 <= part && part <= of => Ok(Self { part, of }),
            _ => Err("write K/N with K from 1 to N, as in 2/4".to_owned()),
        }
    }
}

/// Writes `K/N`.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

impl Part {
    /// The name of the part's files without an extension, such as `sweep-01-of-24`.
    pub fn stem(self) -> String {
        let width = self.of.to_string().len();
        format!("sweep-{:0width$}-of-{}", self.part, self.of)
    }

    /// The part whose files have this name without an extension.
    pub fn of_stem(stem: &str) -> Option<Self> {
        let (part, of) = stem.strip_prefix("sweep-")?.split_once("-of-")?;
        let part = Self {
            part: part.parse().ok()?,
            of: of.parse().ok()?,
        };
        (part.stem() == stem).then_some(part)
    }

    /// The range of this part among `count` elements. The sizes of two parts differ by at most 1.
    pub fn range(self, count: u64) -> Range<u64> {
        let end =
            |part: u64| (u128::from(count) * u128::from(part) / u128::from(self.of.max(1))) as u64;
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

/// The options of the replays, with the words of the command line. `None` is the default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionsIdentity {
    /// `identity` or `demand`.
    pub map: String,
    /// The number of user page frames.
    pub frames: Option<u32>,
    /// The page replacement policy.
    pub replacement: Option<String>,
    /// `split` or `first`.
    pub straddle: String,
    /// The format of the traces.
    pub trace_format: Option<String>,
    /// Whether malformed lines are errors.
    pub strict: bool,
    /// The seed of the script. Manifests of older versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

impl OptionsIdentity {
    /// Creates the identity of options.
    pub fn new(replays: &ReplayOptions, format: Option<Format>, strict: bool) -> Self {
        let (frames, replacement) = match replays.map {
            AddressMapping::Identity => (None, None),
            AddressMapping::Demand(paging) => (paging.frames, paging.replacement),
        };
        Self {
            map: replays.map.word().to_owned(),
            frames,
            replacement: replacement.map(|policy| policy.row().name.to_owned()),
            straddle: replays.straddle.word().to_owned(),
            trace_format: format.map(|format| format.name().to_owned()),
            strict,
            seed: Some(replays.seed).filter(|seed| *seed != Options::default().seed),
        }
    }
}

/// Everything that determines the results of a sweep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepIdentity {
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
    pub options: OptionsIdentity,
    pub traces: Vec<TraceIdentity>,
}

/// The manifest of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the manifest's format.
    pub format: u32,
    pub sweep: SweepIdentity,
    pub part: Part,
    /// The SHA-256 digests of the traces that the part replays, by name, in hexadecimal digits.
    pub traces_sha256: BTreeMap<String, String>,
    /// The SHA-256 digest of the part's table, in hexadecimal digits.
    pub table_sha256: String,
}

impl Manifest {
    /// Creates the manifest of a part.
    pub fn new(
        sweep: SweepIdentity,
        part: Part,
        traces_sha256: BTreeMap<String, String>,
        table_sha256: String,
    ) -> Self {
        Self {
            format: FORMAT,
            sweep,
            part,
            traces_sha256,
            table_sha256,
        }
    }

    /// The first property in which the sweeps of two manifests differ, as in `grid differs`. The digests of a trace are compared
    /// if both parts replay the trace.
    pub fn difference(&self, other: &Self) -> Option<&'static str> {
        let (a, b) = (&self.sweep, &other.sweep);
        let (x, y) = (&a.options, &b.options);
        let same = [
            ("format differs", self.format == other.format),
            ("number of parts differs", self.part.of == other.part.of),
            ("version of Pagewalk differs", a.pagewalk == b.pagewalk),
            ("machine differs", a.machine == b.machine),
            ("grid differs", a.grid == b.grid && a.points == b.points),
            ("option `map` differs", x.map == y.map),
            ("option `frames` differs", x.frames == y.frames),
            (
                "option `replacement` differs",
                x.replacement == y.replacement,
            ),
            ("option `straddle` differs", x.straddle == y.straddle),
            (
                "option `trace_format` differs",
                x.trace_format == y.trace_format,
            ),
            ("option `strict` differs", x.strict == y.strict),
            ("list of traces differs", a.traces == b.traces),
            (
                "contents of a trace differ",
                self.traces_sha256.iter().all(|(name, digest)| {
                    other
                        .traces_sha256
                        .get(name)
                        .is_none_or(|other| other == digest)
                }),
            ),
            (
                "list of machines differs",
                a.machines_sha256 == b.machines_sha256,
            ),
        ];
        same.into_iter()
            .find(|(_, same)| !same)
            .map(|(name, _)| name)
    }
}
