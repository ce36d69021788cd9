//! Checks that the words in the editors' files come from the registries. `PAGEWALK_RETELL=1 cargo test --test all
//! editors::` rewrites them.
//!
//! In most files, the words are between two comments, `BEGIN generated words LIST…` and `END generated
//! words`. JSON has no comments, so a JSON file is generated from a template (`NAME.in.json`). In the
//! template, `{{LIST}}` is replaced by a list's words (`word|word`) or by a piece of a pattern.

use std::fmt::Write;
use std::fs;

use super::lists::{LISTS, List};
use super::places::PLACES;

const BEGIN: &str = "BEGIN generated words";
const END: &str = "END generated words";

/// A file with generated words.
struct File {
    path: &'static str,
    /// Formats a list in the file's language.
    list: fn(&List) -> String,
    /// The template of the file, if any.
    template: Option<&'static str>,
}

const FILES: &[File] = &[
    File {
        path: "editors/vscode/syntaxes/pagewalk.tmLanguage.json",
        list: |list| list.words().join("|"),
        template: Some("editors/vscode/syntaxes/pagewalk.tmLanguage.in.json"),
    },
    File {
        path: "editors/vim/syntax/pagewalk.vim",
        list: vim,
        template: None,
    },
    File {
        path: "editors/emacs/pagewalk-mode.el",
        list: lisp,
        template: None,
    },
    File {
        path: "editors/kate/pagewalk.xml",
        list: kate,
        template: None,
    },
    File {
        path: "editors/tree-sitter-pagewalk/queries/highlights.scm",
        list: |list| wrapped(&list.words(), "  ", "\"", " "),
        template: None,
    },
];

/// Words, wrapped to lines of at most 100 characters.
fn wrapped(words: &[&str], indent: &str, quote: &str, between: &str) -> String {
    let mut out = String::from(indent);
    let mut width = indent.len();
    for (at, word) in words.iter().enumerate() {
        let piece = format!("{quote}{word}{quote}");
        if width > indent.len() && width + between.len() + piece.len() > 100 {
            out += "\n";
            out += indent;
            width = indent.len();
        } else if at > 0 {
            out += between;
            width += between.len();
        }
        width += piece.len();
        out += &piece;
    }
    out + "\n"
}

/// A Vim script list, which Vim joins into the alternatives of a pattern.
fn vim(list: &List) -> String {
    let words = wrapped(&list.words(), "      \\ ", "'", ", ").replace("'\n", "',\n");
    let words = words.trim_end().trim_end_matches(',').to_owned();
    format!(
        "\" {}\nlet s:{} = s:Words([\n{words}])\n",
        list.holds, list.name
    )
}

fn lisp(list: &List) -> String {
    let words = wrapped(&list.words(), "    ", "\"", " ");
    let name = list.name.replace('_', "-");
    let holds = list.holds[..1].to_uppercase() + &list.holds[1..];
    format!(
        "(defconst pagewalk-{name}\n  '(\n{}\n   )\n  \"{holds}.\")\n",
        words.trim_end()
    )
}

/// A list of Kate's syntax files.
fn kate(list: &List) -> String {
    let items: Vec<String> = list
        .words()
        .iter()
        .map(|word| format!("<item>{word}</item>"))
        .collect();
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    format!(
        "    <!-- {} -->\n    <list name=\"{}\">\n{}    </list>\n",
        list.holds,
        list.name,
        wrapped(&items, "      ", "", "")
    )
}

/// The text with regenerated regions.
fn regions(file: &File, text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for line in text.lines() {
        inside &= !line.contains(END);
        if !inside {
            out += line;
            out += "\n";
        }
        let Some((_, after)) = line.split_once(BEGIN) else {
            continue;
        };
        inside = true;
        for name in after
            .trim_end_matches(['*', '/', '-', '>'])
            .split_whitespace()
        {
            let list = LISTS.iter().chain(PLACES).find(|list| list.name == name);
            let list = list.unwrap_or_else(|| panic!("{}: there is no list `{name}`", file.path));
            let _ = write!(out, "{}", (file.list)(list));
        }
    }
    assert!(!inside, "{}: `{END}` is missing", file.path);
    out
}

