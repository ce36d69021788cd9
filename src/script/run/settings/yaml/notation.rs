//! The code in diagnostics of settings, in the notation of YAML.
//!
//! The rows of the settings serve scripts and machine files, and write their helps for scripts.

use crate::lang::diagnostic::Diagnostic;
use crate::run::bind::{Param, Params};
use crate::run::settings::cache::{CACHE_SETTINGS, TLB_SETTINGS};
use crate::run::settings::machine::{MACHINE_SETTINGS, MEMORY_SETTINGS};
use crate::run::settings::pte::{PTE_SETTINGS, TABLE_SETTINGS};

/// Returns each setting with its block and its parameters.
fn settings() -> impl Iterator<Item = (&'static str, &'static str, &'static [Param])> {
    let machine = MACHINE_SETTINGS.iter();
    let machine = machine.map(|row| ("machine", row.name, row.params));
    let table = TABLE_SETTINGS.iter();
    let table = table.map(|row| ("page_table", row.name, row.params));
    let pte = PTE_SETTINGS.iter().map(|row| ("pte", row.name, row.params));
    let tlb = TLB_SETTINGS.iter().map(|row| ("tlb", row.name, row.params));
    let cache = CACHE_SETTINGS.iter();
    let cache = cache.map(|row| ("cache", row.name, row.params));
    let memory = MEMORY_SETTINGS.iter();
    let memory = memory.map(|row| ("memory", row.name, row.params));
    let inner = table.chain(pte).chain(tlb).chain(cache).chain(memory);
    machine.chain(inner)
}

/// Returns the parameters of a setting from its row in any block. If a name is a flag in one block, it has no
/// parameters in any other block. Returns `None` for PTE bits and for names without a row.
pub(super) fn params(name: &str) -> Option<&'static [Param]> {
    settings().find_map(|(_, row, params)| (row == name).then_some(params))
}

/// Returns the names of the settings in a block.
pub(super) fn names_in(block: &str) -> Vec<&'static str> {
    let own = settings().filter(|(of, ..)| *of == block);
    own.map(|(_, name, _)| name).collect()
}

/// Rewrites the settings between backquotes in a diagnostic: `page 4 KB` becomes `page: 4 KB`. `part` is the key of the
/// block that contains the diagnostic.
pub(super) fn diagnostic_in_yaml(wrong: Diagnostic, part: Option<&str>) -> Diagnostic {
    let words = |text: &str| {
        let pieces = text.split('`').enumerate().map(|(at, piece)| {
            let code = (at % 2 == 1).then(|| setting_in_yaml(piece, part));
            code.flatten().unwrap_or_else(|| piece.to_owned())
        });
        pieces.collect::<Vec<_>>().join("`")
    };
    Diagnostic {
        message: words(&wrong.message),
        label: words(&wrong.label),
        help: wrong.help.as_deref().map(words),
        ..wrong
    }
}

/// Returns settings of a script in YAML, such as `tlb: { entries: 16 }`, or `None` for other code.
pub(super) fn setting_in_yaml(code: &str, part: Option<&str>) -> Option<String> {
    // A usage lists the ways to write a setting.
    let code = code.split(" | ").next().unwrap_or(code);
    let (head, inside) = match code.split_once('{') {
        Some((head, inside)) => (head, Some(inside.trim_end().strip_suffix('}')?)),
        None => (code, None),
    };
    let (name, values) = head.trim().split_once(' ').unwrap_or((head.trim(), ""));
    let params = params(name)?;
    let each = |settings: &str| -> Vec<String> {
        let all = settings.split([',', ';']).map(str::trim);
        all.map(|one| setting_in_yaml(one, None).unwrap_or_else(|| one.to_owned()))
            .collect()
    };
    if let Some(inside) = inside {
        // A usage has brackets around an optional name.
        let level =
            (!values.is_empty() && !values.starts_with('[')).then(|| format!("name: {values}"));
        return match level {
            Some(level) if part == Some(name) && inside.trim() == "…" => Some(level),
            level => {
                let all: Vec<String> = level.into_iter().chain(each(inside)).collect();
                Some(format!("{name}: {{ {} }}", all.join(", ")))
            }
        };
    }
    if values.is_empty() {
        return None;
    }
    if values.contains(',') {
        return Some(each(code).join(", "));
    }
    let numbers: Vec<&str> = values.split(' ').collect();
    let is_list = params.takes_list() && numbers.iter().all(|number| number.parse::<u64>().is_ok());
    Some(if is_list {
        format!("{name}: [{}]", numbers.join(", "))
    } else {
        format!("{name}: {values}")
    })
}
