//! The settings of `machine { … }`.

use std::sync::Arc;

use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use pagewalk_engine::machine::check::{SpecError, SpecPart, SpecProblem};
use pagewalk_engine::machine::spec::{CacheSpec, Mmu, Spec, Stated, TlbSpec};

use super::cache::{CACHE_SETTINGS, CacheDraft, TLB_SETTINGS, TlbDraft};
use super::field::{
    Arg, ArgKind, Field, SettingRow, apply, block_of, count, latency, one, power, sole, time,
    value_of,
};
use super::level::{Level, level};
use super::pte::{PteDraft, TABLE_SETTINGS, TableDraft, even_split};
use crate::lang::value::{Measure, Value};
use crate::run::bind::Param::{Literal, Optional, Unit, Ways};
use crate::run::bind::{CACHE, N, SIZE, T, TLB, WIDTH, settings};
use crate::run::facts::Component;

/// Draft of a machine declaration: the given settings, before other values are derived.
#[derive(Debug, Clone, Default)]
pub(crate) struct MachineDraft {
    virtual_bits: Option<u32>,
    physical_bits: Option<u32>,
    page_bits: Option<u32>,
    table: TableDraft,
    tlbs: Vec<TlbDraft>,
    caches: Vec<CacheDraft>,
    memory_latency: u64,
    nanoseconds: bool,
    cores: u32,
    stated: Vec<(Arc<str>, Arc<str>)>,
    spans: Vec<(&'static str, Span)>,
}

pub(crate) const MACHINE_SETTINGS: &[SettingRow<MachineDraft>] =
    &[
        SettingRow::path(
            "virtual",
            &[WIDTH, Unit("bits")],
            "width of a virtual address",
            |d| count(d.virtual_bits?),
            |d, f| {
                d.spans.push(("virtual", f.span));
                width(f, 64).map(|n| d.virtual_bits = Some(n))
            },
        ),
        SettingRow::path(
            "physical",
            &[WIDTH, Unit("bits")],
            "width of a physical address",
            |d| count(d.physical()),
            |d, f| {
                d.spans.push(("physical", f.span));
                width(f, 64).map(|n| d.physical_bits = Some(n))
            },
        ),
        SettingRow::path(
            "page",
            &[SIZE],
            "page size, a power of two",
            |d| power(d.page_bits?),
            |d, f| {
                d.spans.push(("page", f.span));
                sole(f)?
                    .log2("the page size")
                    .map(|n| d.page_bits = Some(n))
                    .map_err(one)
            },
        ),
        SettingRow::once(
            "page_table",
            &[settings(
                "levels N, bits N…, pte FORMAT, walk cached|uncached",
            )],
            "the levels, the VPN bits of each level, and the entry format",
            |d, f| {
                d.spans.push(("page_table", f.span));
                d.table.span = Some(f.span);
                block_of(f, TABLE_SETTINGS, &mut d.table)
            },
        ),
        SettingRow::path(
            "pte",
            &[Ways(&[
                &[SIZE],
                &[settings("size SIZE, valid N, ppn N..N, …")],
            ])],
            "the format of a page-table entry",
            |d| count(d.table.inherited_bytes?),
            |d, f| {
                d.spans.push(("pte", f.span));
                d.table.pte.set(f)
            },
        ),
        SettingRow::often(
            "tlb",
            &[Ways(&[
                &[Optional(&[TLB]), settings("entries N, ways N, …")],
                &[Optional(&[TLB]), Literal("none")],
            ])],
            "adds a TLB level",
            |d, f| level(&mut d.tlbs, f),
        ),
        SettingRow::often(
            "cache",
            &[Ways(&[
                &[
                    Optional(&[CACHE]),
                    settings("size SIZE, block SIZE, ways N, …"),
                ],
                &[Optional(&[CACHE]), Literal("none")],
            ])],
            "adds a cache level",
            |d, f| level(&mut d.caches, f),
        ),
        SettingRow::once("memory", &[settings("latency T")], "main memory", |d, f| {
            match size_of_memory(f) {
                Some(wrong) => Err(one(wrong)),
                None => block_of(f, MEMORY_SETTINGS, &mut d.memory_latency),
            }
        }),
        SettingRow::path(
            "cores",
            &[N],
            "number of cores, each with private TLBs and caches",
            |d| count(d.cores.max(1)),
            |d, f| {
                let n = sole(f)?
                    .within(1, 64, Code::BadWidth, "a number of cores")
                    .map_err(one)?;
                d.cores = n as u32;
                Ok(())
            },
        ),
    ];

/// Reports a size of memory, which follows from the width of physical addresses, and a latency without braces.
fn size_of_memory(field: &Field) -> Option<Diagnostic> {
    let inner = field.block.iter().flatten();
    let inside = inner.clone().find(|inner| &*inner.name.text == "size");
    let of = inside.unwrap_or(field);
    let args = of
        .args
        .iter()
        .filter(|_| inside.is_some() || field.block.is_none());
    let mut values = args.skip_while(|arg| arg.word() == Some("size"));
    let first = values.next()?;
    let wrong = |code, message| Some(Diagnostic::new(code, of.span, message));
    if let (Some("latency"), [_, latency]) = (first.word(), &*field.args) {
        let block = format!("memory {{ latency {} }}", latency.value().ok()?);
        let message = "the settings of `memory` belong in braces".to_owned();
        let fix = Fix::replace(field.span, block);
        return wrong(Code::WrongCount, message).map(|wrong| wrong.fix(fix));
    }
    // `memory 100 cycles`
    if let Ok(Value::Number(latency)) = first.value()
        && inside.is_none()
        && let Some(time @ (Measure::Time | Measure::Cycles)) = latency.measure()
    {
        let block = format!("memory {{ latency {latency} {} }}", time.unit());
        let message = "the latency of memory is a setting in braces".to_owned();
        let fix = Fix::replace(field.span, block);
        return wrong(Code::WrongCount, message).map(|wrong| wrong.fix(fix));
    }
    let bits = first.log2("a size").ok();
    // `memory 100`
    if let (Ok(Value::Number(latency)), None) = (first.value(), bits)
        && inside.is_none()
        && latency.measure().is_none()
    {
        let block = format!("memory {{ latency {latency} }}");
        let message = "the settings of `memory` belong in braces".to_owned();
        let fix = Fix::replace(field.span, block);
        return wrong(Code::WrongCount, message).map(|wrong| wrong.fix(fix));
    }
    let physical = format!("physical {} bits", bits.unwrap_or(12));
    let message =
        format!("the width of physical addresses determines the size of memory: `{physical}`");
    if inside.is_some() {
        let help = format!("remove `size` here, and write `{physical}` in `machine`");
        let wrong = wrong(Code::UnknownSetting, message)?;
        return Some(wrong.help(help).fix(Fix::remove(of.span)));
    }
    let wrong = wrong(Code::WrongCount, message)?;
    Some(match bits {
        Some(_) => wrong.fix(Fix::replace(field.span, physical)),
        None => wrong,
    })
}

/// Settings of `memory` inside `machine`.
pub(crate) const MEMORY_SETTINGS: &[SettingRow<u64>] = &[SettingRow::path(
    "latency",
    &[T],
    "latency of main memory",
    |d| time(*d),
    |d, f| latency(sole(f)?).map(|t| *d = t),
)];

/// Returns the value of a setting of a machine or its page table: `machine.page`, `machine.levels`.
pub(crate) fn machine_setting(spec: &Spec, name: &str) -> Option<Value> {
    let draft = MachineDraft::from_spec(spec);
    let of_table = || {
        spec.mmu
            .as_ref()
            .and_then(|_| value_of(TABLE_SETTINGS, &draft.table, name))
    };
    value_of(MACHINE_SETTINGS, &draft, name).or_else(of_table)
}

/// Returns the value of a setting of the page table: `page_table.levels`.
pub(crate) fn table_setting(spec: &Spec, name: &str) -> Option<Value> {
    spec.mmu.as_ref()?;
    value_of(TABLE_SETTINGS, &MachineDraft::from_spec(spec).table, name)
}

/// Returns the value of a setting of main memory: `memory.latency`.
pub(crate) fn memory_setting(spec: &Spec, name: &str) -> Option<Value> {
    value_of(MEMORY_SETTINGS, &spec.memory_latency, name)
}

/// Returns the value of a setting of a TLB or cache: `L1d.size`.
pub(crate) fn level_setting(spec: &Spec, level: Component, name: &str) -> Option<Value> {
    match level {
        Component::Tlb(at) => value_of(TLB_SETTINGS, &TlbDraft::from_spec(&spec.tlbs[at]), name),
        Component::Cache(at) => value_of(
            CACHE_SETTINGS,
            &CacheDraft::from_spec(&spec.caches[at]),
            name,
        ),
    }
}

fn width(field: &Field, most: u64) -> Result<u32, Vec<Diagnostic>> {
    let arg = sole(field)?;
    let width = arg.within(1, most, Code::BadWidth, "a width");
    width.map(|n| n as u32).map_err(|wrong| {
        // The size of an address space has been written in place of its width.
        one(match arg.integer().ok().filter(|n| n.is_power_of_two()) {
            Some(size) if size > 64 => wrong.help(format!("write `{} bits`", size.ilog2())),
            _ => wrong,
        })
    })
}

impl MachineDraft {
    fn from_spec(spec: &Spec) -> Self {
        let mut draft = Self {
            physical_bits: Some(spec.physical_bits),
            tlbs: spec.tlbs.iter().map(TlbDraft::from_spec).collect(),
            caches: spec.caches.iter().map(CacheDraft::from_spec).collect(),
            memory_latency: spec.memory_latency,
            nanoseconds: spec.nanoseconds,
            cores: spec.cores,
            stated: spec.stated.0.clone(),
            ..Self::default()
        };
        if let Some(mmu) = &spec.mmu {
            draft.virtual_bits = Some(mmu.virtual_bits);
            draft.page_bits = Some(mmu.page_bits);
            draft.table.inherited.clone_from(&mmu.levels);
            draft.table.inherited_bytes = Some(mmu.pte.bytes);
            draft.table.pte = PteDraft::from_format(&mmu.pte, spec.physical_bits - mmu.page_bits);
            draft.table.walk_cached = mmu.walk_cached;
        }
        draft
    }

