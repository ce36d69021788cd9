//! Tests of the message that explains how to install a missing Typst compiler.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::{EXAM, Folder, text};

/// Runs `pagewalk exam --format pdf` with only this Python interpreter on the PATH.
fn exam(folder: &Folder, python: &str, args: &[&str]) -> std::process::Output {
    let path = folder.put("python3", &format!("#!/bin/sh\n{python}\n"));
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command.args(["exam", EXAM, "--format", "pdf"]).args(args);
    command.env_clear().env("PATH", folder.path(""));
    command.output().expect("pagewalk starts")
}

#[test]
fn the_message_says_how_to_install_a_missing_typst() {
    // This Python does not have the module `typst`.
    let done = exam(&Folder::new("typst-none"), "exit 1", &[]);
    assert!(!done.status.success() && done.stdout.is_empty());
    let said = text(&done.stderr);
    assert!(
        said.contains("Typst 0.14 or newer") && said.contains("`pip install typst`"),
        "{said}"
    );
}

#[test]
fn an_installed_module_is_found() {
    let folder = Folder::new("typst-module");
    // The "PDF" that the replacement program writes is the Typst source.
    let python = "PATH=/usr/bin:/bin
while read -r name || [ -n \"$name\" ]; do cp \"$name.typ\" \"$name.pdf\"; echo \"$name\"; done";
    let out = folder.path("out");
    let done = exam(&folder, python, &["--output", &out]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(
        fs::read_to_string(format!("{out}/address-translation.pdf"))
            .is_ok_and(|pdf| pdf.contains("Score"))
    );
}
