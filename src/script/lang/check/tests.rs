//! Scripts of one or two lines, and their diagnostics.

use super::{Known, check};
use crate::lang::ast::Stmt;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::include::read_text;
use crate::lang::parse::parse;
use crate::lang::visit::statements;

fn found(script: &str) -> Vec<Diagnostic> {
    let parsed = parse(0, script, &mut ());
    assert_eq!(parsed.diagnostics, [], "{script}");
    let variables = statements(&parsed.body).filter_map(Stmt::variable);
    let known = Known {
        variables: &variables.map(|name| name.text.clone()).collect(),
        is_call: &|name| ["byte", "mmap"].contains(&name),
        check_count: &|_, _| Ok(()),
        calls: &["byte", "mmap"],
        words: &["NULL", "PROT_READ"],
        is_of_program: &|_| false,
        begins: &|_| None,
    };
    check(&parsed.body, 0..parsed.body.len(), known)
}

/// Returns the codes, each with the text at its span.
fn codes(script: &str) -> Vec<(&'static str, &str)> {
    let at = |d: Diagnostic| {
        (
            d.code.name(),
            &script[d.span.start as usize..d.span.end as usize],
        )
    };
    found(script).into_iter().map(at).collect()
}

fn fine(script: &str) {
    assert_eq!(codes(script), [], "{script}");
}

#[test]
fn a_variable_is_set_before_it_is_used() {
    fine("let x = 1\nlet y = x + 1\nexpect y == 2");
    assert_eq!(codes("let y = x\nlet x = 1"), [("unknown-name", "x")]);
    assert_eq!(codes("let x = x + 1"), [("unknown-name", "x")]);
    assert_eq!(codes("repeat n { core 0 }"), [("unknown-name", "n")]);
    assert_eq!(codes("if a < 2 { core 0 }"), [("unknown-name", "a")]);
    assert_eq!(codes("for i in 0..n { core 0 }"), [("unknown-name", "n")]);
    assert_eq!(codes("read base + 4"), [("unknown-name", "base")]);
    assert_eq!(
        codes("let s = \"\"\"see {va}\"\"\""),
        [("unknown-name", "va")]
    );
    assert_eq!(
        codes("choose x in 0..9 where x > y"),
        [("unknown-name", "y")]
    );
    assert_eq!(
        codes("set memory {\n | pa b0 |\n | (k) 1 |\n}"),
        [("unknown-name", "k")]
    );
    // The check reports an unknown name only once.
    assert_eq!(codes("let a = x\nlet b = x"), [("unknown-name", "x")]);
}

#[test]
fn keywords_of_a_place_are_not_variables() {
    fine("machine {\n virtual 14 bits\n tlb { entries 16, ways 4, policy lru }\n}");
    fine("translate 0x10 for write by supervisor => tlb miss, fault not none, tlb.victim none");
    fine(
        "let p = last.ppn\nexpect tlb.hits == 0\nlet q = NULL\nlet r = mmap(NULL, 4096, PROT_READ)",
    );
    fine("reference 7 0 1 a { frames 3, replacement lru, holding [a, b] } => resident [a, b]");
    fine("reference [a, 0..3] { frames 3 }");
    fine("show geometry");
    assert_eq!(
        codes("reference [f, hex(g)] { frames 3 }"),
        [("unknown-name", "g")]
    );
}

#[test]
fn loops_and_branches_open_no_scope() {
    fine("if 1 < 2 { let x = 1 } else { let x = 2 }\nlet y = x");
    fine("for i in 0..3 { let last_one = i }\nlet y = last_one + i");
    // The second iteration uses the variables that the first one set.
    fine("for i in 0..3 {\n if i > 0 { read prev + 0 }\n let prev = i\n}");
    fine("repeat 2 { choose x in 0..4 where x > 1 }\nread x + 0");
}

#[test]
fn scenarios_and_definitions_open_scopes() {
    let inside = "scenario \"a\" { let x = 1 }\nread x + 0";
    assert_eq!(codes(inside), [("unknown-name", "x")]);
    fine("let x = 1\nscenario \"a\" { read x + 0 }");
    assert_eq!(
        codes("def f(a) { read a + 0 }\nread a + 0"),
        [("unknown-name", "a")]
    );
    // The definition uses the variables set before the call.
    fine("def f() { read x + 0 }\nlet x = 1\nf()");
    assert_eq!(
        codes("def f() { read nowhere + 0 }"),
        [("unknown-name", "nowhere")]
    );
}