    fn span_of(&self, setting: &str) -> Option<Span> {
        self.spans
            .iter()
            .find(|(name, _)| *name == setting)
            .map(|(_, span)| *span)
    }

    /// Builds the spec, and reports every error in the combination of its parts.
    fn build(&self, place: Span) -> Result<Spec, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        let mmu = self.mmu(place).unwrap_or_else(|problems| {
            wrong.extend(problems);
            None
        });
        let tlbs: Vec<TlbSpec> = self
            .tlbs
            .iter()
            .filter_map(|d| d.build().map_err(|p| wrong.extend(p)).ok())
            .collect();
        let caches: Vec<CacheSpec> = self
            .caches
            .iter()
            .filter_map(|d| d.build().map_err(|p| wrong.extend(p)).ok())
            .collect();
        let physical_bits = self.physical();
        let of_tlbs = self.tlbs.iter().flat_map(|tlb| tlb.common().stated());
        let of_caches = self.caches.iter();
        let of_caches = of_caches.flat_map(|cache| cache.common().stated());
        let inherited = self.stated.iter().cloned();
        let spec = Spec {
            mmu,
            physical_bits,
            tlbs,
            caches,
            memory_latency: self.memory_latency,
            nanoseconds: self.nanoseconds,
            cores: self.cores.max(1),
            stated: Stated(inherited.chain(of_tlbs).chain(of_caches).collect()),
        };
        if wrong.is_empty()
            && let Err(errors) = spec.check()
        {
            wrong.extend(errors.iter().map(|error| self.diagnostic(error, place)));
        }
        if wrong.is_empty() {
            Ok(spec)
        } else {
            Err(wrong)
        }
    }

