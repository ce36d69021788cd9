//! What a verb's or a setting's row says of what follows its word, read as a pattern: `VA [size N]`, `NAME = EXPR`,
//! `tlb [NAME] | cache [NAME]`. Small letters are words of the language, capitals stand for something.

use std::ops::Range;

use crate::lang::value::unit_factor;

/// A part of a usage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A word as it is written.
    Word(&'static str),
    /// Something of this kind: `VA`, `NOUN`.
    Slot(&'static str),
    /// A string; what it shows in its quotes.
    Text(&'static str),
    /// `=`
    Equals,
    /// Braces.
    Block,
    /// It may be left out.
    Optional(Vec<Place>),
    /// One of these.
    OneOf(Vec<Place>),
    /// Once or more.
    Many(Box<Place>),
}

/// A part and where it stands in the usage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The part.
    pub part: Part,
    /// Its first byte.
    pub at: usize,
}

/// What was written after the word, piece by piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Atom<'t> {
    /// A bare word.
    Word(&'t str),
    /// A number; a unit may follow.
    Number,
    /// A string.
    Text,
    /// Any other value.
    Value,
    /// `=`
    Equals,
    /// Braces.
    Block,
}

/// A usage: ways to go on after the word.
#[derive(Debug, Clone)]
pub struct Usage {
    text: &'static str,
    /// Where each way ends, and its parts.
    ways: Vec<(usize, Vec<Place>)>,
}

impl Usage {
    /// Reads a usage.
    pub fn of(text: &'static str) -> Self {
        let mut ways = Vec::new();
        let mut from = 0;
        while from <= text.len() {
            let end = next_way(text, from);
            ways.push((end, Reader { text, at: from, end }.parts()));
            from = end + 3;
        }
        Self { text, ways }
    }

    /// The parts of the first way.
    pub fn first_way(&self) -> &[Place] {
        self.ways.first().map_or(&[], |(_, parts)| parts)
    }

    /// The parts that can come after these pieces.
    pub fn next(&self, atoms: &[Atom]) -> Vec<Part> {
        let mut found = Vec::new();
        for (_, way) in &self.ways {
            let parts: Vec<&Place> = way.iter().collect();
            after(&parts, atoms, &mut |place| {
                if !found.contains(&place.part) {
                    found.push(place.part.clone());
                }
            });
        }
        found
    }

    /// Where the part stands that comes after these pieces, the first of several.
    pub fn current(&self, atoms: &[Atom]) -> Option<Range<usize>> {
        self.ways.iter().find_map(|(end, way)| {
            let parts: Vec<&Place> = way.iter().collect();
            let mut first: Option<usize> = None;
            after(&parts, atoms, &mut |place| {
                first = Some(first.map_or(place.at, |first| first.min(place.at)));
            });
            first.map(|at| at..at + part_length(&self.text[at..*end]))
        })
    }

    /// What is left of the usage after these pieces; nothing if they do not fit, or all is said.
    pub fn rest(&self, atoms: &[Atom]) -> String {
        let mut rests: Vec<String> = Vec::new();
        for (end, way) in &self.ways {
            let parts: Vec<&Place> = way.iter().collect();
            let mut first: Option<usize> = None;
            after(&parts, atoms, &mut |place| {
                first = Some(first.map_or(place.at, |first| first.min(place.at)));
            });
            let rest = first.map(|at| balanced(&self.text[at..*end])).filter(|rest| !rest.is_empty());
            rests.extend(rest.filter(|rest| !rests.contains(rest)));
        }
        rests.join(" | ")
    }
}

/// Where the way that begins at `from` ends: at ` | ` outside brackets and quotes.
fn next_way(text: &str, from: usize) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < from) {
        match c {
            '[' | '{' | '(' => depth += 1,
            ']' | '}' | ')' => depth -= 1,
            ' ' if depth == 0 && text[at..].starts_with(" | ") => return at,
            _ => {}
        }
    }
    text.len()
}

