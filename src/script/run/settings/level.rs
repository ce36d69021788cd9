//! Code shared by `tlb { … }` and `cache { … }`: naming, overriding, removing, and common settings.

use std::sync::Arc;

use pagewalk_engine::machine::policy::{POLICIES, Policy};
use pagewalk_engine::machine::spec::{Capacity, Side};

use super::field::{
    Arg, Field, SettingRow, block_of, list, one, one_of, power_of_two, size_of, sole, unkeyed,
};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::lang::span::Span;

/// Fields shared by drafts of TLBs and caches.
#[derive(Debug, Clone)]
pub(super) struct Common {
    pub(crate) name: Arc<str>,
    pub(crate) shape: SetGeometry,
    pub(crate) policy: Policy,
    pub(crate) side: Side,
    pub(crate) latency: u64,
    /// Location of the declaration, or the default location for a level from a preset.
    pub(crate) span: Span,
    places: Vec<(Arc<str>, Span)>,
}

impl Common {
    pub(crate) fn new(name: Option<Arc<str>>, unnamed: &str, span: Span) -> Self {
        let name = name.unwrap_or_else(|| unnamed.into());
        Self {
            name,
            shape: SetGeometry::default(),
            policy: Policy::Lru,
            side: Side::Both,
            latency: 0,
            span,
            places: Vec::new(),
        }
    }

    /// Returns the level's name, which defaults to `tlb` or `cache`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the location of a setting, or of the whole block if the setting is missing. Several settings
    /// can set the capacity.
    pub fn setting_span(&self, setting: &str) -> Span {
        const CAPACITY: [&str; 4] = ["size", "lines", "entries", "sets"];
        let like =
            |name: &str| name == setting || CAPACITY.contains(&setting) && CAPACITY.contains(&name);
        self.places
            .iter()
            .find(|(name, _)| like(name))
            .map_or(self.span, |(_, span)| *span)
    }

    /// Returns the settings of the declaration, each with the level's name.
    pub(crate) fn stated(&self) -> impl Iterator<Item = (Arc<str>, Arc<str>)> {
        let settings = self.places.iter();
        settings.map(|(setting, _)| (self.name.clone(), setting.clone()))
    }

    fn declared(&mut self, field: &Field) {
        self.span = field.span;
        let name = field.args.first().map(|arg| ("name".into(), arg.span));
        let settings = field
            .block
            .iter()
            .flatten()
            .map(|inner| (inner.name.text.clone(), inner.span));
        self.places = name.into_iter().chain(settings).collect();
    }
}

/// Draft of a TLB or cache declaration.
pub(super) trait Level: Sized + 'static {
    /// Keyword of the declaration.
    const UNNAMED: &'static str;
    /// The settings of the declaration.
    const ROWS: &'static [SettingRow<Self>];
    /// Returns a draft that has only the common settings.
    fn fresh(common: Common) -> Self;
    fn common(&self) -> &Common;
    fn common_mut(&mut self) -> &mut Common;
    /// Checks whether the level's settings are consistent.
    fn agrees(&self) -> Result<(), Vec<Diagnostic>>;
}

/// Whether the level comes from a preset or file and is unchanged by this declaration.
fn inherited<L: Level>(level: &L) -> bool {
    level.common().span == Span::default()
}

pub(super) const SIDES: &[(&str, Side)] = &[
    ("data", Side::Data),
    ("instructions", Side::Instructions),
    ("both", Side::Both),
];

/// The names of the replacement policies for TLBs and caches.
pub(super) const POLICY_WORDS: &[&str] = &[
    "lru",
    "fifo",
    "plru",
    "clock",
    "second-chance",
    "mru",
    "lfu",
    "random",
];

/// Returns a replacement policy for a TLB or cache.
pub(super) fn policy(field: &Field) -> Result<Policy, Vec<Diagnostic>> {
    let words: Vec<_> = POLICIES
        .iter()
        .filter(|row| row.sets)
        .map(|row| (row.name, row.policy))
        .collect();
    one_of(sole(field)?, &words)
}

