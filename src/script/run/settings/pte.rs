//! The settings of `pte { … }` (the format of a page-table entry), and the fields of one entry.

use std::sync::Arc;

use pagewalk_engine::machine::pte::{BITS, Bit, BitRow, Flags, Pte, PteError, PteFormat};

use super::field::{
    Arg, ArgKind, Field, SettingRow, apply, count, integer, list, one, one_of, sole, twice, word_of,
};
use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::lang::value::Value;
use crate::run::bind::Param::{Many, Ways, Words};
use crate::run::bind::{BITS as BIT_NUMBERS, N, SIZE, WIDTH, settings, words_of};

/// Draft of the format of an entry.
#[derive(Debug, Clone, Default)]
pub(crate) struct PteDraft {
    bytes: Option<u32>,
    places: [Option<u32>; BITS.len()],
    ppn: Option<(u32, u32)>,
    inverted: Flags,
    big_endian: bool,
    leaf_permissions: bool,
    /// Location of the format, or `None` for a preset's format.
    span: Option<Span>,
    said: Vec<(Arc<str>, Span)>,
}

/// Settings of `pte`, other than the bits, which come from the machine's registry of bits.
pub(crate) const PTE_SETTINGS: &[SettingRow<PteDraft>] = &[
    SettingRow::once("size", &[SIZE], "size of an entry, 1 to 8 bytes", |d, f| {
        d.size(sole(f)?)
    }),
    SettingRow::once(
        "ppn",
        &[BIT_NUMBERS],
        "range of the PPN bits, inclusive",
        |d, f| {
            d.ppn = Some(bit_range(sole(f)?).map_err(one)?);
            Ok(())
        },
    ),
    SettingRow::once(
        "little-endian",
        &[],
        "least significant byte first",
        |d, _| {
            d.big_endian = false;
            Ok(())
        },
    ),
    SettingRow::once("big-endian", &[], "most significant byte first", |d, _| {
        d.big_endian = true;
        Ok(())
    }),
    SettingRow::once(
        "leaf-permissions",
        &[],
        "only the entry of a page restricts accesses, as in RISC-V",
        |d, _| {
            d.leaf_permissions = true;
            Ok(())
        },
    ),
];

/// Returns the bit numbers of a range, such as `0..6` or `0..=6` (both include bit 6), or of a
/// single bit. Elsewhere in the language, `a..b` excludes its end, but textbooks include both ends
/// of a bit field.
fn bit_range(arg: &Arg) -> Result<(u32, u32), Diagnostic> {
    let bit = |n: i128| u32::try_from(n).unwrap_or(u32::MAX);
    match arg.value()? {
        Value::Range { from, to } if matches!(arg.kind, ArgKind::Inclusive(_)) => {
            Ok((bit(*from), bit(*to - 1)))
        }
        Value::Range { from, to } => Ok((bit(*from), bit(*to))),
        value => integer(value, arg.span).map(|n| (bit(i128::from(n)), bit(i128::from(n)))),
    }
}

impl PteDraft {
    /// Returns the declaration of a format. If a declaration contains only the entry's size, the format is the
    /// default format of that size.
    pub(super) fn from_format(format: &PteFormat, ppn_bits: u32) -> Self {
        if PteFormat::default_for(ppn_bits, None).as_ref() == Ok(format) {
            return Self::default();
        }
        if PteFormat::default_for(ppn_bits, Some(format.bytes)).as_ref() == Ok(format) {
            return Self {
                bytes: Some(format.bytes),
                ..Self::default()
            };
        }
        Self {
            bytes: Some(format.bytes),
            places: format.places,
            ppn: Some((format.ppn_low, format.ppn_high)),
            inverted: format.inverted,
            big_endian: format.big_endian,
            leaf_permissions: format.leaf_permissions,
            ..Self::default()
        }
    }

