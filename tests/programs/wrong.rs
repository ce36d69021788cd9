//! Wrong programs: each gets a code, its place in the C text, and a message, and none takes long.

use crate::running::{text as outcome, text_within};
use pagewalk_script::run::session::Options;
use std::time::{Duration, Instant};

/// The first mistake of a script, as `code at line: text`.
fn mistake(script: &str) -> String {
    let begun = Instant::now();
    let run = outcome(script);
    // The program of the tests is not optimized.
    assert!(begun.elapsed() < Duration::from_mins(1), "{script:.200}");
    let first = run.mistakes.first();
    first.map_or_else(String::new, |one| {
        format!("{} at {}: {}", one.code, one.line, one.said)
    })
}

fn program(text: &str, rest: &str) -> String {
    format!(
        "machine {{ physical 16 bits, cache {{ size 64 B, ways 1, block 16 B }} }}\nprogram p \"\"\"\n{text}\n\"\"\"{rest}"
    )
}

#[test]
fn mistakes_have_their_place_in_the_text() {
    for (text, rest, expected) in [
        (
            "int main(void) { return 0 }",
            "",
            "c-syntax at 3: `;` is missing",
        ),
        (
            "int main(void)\n{\n  asm(\"nop\");\n}",
            "",
            "c-syntax at 5:",
        ),
        (
            "#include \"../x\"\nint main(void) { return 0; }",
            "",
            "c-syntax at 3:",
        ),
        (
            "int a[2];\nint main(void) { return 0; }",
            " { at b 0 }",
            "unknown-word at 5: the program has no global variable `b`",
        ),
        (
            "int a[2], b[2];\nint main(void) { return 0; }",
            " { at a 0, at b 4 }",
            "c-syntax at 3: `b` at 0x4 overlaps `a`",
        ),
        (
            "int main(void) { return 0; }",
            " { define N = 3 }",
            "unknown-word at 4: the program has no `#define N`",
        ),
        (
            "int f(void) { return 0; }",
            "\nreplay p",
            "unknown-word at 5: the program has no function `main`",
        ),
        (
            "int main(void) { return 0; }",
            "\nreplay p call g",
            "unknown-word at 5: the program has no function `g`",
        ),
        (
            "int f(int n) { return n; }",
            "\nreplay p call f",
            "wrong-count at 5: `f` has 1 argument, not 0; write `call f(VALUE)`",
        ),
        (
            "int g;\nint main(void) {\n  g = 1;\n  return g;\n}",
            "\nrun p until line 6",
            "no-answer at 9: the program has 5 lines, and no line 6; lines count from the first line of the program: write `line 4` for line 6 of the script",
        ),
        (
            "int main(void) {\n  int x = 1;\n  x = x + 4;\n  return 0;\n}",
            "\nreplay p\nexpect x == 5",
            "no-answer at 10: `x` has no value here, because no program that has it is paused; pause the program where the variable has the value: `run p until line 4`",
        ),
        (
            "int main(void) {\n  int a[2];\n  a[0] = 1;\n  return 0;\n}",
            "\nreplay p\nshow p by a",
            "unknown-word at 10: `a` is no global variable of the program; declare `a` outside the functions",
        ),
        (
            "int a[{n}];\nint main(void) { return 0; }",
            "",
            "c-syntax at 3: an expression is missing after `[`; the text is C, so braces print no value: write `#define N 16`",
        ),
        (
            "int main(void) {\n  for (int i = 0; i < 4; i++) {\n    putchar('a');\n  return 0;\n}",
            "",
            "c-syntax at 4: this `{` is never closed",
        ),
        (
            "int main(void) {\n  for (i = 0; i < 4; i++) putchar('a');\n  return 0;\n}",
            "",
            "c-syntax at 4: unknown variable `i`; declare it with its type: `int i = …`",
        ),
        (
            "int a[4];\nint main(void) {\n  for (int i = 0; i <= 4; i++) a[i] = 1;\n  return 0;\n}",
            "\nreplay p",
            "c-run at 5: the index 4 is out of bounds",
        ),
        (
            "int a[40000];\nint main(void) { a[39999] = 1; return 0; }",
            "\nreplay p",
            "c-syntax at 3: `a` does not fit the memory; declare a larger memory",
        ),
        (
            "int main(void) { fork(); return 0; }",
            "\nreplay p",
            "c-run at 3: `fork` is not supported",
        ),
        (
            "int main(void) {\n  execl(\"p\", \"p\", NULL);\n}",
            "\noutputs p",
            "c-run at 4: the program reached the maximum number of operations",
        ),
        (
            "int main(void) { while (1) fork(); }",
            "\noutputs p => count 1",
            "c-run at 3:",
        ),
        (
            "int main(void) { while (1) putchar('a'); }",
            "\noutputs p => count 1",
            "c-run at 3:",
        ),
        (
            "int f(int n) { return f(n + 1); }\nint main(void) { return f(0); }",
            "\noutputs p => count 1",
            "c-run at 3:",
        ),
        (
            "int main(void) { int x; return x; }",
            "\noutputs p => count 1",
            "c-run at 3: the variable has no value",
        ),
        (
            "int main(void) { return abs(-2147483647 - 1); }",
            "\noutputs p => count 1",
            "c-run at 3: ",
        ),
        // A variable is at address 0, so the program runs elsewhere.
        (
            "int *p;\nint main(void) { *p = 1; }",
            "\nreplay p",
            "c-run at 4: access through a null pointer",
        ),
        (
            "int *p;\nint main(void) { *p = 1; }",
            "\nreference p { page 16, frames 2 }",
            "c-run at 4: access through a null pointer",
        ),
        (
            "int a[4];\nint main(void) { int *p = a; p[7] = 1; }",
            "\nreplay p",
            "c-run at 4: access to 0x1c, after the end of `a`",
        ),
        (
            "char b[3], c[9];\nint main(void) { strcpy(b, \"hello\"); }",
            "\nreplay p",
            "c-run at 4: access to 0x3, after the end of `b`",
        ),
        (
            "char b[2] = { 'A', 'B' };\nint main(void) { printf(\"%s\", b); }",
            "\noutputs p",
            "c-run at 4: access to 0x804a002, after the end of `b`",
        ),
        (
            "char b[2] = { 'A', 'B' };\nint main(void) { return strlen(b); }",
            "\noutputs p",
            "c-run at 4: access to 0x804a002, after the end of `b`",
        ),
        (
            "int a[2], b[2];\nint main(void) { return 0; }",
            " { at b 0xFFFFFFFC }",
            "c-syntax at 3: `b` does not fit the memory at its address; write a lower address after `at b`",
        ),
        (
            "int a[2];\nint main(void) { return 0; }",
            " { at a 0, at a 64 }",
            "duplicate at 5: the braces set `a` twice",
        ),
        (
            "int main(void) { return 0; }",
            "\nreplay q",
            "unknown-word at 5: `q` is not a program",
        ),
        (
            "int main(void) { return 0; }",
            "\nrun p",
            "no-machine at 5:",
        ),
        (
            "int main(void) {\n char *q = mmap(0, 8, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);\n return q[1] = 1;\n}",
            "\noutputs p",
            "c-run at 5: the protection of the mapping does not permit this access",
        ),
        (
            "int main(void) {\n char *q = mmap(0, 8, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);\n return strlen(q);\n}",
            "\noutputs p",
            "c-run at 5: the protection of the mapping does not permit this access",
        ),
        (
            "int main(void) {\n char *q = mmap(0, 8, 3, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0);\n return 0;\n}",
            "\noutputs p",
            "c-run at 4: `mmap` is not supported here",
        ),
        (
            "int main(void) {\n char *q = mmap(0, 9000, 3, MAP_PRIVATE|MAP_ANON, -1, 0);\n munmap(q + 4096, 1);\n q[0] = q[8192];\n return q[4096];\n}",
            "\noutputs p",
            "c-run at 7: access to memory that the program has freed",
        ),
        (
            "int g[4096];\nint main(void) {\n char *q = g;\n return munmap(q - (long) q % 4096 + 4096, 4096);\n}",
            "\noutputs p",
            "c-run at 6: `munmap` is not supported here",
        ),
    ] {
        let found = mistake(&program(text, rest));
        assert!(
            found.starts_with(expected),
            "{text}{rest}\nexpected {expected}\nfound    {found}"
        );
    }
}

