//! Groups equal results, so that each is printed once.

use std::collections::HashMap;
use std::hash::Hash;

use super::case::{Case, Held};
use crate::report::narrate::count;
use crate::suite::golden::Change;

/// Maximum number of names in a list.
const NAMES: usize = 8;

/// The golden result of a case without its locations.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Alike<'a> {
    /// The required golden file is missing.
    Missing,
    /// The notes, and the statements with their changes.
    Differs(&'a [String], Vec<(&'a str, &'a [Change])>),
    /// A different result.
    Other,
}

impl<'a> Alike<'a> {
    pub(super) fn of(case: &'a Case) -> Self {
        match &case.golden {
            Held::Missing => Self::Missing,
            Held::Differs { differences, notes } => {
                let changes = differences
                    .iter()
                    .map(|one| (&*one.statement, &*one.changes));
                Self::Differs(notes, changes.collect())
            }
            _ => Self::Other,
        }
    }
}

/// Groups items with equal keys, in the order of the first item of each group.
pub(super) fn grouped<T, K: Eq + Hash>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Vec<Vec<T>> {
    let (mut groups, mut places) = (Vec::<Vec<T>>::new(), HashMap::new());
    for item in items {
        let place = *places.entry(key(&item)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}

/// Returns the number of other items, in the singular or the plural, and the first names.
pub(super) fn others(names: &[String], one: &str, many: &str) -> String {
    let shown = names
        .get(..NAMES.min(names.len()))
        .unwrap_or(names)
        .join(", ");
    let more = if names.len() > NAMES { ", …" } else { "" };
    let count = count(
        names.len() as u64,
        &format!("more {one}"),
        &format!("more {many}"),
    );
    format!("{count}: {shown}{more}; `--verbose` shows all")
}
