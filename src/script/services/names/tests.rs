//! Tests of names. In `AaBb`, each letter is a symbol, and uppercase marks a definition.

use std::fmt::Write;

use super::kind::NameKind;
use super::{Names, Read, names, renamable, rename};
use crate::lang::edit::edited;
use crate::lang::include::{Script, Texts, read_text};
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::run::files::Files;
use crate::services::names::Role;

struct Known {
    sources: Sources,
    script: Script,
    files: Files,
    names: Names,
}

fn known(text: &str, others: &[(&str, &str)]) -> Known {
    let texts = others
        .iter()
        .map(|(path, text)| ((*path).into(), text.as_bytes().to_vec()))
        .collect();
    let mut loader = Texts { texts, other: () };
    loader.texts.insert("a.pw".into(), text.into());
    let (mut sources, script, _) = read_text("a.pw", text, &mut loader);
    let (files, _) = Files::read(&script.body, &mut sources, &mut loader);
    let names = names(&script.body, &sources, &files);
    Known {
        sources,
        script,
        files,
        names,
    }
}

/// Returns the letters for the occurrences of a name.
fn of(text: &str, name: &str) -> String {
    letters(&known(text, &[]).names, name)
}

fn letters(names: &Names, name: &str) -> String {
    let mut seen = Vec::new();
    let here = names
        .occurrences
        .iter()
        .filter(|one| &*names.symbols[one.symbol].name == name);
    here.map(|one| {
        let number = seen
            .iter()
            .position(|symbol| *symbol == one.symbol)
            .unwrap_or(seen.len());
        if number == seen.len() {
            seen.push(one.symbol);
        }
        let letter = char::from(b'a' + number as u8);
        if one.role == Role::Defines {
            letter.to_ascii_uppercase()
        } else {
            letter
        }
    })
    .collect()
}

/// Renames the name that begins where the text `at` begins, or returns the reason why this is impossible.
fn renamed(text: &str, at: &str, new: &str) -> Result<String, String> {
    let known = known(text, &[]);
    let byte = text.find(at).expect("the place") as u32;
    let one = known.names.at(0, byte).ok_or("nothing is named here")?;
    let Known {
        sources,
        script,
        files,
        names,
    } = &known;
    let read = Read {
        script: &script.body,
        sources,
        files,
        names,
    };
    let edits = rename(read, &[one.symbol], new)?;
    Ok(edited(text, Span::start_of(0), &edits))
}

fn why_not(text: &str, at: &str, new: &str) -> String {
    renamed(text, at, new).expect_err("it cannot be called so")
}

#[test]
fn a_second_let_changes_the_same_variable() {
    assert_eq!(of("let x = 1\nlet x = x + 1\nexpect x == 2", "x"), "AAaa");
    assert_eq!(
        of("if 1 < 2 { let x = 1 } else { let x = 2 }\nread x", "x"),
        "AAa"
    );
    assert_eq!(of("for i in 0..3 { read i }\nread i", "i"), "Aaa");
    assert_eq!(
        of(
            "let s = \"\"\"see {x} {x}\"\"\"\nlet x = 1\nlet t = \"\"\"{x + x}\"\"\"",
            "x"
        ),
        "Aaa"
    );
}

#[test]
fn a_scenario_hides_from_where_it_sets() {
    let script = "let x = 1\nscenario \"s\" {\n read x\n let x = 2\n read x\n}\nread x";
    assert_eq!(of(script, "x"), "AaBba");
    let question = "let x = 1\nquestion \"q\" {\n let x = 2\n ask read x => pa\n}\nquestion \"r\" { ask read x => pa }";
    assert_eq!(of(question, "x"), "ABba");
    // The second iteration reads the scenario's variable. Both variables are one symbol, because renaming only one
    // of them would change the value.
    let turns = "let x = 1\nscenario \"s\" {\n for i in 0..2 {\n  read x\n  let x = 2\n }\n}";
    assert_eq!(of(turns, "x"), "AaA");
    // After the branch, the name may refer to either variable. In the branch, the name refers only to the inner
    // variable.
    let branch = "let x = 1\nscenario \"s\" {\n if 1 < 2 { let x = 2; read x }\n}\nread x";
    assert_eq!(of(branch, "x"), "ABba");
    let after = "let x = 1\nscenario \"s\" {\n if 1 < 2 { let x = 2 }\n read x\n}";
    assert_eq!(of(after, "x"), "AAa");
    let both =
        "let x = 1\nscenario \"s\" {\n if 1 < 2 { let x = 2 } else { let x = 3 }\n read x\n}";
    assert_eq!(of(both, "x"), "ABBb");
}