    fn physical(&self) -> u32 {
        self.physical_bits.or(self.virtual_bits).unwrap_or(64)
    }

    fn mmu(&self, place: Span) -> Result<Option<Mmu>, Vec<Diagnostic>> {
        let page_bits = match (self.virtual_bits, self.page_bits) {
            (None, None) => return self.no_mmu(),
            (_, Some(page_bits)) => page_bits,
            (Some(_), None) => {
                let span = self.span_of("virtual").unwrap_or(place);
                return Err(one(Diagnostic::new(
                    Code::BadGeometry,
                    span,
                    "virtual addresses need a page size",
                )
                .label("the page size is missing")
                .help(
                    "add `page 4 KB`; without `virtual` and `page`, addresses are physical",
                )));
            }
        };
        let virtual_bits = self.virtual_bits.unwrap_or(self.physical());
        let bits = virtual_bits.min(self.physical());
        if page_bits > bits {
            return Err(one(Diagnostic::new(
                Code::BadWidth,
                self.span_of("page").unwrap_or(place),
                "a page is larger than the address space",
            )
            .label(format!(
                "a page has 2^{page_bits} bytes, but an address has {bits} bits"
            ))));
        }
        let levels = self.levels(virtual_bits - page_bits, place)?;
        let pte = self.table.pte.build(self.physical() - page_bits, place)?;
        Ok(Some(Mmu {
            virtual_bits,
            page_bits,
            levels,
            pte,
            walk_cached: self.table.walk_cached,
        }))
    }

