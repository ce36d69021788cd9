//! Prepares `set` and `show`.

use crate::lang::ast::{Expr, ExprKind, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::{is_word_of, nearest};
use crate::lang::span::Span;
use crate::run::bind::{Bound, word};
use crate::run::eval::{eval, integer, physical};
use crate::run::nouns::{
    Contents, SHOWN_NOUNS, ShowPlan, ShownNoun, ThingRef, Views, What, asid_of, plan,
};
use crate::run::programs::Ran;
use crate::run::record::{Did, Shown};
use crate::run::running::{looked_at, process_called};
use crate::run::session::{Action, Cx, Verb};
use crate::run::settings::{lost_bit, pte_of_fields};
use crate::run::state::Binding;
use crate::run::stop::Stop;
use crate::run::table::read::read_table;
use crate::run::table::{InvalidEntries, Shape, WrittenRow};
use pagewalk_engine::machine::footprint::Footprint;
use pagewalk_engine::machine::pte::{Bit, BitRow, PteFormat};
use pagewalk_engine::machine::spec::Mmu;
use pagewalk_engine::program::Layout;
use pagewalk_engine::program::ops::Object;

use super::perform::declare::declare_areas;
use super::program::not_a_program;
use super::system::{self, areas_listed};
use crate::run::nouns::naming::{
    self, NounRef, has_kernel, is_noun, names_noun, needs_mmu, page_table_of,
};
use crate::run::nouns::{TableNoun, ThingNoun};

/// The number of rows after which `set` measures the memory of the machine. A row of a page table can need all the
/// tables on its path.
const ROWS: usize = 256;

/// `set NOUN { table }`, `set cr3 = PA`, `set pte LEVEL PA = RAW`, `set pte LEVEL PA { fields }`
pub(crate) fn set(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let Some(first) = bound.operands.first() else {
        return Err(bound.missing("a part of the machine").into());
    };
    let what = match word(first) {
        Some("cr3" | "pte") if has_kernel(cx) => {
            return Err(kept(first, "page tables").into());
        }
        Some("asid") if has_kernel(cx) => return Err(kept(first, "ASIDs").into()),
        Some("asid") => asid(cx, bound)?,
        Some("cr3") => cr3(cx, bound)?,
        Some("pte") => pte(cx, bound)?,
        Some(name) if !bound.assigned.is_empty() => {
            return Err(not_assigned(first, name).into());
        }
        _ => return rows(cx, bound),
    };
    Ok(put(Contents {
        what,
        span: bound.place,
    }))
}

/// Reports a value for a name that takes none.
fn not_assigned(place: &Expr, name: &str) -> Diagnostic {
    let message = format!("`set` assigns no value to `{name}`");
    let wrong = Diagnostic::new(Code::UnknownNoun, place.span, message);
    let settable = TableNoun::named(name).is_some()
        || ThingNoun::named(name).is_some_and(|noun| noun.settable);
    if is_noun(name) && !settable {
        return wrong.help(format!(
            "`show {name}` prints it, and no statement can set it"
        ));
    }
    if settable {
        return wrong.help(format!(
            "its contents are a table: `set {name} {{ | … |; … }}`"
        ));
    }
    match nearest(name, ["cr3", "asid", "pte"].into_iter()) {
        Some(near) => wrong.did_you_mean(name, near),
        None => wrong.help("it assigns to `cr3`, `asid`, and `pte LEVEL PA`"),
    }
}

fn put(contents: Contents) -> Action {
    let place = contents.span;
    Action::declares(move |cx| {
        contents.put(cx.machine(place)?)?;
        Ok(Did::Quiet)
    })
}

fn rows(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let first = &bound.operands[0];
    let noun = naming::noun(cx, bound.operands)?;
    bound.refuse()?;
    let Some(table) = bound.block.and_then(|block| block.table.as_ref()) else {
        let message = format!("`set {}` needs a table in braces", noun.name());
        return Err(Diagnostic::new(Code::BadTable, first.span, message)
            .help(format!("its columns are {}", noun.columns()))
            .into());
    };
    match noun {
        NounRef::Things(things) if things.noun.settable => {
            let areas = areas_listed(cx, table)?;
            let Some(pid) = things.pid else {
                return Err(Stop::Unknowable);
            };
            Ok(Action::declares(move |cx| {
                declare_areas(cx, pid, areas).map(|()| Did::Quiet)
            }))
        }
        NounRef::Things(ThingRef { noun, .. }) => Err(kept(first, noun.name).into()),
        NounRef::Part { noun, .. } if noun.name == "page_table" && has_kernel(cx) => {
            Err(kept(first, "page table").into())
        }
        NounRef::Part { noun, level, .. } => {
            let layout = (noun.layout)(cx.machine(table.span)?, level);
            let rows = read_table(cx, table, &Shape::Entries(&layout))?;
            let format = cx
                .spec()
                .and_then(|spec| Some(spec.mmu.as_ref()?.pte.clone()));
            if let Some(format) = format.filter(|_| noun.name == "page_table" && cx.checking()) {
                cx.report(lost_bits(&format, &rows));
            }
            let cells = rows.first().map_or(&[][..], |row| &row.cells[1..]);
            let columns: Vec<String> = cells.iter().map(|cell| cell.column.to_string()).collect();
            let place = bound.place;
            Ok(Action::declares(move |cx| {
                let mut wrong: Vec<Diagnostic> = Vec::new();
                for rows in rows.chunks(ROWS) {
                    let machine = cx.machine(place)?;
                    wrong.extend(
                        rows.iter()
                            .filter_map(|row| (noun.put)(machine, level, row).err()),
                    );
                    if rows.len() == ROWS {
                        cx.check_memory(place, Footprint::default)?;
                    }
                }
                if !wrong.is_empty() {
                    return Err(wrong.into());
                }
                cx.state.note_columns(noun.name, level, &columns);
                Ok(Did::Quiet)
            }))
        }
    }
}

/// Warns about the first value in each column of a bit that no entry can have.
fn lost_bits(format: &PteFormat, rows: &[WrittenRow]) -> Vec<Diagnostic> {
    let columns = rows.first().map_or(&[][..], |row| &row.cells);
    let lost = columns.iter().filter_map(|column| {
        // The machine knows which pages are present even if the entries lack the bit.
        let (bit, inverse) = BitRow::named(&column.column).filter(|(bit, _)| *bit != Bit::P)?;
        rows.iter().filter(|row| is_present(row)).find_map(|row| {
            let cell = row.cell(&column.column)?;
            lost_bit(format, bit, (cell.number()? == 1) != inverse, cell.span)
        })
    });
    lost.collect()
}

/// Whether a row is not written as that of an entry that is not present.
fn is_present(row: &WrittenRow) -> bool {
    !row.cells.iter().any(|cell| {
        let is_p = BitRow::named(&cell.column).is_some_and(|(bit, _)| bit == Bit::P);
        is_p && cell.number() == Some(0)
    })
}

/// Reports that the kernel manages these contents, so a script cannot set them.
fn kept(place: &Expr, what: &str) -> Diagnostic {
    Diagnostic::new(
        Code::KeptByKernel,
        place.span,
        format!("the kernel manages the {what}"),
    )
    .label("cannot be set")
    .help("to add areas, write `set P1.maps { … }`; to map pages, use accesses and system calls")
}

fn cr3(cx: &mut Cx, bound: &Bound) -> Result<What, Stop> {
    needs_mmu(cx, &bound.operands[0])?;
    bound.refuse()?;
    match (bound.operands, bound.assigned.first()) {
        ([_], Some(value)) => {
            let root = physical(cx, value)?;
            if cx.checking() {
                let warning = unaligned_root(cx, root.raw(), value.span);
                cx.report(warning.into_iter().collect());
            }
            Ok(What::Cr3(root))
        }
        ([_, more, ..], _) => Err(bound.unexpected(more).into()),
        _ => Err(bound.missing("an address after `=`").into()),
    }
}

/// Warns about a CR3 in the middle of a page and of a table, which may be the page number of the root table.
fn unaligned_root(cx: &Cx, root: u64, place: Span) -> Option<Diagnostic> {
    let spec = cx.spec()?;
    let mmu = spec.mmu.as_ref()?;
    let page = 1u64.checked_shl(mmu.page_bits)?;
    let table = u64::from(mmu.pte.bytes).checked_shl(*mmu.levels.first()?)?;
    let (bytes, what) = if table < page && table.is_power_of_two() {
        (table, "the root table")
    } else {
        (page, "a page")
    };
    if root.is_multiple_of(bytes) {
        return None;
    }
    let message = format!("CR3 is not a multiple of the size of {what}, {bytes} bytes");
    let warning = Diagnostic::warning(Code::Unlikely, place, message);
    let fits = |address: &u64| spec.physical_bits >= 64 || address >> spec.physical_bits == 0;
    let address = root
        .checked_mul(page)
        .filter(|address| root < page && fits(address));
    Some(match address {
        Some(address) => warning.help(format!(
            "CR3 is an address: for page number 0x{root:X}, write `set cr3 = 0x{address:X}`"
        )),
        None => warning,
    })
}

fn asid(cx: &mut Cx, bound: &Bound) -> Result<What, Stop> {
    let place = &bound.operands[0];
    needs_mmu(cx, place)?;
    bound.refuse()?;
    if !cx
        .machine(place.span)?
        .spec()
        .tlbs
        .iter()
        .any(|tlb| tlb.asid)
    {
        let message = "no TLB of this machine has address-space IDs";
        return Err(Diagnostic::new(Code::NoMachine, place.span, message)
            .label("has no effect")
            .help("declare a TLB with `asid on`")
            .into());
    }
    let [value] = bound.assigned else {
        return Err(bound.missing("a number after `=`").into());
    };
    Ok(What::Asid(asid_of(integer(cx, value)?, value.span)?))
}

fn pte(cx: &mut Cx, bound: &Bound) -> Result<What, Stop> {
    let [_, level, at] = bound.operands else {
        return Err(Diagnostic::new(
            Code::WrongCount,
            bound.operands[0].span,
            "`set pte` needs a level and a physical address",
        )
        .help("write `set pte LEVEL PA = RAW` or `set pte LEVEL PA { ppn 0x12, p 1 }`")
        .into());
    };
    needs_mmu(cx, level)?;
    let spec = cx.machine(level.span)?.spec().clone();
    let Some(mmu) = &spec.mmu else {
        return Err(Stop::Unknowable);
    };
    let level = level_of(cx, level, mmu)?;
    let (place, at) = (at.span, physical(cx, at)?);
    bound.refuse()?;
    let bytes = mmu.pte.bytes;
    if cx.checking() && at.raw() % u64::from(bytes) != 0 {
        let message = format!("this address is not a multiple of {bytes}, the bytes of an entry");
        let help = format!("write the base of its table plus {bytes} times the index");
        cx.report(vec![
            Diagnostic::warning(Code::Unlikely, place, message).help(help),
        ]);
    }
    let raw = match (bound.assigned.first(), bound.block) {
        (Some(value), _) => raw_entry(cx, value, mmu.pte.bytes)?,
        (None, Some(_)) => {
            let fields = system::only_fields(cx, bound)?;
            let entry = pte_of_fields(&fields, spec.ppn_bits())?;
            if cx.checking() && entry.flags.has(Bit::P) {
                let lost = fields.iter().filter_map(|field| {
                    let (bit, _) = BitRow::named(&field.name.text)?;
                    lost_bit(&mmu.pte, bit, entry.flags.has(bit), field.span)
                });
                cx.report(lost.collect());
            }
            mmu.pte.encode(entry)
        }
        (None, None) => {
            let what = "`= RAW`, or the fields of the entry in braces";
            return Err(bound.missing(what).into());
        }
    };
    Ok(What::Pte { level, at, raw })
}

/// Returns the number of a level of page tables.
///
/// # Errors
/// Returns `bad-index`.
pub(crate) fn level_of(cx: &mut Cx, level: &Expr, mmu: &Mmu) -> Result<u32, Stop> {
    let levels = mmu.levels.len() as u64;
    let n = integer(cx, level)?;
    if (1..=levels).contains(&n) {
        return Ok(n as u32);
    }
    Err(Diagnostic::new(
        Code::BadIndex,
        level.span,
        format!("the page table has no level {n}"),
    )
    .label(format!("levels are numbered from 1, the top, to {levels}"))
    .into())
}

/// Returns the raw value of a page-table entry of `bytes` bytes.
///
/// # Errors
/// Returns `value-too-wide`.
pub(crate) fn raw_entry(cx: &mut Cx, value: &Expr, bytes: u32) -> Result<u64, Stop> {
    let raw = integer(cx, value)?;
    if bytes >= 8 || raw >> (8 * bytes) == 0 {
        return Ok(raw);
    }
    Err(Diagnostic::new(
        Code::ValueTooWide,
        value.span,
        format!("0x{raw:X} does not fit in an entry"),
    )
    .label(format!(
        "an entry has {bytes} byte{}",
        if bytes == 1 { "" } else { "s" }
    ))
    .into())
}

/// `show NOUN`, `show EXPR`, or `show` with the operands of `figure`
pub(crate) fn show(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let plan = match show_plan(cx, bound) {
        Ok(plan) => plan,
        Err(wrong) => match figure(cx, bound) {
            Some(figure) => return (figure.prepare)(cx, &bound.with(figure.params)),
            None => return Err(wrong),
        },
    };
    bound.refuse()?;
    let place = bound.place;
    Ok(Action::does(move |cx| {
        Ok(Did::Shown(plan::show(
            cx,
            plan,
            place,
            InvalidEntries::Hidden,
        )?))
    }))
}

/// Returns the verb `figure` if it draws what the operands name, and the name alone is no noun of `show`.
fn figure(cx: &Cx, bound: &Bound) -> Option<&'static Verb> {
    let name = bound.operands.first().and_then(word)?;
    if bound.operands.len() == 1 && is_noun(name) {
        return None;
    }
    cx.language().figure(name)
}

