//! The settings of `tlb { … }` and `cache { … }`.

use std::rc::Rc;

use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::machine::policy::{POLICIES, Policy};
use crate::machine::spec::{CacheSpec, Capacity, Inclusion, Side, TlbSpec, WritePolicy};

use super::field::{Arg, Field, SettingRow, block_of, latency, list, one, one_of, power_of_two, sole};

/// Associativity as said.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ways {
    Number(u64),
    All,
}

/// How many lines or entries, in how many ways: what TLBs and caches share.
#[derive(Debug, Clone, Default)]
struct Shape {
    capacity: Option<(Capacity, Span)>,
    ways: Option<(Ways, Span)>,
}

impl Shape {
    fn capacity(&mut self, field: &Field, kind: fn(u64) -> Capacity) -> Result<(), Vec<Diagnostic>> {
        let n = sole(field)?.within(1, u64::MAX, Code::BadGeometry, "a capacity").map_err(one)?;
        if let Some((_, first)) = self.capacity.filter(|(_, span)| *span != Span::default()) {
            return Err(one(Diagnostic::new(Code::Duplicate, field.span, "how large it is is said twice")
                .label("again here")
                .also(first, "first here")
                .help("keep one of the two")));
        }
        self.capacity = Some((kind(n), field.span));
        Ok(())
    }

    fn ways(&mut self, field: &Field) -> Result<(), Vec<Diagnostic>> {
        let arg = sole(field)?;
        let ways = match arg.word() {
            Some("fully-associative") => Ways::All,
            Some("direct-mapped") => Ways::Number(1),
            _ => Ways::Number(arg.within(1, 1 << 16, Code::BadGeometry, "a number of ways").map_err(one)?),
        };
        self.ways = Some((ways, field.span));
        Ok(())
    }

    /// The numbers of sets and ways; `block` is the block size in bytes, 1 for a TLB.
    fn resolve(&self, block: u64, otherwise: Ways, place: Span) -> Result<(u64, u64), Vec<Diagnostic>> {
        let Some((capacity, span)) = self.capacity else {
            return Err(one(Diagnostic::new(Code::BadGeometry, place, "how large it is is not said")
                .help("say how many `entries`, `lines` or `sets` it has, or its `size`")));
        };
        let ways = self.ways.map_or(otherwise, |(ways, _)| ways);
        let lines = match (capacity, ways) {
            (Capacity::Sets(sets), Ways::Number(ways)) => return Ok((sets, ways)),
            (Capacity::Sets(sets), Ways::All) if sets == 1 => return Ok((1, 1)),
            (Capacity::Sets(_), Ways::All) => {
                return Err(one(Diagnostic::new(
                    Code::BadGeometry,
                    span,
                    "a fully associative one has one set",
                )
                .help("say how many `entries` or `lines` it has instead of `sets`")));
            }
            (Capacity::Lines(lines), _) => lines,
            (Capacity::Bytes(bytes), _) if bytes % block == 0 && bytes >= block => bytes / block,
            (Capacity::Bytes(bytes), _) => {
                return Err(one(Diagnostic::new(
                    Code::BadGeometry,
                    span,
                    format!("{bytes} bytes are no whole number of {block}-byte blocks"),
                )));
            }
        };
        let ways = if let Ways::Number(n) = ways { n } else { lines };
        if lines % ways != 0 {
            let span = self.ways.map_or(span, |(_, span)| span);
            return Err(one(Diagnostic::new(
                Code::BadGeometry,
                span,
                format!("{lines} lines cannot be shared out over {ways} ways"),
            )
            .label("the sets would not be of one size")));
        }
        Ok((lines / ways, ways))
    }

