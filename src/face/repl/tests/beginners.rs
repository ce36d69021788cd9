//! Tests of beginners' input: expressions, words without a colon, and pasted prompts.

use std::fs;

use super::saving::file;
use super::{Flow, Typed};
use pagewalk_script::services::lookup;

#[test]
fn the_prompt_has_the_number_of_the_statement() {
    let mut typed = Typed::simple();
    assert_eq!(typed.shell.prompt(), "[5] pagewalk> ");
    typed.types("read 0x3D4; read 0x3D5");
    assert_eq!(typed.shell.prompt(), "[7] pagewalk> ");
    assert!(typed.types("raed 1").contains("1 │ raed 1"));
    typed.types(":goto 5");
    assert_eq!(
        (
            typed.shell.prompt().as_str(),
            typed.value("tlb.hits").as_str()
        ),
        ("[6] pagewalk> ", "1")
    );
    assert_eq!(typed.shell.continuation_prompt(), "          ... ");
}

#[test]
fn an_expression_is_shown() {
    let mut typed = Typed::simple();
    assert_eq!(typed.types("0x3d4 >> 6"), "0x3d4 >> 6 = 15\n");
    typed.types("let x = 41");
    assert_eq!(typed.types("x"), "x = 41\n");
    assert_eq!(typed.types("  x + 1"), "x + 1 = 42\n");
    assert_eq!(typed.types("tlb.hits"), "tlb.hits = 0\n");
    assert_eq!(typed.types("log2(8)"), "log2(8) = 3\n");
    for noun in ["tlb", "page_table", "geometry", "machine"] {
        let output = typed.types(noun);
        assert_eq!(output, typed.types(&format!("show {noun}")), "{noun}");
        assert!(!output.contains("× ["), "{output}");
    }
    // Statements and error messages are the same as in a script.
    assert!(typed.types("raed 0x3D4").contains("did you mean `read`"));
    assert!(typed.types("read").contains("× ["));
    assert!(typed.types("x + zz").contains("[unknown-name]"));
    assert!(typed.types("(1 + zz").contains("× ["));
    assert!(typed.types("x = 6").contains("write `let x = 6`"));
    assert!(typed.types("x += 6").contains("× ["));
    assert!(typed.types("tlb.hit").contains("× [unknown"));
    assert!(typed.types("maps").contains("[no-kernel]"));
    assert_eq!(typed.types("(x +\n  1)"), "(x + 1) = 42\n");
    assert!(typed.types(":history").contains("5  show 0x3d4 >> 6"));
    let path = file("bare.pw");
    typed.types(&format!(":save {}", path.display()));
    assert!(fs::read_to_string(path).unwrap().contains("\nshow x + 1\n"));
}

#[test]
fn several_statements_are_not_an_expression() {
    let mut typed = Typed::simple();
    for first in ["raed 1", "hit", "fork", "machin core-i7", "P1: hit", "tlb"] {
        for rest in ["\nread 0x3D8", "\n\n  read 0x3D8\n", "; read 0x3D8"] {
            let output = typed.types(&format!("{first}{rest}"));
            assert!(output.contains("× ["), "{first}{rest}: {output}");
            assert!(!output.contains("[wrong-count]"), "{first}{rest}: {output}");
        }
    }
    assert!(
        typed
            .types("raed 1\nread 0x3D8")
            .contains("did you mean `read`?")
    );
    // A comment or an empty line is no statement, and an operator or a bracket continues an expression.
    for sum in ["1 + 1\n# two\n\n", "1 +\n  1", "(1\n+ 1);"] {
        assert!(typed.types(sum).ends_with(" = 2\n"), "{sum}");
    }
}

#[test]
fn an_expression_may_be_of_a_process() {
    let mut typed = Typed::new();
    typed.types("process P1\nprocess P2");
    let output = typed.types("P1: maps");
    assert!(!output.contains("× ["), "{output}");
    assert_eq!(typed.types("P2: maps"), typed.types("P2: show maps"));
}

