//! Tests of documented results, which were computed by hand, and of laws that hold for all values.

use proptest::collection::vec;
use proptest::prelude::*;

use super::functions::{FUNCTIONS, function};
use super::lists::LIST_LIMIT;
use super::ops::{binary, of_integers, unary};
use super::{MAX, MIN, Number, VALUE_BYTES, Value, unit_factor};
use crate::lang::ast::{BinaryOp as Op, UnaryOp};
use crate::lang::diagnostic::Code;

/// Parses a number: a literal, optionally with `-` or a unit, or a quotient `1/3`.
fn n(text: &str) -> Value {
    match text.split_once('/') {
        Some((a, b)) => Number::parse(a)
            .unwrap()
            .divide(Number::parse(b).unwrap())
            .unwrap()
            .into(),
        None => Number::parse(text).unwrap().into(),
    }
}

fn op(a: &str, op: Op, b: &str) -> String {
    match binary(op, &n(a), &n(b)) {
        Ok(value) => value.to_string(),
        Err(error) => error.code.name().to_owned(),
    }
}

fn call(name: &str, args: &[Value]) -> String {
    match function(name).unwrap().call(args) {
        Ok(value) => value.to_string(),
        Err(error) => error.code.name().to_owned(),
    }
}

fn ints(list: &[i64]) -> Value {
    Value::list(list.iter().map(|i| Value::from(*i))).unwrap()
}

fn range(from: i128, to: i128) -> Value {
    Value::Range { from, to }
}

fn code<T: std::fmt::Debug>(result: Result<T, super::ValueError>) -> Code {
    result.unwrap_err().code
}

#[test]
fn literals_are_read() {
    let reads = [
        ("20", "20"),
        ("0x14", "20"),
        ("0XfF", "255"),
        ("0b1_0100", "20"),
        ("007", "7"),
        ("1_000_000", "1000000"),
        ("0.96", "0.96"),
        ("96%", "0.96"),
        ("8 KB", "8192"),
        ("8KiB", "8192"),
        ("2 MB", "2097152"),
        ("1GB", "1073741824"),
        ("512 B", "512"),
        ("0x40 B", "64"),
        ("0B", "0"),
        ("10 ns", "10"),
        ("2us", "2000"),
        ("3 ms", "3000000"),
        ("1 s", "1000000000"),
        ("0.5 KB", "512"),
        ("14 bits", "14"),
        ("0xFFFFFFFFFFFFFFFF", "18446744073709551615"),
        ("-9223372036854775808", "-9223372036854775808"),
    ];
    for (text, value) in reads {
        assert_eq!(Number::parse(text).unwrap().to_string(), value, "{text}");
    }
}

#[test]
fn invalid_literals_are_rejected() {
    for text in [
        "", "0x", "0b", "0b2", "0xG", "12a", "1.", ".5", "1.2.3", "1e3", "0x1.8", "5 kg", "_",
        "1_", "--1", "é",
    ] {
        assert_eq!(code(Number::parse(text)), Code::BadNumber, "{text}");
    }
    for text in [
        "0x1_0000_0000_0000_0000",
        "18446744073709551616",
        "-9223372036854775809",
        "17179869184 GB",
    ] {
        assert_eq!(code(Number::parse(text)), Code::Overflow, "{text}");
    }
    let long = format!("0.{}1", "0".repeat(60));
    assert_eq!(code(Number::literal(&long)), Code::Overflow);
    assert_eq!(unit_factor("KB"), Some(Number::from(1024_u32)));
    assert_eq!(unit_factor("kb"), None);
}

