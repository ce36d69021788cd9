//! The messages about mistakes, with their lines and columns.

use super::super::{MOST_TEXT, Mistake, Settings};
use super::{compile, run_text, wide};

fn rejected(text: &str) -> Mistake {
    match compile(text, &wide()) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(mistake) => mistake,
    }
}

/// Checks the line, the column, and the message of a mistake.
#[track_caller]
fn check(text: &str, position: (u32, usize), message: &str) {
    let mistake = rejected(text);
    assert_eq!(
        (mistake.position(text), &*mistake.message),
        (position, message),
        "{text}"
    );
}

#[test]
fn rows_of_variable_length() {
    check(
        "void f(int n, int a[2][n]) { n = 3; }\nint main(void) { return 0; }\n",
        (1, 30),
        "`n` is a length of `a` and cannot be changed",
    );
}

#[test]
fn statements_without_a_function() {
    let loops = "int a[4];\nfor (int i = 0; i < 4; i++) {\n  a[i] = i;";
    check(
        &format!("{loops}\n}}\n}}\n"),
        (5, 1),
        "`}` has no matching `{`",
    );
    check(loops, (2, 29), "this `{` is never closed");
    check(
        "void f(void) { }\nfor (;;) f();\n",
        (2, 1),
        "a declaration must begin with a type here",
    );
    check(
        "int f(int n) { return n; }\nf(3);\n",
        (2, 1),
        "a declaration must begin with a type here",
    );
    check(
        "int i;\nfor (i = 0; i < 4; i++)\n  a[i] = i;\n",
        (3, 3),
        "unknown variable `a`",
    );
}

#[test]
fn macros_with_parameters_and_old_programs() {
    for (text, position, message) in [
        (
            "#define M(a b) a\n",
            (1, 13),
            "`,` is missing between the parameters of the macro `M`",
        ),
        (
            "#define M(a) #a\n",
            (1, 14),
            "`#` and `##` in macros are not supported",
        ),
        (
            "#define M(a) a\nint x = M(1, 2);\n",
            (2, 9),
            "the macro `M` has 1 argument, not 2",
        ),
        (
            "f(a) int b; { return a; }\nmain() { f(1); }\n",
            (1, 10),
            "`b` is no parameter of this function",
        ),
        (
            "f(a) int a; return a; }\nmain() { f(1); }\n",
            (1, 12),
            "`{` is missing after `;`",
        ),
        (
            "int f(int a)\nint g;\n",
            (1, 13),
            "`;` is missing after `)`",
        ),
        ("1 int x;\n", (1, 1), "a number begins no declaration"),
        (
            "1 for (;;)\n2 ;\n",
            (1, 1),
            "a number begins no declaration",
        ),
        ("int main(void) { ... }\n", (1, 18), "`...` is no statement"),
        (
            "#define M(a) a\nint x = M(1;\n",
            (2, 9),
            "`)` is missing after the arguments of the macro `M`",
        ),
    ] {
        check(text, position, message);
    }
    // Without limits, these would take 2^60 steps and 400 million tokens, and overflow the stack.
    let names = |parameter: &str| {
        let lines = (0..60).map(|n| {
            let next = n + 1;
            format!("#define A{n}{parameter} A{next}{parameter} A{next}{parameter}\n")
        });
        lines.collect::<String>() + &format!("#define A60{parameter}\nint x = A0{parameter};\n")
    };
    let many = "1 ".repeat(20_000);
    let wide = format!("#define F(x) {}\nint x = F({many});\n", "x ".repeat(20_000));
    for text in [names(""), names("(a)"), wide] {
        assert_eq!(rejected(&text).message, "the program has too many tokens");
    }
    let deep = format!(
        "#define F(x) x\nint x = {}1{};\n",
        "F(".repeat(20_000),
        ")".repeat(20_000)
    );
    assert_eq!(
        rejected(&deep).message,
        "`F` is nested in more than 64 macros"
    );
}

#[test]
fn nine_usual_mistakes() {
    check(
        "int main(void) {\n  int i = 0\n  return i;\n}\n",
        (2, 12),
        "`;` is missing after `0`",
    );
    check(
        "int main(void) {\n  putchar('a';\n  return 0;\n}\n",
        (2, 14),
        "`)` is missing after the character",
    );
    check(
        "int main(void) {\n  if (1) {\n    return 0;\n}\n",
        (2, 10),
        "this `{` is never closed",
    );
    check(
        "int main(void) {\n  uint x = 3;\n  return 0;\n}\n",
        (2, 3),
        "unknown type `uint`",
    );
    check(
        "int main(void) {\n  asm(\"nop\");\n}\n",
        (2, 3),
        "inline assembly is not supported",
    );
    check(
        "int main(void) {\n  goto end;\nend: return 0;\n}\n",
        (2, 3),
        "`goto` is not supported",
    );
    check(
        "int main(void) {\n  printf(\"hello);\n  return 0;\n}\n",
        (2, 10),
        "the string has no end: `\"` is missing",
    );
    check(
        "int a[10];\nint main(void) {\n  for i in range(10):\n    a[i] = 0;\n}\n",
        (3, 6),
        "`(` is missing after `for`",
    );
    check(
        "int main(void) {\n  int *p = new int[10];\n}\n",
        (2, 12),
        "`new` is not part of C",
    );
}

/// Each mistake is reported once, and nothing that follows from it.
#[test]
fn a_text_with_thousands_of_mistakes_is_not_searched_to_its_end() {
    let functions = (0..4000).map(|n| format!("int f{n}(void) {{ return z{n}; }}\n"));
    let text = functions.collect::<String>();
    let wrong = super::super::compile(&text, &wide()).expect_err("unknown variables");
    assert_eq!(wrong.len(), 21);
}

