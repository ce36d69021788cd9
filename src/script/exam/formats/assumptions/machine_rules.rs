//! Rules of the machine that depend on what the question prints: the entries, their permissions, the page table in memory,
//! and the cores.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::lookups::{listed, named};
use crate::exam::paper::{PaperItem, Piece, Question};
use crate::exam::topics::{Topic, Topics};
use crate::questions::entry::ItemKind;
use crate::questions::radix::Radix;
use crate::questions::wording::series;
use crate::run::facts::Component;
use crate::run::nouns::{TableNoun, size};
use crate::run::record::{Access, Did, View};
use crate::run::table::TableId;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::event::{AccessKind, Event, Privilege, PteKind};
use pagewalk_engine::machine::pte::{BITS, Bit, BitRow, Flags, PteFormat};
use pagewalk_engine::machine::spec::{CacheSpec, Side, Spec};

/// Returns the accesses of a question.
fn accesses(question: &Question) -> impl Iterator<Item = &Access> {
    question.operations().filter_map(|did| match did {
        Did::Access(access) => Some(&**access),
        _ => None,
    })
}

/// Whether a question stores to memory, also in a program or a trace.
pub(super) fn stores(question: &Question) -> bool {
    let replays = |item: &PaperItem| matches!(&*item.did, Did::Replay(_));
    question.items().any(replays)
        || accesses(question).any(|access| access.kind == AccessKind::Write)
}

/// Returns the words of each sentence that the author wrote in the question, in lower case. Numbers have no leading zeros.
fn sentences(question: &Question) -> Vec<Vec<String>> {
    fn texts<'q>(body: &'q [Piece]) -> Vec<&'q str> {
        let text = |piece: &'q Piece| match piece {
            Piece::Text(text) => vec![&**text],
            Piece::Part { body, .. } => texts(body),
            _ => Vec::new(),
        };
        body.iter().flat_map(text).collect()
    }
    let word = |word: &str| {
        let word = word.to_lowercase();
        match word.strip_prefix("0x") {
            Some(digits) => format!("0x{}", digits.trim_start_matches('0')),
            None => word,
        }
    };
    let words = |sentence: &str| {
        let words = sentence.split(|c: char| !c.is_alphanumeric());
        words.filter(|own| !own.is_empty()).map(word).collect()
    };
    let texts = texts(&question.body).into_iter();
    texts.flat_map(|text| text.split('.')).map(words).collect()
}

/// Whether the author states the size of an entry, as in `each entry has 4 bytes`.
fn states_size(question: &Question, bytes: u32) -> bool {
    let name = match bytes {
        1 => "one",
        2 => "two",
        4 => "four",
        8 => "eight",
        _ => "",
    };
    let number = bytes.to_string();
    let is_size = |pair: &[String]| {
        (pair[0] == number || pair[0] == name) && matches!(&*pair[1], "byte" | "bytes")
    };
    let is_entry = |word: &String| matches!(&**word, "entry" | "entries" | "pte" | "ptes");
    let mut all = sentences(question).into_iter();
    all.any(|words| words.iter().any(is_entry) && words.windows(2).any(is_size))
}

/// Whether the author states the positions of the PPN, as in `bits 12 to 31`.
fn states_places(question: &Question, (low, high): (u32, u32)) -> bool {
    let (low, high) = (low.to_string(), high.to_string());
    let mut all = sentences(question).into_iter();
    all.any(|words| {
        let has = |word: &str| words.iter().any(|own| own == word);
        has("bits") && has(&low) && has(&high)
    })
}

/// Whether raw page-table entries are given or are answers.
fn shows_raw_entries(asked: &Topics, in_memory: bool) -> bool {
    asked.is(Topic::RawColumn) || asked.is(Topic::RawEntries) || in_memory && asked.is(Topic::Dump)
}

/// Returns a register of the machine, if it is the same before all items.
fn register(question: &Question, of: fn(&Machine) -> Option<u64>) -> Option<u64> {
    let states = question.items().filter_map(|item| item.hardware.as_ref());
    let mut values = states
        .filter_map(|hardware| hardware.machine_before())
        .map(of);
    let first = values.next()??;
    values.all(|value| value == Some(first)).then_some(first)
}

/// Returns the physical address of the level-1 page table in memory.
fn root(question: &Question) -> Option<u64> {
    register(question, |machine| machine.cr3().map(Pa::raw))
}

/// Whether the page table of an item is in memory.
pub(super) fn has_root(question: &Question) -> bool {
    let states = question.items().filter_map(|item| item.hardware.as_ref());
    let mut machines = states.filter_map(|hardware| hardware.machine_before());
    machines.any(|machine| machine.cr3().is_some())
}

