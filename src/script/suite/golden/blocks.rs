//! Finds the golden sections of a file's cases.

use std::collections::BTreeSet;
use std::ops::Range;

use super::align::pairs;
use super::model::{Entry, Section};

/// The golden name of a block without a name.
pub(crate) const UNNAMED: &str = "unnamed";

/// Returns the golden name of a block. The names of unnamed and repeated blocks contain numbers, which a golden file
/// omits. Otherwise, two branches that each add a block would number the later blocks differently.
pub(crate) fn unnumbered(name: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if name.strip_prefix("block ").is_some_and(is_number) {
        return UNNAMED;
    }
    let repeated = name
        .strip_suffix(')')
        .and_then(|name| name.rsplit_once(" ("));
    repeated
        .filter(|(_, number)| is_number(number))
        .map_or(name, |(name, _)| name)
}

/// Returns the index of the golden section of each case. Blocks with the same name belong together by their
/// statements and their order.
pub(crate) fn counterparts(golden: &[Section], run: &[Section]) -> Vec<Option<usize>> {
    let mut found = vec![None; run.len()];
    let names: BTreeSet<Option<&str>> = run.iter().map(|one| one.block.as_deref()).collect();
    for name in names {
        let (olds, news) = (blocks(golden, name), blocks(run, name));
        for pair in pairs(&texts(golden, &olds), &texts(run, &news)) {
            let (Some(old), Some(new)) = (pair.old, pair.new) else {
                continue;
            };
            for at in news[new].clone() {
                found[at] = olds[old]
                    .clone()
                    .find(|old| golden[*old].scenario == run[at].scenario);
            }
        }
    }
    found
}

/// Returns the sections of each block with a name. A block begins with the statements outside its scenarios.
fn blocks(sections: &[Section], wanted: Option<&str>) -> Vec<Range<usize>> {
    let begins =
        |at: usize| sections[at].scenario.is_none() || sections[at].block != sections[at - 1].block;
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for at in 0..sections.len() {
        match blocks.last_mut() {
            Some(block) if !begins(at) => block.end = at + 1,
            _ => blocks.push(at..at + 1),
        }
    }
    blocks.retain(|block| sections[block.start].block.as_deref() == wanted);
    blocks
}

/// Returns the statements of each block.
fn texts(sections: &[Section], blocks: &[Range<usize>]) -> Vec<String> {
    let heads = |block: &Range<usize>| {
        let statements = sections[block.clone()]
            .iter()
            .flat_map(|section| &section.statements);
        statements.map(Entry::head).collect::<Vec<_>>().join("\n")
    };
    blocks.iter().map(heads).collect()
}

#[cfg(test)]
mod tests {
    use super::{Entry, Section, counterparts, unnumbered};

    #[test]
    fn golden_names_of_blocks_have_no_numbers() {
        for (name, golden) in [
            ("block 12", "unnamed"),
            ("unnamed", "unnamed"),
            ("x.pw (4)", "x.pw"),
            ("x (4).pw", "x (4).pw"),
            ("block x.pw", "block x.pw"),
            ("x.pw ()", "x.pw ()"),
        ] {
            assert_eq!(unnumbered(name), golden);
        }
    }

    #[test]
    fn an_inserted_block_does_not_move_the_others() {
        let section = |block: &str, scenario: Option<&str>, statement: &str| Section {
            block: Some(block.to_owned()),
            scenario: scenario.map(ToOwned::to_owned),
            statements: vec![Entry {
                statement: statement.to_owned(),
                ..Entry::default()
            }],
            ..Section::default()
        };
        let golden = [
            section("unnamed", None, "read 1"),
            section("unnamed", Some("s"), "read 2"),
            section("unnamed", None, "read 3"),
        ];
        let run = [
            section("unnamed", None, "read 0"),
            section("unnamed", None, "read 1"),
            section("unnamed", Some("t"), "read 9"),
            section("unnamed", Some("s"), "read 2"),
            section("unnamed", None, "read 3"),
        ];
        assert_eq!(counterparts(&golden, &run[3..]), [Some(1), Some(2)]);
        assert_eq!(
            counterparts(&golden, &[&run[..2], &run[3..]].concat()),
            [None, Some(0), Some(1), Some(2)]
        );
        assert_eq!(
            counterparts(&golden, &run[1..]),
            [Some(0), None, Some(1), Some(2)]
        );
    }
}
