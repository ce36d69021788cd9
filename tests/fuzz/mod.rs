//! Tests with random scripts and with examples that contain mistakes. The interpreter must never panic, must
//! always end, and must be deterministic.

mod found;
mod generated;
mod processes;
mod spliced;

use std::collections::BTreeSet;

use arbitrary::Unstructured;
use pagewalk_engine::kernel::syscall::system_calls;
use pagewalk_engine::machine::random::SplitMix64;
use pagewalk_script::LANGUAGE;
use pagewalk_script::run::session::Options;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::running;

/// A budget that is small enough to end infinite loops quickly.
const BUDGET: Options = Options {
    max_steps: 2000,
    seed: 7,
    ..Options::new(&LANGUAGE)
};

/// The minimum number of scripts that the registries generate.
const SCRIPTS: usize = 600;

/// Numbers and some other values. The script draws `z`, so mistakes that depend on `z` appear only at run
/// time and do not prevent the run.
fn number() -> impl Strategy<Value = String> {
    let odd = vec![
        "0xFFFFFFFFFFFFFFFF",
        "-1",
        "1/3",
        "0.5",
        "96%",
        "4 KB",
        "\"text\"",
        "x",
        "y",
        "true",
    ];
    prop_oneof![
        20 => (0u64..20).prop_map(|n| format!("(z + {n})")),
        20 => (0u64..0x4000).prop_map(|n| format!("(z + 0x{n:X})")),
        6 => (0u32..16).prop_map(|n| format!("(z + (1 << {n}))")),
        3 => select(odd.clone()).prop_map(|value| format!("[z, {value}][1]")),
        1 => prop_oneof![(0u64..0x4000).prop_map(|n| n.to_string()), select(odd).prop_map(String::from)],
    ]
}

fn known() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        6 => number(),
        1 => select(vec!["last.vpn", "last.fault", "tlb.hits", "cache.miss_rate", "machine.pages", "byte(0)", "x", "i"])
            .prop_map(String::from),
    ];
    atom.prop_recursive(3, 12, 3, |inner| {
        let operator = select(vec![
            "+", "-", "*", "/", "//", "%", "<<", ">>", "&", "|", "^", "==", "<", "in", "and", "or", "..",
            "..=",
        ]);
        prop_oneof![
            4 => (inner.clone(), operator, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            1 => (select(vec!["-", "~", "!", "not "]), inner.clone()).prop_map(|(op, a)| format!("{op}{a}")),
            1 => (select(vec!["hex", "log2", "sum", "len", "reverse", "sqrt", "min"]), inner.clone())
                .prop_map(|(f, a)| format!("{f}({a})")),
            1 => vec(inner.clone(), 0..4).prop_map(|xs| format!("[{}]", xs.join(", "))),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}[{b}]")),
            1 => inner.prop_map(|a| format!("\"\"\"{{{a}}}\"\"\"")),
        ]
    })
}

/// An expression whose type is usually known only at run time, because `z` is drawn.
fn expression() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => number().prop_map(|n| format!("(z + {n})")),
        4 => known().prop_map(|e| format!("[z, {e}][1]")),
        1 => number(),
    ]
}

/// A machine that is usually valid.
fn machine() -> impl Strategy<Value = String> {
    let policy = || {
        select(vec![
            "lru",
            "fifo",
            "plru",
            "clock",
            "second-chance",
            "mru",
            "lfu",
            "random",
        ])
    };
    let tlb = (0u32..5, 0u32..3, policy()).prop_map(|(sets, ways, policy)| {
        format!(
            "tlb {{ sets {}, ways {}, policy {policy} }}",
            1 << sets,
            1 << ways
        )
    });
    let write = select(vec![
        "write-back",
        "write-through",
        "no-write-allocate",
        "index virtual",
        "shared",
    ]);
    let cache = (0u32..6, 0u32..3, 0u32..5, policy(), write).prop_map(
        |(sets, ways, block, policy, write)| {
            let (sets, ways, block) = (1 << sets, 1 << ways, 1 << block);
            format!(
                "cache {{ sets {sets}, ways {ways}, block {block} B, policy {policy}, {write} }}"
            )
        },
    );
    let own = (
        8u32..20,
        8u32..20,
        0u32..9,
        1u32..4,
        of(tlb),
        of(cache),
        select(vec!["cached", "uncached"]),
    );
    let own = own.prop_map(|(virtual_bits, physical_bits, page, levels, tlb, cache, walk)| {
        let page = 1 << page;
        format!(
            "machine {{ virtual {virtual_bits} bits, physical {physical_bits} bits, page {page} B\n\
             page_table {{ levels {levels}, walk {walk} }}\n{}\n{}\n}}",
            tlb.unwrap_or_default(),
            cache.unwrap_or_default()
        )
    });
    prop_oneof![
        20 => own,
        10 => Just("machine simple".to_owned()),
        5 => Just("machine core-i7 { cores 2 }".to_owned()),
        1 => number().prop_map(|n| format!("machine simple {{ page {n} }}")),
    ]
}