/// Returns log2 of the size of the page that an access finds in an upper level of the page tables.
fn large_page(access: &Access) -> Option<u32> {
    let mmu = access.spec.mmu.as_ref()?;
    let level = access.events.iter().find_map(|event| match event {
        Event::Pte {
            level,
            found: PteKind::Page,
            ..
        } => Some(*level as usize),
        _ => None,
    })?;
    let below: u32 = mmu.levels.iter().skip(level).sum();
    (below > 0).then_some(mmu.page_bits + below)
}

/// Returns the sentence about the page size by which answers divide the address of a larger page.
pub(super) fn divisions(question: &Question) -> Option<String> {
    let divides = |item: &&PaperItem| match (&item.kind, &*item.did) {
        (ItemKind::Facts { blanks, .. }, Did::Access(access)) => {
            let divided = |fact: &str| matches!(fact, "vpn" | "vpo" | "ppn" | "ppo");
            large_page(access).is_some() && blanks.iter().any(|blank| divided(&blank.fact))
        }
        _ => false,
    };
    let spec = &question.items().find(divides)?.hardware.as_ref()?.spec;
    Some(format!(
        "Answers divide all addresses at the smallest page size, {}, also those in a larger page, which figures divide at its own size.",
        size(1 << spec.page_bits())
    ))
}

/// Returns the sentences about the TLBs whose entries map only a part of a larger page of the question.
pub(super) fn pieces(question: &Question, spec: &Spec) -> Vec<String> {
    let Some(page) = accesses(question).find_map(large_page) else {
        return Vec::new();
    };
    let largest = |sizes: &[u32]| sizes.iter().copied().rev().find(|bits| *bits <= page);
    let each = spec.tlbs.iter().filter_map(|tlb| {
        let bits = largest(&tlb.page_bits).filter(|bits| *bits < page)?;
        let (name, part) = (named(&[&tlb.name]), size(1 << bits));
        Some(format!(
            "For a larger page, an entry of {name} maps only the accessed {part} of the page."
        ))
    });
    each.collect()
}

/// Returns the sentences about the caches whose index contains bits of the virtual page number, if several pages of the question
/// have one frame.
pub(super) fn aliases(question: &Question, spec: &Spec) -> impl Iterator<Item = String> {
    let bits = spec.page_bits();
    let pages: BTreeSet<(u64, u64)> = accesses(question)
        .filter_map(|access| Some((access.outcome.pa?.raw() >> bits, access.va.raw() >> bits)))
        .collect();
    let frames: BTreeSet<u64> = pages.iter().map(|(frame, _)| *frame).collect();
    let shared = frames.len() < pages.len();
    let mixes = move |cache: &&CacheSpec| {
        shared && cache.virtual_index && cache.block_bits + cache.index_bits() > bits
    };
    spec.caches.iter().filter(mixes).map(|cache| {
        let name = listed(&[&cache.name], "The", "and");
        format!("{name} holds at most one copy of a physical block: if a miss finds the block in the set of another index, it evicts that copy.")
    })
}

/// Returns the sentence about the bits of entries that no table prints, if raw entries are answers. A table of a page table in memory
/// does not print the entries of the upper levels.
pub(super) fn usual_bits(question: &Question, spec: &Spec, asked: &Topics) -> Option<String> {
    let pte = &spec.mmu.as_ref()?.pte;
    let printed = |bit| has_column(question, bit, |table| table == TableId::PageTable);
    let is_usual = asked.is(Topic::RawEntries) && asked.is(Topic::PageTable);
    if !is_usual || asked.is(Topic::RawColumn) || asked.is(Topic::Dump) || has_root(question) {
        return None;
    }
    let mut states = question.items().filter_map(|item| item.hardware.as_ref());
    let machine = states.find_map(|hardware| hardware.machine_before())?;
    let unusual = (TableNoun::named("page_table")?.shown)(machine, 0);
    let mut unusual = unusual.iter().filter_map(|name| BitRow::named(name));
    if unusual.any(|(bit, _)| bit != Bit::P && !printed(bit)) {
        return None;
    }
    let ones = BITS.iter().filter(|row| {
        let is_set = Flags::TABLE.has(row.bit) != pte.inverted.has(row.bit);
        pte.bit_position(row.bit).is_some() && is_set && !printed(row.bit)
    });
    let ones: Vec<String> = ones.map(|row| pte.label(row)).collect();
    (ones.len() > 1).then(|| {
        format!(
            "In a present entry, {} are 1 and the other flags are 0 at first, unless a table prints them.",
            series(&ones)
        )
    })
}