#[test]
fn arithmetic_is_exact() {
    assert_eq!(op("1", Op::Divide, "3"), "1/3");
    assert_eq!(op("1/3", Op::Multiply, "3"), "1");
    assert_eq!(op("0.1", Op::Add, "0.2"), "0.3");
    assert_eq!(op("1.9999", Op::Subtract, "0"), "1.9999");
    assert_eq!(op("1/3", Op::Add, "1/6"), "0.5");
    assert_eq!(op("0xFFFFFFFFFFFFFFFF", Op::Add, "1"), "overflow");
    assert_eq!(
        op("0xFFFFFFFFFFFFFFFF", Op::Add, "0.5"),
        "18446744073709551615.5"
    );
    assert_eq!(op("-9223372036854775808", Op::Subtract, "0.5"), "overflow");
    assert_eq!(
        op("0xFFFFFFFFFFFFFFFF", Op::Multiply, "0xFFFFFFFFFFFFFFFF"),
        "overflow"
    );
    assert_eq!(op("1", Op::Divide, "0"), "divide-by-zero");
    assert_eq!(op("1", Op::FloorDivide, "0"), "divide-by-zero");
    assert_eq!(op("1", Op::Remainder, "0"), "divide-by-zero");
    assert_eq!(
        unary(UnaryOp::Negate, &n("0xFFFFFFFFFFFFFFFF"))
            .unwrap_err()
            .code,
        Code::Overflow
    );
    assert_eq!(
        unary(UnaryOp::Negate, &n("9223372036854775808")).unwrap(),
        n("-9223372036854775808")
    );
}

#[test]
fn fractions_that_grow_too_fine_overflow_instead_of_rounding() {
    let tiny = n("1")
        .number("")
        .unwrap()
        .divide(n("0xFFFFFFFFFFFFFFFF").number("").unwrap())
        .unwrap();
    assert_eq!(
        code(tiny.times(tiny).and_then(|x| x.times(tiny))),
        Code::Overflow
    );
}

#[test]
fn quotients_round_down_and_remainders_have_the_divisors_sign() {
    let cases = [
        ("7", "2", "3", "1"),
        ("-7", "2", "-4", "1"),
        ("7", "-2", "-4", "-1"),
        ("-7", "-2", "3", "-1"),
    ];
    for (a, b, quotient, rest) in cases {
        assert_eq!(op(a, Op::FloorDivide, b), quotient, "{a} // {b}");
        assert_eq!(op(a, Op::Remainder, b), rest, "{a} % {b}");
    }
    assert_eq!(op("7.5", Op::FloorDivide, "2"), "3");
    assert_eq!(op("7.5", Op::Remainder, "2"), "1.5");
    assert_eq!(op("-0.5", Op::Remainder, "2"), "1.5");
}

#[test]
fn bits_are_twos_complement_of_unlimited_width() {
    assert_eq!(unary(UnaryOp::Complement, &n("0")).unwrap(), n("-1"));
    assert_eq!(op("0x3D4", Op::BitAnd, "-64"), "960"); // 0x3D4 & ~0x3F = 0x3C0
    assert_eq!(op("-1", Op::BitAnd, "0xFF"), "255");
    assert_eq!(op("-1", Op::BitXor, "5"), "-6");
    assert_eq!(op("0xF0", Op::BitOr, "0x0F"), "255");
    assert_eq!(op("1.5", Op::BitAnd, "1"), "not-an-integer");
    assert_eq!(
        code(unary(UnaryOp::Complement, &n("0xFFFFFFFFFFFFFFFF"))),
        Code::Overflow
    );
}

#[test]
fn shifts_stay_in_range() {
    assert_eq!(op("1", Op::ShiftLeft, "63"), "9223372036854775808");
    assert_eq!(op("1", Op::ShiftLeft, "64"), "overflow");
    assert_eq!(op("0xFFFFFFFFFFFFFFFF", Op::ShiftLeft, "64"), "overflow");
    assert_eq!(op("0", Op::ShiftLeft, "64"), "0");
    assert_eq!(op("-1", Op::ShiftRight, "1"), "-1");
    assert_eq!(op("-5", Op::ShiftRight, "1"), "-3");
    assert_eq!(op("5", Op::ShiftRight, "64"), "0");
    assert_eq!(op("1", Op::ShiftLeft, "-1"), "bad-width");
    assert_eq!(op("0", Op::ShiftRight, "65"), "bad-width");
    assert_eq!(op("1", Op::ShiftRight, "1000000"), "bad-width");
    assert_eq!(op("1", Op::ShiftLeft, "0.5"), "not-an-integer");
}

