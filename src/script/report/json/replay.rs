//! A replayed trace as JSON, without its facts.

use serde_json::{Value, json};

use super::process::{kernel, with_optional};
use crate::run::record::{ADDRESS_MAPS, Replayed, STRADDLES};

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
    let malformed = run.malformed.first.iter();
    let malformed =
        malformed.map(|line| json!({"line": line.line, "text": line.text, "why": line.why}));
    let replay = json!({
        "file": &*run.name,
        "map": map,
        "straddle": straddle,
        "records": run.counted.references.records,
        "malformed": malformed.collect::<Vec<_>>(),
    });
    with_optional(replay, [("kernel", run.booted.as_ref().map(kernel))])
}
