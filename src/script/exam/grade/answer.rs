//! Parses an answer in the form that its blank requires.

use super::number::{self, Spelled};
use super::sheet::Given;
use super::words;
use crate::lang::value::{Measure, Number, Value};
use crate::questions::entry::{Blank, Form, Radix};
use crate::questions::follow::Claim;
use crate::run::record::Shown;
use crate::run::table::{Cell, Rows};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// No answer.
    Unanswered,
    /// Nothing applies.
    Dash,
    Number(Spelled),
    /// One of the blank's words.
    Word(&'static str),
    /// Other text.
    Text(String),
    /// An answer that the blank does not accept.
    Unreadable,
}

/// The additional notations that the cells of a column accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notation {
    /// None.
    Plain,
    /// 1 or 0, or a word for yes or no.
    Flag,
    /// This number of bits, with or without separators.
    Bits(usize),
    /// A frame or a page, whose number can follow its name: `frame 3`, `p3`. A page can have a name instead of a number.
    Place,
    /// The pages that processes map to a frame: `P:100, C:100`.
    Mapped,
    /// A number of events: `none` and a dash are 0.
    Count,
    /// Whether there is a page fault: `fault` is yes.
    Fault,
    /// A hit or a miss for each reference.
    Trace,
    /// The result of a system call: `MAP_FAILED` is -1.
    Returned,
    /// A list of the author, whose order may or may not matter.
    Listed,
}

/// The accepted form of a blank's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AnswerForm<'p> {
    pub(crate) form: Form,
    /// The unit printed beside the blank, or else the unit of the key.
    pub(crate) unit: Option<&'p str>,
    /// The number of significant digits, if the answer is rounded.
    pub(crate) round: Option<u32>,
    /// Whether no kernel handles the item's faults.
    pub(crate) bare: bool,
    /// Whether the key is negative. Elsewhere, a dash before a hexadecimal number may be a bullet.
    pub(crate) negative: bool,
    pub(crate) notation: Notation,
}

impl<'p> AnswerForm<'p> {
    /// Returns the form for a blank.
    pub(crate) fn for_blank(blank: &'p Blank, bare: bool) -> Self {
        // A page of a reference string may have a name instead of a number.
        let victim = blank.key.as_ref().filter(|_| &*blank.fact == "victim");
        let page = victim.and_then(|key| number_of_page(&key.value.to_string()));
        let notation = if matches!(&*blank.fact, "frame" | "victim") {
            Notation::Place
        } else if matches!(&*blank.fact, "minor" | "major") {
            Notation::Count
        } else if &*blank.fact == "trace" {
            Notation::Trace
        } else if &*blank.fact == "page-fault" {
            Notation::Fault
        } else if &*blank.fact == "returns" {
            Notation::Returned
        } else if matches!(&blank.key, Some(key) if blank.fact.is_empty() && matches!(key.value, Value::List(_)))
        {
            Notation::Listed
        } else {
            Notation::Plain
        };
        let unit = blank.unit.as_deref().map(|unit| unit.trim_matches('`'));
        let measured = blank.number().and_then(Number::measure);
        let measured = measured.map(Measure::unit);
        // In a column of numbers, an author's cell can also contain a text.
        let text = blank.key.as_ref().filter(|key| match &key.value {
            Value::Text(key) => blank.fact.is_empty() && !words::is_dash(key),
            value => matches!(value, Value::Bool(_)),
        });
        let of_text = text.map(|key| Form::of_value(&key.value, Radix::Decimal, None));
        Self {
            form: page.or(of_text).unwrap_or(blank.form),
            unit: unit.or(measured),
            round: blank.round,
            bare,
            negative: blank.number().is_some_and(|key| key.to_f64() < 0.0),
            notation,
        }
    }