/// Bytes of the part that a usage begins with.
fn part_length(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '[' | '{' | '(' => depth += 1,
            ']' | '}' | ')' | ' ' | ',' if depth == 0 => return at,
            ']' | '}' | ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// Without a closing bracket that was opened before.
fn balanced(text: &str) -> String {
    let mut depth = 0;
    let mut kept = String::new();
    for c in text.chars() {
        match c {
            '[' => depth += 1,
            ']' if depth == 0 => continue,
            ']' => depth -= 1,
            _ => {}
        }
        kept.push(c);
    }
    kept.trim().to_owned()
}

/// Tells every part that can come after the pieces, of parts that follow each other.
fn after(parts: &[&Place], atoms: &[Atom], tell: &mut dyn FnMut(&Place)) {
    let Some((part, rest)) = parts.split_first() else { return };
    let with = |inner: &[&Place], tell: &mut dyn FnMut(&Place)| {
        let joined: Vec<&Place> = inner.iter().copied().chain(rest.iter().copied()).collect();
        after(&joined, atoms, tell);
    };
    match (&part.part, atoms) {
        (Part::Optional(inner), _) => {
            with(&inner.iter().collect::<Vec<_>>(), tell);
            after(rest, atoms, tell);
        }
        (Part::OneOf(ways), _) => ways.iter().for_each(|way| with(&[way], tell)),
        (Part::Many(one), []) => with(&[one], tell),
        (Part::Many(one), _) => {
            with(&[one], tell);
            with(&[one, part], tell);
        }
        (_, []) => tell(part),
        (part, [atom, more @ ..]) if fits(part, *atom) => {
            after(rest, more, tell);
            // A unit after a number says nothing more, unless the usage names it.
            if let (Atom::Number, [Atom::Word(unit), more @ ..]) = (atom, more)
                && unit_factor(unit).is_some()
                && !matches!(rest.first().map(|place| &place.part), Some(Part::Word(word)) if word == unit)
            {
                after(rest, more, tell);
            }
        }
        _ => {}
    }
}

fn fits(part: &Part, atom: Atom) -> bool {
    match (part, atom) {
        (Part::Word(word), Atom::Word(said)) => *word == said,
        (Part::Slot(_), atom) => !matches!(atom, Atom::Equals | Atom::Block),
        (Part::Text(_), atom) => matches!(atom, Atom::Text | Atom::Value),
        (Part::Equals, atom) => atom == Atom::Equals,
        (Part::Block, atom) => atom == Atom::Block,
        _ => false,
    }
}

/// Whether a usage has this word directly after a number, as its unit: `N pages`.
pub fn follows_number(usage: &str, word: &str) -> bool {
    places(usage, word).any(|at| usage[..at].ends_with("N "))
}

/// Whether something follows this word in a usage that it leads to: `lookahead N`.
pub fn has_operand(usage: &str, word: &str) -> bool {
    let operand =
        |rest: &str| rest.starts_with(' ') && rest[1..].starts_with(|c: char| c.is_ascii_uppercase());
    places(usage, word).any(|at| operand(&usage[at + word.len()..]))
}

/// Where a whole word stands in a usage.
fn places<'a>(usage: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let within = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    usage
        .match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| !usage[..*at].ends_with(within) && !usage[at + word.len()..].starts_with(within))
}

struct Reader {
    text: &'static str,
    at: usize,
    end: usize,
}