/// Named pieces of patterns for the templates, in JSON syntax. A `-` joins before a letter.
const PIECES: &[(&str, &str)] = &[
    ("word", r"[A-Za-z_](?:\\w|-(?=[A-Za-z]))*"),
    ("end", r"(?!\\w|-[A-Za-z])"),
    ("start", r"(?:^|\\G|(?<=[;{:]))\\s*"),
    ("entry", r"(?:^|\\G|(?<=[;,{]))\\s*"),
    ("done", r"(?<=\\})|(?=[;}]|=>)|$"),
    ("cell", r#"[^\\s|;{}()\"'#]+"#),
    ("end_of_cell", r#"(?=[\\s|;{}()\"'#]|$)"#),
];

fn filled(file: &File, template: &str) -> String {
    let text = fs::read_to_string(template).expect(template);
    let text = LISTS.iter().fold(text, |text, list| {
        assert!(list.words().iter().all(|word| {
            word.chars()
                .all(|c| c.is_alphanumeric() || "-_".contains(c))
        }));
        text.replace(&format!("{{{{{}}}}}", list.name), &(file.list)(list))
    });
    let text = PIECES.iter().fold(text, |text, (name, piece)| {
        text.replace(&format!("{{{{{name}}}}}"), piece)
    });
    let left = text
        .find("{{")
        .map(|at| text[at..].lines().next().unwrap_or("").to_owned());
    assert_eq!(left, None, "{template}: no list of that name");
    let name = template.rsplit('/').next().unwrap_or(template);
    text.replacen(
        "{\n",
        &format!("{{\n  \"comment\": \"Made of {name}: see tests/editors/words.rs.\",\n"),
        1,
    )
}

#[test]
fn the_words_of_the_editors_are_those_of_the_registries() {
    let retell = std::env::var_os("PAGEWALK_RETELL").is_some();
    let mut stale = Vec::new();
    for file in FILES {
        let Ok(text) = fs::read_to_string(file.template.unwrap_or(file.path)) else {
            continue;
        };
        let want = match file.template {
            Some(template) => filled(file, template),
            None => regions(file, &text),
        };
        if fs::read_to_string(file.path).ok().as_ref() == Some(&want) {
            continue;
        }
        if retell {
            fs::write(file.path, want).expect("the file can be written");
        } else {
            stale.push(file.path);
        }
    }
    assert!(
        stale.is_empty(),
        "stale words: {stale:?}; `PAGEWALK_RETELL=1 cargo test --test all editors::` writes them"
    );
}

#[test]
fn every_list_has_words_once() {
    for list in LISTS.iter().chain(PLACES) {
        let words = list.words();
        assert!(!words.is_empty(), "{}", list.name);
        assert!(
            words.windows(2).all(|pair| pair[0] < pair[1]),
            "{}",
            list.name
        );
    }
    let list = |name: &str| {
        LISTS
            .iter()
            .chain(PLACES)
            .find(|list| list.name == name)
            .map(List::words)
            .unwrap_or_default()
    };
    // One word from each kind of registry.
    for (name, word) in [
        ("forms", "let"),
        ("verbs", "translate"),
        ("options", "supervisor"),
        ("blocks", "kernel"),
        ("settings", "write-back"),
        ("bits", "xd"),
        ("values", "second-chance"),
        ("presets", "core-i7"),
        ("nouns", "cr3"),
        ("facts", "swapped-out"),
        ("fact_words", "copy-on-write"),
        ("functions", "munmap"),
        ("constants", "PROT_READ"),
        ("units", "KiB"),
        ("heads", "last"),
        ("part_properties", "miss_rate"),
        ("process_properties", "faults"),
        ("verbs_of_nouns", "flush"),
        ("first_options", "exactly"),
        ("later_options", "supervisor"),
        ("paper_entries", "rubric"),
        ("paper_words", "when"),
        ("paper_choices", "questions"),
    ] {
        assert!(
            list(name).contains(&word),
            "{word} in {name}: {:?}",
            list(name)
        );
    }
    assert!(!list("options").contains(&"settings") && !list("values").contains(&"bits"));
}