#[test]
fn no_mistake_hides_another_one() {
    let main = |body: &str| format!("int main(void) {{\n{body}\n  return 0;\n}}\n");
    for (text, messages) in [
        // Two functions, and two statements.
        (
            "int f(void) {\n  return a;\n}\nint main(void) {\n  int i = 0\n  return b;\n}\n"
                .to_owned(),
            &[
                (2, "unknown variable `a`"),
                (5, "`;` is missing after `0`"),
                (6, "unknown variable `b`"),
            ][..],
        ),
        (
            main("  conut = 1;\n  print(\"x\");\n  conut = 2;\n  print(\"y\");"),
            &[
                (2, "unknown variable `conut`"),
                (3, "unknown function `print`"),
            ],
        ),
        // Braces of an expression and of a function in a function are no blocks.
        (
            "struct pt { int x, y; };\nstruct pt f(int x) {\n  return (struct pt){x, 1};\n}\n"
                .to_owned()
                + &main("  int g(int n) { return n; }\n  int y = ({ int k = 1; k; });\n  y = z;"),
            &[
                (
                    3,
                    "values of structs and arrays without a name are not supported",
                ),
                (6, "functions in functions are not supported"),
                (7, "statements in an expression are not supported"),
                (8, "unknown variable `z`"),
            ],
        ),
        // A text without a function, and parts of a head that is no C.
        (
            "int a[4]\nfor (int i = 0; i < 4; i++)\n  a[i] = n;\n".to_owned(),
            &[(1, "`;` is missing after `]`"), (3, "unknown variable `n`")],
        ),
        (
            "int i = 0;\nfor i in range(10):\n  i = 3;\n".to_owned(),
            &[(2, "`(` is missing after `for`")],
        ),
        (
            "itn a[4];\nfor (;;) a[0] = 1;\n".to_owned(),
            &[(1, "unknown type `itn`")],
        ),
        (
            "f(1);\n".repeat(2000) + "int main(void) { }\n",
            &[(1, "a declaration must begin with a type here")],
        ),
        (
            main("  int i;\n  for (i = 0; i < 4, i++) {\n    a = 1;\n  }"),
            &[
                (3, "`;` is missing before the last part of `for`"),
                (4, "unknown variable `a`"),
            ],
        ),
        // A variable whose declaration has a mistake is not reported.
        (
            main("  uint x = 3;\n  x = x + 1;\n  y = 4;"),
            &[(2, "unknown type `uint`"), (4, "unknown variable `y`")],
        ),
        (
            "struct s { uint a; };\nint main(void) {\n  struct s v;\n  v.a = 1;\n  return w;\n}\n"
                .to_owned(),
            &[(1, "unknown type `uint`"), (5, "unknown variable `w`")],
        ),
        (
            "int f(uint n) {\n  return m;\n}\nint main(void) {\n  f(2);\n  return k;\n}\n"
                .to_owned(),
            &[(1, "unknown type `uint`"), (6, "unknown variable `k`")],
        ),
        // The body of a loop or a branch whose head has a mistake.
        (
            main(
                "  for (int i = 0; i < n; i++) {\n    if (i == 1) break;\n    x = i;\n  }\n  while (m) {\n    continue;\n  }",
            ),
            &[
                (2, "unknown variable `n`"),
                (4, "unknown variable `x`"),
                (6, "unknown variable `m`"),
            ],
        ),
        (
            main("  if (n) {\n    a = 1;\n  } else {\n    b = 2;\n  }"),
            &[
                (2, "unknown variable `n`"),
                (3, "unknown variable `a`"),
                (5, "unknown variable `b`"),
            ],
        ),
        (
            main("  if (n) return 1; else return 2;\n  a[0] = 1;"),
            &[(2, "unknown variable `n`"), (3, "unknown variable `a`")],
        ),
        (
            main("  switch (n) {\n  case 1:\n    a = 1;\n    break;\n  default:\n    break;\n  }"),
            &[(2, "unknown variable `n`"), (4, "unknown variable `a`")],
        ),
        // The braces of an initializer are part of the statement.
        (
            main("  int a[2] = { n, { 1 } };\n  a[0] = m;"),
            &[(2, "unknown variable `n`"), (3, "unknown variable `m`")],
        ),
        // The declaration of a struct is not resumed within its braces.
        (
            "struct s {\n  int a\n  int b;\n};\nint main(void) {\n  return c;\n}\n".to_owned(),
            &[(2, "`;` is missing after `a`"), (6, "unknown variable `c`")],
        ),
        // Without its closing brace or parenthesis, the rest of a text is another program.
        (
            "int main(void) {\n  a = 1;\n  if (1) {\n    b = 2;\n}\n".to_owned(),
            &[(2, "unknown variable `a`"), (3, "this `{` is never closed")],
        ),
        (
            "int f(void) {\n  a = 1;\n}\n}\nint main(void) {\n  b = 2;\n}\n".to_owned(),
            &[(2, "unknown variable `a`"), (4, "`}` has no matching `{`")],
        ),
        (
            main("  putchar('a';\n  if (i == 0 {\n    b = 2;\n  }"),
            &[
                (2, "`)` is missing after the character"),
                (3, "unknown variable `i`"),
                (4, "unknown variable `b`"),
            ],
        ),
        (
            "int a = 3\nint main(void) {\n  return b;\n}\n".to_owned(),
            &[(1, "`;` is missing after `3`"), (3, "unknown variable `b`")],
        ),
        // Wrong tokens, and what follows from them.
        (
            main(
                "  int x = 5 @ 3;\n  int y = 09 + x;\n  char c = 'ab';\n  printf(\"%d, y);\n  return z;",
            ),
            &[
                (2, "unexpected character `@`"),
                (3, "`09` is not a number"),
                (
                    4,
                    "a character literal is one character between `'` and `'`",
                ),
                (5, "the string has no end: `\"` is missing"),
                (6, "unknown variable `z`"),
            ],
        ),
        (
            main("  puts(“a”);\n  int i = 3 – 2;\n  puts(\"\\q\");\n  i = '';\n  b = i;"),
            &[
                (2, "unexpected character `“`"),
                (3, "unexpected character `–`"),
                (4, "unknown escape sequence `\\q`"),
                (
                    5,
                    "a character literal is one character between `'` and `'`",
                ),
                (6, "unknown variable `b`"),
            ],
        ),
        (
            "@ int main(void) {\n  a = 1;\n}\n".to_owned(),
            &[(1, "unexpected character `@`"), (2, "unknown variable `a`")],
        ),
        (
            "int main(void) {\n  return 1 1;\n  if (1) {\n    /* never\n  }\n  return 0;\n}\n"
                .to_owned(),
            &[
                (2, "`;` is missing after `1`"),
                (4, "the comment has no end: `*/` is missing"),
            ],
        ),
        (
            "#include \"list.h\"\n#define N(a b) 1\n".to_owned()
                + &main("  add(N(2));\n  return 1 1;"),
            &[
                (1, "`#include \"list.h\"` is not supported"),
                (2, "`,` is missing between the parameters of the macro `N`"),
                (5, "`;` is missing after `1`"),
            ],
        ),
        (
            "#define N(a) a\n#ifdef X\n#endif\n".to_owned()
                + &main("  int i = N(1, 2);\n  i = 1 1;"),
            &[
                (2, "`#ifdef` is not supported"),
                (5, "the macro `N` has 1 argument, not 2"),
                (6, "`;` is missing after `1`"),
            ],
        ),
    ] {
        let wrong = super::super::compile(&text, &wide())
            .err()
            .unwrap_or_default();
        let found: Vec<(u32, &str)> = wrong
            .iter()
            .map(|one| (one.place.line, &*one.message))
            .collect();
        assert_eq!(found, messages, "{text}");
    }
}

