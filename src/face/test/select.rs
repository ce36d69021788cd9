//! Which files and cases of a suite are run, and in which order.

use std::str::FromStr;

use glob::Pattern;

use super::find::Found;
use crate::report::suite::Name;

/// A text that a case's name must hold, or with `*`, `?` or `[` a pattern that all of it must match.
#[derive(Debug, Clone)]
pub struct Filter {
    text: String,
    pattern: Option<Pattern>,
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_pattern = text.contains(['*', '?', '[']);
        let pattern = if is_pattern { Some(Pattern::new(text).map_err(|e| e.to_string())?) } else { None };
        Ok(Self { text: text.to_owned(), pattern })
    }
}

impl Filter {
    /// Whether a case is wanted.
    pub fn wants(&self, name: &Name) -> bool {
        let name = name.to_string();
        self.pattern.as_ref().map_or_else(|| name.contains(&self.text), |pattern| pattern.matches(&name))
    }
}

/// One of several equal parts of a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    part: u64,
    of: u64,
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers =
            text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((part, of)) if 1 <= part && part <= of => Ok(Self { part, of }),
            _ => Err("write K/N with K from 1 to N, as in 2/4".to_owned()),
        }
    }
}

impl Partition {
    /// Whether a file is in this part: that depends on its name alone.
    pub fn has(self, found: &Found) -> bool {
        fnv(0, found.name.as_bytes()) % self.of == self.part - 1
    }
}

/// Brings files into an order of this seed.
pub fn shuffle(files: &mut [Found], seed: u64) {
    files.sort_by_cached_key(|found| fnv(seed, found.name.as_bytes()));
}

/// FNV-1a of these bytes and a seed, mixed once more so that its low bits are good, too.
fn fnv(seed: u64, bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
    let seed = seed.to_le_bytes();
    let hash = seed.iter().chain(bytes).fold(0xCBF2_9CE4_8422_2325, step);
    (hash ^ hash >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16
}
