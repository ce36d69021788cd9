//! The findings of a check of versions that an author can accept.

/// A kind of finding about versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    Uneven,
    Same,
    Repeated,
    Ambiguous,
    Printed,
    Guessable,
    Readable,
}

/// The words for the findings in `accept`.
pub(crate) const FINDINGS: [(&str, Finding); 7] = [
    ("uneven", Finding::Uneven),
    ("same", Finding::Same),
    ("repeated", Finding::Repeated),
    ("ambiguous", Finding::Ambiguous),
    ("printed", Finding::Printed),
    ("guessable", Finding::Guessable),
    ("readable", Finding::Readable),
];
