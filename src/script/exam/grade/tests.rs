use super::agree::{agrees, is_number};
use super::answer::{Answer, AnswerForm, Notation};
use super::judge::any;
use super::marked::{Mark, Marked, Verdict};
use super::number;
use super::regrade::{Before, regraded};
use super::rules::Rules;
use super::sheet::Given;
use super::statistics::statistics;
use super::words;
use crate::lang::value::{Number, Value};
use crate::questions::entry::{Answers, Form, Radix};
use crate::run::record::Shown;

fn hex(text: &str) -> Option<i128> {
    number::read(text, Radix::Hex, Some(2), None)?
        .value
        .as_integer()
}

fn decimal(text: &str) -> Option<String> {
    Some(
        number::read(text, Radix::Decimal, None, Some("B"))?
            .value
            .to_string(),
    )
}

#[test]
fn hexadecimal_blanks_take_every_spelling() {
    for text in [
        "0xD", "0D", "0x0d", "D", "0x0D.", "0x0D", "0Dh", "0X0D", "000D", " 0x 0D ", "0_D", "$0D",
        "+D", "0b1101",
    ] {
        assert_eq!(hex(text), Some(13), "{text}");
    }
    // Digits without a prefix are hexadecimal. In a two-digit blank, `0b` is two digits.
    assert_eq!(
        (hex("13"), hex("0b"), hex("10")),
        (Some(0x13), Some(0x0B), Some(0x10))
    );
    let of_length = |length: usize| format!("{}D", "0".repeat(length - 1));
    assert_eq!(
        (hex(&of_length(100)), hex(&of_length(101))),
        (Some(13), None)
    );
    for text in [
        "",
        "0x",
        "G",
        "0D.0",
        "D-",
        "-D",
        "0xx1",
        "1e400x",
        "\u{660}",
        &"F".repeat(200),
    ] {
        assert_eq!(hex(text), None, "{text}");
    }
}

#[test]
fn decimal_blanks_take_groups_units_and_fractions() {
    for (text, value) in [
        ("13", "13"),
        ("13.0", "13"),
        ("013", "13"),
        ("0xD", "13"),
        ("0b1101", "13"),
        ("1,024", "1024"),
        ("1 024", "1024"),
        ("1'024", "1024"),
        ("1.048.576", "1048576"),
        ("1,048,576.5", "1048576.5"),
        ("0,5", "0.5"),
        ("1.024", "1.024"),
        ("1 KB", "1024"),
        ("1kb", "1024"),
        ("0.5 KiB", "512"),
        ("16K", "16384"),
        ("512 bytes", "512"),
        ("512B", "512"),
        ("3/4", "0.75"),
        ("0,125", "0.125"),
        ("2^10", "1024"),
        ("-3", "-3"),
        ("−3", "-3"),
        ("–3", "-3"),
        ("13.", "13"),
        ("6.1e-6", "0.0000061"),
        ("6.1E-6", "0.0000061"),
        ("6.1*10^-6", "0.0000061"),
        ("6,1 × 10^(−6)", "0.0000061"),
        ("2x10^3", "2000"),
    ] {
        assert_eq!(decimal(text).as_deref(), Some(value), "{text}");
    }
    for text in [
        "", "1+1", "=1", "2^99", "2*3", "sqrt(4)", "1,02,3", "1/0", "1 parsec", "1..2", "e", "%",
        "1e99", "e5", "*10^3",
    ] {
        assert_eq!(decimal(text), None, "{text}");
    }
    // In a blank with the unit KB, a byte is 1/1024.
    let kb = number::read("16384 B", Radix::Decimal, None, Some("KB")).expect("a number");
    assert_eq!(kb.value.to_string(), "16");
}

