//! Text formats.

use proptest::prelude::*;

use super::*;
use crate::trace::digits::WINDOW;
use crate::trace::line::Line;
use crate::trace::text::Grammar;
use crate::trace::{csv, tools};

/// The reason for rejecting the only malformed line.
fn why(line: &str, format: Format) -> &'static str {
    let mut reader = reader(line.as_bytes(), Some(format)).expect("bytes");
    assert_eq!(all(&mut reader), (vec![], None), "{line}");
    assert_eq!(reader.malformed().count, 1, "{line}");
    reader.malformed().first[0].why
}

#[test]
fn lackey_lines_may_vary() {
    let expected = [record(Op::Load, 0x10, 1)];
    for line in [
        " L 10,1\n",
        "L 10,1",
        "\t L\t0x10 , 1 \r\n",
        " L 0X00000000000000000010,01\n",
        "L10,1\n",
        "\n\r\n  \n# a comment\n==1== message\n--1-- message\n**1** message\n L 10,1\n",
    ] {
        assert_eq!(records(line, Format::Lackey), expected, "{line:?}");
    }
}

#[test]
fn malformed_lackey_lines_are_reported() {
    for (line, reason) in [
        ("x", "no I, L, S, or M at the start"),
        ("l 10,1", "no I, L, S, or M at the start"),
        (" L ,1", "no hexadecimal address where one is expected"),
        (" L 0x,1", "no hexadecimal address where one is expected"),
        (" L 10 1", "no comma after the address"),
        (" L 10g,1", "no comma after the address"),
        (" L 10,", "no number where one is expected"),
        (" L 10,-1", "no number where one is expected"),
        (" L 10,1x", "extra text after the size"),
        (" L 10,0", "a size of 0"),
        (" L 10,4097", "a size of more than 4096 bytes"),
        (
            " L 10,99999999999999999999",
            "a number with more than 64 bits",
        ),
        (" L 10000000000000000,1", "an address of more than 64 bits"),
        (" L 00001000,4097", "a size of more than 4096 bytes"),
        (" L 100000001000000010,8", "an address of more than 64 bits"),
    ] {
        assert_eq!(why(line, Format::Lackey), reason, "{line}");
    }
    assert_eq!(
        records(" L ffffffffffffffff,4096", Format::Lackey),
        [record(Op::Load, u64::MAX, 4096)]
    );
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let expected = [record(Op::Load, 0x10, 8), record(Op::Store, 0x20, 8)];
    for (format, text) in [
        (
            Format::Csv,
            "op,address,size\r\nload,16,8\r\nstore,32,8\r\n",
        ),
        (Format::Csv, "address,size,op\n16,8,L\n32,8,S\n"),
        (Format::Csv, "\"op\",\"address\",\"size\"\nL,16,8\nS,32,8\n"),
        (Format::Csv, "L,16,8\nS,32,8\n"),
        (Format::Csv, "# from Excel\nL,16,8\nS,32,8\n"),
        (Format::Lackey, " L 10,8\n S 20,8\n"),
        (Format::Din, "r 10 8\nw 20 8\n"),
    ] {
        assert_eq!(
            records(&format!("\u{feff}{text}"), format),
            expected,
            "{text}"
        );
    }
    // A byte order mark is accepted only at the start.
    assert!(why("\u{feff}\u{feff}L,16,8", Format::Csv).contains("no access kind (I, L, S, M"));
}

#[test]
fn din_is_read() {
    // Records in the traditional format have four bytes. Sizes in the extended format are hexadecimal.
    let text = "2 0 This is an instruction fetch at hex address 0.\n0 1000 8\n1 70f60888\n\
                r 1fff 10\nw 0x20 0x8 comment\n  i\t30 4\nm 40 1\n# none\n\n";
    let expected = [
        record(Op::Fetch, 0, 4),
        record(Op::Load, 0x1000, 4),
        record(Op::Store, 0x70f6_0888, 4),
        record(Op::Load, 0x1fff, 16),
        record(Op::Store, 0x20, 8),
        record(Op::Fetch, 0x30, 4),
        record(Op::Load, 0x40, 1),
    ];
    assert_eq!(records(text, Format::Din), expected);
}