#[test]
fn words_without_a_colon_are_commands() {
    let mut typed = Typed::simple();
    let help = typed.types(":help");
    for line in ["help", "?", ":h", ":?", " help "] {
        assert_eq!(typed.types(line), help, "{line}");
    }
    assert_eq!(typed.types("? tlbi"), typed.types(":help tlbi"));
    assert_eq!(typed.types(":help undo"), typed.types(":help back"));
    assert!(typed.types(":undo").contains("1 statement undone"));
    assert!(typed.types(":redo").contains("1 statement redone"));
    for line in ["quit", "exit", ":q", ":quit", " exit "] {
        assert_eq!(Typed::new().shell.input(line).unwrap(), Flow::End, "{line}");
    }
    // These commands remain usable as names.
    typed.types("let quit = 3; let help = 4");
    assert_eq!(typed.types("quit"), "quit = 3\n");
    assert_eq!(typed.types("help + 1"), "help + 1 = 5\n");
}

#[test]
fn help_ignores_case_and_fits_narrow_terminals() {
    let mut typed = Typed::new();
    assert_eq!(typed.types(":help TLBI"), typed.types(":help tlbi"));
    assert_eq!(
        typed.types(":help Prot_Read"),
        typed.types(":help PROT_READ")
    );
    // A paragraph is filled, and a list and a script are not.
    let output = typed.types(":help unknown-name");
    let lines: Vec<_> = output.lines().skip(1).collect();
    let texts = lines[..3].iter().all(|line| line.chars().count() > 80);
    assert!(
        texts && lines.contains(&"      let entries = 16"),
        "{output}"
    );
    assert!(typed.types(":help pfn").contains("\n  - Also called: "));
    for columns in [40, 57, 80] {
        typed.shell.set_width(columns);
        let mut output = typed.types(":help") + &typed.types(":help zork") + &typed.types(":zork");
        for word in lookup::words() {
            output += &typed.types(&format!(":help {word}"));
        }
        for line in output.lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
    }
}

#[test]
fn copied_sessions_run_again() {
    let mut typed = Typed::new();
    let output = typed.types(
        "pagewalk> machine simple\n  14-bit virtual addresses\n[2] pagewalk> let x = \n     ...   41\nx = 41\n\
         [3] pagewalk> :back\n[3] pagewalk> ",
    );
    assert!(
        output.starts_with("[1] pagewalk> machine simple\n  14-bit"),
        "{output}"
    );
    assert!(
        output
            .contains("[2] pagewalk> let x = \n          ...   41\nx = 41\n[3] pagewalk> :back\n"),
        "{output}"
    );
    assert_eq!(
        (typed.done(), typed.shell.prompt().as_str()),
        (1, "[2] pagewalk> ")
    );
    assert_eq!(typed.types("pagewalk> 6 * 7"), "6 * 7 = 42\n");
    assert!(typed.shell.goes_on("[2] pagewalk> set tlb {"));
}

#[test]
fn leaving_asks_once() {
    let leaves = |typed: &mut Typed, line: &str| {
        let flow = typed.shell.input(line).unwrap();
        (flow == Flow::End, typed.output.take_text())
    };
    let mut typed = Typed::simple();
    let (left, output) = leaves(&mut typed, ":quit");
    assert!(
        !left && output.contains("4 statements are not saved. Leave anyway?"),
        "{output}"
    );
    assert!(leaves(&mut typed, ":quit").0);
    // After `:save`, quitting asks again only if there are new statements.
    let mut typed = Typed::simple();
    typed.types(&format!(":save {}", file("leaving.pw").display()));
    assert!(leaves(&mut typed, "quit").0);
    typed.types("read 0x3D4");
    assert!(
        leaves(&mut typed, "exit")
            .1
            .contains("1 statement is not saved")
    );
    assert!(leaves(&mut typed, "exit").0);
    typed.types("read 0x3D5");
    assert!(!leaves(&mut typed, "exit").0);
    // A statement that replaces a saved one is not saved.
    let mut typed = Typed::simple();
    typed.types(&format!(":save {}", file("replaced.pw").display()));
    typed.types(":back 2");
    assert!(leaves(&mut typed, "quit").0);
    typed.types("read 0x3D4\nread 0x3D4");
    assert!(
        leaves(&mut typed, "quit")
            .1
            .contains("2 statements are not saved")
    );
    // Quitting does not report statements that are in a file, are undone, or only show something.
    let mut typed = Typed::new();
    typed.types(":load examples/first.pw");
    typed.types("show tlb.hits");
    typed.types("read 0x3D4");
    typed.types(":back");
    assert!(leaves(&mut typed, "quit").0);
}

