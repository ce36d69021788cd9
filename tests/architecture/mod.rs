//! The rules of `ARCHITECTURE.md`, checked against the sources.

mod imports;
mod rules;
mod sources;
mod words;

use imports::Crate;
use rules::{Layers, circles, layer};
use sources::{Source, rust_files};

fn layers() -> Layers {
    Layers::of_table(&std::fs::read_to_string("ARCHITECTURE.md").expect("ARCHITECTURE.md is there"))
}

fn read(sources: &[Source]) -> Crate {
    Crate::read(
        sources
            .iter()
            .map(|source| (source.path.as_str(), source.text.as_str())),
    )
}

/// Fails with a list of the findings, unless the list is empty.
fn none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

#[test]
fn no_layer_imports_from_above() {
    none(
        "imports that the table of layers does not allow",
        &layers().forbidden(&read(&rust_files("src"))),
    );
}

#[test]
fn no_files_import_in_a_circle() {
    none("circular imports", &circles(&read(&rust_files("src"))));
}

#[test]
fn each_check_says_what_it_needs() {
    // The published package does not contain the checks.
    let Ok(files) = std::fs::read_dir(".ci") else {
        return;
    };
    let is_silent = |text: &str| {
        let mut top = text.lines().take(12);
        text.starts_with("#!") && !top.any(|line| line.contains("Needs "))
    };
    let silent = files.filter_map(|file| {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        is_silent(&text).then(|| path.display().to_string())
    });
    none(
        "checks whose first lines do not say what they need",
        &silent.collect::<Vec<_>>(),
    );
}

#[test]
fn the_sources_are_read() {
    // The checks above are meaningful only if the sources were read.
    let (sources, layers) = (rust_files("src"), layers());
    let read = read(&sources);
    let arrow = |from: &str, to: &str| {
        read.arrows()
            .iter()
            .any(|arrow| read.files[arrow.from] == from && read.files[arrow.to] == to)
    };
    assert!(arrow("src/main.rs", "src/face/cli.rs"));
    assert!(arrow(
        "src/script/lang/diagnostic.rs",
        "src/script/lang/span.rs"
    ));
    assert!(arrow(
        "src/script/run/session.rs",
        "src/engine/machine/spec.rs"
    ));
    for path in sources.iter().filter_map(|source| layer(&source.path)) {
        assert!(
            layers.below(path).is_some(),
            "{path} is not a layer in the table"
        );
    }
    for low in ["files", "machine"] {
        assert_eq!(
            layers.below(low),
            Some(&[][..]),
            "{low} must not import from other layers"
        );
    }
    assert_eq!(
        layers.below("lang"),
        Some(&["files".to_owned()][..]),
        "lang must not depend on the machine"
    );
}

/// Maximum number of methods of a type. Users of a method import nothing, so a type with many methods hides which files need
/// each other.
const MOST_METHODS: usize = 40;

/// The types in `src/script` with more methods, with the reason.
const MANY_METHODS: [(&str, &str); 4] = [
    // A method for each rule of C's grammar and of its types. The rules refer to each other.
    ("src/script/c/parser.rs", "Parser"),
    // An editor's interface has a method for each feature.
    ("src/script/editor/document.rs", "Document"),
    // One pass over the bytes of a file, which shares the position and the open brackets.
    ("src/script/lang/layout/mod.rs", "Scan"),
    // A method for each rule of the grammar. The rules refer to each other.
    ("src/script/lang/parse/mod.rs", "Tree"),
];

#[test]
fn only_few_types_have_many_methods() {
    let read = read(&rust_files("src/script"));
    let methods = read.methods();
    let many = methods.iter().filter(|(_, count)| **count > MOST_METHODS);
    let many: Vec<(&str, &str)> = many.map(|(of, _)| *of).collect();
    assert_eq!(
        many, MANY_METHODS,
        "make methods free functions, which their users import"
    );
    // The methods of a type are found in all of its files.
    let run = methods[&("src/script/run/session.rs", "Run")];
    assert!((20..=MOST_METHODS).contains(&run), "{run} methods of `Run`");
}

/// The ways of the standard library to open or read a file.
const READS: [&str; 3] = ["fs::read(", "fs::read_to_string(", "File::open("];

