//! Names of settings in other tools, with their equivalents.

/// A setting's block (empty for any block), its name in the language, and its other names, in lowercase and
/// without the words in `NOISE`.
const NAMES: &[(&str, &str, &[&str])] = &[
    (
        "machine",
        "virtual",
        &[
            "virtual address",
            "va",
            "vaddr",
            "logical",
            "logical address",
            "virtual memory",
        ],
    ),
    (
        "machine",
        "virtual",
        &[
            "address space",
            "virtual address space",
            "address",
            "virtual space",
            "asize",
        ],
    ),
    (
        "machine",
        "physical",
        &[
            "physical address",
            "pa",
            "paddr",
            "physical memory",
            "physical address space",
            "ram",
        ],
    ),
    ("machine", "page", &["pages", "psize", "page frame"]),
    ("machine", "cores", &["core", "cpus", "processors"]),
    ("machine", "memory", &["main memory", "dram"]),
    ("page_table", "levels", &["level", "depth"]),
    (
        "page_table",
        "pte",
        &["entry", "entries", "page table entry"],
    ),
    ("tlb", "entries", &["size", "entry", "capacity", "lines"]),
    ("cache", "size", &["cache", "capacity", "data", "bytes"]),
    (
        "cache",
        "block",
        &[
            "blocks",
            "line",
            "cache line",
            "cache block",
            "bsize",
            "blk",
            "words",
        ],
    ),
    (
        "",
        "ways",
        &[
            "way",
            "assoc",
            "associativity",
            "associative",
            "way set associative",
            "way associative",
        ],
    ),
    (
        "",
        "ways",
        &[
            "set associativity",
            "lines per set",
            "blocks per set",
            "way assoc",
        ],
    ),
    ("", "sets", &["set"]),
    (
        "",
        "policy",
        &[
            "replacement",
            "replacement policy",
            "eviction",
            "eviction policy",
            "repl",
            "algorithm",
        ],
    ),
    (
        "",
        "replacement",
        &[
            "policy",
            "replacement policy",
            "algorithm",
            "page replacement",
            "eviction",
            "repl",
        ],
    ),
    (
        "",
        "latency",
        &[
            "hit time",
            "hit latency",
            "access time",
            "access latency",
            "delay",
            "time",
            "hit",
            "penalty",
        ],
    ),
    (
        "",
        "frames",
        &["frame", "page frames", "physical frames", "physical pages"],
    ),
    ("", "title", &["name", "exam"]),
    ("", "duration", &["time", "length"]),
    ("", "course", &["class"]),
    ("", "aids", &["allowed", "materials"]),
    (
        "choice",
        "correct",
        &[
            "right",
            "true",
            "yes",
            "answer",
            "key",
            "solution",
            "=",
            "*",
            "+",
            "correct answer",
        ],
    ),
    (
        "choice",
        "wrong",
        &[
            "false",
            "incorrect",
            "no",
            "distractor",
            "~",
            "-",
            "bad",
            "wrong answer",
        ],
    ),
];

/// Settings that are a single word in the language.
const FLAGS: &[(&str, &str)] = &[
    ("fully associative", "fully-associative"),
    ("full associative", "fully-associative"),
    ("full", "fully-associative"),
    ("associativity full", "fully-associative"),
    ("ways full", "fully-associative"),
    ("ways all", "fully-associative"),
    ("direct mapped", "direct-mapped"),
    ("direct map", "direct-mapped"),
    ("direct", "direct-mapped"),
    ("associativity direct", "direct-mapped"),
    ("write back", "write-back"),
    ("writeback", "write-back"),
    ("wb", "write-back"),
    ("copy back", "write-back"),
    ("write through", "write-through"),
    ("writethrough", "write-through"),
    ("wt", "write-through"),
    ("write back no", "write-through"),
    ("write back false", "write-through"),
    ("write allocate", "write-allocate"),
    ("write allocate yes", "write-allocate"),
    ("write allocate true", "write-allocate"),
    ("allocate yes", "write-allocate"),
    ("allocate on write", "write-allocate"),
    ("wa", "write-allocate"),
    ("no write allocate", "no-write-allocate"),
    ("write no allocate", "no-write-allocate"),
    ("write around", "no-write-allocate"),
    ("write allocate no", "no-write-allocate"),
    ("write allocate false", "no-write-allocate"),
    ("allocate no", "no-write-allocate"),
    ("allocate false", "no-write-allocate"),
    ("no allocate", "no-write-allocate"),
    ("nwa", "no-write-allocate"),
    ("little endian", "little-endian"),
    ("big endian", "big-endian"),
    ("opt", "optimal"),
    ("min", "optimal"),
    ("belady", "optimal"),
    ("second chance", "second-chance"),
    ("third chance", "third-chance"),
    ("enhanced second chance", "third-chance"),
    ("least recently used", "lru"),
    ("first in first out", "fifo"),
    ("working set", "working-set"),
];

/// Words that do not affect the meaning of a setting's name.
const NOISE: &[&str] = &[
    "size", "num", "number", "of", "the", "count", "n", "total", "bits", "bit", "in", "bytes",
    "byte", "width", "length", "per",
];

