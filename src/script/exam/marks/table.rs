//! Marks as comma-separated values, their statistics, and the changes of a regrade.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use super::feedback::markdown;
use crate::exam::grade::regrade::Regraded;
use crate::exam::grade::statistics::Statistics;
use crate::exam::grade::{Mark, Marked, Verdict, decimal, short};
use crate::exam::sheet::{guarded, quoted};
use crate::lang::value::Number;

/// The columns of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    Fields,
    Questions,
}

/// A student's row of the table, without the student's marks.
#[derive(Debug, Clone)]
pub struct TableRow {
    /// The line of the file on which the student's sheet begins.
    pub line: u64,
    /// The names of the columns with points. The rows of a paper share the names.
    names: Arc<[String]>,
    /// The ID, the name, and the version as cells.
    begin: Box<str>,
    /// The points, in the order of the names, with a comma before each.
    points: Box<str>,
    /// The total, the maximum, and the pending points as cells.
    end: Box<str>,
}

impl TableRow {
    /// Creates the row of a student. `before` is the row of another student, if any.
    pub fn new(marked: &Marked, columns: Columns, before: Option<&Self>) -> Self {
        let (names, points): (Vec<String>, Vec<String>) = match columns {
            Columns::Questions => {
                let questions = marked
                    .marks
                    .iter()
                    .map(|mark| mark.question + 1)
                    .max()
                    .unwrap_or(0);
                let points = |question| {
                    (
                        format!("{}", question + 1),
                        decimal(marked.question(question).0),
                    )
                };
                (0..questions).map(points).unzip()
            }
            Columns::Fields => {
                let points = |mark: &Mark| match mark.verdict {
                    Verdict::Pending => String::new(),
                    _ => decimal(mark.points),
                };
                marked
                    .marks
                    .iter()
                    .map(|mark| (mark.field.clone(), points(mark)))
                    .unzip()
            }
        };
        let same = before.filter(|before| before.names[..] == names);
        Self {
            line: marked.line,
            names: same.map_or_else(|| names.into(), |before| Arc::clone(&before.names)),
            begin: cells(
                [&marked.id, &marked.name, &marked.version].map(|text| guarded(text).into_owned()),
            ),
            points: points
                .iter()
                .flat_map(|points| [",", points])
                .collect::<String>()
                .into(),
            end: cells([marked.total, marked.of, marked.pending()].map(decimal)),
        }
    }
}

/// Returns one row per student: ID, name, version, a column per field or question, total, maximum, and
/// pending points.
pub fn marks(all: &[TableRow], columns: Columns) -> String {
    let names = names(all, columns);
    let header = ["id", "name", "version"]
        .into_iter()
        .chain(names.iter().map(String::as_str));
    let mut out = cells(header.chain(["total", "max", "pending"]).map(str::to_owned)).into_string();
    out.push_str("\r\n");
    // The points for a question or field that the student's paper does not have.
    let missing = if columns == Columns::Questions {
        "0"
    } else {
        ""
    };
    for row in all {
        out.push_str(&row.begin);
        if row.names[..] == names {
            out.push_str(&row.points);
        } else {
            let points = row.points.split(',').skip(1);
            let points: BTreeMap<&str, &str> =
                row.names.iter().map(String::as_str).zip(points).collect();
            for name in &names {
                out.push(',');
                out.push_str(points.get(name.as_str()).copied().unwrap_or(missing));
            }
        }
        out.push(',');
        out.push_str(&row.end);
        out.push_str("\r\n");
    }
    out
}

/// Returns the names of the columns: questions in order, and fields in order of first appearance.
fn names(all: &[TableRow], columns: Columns) -> Vec<String> {
    if columns == Columns::Questions {
        return all
            .iter()
            .map(|row| &row.names)
            .max_by_key(|names| names.len())
            .map_or_else(Vec::new, |names| names.to_vec());
    }
    let (mut names, mut seen): (Vec<String>, BTreeSet<&str>) = Default::default();
    for row in all
        .chunk_by(|one, next| Arc::ptr_eq(&one.names, &next.names))
        .filter_map(<[TableRow]>::first)
    {
        names.extend(row.names.iter().filter(|name| seen.insert(name)).cloned());
    }
    names
}

