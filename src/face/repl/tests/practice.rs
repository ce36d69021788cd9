//! Tests of `:practice`.

use super::Typed;

/// The simple memory system of CS:APP 9.6.4 with a question about its example, the read at 0x03D4.
fn exam() -> Typed {
    let mut typed = Typed::simple();
    let question = "question \"Walk\" points 8 {
  text \"A program reads one byte.\"
  given tlb
  part \"a\" { ask read 0x03D4 => vpn, tlb, ppn, pa }
  part \"b\" { ask \"Rate\" = 1 / 3 round 2 points 1; ask x in 0..64 where x % 7 == 3 as \"A number\" points 2
    essay \"Why?\" points 1 }
}";
    let output = typed.types(question);
    assert!(!output.contains('×'), "{output}");
    typed
}

#[test]
fn a_question_is_marked_with_carried_errors_and_explained() {
    let mut typed = exam();
    let output = typed.types(":practice \"walk\"");
    for said in [
        "Walk (8 points)",
        "A program reads one byte.",
        "03  0D",
        "A byte is read at virtual address 0x03D4",
    ] {
        assert!(output.contains(said), "{said} in {output}");
    }
    // The output contains no part of the key, and no later item.
    assert!(
        !output.contains("0x354") && !output.contains("Rate"),
        "{output}"
    );
    assert_eq!(typed.shell.prompt(), "VPN (hex, 2 digits)? ");
    assert_eq!(typed.types("0F"), "  ✓ VPN\n");
    assert_eq!(typed.types("maybe").lines().count(), 1);
    assert_eq!(typed.shell.prompt(), "TLB hit (Y/N)? ");
    assert_eq!(typed.types("Y"), "  ✓ TLB hit\n");
    assert!(typed.types("?").contains("0x03D4"));
    assert_eq!(typed.types("0E"), "  ✗ PPN: wrong\n");
    let explained = typed.types("394");
    assert!(
        explained.starts_with("  ✓ Physical address: carried from PPN\n"),
        "{explained}"
    );
    for said in [
        "PPN               0x0D",
        "Physical address  0x354",
        "PPN 0x0D is followed by PPO 0x14",
        "Rate",
    ] {
        assert!(explained.contains(said), "{said} in {explained}");
    }
    assert_eq!(typed.shell.prompt(), "answer (2 significant digits)? ");
    assert!(typed.types("1/3").starts_with("  ✓ answer\n"));
    let last = typed.types("0xA");
    // Part a is worth 4 points. The wrong PPN costs 1 of the 4 points.
    assert!(
        last.starts_with("  ✓ answer\n")
            && last.contains("6 of 7 points; the machine did not change"),
        "{last}"
    );
    assert!(!typed.shell.is_quizzing());
    assert_eq!(typed.value("tlb.hits"), "0");
}

#[test]
fn a_practice_ends_with_a_command_and_needs_a_question() {
    let mut typed = exam();
    typed.types(":practice");
    typed.types("0F");
    let output = typed.types(":history");
    assert!(
        output.starts_with("  1 of 1 points; the machine did not change\n"),
        "{output}"
    );
    assert!(!typed.shell.is_quizzing());
    assert!(
        typed
            .types(":practice \"Wlak\"")
            .contains("did you mean `:practice \"Walk\"`?")
    );
    typed.types("question \"Other\" { essay \"Why?\" }");
    let several = typed.types(":practice");
    assert!(
        several.contains("`:practice \"Walk\"`, `:practice \"Other\"`"),
        "{several}"
    );
    assert!(typed.types(":practice \"Other\"").contains("no blank"));
    assert!(
        Typed::simple()
            .types(":practice")
            .contains("this session has no question")
    );
    typed.types(":reset");
    assert!(
        typed
            .types(":practice")
            .contains("this session has no question")
    );
}
