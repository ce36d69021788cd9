//! The words of the figure.

use crate::report::narrate::hex;
use crate::report::scene::Scene;
use crate::run::record::{MappedArea, MappedPages, Mapping, MappingProcess, PagePlace};

/// Maximum length of a file's name.
const NAME: usize = 24;
/// The mark of a change.
pub(super) const CHANGED: &str = " *";

/// Returns a name in quotes. A long name is cut.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", cut(name))
}

/// Cuts a long name.
pub(super) fn cut(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    format!("{}…", name.chars().take(NAME - 1).collect::<String>())
}

/// Returns a remark about omitted pages, or about a missing area.
pub(super) fn note(process: &MappingProcess) -> String {
    match process.omitted_pages {
        0 if process.areas.is_empty() => "no area maps it".to_owned(),
        pages => more(pages),
    }
}

/// Returns the name of the section that an area maps, or an empty string. A library's areas have the name of its file.
pub(super) fn section(area: &MappedArea) -> String {
    match &area.file {
        Some(file) if *file == area.name && area.perms.contains('x') => ".text".to_owned(),
        Some(file) if *file == area.name => ".data".to_owned(),
        _ => area.name.clone(),
    }
}

/// Returns the kind of an area's object in the words of CS:APP.
pub(super) fn kind(area: &MappedArea) -> String {
    let shared = if area.shared { "shared" } else { "private" };
    let object = if area.file.is_some() {
        "file-backed"
    } else {
        "demand-zero"
    };
    format!("{shared}, {object}")
}

/// Returns a remark about pages that a figure leaves out.
pub(super) fn more(pages: u64) -> String {
    match pages {
        0 => String::new(),
        1 => "… and 1 more page".to_owned(),
        pages => format!("… and {pages} more pages"),
    }
}

/// Whether the valid bit of a page's entry is set. A resident page that no access may use has P = 0.
pub(super) fn is_valid(area: Option<&MappedArea>, page: &MappedPages) -> bool {
    let resident = matches!(page.place, PagePlace::Frame { .. } | PagePlace::Zero);
    resident && area.is_some_and(|area| area.perms != "---")
}

/// Returns the state of a page in words.
pub(super) fn state(area: Option<&MappedArea>, page: &MappedPages) -> String {
    match page.place {
        PagePlace::Frame { .. } if !is_valid(area, page) => "no access".to_owned(),
        PagePlace::Frame {
            copy_on_write: true,
            ..
        } => "copy-on-write".to_owned(),
        PagePlace::Frame { writable: true, .. } => "R/W".to_owned(),
        PagePlace::Frame { .. } => "read-only".to_owned(),
        PagePlace::Zero => "zero frame".to_owned(),
        PagePlace::Swapped { slot } => format!("swap slot {slot}"),
        PagePlace::NotResident => "not resident".to_owned(),
        PagePlace::Unallocated => "null".to_owned(),
    }
}

pub(super) fn describe(scene: &mut Scene, of: &Mapping) {
    let number = |frame: u64| hex(frame, of.frame_bits);
    let mark = |changed: bool| if changed { " (changed)" } else { "" };
    for process in &of.processes {
        for area in &process.areas {
            let ends = [area.start, area.end]
                .map(|end| hex(end, of.virtual_bits))
                .join("–");
            let file = area.file.as_deref().map(quoted);
            let object = file.unwrap_or_else(|| "anonymous memory".to_owned());
            scene.say(format!(
                "{} maps {object} at {ends}, {} {}.",
                process.process,
                area.perms,
                kind(area)
            ));
            for page in &area.pages {
                let vpn = hex(page.vpn, of.vpn_bits);
                let place = match page.place {
                    PagePlace::Frame { frame, .. } => {
                        format!("in frame {}, {}", number(frame), state(Some(area), page))
                    }
                    _ => state(Some(area), page),
                };
                let changed = mark(page.changed);
                let pages = if page.pages == 1 {
                    "Page"
                } else {
                    "Pages from"
                };
                scene.say_answer(format!("{pages} {vpn}: {place}{changed}."));
            }
        }
        for page in &process.unallocated {
            let vpn = hex(page.vpn, of.vpn_bits);
            let changed = mark(page.changed);
            scene.say_answer(format!("Page {vpn}: unallocated{changed}."));
        }
    }
    for frame in &of.frames {
        let page = frame
            .page
            .map_or_else(String::new, |page| match &frame.file {
                Some(file) => format!(", page {page} of {}", quoted(file)),
                None => format!(", page {page} of the file"),
            });
        scene.say_answer(format!(
            "Frame {}: {}{page}, refs {}{}.",
            number(frame.frame),
            frame.kind,
            frame.refs,
            mark(frame.changed)
        ));
    }
    for file in of.on_disk() {
        let all = file.pages.iter().map(|row| row.pages).sum::<u64>() + file.omitted_pages;
        scene.say(format!("{} has {all} pages on disk.", quoted(&file.name)));
    }
}