#[test]
fn values_of_different_kinds_do_not_compare() {
    let (text, number) = (Value::from("0x36"), n("54"));
    let error = binary(Op::Equal, &text, &number).unwrap_err();
    assert_eq!(error.code, Code::WrongType);
    assert_eq!(error.help.unwrap(), "write the number without quotes: 0x36");
    assert_eq!(
        code(binary(Op::Less, &Value::Bool(true), &number)),
        Code::WrongType
    );
    assert_eq!(
        code(binary(Op::NotEqual, &ints(&[1]), &number)),
        Code::WrongType
    );
    assert_eq!(code(binary(Op::Add, &text, &text)), Code::WrongType);
    assert_eq!(
        code(binary(Op::And, &Value::Bool(false), &number)),
        Code::WrongType
    );
}

#[test]
fn lists_and_ranges_compare_by_their_elements() {
    let equal = |a: &Value, b: &Value| binary(Op::Equal, a, b).unwrap() == Value::Bool(true);
    assert!(equal(&ints(&[0, 1, 2]), &range(0, 3)));
    assert!(!equal(&ints(&[0, 1]), &range(0, 3)));
    assert!(equal(&range(5, 5), &range(9, 2)));
    assert!(!equal(&range(0, 1 << 60), &range(0, 1 << 61)));
    // The comparison of elements of different kinds inside lists is false, not an error.
    assert!(!equal(&Value::list(["a".into()]).unwrap(), &ints(&[1])));
    assert_eq!(
        binary(Op::Less, &ints(&[1, 2]), &ints(&[1, 3])).unwrap(),
        Value::Bool(true)
    );
    assert_eq!(
        binary(Op::Less, &ints(&[1]), &ints(&[1, 0])).unwrap(),
        Value::Bool(true)
    );
    assert_eq!(
        binary(Op::Greater, &"b".into(), &"a".into()).unwrap(),
        Value::Bool(true)
    );
}

#[test]
fn membership() {
    let is_in =
        |x: Value, whole: Value| binary(Op::In, &x, &whole).map(|value| value == Value::Bool(true));
    assert!(is_in(n("63"), range(0, 64)).unwrap());
    assert!(!is_in(n("64"), range(0, 64)).unwrap());
    assert!(is_in("b".into(), Value::list(["a".into(), "b".into()]).unwrap()).unwrap());
    assert!(!is_in(n("1"), Value::list(["a".into()]).unwrap()).unwrap());
    assert!(is_in("ell".into(), "hello".into()).unwrap());
    assert_eq!(code(is_in(n("0.5"), range(0, 2))), Code::NotAnInteger);
    assert_eq!(code(is_in("a".into(), range(0, 2))), Code::WrongType);
    assert_eq!(code(is_in(n("1"), n("2"))), Code::WrongType);
}

#[test]
fn not_takes_booleans_and_numbers() {
    assert_eq!(
        unary(UnaryOp::Not, &Value::Bool(true)).unwrap(),
        Value::Bool(false)
    );
    assert_eq!(unary(UnaryOp::Not, &n("0")).unwrap(), Value::Bool(true));
    assert_eq!(unary(UnaryOp::Not, &n("7")).unwrap(), Value::Bool(false));
    assert_eq!(code(unary(UnaryOp::Not, &"x".into())), Code::WrongType);
}

