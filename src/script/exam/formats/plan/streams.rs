//! Consecutive items about the same facts, as one table.

use super::items::{Items, points};
use super::medium::Medium;
use crate::exam::formats::label::called;
use crate::exam::formats::page::bare;
use crate::exam::formats::prompt::{rows, share_string};
use crate::exam::formats::tree::{Blank, Block, Cell, Table};
use crate::exam::paper::{PaperItem, Piece};
use crate::lang::value::Number;
use crate::questions::entry::{Blank as Asked, Form, ItemKind, Radix};
use crate::run::record::Did;

/// Maximum width of the table, in characters.
const ROOM: u32 = 84;
/// Maximum number of facts per item in a table of items from different statements.
const FEW: usize = 3;
/// Maximum length of a notation in the head of a column.
const SHORT: usize = 12;

/// Maximum number of times that an item is a part of a table that does not fit.
const MOST_TRIES: usize = 64;

/// Width of a box to tick, in characters.
const TICK: u32 = 2;

/// Items with their names, and a table of the items.
type Stream<'i> = (Vec<(&'i PaperItem, String)>, Block);

impl Items<'_> {
    /// Returns the items at the start of `pieces` that one statement asks in a loop, or that ask for the same few
    /// facts. Each item has a name. The table has one row for each item and one column for each fact. Returns
    /// `None` if the items do not fit in a table. A learning platform shows each item alone.
    pub(super) fn stream<'i>(&mut self, pieces: &'i [Piece], whole: Number) -> Option<Stream<'i>> {
        // The rows of a table follow each other without a change in between.
        let items = pieces
            .iter()
            .enumerate()
            .map_while(|(at, piece)| match piece {
                Piece::Item(item) if at == 0 || !item.unseen => Some(&**item),
                _ => None,
            });
        if self.medium == Medium::Screen {
            return None;
        }
        let first = items.clone().next()?;
        if let ItemKind::Choice { .. } = first.kind {
            let all: Vec<&PaperItem> = items
                .take_while(|item| is_same_choice(first, item))
                .collect();
            return self.ticks(&all, whole);
        }
        asked(first)?;
        if self.untried > 0 {
            self.untried -= 1;
            return None;
        }
        let all: Vec<&PaperItem> = items
            .clone()
            .take_while(|item| alike(first, item))
            .collect();
        let own = items
            .take_while(|item| item.printed.place == first.printed.place)
            .count();
        // If the items of several statements do not fit in one table, use only the items of the first
        // statement.
        let stream = self
            .table_of(&all, whole)
            .or_else(|| self.table_of(all.get(..own)?, whole));
        if stream.is_none() {
            // Trying every shorter run of many items would take quadratic time.
            self.untried = all.len() / MOST_TRIES;
        }
        stream
    }

    /// Returns these items with their names, and a table of the items.
    fn table_of<'i>(&mut self, items: &[&'i PaperItem], whole: Number) -> Option<Stream<'i>> {
        let [first, _, ..] = items else { return None };
        let blanks = asked(first)?;
        let begin = rows(items, self.labels, self.cores)?;
        let heads = blanks.iter().map(|blank| self.head(blank, bare(first)));
        let groups = vec![begin.heads.into_iter().chain(heads).collect()];
        let rows = items
            .iter()
            .zip(begin.leads)
            .enumerate()
            .map(|(at, (item, lead))| {
                let names = self.names.iter().rev().nth(at)?;
                let blanks = asked(item)?.iter().zip(names);
                let cells = blanks.map(|(blank, name)| Cell::Blank(self.cell(blank, item, name)));
                Some(lead.into_iter().chain(cells).collect())
            });
        let table = Table {
            title: String::new(),
            groups,
            rows: rows.collect::<Option<_>>()?,
            ..Table::default()
        };
        let mut how = begin.prompt;
        for blank in blanks {
            let words = self.how(blank, bare(first));
            if words.len() > SHORT && matches!(blank.form, Form::Words(_)) {
                how = format!(
                    "{how} {}: {words}.",
                    called(blank, self.labels).trim_end_matches('?')
                );
            }
        }
        self.filled_in(items, begin.names, how, table, whole)
    }

    /// Returns these choices with their texts, and a table of boxes to tick. The table has one row for each choice and
    /// one column for each option.
    fn ticks<'i>(&mut self, items: &[&'i PaperItem], whole: Number) -> Option<Stream<'i>> {
        let [first, _, ..] = items else { return None };
        let ItemKind::Choice {
            options, several, ..
        } = &first.kind
        else {
            return None;
        };
        let heads =
            std::iter::once(String::new()).chain(options.iter().map(|option| option.text.clone()));
        let row = |(at, item): (usize, &&PaperItem)| {
            let ItemKind::Choice { text, options, .. } = &item.kind else {
                return None;
            };
            let field = self
                .names
                .iter()
                .rev()
                .nth(at)?
                .first()
                .cloned()
                .unwrap_or_default();
            // The choice has a single field, which is the field of its first box.
            let fields = std::iter::once(field).chain(std::iter::repeat(String::new()));
            let boxes = options.iter().zip(fields).map(|(option, field)| {
                let content = self
                    .edition
                    .filled()
                    .then(|| if option.correct { "X" } else { "" }.to_owned());
                Cell::Blank(Blank {
                    field,
                    width: TICK,
                    content,
                    ..Blank::default()
                })
            });
            Some(
                std::iter::once(Cell::Word(text.clone()))
                    .chain(boxes)
                    .collect(),
            )
        };
        let rows = items.iter().enumerate().map(row).collect::<Option<_>>()?;
        let table = Table {
            title: String::new(),
            groups: vec![heads.collect()],
            rows,
            ..Table::default()
        };
        let how = if *several {
            "In each row, tick all that are correct."
        } else {
            "Tick one box in each row."
        };
        let names = items.iter().map(|item| match &item.kind {
            ItemKind::Choice { text, .. } => text.clone(),
            _ => String::new(),
        });
        let (names, how) = (names.collect(), self.labels.localize(how).to_owned());
        self.filled_in(items, names, how, table, whole)
    }

    /// Returns the items and their table, unless the table is too wide.
    fn filled_in<'i>(
        &mut self,
        items: &[&'i PaperItem],
        names: Vec<String>,
        how: String,
        table: Table,
        whole: Number,
    ) -> Option<Stream<'i>> {
        if table.widths().iter().map(|width| width + 2).sum::<u32>() > ROOM {
            return None;
        }
        self.names.truncate(self.names.len() - items.len());
        let zero = Number::from(0u64);
        let worth = items
            .iter()
            .try_fold(zero, |sum, item| sum.plus(item.points).ok())?;
        let points = if worth == whole {
            String::new()
        } else {
            points(worth, self.labels)
        };
        let named = items.iter().copied().zip(names).collect();
        Some((
            named,
            Block::Fill {
                how,
                points,
                tables: self.medium.tables(table),
            },
        ))
    }

    /// Returns a box without the prefix of its radix, because the head of the column shows the radix.
    fn cell(&self, blank: &Asked, item: &PaperItem, name: &str) -> Blank {
        let own = self.blank(blank, bare(item), name.to_owned());
        let content = own
            .content
            .map(|content| content.trim_start_matches(&own.prefix).to_owned());
        Blank {
            prefix: String::new(),
            unit: None,
            content,
            ..own
        }
    }

    /// Returns the head of a column: the fact and its notation.
    fn head(&self, blank: &Asked, bare: bool) -> String {
        let how = match blank.form {
            Form::Number {
                radix: Radix::Decimal,
                ..
            } => String::new(),
            Form::Number { radix, .. } => self.labels.localize(radix.name()).to_owned(),
            // The text above the table lists the possible words.
            _ => Some(self.how(blank, bare))
                .filter(|how| how.len() <= SHORT)
                .unwrap_or_default(),
        };
        // The abbreviations of tables keep the columns narrow.
        let short = self.labels.table(&blank.fact);
        let is_number = matches!(blank.form, Form::Number { .. });
        // The name of a component is part of its label. The short name of `frame` does not say which frame.
        let is_short = is_number
            && short != *blank.fact
            && !blank.fact.contains('.')
            && &*blank.fact != "frame";
        let label = if is_short {
            short
        } else {
            called(blank, self.labels)
        };
        let notes = [how, blank.unit.as_deref().unwrap_or_default().to_owned()];
        let notes: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
        if notes.is_empty() {
            label
        } else {
            format!("{label} ({})", notes.join(", "))
        }
    }
}

