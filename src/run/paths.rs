//! Paths: what can be asked of the machine in an expression (`tlb.hits`, `machine.vpn_bits`), and the functions
//! that look at memory. One row each; none of them changes anything.

use crate::lang::ast::{Expr, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::value::{Number, Value};
use crate::machine::Machine;
use crate::machine::cache::Counts;
use crate::machine::spec::{CacheSpec, Spec, TlbSpec};

use super::facts::{self, Component, Family};
use super::record::Did;
use super::session::{ACCESS_LIMIT, Session, Stop};
use super::state::Binding;

/// A TLB or cache, its spec and its counters, as the rows of [`PART_PROPERTIES`] see it.
pub struct Part<'a> {
    spec: &'a Spec,
    tlb: Option<&'a TlbSpec>,
    cache: Option<&'a CacheSpec>,
    stats: Counts,
}

/// A property of a TLB or cache.
pub struct PartProperty {
    /// Its name after the dot.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Its value; none if this kind of part has no such property.
    pub get: fn(&Part) -> Option<Value>,
}

/// A property of the machine or its page table.
pub struct MachineProperty {
    /// What stands before the dot.
    pub of: &'static str,
    /// Its name after the dot.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Its value, as a number that may leave the language's range.
    pub get: fn(&Machine) -> u128,
}

const fn part(name: &'static str, help: &'static str, get: fn(&Part) -> Option<Value>) -> PartProperty {
    PartProperty { name, help, get }
}

fn count(n: u64) -> Option<Value> {
    Some(Value::from(n))
}

/// Properties of every TLB and cache.
pub const PART_PROPERTIES: &[PartProperty] = &[
    part("hits", "demand accesses that hit", |p| count(p.stats.hits)),
    part("misses", "demand accesses that missed", |p| count(p.stats.misses)),
    part("evictions", "valid entries thrown out by fills", |p| count(p.stats.evictions)),
    part("writebacks", "dirty blocks written down when evicted or flushed", |p| count(p.stats.writebacks)),
    part("walk_hits", "page-table entries fetched that hit", |p| count(p.stats.walk_hits)),
    part("walk_misses", "page-table entries fetched that missed", |p| count(p.stats.walk_misses)),
    part("miss_rate", "misses / accesses, 0 before the first", |p| Some(miss_rate(&p.stats))),
    part("sets", "number of sets", |p| p.tlb.map(|t| t.sets).or(p.cache.map(|c| c.sets)).map(Value::from)),
    part("ways", "associativity", |p| {
        p.tlb.map(|t| t.ways).or(p.cache.map(|c| c.ways)).map(|w| Value::from(u64::from(w)))
    }),
    part("index_bits", "bits of the set index", |p| {
        p.tlb
            .map(TlbSpec::index_bits)
            .or(p.cache.map(CacheSpec::index_bits))
            .map(|b| Value::from(u64::from(b)))
    }),
    part("offset_bits", "bits of the offset: in the block, or in the page", |p| {
        Some(Value::from(u64::from(p.cache.map_or(p.spec.page_bits(), CacheSpec::offset_bits))))
    }),
    part("tag_bits", "bits of the tag", |p| {
        let tlb = p.tlb.map(|t| t.tag_bits(p.spec.virtual_bits()));
        tlb.or(p.cache.map(|c| c.tag_bits(p.spec))).map(|b| Value::from(u64::from(b)))
    }),
    part("reach", "bytes that it covers when full", |p| {
        p.tlb
            .map(TlbSpec::reach)
            .or(p.cache.map(CacheSpec::size))
            .and_then(|n| u64::try_from(n).ok())
            .map(Value::from)
    }),
    part("vipt", "true when index and offset lie in the page offset", |p| {
        p.cache.map(|c| Value::Bool(c.vipt(p.spec)))
    }),
    part("colors", "page colors: groups of sets that a page can fall into", |p| {
        p.cache.map(|c| Value::from(c.colors(p.spec)))
    }),
];

fn miss_rate(stats: &Counts) -> Value {
    let all = i128::from(stats.hits) + i128::from(stats.misses);
    Number::fraction(i128::from(stats.misses), all.max(1)).map_or(Value::from(0u64), Value::Number)
}

const fn property(
    of: &'static str,
    name: &'static str,
    help: &'static str,
    get: fn(&Machine) -> u128,
) -> MachineProperty {
    MachineProperty { of, name, help, get }
}

