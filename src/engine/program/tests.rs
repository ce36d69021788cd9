//! Arithmetic, the flat memory, and sets of outputs, compared with simple models.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ops::{BinaryOp, Function, Op, Scalar, UnaryOp, binary, convert, unary};
use super::*;
use crate::machine::random::SplitMix64;

/// The integer types of operations, with their bits.
const KINDS: [(Scalar, u32, bool); 4] = [
    (Scalar::I32, 32, true),
    (Scalar::U32, 32, false),
    (Scalar::I64, 64, true),
    (Scalar::U64, 64, false),
];

const OPERATORS: [BinaryOp; 14] = [
    BinaryOp::Add,
    BinaryOp::Sub,
    BinaryOp::Mul,
    BinaryOp::Div,
    BinaryOp::Rem,
    BinaryOp::And,
    BinaryOp::Or,
    BinaryOp::Xor,
    BinaryOp::Eq,
    BinaryOp::Ne,
    BinaryOp::Lt,
    BinaryOp::Le,
    BinaryOp::Gt,
    BinaryOp::Ge,
];

fn model(op: BinaryOp, a: i128, b: i128) -> Option<i128> {
    Some(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a.checked_mul(b)?,
        BinaryOp::Div => a.checked_div(b)?,
        BinaryOp::Rem => a.checked_rem(b)?,
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::Eq => i128::from(a == b),
        BinaryOp::Ne => i128::from(a != b),
        BinaryOp::Lt => i128::from(a < b),
        BinaryOp::Le => i128::from(a <= b),
        BinaryOp::Gt => i128::from(a > b),
        _ => i128::from(a >= b),
    })
}

#[test]
fn arithmetic_agrees_with_wide_integers() {
    let mut random = SplitMix64::new(1);
    for _ in 0..200_000 {
        let (kind, bits, is_signed) = KINDS[random.below(4) as usize];
        let mut operand = || {
            let value = match random.below(4) {
                0 => random.below(5).wrapping_sub(2),
                1 => (1_u64 << (bits - 1)).wrapping_sub(random.below(3)),
                _ => random.next() >> random.below(64),
            };
            kind.extend(value)
        };
        let (left, right) = (operand(), operand());
        let wide = |value: u64| {
            if is_signed {
                i128::from(value as i64)
            } else {
                i128::from(value)
            }
        };
        let op = OPERATORS[random.below(14) as usize];
        let exact = model(op, wide(left), wide(right));
        let actual = binary(op, kind, left, right);
        let is_division = matches!(op, BinaryOp::Div | BinaryOp::Rem);
        if is_division && right == 0 {
            assert_eq!(actual, Err(ErrorKind::DivisionByZero));
            continue;
        }
        let low = -(1_i128 << (bits - 1));
        // The quotient overflows, and C does not define the remainder either.
        let overflows = is_signed && is_division && wide(left) == low && wide(right) == -1;
        match exact {
            Some(value) if is_signed && (overflows || value < low || value > -1 - low) => {
                assert_eq!(
                    actual,
                    Err(ErrorKind::Overflow),
                    "{op:?} {left:#x} {right:#x}"
                );
            }
            Some(value) => assert_eq!(actual, Ok(kind.extend(value as u64)), "{op:?}"),
            None => assert_eq!(actual, Ok(left.wrapping_mul(right))),
        }
    }
}

#[test]
fn conversions_and_unary_operators() {
    let double = |value: f64| value.to_bits();
    assert_eq!(convert(Scalar::I32, Scalar::U8, 300), Ok(44));
    assert_eq!(convert(Scalar::I32, Scalar::I8, 200), Ok(-56_i64 as u64));
    assert_eq!(
        convert(Scalar::I32, Scalar::F64, -3_i64 as u64),
        Ok(double(-3.0))
    );
    assert_eq!(
        convert(Scalar::F64, Scalar::I32, double(-3.9)),
        Ok(-3_i64 as u64)
    );
    assert_eq!(
        convert(Scalar::F64, Scalar::U8, double(256.0)),
        Err(ErrorKind::Overflow)
    );
    assert_eq!(
        convert(Scalar::F64, Scalar::I64, double(f64::NAN)),
        Err(ErrorKind::Overflow)
    );
    assert_eq!(
        unary(UnaryOp::Negate, Scalar::I32, i32::MIN as u64),
        Err(ErrorKind::Overflow)
    );
    assert_eq!(unary(UnaryOp::Negate, Scalar::U32, 1), Ok(0xffff_ffff));
    assert_eq!(unary(UnaryOp::Complement, Scalar::U32, 0), Ok(0xffff_ffff));
    assert_eq!(unary(UnaryOp::Not, Scalar::F64, double(0.0)), Ok(1));
}

/// A program that is only an object.
fn with_object(address: u64, size: u64) -> Program {
    Program {
        code: Vec::new(),
        places: Vec::new(),
        functions: Vec::new(),
        objects: vec![ops::Object {
            name: "a".to_owned(),
            address,
            size,
            dimensions: vec![size],
            column_major: false,
            in_register: false,
            element: 1,
            read_only: false,
        }],
        contents: Vec::new(),
        layout: Layout::default(),
        builtins: BTreeSet::new(),
        uses_pids: false,
        stores_status: false,
    }
}

