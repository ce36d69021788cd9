//! A comparison of two runs as blocks of a report.

use super::compare::{Comparison, ComparisonItem, Facet, FactDifference, Which};
use super::parting::Parting;
use super::side::MACHINE;
use crate::report::doc::{Block, Cell, Step, Table, Tone};
use crate::report::narrate::{Statement, count};

/// Maximum number of differing facts reported per statement.
const FACTS: usize = 60;

/// Returns the differences between two runs, with one list of blocks per statement. `names` contains the
/// names of the two scripts.
pub fn difference_blocks(comparison: &Comparison, names: (&str, &str)) -> Vec<Vec<Block>> {
    let mut blocks = Vec::new();
    if !comparison.same() {
        blocks.push(vec![Block::faint(format!(
            "A is {}, B is {}",
            names.0, names.1
        ))]);
    }
    blocks.extend(comparison.items.iter().map(item));
    blocks.extend(comparison.parting.as_ref().map(parting));
    if comparison.left_out > 0 {
        let left = count(comparison.left_out as u64, "statement", "statements");
        blocks.push(vec![Block::faint(format!(
            "… {left} ran but were not compared, because the runs exceed the size limit"
        ))]);
    }
    blocks
}

/// Returns, for example, `12 statements compared, 3 differ, 1 only in B`.
pub fn totals(comparison: &Comparison) -> String {
    let mut parts = vec![count(
        comparison.compared as u64,
        "statement compared",
        "statements compared",
    )];
    parts.push(match comparison.differ {
        0 => "none differs".to_owned(),
        1 => "1 differs".to_owned(),
        n => format!("{n} differ"),
    });
    for (n, side) in [(comparison.only_a, "A"), (comparison.only_b, "B")] {
        if n > 0 {
            parts.push(format!("{n} only in {side}"));
        }
    }
    parts.join(", ")
}

fn item(item: &ComparisonItem) -> Vec<Block> {
    match item {
        ComparisonItem::Differs {
            statements: (a, b),
            scenario,
            round,
            rows,
        } => {
            let round = round.map_or_else(String::new, |round| format!("  (round {round})"));
            let text = format!("{}{}{round}", within(scenario.as_deref()), short(a, b));
            let place = format!("{} | {}", a.location(), b.location());
            let mut blocks = vec![Block::Statement { text, place }, Block::Table(table(rows))];
            if rows.len() > FACTS {
                let more = format!("… {} more differ", rows.len() - FACTS);
                blocks.push(Block::faint(more));
            }
            blocks
        }
        ComparisonItem::More(rounds) => {
            let more = count(*rounds as u64, "more round differs", "more rounds differ");
            vec![Block::faint(format!("… {more}"))]
        }
        ComparisonItem::Only {
            of,
            statement,
            scenario,
            times,
        } => {
            let side = if *of == Which::A { "A" } else { "B" };
            let times = if *times == 1 {
                String::new()
            } else {
                format!(" ({times} times)")
            };
            vec![
                Block::Statement {
                    text: format!("{}{}", within(scenario.as_deref()), statement.short),
                    place: statement.location(),
                },
                Block::toned(Tone::Bad, format!("only in {side}{times}")),
            ]
        }
    }
}

fn within(scenario: Option<&str>) -> String {
    scenario.map_or_else(String::new, |name| format!("{name}: "))
}

/// Returns the text of a statement that both runs contain, or only the keyword for two different machine
/// declarations.
fn short(a: &Statement, b: &Statement) -> String {
    if a.short == b.short {
        a.short.clone()
    } else {
        MACHINE.to_owned()
    }
}

fn table(rows: &[FactDifference]) -> Table {
    let value = |facet: &Option<Facet>| Cell::word(facet.as_ref().map_or("-", |facet| &facet.text));
    let rows = rows
        .iter()
        .take(FACTS)
        .map(|row| vec![Cell::word(&row.name), value(&row.a), value(&row.b)]);
    Table::new("", &[&["fact"], &["A"], &["B"]], rows.collect())
}

fn parting(parting: &Parting) -> Vec<Block> {
    let (a, b) = &parting.statements;
    let step = |step: &Option<Step>| match step {
        Some(step) => format!("{}: {}", step.who(), step.what),
        None => "nothing more happens".to_owned(),
    };
    let title = format!("The runs diverge at step {} of {}", parting.number, a.short);
    let pairs = vec![
        ("A".to_owned(), step(&parting.a)),
        ("B".to_owned(), step(&parting.b)),
    ];
    vec![
        Block::Statement {
            text: title,
            place: format!("{} | {}", a.location(), b.location()),
        },
        Block::Pairs {
            title: String::new(),
            pairs,
        },
    ]
}