/// A number with a prefix or a power may have a unit in any blank.
#[test]
fn prefixes_and_powers_take_units() {
    let read = |text: &str, radix: Radix, unit: Option<&str>| {
        Some(number::read(text, radix, None, unit)?.value.to_string())
    };
    for (text, value) in [
        ("0x200", "512"),
        ("0x200 B", "512"),
        ("0x200 bytes", "512"),
        ("0X400 B.", "1024"),
        ("0b1000000000 B", "512"),
        ("0b1000000000B", "512"),
        ("0x1 KB", "1024"),
        ("0x1KB", "1024"),
        ("0x200 GB", "549755813888"),
        ("0x1_000KB", "4194304"),
        ("2^9 B", "512"),
        // Without a space, `B` is a digit.
        ("0x200B", "8203"),
        ("0 B", "0"),
        ("0B", "0"),
    ] {
        assert_eq!(
            read(text, Radix::Decimal, Some("B")).as_deref(),
            Some(value),
            "{text}"
        );
    }
    assert_eq!(
        read("0x8000 B", Radix::Decimal, Some("KB")).as_deref(),
        Some("32")
    );
    assert_eq!(
        read("0x200 B", Radix::Decimal, None).as_deref(),
        Some("512")
    );
    for (text, value) in [
        ("0x200 GB", "549755813888"),
        ("0x200GB", "549755813888"),
        ("2^39", "549755813888"),
        ("2^39 B", "549755813888"),
        ("2**39", "549755813888"),
        ("2^9 GB", "549755813888"),
        ("2^9GB", "549755813888"),
        ("0b10 KB", "2048"),
        ("200 B", "512"),
        ("0x200 B", "512"),
        ("0x20 0B", "8203"),
    ] {
        assert_eq!(
            read(text, Radix::Hex, Some("B")).as_deref(),
            Some(value),
            "{text}"
        );
    }
    assert_eq!(
        read("0x2000 B", Radix::Hex, Some("KB")).as_deref(),
        Some("8")
    );
    assert_eq!(read("0x1 KB", Radix::Hex, None).as_deref(), Some("1024"));
    assert_eq!(
        read("0x0 B", Radix::Hex, None).as_deref(),
        Some("11"),
        "a blank without a unit"
    );
    assert_eq!(read("2^4", Radix::Binary, None).as_deref(), Some("16"));
    // `512` could be decimal or hexadecimal here.
    for text in ["512 GB", "0.5 TB", "0x2 parsec", "2^64", "2^99", "0x GB"] {
        assert_eq!(read(text, Radix::Hex, Some("B")), None, "{text}");
    }
}

#[test]
fn a_decimal_is_right_if_its_digits_are() {
    let is = |text: &str, above: i128, under: i128| {
        let key = Number::fraction(above, under).expect("a number");
        let spelled = number::read(text, Radix::Decimal, None, None).expect("a number");
        is_number(&spelled, key)
    };
    for text in ["1/3", "0.33", "0.333", "0.3333", "33.3 %"] {
        assert!(is(text, 1, 3), "{text}");
    }
    for text in ["0.3", "0.34", "0.3334", "0", "0.00"] {
        assert!(!is(text, 1, 3), "{text}");
    }
    assert!(is("0.67", 2, 3) && !is("0.66", 2, 3));
    assert!(is("67 %", 2, 3) && !is("66 %", 2, 3) && !is("70 %", 2, 3));
    assert!(is("12.5", 12_480, 1000) && !is("12", 12_480, 1000));
    // 1/163840 is 6.1035…e-6.
    assert!(
        is("6.1e-6", 1, 163_840) && is("6.10*10^-6", 1, 163_840) && is("0.0000061", 1, 163_840)
    );
    assert!(!is("6.1e-6", 617, 100_000_000) && !is("0.03", 1, 33) && is("0.030", 1, 33));
    assert!(!is("6e-6", 1, 163_840) && !is("6.2e-6", 1, 163_840) && !is("6.1e-5", 1, 163_840));
    // Whole numbers are not rounded.
    assert!(!is("1024.4", 1024, 1) && is("1024.0", 1024, 1));
}

