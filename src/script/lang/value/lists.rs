//! New lists, which share elements with the longest of their parts, and their limits.

use std::sync::Arc;

use super::number::ValueError;
use super::{Elements, Items, List, Totals, VALUE_BYTES, Value};
use crate::lang::diagnostic::Code;

/// Maximum number of elements in a list, including the elements of the lists that it contains.
pub(super) const LIST_LIMIT: usize = 1 << 20;

/// Maximum depth of nested lists.
const DEPTH_LIMIT: usize = 16;

/// The largest part of a new list, which the new list extends instead of copying it.
struct Base {
    /// The index of the part.
    at: usize,
    list: List,
}

impl Base {
    /// Returns the longest of the parts whose elements a new list can share.
    fn of(parts: &[Value]) -> Option<Self> {
        let trees = parts
            .iter()
            .enumerate()
            .filter_map(|(at, part)| match part {
                Value::List(
                    list @ List {
                        elements: Elements::Tree(_),
                        ..
                    },
                ) => Some((at, list)),
                _ => None,
            });
        // The first of several, because a script usually appends.
        let (at, list) = trees.rev().max_by_key(|(_, list)| list.len())?;
        Some(Self {
            at,
            list: list.clone(),
        })
    }

    /// Returns the list with these elements before and after its own.
    fn extended(
        self,
        before: impl DoubleEndedIterator<Item = Value>,
        after: impl Iterator<Item = Value>,
    ) -> List {
        let Self {
            list:
                List {
                    elements,
                    bytes,
                    size,
                    depth,
                },
            ..
        } = self;
        let Elements::Tree(mut tree) = elements else {
            return after.collect();
        };
        let mut totals = Totals { bytes, size, depth };
        // Pushes the elements of the shorter parts instead of concatenating trees, because the
        // number of copied elements also decides the number of steps.
        let own = Arc::make_mut(&mut tree);
        before
            .rev()
            .for_each(|element| own.push_front(totals.with(element)));
        after.for_each(|element| own.push_back(totals.with(element)));
        totals.list(Elements::Tree(tree))
    }
}

impl Value {
    /// Returns a list of these parts. Expands each list or range to its elements, which may be lists. The new list shares the
    /// elements of its longest part, so that appending takes the same time for every length.
    ///
    /// # Errors
    /// Returns `limit-size` for more than [`LIST_LIMIT`] elements, or for more than [`DEPTH_LIMIT`] nested lists.
    pub(crate) fn list(parts: impl IntoIterator<Item = Value>) -> Result<Self, ValueError> {
        let parts: Vec<Value> = parts.into_iter().collect();
        Self::check_list(&parts)?;
        // Most lists contain only numbers, which need no expansion.
        if !parts
            .iter()
            .any(|part| matches!(part, Self::List(_) | Self::Range { .. }))
        {
            return Ok(Self::List(parts.into_iter().collect()));
        }
        let Some(base) = Base::of(&parts) else {
            return Ok(Self::List(
                parts.into_iter().flat_map(Self::into_elements).collect(),
            ));
        };
        let mut before = parts;
        let after = before.split_off(base.at + 1);
        before.pop();
        let before: Vec<Value> = before.into_iter().flat_map(Self::into_elements).collect();
        Ok(Self::List(base.extended(
            before.into_iter(),
            after.into_iter().flat_map(Self::into_elements),
        )))
    }

    /// Returns the number of elements that a list of these parts copies, including the elements of nested lists, and the memory
    /// of the copies in bytes.
    pub(crate) fn copied(parts: &[Value]) -> (u64, u64) {
        let base = Base::of(parts);
        let copied = || {
            parts
                .iter()
                .enumerate()
                .filter(|(at, _)| base.as_ref().is_none_or(|base| base.at != *at))
        };
        let elements = copied().map(|(_, part)| part.size()).sum::<u128>();
        let bytes = copied().map(|(_, part)| match part {
            Self::Range { .. } => part.size().saturating_mul(VALUE_BYTES.into()),
            _ => part.footprint().into(),
        });
        let [elements, bytes] = [elements, bytes.sum::<u128>()];
        (
            u64::try_from(elements).unwrap_or(u64::MAX),
            u64::try_from(bytes).unwrap_or(u64::MAX),
        )
    }

    /// Returns the elements of a list or range, or the value itself.
    fn into_elements(self) -> Items {
        self.items().unwrap_or(Items::One(Some(self)))
    }

    /// Checks whether these parts fit in a list, without building the list.
    ///
    /// # Errors
    /// As [`Value::list`].
    pub(crate) fn check_list<'a>(
        parts: impl IntoIterator<Item = &'a Value>,
    ) -> Result<(), ValueError> {
        let mut total = 0;
        parts
            .into_iter()
            .try_for_each(|part| part.check_element(&mut total))
    }

    /// Checks whether a part fits in a list, and adds its size to `total`.
    fn check_element(&self, total: &mut u128) -> Result<(), ValueError> {
        *total += self.size();
        if *total > LIST_LIMIT as u128 {
            let message = format!("a list can have at most {LIST_LIMIT} elements");
            return Err(ValueError::new(Code::LimitSize, message)
                .help("loop over the range itself instead of a list"));
        }
        if self.depth() > DEPTH_LIMIT {
            let message = format!("at most {DEPTH_LIMIT} lists can be nested");
            return Err(ValueError::new(Code::LimitSize, message)
                .help("write the list without its own brackets to add its elements"));
        }
        Ok(())
    }
}
