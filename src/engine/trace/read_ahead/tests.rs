use super::*;
use crate::trace::reader::BATCH;
use crate::trace::record::{Op, Record};
use crate::trace::time_limit::TimeLimit;

fn memory(text: String) -> TraceOrigin {
    TraceOrigin::Bytes(text.into_bytes().into(), "t".to_owned())
}

#[test]
fn no_record_is_lost_with_or_without_a_thread() {
    let count = 3 * BATCH as u64 + 17;
    let text = (0..count)
        .map(|n| format!(" L {n:08x},{}\n", n % 9 + 1))
        .collect::<Vec<_>>()
        .concat()
        + "bad\n";
    for ahead in [true, false] {
        let (mut seen, mut last) = (Vec::new(), Progress::default());
        let options = ReadOptions {
            ahead,
            ..ReadOptions::default()
        };
        let came = read_ahead::<()>(
            memory(text.clone()),
            options,
            StopSignals::default(),
            &mut |batch, progress, _| {
                seen.extend_from_slice(&batch.records);
                last = progress;
                None
            },
        );
        let (read, stopped) = came.expect("a trace");
        let expected = (0..count).map(|n| Record {
            address: n,
            size: (n % 9 + 1) as u32,
            op: Op::Load,
        });
        assert_eq!(seen, expected.collect::<Vec<_>>());
        assert_eq!(
            (stopped, read.lines, read.malformed.count),
            (ReadEnd::End, count + 1, 1)
        );
        assert_eq!(last.consumed, text.len() as u64);
    }
}

#[test]
fn a_handler_can_stop_the_reader() {
    let text = "\n".repeat(1 << 20) + &" L 10,1\n".repeat(1 << 18);
    let (read, stopped) = read_ahead(
        memory(text),
        ReadOptions::default(),
        StopSignals::default(),
        &mut |batch, _, _| Some(batch.records.len()),
    )
    .expect("a trace");
    assert_eq!(stopped, ReadEnd::Enough(BATCH));
    assert_eq!(read.lines, (1 << 20) + BATCH as u64);
}

#[test]
fn an_interrupt_ends_the_reading() {
    let wanted = AtomicBool::new(false);
    let mut batches = 0;
    let (_, stopped) = read_ahead::<()>(
        memory(" L 10,1\n".repeat(1 << 18)),
        ReadOptions::default(),
        StopSignals {
            interrupt: Some(&wanted),
            deadline: None,
        },
        &mut |_, _, _| {
            batches += 1;
            wanted.store(true, Ordering::Relaxed);
            None
        },
    )
    .expect("a trace");
    assert_eq!((stopped, batches), (ReadEnd::Interrupted, 1));
}

#[test]
fn files_that_cannot_be_opened_are_reported() {
    let none = TraceOrigin::File("/no/such/trace".into());
    assert!(
        read_ahead::<()>(
            none,
            ReadOptions::default(),
            StopSignals::default(),
            &mut |_, _, _| None
        )
        .is_err()
    );
}

#[test]
fn a_text_without_records_is_no_trace() {
    for (text, why) in [
        ("", "it contains no records"),
        ("# nothing\n\n", "it contains no records"),
        ("==1== Lackey\n", "it contains no records"),
    ] {
        let (options, stop) = (ReadOptions::default(), StopSignals::default());
        let all = read_trace::<()>(memory(text.to_owned()), options, stop, &mut |_, _, _| None);
        let Ok((_, ReadEnd::Unreadable(failed))) = all else {
            panic!("{text:?} is read: {all:?}")
        };
        assert_eq!(
            failed.to_string(),
            format!("`t` is not a trace: {why}"),
            "{text:?}"
        );
    }
}

/// A script can replay an empty trace, but a trace in another format would count nothing in silence.
#[test]
fn a_trace_in_another_format_is_unreadable_in_a_script() {
    let read = |format: Option<Format>, text: &str| {
        let text = || TraceOrigin::Bytes(text.as_bytes().into(), "t.din".to_owned());
        let options = ReadOptions {
            format,
            ..ReadOptions::default()
        };
        let whole = read_ahead::<()>(text(), options, StopSignals::default(), &mut |_, _, _| None);
        let is_whole = matches!(whole, Ok((_, ReadEnd::End)));
        assert_eq!(is_whole, read_head(text(), format).is_ok());
        is_whole
    };
    assert!(read(None, "") && read(None, "0 10\nwhat\n") && !read(None, " L 10,4\n"));
    // The count of malformed lines answers a question about a format.
    assert!(read(Some(Format::Din), " L 10,4\n"));
}

#[test]
fn a_text_without_any_line_of_a_known_format_names_the_line() {
    let formats = [
        (
            None,
            "read as lackey, the closest format, line 1 is not a record: no I, L, S, or M at the start",
        ),
        (
            Some(Format::Pin),
            "read as pin, line 1 is not a record: no hexadecimal address where one is expected",
        ),
    ];
    for (format, why) in formats {
        let options = ReadOptions {
            format,
            ..ReadOptions::default()
        };
        let text = memory("what is this\n".to_owned());
        let failed =
            match read_trace::<()>(text, options, StopSignals::default(), &mut |_, _, _| None) {
                Err(failed) | Ok((_, ReadEnd::Unreadable(failed))) => failed,
                Ok(read) => panic!("{read:?}"),
            };
        assert_eq!(
            failed.to_string(),
            format!("`t` is not a trace: {why}: `what is this`")
        );
        assert!(failed.advice().is_some_and(|advice| {
            advice.contains("its format (lackey, din, csv, pin, gap) with `--trace-format`")
        }));
    }
}

/// A trace of blank lines has no end, and no record gives an opportunity to stop.
#[test]
fn a_deadline_ends_the_reading_of_blank_lines() {
    let over = TimeLimit {
        most: Duration::ZERO,
        clock: || Duration::ZERO,
    };
    for ahead in [true, false] {
        let text = memory("\n".repeat(1 << 20));
        let stop = StopSignals {
            interrupt: None,
            deadline: Some(over.begin()),
        };
        let options = ReadOptions {
            ahead,
            ..ReadOptions::default()
        };
        let (read, end) =
            read_ahead::<()>(text, options, stop, &mut |_, _, _| None).expect("a trace");
        assert_eq!((read.lines, end), (0, ReadEnd::TimeOut));
    }
    let mut reader = memory("\n".repeat(5 << 19))
        .open(ReadOptions::default())
        .expect("bytes");
    let mut calls = 0;
    while reader.next(&mut RecordBatch::default()).expect("text") {
        calls += 1;
    }
    assert!(calls > 0, "a call reads the whole trace");
}
