//! Checks that a diagnostic's fix removes the mistake without adding another, and that the help shows the
//! inserted text.

use pagewalk_script::api::CheckedScript;
use pagewalk_script::lang::diagnostic::{Code, Diagnostic};
use pagewalk_script::lang::edit::TextEdit;
use pagewalk_script::lang::include::{Disk, read_text};
use pagewalk_script::run::record::StepRecord;
use pagewalk_script::run::session::Options;
use pagewalk_script::run::{Files, run};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use crate::fences::fences;
use crate::wrong::cases::CASES;

/// The diagnostics of a text.
fn wrong(text: &str) -> Vec<Diagnostic> {
    let (mut sources, script, mut wrong) = read_text("script.pw", text, &mut Disk);
    if wrong.is_empty() {
        let (files, unread) = Files::read(&script.body, &mut sources, &mut Disk);
        wrong = unread;
        if wrong.is_empty() {
            let options = Options {
                max_steps: 100_000,
                max_memory: 64 << 20,
                ..Options::default()
            };
            let mut records: Vec<StepRecord> = Vec::new();
            wrong = run(&script.body, &sources, &files, options, &mut records).diagnostics;
        }
    }
    wrong
}

/// The text with this fix, and the range of the inserted bytes.
fn with_fix(text: &str, diagnostic: &Diagnostic) -> Option<(String, usize, usize)> {
    let TextEdit {
        span,
        replacement: new,
    } = diagnostic
        .fix
        .as_ref()
        .filter(|fix| fix.span.file == 0)?
        .edit(text)?;
    let (start, end) = (span.start as usize, span.end as usize);
    Some((
        format!("{}{new}{}", &text[..start], &text[end..]),
        start,
        start + new.len(),
    ))
}

/// Whether two mistakes are the same, regardless of their locations.
fn same(one: &Diagnostic, other: &Diagnostic) -> bool {
    (one.code, &one.message) == (other.code, &other.message)
}

/// The reason why a fix is wrong, or an empty text for a correct fix.
fn broken(text: &str, diagnostic: &Diagnostic) -> String {
    let Some((new, start, end)) = with_fix(text, diagnostic) else {
        return String::new();
    };
    let before = wrong(text)
        .iter()
        .filter(|other| same(diagnostic, other))
        .count();
    let after = wrong(&new);
    let still = after.iter().filter(|other| same(diagnostic, other)).count() >= before;
    let there =
        |other: &&Diagnostic| (other.span.start as usize) < end && start < other.span.end as usize;
    // After the name is fixed, a function may have too few arguments, and a fact may have no value.
    let known = |other: &&Diagnostic| match diagnostic.code {
        Code::UnknownFunction => other.code == Code::WrongCount,
        Code::UnknownFact => other.code == Code::NoAnswer,
        _ => false,
    };
    let fresh = after.iter().find(|other| there(other) && !known(other));
    if still || fresh.is_some() {
        return format!("{text}\n{diagnostic:#?}\n-> {new}\n{fresh:#?}\n");
    }
    String::new()
}

/// The failing scripts on the reference page about diagnostics.
fn documented() -> Vec<String> {
    let text = fs::read_to_string("docs/reference/diagnostics.md").expect("the page of the codes");
    let failing = fences(&text).filter(|piece| piece.info == Some("pagewalk,fails"));
    failing.map(|piece| piece.body.to_owned()).collect()
}

#[test]
fn a_fix_removes_its_diagnostic_and_adds_none_there() {
    let own = WRITTEN.iter().map(|(script, _)| (*script).to_owned());
    let cases = CASES.iter().map(|(_, _, script)| (*script).to_owned());
    let (mut messages, mut codes, mut fixes) = (String::new(), BTreeSet::new(), 0);
    for script in documented().into_iter().chain(cases).chain(own) {
        for diagnostic in wrong(&script)
            .iter()
            .filter(|diagnostic| diagnostic.fix.is_some())
        {
            messages += &broken(&script, diagnostic);
            codes.insert(diagnostic.code.name());
            fixes += 1;
        }
    }
    assert!(messages.is_empty(), "{messages}");
    assert!(
        codes.len() >= 18,
        "only {} codes have a fix: {codes:?}",
        codes.len()
    );
    assert!(fixes >= 90, "only {fixes} fixes");
}

