//! The phrases and forms of a trace that are known to the decoder.

use super::body::{Cursor, PackError};
use super::shape::{LONGEST_PHRASE, MOST_FORMS, MOST_IN_BOOK};
use super::slot::{AddressSlot, Rule, distance};
use crate::trace::line;
use crate::trace::record::{Fetches, Op, Record};

/// The operations, indexed by the lowest two bits of a record's first byte.
pub(crate) const OPS: [Op; 4] = [Op::Fetch, Op::Load, Op::Store, Op::Modify];
/// A flag in a record's first byte: the fetch does not start at the end of the previous fetch in the
/// definitions.
pub(crate) const ELSEWHERE: u8 = 4;
/// The position of the size in a record's first byte. Size 0 means that a separate number follows.
pub(crate) const SIZE_SHIFT: u32 = 3;

/// A sequence of records whose data addresses are 0.
#[derive(Debug, Clone, Copy)]
struct Phrase {
    /// The index of the phrase's first record in the book.
    records: u32,
    /// The index of the phrase's first slot in the book.
    slots: u32,
    /// Number of records, without omitted fetches.
    length: u8,
    /// Number of omitted fetches.
    omitted: u8,
    /// Number of slots, which are all records except fetches.
    data: u8,
}

/// A phrase with a rule for each slot.
#[derive(Debug, Clone, Copy)]
struct Form {
    phrase: Phrase,
    /// The index in the book of the form's first `Filling`.
    fillings: u32,
    /// Whether no rule needs a distance stored in the file.
    plain: bool,
}

/// The method for computing the address of a slot.
#[derive(Debug, Clone, Copy)]
struct Filling {
    /// The index of the record in the phrase.
    at: u8,
    /// A mask: -1 to start at the slot's last address, or 0 to start at the trace's last address.
    of_slot: i8,
    /// Size in bytes of the number in the file.
    width: u8,
}

/// Number of records in a strip, which is copied in one step.
const STRIP: usize = 8;
/// Number of blank records after all phrases, so that every phrase can be copied in whole strips.
const AFTER: usize = 2 * STRIP;

/// A record that belongs to no phrase.
pub(crate) const BLANK: Record = Record {
    address: 0,
    size: 1,
    op: Op::Fetch,
};

/// The known phrases, forms, and slots.
#[derive(Debug, Default)]
pub(crate) struct Book {
    records: Vec<Record>,
    /// Number of records in the definitions of the phrases, with omitted fetches.
    defined: usize,
    phrases: Vec<Phrase>,
    fillings: Vec<Filling>,
    forms: Vec<Form>,
    slots: Vec<AddressSlot>,
    /// The address after the last fetch in the definitions.
    next: u64,
    /// The last data address.
    previous: u64,
    /// The fetches to return.
    pub(crate) fetches: Fetches,
}

impl Book {
    /// Reads the new phrases and forms at the start of a body.
    pub(crate) fn learn(&mut self, bytes: &[u8], place: &mut Cursor) -> Result<(), PackError> {
        if place.byte(bytes)? & 1 == 1 {
            *self = Self {
                fetches: self.fetches,
                ..Self::default()
            };
        }
        self.records
            .truncate(self.records.len().saturating_sub(AFTER));
        for _ in 0..place.count(bytes, MOST_IN_BOOK)? {
            self.learn_phrase(bytes, place)?;
        }
        self.records.extend([BLANK; AFTER]);
        for _ in 0..place.count(bytes, MOST_FORMS - self.forms.len())? {
            self.learn_form(bytes, place)?;
        }
        Ok(())
    }

    fn learn_phrase(&mut self, bytes: &[u8], place: &mut Cursor) -> Result<(), PackError> {
        let length = place.count(bytes, LONGEST_PHRASE.min(MOST_IN_BOOK - self.defined))?;
        let (records, slots) = (self.records.len(), self.slots.len());
        if length == 0 {
            return Err("a phrase without records");
        }
        let mut before = None;
        for _ in 0..length {
            let record = self.learn_record(bytes, place)?;
            if record.op != Op::Fetch {
                self.slots.push(AddressSlot::default());
            }
            if !self.fetches.may_omit(before.as_ref(), &record) {
                self.records.push(record);
            }
            before = Some(record);
        }
        let (data, kept) = (
            (self.slots.len() - slots) as u8,
            self.records.len() - records,
        );
        self.defined += length;
        let omitted = (length - kept) as u8;
        let (records, slots) = (records as u32, slots as u32);
        self.phrases.push(Phrase {
            records,
            slots,
            length: kept as u8,
            omitted,
            data,
        });
        Ok(())
    }