fn operation() -> impl Strategy<Value = String> {
    prop_oneof![
        expression().prop_map(|va| format!("read ({va})")),
        number().prop_map(|va| format!("read {va}")),
        (number(), 1u32..12).prop_map(|(va, size)| format!("read {va} size {size}")),
        (number(), number()).prop_map(|(va, v)| format!("write {va} = {v}")),
        (number(), number(), 1u32..12)
            .prop_map(|(va, v, size)| format!("write {va} = {v} size {size}")),
        number().prop_map(|va| format!("fetch {va}")),
        (
            number(),
            select(vec![
                "for write",
                "for execute",
                "by supervisor",
                "for read by user"
            ])
        )
            .prop_map(|(va, how)| format!("translate {va} {how}")),
    ]
}

fn facts() -> impl Strategy<Value = String> {
    let fact = prop_oneof![
        (
            select(vec!["tlb", "cache"]),
            select(vec!["hit", "miss", "none", "else"])
        )
            .prop_map(|(n, v)| format!("{n} {v}")),
        (
            select(vec!["fault", "signal"]),
            select(vec!["none", "page", "any", "in [none, page]", "not none"])
        )
            .prop_map(|(n, v)| format!("{n} {v}")),
        (
            select(vec![
                "vpn",
                "vpn1",
                "pa",
                "ct",
                "byte",
                "value",
                "tlb.index",
                "walk",
                "cycles",
                "pieces",
            ]),
            expression()
        )
            .prop_map(|(name, value)| format!("{name} {value}")),
        expression().prop_map(|range| format!("pa in {range}")),
    ];
    vec(fact, 0..3).prop_map(|facts| {
        if facts.is_empty() {
            String::new()
        } else {
            format!(" => {}", facts.join(", "))
        }
    })
}

fn contents() -> impl Strategy<Value = String> {
    let number = || (0u32..0x20).prop_map(|n| format!("(z + {n})"));
    let bit = (0u32..2).prop_map(|n| format!("(z + {n})"));
    let cell =
        prop_oneof![4 => number(), 4 => bit, 1 => Just("-".to_owned()), 1 => Just("*".to_owned())];
    let header = select(vec![
        ("page_table", "vpn ppn v"),
        ("page_table", "vpn ppn rw us xd g"),
        ("tlb", "set tag ppn v tag ppn v"),
        ("cache", "idx tag v d b0"),
        ("memory", "pa b0 b1 b2"),
    ]);
    let rows = vec((number(), vec(cell, 7)), 0..4);
    (
        select(vec!["set", "set", "expect", "expect exactly"]),
        header,
        rows,
    )
        .prop_map(|(verb, (noun, header), rows)| {
            let columns = header.split(' ').count() - 1;
            let row = |(key, cells): &(String, Vec<String>)| {
                format!("| {key} {} |", cells[..columns].join(" "))
            };
            let rows: Vec<String> = rows.iter().map(row).collect();
            format!("{verb} {noun} {{ | {header} |\n{} }}", rows.join("\n"))
        })
}

fn reference() -> impl Strategy<Value = String> {
    let policy = select(vec![
        "fifo",
        "lru",
        "clock",
        "second-chance",
        "third-chance, ticks 1",
        "nru, tick 2",
        "aging, tick 3",
        "mru",
        "lifo",
        "lfu",
        "random",
        "optimal",
        "optimal lookahead 2",
        "working-set, window 3",
    ]);
    let page = prop_oneof![3 => (0u32..8).prop_map(|n| n.to_string()), 1 => select(vec!["a", "b", "x"]).prop_map(String::from)];
    (
        vec(page, 1..14),
        1u32..5,
        policy,
        select(vec![
            "",
            ", holding [0, 1]",
            ", writes [1, a]",
            ", holding [x, 3]",
        ]),
    )
        .prop_map(|(pages, frames, policy, more)| {
            format!(
                "reference {} {{ frames {frames}, replacement {policy}{more} }} => faults in 1..20",
                pages.join(" ")
            )
        })
}

