//! Idioms of C, Python, and the textbook, with their equivalents. One row each.

/// A foreign idiom and its equivalent.
pub(super) struct Idiom {
    /// The patterns that the idiom matches.
    pub(super) theirs: &'static [&'static str],
    /// The template of the equivalent, or an empty text if no equivalent exists.
    pub(super) ours: &'static str,
    pub(super) message: &'static str,
    /// The help, used if `ours` is empty or does not fit the place.
    pub(super) help: &'static str,
}

pub(super) const fn row(
    theirs: &'static [&'static str],
    ours: &'static str,
    message: &'static str,
    help: &'static str,
) -> Idiom {
    Idiom {
        theirs,
        ours,
        message,
        help,
    }
}

/// Words that also begin statements in Pagewalk's language.
const OURS: &[&str] = &[
    "read",
    "write",
    "translate",
    "let",
    "for",
    "if",
    "expect",
    "show",
    "set",
    "machine",
    "kernel",
    "process",
    "choose",
    "repeat",
    "scenario",
    "question",
    "reference",
    "tlb",
    "cache",
    "miss",
    "hit",
    "fault",
    "not",
    "no",
    "page",
    "byte",
    "data",
];

impl Idiom {
    /// Whether the idiom begins with a foreign word, so that the message is right even if the fix is not.
    pub(super) fn begins(&self) -> bool {
        self.theirs.iter().all(|theirs| {
            let word = theirs.split([' ', '(', '[']).next().unwrap_or("");
            let foreign =
                word.starts_with(|c: char| c.is_ascii_lowercase()) && !OURS.contains(&word);
            foreign
                || STATEMENTS.iter().any(|row| std::ptr::eq(row, self))
                    && !word.contains(|c: char| c.is_ascii_uppercase())
        })
    }
}

/// Marks a line that can be removed.
pub(super) const REMOVED: &str = "-";

const LOOP: &str = "loop with `for i in 0..4 { … }` or `repeat 4 { … }`";
const LET: &str = "`let x = 5` declares a variable";

