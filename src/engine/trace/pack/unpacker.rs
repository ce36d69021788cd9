//! Reads the packed format.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::body::{Cursor, OTHER_DISTANCES, PackError};
use super::book::{BLANK, Book};
use super::shape::{HEADER, LONGEST_PHRASE, MAGIC, MOST_BODY, VERSION};
use crate::trace::record::{Fetches, RecordBatch};
use crate::trace::source::Source;
use crate::trace::unreadable::{Unreadable, UnreadableReason};

/// The name of the format in errors.
const KIND: &str = "packed";

/// Number of bytes after a body that may be read.
const AFTER: usize = 8;
/// Capacity in records for the longest phrase and the extra records that are copied.
const ROOM: usize = LONGEST_PHRASE + 16;

/// Reads records in the packed format. For any input, reading either reaches the end of the records or fails
/// with an error.
#[derive(Debug)]
pub(crate) struct Unpacker {
    /// The checksum of all read bytes except the checksums.
    sum: Crc,
    inflate: Decompress,
    book: Book,
    compressed: Vec<u8>,
    /// The block's body, followed by [`AFTER`] more bytes.
    body: Vec<u8>,
    /// Size of the body in bytes.
    length: usize,
    /// The position of the next form in the body.
    next_form: Cursor,
    forms: usize,
    /// The position of the next distance in the body.
    distances: Cursor,
    /// Number of records left in the block, according to its header.
    left: u64,
    ended: bool,
    pub(crate) records: u64,
}

impl Default for Unpacker {
    /// Creates a reader that starts after the file's first bytes.
    fn default() -> Self {
        let mut sum = Crc::new();
        sum.update(&MAGIC);
        sum.update(&[VERSION]);
        Self {
            sum,
            inflate: Decompress::new(false),
            book: Book::default(),
            compressed: Vec::new(),
            body: Vec::new(),
            length: 0,
            next_form: Cursor(0),
            forms: 0,
            distances: Cursor(0),
            left: 0,
            ended: false,
            records: 0,
        }
    }
}

impl Unpacker {
    /// Replaces `batch` with up to `most` of the next records. The batch is empty only at the end of the trace. The old
    /// contents of the batch do not matter, but reusing its memory is faster.
    pub(crate) fn read(
        &mut self,
        source: &mut Source,
        batch: &mut RecordBatch,
        most: usize,
    ) -> Result<(), Unreadable> {
        batch.records.resize(most, BLANK);
        batch.fetches = 0;
        let mut count = 0;
        let read = self.blocks(source, batch, &mut count);
        batch.records.truncate(count);
        self.records += batch.len();
        read
    }

    /// Selects the fetches to return.
    pub(crate) fn set_fetches(&mut self, fetches: Fetches) {
        self.book.fetches = fetches;
    }

    fn blocks(
        &mut self,
        source: &mut Source,
        batch: &mut RecordBatch,
        count: &mut usize,
    ) -> Result<(), Unreadable> {
        while !self.ended && batch.fetches < Fetches::MOST && *count + ROOM <= batch.records.len() {
            if self.forms == 0 {
                self.block(source)?;
            }
            self.append_records(batch, count)
                .map_err(|what| damaged(source, what))?;
        }
        Ok(())
    }

    /// Appends the records of the block's forms.
    fn append_records(
        &mut self,
        batch: &mut RecordBatch,
        count: &mut usize,
    ) -> Result<(), PackError> {
        let RecordBatch { records, fetches } = batch;
        let before = *count as u64 + *fetches;
        while self.forms > 0 && *fetches < Fetches::MOST && *count + ROOM <= records.len() {
            let [low, high] = [
                self.next_form.byte(&self.body)?,
                self.next_form.byte(&self.body)?,
            ];
            let form = u16::from_le_bytes([low, high]);
            let (added, omitted) = self.book.decode_form(
                form,
                &self.body,
                &mut self.distances,
                &mut records[*count..],
            )?;
            *count += added;
            *fetches += omitted;
            self.forms -= 1;
        }
        let added = *count as u64 + *fetches - before;
        self.left = self
            .left
            .checked_sub(added)
            .ok_or("a block has more records than its header specifies")?;
        if self.forms == 0 && self.left > 0 {
            return Err("a block has fewer records than its header specifies");
        }
        if self.forms == 0 && self.distances.0 != self.length {
            return Err(OTHER_DISTANCES);
        }
        Ok(())
    }

    fn block(&mut self, source: &mut Source) -> Result<(), Unreadable> {
        let mut header = [0; HEADER];
        fill(source, &mut header)?;
        let number = |at: usize| {
            u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        let (compressed, length, records) = (number(0) as usize, number(4) as usize, number(8));
        if compressed.max(length) > MOST_BODY {
            return Err(damaged(source, "a block is too long"));
        }
        self.compressed.resize(compressed, 0);
        fill(source, &mut self.compressed)?;
        let mut sum = [0; 4];
        fill(source, &mut sum)?;
        self.sum.update(&header);
        self.sum.update(&self.compressed);
        if self.sum.sum() != u32::from_le_bytes(sum) {
            return Err(damaged(source, "a checksum does not match"));
        }
        if header == [0; HEADER] {
            return self.end(source);
        }
        self.left = u64::from(records);
        self.begin(length).map_err(|what| damaged(source, what))
    }

    /// Inflates a block and reads its definitions.
    fn begin(&mut self, length: usize) -> Result<(), PackError> {
        self.length = length;
        self.body.resize(length + AFTER, 0);
        self.inflate.reset(false);
        let body = &mut self.body[..length];
        let status = self
            .inflate
            .decompress(&self.compressed, body, FlushDecompress::Finish);
        let all = self.inflate.total_in() == self.compressed.len() as u64
            && self.inflate.total_out() == length as u64;
        if !matches!(status, Ok(Status::StreamEnd)) || !all {
            return Err("a block cannot be decompressed");
        }
        let (body, mut place) = (&self.body[..length], Cursor(0));
        self.book.learn(body, &mut place)?;
        self.forms = place.count(body, length / 2)?;
        self.next_form = place;
        place.bytes(body, 2 * self.forms)?;
        self.distances = place;
        if self.forms == 0 {
            Err("a block without records")
        } else {
            Ok(())
        }
    }

    /// Checks that no bytes follow the end of the trace.
    fn end(&mut self, source: &mut Source) -> Result<(), Unreadable> {
        self.ended = true;
        match source.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(damaged(source, "extra bytes follow the end of the trace")),
        }
    }
}

fn damaged(source: &Source, what: PackError) -> Unreadable {
    source.error(UnreadableReason::Damaged {
        kind: KIND,
        at: source.consumed(),
        what: what.to_owned(),
    })
}

/// Reads enough bytes to fill `bytes`.
fn fill(source: &mut Source, mut bytes: &mut [u8]) -> Result<(), Unreadable> {
    while !bytes.is_empty() {
        match source.read(bytes)? {
            0 => {
                return Err(source.error(UnreadableReason::Truncated {
                    kind: KIND,
                    at: source.consumed(),
                }));
            }
            count => bytes = &mut bytes[count..],
        }
    }
    Ok(())
}
