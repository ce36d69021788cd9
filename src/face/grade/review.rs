//! The review file: unreadable answers and the instructor's readings of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::csv;
use super::rows::{StudentRow, read_bytes};
use pagewalk_script::exam::grade::{Given, Marked, Verdict};
use pagewalk_script::exam::sheet::row;

/// The columns of the file. The instructor fills in the last column.
const COLUMNS: [&str; 4] = ["id", "field", "answer", "read as"];

/// An answer that cannot be read: the student's ID, the field, and the answer.
pub(crate) type UnreadableAnswer = [String; 3];

/// The unreadable answers of a student.
pub(crate) fn unreadable_answers(own: &Marked) -> impl Iterator<Item = UnreadableAnswer> {
    let unreadable = own
        .marks
        .iter()
        .filter(|mark| mark.verdict == Verdict::Unreadable);
    unreadable.map(|mark| [own.id.clone(), mark.field.clone(), mark.written.clone()])
}

/// The instructor's readings, by student, field, and unreadable answer.
#[derive(Debug, Default)]
pub(crate) struct Review(BTreeMap<UnreadableAnswer, String>);

impl Review {
    /// Reads the review file if it exists.
    ///
    /// # Errors
    /// Returns a message if the file cannot be read or is not a review file.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let table = csv::read(&read_bytes(path)?).map_err(|flaw| flaw.message)?;
        if let Some(flaw) = table.flaws.first() {
            return Err(format!("line {}: {}", flaw.line, flaw.message));
        }
        let mut review = Self::default();
        for record in table.rows {
            let cell = |name: &str| {
                record
                    .cells
                    .iter()
                    .find(|(own, _)| &***own == name)
                    .map(|(_, given)| given.text())
            };
            let all = COLUMNS.map(cell);
            let [Some(id), Some(field), Some(answer), Some(reading)] = all else {
                return Err(format!("has no columns {}", COLUMNS.join(", ")));
            };
            review
                .0
                .insert([id, field, answer], reading.trim().to_owned());
        }
        Ok(review)
    }

    /// Replaces a row's unreadable answers with the instructor's readings.
    pub(crate) fn apply(&self, own: &mut StudentRow) {
        let readings = own.answers.iter().map(|(field, given)| {
            let reading = self
                .0
                .get(&[own.id.clone(), field.to_string(), given.text()]);
            let reading = reading.filter(|reading| !reading.is_empty());
            (
                Arc::clone(field),
                reading.map_or(given, |reading| Given::Text(reading.clone())),
            )
        });
        own.answers = readings.collect();
    }

    /// Adds unreadable answers. Returns the text of the file and the number of answers
    /// that still lack a reading.
    pub(crate) fn text(mut self, unreadable: Vec<UnreadableAnswer>) -> (String, usize) {
        for answer in unreadable {
            self.0.entry(answer).or_default();
        }
        let open = self.0.values().filter(|reading| reading.is_empty()).count();
        let rows = self
            .0
            .iter()
            .map(|([id, field, answer], reading)| row([id.as_str(), field, answer, reading]));
        (row(COLUMNS) + &rows.collect::<String>(), open)
    }
}
