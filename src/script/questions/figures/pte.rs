//! `figure pte`: the formats of page-table entries, and the bits of an entry.

use super::request::Request;
use super::walk::{no_page_tables, walked};
use crate::lang::ast::Expr;
use crate::questions::papers::sheet;
use crate::run::bind::{Slot, word};
use crate::run::record::{FigureData, PteEntry, PteField, PteFigure, PteForm, PteMeaning, Shown};
use crate::run::session::Cx;
use crate::run::stop::Stop;
use crate::run::verbs::{level_of, raw_entry};
use pagewalk_engine::kernel::process::PageLocation;
use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::pte::{BITS, Bit, BitRow, BitUse, EntryKind};
use pagewalk_engine::machine::spec::{Mmu, Spec};

/// Returns the formats of the machine's entries, or an entry.
///
/// # Errors
/// Returns `no-machine`, `bad-geometry`, `wrong-count`, `unknown-word`, `value-too-wide`, `bad-index`, or the errors of
/// `figure walk`.
pub(crate) fn pte(cx: &mut Cx, request: &Request) -> Result<FigureData, Stop> {
    let place = request.noun.span;
    let spec = cx.machine(place)?.spec().clone();
    let Some(mmu) = &spec.mmu else {
        return Err(no_page_tables(place).into());
    };
    let kernel = cx
        .kernel(place)
        .ok()
        .filter(|kernel| kernel.swap().slots > 0);
    let swaps = kernel.is_some();
    let columns = cx.state.columns_set("page_table", 0).to_vec();
    let of = Formats {
        spec: &spec,
        mmu,
        swaps,
        columns,
    };
    let last = mmu.levels.len() as u32;
    let bound = request.bound;
    if let [preposition] = request.operands
        && word(preposition) == Some("of")
    {
        return Err(request.needs_address(preposition).into());
    }
    request.refuse()?;
    let entry = match (bound.slot(Slot::Va), bound.slot(Slot::Raw)) {
        (Some(va), _) => mapping(cx, request, &of, va)?,
        (None, Some(value)) => {
            let value = raw_entry(cx, value, mmu.pte.bytes)?;
            let level = match bound.clause("level") {
                Some(level) => level_of(cx, level, mmu)?,
                None => last,
            };
            of.entry(level, Some(value), Location::Unknown)
        }
        (None, None) => return Ok(FigureData::Pte(of.figure(None))),
    };
    let mut figure = of.figure(Some(entry));
    if sheet(cx).is_none() {
        figure.keep_what_applies();
    }
    Ok(FigureData::Pte(figure))
}

/// Returns the entry that maps an address: the last entry that a walk reaches.
fn mapping(cx: &mut Cx, request: &Request, of: &Formats, va: &Expr) -> Result<PteEntry, Stop> {
    let (walk, pid) = walked(cx, request.noun.span, va)?;
    let (va, Some(reached)) = (walk.walk.va.raw(), walk.walk.levels.last()) else {
        return Err(Stop::Unknowable);
    };
    let kernel = cx.kernel(request.place).ok().filter(|_| of.swaps);
    let vpn = va.checked_shr(of.mmu.page_bits).unwrap_or(0);
    let place = kernel.and_then(|kernel| {
        let process = kernel.process(pid?)?;
        Some(match process.space.pages.get(vpn) {
            Some(place) => Location::At(*place),
            None if kernel.reads_from_disk(process.pid, va) => Location::OnDisk,
            None => Location::Nowhere,
        })
    });
    let place = place.unwrap_or(Location::Unknown);
    let entry = of.entry(reached.level, reached.raw, place);
    Ok(PteEntry {
        process: walk.of.clone(),
        va: Some(va),
        address: reached.at.map(Pa::raw),
        ..entry
    })
}

/// The location of the page that an entry maps.
#[derive(Clone, Copy)]
enum Location {
    /// No kernel knows the page.
    Unknown,
    /// The page is neither in a frame nor in swap.
    Nowhere,
    /// The page is on disk, but has no swap slot before its first access (`pages on-disk`).
    OnDisk,
    At(PageLocation),
}

/// The formats of a machine's entries.
struct Formats<'s> {
    spec: &'s Spec,
    mmu: &'s Mmu,
    /// Whether a kernel with swap space manages the page tables.
    swaps: bool,
    /// The columns of the page table that the script has named.
    columns: Vec<String>,
}

