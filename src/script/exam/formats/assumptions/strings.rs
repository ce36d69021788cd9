//! Assumptions about reference strings.

use super::policy_rules::{Rule, rule};
use crate::exam::topics::{Topic, Topics};
use pagewalk_engine::machine::reference_string::Replacement;

/// Sentences about reference strings, each with the topics that require it.
const OF_STRINGS: &[(&[Topic], &str)] = &[
    (
        &[Topic::Started],
        "The initial pages occupy the frames from frame 0 upward in the order of their loading times.",
    ),
    (
        &[Topic::Listed],
        "The initial pages occupy the frames from frame 0 upward. They were loaded in the listed order.",
    ),
    (
        &[Topic::Unused],
        "The initial pages were last used in the order in which they were loaded.",
    ),
    (
        &[Topic::LoadedTogether],
        "Initial pages with the same loading time were loaded in the listed order.",
    ),
    (
        &[Topic::UsedTogether, Topic::Started],
        "Initial pages with the same time of last use were used in the order in which they were loaded.",
    ),
    (
        &[Topic::UsedTogether, Topic::Unloaded],
        "Initial pages with the same time of last use were used in the listed order.",
    ),
    (
        &[Topic::Window],
        "The initial pages were the references before the first one, in the order of their last uses. Pages outside the window \
         have already left memory.",
    ),
    (
        &[Topic::Unreferenced],
        "The use bits of the initial pages are clear.",
    ),
    (
        &[Topic::UseBits],
        "The column R contains the use bits of the initial pages.",
    ),
    (
        &[Topic::Disk],
        "Every page is on disk at the start, and each page fault reads a page from disk. An evicted page is written to disk \
         only if it was modified since it was read.",
    ),
    (
        &[Topic::Modified, Topic::Clean],
        "The initial pages are not modified.",
    ),
    (
        &[Topic::Ticks],
        "A clock tick clears the use bits of all pages.",
    ),
    (
        &[Topic::Order],
        "The eviction order lists the resident pages after each step. The first page is the next victim, and the others \
         follow in the order in which they are evicted if none of them is used again.",
    ),
];

/// Describes how reference strings are executed.
pub(super) fn of_strings(asked: &Topics) -> Vec<String> {
    let mut sentences = Vec::new();
    if !asked.is(Topic::Strings) {
        return sentences;
    }
    if asked.is(Topic::Empty) {
        sentences.push(
            "All frames are empty at first and are filled from frame 0 upward. The first reference to a page is also a fault."
                .to_owned(),
        );
    }
    if asked.is(Topic::Holding) {
        sentences.push(
            "The initial pages occupy the frames from frame 0 upward. They were loaded in this order and last used in the same \
             order. Their use bits are clear."
                .to_owned(),
        );
    }
    let others = OF_STRINGS
        .iter()
        .filter(|(about, _)| about.iter().all(|about| asked.is(*about)));
    sentences.extend(others.map(|(_, sentence)| (*sentence).to_owned()));
    let (several, ticks) = (asked.is(Topic::Several), asked.is(Topic::AnyTicks));
    let mut rules: Vec<Rule> = Vec::new();
    // Whichever of the pages that are never used again is evicted, the number of faults is the same.
    let decides = |policy: &&Replacement| {
        **policy != Replacement::Optimal { lookahead: None } || asked.is(Topic::Victims)
    };
    let policies = asked.policies.iter().filter(decides);
    for rule in policies.filter_map(|policy| rule(*policy)) {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    sentences.extend(
        rules
            .into_iter()
            .map(|rule| rule.printed(several, ticks, 0)),
    );
    sentences
}
