//! Explanations of diagnostic codes, from `docs/diagnostics.md`.

use std::fmt::Write;

use crate::lang::diagnostic::Code;
use crate::lang::nearest::nearest;

const PAGES: &str = include_str!("diagnostics.md");

/// Returns the sections of the page: a code and its text.
pub fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGES.split("\n## ").skip(1).map(|section| {
        let (name, body) = section.split_once('\n').unwrap_or((section, ""));
        // A heading of a higher level also ends a section.
        (name.trim(), body.split("\n# ").next().unwrap_or(body).trim())
    })
}

/// Returns the explanation of a diagnostic code.
///
/// ```
/// use pagewalk_script::api::explain;
///
/// assert!(explain::page("no-machine").unwrap().starts_with("no-machine: "));
/// assert!(explain::page("no-machin").unwrap_err().contains("did you mean `no-machine`?"));
/// ```
///
/// # Errors
/// A message with the nearest code, if there is no such code.
pub fn page(name: &str) -> Result<String, String> {
    let code = Code::ALL.iter().find(|code| code.name() == name);
    let section = sections().find(|(heading, _)| *heading == name);
    if let (Some(code), Some((_, body))) = (code, section) {
        return Ok(format!("{}: {}\n\n{}", code.name(), code.summary(), indent_scripts(body)));
    }
    let near = nearest(name, Code::ALL.iter().map(|code| code.name()));
    let mend = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    Err(format!("no message has the code `{name}`; {mend}`pagewalk explain` lists the codes"))
}

/// Lists every code with its summary, one per line.
pub fn list() -> String {
    let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
    let mut text = String::new();
    for code in Code::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:width$}  {}", code.name(), code.summary());
    }
    text
}

/// Converts Markdown for a terminal: indents code blocks instead of fencing them.
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