    /// Applies `pte SIZE` or `pte { … }`.
    pub(super) fn set(&mut self, field: &Field) -> Result<(), Vec<Diagnostic>> {
        if let Some(first) = self.span {
            return Err(one(twice(field, first)));
        }
        // The overridden machine's format is discarded, because otherwise the bits of two formats would mix.
        *self = Self {
            span: Some(field.span),
            ..Self::default()
        };
        let Some(block) = &field.block else {
            return self.size(sole(field)?);
        };
        self.said = block
            .iter()
            .map(|inner| (inner.name.text.clone(), inner.span))
            .collect();
        let (bits, others): (Vec<&Field>, Vec<&Field>) = block
            .iter()
            .partition(|f| BitRow::named(&f.name.text).is_some());
        let others: Vec<Field> = others.into_iter().cloned().collect();
        let wrong = apply(PTE_SETTINGS, "pte", &others, self).err();
        let mut wrong: Vec<_> = wrong.into_iter().flatten().map(offer_bits).collect();
        for field in bits {
            if let Err(problems) = self.bit(field) {
                wrong.extend(problems);
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    fn bit(&mut self, field: &Field) -> Result<(), Vec<Diagnostic>> {
        let Some((bit, inverse)) = BitRow::named(&field.name.text) else {
            return Ok(());
        };
        let n = sole(field)?
            .within(0, 63, Code::BadFormat, "a bit number")
            .map_err(one)?;
        self.inverted = self.inverted.with_bit(bit, inverse);
        if self.places[bit as usize].replace(n as u32).is_some() {
            return Err(one(Diagnostic::new(
                Code::Duplicate,
                field.name.span,
                format!("`{}` is set twice", field.name.text),
            )));
        }
        Ok(())
    }

    fn size(&mut self, arg: &Arg) -> Result<(), Vec<Diagnostic>> {
        let bytes = arg
            .within(1, 8, Code::BadFormat, "an entry's size in bytes")
            .map_err(one)?;
        self.bytes = Some(bytes as u32);
        Ok(())
    }

    /// Returns the location of the setting that causes an error.
    fn error_span(&self, error: &PteError) -> Option<Span> {
        let is = |name: &str| match *error {
            PteError::Size { .. } => name == "size",
            PteError::PpnOutside { .. } | PteError::PpnNarrow { .. } => name == "ppn",
            PteError::BitOutside { bit, .. }
            | PteError::PpnOverlap { bit }
            | PteError::BitOverlap { second: bit, .. } => {
                BitRow::named(name).is_some_and(|(row, _)| row == bit)
            }
        };
        self.said
            .iter()
            .find(|(name, _)| is(name))
            .map(|(_, span)| *span)
    }

    /// Builds the format for page numbers with `ppn_bits` bits.
    pub(super) fn build(&self, ppn_bits: u32, place: Span) -> Result<PteFormat, Vec<Diagnostic>> {
        let span = self.span.unwrap_or(place);
        let wrong = |error: PteError| {
            let at = self.error_span(&error).unwrap_or(span);
            let wrong = Diagnostic::new(Code::BadFormat, at, error.to_string());
            let wrong = wrong.label("the entry's format");
            one(match error {
                PteError::PpnOutside { low, high, width } if high < low && low < width => {
                    let range = format!("ppn {high}..{low}");
                    wrong
                        .help(format!("write `{range}`"))
                        .fix(Fix::replace(at, range))
                }
                _ => wrong,
            })
        };
        let plain = self.ppn.is_none() && self.places.iter().all(Option::is_none);
        if plain {
            let format = PteFormat::default_for(ppn_bits, self.bytes).map_err(wrong)?;
            return Ok(PteFormat {
                big_endian: self.big_endian,
                leaf_permissions: self.leaf_permissions,
                ..format
            });
        }
        let Some((ppn_low, ppn_high)) = self.ppn else {
            return Err(one(Diagnostic::new(
                Code::BadFormat,
                span,
                "the format has no bits for the PPN",
            )
            .help(format!("add `ppn LOW..HIGH` with at least {ppn_bits} bits"))));
        };
        let top = self
            .places
            .iter()
            .flatten()
            .copied()
            .chain([ppn_high])
            .max()
            .unwrap_or(0);
        let bytes = self.bytes.unwrap_or((top / 8 + 1).next_power_of_two());
        let format = PteFormat {
            bytes,
            places: self.places,
            ppn_low,
            ppn_high,
            inverted: self.inverted,
            big_endian: self.big_endian,
            leaf_permissions: self.leaf_permissions,
        };
        format.check().map_err(wrong)?;
        if format.ppn_bits() < ppn_bits {
            return Err(wrong(PteError::PpnNarrow {
                have: format.ppn_bits(),
                need: ppn_bits,
            }));
        }
        Ok(format)
    }
}

/// Suggests a bit's name for a misspelled setting of a format.
fn offer_bits(mut diagnostic: Diagnostic) -> Diagnostic {
    if diagnostic.code != Code::UnknownSetting {
        return diagnostic;
    }
    let said = diagnostic
        .message
        .rsplit('`')
        .nth(1)
        .unwrap_or_default()
        .to_owned();
    let names = || BITS.iter().flat_map(BitRow::names);
    let settings = || PTE_SETTINGS.iter().map(|row| row.name);
    diagnostic.fix = None;
    match nearest(&said, names().chain(settings())) {
        Some(near) => diagnostic.did_you_mean(&said, near),
        None => diagnostic.help(format!("it has {}", list(settings().chain(names())))),
    }
}

/// Returns an entry from fields such as `{ ppn 0x12, p 1, rw 0 }`. By default, P, R/W, and U/S are 1, and all
/// other bits are 0.
///
/// # Errors
/// Returns `unknown-setting`, `value-too-wide`, or the errors in the values.
pub(crate) fn pte_of_fields(fields: &[Field], ppn_bits: u32) -> Result<Pte, Vec<Diagnostic>> {
    let mut pte = Pte {
        ppn: 0,
        flags: Flags::TABLE,
    };
    let mut wrong = Vec::new();
    for (i, field) in fields.iter().enumerate() {
        if let Some(first) = fields[..i].iter().find(|f| f.name.text == field.name.text) {
            wrong.push(twice(field, first.name.span));
        }
        if let Err(problems) = pte_field(&mut pte, field, ppn_bits) {
            wrong.extend(problems);
        }
    }
    if wrong.is_empty() {
        Ok(pte)
    } else {
        Err(wrong)
    }
}

/// Reason why `read 0` is not permitted.
pub(crate) const NO_READ_BIT: &str =
    "a page-table entry has no read bit, so every present page is readable";

/// Reports that a present page is always readable, because the entry has no read bit.
pub(crate) fn no_read_bit(span: Span) -> Diagnostic {
    Diagnostic::new(Code::ValueTooWide, span, NO_READ_BIT)
        .label("cannot be 0")
        .help("make the page not present (`v 0`), or allow only the supervisor (`sup 1`)")
}

/// Warns about the value of a bit that the format of the machine's entries lacks, unless it is the value that every entry then
/// has.
pub(crate) fn lost_bit(format: &PteFormat, bit: Bit, on: bool, place: Span) -> Option<Diagnostic> {
    if format.bit_position(bit).is_some() || on == Flags::TABLE.has(bit) {
        return None;
    }
    let name = bit.row().name;
    let message = format!("the page-table entries of this machine have no bit `{name}`");
    let label = format!("every entry has `{name} {}`", u8::from(!on));
    let help = format!(
        "to add the bit, write its position in the machine's entry format: `pte {{ … {name} N … }}`"
    );
    let warning = Diagnostic::warning(Code::NoEffect, place, message);
    Some(warning.label(label).help(help))
}

fn pte_field(pte: &mut Pte, field: &Field, ppn_bits: u32) -> Result<(), Vec<Diagnostic>> {
    if &*field.name.text == "ppn" {
        let n = sole(field)?.integer().map_err(one)?;
        if ppn_bits < 64 && n >> ppn_bits != 0 {
            let wrong = Diagnostic::new(
                Code::ValueTooWide,
                field.args[0].span,
                format!("PPN 0x{n:X} has more than {ppn_bits} bits"),
            );
            let label = format!("at most 0x{:X}", (1u64 << ppn_bits) - 1);
            return Err(one(wrong.label(label).help(
                "a PPN is a page number: for an address, leave out its page offset",
            )));
        }
        pte.ppn = n;
        return Ok(());
    }
    if &*field.name.text == "read" {
        let arg = sole(field)?;
        return if arg.integer().map_err(one)? == 1 {
            Ok(())
        } else {
            Err(one(no_read_bit(arg.span)))
        };
    }
    let Some((bit, inverse)) = BitRow::named(&field.name.text) else {
        let names = || BITS.iter().map(|row| row.name).chain(["ppn"]);
        let message = format!("an entry has no `{}`", field.name.text);
        let diagnostic = Diagnostic::new(Code::UnknownSetting, field.name.span, message);
        let same = names().find(|name| name.eq_ignore_ascii_case(&field.name.text));
        return Err(one(
            match same.or_else(|| nearest(&field.name.text, names())) {
                Some(near) => diagnostic.did_you_mean(&field.name.text, near),
                None => diagnostic.help(format!("it has {}", list(names()))),
            },
        ));
    };
    let on = sole(field)?
        .within(0, 1, Code::ValueTooWide, "a bit")
        .map_err(one)?
        == 1;
    pte.flags = pte.flags.with_bit(bit, on != inverse);
    Ok(())
}

/// Draft of the page table's shape.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableDraft {
    pub(super) levels: Option<u64>,
    pub(super) split: Option<Vec<u32>>,
    pub(super) split_span: Option<Span>,
    /// The split of the VPN in the overridden machine, which is the default.
    pub(super) inherited: Vec<u32>,
    /// The size of an entry of the machine.
    pub(super) inherited_bytes: Option<u32>,
    pub(super) pte: PteDraft,
    pub(super) walk_cached: bool,
    pub(super) span: Option<Span>,
}

/// The values of `walk`, which determine whether walks use the caches.
const WALKS: &[(&str, bool)] = &[("cached", true), ("uncached", false)];

/// Settings of `page_table` inside `machine`.
pub(crate) const TABLE_SETTINGS: &[SettingRow<TableDraft>] = &[
    SettingRow::path(
        "levels",
        &[N],
        "number of levels, 1 to 6",
        |d| count(d.inherited.len() as u64),
        |d, f| {
            d.levels = Some(
                sole(f)?
                    .within(1, 6, Code::BadGeometry, "a number of levels")
                    .map_err(one)?,
            );
            Ok(())
        },
    ),
    SettingRow::path(
        "bits",
        &[Many(&WIDTH)],
        "number of VPN bits that index each level, top first",
        |d| Value::list(d.inherited.iter().map(|bits| Value::from(*bits))).ok(),
        |d, f| {
            let each = |arg: &Arg| {
                each_integer(arg).map(|list| {
                    list.into_iter()
                        .map(|n| n.min(65) as u32)
                        .collect::<Vec<_>>()
                })
            };
            d.split_span = Some(f.span);
            d.split = Some(
                f.args
                    .iter()
                    .map(each)
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(one)?
                    .concat(),
            );
            Ok(())
        },
    ),
    SettingRow::path(
        "pte",
        &[Ways(&[
            &[SIZE],
            &[settings("size SIZE, valid N, ppn N..N, …")],
        ])],
        "the format of an entry",
        |d| count(d.inherited_bytes?),
        |d, f| d.pte.set(f),
    ),
    SettingRow::path(
        "walk",
        &[Words(words_of!(WALKS.0))],
        "whether page walks use the data caches",
        |d| word_of(WALKS, &d.walk_cached),
        |d, f| {
            d.walk_cached = one_of(sole(f)?, WALKS)?;
            Ok(())
        },
    ),
];

impl TableDraft {
    /// Returns the default split of the VPN: one level, or the levels of the overridden machine.
    pub(super) fn inherited_split(&self, vpn_bits: u32) -> Vec<u32> {
        let before = &self.inherited;
        let levels = before.len().max(1) as u32;
        let even = even_split(before.iter().sum(), levels) == *before;
        if even || before.is_empty() {
            even_split(vpn_bits, levels)
        } else {
            before.clone()
        }
    }
}

/// Splits the VPN into levels: equally among the lower levels, with fewer bits for the top level.
pub(super) fn even_split(vpn_bits: u32, levels: u32) -> Vec<u32> {
    let each = vpn_bits.div_ceil(levels);
    let below = each * (levels - 1);
    if below < vpn_bits || vpn_bits == 0 {
        let mut split = vec![each; levels as usize];
        split[0] = vpn_bits - below;
        return split;
    }
    let spare = levels - vpn_bits % levels;
    (0..levels)
        .map(|level| vpn_bits / levels + u32::from(level >= spare))
        .collect()
}

/// Returns one number, or the numbers of a list.
fn each_integer(arg: &Arg) -> Result<Vec<u64>, Diagnostic> {
    match arg.value()? {
        Value::List(list) => list.iter().map(|value| integer(value, arg.span)).collect(),
        value => Ok(vec![integer(value, arg.span)?]),
    }
}