/// Statements without their facts. Not a constant, because a constant may have several addresses, and [`Idiom::begins`] compares
/// the addresses of rows.
pub(super) static STATEMENTS: &[Idiom] = &[
    row(
        &[
            "for (TYPE NAME = A; NAME < B; NAME++) {",
            "for (NAME = A; NAME < B; NAME++) {",
            "for (TYPE NAME = A; NAME < B; ++NAME) {",
            "for (TYPE NAME = A; NAME < B; NAME += 1) {",
        ],
        "for NAME in A..B {",
        "this is C's `for` loop",
        LOOP,
    ),
    row(
        &[
            "for (TYPE NAME = A; NAME <= B; NAME++) {",
            "for (NAME = A; NAME <= B; NAME++) {",
        ],
        "for NAME in A..=B {",
        "this is C's `for` loop",
        LOOP,
    ),
    row(
        &["for (REST"],
        "",
        "this is C's `for` loop",
        "loop over a range, and compute a step in the body: `for i in 0..5 { read 0x3C0 + 4 * i }`",
    ),
    row(
        &["for NAME in range(A) {", "for NAME in range(A)"],
        "for NAME in 0..A {",
        "a range needs `..`",
        LOOP,
    ),
    row(
        &["for NAME in range(A, B) {"],
        "for NAME in A..B {",
        "a range needs `..`",
        LOOP,
    ),
    row(
        &[
            "tlb {",
            "cache {",
            "page_table {",
            "tlb NAME {",
            "cache NAME {",
        ],
        "",
        "declare the parts of a machine in `machine { … }`",
        "put the part in `machine { … }`, and set its contents afterward: `set tlb { … }`",
    ),
    row(
        &["ask : REST"],
        "",
        "`ask` takes an access with the facts to find, or a value",
        "write `ask read 0x3D4 => vpn, ppn`, and put text above it as `text \"…\"`",
    ),
    row(&["while REST"], "", "there is no `while`", LOOP),
    row(&["do {", "do"], "", "there is no `do`", LOOP),
    row(
        &["break", "continue"],
        "",
        "a loop always runs to its end",
        "choose a range that excludes the iterations to skip",
    ),
    row(
        &["if (A) B"],
        "if A { B }",
        "the body of an `if` must be a block in braces",
        "`if x == 3 { … }`",
    ),
    row(
        &["elif REST", "else if REST"],
        "",
        "this `else if` follows no `if`",
        "`else if` must follow the `}` of an `if` block: `} else if x == 3 {`",
    ),
    row(
        &["switch REST"],
        "",
        "the language has no `switch`",
        "write `if x == 1 { … } else if x == 2 { … }`",
    ),
    row(
        &[
            "TYPE * NAME = (TYPE *) A",
            "TYPE * NAME = (void *) A",
            "TYPE NAME = (TYPE) A",
        ],
        "let NAME = A",
        "the language has no types and no casts",
        LET,
    ),
    row(
        &["TYPE * NAME = A", "TYPE NAME = A"],
        "let NAME = A",
        "a variable must be declared with `let`, without a type",
        LET,
    ),
    row(
        &["TYPE * NAME", "TYPE NAME"],
        "let NAME = 0",
        "a variable must be declared with `let` and needs a value",
        LET,
    ),
    row(
        &["NAME = A", "var NAME = A"],
        "let NAME = A",
        "a variable must be set with `let`",
        LET,
    ),
    row(
        &["NAME++", "++NAME", "NAME += 1"],
        "let NAME = NAME + 1",
        "use `let` to change a variable",
        "write `let x = x + 1`",
    ),
    row(
        &["NAME += A"],
        "let NAME = NAME + A",
        "use `let` to change a variable",
        "write `let x = x + 4`",
    ),
    row(
        &["NAME -= A"],
        "let NAME = NAME - A",
        "use `let` to change a variable",
        "write `let x = x - 4`",
    ),
    row(
        &["* NAME = A"],
        "write NAME = A",
        "a store through a pointer uses `write`",
        "write `write p = 5`",
    ),
    row(
        &["printf(TEXT, A)", "print(TEXT, A)"],
        "show A",
        "`show` prints a value",
        "write `show x`",
    ),
    row(
        &["print(A)", "print A", "printf(A)", "puts(A)", "echo A"],
        "show A",
        "`show` prints a value",
        "write `show x`",
    ),
    row(
        &["assert(A)", "assert A", "check A"],
        "expect A",
        "`expect` checks a condition",
        "write `expect tlb.hits == 1`",
    ),
    row(
        &["import REST", "from NAME import REST", "using REST"],
        REMOVED,
        "imports are unnecessary",
        "remove the line; to read another script, use `include \"other.pw\"`",
    ),
    row(
        &["return REST"],
        "",
        "a definition does not return a value",
        "write the expression where you need its value, or assign it with `let result = …` before the calls",
    ),
    row(
        &["load REST", "access REST", "ld REST", "get REST"],
        "read REST",
        "a load is a `read`",
        "write `read 0x3D4`",
    ),
    row(
        &["store A, B", "store A = B", "st A, B"],
        "write A = B",
        "a store has the form `write ADDRESS = VALUE`",
        "write `write 0x3D4 = 0x2A`",
    ),
    row(
        &["store NUM NUM2"],
        "write NUM = NUM2",
        "a store has the form `write ADDRESS = VALUE`",
        "write `write 0x3D4 = 0x2A`",
    ),
    row(
        &["write A to B", "write A into B"],
        "write B = A",
        "a store has the form `write ADDRESS = VALUE`",
        "write `write 0x3D4 = 0x2A`",
    ),
    row(
        &["write va NUM NUM2", "write NUM NUM2"],
        "write NUM = NUM2",
        "`=` is missing between the address and the value",
        "write `write 0x3D4 = 0x2A`",
    ),
    row(
        &["write(A, B)"],
        "write A = B",
        "this is C's `write`, which takes a file descriptor; a store uses `=`",
        "write `write 0x3D4 = 0x2A`",
    ),
    row(
        &[
            "read va REST",
            "read address REST",
            "read byte REST",
            "read from REST",
            "read addr REST",
        ],
        "read REST",
        "the address must follow `read` directly",
        "write `read 0x3D4`",
    ),
    row(
        &["expect read A == B"],
        "read A => byte B",
        "expectations about an access must follow `=>`",
        "write `read 0x3D4 => byte 0x36`",
    ),
    row(
        &["expect read REST"],
        "read REST",
        "`expect` takes a condition; expectations about an access must follow `=>`",
        "write `read 0x3D4 => byte 0x36`",
    ),
    row(
        &["expect NAME NAME2", "expect NAME == NAME2"],
        "expect last.NAME == \"NAME2\"",
        "`expect` takes a condition; for a fact of the latest access, write `last.NAME`",
        "write `expect last.tlb == \"hit\"`",
    ),
    row(
        &["expect A = B"],
        "expect A == B",
        "`==` compares",
        "write `expect x == 0`",
    ),
    row(
        &["expect NAME NUM"],
        "expect NAME == NUM",
        "`==` compares",
        "write `expect x == 0`",
    ),
    row(
        &[
            "set NAME[A] = REST",
            "tlb[A] = REST",
            "page_table[A] = REST",
            "cache[A] = REST",
            "pt[A] = REST",
        ],
        "",
        "an entry has several fields, so it must be set with a table",
        "write a table in braces: `set tlb { | set tag ppn |; | 3 0D 2D | }`",
    ),
    row(
        &["show tlb[A]", "print tlb[A]"],
        "show tlb",
        "`show` prints only the whole table",
        "write `show tlb`",
    ),
    row(
        &["show cache[A]", "print cache[A]"],
        "show cache",
        "`show` prints only the whole table",
        "write `show cache`",
    ),
    row(
        &["show page_table[A]", "print page_table[A]"],
        "show page_table",
        "`show` prints only the whole table",
        "write `show page_table`",
    ),
    row(
        &["scenario NAME"],
        "scenario \"NAME\"",
        "the name of a scenario must be a string",
        "write `scenario \"cold\" { … }`",
    ),
    row(
        &["A ; => REST"],
        "A => REST",
        "`;` ends the statement, so the expectations after the `;` belong to no statement",
        "remove the `;`",
    ),
    row(
        &["read A == REST", "write A == REST", "translate A == REST"],
        "read A => REST",
        "facts must follow `=>`",
        "write `read 0x3D4 => vpn 0x0F`",
    ),
];

