//! Tests of `:practice`.

use super::{Typed, words};

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
    assert!(!typed.shell.is_practicing());
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
    assert!(!typed.shell.is_practicing());
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
    typed.types(":reset");
    for (input, said) in [
        (":practice \"Walk\"", "this session has no question"),
        (":practice", "first declare a machine"),
        (":practice show 1", "no facts to ask for"),
    ] {
        let output = typed.types(input);
        assert!(output.contains(said), "{output}");
    }
}

#[test]
fn a_statement_is_asked_about_fact_by_fact() {
    let mut typed = Typed::simple();
    let output = typed.types(":practice read 0x03D4");
    assert!(
        output.starts_with("read 0x03D4 (12 points)\n")
            && output.ends_with("A byte is read at virtual address 0x03D4.\n"),
        "{output}"
    );
    // CS:APP 9.6.4, with one wrong answer.
    for (prompt, answer, mark) in [
        ("VPN (hex, 2 digits)? ", "0F", "✓ VPN"),
        ("TLB index (hex, 1 digit)? ", "0b11", "✓ TLB index"),
        ("TLB tag (hex, 2 digits)? ", "0x3", "✓ TLB tag"),
        ("TLB hit (Y/N)? ", "yes", "✓ TLB hit"),
        ("Page fault (Y/N)? ", "no", "✓ Page fault"),
        ("PPN (hex, 2 digits)? ", "0D", "✓ PPN"),
        (
            "Physical address (hex, 3 digits)? ",
            "354",
            "✓ Physical address",
        ),
        (
            "Byte offset (hex, 1 digit)? ",
            "1",
            "✗ Byte offset: wrong (the PPN not shifted)",
        ),
        ("Cache index (hex, 1 digit)? ", "5", "✓ Cache index"),
        ("Cache tag (hex, 2 digits)? ", "0xd", "✓ Cache tag"),
        ("Cache hit (Y/N)? ", "hit", "✓ Cache hit"),
    ] {
        assert_eq!(typed.shell.prompt(), prompt);
        assert_eq!(typed.types("fifteen").lines().count(), 1);
        assert_eq!(typed.types(answer), format!("  {mark}\n"));
    }
    let last = typed.types("36");
    for said in [
        "✓ Byte returned",
        "Byte offset  0x0",
        "CO is 0b00, bits 1–0 of the physical address 0x354",
        "11 of 12 points; the machine did not change",
    ] {
        assert!(last.contains(said), "{said} in {last}");
    }
    assert_eq!(typed.shell.prompt(), "[5] pagewalk> ");
    assert_eq!((typed.done(), typed.value("tlb.hits").as_str()), (4, "0"));
}

#[test]
fn a_fault_is_asked_about_like_another_access() {
    let mut typed = Typed::simple();
    for (fault, other) in [
        ("read 0x0040", "read 0x03D4"),
        ("write 0x0040 = 1", "write 0x03D4 = 1"),
        ("translate 0x0040", "translate 0x03D4"),
    ] {
        let [fault, other] = [fault, other].map(|access| {
            let output = typed.types(&format!(":practice {access}"));
            typed.types("quit");
            output.replace(access, "").replace("0x0040", "0x03D4")
        });
        assert!(
            fault.contains("Write - ") && fault == other,
            "{fault}\n{other}"
        );
    }
    typed.types(":practice read 0x0040 # a fault");
    for answer in ["1", "1", "0", "miss", "page", "-", "-", "-", "-", "-", "-"] {
        assert!(typed.types(answer).contains('✓'), "{answer}");
    }
    assert!(typed.types("-").contains("12 of 12 points"));
    assert!(!typed.shell.is_practicing());
    typed.types(":reset");
    typed.types("machine simple { cache none }; set page_table { | vpn ppn |; | 0F 0D | }");
    assert!(typed.types(":practice read 0x0040").contains("(8 points)"));
    assert!(typed.types(":practice read 0x03D4").contains("(8 points)"));
    let mut typed = Typed::new();
    typed.types("process P1");
    typed.types(":practice P1: munmap(3, 1)");
    for answer in ["-1", "EINVAL", "none", "0"] {
        assert!(typed.types(answer).contains('✓'), "{answer}");
    }
    assert!(typed.types("0").contains("5 of 5 points"));
}

#[test]
fn random_accesses_are_the_same_in_each_session() {
    let practices = || {
        let mut typed = Typed::simple();
        (0..8)
            .map(|_| words(&typed.types(":practice")) + &typed.types(":steps"))
            .collect::<Vec<_>>()
    };
    let first = practices();
    assert_eq!(first, practices());
    let different: std::collections::BTreeSet<_> = first.iter().collect();
    assert!(different.len() > 4, "{first:?}");
}

