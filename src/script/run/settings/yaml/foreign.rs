//! Machine files in other notations: expressions, settings in words, and levels by name.

use super::notation::{diagnostic_in_yaml, setting_in_yaml};
use super::tree::{Node, Scalar};
use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::idioms::setting_rewritten;

/// The statement of a script with the settings of the kernel.
const KERNEL: &str = "kernel";

/// Keys that name another machine in the files of other tools.
const BASES: &[&str] = &["include", "import", "preset", "base", "extends", "inherits"];

/// Improves the error of a value: an expression, or a setting in words if the setting in YAML `fits`.
pub(super) fn improved(
    (key, scalar): (&Scalar, &Scalar),
    fits: fn(&str) -> bool,
    wrong: Diagnostic,
) -> Diagnostic {
    let is_number = wrong.code == Code::BadNumber;
    if is_number && (scalar.text.contains(['*', '+', '^']) || scalar.text.contains("<<")) {
        let message = "machine files have no expressions";
        return Diagnostic::new(wrong.code, wrong.span, message).help(match product(scalar.text) {
            Some(product) => format!("write `{}: {product}`", key.text),
            None => "write the result, such as `page: 4 KB`".to_owned(),
        });
    }
    // `4-way`, `14-bit`
    let compound = scalar.text.split_once('-').filter(|(number, _)| {
        is_number && !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit())
    });
    if let Some((number, unit)) = compound {
        let unit = match unit {
            "bit" | "bits" => " bits",
            "byte" | "bytes" => " B",
            _ => "",
        };
        let message = format!("`{}` is not a number", scalar.text);
        let help = format!("write `{}: {number}{unit}`", key.text);
        return Diagnostic::new(wrong.code, wrong.span, message).help(help);
    }
    let words = format!("{} {}", key.text, scalar.text);
    let line = setting_rewritten("machine", &words);
    let line = line.and_then(|line| setting_in_yaml(&line, None));
    match line.filter(|line| fits(line)) {
        Some(line) => wrong.help(format!("write `{line}`")),
        None => wrong,
    }
}

/// Writes the mistake of a machine file in the notation of YAML, and adds the fix of a setting in the words of other tools, or
/// of a part without its block. `text` is the machine file.
pub(crate) fn fixed(text: &str, wrong: Diagnostic) -> Diagnostic {
    // The mistakes of the file itself are about YAML, and quote it.
    if wrong.code == Code::MachineFile {
        return wrong;
    }
    let part = text.get(..wrong.span.start as usize).and_then(enclosing);
    diagnostic_in_yaml(with_fix(text, wrong), part)
}

