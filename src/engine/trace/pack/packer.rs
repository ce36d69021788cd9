//! Writes the packed format.

use std::collections::HashMap;
use std::io::{self, Write};

use flate2::Crc;

use super::book::{ELSEWHERE, SIZE_SHIFT};
use super::cut::PhraseCutter;
use super::shape::{HEADER, LONGEST_PHRASE, MAGIC, MOST_FORMS, MOST_IN_BOOK, VERSION};
use super::slot::{AddressSlot, Rule, number};
use super::{body, deflate};
use crate::trace::record::{Op, Record};

/// Maximum number of forms in a block.
const FORMS: usize = 1 << 16;
/// Maximum size in bytes of each part of a body. If a part exceeds this size, the packer ends the block.
const PART: usize = 1 << 20;
/// Maximum size that fits in the first byte of a record.
const SHORT_SIZE: u32 = 31;

/// Writes records in the packed format. Without a call to [`Packer::finish`], the trace is truncated.
#[derive(Debug)]
pub struct Packer<W: Write> {
    to: W,
    /// The checksum of all written bytes except the checksums.
    sum: Crc,
    cut: PhraseCutter,
    /// The records of the current phrase.
    phrase: Vec<Record>,
    known: ReaderState,
    block: Block,
}

/// The state that a reader will have after the records packed so far.
#[derive(Debug, Default)]
struct ReaderState {
    /// The number and the first slot of each phrase. The keys are the records of the phrases, without data
    /// addresses.
    phrases: HashMap<Vec<Record>, (u32, u32)>,
    /// The number of each form, by phrase and rules.
    forms: HashMap<(u32, Vec<Rule>), u16>,
    records: usize,
    rules: usize,
    slots: Vec<AddressSlot>,
    /// The address after the last described fetch.
    next: u64,
    /// The last data address.
    previous: u64,
}

/// The next block.
#[derive(Debug, Default)]
struct Block {
    /// Whether the decoder must first discard all definitions.
    fresh: bool,
    phrases: Vec<u8>,
    phrase_count: u64,
    forms: Vec<u8>,
    form_count: u64,
    form_numbers: Vec<u8>,
    distances: Vec<u8>,
    records: u32,
}

impl<W: Write> Packer<W> {
    /// Starts a file.
    ///
    /// # Errors
    /// Fails if the first bytes cannot be written.
    pub fn new(to: W) -> io::Result<Self> {
        let (cut, phrase, known, block) = Default::default();
        let mut packer = Self {
            to,
            sum: Crc::new(),
            cut,
            phrase,
            known,
            block,
        };
        packer.write(&MAGIC)?;
        packer.write(&[VERSION])?;
        Ok(packer)
    }

    /// Adds records.
    ///
    /// # Errors
    /// Fails if the records cannot be written or the size of a record is invalid.
    pub fn add(&mut self, records: &[Record]) -> io::Result<()> {
        for record in records {
            if !(1..=Record::MOST_BYTES).contains(&record.size) {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidInput,
                    "a record has an invalid size",
                ));
            }
            if self.cut.before(record, self.phrase.len()) {
                self.end_phrase()?;
            }
            self.phrase.push(*record);
        }
        Ok(())
    }

    /// Ends the file and returns the writer.
    ///
    /// # Errors
    /// Fails if the rest of the file cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.end_phrase()?;
        self.end_block()?;
        self.checked(&[0; HEADER])?;
        self.to.flush()?;
        Ok(self.to)
    }

    fn end_phrase(&mut self) -> io::Result<()> {
        if self.phrase.is_empty() {
            return Ok(());
        }
        self.known.encode_phrase(&self.phrase, &mut self.block);
        self.phrase.clear();
        let known = &self.known;
        let full = known.forms.len() == MOST_FORMS
            || known.records.max(known.rules) > MOST_IN_BOOK - LONGEST_PHRASE;
        if full || self.block.is_full() {
            self.end_block()?;
        }
        if full {
            self.known = ReaderState::default();
            self.block.fresh = true;
        }
        Ok(())
    }

    fn end_block(&mut self) -> io::Result<()> {
        if self.block.records == 0 {
            return Ok(());
        }
        let block = std::mem::take(&mut self.block);
        let (head, distances) = (block.head(), &block.distances);
        let length = (head.len() + distances.len()) as u32;
        let mut bytes = vec![0; HEADER];
        deflate::body(&head, distances, &mut bytes)?;
        let compressed = (bytes.len() - HEADER) as u32;
        for (at, number) in [compressed, length, block.records].into_iter().enumerate() {
            bytes[4 * at..][..4].copy_from_slice(&number.to_le_bytes());
        }
        self.checked(&bytes)
    }

    /// Writes bytes, followed by the checksum of all bytes so far.
    fn checked(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(bytes)?;
        self.to.write_all(&self.sum.sum().to_le_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.to.write_all(bytes)
    }
}