/// Single words with their equivalents. The fix uses the first equivalent that fits the place.
pub(super) const WORDS: &[(&str, &[&str])] = &[
    ("True", &["true"]),
    ("False", &["false"]),
    ("associativity", &["ways"]),
    ("assoc", &["ways"]),
    ("policy", &["replacement"]),
    ("replacement", &["policy"]),
    ("algorithm", &["replacement", "policy"]),
    ("page_size", &["page"]),
    ("pagesize", &["page"]),
    ("virtual_address", &["virtual"]),
    ("physical_address", &["physical"]),
    ("line", &["block"]),
    ("linesize", &["block"]),
    ("blocksize", &["block"]),
    ("block_size", &["block"]),
    ("line_size", &["block"]),
    ("pfn", &["ppn"]),
    ("valid", &["v"]),
    ("present", &["p", "v"]),
    ("dirty", &["d"]),
    ("offset", &["vpo"]),
    ("index", &["set", "vpn"]),
    ("idx", &["set"]),
    ("null", &["NULL"]),
    ("nullptr", &["NULL"]),
    ("None", &["none", "NULL"]),
    ("OPT", &["optimal"]),
    ("opt", &["optimal"]),
    ("MIN", &["optimal"]),
    ("answers", &["options"]),
    ("choices", &["options", "choice"]),
];
