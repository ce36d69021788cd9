//! The individual settings of a declared machine.

/// Returns the settings of a declaration as printed by `show machine`, such as `tlb ways` and `4`. A setting
/// without a value has the value `yes`. `direct-mapped` and `fully-associative` are values of `ways`.
pub fn settings(declaration: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let inner = declaration
        .trim()
        .strip_prefix("machine {")
        .and_then(|rest| rest.strip_suffix('}'));
    for line in inner
        .unwrap_or_default()
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        setting("", line, &mut found);
    }
    found
}

fn setting(outer: &str, text: &str, found: &mut Vec<(String, String)>) {
    let within = |name: &str| format!("{outer} {name}").trim_start().to_owned();
    if let Some((head, rest)) = text.split_once('{') {
        let block = within(head.trim());
        let rest = rest.trim().strip_suffix('}').unwrap_or(rest);
        return parts(rest).for_each(|part| setting(&block, part.trim(), found));
    }
    found.push(match text.split_once(' ') {
        _ if matches!(text, "direct-mapped" | "fully-associative") => {
            (within("ways"), text.to_owned())
        }
        Some((name, value)) => (within(name), value.to_owned()),
        None => (within(text), "yes".to_owned()),
    });
}

/// Splits a text at the commas outside braces.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    text.split(move |c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    })
}