    /// As [`Shape::resolve`], with the number of sets checked to be a power of two.
    fn sets(&self, block: u64, otherwise: Ways, place: Span) -> Result<(u64, u32), Vec<Diagnostic>> {
        let (sets, ways) = self.resolve(block, otherwise, place)?;
        let span = self.capacity.map_or(place, |(_, span)| span);
        if !sets.is_power_of_two() {
            return Err(one(power_of_two(span, "the number of sets", sets)
                .also(self.ways.map_or(span, |(_, span)| span), format!("{ways} ways"))));
        }
        let ways = u32::try_from(ways).ok().filter(|&ways| ways <= 1 << 16);
        ways.map(|ways| (sets, ways)).ok_or_else(|| {
            one(Diagnostic::new(Code::LimitSize, span, "too many ways")
                .label("at most 65536 ways are simulated"))
        })
    }
}

/// A TLB being declared.
#[derive(Debug, Clone)]
pub struct TlbDraft {
    name: Option<Rc<str>>,
    shape: Shape,
    policy: Policy,
    side: Side,
    page_bits: Option<Vec<u32>>,
    asid: bool,
    latency: u64,
    pub(super) span: Span,
    places: Vec<(Rc<str>, Span)>,
}

/// A cache being declared.
#[derive(Debug, Clone)]
pub struct CacheDraft {
    name: Option<Rc<str>>,
    shape: Shape,
    block_bits: Option<u32>,
    policy: Policy,
    write: WritePolicy,
    write_allocate: bool,
    side: Side,
    virtual_index: bool,
    inclusion: Inclusion,
    shared: bool,
    latency: u64,
    pub(super) span: Span,
    places: Vec<(Rc<str>, Span)>,
}

const SIDES: &[(&str, Side)] =
    &[("data", Side::Data), ("instructions", Side::Instructions), ("both", Side::Both)];

fn policy(field: &Field) -> Result<Policy, Vec<Diagnostic>> {
    let words: Vec<_> = POLICIES.iter().filter(|row| row.sets).map(|row| (row.name, row.policy)).collect();
    one_of(sole(field)?, &words)
}

/// Rows that TLBs and caches share.
macro_rules! shared_rows {
    ($draft:ty; $($row:expr),* $(,)?) => {
        &[
            SettingRow { name: "sets", params: "N", help: "number of sets, a power of two", repeats: false,
                set: |d: &mut $draft, f| d.shape.capacity(f, Capacity::Sets) },
            SettingRow { name: "ways", params: "N|fully-associative|direct-mapped", help: "associativity", repeats: false,
                set: |d: &mut $draft, f| d.shape.ways(f) },
            SettingRow { name: "fully-associative", params: "", help: "one set of all", repeats: false,
                set: |d: &mut $draft, f| { d.shape.ways = Some((Ways::All, f.span)); Ok(()) } },
            SettingRow { name: "direct-mapped", params: "", help: "one way", repeats: false,
                set: |d: &mut $draft, f| { d.shape.ways = Some((Ways::Number(1), f.span)); Ok(()) } },
            SettingRow { name: "policy", params: "lru|fifo|plru|clock|second-chance|mru|lfu|random", help: "which one of a full set goes", repeats: false,
                set: |d: &mut $draft, f| policy(f).map(|p| d.policy = p) },
            SettingRow { name: "for", params: "data|instructions|both", help: "which accesses it serves", repeats: false,
                set: |d: &mut $draft, f| one_of(sole(f)?, SIDES).map(|side| d.side = side) },
            SettingRow { name: "latency", params: "T", help: "latency of a lookup", repeats: false,
                set: |d: &mut $draft, f| latency(sole(f)?).map(|t| d.latency = t) },
            $($row),*
        ]
    };
}