/// The codes of the documented mistakes for which Pagewalk suggests a fix.
#[test]
fn most_names_in_the_page_of_diagnostics_have_a_fix() {
    let mut codes = BTreeSet::new();
    for script in documented() {
        for diagnostic in wrong(&script) {
            if with_fix(&script, &diagnostic).is_some() {
                codes.insert(diagnostic.code.name());
            }
        }
    }
    let named = [
        "bad-points",
        "unclosed",
        "unknown-fact",
        "unknown-function",
        "unknown-name",
        "unknown-noun",
        "unknown-path",
        "unknown-setting",
        "unknown-verb",
        "unknown-word",
        "value-too-wide",
    ];
    let missing: Vec<&str> = named
        .into_iter()
        .filter(|name| !codes.contains(name))
        .collect();
    assert_eq!(missing, [""; 0], "{codes:?}");
}

/// The help contains the text that the fix inserts.
#[test]
fn the_help_shows_the_inserted_text() {
    let own = WRITTEN.iter().map(|(script, _)| (*script).to_owned());
    let cases = CASES.iter().map(|(_, _, script)| (*script).to_owned());
    for script in documented().into_iter().chain(cases).chain(own) {
        for Diagnostic {
            help,
            fix,
            message,
            label,
            ..
        } in wrong(&script)
        {
            let Some(fix) = fix else { continue };
            let help = help.unwrap_or_default();
            let text = fix.text.trim();
            let said = [help.as_str(), &message, &label]
                .iter()
                .any(|said| said.contains(text));
            let quotes = text.starts_with(['"', '\'']) && help.contains("quotes");
            assert!(
                !help.is_empty() && (said || quotes),
                "{script}\n{fix:?}\n{help}"
            );
        }
    }
}