/// Rows that TLBs and caches share.
macro_rules! shared_rows {
    ($draft:ty; $($row:expr),* $(,)?) => {
        &[
            SettingRow::path("sets", &[N], "number of sets, a power of two",
                |d: &$draft| count(d.build().ok()?.sets), |d: &mut $draft, f| d.common.shape.capacity(f, Capacity::Sets)),
            SettingRow::path("ways", &[OneOf(&[N, Literal("fully-associative"), Literal("direct-mapped")])], "associativity",
                |d: &$draft| count(d.build().ok()?.ways), |d: &mut $draft, f| d.common.shape.ways(f)),
            SettingRow::path("fully-associative", &[], "one set with all entries",
                |d: &$draft| Some(Value::Bool(d.build().ok()?.sets == 1)), |d: &mut $draft, f| { d.common.shape.ways = Some((Ways::All, f.span)); Ok(()) }),
            SettingRow::path("direct-mapped", &[], "one way",
                |d: &$draft| Some(Value::Bool(d.build().ok()?.ways == 1)), |d: &mut $draft, f| { d.common.shape.ways = Some((Ways::Number(1), f.span)); Ok(()) }),
            SettingRow::path("policy", &[Words(POLICY_WORDS)], "replacement policy within a full set",
                |d: &$draft| policy_name(d.common.policy), |d: &mut $draft, f| policy(f).map(|p| d.common.policy = p)),
            SettingRow::path("for", &[Words(words_of!(SIDES.0))], "kinds of accesses that use the TLB or cache",
                |d: &$draft| word_of(SIDES, &d.common.side), |d: &mut $draft, f| one_of(sole(f)?, SIDES).map(|side| d.common.side = side)),
            SettingRow::path("latency", &[T], "latency of a lookup",
                |d: &$draft| time(d.common.latency), |d: &mut $draft, f| latency(sole(f)?).map(|t| d.common.latency = t)),
            $($row),*
        ]
    };
}

pub(super) use shared_rows;

/// Applies a declaration: `tlb { … }` adds or changes a level, and `tlb none` and `tlb NAME none` remove levels.
pub(super) fn level<L: Level>(levels: &mut Vec<L>, field: &Field) -> Result<(), Vec<Diagnostic>> {
    match (field.args.as_slice(), &field.block) {
        ([none], None) if none.word() == Some("none") => {
            if let Some(level) = levels.iter().find(|level| !inherited(*level)) {
                return Err(one(removed(level, field)));
            }
            levels.clear();
            Ok(())
        }
        ([name, none], None) if none.word() == Some("none") => remove(levels, name, field),
        ([], Some(_)) => {
            if levels.iter().filter(|level| inherited(*level)).count() > 1 {
                return Err(one(which(levels, field)));
            }
            let at = levels.iter().position(inherited);
            declare(levels, None, at, field)
        }
        ([name], Some(_)) => {
            let word = name_of(name)?;
            let at = levels
                .iter()
                .position(|level| level.common().name() == &*word);
            let at = at.filter(|&at| inherited(&levels[at]));
            declare(levels, Some(word), at, field)
        }
        _ => Err(one(Diagnostic::new(
            Code::WrongCount,
            field.span,
            format!("`{}` takes a name and a block in braces", L::UNNAMED),
        )
        .help(format!(
            "write `{} NAME {{ … }}` or `{} none`",
            L::UNNAMED,
            L::UNNAMED
        )))),
    }
}

fn which<L: Level>(levels: &[L], field: &Field) -> Diagnostic {
    let names = list(levels.iter().map(|level| level.common().name()));
    Diagnostic::new(
        Code::BadGeometry,
        field.name.span,
        format!("the name of the `{}` to change is missing", L::UNNAMED),
    )
    .label("there are several")
    .help(format!("name it: {names}"))
}

fn name_of(arg: &Arg) -> Result<Arc<str>, Vec<Diagnostic>> {
    arg.word().map(Arc::from).ok_or_else(|| {
        one(Diagnostic::new(Code::WrongType, arg.span, "a name is needed here").label("not a name"))
    })
}

fn remove<L: Level>(levels: &mut Vec<L>, name: &Arg, field: &Field) -> Result<(), Vec<Diagnostic>> {
    let word = name_of(name)?;
    if let Some(level) = levels
        .iter()
        .find(|level| level.common().name() == &*word && !inherited(*level))
    {
        return Err(one(removed(level, field)));
    }
    let before = levels.len();
    levels.retain(|level| level.common().name() != &*word);
    if levels.len() < before {
        return Ok(());
    }
    let names = || levels.iter().map(|level| level.common().name());
    let near = nearest(&word, names()).map(ToOwned::to_owned);
    let diagnostic = Diagnostic::new(
        Code::UnknownNoun,
        name.span,
        format!("this machine has no `{word}` to remove"),
    );
    Err(one(match near {
        Some(near) => diagnostic.did_you_mean(&word, &near),
        None if levels.is_empty() => diagnostic,
        None => diagnostic.help(format!("it has {}", list(names()))),
    }))
}

/// Reports that the same block declares and removes a level.
fn removed<L: Level>(level: &L, field: &Field) -> Diagnostic {
    let message = format!(
        "`{}` removes a part that this block declares",
        field.name.text
    );
    Diagnostic::new(Code::Duplicate, field.span, message)
        .label("removed here")
        .also(level.common().span, "declared here")
        .help("remove one of the two settings, or write `none` first")
        .fix(Fix::remove(field.span))
}

