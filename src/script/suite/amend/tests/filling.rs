//! Tests of facts and cells with `?`.

use super::{FILL, accepted, amend, failed};

fn filled(script: &str) -> String {
    let outcome = amend(&[("a.pw", script)], FILL);
    assert_eq!(outcome.left, [""; 0], "{script}");
    outcome.texts[0].clone()
}

/// The part of the lecture's simple memory system that address 0x03D4 uses (CS:APP, figure 9.20).
const SIMPLE: &str = "machine simple
set tlb { | set | tag ppn v |
          |  3  | 03  0D  1 | }
set cache { | idx | tag v | b0 b1 b2 b3 |
            |  5  | 0D  1 | 36 72 F0 1D | }
";

#[test]
fn open_facts_are_filled_in_as_the_course_writes_them() {
    let open = "read 0x03D4 => vpn ?, tlbi   ? , tlb ?   # kept\n  => ppn ?, cache ?, byte ?, walk ?, served ?\n";
    let wanted = "read 0x03D4 => vpn 0x0F, tlbi   0x3 , tlb hit   # kept\n  => ppn 0x0D, cache hit, byte 0x36, walk 0, served cache\n";
    let script = filled(&format!("{SIMPLE}{open}"));
    assert_eq!(script, format!("{SIMPLE}{wanted}"));
    assert_eq!(
        (failed(&format!("{SIMPLE}{open}")), failed(&script)),
        (8, 0)
    );
}

#[test]
fn a_stale_fact_is_none_to_fill_in() {
    let script = format!("{SIMPLE}read 0x03D4 => vpn 7, ppn ?\n");
    assert_eq!(filled(&script), script.replace('?', "0x0D"));
}

/// Address 0x0040 has no page (CS:APP, homework problem 9.13).
#[test]
fn a_missing_fact_is_filled_in_with_a_dash() {
    let script = format!("{SIMPLE}read 0x0040 => fault ?, ppn ?, pa ?\n");
    let wanted = format!("{SIMPLE}read 0x0040 => fault page, ppn -, pa -\n");
    assert_eq!(filled(&script), wanted);
    assert_eq!(failed(&wanted), 0);
}

#[test]
fn strings_and_lists_are_filled_in() {
    let script =
        "reference a b a { frames 1, replacement fifo } => trace ?, resident ?, rate ?, faults ?\n";
    let wanted = "reference a b a { frames 1, replacement fifo } => trace \"mmm\", resident [\"a\"], rate 1, faults 3\n";
    assert_eq!(filled(script), wanted);
    assert_eq!(failed(wanted), 0);
}

#[test]
fn open_cells_are_filled_in() {
    let script = format!(
        "{SIMPLE}expect tlb {{
  | set | tag ppn v | tag ppn v |
  |  3  |  ?   ?  ? | ?   ?   ? |
}}
expect cache {{
  | idx | tag v | b0 b1 b2 b3 |
  |  5  |  ?  ? | ?  72 ?  *  |
  |  6  |  ?  ? | ?  ?  ?  ?  |
}}
"
    );
    let wanted = format!(
        "{SIMPLE}expect tlb {{
  | set | tag ppn v | tag ppn v |
  |  3  | 03  0D  1 | -   -   0 |
}}
expect cache {{
  | idx | tag v | b0 b1 b2 b3 |
  |  5  | 0D  1 | 36 72 F0 *  |
  |  6  |  -  0 | -  -  -  -  |
}}
"
    );
    assert_eq!(filled(&script), wanted);
    assert_eq!(failed(&wanted), 0);
}

#[test]
fn open_cells_of_steps_and_lists_are_filled_in() {
    let script = "reference 1 2 1 { frames 1, replacement fifo }
expect reference {
  | step | page | hit | frame0 | victim |
  |    2 |    ? |   ? |      ? |      ? |
}
file \"two words\" = \"abc\"
process P
P { let fd = open(\"two words\", O_RDONLY)
  let p = mmap(NULL, 3, PROT_READ, MAP_PRIVATE, fd, 0) }
expect P.maps { | start | perms | backing |
  | (p) | ? | ? | }
";
    let filled = filled(script);
    assert!(
        filled.contains("  |    2 |    2 |   0 |      2 |      1 |\n"),
        "{filled}"
    );
    assert!(
        filled.contains("  | (p) | r--p | \"two words\" | }\n"),
        "{filled}"
    );
    assert_eq!(failed(&filled), 0);
}

#[test]
fn values_that_differ_between_rounds_stay_open() {
    let script = "machine simple\nfor va in [0, 64] { translate va => vpn ?, vpo ? }\n";
    let outcome = amend(&[("a.pw", script)], FILL);
    assert_eq!(outcome.texts[0], script.replace("vpo ?", "vpo 0x00"));
    assert_eq!(
        outcome.left,
        ["a.pw:2: vpn: the statement runs several times with different values: 0x00, 0x01"]
    );
}

#[test]
fn a_fact_that_a_statement_does_not_have_is_a_dash() {
    let filled = filled("machine simple\ntranslate 0 => byte ?\n");
    assert_eq!(filled, "machine simple\ntranslate 0 => byte -\n");
    assert_eq!(failed(&filled), 0);
}

/// The messages of a TLB hit and a cache hit (CS:APP, figure 9.16).
#[test]
fn the_messages_after_a_row_of_blanks_are_filled_in() {
    let script = format!(
        "{SIMPLE}read 0x03D4
expect steps {{
  | from to message |
  | CPU  ?  ?       |
  | ?    ?  ?       |
}}
"
    );
    let wanted = format!(
        "{SIMPLE}read 0x03D4
expect steps {{
  | from to message           |
  | CPU MMU \"virtual address\" |
  | MMU TLB VPN               |
  | TLB MMU PTE |
  | MMU cache \"physical address\" |
  | cache CPU data |
}}
"
    );
    assert_eq!(filled(&script), wanted);
    assert_eq!((failed(&script), failed(&wanted)), (6, 0));
}

#[test]
fn an_empty_table_of_messages_is_filled_in_below_its_header() {
    let script = format!("{SIMPLE}read 0x03D4\nexpect steps {{ | message from | }}\n");
    let wanted = format!(
        "{SIMPLE}read 0x03D4
expect steps {{ | message from |
               | \"virtual address\" CPU |
               | VPN MMU |
               | PTE TLB |
               | \"physical address\" MMU |
               | data cache | }}
"
    );
    assert_eq!(filled(&script), wanted);
    assert_eq!(failed(&wanted), 0);
}

/// A list that ends with known messages is wrong, not open.
#[test]
fn missing_messages_are_accepted() {
    let script = format!(
        "{SIMPLE}read 0x03D4\nexpect steps {{\n  | message |\n  | \"virtual address\" |\n}}\n"
    );
    let outcome = amend(&[("a.pw", &script)], FILL);
    assert_eq!((outcome.facts, &outcome.texts[0]), (0, &script));
    let rows = "  | VPN |\n  | PTE |\n  | \"physical address\" |\n  | data |\n";
    let wanted = format!("{}{rows}}}\n", script.strip_suffix("}\n").expect("a brace"));
    assert_eq!(accepted(&script), wanted);
}
