//! A beginner's session at a terminal, key by key.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use super::tty::{Tty, home};
use super::{MACHINE, run};

/// The last nonempty line of the screen.
fn last_line(tty: &Tty) -> String {
    tty.screen()
        .into_iter()
        .rfind(|line| !line.is_empty())
        .unwrap_or_default()
}

/// Waits until the last line equals this text.
fn awaits(tty: &Tty, wanted: &str) {
    for _ in 0..2000 {
        if last_line(tty) == wanted {
            return;
        }
        sleep(Duration::from_millis(5));
    }
    assert_eq!(last_line(tty), wanted, "{:#?}", tty.screen());
}

/// Waits for N continuation prompts.
fn continues(tty: &Tty, lines: usize) {
    for _ in 0..2000 {
        let prompted = tty
            .screen()
            .iter()
            .filter(|line| line.contains("          ..."))
            .count();
        if prompted == lines && last_line(tty) == "          ..." {
            return;
        }
        sleep(Duration::from_millis(5));
    }
    panic!("{lines}: {:#?}", tty.screen());
}

#[test]
fn prompts_are_numbered_and_lead_back() {
    let mut tty = Tty::open(&home("numbers"), 100, &[]);
    tty.expect("[1] pagewalk> ");
    tty.types("machine simple; let x = 1");
    tty.expect("[3] pagewalk> ");
    tty.types("let x = 2");
    tty.expect("[4] pagewalk> ");
    tty.types(":goto 2");
    tty.expect("after statement 2");
    tty.expect("[3] pagewalk> ");
    tty.types("x");
    tty.expect("x = 1");
    tty.ends();
}

#[test]
fn expressions_are_shown_at_a_terminal_and_saved_as_such() {
    let folder = home("bare");
    let mut tty = Tty::open(&folder, 100, &[]);
    for (line, answer) in [
        ("0x3d4 >> 6", "0x3d4 >> 6 = 15"),
        (MACHINE, "14-bit"),
        ("tlb", "set │ tag ppn v"),
        ("let va = 7", "va = 7"),
        ("va", "va = 7"),
        (":save s.pw", "6 statements saved"),
    ] {
        tty.prompts();
        tty.types(line);
        tty.expect(answer);
    }
    tty.ends();
    let saved = fs::read_to_string(folder.join("s.pw")).unwrap();
    for line in ["show 0x3d4 >> 6", "show tlb", "show va"] {
        assert!(saved.lines().any(|known| known == line), "{saved}");
    }
    let output = run(&["run", folder.join("s.pw").to_str().unwrap()], b"");
    assert_eq!(output.status.code(), Some(0));
    // If input comes from a pipe, a bare name is a mistake.
    let output = run(&["repl"], b"let x = 5\nx\n1 + 1\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "x = 5\n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("[unknown-verb]"));
}

#[test]
fn plain_words_are_commands() {
    let mut tty = Tty::open(&home("words"), 100, &[]);
    for line in ["help", "?", ":h"] {
        tty.prompts();
        tty.types(line);
        tty.expect(":history");
    }
    tty.types("help TLBI");
    tty.expect("TLB index");
    tty.types("let x = 1");
    tty.expect("[2] pagewalk> ");
    tty.types(":undo");
    tty.expect("1 statement undone");
    tty.prompts();
    tty.types("exit");
    assert_eq!(tty.status(), Some(0));
    let mut tty = Tty::open(&home("words"), 100, &[]);
    tty.types("quit");
    assert_eq!(tty.status(), Some(0));
}

#[test]
fn help_fits_a_narrow_terminal() {
    let mut tty = Tty::open(&home("narrow"), 40, &[]);
    for line in [":help", ":help READ", "? Policy"] {
        tty.prompts();
        tty.types(line);
    }
    tty.expect("lru|fifo");
    tty.ends();
    for line in tty.screen() {
        assert!(line.chars().count() <= 40, "{line}");
    }
}

#[test]
fn a_copied_session_is_pasted() {
    let mut tty = Tty::open(&home("copied"), 100, &[]);
    tty.prompts();
    let session = "[1] pagewalk> machine {\n          ...   page 64\n          ... }\n  4-bit\npagewalk> let x = 41\nx = 41\n";
    tty.sends(format!("\x1b[200~{session}\x1b[201~\r").as_bytes());
    tty.expect("x = 41\n[3] pagewalk> ");
    // Sends the text line by line, as terminals without bracketed paste do.
    tty.types("[7] pagewalk> let y = 42");
    tty.expect("y = 42");
    tty.types("pagewalk> x + y");
    tty.expect("x + y = 83");
    tty.prompts();
    // The recalled text is the typed text, without prompts.
    tty.sends(b"\x1b[A\x1b[A");
    awaits(&tty, "[5] pagewalk> let y = 42");
    tty.sends(b"\x03");
    tty.ends();
}

