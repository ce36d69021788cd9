//! The last page: powers of two and hexadecimal digits. A paper contains them by default, because a
//! student who needs them cannot get them during the exam.

use super::medium::Medium;
use crate::exam::formats::labels::Labels;
use crate::exam::formats::tree::{Block, Cell, Paragraph, Table};

/// Prefixes for powers of 1024, indexed by the exponent divided by 10.
const NAMES: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// Returns the tables of powers of two and of hexadecimal digits.
pub(crate) fn appendix(labels: &Labels, medium: Medium) -> Vec<Block> {
    let say = |words: &'static str| labels.localize(words).to_owned();
    let heads = || vec!["n".to_owned(), "2ⁿ".to_owned(), String::new(), say("hex")];
    let power = |n: u32| {
        let n = n as usize;
        let name = format!("{} {}", 1u32 << (n % 10), NAMES[n / 10]);
        vec![
            Cell::Number(n.to_string()),
            Cell::Number((1u64 << n).to_string()),
            Cell::Number(if n < 10 {
                String::new()
            } else {
                name.trim_end().to_owned()
            }),
            Cell::Number(format!("0x{:X}", 1u64 << n)),
        ]
    };
    // The table contains the powers for all address bits, and fits on a page.
    let rows = (0..24)
        .map(|n| [power(n), power(n + 24)].concat())
        .collect();
    let powers = Table {
        title: say("Powers of two"),
        groups: vec![heads(), heads()],
        rows,
        ..Table::default()
    };
    let heads = || vec![say("hex"), say("decimal"), say("binary")];
    let digit = |n: u32| {
        vec![format!("{n:X}"), n.to_string(), format!("{n:04b}")]
            .into_iter()
            .map(Cell::Number)
    };
    let rows = (0..8)
        .map(|n| digit(n).chain(digit(n + 8)).collect())
        .collect();
    let digits = Table {
        title: say("Digits"),
        groups: vec![heads(), heads()],
        rows,
        ..Table::default()
    };
    let title = Block::Prose(vec![Paragraph::Words(say(
        "For your calculations. Nothing on this page is marked.",
    ))]);
    [vec![title], medium.given(powers), medium.given(digits)].concat()
}
