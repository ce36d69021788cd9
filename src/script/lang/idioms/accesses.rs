//! Loads and stores in the notations of assembly languages and traces.

use super::tokens::{Token, nesting, tokens};

/// An access in another notation.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) message: &'static str,
    /// The line in Pagewalk's language, or `None` if a value is unknown.
    pub(super) ours: Option<String>,
}

const ASSEMBLY: &str =
    "in a script, write assembly loads as `read ADDRESS` and stores as `write ADDRESS = VALUE`";
const REGISTER: &str =
    "this instruction stores a register, but Pagewalk has no registers, so the value is unknown";
const NO_REGISTERS: &str =
    "Pagewalk has no assembly instructions or registers, only accesses to addresses";
const TRACE: &str =
    "in a script, write loads of a trace as `read ADDRESS` and stores as `write ADDRESS = VALUE`";
const UNKNOWN: &str = "a store in trace format has no value, but a store in a script needs one";

/// The help for a store whose value is unknown.
pub(super) const HELP: &str =
    "write `write 0x3D4 = 0x2A`, or replay the whole trace with `replay \"file.trace\"`";

/// Instructions that load or store, with the number of bytes, or 0 if the operands determine the number.
const INSTRUCTIONS: &[(&str, bool, bool, u64)] = &[
    ("mov", true, true, 0),
    ("movb", true, true, 1),
    ("movw", true, true, 2),
    ("movl", true, true, 4),
    ("movq", true, true, 8),
    ("movzx", true, false, 0),
    ("movsx", true, false, 0),
    ("lb", true, false, 1),
    ("lbu", true, false, 1),
    ("lh", true, false, 2),
    ("lhu", true, false, 2),
    ("lw", true, false, 4),
    ("lwu", true, false, 4),
    ("ld", true, false, 0),
    ("ldr", true, false, 0),
    ("ldrb", true, false, 1),
    ("load", true, false, 0),
    ("sb", false, true, 1),
    ("sh", false, true, 2),
    ("sw", false, true, 4),
    ("sd", false, true, 8),
    ("st", false, true, 0),
    ("str", false, true, 0),
    ("strb", false, true, 1),
    ("store", false, true, 0),
];

/// Other assembly instructions that courses use.
const OTHERS: &[&str] = &[
    "push", "pop", "pushq", "popq", "lea", "leaq", "jmp", "je", "jne", "call", "callq", "add",
    "addq", "addi", "sub", "subq", "xor", "cmp", "inc", "dec", "movabs", "li", "la", "lui", "beq",
    "bne", "ecall", "syscall",
];

/// Returns the access that a line in another notation describes.
pub(super) fn access(said: &str) -> Option<Access> {
    let all = tokens(said);
    trace(&all).or_else(|| assembly(said, &all)).or_else(|| {
        let name = all.first()?.text.to_ascii_lowercase();
        let other =
            OTHERS.contains(&&*name) || INSTRUCTIONS.iter().any(|(theirs, ..)| *theirs == name);
        let operands = all.len() > 1 && all[1].text != "=" && !matches!(&*name, "load" | "store");
        (other && operands && !said.contains("=>")).then_some(Access {
            message: NO_REGISTERS,
            ours: None,
        })
    })
}

