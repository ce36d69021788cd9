//! Random texts generated from the rules of the grammar. The rules are read from the grammar file, so that
//! none is missing. Lookahead is ignored, so some texts cannot be parsed.

use std::collections::HashMap;

use pagewalk_engine::machine::random::SplitMix64;

/// Rules with the texts that replace their expansions.
const TOKENS: &[(&str, &[&str])] = &[
    (
        "name",
        &[
            "x", "a", "s", "n", "read", "write", "show", "set", "expect", "f", "tlb", "cache",
            "vpn", "P1", "core-i7", "size",
        ],
    ),
    ("process", &["P1", "child", "x"]),
    ("column", &["vpn", "ppn", "v"]),
    (
        "number",
        &[
            "0", "7", "0x1F", "12", "4 KB", "8KB", "96%", "1_000", "0b11", "14 bits", "1.5",
        ],
    ),
    (
        "string",
        &[
            "\"s\"",
            "\"\"",
            "\"a b\"",
            "\"\\xd4\"",
            "\"日本\"",
            "\"#;|\"",
        ],
    ),
    ("byte", &["'h'", "'\\n'", "'|'"]),
    (
        "prose",
        &[
            "\"\"\"a\"\"\"",
            "\"\"\"a {x}\n  b\"\"\"",
            "\"\"\"\"\"\"",
            "\"\"\"{{ {n+1} }}\"\"\"",
        ],
    ),
    (
        "bare",
        &[
            "1", "0D", "-", "*", "?", "hit", "–", "a.b", "vpn", "---", "--:",
        ],
    ),
    ("page", &["1", "a", "7", "x"]),
    ("keyword", &[""]),
    ("settings_head", &[""]),
    ("trailer", &[""]),
    ("trailer_value", &[""]),
    ("operation_head", &[""]),
    ("table_head", &[""]),
];

/// Rules that match invalid syntax.
const BROKEN: &[&str] = &[
    "broken",
    "broken_setting",
    "broken_row",
    "braced",
    "raw",
    "raw_prose",
    "ANY",
];

/// The possible gaps between two tokens that do not need a space.
const GAPS: &[&str] = &[
    "", " ", " ", " ", "", "  ", "\t", " \n ", "\n", " # c\n", "\n\n\n", "# d\n",
];

/// The right side of a rule.
#[derive(Debug, Clone)]
enum Shape {
    Text(String),
    Rule(String),
    Sequence(Vec<Shape>),
    Choice(Vec<Shape>),
    /// The minimum and maximum number of repetitions.
    Repeat(Box<Shape>, usize, usize),
}

/// The rules of a grammar.
pub(super) struct Shapes {
    /// The rules by name, each with its modifier: `@`, `$`, `!`, `_`, or a space.
    rules: HashMap<String, (char, Shape)>,
    /// The minimum nesting depth of the rules below each rule.
    heights: HashMap<String, usize>,
}

impl Shapes {
    pub(super) fn new() -> Self {
        let tokens = tokens(include_str!("../../grammar/pagewalk.pest"));
        let (mut at, mut rules) = (0, HashMap::new());
        while at < tokens.len() {
            let sign = tokens[at + 2]
                .chars()
                .next()
                .filter(|sign| "@$!_".contains(*sign))
                .unwrap_or(' ');
            let name = tokens[at].clone();
            at += if sign == ' ' { 3 } else { 4 };
            rules.insert(name, (sign, choice(&tokens, &mut at)));
            at += 1;
        }
        let mut shapes = Self {
            rules,
            heights: HashMap::new(),
        };
        loop {
            let height = |(name, (_, shape)): (&String, &(char, Shape))| {
                Some((name.clone(), shapes.height(shape)? + 1))
            };
            let heights: HashMap<_, _> = shapes.rules.iter().filter_map(height).collect();
            if heights == shapes.heights {
                return shapes;
            }
            shapes.heights = heights;
        }
    }

    fn height(&self, shape: &Shape) -> Option<usize> {
        match shape {
            Shape::Text(_) | Shape::Repeat(_, 0, _) => Some(0),
            Shape::Rule(name) if BROKEN.contains(&&**name) => None,
            Shape::Rule(name) if !self.rules.contains_key(name) || token(name).is_some() => Some(0),
            Shape::Rule(name) => self.heights.get(name).copied(),
            Shape::Sequence(parts) => parts
                .iter()
                .map(|part| self.height(part))
                .try_fold(0, |most, one| Some(most.max(one?))),
            Shape::Choice(ways) => ways.iter().filter_map(|way| self.height(way)).min(),
            Shape::Repeat(shape, ..) => self.height(shape),
        }
    }

    /// Generates a text from this rule.
    pub(super) fn text(&self, rule: &str, random: &mut SplitMix64) -> String {
        let mut out = String::new();
        self.rule(rule, false, 9, &mut out, random);
        out
    }

