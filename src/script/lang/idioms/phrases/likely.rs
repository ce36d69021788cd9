//! Guesses at the intended meaning of a line. A diagnostic shows an idiom only if the idiom's equivalent line
//! has no errors.

use crate::lang::idioms::rows::{Idiom, row};

const RANGE: &str = "a range needs `..`, or `..=` to include its end";
const ARROW: &str = "facts must follow `=>`";
const SIZE: &str = "the number of bytes must follow `size`";
const POINTS: &str = "points have the form `points N`";
const TITLE: &str = "a title must be a string";
const LATEST: &str = "to use a fact of the latest access, write `last.NAME`";
const OF_PROCESS: &str = "a process and its statement must be separated by `:`";
const TURNED: &str = "the name of a setting must come before its value";
const BRACES: &str = "the settings of a part must be in braces";
const NONE: &str = "`none` leaves this part out of the machine";
const JOINED: &str = "the name of this setting must be one word";
const REPEAT: &str = "a loop without a variable must be a `repeat`";
const FLUSH: &str = "use `flush` to empty a TLB or cache";

/// Returns an idiom whose equivalent is too long for a help text.
const fn mapped(theirs: &'static [&'static str]) -> Idiom {
    let ours = "set page_table { | vpn ppn |; | (A) (B) | }";
    row(
        theirs,
        ours,
        "a row of the page table maps a page",
        "write `set page_table { | vpn ppn |; | 0F 0D | }`",
    )
}

const fn likely(
    theirs: &'static [&'static str],
    ours: &'static str,
    message: &'static str,
) -> Idiom {
    row(theirs, ours, message, "")
}

