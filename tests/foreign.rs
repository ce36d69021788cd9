//! Every command with hostile titles, names, and arguments. No control character reaches the output, and no name begins
//! a line.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Clears a terminal, rings, reverses the reading direction, and begins a line that a CI system obeys.
const HOSTILE: &str = "\u{1b}[2J\u{7}\u{202e}\n::error file=x::owned\n";

/// A script in which every name that a user chooses freely is hostile. A string cannot contain a newline.
fn script() -> String {
    let name = HOSTILE.replace('\n', " ");
    format!(
        "machine simple\nscenario \"s{name}\" {{ read 0 => vpn 1 }}\nlet x = \"x{name}\"\nexpect x == 1\n\
         question \"q{name}\" {{\n  text \"t{name}\"\n  ask \"a{name}\" = 1\n}}\nread 0 {name}\n"
    )
}

fn commands() -> BTreeSet<String> {
    let help = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .arg("--help")
        .output()
        .expect("the program")
        .stdout;
    let help = String::from_utf8(help).expect("text");
    let (_, list) = help.split_once("Commands:\n").expect("a list of commands");
    let lines = list.lines().take_while(|line| !line.is_empty());
    lines
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// Runs a command in a folder and checks the output.
fn check(folder: &Path, args: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    let output = command
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("the program");
    for printed in [output.stdout, output.stderr] {
        let printed = String::from_utf8(printed).expect("text");
        let hostile = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!printed.contains(hostile), "{args:?}: {printed:?}");
        assert!(
            !printed.lines().any(|line| line.starts_with("::error")),
            "{args:?}: {printed:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn no_command_prints_hostile_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |end: &str| format!("f{HOSTILE}{end}");
    let (script_file, table, trace) = (file(".pw"), file(".csv"), file(".lackey"));
    let readable = script().replace("read 0 \u{1b}", "# ");
    for (name, text) in [
        (&*script_file, &*script()),
        (&*file("b.pw"), &*readable),
        (
            &*file(".md"),
            &format!("```pagewalk\n{readable}```\n\n```pagewalk\n{HOSTILE}\n"),
        ),
        (&*table, &format!("id,{HOSTILE}\nx,{HOSTILE}\n")),
        (&*trace, &format!(" L 0,4\n{HOSTILE}")),
        ("plain.pw", "machine simple\n"),
        ("plain.lackey", " L 0,4\n"),
    ] {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    let files = [
        script_file,
        file("b.pw"),
        file(".md"),
        table,
        trace,
        file("missing"),
        HOSTILE.to_owned(),
    ];
    // A short run gives each command every second name.
    let each = if crate::running::long() { 1 } else { 2 };
    for (number, command) in commands().into_iter().enumerate() {
        for name in files.iter().skip(number % each).step_by(each) {
            let dashed = format!("--{name}");
            check(folder.path(), &[&command, name]);
            check(folder.path(), &[&command, &dashed]);
            check(folder.path(), &[&command, "plain.pw", name]);
            check(folder.path(), &[&command, name, "plain.lackey"]);
            let long = match &*command {
                "test" => vec!["--list", "--bless", "--fill", "--accept"],
                "run" | "check" => vec!["--deny=warnings"],
                "exam" => vec!["--key", "--check", "--output"],
                "grade" | "sweep" => vec!["plain.pw", "--output"],
                "replay" => vec!["--strict", "--plot"],
                "diff" | "fmt" => vec!["--check"],
                _ => Vec::new(),
            };
            for option in long {
                check(folder.path(), &[&command, option, name]);
                check(folder.path(), &[&command, name, option, name]);
            }
        }
    }
}
