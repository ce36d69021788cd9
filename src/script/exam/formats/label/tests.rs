use super::{filled, how, label, width};
use crate::questions::entry::{Blank, Form, Radix};
use crate::run::record::Shown;

fn blank(fact: &str, key: Option<Shown>, form: Form) -> Blank {
    Blank {
        fact: fact.into(),
        key,
        form,
        unit: None,
        round: None,
        whole: true,
        of_replay: false,
    }
}

#[test]
fn numbers_show_their_radix_and_digits() {
    let form = Form::Number {
        radix: Radix::Hex,
        digits: Some(2),
    };
    let vpn = blank("vpn", Some(Shown::hex(0xF, 2)), form);
    assert_eq!(
        (label(&vpn), how(&vpn, true)),
        ("VPN".to_owned(), "hex, 2 digits".to_owned())
    );
    assert_eq!(
        (width(&vpn, true), filled(&vpn, true)),
        (4, "0x0F".to_owned())
    );
    // The box for a missing value is as wide as the box for a value.
    let none = blank("ppn", None, form);
    assert_eq!(
        (width(&none, true), filled(&none, true)),
        (4, "-".to_owned())
    );
    let binary = Form::Number {
        radix: Radix::Binary,
        digits: None,
    };
    assert_eq!(
        filled(&blank("vpn", Some(Shown::hex(0xF, 2)), binary), true),
        "0b1111"
    );
    let decimal = Form::Number {
        radix: Radix::Decimal,
        digits: None,
    };
    assert_eq!(
        filled(&blank("vpn", Some(Shown::hex(0xF, 2)), decimal), true),
        "15"
    );
}

#[test]
fn the_textbook_asks_for_yes_and_no() {
    let of =
        |fact: &str, word: &str, words| blank(fact, Some(Shown::word(word)), Form::Words(words));
    let lookup: &[&str] = &["hit", "miss", "none"];
    for (word, answer) in [("hit", "Y"), ("miss", "N"), ("none", "-")] {
        assert_eq!(filled(&of("tlb", word, lookup), true), answer);
    }
    assert_eq!(label(&of("L1d", "hit", lookup)), "L1d hit?");
    let faults: &[&str] = &["none", "page", "protection", "file", "any"];
    for (word, answer) in [
        ("none", "N"),
        ("page", "Y"),
        ("protection", "Y (protection)"),
    ] {
        assert_eq!(filled(&of("fault", word, faults), true), answer);
    }
    // With a kernel, the answer is a class of fault instead of yes or no.
    assert_eq!(filled(&of("fault", "file", faults), false), "file");
    assert_eq!(
        how(&of("fault", "file", faults), false),
        "none, protection, file"
    );
}

#[test]
fn a_counter_has_the_name_of_its_part() {
    let form = Form::Number {
        radix: Radix::Decimal,
        digits: None,
    };
    let of = |fact: &str| label(&blank(fact, Some(Shown::word("3")), form));
    assert_eq!(of("cache.misses"), "Cache misses");
    assert_eq!(of("tlb.miss_rate"), "TLB miss rate");
    assert_eq!(of("L1d.writes.misses"), "L1d write misses");
}

#[test]
fn a_count_of_a_replay_is_not_called_like_the_fact_of_an_access() {
    let form = Form::Number {
        radix: Radix::Decimal,
        digits: None,
    };
    let of = |fact: &str, of_replay| {
        label(&Blank {
            of_replay,
            ..blank(fact, Some(Shown::word("3")), form)
        })
    };
    assert_eq!(of("evicted", true), "Evicted pages");
    assert_eq!(of("evicted", false), "VPN of the evicted page");
    assert_eq!(of("swapped-out", true), "Pages written to swap");
    assert_eq!(of("faults", true), "Page faults");
}
