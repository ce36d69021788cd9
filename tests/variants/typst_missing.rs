//! Tests of the message that explains how to install a missing Typst compiler.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::{EXAM, Folder, text};

/// Runs `pagewalk exam --format pdf` with only these programs on the PATH.
fn message(folder: &str, programs: &[(&str, &str)]) -> String {
    let folder = Folder::new(folder);
    for (name, script) in programs {
        let path = folder.put(name, &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command
        .args(["exam", EXAM, "--format", "pdf"])
        .env_clear()
        .env("HOME", "/home/ada");
    let done = command
        .env("PATH", folder.path(""))
        .output()
        .expect("pagewalk starts");
    assert!(!done.status.success() && done.stdout.is_empty());
    text(&done.stderr)
}

#[test]
fn a_missing_typst_can_be_installed_with_one_command() {
    // This Python has `pip`, but does not have the module `typst`.
    let pip = "case \"$*\" in *'-m pip --version'*) exit 0;; *) exit 1;; esac";
    let command =
        "python3 -m pip install --upgrade --target /home/ada/.local/share/pagewalk/python typst";
    let said = message("typst-pip", &[("python3", pip)]);
    assert!(
        said.contains("Typst 0.14 or newer") && said.contains(&format!("\n  {command}\n")),
        "{said}"
    );
    // Ubuntu provides Python without `pip`.
    let said = message(
        "typst-apt",
        &[("python3", "exit 1"), ("apt-get", ""), ("sudo", "")],
    );
    let whole = format!("\n  sudo apt-get install -y python3-pip && {command}\n");
    assert!(said.contains(&whole), "{said}");
    let said = message("typst-none", &[]);
    assert!(said.contains("https://typst.app"), "{said}");
}

/// Pagewalk looks for the module where the command installs it.
#[test]
fn the_installed_module_is_found() {
    let folder = Folder::new("typst-module");
    // The "PDF" that the replacement program writes is the Typst source.
    let python = "#!/bin/sh
case \"$PYTHONPATH\" in */.local/share/pagewalk/python) ;; *) exit 1;; esac
PATH=/usr/bin:/bin
while read -r name || [ -n \"$name\" ]; do cp \"$name.typ\" \"$name.pdf\"; echo \"$name\"; done
";
    let path = folder.put("python3", python);
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
    let out = folder.path("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command.args(["exam", EXAM, "--format", "pdf", "--output", &out]);
    let done = command
        .env_clear()
        .env("HOME", "/home/ada")
        .env("PATH", folder.path(""))
        .output();
    let done = done.expect("pagewalk starts");
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(
        fs::read_to_string(format!("{out}/address-translation.pdf"))
            .is_ok_and(|pdf| pdf.contains("Score"))
    );
}