#[test]
fn indices_with_a_comma() {
    let message = "`,` does not separate the indices of an array in C";
    check(
        "int a[8][8]; int main(void) { return a[1, 2]; }",
        (1, 43),
        message,
    );
    check("int f(int a[][8]) { return a[1, 2]; }", (1, 33), message);
    let text = "int a[8]; int main(void) { return a[1, 2]; }";
    assert!(compile(text, &wide()).is_ok());
}

#[test]
fn what_is_not_supported() {
    let body = |text: &str| format!("int main(void) {{ {text} }}");
    for (text, column, message) in [
        (
            "#include \"x.h\"\n".to_owned(),
            1,
            "`#include \"x.h\"` is not supported",
        ),
        (
            "#include \"../x\"\n".to_owned(),
            1,
            "`#include \"../x\"` is not supported",
        ),
        ("#if 1\n#endif\n".to_owned(), 1, "`#if` is not supported"),
        (
            "#define MAX(a, ...) a\n".to_owned(),
            16,
            "macros with a variable number of arguments are not supported",
        ),
        (
            "union u { int a; }; struct u v;".to_owned(),
            28,
            "the name is that of `union u`",
        ),
        (
            "struct s { int a; union { int b; float a; }; };".to_owned(),
            8,
            "the struct has two members `a`",
        ),
        (
            "union u { int a, a; };".to_owned(),
            18,
            "the union has two members `a`",
        ),
        (
            "struct s { int a : 3; };".to_owned(),
            18,
            "bit fields are not supported",
        ),
        (
            "int f(int n, ...) { return n; }".to_owned(),
            5,
            "`f` has a variable number of arguments, which is not supported",
        ),
        (
            body("int (*f)(int);"),
            22,
            "pointers to functions are not supported",
        ),
        (body("long double x;"), 18, "`long double` is not supported"),
        (
            body("int a[2] __attribute__((aligned(64)));"),
            22,
            "`aligned` is not supported for local variables",
        ),
        (
            "int a __attribute__((packed));".to_owned(),
            22,
            "the attribute `packed` is not supported",
        ),
        (
            "struct s { int x __attribute__((aligned(8))); };".to_owned(),
            16,
            "`aligned` is supported for variables only",
        ),
        (
            "typedef __attribute__((aligned(8))) int wide;".to_owned(),
            1,
            "`aligned` is supported for variables only",
        ),
        (
            "struct s { int x; } __attribute__((aligned(8)));".to_owned(),
            1,
            "`aligned` is supported for variables only",
        ),
        (
            "struct s { int n; char data[]; };".to_owned(),
            24,
            "flexible array members are not supported",
        ),
        (
            body("_Static_assert(1, \"x\");"),
            18,
            "static assertions are not supported",
        ),
        (body("typeof(1) x;"), 18, "`typeof` is not supported"),
        (body("int n = __LINE__;"), 26, "`__LINE__` is not supported"),
        (
            body("switch (1) { case 1 ... 4: ; }"),
            38,
            "ranges of values of `case` are not supported",
        ),
        (
            body("int g(int x) { return x; } g(2);"),
            22,
            "functions in functions are not supported",
        ),
        (
            body("int y = ({ int n = 3; n; });"),
            26,
            "statements in an expression are not supported",
        ),
        (body("x: ;"), 18, "labels and `goto` are not supported"),
        (
            body("int n = 3; int a[n];"),
            35,
            "the length of the array is not a constant",
        ),
        (
            body("int a[2] = { [2] = 3 };"),
            31,
            "`int[2]` has no such element or member",
        ),
    ] {
        let mistake = rejected(&text);
        assert_eq!(
            (mistake.position(&text), &*mistake.message),
            ((1, column), message),
            "{text}"
        );
        assert!(mistake.help.is_some() || column > 30, "{text}");
    }
}