#[test]
fn parameters_are_a_definitions_own() {
    let script = "let a = 1\ndef f(a) { read a }\ndef g(a) { let a = a + 1 }\nf(a)\ng(a)";
    assert_eq!(of(script, "a"), "ABbCCcaa");
    assert_eq!(of(script, "f"), "Aa");
}

#[test]
fn a_definition_sees_the_names_of_its_caller() {
    // The definition reads the script's `x`, although `x` is set only later.
    assert_eq!(of("def f() { read x }\nlet x = 1\nf()", "x"), "aA");
    // A call in a scenario with its own `x` reads that variable, so both variables are one symbol.
    let called = "let x = 1\ndef f() { read x }\nscenario \"s\" {\n let x = 2\n f()\n}\nf()";
    assert_eq!(of(called, "x"), "AaA");
    let apart = "let x = 1\ndef f() { read x }\nscenario \"s\" {\n let x = 2\n read x\n}\nf()";
    assert_eq!(of(apart, "x"), "AaBb");
    // The names of the calling definition are not visible.
    let caller = "let x = 1\ndef f() { read x }\ndef g() {\n let x = 2\n f()\n}\ng()";
    assert_eq!(of(caller, "x"), "AaB");
    // Through another definition.
    let chain = "def f() { read x }\ndef g() { f() }\nscenario \"s\" {\n let x = 2\n g()\n}";
    assert_eq!(of(chain, "x"), "aA");
    // A definition in a definition.
    let inner = "let x = 1\ndef f(x) {\n def g() { read x }\n g()\n}\nf(2)";
    assert_eq!(of(inner, "x"), "ABa");
    // An uncalled definition.
    assert_eq!(of("def f() { read x }\nlet x = 1", "x"), "aA");
}

#[test]
fn definitions_are_called_by_name() {
    assert_eq!(of("def f() { g() }\ndef g() { core 0 }\nf()", "g"), "aA");
    let hidden = "def f() { core 0 }\nscenario \"s\" {\n def f() { core 1 }\n f()\n}\nf()";
    assert_eq!(of(hidden, "f"), "ABba");
    // A variable cannot be called, so the called name refers to the system call.
    assert_eq!(
        of(
            "process P\nlet munmap = 1\nmunmap(0, 4096)\nread munmap",
            "munmap"
        ),
        "Aa"
    );
}

#[test]
fn a_child_is_a_variable_and_a_process() {
    let script = "process P1\nP1: let child = fork()\nchild: exit(0)\nP1: wait(child)\nexpect child.rss == 0\nshow layout child";
    assert_eq!(of(script, "child"), "Aaaaa");
    assert_eq!(of(script, "P1"), "Aaa");
    let script = "process P1\ndef born() { let kid = fork() }\nP1 { born() }\nkid: exit(0)\nexpect kid.state == \"zombie\"";
    assert_eq!(of(script, "kid"), "Aaa");
    // A process and a variable of the same name are two symbols.
    assert_eq!(
        of("process P\nlet P = 1\nP: read P\nexpect P.rss == P", "P"),
        "ABabab"
    );
}

#[test]
fn processes_appear_in_nouns_tables_and_operands() {
    let script = "kernel { frames 4, swap 4 slots }\nprocess P1\nprocess P2\nP1: read 0x1000\nswap out P1 0x1000\n\
        expect P1.resident { | vpn frame | }\nshow tables P1\nexpect swap {\n | slot process vpn |\n | 0 P1 1 |\n}\n\
        expect frames {\n | frame maps |\n | 0 P2:1,P1:1 |\n}\nchoose x in 0..4 where P1: read x => fault none";
    assert_eq!(of(script, "P1"), "Aaaaaaaa");
    assert_eq!(of(script, "P2"), "Aa");
}

#[test]
fn files_are_named_in_strings_and_tables() {
    let script = "file \"data\" = \"data\"\nprocess P {\n | area start end perms backing |\n | d 1000 2000 r--p data |\n}\n\
        P: let fd = open(\"data\", O_RDONLY)\nexpect file_size(\"data\") == 4\nlet path = \"data\"\nP: open(path, 0)\n\
        def look(p) { open(p, 0) }\nP { look(\"data\") }\nlet other = \"data\"\nexpect other == \"data\"";
    assert_eq!(of(script, "data"), "Aaaaaa");
    let program = "executable \"a.out\" {\n entry 0x1000\n | section start size perms |\n | .text 1000 100 r-x |\n library \"libc.so\"\n}\n\
        process P\nP: execve(\"a.out\")\nexpect P.maps {\n | area start |\n | libc.so 7000 |\n}";
    assert_eq!(of(program, "a.out"), "Aa");
    assert_eq!(of(program, "libc.so"), "Aa");
}