#[test]
fn help_for_unknown_names() {
    let help = |script: &str| found(script).remove(0).help.unwrap();
    assert_eq!(
        help("let entries = 16\nlet s = entires / 4"),
        "did you mean `entries`?"
    );
    assert_eq!(
        help("let a = 1\nlet b = 2\nlet c = a-b"),
        "in a name, `-` joins words; to subtract, write `a - b` with spaces"
    );
    assert_eq!(found("expect last.tlb == hit").remove(0).help, None);
}

#[test]
fn calls_pass_the_right_number_of_arguments() {
    fine("def f(a, b) { read a + b }\nf(1, 2)\nlet x = byte(3) + max(1, 2, 3)");
    assert_eq!(
        codes("def f(a, b) { core 0 }\nf(1)"),
        [("wrong-count", "f")]
    );
    assert_eq!(codes("let x = hex()"), [("wrong-count", "hex")]);
    assert_eq!(codes("let x = log(8)"), [("unknown-function", "log")]);
    assert_eq!(
        found("let x = lag2(8)").remove(0).help.unwrap(),
        "did you mean `log2`?"
    );
    let diagnostic = found("def f(a) { core 0 }\nf(1, 2)").remove(0);
    assert_eq!(
        diagnostic.message,
        "`f` takes 1 argument, but is called with 2"
    );
    assert_eq!(diagnostic.related.len(), 1);
    // The arguments of a function call are also checked.
    assert_eq!(codes("let x = floor(y)"), [("unknown-name", "y")]);
    // If the branches of an `if` define a name, a call may refer to any of the definitions.
    fine("if 1 < 2 { def f(a) { core 0 } } else { def f(a, b) { core 0 } }\nf(1)\nf(1, 2)");
    // A definition in a scenario hides the script's definition.
    fine("def f(a) { core 0 }\nscenario \"s\" {\n def f() { core 0 }\n f()\n}");
    assert_eq!(
        codes("scenario \"s\" { def f() { core 0 } }\nf()"),
        [("unknown-function", "f")]
    );
}

#[test]
fn definitions_do_not_recurse() {
    let one = found("def f(n) { f(n - 1) }").remove(0);
    assert_eq!(
        (one.code, one.message.as_str()),
        (Code::Recursion, "`f` calls itself")
    );

    let script = "def a() { b() }\ndef b() { c() }\ndef c() { if 1 < 2 { a() } }\na()";
    let circle = found(script);
    assert_eq!(circle.len(), 1, "{circle:?}");
    assert_eq!(
        circle[0].message,
        "`a` calls `b`, which calls `c`, which calls `a`"
    );
    let places: Vec<&str> = circle[0]
        .related
        .iter()
        .map(|(span, _)| &script[span.start as usize..span.end as usize])
        .collect();
    assert_eq!(places, ["c", "a"]);

    assert_eq!(
        codes("def f(n) { let x = max(f(1), 2) }"),
        [("recursion", "f")]
    );
    // These calls form no cycle.
    fine("def a() { b(); c() }\ndef b() { c() }\ndef c() { core 0 }\na()");
    // An inner definition that hides the outer one is a different definition.
    fine("def f() {\n def g() { core 0 }\n g()\n}\ndef g() { f() }");
}

#[test]
fn long_chains_of_definitions_are_followed() {
    let links = (0..20_000).map(|i| format!("def f{i}() {{ f{}() }}\n", i + 1));
    let mut script = links
        .chain(["def f20000() { core 0 }\n".to_owned()])
        .collect::<Vec<_>>()
        .concat();
    fine(&script);
    script = script.replace("{ core 0 }", "{ f0() }");
    assert_eq!(codes(&script), [("recursion", "f1")]);
}