fn assembly(said: &str, all: &[Token]) -> Option<Access> {
    let name = all.first()?.text.to_ascii_lowercase();
    let (_, loads, stores, bytes) = INSTRUCTIONS.iter().find(|(theirs, ..)| *theirs == name)?;
    let operands: Vec<Operand> = operands(said, &all[1..])?
        .iter()
        .map(|all| operand(all))
        .collect::<Option<_>>()?;
    let [first, second] = &*operands else {
        return None;
    };
    let size = |register: &Operand| match *bytes {
        0 => [first.bytes, second.bytes, register.bytes]
            .into_iter()
            .find(|bytes| *bytes > 0)
            .unwrap_or(1),
        bytes => bytes,
    };
    let sized = |bytes: u64| {
        if bytes > 1 {
            format!(" size {bytes}")
        } else {
            String::new()
        }
    };
    // AT&T syntax puts the destination last. Intel and Arm put the destination first.
    let last = said.contains('%') || first.kind == Kind::Immediate;
    let mov = name.starts_with("mov");
    let memory = |operand: &Operand| match operand.kind {
        Kind::Memory => true,
        Kind::Number => last || !mov,
        Kind::Register | Kind::Immediate => false,
    };
    let (source, target) = if mov && !last {
        (second, first)
    } else {
        (first, second)
    };
    if *loads
        && (mov && memory(source) && target.kind == Kind::Register
            || !mov && (memory(first) || memory(second)))
    {
        let place = if memory(source) { source } else { target };
        return Some(Access {
            message: ASSEMBLY,
            ours: Some(format!("read {}{}", place.text, sized(size(target)))),
        });
    }
    if !stores || !(memory(source) || memory(target)) {
        return None;
    }
    let (value, place) = if memory(target) {
        (source, target)
    } else {
        (target, source)
    };
    match value.kind {
        Kind::Register => Some(Access {
            message: REGISTER,
            ours: None,
        }),
        Kind::Immediate | Kind::Number if mov => {
            let ours = format!(
                "write {} = {}{}",
                place.text,
                value.text,
                sized(size(value))
            );
            Some(Access {
                message: ASSEMBLY,
                ours: Some(ours),
            })
        }
        _ => None,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Register,
    Immediate,
    /// `[0x3D4]`, `0x3D4(%rip)`.
    Memory,
    /// A bare number, which is an address in AT&T syntax and a value in Intel syntax.
    Number,
}

/// An operand of an instruction.
struct Operand {
    kind: Kind,
    text: String,
    /// The width of the operand in bytes, or 0 if the width is unknown.
    bytes: u64,
}

/// Returns the text of each operand.
fn operands<'a>(said: &'a str, all: &[Token<'a>]) -> Option<Vec<Vec<Token<'a>>>> {
    let mut parts = vec![Vec::new()];
    let mut depth = 0;
    for token in all.iter().filter(|token| token.text != ";") {
        depth += nesting(token.text);
        if token.text == "," && depth == 0 {
            parts.push(Vec::new());
        } else {
            parts.last_mut()?.push(*token);
        }
    }
    (parts.len() == 2 && !said.contains("=>")).then_some(parts)
}

fn operand(all: &[Token]) -> Option<Operand> {
    let mut rest = all;
    let mut bytes = 0;
    while let [word, after @ ..] = rest {
        bytes = match &*word.text.to_ascii_lowercase() {
            "byte" => 1,
            "word" => 2,
            "dword" => 4,
            "qword" => 8,
            "ptr" => bytes,
            _ => break,
        };
        rest = after;
    }
    let texts: Vec<&str> = rest.iter().map(|token| token.text).collect();
    let known = |kind, text: &str, bytes| {
        Some(Operand {
            kind,
            text: text.to_owned(),
            bytes,
        })
    };
    match *texts {
        ["%", name] => known(Kind::Register, name, width(name)),
        ["$", name] if !value(name) || zero_register(name) => known(Kind::Register, name, 0),
        ["$" | "#" | "=", number] => known(Kind::Immediate, number, 0),
        ["[", ref inside @ .., "]"] => known(Kind::Memory, &inside.join(" "), bytes),
        // A zero register does not change the address.
        [number, "(", .., register, ")"] if value(number) && zero_register(register) => {
            known(Kind::Memory, number, bytes)
        }
        [name] if !value(name) && register(name) => known(Kind::Register, name, width(name)),
        [number] => known(Kind::Number, number, bytes),
        _ => None,
    }
}

fn value(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || c == '\'')
}

fn zero_register(name: &str) -> bool {
    matches!(name, "zero" | "x0" | "rip" | "0" | "r0")
}

fn register(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let numbered = lower.strip_prefix(['r', 'x', 't', 's', 'a', 'w', 'v']);
    width(&lower) > 0
        || numbered.is_some_and(|number| {
            !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
        })
}

/// Returns the width in bytes of an x86 register, or 0 for any other name.
fn width(name: &str) -> u64 {
    match &*name.to_ascii_lowercase() {
        "al" | "bl" | "cl" | "dl" | "ah" | "bh" | "ch" | "dh" | "sil" | "dil" => 1,
        "ax" | "bx" | "cx" | "dx" | "si" | "di" => 2,
        "eax" | "ebx" | "ecx" | "edx" | "esi" | "edi" | "ebp" | "esp" => 4,
        "rax" | "rbx" | "rcx" | "rdx" | "rsi" | "rdi" | "rbp" | "rsp" => 8,
        _ => 0,
    }
}

/// Returns the access of a trace line: `L 3D4,4` (lackey), `R 0x3D4`, `0x3D4 R`, or `0 3D4` (Dinero).
fn trace(all: &[Token]) -> Option<Access> {
    let texts: Vec<&str> = all.iter().map(|token| token.text).collect();
    let (letter, address, size) = match *texts {
        [letter, address] if letter.len() == 1 => (letter, address, "1"),
        [address, letter] if letter.len() == 1 => (letter, address, "1"),
        [letter, address, ",", size] if letter.len() == 1 => (letter, address, size),
        _ => return None,
    };
    let digits = address.trim_start_matches("0x");
    let hex = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !hex || !size.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let verb = match letter {
        "L" | "R" | "l" | "r" | "0" => "read",
        "I" | "F" | "2" => "fetch",
        "S" | "W" | "M" | "s" | "w" | "1" => {
            return Some(Access {
                message: UNKNOWN,
                ours: None,
            });
        }
        _ => return None,
    };
    let size = if size == "1" || verb == "fetch" {
        String::new()
    } else {
        format!(" size {size}")
    };
    Some(Access {
        message: TRACE,
        ours: Some(format!("{verb} 0x{digits}{size}")),
    })
}

#[cfg(test)]
mod tests {
    use super::access;

    #[test]
    fn loads_and_stores_are_rewritten() {
        for (theirs, ours) in [
            ("mov 0x3D4, %eax", Some("read 0x3D4 size 4")),
            ("movb 0x3D4, %al", Some("read 0x3D4")),
            ("movl $1, 0x3D4", Some("write 0x3D4 = 1 size 4")),
            ("mov al, [0x3D4]", Some("read 0x3D4")),
            ("mov rax, qword ptr [0x3D4]", Some("read 0x3D4 size 8")),
            ("MOV DWORD PTR [0x3D4], 5", Some("write 0x3D4 = 5 size 4")),
            ("lw $t0, 0x3D4($zero)", Some("read 0x3D4 size 4")),
            ("lb x5, 0x3D4", Some("read 0x3D4")),
            ("LD 0x3D4, R3", Some("read 0x3D4")),
            ("ST R3, 0x3D4", None),
            ("sw a0, 0x3D4(x0)", None),
            ("L 3D4,4", Some("read 0x3D4 size 4")),
            ("0x3D4 R", Some("read 0x3D4")),
            ("0 3D4", Some("read 0x3D4")),
            ("S 3D4,1", None),
            ("mov eax, ebx", None),
        ] {
            let found = access(theirs).unwrap_or_else(|| panic!("{theirs}"));
            assert_eq!(found.ours.as_deref(), ours, "{theirs}");
        }
        for other in ["read 0x3D4", "x 5", "load 0x3D4"] {
            assert_eq!(access(other), None, "{other}");
        }
    }
}