#[test]
fn a_block_is_prompted_for_and_indented() {
    let mut tty = Tty::open(&home("indented"), 100, &[]);
    tty.prompts();
    for (lines, line) in ["if true {", "repeat 2 {", "let x = 41", "}"]
        .into_iter()
        .enumerate()
    {
        tty.types(line);
        continues(&tty, lines + 1);
    }
    let screen = tty.screen();
    let typed: Vec<&str> = screen
        .iter()
        .filter(|line| line.contains("..."))
        .map(String::as_str)
        .collect();
    assert_eq!(
        typed,
        [
            "          ...   repeat 2 {",
            "          ...     let x = 41",
            "          ...   }",
            "          ..."
        ]
    );
    tty.types("}");
    tty.expect("x = 41");
    tty.prompts();
    // Ctrl-C discards the block, and the up arrow recalls it unchanged.
    tty.types("P1 {");
    continues(&tty, 5);
    tty.sends(b"\x03");
    tty.prompts();
    tty.sends(b"\x1b[A");
    awaits(&tty, "[2] pagewalk> P1 {");
    tty.sends(b"\x03");
    tty.prompts();
    tty.sends(b"\x1b[A\x1b[A");
    tty.sends(b"\r");
    tty.expect("x = 41");
    // Tab completes names from the lines above.
    tty.types("machine {");
    continues(&tty, 6);
    tty.sends(b"virt\t14\r");
    continues(&tty, 7);
    assert!(
        tty.screen()
            .iter()
            .any(|line| line == "          ...   virtual 14"),
        "{:#?}",
        tty.screen()
    );
    tty.sends(b"\x03");
    tty.ends();
}

#[test]
fn up_finds_inputs_with_the_same_beginning() {
    let mut tty = Tty::open(&home("prefix"), 100, &[]);
    for line in ["show 1", "let a = 1", "show 2", "let b = 2"] {
        tty.prompts();
        tty.types(line);
    }
    tty.expect("b = 2\n");
    tty.prompts();
    tty.sends(b"sh\x1b[A");
    awaits(&tty, "[5] pagewalk> show 2");
    tty.sends(b"\x1b[A");
    awaits(&tty, "[5] pagewalk> show 1");
    tty.sends(b"\x1b[A\x1b[B");
    awaits(&tty, "[5] pagewalk> show 2");
    tty.sends(b"\x1b[B");
    awaits(&tty, "[5] pagewalk> sh");
    tty.sends(b"\x03");
    tty.prompts();
    tty.sends(b"\x1b[A\x1b[A\x1b[A");
    awaits(&tty, "[5] pagewalk> let a = 1");
    tty.sends(b"\x03");
    tty.ends();
}

#[test]
fn leaving_asks_once_before_statements_are_lost() {
    for (keys, term) in [
        (&b"\x04"[..], "xterm"),
        (b"exit\r", "xterm"),
        (b":quit\r", "dumb"),
    ] {
        let mut tty = Tty::open(&home("leaving"), 100, &[("TERM", term)]);
        tty.types("let x = 1");
        tty.expect("[2] pagewalk> ");
        tty.sends(keys);
        tty.expect("1 statement is not saved. Leave anyway?");
        tty.prompts();
        tty.types("x");
        tty.expect("x = 1");
        tty.prompts();
        tty.leaves(keys);
    }
    // If input comes from a pipe, the session does not ask for confirmation.
    assert_eq!(
        run(&["repl"], b"let x = 1\nlet x = 2\n:quit\n").stdout,
        b"x = 1\nx = 2\n"
    );
}

#[test]
fn ctrl_c_leaves_no_hint() {
    let mut tty = Tty::open(&home("hint"), 100, &[]);
    tty.prompts();
    tty.sends(b"read ");
    awaits(&tty, "[1] pagewalk> read VA [size N]");
    tty.sends(b"\x03");
    awaits(&tty, "[1] pagewalk>");
    let screen = tty.screen();
    assert!(
        screen.iter().any(|line| line == "[1] pagewalk> read"),
        "{screen:#?}"
    );
    assert!(
        !screen.iter().any(|line| line.contains("VA [size N]")),
        "{screen:#?}"
    );
    tty.ends();
}

