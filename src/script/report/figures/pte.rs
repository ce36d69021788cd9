//! The formats of page-table entries: a row of boxes for each format, and the bits of an entry with their meanings.

use crate::report::scene::{ElementId, Place, Scene, Stroke, width};
use crate::report::words::counts::count;
use crate::report::words::numbers::hex;
use crate::run::record::{PteEntry, PteField, PteFigure, PteForm, PteMeaning};

/// The maximum width of a row of boxes.
const COLUMNS: u32 = 100;
/// The width of the frame around the meanings, which is independent of the meanings.
const MEANINGS: u32 = 80;
/// Unused bits have a name if there are at least this many.
const NAMED: u32 = 4;

/// Draws formats, or an entry with its formats, in at most `columns` columns.
pub(crate) fn scene(of: &PteFigure, columns: u32) -> Scene {
    let title = match &of.entry {
        None => format!(
            "page-table entries of {}",
            count(of.entry_bytes.into(), "byte", "bytes")
        ),
        Some(PteEntry {
            va: Some(va),
            virtual_bits,
            process,
            ..
        }) => {
            let whose = if process.is_empty() {
                String::new()
            } else {
                format!(" of {process}")
            };
            format!(
                "page-table entry of virtual address {}{whose}",
                hex(*va, *virtual_bits)
            )
        }
        Some(_) => "page-table entry".to_owned(),
    };
    let mut scene = Scene::new(title);
    let mut y = 0;
    if let Some(entry) = &of.entry {
        let given = given(of, entry);
        scene.say(format!("{given}."));
        scene.write((0, 0), given);
        y = 2;
    }
    let rows = rows(&of.forms, of.entry_bytes * 8, columns.min(COLUMNS));
    for form in &of.forms {
        let heading = heading(of, form);
        scene.head((0, y), &heading);
        let fields = form
            .fields
            .iter()
            .map(|field| format!("{} {}", bits(field), name(field)));
        let fields: Vec<String> = fields.collect();
        scene.say(format!("{heading}: {}.", fields.join(", ")));
        for cells in &rows {
            y = draw(&mut scene, y + 1, of.entry.as_ref(), (form, cells));
        }
        y += 2;
    }
    if let Some(entry) = &of.entry {
        meanings(&mut scene, y, &entry.meanings);
    }
    scene
}

/// Bits that have the same field in each format.
#[derive(Debug, Clone, Copy)]
struct Cell {
    high: u32,
    low: u32,
    /// The number of columns between the borders.
    wide: u32,
}

/// Returns the cells of each row of boxes. The formats have common columns.
fn rows(forms: &[PteForm], width_in_bits: u32, columns: u32) -> Vec<Vec<Cell>> {
    let mut ends: Vec<u32> = forms
        .iter()
        .flat_map(|form| form.fields.iter().map(|field| field.low))
        .collect();
    ends.sort_unstable_by_key(|low| std::cmp::Reverse(*low));
    ends.dedup();
    let mut high = width_in_bits;
    let mut cells: Vec<Cell> = Vec::new();
    for low in ends {
        let last = high.saturating_sub(1);
        let numbers = if last == low {
            digits(low)
        } else {
            digits(last) + 1 + digits(low)
        };
        cells.push(Cell {
            high: last,
            low,
            wide: numbers.max(width(&hex_or_bit(0, high - low))),
        });
        high = low;
    }
    for field in forms.iter().flat_map(|form| &form.fields) {
        let own: Vec<usize> = (0..cells.len())
            .filter(|&at| field.low <= cells[at].low && cells[at].high <= field.high)
            .collect();
        let room = own
            .iter()
            .map(|&at| cells[at].wide + 3)
            .sum::<u32>()
            .saturating_sub(3);
        let widest = own
            .into_iter()
            .max_by_key(|&at| (cells[at].high - cells[at].low, cells[at].low));
        let needed = width(&hex_or_bit(0, field.bits())).max(width(name(field)));
        if let Some(widest) = widest.filter(|_| room < needed) {
            cells[widest].wide += needed - room;
        }
    }
    let mut rows: Vec<Vec<Cell>> = vec![Vec::new()];
    let mut x = 1;
    for cell in cells {
        if x + cell.wide + 3 > columns {
            rows.push(Vec::new());
            x = 1;
        }
        x += cell.wide + 3;
        if let Some(row) = rows.last_mut() {
            row.push(cell);
        }
    }
    rows
}