#[test]
fn names_and_types() {
    let body = |text: &str| {
        format!(
            "int count;\nstruct s {{ int a; }} v, *p;\nint f(int x) {{ return x; }}\nint main(void) {{\n{text}\n}}"
        )
    };
    for (text, column, message) in [
        ("conut = 1;", 1, "unknown variable `conut`"),
        ("print(\"x\");", 1, "unknown function `print`"),
        (
            "int count; int count;",
            16,
            "`count` is already declared in this block",
        ),
        ("v.b = 1;", 3, "`struct s` has no member `b`"),
        ("p.a = 1;", 1, "`.` needs a struct, not `struct s *`"),
        ("f(1, 2);", 1, "`f` has 1 argument, not 2"),
        ("f();", 1, "`f` has 1 argument, not 0"),
        ("wait();", 1, "`wait` has 1 argument, not 0"),
        (
            "kill(f(1), 9);",
            1,
            "`kill` is a function of the C library or of Linux that programs do not have",
        ),
        (
            "pread(f(1), 0, 0, 0);",
            1,
            "`pread` is a function of the C library or of Linux that programs do not have",
        ),
        ("int x = __FUNC__;", 9, "unknown variable `__FUNC__`"),
        ("int *q = 5;", 10, "`int *` is expected here, not `int`"),
        ("v = 3;", 5, "`struct s` is expected here, not `int`"),
        ("3 = count;", 1, "this expression cannot be assigned to"),
        (
            "int a[2], b[2]; a = b;",
            17,
            "an array cannot be assigned to",
        ),
        (
            "int a[2] = { 1, 2, 3 };",
            12,
            "the list has more values than `int[2]`",
        ),
        (
            "char t[3] = \"long\";",
            13,
            "the string has 4 characters and does not fit `char[3]`",
        ),
        ("break;", 1, "`break` is outside a loop"),
        ("case 3: ;", 1, "`case` is outside `switch`"),
        (
            "switch (1) { case 2: case 2: ; }",
            22,
            "`switch` has this case twice",
        ),
        ("else ;", 1, "`else` has no matching `if`"),
        ("count % 1.5;", 1, "the operator needs integers"),
        (
            "*count = 1;",
            2,
            "`*` needs a pointer to an object, not `int`",
        ),
        (
            "count[0] = 1;",
            1,
            "`[` needs an array or a pointer, not `int`",
        ),
        ("int x = 08;", 9, "`08` is not a number"),
        (
            "int x = 'ab';",
            9,
            "a character literal is one character between `'` and `'`",
        ),
        ("count = ;", 8, "an expression is missing after `=`"),
        ("count = 3 $ 4;", 11, "unexpected character `$`"),
        (
            "static int x = f(1);",
            16,
            "the initial value of `x` is not a constant",
        ),
        ("int if = 3;", 5, "`if` is a keyword and cannot be a name"),
    ] {
        let text = body(text);
        let mistake = rejected(&text);
        assert_eq!(
            (mistake.position(&text), &*mistake.message),
            ((5, column), message),
            "{text}"
        );
    }
    assert_eq!(
        rejected("int count;\nint main(void) { conut = 1; }")
            .help
            .as_deref(),
        Some("did you mean `count`?")
    );
    check(
        "int a;\na = 3;\nvoid f(void) { }",
        (2, 1),
        "a declaration must begin with a type here",
    );
    check(
        "int f(int a); int f(char *a) { return 0; }",
        (1, 19),
        "`f` is declared elsewhere with other types",
    );
    check(
        "int f(int a); int main(void) { return f(1); }",
        (1, 39),
        "`f` has no body",
    );
    check(
        "/* open\nint main(void) { }",
        (1, 1),
        "the comment has no end: `*/` is missing",
    );
}

#[test]
fn settings_that_name_nothing() {
    let text = "#define N 4\nint a[N], b[N];\nint main(void) { return sizeof a / sizeof a[0]; }\n";
    let with = |define: &[(&str, &str)], at: &[(&str, u64)]| {
        let define = define
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let at = at
            .iter()
            .map(|(name, address)| ((*name).to_owned(), *address))
            .collect();
        compile(
            text,
            &Settings {
                define,
                at,
                ..wide()
            },
        )
    };
    let message = |result: Result<_, Mistake>| result.err().map(|mistake| mistake.message);
    assert_eq!(
        message(with(&[("M", "3")], &[])).as_deref(),
        Some("the program has no `#define M`")
    );
    let wrong = with(&[("N", "4 $")], &[]).expect_err("`$` is no token");
    assert_eq!(wrong.position(text), (1, 1));
    assert_eq!(
        message(with(&[], &[("c", 0)])).as_deref(),
        Some("the program has no global variable `c`")
    );
    assert_eq!(
        message(with(&[], &[("a", 0), ("b", 12)])).as_deref(),
        Some("`b` at 0xc overlaps `a`")
    );
    assert_eq!(
        message(with(&[], &[("a", (1 << 57) - 8)])).as_deref(),
        Some("`a` does not fit the memory at its address")
    );
    let program = with(&[("N", "60")], &[("a", 16)]).expect("the settings fit");
    assert_eq!(
        (
            program.objects[0].address,
            &program.objects[0].dimensions[..]
        ),
        (16, &[60][..])
    );
}