#[test]
fn words_are_read_as_people_write_them() {
    let lookup: &[&str] = &["hit", "miss", "none"];
    for text in ["Y", "yes", "Yes.", "H", "hit", "HIT", "1", "ja", "✓"] {
        assert_eq!(words::read(text, lookup, true), Some("hit"), "{text}");
    }
    for text in ["N", "no", "Miss", "0", "nein"] {
        assert_eq!(words::read(text, lookup, true), Some("miss"), "{text}");
    }
    let faults: &[&str] = &[
        "none",
        "page",
        "demand-zero",
        "copy-on-write",
        "protection",
        "segmentation",
        "any",
    ];
    assert_eq!(words::read("Y", faults, true), Some("page"));
    assert_eq!(
        words::read("Y (protection)", faults, true),
        Some("protection")
    );
    assert_eq!(words::read("Y (page fault)", faults, true), Some("page"));
    assert_eq!(words::read("no (it is mapped)", faults, true), Some("none"));
    // In a process, the answer is the class of the fault, and `yes` is not a class.
    assert_eq!(
        (
            words::read("Y", faults, false),
            words::read("no", faults, false)
        ),
        (None, Some("none"))
    );
    assert_eq!(
        words::read("Copy on write", faults, false),
        Some("copy-on-write")
    );
    assert_eq!(words::read("COW", faults, false), Some("copy-on-write"));
    assert_eq!(
        words::read("BUS_ADRERR", &["none", "BUS_ADRERR"], false),
        Some("BUS_ADRERR")
    );
    for text in ["-", "–", "—", "n/a", "N/A", "none", "None.", "n.a."] {
        assert!(words::is_dash(text), "{text}");
    }
    assert!(!words::is_dash("") && !words::is_dash("0"));
}

/// The form of the answers to a blank on bare hardware.
fn form(form: Form) -> AnswerForm<'static> {
    AnswerForm {
        form,
        unit: None,
        round: None,
        bare: true,
        negative: false,
        notation: Notation::Plain,
    }
}

/// Whether a text agrees with a key.
fn right(text: &str, key: Value, way: AnswerForm) -> bool {
    agrees(
        &Answer::Text(text.to_owned()),
        Some(&Shown::plain(key)),
        way,
    )
}

#[test]
fn pages_are_right_in_any_order() {
    let pages = || Value::List([3u64, 0, 2, 2].into_iter().map(Value::from).collect());
    for text in [
        "3, 0, 2, 2",
        "0 2 2 3",
        "[2,3,2,0]",
        "{2; 0; 3; 2}",
        "3, 0, 2, and 2",
        "pages 3, 0, 2 and 2",
        "p3, p0, page 2, p2",
    ] {
        assert!(right(text, pages(), form(Form::Set)), "{text}");
    }
    for text in ["0 2 3", "0 2 3 3", "0 2 2 3 4", "", "3 and 0 and 2"] {
        assert!(!right(text, pages(), form(Form::Set)), "{text}");
    }
    // The only output of a program can have spaces.
    let only = |text: &str| Value::List([Value::from(text)].into_iter().collect());
    for key in ["counter = 2", "a, b and a", "hello world"] {
        assert!(right(key, only(key), form(Form::Set)), "{key}");
    }
    assert!(!right("counter = 1", only("counter = 2"), form(Form::Set)));
}

#[test]
fn free_answers_ignore_case_and_separators() {
    let free = |text: &str, key: Value| right(text, key, form(Form::Free));
    assert!(
        free("They  DIFFER.", Value::from("they differ"))
            && !free("they agree", Value::from("they differ"))
    );
    assert!(free("TRUE", Value::Bool(true)) && !free("false", Value::Bool(true)));
    assert!(free("12", Value::from(12u64)) && !free("13", Value::from(12u64)));
    let list = || {
        Value::List(
            [Value::from("Hit"), Value::from(2u64), Value::Bool(false)]
                .into_iter()
                .collect(),
        )
    };
    for text in ["hit, 2, false", "['HIT'; 2; False]", "{\"hit\" 0x2 FALSE}"] {
        assert!(free(text, list()), "{text}");
    }
    for text in [
        "hit, 2, true",
        "miss, 2, false",
        "hit, 3, false",
        "2, hit, false",
        "hit, 2",
        "hit, 2, false, 2",
    ] {
        assert!(!free(text, list()), "{text}");
    }
    let range = || Value::Range { from: 1, to: 4 };
    assert!(free("1 2 3", range()) && !free("1 2 4", range()) && !free("1 2", range()));
}