#[test]
fn a_statement_or_quit_ends_a_practice() {
    let mut typed = Typed::simple();
    typed.types(":practice read 0x03D4");
    typed.types("0F");
    assert_eq!(
        typed.types("quit"),
        "  1 of 1 points; the machine did not change\n"
    );
    assert_eq!(typed.shell.prompt(), "[5] pagewalk> ");
    typed.types(":practice read 0x03D4");
    assert!(typed.types("read 0x3D4").contains("VPN 0x0F"));
    assert!(!typed.shell.is_practicing());
}

#[test]
fn a_blank_is_answered_again() {
    let mut typed = Typed::simple();
    let output = words(&typed.types(":quiz read 0x03D4"));
    assert!(
        output.contains("or `again` to answer the blank before it again"),
        "{output}"
    );
    assert!(typed.types("again").contains("this is the first blank"));
    for (answer, mark) in [
        ("1", "✗ VPN"),
        ("again", ""),
        ("0F", "✓ VPN"),
        ("3", "✓ TLB index"),
        ("3", "✓ TLB tag"),
    ] {
        assert!(typed.types(answer).contains(mark), "{answer}");
    }
    // Each way to write yes and no.
    for (answer, mark) in [
        ("y", "✓"),
        ("again", ""),
        ("yes", "✓"),
        ("again", ""),
        ("n", "✗"),
        ("again", ""),
        ("no", "✗"),
    ] {
        assert_eq!(
            typed.shell.prompt().starts_with("TLB hit (Y/N)? "),
            answer != "again"
        );
        assert!(typed.types(answer).contains(mark), "{answer}");
    }
    typed.types("again");
    typed.types("YES");
    assert!(typed.types(":history").contains("4 of 4 points"));
}

#[test]
fn the_last_blank_is_answered_again() {
    let mut typed = Typed::simple();
    typed.types("question \"Q\" { ask \"sum\" = 2 + 2 }");
    typed.types(":practice \"Q\"");
    assert!(typed.types("5").contains("0 of 1 point"));
    assert!(!typed.shell.is_practicing());
    typed.types("again");
    assert!(typed.types("4").contains("1 of 1 point"));
    // Another input leaves the practice for good.
    typed.types("show 1");
    typed.types("again");
    assert!(!typed.shell.is_practicing());
}

#[test]
fn predictions_are_checked_without_the_answers() {
    let mut typed = Typed::simple();
    typed.types(":predict");
    // The output of a statement has no results, only the verdicts.
    let output = typed.types("translate 0x3D4");
    assert!(
        output.contains("`:why` shows them") && !output.contains("VPN"),
        "{output}"
    );
    let output = typed.types("=> vpn 0xF, tlb miss, ppn 0xE");
    assert_eq!(
        output,
        "✗ 2 of 3 expectations failed: `tlb miss`, `ppn 0x0E`\n"
    );
    assert_eq!(
        typed.types("read 0x3D4 => byte 0x36"),
        "  ✓ 1 expectation holds\n"
    );
    // A loop prints a line per statement.
    let output = typed.types("for a in [0x3D4, 0x280] {\n  translate a => fault none\n}");
    assert!(
        output.contains("translate a") && !output.contains("ppn") && !output.contains("PPN"),
        "{output}"
    );
    let output = typed.types("expect tlb.hits == 7");
    assert!(
        output.contains("failed: `tlb.hits 7`") && !output.contains("actual"),
        "{output}"
    );
    assert!(typed.types(":why tlb").contains("tlb miss"));
    for command in [":what read 0x3D4", ":diff"] {
        let output = typed.types(command);
        assert!(output.contains("`:predict` again shows"), "{output}");
    }
    let output = typed.types(":bits 0x3D4");
    assert!(
        output.contains("VPN, bits 13–6") && !output.contains("PPN"),
        "{output}"
    );
    let choice = "choose v in 0..0x400 where read v => tlb hit, fault page";
    let output = typed.types(choice);
    assert!(
        output.contains("[nothing-to-choose]") && !output.contains("miss"),
        "{output}"
    );
    typed.types("read 0x3D4\n:back");
    let output = typed.types(":next");
    assert!(
        output.contains("`:why` shows them") && !output.contains("VPN"),
        "{output}"
    );
    assert!(typed.types(":steps").contains("MMU → TLB"));
    typed.types(":predict");
    assert!(typed.types(":diff").contains("→"));
    assert!(typed.types("translate 0x3D4").contains("VPN 0x0F"));
}

#[test]
fn a_table_names_its_marks_and_a_number_its_notation() {
    let mut typed = Typed::new();
    typed.types(
        "question \"Q\" { reference 1 2 { frames 2, replacement lru }\n\
         ask last => faults\nask reference columns hit frame0 marks by row }",
    );
    typed.types(":practice \"Q\"");
    let said = words(&typed.types("five"));
    assert!(
        said.contains("`five` is not an answer; write a decimal number"),
        "{said}"
    );
    let said = words(&typed.types("2"));
    assert!(said.contains("A row earns its points only if"), "{said}");
}
