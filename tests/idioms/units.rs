//! Tests that each setting, clause, and argument accepts numbers in its own units and rejects other units.

use crate::running::long;
use pagewalk_engine::kernel::syscall::{ParamKind, system_calls};
use pagewalk_script::LANGUAGE;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::lang::value::{Dimension, UNITS};
use pagewalk_script::run::bind::{Param, Slot};
use pagewalk_script::run::verbs::FORMS;
use std::fmt::Write as _;

/// A statement in which `%` represents a number, and the unit of that number.
type Sample = (String, Dimension);

/// Returns a sample for each number in the parameters, with the preceding parameters written out.
fn samples(params: &'static [Param]) -> Vec<Sample> {
    let (mut found, mut written) = (Vec::new(), String::new());
    sequence(params, &mut written, &mut found);
    found
}

fn sequence(params: &'static [Param], written: &mut String, found: &mut Vec<Sample>) {
    for param in params {
        one(param, written, found);
    }
}

fn one(param: &'static Param, written: &mut String, found: &mut Vec<Sample>) {
    let before = written.clone();
    match param {
        Param::Value(slot) => match slot.dimension() {
            Some(dimension) => {
                found.push((format!("{written} %"), dimension));
                *written += " 1";
            }
            None => *written += filled(*slot),
        },
        Param::Keyword(word) | Param::Literal(word) => written.extend([" ", word]),
        Param::Words(words) => written.extend([" ", words[0]]),
        // Units and commas are omitted.
        Param::Unit(_) | Param::Comma => {}
        Param::Equals => *written += " =",
        Param::Arrow => *written += " =>",
        Param::Block(..) => *written += " { }",
        Param::Optional(parts) => {
            sequence(parts, written, found);
            *written = before;
        }
        Param::OneOf(parts) => {
            for part in *parts {
                *written = before.clone();
                one(part, written, found);
            }
        }
        Param::Many(part) => one(part, written, found),
        Param::Ways(ways) => {
            for way in *ways {
                *written = before.clone();
                sequence(way, written, found);
            }
        }
    }
}

/// A valid argument for a parameter.
fn filled(slot: Slot) -> &'static str {
    match slot {
        Slot::Noun => " page_table",
        Slot::Process | Slot::NewProcess => " P1",
        Slot::List | Slot::Titles => " [1]",
        Slot::Cond => " true",
        Slot::Stored | Slot::Raw | Slot::Expr => " 1",
        Slot::Variable => " x",
        Slot::CName | Slot::Program | Slot::NewProgram => " t",
        Slot::Range => " 0..1",
        _ => " \"t\"",
    }
}

/// A block inside its statement.
fn around(block: &str, setting: &str) -> String {
    match block {
        "machine" | "kernel" | "exam" => format!("{block} {{ {setting} }}"),
        "page_table" | "pte" | "tlb" | "cache" | "memory" => {
            format!("machine {{ {block} {{ {setting} }} }}")
        }
        "file" | "executable" => format!("{block} \"a\" {{ {setting} }}"),
        "program" => {
            format!("program p \"\"\"\n#define t 1\nint t[4];\n\"\"\" {{ {setting} }}")
        }
        "replay" | "outputs" | "run" => format!("{block} p {{ {setting} }}"),
        "reference" => format!("reference 1 2 {{ {setting} }}"),
        "choice" | "essay" => format!("question \"q\" {{ {block} \"t\" {{ {setting} }} }}"),
        "table" => format!("question \"q\" {{ table \"t\" {{ {setting}; row ? = 1 }} }}"),
        other => panic!("the test does not know the block `{other}`"),
    }
}

/// Every position in a script that accepts a number.
fn all() -> Vec<Sample> {
    let mut all = Vec::new();
    for block in LANGUAGE.blocks() {
        for setting in (block.settings)() {
            let said = |(text, dimension)| {
                (
                    around(block.name, &format!("{}{text}", setting.name)),
                    dimension,
                )
            };
            all.extend(samples(setting.params).into_iter().map(said));
        }
    }
    all.push((around("pte", "valid %"), Dimension::Bits));
    for verb in LANGUAGE.verbs() {
        let body = |text: &str| format!("{}{text}", verb.name);
        let said = |(text, dimension): Sample| match verb.name {
            "figure" | "essay" | "choice" => {
                (format!("question \"q\" {{ {} }}", body(&text)), dimension)
            }
            _ => (format!("machine simple\n{}", body(&text)), dimension),
        };
        all.extend(samples(verb.params).into_iter().map(said));
    }
    for form in FORMS
        .iter()
        .filter(|form| matches!(form.name, "repeat" | "question" | "probe"))
    {
        let block = if form.name == "probe" { "" } else { " { }" };
        let said = |(text, dimension)| {
            (
                format!("machine simple\n{}{text}{block}", form.name),
                dimension,
            )
        };
        all.extend(samples(form.params).into_iter().map(said));
    }
    for call in system_calls() {
        for (at, kind) in call.params.iter().enumerate() {
            let dimension = match kind {
                ParamKind::Number => Dimension::Count,
                ParamKind::Bytes | ParamKind::Buffer => Dimension::Bytes,
                ParamKind::Path => continue,
            };
            let arg = |n| if n == at { "%" } else { "1" };
            let args: Vec<_> = (0..call.params.len()).map(arg).collect();
            all.push((
                format!(
                    "machine core-i7\nprocess P1\n{}({})",
                    call.name,
                    args.join(", ")
                ),
                dimension,
            ));
        }
    }
    all
}

#[test]
fn a_unit_that_does_not_fit_its_place_is_refused_and_one_that_fits_is_not() {
    let (all, mut wrong) = (all(), String::new());
    assert!(all.len() > 80, "{}", all.len());
    // A short run gives each place some of the units, and not the same ones to each.
    let each = if long() { 1 } else { 4 };
    for (number, (text, dimension)) in all.iter().enumerate() {
        for unit in UNITS.iter().skip(number % each).step_by(each) {
            let text = text.replace('%', &format!("4{}", unit.name));
            let script = CheckedScript::from_text("unit.pw", &text, &mut ());
            let refused = script
                .diagnostics
                .iter()
                .any(|one| one.code.name() == "wrong-unit");
            if refused == (unit.dimension == *dimension) {
                let _ = writeln!(wrong, "{text}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The settings that accept no numbers: words, texts, lists, and blocks.
const WITHOUT_NUMBERS: &[&str] = &[
    "accept",
    "aids",
    "addressable",
    "answers",
    "asid",
    "cache",
    "correct",
    "course",
    "date",
    "define",
    "for",
    "format",
    "holding",
    "inclusion",
    "instructions",
    "index",
    "layout",
    "library",
    "memory",
    "only",
    "option",
    "order",
    "options",
    "page-cache",
    "page_table",
    "pages",
    "policy",
    "printf",
    "questions",
    "radix",
    "registers",
    "replacement",
    "row",
    "scope",
    "shuffle",
    "signals",
    "straddle",
    "student",
    "term",
    "tick",
    "title",
    "tlb",
    "unit",
    "update",
    "version",
    "walk",
    "writes",
    "wrong",
    "zero-page",
];

#[test]
fn every_number_of_a_setting_has_a_dimension() {
    for setting in LANGUAGE.blocks().flat_map(|block| (block.settings)()) {
        let has_number = !samples(setting.params).is_empty() || setting.params.is_empty();
        assert!(
            has_number || WITHOUT_NUMBERS.contains(&setting.name),
            "{}",
            setting.name
        );
    }
}
