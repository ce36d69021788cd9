//! Explanations of diagnostic codes, from `docs/reference/diagnostics.md`, and of terms of the field.

use std::fmt::Write;

use super::glossary;
use crate::lang::diagnostic::Code;
use crate::lang::nearest::nearest;

const PAGES: &str = include_str!("diagnostics.md");

/// Returns the sections of the diagnostics reference, each as a code and its text.
pub fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGES.split("\n## ").skip(1).map(|section| {
        let (name, body) = section.split_once('\n').unwrap_or((section, ""));
        // A heading of a higher level also ends a section.
        (
            name.trim(),
            body.split("\n# ").next().unwrap_or(body).trim(),
        )
    })
}

/// Returns the explanation of a diagnostic code, or the glossary's entries for a term. Ignores case.
///
/// ```
/// use pagewalk_script::api::explain;
///
/// assert!(explain::page("no-machine").unwrap().starts_with("no-machine: "));
/// assert!(explain::page("pfn").unwrap().starts_with("Physical page number (PPN)\n"));
/// assert!(explain::page("no-machin").unwrap_err().contains("did you mean `no-machine`?"));
/// ```
///
/// # Errors
/// If the name is neither a code nor a term, returns a message that suggests the nearest code or term.
pub fn page(name: &str) -> Result<String, String> {
    let code = Code::ALL
        .iter()
        .find(|code| code.name().eq_ignore_ascii_case(name));
    let section = code.and_then(|code| sections().find(|(heading, _)| *heading == code.name()));
    if let (Some(code), Some((_, body))) = (code, section) {
        return Ok(format!(
            "{}: {}\n\n{}",
            code.name(),
            code.summary(),
            indent_scripts(body)
        ));
    }
    let entries = glossary::find(name);
    if !entries.is_empty() {
        let texts = entries
            .iter()
            .map(|entry| format!("{}\n\n{}\n", entry.heading, entry.text));
        return Ok(texts.collect::<Vec<_>>().join("\n"));
    }
    let near = nearest(
        name,
        Code::ALL
            .iter()
            .map(|code| code.name())
            .chain(glossary::names()),
    );
    let suggestion = near
        .map(|near| format!("did you mean `{near}`? "))
        .unwrap_or_default();
    Err(format!(
        "`{name}` is neither a code nor a term of the glossary; {suggestion}`pagewalk explain` lists the codes"
    ))
}

/// Lists the codes with their summaries, one per line, followed by a note about terms.
pub fn list() -> String {
    let width = Code::ALL
        .iter()
        .map(|code| code.name().len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for code in Code::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:width$}  {}", code.name(), code.summary());
    }
    text + "\n`pagewalk explain TERM` explains a term such as `page fault`, `TLB`, or `PFN`.\n"
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
        let indent = if inside && !line.is_empty() {
            "    "
        } else {
            ""
        };
        text.push_str(indent);
        text.push_str(line);
        text.push('\n');
    }
    text
}
