//! The review file: unreadable answers and the instructor's readings of them.

use std::collections::BTreeMap;
use std::path::Path;

use super::csv;
use super::records::read_bytes;
use super::rows::StudentRow;
use pagewalk_script::exam::grade::{Given, Marked, Verdict};
use pagewalk_script::exam::sheet::row;

/// The columns of the file. The instructor fills in the last column.
const COLUMNS: [&str; 4] = ["id", "field", "answer", "read as"];

/// The instructor's readings, by student, field, and unreadable answer.
#[derive(Debug, Default)]
pub(crate) struct Review(BTreeMap<[String; 3], String>);

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
            let cell =
                |name: &str| record.cells.iter().find(|(own, _)| own == name).map(|(_, given)| given.text());
            let all = COLUMNS.map(cell);
            let [Some(id), Some(field), Some(answer), Some(reading)] = all else {
                return Err(format!("has no columns {}", COLUMNS.join(", ")));
            };
            review.0.insert([id, field, answer], reading.trim().to_owned());
        }
        Ok(review)
    }

    /// Replaces a row's unreadable answers with the instructor's readings.
    pub(crate) fn apply(&self, own: &mut StudentRow) {
        for (field, given) in &mut own.answers {
            let reading = self.0.get(&[own.id.clone(), field.clone(), given.text()]);
            if let Some(reading) = reading.filter(|reading| !reading.is_empty()) {
                *given = Given::Text(reading.clone());
            }
        }
    }

    /// Adds the unreadable answers of these marks. Returns the text of the file and the number of answers
    /// that still lack a reading.
    pub(crate) fn text(mut self, marked: &[Marked]) -> (String, usize) {
        for own in marked {
            let unreadable = own.marks.iter().filter(|mark| mark.verdict == Verdict::Unreadable);
            for mark in unreadable {
                self.0.entry([own.id.clone(), mark.field.clone(), mark.written.clone()]).or_default();
            }
        }
        let open = self.0.values().filter(|reading| reading.is_empty()).count();
        let rows =
            self.0.iter().map(|([id, field, answer], reading)| row([id.as_str(), field, answer, reading]));
        (row(COLUMNS) + &rows.collect::<String>(), open)
    }
}
