//! `pagewalk explain`: the pages of the codes, from `docs/diagnostics.md`.

use std::fmt::Write;

use pagewalk_script::lang::diagnostic::Code;
use pagewalk_script::lang::nearest::nearest;

const PAGES: &str = include_str!("../../docs/diagnostics.md");

/// The sections of the page: the code each is headed with, and what stands below.
pub(crate) fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGES.split("\n## ").skip(1).map(|section| {
        let (name, body) = section.split_once('\n').unwrap_or((section, ""));
        // A heading of a higher level ends a section too.
        (name.trim(), body.split("\n# ").next().unwrap_or(body).trim())
    })
}

/// What a code means and how to mend it; or, where there is no such code, what to say instead.
///
/// # Errors
/// A message that names the nearest code.
pub(crate) fn page(name: &str) -> Result<String, String> {
    let code = Code::ALL.iter().find(|code| code.name() == name);
    let section = sections().find(|(heading, _)| *heading == name);
    if let (Some(code), Some((_, body))) = (code, section) {
        return Ok(format!("{}: {}\n\n{}", code.name(), code.summary(), indent_scripts(body)));
    }
    let near = nearest(name, Code::ALL.iter().map(|code| code.name()));
    let mend = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    Err(format!("no message has the code `{name}`; {mend}`pagewalk explain` lists the codes"))
}

/// Every code and its summary, a line each.
pub(crate) fn list() -> String {
    let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
    let mut text = String::new();
    for code in Code::ALL {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:width$}  {}", code.name(), code.summary());
    }
    text
}

/// Markdown for a terminal: scripts are indented instead of fenced.
fn indent_scripts(body: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for line in body.lines() {
        if line.starts_with("```") {
            inside = !inside;
            continue;
        }
        let indent = if inside && !line.is_empty() { "    " } else { "" };
        text.push_str(indent);
        text.push_str(line);
        text.push('\n');
    }
    text
}
