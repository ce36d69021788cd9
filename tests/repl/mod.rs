//! Tests of `pagewalk repl` as a process, at a pseudo-terminal and with pipes.

mod keys;
mod tty;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tty::{Tty, home};

/// The simple memory system with one page.
const MACHINE: &str = "machine simple; set page_table { | vpn ppn |; | 0F 0D | }";
const MACHINE_LINES: &str = "machine simple\nset page_table {\n  | vpn ppn |\n  | 0F  0D  |\n}\n";

#[test]
fn an_option_begins_with_the_practice_of_a_question() {
    let folder = home("practice");
    let file = folder.join("exam.pw");
    let questions =
        "question \"One\" { ask \"1 + 1\" = 2 }\nquestion \"Two\" { ask \"2 + 2\" = 4 }\n";
    fs::write(&file, questions).unwrap();
    let file = file.to_str().unwrap();
    let two = run(&["repl", file, "--practice", "Two"], b"4\n");
    let out = String::from_utf8_lossy(&two.stdout);
    assert!(
        out.contains("2 + 2") && out.contains("1 of 1 point") && !out.contains("1 + 1"),
        "{out}"
    );
    let unknown = run(&["repl", file, "--practice", "Tow"], b"");
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("did you mean `:practice \"Two\"`?"));
    assert_eq!(
        run(&["repl", "--practice", "Two"], b"").status.code(),
        Some(2)
    );
}

#[test]
fn every_command_is_shown_at_a_terminal() {
    let folder = home("commands");
    let mut tty = Tty::open(&folder, 100, &[]);
    tty.expect(":help");
    let saved = folder.join("session.pw");
    fs::write(
        folder.join("first.pw"),
        format!("{MACHINE}\nread 0x40 => fault page\n"),
    )
    .unwrap();
    let file = folder.join("first.pw");
    let session = [
        (
            format!(":load {}", file.display()),
            "3 statements; 1 expectation holds",
        ),
        (":what read 0x41".to_owned(), "Nothing changes."),
        ("let va = 0x3D4".to_owned(), "va = 0x3D4"),
        ("read va".to_owned(), "VPN 0x0F"),
        (":diff".to_owned(), "0→1"),
        (":steps".to_owned(), "MMU → TLB"),
        (":why".to_owned(), "because"),
        (":bits va".to_owned(), "0b00_0011_1101_0100"),
        (":history".to_owned(), "→ 5  read va"),
        (":back 2".to_owned(), "2 statements undone"),
        (":forward".to_owned(), "1 statement redone"),
        (":goto 5".to_owned(), "after statement 5"),
        (format!(":save {}", saved.display()), "5 statements saved"),
        (":reset".to_owned(), "all declarations are removed"),
        (":back".to_owned(), "1 statement undone"),
        (":help tlbi".to_owned(), "TLB index"),
        (":frob".to_owned(), "unknown command `:frob`"),
        (":practice read 0x3D4".to_owned(), "VPN (hex, 2 digits)? "),
        ("0F".to_owned(), "✓ VPN"),
        (":history".to_owned(), "1 of 1 points"),
    ];
    for (line, answer) in session {
        tty.types(&line);
        tty.expect(answer);
    }
    tty.types(":quit");
    assert_eq!(tty.status(), Some(0));
    let checked = run(&["run", saved.to_str().unwrap()], b"");
    assert_eq!(
        checked.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&checked.stdout)
    );
}

#[test]
fn blocks_go_on_in_the_next_line() {
    let mut tty = Tty::open(&home("blocks"), 100, &[]);
    for line in MACHINE_LINES.lines() {
        tty.types(line);
    }
    tty.types("read 0x3D4 => vpn 0x0F,");
    tty.types("   ppn 0x0D");
    tty.expect("✓ 2 expectations hold");
    tty.ends();
}

