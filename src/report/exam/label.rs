//! The blanks of a worksheet: how the textbook labels them, and what is to be written into them.

use crate::run::paper::entry::{Blank, Form, Radix};

/// Facts and what the textbook's worksheet calls them (Computer Systems, homework problems of chapter 9).
const LABELS: &[(&str, &str)] = &[
    ("vpn", "VPN"),
    ("vpo", "VPO"),
    ("tlbi", "TLB index"),
    ("tlbt", "TLB tag"),
    ("tlb", "TLB hit?"),
    ("fault", "Page fault?"),
    ("ppn", "PPN"),
    ("ppo", "PPO"),
    ("pa", "Physical address"),
    ("co", "Byte offset"),
    ("ci", "Cache index"),
    ("ct", "Cache tag"),
    ("cache", "Cache hit?"),
    ("byte", "Byte returned"),
    ("value", "Value returned"),
    ("walk", "Page-table entries fetched"),
    ("served", "Served by"),
    ("cycles", "Time of the access"),
    ("frame", "Frame newly mapped"),
    ("evicted", "VPN of the page that is evicted"),
    ("swapped-out", "Written to swap?"),
    ("copied", "Page copied?"),
    ("minor", "Minor faults"),
    ("major", "Major faults"),
    ("signal", "Signal"),
    ("code", "Its si_code"),
    ("returns", "Return value"),
    ("error", "errno"),
];

/// What a reference string is asked for.
const OF_STRINGS: &[(&str, &str)] = &[
    ("faults", "Page faults"),
    ("hits", "Hits"),
    ("trace", "Hit (h) or miss (m), one letter a reference"),
    ("resident", "Pages in the frames at the end, in any order"),
    ("rate", "Page faults / references"),
];