#[test]
fn the_flat_memory_agrees_with_a_map() {
    let program = with_object(1000, 700);
    for seed in 0..30 {
        let mut random = SplitMix64::new(seed);
        let mut flat = Flat::new(&program);
        // Each mapped byte, `None` if it is uninitialized.
        let mut model: BTreeMap<u64, Option<u8>> = (1000..1700).map(|at| (at, Some(0))).collect();
        let mut blocks: Vec<(u64, u64)> = Vec::new();
        let mut copies = Vec::new();
        for _ in 0..1000 {
            let size = 1 << random.below(4);
            let address = match blocks.last() {
                Some((start, length)) if random.below(2) == 0 => start + random.below(length + 4),
                _ => 990 + random.below(720),
            };
            let access = Access {
                address,
                size,
                line: 1,
            };
            let bytes = address..address + u64::from(size);
            match random.below(12) {
                0..=4 => {
                    let value = random.next();
                    let stored = flat.store(access, value);
                    assert_eq!(
                        stored.is_ok(),
                        bytes.clone().all(|at| model.contains_key(&at))
                    );
                    if stored.is_ok() {
                        model.extend(bytes.zip(value.to_le_bytes().map(Some)));
                    }
                }
                5..=8 => {
                    let all: Option<Vec<u8>> =
                        bytes.map(|at| model.get(&at).copied().flatten()).collect();
                    let expected = all.map(|all| {
                        all.iter()
                            .rev()
                            .fold(0, |value, byte| value << 8 | u64::from(*byte))
                    });
                    assert_eq!(flat.load(access).ok(), expected);
                }
                9 => {
                    let length = 1 + random.below(600);
                    let start = flat.malloc(length).expect("the memory has room");
                    assert!((start..start + length).all(|at| !model.contains_key(&at)));
                    model.extend((start..start + length).map(|at| (at, None)));
                    blocks.push((start, length));
                }
                10 if blocks.len() > 2 => {
                    let (start, length) = blocks.remove(random.below(blocks.len() as u64) as usize);
                    assert!(flat.free(start) && !flat.free(start));
                    model.retain(|at, _| !(start..start + length).contains(at));
                }
                _ => copies.push((flat.clone(), flat.digest(), model.clone())),
            }
        }
        for (copy, digest, model) in copies {
            assert_eq!(copy.digest(), digest);
            for at in (990..1710).chain(
                blocks
                    .iter()
                    .flat_map(|(start, length)| *start..start + length),
            ) {
                assert_eq!(
                    copy.peek(at, 1).ok(),
                    model.get(&at).copied().flatten().map(u64::from)
                );
            }
        }
    }
}

#[test]
fn equal_contents_have_equal_digests() {
    let program = with_object(0, 600);
    let access = |address| Access {
        address,
        size: 4,
        line: 1,
    };
    let (mut one, mut other) = (Flat::new(&program), Flat::new(&program));
    for address in [4, 300, 512] {
        one.store(access(address), address).expect("mapped");
    }
    for address in [512, 4, 300] {
        other.store(access(address), 7).expect("mapped");
        assert_ne!(one.digest(), other.digest());
        other.store(access(address), address).expect("mapped");
    }
    assert_eq!(one.digest(), other.digest());
    one.allocate(5000, 100).expect("the memory has room");
    assert_ne!(one.digest(), other.digest());
    one.release(5000, 100);
    assert_eq!(one.digest(), other.digest());
}

/// Returns a program from operations for `main`.
fn with_code(code: Vec<Op>) -> Arc<Program> {
    let main = Function {
        name: "main".to_owned(),
        registers: 1,
        ..Function::default()
    };
    let places = vec![Place::START; code.len()];
    let builtins = code.iter().filter_map(|op| match op {
        Op::Builtin(builtin, _) => Some(*builtin),
        _ => None,
    });
    Arc::new(Program {
        builtins: builtins.collect(),
        functions: vec![main],
        places,
        code,
        ..with_object(0, 4)
    })
}

#[test]
fn outputs_of_two_processes() {
    let print = |letter: u8| {
        [
            Op::Const(u64::from(letter)),
            Op::Builtin(Builtin::Putchar, 1),
            Op::Drop,
        ]
    };
    let mut code = vec![Op::Builtin(Builtin::Fork, 0), Op::JumpIfZero(8)];
    code.extend(print(b'a'));
    code.extend(print(b'b'));
    code.extend(print(b'c'));
    code.extend([Op::Const(0), Op::Return]);
    let outputs = explore(&with_code(code), &Options::default()).expect("the program has outputs");
    let list: Vec<String> = outputs
        .list(10, 100)
        .into_iter()
        .map(|one| String::from_utf8_lossy(&one).into_owned())
        .collect();
    assert_eq!(list, ["abcc", "acbc", "cabc"]);
    assert_eq!(outputs.count(), Count::Exactly(3));
    assert_eq!(outputs.list(2, 100).len(), 2);
    assert_eq!(outputs.list(10, 9).len(), 2);
    assert!(outputs.contains(b"acbc") && !outputs.contains(b"bacc") && !outputs.contains(b"acb"));
    let steps = outputs.witness(b"cabc").expect("a schedule");
    let pids: Vec<u32> = steps.iter().map(|step| step.pid).collect();
    assert_eq!(pids, [1001, 1000, 1000, 1000]);
}
