//! Reads a trace in batches, on a separate thread if one can run on another core or if a read may block. On
//! platforms without threads, such as WebAssembly, the calling thread reads the trace.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use crate::files::shown;

use super::format::{Choice, ChosenFormat, Format};
use super::reader::{Progress, Reader};
use super::record::{Fetches, Malformed, RecordBatch};
use super::time_limit::Deadline;
use super::unreadable::{Unreadable, UnreadableReason};

const MAX_WAITING_BATCHES: usize = 4;
/// Interval for checking `interrupt` while no batch arrives.
const INTERRUPT_POLL: Duration = Duration::from_millis(50);

/// The lines read so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReadSoFar {
    pub lines: u64,
    /// The malformed lines read so far.
    pub malformed: Malformed,
    /// The format, or `None` if the trace has not been opened.
    pub format: Option<ChosenFormat>,
}

impl ReadSoFar {
    /// Whether a trace without records has lines that should be records. If the user names the format, the count of malformed
    /// lines is the answer.
    fn is_no_trace(&self) -> bool {
        let is_named = |chosen: ChosenFormat| chosen.choice == Choice::Named;
        self.malformed.count > 0 && !self.format.is_some_and(is_named)
    }

    /// The reason why a trace without records is unreadable.
    fn no_record(&self, name: &str) -> Unreadable {
        let why = UnreadableReason::no_record(self.format, &self.malformed);
        Unreadable::new(name, why)
    }
}

/// Why reading ended.
#[derive(Debug, PartialEq)]
pub enum ReadEnd<B> {
    /// The end of the trace.
    End,
    /// The flag of [`StopSignals`] became true.
    Interrupted,
    /// The deadline of [`StopSignals`] has passed.
    TimeOut,
    /// The rest of the trace cannot be read.
    Unreadable(Unreadable),
    /// The handler returned this value.
    Enough(B),
}

/// Receives each batch, with the progress and the amount read up to the end of the batch. `Some` ends the
/// reading.
pub type BatchHandler<'a, B> = &'a mut dyn FnMut(&RecordBatch, Progress, &ReadSoFar) -> Option<B>;

/// The signals that stop reading from outside.
#[derive(Debug, Clone, Copy, Default)]
pub struct StopSignals<'a> {
    /// A flag that another thread sets.
    pub interrupt: Option<&'a AtomicBool>,
    pub deadline: Option<Deadline>,
}

impl StopSignals<'_> {
    /// The reason to stop now, if any.
    fn now<B>(self) -> Option<ReadEnd<B>> {
        if self
            .interrupt
            .is_some_and(|wanted| wanted.load(Ordering::Relaxed))
        {
            return Some(ReadEnd::Interrupted);
        }
        self.deadline
            .filter(|deadline| deadline.has_passed())
            .map(|_| ReadEnd::TimeOut)
    }
}

/// A message from the reading thread.
enum WorkerMessage {
    /// The next records and the progress. If the list of malformed lines has grown, the message includes the
    /// list.
    Records(RecordBatch, Progress, Option<Malformed>),
    /// The end of the trace.
    Over(ReadSoFar, Option<Unreadable>),
}

/// How to read a trace.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// The format, or `None` to detect it.
    pub format: Option<Format>,
    /// Which fetches may be missing from the records.
    pub fetches: Fetches,
    /// Whether a separate thread may read ahead. A trace whose reads may block is always read on a separate thread.
    pub ahead: bool,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            format: None,
            fetches: Fetches::Returned,
            ahead: true,
        }
    }
}

/// The origin of a trace.
#[derive(Debug, Clone)]
pub enum TraceOrigin {
    /// A file, a pipe, or a device. `-` is standard input.
    File(PathBuf),
    /// A regular file. Any other kind of file is unreadable.
    RegularFile(PathBuf),
    /// Bytes in memory. The name is for messages, and its extension selects the format.
    Bytes(Arc<[u8]>, String),
    /// The accesses of a program, in the format of lackey, and the words that name the run.
    Program(Arc<[u8]>, String),
}