#[test]
fn texts_that_are_too_deep_or_too_long() {
    let deep = format!(
        "int main(void) {{ return {}1{}; }}",
        "(".repeat(20_000),
        ")".repeat(20_000)
    );
    assert_eq!(
        rejected(&deep).message,
        "the program has more than 200 nested levels here"
    );
    for (open, close) in [
        ("{", "}"),
        ("if (1) ", ";"),
        ("-", "1;"),
        ("!*&", "1;"),
        ("a[", ";"),
        ("1 ? ", ";"),
        ("1 ? 1 : ", "1;"),
        ("a = ", "1;"),
        ("int (", ");"),
        ("int *", "p;"),
    ] {
        let text = format!(
            "int main(void) {{ int a[2]; {}{close} }}",
            open.repeat(20_000)
        );
        rejected(&text);
    }
    // Structs in each other, in one declaration and in many.
    let inside = format!("int main(void) {{ {}", "struct {".repeat(25_000));
    assert_eq!(
        rejected(&inside).message,
        "the program has more than 200 nested levels here"
    );
    let wrap = |at| format!("struct s{} {{ struct s{at} x; }};\n", at + 1);
    let chain: String = (0..3_000).map(wrap).collect();
    assert_eq!(
        rejected(&format!("struct s0 {{ int a; }};\n{chain}")).message,
        "the type has more than 64 levels"
    );
    let sum = format!("int main(void) {{ return {}1; }}", "1 +".repeat(50_000));
    assert!(compile(&sum, &wide()).is_ok(), "constants are folded");
    let sum = format!(
        "int a; int main(void) {{ return {}1; }}",
        "a +".repeat(50_000)
    );
    assert_eq!(
        rejected(&sum).message,
        "the expression has more than 400 nested operators"
    );
    let chain: Vec<String> = (1..5000)
        .map(|at| format!("typedef t{} *t{at};", at - 1))
        .collect();
    let chain = chain.concat();
    assert_eq!(
        rejected(&("typedef int t0;".to_owned() + &chain)).message,
        "the type has more than 64 levels"
    );
    let bomb: Vec<String> = (1..40)
        .map(|at| format!("#define A{at} A{} A{}\n", at - 1, at - 1))
        .collect();
    let bomb = bomb.concat();
    assert_eq!(
        rejected(&(bomb + "int a = A39;")).message,
        "the program has too many tokens"
    );
    let long = "int a;\n".repeat(1_500_000);
    assert_eq!(
        rejected(&long).message,
        format!("the program has 10500000 bytes; the maximum is {MOST_TEXT}")
    );
}

/// No text makes the compiler panic, and each mistake is in the text.
#[test]
fn damaged_texts_have_a_mistake_or_none() {
    let text = include_str!("features.c");
    let mut random = pagewalk_engine::machine::random::SplitMix64::new(7);
    for _ in 0..1000 {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len() as u64) as usize;
            match random.below(4) {
                0 => drop(bytes.drain(at..bytes.len().min(at + 1 + random.below(8) as usize))),
                1 => bytes[at] = b"(){}[];,*&=+-<>?:'\"#\\0aZ \n"[random.below(26) as usize],
                2 => drop(bytes.splice(at..at, "é".bytes())),
                _ => bytes.insert(at, b"(){}[];,*&"[random.below(10) as usize]),
            }
        }
        let Ok(damaged) = String::from_utf8(bytes) else {
            continue;
        };
        if let Err(mistake) = compile(&damaged, &wide()) {
            let place = mistake.place;
            assert!(
                place.start <= place.end && place.end as usize <= damaged.len(),
                "{mistake:?}\n{damaged}"
            );
            assert!(
                damaged.is_char_boundary(place.start as usize)
                    && damaged.is_char_boundary(place.end as usize)
            );
        }
    }
}

#[test]
fn undefined_behavior_has_a_place() {
    let body = |text: &str| {
        format!(
            "#include <stdio.h>\nint a[4], b[2][3], zero, big = 2147483647;\nstruct s {{ int x; char c; }};\nint none(void) {{ }}\nint deep(int n) {{ return deep(n + 1) + 1; }}\nint main(void) {{\n{text}\nreturn 0; }}"
        )
    };
    for (text, column, message) in [
        (
            "a[4] = 1;",
            1,
            "the index 4 is out of bounds: the array has 4 elements",
        ),
        (
            "b[0][3] = 1;",
            1,
            "the index 3 is out of bounds: the array has 3 elements",
        ),
        (
            "int i = -1; a[i]++;",
            13,
            "the index -1 is out of bounds: the array has 4 elements",
        ),
        (
            "int *p = &a[4]; p = p - 1; *p = 1; p = 0; *p = 1;",
            43,
            "access through a null pointer",
        ),
        ("int n; return n;", 15, "the variable has no value yet"),
        (
            "int n; if (zero) n = 1; zero += n;",
            33,
            "the variable has no value yet",
        ),
        (
            "int n[2]; n[0] = 1; return n[1];",
            28,
            "the value at 0xbffffff4, in `n`, is uninitialized",
        ),
        ("return 5 / zero;", 8, "division by zero"),
        ("return 5 % zero;", 8, "division by zero"),
        (
            "big++;",
            1,
            "the result does not fit its type, which is undefined in C",
        ),
        (
            "return big + 1;",
            8,
            "the result does not fit its type, which is undefined in C",
        ),
        (
            "return -(-big - 1);",
            8,
            "the result does not fit its type, which is undefined in C",
        ),
        (
            "return (int) 1e20;",
            8,
            "the result does not fit its type, which is undefined in C",
        ),
        (
            "return 1 << 40;",
            8,
            "a shift by 40 is undefined for a type of 32 bits",
        ),
        (
            "return none();",
            5,
            "the function ends without `return`, and its result is used",
        ),
        (
            "return deep(0);",
            26,
            "the program reached the maximum depth of nested calls",
        ),
        (
            "char *s = \"abc\"; s[0] = 'x';",
            18,
            "a string literal cannot be changed",
        ),
        (
            "int *p = malloc(8); p[2] = 1;",
            21,
            "access to byte 8, after the end of a block of 8 bytes from `malloc`",
        ),
        (
            "char *p = malloc(5); strcpy(p, \"hello\");",
            22,
            "access to byte 5, after the end of a block of 5 bytes from `malloc`",
        ),
        (
            "int n[2]; n[0] = 1; return *(n - 1);",
            28,
            "access to 0xbfffffec, before the start of `n`",
        ),
        (
            "int *p = malloc(8); int *q = malloc(8); free(q); *q = 1;",
            50,
            "access to memory that the program has freed",
        ),
        (
            "int *p = malloc(8); free(p); *p = 1;",
            30,
            "access to memory that the program has freed",
        ),
        (
            "int *p = malloc(8); free(p); free(p);",
            30,
            "`free` of a block that the program has freed before",
        ),
        (
            "int *p = malloc(8); free(p + 1);",
            21,
            "`free` of 0x10000014, which is no block of `malloc` in use",
        ),
        (
            "char *s = \"abc\"; strcat(s, \"d\");",
            18,
            "a string literal cannot be changed",
        ),
        (
            "char t[4]; t[0] = 'a'; t[1] = 'b'; return strlen(t);",
            43,
            "the string has no final `\\0`: its byte at index 2 is uninitialized",
        ),
        (
            "char t[4]; t[0] = 'a'; puts(t);",
            24,
            "the string has no final `\\0`: its byte at index 1 is uninitialized",
        ),
        (
            "int *p = malloc(8); return *p;",
            28,
            "the value at 0x10000010 is uninitialized",
        ),
        (
            "printf(\"%d %d\", 1);",
            1,
            "`printf` has no argument for the `%d` in its format",
        ),
        (
            "printf(\"%q\", 1);",
            1,
            "`printf` does not support the conversion `%q`",
        ),
        (
            "memcpy(a, &a[1], 8);",
            1,
            "the source and the destination overlap: the copy has 8 bytes, and their addresses differ by 4",
        ),
        (
            "for (;;) ;",
            10,
            "the program reached the maximum number of operations",
        ),
        (
            "for (;;) puts(\"x\");",
            10,
            "the program reached the maximum length of the output",
        ),
    ] {
        let text = body(text);
        let mistake = run_text(&text).expect_err(&text);
        let line = match message {
            "the program reached the maximum depth of nested calls" => 5,
            "the function ends without `return`, and its result is used" => 4,
            _ => 7,
        };
        assert_eq!(
            (mistake.position(&text), &*mistake.message),
            ((line, column), message),
            "{text}"
        );
    }
}

