//! Hover texts for words in their context.

use super::names;
use super::names::{Asked, code, paragraphs, script};
use crate::lang::nearest::capitalized;
use crate::questions::LANGUAGE;
use crate::run::bind::Params;
use crate::run::facts::{Family, key};
use crate::run::settings::{BlockRow, SettingWord};
use crate::run::state::State;
use crate::services::complete::{CursorToken, TokenRole};
use crate::services::lookup::{Found, look_up};
use pagewalk_engine::kernel::abi::Errno;
use pagewalk_engine::machine::policy::POLICIES;
use pagewalk_engine::machine::pte::BitRow;

/// Describes a word in its context, if a description exists.
pub(crate) fn word(
    asked: &Asked,
    place: &CursorToken,
    role: TokenRole,
    state: &State,
) -> Option<String> {
    let word = place.text;
    match role {
        TokenRole::Operator => match word {
            "where" => rows("choose", &["statements"]),
            _ => None,
        },
        TokenRole::Form | TokenRole::Verb => {
            rows(word, &["statements"]).or_else(|| names::definition(asked, word, state))
        }
        TokenRole::Process => names::process(word, state),
        TokenRole::Called => called(asked, word, state),
        TokenRole::Setting(block) => setting(block, word, state),
        TokenRole::Bit => bit(word, state),
        TokenRole::Column => column(word, state),
        TokenRole::Fact(family) => {
            fact(place.whole, family, state).or_else(|| rows(place.whole, &["facts"]))
        }
        TokenRole::Property => property(asked, place, state),
        TokenRole::FactWord(of) => of_fact(word, of, place.family, state),
        TokenRole::Keyword("") => None,
        TokenRole::Keyword(head) => rows(head, &["statements"]).or_else(|| setting_of(head)),
        TokenRole::SettingWord(of) => policy(word).or_else(|| setting_of(of)),
        TokenRole::Noun => rows(word, &["nouns"]).or_else(|| rows(place.head, &["statements"])),
        TokenRole::Part => names::part(word, state),
        TokenRole::Preset => rows(word, &["presets"]),
        TokenRole::Unit | TokenRole::Value => rows(word, &["units"]),
        TokenRole::Constant => rows(word, &["constants"]),
        TokenRole::Variable => {
            names::variable(asked, place, state).or_else(|| names::part(word, state))
        }
    }
}

/// Describes a cell that contains a word: a name, or an abbreviation of a value.
pub(crate) fn cell(place: &CursorToken, column: &str, state: &State) -> Option<String> {
    names::process(place.text, state).or_else(|| self::column(column, state))
}

/// Describes a string that names a file.
pub(crate) fn file(place: &CursorToken, state: &State) -> Option<String> {
    let name = place.text.trim_matches('"');
    let kernel = state.kernel()?;
    let files = kernel.files();
    let (_, number) = files.names.iter().find(|(known, _)| &***known == name)?;
    let kind = if files.executables.contains_key(number) {
        "An executable"
    } else {
        "A file"
    };
    Some(format!("{kind} declared above: {}.", code(name)))
}

/// Returns the reference's rows for a word in these sections.
fn rows(word: &str, sections: &[&str]) -> Option<String> {
    let found: Vec<Found> = look_up(word)
        .into_iter()
        .filter(|row| sections.contains(&row.section))
        .collect();
    (!found.is_empty()).then(|| paragraphs(found.iter().map(row)))
}

/// Formats a row of the reference with its syntax, description, and example.
pub(crate) fn row(found: &Found) -> String {
    let mut parts = vec![script(&found.usage)];
    for (name, cell) in &found.cells {
        parts.push(match *name {
            "is" | "does" | "means" | "shows" => sentence(cell),
            "example" => format!("Example:\n{}", script(&cell.replace("; ", "\n"))),
            name => format!("{name}: {cell}"),
        });
    }
    paragraphs(parts)
}

/// Converts a line of help to a sentence.
fn sentence(help: &str) -> String {
    let end = if help.ends_with(['.', '?', '!', ')']) {
        ""
    } else {
        "."
    };
    capitalized(help) + end
}

/// Describes a definition, a system call, a function, or a verb in the form of a call.
fn called(asked: &Asked, word: &str, state: &State) -> Option<String> {
    let own = names::definition(asked, word, state);
    let call = || rows(word, &["calls"]).map(|text| paragraphs([text, constants(word)]));
    own.or_else(call)
        .or_else(|| rows(word, &["functions"]))
        .or_else(|| rows(word, &["statements"]))
}

/// Lists the constants of a call by parameter.
fn constants(call: &str) -> String {
    use pagewalk_engine::kernel::syscall::{constants, system_call};
    let Some(row) = system_call(call) else {
        return String::new();
    };
    let lines = row
        .parameters()
        .into_iter()
        .filter(|parameter| !parameter.pointer)
        .filter_map(|parameter| {
            let names: Vec<String> = constants()
                .filter(|constant| row.takes(&parameter, constant))
                .map(|constant| code(constant.name))
                .collect();
            (!names.is_empty()).then(|| format!("- {}: {}", code(parameter.name), names.join(", ")))
        });
    lines.collect::<Vec<_>>().join("\n")
}