#[test]
fn a_forgotten_colon_is_understood() {
    let mut typed = Typed::simple();
    typed.types("read 0x3D4; read 0x3D5");
    for line in [
        "why",
        "why tlb",
        "steps",
        "diff",
        "history",
        "bits 0x3C0 + 20",
        "what read 0x41",
        "help cow",
    ] {
        let with_colon = typed.types(&format!(":{line}"));
        assert_eq!(typed.types(line), with_colon, "{line}");
    }
    assert!(typed.types("back").contains("1 statement undone"));
    assert!(typed.types("next").starts_with("read 0x3D5\n"));
    assert!(typed.types("goto 4").contains("after statement 4"));
    assert!(
        typed
            .types("explain belady")
            .contains("farthest in the future")
    );
    let path = super::saving::file("colon.pw");
    assert!(
        typed
            .types(&format!("save {}", path.display()))
            .contains("4 statements saved")
    );
    assert!(
        typed
            .types(&format!("load {}", path.display()))
            .contains("4 statements;")
    );
    assert!(
        typed
            .types("quiz read 0x3D4")
            .starts_with("read 0x3D4 (12 points)")
    );
    typed.types(":reset");
    // A variable, a mistake with operands, and an instruction of other languages are not commands.
    typed.types("let history = 5; machine simple");
    assert_eq!(typed.types("history"), "history = 5\n");
    for (line, said) in [
        ("back = 5", "must be set with `let`"),
        ("diff tlb", "[unknown-verb]"),
        ("load 0x3D4", "a load is a `read`"),
        ("h", "[unknown-verb]"),
    ] {
        let output = typed.types(line);
        assert!(output.contains(said), "{line}: {output}");
    }
}

#[test]
fn an_underscore_is_the_last_value() {
    let mut typed = Typed::simple();
    assert!(typed.types("_ + 1").contains("[syntax]"));
    typed.types("0x3D4 >> 6");
    assert_eq!(typed.types("_ + 1"), "15 + 1 = 16\n");
    assert!(typed.types("read _ * 4").contains("VA 0x0040"));
    assert_eq!(typed.types("let x = _"), "x = 16\n");
    assert!(typed.types(":bits _").contains("virtual address  0x0010"));
    for (value, next, shown) in [
        ("4 KB", "_ * 2", "8 KB"),
        ("1/3", "_ * 3", "1"),
        ("2 - 7", "_ * _", "25"),
        ("[1, 2]", "_[1]", "2"),
        ("\"a b\"", "_", "a b"),
    ] {
        typed.types(value);
        let output = typed.types(next);
        assert!(output.ends_with(&format!(" = {shown}\n")), "{output}");
    }
    // The messages are those of the value.
    typed.types("hex(5)");
    for (input, said) in [
        ("_ * 2", "* needs numbers, not a string"),
        ("_ + \"x\"", "1 │ \"0x5\" + \"x\""),
        ("show _ - 1", "show \"0x5\" - 1"),
        ("_ = 1", "\"0x5\" = 1"),
    ] {
        let output = typed.types(input);
        assert!(output.contains(said), "{input}: {output}");
    }
    // A tried statement and a failed one leave the value as it is.
    typed.types("7");
    typed.types(":what show 8");
    typed.types("read zz");
    assert_eq!(typed.types("_"), "7 = 7\n");
    // A variable of this name stays a variable.
    assert!(typed.types("for _ in 4..5 { show _ }").contains("_ = 4\n"));
    typed.types("let _ = 9");
    assert_eq!(typed.types("_"), "_ = 9\n");
    assert!(typed.types("read __").contains("[unknown-name]"));
}