#[test]
fn tab_completes_names_of_the_session() {
    let mut tty = Tty::open(&home("tab"), 100, &[]);
    tty.types("machine simple");
    tty.expect("14-bit");
    tty.types("let somewhere = 0x40");
    tty.expect("somewhere = 0x40");
    tty.prompts();
    tty.sends(b"tran\t somew\t\r");
    tty.expect("VPN 0x01");
    tty.prompts();
    tty.sends(b":hist\t\r");
    tty.expect("→ 3  translate somewhere");
    tty.ends();
}

#[test]
fn a_paste_runs_as_a_script() {
    let mut tty = Tty::open(&home("paste"), 100, &[]);
    tty.prompts();
    let script =
        format!("{MACHINE_LINES}read 0x3D4\n  => vpn 0x0F\nread 0x40 => fault page\nlet x = 41\n");
    tty.sends(format!("\x1b[200~{script}\x1b[201~\r").as_bytes());
    tty.expect("✓ 1 expectation holds");
    tty.expect("x = 41");
    tty.types(":history");
    tty.expect("→ 5  let x = 41");
}

#[test]
fn ctrl_c_ends_a_long_run_and_not_the_session() {
    let mut tty = Tty::open(&home("interrupt"), 100, &[]);
    tty.types("machine simple");
    tty.expect("14-bit");
    tty.types("let x = 1");
    tty.types("repeat 9000000 { let x = x + 1 }");
    tty.expect("repeat 9000000");
    sleep(Duration::from_millis(300));
    tty.sends(b"\x03");
    tty.expect("interrupted");
    tty.types("show x + 1");
    tty.expect("x + 1 = 2");
    tty.prompts();
    // At the prompt, Ctrl-C discards the line.
    tty.sends(b"show 7 * 7\x03");
    tty.expect("7 * 7");
    tty.prompts();
    tty.types("show 6 * 7");
    tty.expect("6 * 7 = 42");
    assert!(!tty.text().contains("7 * 7 = 49"));
    tty.ends();
}

#[test]
fn earlier_lines_come_back() {
    let folder = home("earlier");
    let mut tty = Tty::open(&folder, 100, &[]);
    tty.types("show 40 + 2");
    tty.expect("40 + 2 = 42");
    tty.types("show 3");
    tty.expect("3 = 3");
    tty.ends();
    // In another session, the up arrow and Ctrl-R recall the second-to-last line.
    let mut tty = Tty::open(&folder, 100, &[]);
    tty.prompts();
    tty.sends(b"\x1b[A\x1b[A\r");
    tty.expect("40 + 2 = 42");
    tty.prompts();
    tty.sends(b"\x1240 +");
    tty.sends(b"\r");
    tty.expect("40 + 2 = 42");
    let kept = fs::read_to_string(folder.join("pagewalk/history")).unwrap();
    assert_eq!(
        kept.lines().take(2).collect::<Vec<_>>(),
        ["show 40 + 2", "show 3"]
    );
}

#[test]
fn bytes_that_are_not_utf8_are_reported() {
    let mut tty = Tty::open(&home("bytes"), 100, &[]);
    tty.prompts();
    tty.sends(b"show \"\xFF\xFE\xC3\x28\"\r");
    tty.expect("not UTF-8");
    // The session discards the rest of the line.
    sleep(Duration::from_millis(300));
    tty.sends(b"\x03");
    sleep(Duration::from_millis(300));
    tty.types("show 6 * 7");
    tty.expect("6 * 7 = 42");
    tty.ends();
}