/// Settings of `tlb`.
pub const TLB_SETTINGS: &[SettingRow<TlbDraft>] = shared_rows![TlbDraft;
    SettingRow { name: "entries", params: "N", help: "number of entries", repeats: false,
        set: |d, f| d.shape.capacity(f, Capacity::Lines) },
    SettingRow { name: "pages", params: "SIZE…", help: "the page sizes it holds", repeats: false, set: |d, f| {
        let sizes: Result<Vec<u32>, _> = f.args.iter().map(|arg| arg.log2("a page size")).collect();
        let mut sizes = sizes.map_err(one)?;
        sizes.sort_unstable();
        sizes.dedup();
        d.page_bits = Some(sizes);
        Ok(())
    } },
    SettingRow { name: "asid", params: "on|off", help: "entries are marked with their process", repeats: false,
        set: |d, f| one_of(sole(f)?, &[("on", true), ("off", false)]).map(|on| d.asid = on) },
];

/// Settings of `cache`.
pub const CACHE_SETTINGS: &[SettingRow<CacheDraft>] = shared_rows![CacheDraft;
    SettingRow { name: "size", params: "SIZE", help: "capacity in bytes", repeats: false,
        set: |d, f| d.shape.capacity(f, Capacity::Bytes) },
    SettingRow { name: "lines", params: "N", help: "number of lines", repeats: false,
        set: |d, f| d.shape.capacity(f, Capacity::Lines) },
    SettingRow { name: "block", params: "SIZE", help: "block size, a power of two", repeats: false,
        set: |d, f| sole(f)?.log2("the block size").map(|n| d.block_bits = Some(n)).map_err(one) },
    SettingRow { name: "write-back", params: "", help: "a store marks the block dirty", repeats: false,
        set: |d, _| { d.write = WritePolicy::Back; Ok(()) } },
    SettingRow { name: "write-through", params: "", help: "a store is passed down at once", repeats: false,
        set: |d, _| { d.write = WritePolicy::Through; Ok(()) } },
    SettingRow { name: "write-allocate", params: "", help: "a missing store brings the block in", repeats: false,
        set: |d, _| { d.write_allocate = true; Ok(()) } },
    SettingRow { name: "no-write-allocate", params: "", help: "a missing store is passed down", repeats: false,
        set: |d, _| { d.write_allocate = false; Ok(()) } },
    SettingRow { name: "index", params: "physical|virtual", help: "which address picks the set", repeats: false,
        set: |d, f| one_of(sole(f)?, &[("physical", false), ("virtual", true)]).map(|v| d.virtual_index = v) },
    SettingRow { name: "inclusion", params: "none|inclusive|exclusive", help: "with regard to the levels above", repeats: false,
        set: |d, f| {
            let words = [("none", Inclusion::None), ("inclusive", Inclusion::Inclusive), ("exclusive", Inclusion::Exclusive)];
            one_of(sole(f)?, &words).map(|i| d.inclusion = i)
        } },
    SettingRow { name: "shared", params: "", help: "one for all cores", repeats: false,
        set: |d, _| { d.shared = true; Ok(()) } },
];

impl TlbDraft {
    fn new(name: Option<Rc<str>>, span: Span) -> Self {
        let (policy, side) = (Policy::Lru, Side::Both);
        Self {
            name,
            shape: Shape::default(),
            policy,
            side,
            page_bits: None,
            asid: false,
            latency: 0,
            span,
            places: Vec::new(),
        }
    }

    pub(super) fn of(spec: &TlbSpec, page_bits: u32) -> Self {
        let none = Span::default();
        let capacity = (Capacity::Lines(spec.sets * u64::from(spec.ways)), none);
        let ways = (Ways::Number(u64::from(spec.ways)), none);
        Self {
            name: (&*spec.name != "tlb").then(|| spec.name.clone()),
            shape: Shape { capacity: Some(capacity), ways: Some(ways) },
            policy: spec.policy,
            side: spec.side,
            page_bits: (spec.page_bits != [page_bits]).then(|| spec.page_bits.clone()),
            asid: spec.asid,
            latency: spec.latency,
            span: none,
            places: Vec::new(),
        }
    }

    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or("tlb")
    }

    /// Where a setting of it is said.
    pub(super) fn place(&self, setting: &str) -> Span {
        place(&self.places, setting, self.span)
    }

    pub(super) fn build(&self, page_bits: u32) -> Result<TlbSpec, Vec<Diagnostic>> {
        let (sets, ways) = self.shape.sets(1, Ways::All, self.span)?;
        Ok(TlbSpec {
            name: self.name().into(),
            sets,
            ways,
            policy: self.policy,
            side: self.side,
            page_bits: self.page_bits.clone().unwrap_or_else(|| vec![page_bits]),
            asid: self.asid,
            latency: self.latency,
        })
    }
}

