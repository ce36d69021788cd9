//! Declarations of machines: the settings that a script can contain and that yield the same machine when
//! parsed. The declarations omit defaults, except on a paper those that the author states.

use crate::lang::value::{Number, Value};
use crate::run::facts::Component;
use crate::run::nouns::size;
use crate::run::settings::level_setting;
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::pte::{BITS, PteFormat};
use pagewalk_engine::machine::spec::{
    CacheSpec, Capacity, Inclusion, Latency, Mmu, Side, Spec, TlbSpec, WritePolicy,
};

/// A setting of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    /// The first word, and the name of a TLB or cache: `ways`, `tlb L2`.
    name: String,
    is: Is,
}

/// What follows the name of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Is {
    /// Nothing: `shared`.
    Set,
    /// `ways 4`
    Value(String),
    /// `page 64 B`, in bytes
    Sizes(Vec<u128>),
    /// A word that implies the name: `direct-mapped` is a number of ways.
    Alone(&'static str),
    /// `{ entries 16, ways 4 }`
    Block(Vec<Setting>),
}

/// Returns `machine { … }`.
pub(crate) fn declaration(spec: &Spec) -> String {
    let settings = settings(spec, false);
    let lines = settings.iter().map(|setting| setting.text(size));
    format!("{}\n", in_braces(lines))
}

/// Returns the declaration on a paper, with the defaults that the author states. With `words`, each address names a word.
pub(crate) fn on_paper(spec: &Spec, words: bool) -> String {
    let settings = settings(spec, true);
    in_braces(settings.iter().map(|setting| {
        setting.text(|bytes| match (words, bytes) {
            (false, bytes) => size(bytes),
            (true, 1) => "1 word".to_owned(),
            (true, words) => format!("{words} words"),
        })
    }))
}

fn in_braces(lines: impl Iterator<Item = String>) -> String {
    format!(
        "machine {{\n  {}\n}}",
        lines.collect::<Vec<_>>().join("\n  ")
    )
}

/// Returns each setting of a declaration outside and inside blocks with its value: `tlb ways` and `4`. A setting
/// without a value has the value `yes`.
pub(crate) fn setting_rows(spec: &Spec) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for setting in settings(spec, false) {
        setting.add_rows("", &mut rows);
    }
    rows
}

impl Setting {
    fn new(name: impl Into<String>, is: Is) -> Self {
        Self {
            name: name.into(),
            is,
        }
    }

    fn value(name: &str, value: &impl ToString) -> Self {
        Self::new(name, Is::Value(value.to_string()))
    }

    fn size(name: &str, bytes: u128) -> Self {
        Self::new(name, Is::Sizes(vec![bytes]))
    }

    /// Returns the block of a named TLB or cache, or of an unnamed one, whose name is the word itself.
    fn block(word: &str, name: &str, settings: Vec<Setting>) -> Self {
        let name = if name == word || name.is_empty() {
            word.to_owned()
        } else {
            format!("{word} {name}")
        };
        Self::new(name, Is::Block(settings))
    }

    fn text(&self, size: impl Fn(u128) -> String + Copy) -> String {
        let name = &self.name;
        match &self.is {
            Is::Set => name.clone(),
            Is::Value(value) => format!("{name} {value}"),
            Is::Sizes(all) => format!("{name} {}", sizes(all, size)),
            Is::Alone(word) => (*word).to_owned(),
            Is::Block(settings) => {
                let parts: Vec<String> = settings.iter().map(|one| one.text(size)).collect();
                format!("{name} {{ {} }}", parts.join(", "))
            }
        }
    }

    fn add_rows(&self, outer: &str, rows: &mut Vec<(String, String)>) {
        let name = format!("{outer}{}", self.name);
        match &self.is {
            Is::Set => rows.push((name, "yes".to_owned())),
            Is::Value(value) => rows.push((name, value.clone())),
            Is::Sizes(all) => rows.push((name, sizes(all, size))),
            Is::Alone(word) => rows.push((name, (*word).to_owned())),
            Is::Block(settings) => {
                let outer = format!("{name} ");
                for setting in settings {
                    setting.add_rows(&outer, rows);
                }
            }
        }
    }
}

fn sizes(all: &[u128], size: impl Fn(u128) -> String) -> String {
    let all: Vec<String> = all.iter().map(|bytes| size(*bytes)).collect();
    all.join(" ")
}

/// Returns the settings other than defaults, and with `stated` also the defaults that the author states.
fn settings(spec: &Spec, stated: bool) -> Vec<Setting> {
    let mut all = Vec::new();
    if let Some(mmu) = &spec.mmu {
        all.push(Setting::value("virtual", &bits(mmu.virtual_bits)));
    }
    all.push(Setting::value("physical", &bits(spec.physical_bits)));
    if let Some(mmu) = &spec.mmu {
        all.push(Setting::size("page", 1 << mmu.page_bits));
        all.extend(page_table(spec, mmu));
    }
    all.extend(Component::all(spec).map(|part| {
        let (word, mut own, latency) = match part {
            Component::Tlb(at) => ("tlb", tlb(&spec.tlbs[at]), spec.tlbs[at].latency),
            Component::Cache(at) => ("cache", cache(&spec.caches[at]), spec.caches[at].latency),
        };
        own.extend(waits(spec, latency));
        if stated {
            own.extend(stated_defaults(spec, part, &own));
        }
        Setting::block(word, part.name(spec), own)
    }));
    all.extend(
        waits(spec, spec.memory_latency).map(|wait| Setting::block("memory", "", vec![wait])),
    );
    if spec.cores > 1 {
        all.push(Setting::value("cores", &spec.cores));
    }
    all
}