fn cells(cells: impl IntoIterator<Item = String>) -> Box<str> {
    let mut out = String::new();
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&quoted(&cell));
    }
    out.into()
}

pub fn statistics(of: &Statistics) -> String {
    let mut out = String::from("# Item statistics\n\n");
    let number = |n: Option<Number>| n.map_or_else(|| "–".to_owned(), short);
    let _ = write!(
        out,
        "{} student{}",
        of.students,
        if of.students == 1 { "" } else { "s" }
    );
    if let Some((low, high)) = of.range {
        let _ = write!(
            out,
            ", mean {}, median {}, from {} to {}",
            number(of.mean),
            number(of.median),
            short(low),
            short(high)
        );
    }
    if let Some(points) = of.of {
        let _ = write!(out, " of {}", short(points));
    }
    out.push_str(".\n\n");
    if of.group > 0 {
        let _ = writeln!(
            out,
            "Facility: the mean share of the points. Discrimination (Kelley, 1939): the facility of the best 27 % of the papers ({0}) \
             minus the facility of the worst 27 % ({0}).\n",
            of.group
        );
    } else {
        out.push_str(
            "Facility: the mean share of the points. There are too few students to compute discrimination.\n\n",
        );
    }
    out.push_str("| Field | Points | Facility | Discrimination | Empty | Carried | Most common wrong answer | Mistake |\n");
    out.push_str("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    let common = |most: &Option<(String, usize)>| {
        most.as_ref().map_or_else(String::new, |(text, count)| {
            format!("{} ({count})", markdown(text))
        })
    };
    for item in &of.items {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            markdown(&item.field),
            short(item.of),
            number(item.facility),
            number(item.discrimination),
            item.unanswered,
            item.carried,
            common(&item.common),
            common(&item.mistake)
        );
    }
    out
}

/// Maximum number of fields in a row of the table of changes. A rule can change a whole grid.
const LISTED: usize = 6;

pub fn regrade(of: &Regraded) -> String {
    let mut out = String::from("# Regrade\n\n");
    let changed = of.changes.len();
    let _ = writeln!(
        out,
        "The marks of {changed} student{} change, and {} student{} keep{} the same marks.\n",
        if changed == 1 { "" } else { "s" },
        of.same,
        if of.same == 1 { "" } else { "s" },
        if of.same == 1 { "s" } else { "" }
    );
    for (was, is, students) in &of.maxima {
        let _ = writeln!(
            out,
            "The maximum changes from {} to {} points for {students} student{}.\n",
            short(*was),
            short(*is),
            if *students == 1 { "" } else { "s" }
        );
    }
    if changed > 0 {
        out.push_str(
            "| Id | Name | Before | Now | Change | Through |\n| --- | --- | --- | --- | --- | --- |\n",
        );
    }
    for change in &of.changes {
        let (before, now) = change.total;
        let through = change
            .fields
            .iter()
            .take(LISTED)
            .map(|(field, before, now)| {
                format!("{} {} → {}", markdown(field), short(*before), short(*now))
            });
        let more = change.fields.len().saturating_sub(LISTED);
        let more = (more > 0).then(|| format!("and {more} more"));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            markdown(&change.id),
            markdown(&change.name),
            before.map_or_else(String::new, short),
            short(now),
            before.map_or_else(String::new, |before| signed(before, now)),
            through.chain(more).collect::<Vec<_>>().join(", ")
        );
    }
    for (ids, what) in [
        (&of.new, "had no marks before"),
        (&of.gone, "have no marks now"),
    ] {
        if !ids.is_empty() {
            let ids: Vec<String> = ids.iter().map(|id| markdown(id)).collect();
            let _ = writeln!(out, "\n{what}: {}", ids.join(", "));
        }
    }
    out
}

fn signed(before: Number, now: Number) -> String {
    let Ok(by) = now.minus(before) else {
        return String::new();
    };
    if by.is_negative() {
        short(by).replace('-', "−")
    } else {
        format!("+{}", short(by))
    }
}