#[test]
fn names_that_must_differ() {
    assert_eq!(codes("def f(a, b, a) { core 0 }"), [("duplicate", "a")]);
    let twice =
        found("scenario \"x\" { core 0 }\nscenario \"y\" { core 0 }\nscenario \"x\" { core 0 }");
    assert_eq!(twice.len(), 1);
    assert_eq!(twice[0].code, Code::Duplicate);
    assert!(twice[0].related[0].0.start < twice[0].span.start);
}

#[test]
fn mistakes_come_in_the_order_of_the_text() {
    let script = "let a = x\ndef f(n) { f(n) }\nlet b = y";
    assert_eq!(
        codes(script),
        [
            ("unknown-name", "x"),
            ("recursion", "f"),
            ("unknown-name", "y")
        ]
    );
}

#[test]
fn unknown_names_are_not_suggested() {
    let wrong = found("let known = 1\nlet a = alpha1\nlet b = alpha2\nlet c = knwon");
    let near: Vec<Option<&str>> = wrong
        .iter()
        .map(|one| one.fix.as_ref().map(|fix| &*fix.text))
        .collect();
    assert_eq!(near, [None, None, Some("known")]);
}

#[test]
fn diagnostics_past_a_report_have_no_suggestions() {
    let line = |n: usize| format!("let known{n} = 1\nlet x = knowm{n}\n");
    let script: String = (0..200).map(line).collect();
    let guessed: Vec<bool> = found(&script).iter().map(|one| one.fix.is_some()).collect();
    assert_eq!(guessed, [[true; 100], [false; 100]].concat());
}

#[test]
fn operations_that_a_question_asks_about_twice() {
    let warned = |body: &str| {
        let script = format!("machine simple\nquestion \"q\" {{ {body} }}");
        let (sources, script, wrong) = read_text("q.pw", &script, &mut ());
        assert_eq!(wrong, [], "{body}");
        let found = super::unlikely(&script.body, &script.body, &sources, |_| false);
        let fix = |one: &Diagnostic| one.fix.as_ref().map(|fix| fix.text.clone());
        found
            .iter()
            .map(|one| fix(one).unwrap_or_default())
            .collect::<Vec<_>>()
    };
    // Only the latest operation is `last`.
    for body in [
        "ask read 0x28F => vpn; ask read 0x300 => tlb; ask read 0x28F => cache",
        "part \"a\" { ask 0x28F => vpn }; part \"b\" { ask write 0 = 1 => pa }; part \"c\" { ask 0x28F => cache }",
    ] {
        assert_eq!(warned(body), [""], "{body}");
    }
    for body in [
        "ask read 0x28F => vpn; ask read  0x28F => ppn",
        "part \"a\" { ask 0x28F => vpn }; part \"b\" { text \"Now the cache.\"; ask 0x28F => cache }",
        "P: ask write 0x28F = 1 => vpn; ask tlb columns v; P: ask write 0x28F = 1 => ppn",
    ] {
        assert_eq!(warned(body), ["last"], "{body}");
    }
    for body in [
        "ask read 0x028F => vpn; ask read 0x28F => ppn",
        "ask read 0x28F => vpn; ask read 655 => ppn",
        "ask 0x28F => vpn; ask read 0b10_1000_1111 => ppn",
        "ask read 0x28F => vpn; ask read 0x28F size 1 => ppn",
        "let va = 0x28F; ask read va => vpn; ask read 0x28F => ppn",
        "ask read 0x28F => vpn; let va = 655; ask read va => ppn",
        "ask replay p => cache.misses; ask replay p => cache.hits",
    ] {
        assert_eq!(warned(body), ["last"], "{body}");
    }
    for body in [
        "ask read 0x28F => vpn; ask read 0x28F size 2 => ppn",
        "let va = 0x28F; ask read va => vpn; let va = 0x300; ask read va => ppn",
        // The author wants the value of one fact in both runs.
        "ask read 0x28F => vpn, tlb; ask read 0x28F => tlb",
        "ask read 0x28F => vpn; ask last => ppn",
        "ask read 0x28F => vpn; read 0x300; ask read 0x28F => tlb",
        "ask read 0x28F => tlb; ask read 0x300 => tlb; ask read 0x28F => tlb, cache",
        "ask read 0x28F => tlb; ask read 0x300 => tlb; read 0x300; ask read 0x28F => cache",
        "ask probe read 0x28F => vpn; ask probe read 0x28F => ppn",
        "ask reference 1 2 { frames 1 } => faults; ask reference 1 2 { frames 1 } => hits",
        "P: ask read 0x28F => vpn; Q: ask read 0x28F => ppn",
        "let last = 5; ask read 0x28F => vpn; ask read 0x28F => ppn",
    ] {
        assert_eq!(warned(body), [""; 0], "{body}");
    }
}

