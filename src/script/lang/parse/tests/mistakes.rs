//! Diagnostics for invalid lines: the code, the exact position, the message, and the help.

use super::*;

/// Checks lines of the form `text -> mistake`, each as a separate script with only this error.
fn each_is(lines: &str) {
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let (text, mistake) = line.split_once(" -> ").expect("`text -> mistake`");
        let text = text.trim().replace('⏎', "\n");
        assert_eq!(mistakes(&text), [mistake.trim()], "for {text:?}");
    }
}

#[test]
fn equals_signs() {
    each_is(
        r#"
x = 3                     -> syntax at "x": `x` is assigned without `let` (write `let x = …`)
let x == 3                -> syntax at "==": `==` compares (`let` assigns a value with `=`)
expect a = b              -> syntax at "=": `=` compares nothing (to compare, write `==`)
set cr3 == 3              -> syntax at "cr3 == 3": `==` compares (`set` assigns a value with `=`)
if x = 3 { read 1 }       -> syntax at "=": `=` assigns a value, but nothing here can be assigned (to compare, write `==`)
choose x in 0..4 where x = 3 -> syntax at "=": `=` assigns a value, but nothing here can be assigned (to compare, write `==`)
read 1 => vpn = 3         -> syntax at "=": write a fact's value after its name (write `vpn 3`)
machine { ways = 4 }      -> syntax at "=": write a setting's value after its name (write `ways 4`)
machine { bits 9, 9 }     -> syntax at "9": a setting must begin with a word, not with `9` (a setting is a name and its values, with spaces between them, as in `page 64 B`)
machine { ways: 4 }       -> syntax at ":": write a setting's value after its name (write `ways 4`)
x += 3                    -> syntax at "+=": `+=` is not an operator (write `let x = x + …`)
x++                       -> syntax at "++": `++` is not an operator (write `let x = x + 1`)
"#,
    );
}

#[test]
fn operators_of_other_languages() {
    each_is(
        r#"
let x = a && b            -> syntax at "&&": `&&` is not an operator (write `and`)
let x = a || b            -> syntax at "||": `||` is not an operator (write `or`)
let x = c ? 1 : 2         -> syntax at "?": there is no `?:` (write `if CONDITION { … } else { … }` around the statement)
let x = a <> b            -> syntax at "<>": `<>` is not an operator (write `!=`)
show a not in b           -> syntax at "in": `not` must come before the condition that it negates (write `not (a in b)`; of a fact, `va not 3`)
choose d in xs where d not in [1] and d > 0 -> syntax at "not": `not` must come before the condition that it negates (write `not (d in [1])`; of a fact, `va not 3`)
read 1 → ppn 3            -> syntax at "→": the language has no arrow `→` (facts must follow `=>`)
show “hello”              -> syntax at "“": these quotes are typographic (write straight quotes, "…")
show a – b                -> syntax at "–": this dash is not a minus sign (write `-`; only a table cell can contain a dash)
// a comment              -> syntax at "//": this does not begin a comment (a comment begins with `#`)
read 4 // load it, then   -> syntax at ",": `,` does not belong here (`//` divides; a comment begins with `#`)
"#,
    );
    assert_eq!(
        mistakes("read 1 -> ppn 3"),
        ["syntax at \"->\": the language has no arrow `->` (facts must follow `=>`)"]
    );
}

