//! Tests of values that are drawn together under conditions.

use std::collections::BTreeSet;

use pagewalk_script::lang::diagnostic::Code;

use super::papers::{keys, numbers, paper, wrong};

/// A question with these draws and blanks.
fn question(draws: &str, asks: &[&str]) -> String {
    let asks: Vec<String> = asks
        .iter()
        .map(|name| format!("ask \"{name}\" = {name}"))
        .collect();
    format!("question \"q\" {{\n{draws}\n{}\n}}", asks.join("\n"))
}

#[test]
fn failing_draws_are_repeated_with_their_dependencies() {
    // The only solution is `a` = 0 and `b` = 3.
    let script = question(
        "choose a in 0..4\nchoose b in 0..4 where b > a + 2",
        &["a", "b"],
    );
    for seed in 0..50 {
        assert_eq!(numbers(&script, seed), [0, 3], "seed {seed}");
    }
    // Three draws, with a `let` in between, choose 1, 2, and 3 in the only order with a weighted sum of 16.
    let script = question(
        "choose a in 1..4\nlet twice = a * 2\nchoose b in 1..4 where b != a\nchoose c in 1..4 where c != a and c != b and twice + 3 * b + c * 4 == 16",
        &["a", "b", "c"],
    );
    for seed in 0..50 {
        let found = numbers(&script, seed);
        assert_eq!(
            2 * found[0] + 3 * found[1] + 4 * found[2],
            16,
            "seed {seed}"
        );
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 3);
    }
}

#[test]
fn every_solution_is_drawn_by_some_seed() {
    let script = question(
        "choose a in 0..5\nchoose b in 0..5 where b > a",
        &["a", "b"],
    );
    let found: BTreeSet<Vec<u64>> = (0..400).map(|seed| numbers(&script, seed)).collect();
    assert_eq!(found.len(), 10, "5 over 2 pairs");
}

#[test]
fn other_draws_do_not_change() {
    let draws = [
        "choose a in 0..1000 where a % 3 == 0",
        "choose b in 0..1000 where b > 500",
        "choose c in [7, 8, 9]",
    ];
    let together = question(&draws.join("\n"), &["a", "b", "c"]);
    let apart = question(&draws.join("\ntext \"between\"\n"), &["a", "b", "c"]);
    for seed in 0..50 {
        assert_eq!(
            numbers(&together, seed),
            numbers(&apart, seed),
            "seed {seed}"
        );
    }
}

#[test]
fn a_draw_that_has_nothing_to_do_with_a_failure_is_not_drawn_again() {
    // Backtracking to the previous draw would try a billion values.
    let noise: String = (0..20)
        .map(|n| format!("choose noise{n} in 0..1000000 where noise{n} != 7\n"))
        .collect::<Vec<_>>()
        .concat();
    let script = question(
        &format!("choose a in 0..3\n{noise}choose b in 0..3 where b > a + 1"),
        &["a", "b"],
    );
    for seed in 0..20 {
        assert_eq!(numbers(&script, seed), [0, 2]);
    }
}

#[test]
fn conditions_of_different_draws_can_be_of_one_another_by_facts() {
    let machine = "machine simple\nset page_table { | vpn ppn v |; | 01 28 1 |; | 02 28 1 |; | 03 03 1 |; | 04 33 1 | }\n";
    let draws = "choose a in 0..0x140 where read a => fault none\nprobe read a\nlet a_ppn = last.ppn\n\
                 choose b in 0..0x140 where b >> 6 != a >> 6 where read b => fault none, ppn not a_ppn\n\
                 let b_ppn = (a_ppn + 0)\n";
    let script = format!(
        "{machine}question \"q\" {{ {draws}\nask probe read a => vpn, ppn\nask probe read b => vpn, ppn }}"
    );
    let mut drawn = BTreeSet::new();
    for seed in 0..60 {
        let keys = keys(&paper(&script, seed));
        assert!(
            keys[0] != keys[2] && keys[1] != keys[3],
            "seed {seed}: {keys:?}"
        );
        drawn.insert(keys);
    }
    // Two of the 4 pages share a frame, so 12 − 2 ordered pairs are possible.
    assert_eq!(drawn.len(), 10);
}

