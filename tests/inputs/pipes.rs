//! Named pipes, devices, and streams of the shell instead of files.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{finish, folder, pagewalk, put, start};

/// Creates named pipes, which nothing writes to.
fn pipes(folder: &Path, names: &[&str]) {
    let made = Command::new("mkfifo")
        .args(names)
        .current_dir(folder)
        .status()
        .expect("mkfifo starts");
    assert!(made.success());
}

#[test]
fn a_script_names_only_regular_files() {
    let folder = folder("named");
    pipes(&folder, &["p.pw", "p.yaml", "p.trace"]);
    for (statement, name) in [
        ("include", "p.pw"),
        ("machine", "p.yaml"),
        ("machine simple\nreplay", "p.trace"),
        ("machine simple\nreference", "p.trace"),
    ] {
        put(&folder, "x.pw", format!("{statement} \"{name}\"\n"));
        let line = statement.lines().count();
        for command in ["run", "check"] {
            let ran = pagewalk(&folder, &[command, "x.pw"]);
            let why = format!(
                "cannot read `{name}`: it is a named pipe; copy its data to a regular file"
            );
            assert!(
                ran.messages.contains(&format!("[unreadable] {why}")),
                "{statement}: {ran:?}"
            );
            assert!(
                ran.messages.contains(&format!("x.pw:{line}:")),
                "{statement}: {ran:?}"
            );
            assert_eq!(ran.status, Some(2), "{statement}");
        }
    }
    // The settings of a course and a golden file are named by their places.
    put(&folder, "x.pw", "machine simple\n");
    pipes(&folder, &["x.golden.yaml"]);
    for arguments in [&["test", "x.pw"][..], &["test", "--bless", "x.pw"]] {
        let ran = pagewalk(&folder, arguments);
        assert!(
            ran.status == Some(2) && ran.out.contains("it is a named pipe"),
            "{ran:?}"
        );
    }
    pipes(&folder, &["pagewalk.toml"]);
    put(&folder, "y.pw", "include \"x.pw\"\n");
    let ran = pagewalk(&folder, &["run", "y.pw"]);
    assert!(
        ran.messages
            .contains("cannot read `pagewalk.toml`: it is a named pipe"),
        "{ran:?}"
    );
}

