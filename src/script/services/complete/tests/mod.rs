//! Tests of completion at the cursor mark `‸`, with expected items and items that must not appear.

mod anything;
mod binding;
mod colours;
mod hints;
mod lab;
mod processes;

use lab::{SIMPLE, holds, offered, state};

#[test]
fn a_statement_begins() {
    holds(
        &state(SIMPLE),
        &[
            (
                "‸",
                "read write translate machine let for scenario set expect show",
                "vpn mmap va NAME NAME: P1:",
            ),
            ("re‸", "read reclaim reference repeat", "write translate"),
            ("read 1\n‸", "read let", "vpn"),
            ("read 1; ex‸", "expect executable", "read"),
            ("scenario \"a\" {\n  f‸", "for fetch flush file", "read"),
            ("for x in 0..4 { ‸", "read let", "x"),
            ("def f(a) { }\n‸", "f", "a"),
            ("if va == 1 { tran‸", "translate", ""),
            ("# re‸", "", ""),
            ("show \"\"\"re‸", "", ""),
            ("show \"\"\"{va‸", "va value", "read"),
            ("if 1 == 1 { } ‸", "else", "if"),
        ],
    );
}

#[test]
fn names_are_offered_where_they_can_be_seen() {
    holds(
        &state(""),
        &[
            ("let size = 1\nread si‸", "size", ""),
            ("let size = si‸", "", "size"),
            ("def f(a) {\n read ‸", "a", ""),
            ("def f(a) { read a }\nread ‸", "byte", "a"),
            ("scenario \"s\" { let x = 1 }\nread ‸", "byte", "x"),
            ("scenario \"s\" { def g() { core 0 } }\n‸", "read", "g"),
            (
                "scenario \"s\" {\n let x = 1\n for i in 0..2 { read ‸",
                "x i",
                "",
            ),
            (
                "if 1 < 2 { let x = 1 } else { let y = 2 }\nread ‸",
                "x y",
                "",
            ),
            ("if 1 < 2 { let x = 1 } else { read ‸", "x", ""),
            ("choose n in 0..8 where ‸", "n", ""),
            ("choose n in 0..8 where n > 1 where ‸", "n", ""),
            ("let x 4\nmachine { virtual ‸", "x", ""),
            ("show \"\"\"a\"\"\"\nlet x = 1\nshow \"\"\"{‸", "x", ""),
        ],
    );
}

