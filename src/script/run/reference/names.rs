//! The numbers of pages.

use std::collections::HashMap;

use crate::lang::value::Value;

/// The end of the integers whose page numbers are in an array instead of a hash table.
const SMALL: usize = 1 << 16;

/// The number of a page that was not mentioned.
const NONE: u32 = u32::MAX;

/// Names of pages. Pages are numbered in the order of their first mention.
#[derive(Default)]
pub(super) struct Names {
    pub(super) pages: Vec<Value>,
    /// The numbers of the pages that are integers below [`SMALL`], or [`NONE`].
    small: Vec<u32>,
    integers: HashMap<i128, u32>,
    /// The numbers of pages that are not integers, by their notation in a script.
    others: HashMap<String, u32>,
}

impl Names {
    /// Returns the number of a page.
    pub(super) fn number(&mut self, page: &Value) -> u32 {
        let mut add = || {
            self.pages.push(page.clone());
            self.pages.len() as u32 - 1
        };
        let integer = if let Value::Number(number) = page {
            number.as_integer()
        } else {
            None
        };
        match integer {
            Some(integer @ 0..) if integer < SMALL as i128 => {
                let integer = integer as usize;
                if integer >= self.small.len() {
                    self.small.resize(integer + 1, NONE);
                }
                let number = &mut self.small[integer];
                if *number == NONE {
                    *number = add();
                }
                *number
            }
            Some(integer) => *self.integers.entry(integer).or_insert_with(add),
            None => *self.others.entry(page.quoted()).or_insert_with(add),
        }
    }

    /// Returns the numbers of several pages.
    pub(super) fn all(&mut self, pages: &[Value]) -> Vec<u32> {
        pages.iter().map(|page| self.number(page)).collect()
    }
}