#[test]
fn malformed_din_lines_are_reported() {
    for (line, reason) in [
        ("3 0", "an escape record, which is not a memory reference"),
        ("4 0", "a cache flush command, which is not supported"),
        ("c 0 4", "a copy-back command, which is not supported"),
        ("v 0 4", "an invalidate command, which is not supported"),
        ("5 0", "no label 0, 1, 2, r, w, or i"),
        ("R", "no address after the label"),
        ("xyz R", "no hexadecimal address where one is expected"),
        ("0", "no address after the label"),
        ("0 xyz", "no hexadecimal address where one is expected"),
        ("0 10,8", "a number that is not hexadecimal"),
        ("r 10 8,", "a number that is not hexadecimal"),
        ("r 10 0", "a size of 0"),
    ] {
        assert_eq!(why(line, Format::Din), reason, "{line}");
    }
}

#[test]
fn columns_may_be_named() {
    let expected = [
        record(Op::Fetch, 0x1000, 4),
        record(Op::Modify, 17, 2),
        record(Op::Store, 16, 4),
    ];
    for text in [
        "I,0x1000,4\nM,17,2\nS,0x10\n",
        "op,address,size\nfetch,4096,4\nmodify,0x11,2\nwrite,16,\n",
        "# a comment\r\n\"Size\" , time, Addr,\"TYPE\",x\r\n4,1,4096,i,\r\n2,2,17,m\r\n,3,16,w\r\n",
    ] {
        assert_eq!(records(text, Format::Csv), expected, "{text}");
    }
}

#[test]
fn malformed_csv_lines_are_reported() {
    for (line, reason) in [
        (
            "X,1,1",
            "no access kind (I, L, S, M, or an equivalent word)",
        ),
        ("L", "no address"),
        (
            "L,04222cac,8",
            "a number with a leading 0: write hexadecimal numbers with 0x",
        ),
        (
            "L,1ffe,8",
            "a number that is neither decimal nor hexadecimal with 0x; write `0x` before each hexadecimal address",
        ),
        ("L,0x1,8,9", "more than three columns"),
        ("L,0x1,0", "a size of 0"),
        ("op,size", "column names without `address`"),
        ("pc,addr,rw", "column names without `op`"),
    ] {
        assert_eq!(why(line, Format::Csv), reason, "{line}");
    }
    assert_eq!(records("L,0,1", Format::Csv), [record(Op::Load, 0, 1)]);
}

#[test]
fn the_format_is_given_or_detected() {
    for (name, line) in [
        ("t.din", "0 10"),
        ("t.din.gz", "0 10"),
        ("t.csv", "L,16,4"),
        ("t", " L 10,4"),
        ("t.txt", " L 10,4"),
    ] {
        let mut reader = Reader::new(Box::new(line.as_bytes()), name, None).expect("bytes");
        assert_eq!(all(&mut reader).0, [record(Op::Load, 16, 4)], "{name}");
    }
    let mut reader =
        Reader::new(Box::new(&b" L 10,4"[..]), "t.din", Some(Format::Lackey)).expect("bytes");
    assert_eq!(all(&mut reader).0, [record(Op::Load, 16, 4)]);
    assert_eq!(Format::named("din"), Some(Format::Din));
    assert_eq!(Format::named("Din"), None);
}

/// A reader that returns its bytes in chunks with these lengths.
struct Pieces(Cursor<Vec<u8>>, Vec<usize>);

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.1.pop().unwrap_or(4000).min(buffer.len());
        self.0.read(&mut buffer[..length])
    }
}