/// Scripts with one mistake, each with the fixed script.
#[rustfmt::skip]
const WRITTEN: &[(&str, &str)] = &[
    ("machine simple\nraed 0x3D4", "machine simple\nread 0x3D4"),
    ("machine simple\nread 0x3D4 => vnp 0x0F", "machine simple\nread 0x3D4 => vpn 0x0F"),
    ("machine sipmle", "machine simple"),
    ("machine simple\nread 0 => vpn = 0", "machine simple\nread 0 => vpn 0"),
    ("machine simple\nread 0 => vpn==0", "machine simple\nread 0 => vpn 0"),
    ("machine simple\nread 0 => vpn 0 tlb miss", "machine simple\nread 0 => vpn 0, tlb miss"),
    ("machine simple\nread 0 -> vpn 0", "machine simple\nread 0 => vpn 0"),
    ("machine simple\nread 0 ⇒ vpn 0", "machine simple\nread 0 => vpn 0"),
    ("machine simple\nread 0x3D4 => ppn 0D", "machine simple\nread 0x3D4 => ppn 0x0D"),
    ("machine { physical = 12 }", "machine { physical 12 }"),
    ("machine { physical: 12 }", "machine { physical 12 }"),
    ("machine { physical 12, cache { size 1 kb, block 4 B } }", "machine { physical 12, cache { size 1 KB, block 4 B } }"),
    ("machine { physical 12, cache { lines 4, block 4 B, ways 2, ways 2 } }", "machine { physical 12, cache { lines 4, block 4 B, ways 2 } }"),
    ("machine { physical 12, cache { lines 4, size 16 B, block 4 B } }", "machine { physical 12, cache { lines 4, block 4 B } }"),
    ("let x = 8kb", "let x = 8KB"),
    ("let x = 8 kb", "let x = 8 KB"),
    ("let x = 1F", "let x = 0x1F"),
    ("let x == 3", "let x = 3"),
    ("x = 3", "let x = 3"),
    ("if 1 = 1 { }", "if 1 == 1 { }"),
    ("let x = true && false", "let x = true and false"),
    ("let x = 3 − 1", "let x = 3 - 1"),
    ("let x = 3 ≠ 1", "let x = 3 != 1"),
    ("let x = “abc”", "let x = \"abc\""),
    ("let x = 'abc'", "let x = \"abc\""),
    ("let x = \"abc", "let x = \"abc\""),
    ("let x = (1 + 2", "let x = (1 + 2)"),
    ("let x = ((1 + 2) * 3  # three\nlet y = 1", "let x = ((1 + 2) * 3)  # three\nlet y = 1"),
    ("let x = (1 + 2]", "let x = (1 + 2)"),
    ("let x = [(1 + 2, 3]", "let x = [(1 + 2, 3)]"),
    ("let x = 1 + 2)", "let x = 1 + 2"),
    ("if true {\n  let x = 1\nlet y = 2", "if true {\n  let x = 1\n}\nlet y = 2"),
    ("repeat 2 {\n  if true {\n    let x = 1\n}\n", "repeat 2 {\n  if true {\n    let x = 1\n  }\n}\n"),
    ("if true { let x = 1", "if true { let x = 1 }"),
    ("let a = 2\nlet b = 1\nlet d = a-b", "let a = 2\nlet b = 1\nlet d = a - b"),
    ("machine simple\nwrite 0x3D4 = 0x100", "machine simple\nwrite 0x3D4 = 0x100 size 2"),
    ("file \"data.txt\" = \"x\"\nlet n = file_size(\"dta.txt\")", "file \"data.txt\" = \"x\"\nlet n = file_size(\"data.txt\")"),
    ("process parent\nprocess child\nparnet: getpid()", "process parent\nprocess child\nparent: getpid()"),
    ("machine simple\nset tlb { | set tga | }", "machine simple\nset tlb { | set tag | }"),
    ("machine simple\nset tlb { | set \"tga\" | }", "machine simple\nset tlb { | set \"tag\" | }"),
    ("machine simple\nset cr3 == 0", "machine simple\nset cr3 = 0"),
];

#[test]
fn a_fix_writes_the_intended_text() {
    let mut messages = String::new();
    for (script, wanted) in WRITTEN {
        let found = wrong(script);
        let texts: Vec<_> = found
            .iter()
            .map(|diagnostic| with_fix(script, diagnostic))
            .collect();
        let [Some((text, ..))] = texts.as_slice() else {
            let _ = writeln!(messages, "{script}\n{found:#?}");
            continue;
        };
        if text != wanted {
            let _ = writeln!(messages, "{script}\n-> {text}\nnot {wanted}");
        }
    }
    assert!(messages.is_empty(), "{messages}");
}

/// The fix does not change a name that is computed or defined in another file.
#[test]
fn names_defined_elsewhere_are_not_changed() {
    let script = "file \"data.txt\" = \"x\"\nlet name = \"dta.txt\"\nlet n = file_size(name)";
    let found = wrong(script);
    assert_eq!((found.len(), found[0].fix.is_some()), (1, true));
    assert_eq!(with_fix(script, &found[0]), None);
}