/// The settings of TLBs and caches that have defaults.
const WITH_DEFAULTS: [&str; 7] = [
    "policy",
    "write-back",
    "write-allocate",
    "for",
    "index",
    "inclusion",
    "asid",
];

/// Returns the defaults of a TLB or cache that the author states.
fn stated_defaults(spec: &Spec, part: Component, printed: &[Setting]) -> Vec<Setting> {
    let name = part.name(spec);
    let stated = |setting: &&str| {
        let mut settings = spec.stated.0.iter().filter(|(of, _)| **of == *name);
        settings.any(|(_, own)| **own == **setting)
    };
    let missing = |setting: &&str| !printed.iter().any(|one| one.name == **setting);
    let default = |setting| match level_setting(spec, part, setting)? {
        Value::Bool(set) => flag(set, setting),
        value => Some(Setting::value(setting, &value)),
    };
    let settings = WITH_DEFAULTS.into_iter();
    settings
        .filter(stated)
        .filter(missing)
        .filter_map(default)
        .collect()
}

fn bits(bits: u32) -> String {
    format!("{bits} bits")
}

fn page_table(spec: &Spec, mmu: &Mmu) -> Option<Setting> {
    let mut all = Vec::new();
    if mmu.levels.len() > 1 {
        let bits: Vec<String> = mmu.levels.iter().map(u32::to_string).collect();
        all.push(Setting::value("levels", &bits.len()));
        all.push(Setting::value("bits", &bits.join(" ")));
    }
    all.extend(pte(&mmu.pte, spec.ppn_bits()));
    if mmu.walk_cached {
        all.push(Setting::value("walk", &"cached"));
    }
    (!all.is_empty()).then(|| Setting::block("page_table", "", all))
}

/// Returns the format of an entry unless it is the default format.
fn pte(format: &PteFormat, ppn_bits: u32) -> Option<Setting> {
    let default = |bytes| PteFormat::default_for(ppn_bits, bytes).as_ref() == Ok(format);
    let bytes = format.bytes.into();
    if default(None) {
        return None;
    }
    if default(Some(format.bytes)) {
        return Some(Setting::size("pte", bytes));
    }
    let ppn = format!("{}..{}", format.ppn_low, format.ppn_high);
    let mut all = vec![Setting::size("size", bytes), Setting::value("ppn", &ppn)];
    all.extend(BITS.iter().filter_map(|row| {
        let position = format.bit_position(row.bit)?;
        let inverse = row.inverse.filter(|_| format.inverted.has(row.bit));
        Some(Setting::value(inverse.unwrap_or(row.name), &position))
    }));
    all.extend(flag(format.big_endian, "big-endian"));
    all.extend(flag(format.leaf_permissions, "leaf-permissions"));
    Some(Setting::block("pte", "", all))
}

fn tlb(tlb: &TlbSpec) -> Vec<Setting> {
    let mut all = vec![
        Setting::value("entries", &tlb.entries()),
        ways(tlb.sets, tlb.ways),
    ];
    all.extend(policy(tlb.policy));
    all.extend(side(tlb.side));
    if !tlb.page_bits.is_empty() {
        let sizes = tlb.page_bits.iter().map(|bits| 1 << bits).collect();
        all.push(Setting::new("pages", Is::Sizes(sizes)));
    }
    all.extend(tlb.asid.then(|| Setting::value("asid", &"on")));
    all
}

fn cache(cache: &CacheSpec) -> Vec<Setting> {
    let named = ways(cache.sets, cache.ways);
    let (capacity, ways) = match cache.capacity {
        Capacity::Bytes(bytes) => (Setting::size("size", bytes.into()), named),
        Capacity::Lines(lines) => (Setting::value("lines", &lines), named),
        Capacity::Sets(sets) => (
            Setting::value("sets", &sets),
            Setting::value("ways", &cache.ways),
        ),
    };
    let block = Setting::size("block", 1 << cache.block_bits);
    let mut all = vec![capacity, ways, block];
    all.extend(policy(cache.policy));
    all.extend(flag(cache.write == WritePolicy::Through, "write-through"));
    all.extend(flag(!cache.write_allocate, "no-write-allocate"));
    all.extend(side(cache.side));
    all.extend(
        cache
            .virtual_index
            .then(|| Setting::value("index", &"virtual")),
    );
    all.extend(match cache.inclusion {
        Inclusion::None => None,
        Inclusion::Inclusive => Some(Setting::value("inclusion", &"inclusive")),
        Inclusion::Exclusive => Some(Setting::value("inclusion", &"exclusive")),
    });
    all.extend(flag(cache.shared, "shared"));
    all
}

fn ways(sets: u64, ways: u32) -> Setting {
    match (sets, ways) {
        (_, 1) => Setting::new("ways", Is::Alone("direct-mapped")),
        (1, _) => Setting::new("ways", Is::Alone("fully-associative")),
        _ => Setting::value("ways", &ways),
    }
}

fn policy(policy: Policy) -> Option<Setting> {
    (policy != Policy::default()).then(|| Setting::value("policy", &policy.row().name))
}

fn flag(set: bool, name: &str) -> Option<Setting> {
    set.then(|| Setting::new(name, Is::Set))
}

fn side(side: Side) -> Option<Setting> {
    match side {
        Side::Both => None,
        Side::Data => Some(Setting::value("for", &"data")),
        Side::Instructions => Some(Setting::value("for", &"instructions")),
    }
}

/// Returns a latency, which is stored in thousandths, as an exact decimal.
fn waits(spec: &Spec, time: Latency) -> Option<Setting> {
    let value = Number::fraction(i128::from(time), 1000)
        .map_or_else(|_| Value::from(time / 1000), Value::from);
    let unit = if spec.nanoseconds { " ns" } else { "" };
    (time > 0).then(|| Setting::value("latency", &format!("{value}{unit}")))
}
