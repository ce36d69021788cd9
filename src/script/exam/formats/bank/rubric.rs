//! Essay rubrics, which only graders see.

use super::html::escaped;
use crate::exam::formats::labels::Labels;
use crate::exam::formats::plan::points;
use crate::questions::entry::Rubric;

/// Returns a rubric as a list, or an empty text for an empty rubric.
pub(crate) fn rubric(rows: &[Rubric]) -> String {
    let each: Vec<String> = rows.iter().map(row).collect();
    if each.is_empty() {
        String::new()
    } else {
        format!("<ul>{}</ul>", each.concat())
    }
}

fn row(row: &Rubric) -> String {
    let worth = row.points.map_or_else(String::new, |worth| {
        format!(" ({})", points(worth, &Labels::default()))
    });
    format!("<li>{}{worth}</li>", escaped(&row.text))
}