#[test]
fn narrow_and_wide_terminals_are_written_to() {
    for columns in [1, 40, 200] {
        let mut tty = Tty::open(&home(&format!("columns-{columns}")), columns, &[]);
        tty.types("machine core-i7");
        tty.types("process P1");
        tty.types("let p = malloc(10)");
        tty.types("read p");
        tty.types("show geometry");
        tty.types(":diff");
        tty.types(":help");
        tty.types("raed p");
        tty.types(":quit");
        tty.types(":quit");
        assert_eq!(tty.status(), Some(0), "{columns}");
        assert!(!tty.text().contains("panicked"), "{columns}");
    }
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let painted = |text: &str| {
        text.contains("\x1b[1m") || text.contains("\x1b[31m") || text.contains("\x1b[2m")
    };
    for (name, variables, wanted) in [
        ("plain", &[][..], true),
        ("refused", &[("NO_COLOR", "1")][..], false),
        ("dumb", &[("TERM", "dumb")][..], false),
    ] {
        let mut tty = Tty::open(&home(name), 100, variables);
        tty.types(MACHINE);
        tty.types("read 0x40 => tlb hit");
        tty.expect("expectation failed");
        tty.types("raed 0x40");
        tty.expect("did you mean");
        tty.prompts();
        tty.leaves(b":quit\r");
        assert_eq!(painted(&tty.raw()), wanted, "{name}: {}", tty.raw());
        if name == "dumb" {
            assert!(!tty.raw().contains('\x1b'), "{}", tty.raw());
        }
    }
}

