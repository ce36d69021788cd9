use super::{of_cell, of_value, spellings};
use crate::lang::value::{Number, Value};
use crate::questions::entry::{Blank, Form, Radix};
use crate::run::record::Shown;
use crate::run::table::Cell;

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
fn a_number_is_written_with_and_without_prefix_and_zeros() {
    let hex = Form::Number {
        radix: Radix::Hex,
        digits: Some(2),
    };
    assert_eq!(
        spellings(&blank("vpn", Some(Shown::hex(13, 2)), hex), true),
        ["0x0D", "0D", "0xD", "D"]
    );
    // A number as wide as its box has no leading zeros to omit.
    assert_eq!(
        spellings(&blank("vpn", Some(Shown::hex(0x2D, 2)), hex), true),
        ["0x2D", "2D"]
    );
    assert_eq!(of_cell(&Cell::Hex(0, 2)), ["0x00", "00", "0x0", "0"]);
    assert_eq!(
        of_value(&Value::from(13u64), Radix::Binary, None),
        ["0b1101", "1101"]
    );
    assert_eq!(
        of_value(&Value::from(5u64), Radix::Binary, None),
        ["0b0101", "0101", "0b101", "101"]
    );
    // A decimal blank does not accept hexadecimal numbers, and vice versa: `13` is right only for 0x13.
    assert_eq!(of_value(&Value::from(13u64), Radix::Decimal, None), ["13"]);
    assert!(!of_value(&Value::from(13u64), Radix::Hex, Some(2)).contains(&"13".to_owned()));
    let half = Value::Number(Number::fraction(1, 2).expect("a half"));
    assert_eq!(of_value(&half, Radix::Hex, None), ["0.5"]);
    // The list is finite regardless of the width of the box.
    assert_eq!(
        of_value(&Value::from(1u64), Radix::Hex, Some(u32::MAX)).len(),
        34
    );
}

#[test]
fn an_absent_value_is_a_dash_in_every_form() {
    for form in [
        Form::Number {
            radix: Radix::Hex,
            digits: Some(2),
        },
        Form::Words(&["hit", "miss"]),
        Form::Free,
    ] {
        let listed = spellings(&blank("ppn", None, form), true);
        assert_eq!(listed[0], "-", "{form:?}");
        assert!(!listed.contains(&"0".to_owned()));
    }
    assert_eq!(of_cell(&Cell::Nothing)[0], "-");
}

#[test]
fn yes_is_written_as_the_fact_says_it_too() {
    let lookup: &[&str] = &["hit", "miss", "none"];
    let of = |word: &str| {
        spellings(
            &blank("tlb", Some(Shown::word(word)), Form::Words(lookup)),
            true,
        )
    };
    assert!(
        of("hit").starts_with(&["Y".to_owned(), "yes".to_owned()])
            && of("hit").contains(&"hit".to_owned())
    );
    assert!(of("miss").contains(&"N".to_owned()) && of("miss").contains(&"miss".to_owned()));
    assert_eq!(of("none")[0], "-");
    let faults: &[&str] = &["none", "page", "protection", "file", "any"];
    let of = |word: &str, bare| {
        spellings(
            &blank("fault", Some(Shown::word(word)), Form::Words(faults)),
            bare,
        )
    };
    assert_eq!(of("page", true)[0], "Y");
    assert_eq!(of("none", true)[0], "N");
    assert_eq!(of("protection", true)[0], "Y");
    assert!(of("protection", true).contains(&"protection".to_owned()));
    // A kernel distinguishes classes of faults.
    assert_eq!(of("file", false), ["file"]);
}
