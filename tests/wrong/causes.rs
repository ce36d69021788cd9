//! Scripts with one cause and several consequences. The first message names the cause, and a fix is applied there.

use pagewalk_script::api::CheckedScript;
use pagewalk_script::editor::{Document, OpenTexts};
use pagewalk_script::lang::diagnostic::Diagnostic;
use std::fmt::Write as _;
use std::fs;

/// Scripts with the line of the first message, a part of the message or its help, and the first line that the fix changes, or an
/// empty text for no fix. `/` separates lines.
#[rustfmt::skip]
const CASES: &[(&str, usize, &str, &str)] = &[
    ("read 0x3D4 => vpn 0x0F/read 0x3D8/flush tlb/show tlb", 1, "also in lines 2, 3, 4", ""),
    ("machine simple/let x = foo + 1/let y = foo + 2", 2, "also in line 3", ""),
    ("machine simple/let bse = 0x3C0/read base/read base + 4", 2, "nothing uses this variable", "let base = 0x3C0"),
    ("kernel { frames 8 }/P1: let p = malloc(16)/P1: write p = 1/let child = fork()", 2, "declare the process", "process P1"),
    ("machine/  virtual 14 bits/  physical 12 bits/  page 64 B/}/read 0x3D4", 1, "opens no block", "machine {"),
    ("machine simple/for i in 0..4/  read i/}/show 1", 2, "opens no block", "for i in 0..4 {"),
    ("machine simple/question \"T\" points 5 {/  text \"\"\"A byte./  ask read 0x3D4 => vpn/}/expct 1", 3, "never closed", ""),
    ("scenario \"a\" {/  machine simple/  read 0x3D4/expect tlb.mises == 1", 1, "never closed", "}"),
    ("sets \"a\" points 4 {/  ask \"Number of sets\" = 4/}", 1, "no statement begins with `sets`", ""),
    // A name cannot be a keyword, a condition is not a statement, and a part is not a fact.
    ("let = 64", 1, "let NAME = VALUE", ""),
    ("machine simple/if read 0x3D4 => tlb hit {/  show tlb/}", 2, "a condition is a value", "read 0x3D4; if last.tlb == \"hit\" {"),
    ("show tlb", 1, "no machine", ""),
    // Characters of other alphabets and input methods.
    ("machine simple/read 0x03D4 => vpn １５，tlb miss", 2, "full-width", "read 0x03D4 => vpn 15,tlb miss"),
    ("machine simple/expect machine.pages == 2⁸", 2, "superscript", "expect machine.pages == 2**8"),
    ("machine simple/r\u{435}ad 0x03D4", 2, "Cyrillic", "read 0x03D4"),
    ("machine simple/set tlb {/  set │ tag ppn/  ────┼────/  3 │ 03 0D/}", 2, "drawn by `show`", "  set | tag ppn"),
    // Names of other tools and of the textbook.
    ("machine { n 14 bits, physical 12 bits, page 64 B }", 1, "did you mean `virtual`", "machine { virtual 14 bits, physical 12 bits, page 64 B }"),
    ("reference 1 2 { frames 1, replacement min }", 1, "optimal", "reference 1 2 { frames 1, replacement optimal }"),
    // Pasted output, slides, and shells.
    ("machine simple/read 0x03D4        first.pw:13", 2, "part of the output", "read 0x03D4"),
    ("machine simple/• read 0x3D4", 2, "mark of a list", "read 0x3D4"),
    ("machine simple/pagewalk> read 0x3D4", 2, "prompt", "read 0x3D4"),
    ("machine simple/read 0x3D4 => tlb miss/  ✓ tlb miss", 3, "output", ""),
    ("machine simple/ﬂush tlb", 2, "ligature", "flush tlb"),
    // Facts: each message is at its own fact, and the machine has the suggested one.
    ("machine simple/read 0x3D4 => foo 3, offset 0x14", 2, "no fact `foo`", ""),
    ("machine simple/read 0x3D4 => page 0x0F, page_fault no", 2, "virtual page number", "read 0x3D4 => vpn 0x0F, page_fault no"),
    ("machine simple/read 0x3D4 => VPN 0x0F, TLBI 3", 2, "no fact `VPN`", "read 0x3D4 => vpn 0x0F, TLBI 3"),
    ("machine simple/read 0x3D4 => tlb_hit no", 2, "followed by its value", "read 0x3D4 => tlb miss"),
    ("machine simple/raed 0x03D4 => vpn 0x0F, tlb mis, pnp 0x0D", 2, "did you mean `read`", "read 0x03D4 => vpn 0x0F, tlb mis, pnp 0x0D"),
    ("machine { physical 16 bits, cache { sets 4, ways 1, block 16 B } }/read 0x10 => hit", 2, "name and a value", "read 0x10 => cache hit"),
    ("process P1/open(\"no\", O_RDONLY) => returns -ENOENT", 2, "the fact `error`", "open(\"no\", O_RDONLY) => error ENOENT"),
    ("machine simple/expect tlb.misses == 0 && tlb.hits == 0", 2, "write `and`", "expect tlb.misses == 0 and tlb.hits == 0"),
    ("process P1/info proc mappings", 2, "areas of a process", "show maps"),
    ("machine simple/read 0x3D4/if tlb.hits == 0 {/  show 1/} elif tlb.hits == 1 {/  show 2/}", 5, "else if", "} else if tlb.hits == 1 {"),
    ("hex 980", 1, "in parentheses", "show hex(980)"),
    ("machine simple/for va in range(0x3C0, 0x400, 16) {/  read va/}", 2, "no step", "for va in [0x3C0, 0x3D0, 0x3E0, 0x3F0] {"),
    ("include \"lib\\machine.pw\"", 1, "folders are separated by `/`", ""),
    ("kernel { frames 16, vm.swappiness 60 }", 1, "one word", ""),
    ("expect = 4 == 4", 1, "begins a statement", "expect 4 == 4"),
    // Only the wrong token is changed, and only if no other token can be wrong.
    ("machine simple/let size = 4/show 3 * sizesize 5", 3, "", ""),
    ("machine simple/let a = [1, , 3]", 2, "a value is missing", ""),
    ("machine simple/read 0 => fault , vpn 0", 2, "`fault` needs a value", ""),
    ("machine simple/read 0 0 => vpn 0", 2, "takes no other value", "read 0 => vpn 0"),
    ("machine simple/translate 0 write", 2, "does not accept the word `write`", "translate 0 for write"),
    ("machine simple/choose walked in in 0..4", 2, "in", "choose walked in 0..4"),
    ("machine simple/read (1 + 2 )) => vpn 0", 2, "closes nothing", "read (1 + 2 ) => vpn 0"),
    ("def f(x) { expect x == 1 )/f(1)", 1, "`{` is closed by `)`", "def f(x) { expect x == 1 }"),
    ("machine simple/set page_table {/  | vpn ppn v |/  | 0F  0D  1 |/  | 10  0E 5  1 |/}", 5, "remove `5`", "  | 10  0E  1 |"),
    ("machine simple/set page_table {/  | vpn | | v |/  | 0F  | 0D | 1 |/}", 4, "header has 2", ""),
    ("machine simple/choose ength in [1, 2]/expect length < 3 and length > 0", 2, "nothing uses", "choose length in [1, 2]"),
    ("process P1/let p = malloc( }9)/child: write p = 2", 2, "never closed", ""),
    // Contents, processes, and values without their verbs.
    ("machine simple/page_table {/  | vpn ppn |/  | 0F 0D |/}", 2, "changed with `set`", "set page_table {"),
    ("process P1/let pid = fork()/child: read 0x400000", 3, "names the new process", "pid: read 0x400000"),
    ("process P1/P1: {/  let a = malloc(10)/}", 2, "remove `:`", "P1 {"),
    ("process P1/let p = malloc(9)/show *p", 3, "not dereferenced", "show byte(p)"),
    ("machine simple/980 >> 6", 2, "`show` prints a value", "show 980 >> 6"),
    ("machine simple/set stats", 2, "no statement can set them", ""),
    ("machine simple/read 0x3C0..0x3D0", 2, "exactly one address", "for va in 0x3C0..0x3D0 { read va }"),
    ("machine simple/read 0x3D4, 4 bytes", 2, "follows `size`", "read 0x3D4 size 4"),
    ("machine { physical 12 bits, cache { S 4, ways 2, block 16 B } }", 1, "did you mean `sets`", "machine { physical 12 bits, cache { sets 4, ways 2, block 16 B } }"),
    ("question \"Q\" { choice \"Which?\" correct \"VPN\" wrong \"VPO\" }", 1, "options in braces", ""),
];