const POLICIES: &[&str] = &[
    "lru",
    "fifo",
    "lifo",
    "mru",
    "plru",
    "clock",
    "second-chance",
    "third-chance",
    "lfu",
    "nru",
    "aging",
    "random",
    "optimal",
    "working-set",
];

/// Names that need no change.
const KNOWN: &[&str] = &[
    "virtual",
    "physical",
    "page",
    "page_table",
    "pte",
    "tlb",
    "cache",
    "memory",
    "cores",
    "levels",
    "bits",
    "walk",
    "size",
    "ppn",
    "sets",
    "ways",
    "policy",
    "for",
    "latency",
    "entries",
    "pages",
    "asid",
    "lines",
    "block",
    "index",
    "inclusion",
    "shared",
    "frames",
    "replacement",
    "scope",
    "swap",
    "stack-top",
    "stack-size",
    "mmap-base",
    "brk-start",
    "fault-around",
    "page-cache",
    "zero-page",
    "signals",
    "window",
    "tick",
    "ticks",
    "holding",
    "writes",
    "title",
    "course",
    "duration",
    "aids",
    "shuffle",
    "correct",
    "wrong",
    "answers",
    "fill",
    "rubric",
];

/// Returns the setting that a phrase names in a block.
pub(super) fn named(block: &str, phrase: &str, unit: Option<&str>) -> Option<String> {
    // `64 B lines` is a block size, but `64 lines` is not.
    if block == "cache" && matches!(phrase, "lines" | "line" | "blocks" | "block") {
        return Some(
            if unit.is_some_and(|unit| unit.ends_with('B')) || !phrase.ends_with('s') {
                "block"
            } else {
                "lines"
            }
            .to_owned(),
        );
    }
    let parts = phrase
        .split(' ')
        .filter(|word| !NOISE.contains(word))
        .collect::<Vec<_>>()
        .join(" ");
    let own = |(of, ours, theirs): &&(&str, &str, &[&str])| {
        let place = *of == block || of.is_empty() && fits(block, ours);
        place && (theirs.contains(&phrase) || theirs.contains(&&*parts) || *ours == parts)
    };
    if let Some((_, ours, _)) = NAMES.iter().find(own) {
        return Some((*ours).to_owned());
    }
    let name = phrase.replace(' ', "_");
    let bare = parts.replace(' ', "_");
    if KNOWN.contains(&&*name) || KNOWN.contains(&&*phrase.replace(' ', "-")) {
        let dashed = phrase.replace(' ', "-");
        return Some(if KNOWN.contains(&&*dashed) {
            dashed
        } else {
            name
        });
    }
    KNOWN.contains(&&*bare).then_some(bare)
}

/// Whether a setting that `NAMES` lists without a block belongs to this block.
fn fits(block: &str, name: &str) -> bool {
    match name {
        "ways" | "sets" | "policy" => matches!(block, "tlb" | "cache"),
        "latency" => matches!(block, "tlb" | "cache" | "memory"),
        "frames" | "replacement" => matches!(block, "kernel" | "reference"),
        _ => block == "exam",
    }
}

fn flag(phrase: &str) -> Option<&'static str> {
    let bare = [
        "write policy ",
        "write miss policy ",
        "write hit policy ",
        "mapping ",
        "policy ",
        "replacement policy ",
    ];
    let rest = bare
        .iter()
        .find_map(|begin| phrase.strip_prefix(begin))
        .unwrap_or(phrase);
    FLAGS
        .iter()
        .find(|(theirs, _)| *theirs == phrase || *theirs == rest)
        .map(|(_, ours)| *ours)
}

/// Returns words in lowercase, separated by spaces.
pub(super) fn phrase(words: &[&str]) -> String {
    words
        .join(" ")
        .to_ascii_lowercase()
        .replace(['_', '-'], " ")
}

/// Rewrites a setting that is one word.
pub(super) fn word(block: &str, said: &str) -> String {
    let phrase = phrase(&[said]);
    let flag = flag(&phrase).unwrap_or(&phrase);
    if POLICIES.contains(&flag) {
        let name = if matches!(block, "kernel" | "reference") {
            "replacement"
        } else {
            "policy"
        };
        return format!("{name} {flag}");
    }
    if flag.contains('-') {
        flag.to_owned()
    } else {
        said.to_owned()
    }
}

/// Returns a policy in lowercase, and any other word unchanged.
pub(super) fn lowered(name: &str, text: &str) -> String {
    let phrase = phrase(&[text]);
    let flag = flag(&phrase).unwrap_or(&phrase);
    if matches!(name, "policy" | "replacement") {
        flag.to_owned()
    } else {
        text.to_owned()
    }
}

/// Returns the equivalent of a setting without a value.
pub(super) fn flagged(block: &str, words: &[&str]) -> Option<String> {
    let phrase = phrase(words);
    let flag = flag(&phrase).or_else(|| POLICIES.iter().copied().find(|name| *name == phrase))?;
    Some(word(block, flag))
}