    fn learn_record(&mut self, bytes: &[u8], place: &mut Cursor) -> Result<Record, PackError> {
        let first = place.byte(bytes)?;
        let op = OPS[usize::from(first & 3)];
        let size = match first >> SIZE_SHIFT {
            0 => place.number(bytes)?,
            size => u64::from(size),
        };
        let mut record = line::record(op, 0, size)?;
        if op == Op::Fetch {
            let away = if first & ELSEWHERE == 0 {
                0
            } else {
                place.number(bytes)?
            };
            record.address = self.next.wrapping_add(distance(away));
            self.next = record.address.wrapping_add(size);
        }
        Ok(record)
    }

    fn learn_form(&mut self, bytes: &[u8], place: &mut Cursor) -> Result<(), PackError> {
        let number = place.count(bytes, self.phrases.len())?;
        let phrase = *self
            .phrases
            .get(number)
            .ok_or("a block refers to an unknown phrase")?;
        if self.fillings.len() + usize::from(phrase.data) > MOST_IN_BOOK {
            return Err("a count is too large");
        }
        let fillings = self.fillings.len();
        let records = &self.records[phrase.records as usize..][..usize::from(phrase.length)];
        for (at, _) in records
            .iter()
            .enumerate()
            .filter(|(_, record)| record.op != Op::Fetch)
        {
            let rule = Rule::numbered(place.byte(bytes)?).ok_or("an unknown rule")?;
            let (at, of_slot, width) = (at as u8, -i8::from(rule.is_of_slot()), rule.width() as u8);
            self.fillings.push(Filling { at, of_slot, width });
        }
        let plain = self.fillings[fillings..]
            .iter()
            .all(|filling| filling.width == 0);
        self.forms.push(Form {
            phrase,
            fillings: fillings as u32,
            plain,
        });
        Ok(())
    }

    /// Decodes a form into `records`, which must have room for the longest phrase, and returns the numbers of records and of
    /// omitted fetches. Reads distances, starting at `place`. At least eight more bytes must follow the distances.
    #[inline]
    pub(crate) fn decode_form(
        &mut self,
        form: u16,
        bytes: &[u8],
        place: &mut Cursor,
        records: &mut [Record],
    ) -> Result<(usize, u64), PackError> {
        let form = *self.forms.get(usize::from(form)).ok_or("an unknown form")?;
        let Form {
            phrase,
            fillings,
            plain,
        } = form;
        copy(
            &self.records[phrase.records as usize..],
            records,
            usize::from(phrase.length),
        );
        let fillings = &self.fillings[fillings as usize..][..usize::from(phrase.data)];
        let slots = &mut self.slots[phrase.slots as usize..][..usize::from(phrase.data)];
        let mut previous = self.previous;
        if plain {
            for (filling, slot) in fillings.iter().zip(slots) {
                previous = slot.fill(slot.expected(filling.of_slot, previous), previous);
                records[usize::from(filling.at)].address = previous;
            }
        } else {
            for (filling, slot) in fillings.iter().zip(slots) {
                let number = place.fixed(bytes, filling.width)?;
                let address = slot.find(filling.of_slot, filling.width, previous, number);
                previous = slot.fill(address, previous);
                records[usize::from(filling.at)].address = previous;
            }
        }
        self.previous = previous;
        Ok((phrase.length.into(), phrase.omitted.into()))
    }
}

/// Copies records in strips. Copying a few extra records is faster than counting them.
#[inline]
fn copy(from: &[Record], to: &mut [Record], count: usize) {
    to[..STRIP].copy_from_slice(&from[..STRIP]);
    if count > STRIP {
        to[STRIP..2 * STRIP].copy_from_slice(&from[STRIP..2 * STRIP]);
    }
    if count > 2 * STRIP {
        to[2 * STRIP..count].copy_from_slice(&from[2 * STRIP..count]);
    }
}
