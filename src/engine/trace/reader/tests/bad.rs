//! Tests inputs that are not valid traces.

use super::*;
use crate::trace::record::BadLine;

#[test]
fn the_first_bad_lines_are_kept() {
    let lines: Vec<String> = (0..20).map(|n| format!("bad {n}\n L 10,1\n")).collect();
    let text = format!(" L 10,1\n{}", lines.concat());
    let mut reader = reader(text.as_bytes(), None).expect("bytes");
    assert_eq!(all(&mut reader), (vec![record(Op::Load, 16, 1); 21], None));
    let malformed = reader.malformed();
    assert_eq!((malformed.count, malformed.first.len()), (20, 10));
    let why = "no I, L, S, or M at the start";
    assert_eq!(
        malformed.first[9],
        BadLine {
            line: 20,
            text: "bad 9".to_owned(),
            why
        }
    );
}

#[test]
fn excerpts_of_lines_are_printable() {
    let line = b" L 10,1\n\x1b[31m\x07red \xff\xfe \xe2\x82 end of what is shown and then so much more that it is cut off";
    let mut reader = reader(line, None).expect("bytes");
    assert_eq!(all(&mut reader).1, None);
    let shown = &reader.malformed().first[0].text;
    assert_eq!(
        shown,
        "\u{fffd}[31m\u{fffd}red \u{fffd}\u{fffd} \u{fffd} end of what is shown and then so much more th…"
    );
    assert_eq!(shown.chars().count(), 61);
}

#[test]
fn a_binary_file_is_rejected_at_once() {
    for bytes in [&b"\x7fELF\x02\x01\x01\0\0\0\0"[..], b"M\0Z\0", b"\n\n\0"] {
        let failed = reader(bytes, None).err().map(|failed| failed.to_string());
        let read = reader(bytes, Some(Format::Din)).map(|mut reader| all(&mut reader));
        let named = read
            .map_or_else(Some, |(_, failed)| failed)
            .map(|failed| failed.to_string());
        for failed in [failed, named] {
            let failed = failed.expect("no trace");
            let whys = [
                "the file is binary, not text",
                "it is a program, not its trace",
            ];
            assert!(
                whys.iter()
                    .any(|why| failed == format!("`t` is not a trace: {why}")),
                "{failed}"
            );
        }
    }
    // After a valid record, a binary line does not end reading but is counted as malformed.
    let mut late = reader(b" L 10,1\n\0\n L 10,1\n", None).expect("bytes");
    assert_eq!(all(&mut late), (vec![record(Op::Load, 16, 1); 2], None));
    assert_eq!(late.malformed().count, 1);
}

#[test]
fn a_text_that_is_not_a_trace_is_rejected_early() {
    let prose = "It was the best of times, it was the worst of times.\n";
    let mut reader = reader(prose.repeat(1 << 14).as_bytes(), None).expect("bytes");
    let (records, failed) = all(&mut reader);
    let failed = failed.expect("no trace").to_string();
    assert_eq!(records, []);
    assert!(
        failed.starts_with(
            "`t` is not a trace: read as lackey, the closest format, line 1 is not a record: "
        ),
        "{failed}"
    );
    assert_eq!(reader.lines(), 1000);

    let late = format!("{} L 10,1\n", prose.repeat(999));
    let mut late = super::reader(late.as_bytes(), None).expect("bytes");
    assert_eq!(all(&mut late), (vec![record(Op::Load, 16, 1)], None));
}

#[test]
fn a_line_of_megabytes_is_one_malformed_line() {
    for (start, count) in [(&b" L 10,1\n"[..], 1), (b" L 10,1\n#", 0)] {
        let text = Cursor::new(start.to_vec())
            .chain(io::repeat(b'7').take(10_000_000))
            .chain(&b"\n L 20,1\n"[..]);
        let mut reader = Reader::new(Box::new(text), "t", None).expect("bytes");
        assert_eq!(
            all(&mut reader),
            (vec![record(Op::Load, 16, 1), record(Op::Load, 32, 1)], None)
        );
        assert_eq!((reader.lines(), reader.malformed().count), (3, count));
        let first = reader.malformed().first.first();
        assert!(first.is_none_or(|bad| (bad.line, bad.why) == (2, "longer than 4096 bytes")));
    }
}

/// A reader that fails after returning its bytes.
struct Fails(Cursor<Vec<u8>>, io::ErrorKind);

impl Read for Fails {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(self.1.into()),
            count => Ok(count),
        }
    }
}

#[test]
fn the_first_record_determines_the_format() {
    let load = record(Op::Load, 0x10, 4);
    for text in [
        " L 10,4",
        "r 10",
        "R 0x10",
        "10 R",
        "0x00000010 r 4",
        "L,16,4",
        "op,address\nload,16",
        "0 10",
    ] {
        for before in ["", "# a comment\n\n", "\u{feff}", "==1== Lackey\n"] {
            let text = format!("{before}{text}");
            let (records, failed) = all(&mut reader(text.as_bytes(), None).expect("bytes"));
            assert_eq!((records, failed), (vec![load], None), "{text}");
        }
    }
}

#[test]
fn records_before_an_error_are_delivered() {
    let text = " L 10,1\n S 10,1\n L 1".as_bytes().to_vec();
    let mut reader = Reader::new(
        Box::new(Fails(Cursor::new(text), io::ErrorKind::BrokenPipe)),
        "t",
        None,
    )
    .expect("bytes");
    let (records, failed) = all(&mut reader);
    assert_eq!(records, [record(Op::Load, 16, 1), record(Op::Store, 16, 1)]);
    assert_eq!(
        failed.expect("it fails").to_string(),
        "cannot read `t`: broken pipe"
    );
    assert!(
        reader
            .next(&mut RecordBatch {
                records: vec![record(Op::Load, 0, 1)],
                fetches: 0
            })
            .is_err(),
        "it does not go on"
    );
}
