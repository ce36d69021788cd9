//! Stores and loads.

use crate::lang::idioms::rows::{Idiom, row};

const SEVERAL: &str = "an access takes exactly one address";
const LOOP: &str = "loop with `for i in 0..4 { … }` or `repeat 4 { … }`";

pub(super) const MEMORY: &[Idiom] = &[
    // Stores and loads.
    row(
        &[
            "memory[A] = B",
            "mem[A] = B",
            "M[A] = B",
            "ram[A] = B",
            "memory(A) = B",
            "set memory[A] = B",
            "set byte A = B",
            "[A] = B",
        ],
        "write A = B",
        "a store has the form `write ADDRESS = VALUE`",
        "write `write 0x3D4 = 0x2A`",
    ),
    row(
        &["NAME[0] = B"],
        "write NAME = B",
        "to store an element, use `write ADDRESS = VALUE`",
        "write `write p + 1 = 5`",
    ),
    row(
        &["NAME[A] = B"],
        "write NAME + A = B",
        "to store an element, use `write ADDRESS = VALUE`",
        "write `write p + 1 = 5`",
    ),
    row(
        &["*(A) = B"],
        "write A = B",
        "a store through a pointer uses `write`",
        "write `write p = 5`",
    ),
    row(
        &["*NUM = B", "*(TYPE *) A = B"],
        "write NUM = B",
        "a store has the form `write ADDRESS = VALUE`",
        "write `write 0x3D4 = 5`",
    ),
    row(
        &[
            "memory[A]",
            "mem[A]",
            "M[A]",
            "read memory[A]",
            "read mem[A]",
            "read(memory[A])",
        ],
        "read A",
        "a load has the form `read ADDRESS`",
        "write `read 0x3D4`",
    ),
    row(
        &[
            "read(A, SMALL)",
            "read A, SMALL",
            "read A SMALL",
            "read A for SMALL",
            "read(A, size = SMALL)",
            "read A, size SMALL",
            "read A size = SMALL",
            "read A, SMALL bytes",
            "read A SMALL bytes",
        ],
        "read A size SMALL",
        "the number of bytes to load must follow `size`",
        "write `read 0x3D4 size 4`",
    ),
    row(
        &[
            "read @A",
            "read *A",
            "read &A",
            "read va = A",
            "read addr = A",
            "read address = A",
            "read(va = A)",
        ],
        "read A",
        "the address must follow `read` directly",
        "write `read 0x3D4`",
    ),
    row(
        &["read VALUE, REST"],
        "for va in [VALUE, REST] { read va }",
        SEVERAL,
        LOOP,
    ),
    row(
        &["read [REST", "read([REST"],
        "for va in [REST { read va }",
        SEVERAL,
        LOOP,
    ),
    row(
        &["read A = VALUE"],
        "read A => byte VALUE",
        "to check the byte that a load reads, use the fact `byte`",
        "write `read 0x3D4 => byte 0x36`",
    ),
    row(
        &[
            "let NAME = read REST",
            "NAME = read REST",
            "let NAME = translate REST",
            "NAME = translate REST",
            "let NAME = probe REST",
        ],
        "",
        "an access does not return a value",
        "write `read 0x3D4`; its facts are `last.vpn`, `last.byte`, and so on",
    ),
    row(
        &[
            "write(A, B, C)",
            "write A = B, C",
            "write A, B, C",
            "write A = B C",
            "write A = B, size C",
            "write A = B size = C",
        ],
        "write A = B size C",
        "the number of bytes to store must follow `size`",
        "write `write 0x3D4 = 5 size 4`",
    ),
    row(
        &["VALUE = B"],
        "write VALUE = B",
        "a store has the form `write ADDRESS = VALUE`",
        "write `write 0x3D4 = 5`",
    ),
    row(
        &[
            "write byte A to B",
            "write value A to B",
            "store A in B",
            "store A to B",
            "store A at B",
            "put A in B",
            "put A at B",
            "write A at B",
            "write A in B",
            "put A into B",
        ],
        "write B = A",
        "a store has the form `write ADDRESS = VALUE`",
        "write `write 0x3D4 = 5`",
    ),
    row(
        &["write A, B", "write A : B", "write A <- B", "A <- B"],
        "write A = B",
        "a store has the form `write ADDRESS = VALUE`",
        "write `write 0x3D4 = 5`",
    ),
    row(
        &["read A bytes at B", "read A bytes from B"],
        "read B size A",
        "the number of bytes to load must follow `size`",
        "write `read 0x3D4 size 4`",
    ),
    row(
        &["access(A)", "load(A)", "lookup(A)", "get(A)", "lookup A"],
        "read A",
        "a load is a `read`",
        "write `read 0x3D4`",
    ),
    row(
        &[
            "translate VA A",
            "translate address A",
            "translate va = A",
            "va2pa(A)",
            "virt_to_phys(A)",
        ],
        "translate A",
        "the address must follow `translate` directly",
        "write `translate 0x3D4`",
    ),
    row(
        &[
            "va VALUE REST",
            "vaddr VALUE REST",
            "address VALUE REST",
            "addr VALUE REST",
        ],
        "read VALUE REST",
        "a load is a `read`",
        "write `read 0x3D4`",
    ),
];