    /// Returns the form for a column of a table, derived from its cells.
    pub(crate) fn of_column(table: &Rows, at: usize) -> Self {
        let mut cells = table.rows.iter().filter_map(|row| row.get(at));
        let form = cells.find_map(|cell| match cell {
            Cell::Hex(_, digits) => Some(Form::Number {
                radix: Radix::Hex,
                digits: Some(*digits),
            }),
            Cell::Number(_) => Some(Form::DECIMAL),
            Cell::List {
                any_order: true, ..
            } => Some(Form::Set),
            Cell::Text(_) | Cell::List { .. } => Some(Form::Free),
            Cell::Nothing => None,
        });
        let notation = Notation::of_column(table, at);
        let is_page = matches!(notation, Notation::Plain | Notation::Place);
        let pages = pages_of_column(table, at).filter(|_| is_page);
        let notation = pages.map_or(notation, |_| Notation::Place);
        Self {
            form: pages.or(form).unwrap_or(Form::Free),
            unit: None,
            round: None,
            bare: true,
            negative: false,
            notation,
        }
    }

    pub fn read(self, given: &Given) -> Answer {
        let text = match given {
            Given::Number(number) if matches!(self.form, Form::Number { .. }) => {
                return Answer::Number(number::from_data(*number, self.unit));
            }
            given => words::narrow(&given.text()),
        };
        if text.trim().is_empty() {
            return Answer::Unanswered;
        }
        match self.notation {
            Notation::Flag => {
                if let Some(flag) = words::flag(&text) {
                    return Answer::Number(Spelled::from(Number::from(u64::from(flag))));
                }
            }
            Notation::Bits(_) | Notation::Mapped if words::is_dash(&text) => return Answer::Dash,
            Notation::Bits(count) => {
                return bits(&text, count).map_or(Answer::Unreadable, Answer::Text);
            }
            Notation::Count if words::is_absent(&text, true) => return Answer::Dash,
            Notation::Trace => {
                return words::hits_and_misses(&text).map_or(Answer::Unreadable, Answer::Text);
            }
            Notation::Mapped => {
                return words::mapped(&text).map_or(Answer::Unreadable, Answer::Text);
            }
            Notation::Fault => {
                if let Some(faults) = words::fault(&text) {
                    return Answer::Word(if faults { "yes" } else { "no" });
                }
                if words::could_be_fault(&text, "yes") {
                    return Answer::Unreadable;
                }
            }
            Notation::Returned => {
                let value = words::returned(&text).and_then(|value| Number::integer(value).ok());
                if let Some(value) = value {
                    return Answer::Number(Spelled::from(value));
                }
            }
            Notation::Plain | Notation::Place | Notation::Count | Notation::Listed => {}
        }
        let (text, absent) = match (self.notation, self.form) {
            (Notation::Place, Form::Number { .. }) => (
                words::unnamed(&text).to_owned(),
                words::is_absent(&text, true),
            ),
            (notation, Form::Number { .. }) | (notation @ Notation::Place, Form::Free) => {
                let absent = words::is_absent(&text, notation == Notation::Place);
                (text, absent)
            }
            _ => (text, false),
        };
        if absent {
            return Answer::Dash;
        }
        match self.form {
            Form::Words(known) => match words::read(&text, known, self.bare) {
                Some(word) => Answer::Word(word),
                None if words::is_dash(&text) => Answer::Dash,
                None => Answer::Unreadable,
            },
            Form::Number { .. } | Form::Set | Form::Free if words::is_dash(&text) => Answer::Dash,
            Form::Number {
                radix: Radix::Hex, ..
            } if !self.negative && text.starts_with(number::SIGNS) => Answer::Unreadable,
            Form::Number { radix, digits } => number::read(&text, radix, digits, self.unit)
                .map_or(Answer::Unreadable, Answer::Number),
            Form::Set | Form::Free => Answer::Text(text),
        }
    }
}

