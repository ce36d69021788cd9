//! The types of facts: the values that a fact can have, and the word for a missing value.

/// The type of a fact.
///
/// A statement may lack a fact altogether: an access that faults has no `pa`. Otherwise, the fact's value is one of
/// `values`, or the word of `absent`. A table of facts has one column per fact. A missing fact and an absent value are
/// nulls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactType {
    pub(crate) values: Values,
    /// The word for a missing value; none if there always is a value.
    pub(crate) absent: Option<Absent>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    /// An unsigned number of a fixed number of bits, at most 64, which the machine determines: an address, a part of one,
    /// or a page-table entry.
    Field,
    /// A byte: an unsigned number of 8 bits.
    Byte,
    /// All bytes of an access: up to 8 as one little-endian unsigned number, more as a list of bytes.
    Bytes,
    /// A count or an index: an unsigned number of at most 64 bits.
    Count,
    /// Result of a system call: an unsigned number of at most 64 bits, or -1.
    Returned,
    /// An exact fraction that is not negative: a latency in thousandths, a rate.
    Fraction,
    /// `yes` or `no`.
    YesNo,
    /// One of these words, which include the word of `absent` and the groups.
    OneOf {
        /// Every word that a script may expect.
        words: &'static [&'static str],
        /// Words that a script may expect in place of several others, and that are never a value.
        groups: &'static [&'static str],
    },
    /// The name of a cache of the machine, or `memory`.
    ServedBy,
    /// A text.
    Text,
    /// A list of pages: numbers and words.
    Pages,
}

/// The word for a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// `none`: nothing was looked up, evicted, or sent.
    None,
    /// `unknown`: the value cannot be known because the byte is uninitialized.
    Unknown,
}

impl Absent {
    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::None => &["none"],
            Self::Unknown => &["unknown"],
        }
    }
}

impl FactType {
    /// Returns a type of these values.
    pub(crate) const fn new(values: Values) -> Self {
        Self { values, absent: None }
    }

    /// Returns the type of these words, which include `none`.
    pub(crate) const fn one_of(words: &'static [&'static str]) -> Self {
        Self::new(Values::OneOf { words, groups: &[] }).or_none()
    }

    /// Adds `none` to the type.
    #[must_use]
    pub(crate) const fn or_none(self) -> Self {
        Self { absent: Some(Absent::None), ..self }
    }

    /// Adds `unknown` to the type.
    #[must_use]
    pub(crate) const fn or_unknown(self) -> Self {
        Self { absent: Some(Absent::Unknown), ..self }
    }

    /// Returns the words that a script may expect for it, besides the names of caches.
    pub const fn words(self) -> &'static [&'static str] {
        match (self.values, self.absent) {
            (Values::OneOf { words, .. }, _) => words,
            (Values::YesNo, _) => &["yes", "no"],
            (Values::ServedBy, _) => &["memory"],
            (_, Some(absent)) => absent.words(),
            (_, None) => &[],
        }
    }

    /// Whether its values are words, not numbers that a word may replace.
    pub(crate) const fn is_word(self) -> bool {
        matches!(self.values, Values::YesNo | Values::OneOf { .. } | Values::ServedBy)
    }
}

/// A field of an address or an entry.
pub(crate) const FIELD: FactType = FactType::new(Values::Field);
pub(crate) const COUNT: FactType = FactType::new(Values::Count);
pub(crate) const FRACTION: FactType = FactType::new(Values::Fraction);
pub(crate) const TRUTH: FactType = FactType::new(Values::YesNo);