/// Returns the line, the texts, and the first line that the fix changes.
fn described(script: &CheckedScript, first: &Diagnostic, text: &str) -> (usize, String, String) {
    let line = script
        .sources
        .location(first.span)
        .map_or(0, |(_, at)| at.line);
    let edit = first.fix.as_ref().and_then(|fix| fix.edit(text));
    let fixed = edit.map_or_else(String::new, |edit| {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        format!("{}{}{}", &text[..start], edit.replacement, &text[end..])
    });
    let new = fixed
        .lines()
        .find(|line| !text.lines().any(|old| old == *line));
    let said = format!(
        "{} / {}",
        first.message,
        first.help.as_deref().unwrap_or_default()
    );
    (line, said, new.unwrap_or_default().to_owned())
}

#[test]
fn the_first_message_names_the_cause() {
    let mut messages = String::new();
    for (script, line, part, fixed) in CASES {
        let text = format!("{}\n", script.replace('/', "\n"));
        let checked = CheckedScript::from_text("cause.pw", &text, &mut ());
        let found = checked
            .diagnostics
            .first()
            .map(|first| described(&checked, first, &text));
        let right = found
            .as_ref()
            .is_some_and(|(at, said, new)| at == line && said.contains(part) && new == fixed);
        if !right {
            let _ = writeln!(
                messages,
                "{script}\nwant {line}, {part}, {fixed}\n{found:?}\n"
            );
        }
    }
    assert!(messages.is_empty(), "{messages}");
}

