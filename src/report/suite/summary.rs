//! A suite as text: the cases that failed, and a summary.

use super::case::{Broken, Case, Suite, Verdict};
use crate::report::doc::{Block, Tone};
use crate::report::narrate::{count, failure};

/// What is told of a case that failed; nothing of others.
pub fn tell(case: &Case) -> Vec<Block> {
    if !case.verdict().bad() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Heading(format!("✗ {}", case.name))];
    if case.fails {
        blocks.push(Block::line("is meant to fail, and does not"));
        return blocks;
    }
    blocks.extend(case.broken.iter().flat_map(broken));
    let told: usize = case.broken.iter().map(|broken| broken.checks.failed.len()).sum();
    if case.failed > told as u64 {
        let all = failure(case.failed, case.checks);
        blocks.push(Block::toned(Tone::Faint, format!("… {all}; the first {told} are shown")));
    }
    if !case.mistakes.is_empty() {
        let mistakes = count(case.mistakes.len() as u64, "mistake", "mistakes");
        blocks.push(Block::toned(Tone::Bad, format!("{mistakes} in the script:")));
        blocks.extend(case.mistakes.iter().map(|mistake| {
            Block::line(format!("{}:{}:{}: {mistake}", mistake.file, mistake.line, mistake.column))
        }));
    }
    blocks
}

fn broken(broken: &Broken) -> [Block; 2] {
    let place = format!("{}:{}", broken.file, broken.line);
    [Block::Statement { text: broken.text.clone(), place }, Block::Checks(broken.checks.clone())]
}

/// The counts, and in the last line `N passed, N failed`.
pub fn summary(suite: &Suite) -> Vec<String> {
    let checks: u64 = suite.cases.iter().map(|case| case.checks).sum();
    let mut counts = vec![
        count(suite.cases.len() as u64, "case", "cases"),
        count(checks, "fact checked", "facts checked"),
    ];
    let unreached = suite.count(Verdict::NotRun);
    if unreached > 0 {
        counts.push(count(unreached, "case not reached", "cases not reached"));
    }
    vec![counts.join(", "), format!("{} passed, {} failed", suite.count(Verdict::Passed), suite.failed())]
}