#[test]
fn large_and_endless_programs_end_with_a_diagnostic() {
    let nested = format!(
        "int main(void) {{ return {}1{}; }}",
        "(".repeat(20_000),
        ")".repeat(20_000)
    );
    assert!(mistake(&program(&nested, "")).starts_with("c-syntax at 3:"));
    let long = format!(
        "int main(void) {{ return 0; }}\n{}",
        "int f(void);\n".repeat(100_000)
    );
    let found = mistake(&program(&long, ""));
    assert!(found.starts_with("c-syntax at 2:"), "{found}");
    assert!(found.contains("the maximum is"), "{found}");
    let few = Options {
        max_steps: 100_000,
        ..Options::default()
    };
    for (endless, line) in [
        ("int main(void) { for (;;) ; }", 3),
        ("int a[4];\nint main(void) { for (;;) a[1] = 2; }", 4),
    ] {
        let mistakes = text_within(program(endless, "\nreplay p"), few).mistakes;
        assert_eq!(
            (&*mistakes[0].code, mistakes[0].line),
            ("limit-steps", line)
        );
    }
    let found = mistake(&program(
        "int a[4];\nint main(void) { for (;;) a[1] = 2; }",
        "\nreference p { page 16, frames 2 }",
    ));
    assert!(found.starts_with("limit-size at 4:"), "{found}");
    let found = mistake(&program(
        "int main(void) { while (fork() == 0) ; }",
        "\noutputs p",
    ));
    assert!(found.starts_with("c-run at 3:"), "{found}");
    let kernel =
        "machine core-i7\nprogram p \"\"\"\nint main(void) { for (;;) fork(); }\n\"\"\"\nrun p";
    assert!(mistake(kernel).starts_with("c-run at 3:"));
    // The kernel's own work comes after the end of the budget.
    let replay = "machine core-i7\nprogram p \"\"\"\nint a[99999];\nint main(void) { for (int i = 0; ; i = (i + 1) % 99999) a[i] = 2; }\n\"\"\"\nreplay p map demand";
    let mistakes = text_within(replay, few).mistakes;
    assert_eq!((&*mistakes[0].code, mistakes[0].line), ("limit-steps", 4));
}

