//! Loops, functions, and variables of other languages.

use crate::lang::idioms::rows::{Idiom, row};

const LOOP: &str = "loop with `for i in 0..4 { … }` or `repeat 4 { … }`";
const BUFFER: &str = "the language has no arrays; allocate a buffer on the heap";

pub(super) const CONTROL: &[Idiom] = &[
    // Loops and conditions.
    row(
        &[
            "for NAME = A to B {",
            "for NAME = A to B do",
            "for NAME in A to B {",
            "for NAME from A to B {",
            "for (NAME = A to B) {",
        ],
        "for NAME in A..=B {",
        "a range needs `..`, or `..=` to include its end",
        LOOP,
    ),
    row(
        &["for NAME in A : B"],
        "for NAME in A { B }",
        "the body of a loop must be a block in braces",
        LOOP,
    ),
    row(
        &[
            "for NAME in A ... B {",
            "for (NAME in A) {",
            "for (TYPE NAME : A) {",
            "for (NAME : A) {",
            "foreach NAME in A {",
        ],
        "for NAME in A {",
        "a loop has the form `for NAME in RANGE`",
        LOOP,
    ),
    row(
        &[
            "repeat A times {",
            "repeat (A) times {",
            "loop A times {",
            "loop A {",
            "loop (A) {",
            "do A times {",
        ],
        "repeat A {",
        "`repeat` takes a number",
        "write `repeat 4 { read 0x3C0 }`",
    ),
    row(
        &["repeat A times : B", "repeat A : B", "loop A : B"],
        "repeat A { B }",
        "the body of a `repeat` must be a block in braces",
        LOOP,
    ),
    row(
        &["if A then B end", "if A then B", "if A : B"],
        "if A { B }",
        "the body of an `if` must be a block in braces",
        "`if x == 3 { … }`",
    ),
    row(
        &["if A then", "if A then {"],
        "if A {",
        "there is no `then`",
        "`if x == 3 { … }`",
    ),
    row(
        &[
            "end",
            "endif",
            "end if",
            "endfor",
            "end for",
            "done",
            "fi",
            "next NAME",
        ],
        "}",
        "a block ends with `}`",
        "write `}`",
    ),
    row(
        &["begin"],
        "{",
        "a block begins with `{`",
        "`if x == 3 { … }`",
    ),
    row(
        &["for NAME in A read REST"],
        "for NAME in A { read REST }",
        "the body of a loop must be a block in braces",
        LOOP,
    ),
    row(
        &["for NAME in A write REST"],
        "for NAME in A { write REST }",
        "the body of a loop must be a block in braces",
        LOOP,
    ),
    row(
        &[
            "for (TYPE NAME = A; NAME < B; NAME++) REST",
            "for (NAME = A; NAME < B; NAME++) REST",
        ],
        "for NAME in A..B { REST }",
        "this is C's `for` loop",
        LOOP,
    ),
    row(
        &["unless A { REST"],
        "if not (A) { REST",
        "there is no `unless`",
        "`if not x == 3 { … }`",
    ),
    row(
        &[
            "let NAME = A ? B : C",
            "NAME = A ? B : C",
            "let NAME = B if A else C",
            "NAME = B if A else C",
        ],
        "if A { let NAME = B } else { let NAME = C }",
        "the language has no conditional expression",
        "`if x == 3 { let y = 1 } else { let y = 2 }`",
    ),
    row(
        &[
            "try : REST",
            "try { REST",
            "except REST",
            "catch REST",
            "finally REST",
            "raise REST",
            "throw REST",
        ],
        "",
        "the language has no exceptions; an access reports a page fault as the fact `fault`",
        "write `read 0x3D4 => fault page`",
    ),
    row(
        &["scenario TEXT : REST"],
        "scenario TEXT { REST }",
        "the body of a scenario must be a block in braces",
        "write `scenario \"cold\" { read 0x3D4 }`",
    ),
    // Functions.
    row(
        &[
            "function NAME(REST",
            "fn NAME(REST",
            "func NAME(REST",
            "sub NAME(REST",
            "proc NAME(REST",
            "fun NAME(REST",
            "define NAME(REST",
        ],
        "def NAME(REST",
        "a definition begins with `def`",
        "`def touch(a) { … }`",
    ),
    // Variables.
    row(
        &["NAME *= A"],
        "let NAME = NAME * A",
        "use `let` to change a variable",
        "write `let x = x * 2`",
    ),
    row(
        &["NAME /= A"],
        "let NAME = NAME / A",
        "use `let` to change a variable",
        "write `let x = x / 2`",
    ),
    row(
        &["NAME --", "-- NAME"],
        "let NAME = NAME - 1",
        "use `let` to change a variable",
        "write `let x = x - 1`",
    ),
    row(
        &[
            "let NAME : TYPE = A",
            "let mut NAME = A",
            "let NAME := A",
            "NAME := A",
            "NAME : TYPE = A",
            "set NAME to A",
            "let NAME be A",
        ],
        "let NAME = A",
        "a variable must be set with `let NAME = VALUE`",
        "write `let x = 5`",
    ),
    row(
        &["let NAME NUM", "define NAME NUM", "const NAME NUM"],
        "let NAME = NUM",
        "`=` is missing before the value",
        "write `let x = 5`",
    ),
    row(
        &["const NAME = A", "final TYPE NAME = A", "let TYPE NAME = A"],
        "let NAME = A",
        "a variable has no type",
        "write `let x = 5`",
    ),
    row(
        &["char NAME[A]", "unsigned char NAME[A]", "byte NAME[A]"],
        "let NAME = malloc(A)",
        BUFFER,
        "write `let p = malloc(16)`",
    ),
    row(
        &["int NAME[A]", "float NAME[A]"],
        "let NAME = malloc(4 * A)",
        BUFFER,
        "write `let p = malloc(4 * 16)`",
    ),
    row(
        &["long NAME[A]", "double NAME[A]"],
        "let NAME = malloc(8 * A)",
        BUFFER,
        "write `let p = malloc(8 * 16)`",
    ),
    row(
        &[
            "if ((NAME = fork()) == 0) { REST",
            "if (!(NAME = fork())) { REST",
        ],
        "let NAME = fork()\nNAME { REST",
        "the script continues in the parent; the child runs in a separate block",
        "write `let child = fork()`, then `child { … }`",
    ),
    row(
        &["let NAME = waitpid(A, B, C)", "NAME = waitpid(A, B, C)"],
        "let NAME = wait()",
        "`waitpid` is a call of Linux that Pagewalk does not model",
        "`wait()` waits for any child: write `let pid = wait()`",
    ),
    row(
        &["waitpid(A, B, C)"],
        "wait()",
        "`waitpid` is a call of Linux that Pagewalk does not model",
        "`wait()` waits for any child",
    ),
    row(
        &["strcpy(A, B)"],
        "write A = B",
        "to store text, use `write`",
        "write `write p = \"text\"`",
    ),
    row(
        &["memset(REST", "memcpy(REST", "bzero(REST"],
        "",
        "the C library is not available; store bytes with `write`",
        "write `write p = \"text\"`",
    ),
];
