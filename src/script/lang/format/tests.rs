//! The rules of the format, tested one by one.

use super::{Unformatted, format};

/// Asserts that formatting changes a text to the expected text, and leaves the expected text unchanged.
#[track_caller]
fn becomes(text: &str, expected: &str) {
    let formatted = format(text);
    assert_eq!(
        formatted.as_deref(),
        Ok(expected),
        "\n{}",
        formatted.as_deref().unwrap_or("")
    );
    assert_eq!(format(expected).as_deref(), Ok(expected));
}

#[track_caller]
fn stays(text: &str) {
    becomes(text, text);
}

#[test]
fn operators_have_one_space_around_them() {
    becomes("let x=1+2*a-b\n", "let x = 1 + 2 * a-b\n");
    becomes(
        "expect a  ==b   and not(c)or d in[1,2]\n",
        "expect a == b and not (c) or d in [1, 2]\n",
    );
    becomes("read 5=>tlb hit , byte 3\n", "read 5 => tlb hit, byte 3\n");
    becomes(
        "let m=PROT_READ|PROT_WRITE\n",
        "let m = PROT_READ | PROT_WRITE\n",
    );
    becomes("let x = 5%3 + 96%\n", "let x = 5 % 3 + 96%\n");
    becomes("let x = ( a+b )*[ 1 ]\n", "let x = (a + b) * [1]\n");
}

#[test]
fn signs_touch_their_values() {
    becomes("let x = - 1 - - y * ~ z\n", "let x = -1 - -y * ~z\n");
    becomes(
        "P1: close(3) => returns - 1, error EBADF\n",
        "P1: close(3) => returns -1, error EBADF\n",
    );
    becomes(
        "expect - 1 < x and f( - 2,- 3)\n",
        "expect -1 < x and f(-2, -3)\n",
    );
    becomes("read - 5 size - 1\n", "read -5 size - 1\n");
    becomes(
        "write x = a - 1\nexpect a -1 == 2\n",
        "write x = a - 1\nexpect a - 1 == 2\n",
    );
}

#[test]
fn a_bracket_that_touches_a_name_is_a_call_or_an_index() {
    stays("let a = f(x)[1].y\nshow f (x) [1]\n");
    stays("read (x)\nread(x)\n");
}

#[test]
fn ranges_stay_as_written() {
    stays("for x in 0..4 { }\nchoose y in 8192 .. pages * 4096\nlet z = 0..=n\n");
    becomes("choose y in 1 ..n\n", "choose y in 1 .. n\n");
}

#[test]
fn blocks_are_indented_by_two() {
    becomes(
        "scenario \"a\"{\nif x{\nread 1\n}\n   else{\n read 2\n}\n repeat 3{read 4}\n}\n",
        "scenario \"a\" {\n  if x {\n    read 1\n  }\n  else {\n    read 2\n  }\n  repeat 3 { read 4 }\n}\n",
    );
    becomes(
        "machine simple\n  {\n cores 1\n  }\n",
        "machine simple\n{\n  cores 1\n}\n",
    );
    becomes(
        "repeat 2 { repeat 3 {\nread 1\n} }\n",
        "repeat 2 { repeat 3 {\n  read 1\n} }\n",
    );
    becomes("repeat 3 {}\n", "repeat 3 { }\n");
}

#[test]
fn settings_after_a_comma_are_settings() {
    stays("machine {\n  virtual 14 bits,\n  physical 12 bits,\n}\n");
    stays("reference 1 2 3,\n  4 5 {\n    frames 3,\n    replacement lru\n  }\n");
    stays("question \"q\" {\n  given tlb,\n    cache\n}\n");
}

#[test]
fn a_statement_continues_below_its_facts() {
    becomes(
        "read 5 => vpn 1,\nppn 2\n  => tlb hit\n# why\n=> byte 3\n",
        "read 5 => vpn 1,\n          ppn 2\n       => tlb hit\n       # why\n       => byte 3\n",
    );
    becomes(
        "read 5\n=> vpn 1\n => ppn 2\n",
        "read 5\n  => vpn 1\n  => ppn 2\n",
    );
    becomes(
        "read 5 =>\nvpn 1,\nppn 2\n",
        "read 5 =>\n  vpn 1,\n  ppn 2\n",
    );
    becomes(
        "choose x in [1,\n2]\nwhere x > 1\n      where read x => tlb hit,\nbyte 3\n",
        "choose x in [1,\n             2]\n  where x > 1\n  where read x => tlb hit,\n                  byte 3\n",
    );
    becomes(
        "let x = f(\n1,\n  2\n   ) +\n3\n",
        "let x = f(\n  1,\n  2\n) +\n  3\n",
    );
}

