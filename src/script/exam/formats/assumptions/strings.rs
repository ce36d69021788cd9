//! Assumptions about reference strings.

use super::asked::{About, Asked};
use super::policy_rules::rule;

/// Sentences about reference strings, each with the topics that require it.
const OF_STRINGS: &[(&[About], &str)] = &[
    (
        &[About::Started],
        "The initial pages occupy the frames from frame 0 upward in the order of their loading times.",
    ),
    (
        &[About::Listed],
        "The initial pages occupy the frames from frame 0 upward. They were loaded in the listed order.",
    ),
    (
        &[About::Unused],
        "The initial pages were last used in the order in which they were loaded.",
    ),
    (
        &[About::Unreferenced],
        "The use bits of the initial pages are clear.",
    ),
    (
        &[About::UseBits],
        "The column R contains the use bits of the initial pages.",
    ),
    (
        &[About::Disk],
        "Every page is on disk at the start, and each page fault reads a page from disk. An evicted page is written to disk \
         only if it was modified since it was read.",
    ),
    (
        &[About::Modified, About::Clean],
        "The initial pages are not modified.",
    ),
    (
        &[About::Ticks],
        "A clock tick clears the use bits of all pages.",
    ),
    (
        &[About::Order],
        "The eviction order lists the resident pages after each step. The first page is the next victim, and the others \
         follow in the order in which they are evicted if none of them is used again.",
    ),
];

/// Describes how reference strings are executed.
pub(super) fn of_strings(asked: &Asked, sentences: &mut Vec<String>) {
    if asked.policies.is_empty() {
        return;
    }
    if asked.is(About::Empty) {
        sentences.push(
            "All frames are empty at first and are filled from frame 0 upward. The first reference to a page is also a fault."
                .to_owned(),
        );
    }
    if asked.is(About::Holding) {
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
    let rules = asked.policies.iter().filter_map(|policy| rule(policy));
    sentences.extend(
        rules.map(|rule| rule.printed(asked.is(About::Several), asked.is(About::AnyTicks))),
    );
}
