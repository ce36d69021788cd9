//! The types of facts: the values that a fact can have, and the word for a missing value.

/// The type of a fact.
///
/// A statement may lack a fact altogether: an access that faults has no `pa`. If a statement has the fact,
/// the fact's value is one of `values` or the word of `absent`. A table of facts has one column per fact.
/// Missing facts and absent values are nulls in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactType {
    pub(crate) values: Values,
    /// The word for a missing value, or `None` if the value is never missing.
    pub(crate) absent: Option<Absent>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    /// An unsigned number of at most 64 bits, whose width the machine determines: an address, a part of an
    /// address, or a page-table entry.
    Field,
    /// A byte: an unsigned number of 8 bits.
    Byte,
    /// All bytes of an access. Up to 8 bytes form one little-endian unsigned number, and more bytes form a
    /// list.
    Bytes,
    /// A count or an index: an unsigned number of at most 64 bits.
    Count,
    /// Result of a system call: an unsigned number of at most 64 bits, or -1.
    Returned,
    /// A nonnegative exact fraction: a latency in thousandths or a rate.
    Fraction,
    /// `yes` or `no`.
    YesNo,
    /// One of several words, including the groups and the word of `absent`.
    OneOf {
        /// Every word that a script may expect.
        words: &'static [&'static str],
        /// Words that are never values, but that a script may expect in place of several values.
        groups: &'static [&'static str],
    },
    /// The name of a cache of the machine, or `memory`.
    ServedBy,
    Text,
    /// A list of pages or outputs, in any order.
    Set,
}

/// The word that represents a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// `none`: no lookup, eviction, or signal occurred.
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
    /// Returns a type with these values.
    pub(crate) const fn new(values: Values) -> Self {
        Self {
            values,
            absent: None,
        }
    }

    /// Returns a type with these words, which include `none`.
    pub(crate) const fn one_of(words: &'static [&'static str]) -> Self {
        Self::new(Values::OneOf { words, groups: &[] }).or_none()
    }

    /// Adds the word `none` to the type.
    #[must_use]
    pub(crate) const fn or_none(self) -> Self {
        Self {
            absent: Some(Absent::None),
            ..self
        }
    }

    /// Adds the word `unknown` to the type.
    #[must_use]
    pub(crate) const fn or_unknown(self) -> Self {
        Self {
            absent: Some(Absent::Unknown),
            ..self
        }
    }

    /// Returns the words, besides cache names, that a script may expect for a fact of this type.
    pub const fn words(self) -> &'static [&'static str] {
        match (self.values, self.absent) {
            (Values::OneOf { words, .. }, _) => words,
            (Values::YesNo, _) => &["yes", "no"],
            (Values::ServedBy, _) => &["memory"],
            (_, Some(absent)) => absent.words(),
            (_, None) => &[],
        }
    }

    /// Whether a word represents a missing value.
    pub(crate) fn is_absent(self, word: &str) -> bool {
        self.absent
            .is_some_and(|absent| absent.words().contains(&word))
    }

    /// Returns the word of this type that `yes` or `no` means, or `None` if the type does not answer a question like
    /// "TLB hit?" or "Page fault?". `no` means `miss`, and not the `none` of a level that the
    /// access did not search.
    pub(crate) fn answer(self, word: &str) -> Option<&'static str> {
        let (yes, no) = match self.values {
            Values::OneOf { words, .. } if words.contains(&"hit") => ("hit", "miss"),
            Values::OneOf { words, .. } if words.contains(&"any") => ("any", "none"),
            _ => return None,
        };
        match word {
            "yes" => Some(yes),
            "no" => Some(no),
            _ => None,
        }
    }

    /// Whether the type's values are words, rather than numbers that a word may replace.
    pub(crate) const fn is_word(self) -> bool {
        matches!(
            self.values,
            Values::YesNo | Values::OneOf { .. } | Values::ServedBy
        )
    }
}

/// A field of an address or an entry.
pub(crate) const FIELD: FactType = FactType::new(Values::Field);
pub(crate) const COUNT: FactType = FactType::new(Values::Count);
pub(crate) const FRACTION: FactType = FactType::new(Values::Fraction);
pub(crate) const TRUTH: FactType = FactType::new(Values::YesNo);