/// Describes a setting of a block, or a bit of a format in the block.
fn setting(block: &str, word: &str, state: &State) -> Option<String> {
    let row = LANGUAGE.block(block)?;
    match row.setting(word) {
        Some(found) => Some(of_block(row, &found)),
        None if row.bits => bit(word, state),
        None => None,
    }
}

/// Describes the settings with this name in all blocks that have such a setting.
fn setting_of(name: &str) -> Option<String> {
    let found: Vec<String> = LANGUAGE
        .blocks()
        .filter_map(|row| row.setting(name).map(|found| of_block(row, &found)))
        .collect();
    (!found.is_empty()).then(|| paragraphs(found))
}

fn of_block(block: &BlockRow, found: &SettingWord) -> String {
    let usage = format!("{} {}", found.name, found.params.text());
    paragraphs([
        script(&usage),
        sentence(found.help),
        format!("A setting of {}.", block.title),
    ])
}

/// Describes a bit of a page-table entry with its position on the current machine.
fn bit(word: &str, state: &State) -> Option<String> {
    let mmu = state.spec().and_then(|spec| spec.mmu.as_ref());
    let Some((bit, inverse)) = BitRow::named(word) else {
        let place = mmu
            .filter(|_| word == "ppn")
            .map(|mmu| (mmu.pte.ppn_low, mmu.pte.ppn_high));
        let place = place.map_or_else(String::new, |(low, high)| {
            format!("Bits {high}–{low} of a page-table entry on this machine.")
        });
        return (word == "ppn")
            .then(|| paragraphs(["The physical page number.".to_owned(), place]));
    };
    let row = bit.row();
    let place = mmu.map_or_else(String::new, |mmu| match mmu.pte.bit_position(bit) {
        Some(place) => format!("Bit {place} of a page-table entry on this machine."),
        None => {
            "Page-table entries on this machine do not have this bit, so it never denies an access."
                .to_owned()
        }
    });
    let contrary = if inverse {
        format!("{} 1 is {} 0.", code(word), code(row.name))
    } else {
        String::new()
    };
    Some(paragraphs([
        format!("**{}** – {}", row.label, sentence(row.help)),
        contrary,
        place,
    ]))
}

/// Describes a column of a table: a bit, or the fact of the same name.
fn column(word: &str, state: &State) -> Option<String> {
    if BitRow::named(word).is_some() {
        bit(word, state)
    } else {
        rows(word, &["facts"])
    }
}

/// Describes a fact that statements in this family have.
fn fact(name: &str, family: Family, state: &State) -> Option<String> {
    let spec = state.spec().map(|spec| &**spec);
    let key = key(name, family, spec)
        .or_else(|_| key(name, Family::Access, spec))
        .ok()?;
    let words: Vec<String> = key.words().iter().map(|word| code(word)).collect();
    let values = match words.as_slice() {
        [] => String::new(),
        words if key.takes_words() => format!("One of {}.", words.join(", ")),
        words => format!("A value, or {}.", words.join(", ")),
    };
    let usage = format!(
        "{name} {}",
        if key.takes_words() { "WORD" } else { "VALUE" }
    );
    Some(paragraphs([script(&usage), sentence(key.help()), values]))
}

/// Describes a keyword that is a fact's value.
fn of_fact(word: &str, of: &str, family: Family, state: &State) -> Option<String> {
    let error = Errno::ALL.iter().any(|row| row.name() == word);
    let meaning = if error { rows(word, &["errors"]) } else { None };
    let fact = fact(of, family, state);
    match (meaning, fact) {
        (None, None) => None,
        (meaning, fact) => Some(paragraphs([
            meaning.unwrap_or_default(),
            fact.unwrap_or_default(),
        ])),
    }
}

/// Describes a property after a dot.
fn property(asked: &Asked, place: &CursorToken, state: &State) -> Option<String> {
    if let Some(name) = place.whole.strip_prefix("last.") {
        let families = [
            Family::Access,
            Family::Call,
            Family::Reference,
            Family::Outputs,
            Family::Run,
            Family::Replay,
        ];
        let mut families = families.into_iter();
        return families.find_map(|family| fact(name, family, state));
    }
    // For `P1.faults.minor`, look up the path up to the current name, then the whole path.
    let through = place.span.end - place.whole_span.start;
    let up_to = place.whole.get(..through).unwrap_or(place.whole);
    let path = rows(place.whole, &["paths"]).or_else(|| rows(up_to, &["paths"]));
    path.or_else(|| rows(up_to, &["nouns"]))
        .or_else(|| field_of_call(asked, place))
}

/// Describes a field of a call's result, such as `fstat(fd).st_size`.
fn field_of_call(asked: &Asked, place: &CursorToken) -> Option<String> {
    let before = asked
        .tree
        .text()
        .get(..place.whole_span.start)?
        .strip_suffix('.')?;
    let open = before
        .strip_suffix(')')
        .and_then(|inside| inside.rfind('('))?;
    let name = before
        .get(..open)?
        .rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .next()?;
    rows(name, &["calls"])
}

fn policy(word: &str) -> Option<String> {
    POLICIES
        .iter()
        .any(|row| row.name == word)
        .then(|| rows(word, &["policies"]))
        .flatten()
}