#[test]
fn numbers() {
    each_is(
        r#"
read 1 => ppn 0D          -> bad-number at "0D": `0D` is not a number (write `0x0D`)
read 1 => ppn 1F          -> bad-number at "1F": `1F` is not a number (write `0x1F`)
read 1 => byte 0B         -> bad-number at "0B": `0B` is not a number (write `0x0B`)
read 1 => byte 36B        -> bad-number at "36B": `36B` is not a number (write `0x36B`)
read 1 => byte 0B1        -> bad-number at "0B1": `0B1` is not a number (write `0x0B1`)
read 3D                   -> bad-number at "3D": `3D` is not a number (write `0x3D`)
read 0x                   -> bad-number at "0x": `0x` is not a number (write a number as 20, 0x14, 0b1_0100, 0.96, or 96%, a size as 8 KB, and a time as 10 ns)
exam { date 01.03.2026 }  -> bad-number at "01.03.2026": `01.03.2026` is not a number (write `"01.03.2026"`)
read 0b12                 -> bad-number at "0b12": `0b12` is not a number (write a number as 20, 0x14, 0b1_0100, 0.96, or 96%, a size as 8 KB, and a time as 10 ns)
read 12xyz                -> bad-number at "12xyz": `12xyz` is not a number (write a number as 20, 0x14, 0b1_0100, 0.96, or 96%, a size as 8 KB, and a time as 10 ns)
read 1.5.2                -> bad-number at "1.5.2": `1.5.2` is not a number (write a number as 20, 0x14, 0b1_0100, 0.96, or 96%, a size as 8 KB, and a time as 10 ns)
read 18446744073709551616 -> overflow at "18446744073709551616": `18446744073709551616` is outside the range of numbers (integers must lie between -2^63 and 2^64 - 1)
read 16 EB                -> overflow at "16 EB": `16 EB` is outside the range of numbers (integers must lie between -2^63 and 2^64 - 1)
"#,
    );
    assert_eq!(
        tree("read 1 => size 8 B, byte 0x0B"),
        "read 1 => size 8, byte 11"
    );
}

#[test]
fn names() {
    each_is(
        r#"
let größe = 3             -> syntax at "ö": a name cannot contain `ö` (names can contain only the letters a to z and A to Z, digits, and `_`)
let in = 3                -> syntax at "in": `in` is a reserved word, not a name (choose another name)
read @                    -> syntax at "@": the character `@` has no meaning here
"#,
    );
}

#[test]
fn facts() {
    each_is(
        r#"
read 1 => vpn 3 ppn 4     -> syntax at "ppn": a comma is missing between two facts (write `vpn 3, ppn …`)
read 1 =>                 -> syntax at "": the line ends too early: the name of a fact is missing
read 1 =>⏎let x = 2       -> syntax at "=>": the line ends too early: the name of a fact is missing (remove it)
read 1 => 3               -> syntax at "3": the name of the fact is missing before this value (a fact is a name and a value: `vpn 0x0F`)
read 1 => tlb miss and page fault -> syntax at "fault": facts are separated by commas (write `tlb miss, page fault …`)
read 1 => (vpn 3)         -> syntax at "(": facts are not enclosed in parentheses (`STATEMENT => FACT, FACT`)
for x in y { z } => vpn 3 -> syntax at "=>": facts are not allowed here (facts must follow a statement in the block)
machine { ways 4 => a 3 } -> syntax at "=>": a setting has no facts (`STATEMENT => FACT, FACT`)
choose x in y where read x -> syntax at "read x": an operation without an expected result is not a condition (add the expected result: `where read x => tlb miss`)
"#,
    );
}