#[test]
fn lists_are_flattened_and_limited() {
    let spread = Value::list([n("7"), range(0, 3), ints(&[5, 6]), "x".into()]).unwrap();
    assert_eq!(spread.to_string(), "[7, 0, 1, 2, 5, 6, \"x\"]");
    let full = Value::list([range(0, LIST_LIMIT as i128)]).unwrap();
    assert_eq!(code(Value::list([full, n("1")])), Code::LimitSize);
    assert_eq!(code(Value::list([range(MIN, MAX)])), Code::LimitSize);
}

#[test]
fn nested_lists_are_limited_in_total_and_in_depth() {
    let row = |from: i64| ints(&[from, from + 1]).alone();
    let rows = Value::list([row(1), row(3)]).unwrap();
    assert_eq!(rows.to_json().to_string(), "[[1,2],[3,4]]");
    // The elements of a list expand, but not the elements of these elements.
    assert_eq!(
        Value::list([rows.clone(), row(5)]).unwrap().to_string(),
        "[[1, 2], [3, 4], [5, 6]]"
    );
    assert_eq!(rows.leaves(), [n("1"), n("2"), n("3"), n("4")]);
    assert_eq!(
        binary(Op::In, &ints(&[3, 4]), &rows).unwrap(),
        Value::Bool(true)
    );
    assert_eq!(
        binary(Op::In, &ints(&[2, 3]), &rows).unwrap(),
        Value::Bool(false)
    );
    assert_eq!(
        binary(Op::Less, &rows, &Value::list([row(1), row(4)]).unwrap()).unwrap(),
        Value::Bool(true)
    );
    let mut doubled = ints(&[0]);
    let mut double = || {
        Value::list([doubled.clone().alone(), doubled.clone().alone()]).map(|list| doubled = list)
    };
    assert_eq!(code((0..99).try_for_each(|_| double())), Code::LimitSize);
    let long = Value::list([range(0, LIST_LIMIT as i128 / 2)])
        .unwrap()
        .alone();
    assert_eq!(code(Value::list([long.clone(), long])), Code::LimitSize);
}

#[test]
fn elements_are_numbered_from_zero() {
    let xs = ints(&[10, 20, 30]);
    assert_eq!(xs.index(&n("2")).unwrap(), n("30"));
    assert_eq!(code(xs.index(&n("3"))), Code::BadIndex);
    assert_eq!(code(xs.index(&n("-1"))), Code::BadIndex);
    assert_eq!(code(xs.index(&n("0.5"))), Code::NotAnInteger);
    assert_eq!(range(5, 1 << 62).index(&n("4")).unwrap(), n("9"));
    assert_eq!(code(n("5").index(&n("0"))), Code::WrongType);
}

#[test]
fn ranges_contain_integers() {
    assert_eq!(Value::range(&n("0"), &n("3"), true).unwrap(), range(0, 4));
    assert_eq!(
        code(Value::range(&n("0"), &n("0.5"), false)),
        Code::NotAnInteger
    );
    assert_eq!(
        code(Value::range(&n("0"), &"a".into(), false)),
        Code::WrongType
    );
    let last: Vec<Value> =
        Value::range(&n("18446744073709551614"), &n("18446744073709551615"), true)
            .unwrap()
            .items()
            .unwrap()
            .collect();
    assert_eq!(last, [n("18446744073709551614"), n("18446744073709551615")]);
}

