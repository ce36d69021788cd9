//! More of what people write for a statement: other languages' loops, prints, and functions, debuggers, worksheets, draws.

use super::rows::{Idiom, REMOVED, row};

const LOOP: &str = "loop with `for i in 0..4 { … }` or `repeat 4 { … }`";
const TRANSLATION: &str = "a translation is `translate ADDRESS`, and its facts stand after `=>`";
const CHECKED: &str = "a condition is checked with `expect`";
const SHOW: &str = "write `show tlb`";

pub(super) const PHRASES: &[Idiom] = &[
    // Loops and conditions.
    row(
        &["for NAME = A to B {", "for NAME = A to B do", "for NAME in A to B {", "for NAME from A to B {", "for (NAME = A to B) {"],
        "for NAME in A..=B {",
        "a range is written with `..`, or `..=` with its end",
        LOOP,
    ),
    row(&["for NAME in A : B"], "for NAME in A { B }", "the body of a loop is a block in braces", LOOP),
    row(
        &["for NAME in A ... B {", "for (NAME in A) {", "for (TYPE NAME : A) {", "for (NAME : A) {", "foreach NAME in A {"],
        "for NAME in A {",
        "a loop is written `for NAME in RANGE`",
        LOOP,
    ),
    row(
        &["repeat A times {", "repeat (A) times {", "loop A times {", "loop A {", "loop (A) {", "do A times {"],
        "repeat A {",
        "`repeat` takes a number",
        "write `repeat 4 { read 0x3C0 }`",
    ),
    row(&["repeat A times : B", "repeat A : B", "loop A : B"], "repeat A { B }", "`repeat` has a block in braces", LOOP),
    row(&["if A then B end", "if A then B", "if A : B"], "if A { B }", "the body of an `if` is a block in braces", "`if x == 3 { … }`"),
    row(&["if A then", "if A then {"], "if A {", "there is no `then`", "`if x == 3 { … }`"),
    row(&["end", "endif", "end if", "endfor", "end for", "done", "fi", "next NAME"], "}", "a block ends with `}`", "write `}`"),
    row(&["begin"], "{", "a block begins with `{`", "`if x == 3 { … }`"),
    // Functions.
    row(
        &["function NAME(REST", "fn NAME(REST", "func NAME(REST", "sub NAME(REST", "proc NAME(REST", "fun NAME(REST", "define NAME(REST"],
        "def NAME(REST",
        "a definition begins with `def`",
        "`def touch(a) { … }`",
    ),
    // Variables.
    row(&["NAME *= A"], "let NAME = NAME * A", "a variable is changed with `let`", "write `let x = x * 2`"),
    row(&["NAME /= A"], "let NAME = NAME / A", "a variable is changed with `let`", "write `let x = x / 2`"),
    row(&["NAME --", "-- NAME"], "let NAME = NAME - 1", "a variable is changed with `let`", "write `let x = x - 1`"),
    row(
        &["let NAME : TYPE = A", "let mut NAME = A", "let NAME := A", "NAME := A", "NAME : TYPE = A", "set NAME to A", "let NAME be A"],
        "let NAME = A",
        "a variable is given a value with `let NAME = VALUE`",
        "write `let x = 5`",
    ),
    row(&["let NAME NUM", "define NAME NUM", "const NAME NUM"], "let NAME = NUM", "`=` is missing before the value", "write `let x = 5`"),
    row(&["const NAME = A", "final TYPE NAME = A", "let TYPE NAME = A"], "let NAME = A", "a variable has no type", "write `let x = 5`"),
    // Stores and loads.
    row(
        &["memory[A] = B", "mem[A] = B", "M[A] = B", "ram[A] = B", "memory(A) = B", "set memory[A] = B", "set byte A = B", "[A] = B"],
        "write A = B",
        "a store is written `write ADDRESS = VALUE`",
        "write `write 0x3D4 = 0x2A`",
    ),
    row(&["NAME[0] = B"], "write NAME = B", "an element is stored with `write ADDRESS = VALUE`", "write `write p + 1 = 5`"),
    row(&["NAME[A] = B"], "write NAME + A = B", "an element is stored with `write ADDRESS = VALUE`", "write `write p + 1 = 5`"),
    row(&["*(A) = B"], "write A = B", "a pointer is written with `write`", "write `write p = 5`"),
    row(&["*NUM = B", "*(TYPE *) A = B"], "write NUM = B", "a store is written `write ADDRESS = VALUE`", "write `write 0x3D4 = 5`"),
    row(&["memory[A]", "mem[A]", "M[A]", "read memory[A]", "read mem[A]", "read(memory[A])"], "read A", "a load is written `read ADDRESS`", "write `read 0x3D4`"),
    row(
        &["read(A, B)", "read A, B", "read A B", "read A for B", "read(A, size = B)", "read A, size B", "read A size = B", "read A, B bytes"],
        "read A size B",
        "the bytes of a load follow `size`",
        "write `read 0x3D4 size 4`",
    ),
    row(
        &["write(A, B, C)", "write A = B, C", "write A, B, C", "write A = B C", "write A = B, size C", "write A = B size = C"],
        "write A = B size C",
        "the bytes of a store follow `size`",
        "write `write 0x3D4 = 5 size 4`",
    ),
    row(&["write A, B", "write A : B", "write A <- B", "A <- B"], "write A = B", "a store is written `write ADDRESS = VALUE`", "write `write 0x3D4 = 5`"),
    row(&["read A bytes at B", "read A bytes from B"], "read B size A", "the bytes of a load follow `size`", "write `read 0x3D4 size 4`"),
    row(&["access(A)", "load(A)", "lookup(A)", "get(A)", "lookup A"], "read A", "a load is written `read`", "write `read 0x3D4`"),
    row(&["translate VA A", "translate address A", "translate va = A", "va2pa(A)", "virt_to_phys(A)"], "translate A", "an address follows `translate` directly", "write `translate 0x3D4`"),
    row(&["va VALUE REST", "vaddr VALUE REST", "address VALUE REST", "addr VALUE REST"], "read VALUE REST", "a load is written `read`", "write `read 0x3D4`"),
    // Worksheets: an address and what becomes of it.
    row(
        &["VALUE -> invalid", "VALUE --> invalid", "VALUE -> segfault", "VALUE -> page fault", "VALUE -> fault", "VALUE --> fault"],
        "translate VALUE => fault page",
        TRANSLATION,
        "write `translate 0x3D4 => fault page`",
    ),
    row(
        &["VA NUM -> invalid", "VA NUM --> invalid", "VA NUM -> segfault", "VA NUM --> segfault", "VA NUM -> fault"],
        "translate NUM => fault page",
        TRANSLATION,
        "write `translate 0x3D4 => fault page`",
    ),
    row(
        &["VALUE -> NUM2", "VALUE --> NUM2", "VALUE => NUM2", "VALUE maps to NUM2", "VALUE = pa NUM2"],
        "translate VALUE => pa NUM2",
        TRANSLATION,
        "write `translate 0x3D4 => pa 0x354`",
    ),
    row(
        &["VA NUM -> PA NUM2", "VA NUM -> NUM2", "VA NUM --> NUM2", "va NUM : pa NUM2", "va NUM = pa NUM2", "translate NUM -> NUM2", "translate NUM = NUM2", "translate NUM == NUM2", "translate(NUM) == NUM2", "translate NUM to NUM2", "expect translate(NUM) == NUM2", "expect pa(NUM) == NUM2"],
        "translate NUM => pa NUM2",
        TRANSLATION,
        "write `translate 0x3D4 => pa 0x354`",
    ),
    row(
        &["VALUE : REST", "VALUE -> REST", "VALUE => REST"],
        "read VALUE => REST",
        "a load is `read ADDRESS`, and its facts stand after `=>`",
        "write `read 0x3D4 => vpn 0x0F`",
    ),
    row(
        &["va NUM : REST", "read NUM : REST", "VA = NUM : REST", "read NUM -> REST"],
        "read NUM => REST",
        "a load is `read ADDRESS`, and its facts stand after `=>`",
        "write `read 0x3D4 => vpn 0x0F`",
    ),
    row(&["write NUM = NUM2 : REST"], "write NUM = NUM2 => REST", "facts follow `=>`", "write `write 0x3D4 = 5 => tlb miss`"),
    row(&["translate NUM : REST", "translate NUM -> REST", "translate NUM = REST"], "translate NUM => REST", "facts follow `=>`", "write `translate 0x3D4 => ppn 0x0D`"),
    // Machines.
    row(
        &["machine(TEXT)", "machine TEXT", "machine = TEXT", "machine : TEXT", "NAME = machine(TEXT)", "use TEXT", "load machine TEXT", "use machine TEXT"],
        "machine BARE",
        "a machine that Pagewalk knows is named without quotes",
        "write `machine simple`",
    ),
    row(
        &["machine : REST", "machine = REST", "machine -> REST", "use machine REST", "new machine REST", "load machine REST", "set machine REST", "machine is REST", "machine(NAME)", "use simple"],
        "machine REST",
        "a machine is declared with `machine NAME`",
        "write `machine simple`",
    ),
    row(&["kernel : REST", "kernel = REST"], "kernel REST", "the settings of a kernel stand in braces", "write `kernel { frames 4 }`"),
    row(&["process : NAME", "process = NAME", "process TEXT", "new process NAME", "create process NAME"], "process NAME", "a process is named without a sign or quotes", "write `process P1`"),
    // Checks and output.
    row(
        &["expect hits REST", "expect misses REST", "expect evictions REST", "assert hits REST", "assert misses REST", "hits REST", "misses REST", "expect miss_rate REST", "expect hit_rate REST", "expect hitrate REST"],
        "",
        "a counter is one of a TLB or cache",
        "write `expect tlb.misses == 1`",
    ),
    row(
        &["assert A, TEXT", "assert(A, TEXT)", "expect A, TEXT", "expect(A, TEXT)", "require(A, TEXT)"],
        "expect A",
        "`expect` checks a condition, and has no message",
        "write `expect tlb.hits == 1`",
    ),
    row(
        &["assert_eq!(A, B)", "assertEqual(A, B)", "assertEquals(A, B)", "self.assertEqual(A, B)", "assert_eq(A, B)", "expect(A).toBe(B)", "EXPECT_EQ(A, B)", "ASSERT_EQ(A, B)", "expect A equals B", "expect A to be B", "expect A is B"],
        "expect A == B",
        "`expect` checks a condition",
        "write `expect tlb.hits == 1`",
    ),
    row(&["test A", "verify A", "require A", "ensure A", "assert!(A)", "expect(A)", "verify(A)", "check(A)"], "expect A", "`expect` checks a condition", "write `expect tlb.hits == 1`"),
    row(&["PATH == B"], "expect PATH == B", CHECKED, "write `expect tlb.hits == 1`"),
    row(&["PATH != B"], "expect PATH != B", CHECKED, "write `expect tlb.hits == 1`"),
    row(&["PATH <= B"], "expect PATH <= B", CHECKED, "write `expect tlb.hits == 1`"),
    row(&["PATH >= B"], "expect PATH >= B", CHECKED, "write `expect tlb.hits == 1`"),
    row(&["PATH < B"], "expect PATH < B", CHECKED, "write `expect tlb.hits == 1`"),
    row(&["PATH > B"], "expect PATH > B", CHECKED, "write `expect tlb.hits == 1`"),
    row(
        &["print(f TEXT)", "print(TEXT f)"],
        "show \"\"\"BARE\"\"\"",
        "`show` prints a value, and fills in `{…}` between `\"\"\"`",
        "write `show \"\"\"{x} hits\"\"\"`",
    ),
    row(&["console.log(TEXT, A)", "print(TEXT, A)", "System.out.println(TEXT + A)", "print(TEXT + str(A))", "print TEXT, A", "cout << TEXT << A << endl", "cout << TEXT << A", "println!(TEXT, A)", "show TEXT, A", "show TEXT A"], "show A", "`show` prints a value", SHOW),
    row(
        &["console.log(A)", "System.out.println(A)", "println(A)", "println!(A)", "cout << A << endl", "cout << A", "std.cout << A", "std::cout << A", "echo(A)", "disp(A)", "print(A)", "printf(A)", "display(A)", "dump(A)", "p A", "println A", "display A", "dump A", "info A", "inspect A", "cat A", "output A", "list A"],
        "show A",
        "`show` prints a value or a part of the machine",
        SHOW,
    ),
    row(&["show A, B", "print(A, B)"], "show [A, B]", "`show` prints one value; several are a list", "write `show [tlb.hits, tlb.misses]`"),
    row(&["dump_tlb()", "print_tlb()", "show_tlb()", "tlb.print()", "tlb.show()", "tlb.dump()", "print(tlb)"], "show tlb", "`show` prints a part of the machine", SHOW),
    row(&["tlb.flush()", "flush_tlb()", "flush(tlb)", "tlb_flush()", "clear tlb", "reset tlb", "invalidate tlb", "empty tlb"], "flush tlb", "a TLB is emptied with `flush tlb`", "write `flush tlb`"),
    row(&["cache.flush()", "flush_cache()", "flush(cache)", "clear cache", "reset cache", "invalidate cache", "empty cache"], "flush cache", "caches are emptied with `flush cache`", "write `flush cache`"),
    row(&["exit", "quit", "stop", "halt", "hlt", "ret", "nop", "pass", "main()", "exit(0)", "return 0"], REMOVED, "this does nothing here: a script ends with its last line", "remove the line"),
    row(&["if __name__ == REST"], REMOVED, "nothing has to be started: a script runs from its first line", "remove the line"),
    // Papers.
    row(&["seed = A", "seed : A", "seed(A)", "random.seed(A)", "srand(A)", "random_seed = A", "set seed A", "seed is A"], "seed A", "`seed` is followed by its number", "write `seed 42`"),
    row(
        &["choose NAME in A where B"],
        "choose NAME in A where read NAME => B",
        "a fact in `where` stands after its access",
        "write `choose va in 0..64 where read va => tlb miss`",
    ),
    row(
        &["answer REST", "answers REST", "solution REST", "key REST", "ans REST", "correct_answer REST", "feedback REST"],
        REMOVED,
        "a key is not written: the machine knows what is right",
        "remove the line; an `ask` without a value is a blank, and a `choice` has `correct \"…\"`",
    ),
    row(
        &["A) TEXT", "A. TEXT", "(A) TEXT", "- TEXT", "* TEXT", "[ ] TEXT", "TEXT"],
        "",
        "an option of a `choice` says whether it is right",
        "write `choice \"2 + 2?\" { correct \"4\"; wrong \"5\" }`",
    ),
    row(&["question TEXT { REST"], "part TEXT { REST", "questions have parts, not questions", "write `part \"a\" { ask 0x10 => vpn }`"),
];