#[test]
fn values_of_printf_have_the_types_of_its_conversions() {
    let body = |call: &str| format!("int main(void) {{ char *s = \"x\"; {call}; return 0; }}");
    for (call, message) in [
        (
            "printf(\"%5.1d\", 1.5)",
            "`%d` cannot print a value of the type `double`",
        ),
        (
            "printf(\"%%%d %f\", 1, 2)",
            "`%f` cannot print a value of the type `int`",
        ),
        (
            "fprintf(stdout, \"%*d %s\", 3, 1, 2)",
            "`%s` cannot print a value of the type `int`",
        ),
    ] {
        assert_eq!(rejected(&body(call)).message, message);
    }
    let mistake = rejected(&body("char c = 'x'; printf(\"%s\", c)"));
    assert_eq!(
        (&*mistake.message, mistake.help.as_deref()),
        (
            "`%s` cannot print a value of the type `int`",
            Some("write `%d`")
        )
    );
    for call in [
        "printf(\"%ld %c %x %%\", 1l, 'a', s)",
        "printf(\"%-*.*f|%s\", 5, 2, 1.5f, s)",
        "printf(s, 1.5)",
    ] {
        assert!(compile(&body(call), &wide()).is_ok(), "{call}");
    }
}

#[test]
fn constants_cannot_be_assigned_to() {
    for (declaration, change, is_wrong) in [
        ("const int c = 1", "c = 2", true),
        ("int const c = 1, d = 2", "d++", true),
        ("const int c[2] = { 1 }", "c[1] = 2", true),
        ("int *const p = 0", "p += 1", true),
        ("const int *p = 0", "p++", false),
        ("const int c = (int) 1; int d", "d = c", false),
    ] {
        for text in [
            format!("int main(void) {{ {declaration}; {change}; return 0; }}"),
            format!("{declaration}; int main(void) {{ {change}; return 0; }}"),
        ] {
            let mistake = compile(&text, &wide()).err();
            let found = mistake
                .is_some_and(|one| one.message.ends_with("is `const` and cannot be changed"));
            assert_eq!(found, is_wrong, "{text}");
        }
    }
}

#[test]
fn habits_of_other_languages_get_help() {
    let body =
        |text: &str| format!("struct s {{ int a; }};\nint main(void) {{ {text} return 0; }}");
    for (text, message, help) in [
        (
            "for (int i = 0, i < 4, i++) ;",
            "`;` is missing before `i`",
            "parts of a `for`",
        ),
        ("string t = \"a\";", "unknown type `string`", "`char *`"),
        ("s v;", "unknown type `s`", "`struct s`"),
        ("cout << 1;", "`cout` is not part of C", "`printf`"),
        (
            "if (getpid() = 0) return 1;",
            "this expression cannot be assigned to",
            "`==`",
        ),
        (
            "printf('abc');",
            "a character literal is one character between `'` and `'`",
            "`\"`",
        ),
    ] {
        let mistake = rejected(&body(text));
        assert_eq!(mistake.message, message, "{text}");
        assert!(mistake.help.unwrap_or_default().contains(help), "{text}");
    }
    let open = rejected("struct s { int a; }\nint main(void) { return 0; }");
    assert_eq!(open.message, "`;` is missing after `}`");
    assert!(open.help.unwrap_or_default().contains("ends with `;`"));
}