#[test]
fn tables_are_aligned_in_columns() {
    becomes(
        "set tlb {\n|set|tag ppn v|tag ppn v\n  | 0 | 03 – 0 | 9 0D 1 |\n|1|(x+1)  - 0\n}\n",
        "set tlb {\n  | set | tag     ppn v | tag ppn v |\n  | 0   | 03      –   0 | 9   0D  1 |\n  | 1   | (x + 1) -   0 |\n}\n",
    );
    becomes(
        "expect memory { | pa b0 |\n | 10 1F|\n# more\n| 2000 - | }\n",
        "expect memory { | pa   b0 |\n                | 10   1F |\n                # more\n                | 2000 -  | }\n",
    );
    becomes(
        "set x { | a b |;|1   2|; | (c+1) 4 | }\n",
        "set x { | a b |; | 1 2 |; | (c + 1) 4 | }\n",
    );
    becomes(
        "expect swap {\n| slot |\n}\n",
        "expect swap {\n  | slot |\n}\n",
    );
    becomes(
        "set x {\n| a bb |\n| |\n| 1 2 |\n}\n",
        "set x {\n  | a bb |\n  |      |\n  | 1 2  |\n}\n",
    );
}

#[test]
fn wide_characters_take_two_columns() {
    becomes(
        "set x {\n| a b |\n| \"日本\" 1 |\n| \"é\" 2 |\n| – 3 |\n}\n",
        "set x {\n  | a      b |\n  | \"日本\" 1 |\n  | \"é\"    2 |\n  | –      3 |\n}\n",
    );
}

#[test]
fn a_column_keeps_its_alignment() {
    stays("set x {\n  | idx | tag |\n  |  0  | 1   |\n  | 10  | 23  |\n}\n");
    stays("set x {\n  | size | tag |\n  |   10 | 1   |\n  | 4096 | 23  |\n}\n");
    // Cells that are not aligned become left-aligned.
    becomes(
        "set x {\n  | idx | tag |\n  |  0  | 1   |\n  | 1 | 23 |\n}\n",
        "set x {\n  | idx | tag |\n  | 0   | 1   |\n  | 1   | 23  |\n}\n",
    );
}

#[test]
fn arrows_next_to_each_other_are_in_one_column_if_one_is_moved() {
    stays("read 5 => tlb hit\nwrite 5 = 1 => tlb hit\n");
    becomes(
        "read 5   => tlb hit\nwrite 5 = 1 => tlb hit\n\nread 6  => tlb hit\n",
        "read 5      => tlb hit\nwrite 5 = 1 => tlb hit\n\nread 6 => tlb hit\n",
    );
    // The lines with arrows are not adjacent, but the arrows are in the same column.
    stays("read 5      => tlb hit\n\n# then\nwrite 5 = 1 => tlb hit\n");
    let far = format!(
        "read 5   => byte 1\nread {} => byte 2\n",
        "1 + ".repeat(20) + "1"
    );
    becomes(&far, &far.replace("   =>", " =>"));
}

#[test]
fn columns_of_a_paragraph_are_kept() {
    stays("let fd   = 1\nlet size = 2\n\nlet fd = 1\n");
    stays("P1:    read p => byte 1\nchild: read p => byte 1\n");
    becomes("read  5\nlet x = 1\n", "read 5\nlet x = 1\n");
    becomes(
        "let a      = 1\nlet size   = 2\n",
        "let a    = 1\nlet size = 2\n",
    );
    stays("f(true);  read 5\nf(false); read 5\n");
}

#[test]
fn comments_stay_and_are_aligned() {
    becomes(
        "#a\n\n\n  # b  \nread 5# c\nread 500   #  d\t\n",
        "#a\n\n# b\nread 5    # c\nread 500  #  d\n",
    );
    becomes(
        "machine { # c\n# d\n}\n# e",
        "machine {  # c\n  # d\n}\n# e\n",
    );
    becomes(
        "let x = [1, # one\n2] # two\n",
        "let x = [1,  # one\n         2]  # two\n",
    );
}

#[test]
fn at_most_one_blank_line_remains() {
    becomes(
        "\n\nread 5\n\n\n\nrepeat 2 {\n\nread 6\n\n}\n\n",
        "read 5\n\nrepeat 2 {\n  read 6\n}\n",
    );
    becomes("", "");
    becomes(" \n\n", "");
    becomes("read 5", "read 5\n");
}