    fn no_mmu(&self) -> Result<Option<Mmu>, Vec<Diagnostic>> {
        let tlb = self.tlbs.first().map(|tlb| ("a TLB", tlb.common().span));
        let table = self
            .table
            .span
            .or(self.span_of("pte"))
            .map(|span| ("a page table", span));
        match tlb.or(table) {
            None => Ok(None),
            Some((what, span)) => Err(one(Diagnostic::new(
                Code::NoMachine,
                span,
                format!("{what} needs virtual addresses"),
            )
            .label("there is nothing to translate")
            .help("add `virtual N bits` and `page SIZE`"))),
        }
    }

    fn levels(&self, vpn_bits: u32, place: Span) -> Result<Vec<u32>, Vec<Diagnostic>> {
        let span = self.table.split_span.or(self.table.span).unwrap_or(place);
        let split =
            match (&self.table.split, self.table.levels) {
                (Some(split), levels) => {
                    if levels.is_some_and(|n| n != split.len() as u64) {
                        let message = "`levels` and `bits` do not agree";
                        let wrong = Diagnostic::new(Code::BadGeometry, span, message).label(
                            format!("{} levels, bits for {}", levels.unwrap_or(0), split.len()),
                        );
                        // `bits 9` was meant for each level.
                        if let ([bits], Some(n)) = (&split[..], levels)
                            && u64::from(*bits).checked_mul(n) == Some(u64::from(vpn_bits))
                        {
                            let each = vec![bits.to_string(); n as usize].join(" ");
                            let fix = Fix::replace(span, format!("bits {each}"));
                            let help = format!("`bits` has the width of each level: `bits {each}`");
                            return Err(one(wrong.help(help).fix(fix)));
                        }
                        return Err(one(match split.split_last() {
                            Some((_, of_levels))
                                if of_levels.iter().map(|&n| u64::from(n)).sum::<u64>()
                                    == u64::from(vpn_bits) =>
                            {
                                let bits = of_levels.iter().map(u32::to_string).collect::<Vec<_>>();
                                wrong.help(format!(
                                "`bits` divides the VPN, which has no page offset: write `bits {}`",
                                bits.join(" ")
                            ))
                            }
                            _ => wrong,
                        }));
                    }
                    split.clone()
                }
                (None, Some(levels)) => even_split(vpn_bits, levels as u32),
                (None, None) => self.table.inherited_split(vpn_bits),
            };
        let sum: u64 = split.iter().map(|&n| u64::from(n)).sum();
        if sum != u64::from(vpn_bits) {
            let offset = self.page_bits.unwrap_or(0);
            let even = even_split(vpn_bits, split.len() as u32);
            let bits: Vec<String> = even.iter().map(u32::to_string).collect();
            return Err(one(Diagnostic::new(
                Code::BadGeometry,
                span,
                format!("the levels use {sum} bits, but the VPN has {vpn_bits}"),
            )
            .label("each bit of the VPN must belong to the index of exactly one level")
            .help(format!(
                "the VPN has {} - {offset} = {vpn_bits} bits; write `bits {}`, for example",
                vpn_bits + offset,
                bits.join(" ")
            ))));
        }
        Ok(split)
    }