fn statement() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => (operation(), facts()).prop_map(|(op, facts)| op + &facts),
        2 => contents(),
        1 => (operation(), facts()).prop_map(|(op, facts)| format!("probe {op}{facts}")),
        1 => expression().prop_map(|value| format!("let x = {value}")),
        1 => expression().prop_map(|value| format!("expect {value}")),
        1 => select(vec!["show stats", "show geometry", "show steps", "core z", "show page_table",
                "invlpg z + 0x40", "set cr3 = z + 0x80", "set pte (z + 1) (z + 0x80) = (z + 0x83)", "seed 3", "show reference", "show memory"]).prop_map(String::from),
        1 => reference(),
        1 => (expression(), operation(), facts()).prop_map(|(from, op, facts)| format!("choose x in 0..{from} where {op} => fault none{}", facts.replace("=>", ","))),
        1 => (number(), expression()).prop_map(|(to, when)| format!("choose y in 0..{to} where {when}")),
        1 => machine(),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let body = vec(inner, 0..4).prop_map(|body| body.join("\n"));
        prop_oneof![
            (expression(), body.clone())
                .prop_map(|(over, body)| format!("for i in {over} {{\n{body}\n}}")),
            (number(), body.clone())
                .prop_map(|(count, body)| format!("repeat {count} {{\n{body}\n}}")),
            (expression(), body.clone(), body.clone())
                .prop_map(|(c, a, b)| format!("if {c} {{\n{a}\n}} else {{\n{b}\n}}")),
            (any::<u16>(), body.clone())
                .prop_map(|(name, body)| format!("scenario \"{name}\" {{\n{body}\n}}")),
            body.prop_map(|body| format!("def f(x) {{\n{body}\n}}\nf(1)")),
        ]
    })
}

/// Runs a script twice, and compares the runs.
fn twice(script: &str) -> Result<(), TestCaseError> {
    let (first, second) = (
        running::text_within(script, BUDGET),
        running::text_within(script, BUDGET),
    );
    prop_assert_eq!(
        format!("{:?}", first.records),
        format!("{:?}", second.records)
    );
    prop_assert_eq!(first.mistakes, second.mistakes);
    prop_assert_eq!(first.failures, second.failures);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    fn random_scripts(machine in machine(), body in vec(statement(), 1..8)) {
        let scenario = |(n, body): (usize, &String)| format!("scenario \"part {n}\" {{\n{body}\n}}\n");
        let (last, others) = body.split_last().expect("a statement");
        let scenarios: String = others.iter().enumerate().map(scenario).collect();
        twice(&format!("choose z in 0..1\nlet x = 1\nlet y = [1, 2]\nlet i = 0\n{machine}\n{scenarios}{last}\n"))?;
    }

    #[test]
    fn random_processes_end_and_repeat(script in processes::script()) {
        twice(&script)?;
    }

    #[test]
    fn mutated_examples_end_and_repeat(changes in vec((any::<Index>(), any::<Index>(), 0u8..4), 1..5)) {
        let mut tokens = tokens(include_str!("../../examples/simple-memory-system.pw"));
        for (one, other, change) in changes {
            let (one, other) = (one.index(tokens.len()), other.index(tokens.len()));
            match change {
                0 => tokens.swap(one, other),
                1 => tokens[one].clear(),
                2 => tokens[one] = tokens[other].clone(),
                _ => tokens[one] = "0xFFFFFFFF".to_owned(),
            }
        }
        twice(&tokens.concat())?;
    }
}

/// Without optimization, proptest needs about 3 MiB of stack to draw nested blocks.
#[test]
fn random_scripts_end_and_repeat() {
    running::on_large_stack(random_scripts);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_scripts_end_and_repeat(bytes in vec(any::<u8>(), 400)) {
        let script = generated::script(&mut Unstructured::new(&bytes)).expect("a script");
        twice(&script)?;
    }
}

/// The targets in `fuzz/` depend on it.
#[test]
fn most_generated_scripts_run_and_use_all_of_the_language() {
    let mut random = SplitMix64::new(1);
    let verbs = LANGUAGE.verbs().map(|verb| verb.name);
    let calls = system_calls().map(|call| call.name);
    let mut missing: BTreeSet<&str> = verbs.chain(calls).collect();
    let runs = if running::long() {
        SCRIPTS
    } else {
        SCRIPTS / 6
    };
    let (mut written, mut right) = (0, 0);
    // A new row of any registry changes the random choices, so a rare word may need more scripts.
    while written < runs || written < 4 * SCRIPTS && !missing.is_empty() {
        written += 1;
        let bytes: Vec<u8> = (0..600).map(|_| random.next() as u8).collect();
        let text = generated::script(&mut Unstructured::new(&bytes)).expect("a script");
        right += usize::from(written <= runs && generated::checked(&text).diagnostics.is_empty());
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-') {
            missing.remove(word);
        }
    }
    assert!(right * 4 > runs * 3, "{right} of {runs} scripts run");
    assert!(missing.is_empty(), "{missing:?}");
}

/// The words, spaces, and signs of a text. The concatenated pieces equal the text.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let kind = |c: char| {
        if c.is_alphanumeric() {
            0
        } else if c == ' ' {
            1
        } else {
            2
        }
    };
    for c in text.chars() {
        match tokens.last_mut() {
            Some(last) if kind(c) < 2 && last.ends_with(|before| kind(before) == kind(c)) => {
                last.push(c);
            }
            _ => tokens.push(c.to_string()),
        }
    }
    tokens
}