/// How the words of a fact are answered.
enum Words {
    /// Yes for this word, no for any other, `-` for `none` if that means that it was not looked up.
    YesNo { yes: &'static str, not_looked_up: bool },
    /// One of these.
    OneOf(Vec<&'static str>),
}

/// How a blank is answered in words; `bare` where no kernel handles faults.
fn words(blank: &Blank, bare: bool) -> Option<Words> {
    let Form::Words(words) = blank.form else { return None };
    Some(if words.contains(&"hit") {
        Words::YesNo { yes: "hit", not_looked_up: true }
    } else if &*blank.fact == "fault" && bare {
        Words::YesNo { yes: "page", not_looked_up: false }
    } else {
        // What only a script may state, and what hardware alone reports.
        let stated = |word: &&&str| !matches!(**word, "normal" | "any" | "page");
        Words::OneOf(words.iter().filter(stated).copied().collect())
    })
}

/// The label of a blank, without what is to be written into it.
pub fn label(blank: &Blank) -> String {
    if let Some((_, label)) = LABELS.iter().find(|(fact, _)| **fact == *blank.fact) {
        return (*label).to_owned();
    }
    if let Some((_, label)) = OF_STRINGS.iter().find(|(fact, _)| **fact == *blank.fact) {
        return (*label).to_owned();
    }
    if let Some(label) = of_level(&blank.fact) {
        return label;
    }
    let name = blank.fact.replace('.', " ");
    match blank.form {
        Form::Words(words) if words.contains(&"hit") => format!("{name} hit?"),
        _ => name,
    }
}

/// The label of a fact of one level of the page table: `vpn2`, `pte2.address`, `pte2.value`.
fn of_level(fact: &str) -> Option<String> {
    if let Some(level) = fact.strip_prefix("vpn") {
        return Some(format!("VPN{}", level.parse::<u32>().ok()?));
    }
    let (level, what) = fact.strip_prefix("pte")?.split_once('.')?;
    let level: u32 = level.parse().ok()?;
    match what {
        "address" => Some(format!("Physical address of the level-{level} entry")),
        "value" => Some(format!("Level-{level} entry")),
        _ => None,
    }
}

/// What is to be written: `Y/N`, `hex`, `decimal`; empty if there is nothing to say.
pub fn how(blank: &Blank, bare: bool) -> String {
    match (words(blank, bare), blank.form) {
        (Some(Words::YesNo { .. }), _) => "Y/N".to_owned(),
        // A long list would be no help.
        (Some(Words::OneOf(words)), _) if words.len() <= 8 => words.join(", "),
        (_, Form::Number { radix: Radix::Hex, digits: Some(digits) }) => {
            format!("hex, {digits} digit{}", if digits == 1 { "" } else { "s" })
        }
        (_, Form::Number { radix, .. }) => radix.name().to_owned(),
        _ => String::new(),
    }
}

/// The empty box.
pub fn empty(blank: &Blank) -> String {
    match blank.form {
        Form::Number { radix: Radix::Hex, digits } => {
            format!("0x{}", "_".repeat(digits.unwrap_or(8) as usize))
        }
        Form::Number { radix: Radix::Binary, .. } => format!("0b{}", "_".repeat(16)),
        Form::Number { radix: Radix::Decimal, .. } | Form::Words(_) => "_".repeat(8),
        Form::Free => "_".repeat(16),
    }
}

/// The box filled in.
pub fn filled(blank: &Blank, bare: bool) -> String {
    let answer = blank.answer();
    match words(blank, bare) {
        Some(Words::YesNo { yes, .. }) if answer == yes => "Y".to_owned(),
        Some(Words::YesNo { not_looked_up: true, .. }) if matches!(answer.as_str(), "none" | "-") => {
            "-".to_owned()
        }
        Some(Words::YesNo { .. }) if answer == "protection" => "N (protection fault)".to_owned(),
        Some(Words::YesNo { .. }) if answer != "-" => "N".to_owned(),
        _ => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::{LABELS, OF_STRINGS, empty, filled, how, label};
    use crate::run::facts::{ACCESS_FACTS, REFERENCE_FACTS};
    use crate::run::paper::entry::{Blank, Form, Radix};
    use crate::run::record::Shown;

    fn blank(fact: &str, key: Option<Shown>, form: Form) -> Blank {
        Blank { fact: fact.into(), key, form, unit: None }
    }

    #[test]
    fn every_label_is_of_a_fact() {
        assert!(LABELS.iter().all(|(name, _)| ACCESS_FACTS.iter().any(|row| row.name == *name)));
        assert!(OF_STRINGS.iter().all(|(name, _)| REFERENCE_FACTS.iter().any(|row| row.name == *name)));
    }

    #[test]
    fn numbers_show_their_radix_and_digits() {
        let form = Form::Number { radix: Radix::Hex, digits: Some(2) };
        let vpn = blank("vpn", Some(Shown::hex(0xF, 2)), form);
        assert_eq!((label(&vpn), how(&vpn, true)), ("VPN".to_owned(), "hex, 2 digits".to_owned()));
        assert_eq!((empty(&vpn), filled(&vpn, true)), ("0x__".to_owned(), "0x0F".to_owned()));
        // The box of what there is not looks the same.
        let none = blank("ppn", None, form);
        assert_eq!((empty(&none), filled(&none, true)), ("0x__".to_owned(), "-".to_owned()));
        let binary = Form::Number { radix: Radix::Binary, digits: None };
        assert_eq!(filled(&blank("vpn", Some(Shown::hex(0xF, 2)), binary), true), "0b1111");
        let decimal = Form::Number { radix: Radix::Decimal, digits: None };
        assert_eq!(filled(&blank("vpn", Some(Shown::hex(0xF, 2)), decimal), true), "15");
    }

    #[test]
    fn the_textbook_asks_for_yes_and_no() {
        let of = |fact: &str, word: &str, words| blank(fact, Some(Shown::word(word)), Form::Words(words));
        let lookup: &[&str] = &["hit", "miss", "none"];
        for (word, answer) in [("hit", "Y"), ("miss", "N"), ("none", "-")] {
            assert_eq!(filled(&of("tlb", word, lookup), true), answer);
        }
        assert_eq!(label(&of("L1d", "hit", lookup)), "L1d hit?");
        let faults: &[&str] = &["none", "page", "protection", "file", "any"];
        for (word, answer) in [("none", "N"), ("page", "Y"), ("protection", "N (protection fault)")] {
            assert_eq!(filled(&of("fault", word, faults), true), answer);
        }
        // A kernel knows classes.
        assert_eq!(filled(&of("fault", "file", faults), false), "file");
        assert_eq!(how(&of("fault", "file", faults), false), "none, protection, file");
    }
}
