//! Worksheets and machines.

use crate::lang::idioms::rows::{Idiom, row};

const TRANSLATION: &str =
    "write a translation as `translate ADDRESS`, then `=>` and the expectations";

pub(super) const SHEETS: &[Idiom] = &[
    // Rows for worksheets: an address and its translation.
    row(
        &[
            "VALUE -> invalid",
            "VALUE --> invalid",
            "VALUE -> segfault",
            "VALUE -> page fault",
            "VALUE -> fault",
            "VALUE --> fault",
        ],
        "translate VALUE => fault page",
        TRANSLATION,
        "write `translate 0x3D4 => fault page`",
    ),
    row(
        &[
            "VA NUM -> invalid",
            "VA NUM --> invalid",
            "VA NUM -> segfault",
            "VA NUM --> segfault",
            "VA NUM -> fault",
        ],
        "translate NUM => fault page",
        TRANSLATION,
        "write `translate 0x3D4 => fault page`",
    ),
    row(
        &[
            "VALUE -> NUM2",
            "VALUE --> NUM2",
            "VALUE => NUM2",
            "VALUE maps to NUM2",
            "VALUE = pa NUM2",
        ],
        "translate VALUE => pa NUM2",
        TRANSLATION,
        "write `translate 0x3D4 => pa 0x354`",
    ),
    row(
        &[
            "VA NUM -> PA NUM2",
            "VA NUM -> NUM2",
            "VA NUM --> NUM2",
            "va NUM : pa NUM2",
            "va NUM = pa NUM2",
            "translate NUM -> NUM2",
            "translate NUM = NUM2",
            "translate NUM == NUM2",
            "translate(NUM) == NUM2",
            "translate NUM to NUM2",
            "translate NUM => NUM2",
            "expect translate(NUM) == NUM2",
            "expect pa(NUM) == NUM2",
        ],
        "translate NUM => pa NUM2",
        TRANSLATION,
        "write `translate 0x3D4 => pa 0x354`",
    ),
    row(
        &["VALUE : REST", "VALUE -> REST", "VALUE => REST"],
        "read VALUE => REST",
        "write a load as `read ADDRESS`, then `=>` and the expectations",
        "write `read 0x3D4 => vpn 0x0F`",
    ),
    row(
        &[
            "va NUM : REST",
            "read NUM : REST",
            "VA = NUM : REST",
            "read NUM -> REST",
        ],
        "read NUM => REST",
        "write a load as `read ADDRESS`, then `=>` and the expectations",
        "write `read 0x3D4 => vpn 0x0F`",
    ),
    row(
        &["write NUM = NUM2 : REST"],
        "write NUM = NUM2 => REST",
        "facts must follow `=>`",
        "write `write 0x3D4 = 5 => tlb miss`",
    ),
    row(
        &[
            "translate NUM : REST",
            "translate NUM -> REST",
            "translate NUM = REST",
        ],
        "translate NUM => REST",
        "facts must follow `=>`",
        "write `translate 0x3D4 => ppn 0x0D`",
    ),
    row(
        &[
            "set cr3 A",
            "cr3 = A",
            "set cr3 to A",
            "cr3 A",
            "mov cr3, A",
        ],
        "set cr3 = A",
        "a register must be set with `=`",
        "write `set cr3 = 0x1000`",
    ),
    // Machines.
    row(
        &[
            "machine(TEXT)",
            "machine TEXT",
            "machine = TEXT",
            "machine : TEXT",
            "NAME = machine(TEXT)",
            "use TEXT",
            "load machine TEXT",
            "use machine TEXT",
        ],
        "machine BARE",
        "the name of a preset must not be in quotes",
        "write `machine simple`",
    ),
    row(
        &[
            "machine : REST",
            "machine = REST",
            "machine -> REST",
            "use machine REST",
            "new machine REST",
            "load machine REST",
            "set machine REST",
            "machine is REST",
            "machine(NAME)",
            "use simple",
        ],
        "machine REST",
        "a machine must be declared with `machine NAME`",
        "write `machine simple`",
    ),
    row(
        &["kernel : REST", "kernel = REST"],
        "kernel REST",
        "the settings of a kernel must be in braces",
        "write `kernel { frames 4 }`",
    ),
    row(
        &[
            "process : NAME",
            "process = NAME",
            "process TEXT",
            "new process NAME",
            "create process NAME",
            "NAME = process()",
        ],
        "process NAME",
        "the name of a process cannot contain punctuation or quotes",
        "write `process P1`",
    ),
];
