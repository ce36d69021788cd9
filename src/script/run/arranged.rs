//! Other arrangements of a statement whose operands do not fit: the same operands in the order of the row, with its keywords.

use super::bind::{Atom, Contents, Fit, Param, Params, Slot, fit, has_option, ways};
use crate::lang::idioms::{Arrangement, setting_rewritten};
use crate::lang::layout::{Token, TokenKind, tokens};
use crate::lang::nearest::nearest;
use crate::lang::value::{Dimension, unit_factor};
use crate::run::session::Language;
use crate::run::verbs::Form;
use pagewalk_engine::kernel::syscall::system_call;

/// Prepositions before an address, a part of the machine, or a process.
const BEFORE_PLACES: &[&str] = &["to", "at", "from", "in", "into", "on", "of"];

/// Words before a value or an option.
const BEFORE_VALUES: &[&str] = &["with", "as", "value", "using", "by"];

/// Words without a meaning of their own.
const FILLERS: &[&str] = &["the", "is", "and", "for", "mode", "process"];

/// Maximum number of values, and of all operands. The number of orders grows quickly.
const VALUES: usize = 6;
const OPERANDS: usize = 16;

/// Maximum number of ways to choose from a row's options.
const SHAPES: usize = 1 << 12;

/// What the word before an operand says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Any,
    Place,
    Value,
}

#[derive(Debug, Clone, Copy)]
struct Operand<'t> {
    atom: Atom<'t>,
    text: &'t str,
    role: Role,
    /// The first byte in the statement.
    start: usize,
}

/// The parts of a statement.
struct Parts<'t> {
    /// The word before the statement of a blank or a probe, or nothing.
    wrapped_in: &'t str,
    /// The process, if the statement begins with one.
    process: Option<&'t str>,
    verb: &'t str,
    operands: Vec<Operand<'t>>,
    /// The facts with their `=>`, or nothing.
    facts: &'t str,
    whole: &'t str,
}

/// Returns the arrangements of a statement's operands in which all of them fit the parameters of its row, likeliest first. An
/// arrangement adds and omits only words without a meaning of their own. The processes are those of the `script`.
pub(crate) fn arrangements(language: &Language, script: &str, statement: &str) -> Vec<Arrangement> {
    let Some(parts) = Parts::of(statement) else {
        return Vec::new();
    };
    let Some(verb) = language.verb(parts.verb) else {
        let reference =
            Form::named(parts.verb).and_then(|form| parts.reference(language, form.params));
        return reference.or_else(|| parts.called()).into_iter().collect();
    };
    let is_process = |word: &str| {
        let declared = |form: String| script.contains(&form);
        declared(format!("process {word}")) || declared(format!("let {word} = fork("))
    };
    let named = |operand: &&Operand| matches!(operand.atom, Atom::Word(word) if is_process(word));
    // In `translate P1 0x1000`, the name stands for `P1:`.
    let before = if verb.params.has(Slot::Process) {
        None
    } else {
        parts.operands.iter().find(named)
    };
    let mut found = Vec::new();
    for way in ways(verb.params) {
        let is_short = parts.operands.len() <= OPERANDS;
        for shape in is_short.then(|| shapes(way)).into_iter().flatten() {
            let Some(process) = before else {
                parts.fill(
                    &shape,
                    parts.process,
                    &parts.operands,
                    verb.params,
                    &mut found,
                );
                continue;
            };
            if parts.process.is_none()
                && (verb.params.has(Slot::Va) || verb.params.has(Slot::Program))
            {
                let others = parts
                    .operands
                    .iter()
                    .filter(|one| one.start != process.start);
                let others: Vec<Operand> = others.copied().collect();
                parts.fill(&shape, Some(process.text), &others, verb.params, &mut found);
            }
        }
        found.extend(parts.in_braces(language, way));
    }
    found.sort_by_key(|one| one.cost);
    found
}

