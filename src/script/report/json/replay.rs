//! A replayed trace as JSON, without its facts.

use serde_json::{Value, json};

use super::process::{kernel, with_optional};
use crate::run::record::{ADDRESS_MAPS, Replayed, STRADDLES};
use pagewalk_engine::trace::record::Malformed;

/// Returns the mode of the replay and the first malformed lines.
pub(crate) fn replay(run: &Replayed) -> Value {
    let map = ADDRESS_MAPS
        .iter()
        .find(|(_, map)| *map == run.map)
        .map(|(word, _)| *word);
    let straddle = STRADDLES
        .iter()
        .find(|(_, straddle)| *straddle == run.straddle)
        .map(|(word, _)| *word);
    let replay = json!({
        "file": &*run.name,
        "map": map,
        "straddle": straddle,
        "records": run.counted.references.records,
        "malformed": malformed_lines(&run.malformed),
    });
    with_optional(replay, [("kernel", run.booted.as_ref().map(kernel))])
}

/// Returns the first malformed lines of a trace.
pub(crate) fn malformed_lines(malformed: &Malformed) -> Value {
    let lines = malformed.first.iter();
    lines
        .map(|line| json!({"line": line.line, "text": line.text, "why": line.why}))
        .collect()
}