#[test]
fn files_are_read_through_one_layer() {
    // One of these files opens a folder to lock it, and the other helps tests.
    let other = ["src/face/test/amend.rs", "src/script/report/playing.rs"];
    let may = |path: &str| path.starts_with("src/engine/files/") || other.contains(&path);
    let sources = rust_files("src")
        .into_iter()
        .filter(|source| !may(&source.path));
    let found = sources.flat_map(|source| {
        let own = source
            .text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default()
            .to_owned();
        let lines = own
            .lines()
            .enumerate()
            .filter(|(_, line)| READS.iter().any(|read| line.contains(read)));
        let found = lines.map(|(at, _)| format!("{}:{}", source.path, at + 1));
        found
            .filter(|_| !source.path.contains("tests"))
            .collect::<Vec<_>>()
    });
    none(
        "files that are read without a limit",
        &found.collect::<Vec<_>>(),
    );
}

/// Whether a line begins a literal of the struct `Check`.
fn makes_a_check(line: &str) -> bool {
    let line = line.trim();
    let ends = line.ends_with("Check {") && !line.starts_with("pub struct") && !line.contains("->");
    let before = line
        .strip_suffix("Check {")
        .and_then(|line| line.chars().last());
    ends && !line.starts_with("impl") && !before.is_some_and(char::is_alphanumeric)
}

#[test]
fn checks_of_cells_are_made_in_one_place() {
    let sources = rust_files("src/script/run").into_iter();
    let makes = sources.filter(|source| source.text.lines().any(makes_a_check));
    let makes: Vec<String> = makes.map(|source| source.path).collect();
    // The others check facts, conditions, and comparisons of whole tables.
    let expected = [
        "src/script/run/checks.rs",
        "src/script/run/table/compare.rs",
        "src/script/run/verbs/expect.rs",
    ];
    assert_eq!(makes, expected);
}

#[test]
fn statements_are_bound_in_one_place() {
    let looks_into = [
        "Param::Optional(",
        "Param::OneOf(",
        "Param::Many(",
        "Param::Ways(",
        "params.leaves()",
        " ways(",
    ];
    let reads = |line: &str| {
        let code = line.trim_start();
        !code.starts_with("//") && looks_into.iter().any(|part| code.contains(part))
    };
    let sources = rust_files("src/script").into_iter();
    let others = sources.filter(|source| !source.path.starts_with("src/script/run/bind/"));
    let readers =
        others.filter(|source| source.text.contains("run::bind") && source.text.lines().any(reads));
    let readers: Vec<String> = readers.map(|source| source.path).collect();
    // These files print the usage as a snippet, and color alternatives of settings.
    let expected = [
        "src/script/services/complete/field.rs",
        "src/script/services/complete/token_role.rs",
    ];
    assert_eq!(readers, expected);
}

#[test]
fn one_file_writes_svg() {
    let opens = |line: &str| line.contains("<svg ") && !line.trim_start().starts_with("//");
    let writers: Vec<String> = rust_files("src")
        .into_iter()
        .filter(|source| source.text.lines().any(opens))
        .map(|source| source.path)
        .collect();
    assert_eq!(writers, ["src/script/report/scene/svg.rs"]);
}

/// A browser has no clock, so the command line passes its own.
#[test]
fn only_the_command_line_reads_clocks() {
    let is_tested = |path: &str| path.starts_with("src/face/") || path.contains("tests");
    let reads = |line: &str| {
        ["Instant", "SystemTime"]
            .iter()
            .any(|clock| line.contains(clock))
    };
    let found = rust_files("src").into_iter().filter(|source| {
        // The age of a file on disk is part of its digest.
        !is_tested(&source.path) && source.path != "src/script/traces/parts/digests.rs"
    });
    let found: Vec<String> = found
        .filter(|source| source.text.lines().any(reads))
        .map(|source| source.path)
        .collect();
    none("clocks below the command line", &found);
}

#[test]
fn nothing_is_unsafe_or_left_undone() {
    let sources = ["src", "tests", "benches", "examples/rust"]
        .into_iter()
        .flat_map(rust_files);
    none(
        "what a finished program does not have",
        &sources
            .flat_map(|source| source.undone())
            .collect::<Vec<_>>(),
    );
}