#[test]
fn a_program_with_a_mistake_causes_no_further_mistakes() {
    let script = program(
        "int main(void) { return 0 }",
        "\nreplay p => accesses 1\noutputs p => count 1\nshow program p\nshow p by line",
    );
    assert_eq!(outcome(&script).mistakes.len(), 1);
    let script = program(
        "int main(void) { return 0; }",
        " { pointer 2 B }\nreplay p\nrun p",
    );
    assert_eq!(outcome(&script).mistakes.len(), 1);
}

#[test]
fn only_a_variable_of_the_script_is_meant_by_a_name_in_a_text() {
    let text =
        "int a;\nint main(void) { int *p = &a, *q = &a; int x = p * 2; x = p + q; return x; }";
    let found = mistake(&program(text, ""));
    assert_eq!(
        found,
        "c-syntax at 4: a number is expected here, not `int *`; "
    );
    let script = format!(
        "let n = 4\n{}",
        program("int a[n];\nint main(void) { return 0; }", "")
    );
    let found = mistake(&script);
    assert!(found.contains("`n` is a variable of the script"), "{found}");
}

#[test]
fn a_word_that_is_no_program_gets_a_fix() {
    let script = program(
        "int main(void) { return 0; }",
        "\nlet q = 3\noutputs r => count 1",
    );
    let found = mistake(&script);
    assert!(found.contains("`r` is not a program"), "{found}");
    let found = mistake(&program("int main(void) { return 0; }", "\nshow p by line"));
    assert!(
        found.contains("no `replay` or `run` of `p` precedes"),
        "{found}"
    );
}
