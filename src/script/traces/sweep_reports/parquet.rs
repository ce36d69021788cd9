//! A sweep as a Parquet file, with the columns of the CSV file in one plain, uncompressed row group.
//!
//! Parquet's format is described at <https://parquet.apache.org/docs/file-format/>. A column consists of a
//! header and a page. The page contains the definition levels, followed by the values. The file ends with its
//! metadata (a Thrift struct), followed by the length of the metadata.

use super::points::{Column, Rows, SweepCell, SweepColumnKind, all_rows};
use super::swept::Swept;
use super::thrift::{Struct, varint};

/// Magic number at the beginning and end of a Parquet file.
const MAGIC: &[u8; 4] = b"PAR1";

/// Physical types.
const INT64: i32 = 2;
const DOUBLE: i32 = 5;
const BYTE_ARRAY: i32 = 6;
/// The repetition type of every column: optional.
const OPTIONAL: i32 = 1;
/// Encodings of values and of definition levels.
const PLAIN: i32 = 0;
const RLE: i32 = 3;

/// Returns the bytes of the Parquet file.
pub fn parquet(swept: &[Swept]) -> Vec<u8> {
    let table = all_rows(swept);
    let mut file = MAGIC.to_vec();
    let mut chunks = Vec::new();
    let mut bytes = 0;
    for (at, column) in table.columns.iter().enumerate() {
        let page = page(&table, at);
        let start = file.len();
        file.extend(header(table.rows.len(), page.len()));
        file.extend(page);
        let length = (file.len() - start) as i64;
        bytes += length;
        chunks.push(chunk(column, table.rows.len(), start as i64, length));
    }
    let group = Struct::default()
        .many(1, chunks)
        .i64(2, bytes)
        .i64(3, table.rows.len() as i64);
    let footer = Struct::default()
        .i32(1, 1)
        .many(2, schema(&table.columns))
        .i64(3, table.rows.len() as i64)
        .many(4, vec![group])
        .text(6, concat!("pagewalk version ", env!("CARGO_PKG_VERSION")))
        .end();
    let length = footer.len() as u32;
    file.extend(footer);
    file.extend(length.to_le_bytes());
    file.extend(MAGIC);
    file
}

/// Returns a schema with one level: the root and the columns.
fn schema(columns: &[Column]) -> Vec<Struct> {
    let root = Struct::default()
        .text(4, "sweep")
        .i32(5, columns.len() as i32);
    let column = |column: &Column| {
        let plain = Struct::default()
            .i32(1, physical(column.kind))
            .i32(3, OPTIONAL)
            .text(4, &column.name);
        match column.kind {
            // UTF-8 text, as a converted type for old readers and as a logical type for new readers.
            SweepColumnKind::Word => plain
                .i32(6, 0)
                .one(10, Struct::default().one(1, Struct::default())),
            SweepColumnKind::Number | SweepColumnKind::Bytes => {
                let signed = Struct::default().byte(1, 64).yes(2);
                plain.i32(6, 18).one(10, Struct::default().one(10, signed))
            }
            SweepColumnKind::Rate => plain,
        }
    };
    std::iter::once(root)
        .chain(columns.iter().map(column))
        .collect()
}

fn physical(kind: SweepColumnKind) -> i32 {
    match kind {
        SweepColumnKind::Number | SweepColumnKind::Bytes => INT64,
        SweepColumnKind::Rate => DOUBLE,
        SweepColumnKind::Word => BYTE_ARRAY,
    }
}

/// Returns the location of a column in the file.
fn chunk(column: &Column, rows: usize, start: i64, length: i64) -> Struct {
    let meta = Struct::default()
        .i32(1, physical(column.kind))
        .i32s(2, &[PLAIN, RLE])
        .texts(3, &[&column.name])
        .i32(4, 0)
        .i64(5, rows as i64)
        .i64(6, length)
        .i64(7, length)
        .i64(9, start);
    Struct::default().i64(2, start).one(3, meta)
}

/// Returns the header of a page.
fn header(rows: usize, bytes: usize) -> Vec<u8> {
    let data = Struct::default()
        .i32(1, rows as i32)
        .i32(2, PLAIN)
        .i32(3, RLE)
        .i32(4, RLE);
    Struct::default()
        .i32(1, 0)
        .i32(2, bytes as i32)
        .i32(3, bytes as i32)
        .one(5, data)
        .end()
}

/// Returns the page of column `at`.
fn page(table: &Rows, at: usize) -> Vec<u8> {
    let items = || table.rows.iter().map(|row| &row[at]);
    let levels = levels(items().map(|item| *item != SweepCell::Nothing));
    let mut page = (levels.len() as u32).to_le_bytes().to_vec();
    page.extend(levels);
    for item in items() {
        match item {
            SweepCell::Nothing => {}
            SweepCell::Number(n) => {
                page.extend(i64::try_from(*n).unwrap_or(i64::MAX).to_le_bytes())
            }
            SweepCell::Rate(part, whole) => {
                page.extend((*part as f64 / *whole as f64).to_le_bytes())
            }
            SweepCell::Word(word) => {
                page.extend((word.len() as u32).to_le_bytes());
                page.extend(word.as_bytes());
            }
        }
    }
    page
}

/// Encodes, as runs, whether each row has a value. Each run is a length, followed by 1 or 0.
fn levels(mut there: impl Iterator<Item = bool>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut run: Option<(bool, u64)> = None;
    loop {
        let next = there.next();
        match (&mut run, next) {
            (Some((value, length)), Some(next)) if *value == next => *length += 1,
            (before, next) => {
                if let Some((value, length)) = before {
                    varint(&mut bytes, *length << 1);
                    bytes.push((*value).into());
                }
                let Some(next) = next else { return bytes };
                run = Some((next, 1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::levels;

    /// Checks the bytes against Parquet's run-length encoding: twice the length, followed by the value.
    #[test]
    fn rows_with_values_are_runs() {
        assert_eq!(levels([true, true, false].into_iter()), [4, 1, 2, 0]);
        assert_eq!(levels(std::iter::repeat_n(true, 200)), [0x90, 0x03, 1]);
        assert_eq!(levels(std::iter::empty()), [0u8; 0]);
    }
}