/// Properties of the machine and its page table.
pub const MACHINE_PROPERTIES: &[MachineProperty] = &[
    property("machine", "vpn_bits", "width of a VPN", |m| m.spec().vpn_bits().into()),
    property("machine", "vpo_bits", "width of the page offset", |m| m.spec().vpo_bits().into()),
    property("machine", "ppn_bits", "width of a PPN", |m| m.spec().ppn_bits().into()),
    property("machine", "pages", "number of virtual pages", |m| m.spec().pages()),
    property("machine", "frames", "number of physical pages", |m| m.spec().frames()),
    property("machine", "flat_page_table_bytes", "size of a one-level page table", |m| {
        m.spec().flat_page_table_bytes()
    }),
    property("page_table", "tables", "page tables in use, of all levels", |m| m.page_table().tables.into()),
    property("page_table", "bytes", "bytes of the page tables in use", |m| m.page_table().bytes),
];

/// A function that looks at memory as the CPU would see it.
pub struct MemoryFunction {
    /// Its name.
    pub name: &'static str,
    /// Its parameters.
    pub params: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Makes a value of the bytes.
    pub of: fn(&[u8]) -> Value,
}

/// The functions that look at memory.
pub const MEMORY_FUNCTIONS: &[MemoryFunction] = &[
    MemoryFunction { name: "byte", params: "VA", help: "the byte at an address", of: little_endian },
    MemoryFunction {
        name: "word",
        params: "VA, n",
        help: "n bytes at an address, little-endian, at most 8",
        of: little_endian,
    },
    MemoryFunction {
        name: "string",
        params: "VA, n",
        help: "n bytes at an address, as text",
        of: |bytes| Value::from(String::from_utf8_lossy(bytes).into_owned()),
    },
];

fn little_endian(bytes: &[u8]) -> Value {
    Value::from(bytes.iter().rev().fold(0u64, |number, &byte| number << 8 | u64::from(byte)))
}

