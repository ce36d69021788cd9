//! Answers that a question gives away in a text.

use super::printed::{Source, Text, own_place, tokens};
use crate::exam::field::{Asked, Field};
use crate::exam::paper::Question;
use crate::lang::value::Unit;
use crate::questions::entry::{Blank, Form, ItemKind, Radix};
use crate::run::facts::Component;
use crate::run::record::{Access, Did, View};
use crate::run::seeds::mixed_text;
use crate::run::table::{Cell, TableId};
use pagewalk_engine::machine::event::{Event, Purpose};

/// Minimum number of more than one hexadecimal digit.
pub(super) const LONG: u128 = 16;
/// Minimum number that tables may contain without leading zeros.
const LISTED: u128 = 0x1000;
/// Minimum number that a text rarely contains in decimal by coincidence.
const DISTINCT: u128 = 100;
/// Number of words before and after an answer in the excerpt of a text.
const BESIDE: usize = 3;

/// A text that contains an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The words around the answer.
    pub(crate) excerpt: String,
    /// The hash of the whole text.
    pub(crate) text: u64,
    /// Whether the text gives the answer away even if the item is the same in all versions. The text above such an item
    /// is usually its only source, as in "CR3 contains 0x2000".
    pub(crate) surely: bool,
    /// Whether the number has the prefix of the answer's radix. Other numbers are in many texts by coincidence.
    pub(crate) prefixed: bool,
}

/// Returns the messages of an item's access if the question prints them and they contain the word or the number of a
/// message that answers a blank. The words of messages, such as `hit`, are too common to be found in a text.
pub(super) fn in_messages(field: &Field, question: &Question) -> Option<Found> {
    let did = match (field.asked, &field.item.kind) {
        (Asked::Blank(_), ItemKind::Author(table)) => table.order.as_deref()?,
        (
            Asked::Blank(Blank {
                form: Form::Words(_),
                ..
            }),
            ItemKind::Facts { .. },
        ) => &field.item.did,
        _ => return None,
    };
    let Did::Access(own) = did else { return None };
    let is_own = |view: &View| match view {
        View::Steps(of, _) => (of.va, of.verb, &of.events) == (own.va, own.verb, &own.events),
        _ => false,
    };
    question.views().any(is_own).then(|| Found {
        excerpt: format!("the messages of {}", own.operation()),
        text: 0,
        prefixed: true,
        surely: true,
    })
}

/// A number that answers a blank, and that a text is unlikely to contain by coincidence. Almost any text contains
/// numbers of one digit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Telling {
    number: u128,
    base: u32,
    digits: Option<u32>,
    unit: Option<&'static Unit>,
}

impl Telling {
    /// Returns the answer of a field if it has at least two digits, or if a fixed number of digits makes it longer than one
    /// digit, as in `0x0D`.
    pub(super) fn of(field: &Field) -> Option<Self> {
        let (number, radix, digits) = match (field.asked, &field.item.kind) {
            (Asked::Blank(blank), _)
                if let (Form::Number { radix, digits }, Some(number)) =
                    (blank.form, blank.number()) =>
            {
                (u128::try_from(number.as_integer()?).ok()?, radix, digits)
            }
            (
                Asked::Cell {
                    cell: Cell::Hex(number, digits),
                    ..
                },
                _,
            ) => (u128::from(*number), Radix::Hex, Some(*digits)),
            (_, ItemKind::Choice { options, .. }) => {
                let mut right = options.iter().filter(|option| option.correct);
                let number = right.next().and_then(|option| value_of(&option.text))?;
                (number, Radix::Decimal, None)
            }
            _ => return None,
        };
        let base = match radix {
            Radix::Hex => 16,
            Radix::Binary => 2,
            Radix::Decimal => 10,
        };
        let least = if base == 10 { 10 } else { LONG };
        let unit = match field.asked {
            Asked::Blank(blank) => blank.unit.as_deref().and_then(Unit::spelt),
            _ => None,
        };
        let long = number >= least || number > 1 && digits.is_some_and(|digits| digits > 1);
        long.then_some(Self {
            number,
            base,
            digits,
            unit,
        })
    }

