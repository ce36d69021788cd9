//! The sample texts of the language's documentation.

use super::*;

const FIRST: &str = r"# Bryant & O'Hallaron's simple memory system
machine {
  virtual  14 bits
  physical 12 bits
  page     64 B
  tlb   { entries 16, ways 4 }
  cache { lines 16, block 4 B, direct-mapped }
}

set page_table {
  | vpn ppn v | vpn ppn v |
  | 00  28  1 | 08  13  1 |
  | 01  -   0 | 09  17  1 |
}
set tlb {
  | set | tag ppn v | tag ppn v | tag ppn v | tag ppn v |
  |  0  | 03  -   0 | 09  0D  1 | 00  -   0 | 07  02  1 |
}
set cache {
  | idx | tag v | b0 b1 b2 b3 |
  |  0  | 19  1 | 99 11 23 11 |
  |  1  | 15  0 | -  -  -  -  |
}

read 0x03D4 => vpn 0x0F, tlbi 3, tlbt 0x03, tlb hit, fault none, ppn 0x0D
            => pa 0x354, co 0, ci 5, ct 0x0D, cache hit, byte 0x36
";

const MEANING: &[&str] = &[
    "machine {virtual 14, physical 12, page 64, tlb {entries 16, ways 4}, cache {lines 16, block 4, direct-mapped}}",
    "set page_table {|vpn ppn v vpn ppn v|, |00 28 1 08 13 1|, |01 - 0 09 17 1|}",
    "set tlb {|set tag ppn v tag ppn v tag ppn v tag ppn v|, |0 03 - 0 09 0D 1 00 - 0 07 02 1|}",
    "set cache {|idx tag v b0 b1 b2 b3|, |0 19 1 99 11 23 11|, |1 15 0 - - - -|}",
    "read 980 => vpn 15, tlbi 3, tlbt 3, tlb hit, fault none, ppn 13, pa 852, co 0, ci 5, ct 13, cache hit, byte 54",
];

#[test]
fn the_first_script() {
    assert_eq!(tree(FIRST), MEANING.join(" ; "));
}

#[test]
fn line_ends_of_every_system_and_a_mark_in_front() {
    assert_eq!(tree(&FIRST.replace('\n', "\r\n")), MEANING.join(" ; "));
    assert_eq!(
        tree(&format!("\u{feff}{}", FIRST.trim_end())),
        MEANING.join(" ; ")
    );
    assert_eq!(tree(""), "");
    assert_eq!(tree("\n\n# nothing\n"), "");
    assert_eq!(tree("read 1"), "read 1");
}

#[test]
fn processes() {
    let text = r#"
file "data.txt" = "hello, world\n"
file "big" { size 8 KB, fill 0x41 }          # also: fill zero | counting (byte i = i mod 256) |
                                              # pages 0x40 (page i is filled with 0x40 + i)
executable "a.out" {
  entry 0x400400
  | section | start  | size | perms |
  | .text   | 400000 | 1800 | r-x   |
  | .bss    | 603000 | 2000 | rw-   |
  library "libc.so"
}
process P1                                    # an empty address space
process P2 {                                  # or with areas, as /proc/PID/maps prints them
  | area | start  | end    | perms | backing   | offset |
  | heap | 603000 | 605000 | rw-p  | anonymous | -      |
}
"#;
    assert_eq!(
        tree(text),
        [
            r#"file "data.txt" = "hello, world\n""#,
            r#"file "big" {size 8192, fill 65}"#,
            r#"executable "a.out" {entry 4195328, library "libc.so", |section start size perms|, |.text 400000 1800 r-x|, |.bss 603000 2000 rw-|}"#,
            "process P1",
            "process P2 {|area start end perms backing offset|, |heap 603000 605000 rw-p anonymous -|}",
        ]
        .join(" ; ")
    );
}

#[test]
fn cells_of_every_kind() {
    each_means(
        r#"
set x { | a | }                          ->  set x {|a|}
set x { | a b⏎ | 1 'h' | "p q" (k + 1) }  ->  set x {|a b|, |1 '104' "p q" ((k + 1))|}
set x { | a⏎ | - ; | – ; | *; }         ->  set x {|a|, |-|, |-|, |*|}
set x { | a b |⏎ | [heap] rw-p, | }     ->  set x {|a b|, |[heap] rw-p,|}
set x { | a | # note | b |⏎ | 1 | }     ->  set x {|a|, |1|}
set x { | a |⏎ |---|⏎ | (f(1,⏎2)) | } ->  set x {|a|, |(f(1, 2))|}
set x { a b⏎ - 'c'⏎ [h] * }           ->  set x {|a b|, |- '99'|, |[h] *|}
P1: expect x {⏎a; (1); else }           ->  P1: { expect x {|a|, |(1)|, |else|} }
set pte 1 2 { a 1⏎ b 2 }              ->  set pte 1 2 {a 1, b 2}
set x { | a |⏎ |   |⏎ | 1 | }          ->  set x {|a|, |1|}
show x { w 1,⏎ | a |⏎ | 2 | }          ->  show x {w 1, |a|, |2|}
"#,
    );
    assert_eq!(
        tree("set x {\n | a + |\n | b = |\n}"),
        "set x {|a +|, |b =|}"
    );
}