/// Draws the fields of a format in a row of boxes, and returns the row of characters below the boxes.
fn draw(
    scene: &mut Scene,
    y: u32,
    entry: Option<&PteEntry>,
    (form, cells): (&PteForm, &[Cell]),
) -> u32 {
    let Some((first, last)) = cells.first().zip(cells.last()) else {
        return y;
    };
    for field in form
        .fields
        .iter()
        .filter(|field| field.low <= first.high && last.low <= field.high)
    {
        let inside = |cell: &&Cell| field.low <= cell.low && cell.high <= field.high;
        let left: u32 = cells
            .iter()
            .take_while(|cell| cell.low > field.high)
            .map(|cell| cell.wide + 3)
            .sum();
        let wide = cells
            .iter()
            .filter(inside)
            .map(|cell| cell.wide + 3)
            .sum::<u32>();
        let (high, low) = (field.high.min(first.high), field.low.max(last.low));
        let centered = |text: &str, y| (left + 1 + wide.saturating_sub(1 + width(text)) / 2, y);
        let size: Place = (wide + 1, 3);
        if high == low {
            scene.write(centered(&high.to_string(), y), high.to_string());
        } else {
            scene.write((left + 2, y), high.to_string());
            scene.write((left + wide - 1 - digits(low), y), low.to_string());
        }
        scene.part((!field.name.is_empty()).then(|| ElementId::Field(field.name.clone())));
        let frame = match field.used_by {
            "none" => scene.shaded((left, y + 1), size),
            _ => scene.frame((left, y + 1), size, Stroke::Thin),
        };
        let name = name(field);
        if width(name) + 3 <= wide {
            scene.write(centered(name, y + 2), name);
        }
        if let Some(entry) = entry {
            scene.frame((left, frame.bottom()), size, Stroke::Thin);
            let applies = entry.present == (form.form != "not-present");
            if let Some(raw) = entry.value.filter(|_| applies) {
                let text = hex_or_bit(raw >> low, high + 1 - low);
                let mut meanings = entry.meanings.iter();
                let name = field.name.split(' ').next();
                scene.step(step(meanings.position(|own| Some(&*own.name) == name)));
                scene.answer(centered(&text, y + 4), text);
                scene.step(None);
            }
        }
    }
    scene.part(None);
    y + if entry.is_some() { 5 } else { 3 }
}

/// Draws the meaning of each field.
fn meanings(scene: &mut Scene, y: u32, of: &[PteMeaning]) {
    scene.head((0, y), "meaning of the fields");
    scene.frame((0, y + 1), (MEANINGS, of.len() as u32 + 2), Stroke::Thin);
    for (row, meaning) in of.iter().enumerate() {
        let asked = format!("{} = ", meaning.name);
        let at = (2 + width(&asked), y + 2 + row as u32);
        let value = meaning
            .value
            .map(|value| format!("{}: ", hex_or_bit(value, meaning.bits)));
        let answer = match (value, meaning.meaning.as_str()) {
            (None, "") => "–".to_owned(),
            (value, text) => format!("{}{text}", value.unwrap_or_default()),
        };
        scene.say_answer(format!("{asked}{answer}."));
        scene.write((2, at.1), asked.trim_end());
        scene.step(step(Some(row)));
        scene.answer(at, answer);
        scene.step(None);
    }
}

/// Returns the step of a field and of its meaning. A format without an entry has no steps.
fn step(meaning: Option<usize>) -> Option<u16> {
    meaning.map(|row| row as u16 + 1)
}

/// Returns what a paper states about an entry.
fn given(of: &PteFigure, entry: &PteEntry) -> String {
    let value = match entry.value {
        Some(value) => format!("value {}", hex(value, of.entry_bytes * 8)),
        None => "the entry was never set".to_owned(),
    };
    let level = if of.levels > 1 {
        format!(", level {} of {}", entry.level, of.levels)
    } else {
        String::new()
    };
    let address = entry
        .address
        .map(|at| format!(", at physical address {}", hex(at, entry.physical_bits)));
    format!("{value}{level}{}", address.unwrap_or_default())
}

fn heading(of: &PteFigure, form: &PteForm) -> String {
    let levels = match form.levels {
        _ if of.levels == 1 => String::new(),
        (first, last) if first == last => format!(", level {first}"),
        (first, last) => format!(", levels {first} to {last}"),
    };
    let is_p = |field: &PteField| field.name == "P";
    let has_p = of.forms.iter().any(|form| form.fields.iter().any(is_p));
    let present = if has_p { ", P = 1" } else { "" };
    let does = match form.form {
        "table" => "points to a table",
        "page" => "maps a page",
        "not-present" => return "entry that is not present, P = 0".to_owned(),
        _ => "points to a table or maps a page",
    };
    format!("entry that {does}{levels}{present}")
}

fn name(field: &PteField) -> &str {
    match field.name.as_str() {
        "" if field.bits() >= NAMED => "unused",
        name => name,
    }
}