/// Says that something has no such property, with the nearest.
pub fn no_property(of: &str, name: &Word, names: impl Iterator<Item = &'static str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::UnknownPath, name.span, format!("`{of}` has no `{}`", name.text))
        .label("not known");
    match nearest(&name.text, names) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

impl Session<'_> {
    /// The value of a dotted path.
    ///
    /// # Errors
    /// `unknown-path`, `no-answer`, `no-machine`.
    pub fn path_value(&mut self, words: &[Word]) -> Result<Value, Stop> {
        let [head, rest @ ..] = words else { return Err(Stop::Unknowable) };
        let name = Word {
            text: rest.iter().map(|word| &*word.text).collect::<Vec<_>>().join(".").into(),
            span: rest[0].span,
        };
        match &*head.text {
            "last" => self.last_fact(&name),
            "machine" | "page_table" => self.machine_property(head, &name),
            _ => self.part_property(head, &name),
        }
    }

    fn last_fact(&mut self, name: &Word) -> Result<Value, Stop> {
        if self.checking {
            return Err(Stop::Unknowable);
        }
        let Some(last) = self.state.last.clone() else {
            return Err(Diagnostic::new(Code::NoAnswer, name.span, "no statement with facts has run yet")
                .help("`last` is the latest `read`, `write`, `fetch`, `translate`, `probe` or `reference`")
                .into());
        };
        let (family, spec) = match &*last {
            Did::Access(access) => (Family::Access, Some(&*access.spec)),
            _ => (Family::Reference, None),
        };
        let key = facts::key(&name.text, family, spec).map_err(|near| {
            let diagnostic =
                Diagnostic::new(Code::UnknownFact, name.span, format!("there is no fact `{}`", name.text));
            near.map_or(diagnostic.clone(), |near| diagnostic.help(format!("did you mean `{near}`?")))
        })?;
        let shown = key.of(&last).ok_or_else(|| {
            Diagnostic::new(Code::NoAnswer, name.span, format!("the latest statement has no `{}`", name.text))
                .label("it did not get that far")
        })?;
        Ok(shown.value)
    }

    fn machine_property(&mut self, of: &Word, name: &Word) -> Result<Value, Stop> {
        let machine = self.machine(of.span)?;
        let rows = || MACHINE_PROPERTIES.iter().filter(|row| row.of == &*of.text);
        let Some(row) = rows().find(|row| row.name == &*name.text) else {
            return Err(no_property(&of.text, name, rows().map(|row| row.name)).into());
        };
        let n = (row.get)(machine);
        u64::try_from(n).map(Value::from).map_err(|_| {
            let message = format!("{} is {n}, more than the largest number of the language", row.help);
            Diagnostic::new(Code::Overflow, name.span, message).help("numbers go up to 2^64 - 1").into()
        })
    }

    fn part_property(&mut self, of: &Word, name: &Word) -> Result<Value, Stop> {
        if self.state.find(&of.text).is_some()
            && !matches!(&*of.text, "tlb" | "cache")
            && self.component(&of.text).is_none()
        {
            return self.no_fields(of, name);
        }
        self.machine(of.span)?;
        let Some(component) = self.component(&of.text) else { return Err(self.unknown_part(of).into()) };
        let Some(row) = PART_PROPERTIES.iter().find(|row| row.name == &*name.text) else {
            return Err(no_property(&of.text, name, PART_PROPERTIES.iter().map(|row| row.name)).into());
        };
        if self.checking {
            return Err(Stop::Unknowable);
        }
        let machine = self.machine(of.span)?;
        let value = (row.get)(&part_of(machine, component));
        value.ok_or_else(|| no_property(&of.text, name, std::iter::empty()).into())
    }

    fn no_fields(&mut self, of: &Word, name: &Word) -> Result<Value, Stop> {
        if let Some(Binding::Unknowable) = self.state.find(&of.text) {
            return Err(Stop::Unknowable);
        }
        Err(no_property(&of.text, name, std::iter::empty()).into())
    }

    /// A TLB or cache by its name; `tlb` and `cache` stand for the only one.
    pub fn component(&self, name: &str) -> Option<Component> {
        Component::named(self.spec()?, name)
    }

    /// Says that the machine has no TLB or cache of this name.
    pub fn unknown_part(&self, of: &Word) -> Diagnostic {
        let Some(spec) = self.spec() else {
            return Diagnostic::new(Code::UnknownPath, of.span, format!("`{}` is not known", of.text));
        };
        let names: Vec<&str> = Component::all(spec).map(|component| component.name(spec)).collect();
        let diagnostic =
            Diagnostic::new(Code::UnknownNoun, of.span, format!("this machine has no `{}`", of.text))
                .label("not a part of it");
        if matches!(&*of.text, "tlb" | "cache") && !names.is_empty() {
            let of_kind =
                |component: &Component| matches!(component, Component::Tlb(_)) == (&*of.text == "tlb");
            let kind: Vec<&str> =
                Component::all(spec).filter(of_kind).map(|component| component.name(spec)).collect();
            if !kind.is_empty() {
                return diagnostic
                    .label("there are several")
                    .help(format!("name it: {}", super::settings::list(kind.into_iter())));
            }
        }
        match nearest(&of.text, names.iter().copied().chain(["last", "machine", "page_table"])) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None if names.is_empty() => diagnostic.help("it has neither a TLB nor a cache"),
            None => diagnostic.help(format!("it has {}", super::settings::list(names.into_iter()))),
        }
    }

    /// A function that looks at memory.
    ///
    /// # Errors
    /// `wrong-count`, `address-too-wide`, `no-answer` where the bytes cannot be read or are unknown.
    pub fn memory_function(
        &mut self,
        row: &MemoryFunction,
        args: &[Expr],
        span: Span,
    ) -> Result<Value, Stop> {
        let wanted = row.params.split(',').count();
        if args.len() != wanted {
            return Err(Diagnostic::new(
                Code::WrongCount,
                span,
                format!("`{}` takes {wanted} values, not {}", row.name, args.len()),
            )
            .help(format!("write `{}({})`: {}", row.name, row.params, row.help))
            .into());
        }
        let most = if row.name == "word" { 8 } else { ACCESS_LIMIT };
        let size = if wanted == 2 { self.within(&args[1], 1, most)? } else { 1 };
        let va = self.address(&args[0], size)?;
        if self.checking {
            return Err(Stop::Unknowable);
        }
        let mut bytes = vec![None; size as usize];
        let seen = self.machine(span)?.peek(va, &mut bytes);
        let why = match seen {
            Err(_) => "the access would fault",
            Ok(()) => "a byte of it was never set",
        };
        bytes
            .into_iter()
            .collect::<Option<Vec<u8>>>()
            .filter(|_| seen.is_ok())
            .map(|bytes| (row.of)(&bytes))
            .ok_or_else(|| {
                Diagnostic::new(Code::NoAnswer, span, "memory cannot be read here").label(why).into()
            })
    }
}

fn part_of(machine: &Machine, component: Component) -> Part<'_> {
    let spec = machine.spec();
    match component {
        Component::Tlb(at) => {
            Part { spec, tlb: Some(&spec.tlbs[at]), cache: None, stats: machine.tlb_counts(at) }
        }
        Component::Cache(at) => {
            Part { spec, tlb: None, cache: Some(&spec.caches[at]), stats: machine.cache_counts(at) }
        }
    }
}