#[test]
fn shapes() {
    each_is(
        r#"
else { read 1 }           -> syntax at "else": this `else` follows no `if` (`if CONDITION { … } else { … }`)
| a | b |                 -> syntax at "|": a row of a table belongs in a block (put the rows of a table in the braces of a statement, as in `set page_table { … }`)
process P⏎| start end |⏎| 0 1000 | -> syntax at "|": a row of a table belongs in a block (put the rows in braces: `process P { … }`)
set tlb⏎| a b |⏎| 0 1 | -> syntax at "|": a row of a table belongs in a block (put the rows in braces: `set tlb { … }`)
let x 3                   -> syntax at "3": `3` does not belong here: `=` is missing (write the statement as `let NAME = VALUE`)
let x =                   -> syntax at "": the line ends too early: a value is missing
let x = 1 2               -> syntax at "2": `2` does not belong here
let x = 1 read 2          -> syntax at "read": a second statement begins here (put a line break or `;` before the second statement)
let x = 1,000             -> syntax at ",": a number cannot contain commas (remove `,`)
let x = {1, 2}            -> syntax at "{": a list must be in square brackets (write `[1, 2]`)
let x = {"a": 1}          -> syntax at "{": the language has no dictionaries (use a list, or give each value a name: `let hit = 4; let miss = 100`)
expect va[13:6] == 0xF    -> syntax at ":": the language has no slices and no ranges of bits (write `(va >> 6 & 0xFF)`)
let x = xs[1:3]           -> syntax at ":": the language has no slices and no ranges of bits (write `[xs[1], xs[2]]`)
let x = xs[0:4000000000]  -> syntax at ":": the language has no slices and no ranges of bits (the bits H to L of a number are `va >> L & (1 << H - L + 1) - 1`)
xs.sort(1)                -> syntax at ".": the language has no methods; a statement must begin with a verb (`pagewalk reference statements` lists the statements)
ask n in [1] { n * n }     -> syntax at "{": `{` does not belong here
let x = 7 mod 2           -> syntax at "mod": `mod` is not an operator (write `%`)
for x in 0..4 read x      -> syntax at "read": the body of a `for` must be a block in braces (write `{ read x }`)
if a: read 1              -> syntax at ":": a block must be enclosed in braces, without a `:` (replace the `:` and the text after it with `{ … }`)
if a { b } elif c { d }   -> syntax at "elif": `elif` must be `else if` (write `else if`)
repeat 2 { b } else { d } -> syntax at "else": this `else` follows no `if` (`if CONDITION { … } else { … }`)
x == 3                    -> syntax at "==": `==` compares, but nothing uses the result here (`expect CONDITION` checks a condition)
for x 0..4 { read x }     -> syntax at "0": `0` does not belong here: `in` is missing (write the statement as `for NAME in RANGE { … }`)
if { read 1 }             -> syntax at "{": `{` does not belong here: a value is missing (write the statement as `if CONDITION { … } else { … }`)
def f { read 1 }          -> syntax at "{": `{` does not belong here: a list of parameters in `( )` is missing (write the statement as `def NAME(A, B) { … }`)
scenario { read 1 }       -> syntax at "{": `{` does not belong here: a string in double quotes is missing (write the statement as `scenario "name" { … }`)
include other             -> syntax at "other": `other` does not belong here: a string in double quotes is missing (write the statement as `include "other.pw"`)
include lib/m.pw          -> syntax at "lib": `lib` does not belong here: a string in double quotes is missing (write the statement as `include "lib/m.pw"`)
scenario apart { read 1 } -> syntax at "apart": `apart` does not belong here: a string in double quotes is missing (write the statement as `scenario "apart" { … }`)
reference { frames 3 }    -> syntax at "{": `{` does not belong here: a page or a string in double quotes is missing (write the statement as `reference 7 0 1 2 { frames 3, replacement lru }`)
read x where y            -> syntax at "where": `where` belongs to `choose` (`choose NAME in RANGE where CONDITION`)
f(1,,2)                   -> syntax at ",": `,` does not belong here: a value is missing
x + 1                     -> syntax at "+": a statement must begin with a verb (to see a value, write `show x + 1`)
tlb.hits                  -> syntax at ".": a statement must begin with a verb (to see a value, write `show tlb.hits`)
3 + 4                     -> syntax at "3": a statement must begin with a word, not with `3`
12: read 0x10             -> syntax at "12": a statement must begin with a word, not with `12` (remove the number of the line)
if a { b } read 2         -> syntax at "read": the preceding statement ends with its `}` (the next statement must begin on a separate line or after `;`)
P1: P2: read 4            -> syntax at ":": `:` does not belong here (`NAME: STATEMENT` must be at the start of a line and contain only one name)
P1:                       -> syntax at "": the line ends too early: a statement is missing (`NAME: STATEMENT` runs the statement in process NAME)
"#,
    );
}

