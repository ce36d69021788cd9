//! Comma-separated values.

use std::sync::Arc;

use super::rows::{COLUMN_LIMIT, Cells, RECORD_LIMIT, Record, RecordTable};
use pagewalk_script::exam::grade::{CELL_LIMIT, Given};
use pagewalk_script::exam::roster::{
    Flaw, UNCLOSED, delimiter, unclosed_quote, without_separator_line,
};
use pagewalk_script::exam::sheet::unguarded;

/// Reads a table. The first line contains the column names. The delimiter is a comma, a semicolon, or a tab.
pub(crate) fn read(bytes: &[u8]) -> Result<RecordTable, Flaw> {
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    let (bytes, skipped) = without_separator_line(bytes);
    if let Some(line) = unclosed_quote(bytes) {
        return Err(Flaw::new(skipped + line, UNCLOSED));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(bytes))
        .from_reader(bytes);
    let mut row = csv::ByteRecord::new();
    let mut table = RecordTable::default();
    let mut has_header = false;
    let (mut line, mut counted) = (skipped + 1, 0);
    while let Ok(true) = reader.read_byte_record(&mut row) {
        // If a line ends with CR LF, the reported position of the next record is the position of the LF.
        let start = row
            .position()
            .map_or(0, |position| position.byte() as usize);
        let start = start + usize::from(bytes.get(start) == Some(&b'\n'));
        line += bytes[counted..start].split(|byte| *byte == b'\n').count() as u64 - 1;
        counted = start;
        // Spreadsheets may write empty rows.
        if row.iter().all(<[u8]>::is_empty) {
            continue;
        }
        if !has_header {
            table.header = header(line, &row)?;
            has_header = true;
            continue;
        }
        if table.rows.len() + table.flaws.len() >= RECORD_LIMIT {
            table.flaws.push(Flaw::new(
                line,
                format!(
                    "only the first {RECORD_LIMIT} rows are read; this row and the rest are ignored"
                ),
            ));
            break;
        }
        let unnamed = table.header.iter().zip(&row).enumerate();
        let unnamed = unnamed.filter(|(_, (name, cell))| name.is_empty() && !cell.is_empty());
        table.unnamed.extend(unnamed.map(|(at, _)| at));
        match cells(&row, &table.header, delimiter(bytes) == b',') {
            Ok(cells) => table.rows.push(Record { line, cells }),
            Err(message) => table.flaws.push(Flaw::new(line, message)),
        }
    }
    if has_header {
        Ok(table)
    } else {
        Err(Flaw::new(
            1,
            "is empty; the first line must name the columns",
        ))
    }
}

fn header(line: u64, row: &csv::ByteRecord) -> Result<Vec<Arc<str>>, Flaw> {
    if row.len() > COLUMN_LIMIT {
        return Err(Flaw::new(
            line,
            format!("has {} columns; the limit is {COLUMN_LIMIT}", row.len()),
        ));
    }
    let names: Result<Vec<Arc<str>>, _> = row
        .iter()
        .map(|name| std::str::from_utf8(name).map(|name| unguarded(name.trim()).into()))
        .collect();
    let names = names.map_err(|_| {
        Flaw::new(
            line,
            "the header is not UTF-8 text; save the table as “CSV UTF-8”",
        )
    })?;
    for (at, name) in names.iter().enumerate() {
        if !name.is_empty() && names[..at].contains(name) {
            return Err(Flaw::new(line, format!("has two columns `{name}`")));
        }
    }
    Ok(names)
}

/// A number whose comma without quotation marks has divided it into two cells.
fn thousands(row: &csv::ByteRecord) -> Option<String> {
    let cells: Vec<_> = row.iter().map(String::from_utf8_lossy).collect();
    let digits = |cell: &str| !cell.is_empty() && cell.len() < 4 && cell.parse::<u16>().is_ok();
    let mut pairs = cells.windows(2);
    let pair = pairs.find(|pair| pair.iter().all(|cell| digits(cell)) && pair[1].len() == 3)?;
    Some(pair.join(","))
}

/// The cells of a row, or an error message.
fn cells(row: &csv::ByteRecord, header: &[Arc<str>], commas: bool) -> Result<Cells, String> {
    if let Some(long) = row.iter().find(|cell| cell.len() > CELL_LIMIT) {
        let open = if long.contains(&b'\n') {
            "; is a quotation mark missing?"
        } else {
            ""
        };
        return Err(format!(
            "a cell has {} bytes; the limit is {CELL_LIMIT}{open}",
            long.len()
        ));
    }
    if row.len() != header.len() {
        let other = header.len() > 1 && row.len() == 1 && row[0].contains(&b';');
        let open = if other {
            "; its cells are separated by `;`, and those of the header by another character"
                .to_owned()
        } else if row.iter().any(|cell| cell.contains(&b'\n')) {
            "; is a quotation mark missing?".to_owned()
        } else if let Some(number) = thousands(row).filter(|_| commas && row.len() > header.len()) {
            format!("; write `\"{number}\"` in quotation marks if it is one answer")
        } else {
            String::new()
        };
        return Err(format!(
            "has {} cells, but the header has {}{open}",
            row.len(),
            header.len()
        ));
    }
    let mut cells = Vec::with_capacity(row.len());
    for (name, cell) in header.iter().zip(row) {
        let text =
            std::str::from_utf8(cell).map_err(|_| format!("column `{name}` is not UTF-8 text"))?;
        if !name.is_empty() {
            cells.push((Arc::clone(name), Given::Text(unguarded(text).to_owned())));
        }
    }
    Ok(cells.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::read;
    use pagewalk_script::exam::grade::Given;

    fn cell(text: &str) -> Given {
        Given::Text(text.to_owned())
    }

    #[test]
    fn rows_that_are_wrong_are_reported_and_the_others_read() {
        let text = b"id,1a.vpn\n1,0F\n2\n3,\xFF\n\"4\",\"0,F\"\n,\n";
        let table = read(text).expect("a header");
        let lines: Vec<u64> = table.rows.iter().map(|record| record.line).collect();
        assert_eq!(lines, [2, 5]);
        assert_eq!(
            table.rows[1].cells.iter().nth(1),
            Some((&"1a.vpn".into(), cell("0,F")))
        );
        let flaws: Vec<u64> = table.flaws.iter().map(|flaw| flaw.line).collect();
        assert_eq!(flaws, [3, 4]);
    }

    #[test]
    fn tables_of_spreadsheets_are_read() {
        let table = read("\u{FEFF}id;1a.vpn\r\n1;'-\r\n".as_bytes()).expect("a header");
        assert_eq!(
            table.rows[0].cells.iter().nth(1).map(|(_, given)| given),
            Some(cell("-"))
        );
        assert!(read(b"").is_err() && read(b"id,id\n").is_err());
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_is_reported() {
        let mut text = b"id,1a.vpn\n1,\"0F\n".to_vec();
        text.extend(std::iter::repeat_n(b"2,0F\n", 100_000).flatten());
        let flaw = read(&text).expect_err("a mistake");
        assert_eq!(flaw.line, 2);
        assert!(flaw.message.contains("never closed"), "{flaw:?}");
    }
}
