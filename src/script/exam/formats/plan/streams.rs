//! Prints the items that one statement asks in a loop as a single table.

use super::items::{Items, points};
use super::medium::Medium;
use crate::exam::formats::label::called;
use crate::exam::formats::page::bare;
use crate::exam::formats::prompt::{kind_of_address, number_of_address, prompt_of_stream};
use crate::exam::formats::tree::{Blank, Block, Cell, Table};
use crate::exam::paper::{PaperItem, Piece};
use crate::lang::value::Number;
use crate::questions::entry::{Blank as Asked, Form, ItemKind, Radix};
use crate::run::record::{Access, Did};

/// Maximum width of the table, in characters.
const ROOM: u32 = 84;

impl Items<'_> {
    /// Returns the items at the start of `pieces` that one statement asks in a loop, and their table. The table
    /// has one row for each access and one column for each fact. Returns `None` if the items do not fit in a
    /// table, or for a learning platform, which shows each item separately.
    pub(super) fn stream<'i>(
        &mut self,
        pieces: &'i [Piece],
        whole: Number,
    ) -> Option<(Vec<&'i PaperItem>, Block)> {
        let items = pieces.iter().map_while(|piece| match piece {
            Piece::Item(item) => Some(&**item),
            _ => None,
        });
        let first = items.clone().next()?;
        let items: Vec<&PaperItem> =
            items.take_while(|item| item.printed.place == first.printed.place).collect();
        if items.len() < 2 || self.medium == Medium::Screen {
            return None;
        }
        let prompt = prompt_of_stream(&items, self.labels, self.cores)?;
        let (blanks, access) = asked(first)?;
        let key = capitalized(self.labels.localize(kind_of_address(access)));
        let heads = blanks.iter().map(|blank| self.head(blank, bare(first)));
        let groups = vec![std::iter::once(key).chain(heads).collect()];
        let rows = items.iter().enumerate().map(|(at, item)| {
            let (blanks, access) = asked(item)?;
            let names = self.names.iter().rev().nth(at)?;
            let cells =
                blanks.iter().zip(names).map(|(blank, name)| Cell::Blank(self.cell(blank, item, name)));
            let number = Cell::Number(number_of_address(access, item.printed.radix));
            Some(std::iter::once(number).chain(cells).collect())
        });
        let table = Table { title: String::new(), groups, rows: rows.collect::<Option<_>>()? };
        if table.widths().iter().map(|width| width + 2).sum::<u32>() > ROOM {
            return None;
        }
        self.names.truncate(self.names.len() - items.len());
        let zero = Number::from(0u64);
        let worth = items.iter().try_fold(zero, |sum, item| sum.plus(item.points).ok())?;
        let points = if worth == whole { String::new() } else { points(worth, self.labels) };
        Some((items, Block::Fill { how: prompt, points, tables: self.medium.tables(table) }))
    }

    /// Returns a box without the prefix of its radix, which the head of the column states.
    fn cell(&self, blank: &Asked, item: &PaperItem, name: &str) -> Blank {
        let own = self.blank(blank, bare(item), name.to_owned());
        let content = own.content.map(|content| content.trim_start_matches(&own.prefix).to_owned());
        Blank { prefix: String::new(), content, ..own }
    }

    /// Returns the head of a column: the fact and its notation.
    fn head(&self, blank: &Asked, bare: bool) -> String {
        let how = match blank.form {
            Form::Number { radix: Radix::Decimal, .. } => String::new(),
            Form::Number { radix, .. } => self.labels.localize(radix.name()).to_owned(),
            _ => self.how(blank, bare),
        };
        // The abbreviations of tables keep the columns narrow.
        let short = self.labels.table(&blank.fact);
        let is_number = matches!(blank.form, Form::Number { .. });
        let label = if is_number && short != *blank.fact { short } else { called(blank, self.labels) };
        if how.is_empty() { label } else { format!("{label} ({how})") }
    }
}

/// Returns the blanks and the access of an item.
fn asked(item: &PaperItem) -> Option<(&[Asked], &Access)> {
    match (&item.kind, &*item.did) {
        (ItemKind::Facts { blanks, .. }, Did::Access(access)) => Some((blanks, access)),
        _ => None,
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}