/// Returns the plan of a `show` with these operands.
///
/// # Errors
/// Returns the errors in the operands.
pub(crate) fn show_plan(cx: &mut Cx, bound: &Bound) -> Result<ShowPlan, Stop> {
    let Some(first) = bound.operands.first() else {
        return Err(bound.missing("a name or value to show").into());
    };
    let shown = word(first).and_then(|name| SHOWN_NOUNS.iter().find(|noun| noun.name == name));
    if let Some(plan) = by_program(cx, bound.operands)? {
        return Ok(plan);
    }
    match shown {
        Some(noun) if matches!(noun.views, Views::Program) => match bound.operands {
            // A variable can have this name.
            [name] if cx.state.has_variable("program") => show_value(cx, name),
            [_, name] => match cx.state.find(&Word::of(name).text) {
                Some(Binding::Program(listing)) => Ok(ShowPlan::Listing(listing.clone())),
                _ => Err(not_a_program(cx, name)),
            },
            [_, _, more, ..] => Err(bound.unexpected(more).into()),
            _ => Err(bound.missing("the name of a program").into()),
        },
        Some(noun) => shown_noun(cx, noun, bound),
        None if names_noun(cx, first) => {
            bound.refuse()?;
            Ok(match naming::noun(cx, bound.operands)? {
                NounRef::Part { noun, level, pid } => ShowPlan::Table(noun, level, pid),
                NounRef::Things(things) => ShowPlan::Things(things),
            })
        }
        None => match bound.operands.get(1) {
            None => show_value(cx, first),
            Some(more) => {
                let arrays = arrays_of_program(cx, bound.operands);
                Err(arrays.unwrap_or_else(|| bound.unexpected(more)).into())
            }
        },
    }
}