#[test]
fn functions_match_their_rows() {
    assert_eq!(call("ceil", &[n("-7/2")]), "-3");
    assert_eq!(call("floor", &[n("-7/2")]), "-4");
    assert_eq!(
        ["5/2", "-5/2", "7/3", "0.4999"].map(|x| call("round", &[n(x)])),
        ["3", "-3", "2", "0"]
    );
    assert_eq!(call("log2", &[n("4 KB")]), "12");
    assert_eq!(call("log2", &[n("1/8")]), "-3");
    assert_eq!(call("log2", &[n("3")]), "1.584962500721156"); // log2 3 = 1.5849625007211561814…
    assert_eq!(call("log2", &[n("0")]), "wrong-type");
    assert_eq!(call("sqrt", &[n("9/4")]), "1.5");
    assert_eq!(call("sqrt", &[n("2")]), "1.4142135623730951"); // the double nearest to √2
    assert_eq!(call("sqrt", &[n("-1")]), "wrong-type");
    assert_eq!(call("len", &[range(MIN, MAX)]), "overflow"); // 2^64 + 2^63 - 1
    assert_eq!(call("len", &["é".into()]), "2");
    assert_eq!(call("reverse", &[range(0, 3)]), "[2, 1, 0]");
    assert_eq!(call("reverse", &["abc".into()]), "cba");
    assert_eq!(call("hex", &[n("0x354")]), "0x354");
    assert_eq!(call("hex", &[n("-255"), n("4")]), "-0x00FF");
    assert_eq!(call("bin", &[n("0x0F"), n("8")]), "0b00001111");
    assert_eq!(call("hex", &[n("1"), n("65")]), "bad-width");
    assert_eq!(call("hex", &[]), "wrong-count");
    assert_eq!(call("floor", &[n("1"), n("2")]), "wrong-count");
}

#[test]
fn the_number_of_bits_is_never_short() {
    // A set of 2^60 + 1 elements needs 61 bits, although the double nearest to the logarithm is 60.
    let bits = |x: &str| {
        let log = n(x).number("").unwrap().log2().unwrap();
        log.ceil().unwrap().to_string()
    };
    assert_eq!(bits("1152921504606846977"), "61");
    assert_eq!(bits("1152921504606846976"), "60");
    assert_eq!(bits("1152921504606846975"), "60");
}

#[test]
fn sums_and_extremes_of_huge_ranges_take_no_time() {
    assert_eq!(call("sum", &[range(1, 101)]), "5050");
    assert_eq!(call("sum", &[range(-(1 << 62), (1 << 62) + 1)]), "0");
    assert_eq!(call("sum", &[range(0, 1 << 62)]), "overflow");
    assert_eq!(call("max", &[range(0, 1 << 62)]), "4611686018427387903");
    assert_eq!(call("min", &[n("3"), ints(&[9, 2]), range(5, 9)]), "2");
    assert_eq!(call("max", &[range(3, 3)]), "wrong-count");
    assert_eq!(call("sum", &[ints(&[])]), "0");
    assert_eq!(call("max", &["a".into()]), "wrong-type");
}

#[test]
fn doubles_print_shortly_and_compare_with_exact_numbers() {
    let root = n("2").number("").unwrap().sqrt().unwrap();
    assert_eq!(root.times(root).unwrap().to_string(), "2.0000000000000004");
    assert_eq!(
        binary(Op::Less, &root.into(), &n("1.5")).unwrap(),
        Value::Bool(true)
    );
    assert_eq!(root.floor().unwrap().to_string(), "1");
    assert_eq!(Number::double(f64::NAN).unwrap_err().code, Code::Overflow);
    assert_eq!(Number::double(1e300).unwrap().to_string(), "1e300");
    assert_eq!(
        Number::double(1e300).unwrap().floor().unwrap_err().code,
        Code::Overflow
    );
    assert_eq!(Number::double(4.0).unwrap().as_integer(), Some(4));
}

#[test]
fn values_become_json() {
    let json = |value: &Value| value.to_json().to_string();
    assert_eq!(json(&n("0xFFFFFFFFFFFFFFFF")), "18446744073709551615");
    assert_eq!(json(&n("-5")), "-5");
    assert_eq!(json(&n("1.9999")), "1.9999");
    assert_eq!(json(&n("1/3")), "\"1/3\"");
    assert_eq!(
        json(&n("0.12345678901234567890123")),
        "\"0.12345678901234567890123\""
    );
    assert_eq!(json(&range(0, 4)), "\"0..4\"");
    assert_eq!(
        json(&Value::list([n("1"), "a\"b".into(), Value::Bool(true)]).unwrap()),
        "[1,\"a\\\"b\",true]"
    );
}