/// Whether the question prints a table with the column of a bit.
fn has_column(question: &Question, bit: Bit, is_table: fn(TableId) -> bool) -> bool {
    question.views().any(|view| match view {
        View::Table(table) if is_table(table.id) => {
            let mut columns = table.groups.iter().flatten();
            columns.any(|column| bit.row().names().any(|name| *column == *name))
        }
        _ => false,
    })
}

/// Returns the sentences about the TLB entries that the current process can use, and that a flush keeps. A kernel chooses
/// the ASIDs itself.
pub(super) fn tagged(question: &Question, spec: &Spec, has_kernel: bool) -> Vec<String> {
    let of_tlb = |table| matches!(Component::of_table(table), Some(Component::Tlb(_)));
    let global = has_column(question, Bit::G, of_tlb);
    let mut sentences = Vec::new();
    if !has_kernel && spec.tlbs.iter().any(|tlb| tlb.asid) {
        let asid = register(question, |machine| Some(machine.asid().into()));
        sentences
            .extend(asid.map(|asid| format!("The current ASID is {}.", number(question, asid))));
        let or_global = if global { " or its G bit is 1" } else { "" };
        sentences.push(format!(
            "A TLB entry hits only if its ASID is the current one{or_global}."
        ));
    }
    if global {
        sentences.push("A flush of the TLB keeps the entries whose G bit is 1.".to_owned());
    }
    sentences
}

/// Returns a number in decimal if the exam is in decimal, and otherwise in hexadecimal.
pub(super) fn number(question: &Question, n: u64) -> String {
    let is_decimal = |item: &PaperItem| item.printed.radix == Some(Radix::Decimal);
    if question.items().any(is_decimal) {
        n.to_string()
    } else {
        format!("0x{n:X}")
    }
}

/// Returns the sentence about the address of a page table that is in memory, unless the question states the address.
pub(super) fn base(question: &Question, spec: &Spec, asked: &Topics) -> Option<String> {
    let root = root(question)?;
    let address = number(question, root);
    let states = |word: &String| word.eq_ignore_ascii_case(&address);
    if !(asked.is(Topic::Dump) || asked.is(Topic::RawEntries))
        || sentences(question).iter().flatten().any(states)
    {
        return None;
    }
    let levels = spec.mmu.as_ref()?.levels.len();
    let table = if levels > 1 {
        "level-1 page table"
    } else {
        "page table"
    };
    Some(format!("The {table} is at physical address {address}."))
}

/// Returns the sentence about the size of an entry, and about the positions of its fields if raw entries are
/// given or are answers.
pub(super) fn entry(
    question: &Question,
    spec: &Spec,
    asked: &Topics,
    sized: bool,
) -> Option<String> {
    let pte = &spec.mmu.as_ref()?.pte;
    let raw = shows_raw_entries(asked, root(question).is_some());
    // A declaration omits only the default format, and the positions of a format with only a size.
    let of_size = |bytes| PteFormat::default_for(spec.ppn_bits(), bytes).as_ref() == Ok(pte);
    let declared = question
        .views()
        .any(|view| matches!(view, View::Declaration(_)))
        && !of_size(None)
        && !(raw && of_size(Some(pte.bytes)));
    let (bytes, plural) = (pte.bytes, if pte.bytes == 1 { "" } else { "s" });
    let size = format!("A page-table entry has {bytes} byte{plural}");
    let stated = if raw {
        states_places(question, (pte.ppn_low, pte.ppn_high))
    } else {
        states_size(question, pte.bytes)
    };
    if declared || stated || !raw && !sized {
        return None;
    }
    if !raw {
        return Some(format!("{size}."));
    }
    let used = |bit| match bit {
        Bit::P | Bit::Rw | Bit::Us => true,
        Bit::A | Bit::D => asked.is(Topic::RawEntries),
        // A kernel sets it in the entries of data, whose values are answers.
        Bit::Xd => asked.is(Topic::Fetches) || asked.is(Topic::RawEntries),
        Bit::Wt | Bit::Cd | Bit::Ps | Bit::G => false,
    };
    let mut fields: Vec<String> = BITS
        .iter()
        .filter(|row| used(row.bit))
        .filter_map(|row| {
            let place = pte.bit_position(row.bit)?;
            Some(format!("{} is bit {place}", pte.label(row)))
        })
        .collect();
    let (low, high) = (pte.ppn_low, pte.ppn_high);
    fields.push(if low == high {
        format!("the PPN is bit {low}")
    } else {
        format!("the PPN is bits {low} to {high}")
    });
    let last = fields.pop()?;
    let comma = if fields.len() > 1 { "," } else { "" };
    Some(if fields.is_empty() {
        format!("{size}: {last}.")
    } else {
        format!("{size}: {}{comma} and {last}.", fields.join(", "))
    })
}

