//! Code does not read back the English that it wrote. A search in a text for words between blanks is a sign of it,
//! because the fact behind the words would be typed. The search for a single word is not, because keywords of the
//! language, names of facts, and names of files are words.

use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};

use super::none;
use super::sources::rust_files;

/// The functions that search or split a text.
const SEARCHES: [&str; 17] = [
    "contains",
    "ends_with",
    "find",
    "matches",
    "replace",
    "replacen",
    "rfind",
    "rsplit",
    "rsplit_once",
    "split",
    "split_once",
    "splitn",
    "starts_with",
    "strip_prefix",
    "strip_suffix",
    "trim_end_matches",
    "trim_start_matches",
];

/// The folders whose texts are not ours: the language reads scripts, and its services read scripts and the reference.
const READERS: [&str; 3] = [
    "src/script/lang/",
    "src/script/services/",
    "src/script/report/words/",
];

/// The other files that search a text for words, with the reason.
const ALLOWED: [(&str, &str); 14] = [
    (
        "src/engine/files/mod.rs",
        "the errors of the operating system",
    ),
    ("src/engine/kernel/syscall/call.rs", "a prototype in C"),
    ("src/face/exam/typeset.rs", "the version that Typst prints"),
    (
        "src/face/grade/platforms/mod.rs",
        "answers that a platform exports",
    ),
    ("src/script/api/explain.rs", "the pages of the documents"),
    ("src/script/api/glossary.rs", "the page of the glossary"),
    (
        "src/script/editor/actions/mod.rs",
        "a replacement in the script",
    ),
    (
        "src/script/run/settings/yaml/said.rs",
        "the messages of the YAML parser",
    ),
    (
        "src/script/suite/golden/compare.rs",
        "the text of a golden file",
    ),
    (
        "src/script/lang/loader.rs",
        "the messages of the YAML parser",
    ),
    (
        "src/script/suite/listing/draw.rs",
        "the text of a golden file",
    ),
    // The following files still read labels and names of parts.
    ("src/script/exam/formats/labels.rs", "the title of a table"),
    ("src/script/suite/amend/plan.rs", "the label of a check"),
    (
        "src/script/traces/sweep_reports/text.rs",
        "the label of a column",
    ),
];

#[test]
fn no_code_searches_its_own_sentences() {
    let others = |path: &str| {
        !path.contains("tests")
            && !READERS.iter().any(|folder| path.starts_with(folder))
            && !ALLOWED.iter().any(|(file, _)| *file == path)
    };
    let found = rust_files("src").into_iter().flat_map(|source| {
        if others(&source.path) {
            searches(&source.path, &source.text)
        } else {
            Vec::new()
        }
    });
    none(
        "texts that are searched for words; ask for the fact instead",
        &found.collect::<Vec<_>>(),
    );
}

/// Returns the places outside tests that search a text for words.
fn searches(path: &str, text: &str) -> Vec<String> {
    let own = text.split("#[cfg(test)]\nmod tests {").next();
    let tokens = own.unwrap_or_default().parse();
    let mut found = Vec::new();
    gather(
        tokens.unwrap_or_else(|error| panic!("{path} is Rust: {error}")),
        &mut |literal| {
            found.push(format!("{path}:{}: {literal}", literal.span().start().line));
        },
    );
    found
}

/// Finds `.split_once(" is ")`.
fn gather(tokens: TokenStream, found: &mut impl FnMut(&Literal)) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let is_search = group.delimiter() == Delimiter::Parenthesis
            && at >= 2
            && matches!(&tokens[at - 2], TokenTree::Punct(dot) if dot.as_char() == '.')
            && matches!(&tokens[at - 1], TokenTree::Ident(name) if SEARCHES.contains(&name.to_string().as_str()));
        if let (true, Some(TokenTree::Literal(literal))) =
            (is_search, group.stream().into_iter().next())
            && is_words(&literal.to_string())
        {
            found(&literal);
        }
        gather(group.stream(), found);
    }
}

/// Whether a string literal contains a word or a mark such as `✓` beside a blank.
fn is_words(literal: &str) -> bool {
    literal.starts_with('"')
        && literal.contains(' ')
        && literal.contains(|c: char| c.is_ascii_alphabetic() || !c.is_ascii())
}

#[test]
fn searches_for_words_are_found() {
    let of = |text: &str| searches("a.rs", text);
    assert_eq!(
        of("fn f(t: &str) {\n    g(|| t.trim().split_once(\" is \"));\n}"),
        ["a.rs:2: \" is \""]
    );
    assert_eq!(
        of("fn f(t: &str) { t.replacen(\"The cache\", \"it\", 1) }"),
        ["a.rs:1: \"The cache\""]
    );
    assert_eq!(of("fn f(t: &str) { t.find(\"  ✓\") }"), ["a.rs:1: \"  ✓\""]);
    let fine = [
        // A keyword, a separator, and a text that is written, not searched.
        "fn f(t: &str) { t.strip_prefix(\"last.\") }",
        "fn f(t: &str) { t.split(\", \") }",
        "fn f(t: &str) { t.split(' ') }",
        "fn f(t: &str) { t.push_str(\"The cache\") }",
        "fn f(t: &str) { g(t, \"The cache\") }",
        "#[cfg(test)]\nmod tests { fn f(t: &str) { t.contains(\"The cache\") } }",
    ];
    for text in fine {
        assert_eq!(of(text), [""; 0], "{text}");
    }
}