impl TraceOrigin {
    fn open(self, options: ReadOptions) -> Result<Reader, Unreadable> {
        let format = options.format;
        let reader = match self {
            Self::File(path) => Reader::open(&path, format),
            Self::RegularFile(path) => Reader::open_regular(&path, format),
            Self::Bytes(bytes, name) => Reader::new(Box::new(Cursor::new(bytes)), &name, format),
            Self::Program(bytes, name) => Reader::of_program(Box::new(Cursor::new(bytes)), &name),
        };
        Ok(reader?.with_fetches(options.fetches))
    }

    /// The name for messages.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) if is_standard_input(path) => "standard input".to_owned(),
            Self::File(path) | Self::RegularFile(path) => shown(path),
            Self::Bytes(_, name) | Self::Program(_, name) => name.clone(),
        }
    }

    /// Whether a read may block.
    fn may_wait(&self) -> bool {
        matches!(self, Self::File(path) if is_standard_input(path) || !path.is_file())
    }
}

/// Whether the trace is read from standard input.
pub fn is_standard_input(trace: &Path) -> bool {
    trace.as_os_str() == "-"
}

/// Reads a trace as [`read_ahead`] does, but a trace without records is unreadable.
///
/// # Errors
/// Fails if the trace cannot be opened.
pub fn read_trace<B>(
    origin: TraceOrigin,
    options: ReadOptions,
    stop: StopSignals,
    each: BatchHandler<'_, B>,
) -> Result<(ReadSoFar, ReadEnd<B>), Unreadable> {
    read_unless(origin, options, stop, each, |_| true)
}

/// Reads a trace and passes each batch to `each`, which receives the progress and can stop reading. `stop` also stops the reading.
/// The separate thread, if any, reads a few batches ahead. A trace of which no line is a record is unreadable, unless it
/// is empty, or the user names its format.
///
/// # Errors
/// Fails if the trace cannot be opened.
pub fn read_ahead<B>(
    origin: TraceOrigin,
    options: ReadOptions,
    stop: StopSignals,
    each: BatchHandler<'_, B>,
) -> Result<(ReadSoFar, ReadEnd<B>), Unreadable> {
    read_unless(origin, options, stop, each, ReadSoFar::is_no_trace)
}

/// Reads a trace. Without records, it is unreadable if `wrong` says so.
fn read_unless<B>(
    origin: TraceOrigin,
    options: ReadOptions,
    stop: StopSignals,
    each: BatchHandler<'_, B>,
    wrong: fn(&ReadSoFar) -> bool,
) -> Result<(ReadSoFar, ReadEnd<B>), Unreadable> {
    let (name, mut begun) = (origin.name(), false);
    let mut each = |batch: &RecordBatch, progress, read: &ReadSoFar| {
        begun |= !batch.is_empty();
        each(batch, progress, read)
    };
    let (read, end) = read_batches(origin, options, stop, &mut each)?;
    if begun || !matches!(end, ReadEnd::End) || !wrong(&read) {
        return Ok((read, end));
    }
    let why = read.no_record(&name);
    Ok((read, ReadEnd::Unreadable(why)))
}

/// The first records of a trace.
#[derive(Debug)]
pub struct TraceHead {
    /// The first batch, with all fetches.
    pub batch: RecordBatch,
    /// The lines and malformed lines of the whole trace, if the batch contains all records.
    pub whole: Option<ReadSoFar>,
}

/// Reads the first records of a trace, which are all records of a short one, on the calling thread.
///
/// # Errors
/// Fails if the trace cannot be opened, or if none of its lines is a record.
pub fn read_head(origin: TraceOrigin, format: Option<Format>) -> Result<TraceHead, Unreadable> {
    let name = origin.name();
    let mut reader = origin.open(ReadOptions {
        format,
        ..ReadOptions::default()
    })?;
    let mut batch = RecordBatch::default();
    let has_more =
        reader.next(&mut batch)? && reader.next(&mut RecordBatch::default()).unwrap_or(true);
    let whole = (!has_more).then(|| so_far(&reader));
    match &whole {
        Some(read) if batch.is_empty() && read.is_no_trace() => Err(read.no_record(&name)),
        _ => Ok(TraceHead { batch, whole }),
    }
}