/// Generates valid, malformed, short, and overlong lines.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (any::<u64>(), 0..40_u32).prop_map(|(address, size)| format!(" S {address:08x},{size}")),
        2 => "[ILSMx#= 0-9a-f,]{0,20}",
        1 => (4080..4110_usize).prop_map(|length| format!("I  00000010,1{}", " ".repeat(length - 13))),
        1 => (4090..9000_usize).prop_map(|length| format!("{}x", " ".repeat(length))),
    ]
}

proptest! {
    #[test]
    fn chunk_sizes_do_not_affect_parsing(
        lines in prop::collection::vec(line(), 0..60), pieces in prop::collection::vec(1..5000_usize, 0..20),
        ends in prop::sample::select(vec!["\n", "\r\n"]),
    ) {
        let text = lines.join(ends).into_bytes();
        let lackey = Some(Format::Lackey);
        let mut whole = reader(&text, lackey).expect("bytes");
        let expected = all(&mut whole);
        let mut cut = Reader::new(Box::new(Pieces(Cursor::new(text), pieces)), "t", lackey).expect("bytes");
        prop_assert_eq!(all(&mut cut), expected);
        prop_assert_eq!(cut.malformed(), whole.malformed());
        prop_assert_eq!(cut.lines(), whole.lines());
        let last = lines.last().is_some_and(|line| !line.is_empty());
        prop_assert_eq!(whole.lines(), (lines.len() as u64).saturating_sub(u64::from(!last)));
    }
}

/// Generates lines of the CSV and Dinero formats, and lines that are nearly in these formats.
fn usual_line(format: Format) -> impl Strategy<Value = String> {
    // Code often has addresses of six or seven digits.
    let code = prop_oneof![0x10_0000..0x100_0000_u64, 0x100_0000..0x1000_0000_u64];
    let address = prop_oneof![
        code,
        0..256_u64,
        any::<u32>().prop_map(u64::from),
        any::<u64>()
    ];
    let size = prop_oneof![0..3_u32, 0..12_u32, 1..100_u32, 1..5000_u32];
    let label = prop::sample::select(match format {
        Format::Csv => &["I", "L", "r", "s", "W", "m", "x", "load"][..],
        _ => &["0", "1", "2", "3", "r", "W", "m", "I", "x"][..],
    });
    (label, address, size, any::<bool>()).prop_map(move |(label, address, size, is_sized)| {
        match format {
            Format::Csv => format!("{label},0x{address:x},{size}"),
            _ if is_sized => format!("{label} {address:x} {size:x}"),
            _ => format!("{label} {address:08x}"),
        }
    })
}