#[test]
fn every_function_has_a_unique_name_and_needs_arguments() {
    for (at, row) in FUNCTIONS.iter().enumerate() {
        assert!(
            FUNCTIONS
                .iter()
                .skip(at + 1)
                .all(|other| other.name != row.name),
            "{}",
            row.name
        );
        assert_eq!(code(row.call(&[])), Code::WrongCount, "{}", row.name);
        assert!(row.example.starts_with(row.name), "{}", row.name);
    }
}

/// Exact numbers with small denominators, never doubles.
fn rational() -> impl Strategy<Value = Number> {
    (-1_000_000_i128..1_000_000, 1_i128..1000).prop_map(|(a, b)| Number::fraction(a, b).unwrap())
}

/// Integers of all sizes, often at the ends of the range.
fn integer() -> impl Strategy<Value = i128> {
    prop_oneof![-9i128..9, MIN..=MAX, MIN..MIN + 9, MAX - 9..=MAX]
}

/// The operators that a script can write between two numbers.
const OPERATORS: [Op; 18] = [
    Op::Power,
    Op::Multiply,
    Op::Divide,
    Op::FloorDivide,
    Op::Remainder,
    Op::Add,
    Op::Subtract,
    Op::ShiftLeft,
    Op::ShiftRight,
    Op::BitAnd,
    Op::BitXor,
    Op::BitOr,
    Op::Equal,
    Op::NotEqual,
    Op::Less,
    Op::LessEqual,
    Op::Greater,
    Op::GreaterEqual,
];

/// The operators that always take the long way, because loops rarely use them.
const NOT_SHORT: [Op; 5] = [
    Op::Power,
    Op::Divide,
    Op::ShiftLeft,
    Op::ShiftRight,
    Op::BitXor,
];

proptest! {
    #[test]
    fn quotient_and_remainder_make_the_whole(a in rational(), b in rational()) {
        prop_assume!(!b.is_zero());
        let (quotient, rest) = (a.floor_divide(b).unwrap(), a.remainder(b).unwrap());
        prop_assert_eq!(quotient.times(b).unwrap().plus(rest).unwrap(), a);
        prop_assert!(rest.is_zero() || rest.is_negative() == b.is_negative());
        prop_assert!(quotient.as_integer().is_some());
    }

    #[test]
    fn integer_quotient_and_remainder_make_the_whole(a in MIN..=MAX, b in MIN..=MAX) {
        prop_assume!(b != 0);
        let (x, y) = (Number::integer(a).unwrap(), Number::integer(b).unwrap());
        if let Ok(quotient) = x.floor_divide(y) {
            prop_assert_eq!(quotient.as_integer().unwrap() * b + x.remainder(y).unwrap().as_integer().unwrap(), a);
        }
    }

    /// The short way for integers computes what the operators compute, and leaves each error to them.
    #[test]
    fn integers_are_computed_alike(a in integer(), b in integer()) {
        let (a, b) = (Value::from(Number::integer(a).unwrap()), Value::from(Number::integer(b).unwrap()));
        for op in OPERATORS {
            match (of_integers(op, &a, &b), binary(op, &a, &b)) {
                (Some(value), expected) => prop_assert_eq!(expected, Ok(value), "{:?}", op),
                (None, Ok(_)) => prop_assert!(NOT_SHORT.contains(&op), "{op:?} takes the long way"),
                (None, Err(_)) => {}
            }
        }
    }

    #[test]
    fn a_shift_is_a_multiplication(a in -1_000_000_i64..1_000_000, by in 0_u32..40) {
        let power = Value::from(1_u64 << by);
        let (a, by) = (Value::from(a), Value::from(by));
        prop_assert_eq!(binary(Op::ShiftLeft, &a, &by).unwrap(), binary(Op::Multiply, &a, &power).unwrap());
        prop_assert_eq!(binary(Op::ShiftRight, &a, &by).unwrap(), binary(Op::FloorDivide, &a, &power).unwrap());
    }

    #[test]
    fn printed_decimals_read_back(digits in -1_000_000_000_i128..1_000_000_000, places in 0_u32..9) {
        let number = Number::fraction(digits, 10_i128.pow(places)).unwrap();
        prop_assert_eq!(Number::parse(&number.to_string()).unwrap(), number);
    }

    #[test]
    fn printed_radixes_read_back(value in any::<u64>(), digits in 0_u64..=64) {
        for name in ["hex", "bin"] {
            let text = call(name, &[value.into(), digits.into()]);
            prop_assert_eq!(Number::literal(&text).unwrap(), Number::from(value));
            prop_assert!(text.len() as u64 >= digits + 2);
        }
    }

    #[test]
    fn sums_and_differences_undo_each_other(a in rational(), b in rational()) {
        prop_assert_eq!(a.plus(b).unwrap().minus(b).unwrap(), a);
        prop_assert_eq!(a.compare(b), a.minus(b).unwrap().compare(Number::ZERO));
    }

    #[test]
    fn any_text_is_a_number_or_an_error(text in ".{0,12}", tail in "[0-9a-fxKMB_.% -]{0,9}") {
        let _ = Number::parse(&text);
        let _ = Number::parse(&tail);
        let _ = Number::literal(&text);
    }
}