impl Reader {
    fn rest(&self) -> &'static str {
        &self.text[self.at..self.end]
    }

    fn parts(mut self) -> Vec<Place> {
        let mut parts = Vec::new();
        loop {
            self.at += self.rest().len() - self.rest().trim_start_matches([' ', ',']).len();
            let Some(place) = self.place() else { return parts };
            parts.push(place);
        }
    }

    /// One part, with those that stand beside it after a `|` without blanks.
    fn place(&mut self) -> Option<Place> {
        let first = self.one()?;
        let mut ways = vec![first];
        while self.rest().starts_with('|') {
            self.at += 1;
            ways.extend(self.one());
        }
        let at = ways[0].at;
        let part = if ways.len() == 1 { ways.remove(0).part } else { Part::OneOf(ways) };
        if let Some(more) = self.rest().strip_prefix('…') {
            self.at = self.end - more.len();
            return Some(Place { part: Part::Many(Box::new(Place { part, at })), at });
        }
        Some(Place { part, at })
    }

    fn one(&mut self) -> Option<Place> {
        let (at, rest) = (self.at, self.rest());
        let part = match rest.chars().next()? {
            '[' => Part::Optional(Reader { text: self.text, at: at + 1, end: self.close('[', ']') }.parts()),
            '{' => {
                self.close('{', '}');
                Part::Block
            }
            '"' => {
                let inner = rest[1..].split('"').next().unwrap_or("");
                self.at = (at + inner.len() + 2).min(self.end);
                Part::Text(inner)
            }
            '=' => {
                self.at += if rest.starts_with("=>") { 2 } else { 1 };
                Part::Equals
            }
            _ => self.word(),
        };
        Some(Place { part, at })
    }

    /// Behind the bracket that closes the one here; where it stands.
    fn close(&mut self, open: char, close: char) -> usize {
        let mut depth = 0;
        for (at, c) in self.rest().char_indices() {
            depth += i32::from(c == open) - i32::from(c == close);
            if depth == 0 {
                let end = self.at + at;
                self.at = end + 1;
                return end;
            }
        }
        self.at = self.end;
        self.end
    }

    fn word(&mut self) -> Part {
        let rest = self.rest();
        let length = rest.find([' ', ',', '|', '[', '{', '"', '=', '(', '…', ']']).unwrap_or(rest.len());
        let length = if length == 0 { rest.chars().next().map_or(1, char::len_utf8) } else { length };
        let word = &rest[..length];
        self.at += length;
        if self.rest().starts_with('(') {
            self.close('(', ')');
        }
        if word.starts_with(|c: char| c.is_ascii_lowercase()) { Part::Word(word) } else { Part::Slot(word) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Atom, Part, Usage};

    fn words(usage: &'static str, atoms: &[Atom]) -> String {
        let name = |part: &Part| match part {
            Part::Word(word) | Part::Slot(word) => (*word).to_owned(),
            Part::Text(text) => format!("\"{text}\""),
            Part::Equals => "=".to_owned(),
            Part::Block => "{".to_owned(),
            other => format!("{other:?}"),
        };
        Usage::of(usage).next(atoms).iter().map(name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_can_come_next() {
        let translate = "VA [for read|write|execute] [by user|supervisor]";
        assert_eq!(words(translate, &[]), "VA");
        assert_eq!(words(translate, &[Atom::Number]), "for by");
        assert_eq!(words(translate, &[Atom::Value, Atom::Word("for")]), "read write execute");
        assert_eq!(words(translate, &[Atom::Value, Atom::Word("for"), Atom::Word("read")]), "by");
        assert_eq!(words("tlb [NAME] | cache [NAME]", &[]), "tlb cache");
        assert_eq!(words("tlb [NAME] | cache [NAME]", &[Atom::Word("cache")]), "NAME");
        assert_eq!(words("[PRESET|\"file.yaml\"] [{ settings }]", &[]), "PRESET \"file.yaml\" {");
        assert_eq!(words("N|fully-associative|direct-mapped", &[]), "N fully-associative direct-mapped");
        assert_eq!(words("N bits", &[Atom::Number]), "bits");
        assert_eq!(words("N bits", &[Atom::Number, Atom::Word("bits")]), "");
        assert_eq!(words("VA [size N]", &[Atom::Number, Atom::Word("KB")]), "size");
        assert_eq!(words("N…", &[Atom::Number, Atom::Number]), "N");
        assert_eq!(words("NAME(a, b) { … }", &[]), "NAME");
        assert_eq!(words("", &[]), "");
    }

    #[test]
    fn what_is_left() {
        let rest = |usage, atoms: &[Atom]| Usage::of(usage).rest(atoms);
        assert_eq!(rest("VA [size N]", &[]), "VA [size N]");
        assert_eq!(rest("VA [size N]", &[Atom::Value]), "size N");
        assert_eq!(rest("VA [size N]", &[Atom::Value, Atom::Word("size")]), "N");
        assert_eq!(rest("cr3 = PA | pte LEVEL PA = RAW", &[Atom::Word("pte")]), "LEVEL PA = RAW");
        assert_eq!(rest("N", &[Atom::Number]), "");
    }
}