/// Reports several arrays of a program without its name.
fn arrays_of_program(cx: &Cx, operands: &[Expr]) -> Option<Diagnostic> {
    let [first, _, ..] = operands else {
        return None;
    };
    let names: Vec<&str> = operands.iter().map(word).collect::<Option<_>>()?;
    let listing = cx.state.listings().find(|listing| {
        let program = listing.compile(&[], Layout::default());
        program.is_ok_and(|program| {
            let is_global = |name: &&str| program.objects.iter().any(|one| one.name == **name);
            names.iter().all(is_global)
        })
    })?;
    let (program, arrays) = (&listing.name.text, names.join(" "));
    let end = operands.last()?.span.end;
    let place = first.span.ending_at(end);
    let message = format!("the table of the elements of `{arrays}` begins with the program");
    let fix = Fix::write(place, cx.text(place), format!("{program} by {arrays}"));
    Some(Diagnostic::new(Code::UnknownWord, place, message).fix(fix))
}

/// Returns the plan of `PROGRAM by line` or `PROGRAM by ARRAY…`, or `None` for other operands.
pub(super) fn by_program(cx: &mut Cx, operands: &[Expr]) -> Result<Option<ShowPlan>, Stop> {
    let [name, by, rest @ ..] = operands else {
        return Ok(None);
    };
    let named = Word::of(name);
    if word(by) == Some("by") && matches!(cx.state.find(&named.text), Some(Binding::Unknowable)) {
        return Err(Stop::Unknowable);
    }
    let listing = match cx.state.find(&named.text) {
        Some(Binding::Program(listing)) if word(by) == Some("by") => listing.clone(),
        _ => return Ok(None),
    };
    if cx.checking() {
        return Err(Stop::Unknowable);
    }
    let Some(ran) = cx.state.ran.get(&named.text).cloned() else {
        // `outputs` and `reference` keep no accesses.
        let message = format!(
            "no `replay` or `run` of `{}` precedes this table",
            named.text
        );
        let help = format!("write `replay {0}` or `run {0}` first", named.text);
        return Err(Diagnostic::new(Code::NoAnswer, name.span, message)
            .help(help)
            .into());
    };
    if let [line] = rest
        && word(line) == Some("line")
    {
        return Ok(Some(ShowPlan::Lines(ran)));
    }
    let Ran::Replay(replay) = ran else {
        let message = "the hits and misses of elements are those of a replay";
        return Err(Diagnostic::new(Code::WrongType, by.span, message)
            .help(format!("write `by line`, or `replay {}` first", named.text))
            .into());
    };
    let objects = || replay.source.objects().iter();
    let mut arrays = Vec::new();
    for array in rest {
        let text = &*Word::of(array).text;
        let Some(object) = objects().find(|one| one.name == text) else {
            if is_word_of(&listing.text, text) {
                let message = format!("`{text}` is no global variable of the program");
                let help = format!("declare `{text}` outside the functions");
                return Err(Diagnostic::new(Code::UnknownWord, array.span, message)
                    .help(help)
                    .into());
            }
            let message = format!("the program has no global variable `{text}`");
            let wrong = Diagnostic::new(Code::UnknownWord, array.span, message);
            return Err(match nearest(text, objects().map(|one| &*one.name)) {
                Some(near) => wrong.did_you_mean(text, near),
                None => wrong.help("write `by line`, or `by` and the name of an array"),
            }
            .into());
        };
        arrays.push(object.clone());
    }
    let outer = |array: &Object| {
        array
            .dimensions
            .split_last()
            .map(|(_, outer)| outer.to_vec())
    };
    if let [first, .., last] = arrays.as_slice()
        && arrays.iter().any(|array| outer(array) != outer(first))
    {
        let message = format!("the rows of `{}` and `{}` differ", first.name, last.name);
        return Err(Diagnostic::new(Code::WrongType, by.span, message)
            .help("show arrays of different shapes in statements of their own")
            .into());
    }
    if arrays.is_empty() {
        let message = "the rows of the table are missing";
        return Err(Diagnostic::new(Code::WrongCount, by.span, message)
            .help("write `by line`, or `by` and the name of an array")
            .into());
    }
    Ok(Some(ShowPlan::Elements(replay, arrays)))
}