impl Formats<'_> {
    fn figure(&self, entry: Option<PteEntry>) -> PteFigure {
        let last = self.mmu.levels.len() as u32;
        let form = |form, levels, ppn, bits: &dyn Fn(Bit) -> bool| PteForm {
            form,
            levels,
            fields: self.fields(Some(ppn), bits),
        };
        let page = || {
            form("page", (last, last), "PPN of the page", &|bit| {
                is_in(bit, EntryKind::Page)
            })
        };
        let table = |levels| {
            form("table", levels, "PPN of the next table", &|bit| {
                is_in(bit, EntryKind::Table)
            })
        };
        let mut forms = Vec::new();
        match &entry {
            Some(entry) if entry.level < last => {
                let levels = (entry.level, entry.level);
                // Boxes for both PS and D, because the format of only one of them would reveal PS.
                let any = || {
                    form("table-or-page", levels, "PPN", &|bit| {
                        self.is_at(bit, entry.level)
                    })
                };
                forms.push(if self.has_huge_pages() {
                    any()
                } else {
                    table(levels)
                });
            }
            Some(_) => forms.push(page()),
            None => {
                if last > 1 {
                    forms.push(table((1, last - 1)));
                }
                forms.push(page());
            }
        }
        let levels = match &entry {
            Some(entry) => (entry.level, entry.level),
            None => (1, last),
        };
        if self.mmu.pte.bit_position(Bit::P).is_some() {
            forms.push(PteForm {
                form: "not-present",
                levels,
                fields: self.not_present(levels.1 == last),
            });
        }
        PteFigure {
            entry_bytes: self.mmu.pte.bytes,
            levels: last,
            forms,
            entry,
        }
    }

    fn has_huge_pages(&self) -> bool {
        self.mmu.pte.bit_position(Bit::Ps).is_some()
    }

    /// Whether entries of a level have a bit.
    fn is_at(&self, bit: Bit, level: u32) -> bool {
        if level as usize == self.mmu.levels.len() {
            is_in(bit, EntryKind::Page)
        } else {
            self.has_huge_pages() || is_in(bit, EntryKind::Table)
        }
    }

    /// Returns the fields of a present entry, highest first. Unused bits between two fields are a field without a name.
    fn fields(&self, ppn: Option<&str>, has: &dyn Fn(Bit) -> bool) -> Vec<PteField> {
        let format = &self.mmu.pte;
        let bits = BITS.iter().filter(|row| has(row.bit)).filter_map(|row| {
            format
                .bit_position(row.bit)
                .map(|place| PteField::mmu(&format.label(row), (place, place)))
        });
        let mut fields: Vec<PteField> = bits.collect();
        fields.extend(ppn.map(|name| PteField::mmu(name, (format.ppn_low, format.ppn_high))));
        fields.extend(ppn.and(format.software_bits()).map(PteField::os));
        filled(fields, format.bytes * 8)
    }

    /// Returns the fields of an entry that is not present.
    fn not_present(&self, may_be_in_swap: bool) -> Vec<PteField> {
        let (format, width) = (&self.mmu.pte, self.mmu.pte.bytes * 8);
        let mut fields = self.fields(None, &|bit| bit == Bit::P);
        if self.swaps && may_be_in_swap {
            fields.retain(|field| !field.name.is_empty());
            let slot = PteField::os((format.ppn_low, format.ppn_high));
            fields.push(PteField {
                name: "swap slot".to_owned(),
                ..slot
            });
            return filled(fields, width);
        }
        let widest = fields
            .iter()
            .filter(|field| field.name.is_empty())
            .map(PteField::bits)
            .max();
        for field in fields.iter_mut().filter(|field| field.name.is_empty()) {
            let is_widest = Some(field.bits()) == widest;
            let name = if is_widest {
                "available to the OS (location on disk)"
            } else {
                "OS"
            };
            *field = PteField {
                name: name.to_owned(),
                ..PteField::os((field.low, field.high))
            };
        }
        fields
    }

    /// Returns an entry of a level. `place` is the location of its page.
    fn entry(&self, level: u32, value: Option<u64>, place: Location) -> PteEntry {
        let format = &self.mmu.pte;
        let pte = value.map(|raw| format.decode(raw)).unwrap_or_default();
        let is_last = level as usize == self.mmu.levels.len();
        let kind = match () {
            () if is_last => EntryKind::Page,
            () if pte.flags.has(Bit::Ps) => EntryKind::HugePage,
            () => EntryKind::Table,
        };
        let present = pte.flags.has(Bit::P);
        let is_reserved = present && self.mmu.is_reserved(level, pte);
        let mut meanings: Vec<(u32, PteMeaning)> = Vec::new();
        for row in BITS.iter().filter(|row| self.is_at(row.bit, level)) {
            let Some(at) = format.bit_position(row.bit) else {
                continue;
            };
            let on = pte.flags.has(row.bit);
            let is_one = on != format.inverted.has(row.bit);
            let meaning = match row.bit {
                Bit::P if value.is_none() => {
                    "the entry was never set, so it is not present".to_owned()
                }
                Bit::Ps if is_reserved => {
                    "maps a huge page, but reserved bits are set, so a walk faults".to_owned()
                }
                _ => row.meaning(on, kind) + &self.inverse(row, on),
            };
            let known = present || row.bit == Bit::P;
            meanings.push((
                at,
                PteMeaning::new(
                    &format.label(row),
                    1,
                    value.map(|_| is_one.into()),
                    known,
                    meaning,
                ),
            ));
        }
        let ppn = if is_reserved {
            "not used, because the walk faults".to_owned()
        } else {
            self.base(level, kind, pte.ppn)
        };
        let ppn = PteMeaning::new("PPN", format.ppn_bits(), Some(pte.ppn), present, ppn);
        meanings.push((format.ppn_low, ppn));
        if let Some((low, high)) = format.software_bits() {
            let bits = value.map(|raw| raw >> low & !(u64::MAX << (high - low + 1)));
            let meaning = "available to the operating system".to_owned();
            meanings.push((
                low,
                PteMeaning::new("OS", high - low + 1, bits, present, meaning),
            ));
        }
        meanings.sort_by_key(|(low, _)| *low);
        let mut meanings: Vec<PteMeaning> =
            meanings.into_iter().map(|(_, meaning)| meaning).collect();
        if format.bit_position(Bit::P).is_some() {
            meanings.push(self.os_meaning(value.filter(|_| !present), is_last, place));
        }
        PteEntry {
            process: String::new(),
            va: None,
            virtual_bits: self.spec.virtual_bits(),
            level,
            address: None,
            physical_bits: self.spec.physical_bits,
            value,
            present,
            meanings,
        }
    }

    /// Returns the value under a name with the inverse meaning, if the script has named a column so.
    fn inverse(&self, row: &BitRow, on: bool) -> String {
        let is_column = |name: &&str| self.columns.iter().any(|column| column == name);
        let named = row.inverse.filter(is_column);
        let named = named.filter(|_| !self.mmu.pte.inverted.has(row.bit));
        named.map_or_else(String::new, |name| {
            format!(" ({} = {})", name.to_uppercase(), u8::from(!on))
        })
    }

    /// Returns the address of the page or of the table that an entry contains.
    fn base(&self, level: u32, kind: EntryKind, ppn: u64) -> String {
        let low = |bits: u32| 1u64.checked_shl(bits).map_or(u64::MAX, |end| end - 1);
        let (page_bits, target) = match kind {
            EntryKind::Table => (self.mmu.page_bits, "the next table"),
            EntryKind::HugePage => (self.mmu.level_page_bits(level), "the huge page"),
            EntryKind::Page => (self.mmu.page_bits, "the page"),
        };
        let base = ppn.checked_shl(self.mmu.page_bits).unwrap_or(0);
        let base = base & low(self.spec.physical_bits) & !low(page_bits);
        format!(
            "{target} begins at address {}",
            Shown::field(base, self.spec.physical_bits)
        )
    }

    /// Returns the information of the operating system in an entry that is not present.
    fn os_meaning(&self, value: Option<u64>, is_last: bool, place: Location) -> PteMeaning {
        let format = &self.mmu.pte;
        let swaps = self.swaps && is_last;
        let name = if swaps {
            "swap slot (not present)"
        } else {
            "OS data (not present)"
        };
        let nothing = || PteMeaning::new(name, format.ppn_bits(), None, false, String::new());
        let Some(raw) = value else { return nothing() };
        let decoded = format.decode(raw);
        let location = format.disk_location(decoded).filter(|_| is_last);
        let meaning = match (place, location) {
            (Location::At(PageLocation::Swap(held)), location)
                if held.0 == 0 || location == Some(u64::from(held.0)) =>
            {
                format!("the page is in swap slot {}", held.0)
            }
            (Location::At(PageLocation::Swap(held)), _) => {
                format!("slot {}, too large for the entry", held.0)
            }
            (Location::At(PageLocation::Frame(frame)), _) => {
                format!(
                    "none; the page is in frame {}, without permissions",
                    frame.0
                )
            }
            (Location::At(PageLocation::Zero), _) => {
                "none; the zero frame, without permissions".to_owned()
            }
            (Location::Nowhere, _) => "the page is not in swap".to_owned(),
            (Location::OnDisk, _) => "the page is on disk, without a slot yet".to_owned(),
            (Location::Unknown, Some(location)) if swaps => {
                format!("the page is in swap slot {location}")
            }
            (Location::Unknown, Some(location)) => {
                let location = Shown::field(location, format.ppn_bits());
                format!("location {location} on disk")
            }
            (Location::Unknown, None) if swaps && raw == 0 => "the page is not in swap".to_owned(),
            (Location::Unknown, None) if raw == 0 => "no location on disk".to_owned(),
            (Location::Unknown, None) if swaps => "none, because other bits are not 0".to_owned(),
            (Location::Unknown, None) => "the MMU ignores these bits".to_owned(),
        };
        let value = location.or(Some(0).filter(|_| swaps && raw == 0));
        let bits = self
            .not_present(is_last)
            .into_iter()
            .max_by_key(PteField::bits);
        match bits.filter(|_| !swaps && value.is_some()) {
            // Without swap space, the box contains all bits that the MMU ignores.
            Some(field) => {
                let all = raw >> field.low & !u64::MAX.checked_shl(field.bits()).unwrap_or(0);
                PteMeaning::new(name, field.bits(), Some(all), true, meaning)
            }
            None => PteMeaning::new(name, format.ppn_bits(), value, true, meaning),
        }
    }
}