#[test]
fn semicolons_stay_within_lines() {
    becomes("read 5 ;read 6;\n;\nread 7;", "read 5; read 6\n\nread 7\n");
    becomes("repeat 2 {; read 5; }\n", "repeat 2 { read 5 }\n");
    // A comma would join the statement with the next line.
    stays("read 5 => tlb hit,;\nread 6\n");
}

#[test]
fn line_ends_and_byte_order_marks_are_normalized() {
    becomes(
        "\u{feff}read 5 \r\nread\t6\u{a0}# c\r\n",
        "read 5\nread 6  # c\n",
    );
    stays("text \"\"\"a\r\n    b\"\"\"\n");
}

/// Found by the target `fmt` in `fuzz/`.
#[test]
fn form_feed_is_a_character_of_a_cell() {
    becomes(
        "set tlb {\n|a b\n\u{c}|0\n}\n",
        "set tlb {\n  | a b |\n  | \u{c} 0 |\n}\n",
    );
}

#[test]
fn prose_strings_and_numbers_stay() {
    becomes(
        "question  \"a  b\" {\ntext   \"\"\"x  {a+b}\n  y \n\n\n z\"\"\"\n}\n",
        "question \"a  b\" {\n  text \"\"\"x  {a+b}\n  y \n\n\n z\"\"\"\n}\n",
    );
    stays("let x = 0x0F + 0b1_0100 + 8KB + 8 KB + 007 + '\\x41'\n");
}

#[test]
fn invalid_scripts_are_not_formatted() {
    for text in [
        "read (5\n",
        "machine {\n",
        "let = 5\n",
        "read 5 => \"a\n",
        "}\n",
    ] {
        assert!(
            matches!(format(text), Err(Unformatted::Wrong(wrong)) if !wrong.is_empty()),
            "{text}"
        );
    }
}

#[test]
fn rows_get_bars() {
    becomes(
        "set tlb {\nset tag  ppn\n\n 3   0D 2D # c\n}\n",
        "set tlb {\n  | set tag ppn |\n\n  | 3   0D  2D  |  # c\n}\n",
    );
    becomes(
        "P1: expect maps { start end; 0 - }",
        "P1: expect maps { | start end |; | 0 - | }\n",
    );
    becomes(
        "set x {\n n  m\n10  5\n 1 55\n}",
        "set x {\n  |  n  m |\n  | 10  5 |\n  |  1 55 |\n}\n",
    );
    // The settings in this block are not table rows.
    stays("set pte 1 0x10 {\n  ppn 3\n  p 1\n}\n");
    stays("machine {\n  virtual 14\n}\n");
}

#[test]
fn lines_of_dashes_are_removed() {
    becomes(
        "set x {\n| a | b |\n|---|:-:|\n| 1 | 2 |\n}",
        "set x {\n  | a | b |\n  | 1 | 2 |\n}\n",
    );
    becomes(
        "set x { +--+\n| a |\n|--| # c\n| - |\n}",
        "set x {\n  | a |\n  # c\n  | - |\n}\n",
    );
    stays("set x {\n  | a |\n  | - |\n}\n");
}

#[test]
fn mistakes_found_by_random_scripts() {
    // A bar after the header's last cell does not separate the cells of longer rows.
    stays("expect x { | p |\n           | 1 2 | }\n");
    becomes(
        "expect reference{|p\n|1 2}",
        "expect reference { | p |\n                   | 1 2 | }\n",
    );
    // A removed `;` does not affect the columns.
    becomes("s  {   ; }\nfor x in 5{}", "s {      }\nfor x in 5 { }\n");
    // Added spaces would turn `7-i` and `a-b` into different words.
    becomes("reference  7-i a-b 1", "reference 7-i a-b 1\n");
    stays("part\"x\"\n");
    stays("part{ }\n");
    // A row may follow a comma, and six quotes without spaces are three empty cells.
    becomes(
        "sets x {a,|p  q\n|\"\"\"\"\"\"}",
        "sets x { a, | p q |\n  |\"\"\"\"\"\" }\n",
    );
    // A `;` that begins a line affects the columns.
    becomes(
        "l{\nx\t    n=>s,#\n  ;  x:  P1 }",
        "l {\n  x       n => s,  #\n  ; x: P1 }\n",
    );
    // The source has no space before a comment, and the formatted text has two.
    becomes("read 7..#\ni", "read 7 ..  #\n  i\n");
}
