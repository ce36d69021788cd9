//! Machine files in other notations: TOML, expressions, exam sheets, and levels by name.

use super::tree::{Entry, Node, Scalar};
use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::idioms::setting_rewritten;

/// Blocks whose settings an exam sheet can list in words.
const BLOCKS: [&str; 6] = ["machine", "tlb", "cache", "page_table", "pte", "memory"];

/// Names of a machine's levels in other tools, with the part and the accesses that they serve.
const LEVELS: [(&str, &str, &str); 10] = [
    ("itlb", "tlb", "for: instructions, "),
    ("dtlb", "tlb", "for: data, "),
    ("stlb", "tlb", ""),
    ("icache", "cache", "for: instructions, "),
    ("dcache", "cache", "for: data, "),
    ("l1i", "cache", "for: instructions, "),
    ("l1d", "cache", "for: data, "),
    ("l1", "cache", ""),
    ("l2", "cache", ""),
    ("l3", "cache", ""),
];

/// Improves the error of a value: an expression, whose result is known, or a setting in words.
/// The setting in words is right if `fits`.
pub(super) fn improved(
    (key, scalar): (&Scalar, &Scalar),
    fits: fn(&str) -> bool,
    wrong: Diagnostic,
) -> Diagnostic {
    let name = key.text;
    if let Some(result) = result(name, scalar.text) {
        let message = "machine files have no expressions";
        let help = format!("write `{name}: {result}`");
        return Diagnostic::new(wrong.code, wrong.span, message).help(help);
    }
    let words = format!("{name} {}", scalar.text);
    let lines = BLOCKS
        .iter()
        .filter_map(|block| in_yaml(&setting_rewritten(block, &words)?));
    let mut fitting = lines.filter(|line| fits(line));
    match fitting.next() {
        Some(line) => wrong.help(format!("write `{line}`")),
        None => wrong,
    }
}

/// Returns a setting of a script in YAML, such as `tlb: { entries: 16 }`.
fn in_yaml(setting: &str) -> Option<String> {
    let pair = |setting: &str| match setting.trim().split_once(' ') {
        Some((name, value)) => format!("{name}: {value}"),
        None => format!("{}: true", setting.trim()),
    };
    let Some((head, inside)) = setting.split_once('{') else {
        return Some(pair(setting));
    };
    let inside = inside.trim().strip_suffix('}')?;
    let inside: Vec<String> = inside.split(',').map(pair).collect();
    Some(format!("{}: {{ {} }}", head.trim(), inside.join(", ")))
}

/// Returns the result of a product, power, or shift, with its unit.
fn result(name: &str, text: &str) -> Option<String> {
    let of = |sign: &'static str| text.split_once(sign).map(|parts| (sign, parts));
    let (sign, (left, right)) = ["**", "<<", "^", "*"].into_iter().find_map(of)?;
    let right = right.trim();
    let digits = right
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(right.len());
    let (a, b): (u64, u32) = (left.trim().parse().ok()?, right[..digits].parse().ok()?);
    let n = match sign {
        "*" => a.checked_mul(b.into())?,
        "<<" => a.checked_mul(1u64.checked_shl(b)?)?,
        _ => a.checked_pow(b)?,
    };
    let unit = right[digits..].trim();
    let bytes = unit == "B" || unit.is_empty() && matches!(name, "size" | "page" | "block");
    let scaled = [(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB"), (1, "B")];
    let of_bytes = scaled
        .iter()
        .find(|(size, _)| bytes && n > 0 && n % size == 0);
    let (n, unit) = of_bytes.map_or((n, unit), |(size, unit)| (n / size, *unit));
    Some(format!("{n} {unit}").trim_end().to_owned())
}

/// Reports TLBs or caches that are a block for each name instead of a list. The settings that are lists `repeat`.
pub(super) fn levels_by_name(
    entries: &[Entry],
    text: &str,
    repeats: fn(&str) -> bool,
) -> Option<Diagnostic> {
    let is_block = |(_, node): &Entry| matches!(node, Node::Block(_));
    let within = entries.iter().find_map(|(key, node)| match node {
        Node::Block(inner)
            if repeats(key.text) && !inner.is_empty() && inner.iter().all(is_block) =>
        {
            Some((key.text, inner.iter().collect::<Vec<_>>()))
        }
        _ => None,
    });
    let known = |entry: &Entry, part: &str| {
        is_block(entry) && level(entry.0.text).is_some_and(|(_, own, _)| *own == part)
    };
    let beside = || {
        let part = entries.iter().filter(|entry| is_block(entry));
        let (_, part, _) = part.clone().find_map(|(key, _)| level(key.text))?;
        Some((
            *part,
            entries.iter().filter(|entry| known(entry, part)).collect(),
        ))
    };
    let (part, levels): (&str, Vec<&Entry>) = within.or_else(beside)?;
    let items: Option<Vec<String>> = levels.iter().map(|entry| item(entry, text)).collect();
    let help = match items {
        Some(items) => format!("write\n{part}:\n{}", items.concat()),
        None => format!(
            "write each below `{part}:` as `- {{ name: {}, … }}`",
            levels[0].0.text
        ),
    };
    let wrong = Diagnostic::new(
        Code::MachineFile,
        levels[0].0.span,
        "several levels are a list",
    );
    Some(wrong.help(help))
}

fn level(name: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    LEVELS
        .iter()
        .find(|(own, ..)| own.eq_ignore_ascii_case(name))
}

/// Returns a level as an item of a list.
fn item((key, node): &Entry, text: &str) -> Option<String> {
    let span = node.span()?;
    let lines = text
        .get(span.start as usize..span.end as usize)?
        .lines()
        .map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let settings = lines.join(", ");
    let plain =
        !settings.contains(['{', '#']) && lines.iter().all(|line| !line.ends_with([':', ',']));
    let purpose = level(key.text).map_or("", |(.., purpose)| purpose);
    let purpose = if settings.contains("for:") {
        ""
    } else {
        purpose
    };
    plain.then(|| format!("  - {{ name: {}, {purpose}{settings} }}\n", key.text))
}

/// Reports the contents of a part, which belong in the script.
pub(super) fn contents(key: &Scalar, items: &[Node], span: Span) -> Option<Diagnostic> {
    let [Node::Block(cells), ..] = items else {
        return None;
    };
    let values: Option<Vec<&str>> = cells
        .iter()
        .map(|(_, node)| match node {
            Node::Scalar(scalar) => Some(scalar.text),
            _ => None,
        })
        .collect();
    let names: Vec<&str> = cells.iter().map(|(name, _)| name.text).collect();
    let (names, values) = (names.join(" "), values?.join(" "));
    let message = "a machine file has settings, and the contents belong in the script";
    let help = format!(
        "write `set {} {{ | {names} |; | {values} | }}` in the script",
        key.text
    );
    Some(Diagnostic::new(Code::MachineFile, span, message).help(help))
}