fn bits(field: &PteField) -> String {
    if field.high == field.low {
        format!("bit {}", field.low)
    } else {
        format!("bits {} to {}", field.high, field.low)
    }
}

/// Returns the lowest `bits` bits of a value: a digit for one bit.
fn hex_or_bit(value: u64, bits: u32) -> String {
    let value = if bits < u64::BITS {
        value & !(u64::MAX << bits)
    } else {
        value
    };
    if bits == 1 {
        value.to_string()
    } else {
        hex(value, bits)
    }
}

fn digits(number: u32) -> u32 {
    if number < 10 { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, scene};
    use crate::report::scene::tests::collisions;
    use crate::report::scene::{Draws, Shape};
    use crate::run::record::{PteEntry, PteField, PteFigure, PteForm, PteMeaning};
    use proptest::prelude::*;

    const NAMES: [&str; 10] = ["P", "R/W", "U/S", "WT", "CD", "A", "D", "PS", "G", "XD"];

    /// A field for each bit in `bits`, and a field for the bits between two of them.
    fn form(form: &'static str, width: u32, bits: &[u32], name: &str) -> PteForm {
        let mut bits = bits.to_vec();
        bits.sort_unstable();
        bits.dedup();
        let mut fields = Vec::new();
        let mut low = 0;
        for (at, bit) in bits.into_iter().chain([width]).enumerate() {
            if low < bit {
                let (name, used_by) = if at == 1 { (name, "os") } else { ("", "none") };
                fields.push(PteField {
                    name: name.to_owned(),
                    high: bit - 1,
                    low,
                    used_by,
                });
            }
            if bit < width {
                let name = NAMES[at % NAMES.len()].to_owned();
                fields.push(PteField {
                    name,
                    high: bit,
                    low: bit,
                    used_by: "mmu",
                });
            }
            low = bit + 1;
        }
        fields.reverse();
        PteForm {
            form,
            levels: (1, 2),
            fields,
        }
    }

    prop_compose! {
        fn figure()(bytes in 1u32..=8)(
            bits in prop::collection::vec(0..bytes * 8, 1..11),
            value in prop::option::of(0..=u64::MAX >> (64 - bytes * 8)),
            bytes in Just(bytes), present in any::<bool>(), has_entry in any::<bool>(),
        ) -> PteFigure {
            let width = bytes * 8;
            let forms = vec![
                form("page", width, &bits, "PPN of the page"),
                form("not-present", width, &bits[..1], "available to the OS (location on disk)"),
            ];
            let meaning = |name: &&str| PteMeaning {
                name: (*name).to_owned(),
                bits: 1,
                value: value.map(|raw| raw & 1),
                meaning: "maps a huge page, but reserved bits are set, so a walk faults".to_owned(),
            };
            let entry = has_entry.then(|| PteEntry {
                process: "P1".to_owned(),
                va: Some(64),
                virtual_bits: 48,
                level: 2,
                address: Some(8),
                physical_bits: 52,
                value,
                present,
                meanings: NAMES.iter().map(meaning).collect(),
            });
            PteFigure { entry_bytes: bytes, levels: 2, forms, entry }
        }
    }

    proptest! {
        #[test]
        fn no_text_touches_a_line(of in figure()) {
            let key = scene(&of, COLUMNS);
            prop_assert_eq!(collisions(&key), Vec::<String>::new());
            prop_assert!(key.size().0 <= COLUMNS, "{} columns", key.size().0);
            let labels: Vec<&str> = key.shapes.iter().filter_map(|shape| match &shape.draws {
                Draws::Label { text, .. } => Some(text.as_str()),
                _ => None,
            }).collect();
            for field in of.forms.iter().flat_map(|form| &form.fields) {
                prop_assert!(field.name.is_empty() || labels.contains(&field.name.as_str()), "{}", field.name);
            }
        }

        #[test]
        fn a_paper_has_the_boxes_of_its_key_without_the_bits(of in figure(), other: u64) {
            let paper = scene(&of, COLUMNS).unanswered();
            prop_assert_eq!(paper.size(), scene(&of, COLUMNS).size());
            // The boxes do not depend on the value.
            let mask = u64::MAX >> (64 - of.entry_bytes * 8);
            let mut changed = of.clone();
            if let Some(entry) = changed.entry.as_mut().filter(|entry| entry.value.is_some()) {
                entry.value = Some(other & mask);
                entry.present = !entry.present;
            }
            let frames = |scene: crate::report::scene::Scene| -> Vec<Shape> {
                scene.shapes.into_iter().filter(|shape| !matches!(shape.draws, Draws::Label { .. })).collect()
            };
            prop_assert_eq!(frames(scene(&changed, COLUMNS).unanswered()), frames(paper));
        }
    }
}