/// Whether a doc comment consists of one word that the next line contains, such as `The name.` above `name: String`.
fn repeats_a_name(comment: &str, item: &str) -> bool {
    let words = comment.trim().trim_end_matches('.').to_lowercase();
    let words: Vec<&str> = words
        .split(' ')
        .filter(|word| !["the", "a", "an"].contains(word))
        .collect();
    let [word] = words[..] else { return false };
    word.chars().all(char::is_alphabetic) && item.to_lowercase().replace('_', "").contains(word)
}

#[test]
fn comments_say_more_than_names() {
    // The macro of the parameters requires a comment above each.
    let sources = rust_files("src")
        .into_iter()
        .filter(|source| !source.path.ends_with("bind/param.rs"));
    let found = sources.flat_map(|source| {
        let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
        let repeats = |at: &usize| {
            let comment = lines[*at].strip_prefix("///");
            let alone = at
                .checked_sub(1)
                .is_none_or(|before| !lines[before].starts_with("///"));
            alone && comment.is_some_and(|comment| repeats_a_name(comment, lines[at + 1]))
        };
        let found = (0..lines.len().saturating_sub(1)).filter(repeats);
        found
            .map(|at| format!("{}:{}", source.path, at + 1))
            .collect::<Vec<_>>()
    });
    none("comments that repeat a name", &found.collect::<Vec<_>>());
}

/// The registry of messages, whose words are those of scripts.
const WORDS_OF_SCRIPTS: &str = "src/script/run/steps/kind.rs";

#[test]
fn steps_contain_no_sentences() {
    let sources: Vec<Source> = rust_files("src/script/run/steps")
        .into_iter()
        .filter(|source| !source.path.ends_with("/tests.rs"))
        .collect();
    let found = sources.iter().flat_map(|source| {
        let registry = source.path == WORDS_OF_SCRIPTS;
        let mut found = source.sentences();
        found.retain(|place| !registry || place.ends_with("`format!`"));
        found
    });
    none(
        "words in the steps, which belong in src/script/report/words",
        &found.collect::<Vec<_>>(),
    );
}

#[test]
fn words_come_last() {
    let read = read(&rust_files("src"));
    let arrows = read.arrows();
    let of_words = |at: usize| read.files[at].starts_with("src/script/report/words/");
    let importers: std::collections::BTreeSet<&str> = arrows
        .iter()
        .filter(|arrow| of_words(arrow.to))
        .filter_map(|arrow| layer(&read.files[arrow.from]))
        .collect();
    assert!(importers.contains("report"), "{importers:?}");
    for below in ["run", "questions", "services", "lang"] {
        assert!(!importers.contains(below), "{below} imports words");
    }
}

#[test]
fn sentences_are_found() {
    let of = |text: &str| {
        Source {
            path: "a.rs".into(),
            text: text.into(),
        }
        .sentences()
    };
    assert_eq!(of("fn f() { g(\"a b\") }"), ["a.rs:1: \"a b\""]);
    assert_eq!(
        of("fn f() {\n    format!(\"{x}\")\n}"),
        ["a.rs:2: `format!`"]
    );
    let other =
        "//! A b.\n/// A b.\n#[expect(x, reason = \"a b\")]\nfn f() { ('\\u{20}', \"ab\") }";
    assert_eq!(of(other), [""; 0]);
    let tests = "#[cfg(test)]\nmod tests { const A: &str = \"a b\"; }\n#[cfg(test)]\nmod tests;\nconst B: &str = \"c d\";";
    assert_eq!(of(tests), ["a.rs:5: \"c d\""]);
}

/// The imports between sample files, each as "from to".
fn arrows(sources: &[(&str, &str)]) -> Vec<String> {
    let read = Crate::read(sources.iter().copied());
    read.arrows()
        .iter()
        .map(|arrow| format!("{} {}", read.files[arrow.from], read.files[arrow.to]))
        .collect()
}

