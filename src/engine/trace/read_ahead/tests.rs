use super::*;
use crate::trace::reader::BATCH;
use crate::trace::record::{Op, Record};

fn memory(text: String) -> TraceOrigin {
    TraceOrigin::Bytes(text.into_bytes().into(), "t".to_owned())
}

#[test]
fn no_record_is_lost_with_or_without_a_thread() {
    let count = 3 * BATCH as u64 + 17;
    let text =
        (0..count).map(|n| format!(" L {n:08x},{}\n", n % 9 + 1)).collect::<Vec<_>>().concat() + "bad\n";
    for ahead in [true, false] {
        let (mut seen, mut last) = (Vec::new(), Progress::default());
        let options = ReadOptions { ahead, ..ReadOptions::default() };
        let came = read_ahead::<()>(memory(text.clone()), options, None, &mut |batch, progress, _| {
            seen.extend_from_slice(&batch.records);
            last = progress;
            None
        });
        let (read, stopped) = came.expect("a trace");
        let expected = (0..count).map(|n| Record { address: n, size: (n % 9 + 1) as u32, op: Op::Load });
        assert_eq!(seen, expected.collect::<Vec<_>>());
        assert_eq!((stopped, read.lines, read.malformed.count), (ReadEnd::End, count + 1, 1));
        assert_eq!(last.consumed, text.len() as u64);
    }
}

#[test]
fn a_handler_can_stop_the_reader() {
    let text = "\n".repeat(1 << 20) + &" L 10,1\n".repeat(1 << 18);
    let (read, stopped) =
        read_ahead(memory(text), ReadOptions::default(), None, &mut |batch, _, _| Some(batch.records.len()))
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
        Some(&wanted),
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
    assert!(read_ahead::<()>(none, ReadOptions::default(), None, &mut |_, _, _| None).is_err());
}

#[test]
fn a_text_without_records_is_no_trace() {
    for (text, why) in [
        ("", "it contains no records"),
        ("# nothing\n\n", "it contains no records"),
        ("==1== Lackey\n", "it contains no records"),
        ("what is this\n", "no line is a record in this format"),
    ] {
        let all =
            read_trace::<()>(memory(text.to_owned()), ReadOptions::default(), None, &mut |_, _, _| None);
        let Ok((_, ReadEnd::Unreadable(failed))) = all else { panic!("{text:?} is read: {all:?}") };
        assert_eq!(failed.to_string(), format!("`t` is not a trace: {why}"), "{text:?}");
    }
}
