//! The boxes of TLBs and caches: the set that was looked up, as a table.

use crate::report::figures::words::ways;
use crate::report::scene::{Frame, Place, Scene, Stroke, width};
use crate::report::words::counts::count;
use crate::report::words::numbers::hex;
use crate::run::nouns::size;
use crate::run::record::{Lookup, LookupEntry, Translation};

/// The maximum number of ways that are drawn. Of wider sets, only the way that hit is drawn.
pub(super) const WAYS: u32 = 16;
/// The maximum number of ways below each other if there is room for more beside them.
pub(super) const ROWS: u32 = 8;
/// The size of the largest block whose bytes are drawn.
const BYTES: u32 = 4;
/// What an invalid entry with the tag is called, beside the entry.
const INVALID: &str = "not valid";

/// The table of a set.
pub(super) struct Table<'t> {
    of: &'t Lookup,
    /// The widths of the columns: the way, the tag, and the page number of a TLB entry.
    way: u32,
    tag: u32,
    ppn: Option<u32>,
    ppn_bits: u32,
    /// The number of bytes that are drawn of each line: small blocks of the only cache.
    bytes: u32,
    /// The room for words beside an entry. Sets with many ways have only a mark.
    words: u32,
    /// The number of columns of ways.
    groups: u32,
    /// The number of columns between the borders. All widths depend only on the machine.
    inner: u32,
}

impl<'t> Table<'t> {
    /// Creates a table with at most `rows` ways below each other.
    pub(super) fn new(figure: &Translation, of: &'t Lookup, rows: u32) -> Self {
        let digits = |bits: u32| bits.div_ceil(4).max(3);
        let is_tlb = of.block_bytes.is_none();
        let block = of
            .block_bytes
            .and_then(|bytes| u32::try_from(bytes).ok())
            .filter(|bytes| *bytes <= BYTES && of.ways <= ROWS && figure.caches.len() == 1);
        let mut table = Self {
            of,
            way: width(&(of.ways - 1).to_string()),
            tag: digits(of.tag_bits),
            ppn: is_tlb.then_some(digits(figure.ppn_bits)),
            ppn_bits: figure.ppn_bits,
            bytes: block.unwrap_or(0),
            words: if is_tlb || block.is_some() {
                2 + width(INVALID)
            } else {
                0
            },
            groups: of.ways.div_ceil(rows),
            inner: 0,
        };
        let rows = if table.is_whole() {
            table.entry() * table.groups + 2 * (table.groups - 1) + table.words
        } else {
            width("way 000 ") + table.entry()
        };
        table.inner = [width(&title(of)), table.set(), table.tag_line(), rows]
            .into_iter()
            .max()
            .unwrap_or(0);
        table
    }

    /// Whether all ways are drawn.
    fn is_whole(&self) -> bool {
        self.of.ways <= WAYS
    }

    /// Returns the width of an entry.
    fn entry(&self) -> u32 {
        self.way + 1 + width(&self.cells("", "", "", ""))
    }

    fn set(&self) -> u32 {
        width("set ") + width(&hex(0, self.of.sets.trailing_zeros()))
    }

    fn tag_line(&self) -> u32 {
        width("tag ") + width(&hex(0, self.of.tag_bits))
    }

    /// Whether the index and the tag have room on one line.
    fn is_one_line(&self) -> bool {
        self.set() + 2 + self.tag_line() <= self.inner
    }

    /// Returns the row of the entries' heads, from the title.
    fn heads(&self) -> u32 {
        if self.is_one_line() { 2 } else { 3 }
    }

    /// Returns the size of the box.
    pub(super) fn size(&self) -> Place {
        let rows = if self.is_whole() {
            self.of.ways.div_ceil(self.groups)
        } else {
            1
        };
        (self.inner + 4, self.heads() + 1 + rows + 2)
    }