#[test]
fn parts_appear_in_facts_paths_and_nouns() {
    let script = "machine {\n virtual 14 bits\n page 64 B\n tlb T1 { entries 4 }\n tlb T2 { entries 16 }\n}\n\
        read 0 => T2 miss, T2.index 0, T1.victim none\nexpect T2.hits == last.T2.index\nshow tlb T2\nflush tlb T2";
    assert_eq!(of(script, "T2"), "Aaaaaaa");
    // Each machine has its own symbol.
    let two = "machine { cache L { lines 4, block 4 B } }\nread 0 => L miss\n\
        machine { cache L { lines 8, block 4 B } }\nread 0 => L miss, served memory\nexpect last.served == \"L\"";
    assert_eq!(of(two, "L"), "AaBbb");
    // The script does not define the names of a preset.
    let preset = known(
        "machine core-i7 { cache L2 { ways 4 } }\nread 0 => L2 hit",
        &[],
    );
    assert_eq!(letters(&preset.names, "L2"), "aa");
    assert!(preset.names.symbols[0].origin.is_some());
}

#[test]
fn words_of_a_place_are_no_variables() {
    let script = "let lru = 4\nlet hit = 1\nlet page = 1\nlet read = 2\nmachine {\n virtual 14 bits\n page 64 B\n\
        tlb { entries lru, ways lru, policy lru }\n}\ntranslate 0 for read => tlb hit, fault page";
    assert_eq!(of(script, "lru"), "Aaa");
    assert_eq!(of(script, "hit"), "A");
    assert_eq!(of(script, "page"), "A");
    assert_eq!(of(script, "read"), "A");
    let pages = "let a = 1\nreference a b a { frames 3, holding [a], writes [a] } => resident [a, b], faults a";
    assert_eq!(of(pages, "a"), "Aaaaa");
    assert_eq!(
        of(
            "let a = 1\nreference [a, b] { frames 1, holding a, writes b }",
            "a"
        ),
        "Aaa"
    );
    assert_eq!(of("def f() { }\nreference [f] { frames 1 }", "f"), "A");
    assert_eq!(
        of(
            "machine simple\nlet tlb = 1\nexpect tlb.hits == tlb - 1",
            "tlb"
        ),
        "Aa"
    );
    assert_eq!(
        of(
            "let bits = 14\nmachine { virtual bits, physical 12 bits, page 64 B }",
            "bits"
        ),
        "Aa"
    );
}

#[test]
fn questions_have_one_title_everywhere() {
    let script = "exam { title \"E\", pool \"One\" pick 1 of [\"A\", \"B\"] }\nquestion \"A\" { core 0 }\nquestion \"B\" { core 0 }";
    assert_eq!(of(script, "A"), "aA");
    let known = known(script, &[]);
    let one = known
        .names
        .at(0, script.find("A\"").unwrap() as u32)
        .unwrap();
    assert_eq!(one.kind, NameKind::Question);
    assert!(
        renamable(&known.names, one)
            .unwrap_err()
            .contains("random values")
    );
}

#[test]
fn an_asked_name_is_known_only_in_its_conditions() {
    let script = "let x = 1\nquestion \"q\" {\n ask x in 0..64 where x % 2 == 0\n ask \"x\" = x\n}";
    assert_eq!(of(script, "x"), "ABba");
}

#[test]
fn names_go_through_included_files() {
    let others = [
        ("b.pw", "def f() { read y }\nlet z = 1"),
        ("c.pw", "read z"),
    ];
    let known = known(
        "include \"b.pw\"\nlet y = z\nf()\ninclude \"c.pw\"\ninclude \"c.pw\"",
        &others,
    );
    // The occurrences are in file order: a, b, and c. File c is parsed once.
    assert_eq!(letters(&known.names, "y"), "Aa");
    assert_eq!(letters(&known.names, "z"), "aAa");
    assert_eq!(letters(&known.names, "f"), "aA");
}

#[test]
fn names_around_a_broken_line_are_known() {
    assert_eq!(of("let x = 1\nlet y 4\nread x\n", "x"), "Aa");
    assert_eq!(
        of(
            "let x = 1\nlet = 4\nscenario \"s\" {\n let y (\n}\nread x",
            "x"
        ),
        "Aa"
    );
    assert_eq!(of("let x = 1\nscenario \"s\" {\n read x\n let", "x"), "Aa");
    // The words of an invalid line are resolved in the line's scope.
    assert_eq!(
        of("let x = 1\nread x size\nread x x x\nlet y = x + ", "x"),
        "Aaaaaa"
    );
    let inside = "let x = 1\nscenario \"s\" {\n let x = 2\n read x read x\n}\nx x";
    assert_eq!(of(inside, "x"), "ABbba");
    assert_eq!(of("process P\nP: read (\nlet v = \nread v", "P"), "Aa");
    assert_eq!(of("process P\nlet v 4\nread v", "v"), "Aa");
    for at in 0..=40 {
        let script = "process P\nP: let c = fork()\nc: exit(0)\n\"";
        let _ = of(&script[..at.min(script.len())], "c");
    }
}