    /// Reports an error in the whole machine, at the setting that causes the error.
    fn diagnostic(&self, error: &SpecError, place: Span) -> Diagnostic {
        let span = match error.part {
            SpecPart::Tlb(at) => self
                .tlbs
                .get(at)
                .map(|tlb| tlb.common().setting_span(error.setting)),
            SpecPart::Cache(at) => self
                .caches
                .get(at)
                .map(|cache| cache.common().setting_span(error.setting)),
            SpecPart::Machine => self.span_of(error.setting),
            SpecPart::PageTable => self.table.span,
            SpecPart::Pte(_) => self.span_of("pte").or(self.table.span),
        };
        let diagnostic = Diagnostic::new(
            code(&error.problem),
            span.filter(|span| *span != Span::default())
                .unwrap_or(place),
            error.problem.to_string(),
        );
        match (&error.problem, error.part) {
            (SpecProblem::NameTaken { .. }, SpecPart::Tlb(_)) => {
                diagnostic.help("give each TLB a name of its own: write `tlb dTLB { … }`")
            }
            (SpecProblem::NameTaken { .. }, SpecPart::Cache(_)) => {
                diagnostic.help("give each cache a name of its own: write `cache L2 { … }`")
            }
            _ => diagnostic,
        }
    }
}

/// Returns the diagnostic code for a problem in a spec.
fn code(problem: &SpecProblem) -> Code {
    match problem {
        SpecProblem::NotPowerOfTwo { .. } => Code::NotAPowerOfTwo,
        SpecProblem::Pte(_) => Code::BadFormat,
        SpecProblem::TooManyLines { .. } => Code::LimitSize,
        SpecProblem::NameTaken { .. } => Code::Duplicate,
        SpecProblem::NoMmu => Code::NoMachine,
        SpecProblem::PolicyOfFrames { .. } => Code::UnknownWord,
        SpecProblem::OutOfRange { .. } | SpecProblem::PageTooLarge { .. } => Code::BadWidth,
        _ => Code::BadGeometry,
    }
}

/// Whether a latency has a unit of time.
fn has_time(fields: &[Field]) -> bool {
    let time = |arg: &Arg| matches!(arg.kind, ArgKind::Time(_));
    fields.iter().any(|field| {
        &*field.name.text == "latency" && field.args.iter().any(time)
            || field.block.as_ref().is_some_and(|inner| has_time(inner))
    })
}

/// Returns the errors in fields that override an unknown machine, which may have any part.
pub(crate) fn wrong_overrides(fields: &[Field]) -> Vec<Diagnostic> {
    let mut draft = MachineDraft::default();
    let applied = apply(MACHINE_SETTINGS, "machine", fields, &mut draft);
    let mut wrong = applied.err().unwrap_or_default();
    wrong.retain(|one| !matches!(one.code, Code::UnknownNoun | Code::BadGeometry));
    wrong
}

/// Builds a machine from fields, based on a preset or file if given.
///
/// # Errors
/// Returns every error in the fields and in their combination.
pub(crate) fn build_machine(
    base: Option<&Spec>,
    fields: &[Field],
    place: Span,
) -> Result<Spec, Vec<Diagnostic>> {
    let mut draft = base.map(MachineDraft::from_spec).unwrap_or_default();
    apply(MACHINE_SETTINGS, "machine", fields, &mut draft).map_err(|mut wrong| {
        wrong.sort_by_key(|one| one.span.start);
        wrong
    })?;
    draft.nanoseconds |= has_time(fields);
    draft.build(place)
}