#[test]
fn only_the_parent_goes_on_after_a_fork() {
    let warned = |script: &str| {
        let (sources, parsed, wrong) = read_text("f.pw", script, &mut ());
        assert_eq!(wrong, [], "{script}");
        let found = super::unlikely(&parsed.body, &parsed.body, &sources, |_| false);
        let at =
            |one: &Diagnostic| script[one.span.start as usize..one.span.end as usize].to_owned();
        found.iter().map(at).collect::<Vec<_>>()
    };
    for (script, place) in [
        ("repeat 3 { A: let b = fork() }", "let b = fork()"),
        ("for i in 0..3 { A { fork() } }", "fork()"),
        ("A { fork(); write(1, \"x\", 1) }", "fork()"),
        ("scenario \"s\" { process A; fork(); read 0x100 }", "fork()"),
        ("if 1 == 1 { fork(); exit(0) }", "fork()"),
        ("process A\nfork()\nfork()", "fork()"),
        ("let pid = fork()\nif pid == 0 { exit(0) }", "pid == 0"),
    ] {
        assert_eq!(warned(script), [place], "{script}");
    }
    for script in [
        "repeat 3 { A: let b = fork(); b: exit(0) }",
        "repeat 3 { let b = fork()\nb { read 0x100 } }",
        "for i in 0..2 { P1: let twin = fork() }\nexpect twin == 5",
        "P1 { let child = fork(); write 0x600000 = 'x' }",
        "P: let child = fork()\nP: fork()\nchild: fork()",
        "A { fork(); wait() }",
        "A: fork()\nexpect kernel.processes == 2\nA: read 0x100",
        "A { fork() }",
        "repeat fork() - 3 { getpid() }",
    ] {
        assert_eq!(warned(script), [""; 0], "{script}");
    }
}

#[test]
fn figures_of_strings_that_questions_ask_about() {
    let spans = |script: &str| {
        let parsed = parse(0, script, &mut ());
        assert_eq!(parsed.diagnostics, [], "{script}");
        let found = super::unlikely::revealed(&parsed.body);
        found
            .iter()
            .map(|d| script[d.span.start as usize..d.span.end as usize].to_owned())
            .collect::<Vec<_>>()
    };
    let string = "reference 1 2 { frames 1 }";
    for asked in [
        format!("{string}; figure reference; ask reference columns hit"),
        format!("{string}; ask reference columns hit; figure reference"),
        format!("ask {string} => faults; figure reference"),
    ] {
        assert_eq!(
            spans(&format!("question \"q\" {{ {asked} }}")),
            ["figure reference"],
            "{asked}"
        );
    }
    for open in [
        format!("{string}; figure reference; ask \"faults\" = 2"),
        format!("{string}; figure reference; {string}; ask reference columns hit"),
        format!("{string}; figure reference; ask {string} => faults"),
        format!("ask {string} => faults; {string}; figure reference"),
    ] {
        assert_eq!(
            spans(&format!("question \"q\" {{ {open} }}")),
            [""; 0],
            "{open}"
        );
    }
}

/// Doubled braces print braces, as in C.
#[test]
fn code_in_doubled_braces_is_no_value() {
    let warned = |text: &str| {
        let script =
            format!("let n = 3\nquestion \"q\" {{ text \"\"\"{text}\"\"\"; ask \"n\" = n }}");
        let (sources, script, wrong) = read_text("q.pw", &script, &mut ());
        assert_eq!(wrong, [], "{text}");
        super::ignored(&script.body, &script.body, &sources).len()
    };
    assert_eq!(warned("`if (x) {{ y(); }}`"), 0);
    assert_eq!(warned("n is {{ n }}"), 1);
}