    /// Returns the text that gives the answer of an item away: a text other than the item's own, or a table that an
    /// operation changes and that the paper prints below the operation. Students may look up an answer in any other
    /// table. The cells of a table to fill in follow from the text above the table, and bytes from the stores above if
    /// no table prints them. The label of a value and the cells of an author's table are texts of the author.
    pub(super) fn found_in(
        self,
        field: &Field,
        place: usize,
        texts: &[Text],
        in_table: Option<bool>,
    ) -> Option<Found> {
        let item = field.item;
        let own = own_place(place, texts);
        let above = &texts[..own];
        let is_listed = |text: &Text| match text.source {
            Source::State(_) => self.is_listed(&text.words),
            _ => false,
        };
        let looked_up_above = |id| {
            above
                .iter()
                .any(|text| text.source == Source::State(id) && is_listed(text))
        };
        let holds_answers = |text: &&Text| {
            matches!(
                text.source,
                Source::State(TableId::PageTable | TableId::Tlb(_) | TableId::Cache(_))
            )
        };
        let looked_up = in_table == Some(true) || texts.iter().filter(holds_answers).any(is_listed);
        // Almost every text contains short decimal numbers. One of three digits is rarely there by coincidence.
        let is_stated = |words: &str| {
            self.is_mentioned(words) || self.number >= DISTINCT && self.is_told(words)
        };
        let stated_above = above
            .iter()
            .any(|text| text.source == Source::Prose && is_stated(&text.words));
        let is_cell = matches!(item.kind, ItemKind::Table { .. });
        let is_of_author = item.printed.prompt.is_some()
            || matches!(item.kind, ItemKind::Value { .. } | ItemKind::Author(_));
        let found = texts.iter().enumerate().filter_map(|(at, text)| {
            let words = &text.words;
            let below = at > own;
            let (is_found, surely) = match text.source {
                Source::Steps => (self.is_mentioned(words), true),
                Source::Prose => (
                    self.is_told(words) && !(in_table == Some(false) && at < own),
                    below && !stated_above && is_stated(words)
                        || looked_up && !is_cell && self.is_mentioned(words)
                        || is_of_author && self.is_measured(words),
                ),
                Source::Item(other) if other == place => {
                    (is_of_author && self.is_told(words), false)
                }
                Source::Item(other) => (
                    !(in_table == Some(false) && other < place)
                        && self.number >= LONG
                        && self.is_told(words),
                    false,
                ),
                Source::State(id) => (
                    below
                        && !looked_up_above(id)
                        && changes(&item.did, id)
                        && self.is_listed(words),
                    true,
                ),
            };
            (is_found && (surely || !is_cell)).then(|| Found {
                excerpt: self.excerpt(words),
                text: mixed_text(0, words),
                prefixed: self.is_mentioned(words) || self.is_listed(words),
                surely,
            })
        });
        // A text that surely gives the answer away is the better example.
        found.max_by_key(|found| found.surely)
    }

    /// Whether a text contains the number with the prefix of its radix.
    fn is_mentioned(self, words: &str) -> bool {
        tokens(words).any(|token| self.is(token))
    }

    /// Whether a text contains the number in any radix. A short number is in many texts with the prefix of another radix.
    fn is_told(self, words: &str) -> bool {
        let is_other = |token: &str| !token.starts_with('0') || self.number >= LONG;
        let same = |token: &str| {
            token.len() > 1 && is_other(token) && value_of(token) == Some(self.number)
        };
        self.is_mentioned(words)
            || tokens(words).any(same)
            || tokens(&without_separators(words)).any(same)
            || self.is_measured_as(words, |unit, own| unit.factor != own.factor)
    }

    /// Whether a text contains the number with its unit, or in another unit, such as 2 KB for 2048 B.
    fn is_measured(self, words: &str) -> bool {
        self.is_measured_as(words, |_, _| true)
    }