/// Removes each bracket and quote of every example in turn.
#[test]
fn a_bracket_left_out_of_an_example_is_put_back_or_nothing_is_offered() {
    let (mut messages, mut offered, mut healed) = (String::new(), 0, 0);
    let examples = ["first", "fork", "mmapcopy", "tlb-reach-and-eat", "malloc"]
        .map(|name| format!("examples/{name}.pw"));
    for path in examples {
        let text = fs::read_to_string(&path).expect("an example");
        for (at, bracket) in text.match_indices([')', ']', '}', '"']) {
            let cut = format!("{}{}", &text[..at], &text[at + bracket.len()..]);
            let found = read_text("script.pw", &cut, &mut Disk).2;
            for diagnostic in found.iter().filter(|diagnostic| diagnostic.fix.is_some()) {
                let Some((new, ..)) = with_fix(&cut, diagnostic) else {
                    continue;
                };
                offered += 1;
                let after = read_text("script.pw", &new, &mut Disk).2;
                healed += usize::from(after.is_empty());
                if after.len() >= found.len() && after.iter().any(|other| same(diagnostic, other)) {
                    let _ = writeln!(messages, "{path}: byte {at}: {diagnostic:#?}\n{after:#?}");
                }
            }
        }
    }
    assert!(messages.is_empty(), "{messages}");
    assert!(
        offered >= 10 && healed * 2 > offered,
        "{healed} of {offered}"
    );
}

/// The braces of a program in a text begin no values. A text that is only a program becomes a listing.
#[test]
fn a_program_in_a_text_is_a_mistake_with_a_fix() {
    for (text, fixed) in [
        (
            "int f(void) { for (i = 0; i < N; i++) s += a[i]; }",
            "```int f(void) { for (i = 0; i < N; i++) s += a[i]; }```",
        ),
        (
            "struct { int x; }  and  f() { return n; }  and `int` code",
            "struct {{ int x; }}  and  f() {{ return n; }}  and `int` code",
        ),
    ] {
        let script = |text: &str| {
            format!("question \"C\" points 1 {{\n  text \"\"\"{text}\"\"\"\n  ask \"x\" = 1\n}}\n")
        };
        let mistakes = wrong(&script(text));
        let [mistake] = &mistakes[..] else {
            panic!("{mistakes:?}")
        };
        assert!(
            mistake.message.contains("code follows"),
            "{}",
            mistake.message
        );
        let (new, ..) = with_fix(&script(text), mistake).expect("a fix");
        assert_eq!(new, script(fixed));
        assert!(wrong(&new).is_empty(), "{:?}", wrong(&new));
    }
}

/// Another mistake in the statement hides neither the verb that was meant, nor is a fix offered that leaves it.
#[test]
fn a_misspelled_verb_is_named_beside_another_mistake() {
    let script = CheckedScript::from_text("a.pw", "machine simple\nraed 3D4h", &mut ());
    let [one] = &script.diagnostics[..] else {
        panic!("{:?}", script.diagnostics);
    };
    assert_eq!(one.help.as_deref(), Some("did you mean `read`?"));
    assert_eq!(one.fix, None);
}

#[test]
fn lines_that_end_with_carriage_returns_get_line_feeds() {
    let text = "machine simple\rread 0x3D4\r";
    let found = wrong(text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0].message,
        "the lines of this file end with carriage returns"
    );
    let fix = found[0].fix.as_ref().expect("a fix");
    assert_eq!(fix.text, "machine simple\nread 0x3D4\n");
}

/// A removed word that reverses what the statement says, a bracket that could open in several places, and a cell among numbers
/// are no fixes.
#[test]
fn a_fix_that_only_the_author_can_choose_is_not_offered() {
    let page = "machine simple\nset page_table { | vpn ppn |; | 0F 0D | }\n";
    for line in [
        "read 0x3D4 => fault page not",
        "expect 0..4) == [0, 1, 2, 3]",
        "expect log2 64 == 6",
        "if (read 0x3D4) == 3 { read 4 }",
        "read 0x3D4 => vpn 0x0F & ppn 0x0D",
        "set page_table { | vpn ppn |; | 1 34 8 | }",
        "kernel { 8 }",
        "980",
    ] {
        let script = CheckedScript::from_text("a.pw", &format!("{page}{line}\n"), &mut ());
        assert!(!script.diagnostics.is_empty(), "{line}");
        for one in &script.diagnostics {
            assert_eq!(one.fix, None, "{line}");
        }
    }
}