#[test]
fn facts_of_an_access() {
    holds(
        &state(SIMPLE),
        &[
            (
                "read 0x10 => ‸",
                "vpn vpo ppn tlbi tlbt tlb cache fault byte value vpn1 tlb.index cache.victim",
                "faults trace L1d",
            ),
            ("read 0x10 => vpn 3, ‸", "vpo ppn", "vpn read"),
            (
                "read 0x10 => vpn 3,\n  tlb hit, tl‸",
                "tlbi tlbt tlb.index",
                "tlb vpn",
            ),
            ("read 0x10 => vpn 3 => p‸", "ppn ppo pa", "vpn"),
            (
                "read 0x10 => tlb.‸",
                "tlb.index tlb.tag tlb.victim tlb.writeback",
                "tlb tlb.offset tlbi",
            ),
            ("read 0x10 => tlb.index 3, cache.o‸", "cache.offset", ""),
            (
                "read 0x10 => fault ‸",
                "none page protection segmentation copy-on-write not in",
                "vpn va hit",
            ),
            ("read 0x10 => fault p‸", "page protection", "none"),
            ("read 0x10 => fault not ‸", "none page", ""),
            ("read 0x10 => tlb ‸", "hit miss none not", "page va"),
            ("read 0x10 => cache.writeback ‸", "yes no", "hit va"),
            ("read 0x10 => served ‸", "memory cache", "tlb va"),
            ("read 0x10 => ppn ‸", "va value not in", "hit"),
            ("read 0x10 => ppn va + ‸", "va value", "hit not"),
            ("read 0x10 => byte u‸", "unknown", ""),
            ("read 0x10 => ppn va ‸", "", ""),
            ("translate va for write => w‸", "walk", "write"),
            ("choose x in 0..4 where read x => tlb ‸", "hit miss", ""),
            ("probe read 0 => vp‸", "vpn vpo", ""),
            ("probe 0 => vp‸", "vpn vpo", ""),
            ("flush tlb => ‸", "", ""),
            (
                "replay \"x.trace\" ‸",
                "format straddle map kinds causes cycles",
                "lackey",
            ),
            (
                "replay \"x.trace\" map demand causes ‸",
                "kinds cycles",
                "lackey",
            ),
            (
                "reference \"x.trace\" { ‸",
                "frames page only straddle format",
                "lackey data",
            ),
            ("reference \"x.trace\" { only ‸", "data fetches", "frames"),
            ("replay \"x.trace\" format ‸", "lackey din csv gap", "map"),
            (
                "replay \"x.trace\" format din map ‸",
                "identity demand",
                "split",
            ),
            (
                "replay \"x.trace\" map demand => ‸",
                "accesses fetches faults cache.misses tlb.hits",
                "vpn tlb.writebacks",
            ),
            (
                "probe replay \"x.trace\" map demand => ‸",
                "accesses cache.misses",
                "vpn",
            ),
            (
                "choose x in 0..4 where replay \"x.trace\" map demand => ‸",
                "accesses cache.misses",
                "vpn",
            ),
            (
                "replay \"x.trace\" => accesses 2, cache.‸",
                "cache.misses cache.miss_rate cache.reads.misses cache.conflict",
                "cache.sets",
            ),
            (
                "reference 1 2 3 { frames 2 } => ‸",
                "faults hits trace resident rate",
                "vpn",
            ),
            (
                "reference 1 2 3 { frames 2 } => faults 2, ‸",
                "hits",
                "faults",
            ),
        ],
    );
}

#[test]
fn after_a_verb() {
    holds(
        &state(SIMPLE),
        &[
            ("read ‸", "va value byte log2", "size read vpn"),
            ("read va ‸", "size", "va for"),
            ("read va size ‸", "va", "size"),
            ("read va s‸", "size", ""),
            ("translate va ‸", "for by", "size"),
            ("translate va for ‸", "read write execute", "user va"),
            ("translate va for read by ‸", "user supervisor", "read"),
            ("write va = ‸", "va value", "size"),
            ("write va = 1 ‸", "size", ""),
            ("machine ‸", "simple core-i7", "tlb"),
            ("machine core-‸", "core-i7", "simple"),
            ("flush ‸", "tlb cache", "memory"),
            ("flush tlb ‸", "tlb", "cache"),
            ("ksm ‸", "scan", ""),
            ("reclaim 3 ‸", "pages", ""),
            ("for x ‸", "in", "va"),
            ("for x in ‸", "va value", "in"),
            ("let x = ‸", "va value hex machine last", "read hit"),
            ("let x = va + v‸", "va value", ""),
            ("let ‸", "", ""),
            ("repeat v‸", "va value", ""),
            ("choose x in 0..8 ‸", "where", "in"),
            ("choose x in 0..8 where ‸", "read translate va", "vpn"),
            ("choose x in 0..8 where re‸", "read reverse", ""),
            ("probe ‸", "read write translate fetch va", "show flush"),
            ("probe read ‸", "va", "size"),
            ("tick ‸", "", ""),
            ("read va‸", "va value", ""),
            ("read 4 K‸", "KB KiB", ""),
            ("read 4‸", "", ""),
            ("include \"x\" ‸", "", ""),
        ],
    );
}