    /// Draws the box. A cache that is looked up during the translation does not know the tag of the address yet.
    pub(super) fn draw(&self, scene: &mut Scene, at: Place, stroke: Stroke, knows_tag: bool) {
        let of = self.of;
        let frame: Frame = scene.frame(at, self.size(), stroke);
        let (x, y) = (frame.at.0 + 2, frame.at.1 + 1);
        scene.head((x, y), title(of));
        let known = |value: Option<u64>, bits| value.map_or_else(String::new, |n| hex(n, bits));
        if of.sets == 1 {
            scene.write((x, y + 1), "all ways");
        } else {
            scene.write((x, y + 1), "set");
            scene.answer((x + 4, y + 1), known(of.set, of.sets.trailing_zeros()));
        }
        if knows_tag {
            let at = if self.is_one_line() {
                (x + self.set().max(width("all ways")) + 2, y + 1)
            } else {
                (x, y + 2)
            };
            scene.write(at, "tag");
            scene.answer((at.0 + 4, at.1), known(of.tag, of.tag_bits));
        }
        let y = y + self.heads();
        let heads: Vec<String> = (0..self.bytes).map(|byte| format!("b{byte}")).collect();
        let heads = self.cells("tag", "PPN", "v", &heads.join(" "));
        if !self.is_whole() {
            scene.write((x + width("way 000 ") + self.way + 1, y), heads);
            let text = match (of.hit, of.way) {
                (Some(false), _) => "no way has this tag".to_owned(),
                (_, Some(way)) => {
                    let entry = self.find(way).map_or_else(String::new, |e| self.row(e));
                    format!("way {way} {entry}")
                }
                (_, None) => String::new(),
            };
            scene.answer((x, y + 1), text);
            return;
        }
        let rows = of.ways.div_ceil(self.groups);
        for group in 0..self.groups {
            let x = x + group * (self.entry() + 2);
            scene.write((x + self.way + 1, y), heads.trim_end());
            for row in 0..rows.min(of.ways - group * rows) {
                let way = group * rows + row;
                let at = (x, y + 1 + row);
                let number = way.to_string();
                scene.write((x + self.way - width(&number), at.1), number);
                let entry = self.find(way);
                if of.way == Some(way) || entry.is_some_and(|entry| self.is_invalid(entry)) {
                    scene.answer((x + self.way, at.1), "▶");
                }
                let text = entry.map_or_else(String::new, |entry| self.row(entry));
                scene.answer((x + self.way + 1, at.1), text);
            }
        }
    }

    fn find(&self, way: u32) -> Option<&LookupEntry> {
        let mut entries = self.of.entries.iter().flatten();
        entries.find(|entry| entry.way == way)
    }

    /// Returns the cells of an entry after its mark, each as wide as its column.
    fn cells(&self, tag: &str, ppn: &str, valid: &str, bytes: &str) -> String {
        let ppn = self.ppn.map_or_else(String::new, |wide| {
            format!(" {ppn:<wide$}", wide = wide as usize)
        });
        let room = (3 * self.bytes).saturating_sub(1) as usize;
        let bytes = match room {
            0 => String::new(),
            _ => format!(" {bytes:<room$}"),
        };
        format!(
            "{tag:<wide$}{ppn} {valid:<1}{bytes}",
            wide = self.tag as usize
        )
    }

    /// Whether an entry misses only because it is not valid.
    fn is_invalid(&self, entry: &LookupEntry) -> bool {
        !entry.valid && entry.tag.is_some() && entry.tag == self.of.tag
    }

    /// Returns an entry with words about it.
    fn row(&self, entry: &LookupEntry) -> String {
        let of = self.of;
        let number = |value: Option<u64>, bits: u32| {
            value.map_or_else(|| "-".to_owned(), |n| hex(n, bits)[2..].to_owned())
        };
        let invalid = self.is_invalid(entry);
        let tag = number(entry.tag, of.tag_bits);
        let ppn = number(entry.ppn, self.ppn_bits);
        let of_line = entry.bytes.as_deref().unwrap_or_default();
        let shown = &of_line[..of_line.len().min(self.bytes as usize)];
        let byte = |byte: &Option<u8>| byte.map_or_else(|| "-".into(), |b| format!("{b:02X}"));
        let shown: Vec<String> = shown.iter().map(byte).collect();
        let cells = self.cells(
            &tag,
            &ppn,
            if entry.valid { "1" } else { "0" },
            &shown.join(" "),
        );
        let huge = entry.page_bytes.map(|page| size(page.into()));
        let mut words: Vec<String> = Vec::new();
        if self.words > 0 {
            words.extend((of.way == Some(entry.way)).then(|| "hit".to_owned()));
            words.extend(invalid.then(|| INVALID.to_owned()));
            words.extend(huge.filter(|_| !invalid));
        }
        let row = format!("{cells}  {}", words.join(", "));
        row.trim_end().to_owned()
    }
}

fn title(of: &Lookup) -> String {
    format!(
        "{}: {}, {}",
        of.name,
        count(of.sets, "set", "sets"),
        ways(of.sets, of.ways)
    )
}
