//! The references of a memory trace.

use std::collections::HashMap;

use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::reference_string::Indexes;
use pagewalk_engine::trace::record::{Fetches, Op, Record};
use pagewalk_engine::trace::replay::Straddle;

use super::draft::TraceOptions;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use crate::run::record::{Addresses, Only, TraceSource};
use crate::run::session::Cx;
use crate::run::stop::Stop;
use crate::run::trace_file::{TraceFile, WORK_OF_LINE};

/// Maximum number of references of a trace, because the simulation keeps all of them in memory. Optimal
/// replacement needs the future references. This number of references needs about 450 MB.
const MOST_REFERENCES: usize = 1 << 24;

/// A reference string with numbered pages.
#[derive(Default)]
pub(super) struct NumberedString {
    pub(super) pages: Vec<u32>,
    /// The references that are stores.
    pub(super) stores: Indexes,
    /// The byte addresses, if they are listed.
    pub(super) addresses: Option<Addresses>,
    /// The trace that contains the references.
    pub(super) trace: Option<TraceSource>,
}

/// Reads the references of a trace. Each line counts as work, and so does each further reference of a line.
///
/// # Errors
/// Returns `unreadable`, `limit-steps`, or `limit-size` for too many references.
pub(super) fn read_references(
    cx: &mut Cx,
    file: &TraceFile,
    page_size: u64,
    options: TraceOptions,
    names: &mut Names,
) -> Result<NumberedString, Stop> {
    let place = file.name.span;
    let mut reader = ReferenceReader {
        page_size,
        options,
        names,
        latest: None,
        string: NumberedString::default(),
        first: Vec::new(),
    };
    let (interrupt, mut lines) = (cx.env.interrupt, 0);
    let malformed = file.read(interrupt, Fetches::Returned, &mut |batch, read| {
        let before = reader.string.pages.len();
        if !batch.records.iter().all(|record| reader.add(record)) {
            return Err(too_long(file).into());
        }
        let references = (reader.string.pages.len() - before) as u64;
        cx.work(references.max(read - lines) * WORK_OF_LINE, place)?;
        lines = read;
        Ok(())
    })?;
    let ReferenceReader {
        mut string, first, ..
    } = reader;
    if string.pages.len() <= TraceSource::LISTED {
        let digits = first
            .iter()
            .max()
            .map_or(1, |largest| format!("{largest:X}").len());
        string.addresses = Some(Addresses {
            page_size,
            all: first,
            hex: true,
            digits,
        });
    }
    let (name, only) = (file.name.text.clone(), options.only);
    let called = file.program().map(|source| source.called());
    string.trace = Some(TraceSource {
        name,
        called,
        unit: options.unit,
        page_size,
        only,
        malformed,
    });
    Ok(string)
}

/// Reports a trace with too many references.
fn too_long(file: &TraceFile) -> Diagnostic {
    let (what, help) = match file.program() {
        Some(_) => (
            "program",
            "run a smaller case: after the name of the program, `define N = 64` replaces the value of `#define N`, and `call f` runs one function",
        ),
        None => (
            "trace",
            "use a part of the trace, for example its loads and stores with `only data`",
        ),
    };
    let message = format!("the {what} has more than {MOST_REFERENCES} references");
    Diagnostic::new(Code::LimitSize, file.name.span, message)
        .label("a `reference` keeps all references in memory")
        .help(help)
}

/// Converts records to references.
struct ReferenceReader<'a> {
    page_size: u64,
    options: TraceOptions,
    names: &'a mut Names,
    /// The latest page and its number.
    latest: Option<(u64, u32)>,
    string: NumberedString,
    /// The first addresses.
    first: Vec<u64>,
}

impl ReferenceReader<'_> {
    /// Adds the references of a record: one for each page of each access. Returns false if there are too many.
    fn add(&mut self, record: &Record) -> bool {
        let kinds: &[AccessKind] = match record.op {
            Op::Fetch => &[AccessKind::Execute],
            Op::Load => &[AccessKind::Read],
            Op::Store => &[AccessKind::Write],
            Op::Modify => &[AccessKind::Read, AccessKind::Write],
        };
        // By default, fetches are references, because they also need resident pages.
        let is_wanted = match self.options.only {
            Only::All => true,
            Only::Data => record.op != Op::Fetch,
            Only::Fetches => record.op == Op::Fetch,
        };
        let end = record
            .address
            .saturating_add(u64::from(record.size.saturating_sub(1)));
        let first = record.address / self.page_size;
        let last = if self.options.straddle == Straddle::First {
            first
        } else {
            end / self.page_size
        };
        for kind in kinds.iter().filter(|_| is_wanted) {
            // Repeated references to a page stay: without them, LRU has the same faults, but not the same
            // fault rate, and `lfu` has other victims.
            for page in first..=last {
                let at = self.string.pages.len();
                if at == MOST_REFERENCES {
                    return false;
                }
                if at < TraceSource::LISTED {
                    self.first.push(record.address.max(page * self.page_size));
                }
                if *kind == AccessKind::Write {
                    self.string.stores.insert(at);
                }
                let number = self.number(page);
                self.string.pages.push(number);
            }
        }
        true
    }

    /// Returns the number of a page. Consecutive references are often to the same page.
    fn number(&mut self, page: u64) -> u32 {
        if let Some((_, number)) = self.latest.filter(|(latest, _)| *latest == page) {
            return number;
        }
        let number = self.names.number(&Value::from(page));
        self.latest = Some((page, number));
        number
    }
}

/// The end of the integers whose page numbers are in an array instead of a hash table.
const SMALL: usize = 1 << 16;

/// The number of a page that was not mentioned.
const NONE: u32 = u32::MAX;

/// Names of pages. Pages are numbered in the order of their first mention.
#[derive(Default)]
pub(super) struct Names {
    pub(super) pages: Vec<Value>,
    /// The numbers of the pages that are integers below [`SMALL`], or [`NONE`].
    small: Vec<u32>,
    integers: HashMap<i128, u32>,
    /// The numbers of pages that are not integers, by their notation in a script.
    others: HashMap<String, u32>,
}

impl Names {
    /// Returns the number of a page.
    pub(super) fn number(&mut self, page: &Value) -> u32 {
        let mut add = || {
            self.pages.push(page.clone());
            self.pages.len() as u32 - 1
        };
        let integer = if let Value::Number(number) = page {
            number.as_integer()
        } else {
            None
        };
        match integer {
            Some(integer @ 0..) if integer < SMALL as i128 => {
                let integer = integer as usize;
                if integer >= self.small.len() {
                    self.small.resize(integer + 1, NONE);
                }
                let number = &mut self.small[integer];
                if *number == NONE {
                    *number = add();
                }
                *number
            }
            Some(integer) => *self.integers.entry(integer).or_insert_with(add),
            None => *self.others.entry(page.quoted()).or_insert_with(add),
        }
    }

    /// Returns the numbers of several pages.
    pub(super) fn all(&mut self, pages: &[Value]) -> Vec<u32> {
        pages.iter().map(|page| self.number(page)).collect()
    }
}
