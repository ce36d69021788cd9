//! The table in which an instructor enters the students' answers, as `pagewalk grade` reads it.

use crate::exam::Version;
use crate::exam::field::fields;
use crate::exam::paper::Paper;
use crate::exam::sheet::row;

/// Returns an empty table for the answers: one column per field of any version's paper, and one row per student of the versions.
/// The rows of students contain their seeds, so that no list of versions is needed to grade them. A paper without a version also
/// needs a seed if it is `drawn`. An essay has a column for its points.
pub fn answer_table(papers: &[Paper], versions: &[Version], drawn: bool) -> String {
    let students = versions.iter().filter_map(|version| {
        let student = version.student.as_ref()?;
        Some([
            student.id.clone(),
            student.name.clone(),
            format!("{:#018x}", version.seed),
        ])
    });
    let students: Vec<[String; 3]> = students.collect();
    let mut heads = vec!["id".to_owned(), "name".to_owned()];
    if !students.is_empty() || versions.is_empty() && drawn {
        heads.push("seed".to_owned());
    } else if !versions.is_empty() {
        heads.push("version".to_owned());
    }
    let columns = columns(papers);
    let blanks = vec![String::new(); columns.len()];
    heads.extend(columns);
    let mut table = row(heads.iter().map(String::as_str));
    for student in &students {
        table += &row(student.iter().chain(&blanks).map(String::as_str));
    }
    table
}

/// Returns the columns of all fields. A field that the papers before lack follows the field before it on its own paper.
fn columns(papers: &[Paper]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for paper in papers {
        let mut next = 0;
        for field in fields(paper) {
            let column = if field.by_hand() {
                format!("{} points", field.name)
            } else {
                field.name
            };
            let known = columns.iter().position(|known| *known == column);
            let at = known.unwrap_or(next);
            if known.is_none() {
                columns.insert(at, column);
            }
            next = at + 1;
        }
    }
    columns
}
