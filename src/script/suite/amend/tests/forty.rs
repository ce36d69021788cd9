//! Tests that updating forty outdated facts in a script of any style changes only those facts.

use proptest::prelude::*;

use super::accepted;

/// The notation of a number.
#[derive(Debug, Clone, Copy)]
enum Radix {
    Upper,
    Lower,
    Binary,
    Decimal,
}

impl Radix {
    /// Formats a number with a minimum width. Decimal numbers are not padded.
    fn write(self, n: u64, width: usize) -> String {
        match self {
            Self::Upper => format!("0x{n:0width$X}"),
            // A wrong number contains an `a`, so that the case of letters is visible.
            Self::Lower => format!("0x{n:0width$x}"),
            Self::Binary => format!("0b{n:0width$b}"),
            Self::Decimal => n.to_string(),
        }
    }
}

/// One fact of an access.
#[derive(Debug, Clone)]
struct Stated {
    va: u64,
    fact: usize,
    radix: Radix,
    width: usize,
    wrong: u64,
    stale: bool,
    before: &'static str,
    after: &'static str,
}

/// A field of an address.
type Field = fn(u64) -> u64;

/// The fields of a virtual address on the simple memory system, with 64 B pages and 4 sets (CS:APP 9.6.4).
const FIELDS: [(&str, Field); 4] = [
    ("vpn", |va| va >> 6),
    ("vpo", |va| va & 63),
    ("tlbi", |va| va >> 6 & 3),
    ("tlbt", |va| va >> 8),
];

impl Stated {
    fn right(&self) -> u64 {
        FIELDS[self.fact].1(self.va)
    }

    /// Returns a wrong number, which has letters if the case matters.
    fn wrong(&self) -> u64 {
        let wrong = if matches!(self.radix, Radix::Lower) {
            0xabc
        } else {
            self.wrong
        };
        if wrong == self.right() {
            wrong + 1
        } else {
            wrong
        }
    }

    /// Returns the statement, with a number of at least this width as the expected value.
    fn line(&self, n: u64, width: usize) -> String {
        let (name, number) = (FIELDS[self.fact].0, self.radix.write(n, width));
        format!(
            "translate 0x{:04X} =>{}{name} {number}{}\n",
            self.va, self.before, self.after
        )
    }

    fn written(&self) -> String {
        if self.stale {
            self.line(self.wrong(), self.width)
        } else {
            self.line(self.right(), self.width)
        }
    }

    /// Returns the statement with the right number, in the width of the wrong number.
    fn fixed(&self) -> String {
        let prefixed = self.stale && !matches!(self.radix, Radix::Decimal);
        let written = self.radix.write(self.wrong(), self.width);
        self.line(
            self.right(),
            if prefixed {
                written.len() - "0x".len()
            } else {
                self.width
            },
        )
    }
}

fn stated(stale: bool) -> impl Strategy<Value = Stated> {
    let radix = prop_oneof![
        Just(Radix::Upper),
        Just(Radix::Lower),
        Just(Radix::Binary),
        Just(Radix::Decimal)
    ];
    let before = prop_oneof![
        Just(" "),
        Just("   "),
        Just(" fault page, "),
        Just("\n    # a comment, vpn 7\n\t")
    ];
    let after = prop_oneof![
        Just(""),
        Just("  # vpn 0x00 => 7"),
        Just(" ; # é — ?"),
        Just(", fault page\r")
    ];
    (
        0u64..0x4000,
        0..FIELDS.len(),
        radix,
        1usize..6,
        0u64..300,
        before,
        after,
    )
        .prop_map(
            move |(va, fact, radix, width, wrong, before, after)| Stated {
                va,
                fact,
                radix,
                width,
                wrong,
                stale,
                before,
                after,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn forty_stale_facts_change_and_no_other_byte(
        stale in prop::collection::vec(stated(true), 40),
        right in prop::collection::vec(stated(false), 20),
    ) {
        let all = || stale.iter().zip(right.iter().cycle());
        let script: String = all().flat_map(|(a, b)| [a.written(), b.written()]).collect();
        let fixed: String = all().flat_map(|(a, b)| [a.fixed(), b.written()]).collect();
        prop_assert_eq!(accepted(&format!("machine simple\n{script}")), format!("machine simple\n{fixed}"));
    }
}