#[test]
fn the_latest_definition_above_is_the_target() {
    let script = "let x = 1\nread x\nlet x = 2\nread x";
    let known = known(script, &[]);
    let line = |byte: usize| script[..byte].matches('\n').count();
    let go = |byte: usize| {
        let one = known.names.at(0, byte as u32).unwrap();
        line(known.names.definition(one).unwrap().span.start as usize)
    };
    assert_eq!((go(15), go(script.len() - 1)), (0, 2));
}

#[test]
fn renaming_changes_arguments_and_constants() {
    let program = "machine core-i7\nfile \"in\" = \"x\"\nprocess P\nprogram p \"\"\"\nint main(int c, char **v) { return N; }\n\"\"\"";
    let script = format!("{program}\nP: run p arguments \"in\" \"other\"");
    let expected = script.replace("\"in\"", "\"text\"");
    assert_eq!(renamed(&script, "in\"", "text"), Ok(expected));
    // `pages` is also a unit, which a variable hides after `=`.
    let script = format!("let pages = 3\n{program} {{ define N = pages, define M = 1 }}");
    let expected = script.replace("pages", "count");
    assert_eq!(renamed(&script, "pages", "count"), Ok(expected));
}

#[test]
fn renaming_changes_every_place() {
    let script = "let x = 1\nread (x)\nscenario \"x\" { let x = 2; read x + 0 }\nlet s = \"\"\"x is {x}\"\"\"";
    let expected = "let va = 1\nread (va)\nscenario \"x\" { let x = 2; read x + 0 }\nlet s = \"\"\"x is {va}\"\"\"";
    assert_eq!(renamed(script, "x)", "va").as_deref(), Ok(expected));
    let files = "file \"a\" = \"a\"\nprocess P {\n | area start end perms backing |\n | d 1000 2000 r--p a |\n}";
    let expected = "file \"a b\" = \"a\"\nprocess P {\n | area start end perms backing |\n | d 1000 2000 r--p \"a b\" |\n}";
    assert_eq!(renamed(files, "a\"", "a b").as_deref(), Ok(expected));
    assert_eq!(renamed(script, "x)", "x").as_deref(), Ok(script));
}

#[test]
fn names_that_cannot_be_had_are_refused() {
    let script = "let x = 1\nlet y = 2\nread x + y + PROT_READ\ndef f(a) { read a + x }\nf(1)";
    assert_eq!(why_not(script, "x", "in"), "`in` is a reserved word");
    assert_eq!(why_not(script, "x", "let"), "`let` is a keyword");
    assert!(why_not(script, "x", "4x").starts_with("`4x` is not a name"));
    assert!(why_not(script, "x", "a-1").starts_with("`a-1` is not a name"));
    assert_eq!(why_not(script, "f(a", "read"), "`read` is a verb");
    assert_eq!(
        why_not(script, "f(a", "hex"),
        "`hex` is a function of the language"
    );
    assert_eq!(
        why_not(script, "x", "y"),
        "`y` is already the name of a variable (line 2 of a.pw)"
    );
    // After this renaming, the definition would read its parameter instead of the variable.
    assert_eq!(
        why_not(script, "x", "a"),
        "`a` is already the name of a parameter (line 4 of a.pw)"
    );
    // After this renaming, the variable would hide the constant.
    assert!(why_not(script, "x", "PROT_READ").contains("would change the meaning of this script"));
    assert!(
        why_not("let x = 1\nshow x", "x", "geometry")
            .contains("would change the meaning of this script")
    );
    // Another definition's parameter does not conflict.
    let apart = "let x = 1\ndef f(a) { read a + 0 }\nread x";
    assert!(renamed(apart, "x", "a").is_ok());
    assert!(why_not("read 1", "1", "x").contains("nothing is named"));
    let preset = "machine core-i7\nread 0 => L1d miss";
    assert!(why_not(preset, "L1d", "D").contains("preset"));
}

#[test]
fn many_calls_cost_little() {
    let mut script = String::new();
    for n in 0..1500 {
        let next = n + 1;
        let _ = write!(
            script,
            "def f{n}() {{ read x{n} + y\n f{next}() }}\nlet x{n} = {n}\nf{n}()\n"
        );
    }
    let begun = std::time::Instant::now();
    let known = known(&script, &[]);
    assert!(known.names.symbols.len() == 3000);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}