/// The help names what the program most likely means.
#[test]
fn slips_get_the_right_word() {
    let before = "struct node { struct node *nxt; } v, w;\nint *p, x, t[4];\nchar s[4];\nvoid none(void) { }\nint twice(int n) { return 2 * n; }\nint first(int *of) { return *of; }\n";
    let body = |text: &str| format!("{before}int main(void) {{ {text} return 0; }}");
    for (text, message, help) in [
        (
            body("retrun 0;"),
            "unknown variable `retrun`",
            "did you mean `return`?",
        ),
        (
            body("retrun x;"),
            "unknown type `retrun`",
            "did you mean `return`?",
        ),
        (
            body("whlie (x) { x--; }"),
            "unknown function `whlie`",
            "did you mean `while`?",
        ),
        (
            "Int main(void) { return 0; }".to_owned(),
            "unknown type `Int`",
            "did you mean `int`?",
        ),
        (
            body("size_T n;"),
            "unknown type `size_T`",
            "did you mean `size_t`?",
        ),
        (
            body("if (x) then x = 2;"),
            "unknown type `then`",
            "remove it",
        ),
        (
            "#inlcude <stdio.h>\n".to_owned() + before,
            "unknown directive `#inlcude`",
            "did you mean `#include`?",
        ),
        (
            body("v.next = 0;"),
            "`struct node` has no member `next`",
            "did you mean `nxt`?",
        ),
        (
            body("struct nod k;"),
            "the program does not declare the members of `struct nod`",
            "did you mean `struct node`?",
        ),
        (
            "struct s { struct s next; };".to_owned(),
            "`struct s` cannot contain itself",
            "write a pointer: `struct s *next`",
        ),
        (
            body("if (v == w) return 1;"),
            "structs cannot be compared",
            "compare their members",
        ),
        (
            body("s = \"abc\";"),
            "an array cannot be assigned to",
            "copy the elements: call `strcpy` for a string, and `memcpy` for other arrays",
        ),
        (
            body("x = none();"),
            "`int` is expected here, not `void`",
            "the function returns no value",
        ),
        (
            body("return p;"),
            "`int` is expected here, not `int *`",
            "for the value that the pointer points to, write `*` before it",
        ),
        (
            body("twice(&x);"),
            "`int` is expected here, not `int *`",
            "use the value without `&`, or change the type `int` to `int *`",
        ),
        (
            body("first(x);"),
            "`int *` is expected here, not `int`",
            "for the address, write `&` before it",
        ),
        (
            body("first(3);"),
            "`int *` is expected here, not `int`",
            "if you mean it, write the cast `(int *)`",
        ),
    ] {
        let mistake = rejected(&text);
        assert_eq!(
            (&*mistake.message, mistake.help.as_deref()),
            (message, Some(help)),
            "{text}"
        );
    }
    // The name of a function that the program lacks is no misspelled keyword.
    let lacking = rejected(&body("foo(3);")).help.unwrap_or_default();
    assert!(lacking.starts_with("declare the function"), "{lacking}");
    check(
        &body("int q[3] = { 1 2, 3 };"),
        (7, 32),
        "`,` is missing after `1`",
    );
}

/// A literal in the other quotes is replaced, and the help never suggests the same name.
#[test]
fn quotes_scopes_and_lengths() {
    for (text, message, help) in [
        (
            "char c = \"a\";",
            "`char` is expected here, not `char *`",
            "did you mean `'a'`?",
        ),
        (
            "char c = \"\\n\";",
            "`char` is expected here, not `char *`",
            "did you mean `'\\n'`?",
        ),
        (
            "char *s = 'a';",
            "`char *` is expected here, not `int`",
            "did you mean `\"a\"`?",
        ),
        (
            "for (int i = 0; i < 3; i++); { putchar(i); }",
            "unknown variable `i`",
            "remove the `;` after `)`, which ends the loop of `i`",
        ),
        (
            "for (int i = 0; i < 3; i++) { } putchar(i);",
            "unknown variable `i`",
            "the scope of `i` has ended: declare it before the block or the loop",
        ),
        (
            "int b[M];",
            "unknown variable `M`",
            "add `#define M 64` above, with its value",
        ),
        (
            "s += 3;",
            "unknown variable `s`",
            "declare it with its type and its first value, such as `int s = 0;`",
        ),
        (
            "Printf(\"a\");",
            "unknown function `Printf`",
            "did you mean `printf`?",
        ),
        (
            "char s[4]; gets(s);",
            "`gets` is a function of the C library or of Linux that programs do not have",
            "leave the call out, because programs have no input; a variable can get its value in the text",
        ),
    ] {
        let mistake = rejected(&format!("int main(void) {{ {text} return 0; }}"));
        let found = (&*mistake.message, mistake.help.as_deref());
        assert_eq!(found, (message, Some(help)), "{text}");
    }
    compile(
        "int main(void) { int *p = Malloc(4); Free(p); return Fork(); }",
        &wide(),
    )
    .expect("wrappers of csapp.h");
}

/// The lines of a text in a script are not those of the script, so a place of its own says where a brace is.
#[test]
fn other_places_of_a_mistake() {
    let open = rejected("int main(void) {\nreturn 0;\n");
    let (place, what) = *open.related.expect("the open brace");
    assert_eq!((place.line, what), (1, "this `{` is still open"));
    let doubted = rejected("#define N = 8\nint main(void) { return N; }");
    assert_eq!(
        doubted.help.as_deref(),
        Some("remove the `=` from `#define N`")
    );
    assert_eq!(doubted.related.map(|related| related.0.line), Some(1));
}

