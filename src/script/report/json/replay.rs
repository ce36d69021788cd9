//! A replayed trace as JSON, without its facts.

use serde_json::{Value, json};

use super::process::{kernel, with_optional};
use crate::run::record::{ADDRESS_MAPS, Replayed, STRADDLES};
use pagewalk_engine::trace::record::Malformed;

/// Returns the mode of the replay and the first malformed lines.
pub(crate) fn replay(run: &Replayed) -> Value {
    let replay = json!({
        "file": &*run.name,
        "map": word_of(ADDRESS_MAPS, &run.map),
        "straddle": word_of(STRADDLES, &run.straddle),
        "records": run.counted.references.records,
        "malformed": malformed_lines(&run.malformed),
    });
    with_optional(replay, [("kernel", run.booted.as_ref().map(kernel))])
}

/// Returns the word of the language for a mode.
fn word_of<T: PartialEq>(words: &[(&'static str, T)], mode: &T) -> Option<&'static str> {
    let row = words.iter().find(|(_, own)| own == mode);
    row.map(|(word, _)| *word)
}

/// Returns the first malformed lines of a trace.
pub(crate) fn malformed_lines(malformed: &Malformed) -> Value {
    let lines = malformed.first.iter();
    lines
        .map(|line| json!({"line": line.line, "text": line.text, "why": line.why}))
        .collect()
}
