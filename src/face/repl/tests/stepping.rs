//! Tests of `:open` and `:next`.

use std::fs;

use super::saving::file;
use super::{Typed, words};

/// A session with an opened script of these statements.
fn opened(name: &str, script: &str) -> Typed {
    let path = file(name);
    fs::write(&path, script).unwrap();
    let mut typed = Typed::new();
    let output = typed.types(&format!(":open {}", path.display()));
    assert!(
        output.contains("`:next` runs them one at a time"),
        "{output}"
    );
    typed
}

#[test]
fn a_script_runs_one_statement_at_a_time_with_its_results() {
    let mut typed = Typed::new();
    assert_eq!(
        typed.types(":open examples/first.pw"),
        "  examples/first.pw: 6 statements; `:next` runs them one at a time\n"
    );
    assert_eq!(typed.done(), 0);
    assert!(
        typed
            .types(":next")
            .starts_with("machine simple\n  14-bit virtual addresses")
    );
    typed.types(":next 2");
    let read = typed.types(":next");
    assert!(
        read.starts_with("read 0x03D4 => vpn 0x0F, tlb miss, ppn 0x0D, cache hit, byte 0x36\n  VPN 0x0F  TLBI 0x3") && read.ends_with("✓ 5 expectations hold\n"),
        "{read}"
    );
    // The statement that was undone shows the same again.
    typed.types(":back");
    assert_eq!((typed.done(), typed.types(":next")), (3, read));
    assert_eq!(typed.done(), 4);
    let rest = typed.types(":next 9");
    assert!(
        rest.contains("read 0x0240") && rest.ends_with("returns to the beginning\n"),
        "{rest}"
    );
    assert_eq!(typed.done(), 6);
}

#[test]
fn typed_statements_come_between_those_of_the_script() {
    let mut typed = opened("between.pw", "let a = 1\nlet b = 2\nlet c = 3\n");
    typed.types(":next");
    typed.types("let x = 7");
    assert_eq!(typed.types(":next"), "let b = 2\nb = 2\n");
    // After a typed statement, the script goes on after its last statement that was not undone.
    typed.types(":back");
    typed.types("let y = 8");
    assert_eq!(typed.types(":next"), "let b = 2\nb = 2\n");
    typed.types(":goto 0");
    assert_eq!(
        words(&typed.types(":next 9")),
        "let a = 1 a = 1 let x = 7 x = 7 let y = 8 y = 8 let b = 2 b = 2 let c = 3 c = 3 no statement follows; `:open \
         FILE` opens a script, and `:goto 0` returns to the beginning"
    );
}

/// A line that continues a statement runs it again, so the new statement takes the place of the old one.
#[test]
fn a_continued_statement_does_not_run_twice() {
    let mut typed = opened(
        "continued.pw",
        "machine simple\nset page_table { | vpn ppn |; | 0F 0D | }\nread 0x3D4\nread 0x3D5\nchoose v in 0..9\n\
         if v < 8 { let w = 1 }\nlet z = 2\n",
    );
    typed.types(":next 3");
    typed.types("=> tlb miss");
    typed.types("=> vpn 0x0F; show 7");
    assert!(typed.types("=> vpn").contains('×'));
    assert!(typed.types(":next").starts_with("read 0x3D5\n"));
    assert_eq!(typed.value("tlb.misses"), "1");
    typed.types(":back");
    typed.types(":forward");
    typed.types("=> tlb hit");
    assert!(typed.types(":next").starts_with("choose v in 0..9\n"));
    assert!(typed.types("where v > 7").contains("v = 8"));
    assert!(typed.types(":next").starts_with("if v < 8"));
    typed.types("else { let w = 3 }");
    assert!(typed.types(":next").starts_with("let z = 2\n"));
    assert_eq!(
        (typed.value("v"), typed.value("w")),
        ("8".into(), "3".into())
    );
    // After the statement is undone, it is next.
    typed.types(":back 2");
    typed.types("let x = 1");
    assert_eq!(typed.types(":next"), "if v < 8 { let w = 1 }\n");
    // The name of a definition can begin with the same letters.
    typed.types("def elsewhere() { show 6 * 7 }");
    assert!(typed.types("elsewhere()").contains("= 42"));
}

#[test]
fn a_statement_is_not_shown_twice() {
    let mut typed = opened(
        "once.pw",
        "machine simple; flush tlb; expect tlb.hits == 0; process P1; P1: expect P1.rss == 0; show 1 + 1",
    );
    assert_eq!(
        typed.types(":next 3").lines().skip(3).collect::<Vec<_>>(),
        ["flush tlb", "expect tlb.hits == 0", "  ✓",]
    );
    let output = typed.types(":next 3");
    assert!(
        output.ends_with("P1: expect P1.rss == 0\n  ✓\nshow 1 + 1\n1 + 1 = 2\n"),
        "{output}"
    );
}

#[test]
fn a_loaded_script_can_be_shown_from_the_beginning() {
    let mut typed = Typed::new();
    typed.types(":load examples/first.pw");
    assert!(typed.types(":next").contains("no statement follows"));
    typed.types(":goto 3");
    assert!(typed.types(":next").starts_with("read 0x03D4"));
    typed.types("flush tlb");
    assert!(typed.types(":next").starts_with("read 0x03D5"));
    assert_eq!(typed.value("tlb.misses"), "2");
}

#[test]
fn an_error_stops_at_its_statement() {
    let mut typed = opened("stops.pw", "machine simple\nshow 1 / tlb.hits\nlet x = 1\n");
    let output = typed.types(":next 3");
    assert!(
        output.contains("[divide-by-zero]") && !output.contains("\nx = 1"),
        "{output}"
    );
    assert_eq!(typed.done(), 1);
    assert!(typed.types(":next zero").contains("write `:next [N]`"));
    assert!(
        typed
            .types(":open /no/such.pw")
            .contains("cannot read `/no/such.pw`")
    );
    assert!(typed.types(":open").contains("write `:open FILE`"));
    // A reset is also a statement that one can redo.
    typed.types(":reset");
    typed.types(":back");
    assert_eq!(typed.types(":next"), ":reset\n");
    assert!(typed.types("show tlb.hits").contains("[no-machine]"));
}

#[test]
fn an_opened_script_keeps_its_text_while_one_types() {
    let mut typed = opened("kept.pw", "let a = 1\nlet b = 2\n");
    for _ in 0..50 {
        typed.types("read zz");
    }
    assert_eq!(
        typed.types(":next 2"),
        "let a = 1\na = 1\nlet b = 2\nb = 2\n"
    );
}