/// Whether the module `a::x` with these lines imports from `b`.
fn sees(lines: &str) -> bool {
    let sources = [
        ("src/lib.rs", "pub mod a; pub mod b;"),
        ("src/a/mod.rs", "pub mod x;"),
        ("src/a/x.rs", lines),
        ("src/b.rs", "pub struct Thing; pub fn make() {}"),
    ];
    arrows(&sources) == ["src/a/x.rs src/b.rs"]
}

#[test]
fn every_form_of_import_is_seen() {
    for lines in [
        "use crate::b::Thing;",
        "use crate::b::{Thing};",
        "pub use crate::b::Thing;",
        "pub(in crate::a) use crate::b::Thing as Other;",
        "use crate::{b};",
        "use crate::b::{self as other};",
        "use super::super::b::*;",
        "use self::super::super::b::Thing;",
        "fn f() -> crate::b::Thing { loop {} }",
        "fn f() { g(|| vec![1, crate::b::make()]); }",
        "fn f() { super::super::b::make() }",
        "fn f() { use super::super::{b::{make}}; }",
        "impl crate::b::Thing {}",
        "mod inner { use super::super::super::b::Thing; }",
        "fn f() { assert!(matches!(x, crate::b::Thing)); }",
    ] {
        assert!(sees(lines), "{lines}");
    }
}

#[test]
fn other_tokens_are_not_imports() {
    for lines in [
        "// use crate::b::Thing;",
        "/// [`crate::b::Thing`]\nfn f() {}",
        "fn f() -> &'static str { \"crate::b::Thing\" }",
        "pub(in crate::a) fn f() {}",
        "use std::fmt; fn f() -> fmt::Result { Ok(()) }",
        "fn f() { b::make() }",
        "mod b { pub fn make() {} } fn f() { b::make() }",
    ] {
        assert!(!sees(lines), "{lines}");
    }
}

#[test]
fn paths_through_an_imported_module_are_followed() {
    let sources = [
        ("src/lib.rs", "mod a; mod b;"),
        ("src/a.rs", "use crate::b; fn f() { b::deep::make() }"),
        ("src/b/mod.rs", "pub mod deep;"),
        ("src/b/deep.rs", "pub fn make() {}"),
    ];
    assert_eq!(
        arrows(&sources),
        ["src/a.rs src/b/mod.rs", "src/a.rs src/b/deep.rs"]
    );
}

#[test]
fn re_exports_lead_to_the_file_that_defines() {
    let sources = [
        ("src/lib.rs", "mod a; mod b;"),
        ("src/a.rs", "use crate::b::{Thing, Made, Other};"),
        (
            "src/b/mod.rs",
            "mod deep; pub use deep::Thing; pub use deep::*; numbered!(Made);",
        ),
        ("src/b/deep.rs", "pub struct Thing; pub struct Other;"),
    ];
    let from_a: Vec<_> = arrows(&sources)
        .into_iter()
        .filter(|arrow| arrow.starts_with("src/a.rs"))
        .collect();
    assert_eq!(
        from_a,
        [
            "src/a.rs src/b/deep.rs",
            "src/a.rs src/b/mod.rs",
            "src/a.rs src/b/deep.rs"
        ]
    );
}

#[test]
fn an_arrow_upwards_is_found() {
    let layers = Layers::of_table(
        "| `src/high/` | low, side | x |\n| `src/low/` | – | y |\n| `src/side/` | – | z |",
    );
    let of = |low: &str, high: &str| {
        let sources = [
            ("src/lib.rs", "pub mod high; pub mod low; pub fn f() {}"),
            ("src/low/mod.rs", low),
            ("src/high/mod.rs", high),
        ];
        layers.forbidden(&Crate::read(sources))
    };
    assert_eq!(of("pub fn f() {}", "use crate::low::f;"), [""; 0]);
    assert_eq!(
        of("fn f() {}\nuse crate::high::g;", "pub fn g() {}"),
        ["src/low/mod.rs:2 imports src/high/mod.rs"]
    );
    assert_eq!(
        of("", "use crate::f;"),
        ["src/high/mod.rs:1 imports src/lib.rs"]
    );
}