impl CacheDraft {
    fn new(name: Option<Rc<str>>, span: Span) -> Self {
        Self {
            name,
            shape: Shape::default(),
            block_bits: None,
            policy: Policy::Lru,
            write: WritePolicy::Back,
            write_allocate: true,
            side: Side::Both,
            virtual_index: false,
            inclusion: Inclusion::None,
            shared: false,
            latency: 0,
            span,
            places: Vec::new(),
        }
    }

    pub(super) fn of(spec: &CacheSpec) -> Self {
        let none = Span::default();
        let ways = (Ways::Number(u64::from(spec.ways)), none);
        Self {
            name: (&*spec.name != "cache").then(|| spec.name.clone()),
            shape: Shape { capacity: Some((spec.capacity, none)), ways: Some(ways) },
            block_bits: Some(spec.block_bits),
            policy: spec.policy,
            write: spec.write,
            write_allocate: spec.write_allocate,
            side: spec.side,
            virtual_index: spec.virtual_index,
            inclusion: spec.inclusion,
            shared: spec.shared,
            latency: spec.latency,
            span: none,
            places: Vec::new(),
        }
    }

    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or("cache")
    }

    /// Where a setting of it is said.
    pub(super) fn place(&self, setting: &str) -> Span {
        place(&self.places, setting, self.span)
    }

    pub(super) fn build(&self) -> Result<CacheSpec, Vec<Diagnostic>> {
        let Some(block_bits) = self.block_bits else {
            return Err(one(Diagnostic::new(Code::BadGeometry, self.span, "the block size is not said")
                .help("add `block 64 B`")));
        };
        let block = 1u64 << block_bits.min(63);
        let (sets, ways) = self.shape.sets(block, Ways::Number(1), self.span)?;
        Ok(CacheSpec {
            name: self.name().into(),
            sets,
            ways,
            capacity: self.shape.capacity.map_or(Capacity::Sets(sets), |(capacity, _)| capacity),
            block_bits,
            policy: self.policy,
            write: self.write,
            write_allocate: self.write_allocate,
            side: self.side,
            virtual_index: self.virtual_index,
            inclusion: self.inclusion,
            shared: self.shared,
            latency: self.latency,
        })
    }
}

/// Where a setting is said, or else the whole.
fn place(places: &[(Rc<str>, Span)], setting: &str, whole: Span) -> Span {
    places.iter().find(|(name, _)| &**name == setting).map_or(whole, |(_, span)| *span)
}

/// What `tlb` and `cache` drafts have in common for naming, overriding and removing.
pub(super) trait Level: Sized + 'static {
    const UNNAMED: &'static str;
    fn fresh(name: Option<Rc<str>>, span: Span) -> Self;
    fn called(&self) -> &str;
    fn inherited(&self) -> bool;
    fn declared(&mut self, field: &Field);
    fn rows() -> &'static [SettingRow<Self>];
}

impl Level for TlbDraft {
    const UNNAMED: &'static str = "tlb";
    fn fresh(name: Option<Rc<str>>, span: Span) -> Self {
        Self::new(name, span)
    }
    fn called(&self) -> &str {
        self.name()
    }
    fn inherited(&self) -> bool {
        self.span == Span::default()
    }
    fn declared(&mut self, field: &Field) {
        self.span = field.span;
        self.places =
            field.block.iter().flatten().map(|inner| (inner.name.text.clone(), inner.span)).collect();
    }
    fn rows() -> &'static [SettingRow<Self>] {
        TLB_SETTINGS
    }
}