fn shown_noun(cx: &mut Cx, noun: &'static ShownNoun, bound: &Bound) -> Result<ShowPlan, Stop> {
    let place = bound.operands[0].span;
    let more = bound.operands.get(1);
    let pid = match (&noun.views, more) {
        (Views::Process(_) | Views::Tables(_), Some(named)) => {
            Some(process_called(cx, &Word::of(named))?.pid)
        }
        (Views::Process(_), None) => Some(looked_at(cx, place)?),
        (Views::Tables(_), None) => page_table_of(cx, place)?,
        (_, Some(more)) => return Err(bound.unexpected(more).into()),
        (Views::Machine(_) | Views::Stats(_), None) => cx.machine(place).map(|_| None)?,
        (Views::Kernel(_), None) => cx.kernel(place).map(|_| None)?,
        (Views::Last(_) | Views::Reference(_) | Views::Program, None) => None,
    };
    match bound.operands.get(2) {
        Some(more) => Err(bound.unexpected(more).into()),
        None => Ok(ShowPlan::Noun(noun, pid)),
    }
}

fn show_value(cx: &mut Cx, expr: &Expr) -> Result<ShowPlan, Stop> {
    let of = match &expr.kind {
        ExprKind::Prose(_) => String::new(),
        _ => cx.text(expr.span).trim().to_owned(),
    };
    Ok(ShowPlan::Value(
        of,
        Shown {
            measured: true,
            ..Shown::plain(eval(cx, expr)?)
        },
    ))
}
