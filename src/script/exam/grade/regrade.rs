//! Compares marks with earlier marks, which used a different key or different rules.

use std::collections::{BTreeMap, BTreeSet};

use super::marked::Marked;
use crate::exam::roster::id_key;
use crate::lang::value::Number;

/// A student's earlier marks.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    /// The student's ID.
    pub id: String,
    pub total: Option<Number>,
    /// The maximum points.
    pub of: Option<Number>,
    /// The marks of fields or of questions, by name.
    pub fields: BTreeMap<String, Number>,
}

/// A student whose marks change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The totals before and after the change.
    pub(crate) total: (Option<Number>, Number),
    /// The fields or the questions whose marks change, with their earlier and current marks.
    pub(crate) fields: Vec<(String, Number, Number)>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Regraded {
    /// Students whose marks change, in order.
    pub(crate) changes: Vec<Change>,
    /// Number of students whose marks do not change.
    pub(crate) same: usize,
    /// The maximum points before and after the change, if they differ, each with the number of students.
    pub(crate) maxima: Vec<(Number, Number, usize)>,
    /// IDs that had no marks earlier.
    pub(crate) new: Vec<String>,
    /// IDs that have no marks now.
    pub(crate) gone: Vec<String>,
}

/// Compares the earlier and the current marks.
pub fn regraded(before: &[Before], now: &[Marked]) -> Regraded {
    let known: BTreeMap<String, &Before> =
        before.iter().map(|one| (id_key(&one.id), one)).collect();
    let mut regraded = Regraded::default();
    for marked in now {
        let Some(own) = known.get(&id_key(&marked.id)) else {
            regraded.new.push(marked.id.clone());
            continue;
        };
        if let Some(old) = own.of.filter(|old| !nearly(*old, marked.of)) {
            let pair = |(was, is, _): &&mut (Number, Number, usize)| {
                nearly(*was, old) && nearly(*is, marked.of)
            };
            match regraded.maxima.iter_mut().find(pair) {
                Some((.., students)) => *students += 1,
                None => regraded.maxima.push((old, marked.of, 1)),
            }
        }
        // The earlier table may have a column for each question instead of each field.
        let is_field = |name: &String| marked.marks.iter().any(|mark| mark.field == *name);
        let questions = marked
            .marks
            .chunk_by(|one, next| one.question == next.question);
        let questions = questions.filter_map(<[_]>::first).map(|mark| mark.question);
        let questions = questions.map(|at| ((at + 1).to_string(), marked.question(at).0));
        let each = marked.marks.iter();
        let each = each.map(|mark| (mark.field.clone(), mark.points));
        let each = each.chain(questions.filter(|(name, _)| !is_field(name)));
        let changed = |(name, now): (String, Number)| {
            let before = *own.fields.get(&name)?;
            (!nearly(before, now)).then_some((name, before, now))
        };
        let fields: Vec<(String, Number, Number)> = each.filter_map(changed).collect();
        if fields.is_empty() && own.total.is_some_and(|total| nearly(total, marked.total)) {
            regraded.same += 1;
            continue;
        }
        let total = (own.total, marked.total);
        regraded.changes.push(Change {
            id: marked.id.clone(),
            name: marked.name.clone(),
            total,
            fields,
        });
    }
    let current: BTreeSet<String> = now.iter().map(|marked| id_key(&marked.id)).collect();
    let gone = before
        .iter()
        .filter(|one| !current.contains(&id_key(&one.id)));
    regraded.gone = gone.map(|one| one.id.clone()).collect();
    regraded
}

/// Whether two marks are equal in the four recorded decimal places.
fn nearly(a: Number, b: Number) -> bool {
    (a.to_f64() - b.to_f64()).abs() < 0.000_1
}