#[test]
fn a_page_fault_is_a_yes_of_any_kind_on_bare_hardware() {
    const FAULTS: &[&str] = &["none", "page", "protection"];
    let bare = form(Form::Words(FAULTS));
    let key = |word: &str| Some(Shown::plain(Value::from(word)));
    let is = |answer: Answer, word: &str, way: AnswerForm| agrees(&answer, key(word).as_ref(), way);
    assert!(is(Answer::Word("page"), "protection", bare) && is(Answer::Word("none"), "none", bare));
    assert!(
        !is(Answer::Word("protection"), "page", bare) && !is(Answer::Word("page"), "none", bare)
    );
    // A dash is no answer to a question of yes or no.
    assert!(!is(Answer::Dash, "none", bare));
    // With a kernel, the answer is the class of the fault.
    let kernel = AnswerForm {
        bare: false,
        ..bare
    };
    assert!(!is(Answer::Word("page"), "protection", kernel) && is(Answer::Dash, "none", kernel));
}

#[test]
fn an_answer_is_read_in_the_form_of_its_blank() {
    let lookup = form(Form::Words(&["hit", "miss"]));
    let read = |text: &str, way: AnswerForm| way.read(&Given::from(text));
    assert_eq!(read("hit", lookup), Answer::Word("hit"));
    assert_eq!(
        (read("-", lookup), read(" ", lookup)),
        (Answer::Dash, Answer::Unanswered)
    );
    assert_eq!(read("perhaps", lookup), Answer::Unreadable);
    // Formats with types give numbers, also for words.
    let number = Number::from(1u64);
    assert_eq!(lookup.read(&Given::Number(number)), Answer::Word("hit"));
    let hex = form(Form::Number {
        radix: Radix::Hex,
        digits: Some(2),
    });
    let ten = Number::from(10u64);
    let Answer::Number(spelled) = hex.read(&Given::Number(ten)) else {
        panic!("a number");
    };
    assert_eq!(spelled.value, ten);
    assert_eq!(
        (read("-", hex), read("?", hex)),
        (Answer::Dash, Answer::Unreadable)
    );
    let bits = AnswerForm {
        notation: Notation::Bits(3),
        ..form(Form::Free)
    };
    assert_eq!(read("0 1 0", bits), Answer::Text("010".to_owned()));
    assert_eq!(
        (read("-", bits), read("01", bits)),
        (Answer::Dash, Answer::Unreadable)
    );
}

#[test]
fn any_value_that_satisfies_the_condition_is_right() {
    let four =
        |_: &Answers, value: &Value| matches!(value, Value::Number(n) if n.as_integer() == Some(4));
    let verdict = |first: &[Value], all: bool, given: &str| {
        let answers = Answers {
            first: first.to_vec(),
            all,
            open: None,
        };
        any(
            &four,
            &answers,
            Radix::Decimal,
            &Given::from(given),
            &Rules::default(),
        )
        .0
    };
    let two = [Value::from(2u64)];
    assert_eq!(
        (verdict(&two, false, "2"), verdict(&two, false, "0x4")),
        (Verdict::Right, Verdict::Right)
    );
    assert_eq!(
        (verdict(&two, true, "4"), verdict(&two, false, "5")),
        (Verdict::Wrong, Verdict::Wrong)
    );
    let lru = [Value::from("lru")];
    assert_eq!(
        (verdict(&lru, true, " LRU. "), verdict(&lru, true, "fifo")),
        (Verdict::Right, Verdict::Unreadable)
    );
}

/// The marks of a student with one field in each of two questions.
fn marked(id: &str, points: [i64; 2], verdicts: [Verdict; 2], written: &str) -> Marked {
    let mark = |(at, (points, verdict)): (usize, (i64, Verdict))| Mark {
        field: (at + 1).to_string(),
        question: at,
        item: 0,
        row: 0,
        written: written.to_owned(),
        verdict,
        mistakes: Vec::new(),
        points: points.into(),
        of: 4i64.into(),
    };
    Marked {
        line: 1,
        id: id.to_owned(),
        name: String::new(),
        version: String::new(),
        marks: points
            .into_iter()
            .zip(verdicts)
            .enumerate()
            .map(mark)
            .collect(),
        total: (points[0] + points[1]).into(),
        of: 8i64.into(),
    }
}