fn usual_lines() -> impl Strategy<Value = (Format, Vec<String>)> {
    prop::sample::select(&[Format::Csv, Format::Din][..]).prop_flat_map(|format| {
        (
            Just(format),
            prop::collection::vec(usual_line(format), 1..10),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A text has the records of its lines, whichever parser they need. The parsers of whole texts need more bytes after a
    /// line, so that the last lines always have the parser of single lines.
    #[test]
    fn a_text_has_the_records_of_its_lines(
        (format, lines) in usual_lines(),
        change in proptest::option::of((any::<prop::sample::Index>(), 0x20..0x7f_u8)),
    ) {
        let mut text = lines.join("\n").into_bytes();
        if let Some((at, byte)) = change {
            let at = at.index(text.len());
            text[at] = byte;
        }
        let mut grammar = Grammar::of(ChosenFormat { format, choice: Choice::Named });
        let first = match format {
            Format::Csv => &b"L,0x0,1\n"[..],
            _ => b"0 0\n",
        };
        let lines = first.split(|byte| *byte == b'\n').take(1).chain(text.split(|byte| *byte == b'\n'));
        let expected: Vec<_> = lines.map(|line| grammar.line(line)).collect();
        let whole = [first, &text, &[b'\n'; 64]].concat();
        let mut reader = reader(&whole, Some(format)).expect("bytes");
        let (found, failed) = all(&mut reader);
        prop_assert_eq!(failed, None);
        let records = expected.iter().filter_map(|line| match line {
            Line::Record(record) => Some(*record),
            _ => None,
        });
        prop_assert_eq!(&found, &records.collect::<Vec<_>>());

        // Counted fetches are only missing.
        let mut counting = self::reader(&whole, Some(format)).expect("bytes").with_fetches(Fetches::Counted);
        let (mut batch, mut count, mut others) = (RecordBatch::default(), 0, Vec::new());
        while counting.next(&mut batch).expect("bytes") {
            count += batch.len();
            others.extend(batch.records.iter().filter(|record| record.op != Op::Fetch).copied());
        }
        prop_assert_eq!(count, found.len() as u64);
        prop_assert_eq!(others, found.into_iter().filter(|record| record.op != Op::Fetch).collect::<Vec<_>>());
        let malformed = expected.iter().filter(|line| matches!(line, Line::Bad(_))).count();
        prop_assert_eq!(reader.malformed().count, malformed as u64);
    }
}

#[test]
fn the_fast_parsers_accept_usual_lines() {
    let window = |line: &str| {
        let mut window = [b'x'; WINDOW];
        window[..line.len()].copy_from_slice(line.as_bytes());
        window
    };
    for line in ["L,0x7ffe8,8\n", "W,0x1ffeffe7c,16\n", "i,0x0,1\n"] {
        let (_, length) = csv::fast_record(&window(line)).expect(line);
        assert_eq!(length, line.len(), "{line}");
    }
    for line in [
        "2 0401ab70\n",
        "0 1ffeffe7c\n",
        "r 763d0 4\n",
        "W 1ffeffe7c f\n",
    ] {
        let (_, length) = tools::fast_record(&window(line)).expect(line);
        assert_eq!(length, line.len(), "{line}");
    }
}

/// Reads a text without a name and without a requested format.
fn guess(text: &str) -> Result<(Format, Vec<Record>), Unreadable> {
    let mut reader = reader(text.as_bytes(), None)?;
    assert_eq!(reader.format().choice, Choice::FirstLines);
    let (records, failed) = all(&mut reader);
    assert_eq!(failed, None, "{text}");
    Ok((reader.format().format, records))
}

/// Asserts the reason why each line is not a record of a format.
fn assert_reasons(format: Format, lines: &[(&str, &str)]) {
    for (line, reason) in lines {
        assert_eq!(why(line, format), *reason, "{line}");
    }
}

#[test]
fn pinatrace_is_read() {
    let expected = vec![
        record(Op::Load, 0x7ffd_1010, 4),
        record(Op::Store, 0x7ffd_1008, 4),
    ];
    for text in [
        "0x7f5a3fd0: R 0x7ffd1010\n0x7f5a3fd3: W 0x7ffd1008\n#eof\n",
        "#\n# Memory Access Trace Generated By Pin\n#\n0x40052d: R 0x7ffd1010\r\n0x40052d: W 0x7ffd1008\r\n",
        "0x40052d: R     0x7ffd1010  4                0x1\n0x40052d: W     0x7ffd1008  4                0x2\n#eof\n",
    ] {
        assert_eq!(guess(text), Ok((Format::Pin, expected.clone())), "{text}");
    }
    assert_reasons(
        Format::Pin,
        &[
            (
                "0x40052d R 0x7ffd1010",
                "no colon after the instruction's address",
            ),
            (
                "0x40052d: P 0x7ffd1010",
                "no R or W after the instruction's address",
            ),
            (
                "0x40052d: R",
                "no hexadecimal address where one is expected",
            ),
            ("0x40052d: R 0x10 8x", "a number that is not decimal"),
        ],
    );
}

#[test]
fn traces_with_gaps_are_read() {
    let expected = vec![
        record(Op::Load, 0x7fff_ed80, 4),
        record(Op::Load, 0x1001_0000, 4),
        record(Op::Store, 0x1001_0060, 4),
    ];
    for text in [
        "# 0 7fffed80 1\n# 0 10010000 10\n# 1 10010060 3\n",
        "l 0x7fffed80 1\nl 0x10010000 10\ns 0x10010060 3\n",
    ] {
        assert_eq!(guess(text), Ok((Format::Gap, expected.clone())), "{text}");
    }
    assert_reasons(
        Format::Gap,
        &[
            ("l 0x10", "no number of instructions after the address"),
            ("l 0x10 1 2", "extra text after the number of instructions"),
            ("r 0x10 1", "no `# 0`, `# 1`, `l`, or `s` at the start"),
            ("s 0x10 a", "no number where one is expected"),
        ],
    );
    // A comment in a trace of another format is not a record.
    assert_eq!(
        guess("# 0 7fffed80 1\n L 10,4\n"),
        Ok((Format::Lackey, vec![record(Op::Load, 16, 4)]))
    );
}

#[test]
fn a_table_is_not_taken_for_a_trace() {
    let table = "0 0 0x8e00 0 64\n0 0 0x8a40 1 32\n2 0 0xb940 3 32\n";
    let number = "a number after the record, which is no comment";
    for (text, format, reason) in [
        (table, "din", number),
        ("2 430d70 4\n", "din", number),
        ("2 430d70 deadbee5\n", "din", number),
        ("r 1fff 10 0x400100\n", "din", number),
        ("3 R 0x1f0 0x400100\n10 W 0x280\n", "din", number),
        ("2 100\n1\n2\n3\n", "din", "no address after the label"),
        (
            " L 0,1 1\n L 1,1 6\n",
            "lackey",
            "extra text after the size",
        ),
        ("0,1001,4096,5\n", "csv", "more than three columns"),
    ] {
        let failed = guess(text).expect_err(text).to_string();
        assert!(
            failed.contains(&format!("read as {format}, the closest format, line ")),
            "{failed}"
        );
        assert!(failed.contains(&format!(": {reason}: `")), "{failed}");
    }
    // Dinero ignores everything after the address. Words are comments, and so is all of it if the user names the format.
    let fetch = vec![record(Op::Fetch, 0x43_0d70, 4)];
    assert_eq!(
        guess("2 430d70 add r1, 5\n"),
        Ok((Format::Din, fetch.clone()))
    );
    assert_eq!(records("2 430d70 4 0x10\n", Format::Din), fetch);
    assert_eq!(
        records("r 10 add\nr 10 c\n", Format::Din),
        [record(Op::Load, 16, 4), record(Op::Load, 16, 12)]
    );
}

#[test]
fn decimal_addresses_are_not_read_as_hexadecimal() {
    let lines = |address: &dyn Fn(u64) -> String| {
        (1..=32).fold(String::new(), |lines, n| {
            lines + "R " + &address(n * 7_654_321) + "\n"
        })
    };
    let failed = guess(&lines(&|n| n.to_string()))
        .expect_err("decimal")
        .to_string();
    assert!(
        failed.contains(
            "line 1 is not a record: the addresses of the first lines have only decimal digits"
        ),
        "{failed}"
    );
    for text in [
        lines(&|n| format!("{n:x}")),
        lines(&|n| format!("0x{n}")),
        lines(&|n| format!("{n:012}")),
    ] {
        assert_eq!(
            guess(&text).map(|(format, records)| (format, records.len())),
            Ok((Format::Din, 32)),
            "{text}"
        );
    }
    // A few round addresses can be hexadecimal.
    assert_eq!(
        guess("r 1000\nw 2000\n"),
        Ok((
            Format::Din,
            vec![record(Op::Load, 0x1000, 4), record(Op::Store, 0x2000, 4)]
        ))
    );
    // The user can name the format.
    assert_eq!(
        records("R 7654321\n", Format::Din),
        [record(Op::Load, 0x765_4321, 4)]
    );
}