/// Starts a session that reads from a pipe.
fn repl(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command
        .args(args)
        .env_remove("NO_COLOR")
        .env("XDG_STATE_HOME", home("pipe"));
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(args: &[&str], input: &[u8]) -> Output {
    let mut child = repl(args).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_pipe_is_read_without_prompts_and_colours() {
    let input = format!(
        "{MACHINE_LINES}read 0x3D4 => vpn 0x0F,\n  tlb miss\nread 0x3D5\n  => tlb hit\nread zz\n:back\nshow tlb.hits"
    );
    let output = run(&["repl"], input.as_bytes());
    let (out, err) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(
        !out.contains("pagewalk>") && !out.contains("...") && !out.contains('\x1b'),
        "{out}"
    );
    assert!(
        out.contains("✓ 2 expectations hold") && out.contains("✓ 1 expectation holds"),
        "{out}"
    );
    // The session undid one statement, the second read.
    assert!(out.ends_with("tlb.hits = 0\n"), "{out}");
    assert!(
        err.contains("[unknown-name]") && !err.contains('\x1b'),
        "{err}"
    );
}

#[test]
fn a_pipe_is_not_wrapped() {
    let output = run(&["repl"], b"machine simple\n:steps\n");
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(
        out.contains("; TLB: 16 entries, 4-way; cache: 64 B, 4 B blocks, direct-mapped\n"),
        "{out}"
    );
}

#[test]
fn the_variable_columns_sets_the_width() {
    let mut tty = Tty::open(&home("width"), 100, &[("COLUMNS", "56")]);
    tty.types("machine simple");
    tty.expect("12-bit physical addresses,\n");
    tty.ends();
}

#[test]
fn a_resized_window_has_the_new_width_at_once() {
    for term in ["xterm", "dumb"] {
        let mut tty = Tty::open(&home("resized"), 100, &[("TERM", term)]);
        tty.types("machine simple");
        tty.expect("cache: 64\n");
        tty.prompts();
        tty.resizes(56);
        tty.types("machine simple");
        tty.expect("12-bit physical addresses,\n");
        tty.prompts();
        tty.leaves(b":quit\r");
    }
}

/// At a pipe, the lines must also run as a script, so only a colon makes a command.
#[test]
fn a_command_without_a_colon_is_named_at_a_pipe() {
    for line in [
        "undo",
        "history",
        "goto 1",
        "next",
        "save x.pw",
        "why fault",
        "steps",
        "load first.pw",
    ] {
        let input = format!("{MACHINE_LINES}read 0x3D4\n{line}\n");
        let err = String::from_utf8(run(&["repl"], input.as_bytes()).stderr).unwrap();
        let help = format!("help: a command of the prompt begins with a colon: write `:{line}`\n");
        assert!(
            err.contains(&help) && err.matches("help:").count() == 1,
            "{line}: {err}"
        );
    }
    // A name, a statement, and a slip for `read` are no commands.
    let input = format!("{MACHINE_LINES}let next = 1\nnext = 2\nload 0x3D4\ndiff 1 2\n");
    let err = String::from_utf8(run(&["repl"], input.as_bytes()).stderr).unwrap();
    assert!(
        err.contains("`read 0x3D4`") && !err.contains("a colon"),
        "{err}"
    );
}

#[test]
fn a_long_statement_has_one_line_in_the_history() {
    let machine = "machine { virtual 14 bits, physical 12 bits, page 64 B, tlb { entries 16, ways 4 }, cache { lines 16, block 4 B, direct-mapped } }";
    let output = run(&["repl"], format!("{machine}\n:history\n").as_bytes());
    let out = String::from_utf8(output.stdout).unwrap();
    let last = out.lines().last().unwrap();
    assert!(
        last.starts_with("  → 1  machine { virtual 14 bits,") && last.ends_with('…'),
        "{out}"
    );
}

#[test]
fn a_script_is_loaded_first() {
    let output = run(
        &["repl", "examples/first.pw"],
        b"show tlb.hits\n:back 99\nshow 1",
    );
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(
        out.starts_with("  examples/first.pw: 6 statements; 8 expectations hold\ntlb.hits = 1\n"),
        "{out}"
    );
    assert!(out.contains("7 statements undone"), "{out}");
    let output = run(&["repl", "/no/such/file.pw"], b"show 6 * 7");
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("= 42"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot read"));
}

#[test]
fn a_pipe_may_bring_anything() {
    let output = run(
        &["repl"],
        b"show 1\n\xFF\xFE\nshow 6 * 7\n\0\0\nshow 2\n\"\"\"open {\n",
    );
    let (out, err) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(
        out.contains("1 = 1\n") && out.contains("6 * 7 = 42\n") && out.contains("2 = 2\n"),
        "{out}"
    );
    assert!(
        err.contains("not UTF-8") && err.contains("[unclosed]"),
        "{err}"
    );
    assert!(!err.contains("panicked"), "{err}");
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let mut child = repl(&["repl"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    // The session may end before the test has written all input.
    let _ = input.write_all("show 1\n".repeat(1000).as_bytes());
    drop(input);
    let mut complaints = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut complaints)
        .unwrap();
    assert_eq!(
        (child.wait().unwrap().code(), complaints.as_str()),
        (Some(0), "")
    );
}

#[test]
fn a_signal_ends_a_long_run_behind_a_pipe_too() {
    let mut child = repl(&["repl"]).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // The first output shows that the session reads its input.
    input
        .write_all(b"let x = 1\nshow x\nrepeat 9000000 { let x = x + 1 }\n")
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    while output.next().unwrap().unwrap() != "x = 1" {}
    sleep(Duration::from_millis(700));
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    input.write_all(b"show x + 1\n").unwrap();
    drop(input);
    let (last, ended) = (output.last(), child.wait_with_output().unwrap());
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(last.unwrap().unwrap(), "x + 1 = 2");
    assert!(String::from_utf8_lossy(&ended.stderr).contains("interrupted"));
}

#[test]
fn a_killed_session_leaves_a_history_that_can_be_read() {
    let folder = home("killed");
    for round in 0..12 {
        let mut tty = Tty::open(&folder, 100, &[]);
        tty.prompts();
        for line in 0..20 {
            tty.types(&format!("show \"{round}-{line}-{}\"", "x".repeat(40)));
        }
        sleep(Duration::from_millis(3 * round));
        tty.kill();
    }
    let kept = fs::read_to_string(folder.join("pagewalk/history")).unwrap();
    assert!(kept.lines().count() > 1, "{kept}");
    for line in kept.lines() {
        assert!(
            line.starts_with("show \"") && line.ends_with("x\""),
            "{line}"
        );
    }
    let mut tty = Tty::open(&folder, 100, &[]);
    tty.prompts();
    tty.sends(b"\x1b[A\r");
    tty.expect("xxxx");
    tty.types(":quit");
    assert_eq!(tty.status(), Some(0));
}