impl Level for CacheDraft {
    const UNNAMED: &'static str = "cache";
    fn fresh(name: Option<Rc<str>>, span: Span) -> Self {
        Self::new(name, span)
    }
    fn called(&self) -> &str {
        self.name()
    }
    fn inherited(&self) -> bool {
        self.span == Span::default()
    }
    fn declared(&mut self, field: &Field) {
        self.span = field.span;
        self.places =
            field.block.iter().flatten().map(|inner| (inner.name.text.clone(), inner.span)).collect();
    }
    fn rows() -> &'static [SettingRow<Self>] {
        CACHE_SETTINGS
    }
}

/// `tlb { … }` adds a level, or changes an inherited one of that name; `tlb none`, `tlb NAME none` remove.
pub(super) fn level<L: Level>(levels: &mut Vec<L>, field: &Field) -> Result<(), Vec<Diagnostic>> {
    match (field.args.as_slice(), &field.block) {
        ([none], None) if none.word() == Some("none") => {
            levels.clear();
            Ok(())
        }
        ([name, none], None) if none.word() == Some("none") => remove(levels, name),
        ([], Some(_)) => {
            let inherited = levels.iter().filter(|level| level.inherited()).count();
            if inherited > 1 {
                return Err(one(which(levels, field)));
            }
            let at = levels.iter().position(Level::inherited);
            declare(levels, None, at, field)
        }
        ([name], Some(_)) => {
            let word = name_of(name)?;
            let at = levels.iter().position(|level| level.called() == &*word);
            let at = at.filter(|&at| levels[at].inherited());
            declare(levels, Some(word), at, field)
        }
        _ => Err(one(Diagnostic::new(
            Code::WrongCount,
            field.span,
            format!("`{}` takes a name and a block in braces", L::UNNAMED),
        )
        .help(format!("write `{} NAME {{ … }}` or `{} none`", L::UNNAMED, L::UNNAMED)))),
    }
}

fn which<L: Level>(levels: &[L], field: &Field) -> Diagnostic {
    let names = list(levels.iter().map(Level::called));
    Diagnostic::new(
        Code::BadGeometry,
        field.name.span,
        format!("which `{}` is changed is not said", L::UNNAMED),
    )
    .label("there are several")
    .help(format!("name it: {names}"))
}

fn name_of(arg: &Arg) -> Result<Rc<str>, Vec<Diagnostic>> {
    arg.word().map(Rc::from).ok_or_else(|| {
        one(Diagnostic::new(Code::WrongType, arg.span, "a name is needed here").label("not a name"))
    })
}

fn remove<L: Level>(levels: &mut Vec<L>, name: &Arg) -> Result<(), Vec<Diagnostic>> {
    let word = name_of(name)?;
    let before = levels.len();
    levels.retain(|level| level.called() != &*word);
    if levels.len() < before {
        return Ok(());
    }
    let near = crate::lang::nearest::nearest(&word, levels.iter().map(Level::called)).map(ToOwned::to_owned);
    let diagnostic = Diagnostic::new(Code::UnknownNoun, name.span, format!("there is no `{word}` to remove"));
    Err(one(match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }))
}

fn declare<L: Level>(
    levels: &mut Vec<L>,
    name: Option<Rc<str>>,
    at: Option<usize>,
    field: &Field,
) -> Result<(), Vec<Diagnostic>> {
    let plain = Field { args: Vec::new(), ..field.clone() };
    if let Some(at) = at {
        levels[at].declared(field);
        return block_of(&plain, L::rows(), &mut levels[at]);
    }
    let mut fresh = L::fresh(name, field.span);
    fresh.declared(field);
    let result = block_of(&plain, L::rows(), &mut fresh);
    levels.push(fresh);
    result
}
