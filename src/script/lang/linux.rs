//! Calls and constants of Linux and C that Pagewalk does not model, which `linux.txt` lists.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::sections::{Sections, Table};
use crate::lang::span::Span;

static TABLE: Table = Table::new(|| Sections::of(include_str!("linux.txt")));

/// Returns the diagnostic for a call of Linux or C that Pagewalk does not model. Never suggests a
/// call with a similar name, because `mmap` does something else than `mincore`.
pub(crate) fn call(name: &str, span: Span) -> Option<Diagnostic> {
    let listed = |names: &str| names.split_whitespace().any(|known| known == name);
    let same = TABLE.rows("same").find(|(theirs, _)| *theirs == name);
    if same.is_none() && !TABLE.lists("calls", name) {
        return None;
    }
    let message = format!("`{name}` is a call of Linux that Pagewalk does not model");
    let diagnostic = Diagnostic::new(Code::UnknownFunction, span, message);
    Some(
        match (same, TABLE.rows("instead").find(|(names, _)| listed(names))) {
            (Some((_, ours)), _) => diagnostic.did_you_mean(name, ours),
            (None, Some((_, instead))) => diagnostic.help(instead),
            (None, None) => diagnostic.help("`pagewalk reference calls` lists the system calls"),
        },
    )
}

/// Returns what helps in a C program that calls a function of Linux or C that programs do not have.
pub(crate) fn instead_in_program(name: &str) -> Option<&'static str> {
    let listed = |names: &str| names.split_whitespace().any(|known| known == name);
    let instead = TABLE.rows("programs").find(|(names, _)| listed(names));
    let is_same = TABLE.rows("same").any(|(theirs, _)| theirs == name);
    let is_known = is_same || TABLE.lists("calls", name);
    let general = "leave the call out, or define the function in the program; the reference lists the functions of C that programs have";
    instead
        .map(|(_, instead)| instead)
        .or(is_known.then_some(general))
}

/// Returns the diagnostic for a constant of Linux or C that Pagewalk does not model. A name that only begins like a
/// constant may be a misspelling of one of the `modeled` constants.
pub(crate) fn constant<'a>(
    name: &str,
    span: Span,
    modeled: impl Iterator<Item = &'a str>,
) -> Option<Diagnostic> {
    let listed = TABLE.lists("constants", name);
    if !listed && !is_of_a_family(name) {
        return None;
    }
    // A listed name is spelled correctly, so a similar name would mean something else.
    let modeled: Vec<&str> = modeled.collect();
    let longer = |known: &&str| name.starts_with(*known);
    let near = nearest(name, modeled.iter().copied())
        .or_else(|| modeled.iter().copied().find(longer))
        .filter(|_| !listed);
    let message = format!("`{name}` is a constant of Linux that Pagewalk does not model");
    let diagnostic = |message: String| Diagnostic::new(Code::UnknownName, span, message);
    Some(match near {
        Some(near) => {
            diagnostic(format!("no constant is called `{name}`")).did_you_mean(name, near)
        }
        None => diagnostic(message)
            .help("`pagewalk reference constants` lists the constants that scripts can use"),
    })
}

/// Whether a name is a constant of Linux or C.
pub(crate) fn is_constant(name: &str) -> bool {
    constant(name, Span::default(), std::iter::empty()).is_some()
}

/// Whether a name looks like a constant of one of the headers.
fn is_of_a_family(name: &str) -> bool {
    let upper = name
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    upper
        && TABLE
            .section("families")
            .split_whitespace()
            .any(|family| name.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::{TABLE, call, constant};
    use crate::lang::span::Span;

    #[test]
    fn every_name_is_listed_once() {
        for list in ["calls", "constants"] {
            let mut names: Vec<&str> = TABLE.section(list).split_whitespace().collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all);
        }
    }

    #[test]
    fn every_replacement_belongs_to_a_listed_call() {
        let names = TABLE
            .rows("instead")
            .flat_map(|(names, _)| names.split_whitespace());
        for name in names.chain(TABLE.rows("same").map(|(theirs, _)| theirs)) {
            assert!(call(name, Span::default()).is_some(), "{name}");
        }
    }

    #[test]
    fn a_real_name_is_never_a_misspelling() {
        let modeled = ["MADV_FREE", "MADV_RANDOM", "PROT_READ", "mmap"];
        let message = |name: &str| {
            let found = constant(name, Span::default(), modeled.into_iter())?;
            Some((found.message, found.fix.map(|fix| fix.text)))
        };
        let unknown = |name: &str| {
            Some((
                format!("`{name}` is a constant of Linux that Pagewalk does not model"),
                None,
            ))
        };
        assert_eq!(message("MADV_COLD"), unknown("MADV_COLD"));
        assert_eq!(message("CLONE_VM"), unknown("CLONE_VM"));
        assert_eq!(message("S_ISVTX"), unknown("S_ISVTX"));
        assert_eq!(message("RLIMIT_STACK"), unknown("RLIMIT_STACK"));
        let near = message("PROT_RAED").expect("a family");
        assert_eq!(near.1.as_deref(), Some("PROT_READ"));
        for name in ["EAT", "SIGNAL_x", "pages", "E", "WAYS", "MAX"] {
            assert_eq!(message(name), None, "{name}");
        }
    }

    #[test]
    fn a_call_of_linux_says_so() {
        for name in [
            "mincore",
            "dup3",
            "clone",
            "waitpid",
            "pthread_create",
            "mprotect2",
            "mapp",
        ] {
            let found = call(name, Span::default()).map(|found| found.fix.map(|fix| fix.text));
            let known = !matches!(name, "mprotect2" | "mapp");
            assert_eq!(found, known.then_some(None), "{name}");
        }
        let same = call("vfork", Span::default())
            .and_then(|found| found.fix)
            .map(|fix| fix.text);
        assert_eq!(same.as_deref(), Some("fork"));
    }
}