fn read_batches<B>(
    origin: TraceOrigin,
    options: ReadOptions,
    stop: StopSignals,
    each: BatchHandler<'_, B>,
) -> Result<(ReadSoFar, ReadEnd<B>), Unreadable> {
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    if origin.may_wait() || options.ahead && cores() > 1 {
        let (full, batches) = sync_channel(MAX_WAITING_BATCHES);
        let (used, empty) = channel();
        let from = origin.clone();
        let thread = thread::Builder::new().spawn(move || run_worker(from, options, &full, &empty));
        if thread.is_ok() {
            return receive_batches(&batches, &used, stop, each);
        }
    }
    read_inline(origin.open(options)?, stop, each)
}

/// Reads and sends the whole trace, or stops when the receiver is dropped.
fn run_worker(
    from: TraceOrigin,
    options: ReadOptions,
    full: &SyncSender<WorkerMessage>,
    empty: &Receiver<RecordBatch>,
) {
    let over = match from.open(options) {
        Err(why) => WorkerMessage::Over(ReadSoFar::default(), Some(why)),
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
                if full
                    .send(WorkerMessage::Records(records, reader.progress(), bad))
                    .is_err()
                {
                    return;
                }
            };
            WorkerMessage::Over(so_far(&reader), why)
        }
    };
    // Ignore a failure, which means that the receiver no longer needs the message.
    let _ = full.send(over);
}

fn so_far(reader: &Reader) -> ReadSoFar {
    ReadSoFar {
        lines: reader.lines(),
        malformed: reader.malformed().clone(),
        format: Some(reader.format()),
    }
}

/// Receives batches from the reading thread, but does not wait for the thread to end, because a read may
/// block for a long time.
fn receive_batches<B>(
    batches: &Receiver<WorkerMessage>,
    used: &Sender<RecordBatch>,
    stop: StopSignals,
    each: BatchHandler<'_, B>,
) -> Result<(ReadSoFar, ReadEnd<B>), Unreadable> {
    let (mut read, mut begun) = (ReadSoFar::default(), false);
    loop {
        if let Some(end) = stop.now() {
            return Ok((read, end));
        }
        match batches.recv_timeout(INTERRUPT_POLL) {
            Ok(WorkerMessage::Records(records, progress, bad)) => {
                begun = true;
                read.lines = progress.lines;
                read.format = progress.format;
                read.malformed = bad.unwrap_or(read.malformed);
                if let Some(enough) = each(&records, progress, &read) {
                    return Ok((read, ReadEnd::Enough(enough)));
                }
                // Ignore the result, because the reading thread may have ended.
                let _ = used.send(records);
            }
            Ok(WorkerMessage::Over(read, None)) => return Ok((read, ReadEnd::End)),
            Ok(WorkerMessage::Over(read, Some(why))) if begun || read.lines > 0 => {
                return Ok((read, ReadEnd::Unreadable(why)));
            }
            Ok(WorkerMessage::Over(_, Some(why))) => return Err(why),
            Err(RecvTimeoutError::Timeout) => {}
            // The thread has sent its last message or has panicked.
            Err(RecvTimeoutError::Disconnected) => return Ok((read, ReadEnd::End)),
        }
    }
}

fn read_inline<B>(
    mut reader: Reader,
    stop: StopSignals,
    each: BatchHandler<'_, B>,
) -> Result<(ReadSoFar, ReadEnd<B>), Unreadable> {
    let (mut records, mut read) = (RecordBatch::default(), ReadSoFar::default());
    loop {
        if let Some(end) = stop.now() {
            return Ok((read, end));
        }
        match reader.next(&mut records) {
            Ok(false) => return Ok((so_far(&reader), ReadEnd::End)),
            Err(why) if reader.lines() == 0 => return Err(why),
            Err(why) => return Ok((so_far(&reader), ReadEnd::Unreadable(why))),
            Ok(true) => {}
        }
        read.lines = reader.lines();
        read.format = Some(reader.format());
        if reader.malformed().count > read.malformed.count {
            read.malformed = reader.malformed().clone();
        }
        if let Some(enough) = each(&records, reader.progress(), &read) {
            return Ok((read, ReadEnd::Enough(enough)));
        }
    }
}

#[cfg(test)]
mod tests;
