//! Expectations after `=>` in the notation of other languages, exam sheets, and programs, one row for each
//! idiom.

use super::rows::{Idiom, row};

const COMMA: &str = "expectations must be separated by commas, and all of them must hold";
const SIDE: &str = "a fact must be followed by its value";

/// Single facts after `=>`.
pub(super) const FACTS: &[Idiom] = &[
    row(
        &[
            "NAME == A",
            "NAME = A",
            "NAME : A",
            "NAME is A",
            "NAME -> A",
        ],
        "NAME A",
        SIDE,
        "write `vpn 0x0F`",
    ),
    row(
        &["NAME != A"],
        "NAME not A",
        "to exclude a value of a fact, use `not`",
        "write `vpn not 3`",
    ),
    row(
        &["not NAME A"],
        "NAME not A",
        "`not` must come after the name of the fact",
        "write `vpn not 3`",
    ),
    row(
        &["NAME < A"],
        "NAME in 0..A",
        "to compare a fact with a range, use `in`",
        "write `cycles in 0..10`",
    ),
    row(
        &["NAME <= A"],
        "NAME in 0..=A",
        "to compare a fact with a range, use `in`",
        "write `cycles in 0..=10`",
    ),
    row(
        &["NAME > A", "NAME >= A"],
        "",
        "to compare a fact with a range, use `in`",
        "write `vpn in 4..16`, or `expect last.vpn > 3` on the next line",
    ),
    row(
        &["(NAME A)"],
        "NAME A",
        "facts are not enclosed in parentheses",
        "write `vpn 0x0F`",
    ),
    row(
        &["tlb_hit", "hit", "tlbhit"],
        "tlb hit",
        "a fact is a name and a value",
        "write `tlb hit`",
    ),
    row(
        &["tlb_miss", "miss", "tlbmiss"],
        "tlb miss",
        "a fact is a name and a value",
        "write `tlb miss`",
    ),
    row(
        &["cache_hit"],
        "cache hit",
        "a fact is a name and a value",
        "write `cache hit`",
    ),
    row(
        &["cache_miss"],
        "cache miss",
        "a fact is a name and a value",
        "write `cache miss`",
    ),
    row(
        &["page_fault", "pagefault", "page fault", "fault"],
        "fault page",
        "the fact for a page fault is `fault`",
        "write `fault page`",
    ),
    row(
        &["no_fault", "no fault"],
        "fault none",
        "without a fault, the fact `fault` is `none`",
        "write `fault none`",
    ),
    row(
        &["segfault", "segmentation_fault", "SIGSEGV"],
        "signal SIGSEGV",
        "the fact for a signal is `signal`",
        "write `signal SIGSEGV`",
    ),
    row(
        &["hit NAME"],
        "NAME hit",
        "the fact must come before its value",
        "write `tlb hit`",
    ),
    row(
        &["miss NAME"],
        "NAME miss",
        "the fact must come before its value",
        "write `tlb miss`",
    ),
    row(
        &[
            "pfn A",
            "frame_number A",
            "frame A",
            "physical page number A",
            "physical page A",
            "page frame A",
            "frame number A",
        ],
        "ppn A",
        "to check the physical page number, use the fact `ppn`",
        "write `ppn 0x0D`",
    ),
    row(
        &["offset A", "page_offset A"],
        "vpo A",
        "to check the page offset, use the fact `vpo`",
        "write `vpo 0x14`",
    ),
    row(
        &[
            "addr A",
            "address A",
            "physical A",
            "paddr A",
            "physical address A",
            "phys addr A",
        ],
        "pa A",
        "to check the physical address, use the fact `pa`",
        "write `pa 0x354`",
    ),
    row(
        &["va A", "vaddr A", "virtual A"],
        "",
        "the virtual address is the operand of the access, not a fact",
        "use the fact `pa` for the physical address, and `vpn` and `vpo` for the parts of the virtual address",
    ),
    row(
        &[
            "pte.v A",
            "pte.p A",
            "pte.d A",
            "pte.a A",
            "pte.rw A",
            "pte.us A",
            "pte.ppn A",
        ],
        "",
        "a fact is a single value without fields",
        "to check the entry, write a table: `expect page_table { | vpn d |; | 0F 1 | }`",
    ),
    row(
        &[
            "page A",
            "virtual_page A",
            "virtual page number A",
            "virtual page A",
            "page number A",
        ],
        "vpn A",
        "to check the virtual page number, use the fact `vpn`",
        "write `vpn 0x0F`",
    ),
    row(
        &["byte NUM NUM2 REST"],
        "",
        "a fact has one value",
        "write `value 0x7236`, whose last two digits are the byte at the lowest address",
    ),
];

/// Words and signs that join facts in other languages.
pub(super) const JOINED: &Idiom = &row(
    &["and", "&&", ";"],
    ",",
    COMMA,
    "write `ppn 0x0D, tlb miss`",
);
/// Operators that join facts but have no equivalent.
pub(super) const EITHER: &Idiom = &row(
    &["or", "||"],
    "",
    "all expectations of a statement must hold, so `or` cannot join them",
    "list several values of one fact in brackets: `tlb in [hit, miss]`",
);

