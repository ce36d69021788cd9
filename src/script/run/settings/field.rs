//! Settings with evaluated values, and the registry rows that accept these settings.
//!
//! A setting is one row of its block's registry, with a name, parameters, help, and a function that adds the
//! setting to the draft of the declaration. Rows work in the same way for fields from scripts and from machine
//! files.

use std::sync::Arc;

use pagewalk_engine::machine::policy::{POLICIES, Policy};

use crate::lang::ast::{Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::idioms::unit_meant;
use crate::lang::nearest::nearest;
use crate::lang::value::{Number, Value};
pub(super) use crate::run::bind::size_of;
use crate::run::bind::{Param, Params};

/// A setting with its values evaluated.
#[derive(Debug, Clone)]
pub struct Field {
    /// The setting's first word.
    pub name: Word,
    pub(crate) args: Vec<Arg>,
    pub(crate) block: Option<Vec<Field>>,
    pub span: Span,
}

/// A value of a setting and its location.
#[derive(Debug, Clone)]
pub(crate) struct Arg {
    pub(crate) kind: ArgKind,
    pub(crate) span: Span,
}

/// A setting's value. A keyword of the setting takes precedence over a variable of the same name.
#[derive(Debug, Clone)]
pub(crate) enum ArgKind {
    /// A bare word, with the value of the variable of that name, if any.
    Word {
        text: Arc<str>,
        value: Option<Value>,
    },
    /// An expression's value.
    Value(Value),
    /// The value of a literal with a unit of time.
    Time(Value),
    /// A range written `a..=b`. As a range of bit numbers, `a..b` includes both ends.
    Inclusive(Value),
    /// A mistake of a machine file instead of a value. It is reported with those of the other settings.
    Wrong(Box<Diagnostic>),
}

impl Field {
    /// Returns a setting without values.
    pub(super) fn named(name: Word, span: Span) -> Self {
        let (args, block) = (Vec::new(), None);
        Self {
            name,
            args,
            block,
            span,
        }
    }

    /// Returns a setting with a mistake instead of its value.
    pub(super) fn unread(name: Word, wrong: Diagnostic) -> Self {
        let (args, span) = (vec![Arg::wrong(wrong)], name.span);
        Self {
            args,
            ..Self::named(name, span)
        }
    }

    /// Whether a mistake replaces all values of the setting.
    fn is_unread(&self) -> bool {
        self.span == self.name.span && self.mistakes().next().is_some()
    }

    /// Returns the mistakes of a machine file instead of its values.
    pub(super) fn mistakes(&self) -> impl Iterator<Item = &Diagnostic> {
        self.args.iter().filter_map(|arg| match &arg.kind {
            ArgKind::Wrong(wrong) => Some(&**wrong),
            _ => None,
        })
    }
}

impl Arg {
    /// Returns a mistake in place of a value.
    pub(super) fn wrong(wrong: Diagnostic) -> Self {
        let span = wrong.span;
        let kind = ArgKind::Wrong(Box::new(wrong));
        Self { kind, span }
    }

    /// Returns the word if the value is a bare word.
    pub(crate) fn word(&self) -> Option<&str> {
        match &self.kind {
            ArgKind::Word { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Returns whether the value is a word or a digit for a state of a flag, which scripts have no value for.
    fn truth(&self) -> Option<bool> {
        let digit = match &self.kind {
            ArgKind::Value(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        match self.word().unwrap_or(&digit) {
            "on" | "yes" | "true" | "enabled" | "1" => Some(true),
            "off" | "no" | "false" | "disabled" | "none" | "0" => Some(false),
            _ => None,
        }
    }

    /// Returns the text in the variable that a bare word names.
    fn text_in_variable(&self) -> Option<&str> {
        match &self.kind {
            ArgKind::Word {
                value: Some(Value::Text(text)),
                ..
            } => Some(text),
            _ => None,
        }
    }

    /// Returns the value of an expression, a range, or a variable.
    ///
    /// # Errors
    /// Returns `unknown-word` for a bare word that is not a variable.
    pub(crate) fn value(&self) -> Result<&Value, Diagnostic> {
        match &self.kind {
            ArgKind::Value(value)
            | ArgKind::Time(value)
            | ArgKind::Inclusive(value)
            | ArgKind::Word {
                value: Some(value), ..
            } => Ok(value),
            ArgKind::Wrong(wrong) => Err((**wrong).clone()),
            ArgKind::Word { text, value: None } => Err(Diagnostic::new(
                Code::UnknownWord,
                self.span,
                format!("`{text}` is not a value"),
            )
            .label("a number is needed here")
            .help("write a number, or a variable that a `let` has set")),
        }
    }

    /// Returns a whole number from 0 to 2^64−1.
    ///
    /// # Errors
    /// Returns `wrong-type` or `not-an-integer`.
    pub(crate) fn integer(&self) -> Result<u64, Diagnostic> {
        integer(self.value()?, self.span)
    }

    /// Returns a whole number in a range.
    ///
    /// # Errors
    /// Returns the errors from [`Arg::integer`], and `code` for a number outside the range.
    pub(crate) fn within(
        &self,
        low: u64,
        high: u64,
        code: Code,
        what: &str,
    ) -> Result<u64, Diagnostic> {
        let n = self.integer()?;
        if (low..=high).contains(&n) {
            return Ok(n);
        }
        Err(
            Diagnostic::new(code, self.span, format!("{what} of {n} is out of range"))
                .label(format!("must be from {low} to {high}")),
        )
    }

    /// Returns log2 of a power of two.
    ///
    /// # Errors
    /// Returns `not-a-power-of-two`.
    pub(crate) fn log2(&self, what: &str) -> Result<u32, Diagnostic> {
        let n = self.integer()?;
        if n.is_power_of_two() {
            return Ok(n.trailing_zeros());
        }
        let wrong = power_of_two(self.span, what, n);
        let near = n.checked_next_power_of_two().filter(|_| n > 0);
        Err(match near {
            Some(near) => wrong.fix(Fix::replace(self.span, near.to_string())),
            None => wrong,
        })
    }
}

/// Returns a whole number from 0 to 2^64−1.
///
/// # Errors
/// Returns `wrong-type` for a value that is not a number, `not-an-integer` for a fraction, and `overflow` for
/// a negative number.
pub(crate) fn integer(value: &Value, span: Span) -> Result<u64, Diagnostic> {
    let Value::Number(number) = value else {
        return Err(Diagnostic::new(
            Code::WrongType,
            span,
            format!("{} is not a number", value.kind()),
        )
        .label("a whole number is needed here"));
    };
    let Some(n) = number.as_integer() else {
        return Err(Diagnostic::new(
            Code::NotAnInteger,
            span,
            format!("{number} is not a whole number"),
        )
        .label("a whole number is needed here")
        .help("round the number with floor(…), ceil(…), or round(…), or divide with `//`"));
    };
    u64::try_from(n).map_err(|_| {
        Diagnostic::new(Code::Overflow, span, format!("{n} is negative"))
            .label("must be at least 0")
    })
}

/// Reports that a number must be a power of two, and lists the nearest powers.
pub(crate) fn power_of_two(span: Span, what: &str, n: u64) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::NotAPowerOfTwo,
        span,
        format!("{what} must be a power of two, not {n}"),
    )
    .label(format!("{n} is not a power of two"));
    match n.checked_next_power_of_two() {
        Some(next) if n > 0 => diagnostic.help(format!(
            "the nearest powers of two are {} and {next}",
            next / 2
        )),
        _ => diagnostic,
    }
}

pub(crate) const ON_OFF: &[(&str, bool)] = &[("on", true), ("off", false)];

/// Returns a setting's value in a complete draft, or `None` if the draft has no such value.
type Get<D> = fn(&D) -> Option<Value>;

/// Adds a setting to a draft.
type Set<D> = fn(&mut D, &Field) -> Result<(), Vec<Diagnostic>>;

/// The row of a setting in the registry of its block.
pub(crate) struct SettingRow<D: 'static> {
    pub(crate) name: &'static str,
    /// The setting's parameters, or none for a flag.
    pub(crate) params: &'static [Param],
    pub(crate) help: &'static str,
    pub(crate) set: Set<D>,
    /// A setting without this function is not a path.
    pub(crate) get: Option<Get<D>>,
    /// Whether the setting may occur several times (`tlb`, `cache`).
    pub(crate) repeats: bool,
}

impl<D> SettingRow<D> {
    /// Returns the row of a setting that may occur once and is not a path.
    pub(crate) const fn once(
        name: &'static str,
        params: &'static [Param],
        help: &'static str,
        set: Set<D>,
    ) -> Self {
        Self {
            name,
            params,
            help,
            set,
            get: None,
            repeats: false,
        }
    }

    /// Returns the row of a setting that may occur several times.
    pub(crate) const fn often(
        name: &'static str,
        params: &'static [Param],
        help: &'static str,
        set: Set<D>,
    ) -> Self {
        Self {
            repeats: true,
            ..Self::once(name, params, help, set)
        }
    }

    /// Returns the row of a setting that is also a path: `L1d.size`.
    pub(crate) const fn path(
        name: &'static str,
        params: &'static [Param],
        help: &'static str,
        get: Get<D>,
        set: Set<D>,
    ) -> Self {
        Self {
            get: Some(get),
            ..Self::once(name, params, help, set)
        }
    }
}

/// Adds each field to a draft by applying the matching row of the draft's block.
///
/// # Errors
/// Returns every error in the fields.
pub(crate) fn apply<D>(
    rows: &[SettingRow<D>],
    block: &str,
    fields: &[Field],
    draft: &mut D,
) -> Result<(), Vec<Diagnostic>> {
    let mut wrong = Vec::new();
    for (i, field) in fields.iter().enumerate() {
        let row = rows.iter().find(|row| row.name == &*field.name.text);
        let unread: Vec<_> = field.mistakes().cloned().collect();
        let is_of_name = unread.iter().any(|one| one.span == field.name.span);
        if row.is_none() && !is_of_name {
            wrong.push(unknown(rows, block, field));
            // The values of a setting that does not exist can have any form.
            if !field.is_unread() {
                continue;
            }
        }
        let Some(row) = row.filter(|_| unread.is_empty()) else {
            wrong.extend(unread);
            continue;
        };
        if let Some(first) = fields[..i]
            .iter()
            .find(|f| f.name.text == field.name.text && !row.repeats)
        {
            wrong.push(twice(field, first.name.span));
            continue;
        }
        let against = |f: &&Field| excludes(&f.name.text, &field.name.text);
        if let Some(first) = fields[..i].iter().find(against) {
            wrong.push(contradicts(field, first));
            continue;
        }
        if let Err(problems) = shape(row, field).and_then(|()| (row.set)(draft, field)) {
            wrong.extend(problems);
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Groups of mutually exclusive settings.
const EXCLUSIVE: &[&[&str]] = &[
    &["write-back", "write-through"],
    &["write-allocate", "no-write-allocate"],
    &["ways", "fully-associative", "direct-mapped"],
    &["little-endian", "big-endian"],
];

fn excludes(one: &str, other: &str) -> bool {
    one != other
        && EXCLUSIVE
            .iter()
            .any(|group| group.contains(&one) && group.contains(&other))
}

/// Returns the setting that holds if this flag does not.
pub(super) fn opposite(flag: &str) -> Option<&'static str> {
    EXCLUSIVE.iter().find_map(|group| match group {
        [one, other] if *one == flag => Some(*other),
        [one, other] if *other == flag => Some(*one),
        _ => None,
    })
}

/// Reports that a setting contradicts an earlier setting.
fn contradicts(field: &Field, first: &Field) -> Diagnostic {
    let message = format!(
        "`{}` and `{}` are mutually exclusive",
        first.name.text, field.name.text
    );
    Diagnostic::new(Code::Duplicate, field.span, message)
        .also(first.span, "first here")
        .help("remove one of the two settings")
        .fix(Fix::remove(first.span))
}

/// Reports the value of a flag. A value that denies the flag means the opposite one.
fn valued(flag: &str, field: &Field) -> Diagnostic {
    let place = field.args[0].span;
    let wrong = Diagnostic::new(Code::WrongCount, place, format!("`{flag}` takes no value"));
    let truth = match &*field.args {
        [only] => only.truth(),
        _ => None,
    };
    match (truth, opposite(flag)) {
        (Some(false), Some(other)) => {
            let span = Span {
                end: place.end,
                ..field.name.span
            };
            wrong.fix(Fix::replace(span, other))
        }
        (Some(false), None) if EXCLUSIVE.iter().any(|group| group.contains(&flag)) => {
            wrong.help("write the number of `ways` instead")
        }
        (Some(false), None) => wrong.help(format!(
            "leave out `{flag}`; to change a part of a preset that has it, write `none` after its name, and declare it again"
        )),
        (Some(true), _) => {
            let said = field.args[0].word().unwrap_or("1");
            wrong.fix(Fix::write(place, said, ""))
        }
        (None, _) => wrong.help("separate settings with a comma, `;`, or a new line"),
    }
}

/// Checks that a flag has no values, and that only a setting with a nested block has a block.
fn shape<D>(row: &SettingRow<D>, field: &Field) -> Result<(), Vec<Diagnostic>> {
    let takes_block = row.params.block().is_some();
    if row.params.is_empty() && !field.args.is_empty() {
        return Err(one(valued(row.name, field)));
    }
    if field.block.is_some() && !takes_block {
        return Err(one(Diagnostic::new(
            Code::WrongType,
            field.span,
            format!("`{}` takes no block in braces", row.name),
        )
        .help(usage(row))));
    }
    if field.block.is_none() && field.args.is_empty() && !row.params.is_empty() {
        return Err(one(Diagnostic::new(
            Code::WrongCount,
            field.name.span,
            format!("`{}` needs a value", row.name),
        )
        .label("nothing follows")
        .help(usage(row))));
    }
    Ok(())
}

fn usage<D>(row: &SettingRow<D>) -> String {
    format!("write `{} {}`: {}", row.name, row.params.text(), row.help)
}

/// Whether an unknown setting only resembles others: `penalty` has the letters of `latency`, and `level1` is not the number of levels.
pub(crate) fn only_resembles_others(name: &str) -> bool {
    name == "penalty" || name.ends_with(|c: char| c.is_ascii_digit())
}

fn unknown<D>(rows: &[SettingRow<D>], block: &str, field: &Field) -> Diagnostic {
    let name = &field.name;
    let diagnostic = Diagnostic::new(
        Code::UnknownSetting,
        name.span,
        format!("`{block}` has no setting `{}`", name.text),
    )
    .label("not a setting of this block");
    if let Some(said) = crate::run::unsupported::explanation(&name.text) {
        return Diagnostic {
            code: Code::NotInLanguage,
            ..diagnostic
        }
        .help(said);
    }
    // `L1 { … }` lacks its keyword, and must keep its name.
    if let Some(kind) = unkeyed(field).filter(|_| block == "machine") {
        let fix = Fix::write(name.span, &*name.text, format!("{kind} {}", name.text));
        return diagnostic.fix(fix);
    }
    let part = matches!(block, "tlb" | "cache")
        .then(|| unkeyed(field))
        .flatten();
    if let Some(kind) = part {
        let help = format!(
            "close the braces of `{block}` above it, and write `{kind} {} {{ … }}`",
            name.text
        );
        return diagnostic.help(help);
    }
    let near = nearest(&name.text, rows.iter().map(|row| row.name));
    match near.filter(|_| !only_resembles_others(&name.text)) {
        Some(near) => diagnostic.did_you_mean(&name.text, near),
        // `miss_penalty`, `miss_latency`
        None if matches!(block, "cache" | "machine")
            && (name.text.to_lowercase().starts_with("miss") || &*name.text == "penalty") =>
        {
            diagnostic.help("a miss takes the latency of the next level: write `memory { latency 100 }` in `machine`")
        }
        None if block == "tlb" && name.text.to_lowercase().starts_with("miss") => {
            diagnostic.help("a miss takes the time of the page walk: each entry that it reads takes the latency of the caches or of `memory`")
        }
        // `l1 10 bits`
        None if block == "page_table" && name.text.ends_with(|c: char| c.is_ascii_digit()) => {
            diagnostic.help("`bits` has the width of each level: write `bits 10 10`")
        }
        None if block == "executable" => diagnostic.help("list its sections in a table: `| section | start size perms |`, and `| .text | 400000 1000 r-x |`"),
        None => diagnostic.help(format!("it has {}", list(rows.iter().map(|row| row.name)))),
    }
}

/// Returns the keyword that is missing before the name of a TLB or cache.
pub(super) fn unkeyed(field: &Field) -> Option<&'static str> {
    let inner = field.block.as_ref()?;
    let has = |name| inner.iter().any(|inner| &*inner.name.text == name);
    let keyword = match (has("entries"), has("block") || has("lines")) {
        (true, _) => "tlb",
        (_, true) => "cache",
        _ => return None,
    };
    let name = field.name.text.to_lowercase();
    let is_name = name.ends_with(keyword) && name != keyword;
    let misspelled = nearest(&name, [keyword].into_iter()).is_some() && !is_name;
    (field.args.is_empty() && !misspelled).then_some(keyword)
}

/// Reports that a setting occurs twice.
pub(crate) fn twice(field: &Field, first: Span) -> Diagnostic {
    let name = &field.name;
    Diagnostic::new(
        Code::Duplicate,
        name.span,
        format!("`{}` is set twice", name.text),
    )
    .label("again here")
    .also(first, "first here")
    .help(match &*name.text {
        "page" => "remove one of the two settings; a machine has one base page size",
        _ => "remove one of the two settings",
    })
    .fix(Fix::remove(field.span))
}

/// Applies the block of a setting that requires a block and accepts no other value.
///
/// # Errors
/// Returns `wrong-count` if the block is missing, or every error in the block.
pub(crate) fn block_of<D>(
    field: &Field,
    rows: &[SettingRow<D>],
    draft: &mut D,
) -> Result<(), Vec<Diagnostic>> {
    let Some(block) = &field.block else {
        return Err(one(Diagnostic::new(
            Code::WrongCount,
            field.span,
            format!("`{}` needs a block in braces", field.name.text),
        )
        .help(format!("write `{} {{ … }}`", field.name.text))));
    };
    if let Some(arg) = field.args.first() {
        return Err(one(Diagnostic::new(
            Code::WrongCount,
            arg.span,
            format!("`{}` takes no value before its block", field.name.text),
        )));
    }
    apply(rows, &field.name.text, block, draft)
}

/// Returns the only value of a setting.
///
/// # Errors
/// Returns `wrong-count`.
pub(crate) fn sole(field: &Field) -> Result<&Arg, Vec<Diagnostic>> {
    match field.args.as_slice() {
        [arg] => Ok(arg),
        [] => Err(one(Diagnostic::new(
            Code::WrongCount,
            field.name.span,
            format!("`{}` needs a value", field.name.text),
        )
        .label("nothing follows"))),
        [value, more, ..] => {
            let count = |message: String| Diagnostic::new(Code::WrongCount, more.span, message);
            let separate = "separate settings with a comma, `;`, or a new line";
            let is_number = matches!(value.kind, ArgKind::Value(_) | ArgKind::Time(_));
            Err(one(match more.word().filter(|_| is_number) {
                Some(word) => {
                    let diagnostic =
                        count(format!("`{word}` is not a unit")).label("after the number");
                    match unit_meant(word) {
                        Some(unit) => diagnostic.did_you_mean(word, unit),
                        None if matches!(word, "word" | "words") => diagnostic
                            .help("write the size in bytes: four words of 4 bytes are `16 B`"),
                        None => diagnostic.help(separate),
                    }
                }
                None => count(format!("`{}` takes one value", field.name.text))
                    .label("one too many")
                    .help(match &*field.name.text {
                        "levels" => "`levels` is their number, and `bits` has the width of each: `levels 2, bits 10 10`",
                        _ => separate,
                    }),
            }))
        }
    }
}

/// Converts a setting's word to its value.
///
/// # Errors
/// Returns `unknown-word` with the nearest word.
pub(crate) fn one_of<T: Copy>(
    arg: &Arg,
    words: &[(&'static str, T)],
) -> Result<T, Vec<Diagnostic>> {
    let said = arg.word().unwrap_or_default();
    let found = |said: &str| words.iter().find(|(word, _)| *word == said);
    if let Some((_, found)) = found(said).or_else(|| found(arg.text_in_variable()?)) {
        return Ok(*found);
    }
    let names = || words.iter().map(|(word, _)| *word);
    let shown = arg
        .word()
        .map_or_else(|| "a value".to_owned(), |word| format!("`{word}`"));
    let diagnostic = Diagnostic::new(
        Code::UnknownWord,
        arg.span,
        format!("{shown} is not allowed here"),
    )
    .label(format!("one of {}", list(names())));
    Err(one(match nearest(said, names()) {
        Some(near) => diagnostic.did_you_mean(said, near),
        None => diagnostic,
    }))
}

/// Returns a latency in thousandths of a cycle.
///
/// # Errors
/// Returns `wrong-type`, `value-too-wide`, or, for fractions of a thousandth, `not-an-integer`.
pub(crate) fn latency(arg: &Arg) -> Result<u64, Vec<Diagnostic>> {
    let value = arg.value().map_err(one)?;
    let Value::Number(number) = value else {
        return integer(value, arg.span).map_err(one);
    };
    match number
        .times(Number::from(1000u64))
        .ok()
        .and_then(Number::as_integer)
    {
        Some(n) if (0..=1_000_000_000_000_000).contains(&n) => Ok(n as u64),
        Some(_) => Err(one(Diagnostic::new(
            Code::ValueTooWide,
            arg.span,
            "a latency from 0 to 10^12 is needed",
        ))),
        None => Err(one(Diagnostic::new(
            Code::NotAnInteger,
            arg.span,
            "a latency can have at most three decimals",
        )
        .help("round the latency to three decimals"))),
    }
}

/// Formats a list of words for a message, as in `a, b, or c`.
pub(crate) fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, [first])) => format!("{first} or {last}"),
        Some((last, rest)) => format!("{}, or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// Returns one diagnostic as a list.
pub(crate) fn one(diagnostic: Diagnostic) -> Vec<Diagnostic> {
    vec![diagnostic]
}

/// Returns the value of the setting with this name, if it is a path and has a value.
pub(super) fn value_of<D>(rows: &[SettingRow<D>], draft: &D, name: &str) -> Option<Value> {
    rows.iter()
        .find(|row| row.name == name)
        .and_then(|row| (row.get?)(draft))
}

/// Returns a number as the value of a path.
pub(super) fn count(n: impl Into<u64>) -> Option<Value> {
    Some(Value::from(n.into()))
}

/// Returns a size of 2^`bits` bytes.
pub(super) fn power(bits: u32) -> Option<Value> {
    1u64.checked_shl(bits).map(Value::from)
}

/// Returns a latency, which drafts keep in thousandths.
pub(super) fn time(latency: u64) -> Option<Value> {
    Number::fraction(latency.into(), 1000)
        .ok()
        .map(Value::Number)
}

/// Returns the word for a setting's value.
pub(super) fn word_of<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> Option<Value> {
    words
        .iter()
        .find(|(_, known)| known == value)
        .map(|(word, _)| Value::from(*word))
}

/// Returns the name of a replacement policy.
pub(super) fn policy_name(policy: Policy) -> Option<Value> {
    POLICIES
        .iter()
        .find(|row| row.policy == policy)
        .map(|row| Value::from(row.name))
}