#[test]
fn strings() {
    each_is(
        r#"
let x = "a\qb"            -> syntax at "\\q": `\q` is not an escape sequence (use a C escape sequence (\n \t \r \0 \\ \" \' \x41 \101), or write \\ for a backslash)
let x = 'ab'              -> syntax at "'ab'": '…' must contain one byte, not 2 (a string must be in double quotes)
let x = ''                -> syntax at "''": '…' must contain one byte, but these quotes are empty
scenario "\xff" { }       -> syntax at "\"\\xff\"": byte 0 of this string is not valid UTF-8 (names and labels must be UTF-8; other strings can contain any bytes)
file "f = "hello"         -> unclosed at "\"": this string is never closed (a string must end on the line where it begins; enclose multiline text in `"""`)
let x = "abc              -> unclosed at "\"": this string is never closed (a string must end on the line where it begins; enclose multiline text in `"""`)
"#,
    );
}

#[test]
fn one_mistake_a_statement_and_the_good_ones_stay() {
    let text = "scenario \"x\" {\n  x = 3\n  read 1\n  read 1 => vpn 3 ppn 4\n  if a && b { read 2 }\n  machine { ways = 2 ; page 4\n }\n}\nread 0D\nread 5\nshow (\nread 6\n";
    let Parsed {
        body, diagnostics, ..
    } = parse(0, text, &mut ());
    let places: Vec<&str> = diagnostics
        .iter()
        .map(|one| &text[one.span.start as usize..one.span.end as usize])
        .collect();
    assert_eq!(places, ["x", "ppn", "&&", "=", "0D", "("]);
    assert_eq!(
        sketch::block(&body),
        "scenario \"x\" { x = 3 ; read 1 ; if true { read 2 } ; machine {page 4} } ; read 0 ; read 5 ; read 6"
    );
}

#[test]
fn places_are_right_far_into_a_script() {
    // The text is longer than the pieces that the grammar receives.
    let lines = "read 1 # é\n".repeat(20_000);
    let text = format!("{lines}read 0D\n");
    let diagnostics = parse(3, &text, &mut ()).diagnostics;
    let [one] = diagnostics.as_slice() else {
        panic!("one mistake")
    };
    assert_eq!(
        (
            one.span.file,
            &text[one.span.start as usize..one.span.end as usize]
        ),
        (3, "0D")
    );
}

#[test]
fn no_flood_of_messages() {
    let diagnostics = parse(0, &"let\n".repeat(10_000), &mut ()).diagnostics;
    assert_eq!(diagnostics.len(), super::super::BROKEN_LIMIT);
    // Each of these lines contains those after it, which are not parsed again and again.
    let diagnostics = parse(0, &"let x =\n".repeat(20_000), &mut ()).diagnostics;
    assert!((1..super::super::BROKEN_LIMIT).contains(&diagnostics.len()));
}

#[test]
fn a_missing_value_is_reported_where_it_is_missing() {
    each_is(
        r#"
let x =⏎let y = 4         -> syntax at "=": the line ends too early: a value is missing
let x = 3 +⏎read 4        -> syntax at "+": the line ends too early: a value is missing
let x =⏎P1: read 4        -> syntax at "=": the line ends too early: a value is missing
write 4 =⏎read 4 => byte 1 -> syntax at "=": the line ends too early: a value is missing
expect x ==⏎show tlb      -> syntax at "=": the line ends too early: a value is missing
if a {⏎let x =⏎read 4⏎}   -> syntax at "=": the line ends too early: a value is missing
"#,
    );
    // The statements after the line are in the tree, and a name may also be a verb.
    let of = |text| sketch::block(&parse(0, text, &mut ()).body);
    assert_eq!(
        of("let a =\nlet b =\nlet c = 3\nread 4"),
        "let c = 3 ; read 4"
    );
    assert_eq!(of("write 4 =\nread size 4"), of("write 4 = read size 4"));
    assert_eq!(of("let x = 3 +\nread"), of("let x = 3 + read"));
}