#[test]
fn a_practice_asks_again_explains_and_is_left() {
    let mut tty = Tty::open(&home("practice-keys"), 100, &[]);
    tty.types(MACHINE);
    tty.types(":practice translate 0x40");
    tty.expect("VPN (hex, 2 digits)? ");
    tty.types("one");
    tty.expect("`one` is not an answer; write VPN");
    tty.expect("VPN (hex, 2 digits)? ");
    tty.types("?");
    tty.expect("Translate the virtual address 0x0040.");
    tty.expect("VPN (hex, 2 digits)? ");
    for answer in ["2", "1", "0", "miss"] {
        tty.types(answer);
        tty.expect(if answer == "2" { "✗" } else { "✓" });
    }
    tty.expect("Page fault (Y/N)? ");
    // The access has no physical address.
    for answer in ["page", "-", "-"] {
        tty.types(answer);
        tty.expect("✓");
    }
    tty.expect("VPN is 0b0000_0001, bits 13–6");
    tty.expect("6 of 7 points");
    tty.expect("[3] pagewalk> ");
    for key in [b"\x03", b"\x04"] {
        tty.types(":practice");
        tty.expect("VPN (hex, 2 digits)? ");
        tty.sends(b"12");
        tty.sends(if key == b"\x04" { b"\x7f\x7f\x04" } else { key });
        tty.expect("the machine did not change");
        tty.expect("[3] pagewalk> ");
    }
    tty.leaves(b"\x04");
}

#[test]
fn tab_lists_at_once_and_deletes_nothing() {
    let mut tty = Tty::open(&home("tab-keys"), 100, &[]);
    tty.prompts();
    tty.sends(b"re\t");
    tty.expect("read       replay     reclaim    repeat     reference");
    awaits(&tty, "[1] pagewalk> re");
    // A word that is complete gets a blank, and a call its parenthesis.
    tty.sends(b"fe\t1 2 3 { frames 2 }\r");
    tty.expect("3 faults");
    tty.prompts();
    tty.sends(b":help zork\t");
    awaits(&tty, "[2] pagewalk> :help zork");
    tty.sends(b"\x03");
    tty.prompts();
    tty.sends(b":help cow\t\r");
    tty.expect("technique of sharing a private page");
    tty.prompts();
    tty.sends(b"show log\t16)\r");
    tty.expect("log2(16) = 4");
    tty.ends();
}

#[test]
fn an_empty_line_ends_a_block_but_not_a_text() {
    let mut tty = Tty::open(&home("empty-line"), 100, &[]);
    tty.prompts();
    tty.types("repeat 2 {");
    continues(&tty, 1);
    tty.types("let x = 1");
    continues(&tty, 2);
    tty.types("");
    tty.expect("[unclosed]");
    tty.prompts();
    tty.types("show [1,");
    continues(&tty, 3);
    tty.sends(b"\r");
    tty.expect("[unclosed]");
    tty.prompts();
    // Up restores the block.
    tty.sends(b"\x1b[A\x1b[A");
    tty.expect("let x = 1");
    tty.sends(b"\x03");
    tty.prompts();
    tty.types("file \"a.txt\" = \"\"\"one");
    tty.expect("...");
    tty.types("");
    tty.types("two\"\"\"");
    tty.prompts();
    tty.types("machine simple => vpn 3,");
    tty.expect("...");
    tty.types("");
    tty.expect("[");
    tty.ends();
}

#[test]
fn a_script_is_opened_for_a_lecture() {
    let folder = home("lecture");
    let file = folder.join("lecture.pw");
    fs::write(&file, "let a = 6\nlet b = a * 7\n").unwrap();
    let file = file.to_str().unwrap();
    let output = run(
        &["repl", "--open", file],
        b":next\n:next\n:back\n:next\nback\n",
    );
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(
        out.ends_with("let a = 6\na = 6\nlet b = a * 7\nb = 42\n  1 statement undone; after statement 1: let a = 6  (1 ahead)\nlet b = a * 7\nb = 42\n"),
        "{out}"
    );
    // At a pipe, a command needs its colon.
    assert!(String::from_utf8_lossy(&output.stderr).contains("[unknown-verb]"));
}