/// The mistake of a macro is reported where it is used, and its help names the macro.
#[test]
fn a_wrong_macro_is_named_at_its_use() {
    for (define, body, message, help) in [
        (
            "#define N 10;",
            "int a[N];",
            "`]` is missing after `10`",
            "remove the `;` from `#define N`",
        ),
        (
            "#define N 10;",
            "for (int i = 0; i < N; i++) ;",
            "an expression is missing after `;`",
            "remove the `;` from `#define N`",
        ),
        (
            "#define N = 10",
            "int a[N];",
            "an expression is missing after `[`",
            "remove the `=` from `#define N`",
        ),
        (
            "#define SQ (x) ((x) * (x))",
            "return SQ(3);",
            "unknown variable `x`",
            "remove the blank before `(` from `#define SQ (`",
        ),
    ] {
        let text = format!("\n{define}\nint main(void) {{ {body} return 0; }}");
        let mistake = rejected(&text);
        assert_eq!(
            (
                mistake.place.line,
                &*mistake.message,
                mistake.help.as_deref()
            ),
            (3, message, Some(help)),
            "{text}"
        );
    }
    for text in [
        "#define N 1;\nint main(void) { return N }",
        // All tokens of a macro have one place, so a cast there looks like a promotion.
        "#include <stdio.h>\n#define D ((double) n)\nint main(void) { int n = 3; printf(\"%f\", D); return 0; }",
        "int main(void) { int alignof = 3, typeof = 4; return alignof + typeof; }",
    ] {
        assert!(compile(text, &wide()).is_ok(), "{text}");
    }
    // A statement ends with `;` on purpose, and `#undef` needs a name.
    for (text, help) in [
        (
            "#include <stdio.h>\n#define SHOW printf(\"%d\", cuont);\nint main(void) { int count = 3; SHOW return 0; }",
            Some("did you mean `count`?"),
        ),
        (
            "#define STEP p->nxt = 0;\nstruct s { int next; } v, *p = &v;\nint main(void) { STEP return 0; }",
            Some("did you mean `next`?"),
        ),
        (
            "#define CALL (f)(3)\nint f(int a) { return a; }\nint main(void) { return CALL; }",
            None,
        ),
        ("#undef\nint main(void) { return 0; }", None),
        (
            "int main(void) { int a[3]; int x = a; return x; }",
            Some("for an element, write its index in brackets"),
        ),
    ] {
        assert_eq!(rejected(text).help.as_deref(), help, "{text}");
    }
}

#[test]
fn what_a_program_probably_does_not_mean_is_a_warning() {
    for (body, expected) in [
        (
            "if (x = 5) return 1;",
            Some((5, "this condition is an assignment, and always true")),
        ),
        (
            "while (x = 0) ;",
            Some((8, "this condition is an assignment, and always false")),
        ),
        ("if (x && (x = 0)) ;", None),
        ("if ((x = 5)) return 1;", None),
        ("if (x = getpid()) return 1;", None),
        ("if (x == 5) return 1;", None),
        ("\n#define SET (x = 1)\nif (SET) return 1;", None),
        (
            "printf(\"%d %%\", 1, x);",
            Some((
                20,
                "the format has no conversion for this value, so it is not printed",
            )),
        ),
        ("printf(\"%*d %s\", 1, x, \"a\");", None),
        (
            "printf(\"%s %05d\", \"a\", 1L);",
            Some((
                24,
                "on a 64-bit machine, `%d` prints 4 bytes, and a value of the type `long` has 8",
            )),
        ),
        (
            "printf(\"%zu\", x);",
            Some((
                15,
                "on a 64-bit machine, `%zu` prints 8 bytes, and a value of the type `int` has 4",
            )),
        ),
        (
            "printf(\"%x\", &x);",
            Some((
                14,
                "on a 64-bit machine, `%x` prints 4 bytes, and a value of the type `int *` has 8",
            )),
        ),
        (
            "printf(\"%p\", x);",
            Some((
                14,
                "on a 64-bit machine, `%p` prints 8 bytes, and a value of the type `int` has 4",
            )),
        ),
        (
            "printf(\"%ld %hhd %lx %p %c %lu\", 1L, (char)1, &x, &x, 'a', sizeof x);",
            None,
        ),
    ] {
        let text = format!("int x;\nint main(void) {{\n{body}\nreturn 0; }}");
        let warnings = super::super::warnings(&text, &wide());
        let found = warnings
            .iter()
            .map(|one| (one.position(&text).1, &*one.message));
        assert_eq!(
            found.collect::<Vec<_>>(),
            Vec::from_iter(expected),
            "{body}"
        );
        assert!(compile(&text, &wide()).is_ok());
    }
}

#[test]
fn declarations_in_a_block_belong_to_the_file() {
    check(
        "int main(void) { extern int later; return later; }",
        (1, 29),
        "`later` is not declared outside the functions",
    );
    check(
        "int main(void) { int f; int f(int); return 0; }\nint f(int a) { return a; }",
        (1, 29),
        "`f` is already declared in this block",
    );
    check(
        "int main(void) { char *f(int); return 0; }\nint f(int a) { return a; }",
        (1, 24),
        "`f` is declared elsewhere with other types",
    );
}

#[test]
fn a_full_stack_is_reported_at_the_first_function() {
    let text = "\nint main(void) {\n  int a[4 << 20];\n  a[0] = 1;\n  return a[0]; }";
    let mistake = run_text(text).expect_err("the stack has 8 MB");
    assert_eq!(
        (mistake.position(text), &*mistake.message),
        ((3, 7), "the stack is full")
    );
}

#[test]
fn a_length_that_is_no_constant_gets_help() {
    let mistake = rejected("int main(void) { const int n = 4; int b[n]; return 0; }");
    let help = mistake.help.unwrap_or_default();
    assert!(
        help.contains("`#define`") && help.contains("`enum`"),
        "{help}"
    );
    let mistake = rejected("int i;\nfor (i = 0; i < 3; i++) ;\nvoid f(void) { }\n");
    assert!(mistake.help.unwrap_or_default().contains("int main(void)"));
    let mistake = rejected("int main(void) { \u{e9}; }");
    assert_eq!(mistake.message, "unexpected character `\u{e9}`");
}
