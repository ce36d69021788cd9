//! Finds a Typst compiler.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

/// The environment variable with the compiler: a `typst`, or a Python with the module `typst`.
pub(crate) const VARIABLE: &str = "PAGEWALK_TYPST";
/// The oldest version that writes tagged PDF.
const OLDEST: (u32, u32) = (0, 14);

/// A Typst compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TypstProgram {
    /// The command `typst`.
    Typst(OsString),
    /// A Python with the module `typst`.
    Python(OsString),
}

/// The compiler in the environment variable, or else one on the PATH. An error says how to install one.
pub(crate) fn find_program() -> Result<TypstProgram, String> {
    if let Some(named) = env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
        let said = version(&named).unwrap_or_default();
        return if said.starts_with("typst") {
            Ok(TypstProgram::Typst(named))
        } else if said.starts_with("Python") {
            Ok(TypstProgram::Python(named))
        } else {
            Err(format!(
                "{VARIABLE} names `{}`, which is neither a `typst` nor a Python",
                Path::new(&named).display()
            ))
        };
    }
    if version(&"typst".into()).is_some_and(|said| is_new(&said)) {
        return Ok(TypstProgram::Typst("typst".into()));
    }
    let python = ["python3", "python"].map(OsString::from).into_iter().find(has_module);
    python.map(TypstProgram::Python).ok_or_else(|| {
        format!(
            "PDF is made by Typst {}.{} or newer, and there is none: `pip install typst` (or a `typst` from https://typst.app \
             on the PATH; {VARIABLE} names another)",
            OLDEST.0, OLDEST.1
        )
    })
}

/// The version that a program prints.
fn version(program: &OsString) -> Option<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a version such as `typst 0.15.0 (…)` is new enough.
fn is_new(said: &str) -> bool {
    let number = said.strip_prefix("typst ").and_then(|rest| rest.split(' ').next());
    let mut parts = number.unwrap_or_default().split('.').map_while(|part| part.parse::<u32>().ok());
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= OLDEST
}

fn has_module(python: &OsString) -> bool {
    let find =
        "import importlib.util, sys; sys.path.pop(0); sys.exit(importlib.util.find_spec('typst') is None)";
    let found = Command::new(python)
        .args(["-c", find])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    found.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::is_new;

    #[test]
    fn versions_without_tags_are_too_old() {
        let new = ["typst 0.14.0 (1234)", "typst 0.15.1", "typst 1.0.0"];
        let old = ["typst 0.13.1 (8ace67d9)", "typst 0.9.0", "other 2.0.0", ""];
        assert!(new.into_iter().all(is_new) && !old.into_iter().any(is_new));
    }
}