fn with_fix(text: &str, wrong: Diagnostic) -> Diagnostic {
    if let Some(fix) = &wrong.fix {
        let said = text.get(fix.span.start as usize..fix.span.end as usize);
        let is_setting = said.is_some_and(|said| said.contains(": "));
        // The fix of a geometry is a setting of a script: `ways 4`.
        let new = setting_in_yaml(&fix.text, None).filter(|_| is_setting);
        return match new {
            Some(new) => {
                let new = Fix::replace(fix.span, new);
                let titled = fix.title();
                let help = wrong.help.clone().filter(|help| *help != titled);
                Diagnostic { help, ..wrong }.fix(new)
            }
            None => wrong,
        };
    }
    let (start, end) = (wrong.span.start as usize, wrong.span.end as usize);
    let Some(key) = text.get(start..end) else {
        return wrong;
    };
    let (key, from) = match key.split_once(':') {
        Some((name, _)) => (name, start + name.len()),
        None => (key, end),
    };
    let Some(after) = text[from..].strip_prefix(':') else {
        return wrong;
    };
    let length = after.find([',', '}', '\n', '#']).unwrap_or(after.len());
    let given = after[..length].trim();
    // `16 entries`
    let count = |given: &str| given.split(' ').next().unwrap_or_default().to_owned();
    if wrong.code == Code::UnknownSetting && BASES.contains(&key) {
        let help = "a machine file cannot use another machine: name the machine in the script, and its changes in \
                    braces, as in `machine simple { cores 2 }`";
        return wrong.help(help);
    }
    if wrong.code == Code::UnknownSetting && key == KERNEL {
        let help = format!(
            "the settings of the kernel belong in the script: write `{KERNEL} {{ … }}` there"
        );
        return wrong.help(help);
    }
    let new = match wrong.code {
        Code::UnknownSetting => enclosing(&text[..start])
            .and_then(|block| {
                // `write: write-back` and `write-policy: back`
                let given = given.strip_prefix("write-").unwrap_or(given);
                let key = if key.starts_with("write") {
                    "write"
                } else {
                    key
                };
                setting_rewritten(block, &format!("{key} {given}"))
            })
            .filter(|new| !new.contains(','))
            .map(|new| match new.split_once(' ') {
                Some((name, value)) => format!("{name}: {value}"),
                None => format!("{new}: true"),
            }),
        Code::WrongCount if count(given).parse::<u32>().is_ok() => match key {
            "page_table" => Some(format!("page_table: {{ levels: {} }}", count(given))),
            "tlb" => Some(format!("tlb: {{ entries: {} }}", count(given))),
            _ => None,
        },
        _ => None,
    };
    let whole = Span::new(
        wrong.span.file,
        start..from + 1 + after[..length].trim_end().len(),
    );
    match new {
        Some(new) => {
            let wrong = Diagnostic {
                help: None,
                ..wrong
            };
            wrong.fix(Fix::replace(whole, new))
        }
        None => wrong,
    }
}

/// Returns the key of the block at the end of a text: that of an open brace, or of the line above that has less indentation.
fn enclosing(text: &str) -> Option<&str> {
    let line_start = text.rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[line_start..];
    if let Some(brace) = line
        .rfind('{')
        .filter(|brace| !line[*brace..].contains('}'))
        .filter(|brace| !line[..*brace].trim_end().ends_with('-'))
    {
        let name = line[..brace].trim_end().strip_suffix(':')?;
        return name.split([' ', '{', ',']).next_back();
    }
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let above = text[..line_start].lines().rev();
    let mut above = above.filter(|other| !other.trim().is_empty() && indent(other) < indent(line));
    let head = above.next().filter(|_| !line.is_empty())?;
    head.trim().strip_suffix(':')
}

/// Returns the product of the factors in a text such as `32*1024`.
fn product(text: &str) -> Option<u64> {
    text.split('*').try_fold(1, |product: u64, factor| {
        product.checked_mul(factor.trim().parse().ok()?)
    })
}

/// Returns the part of a machine that has a level with this name in other tools.
pub(super) fn part(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    match name.trim_end_matches(['d', 'i']) {
        "tlb" | "cache" => None,
        "l1" | "l2" | "l3" => Some("cache"),
        level if level.ends_with("tlb") => Some("tlb"),
        level => level.ends_with("cache").then_some("cache"),
    }
}

/// Reports a TLB or a cache whose name is a key.
pub(super) fn level_by_name(part: &str, name: &Scalar, node: &Node) -> Diagnostic {
    let Node::Block(entries) = node else {
        unreachable!("a level is a block")
    };
    let settings = entries.iter().map(|(key, node)| match node {
        Node::Scalar(value) => format!(", {}: {}", key.text, value.text),
        _ => format!(", {}: …", key.text),
    });
    let purpose = match name.text.to_ascii_lowercase().as_bytes() {
        [b'i', ..] | [.., b'i'] => ", for: instructions",
        [b'd', ..] | [.., b'd'] => ", for: data",
        _ => "",
    };
    let item = format!("{}{purpose}{}", name.text, settings.collect::<String>());
    Diagnostic::new(Code::MachineFile, name.span, "several levels are a list").help(format!(
        "write below `{part}:` the line `- {{ name: {item} }}`"
    ))
}
