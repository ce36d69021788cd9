//! The settings of a declaration as paths: `L1d.size`, `machine.levels`, `kernel.replacement`. The rows of the
//! settings define these paths.

use pagewalk_engine::machine::spec::Spec;

use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::value::{Dimension, Measure, Value};
use crate::run::bind::Params;
use crate::run::facts::Component;
use crate::run::settings::{BLOCKS, SettingWord, list};

/// The path to the facts of the latest statement that has facts.
pub const LAST: &str = "last";

/// The names before the dot that have no other properties than settings.
pub(crate) const DECLARED: &[&str] = &["memory", "kernel"];

/// Returns the settings that are paths after a word: `machine`, `page_table`, `memory`, `kernel`, or the kind of a
/// level, `tlb` or `cache`. The settings of the page table are also paths of the machine.
pub fn setting_paths(of: &str) -> impl Iterator<Item = SettingWord> {
    let blocks: &[&str] = match of {
        "machine" => &["machine", "page_table"],
        "page_table" => &["page_table"],
        "memory" => &["memory"],
        "kernel" => &["kernel"],
        "tlb" => &["tlb"],
        "cache" => &["cache"],
        _ => &[],
    };
    let rows = blocks
        .iter()
        .filter_map(|name| BLOCKS.iter().find(|row| row.name == *name));
    rows.flat_map(|row| (row.settings)())
        .filter(|setting| setting.is_path)
}

/// Returns the word for the kind of a level.
pub(crate) fn kind_of(level: Component) -> &'static str {
    if matches!(level, Component::Tlb(_)) {
        "tlb"
    } else {
        "cache"
    }
}

/// Returns the value of a setting with the unit in which a script declares the setting.
pub(crate) fn measured(of: &str, name: &str, value: Value, spec: Option<&Spec>) -> Value {
    let Value::Number(number) = value else {
        return value;
    };
    let dimension = setting_paths(of)
        .find(|setting| setting.name == name)
        .and_then(|setting| setting.params.dimension());
    let measure = match dimension {
        Some(Dimension::Bytes) => Some(Measure::Bytes),
        Some(Dimension::Bits) => Some(Measure::Bits),
        Some(Dimension::Time) if spec.is_some_and(|spec| spec.nanoseconds) => Some(Measure::Time),
        Some(Dimension::Time) => Some(Measure::Cycles),
        _ => None,
    };
    Value::Number(number.in_measure(measure))
}

/// Whether the property with this name is a number of bytes.
pub(crate) fn is_in_bytes(property: &str) -> bool {
    property == "bytes"
        || property.ends_with("_bytes")
        || ["reach", "rss", "vsize"].contains(&property)
}

/// Reports that a property does not exist, and lists the properties that do.
pub(crate) fn no_property(
    of: &str,
    name: &Word,
    names: impl Iterator<Item = &'static str>,
) -> Diagnostic {
    let mut distinct = Vec::new();
    // Settings of a machine and of its page table can have the same name.
    for one in names {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    let names = distinct;
    let diagnostic = Diagnostic::new(
        Code::UnknownPath,
        name.span,
        format!("`{of}` has no `{}`", name.text),
    )
    .label("not known");
    let all = list(names.iter().copied());
    match nearest(&name.text, names.iter().copied()) {
        Some(near) => {
            let help = format!("did you mean `{near}`? `{of}` has {all}");
            diagnostic.did_you_mean(&name.text, near).help(help)
        }
        None if names.is_empty() => diagnostic,
        None if matches!(&*name.text, "accesses" | "references" | "lookups")
            && names.contains(&"misses") =>
        {
            diagnostic.help(format!("write `({of}.hits + {of}.misses)`"))
        }
        None if name.text.eq_ignore_ascii_case("amat") && names.contains(&"block") => {
            diagnostic.help(format!(
                "the time of an access is its fact `cycles`; the average is `{of}.latency + {of}.miss_rate * N`, \
                     where N is the average time of the next level, such as `memory.latency`"
            ))
        }
        None => diagnostic.help(format!("it has {all}")),
    }
}