#[test]
fn no_mistake_hides_another_one_on_its_line() {
    for (script, fixes) in [
        (
            "machine { virtal 14 bits, physcal 12 bits, pge 64 B }",
            ["virtual", "physical", "page"],
        ),
        (
            "machine { n 14 bits, m 12 bits, P 64 B }",
            ["virtual", "physical", "page"],
        ),
        (
            "machine simple\nread 0x3D4 => vpnn 0x0F, tlbbi 3, ppnn 0x0D",
            ["vpn", "tlbi", "ppn"],
        ),
    ] {
        let checked = CheckedScript::from_text("line.pw", script, &mut ());
        let found = checked.diagnostics.iter();
        let found: Vec<&str> = found
            .map(|one| one.fix.as_ref().map_or("", |fix| &*fix.text))
            .collect();
        assert_eq!(found, fixes, "{script}");
    }
}

#[test]
fn a_mistake_in_a_machine_file_is_also_marked_in_the_script() {
    let folder = tempfile::tempdir().expect("a folder");
    let machine = "virtual: 14 bits\nphysical: 12 bits\npage-size: 64 B\n";
    fs::write(folder.path().join("lab.yaml"), machine).expect("a file");
    let (path, text) = (folder.path().join("a.pw"), "machine \"lab.yaml\"\n");
    fs::write(&path, text).expect("a file");
    let checked = CheckedScript::from_path(&path);
    let help = checked.diagnostics[0].help.as_deref();
    assert_eq!(help, Some("did you mean `page`?"));
    let open = OpenTexts {
        texts: [(folder.path().join("lab.yaml"), machine.into())]
            .into_iter()
            .collect(),
        other: None,
    };
    let document = Document::new(&path, text, open);
    let problems = document.diagnostics();
    let own = problems
        .iter()
        .find(|one| one.location.path.ends_with("a.pw"));
    let own = own.expect("a mark in the script");
    assert_eq!(
        (own.code, own.location.range.clone()),
        ("unknown-setting", 8..18)
    );
}