/// A part of a new list: an earlier list, a range, or a number.
fn part() -> impl Strategy<Value = (usize, u16)> {
    (0usize..8, 0u16..700)
}

proptest! {
    /// Lists that share their elements equal lists that copy them.
    #[test]
    fn lists_equal_vectors(steps in vec(vec(part(), 0..5), 1..12)) {
        let mut known: Vec<(Value, Vec<Value>)> = vec![(ints(&[]), Vec::new())];
        for parts in steps {
            let (mut given, mut model) = (Vec::new(), Vec::new());
            for (kind, n) in parts {
                let (value, elements) = match kind {
                    0 => (range(0, n.into()), (0..n).map(|i| Value::from(u32::from(i))).collect()),
                    1 => (Value::from(u32::from(n)), vec![Value::from(u32::from(n))]),
                    2 => {
                        let alone = known[usize::from(n) % known.len()].0.clone().alone();
                        let Value::List(list) = &alone else { unreachable!() };
                        (alone.clone(), list.iter().cloned().collect())
                    }
                    _ => known[usize::from(n) % known.len()].clone(),
                };
                given.push(value);
                model.extend(elements);
            }
            let (copied, bytes) = Value::copied(&given);
            let Ok(list) = Value::list(given) else { continue };
            let Value::List(elements) = &list else { unreachable!() };
            prop_assert!(elements.iter().eq(&model));
            prop_assert_eq!(elements.iter().len(), model.len());
            prop_assert_eq!(model.get(model.len() / 2), elements.get(model.len() / 2));
            prop_assert_eq!(list.items().unwrap().collect::<Vec<_>>(), model.clone());
            // The totals equal those of the elements.
            let bytes_of_all: u64 = model.iter().map(Value::footprint).sum();
            prop_assert_eq!(list.footprint(), VALUE_BYTES + bytes_of_all);
            prop_assert_eq!(list.size(), model.iter().map(|e| if let Value::List(l) = e { 1 + l.size() } else { 1 }).sum::<u64>().into());
            prop_assert!(u128::from(copied) <= list.size() && bytes <= list.footprint() + 5 * VALUE_BYTES);
            let copy = Value::List(model.iter().cloned().collect());
            prop_assert!(list.same(&copy) && list == copy);
            known.push((list, model));
        }
    }
}
