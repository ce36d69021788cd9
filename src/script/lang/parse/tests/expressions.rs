//! Numbers, strings, and operators.

use super::*;

/// Checks lines `expression -> meaning`.
fn values(lines: &str) {
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let (text, meaning) = line.split_once(" -> ").expect("`text -> meaning`");
        let script = format!("let x = {}", text.trim());
        assert_eq!(
            tree(&script),
            format!("let x = {}", meaning.trim()),
            "for {text:?}"
        );
    }
}

#[test]
fn numbers() {
    values(
        r"
20                    ->  20
0x14                  ->  20
0b1_0100              ->  20
0_1_0                 ->  10
010                   ->  10
0.96                  ->  0.96
96%                   ->  0.96
96 % 7                ->  (96 % 7)
96%7                  ->  (96 % 7)
96%x                  ->  (96 % x)
96%(7)                ->  (96 % 7)
96% + 1               ->  (0.96 + 1)
x%4                   ->  (x % 4)
18446744073709551615  ->  18446744073709551615
-9223372036854775808  ->  (-9223372036854775808)
1..4                  ->  (1..4)
0x1B                  ->  27
",
    );
}

#[test]
fn units() {
    values(
        r"
8 KB         ->  8192
8KB          ->  8192
8KiB         ->  8192
2 MB         ->  2097152
1 GB         ->  1073741824
1 TB         ->  1099511627776
1 PB         ->  1125899906842624
1 EB         ->  1152921504606846976
512 B        ->  512
512B         ->  512
0x10 KB      ->  16384
1.5 KB       ->  1536
10 ns        ->  10
2 us         ->  2000
3ms          ->  3000000
1 s          ->  1000000000
48 bits      ->  48
1 bit        ->  1
3 entries    ->  3
4 cycles + 1 ->  (4 + 1)
8 KB / 4     ->  (8192 / 4)
",
    );
}

#[test]
fn words_and_minus() {
    values(
        r"
a-b        ->  a-b
a - b      ->  (a - b)
a-1        ->  (a - 1)
a -b       ->  (a - b)
a-b-1      ->  (a-b - 1)
copy-on-write  ->  copy-on-write
_x9        ->  _x9
1-a        ->  (1 - a)
0xA-b      ->  (10 - b)
PROT_READ|PROT_WRITE  ->  (PROT_READ | PROT_WRITE)
",
    );
}

#[test]
fn operator_precedence_matches_the_documentation() {
    values(
        r"
a + b * c          ->  (a + (b * c))
a - b - c          ->  ((a - b) - c)
a * b / c // d % e ->  ((((a * b) / c) // d) % e)
a << b + c         ->  (a << (b + c))
a & b << c         ->  (a & (b << c))
a ^ b & c          ->  (a ^ (b & c))
a | b ^ c          ->  (a | (b ^ c))
a..b | c           ->  (a..(b | c))
a..=b+1            ->  (a..=(b + 1))
x in a..b          ->  (x in (a..b))
a < b and c >= d   ->  ((a < b) and (c >= d))
not a == b         ->  (!(a == b))
not a and b        ->  ((!a) and b)
a or b and c       ->  (a or (b and c))
a or not b or c    ->  ((a or (!b)) or c)
-x * y             ->  ((-x) * y)
~x & !y            ->  ((~x) & (!y))
-~x                ->  (-(~x))
- 3 .. -1          ->  ((-3)..(-1))
a != b == c        ->  ((a != b) == c)
2 * (a + b)        ->  (2 * (a + b))
a == not b         ->  (a == (!b))
true and false     ->  (true and false)
",
    );
}

#[test]
fn touching_tokens_belong_together() {
    values(
        r#"
f(x)               ->  f(x)
f(x, y,)           ->  f(x, y)
f()                ->  f()
xs[i]              ->  xs[i]
xs[i + 1][0]       ->  xs[(i + 1)][0]
fstat(fd).st_size  ->  fstat(fd).st_size
P1.page_table.bytes  ->  P1.page_table.bytes
[1, 2, 3][i]       ->  [1, 2, 3][i]
(a).b              ->  a.b
[]                 ->  []
[a, 0..4, "x"]     ->  [a, (0..4), "x"]
f(g(x)[1].y)       ->  f(g(x)[1].y)
"#,
    );
    assert_eq!(tree("show f (x)"), "show f x");
    assert_eq!(tree("show xs [1]"), "show xs [1]");
}

#[test]
fn strings_and_bytes() {
    values(
        r#"
"a b"              ->  "a b"
""                 ->  ""
"\"\\'\n\t\x41\101\u00e9"  ->  "\"\\'\n\tAAé"
"é # ; {"          ->  "é # ; {"
'h'                ->  104
'\n'               ->  10
'\''               ->  39
'\xff'             ->  255
'\0'               ->  0
'"'                ->  34
"\xc3\xa9"         ->  "é"
"#,
    );
}

#[test]
fn prose() {
    values(
        r#"
"""plain"""              ->  "plain"
"""x = {hex(x)}, {y}"""  ->  "x = <hex(x)>, <y>"
"""{{x}} "q" # ; 'c"""   ->  "{x} \"q\" # ; 'c"
"""{f("}", 1)}"""        ->  "<f(\"}\", 1)>"
"#,
    );
    assert_eq!(
        tree("let x = \"\"\"a\n\n# b\n{c +\nd}\n\"\"\"\nread 1"),
        "let x = \"a\\n\\n# b\\n<(c + d)>\\n\" ; read 1"
    );
}