    fn rule(
        &self,
        name: &str,
        atomic: bool,
        depth: usize,
        out: &mut String,
        random: &mut SplitMix64,
    ) {
        if let Some(tokens) = token(name) {
            return out.push_str(pick(tokens, random));
        }
        match (name, self.rules.get(name)) {
            (_, Some((sign, shape))) => {
                let atomic = matches!(sign, '@' | '$') || atomic && *sign != '!';
                self.shape(shape, atomic, depth.saturating_sub(1), out, random);
            }
            ("ASCII_DIGIT", _) => out.push('7'),
            ("ASCII_ALPHA" | "ASCII_ALPHANUMERIC", _) => out.push('x'),
            // The start and end of the text generate no characters.
            _ => {}
        }
    }

    fn shape(
        &self,
        shape: &Shape,
        atomic: bool,
        depth: usize,
        out: &mut String,
        random: &mut SplitMix64,
    ) {
        match shape {
            Shape::Text(text) => out.push_str(text),
            Shape::Rule(name) => self.rule(name, atomic, depth, out, random),
            Shape::Sequence(parts) => {
                for part in parts {
                    self.part(part, atomic, depth, out, random);
                }
            }
            Shape::Choice(ways) => {
                let least = self.height(shape).unwrap_or(0);
                let fits = |way: &&Shape| {
                    self.height(way)
                        .is_some_and(|height| height <= depth.max(least))
                };
                let ways: Vec<&Shape> = ways.iter().filter(fits).collect();
                self.shape(
                    ways[random.below(ways.len() as u64) as usize],
                    atomic,
                    depth,
                    out,
                    random,
                );
            }
            Shape::Repeat(shape, least, most) => {
                let deep = self.height(shape).is_none_or(|height| height > depth);
                let most = if deep { *least } else { *most };
                for _ in 0..*least as u64 + random.below((most - least) as u64 + 1) {
                    self.part(shape, atomic, depth, out, random);
                }
            }
        }
    }

    /// Generates a part of a sequence, after a gap.
    fn part(
        &self,
        part: &Shape,
        atomic: bool,
        depth: usize,
        out: &mut String,
        random: &mut SplitMix64,
    ) {
        let at = out.len();
        self.shape(part, atomic, depth, out, random);
        let (before, after) = (out[..at].chars().next_back(), out[at..].chars().next());
        if let (false, Some(before), Some(after)) = (atomic, before, after) {
            let word = |c: char| c.is_alphanumeric() || "_-\"'".contains(c);
            let usual = random.below(4) > 0;
            let gap = if usual { " " } else { pick(GAPS, random) };
            let gap = if gap.is_empty() && word(before) && word(after) {
                " "
            } else {
                gap
            };
            out.insert_str(
                at,
                if usual && "(),.[:".contains(after) {
                    ""
                } else {
                    gap
                },
            );
        }
    }
}

fn token(name: &str) -> Option<&'static [&'static str]> {
    TOKENS
        .iter()
        .find(|(token, _)| *token == name)
        .map(|(_, texts)| *texts)
}

pub(super) fn pick<'a>(list: &[&'a str], random: &mut SplitMix64) -> &'a str {
    list[random.below(list.len() as u64) as usize]
}

/// The tokens of the grammar. A text token begins with its quote.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' => rest.find('\n').unwrap_or(rest.len()),
            '"' => {
                let mut escaped = false;
                let end = |c: char| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                };
                rest[1..].find(end).expect("its end") + 2
            }
            _ if first.is_alphabetic() => rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len()),
            _ => 1,
        };
        if first != '/' {
            tokens.push(rest[..length].to_owned());
        }
        rest = rest[length..].trim_start();
    }
    tokens
}

fn choice(tokens: &[String], at: &mut usize) -> Shape {
    let mut ways = vec![sequence(tokens, at)];
    while tokens[*at] == "|" {
        *at += 1;
        ways.push(sequence(tokens, at));
    }
    if ways.len() == 1 {
        ways.remove(0)
    } else {
        Shape::Choice(ways)
    }
}

fn sequence(tokens: &[String], at: &mut usize) -> Shape {
    let mut parts = vec![repeated(tokens, at)];
    while tokens[*at] == "~" {
        *at += 1;
        parts.push(repeated(tokens, at));
    }
    Shape::Sequence(parts)
}

fn repeated(tokens: &[String], at: &mut usize) -> Shape {
    let token = &*tokens[*at];
    *at += 1;
    let mut shape = match token {
        // A lookahead generates no text.
        "&" | "!" => {
            repeated(tokens, at);
            return Shape::Text(String::new());
        }
        "(" => {
            let inner = choice(tokens, at);
            *at += 1;
            inner
        }
        _ => match token
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
        {
            Some(text) => Shape::Text(
                text.replace("\\n", "\n")
                    .replace("\\t", "\t")
                    .replace("\\r", "\r")
                    .replace("\\\"", "\""),
            ),
            None => Shape::Rule(token.to_owned()),
        },
    };
    while let (least, most @ 1..) = match &*tokens[*at] {
        "?" => (0, 1),
        "*" => (0, 2),
        "+" => (1, 3),
        _ => (0, 0),
    } {
        *at += 1;
        shape = Shape::Repeat(Box::new(shape), least, most);
    }
    shape
}