#[test]
fn nouns_and_their_columns() {
    holds(
        &state(SIMPLE),
        &[
            (
                "show ‸",
                "page_table tlb cache memory geometry machine stats steps va translation bits",
                "cr3 frames",
            ),
            (
                "expect ‸",
                "page_table tlb exactly va reference",
                "geometry cr3",
            ),
            ("expect exactly ‸", "page_table tlb", "exactly va"),
            (
                "set ‸",
                "page_table tlb cache memory cr3 pte",
                "geometry va stats",
            ),
            ("set tlb ‸", "tlb", "cache"),
            ("set page_table {\n  | ‸", "vpn", "ppn set"),
            (
                "set page_table {\n  | vpn ‸",
                "ppn v valid rw sup exec read",
                "vpn set tag",
            ),
            ("set page_table {\n  | vpn ppn v‸", "v valid", "vpn"),
            ("set page_table {\n  | vpn ppn | ‸", "vpn", ""),
            ("set page_table {\n  | vpn ppn |\n  | ‸", "", ""),
            ("set tlb {\n  | ‸", "set", "tag"),
            ("set tlb {\n  | set | tag ‸", "ppn v rw", "tag set"),
            ("set tlb {\n  | set | tag ppn v | ‸", "tag ppn v", "set"),
            ("expect cache {\n  | idx | tag v | ‸", "b0 b3", "b4"),
            ("set pte 1 0x10 { ‸", "ppn p v rw us sup xd", "size"),
            ("set pte 1 0x10 { rw 0, ‸", "ppn us", "rw"),
            ("expect reference {\n  | step ‸", "page hit victim", "step"),
        ],
    );
}

#[test]
fn settings_and_their_words() {
    holds(
        &state(""),
        &[
            (
                "machine { ‸",
                "virtual physical page tlb cache page_table cores memory",
                "ways read frames",
            ),
            ("machine { virtual 14 bits, ‸", "physical page", "virtual"),
            (
                "machine {\n  virtual 14 bits\n  ‸",
                "physical page",
                "virtual",
            ),
            ("machine { tlb { entries 4 }\n ‸", "tlb cache", ""),
            (
                "machine { tlb { ‸",
                "entries ways policy for asid pages",
                "block size virtual",
            ),
            (
                "machine { tlb { ways ‸",
                "fully-associative direct-mapped",
                "ways lru",
            ),
            ("machine { tlb { ways f‸", "fully-associative", ""),
            (
                "machine { tlb { policy ‸",
                "lru fifo plru clock random",
                "nru aging",
            ),
            ("machine { cache { index ‸", "physical virtual", ""),
            ("machine { cache { inclusion in‸", "inclusive", "exclusive"),
            (
                "machine { cache L1 { ‸",
                "size block lines shared write-back",
                "entries",
            ),
            (
                "machine { cache L1 { write-‸",
                "write-back write-through write-allocate",
                "size",
            ),
            ("machine { tlb ‸", "none", "dTLB"),
            ("machine core-i7 { tlb ‸", "dTLB iTLB L2TLB none", "L1d"),
            ("machine core-i7 { cache L‸", "L1d L1i L2 L3", "L2TLB"),
            ("machine { page_table { walk ‸", "cached uncached", ""),
            (
                "machine { page_table { ‸",
                "levels bits pte walk",
                "virtual",
            ),
            (
                "machine { pte { ‸",
                "size ppn valid p rw us sup little-endian",
                "read",
            ),
            ("machine { virtual 14 ‸", "bits bit", "virtual KB ns"),
            ("machine { page 64 ‸", "B KB", "bits ns"),
            ("machine { memory { latency 60 ‸", "ns cycles", "B bits"),
            (
                "kernel { ‸",
                "frames replacement swap stack-top zero-page signals",
                "virtual",
            ),
            ("kernel { replacement ‸", "lru nru aging clock", "plru"),
            ("kernel { page-cache ‸", "cold warm", ""),
            ("file \"a\" { ‸", "size fill pages", "entry"),
            ("file \"a\" { fill ‸", "zero counting", ""),
            ("executable \"a\" { ‸", "entry library", "size"),
            (
                "executable \"a\" {\n  | section ‸",
                "start size perms",
                "section",
            ),
            (
                "reference 1 2 { ‸",
                "frames replacement holding writes",
                "virtual",
            ),
            ("let s = [1]\nreference [‸", "s", ""),
            ("let s = [1]\nreference ‸", "", "s"),
            ("let s = [1]\nreference 1 { holding ‸", "s", ""),
            ("let s = [1]\nreference 1 { writes [1, ‸", "s", ""),
            (
                "let s = [1]\nreference 1 { frames 1 } => resident [‸",
                "s",
                "",
            ),
            (
                "reference 1 2 { replacement ‸",
                "lru optimal working-set nru",
                "plru lookahead",
            ),
            ("reference 1 2 { replacement optimal ‸", "lookahead", "lru"),
        ],
    );
}

