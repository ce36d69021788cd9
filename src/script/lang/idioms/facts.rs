//! More facts, as sheets and other programs write them; one row each.

use super::rows::{Idiom, SIDE, row};

pub(super) const WORDED: &[Idiom] = &[
    row(
        &["tlb hit NO", "tlb miss YES", "no tlb hit", "not tlb hit", "tlb NO"],
        "tlb miss",
        SIDE,
        "write `tlb miss`",
    ),
    row(
        &["tlb hit YES", "tlb miss NO", "no tlb miss", "not tlb miss", "tlb YES"],
        "tlb hit",
        SIDE,
        "write `tlb hit`",
    ),
    row(
        &["cache hit NO", "cache miss YES", "no cache hit", "not cache hit"],
        "cache miss",
        SIDE,
        "write `cache miss`",
    ),
    row(
        &["cache hit YES", "cache miss NO", "no cache miss", "not cache miss"],
        "cache hit",
        SIDE,
        "write `cache hit`",
    ),
    row(
        &[
            "page fault NO",
            "fault NO",
            "page_fault NO",
            "no page fault",
            "no_page_fault",
            "not page fault",
            "pagefault NO",
        ],
        "fault none",
        "no fault is the value `none` of `fault`",
        "write `fault none`",
    ),
    row(
        &["page fault YES", "fault YES", "page_fault YES", "pagefault YES", "invalid", "not present"],
        "fault page",
        "a page fault is the fact `fault`",
        "write `fault page`",
    ),
    row(
        &["page faults A", "page_faults A", "pagefaults A", "number of faults A", "total faults A"],
        "faults A",
        "the number of page faults is the fact `faults`",
        "write `reference 1 2 { frames 1 } => faults 2`",
    ),
    row(&["VALUE"], "byte VALUE", "the byte that is read is the fact `byte`", "write `byte 0x36`"),
    row(
        &["data A", "content A", "contents A", "char A"],
        "byte A",
        "the byte that is read is the fact `byte`",
        "write `byte 0x36`",
    ),
    row(
        &["misses A"],
        "faults A",
        "references that miss are the fact `faults`",
        "write `reference 1 2 { frames 1 } => faults 2`",
    ),
    row(
        &["expect REST", "assert REST", "should be REST", "is REST"],
        "REST",
        "facts stand side by side after `=>`",
        "write `tlb miss`",
    ),
    row(
        &["VALUE page faults", "VALUE page fault"],
        "faults VALUE",
        "the fact comes before its value",
        "write `vpn 0x0F`",
    ),
    row(&["VALUE NAME"], "NAME VALUE", "the fact comes before its value", "write `vpn 0x0F`"),
    row(&["tlb tag A", "tag A"], "tlbt A", "the tag of the TLB is the fact `tlbt`", "write `tlbt 3`"),
    row(&["tlb index A", "tlb set A"], "tlbi A", "the index of the TLB is the fact `tlbi`", "write `tlbi 3`"),
    row(&["cache tag A"], "ct A", "the tag of the cache is the fact `ct`", "write `ct 3`"),
    row(
        &["cache index A", "cache set A", "set A"],
        "ci A",
        "the index of the cache is the fact `ci`",
        "write `ci 3`",
    ),
    row(&["cache offset A", "block offset A"], "co A", "the block offset is the fact `co`", "write `co 3`"),
];

/// Facts that are written alone, and are those of the latest statement.
const LATEST: &[&str] = &[
    "vpn", "vpo", "tlbi", "tlbt", "ppn", "ppo", "pa", "co", "ci", "ct", "byte", "value", "cycles", "fault",
    "faults", "walk",
];

/// Whether a word, alone in a condition, is a fact of the latest statement.
pub(super) fn is_latest(word: &str) -> bool {
    LATEST.contains(&word)
}

/// Whether a word is the name of a fact of an access.
pub(super) fn is_fact(word: &str) -> bool {
    is_latest(word) || matches!(word, "tlb" | "cache")
}