#[test]
fn no_command_waits_for_a_named_pipe() {
    let folder = folder("arguments");
    put(
        &folder,
        "x.pw",
        "machine simple\nquestion \"Q\" { ask read 0x10 => vpn }\n",
    );
    put(&folder, "t.trace", " L 10,1\n");
    put(&folder, "a.csv", "id,1.vpn\n1,0\n");
    pipes(&folder, &["p.pw", "p.md", "p.yaml", "p.csv", "history"]);
    for arguments in [
        &["run", "p.pw"][..],
        &["check", "p.pw"],
        &["fmt", "p.pw"],
        &["fmt", "--check", "p.pw"],
        &["test", "p.pw"],
        &["test", "p.md"],
        &["diff", "p.pw", "x.pw"],
        &["exam", "p.pw"],
        &["exam", "x.pw", "--labels", "p.yaml"],
        &["exam", "x.pw", "--roster", "p.csv", "--output", "out"],
        &["grade", "p.pw", "a.csv"],
        &["grade", "x.pw", "p.csv"],
        &["grade", "x.pw", "a.csv", "--rules", "p.yaml"],
        &["grade", "x.pw", "a.csv", "--versions", "p.csv"],
        &["grade", "x.pw", "a.csv", "--before", "p.csv"],
        &["replay", "p.yaml", "t.trace"],
        &["replay", "p.pw", "t.trace"],
    ] {
        let ran = pagewalk(&folder, arguments);
        let all = format!("{}{}", ran.out, ran.messages);
        assert!(
            all.contains("it is a named pipe; copy its data to a regular file"),
            "{arguments:?}: {ran:?}"
        );
        assert_eq!(ran.status, Some(2), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn streams_of_the_shell_are_read() {
    let folder = folder("streams");
    put(&folder, "x.pw", "machine simple\nread 0x10 => tlb miss\n");
    put(&folder, "t.trace", " L 10,1\n");
    let streamed = |line: &str| {
        let mut command = Command::new("bash");
        command
            .args(["-c", line, env!("CARGO_BIN_EXE_pagewalk")])
            .current_dir(&folder);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        finish(command.spawn().expect("bash starts"))
    };
    for (line, status) in [
        ("\"$0\" run <(cat x.pw)", 0),
        ("cat x.pw | \"$0\" run /dev/stdin", 0),
        ("\"$0\" check - <x.pw", 0),
        ("\"$0\" run /dev/null", 0),
        ("\"$0\" fmt --check <(cat x.pw)", 0),
        ("\"$0\" replay simple <(gzip -c t.trace)", 0),
        ("\"$0\" replay <(cat x.pw) t.trace", 2),
        // A named pipe streams if it is a trace.
        ("mkfifo p; cat t.trace >p & \"$0\" replay simple p", 0),
    ] {
        let ran = streamed(line);
        assert_eq!(ran.status, Some(status), "{line}: {ran:?}");
    }
}

#[test]
fn a_file_without_an_end_is_read_to_its_limit() {
    let folder = folder("endless");
    put(
        &folder,
        "x.pw",
        "machine simple\nquestion \"Q\" { ask read 0x10 => vpn }\n",
    );
    put(&folder, "includes.pw", "include \"large.pw\"\n");
    put(&folder, "golden.pw", "machine simple\n");
    let reference = "reference \"large.trace\" { frames 2 }\n  ask reference columns hit";
    put(
        &folder,
        "reference.pw",
        format!("question \"Q\" {{\n  {reference}\n}}\n"),
    );
    for name in ["large.pw", "golden.golden.yaml", "large.trace"] {
        // A file of a terabyte that takes no space on the disk.
        fs::File::create(folder.join(name))
            .and_then(|file| file.set_len(1 << 40))
            .expect("a file");
    }
    let limited = |arguments: &[&str]| {
        let mut command = Command::new("sh");
        // 1 GB of address space: more than the largest limit, 256 MB, in a vector that grows, and stacks of threads.
        command.args([
            "-c",
            "ulimit -v 1000000; exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_pagewalk"),
        ]);
        command.args(arguments).current_dir(&folder);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        finish(command.spawn().expect("sh starts"))
    };
    for (arguments, size) in [
        (&["exam", "x.pw", "--labels", "/dev/zero"][..], 1),
        (&["grade", "x.pw", "/dev/zero"], 64),
        (&["grade", "x.pw", "/dev/null", "--rules", "/dev/zero"], 1),
        (&["replay", "/dev/zero", "t.trace"], 0),
        (&["run", "/dev/zero"], 256),
        (&["run", "includes.pw"], 256),
        (&["test", "golden.pw"], 256),
        (&["exam", "reference.pw"], 256),
    ] {
        let ran = limited(arguments);
        assert_eq!(ran.status, Some(2), "{arguments:?}: {ran:?}");
        let why = format!("the file is larger than {size} MB");
        let said = format!("{}{}", ran.out, ran.messages);
        assert!(size == 0 || said.contains(&why), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn a_session_is_not_saved_to_a_pipe() {
    let folder = folder("saved");
    pipes(&folder, &["p.pw"]);
    let mut command = Command::new("sh");
    put(&folder, "input", "machine simple\n:save p.pw\n:quit\n");
    let line = "XDG_STATE_HOME=$PWD exec \"$0\" repl <input";
    command
        .args(["-c", line, env!("CARGO_BIN_EXE_pagewalk")])
        .current_dir(&folder);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let ran = finish(command.spawn().expect("sh starts"));
    let all = format!("{}{}", ran.out, ran.messages);
    assert!(
        ran.status == Some(2) && all.contains("`p.pw` cannot be replaced: it is a named pipe"),
        "{ran:?}"
    );
    fs::remove_file(folder.join("p.pw")).expect("removed");
    assert_eq!(finish(start(&folder, &["--version"])).status, Some(0));
}