#[test]
fn statistics_count_each_student_once() {
    let all = [
        ("a", 4, 4, "x"),
        ("b", 4, 1, "y"),
        ("c", 2, 0, "y"),
        ("d", 0, 0, "x"),
        ("e", 0, 0, "z"),
    ];
    let all = all.map(|(id, first, second, text)| {
        let verdict = |points: i64| {
            if points == 4 {
                Verdict::Right
            } else {
                Verdict::Wrong
            }
        };
        marked(id, [first, second], [verdict(first), verdict(second)], text)
    });
    let shown = |number: Option<Number>| number.map(|number| number.to_string());
    // The totals are 8, 5, 2, 0, and 0. The groups have ⌈5 × 27 %⌉ students.
    let five = statistics(&all);
    assert_eq!(
        (shown(five.mean), shown(five.median), five.group),
        (Some("3".into()), Some("2".into()), 2)
    );
    // Students a and b have 100 % and d and e have 0 % of the first field.
    assert_eq!(shown(five.items[0].discrimination), Some("1".into()));
    // Of the wrong answers, x occurs once, y once, and z once in the first field, and y twice in the second.
    assert_eq!(five.items[0].common, Some(("x".to_owned(), 1)));
    assert_eq!(five.items[1].common, Some(("y".to_owned(), 2)));
    let four = statistics(&all[..4]);
    assert_eq!((shown(four.median), four.group), (Some("3.5".into()), 2));
    let three = statistics(&all[..3]);
    assert_eq!(
        (three.group, shown(three.items[0].discrimination)),
        (0, None)
    );
    let (points, of) = all[1].question(1);
    assert_eq!(
        (points.to_string(), of.to_string()),
        ("1".into(), "4".into())
    );
}

#[test]
fn a_student_whose_total_alone_changes_is_listed() {
    let right = || [Verdict::Right, Verdict::Right];
    let now = [
        marked("same", [4, 4], right(), ""),
        marked("total", [4, 4], right(), ""),
        marked("new", [4, 4], right(), ""),
    ];
    let before = |id: &str, total: i64| Before {
        id: id.to_owned(),
        total: Some(total.into()),
        of: Some(8i64.into()),
        fields: [("1".to_owned(), 4i64.into()), ("2".to_owned(), 4i64.into())].into(),
    };
    let regraded = regraded(
        &[before("same", 8), before("total", 7), before("gone", 8)],
        &now,
    );
    assert_eq!(
        regraded
            .changes
            .iter()
            .map(|change| &*change.id)
            .collect::<Vec<_>>(),
        ["total"]
    );
    assert_eq!(
        (regraded.same, regraded.new, regraded.gone),
        (1, vec!["new".to_owned()], vec!["gone".to_owned()])
    );
}

#[test]
fn points_are_written_with_at_most_four_decimals() {
    let decimal = |above: i128, under: i128| {
        super::decimal(Number::fraction(above, under).expect("a number"))
    };
    assert_eq!(
        (decimal(1, 3), decimal(2, 1), decimal(1, 2)),
        ("0.3333".into(), "2".into(), "0.5".into())
    );
    assert_eq!(
        (decimal(1, 16), decimal(12_346, 100_000)),
        ("0.0625".into(), "0.1235".into())
    );
}

