//! A trace, batch by batch: read ahead on another thread where that helps, until its end, or until somebody presses Ctrl-C.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use crate::report::narrate::thousands;
use crate::trace::format::Format;
use crate::trace::malformed::Malformed;
use crate::trace::reader::{Progress, Reader};
use crate::trace::record::Record;
use crate::trace::unreadable::Unreadable;

/// Batches that wait at most.
const AHEAD: usize = 4;
/// How long nobody looks whether Ctrl-C was pressed while nothing comes.
const PAUSE: Duration = Duration::from_millis(50);

/// What has been read so far.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// Lines; of a packed trace records.
    pub lines: u64,
    /// The lines among them that are no records.
    pub malformed: Malformed,
}

impl Read {
    /// The first malformed line, as `--strict` refuses it.
    pub fn refusal(&self) -> Option<String> {
        let bad = self.malformed.first.first()?;
        Some(format!("line {}: {}: `{}`", thousands(bad.line), bad.why, bad.text))
    }
}

/// How reading came to an end.
#[derive(Debug, PartialEq)]
pub enum Stopped<B> {
    /// It is the trace's.
    End,
    /// Ctrl-C was pressed.
    Interrupted,
    /// What follows cannot be read.
    Unreadable(Unreadable),
    /// Whoever took the records wants no more.
    Enough(B),
}

/// Takes each batch, with what has been read up to its end; what it answers with ends the reading.
pub type Each<'a, B> = &'a mut dyn FnMut(&[Record], Progress, &Read) -> Option<B>;

/// What a thread that reads has to say.
enum Said {
    /// The next records, and how far it is. Bad lines are told of when there are more than before.
    Records(Vec<Record>, Progress, Option<Malformed>),
    /// There are no more.
    Over(Read, Option<Unreadable>),
}

/// Whether a trace is standard input.
pub fn is_standard_input(trace: &Path) -> bool {
    trace.as_os_str() == "-"
}

/// What a trace is called in what is told of it.
pub fn name(trace: &Path) -> String {
    if is_standard_input(trace) { "standard input".to_owned() } else { trace.display().to_string() }
}

/// Reads a trace and hands each batch, with what has been read up to its end, to `each`, which may want no more.
///
/// # Errors
/// If the trace cannot be opened.
pub fn feed<B>(
    path: &Path,
    format: Option<Format>,
    interrupt: &AtomicBool,
    each: Each<'_, B>,
) -> Result<(Read, Stopped<B>), Unreadable> {
    // A read of what is no file may wait for long: Ctrl-C is heard meanwhile.
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    if is_standard_input(path) || !path.is_file() || cores() > 1 {
        let (full, batches) = sync_channel(AHEAD);
        let (used, empty) = channel();
        let (file, reading) = (path.to_owned(), full.clone());
        let thread = thread::Builder::new().spawn(move || read(&file, format, &reading, &empty));
        drop(full);
        if thread.is_ok() {
            return take(&batches, &used, interrupt, each);
        }
    }
    here(Reader::open(path, format)?, interrupt, each)
}

/// Reads all there is, and says so, as long as somebody listens.
fn read(path: &Path, format: Option<Format>, full: &SyncSender<Said>, empty: &Receiver<Vec<Record>>) {
    let over = match Reader::open(path, format) {
        Err(why) => Said::Over(Read::default(), Some(why)),
        Ok(mut reader) => {
            let why = loop {
                let mut records = empty.try_recv().unwrap_or_default();
                let known = reader.malformed().count;
                match reader.next(&mut records) {
                    Ok(false) => break None,
                    Err(why) => break Some(why),
                    Ok(true) => {}
                }
                let bad = (reader.malformed().count > known).then(|| reader.malformed().clone());
                if full.send(Said::Records(records, progress(&reader), bad)).is_err() {
                    return;
                }
            };
            Said::Over(so_far(&reader), why)
        }
    };
    // Where nobody listens any more, nothing is lost.
    let _ = full.send(over);
}

fn progress(reader: &Reader) -> Progress {
    Progress { consumed: reader.consumed(), total: reader.total(), lines: reader.lines() }
}

fn so_far(reader: &Reader) -> Read {
    Read { lines: reader.lines(), malformed: reader.malformed().clone() }
}

/// Takes what a thread reads. The thread is not waited for: it may be in a read that takes long.
fn take<B>(
    batches: &Receiver<Said>,
    used: &Sender<Vec<Record>>,
    interrupt: &AtomicBool,
    each: Each<'_, B>,
) -> Result<(Read, Stopped<B>), Unreadable> {
    let (mut read, mut begun) = (Read::default(), false);
    loop {
        if interrupt.load(Ordering::Relaxed) {
            return Ok((read, Stopped::Interrupted));
        }
        match batches.recv_timeout(PAUSE) {
            Ok(Said::Records(records, progress, bad)) => {
                begun = true;
                read.lines = progress.lines;
                read.malformed = bad.unwrap_or(read.malformed);
                if let Some(enough) = each(&records, progress, &read) {
                    return Ok((read, Stopped::Enough(enough)));
                }
                // Whoever reads may have come to the end.
                let _ = used.send(records);
            }
            Ok(Said::Over(read, None)) => return Ok((read, Stopped::End)),
            Ok(Said::Over(read, Some(why))) if begun || read.lines > 0 => {
                return Ok((read, Stopped::Unreadable(why)));
            }
            Ok(Said::Over(_, Some(why))) => return Err(why),
            Err(RecvTimeoutError::Timeout) => {}
            // It has said that it is over, or it could not.
            Err(RecvTimeoutError::Disconnected) => return Ok((read, Stopped::End)),
        }
    }
}

/// Reads on this thread.
fn here<B>(
    mut reader: Reader,
    interrupt: &AtomicBool,
    each: Each<'_, B>,
) -> Result<(Read, Stopped<B>), Unreadable> {
    let (mut records, mut read) = (Vec::new(), Read::default());
    loop {
        if interrupt.load(Ordering::Relaxed) {
            return Ok((read, Stopped::Interrupted));
        }
        match reader.next(&mut records) {
            Ok(false) => return Ok((so_far(&reader), Stopped::End)),
            Err(why) if reader.lines() == 0 => return Err(why),
            Err(why) => return Ok((so_far(&reader), Stopped::Unreadable(why))),
            Ok(true) => {}
        }
        read.lines = reader.lines();
        if reader.malformed().count > read.malformed.count {
            read.malformed = reader.malformed().clone();
        }
        if let Some(enough) = each(&records, progress(&reader), &read) {
            return Ok((read, Stopped::Enough(enough)));
        }
    }
}
