//! File names on disk.

use std::path::Path;

use super::item::{CompletionOffer, ItemKind, OnDisk};

/// Maximum number of folder entries to examine.
const ENTRIES: usize = 10_000;

/// Returns the files and folders that complete the typed path, relative to a folder. Hidden files are omitted
/// unless the typed name begins with a dot.
pub fn names(folder: &Path, wanted: &OnDisk) -> Vec<CompletionOffer> {
    let (within, begun) = wanted
        .typed
        .rsplit_once('/')
        .map_or(("", &*wanted.typed), |(path, name)| (path, name));
    let within = if wanted.typed.starts_with('/') && within.is_empty() {
        "/"
    } else {
        within
    };
    let Ok(entries) = folder.join(within).read_dir() else {
        return Vec::new();
    };
    let typed = &wanted.typed[..wanted.typed.len() - begun.len()];
    let mut items = Vec::new();
    for entry in entries.take(ENTRIES).flatten() {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if !name.starts_with(begun) || name.starts_with('.') && !begun.starts_with('.') {
            continue;
        }
        let is_folder = entry.path().is_dir();
        let fits = wanted.endings.iter().any(|ending| name.ends_with(ending));
        if is_folder || fits {
            let slash = if is_folder { "/" } else { "" };
            items.push(CompletionOffer {
                text: format!("{typed}{name}{slash}"),
                kind: ItemKind::File,
                help: String::new(),
            });
        }
    }
    items.sort_by(|a, b| a.text.cmp(&b.text));
    items
}