#[test]
fn the_statements_of_a_block_come_first() {
    let first = |marked: &str, script: &str, count: usize| -> Vec<String> {
        let items = offered(marked, &state(script)).items.into_iter();
        items.take(count).map(|item| item.text).collect()
    };
    assert_eq!(
        first("question \"a\" {\n  ‸", SIMPLE, 3),
        ["part", "given", "ask"]
    );
    assert_eq!(
        first("question \"a\" {\n  part \"b\" { c‸", SIMPLE, 1),
        ["choice"]
    );
    assert_eq!(
        first("P1 {\n  ‸", lab::PROCESSES, 3),
        ["twice", "open", "close"]
    );
    assert_eq!(first("‸", lab::PROCESSES, 1), ["twice"]);
    assert_eq!(first("read ‸", SIMPLE, 2), ["va", "value"]);
}

#[test]
fn paths() {
    holds(
        &state(SIMPLE),
        &[
            (
                "expect tlb.‸",
                "hits misses miss_rate sets ways reach",
                "vipt colors vpn_bits",
            ),
            ("expect cache.v‸", "vipt", "virtual"),
            (
                "let x = machine.‸",
                "vpn_bits vpo_bits pages frames",
                "hits",
            ),
            ("let x = 2 * page_table.‸", "tables bytes", "pages"),
            ("let x = last.‸", "vpn fault tlb pte1", "hits trace"),
            ("let x = last.cache.‸", "index tag victim", "hits"),
            ("let x = last.pte1.‸", "address value", "vpn"),
            ("question \"q\" { ask las‸", "last", ""),
            ("question \"q\" { ask last => v‸", "vpn", "va"),
            ("let x = max(tlb.h‸", "hits", ""),
            ("show va.‸", "", ""),
        ],
    );
}

#[test]
fn the_case_may_differ_and_the_nearest_is_offered() {
    let state = state("machine core-i7\nlet Buffer = 1\nlet offset = 2\nlet Office = 3");
    let items = |marked| {
        offered(marked, &state)
            .items
            .into_iter()
            .map(|item| item.text)
            .collect::<Vec<_>>()
    };
    assert_eq!(items("read buf‸"), ["Buffer"]);
    assert_eq!(items("read 0 => l1D‸")[..1], ["L1d"]);
    assert_eq!(items("tranlsate‸"), ["translate"]);
    assert_eq!(items("show geomtry‸"), ["geometry"]);
    assert_eq!(items("qqqqqqqq‸"), [""; 0]);
    // Exact matches precede matches that differ in case.
    assert_eq!(items("read off‸"), ["offset", "Office"]);
    assert_eq!(items("read Off‸"), ["Office", "offset"]);
}

#[test]
fn the_typed_text_is_replaced() {
    let state = state(SIMPLE);
    for (marked, from) in [
        ("read v‸", 5),
        ("‸", 0),
        ("read 0 => tlb.i‸", 10),
        ("expect tlb.hi‸", 11),
        ("machine core-i‸", 8),
        ("read va-v‸", 8),
    ] {
        assert_eq!(offered(marked, &state).from, from, "{marked}");
    }
}