/// Whether two choices have the same options and points. Such choices are one table of boxes, as
/// exams print true-or-false and matching questions.
fn is_same_choice(first: &PaperItem, item: &PaperItem) -> bool {
    let options = |item: &PaperItem| match &item.kind {
        ItemKind::Choice {
            options, several, ..
        } => Some((
            *several,
            options
                .iter()
                .map(|option| option.text.clone())
                .collect::<Vec<_>>(),
        )),
        _ => None,
    };
    options(first) == options(item) && first.points == item.points
}

/// Whether an item can be in the table of the first item.
fn alike(first: &PaperItem, item: &PaperItem) -> bool {
    let strings = matches!(&*first.did, Did::Reference(_));
    if strings && !std::ptr::eq(first, item) && !share_string(first, item) {
        return false;
    }
    if first.again || item.again {
        return false;
    }
    if first.printed.place == item.printed.place {
        return true;
    }
    let (Some(own), Some(other)) = (asked(first), asked(item)) else {
        return false;
    };
    let same = own.len() == other.len()
        && own
            .iter()
            .zip(other)
            .all(|(a, b)| a.fact == b.fact && a.form == b.form && a.unit == b.unit);
    let kind = std::mem::discriminant(&*first.did) == std::mem::discriminant(&*item.did);
    let hypothetical = [first, item].iter().any(|item| item.did.is_probe());
    same && kind && !hypothetical && own.len() <= FEW && first.points == item.points
}

/// Returns the blanks of an access, a system call, or a reference string.
fn asked(item: &PaperItem) -> Option<&[Asked]> {
    match (&item.kind, &*item.did) {
        (ItemKind::Facts { blanks, .. }, Did::Access(_) | Did::Call(_) | Did::Reference(_)) => {
            Some(blanks)
        }
        _ => None,
    }
}