#[test]
fn words_and_numbers_are_read_in_the_spellings_of_students() {
    const FAULTS: &[&str] = &["none", "copy-on-write", "demand-zero", "segmentation"];
    const BARE: &[&str] = &["none", "page", "protection"];
    for (text, words, bare, word) in [
        ("no fault", FAULTS, false, Some("none")),
        ("No page fault", FAULTS, false, Some("none")),
        ("cow fault", FAULTS, false, Some("copy-on-write")),
        ("Copy-On-Write fault", FAULTS, false, Some("copy-on-write")),
        ("fault", FAULTS, false, None),
        ("fault", BARE, true, Some("page")),
        ("no fault", BARE, true, Some("none")),
        ("F", BARE, true, None),
        ("cold miss", &["hit", "miss"], true, Some("miss")),
        ("compulsory miss", &["hit", "miss"], true, Some("miss")),
        ("near miss", &["hit", "miss"], true, None),
    ] {
        assert_eq!(words::read(text, words, bare), word, "{text}");
    }
    for (text, hit) in [
        ("fault", Some(false)),
        ("page fault", Some(false)),
        ("PF", Some(false)),
        ("no fault", Some(true)),
        ("perhaps", None),
    ] {
        assert_eq!(words::flag(text), hit, "{text}");
    }
    for text in ["64 Mi", "2^26", "2²⁶", "65536 Ki"] {
        assert_eq!(decimal(text).as_deref(), Some("67108864"), "{text}");
    }
    for text in ["0D hex", "0D (hex)", "0D₁₆", "D HEX.", "1101₂", "13₁₀"] {
        assert_eq!(hex(text), Some(13), "{text}");
    }
    for text in [
        "2**26",
        "2 ^ 26",
        "2^(26)",
        "2^{26} B",
        "64 MByte",
        "65536 KBytes",
        "65536 kibibytes",
        "1/16384 Ti",
    ] {
        assert_eq!(decimal(text).as_deref(), Some("67108864"), "{text}");
    }
    let value = |text: &str, radix: Radix, unit: Option<&str>| {
        let read = number::read(text, radix, None, unit).filter(|read| read.fits);
        read.map(|read| read.value.to_string())
    };
    for text in [
        "1.205e-7 s",
        "1.205*10^-7s",
        "1,205·10⁻⁷ s",
        "1.205 × 10^(-1) us",
        "0.1205 µs",
    ] {
        let ns = value(text, Radix::Decimal, Some("ns"));
        assert_eq!(ns.as_deref(), Some("120.5"), "{text}");
    }
    assert_eq!(value("1.205e-7 B", Radix::Decimal, Some("ns")), None);
    for text in ["11111", "11111b", "11111₂", "0x1F", "1Fh"] {
        let binary = value(text, Radix::Binary, None);
        assert_eq!(binary.as_deref(), Some("31"), "{text}");
    }
}

/// East Asian keyboards type full-width letters and digits.
#[test]
fn full_width_characters_have_their_usual_meaning() {
    let means = |text: &str, key: Value, way: AnswerForm| {
        agrees(&way.read(&text.into()), Some(&Shown::plain(key)), way)
    };
    let decimal = form(Form::Number {
        radix: Radix::Decimal,
        digits: None,
    });
    assert!(means(
        "１２．５",
        Value::from(Number::fraction(25, 2).expect("a number")),
        decimal
    ));
    assert!(!means("１２", 21u64.into(), decimal));
    let words = form(Form::Words(&["hit", "miss"]));
    assert!(
        means("ＨＩＴ", Value::from("hit"), words) && means("ｎ　", Value::from("miss"), words)
    );
}

#[test]
fn the_number_of_a_frame_can_follow_its_name() {
    let frame = AnswerForm {
        notation: Notation::Place,
        ..form(Form::Number {
            radix: Radix::Decimal,
            digits: None,
        })
    };
    let three = Some(Shown::word("3"));
    for text in ["3", "03", "0x3", "3.0", "p3", "page 3", "Frame 3", "#3"] {
        let answer = frame.read(&Given::from(text));
        assert!(agrees(&answer, three.as_ref(), frame), "{text}");
    }
    for text in ["empty", "-", "no", "no frame", "No page"] {
        let answer = frame.read(&Given::from(text));
        assert_eq!(answer, Answer::Dash, "{text}");
    }
    for text in ["page", "3 or 4", "x", "3?"] {
        let answer = frame.read(&Given::from(text));
        assert_eq!(answer, Answer::Unreadable, "{text}");
    }
}