fn declare<L: Level>(
    levels: &mut Vec<L>,
    name: Option<Arc<str>>,
    at: Option<usize>,
    field: &Field,
) -> Result<(), Vec<Diagnostic>> {
    let plain = Field {
        args: Vec::new(),
        ..field.clone()
    };
    let at = at.unwrap_or_else(|| {
        levels.push(L::fresh(Common::new(name, L::UNNAMED, field.span)));
        levels.len() - 1
    });
    let level = &mut levels[at];
    level.common_mut().declared(field);
    if let Some(wrong) = nested(L::UNNAMED, field) {
        return Err(one(wrong));
    }
    block_of(&plain, L::ROWS, level)?;
    level.agrees()
}

/// Finds levels inside another level: `cache { L1 { … } }`.
fn nested(kind: &str, field: &Field) -> Option<Diagnostic> {
    let inner = field.block.as_deref()?;
    let level = |inner: &Field| Some(format!("`{} {} {{ … }}`", unkeyed(inner)?, inner.name.text));
    let levels: Vec<String> = inner.iter().map(level).collect::<Option<_>>()?;
    let message = format!("each level needs a `{kind}` of its own in the braces of `machine`");
    let wrong = Diagnostic::new(Code::UnknownSetting, inner.first()?.name.span, message);
    let all = levels.join(" and ");
    Some(wrong.help(format!("write {all}, without `{kind} {{` around them")))
}

/// Associativity in a declaration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Ways {
    /// A fixed number of ways.
    Number(u64),
    /// Fully associative: one set.
    All,
}

/// The number of lines or entries and the number of ways, which TLBs and caches share as settings.
#[derive(Debug, Clone, Default)]
pub(super) struct SetGeometry {
    pub(crate) capacity: Option<(Capacity, Span)>,
    pub(crate) ways: Option<(Ways, Span)>,
}

/// Returns the noun for a keyword.
fn called(kind: &str) -> &str {
    if kind == "tlb" { "TLB" } else { kind }
}

/// Returns the location of a setting, or the declaration's location for a setting from a preset.
fn setting_span(span: Option<Span>, place: Span) -> Span {
    span.filter(|span| *span != Span::default())
        .unwrap_or(place)
}

impl SetGeometry {
    /// Sets the number of sets, lines, or bytes, which a declaration can do only once.
    pub(crate) fn capacity(
        &mut self,
        field: &Field,
        kind: fn(u64) -> Capacity,
    ) -> Result<(), Vec<Diagnostic>> {
        let n = sole(field)?
            .within(1, u64::MAX, Code::BadGeometry, "a capacity")
            .map_err(one)?;
        if let Some((given, first)) = self.capacity.filter(|(_, span)| *span != Span::default()) {
            let twice = Diagnostic::new(Code::Duplicate, field.span, "the size is given twice")
                .label("again here")
                .also(first, "first here");
            // With the sets, the ways are given in another form. Without one of the two, the machine would be another one.
            let ((Capacity::Sets(sets), size) | (size, Capacity::Sets(sets))) = (given, kind(n))
            else {
                let twice = twice.help("remove one of the two settings");
                return Err(one(twice.fix(Fix::remove(field.span))));
            };
            let ways = match size {
                Capacity::Lines(lines) if lines % sets == 0 => (lines / sets).to_string(),
                _ => "N".to_owned(),
            };
            let help = format!(
                "write `ways {ways}` instead of `sets`, or remove `sets` if the ways are given: the sets follow from the size and the ways"
            );
            return Err(one(twice.help(help)));
        }
        self.capacity = Some((kind(n), field.span));
        Ok(())
    }

    /// Sets the associativity.
    pub fn ways(&mut self, field: &Field) -> Result<(), Vec<Diagnostic>> {
        let arg = sole(field)?;
        let ways = match arg.word() {
            Some("fully-associative") => Ways::All,
            Some("direct-mapped") => Ways::Number(1),
            _ => Ways::Number(
                arg.within(1, 1 << 16, Code::BadGeometry, "a number of ways")
                    .map_err(one)?,
            ),
        };
        self.ways = Some((ways, field.span));
        Ok(())
    }

