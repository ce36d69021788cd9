//! The words in the braces of `exam`, `choice` and `essay`, whose verbs' rows say what stands there, and the nouns.

use super::class::Class;
use super::statement::Head;
use super::usage::{Atom, Part, Usage};
use super::walk::{Walk, listed};
use crate::run::nouns::{SHOWN_NOUNS, TABLE_NOUNS, ThingNoun};
use crate::run::verbs::verb;

/// What a word is in such braces, or in a statement that names a noun's part; none if their rows do not say.
pub fn entry(walk: &Walk, word: &str, number: bool) -> Option<Class> {
    let braces = walk.braces();
    if braces.is_empty() {
        return part_of_noun(walk, word);
    }
    let statement = walk.statement();
    let row = |name: &str| {
        let rows = || separated(braces).map(str::trim);
        rows().find(|row| row.split(' ').next() == Some(name))
    };
    let Some((_, first)) = statement.head else {
        return row(word).map(|_| if listed(braces) { Class::Noun } else { Class::Keyword });
    };
    let usage = row(first)?.split_once(' ').map_or("", |(_, usage)| usage);
    let parts = Usage::of(usage).next(&statement.atoms);
    let is = |part: &Part, known: &str| matches!(part, Part::Word(name) | Part::Slot(name) if *name == known);
    let among = |known: &str| parts.iter().any(|part| is(part, known));
    match () {
        () if among(word) && usage.contains(&format!("|{word}")) => Some(Class::Constant),
        () if among(word) && usage.contains(&format!("{word}|")) => Some(Class::Constant),
        () if among(word) => Some(Class::Keyword),
        () if among("FACT") => Some(Class::Fact),
        () if among("OP") && verb(word).is_some() => Some(Class::Verb),
        () if number && parts.is_empty() => Some(Class::Number),
        () => None,
    }
}

/// The name after `tlb` or `cache` where a noun stands.
fn part_of_noun(walk: &Walk, word: &str) -> Option<Class> {
    let statement = walk.statement();
    let usage = statement.head.map_or("", |(head, _)| Head::usage(head));
    let after_noun = match statement.atoms.last() {
        Some(Atom::Word(last)) => TABLE_NOUNS.iter().any(|row| row.name == *last),
        _ => false,
    };
    let named = after_noun && usage.contains("NOUN") && !walk.names_process(word);
    named.then_some(Class::Noun)
}

/// The pieces between commas or semicolons, save in brackets.
fn separated(braces: &'static str) -> impl Iterator<Item = &'static str> {
    let mut depth = 0;
    braces.split(move |c| {
        depth += i32::from(c == '[') - i32::from(c == ']');
        depth == 0 && matches!(c, ',' | ';')
    })
}

/// A noun of the machine or the kernel.
pub fn is_noun(word: &str) -> bool {
    TABLE_NOUNS.iter().any(|row| row.name == word)
        || SHOWN_NOUNS.iter().any(|row| row.name == word)
        || ThingNoun::named(word).is_some()
}