#[test]
fn snippets_are_made_from_usages() {
    use crate::services::complete::{ItemKind, ItemPosition, snippet};
    let state = state(lab::PROCESSES);
    let statement = ItemPosition::Statement;
    for (text, kind, position, wanted) in [
        ("read", ItemKind::Verb, statement, Some("read ${1:VA}$0")),
        (
            "write",
            ItemKind::Verb,
            statement,
            Some("write ${1:VA} = ${2:V}$0"),
        ),
        (
            "kernel",
            ItemKind::Verb,
            statement,
            Some("kernel {\n\t$0\n}"),
        ),
        (
            "set",
            ItemKind::Verb,
            statement,
            Some("set ${1:NOUN} {\n\t$0\n}"),
        ),
        (
            "file",
            ItemKind::Verb,
            statement,
            Some("file \"${1:name}\" = \"${2:text}\"$0"),
        ),
        (
            "reclaim",
            ItemKind::Verb,
            statement,
            Some("reclaim ${1:N} pages$0"),
        ),
        ("sync", ItemKind::Verb, statement, None),
        (
            "let",
            ItemKind::Keyword,
            statement,
            Some("let ${1:NAME} = ${2:EXPR}$0"),
        ),
        (
            "for",
            ItemKind::Keyword,
            statement,
            Some("for ${1:NAME} in ${2:RANGE} {\n\t$0\n}"),
        ),
        (
            "if",
            ItemKind::Keyword,
            statement,
            Some("if ${1:COND} {\n\t$0\n}"),
        ),
        (
            "def",
            ItemKind::Keyword,
            statement,
            Some("def ${1:NAME}(${2:a, b}) {\n\t$0\n}"),
        ),
        (
            "scenario",
            ItemKind::Keyword,
            statement,
            Some("scenario \"${1:name}\" {\n\t$0\n}"),
        ),
        (
            "include",
            ItemKind::Keyword,
            statement,
            Some("include \"${1:file.pw}\"$0"),
        ),
        (
            "ask",
            ItemKind::Keyword,
            statement,
            Some("ask ${1:OP} => ${2:FACT}$0"),
        ),
        (
            "given",
            ItemKind::Keyword,
            statement,
            Some("given ${1:NOUN}$0"),
        ),
        // The `for` of a `translate` does not begin a loop.
        ("for", ItemKind::Keyword, ItemPosition::Other, None),
        (
            "essay",
            ItemKind::Verb,
            statement,
            Some("essay \"${1:TEXT}\" {\n\t$0\n}"),
        ),
        (
            "mmap",
            ItemKind::Call,
            statement,
            Some("mmap(${1:addr}, ${2:length}, ${3:prot}, ${4:flags}, ${5:fd}, ${6:offset})$0"),
        ),
        (
            "hex",
            ItemKind::Function,
            ItemPosition::Other,
            Some("hex(${1:n})$0"),
        ),
        (
            "max",
            ItemKind::Function,
            ItemPosition::Other,
            Some("max(${1:numbers})$0"),
        ),
        (
            "twice",
            ItemKind::Definition,
            statement,
            Some("twice(${1:x}, ${2:y})$0"),
        ),
        (
            "virtual",
            ItemKind::Setting,
            ItemPosition::Setting("machine"),
            Some("virtual ${1:N} bits$0"),
        ),
        (
            "walk",
            ItemKind::Setting,
            ItemPosition::Setting("page_table"),
            Some("walk ${1|cached,uncached|}$0"),
        ),
        (
            "ways",
            ItemKind::Setting,
            ItemPosition::Setting("tlb"),
            Some("ways ${1:N}$0"),
        ),
        (
            "write-back",
            ItemKind::Setting,
            ItemPosition::Setting("cache"),
            None,
        ),
        ("x", ItemKind::Variable, ItemPosition::Other, None),
    ] {
        assert_eq!(
            snippet(text, kind, position, &state).as_deref(),
            wanted,
            "{text}"
        );
    }
}