impl<'t> Parts<'t> {
    fn of(statement: &'t str) -> Option<Self> {
        let all = tokens(statement).list;
        let shown = |token: &&Token| token.end > token.start && token.kind != TokenKind::Comment;
        let all: Vec<Token> = all.iter().filter(shown).copied().collect();
        let word = |at: usize| all.get(at).map_or("", |token| token.text(statement));
        let wraps = matches!(word(0), "ask" | "probe");
        let first = usize::from(wraps);
        let wrapped_in = if wraps { word(0) } else { "" };
        let (process, first) = match word(first + 1) {
            ":" => (Some(word(first)), first + 2),
            _ => (None, first),
        };
        let arrow = (first..all.len()).find(|at| word(*at) == "=>");
        let end = arrow.unwrap_or(all.len());
        let facts = arrow.map_or("", |at| &statement[all[at].start..]);
        Some(Self {
            wrapped_in,
            process,
            verb: all.get(first).map(|verb| verb.text(statement))?,
            operands: operands(statement, all.get(first + 1..end)?)?,
            facts,
            whole: statement,
        })
    }

    /// Adds the orders in which the operands fill the parameters of a shape.
    fn fill(
        &self,
        shape: &[&'static Param],
        process: Option<&str>,
        operands: &[Operand<'t>],
        params: &'static [Param],
        found: &mut Vec<Arrangement>,
    ) {
        let mut free: Vec<Operand> = operands.to_vec();
        let mut cost = usize::from(process != self.process);
        // Words, signs, and braces first, because a value may be anything.
        let mut filled: Vec<Option<Operand>> = vec![None; shape.len()];
        for (at, param) in shape.iter().enumerate() {
            let is_value = param.slot().is_some() || matches!(param, Param::Comma);
            if is_value {
                continue;
            }
            let own = free.iter().position(|one| {
                fit(param, &one.atom.into()).is_some() || means(param, one).is_some()
            });
            match (param, own) {
                (_, Some(own)) => filled[at] = Some(free.remove(own)),
                (Param::Unit(_), None) => {}
                (Param::Equals, None) => cost += 1,
                // A keyword alone would say something that the statement does not say, and of two values, one may be
                // superfluous.
                (Param::Keyword(_), None)
                    if matches!(shape.get(at + 1), Some(Param::Words(_) | Param::Unit(_)))
                        || matches!(shape.get(at + 1), Some(Param::Value(_)))
                            && free.iter().any(|one| one.role != Role::Any) =>
                {
                    cost += 1;
                }
                _ => return,
            }
        }
        let before = free.len();
        free.retain(|one| !is_dropped(one));
        cost += before - free.len();
        let is_known =
            |one: &Operand| matches!(one.atom, Atom::Word(word) if params.has_word(word));
        let is_value = |one: &Operand| !matches!(one.atom, Atom::Equals | Atom::Block);
        let slots = shape.iter().filter(|param| param.slot().is_some()).count();
        if free.len() != slots
            || free.len() > VALUES
            || free.iter().any(is_known)
            || !free.iter().all(is_value)
        {
            return;
        }
        let mut orders = Orders {
            statement: self.whole,
            params,
            shape,
            filled,
            used: vec![false; free.len()],
            free,
            found: Vec::new(),
        };
        orders.from(0);
        for order in orders.found {
            let text = self.text(shape, process, &order);
            if !text.split_whitespace().eq(self.whole.split_whitespace()) {
                found.push(Arrangement {
                    cost: cost + inversions(&order) + unlikely(shape, &order),
                    text,
                });
            }
        }
    }

    fn text(
        &self,
        shape: &[&'static Param],
        process: Option<&str>,
        order: &[Option<Operand>],
    ) -> String {
        let mut text = self.head(process);
        for (param, operand) in shape.iter().zip(order) {
            let written = match (param, operand) {
                (Param::Unit(_), None) => continue,
                (Param::Comma, _) => {
                    text.push(',');
                    continue;
                }
                // The operand may be `:=`.
                (Param::Equals, _) => "=".to_owned(),
                (_, Some(operand)) => means(param, operand).unwrap_or(operand.text).to_owned(),
                (param, None) => param.to_string(),
            };
            text.push(' ');
            text += &written;
        }
        self.with_facts(text)
    }

    fn head(&self, process: Option<&str>) -> String {
        let mut head = String::new();
        if !self.wrapped_in.is_empty() {
            head.extend([self.wrapped_in, " "]);
        }
        if let Some(process) = process {
            head.extend([process, ": "]);
        }
        head + self.verb
    }

    fn with_facts(&self, text: String) -> String {
        match self.facts {
            "" => text,
            facts => format!("{text} {facts}"),
        }
    }

    /// Puts settings before or after the braces, or without braces, into them. Braces after the name of a part are its own.
    fn in_braces(&self, language: &Language, way: &'static [Param]) -> Vec<Arrangement> {
        let is_block = |param: &Param| matches!(param, Param::Block(Contents::Settings, _));
        let Some((Param::Optional([last]) | last, params)) = way.split_last() else {
            return Vec::new();
        };
        let Some(block) = language.block(self.verb).filter(|_| is_block(last)) else {
            return Vec::new();
        };
        let (mut head, mut rest) = (Vec::new(), &self.operands[..]);
        for param in params {
            let (Param::Optional([param]) | param) = param;
            let either = if let Param::OneOf(either) = param {
                *either
            } else {
                std::slice::from_ref(param)
            };
            let is_setting = |word: &str| block.setting(word).is_some();
            let fits = rest.first().filter(|one| {
                let is_setting = matches!(one.atom, Atom::Word(word) if is_setting(word));
                let fits = |param: &Param| {
                    accepts(param, one) || fit(param, &one.atom.into()) == Some(Fit::Word)
                };
                !is_setting && !is_dropped(one) && either.iter().any(fits)
            });
            if let Some(one) = fits {
                head.push(one.text);
                rest = &rest[1..];
            }
        }
        let text = |operands: &[Operand]| match operands {
            [] => "",
            [first, .., last] | [first @ last] => {
                &self.whole[first.start..last.start + last.text.len()]
            }
        };
        let mut found = vec![self.settings(&head, &[text(rest)])];
        let ends = [rest.split_first(), rest.split_last()];
        let blocks = ends.into_iter().flatten();
        for (block, beside) in blocks.filter(|(block, _)| block.atom == Atom::Block) {
            let inside = block
                .text
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            found.push(inside.and_then(|inside| self.settings(&head, &[text(beside), inside])));
        }
        found.into_iter().flatten().collect()
    }

    /// Writes the pages of a reference string before its settings, which are in braces.
    fn reference(&self, language: &Language, params: &'static [Param]) -> Option<Arrangement> {
        language
            .block(self.verb)
            .filter(|_| params.has(Slot::Pages))?;
        let is_page = |one: &Operand| one.atom == Atom::Number;
        let runs = self
            .operands
            .chunk_by(|one, next| is_page(one) && is_page(next));
        let pages = runs
            .max_by_key(|run| run.len())
            .filter(|run| run.len() > 1)?;
        let (first, last) = (pages.first()?, pages.last()?);
        let (before, after) = (
            &self.whole[self.operands[0].start..first.start],
            &self.whole[last.start + last.text.len()..],
        );
        let after = after.strip_suffix(self.facts)?;
        let bare = |part: &'t str| part.trim().trim_matches([':', ',']).trim();
        let after = bare(after)
            .strip_prefix('{')
            .and_then(|after| after.strip_suffix('}'))
            .unwrap_or(bare(after));
        let head: Vec<&str> = pages.iter().map(|one| one.text).collect();
        self.settings(&head, &[bare(before), after])
    }

    /// Writes the statement with its settings in braces.
    fn settings(&self, head: &[&str], settings: &[&str]) -> Option<Arrangement> {
        let rewritten = |part: &&str| {
            let part = part.trim().trim_end_matches(',');
            let plain = |word: &&str| role_after(word).is_some();
            let part = part
                .split_once(' ')
                .filter(|(first, _)| plain(first))
                .map_or(part, |(_, rest)| rest);
            setting_rewritten(self.verb, part).unwrap_or_else(|| part.to_owned())
        };
        let settings: Vec<String> = settings
            .iter()
            .map(rewritten)
            .filter(|part| !part.is_empty())
            .collect();
        let words = [&[&*self.head(self.process)], head].concat().join(" ");
        (!settings.is_empty()).then(|| Arrangement {
            cost: 1,
            text: self.with_facts(format!("{words} {{ {} }}", settings.join(", "))),
        })
    }

    /// Writes the operands of a system call in parentheses.
    fn called(&self) -> Option<Arrangement> {
        let row = system_call(self.verb)?;
        let values = self.operands.iter().map(|one| one.text);
        let values: Vec<&str> = values.collect();
        let is_complete = values.len() == row.params.len() && !row.params.is_empty();
        is_complete.then(|| Arrangement {
            cost: 1,
            text: self.with_facts(format!(
                "{}({})",
                self.head(self.process),
                values.join(", ")
            )),
        })
    }
}

/// The orders of the values.
struct Orders<'s, 't> {
    statement: &'t str,
    params: &'static [Param],
    shape: &'s [&'static Param],
    filled: Vec<Option<Operand<'t>>>,
    used: Vec<bool>,
    free: Vec<Operand<'t>>,
    found: Vec<Vec<Option<Operand<'t>>>>,
}

impl Orders<'_, '_> {
    fn from(&mut self, at: usize) {
        let Some(param) = self.shape.get(at) else {
            self.found.push(self.filled.clone());
            return;
        };
        if param.slot().is_none() {
            return self.from(at + 1);
        }
        for one in 0..self.free.len() {
            let operand = self.free[one];
            let fits = match self.owner(&operand) {
                Some(owner) => owner + 1 == at && takes(param, &operand),
                None => accepts(param, &operand),
            };
            if !self.used[one] && fits {
                self.used[one] = true;
                self.filled[at] = Some(operand);
                self.from(at + 1);
                self.filled[at] = None;
                self.used[one] = false;
            }
        }
    }

    /// Returns the place of the option's keyword or the `=` directly before an operand, whose value it is.
    fn owner(&self, operand: &Operand) -> Option<usize> {
        self.filled
            .iter()
            .zip(self.shape)
            .position(|(before, param)| {
                let owns = match param {
                    Param::Keyword(word) => has_option(self.params, word),
                    param => **param == Param::Equals,
                };
                owns && before.is_some_and(|before| {
                    let between = self
                        .statement
                        .get(before.start + before.text.len()..operand.start);
                    between.is_some_and(|between| between.trim().is_empty())
                })
            })
    }
}

/// Returns the word of the row for which an operand is a synonym.
fn means(param: &Param, operand: &Operand) -> Option<&'static str> {
    match (param, operand.atom) {
        (Param::Words(words), Atom::Word(word)) => nearest(word, words.iter().copied()),
        _ => None,
    }
}

/// Whether an operand may fill a parameter, by its kind.
fn takes(param: &Param, operand: &Operand) -> bool {
    let Some(slot) = param.slot() else {
        return false;
    };
    let is_word = matches!(operand.atom, Atom::Word(_));
    let kind = match slot {
        Slot::Process | Slot::Noun | Slot::Tlb | Slot::Cache | Slot::Preset => is_word,
        _ => fit(param, &operand.atom.into()).is_some(),
    };
    kind && !(operand.atom == Atom::Text && slot.dimension().is_some())
}

/// Whether an operand may fill a parameter, by its kind and by the word before it.
fn accepts(param: &Param, operand: &Operand) -> bool {
    let is_place = matches!(
        param.slot(),
        Some(
            Slot::Va
                | Slot::Pa
                | Slot::Process
                | Slot::Noun
                | Slot::Tlb
                | Slot::Cache
                | Slot::Program
        )
    );
    let role = match operand.role {
        Role::Any => true,
        Role::Place => is_place,
        Role::Value => !is_place,
    };
    takes(param, operand) && (role || operand.atom == Atom::Text)
}

/// Whether an operand is a word or a sign that an arrangement omits.
fn is_dropped(operand: &Operand) -> bool {
    match operand.atom {
        Atom::Word(word) => role_after(word).is_some(),
        Atom::Equals => true,
        _ => false,
    }
}

/// Returns the role of the operand after a word without a meaning of its own.
fn role_after(word: &str) -> Option<Role> {
    let roles = [
        (BEFORE_PLACES, Role::Place),
        (BEFORE_VALUES, Role::Value),
        (FILLERS, Role::Any),
    ];
    let row = roles.iter().find(|(words, _)| words.contains(&word));
    row.map(|(_, role)| *role)
}

/// The number of pairs of operands whose order changes.
fn inversions(order: &[Option<Operand>]) -> usize {
    let starts: Vec<usize> = order.iter().flatten().map(|one| one.start).collect();
    let pairs = (0..starts.len())
        .flat_map(|first| (first + 1..starts.len()).map(move |second| (first, second)));
    pairs
        .filter(|(first, second)| starts[*first] > starts[*second])
        .count()
}

/// The number of operands whose notation is unusual for their parameters: addresses are hexadecimal, and counts are not.
fn unlikely(shape: &[&'static Param], order: &[Option<Operand>]) -> usize {
    let pairs = shape.iter().zip(order);
    let unusual = pairs.filter(|(param, operand)| {
        let Some((slot, operand)) = param.slot().zip(operand.as_ref()) else {
            return false;
        };
        let hexadecimal = operand.text.starts_with("0x");
        match slot {
            Slot::Va | Slot::Pa | Slot::Raw => operand.atom == Atom::Number && !hexadecimal,
            _ => {
                hexadecimal && matches!(slot.dimension(), Some(Dimension::Count | Dimension::Bytes))
            }
        }
    });
    unusual.count()
}

/// Returns the ways to choose from the options of parameters.
fn shapes(params: &'static [Param]) -> Vec<Vec<&'static Param>> {
    let mut found: Vec<Vec<&'static Param>> = vec![Vec::new()];
    for param in params {
        let parts: Vec<Vec<&'static Param>> = match param {
            Param::Optional(parts) => {
                let mut with = shapes(parts);
                with.push(Vec::new());
                with
            }
            Param::OneOf(parts) => parts
                .iter()
                .flat_map(|part| shapes(std::slice::from_ref(part)))
                .collect(),
            Param::Many(one) => vec![vec![*one], vec![*one, *one]],
            // `maps P1` is the name of a part and a process.
            Param::Value(Slot::Noun) => vec![vec![param], vec![param, param]],
            param => vec![vec![param]],
        };
        if found.len() * parts.len() > SHAPES {
            return Vec::new();
        }
        let longer = found.iter().flat_map(|begun| {
            parts
                .iter()
                .map(move |part| [&begun[..], &part[..]].concat())
        });
        found = longer.collect();
    }
    found
}

/// Returns the operands of a statement, or `None` if a bracket is not closed.
fn operands<'t>(text: &'t str, all: &[Token]) -> Option<Vec<Operand<'t>>> {
    let mut found: Vec<Operand> = Vec::new();
    let mut role = Role::Any;
    // An operator joins its operands.
    let mut joins = false;
    let mut at = 0;
    while let Some(token) = all.get(at) {
        let said = token.text(text);
        let first = at;
        let mut last = at;
        if let TokenKind::Open(_) = token.kind {
            let mut depth = 0;
            last += all[at..].iter().position(|token| {
                depth += match token.kind {
                    TokenKind::Open(_) => 1,
                    TokenKind::Close(_) => -1,
                    _ => 0,
                };
                depth == 0
            })?;
        }
        at = last + 1;
        let is_word = |at: Option<usize>| {
            at.and_then(|at| all.get(at))
                .is_some_and(|one| one.kind == TokenKind::Word)
        };
        if matches!(said, "a" | "an") && is_word(first.checked_sub(1)) && is_word(Some(at)) {
            continue;
        }
        let (start, end) = (token.start, all[last].end);
        let touches = first > 0 && all[first - 1].end == start;
        let atom = match token.kind {
            TokenKind::Open(b'{') => Atom::Block,
            TokenKind::Open(_) => Atom::Value,
            TokenKind::Number => Atom::Number,
            TokenKind::String { .. } | TokenKind::Prose => Atom::Text,
            TokenKind::Word => Atom::Word(said),
            TokenKind::Operator if matches!(said, "," | ":") => {
                role = Role::Any;
                continue;
            }
            TokenKind::Operator if matches!(said, "=" | "==") => Atom::Equals,
            TokenKind::Operator => {
                joins = true;
                if let Some(before) = found
                    .last_mut()
                    .filter(|before| !matches!(before.atom, Atom::Equals | Atom::Block))
                {
                    before.text = &text[before.start..end];
                    before.atom = Atom::Value;
                } else {
                    found.push(Operand {
                        atom: Atom::Value,
                        text: said,
                        role,
                        start,
                    });
                }
                continue;
            }
            _ => return None,
        };
        let unit = matches!(atom, Atom::Word(word) if unit_factor(word).is_some());
        let call = touches
            && token.kind != TokenKind::Open(b'{')
            && matches!(token.kind, TokenKind::Open(_));
        if let Some(before) = found.last_mut()
            && (joins || call || unit && before.atom == Atom::Number)
        {
            before.text = &text[before.start..end];
            if joins || call {
                before.atom = Atom::Value;
            }
        } else {
            found.push(Operand {
                atom,
                text: &text[start..end],
                role,
                start,
            });
        }
        joins = false;
        role = match atom {
            Atom::Word(word) => role_after(word).unwrap_or(Role::Any),
            _ => Role::Any,
        };
    }
    // What follows the last preposition is missing.
    (role == Role::Any).then_some(found)
}