    fn is_measured_as(self, words: &str, is_meant: impl Fn(&Unit, &Unit) -> bool) -> bool {
        let Some(own) = self.unit else { return false };
        let size = |number: u128, unit: &Unit| number.checked_mul(unit.factor.0.unsigned_abs());
        let words: Vec<&str> = tokens(words).filter(|word| !word.is_empty()).collect();
        words.windows(2).any(|pair| {
            // `45 m` is no size.
            let spelt = Unit::spelt(pair[1]).filter(|_| pair[1].len() > 1 || pair[1] == "B");
            let unit = spelt.filter(|unit| unit.dimension == own.dimension);
            let (Some(number), Some(unit)) = (value_of(pair[0]), unit) else {
                return false;
            };
            is_meant(unit, own) && size(number, unit) == size(self.number, own)
        })
    }

    /// Whether a row of a table contains the number, which needs no prefix there. A number of a few digits must have
    /// leading zeros, because a decimal number may look like it.
    fn is_listed(self, words: &str) -> bool {
        let width = self.digits.unwrap_or(2) as usize;
        self.base != 10
            && tokens(words).any(|token| {
                let distinct = token.len() >= width || self.number >= LISTED;
                self.is(token) || distinct && self.is_written(token)
            })
    }

    fn is(self, token: &str) -> bool {
        let prefix = match self.base {
            2 => "0b",
            16 => "0x",
            // Almost every text contains decimal numbers.
            _ => return false,
        };
        token.strip_prefix(prefix).is_some_and(|written| {
            // A short number must have the digits of the answer.
            let alike = self.number >= LONG || self.digits == Some(written.len() as u32);
            alike && self.is_written(written)
        })
    }

    /// Whether digits without a prefix are the number.
    fn is_written(self, digits: &str) -> bool {
        u128::from_str_radix(digits, self.base) == Ok(self.number)
    }

    /// Returns the words of a text around the number.
    fn excerpt(self, words: &str) -> String {
        let each: Vec<&str> = words.split_whitespace().collect();
        let at = each
            .iter()
            .position(|word| self.is_listed(word) || self.is_told(word));
        let at = at.unwrap_or(0);
        let (from, to) = (at.saturating_sub(BESIDE), (at + BESIDE + 1).min(each.len()));
        let cut = |is: bool| if is { "…" } else { "" };
        format!(
            "{}{}{}",
            cut(from > 0),
            each[from..to].join(" "),
            cut(to < each.len())
        )
    }
}

/// Whether a table prints the bytes that answer a blank, at the place where the access finds them. Otherwise, only a text above the
/// access can state them, such as one about a store. Returns `None` if bytes do not answer the blank.
pub(super) fn are_bytes_in_table(field: &Field, question: &Question) -> Option<bool> {
    let (Asked::Blank(blank), Did::Access(access)) = (field.asked, &*field.item.did) else {
        return None;
    };
    let are_bytes = matches!(&*blank.fact, "byte" | "value") && blank.number().is_some();
    are_bytes.then(|| question.views().any(|view| prints_bytes(view, access)))
}

/// Whether a table prints the bytes that an access reads, in the line that hits or in memory.
fn prints_bytes(view: &View, access: &Access) -> bool {
    let (View::Table(table), Some(pa)) = (view, access.outcome.pa) else {
        return false;
    };
    let hit = access.first_piece().iter().find_map(|event| match event {
        Event::CacheLookup {
            cache,
            set,
            way: Some(way),
            purpose: Purpose::Demand,
            ..
        } => Some((*cache as usize, set.raw(), *way as usize)),
        _ => None,
    });
    let id = hit.map_or(TableId::Memory, |(cache, ..)| TableId::Cache(cache));
    let is_printed = |(pa, byte): (u64, &Option<u8>)| {
        table.rows.iter().any(|row| {
            let Some(Cell::Hex(key, _)) = row.first() else {
                return false;
            };
            let (offset, way) = match hit {
                Some((_, set, _)) if set != *key => return false,
                Some((cache, _, way)) => (pa % (1 << access.spec.caches[cache].block_bits), way),
                // For an address below the row, no column has the offset.
                None => (pa.wrapping_sub(*key), 0),
            };
            let column = table.columns(&format!("b{offset}")).nth(way);
            let byte = byte.map(|byte| Cell::Hex(byte.into(), 2));
            byte.is_some() && column.and_then(|column| row.get(column)) == byte.as_ref()
        })
    };
    table.id == id && (pa.raw()..).zip(&access.data).all(is_printed)
}

