//! The boxes of TLBs and caches.

use crate::report::figures::words::ways;
use crate::report::scene::{Line, width};
use crate::report::words::counts::count;
use crate::report::words::numbers::hex;
use crate::run::record::{Lookup, LookupEntry, Translation};

/// The maximum number of ways that are drawn. Of wider sets, only the way that hit is drawn.
const WAYS: u32 = 4;
/// The size of the largest block whose bytes are drawn.
const BYTES: u32 = 4;

/// Returns the width of the TLBs' boxes, which depends only on the machine.
pub(crate) fn tlbs_width(figure: &Translation) -> u32 {
    let width = figure.tlbs.iter().map(|tlb| lookup_width(figure, tlb));
    width.max().map_or(0, |width| width + 4)
}

/// Returns the width of the widest possible line of a lookup.
pub(crate) fn lookup_width(figure: &Translation, of: &Lookup) -> u32 {
    let hex = |bits: u32| 2 + bits.div_ceil(4).max(1);
    let ppn = ppn_bits(figure, of).map_or(0, |bits| 3 + hex(bits));
    let (way, valid) = if of.ways <= WAYS {
        (width("00  "), width("  v 0"))
    } else {
        (width("way 00  "), 0)
    };
    let bytes = draws_bytes(figure, of).map_or(0, |bytes| 1 + 3 * bytes);
    let entry = way + hex(of.tag_bits) + ppn + valid + bytes + width("  hit");
    entry
        .max(width(&title(of)))
        .max(width("no way has this tag"))
}

/// Returns the width of the page numbers in the entries of a TLB.
fn ppn_bits(figure: &Translation, of: &Lookup) -> Option<u32> {
    of.block_bytes.is_none().then_some(figure.ppn_bits)
}

/// Returns the number of bytes that are drawn of each line, if they have room: small blocks of the only cache.
fn draws_bytes(figure: &Translation, of: &Lookup) -> Option<u32> {
    let bytes = of.block_bytes.and_then(|bytes| u32::try_from(bytes).ok());
    bytes.filter(|bytes| *bytes <= BYTES && of.ways <= WAYS && figure.caches.len() == 1)
}

/// Returns the bytes of a line, if one of them is known.
fn bytes(entry: &LookupEntry, count: Option<u32>) -> String {
    let shown = entry.bytes.as_ref().zip(count);
    let shown = shown.map_or(&[][..], |(bytes, count)| &bytes[..count as usize]);
    if shown.iter().all(Option::is_none) {
        return String::new();
    }
    let byte = |byte: &Option<u8>| byte.map_or_else(|| "??".to_owned(), |b| format!("{b:02X}"));
    format!("  {}", shown.iter().map(byte).collect::<Vec<_>>().join(" "))
}

/// Returns a number with a fixed width, or `-`.
fn cell(value: Option<u64>, bits: u32) -> String {
    let text = value.map_or_else(|| "-".to_owned(), |value| hex(value, bits));
    format!("{text:<width$}", width = hex(0, bits).len())
}

pub(crate) fn title(of: &Lookup) -> String {
    format!(
        "{}: {}, {}",
        of.name,
        count(of.sets, "set", "sets"),
        ways(of.sets, of.ways)
    )
}

/// The index of the line with the tag.
pub(crate) const TAG_LINE: usize = 2;

/// Returns the lines of a TLB or cache: the set, the tag, and the ways of the set.
pub(crate) fn lines(figure: &Translation, of: &Lookup) -> Vec<Line> {
    let known =
        |value: Option<u64>, bits: u32| value.map_or_else(String::new, |value| hex(value, bits));
    let set_bits = of.sets.trailing_zeros();
    let mut lines = vec![
        Line::head(title(of)),
        if of.sets == 1 {
            Line::new("all ways")
        } else {
            Line::labeled("set ", known(of.set, set_bits))
        },
        Line::labeled("tag ", known(of.tag, of.tag_bits)),
    ];
    let entry = |entry: &LookupEntry| {
        let ppn = ppn_bits(figure, of)
            .map_or_else(String::new, |bits| format!(" → {}", cell(entry.ppn, bits)));
        let hit = if of.way == Some(entry.way) {
            "  hit"
        } else {
            ""
        };
        // A line that hits is valid.
        let valid = if of.ways <= WAYS {
            format!("  v {}", u8::from(entry.valid))
        } else {
            String::new()
        };
        let tag = cell(entry.tag, of.tag_bits);
        let bytes = bytes(entry, draws_bytes(figure, of));
        format!("{tag}{ppn}{valid}{bytes}{hit}")
    };
    let find = |way: u32| of.entries.iter().flatten().find(|entry| entry.way == way);
    let unknown = |way: u32| {
        if of.way == Some(way) {
            "hit".to_owned()
        } else {
            String::new()
        }
    };
    if of.ways <= WAYS {
        for way in 0..of.ways {
            let text = find(way).map_or_else(|| unknown(way), entry);
            lines.push(Line::labeled(format!("{way}  "), text));
        }
    } else {
        let text = match (of.hit, of.way.and_then(find)) {
            (_, Some(found)) => format!("way {}  {}", found.way, entry(found)),
            (Some(true), None) => of
                .way
                .map_or_else(String::new, |way| format!("way {way}  hit")),
            (Some(false), None) => "no way has this tag".to_owned(),
            (None, None) => String::new(),
        };
        lines.push(Line::answer(text));
    }
    lines
}