/// Returns the sentences about the accesses that an entry forbids: those about the columns of a given page table, and those
/// about raw entries if they forbid an access.
pub(super) fn rights(question: &Question, spec: &Spec, asked: &Topics) -> Option<String> {
    let pte = &spec.mmu.as_ref()?.pte;
    let supervisor = accesses(question).any(|access| access.mode == Privilege::Supervisor);
    // Whether an entry forbids an access of the question is an answer.
    let raw = shows_raw_entries(asked, root(question).is_some());
    let has_column = |bit| has_column(question, bit, |table| table == TableId::PageTable);
    let does = |kind| accesses(question).any(|access| access.kind == kind);
    let decides = |bit: Bit, used: bool| {
        pte.bit_position(bit).is_some() && (has_column(bit) || used && (supervisor || raw))
    };
    let value = |bit: Bit, forbids: bool| {
        let forbids = forbids != pte.inverted.has(bit);
        format!("{} is {}", pte.label(bit.row()), u8::from(forbids))
    };
    let all = [
        (Bit::Us, true, "an access in user mode", false),
        (Bit::Rw, does(AccessKind::Write), "a store", false),
        (
            Bit::Xd,
            does(AccessKind::Execute),
            "an instruction fetch",
            true,
        ),
    ];
    let shown: Vec<_> = all
        .into_iter()
        .filter(|(bit, used, ..)| decides(*bit, *used))
        .collect();
    let each: Vec<String> = shown
        .iter()
        .map(|(bit, _, access, forbids)| format!("{access} if {}", value(*bit, *forbids)))
        .collect();
    let of_all_modes: Vec<String> = shown
        .iter()
        .filter(|(bit, ..)| *bit != Bit::Us)
        .map(|(bit, ..)| pte.label(bit.row()))
        .collect();
    let user = shown.iter().any(|(bit, ..)| *bit == Bit::Us) || supervisor;
    let (last, first) = each.split_last()?;
    let mut text = String::new();
    if user {
        text.push_str("Accesses are in user mode unless stated otherwise. ");
    }
    let forbidden = match first {
        [] => last.clone(),
        [one] => format!("{one}, and {last}"),
        _ => format!("{}, and {last}", first.join(", ")),
    };
    let _ = write!(text, "These accesses cause page faults: {forbidden}.");
    let upper = spec.mmu.as_ref().is_some_and(|mmu| mmu.levels.len() > 1);
    if upper && asked.is(Topic::Entries) {
        text.push_str(if pte.leaf_permissions {
            " Only the last entry of a walk counts."
        } else {
            " Each entry of a walk counts."
        });
    }
    if user && !of_all_modes.is_empty() {
        let verb = if of_all_modes.len() == 1 {
            "applies"
        } else {
            "apply"
        };
        let bits = of_all_modes.join(" and ");
        let _ = write!(text, " In supervisor mode, {bits} also {verb}.");
    }
    Some(text)
}

/// Returns the sentences about the TLBs and caches of several cores, if the question uses several cores.
pub(super) fn cores(question: &Question, spec: &Spec, asked: &Topics) -> Option<String> {
    let mut used = accesses(question).map(|access| access.core);
    let first = used.next()?;
    if used.all(|core| core == first) {
        return None;
    }
    let seen = |side: Side| asked.is(Topic::Fetches) || side.serves(AccessKind::Read);
    let tlbs = spec.tlbs.iter().filter(|tlb| seen(tlb.side));
    let caches = || {
        let used = spec.caches.iter().filter(|_| asked.is(Topic::UsesCaches));
        used.filter(|cache| seen(cache.side))
    };
    let name = |name: &str| match name {
        "tlb" => "TLB".to_owned(),
        other => other.to_owned(),
    };
    let own: Vec<String> = tlbs
        .map(|tlb| name(&tlb.name))
        .chain(
            caches()
                .filter(|cache| !cache.shared)
                .map(|cache| name(&cache.name)),
        )
        .collect();
    let shared: Vec<String> = caches()
        .filter(|cache| cache.shared)
        .map(|cache| name(&cache.name))
        .collect();
    let mut text = Vec::new();
    if !own.is_empty() {
        text.push(format!("Each core has its own {}.", own.join(" and ")));
    }
    if !shared.is_empty() {
        text.push(format!("All cores share {}.", shared.join(" and ")));
    }
    if caches().any(|cache| !cache.shared) {
        text.push(
            "A store on one core invalidates the copies in the caches of the other cores. Before any access to a block, the other cores write \
             back their dirty copies of the block to memory and keep them as clean copies."
                .to_owned(),
        );
    }
    (!text.is_empty()).then(|| text.join(" "))
}