/// Whether a kind of entry has a bit.
fn is_in(bit: Bit, kind: EntryKind) -> bool {
    bit.row().use_in(kind) != BitUse::Absent
}

impl PteFigure {
    /// Omits what only a paper needs so as not to reveal the answer: the format that does not apply to the entry, and its
    /// fields. On a paper, the boxes of only one format would reveal P.
    fn keep_what_applies(&mut self) {
        let Some(entry) = &mut self.entry else { return };
        self.forms
            .retain(|form| entry.present == (form.form != "not-present"));
        entry
            .meanings
            .retain(|meaning| meaning.value.is_some() || !meaning.meaning.is_empty());
    }
}

impl PteField {
    /// Returns a field that the MMU uses.
    fn mmu(name: &str, (low, high): (u32, u32)) -> Self {
        Self {
            name: name.to_owned(),
            high,
            low,
            used_by: "mmu",
        }
    }

    /// Returns a field that the operating system uses.
    fn os(bits: (u32, u32)) -> Self {
        Self {
            used_by: "os",
            ..Self::mmu("OS", bits)
        }
    }

    /// Returns the width in bits.
    pub(crate) fn bits(&self) -> u32 {
        self.high + 1 - self.low
    }
}

impl PteMeaning {
    /// Creates the meaning of a field. With `known` false, the entry has no such field.
    fn new(name: &str, bits: u32, value: Option<u64>, known: bool, meaning: String) -> Self {
        let (value, meaning) = if known {
            (value, meaning)
        } else {
            (None, String::new())
        };
        Self {
            name: name.to_owned(),
            bits,
            value,
            meaning,
        }
    }
}

/// Sorts fields by their bits, highest first, and adds a field for the bits between them.
fn filled(mut fields: Vec<PteField>, width: u32) -> Vec<PteField> {
    let unused = |low: u32, end: u32| {
        (low < end).then(|| PteField {
            used_by: "none",
            ..PteField::mmu("", (low, end - 1))
        })
    };
    fields.sort_by_key(|field| std::cmp::Reverse(field.high));
    let mut all = Vec::new();
    let mut end = width;
    for field in fields {
        all.extend(unused(field.high + 1, end));
        end = field.low;
        all.push(field);
    }
    all.extend(unused(0, end));
    all
}
