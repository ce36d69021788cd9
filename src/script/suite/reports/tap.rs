//! A suite in the Test Anything Protocol, version 13 (testanything.org), with YAML blocks for failures.

use std::fmt::Write as _;

use serde_json::json;

use super::case::Verdict;
use super::suite::Suite;
use super::trouble::troubles;
use crate::report::excerpt::visible;

/// Returns the test plan and one line per case.
pub fn write(suite: &Suite) -> String {
    let mut text = format!("TAP version 13\n1..{}\n", suite.cases.len());
    for (number, case) in (1..).zip(&suite.cases) {
        let verdict = case.verdict();
        let sign = if verdict.bad() { "not ok" } else { "ok" };
        let skip = if verdict == Verdict::NotRun {
            " # SKIP not run"
        } else {
            ""
        };
        let time = case
            .time
            .map(|time| format!(" # time={:.3}ms", time.as_secs_f64() * 1e3));
        let time = time.unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{sign} {number} - {}{skip}{time}",
            description(&case.name.to_string())
        );
        let troubles = troubles(case);
        if troubles.is_empty() {
            continue;
        }
        text.push_str("  ---\n  failures:\n");
        for trouble in troubles {
            // Every JSON string is also a YAML string.
            let (file, message) = (json!(trouble.file), json!(trouble.message));
            let _ = writeln!(
                text,
                "    - file: {file}\n      line: {}\n      message: {message}",
                trouble.line
            );
        }
        text.push_str("  ...\n");
    }
    text
}

/// Returns a name in which `#` cannot begin a directive. Many parsers do not recognize `\#`, so a full-width
/// `＃` replaces `#`.
fn description(name: &str) -> String {
    visible(name).replace('\\', "\\\\").replace('#', "＃")
}