/// Returns the value of a decimal number, or of one with the prefix of its radix.
pub(super) fn value_of(token: &str) -> Option<u128> {
    let in_radix = |prefix: &str, radix: u32| {
        let digits = token.trim().strip_prefix(prefix)?;
        u128::from_str_radix(digits, radix).ok()
    };
    in_radix("0x", 16)
        .or_else(|| in_radix("0b", 2))
        .or_else(|| in_radix("", 10))
}

/// Returns a text with `2345` in place of `2,345`.
fn without_separators(words: &str) -> String {
    let is_group = |text: &str| {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        digits == 3
    };
    let mut joined = String::with_capacity(words.len());
    for (at, c) in words.char_indices() {
        let rest = &words[at + c.len_utf8()..];
        let is_separator = matches!(c, ',' | '\'' | '’' | '\u{202F}' | '\u{A0}');
        if !(is_separator && joined.ends_with(|c: char| c.is_ascii_digit()) && is_group(rest)) {
            joined.push(c);
        }
    }
    joined
}

/// Whether an operation changes the contents that a table lists, so that a table below the operation shows its result.
fn changes(did: &Did, id: TableId) -> bool {
    let access = match did {
        Did::Access(access) if !access.probe => access,
        Did::Access(_) => return false,
        other => return other.call().is_some_and(|call| !call.probe),
    };
    let part = Component::of_table(id);
    let fills = |event: &Event| part.is_some_and(|part| part.filled_set(event).is_some());
    let of_kernel = part.is_none() && id != TableId::Memory;
    access.events.iter().any(fills) || of_kernel && !access.faults().is_empty()
}

#[cfg(test)]
mod tests {
    use super::{Telling, Unit};

    #[test]
    fn a_size_is_found_in_another_unit() {
        let size = Telling {
            number: 6144,
            base: 10,
            digits: None,
            unit: Unit::named("B"),
        };
        assert!(size.is_told("That is 6 KB.") && size.is_told("6144 bytes"));
        assert!(!size.is_told("6 MB, 6 ns, or 7 KB") && !size.is_told("6 pages of 1 KB"));
        assert!(size.is_told("6,144 B") && size.is_told("6’144") && size.is_told("0x1800"));
        assert!(!size.is_told("6,1440") && !size.is_told("6, 144") && !size.is_told("16,144"));
        assert!(size.is_measured("It has 6144 B.") && !size.is_measured("It has 6144 entries."));
    }

    #[test]
    fn a_number_is_found_in_the_radix_of_its_answer() {
        let of = |number, base, digits| Telling {
            number,
            base,
            digits,
            unit: None,
        };
        let hex = of(0x3D4, 16, Some(4));
        assert!(hex.is_mentioned("read 0x03D4 size 2") && hex.is_mentioned("0x3D4"));
        assert!(!hex.is_mentioned("0x3D40") && !hex.is_mentioned("03D4"));
        assert!(hex.is_listed("0F 03D4 1") && !hex.is_listed("0F 3D4 1"));
        assert!(!of(14, 16, None).is_mentioned("of 14-bit addresses"));
        assert!(of(0b10110, 2, None).is_mentioned("0b00010110"));
    }

    #[test]
    fn a_short_number_is_found_only_with_all_its_digits() {
        let short = Telling {
            number: 0xD,
            base: 16,
            digits: Some(2),
            unit: None,
        };
        assert!(short.is_mentioned("The PPN is 0x0D."));
        assert!(!short.is_mentioned("set 0xD") && !short.is_mentioned("set 0x000D"));
    }
}