/// Facts in the notation of exam sheets and other programs.
pub(super) const WORDED: &[Idiom] = &[
    row(
        &["fault demand zero", "fault demand_zero", "fault demandzero"],
        "fault demand-zero",
        "the class of a fault must be one word",
        "write `fault demand-zero`",
    ),
    row(
        &[
            "fault cow",
            "fault copy on write",
            "fault copy_on_write",
            "fault COW",
        ],
        "fault copy-on-write",
        "the class of a fault must be one word",
        "write `fault copy-on-write`",
    ),
    row(
        &["fault segfault", "fault segv", "fault SIGSEGV", "fault seg"],
        "fault segmentation",
        "an access outside all areas has the fault class `segmentation`",
        "write `fault segmentation`",
    ),
    row(
        &["fault minor", "minor fault"],
        "minor 1",
        "to check the number of minor faults, use the fact `minor`",
        "write `minor 1`",
    ),
    row(
        &["fault major", "major fault"],
        "major 1",
        "to check the number of major faults, use the fact `major`",
        "write `major 1`",
    ),
    row(
        &["physical_address A", "physical address A", "phys A"],
        "pa A",
        "to check the physical address, use the fact `pa`",
        "write `pa 0x354`",
    ),
    row(
        &[
            "tlb hit NO",
            "tlb miss YES",
            "no tlb hit",
            "not tlb hit",
            "tlb NO",
        ],
        "tlb miss",
        SIDE,
        "write `tlb miss`",
    ),
    row(
        &[
            "tlb hit YES",
            "tlb miss NO",
            "no tlb miss",
            "not tlb miss",
            "tlb YES",
        ],
        "tlb hit",
        SIDE,
        "write `tlb hit`",
    ),
    row(
        &[
            "cache hit NO",
            "cache miss YES",
            "no cache hit",
            "not cache hit",
        ],
        "cache miss",
        SIDE,
        "write `cache miss`",
    ),
    row(
        &[
            "cache hit YES",
            "cache miss NO",
            "no cache miss",
            "not cache miss",
        ],
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
        "without a fault, the fact `fault` is `none`",
        "write `fault none`",
    ),
    row(
        &[
            "page fault YES",
            "fault YES",
            "page_fault YES",
            "pagefault YES",
            "invalid",
            "not present",
        ],
        "fault page",
        "the fact for a page fault is `fault`",
        "write `fault page`",
    ),
    row(
        &[
            "page faults A",
            "page_faults A",
            "pagefaults A",
            "number of faults A",
            "total faults A",
        ],
        "faults A",
        "to check the number of page faults, use the fact `faults`",
        "write `reference 1 2 { frames 1 } => faults 2`",
    ),
    row(
        &["VALUE"],
        "byte VALUE",
        "to check the byte that is read, use the fact `byte`",
        "write `byte 0x36`",
    ),
    row(
        &["data A", "content A", "contents A", "char A"],
        "byte A",
        "to check the byte that is read, use the fact `byte`",
        "write `byte 0x36`",
    ),
    row(
        &["misses A"],
        "faults A",
        "to check the number of misses, use the fact `faults`",
        "write `reference 1 2 { frames 1 } => faults 2`",
    ),
    row(
        &["expect REST", "assert REST", "should be REST", "is REST"],
        "REST",
        "expectations must be listed after `=>`, separated by commas",
        "write `tlb miss`",
    ),
    row(
        &["VALUE page faults", "VALUE page fault"],
        "faults VALUE",
        "the fact must come before its value",
        "write `vpn 0x0F`",
    ),
    row(
        &["VALUE NAME"],
        "NAME VALUE",
        "the fact must come before its value",
        "write `vpn 0x0F`",
    ),
    row(
        &["tlb tag A", "tag A"],
        "tlbt A",
        "to check the TLB tag, use the fact `tlbt`",
        "write `tlbt 3`",
    ),
    row(
        &["tlb index A", "tlb set A"],
        "tlbi A",
        "to check the TLB index, use the fact `tlbi`",
        "write `tlbi 3`",
    ),
    row(
        &["cache tag A"],
        "ct A",
        "to check the cache tag, use the fact `ct`",
        "write `ct 3`",
    ),
    row(
        &["cache index A", "cache set A", "set A"],
        "ci A",
        "to check the cache index, use the fact `ci`",
        "write `ci 3`",
    ),
    row(
        &["cache offset A", "block offset A"],
        "co A",
        "to check the block offset, use the fact `co`",
        "write `co 3`",
    ),
];

/// Names of the latest statement's facts that a condition in another language can use.
const LATEST: &[&str] = &[
    "vpn", "vpo", "tlbi", "tlbt", "ppn", "ppo", "pa", "co", "ci", "ct", "byte", "value", "cycles",
    "fault", "faults", "walk",
];

/// Whether a word alone in a condition is a fact of the latest statement.
pub(super) fn is_latest(word: &str) -> bool {
    LATEST.contains(&word)
}

/// Whether a word is the name of a fact of an access.
pub(super) fn is_fact(word: &str) -> bool {
    is_latest(word) || matches!(word, "tlb" | "cache")
}