#[test]
fn a_condition_that_cannot_hold_is_named() {
    let script = question(
        "choose a in 0..4\nchoose b in 0..9 where b > a where b == a + 20",
        &["a", "b"],
    );
    let messages = wrong(&script, 1);
    assert_eq!(messages.code, Code::NothingToChoose);
    assert!(
        messages.message.contains("for every value of `a`") && messages.message.contains("`b`"),
        "{messages:?}"
    );
    let place = |text: &str| script.find(text).expect("there") as u32;
    let at = |text: &str| {
        messages
            .related
            .iter()
            .find(|(span, _)| span.start == place(text))
            .map(|(_, label)| label.as_str())
    };
    assert_eq!(
        at("b == a + 20"),
        Some("none of the 26 values satisfies this condition")
    );
    // Of the 4 × 9 combinations, 8 + 7 + 6 + 5 satisfy the condition.
    assert_eq!(at("b > a"), Some("26 of 36 values satisfy this condition"));
    assert!(at("0..4").is_some_and(|label| label.contains("`a` gets its value here")));
    // If a condition depends on no earlier value, its failure is reported without a search.
    let alone = question(
        "choose a in 0..1000000\nchoose b in 0..9 where b > 9",
        &["a", "b"],
    );
    let messages = wrong(&alone, 1);
    assert!(
        messages
            .message
            .contains("none of the 9 values satisfies the conditions on `b`"),
        "{messages:?}"
    );
}

#[test]
fn a_search_ends() {
    // Nine numbers below eight cannot all differ, but the search would have to try 8^9 combinations.
    let names: Vec<String> = (0..9).map(|n| format!("n{n}")).collect();
    let draws: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let conditions: String = names[..at]
                .iter()
                .map(|other| format!(" where {name} != {other}"))
                .collect::<Vec<_>>()
                .concat();
            format!("choose {name} in 0..8{conditions}")
        })
        .collect();
    let messages = wrong(&question(&draws.join("\n"), &["n0"]), 3);
    assert_eq!(messages.code, Code::NothingToChoose);
    assert!(messages.message.contains("`n8`"), "{messages:?}");
    // The last draw's condition fails for every pair, and there are too many pairs to try them all.
    let wide = question(
        "choose a in 0..300000\nchoose b in 0..300000 where a + b == 0 - 1",
        &["a"],
    );
    assert!(
        wrong(&wide, 3)
            .message
            .contains("the search stopped before it tried every value")
    );
}

#[test]
fn questions_draw_apart_from_each_other() {
    let one = "question \"one\" { choose a in 0..1000000; ask \"a\" = a }\n";
    let two = "question \"two\" { choose a in 0..1000000; ask \"a\" = a }\n";
    let more = "question \"one\" { choose x in 0..9; choose a in 0..1000000; ask \"a\" = a }\n";
    let both = numbers(&format!("{one}{two}"), 5);
    assert_ne!(
        both[0], both[1],
        "the same `choose` draws its own value in each"
    );
    assert_eq!(
        numbers(two, 5),
        both[1..],
        "earlier questions change nothing"
    );
    assert_eq!(numbers(&format!("{two}{one}"), 5), [both[1], both[0]]);
    assert_eq!(numbers(&format!("{more}{two}"), 5)[1], both[1]);
    assert_ne!(numbers(&format!("{one}{two}"), 6), both);
    // Titles may repeat.
    let twice = numbers(&format!("for i in 0..2 {{\n{one}}}"), 5);
    assert_ne!(twice[0], twice[1]);
}

#[test]
fn outside_of_questions_each_choose_is_independent() {
    let messages = wrong(
        "choose a in [1]\nchoose b in [1, 2] where b > a + 1\nquestion \"q\" { ask \"b\" = b }",
        0,
    );
    assert!(
        messages.message.contains("none of the 2 values"),
        "{messages:?}"
    );
}