impl Notation {
    /// Returns the notation of a column of a step table: hits, use bits, modified bits, or counters in binary.
    fn of_column(table: &Rows, at: usize) -> Self {
        let name = table
            .groups
            .iter()
            .flatten()
            .nth(at)
            .map_or("", String::as_str);
        if name == "hit" {
            return Self::Flag;
        }
        if name == "maps" {
            return Self::Mapped;
        }
        let is_frame = |rest: &str| !rest.is_empty() && rest.bytes().all(|c| c.is_ascii_digit());
        if matches!(name, "page" | "victim" | "hand")
            || name.strip_prefix("frame").is_some_and(is_frame)
        {
            return Self::Place;
        }
        if !matches!(name, "use" | "modified") && !name.starts_with("counter") {
            return Self::Plain;
        }
        let cell = table.rows.iter().find_map(|row| match row.get(at) {
            Some(Cell::Text(bits)) => Some(bits),
            _ => None,
        });
        cell.map_or(Self::Plain, |bits| Self::Bits(bits.len()))
    }
}

/// Returns the form of a column of pages with numbers, or `None` for names.
fn pages_of_column(table: &Rows, at: usize) -> Option<Form> {
    let cells = table.rows.iter().filter_map(|row| row.get(at));
    let mut pages = cells.filter_map(|cell| match cell {
        Cell::Text(page) => Some(page),
        _ => None,
    });
    let form = number_of_page(pages.next()?)?;
    pages
        .all(|page| number_of_page(page).is_some())
        .then_some(form)
}

/// Returns the form of a page that has a number, or `None` for a name.
fn number_of_page(page: &str) -> Option<Form> {
    let is_decimal = page.parse::<u64>().is_ok_and(|n| n.to_string() == page);
    is_decimal.then_some(Form::DECIMAL)
}

/// Returns the digits of `0 1 0`, `0,1,0`, `0b010`, or `010b` if there is one digit for each bit.
/// With fewer digits, the answer is unreadable and not wrong, because the student may have omitted
/// leading zeros.
fn bits(text: &str, count: usize) -> Option<String> {
    let is_separator = |c: char| c.is_whitespace() || ",;:/|-_'()[]{}".contains(c);
    let text: String = text
        .chars()
        .filter(|c| !is_separator(*c))
        .collect::<String>()
        .to_lowercase();
    let own = text
        .strip_prefix("0b")
        .or_else(|| text.strip_suffix('b'))
        .unwrap_or(&text);
    (own.len() == count && own.bytes().all(|bit| matches!(bit, b'0' | b'1')))
        .then(|| own.to_owned())
}

impl Answer {
    /// Returns the answer as a machine value for further computation. The inner `None` means that the answer is a
    /// dash.
    pub(crate) fn claim(&self) -> Option<Claim> {
        match self {
            Self::Dash => Some(None),
            Self::Word(word) => Some(Some(Shown::word(word))),
            Self::Number(spelled) => Some(Some(Shown::plain(Value::Number(spelled.value)))),
            Self::Unanswered | Self::Text(_) | Self::Unreadable => None,
        }
    }

    /// Returns the answer with its other meanings, such as those of a separator.
    pub(crate) fn others(&self) -> impl Iterator<Item = Self> {
        let spelled = match self {
            Self::Number(spelled) => Some(spelled.clone()),
            _ => None,
        };
        spelled
            .into_iter()
            .flat_map(Spelled::others)
            .map(Self::Number)
    }

    /// Whether the answer is a dash or `none`.
    pub(crate) fn is_dash(&self) -> bool {
        matches!(self, Self::Dash | Self::Word("none"))
    }

    /// Whether the answer means that nothing happens: a dash, `none`, `no`, or 0.
    pub(crate) fn is_nothing(&self) -> bool {
        match self {
            Self::Number(spelled) => spelled.value.is_zero(),
            Self::Word(word) => matches!(*word, "none" | "no"),
            other => other.is_dash(),
        }
    }

    /// Whether the answer is a dash or one of a few words, which require no calculation.
    pub(crate) fn needs_no_work(&self) -> bool {
        matches!(self, Self::Dash | Self::Word(_))
    }
}