#[test]
fn a_circle_is_found() {
    let of = |sources: &[(&str, &str)]| circles(&Crate::read(sources.iter().copied()));
    // Three files form a cycle.
    let round = [
        ("src/lib.rs", "mod a; mod b; mod c;"),
        ("src/a.rs", "use crate::b::g; pub fn f() {}"),
        ("src/b.rs", "use super::c::h; pub fn g() {}"),
        ("src/c.rs", "pub fn h() { crate::a::f() }"),
    ];
    assert_eq!(
        of(&round),
        ["src/a.rs:1 imports src/b.rs, src/b.rs:1 imports src/c.rs, src/c.rs:1 imports src/a.rs"]
    );
    // A parent re-exports its child's item, and the child uses the parent's item.
    let child = |text| {
        [
            ("src/lib.rs", "mod a;"),
            ("src/a/mod.rs", "mod x; pub use x::X; pub struct A;"),
            ("src/a/x.rs", text),
        ]
    };
    assert_eq!(of(&child("use super::A; pub struct X;")).len(), 1);
    assert_eq!(of(&child("pub struct X;")), [""; 0]);
    // A module declaration is not an import, and a re-export does not define its item.
    let passed = [
        ("src/lib.rs", "mod a;"),
        ("src/a/mod.rs", "mod x; mod y; pub use x::X; pub use y::Y;"),
        ("src/a/x.rs", "pub struct X;"),
        ("src/a/y.rs", "use super::X; pub struct Y;"),
    ];
    assert_eq!(of(&passed), [""; 0]);
}

#[test]
fn unfinished_code_is_found() {
    let of = |text: &str| {
        Source {
            path: "a.rs".into(),
            text: text.into(),
        }
        .undone()
    };
    assert_eq!(of("fn f() {\n    todo!()\n}"), ["a.rs:2: `todo!`"]);
    assert_eq!(
        of("fn f() { if x { unimplemented!(\"y\") } }"),
        ["a.rs:1: `unimplemented!`"]
    );
    assert_eq!(of("unsafe fn f() {}"), ["a.rs:1: `unsafe`"]);
    assert_eq!(
        of("#[test]\n#[ignore = \"slow\"]\nfn f() {}"),
        ["a.rs:2: `ignore`"]
    );
    assert_eq!(of("// todo!()\nfn todo() { \"unsafe todo!\" }"), [""; 0]);
}

/// Types in the `Err` of a public function that are not errors of their own: text, a mistake in a script with its place, and what
/// the language's own layers pass among themselves.
const NO_ERRORS: [&str; 3] = ["String", "Diagnostic", "Stop"];

#[test]
fn each_public_error_implements_error() {
    let sources: Vec<Source> = ["src/engine", "src/script"]
        .into_iter()
        .flat_map(rust_files)
        .collect();
    let all: String = sources.iter().map(|source| source.text.as_str()).collect();
    let errors: std::collections::BTreeSet<String> =
        sources.iter().flat_map(Source::public_errors).collect();
    assert!(
        errors.contains("SpecError") && errors.contains("Unreadable"),
        "{errors:?}"
    );
    let missing: Vec<String> = errors
        .into_iter()
        .filter(|name| {
            name.starts_with(char::is_uppercase) && name.chars().all(char::is_alphanumeric)
        })
        .filter(|name| !NO_ERRORS.contains(&name.as_str()))
        .filter(|name| !all.contains(&format!("Error for {name} {{")))
        .collect();
    none("public errors without `std::error::Error`", &missing);
}

#[test]
fn errors_cross_threads() {
    fn is_error<T: std::error::Error + Send + Sync + 'static>() {}
    is_error::<pagewalk_engine::kernel::boot::BootError>();
    is_error::<pagewalk_engine::kernel::OutOfMemory>();
    is_error::<pagewalk_engine::kernel::program::ExecutableError>();
    is_error::<pagewalk_engine::kernel::spawn::AreaError>();
    is_error::<pagewalk_engine::machine::check::SpecError>();
    is_error::<pagewalk_engine::machine::contents::PteWriteError>();
    is_error::<pagewalk_engine::trace::demand::DemandError>();
    is_error::<pagewalk_script::api::exam::PaperError>();
    is_error::<pagewalk_script::api::exam::ScriptError>();
    is_error::<pagewalk_script::api::exam::Refusal>();
    is_error::<pagewalk_script::api::machines::MachineError>();
}