impl ReaderState {
    /// Encodes a phrase as a form, preceded by the definitions that the decoder needs.
    fn encode_phrase(&mut self, records: &[Record], block: &mut Block) {
        let (phrase, slots) = self.phrase(records, block);
        let mut rules = Vec::new();
        let data = records.iter().filter(|record| record.op != Op::Fetch);
        for (record, slot) in data.zip(&mut self.slots[slots as usize..]) {
            let (rule, number) = slot.rule(record.address, self.previous);
            block
                .distances
                .extend_from_slice(&number.to_le_bytes()[..rule.width()]);
            rules.push(rule);
            self.previous = slot.fill(record.address, self.previous);
        }
        let form = self.form(phrase, rules, block);
        block.form_numbers.extend_from_slice(&form.to_le_bytes());
        block.records += records.len() as u32;
    }

    /// The numbers of a phrase and of its first slot. Adds a new phrase to the definitions.
    fn phrase(&mut self, records: &[Record], block: &mut Block) -> (u32, u32) {
        let open = |record: &Record| match record.op {
            Op::Fetch => *record,
            _ => Record {
                address: 0,
                ..*record
            },
        };
        let shape: Vec<Record> = records.iter().map(open).collect();
        if let Some(known) = self.phrases.get(&shape) {
            return *known;
        }
        let new = (self.phrases.len() as u32, self.slots.len() as u32);
        body::put_number(&mut block.phrases, shape.len() as u64);
        block.phrase_count += 1;
        for record in &shape {
            self.describe(record, &mut block.phrases);
        }
        self.records += shape.len();
        self.phrases.insert(shape, new);
        new
    }

    /// Writes the definition of a phrase's record.
    fn describe(&mut self, record: &Record, bytes: &mut Vec<u8>) {
        let fetch = record.op == Op::Fetch;
        let elsewhere = if fetch && record.address != self.next {
            ELSEWHERE
        } else {
            0
        };
        let short = if record.size <= SHORT_SIZE {
            record.size as u8
        } else {
            0
        };
        bytes.push(record.op as u8 | elsewhere | short << SIZE_SHIFT);
        if short == 0 {
            body::put_number(bytes, u64::from(record.size));
        }
        if elsewhere != 0 {
            body::put_number(bytes, number(record.address.wrapping_sub(self.next)));
        }
        if fetch {
            self.next = record.address.wrapping_add(u64::from(record.size));
        } else {
            self.slots.push(AddressSlot::default());
        }
    }

    /// The number of a form. Adds a new form to the definitions.
    fn form(&mut self, phrase: u32, rules: Vec<Rule>, block: &mut Block) -> u16 {
        let new = self.forms.len() as u16;
        let key = (phrase, rules);
        if let Some(form) = self.forms.get(&key) {
            return *form;
        }
        body::put_number(&mut block.forms, u64::from(phrase));
        block.forms.extend(key.1.iter().map(|rule| rule.number()));
        block.form_count += 1;
        self.rules += key.1.len();
        self.forms.insert(key, new);
        new
    }
}

impl Block {
    fn is_full(&self) -> bool {
        let parts = [&self.phrases, &self.forms, &self.distances];
        self.form_numbers.len() == 2 * FORMS || parts.into_iter().any(|part| part.len() > PART)
    }

    /// The bytes of the block that precede its distances.
    fn head(&self) -> Vec<u8> {
        let mut bytes = vec![u8::from(self.fresh)];
        body::put_number(&mut bytes, self.phrase_count);
        bytes.extend_from_slice(&self.phrases);
        body::put_number(&mut bytes, self.form_count);
        bytes.extend_from_slice(&self.forms);
        body::put_number(&mut bytes, self.form_numbers.len() as u64 / 2);
        bytes.extend_from_slice(&self.form_numbers);
        bytes
    }
}