/// Idioms to try first with the facts of the line, and then without the facts.
pub(super) const LIKELY: &[Idiom] = &[
    // Values and loops
    likely(
        &["let NAME A", "let NAME := A", "NAME := A"],
        "let NAME = A",
        "a variable must be set with `=`",
    ),
    likely(
        &["let NAME = NAME2 A"],
        "let NAME = NAME2(A)",
        "the arguments of a call follow its name in parentheses",
    ),
    likely(
        &[
            "for NAME in A to B {",
            "for NAME = A to B {",
            "for NAME from A to B {",
        ],
        "for NAME in A..=B {",
        RANGE,
    ),
    likely(
        &[
            "for NAME A {",
            "for each NAME in A {",
            "foreach NAME in A {",
        ],
        "for NAME in A {",
        "a loop is a `for … in`",
    ),
    likely(
        &[
            "repeat A times {",
            "loop A times {",
            "loop A {",
            "do A times {",
        ],
        "repeat A {",
        REPEAT,
    ),
    likely(
        &["if A then B"],
        "if A { B }",
        "the body of an `if` must be a block in braces",
    ),
    likely(
        &["def NAME {"],
        "def NAME() {",
        "a definition needs parentheses after its name, even without parameters",
    ),
    likely(
        &["def NAME(NAME2 A) {"],
        "def NAME(NAME2, A) {",
        "parameters must be separated by commas",
    ),
    likely(
        &["choose NAME from A", "choose NAME A"],
        "choose NAME in A",
        "the values to choose from must follow `in`",
    ),
    likely(
        &[
            "choose NAME in A with B",
            "choose NAME in A if B",
            "choose NAME in A such that B",
        ],
        "choose NAME in A where B",
        "the condition of a `choose` must follow `where`",
    ),
    likely(
        &["for NAME in A do B"],
        "for NAME in A { B }",
        "the body of a `for` must be a block in braces",
    ),
    likely(
        &["for NAME in A, B {"],
        "for NAME in [A, B] {",
        "write several values as a list in square brackets",
    ),
    likely(
        &["for NAME in A, B, C {"],
        "for NAME in [A, B, C] {",
        "write several values as a list in square brackets",
    ),
    likely(
        &["let NAME = A, NAME2 = B", "let NAME, NAME2 = A, B"],
        "let NAME = A; let NAME2 = B",
        "each variable needs a separate `let`",
    ),
    likely(&["A == B"], "expect A == B", "`expect` checks a condition"),
    // Processes
    likely(
        &["process NAME, NAME2", "process NAME NAME2"],
        "process NAME; process NAME2",
        "each process needs a separate `process` statement",
    ),
    likely(&["NAME read REST"], "NAME: read REST", OF_PROCESS),
    likely(&["NAME write REST"], "NAME: write REST", OF_PROCESS),
    likely(&["NAME fetch REST"], "NAME: fetch REST", OF_PROCESS),
    likely(&["NAME let REST"], "NAME: let REST", OF_PROCESS),
    likely(&["NAME exit(A)"], "NAME: exit(A)", OF_PROCESS),
    likely(
        &["kernel A"],
        "kernel { A }",
        "the settings of a kernel must be in braces",
    ),
    // Settings
    likely(&["VALUE bits NAME"], "NAME VALUE bits", TURNED),
    likely(&["VALUE KB NAME"], "NAME VALUE KB", TURNED),
    likely(&["VALUE B NAME"], "NAME VALUE B", TURNED),
    likely(&["VALUE NAME"], "NAME VALUE", TURNED),
    likely(
        &["tlb NUM entries NUM2 ways", "tlb NUM entries, NUM2 ways"],
        "tlb { entries NUM, ways NUM2 }",
        BRACES,
    ),
    likely(&["page_table NAME A"], "page_table { NAME A }", BRACES),
    likely(
        &["tlb off", "tlb no", "no tlb", "tlb disabled"],
        "tlb none",
        NONE,
    ),
    likely(
        &["cache off", "cache no", "no cache", "cache disabled"],
        "cache none",
        NONE,
    ),
    likely(&["write through", "writethrough"], "write-through", JOINED),
    likely(&["write back", "writeback"], "write-back", JOINED),
    likely(&["direct mapped"], "direct-mapped", JOINED),
    likely(&["fully associative"], "fully-associative", JOINED),
    likely(
        &[
            "use NAME",
            "preset NAME",
            "machine = NAME",
            "machine preset NAME",
        ],
        "machine NAME",
        "`machine` declares the hardware",
    ),
    likely(
        &[
            "machine x86-64",
            "machine x86_64",
            "machine x86",
            "machine i7",
            "machine intel",
        ],
        "machine core-i7",
        "the preset for an Intel machine is `core-i7`",
    ),
    // Accesses
    likely(
        &["write A <- B", "write A, B", "write A: B"],
        "write A = B",
        "the value to write must follow `=`",
    ),
    likely(
        &["read A expect B", "read A should be B", "read A -> B"],
        "read A => B",
        ARROW,
    ),
    likely(&["read A hit"], "read A => tlb hit", ARROW),
    likely(&["read A miss"], "read A => tlb miss", ARROW),
    likely(
        &["FACT A"],
        "=> FACT A",
        "expectations must follow `=>`, on the line of their statement or below it",
    ),
    likely(
        &["set cr3 A"],
        "set cr3 = A",
        "a register must be set with `=`",
    ),
    likely(&["read A, size B"], "read A size B", SIZE),
    likely(
        &[
            "read NUM bytes at A",
            "read NUM bytes from A",
            "read NUM bytes A",
        ],
        "read A size NUM",
        SIZE,
    ),
    likely(
        &[
            "read A size NUM bytes",
            "read A NUM bytes",
            "read A, NUM bytes",
        ],
        "read A size NUM",
        SIZE,
    ),
    likely(
        &["read A NAME B", "read A, NAME B", "read A = NAME B"],
        "read A => NAME B",
        ARROW,
    ),
    likely(
        &["translate A NAME B", "translate A, NAME B"],
        "translate A => NAME B",
        ARROW,
    ),
    likely(
        &["fetch A NAME B", "fetch A, NAME B"],
        "fetch A => NAME B",
        ARROW,
    ),
    mapped(&[
        "map A B",
        "map A to B",
        "map A -> B",
        "map A, B",
        "map vpn A to ppn B",
        "map page A to frame B",
    ]),
    mapped(&[
        "page A -> frame B",
        "set page_table A = B",
        "set page_table[A] = B",
        "page_table[A] = B",
    ]),
    likely(
        &["invalidate A", "invlpg va A"],
        "invlpg A",
        "`invlpg` invalidates the TLB entries of one page",
    ),
    likely(
        &[
            "clear NAME",
            "empty NAME",
            "invalidate NAME",
            "reset NAME",
            "flush the NAME",
        ],
        "flush NAME",
        FLUSH,
    ),
    likely(
        &["trace TEXT REST", "replay file TEXT REST", "run TEXT REST"],
        "replay TEXT REST",
        "`replay` runs a trace",
    ),
    likely(
        &[
            "reference trace TEXT REST",
            "reference file TEXT REST",
            "reference replay TEXT REST",
        ],
        "reference TEXT REST",
        "the name of the trace must follow `reference` directly",
    ),
    likely(
        &["read A NAME = B"],
        "read A NAME B",
        "write an option's value after its name",
    ),
    likely(
        &[
            "read byte at A",
            "read byte A",
            "load byte A",
            "read byte from A",
        ],
        "read A",
        "`read` reads a byte, and the address must follow `read` directly",
    ),
    likely(
        &["translate va = A", "translate VA = A", "translate va A"],
        "translate A",
        "the address must follow `translate` directly",
    ),
    likely(
        &["set memory A = B", "memory[A] = B", "set mem A = B"],
        "set memory { | pa byte |; | (A) (B) | }",
        "the contents of memory must be a table",
    ),
    // Switches
    row(
        &[
            "switch to NAME",
            "context_switch NAME",
            "context switch NAME",
            "switch_to NAME",
            "schedule NAME",
        ],
        "",
        "a process runs when a statement names it",
        "write `P2: read 0x1000`, or several statements in `P2 { … }`",
    ),
    likely(
        &["on core A: REST", "core A: REST"],
        "core A; REST",
        "`core` selects the core that runs later statements",
    ),
    likely(
        &["core = A", "cpu A", "cpu = A", "on core A"],
        "core A",
        "`core` selects the core that runs later statements",
    ),
    likely(
        &["call NAME(REST"],
        "NAME(REST",
        "a call is a name followed by its arguments in parentheses",
    ),
    likely(
        &["def NAME(A): REST"],
        "def NAME(A) { REST }",
        "the body of a definition must be a block in braces",
    ),
    likely(
        &["malloc A"],
        "malloc(A)",
        "the arguments of a system call must be in parentheses",
    ),
    likely(
        &["free A"],
        "free(A)",
        "the arguments of a system call must be in parentheses",
    ),
    row(
        &["for NAME in A step B {", "for NAME in A by B {"],
        "",
        "a range has no step",
        "compute the step in the body: `for i in 0..5 { read 0x3C0 + 4 * i }`",
    ),
    // Looking
    likely(
        &["show page table"],
        "show page_table",
        "the noun `page_table` must be one word",
    ),
    likely(
        &["set page table REST"],
        "set page_table REST",
        "the noun `page_table` must be one word",
    ),
    likely(
        &["expect page table REST"],
        "expect page_table REST",
        "the noun `page_table` must be one word",
    ),
    likely(&["show A, B"], "show A; show B", "`show` shows one thing"),
    likely(
        &["NAME"],
        "show NAME",
        "a statement must begin with a verb; `show` prints a value or a part of the machine",
    ),
    likely(&["show FACT"], "show last.FACT", LATEST),
    likely(&["expect FACT == A"], "expect last.FACT == A", LATEST),
    likely(&["expect FACT != A"], "expect last.FACT != A", LATEST),
    likely(&["expect FACT < A"], "expect last.FACT < A", LATEST),
    likely(&["expect FACT > A"], "expect last.FACT > A", LATEST),
    // Papers
    likely(
        &[
            "question TEXT NUM {",
            "question TEXT (NUM) {",
            "question TEXT NUM points {",
            "question TEXT (NUM points) {",
        ],
        "question TEXT points NUM {",
        POINTS,
    ),
    likely(
        &[
            "part TEXT NUM {",
            "part TEXT (NUM) {",
            "part TEXT NUM points {",
            "part TEXT (NUM points) {",
        ],
        "part TEXT points NUM {",
        POINTS,
    ),
    likely(&["question NAME {"], "question \"NAME\" {", TITLE),
    likely(
        &["question NAME points NUM {"],
        "question \"NAME\" points NUM {",
        TITLE,
    ),
    likely(&["part NAME {"], "part \"NAME\" {", TITLE),
    likely(
        &["part NAME points NUM {"],
        "part \"NAME\" points NUM {",
        TITLE,
    ),
    likely(
        &["scenario NAME NAME2 {"],
        "scenario \"NAME NAME2\" {",
        "the name of a scenario must be a string",
    ),
    likely(
        &["given NAME NAME2"],
        "given NAME, NAME2",
        "separate the items of `given` with commas",
    ),
    likely(
        &["given NAME NAME2 A"],
        "given NAME, NAME2, A",
        "separate the items of `given` with commas",
    ),
    likely(
        &[
            "ask TEXT = A rounded to NUM significant digits",
            "ask TEXT = A rounded to NUM digits",
            "ask TEXT = A rounded to NUM",
            "ask TEXT = A rounded NUM",
            "ask TEXT = A round to NUM",
            "ask TEXT = A to NUM significant digits",
            "ask TEXT = A to NUM digits",
            "ask TEXT = A digits NUM",
            "ask TEXT = A precision NUM",
            "ask TEXT = A sigfigs NUM",
        ],
        "ask TEXT = A round NUM",
        "the number of significant digits must follow `round`",
    ),
    likely(
        &["ask TEXT A", "ask TEXT: A"],
        "ask TEXT = A",
        "a label and its value must be joined by `=`",
    ),
    likely(
        &["ask NAME column REST"],
        "ask NAME columns REST",
        "the columns to fill in must follow `columns`",
    ),
    likely(
        &["ask NAME of A", "ask NAME for A"],
        "ask read A => NAME",
        "the facts to find must follow `=>`",
    ),
    likely(
        &["ask read A => NAME NAME2"],
        "ask read A => NAME, NAME2",
        "facts must be separated by commas",
    ),
    likely(
        &["ask translate A => NAME NAME2"],
        "ask translate A => NAME, NAME2",
        "facts must be separated by commas",
    ),
];