    /// Returns the numbers of sets and ways. `kind` is the keyword of the declaration, and `block` is the block size in
    /// bytes, or 1 for a TLB.
    fn resolve(
        &self,
        kind: &str,
        block: u64,
        otherwise: Ways,
        place: Span,
    ) -> Result<(u64, u64), Vec<Diagnostic>> {
        let Some((capacity, span)) = self.capacity else {
            return Err(one(Diagnostic::new(
                Code::BadGeometry,
                place,
                format!("the size of this {} is missing", called(kind)),
            )
            .help(if kind == "cache" {
                let size = size_of(block.saturating_mul(16));
                format!("add its size, for example `size {size}` or `lines 16`")
            } else {
                "add its size, for example `entries 16`".to_owned()
            })));
        };
        let span = setting_span(Some(span), place);
        let ways = self.ways.map_or(otherwise, |(ways, _)| ways);
        let lines = match (capacity, ways) {
            (Capacity::Sets(sets), Ways::Number(ways)) => return Ok((sets, ways)),
            (Capacity::Sets(1), Ways::All) => return Ok((1, 1)),
            (Capacity::Sets(_), Ways::All) => {
                return Err(one(Diagnostic::new(
                    Code::BadGeometry,
                    span,
                    "a fully associative TLB or cache has one set",
                )
                .help("write `entries N` or `lines N` instead of `sets`")));
            }
            (Capacity::Lines(lines), _) => lines,
            (Capacity::Bytes(bytes), _) if bytes % block == 0 && bytes >= block => bytes / block,
            (Capacity::Bytes(bytes), _) if bytes < block => {
                let message =
                    format!("a block of {block} bytes does not fit into a cache of {bytes} bytes");
                let wrong = Diagnostic::new(Code::BadGeometry, span, message);
                return Err(one(wrong.help(
                    "make `size` a multiple of `block`, or make `block` smaller",
                )));
            }
            (Capacity::Bytes(bytes), _) => {
                return Err(one(Diagnostic::new(
                    Code::BadGeometry,
                    span,
                    format!("{bytes} bytes are not a whole number of {block}-byte blocks"),
                )
                .help(format!(
                    "the next whole number of blocks is {} bytes",
                    (bytes / block + 1).saturating_mul(block)
                ))));
            }
        };
        let ways = if let Ways::Number(n) = ways { n } else { lines };
        if lines % ways != 0 {
            let span = setting_span(self.ways.map(|(_, span)| span), span);
            let near = ways.next_power_of_two().min(lines);
            let fix = Fix::replace(span, format!("ways {near}"));
            let wrong = Diagnostic::new(
                Code::BadGeometry,
                span,
                format!("{lines} lines or entries cannot form sets of {ways} ways"),
            )
            .label("all sets must have the same number of ways");
            let fits = self.ways.is_some() && lines % near == 0;
            return Err(one(if fits {
                wrong.help(format!("write `ways {near}`")).fix(fix)
            } else {
                wrong
            }));
        }
        Ok((lines / ways, ways))
    }

    /// Returns the settings that make the number of sets a power of two.
    fn fitting(&self, kind: &str, sets: u64, ways: u64, block: u64) -> Option<String> {
        let above = sets.checked_next_power_of_two().filter(|_| sets > 0)?;
        let (given, lines) = (self.capacity?.0, sets.checked_mul(ways)?);
        let sized = |sets: u64| {
            let lines = sets.checked_mul(ways)?;
            Some(match given {
                Capacity::Sets(_) => format!("`sets {sets}`"),
                Capacity::Lines(_) if kind == "tlb" => format!("`entries {lines}`"),
                Capacity::Lines(_) => format!("`lines {lines}`"),
                Capacity::Bytes(_) => format!("`size {}`", size_of(lines.checked_mul(block)?)),
            })
        };
        let (less, more) = (sized(above / 2)?, sized(above)?);
        let fits = !matches!(given, Capacity::Sets(_)) && lines.is_multiple_of(above);
        Some(match lines / above {
            ways if fits && self.ways.is_some() => {
                format!("write {less}, {more}, or `ways {ways}`")
            }
            _ => format!("write {less} or {more}"),
        })
    }

    /// Returns the result of [`SetGeometry::resolve`], after checking that the number of sets is a power of
    /// two.
    pub(crate) fn sets(
        &self,
        kind: &str,
        block: u64,
        otherwise: Ways,
        place: Span,
    ) -> Result<(u64, u32), Vec<Diagnostic>> {
        let (sets, ways) = self.resolve(kind, block, otherwise, place)?;
        let span = setting_span(self.capacity.map(|(_, span)| span), place);
        if !sets.is_power_of_two() {
            let diagnostic = power_of_two(span, "the number of sets", sets);
            let diagnostic = match self.fitting(kind, sets, ways, block) {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            };
            let ways_span = setting_span(self.ways.map(|(_, span)| span), span);
            let apart = ways_span != span;
            return Err(one(if apart {
                diagnostic.also(ways_span, format!("{ways} ways"))
            } else {
                diagnostic
            }));
        }
        let ways = u32::try_from(ways).ok().filter(|&ways| ways <= 1 << 16);
        ways.map(|ways| (sets, ways)).ok_or_else(|| {
            one(Diagnostic::new(Code::LimitSize, span, "too many ways")
                .label("a set can have at most 65,536 ways"))
        })
    }
}
