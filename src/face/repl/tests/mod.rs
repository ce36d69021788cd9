//! Tests of sessions without a terminal.

mod anything;
mod beginners;
mod practice;
mod saving;
mod stepping;

use super::answer::SharedText;
use super::shell::{Flow, Shell};
use pagewalk_script::services::commands::COMMANDS;

/// Part of the simple memory system in CS:APP 9.6.4.
const SIMPLE: &str = "machine simple
set page_table {
  | vpn ppn v |
  | 0A  09  1 |
  | 0F  0D  1 |
}
set tlb {
  | set | tag ppn v |
  | 3   | 03  0D  1 |
}
set cache {
  | idx | tag v | b0 b1 b2 b3 |
  | 5   | 0D  1 | 36 72 F0 1D |
}";

/// A session that receives input.
struct Typed {
    shell: Shell,
    output: SharedText,
}

impl Typed {
    fn new() -> Self {
        let (shell, output) = Shell::in_memory(100);
        Self { shell, output }
    }

    /// A session with the simple memory system.
    fn simple() -> Self {
        let mut typed = Self::new();
        let output = typed.types(SIMPLE);
        assert!(!output.contains('×'), "{output}");
        typed
    }

    /// The output for an input.
    fn types(&mut self, input: &str) -> String {
        assert_eq!(self.shell.input(input).unwrap(), Flow::Next, "{input}");
        self.output.take_text()
    }

    /// The value of an expression.
    fn value(&mut self, expr: &str) -> String {
        let output = self.types(&format!("show {expr}"));
        self.types(":back");
        output
            .split_once(" = ")
            .unwrap_or_else(|| panic!("{output}"))
            .1
            .trim()
            .to_owned()
    }

    /// The number of statements so far.
    fn done(&mut self) -> usize {
        let output = self.types(":history");
        let at = output
            .lines()
            .find_map(|line| line.trim_start().strip_prefix("→ "))
            .expect("where one is");
        at.split_whitespace()
            .next()
            .and_then(|n| n.parse().ok())
            .expect("a number")
    }
}

/// The words of a text, separated by single spaces.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_statement_is_answered_as_the_worksheet_has_it() {
    // CS:APP 9.6.4: VA 0x03D4.
    let output = Typed::simple().types("read 0x03D4");
    assert_eq!(
        output,
        "  VPN 0x0F  TLBI 0x3  TLBT 0x03  TLB hit? yes  page fault? no  PPN 0x0D\n  \
           PA 0x354  CO 0x0  CI 0x5  CT 0x0D  cache hit? yes  byte 0x36\n"
    );
}

#[test]
fn narrow_terminals_break_sentences_and_worksheets() {
    let mut typed = Typed::new();
    typed.shell.set_width(40);
    let output = typed.types(SIMPLE) + &typed.types("read 0x3D4") + &typed.types("read 0x3C01");
    let output = output + &typed.types(":why") + &typed.types(":help read");
    assert!(
        output.lines().all(|line| line.chars().count() <= 40),
        "{output}"
    );
}

#[test]
fn undo_and_redo_move_by_statements() {
    let mut typed = Typed::simple();
    for va in ["0x3D4", "0x3D5", "0x3D6"] {
        typed.types(&format!("read {va}"));
    }
    assert_eq!((typed.done(), typed.value("tlb.hits")), (7, "3".to_owned()));
    typed.types(":back 1");
    // Printing the value adds a statement and undoes it, which discards the statements that could be redone.
    assert_eq!(typed.value("tlb.hits"), "2");
    typed.types(":back 1");
    assert!(typed.types("show tlb.hits").contains("= 1"));
    typed.types(":goto 4");
    assert!(typed.types("show tlb.hits").contains("= 0"));
    assert!(typed.types(":goto 99").contains("there is no statement 99"));
    assert!(typed.types(":back x").contains("write `:back [N]`"));
    assert!(typed.types(":goto").contains("write `:goto N`"));
    for command in [":back 0", ":forward 0", ":next 0"] {
        let output = typed.types(command);
        assert!(output.contains("N is a whole number from 1"), "{output}");
    }
}

#[test]
fn undone_statements_are_redone() {
    let mut typed = Typed::simple();
    typed.types("read 0x3D4\nread 0x3D5\nread 0x3D6");
    let output = typed.types(":back 2");
    assert_eq!(
        output,
        "  2 statements undone; after statement 5: read 0x3D4  (2 ahead)\n"
    );
    assert_eq!(
        typed.types(":forward"),
        "  1 statement redone; after statement 6: read 0x3D5  (1 ahead)\n"
    );
    assert_eq!(
        typed.types(":forward 9"),
        "  1 statement redone; after statement 7: read 0x3D6\n"
    );
    assert!(typed.types(":forward").contains("nothing to redo"));
    assert_eq!(
        typed.types(":back 99"),
        "  7 statements undone; at the beginning  (7 ahead)\n"
    );
    assert!(typed.types(":back").contains("nothing to undo"));
    assert!(typed.types("show tlb.hits").contains("[no-machine]"));
    typed.types(":goto 7");
    assert!(typed.types("show tlb.hits").contains("= 3"));
}

#[test]
fn thousands_of_statements_can_be_undone() {
    let mut typed = Typed::simple();
    let reads: Vec<String> = (0..5000)
        .map(|n| format!("read 0x3{:02X}\n", 0xC0 + n % 64))
        .collect();
    typed.types(&reads.concat());
    assert_eq!(typed.value("tlb.hits"), "5000");
    typed.types(":back 4999");
    assert!(typed.types("show tlb.hits").contains("= 1"));
}

#[test]
fn an_input_in_error_changes_nothing() {
    let mut typed = Typed::simple();
    typed.types("let x = 1");
    let inputs = [
        ("read 0x3D4; read zz", "[unknown-name]"),
        ("read 0x3D4; let x = 2; show last.faults", "[unknown-fact]"),
        ("read 0x3D4; show 1 / (tlb.hits - 1)", "[divide-by-zero]"),
        (
            "read 0x3D4; scenario \"s\" { read 0x3D4; show 1 / (tlb.hits - 2) }",
            "[divide-by-zero]",
        ),
        ("read 0x3D4; repeat 20000000 { }", "[limit-steps]"),
        ("read 0x3D4; include \"no-such-file.pw\"", "[unreadable]"),
        ("def f() { f() }", "[recursion]"),
        ("read 0x3D4 }", "[syntax]"),
    ];
    for (input, code) in inputs {
        let output = typed.types(input);
        assert!(output.contains(code), "{input}: {output}");
        assert_eq!(
            (typed.done(), typed.value("[tlb.hits, x]").as_str()),
            (5, "[0, 1]"),
            "{input}"
        );
    }
    assert!(
        typed
            .types("read 0x3D4; show last.faults")
            .contains("this input did not change the state")
    );
}

#[test]
fn names_of_earlier_inputs_are_known() {
    let mut typed = Typed::simple();
    typed.types("let base = 0x3C0");
    typed.types("def touch(n) { read base + n }");
    let output = typed.types("touch(0x14)");
    assert!(
        output.contains("PA 0x354") && output.starts_with("read base + n\n"),
        "{output}"
    );
    assert!(typed.types("touch(1, 2)").contains("[wrong-count]"));
    assert!(typed.types("read bsae").contains("did you mean `base`?"));
    assert_eq!(typed.value("hex(base + 1)"), "0x3C1");
}

#[test]
fn a_line_that_belongs_to_the_statement_above_is_taken_with_it() {
    let mut typed = Typed::simple();
    typed.types("read 0x3D4");
    assert_eq!(
        typed.types("   => vpn 0x0F, tlb hit"),
        "  ✓ 2 expectations hold\n"
    );
    assert!(
        typed
            .types("=> ppn 0x0E")
            .contains("✗ 1 of 3 expectations failed")
    );
    assert_eq!((typed.done(), typed.value("tlb.hits").as_str()), (5, "1"));
    assert!(typed.types("=> zork 1").contains("[unknown-fact]"));
    assert_eq!((typed.done(), typed.value("tlb.hits").as_str()), (5, "1"));
    typed.types("choose x in 0..9");
    typed.types("where x == 7");
    assert_eq!(typed.value("x"), "7");
    assert!(Typed::new().types("=> vpn 0").contains("[syntax]"));
}

#[test]
fn lists_of_statements_show_where_one_is() {
    let mut typed = Typed::simple();
    typed.types("let x = 1");
    typed.types(":back");
    let output = typed.types(":history");
    let lines: Vec<String> = output.lines().map(words).collect();
    assert_eq!(lines.len(), 6, "{output}");
    assert_eq!(
        (lines[0].as_str(), lines[1].as_str()),
        ("0 (the beginning)", "1 machine simple")
    );
    assert_eq!(lines[5], "5 let x = 1");
    assert!(lines[4].starts_with("→ 4 set cache { | idx"), "{output}");
}

#[test]
fn a_preview_changes_nothing() {
    let mut typed = Typed::simple();
    let output = typed.types(":what read 0x03D4 => vpn 0x0F");
    assert!(
        output.contains("PA 0x354") && output.contains("✓ 1 expectation holds"),
        "{output}"
    );
    assert!(
        output.ends_with("Tried on a copy. Nothing changes.\n"),
        "{output}"
    );
    for statement in [
        "flush tlb",
        "let y = 1",
        "machine core-i7",
        "process P1",
        "write 0x3D4 = 1",
    ] {
        typed.types(&format!(":what {statement}"));
        assert_eq!(
            (typed.done(), typed.value("tlb.hits").as_str()),
            (4, "0"),
            "{statement}"
        );
    }
    assert!(typed.types("show y").contains("[unknown-noun]"));
    assert!(typed.types(":what").contains("write `:what STATEMENT`"));
    assert!(typed.types(":what raed 1").contains("did you mean `read`?"));
}

#[test]
fn a_difference_shows_old_and_new() {
    let mut typed = Typed::new();
    assert!(typed.types(":diff").contains("No statement has run yet."));
    typed.types("machine simple\nset page_table {\n | vpn ppn |\n | 0F 0D |\n}");
    typed.types("read 0x03D4");
    let output = typed.types(":diff");
    // Way 0 of set 3 gets tag 03 and PPN 0D, the accessed bit is set, and block 0D fills a line of set 5.
    let lines: Vec<String> = output.lines().map(words).collect();
    for line in ["0F │ 0D 1 1 0→1", "3 0 │ -→03 -→0D 0→1", "5 │ -→0D 0→1"] {
        assert!(
            lines.iter().any(|known| known.starts_with(line)),
            "{line}: {output}"
        );
    }
    typed.types("expect tlb.misses == 1");
    assert_eq!(typed.types(":diff"), "  Nothing has changed.\n");
    typed.types("let x = 0x10");
    assert!(words(&typed.types(":diff")).contains("x │ -→16"));
    typed.types("machine core-i7");
    assert!(typed.types(":diff").contains("A new machine"));
}

#[test]
fn a_difference_shows_the_changes_of_a_process() {
    let mut typed = Typed::new();
    typed.types(
        "process P1\nlet p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)",
    );
    let output = typed.types(":diff");
    assert!(
        output.contains("P1.maps") && words(&output).contains("-→rw-p"),
        "{output}"
    );
    typed.types("write p = 1");
    let output = typed.types(":diff");
    let lines: Vec<String> = output.lines().map(words).collect();
    // The differences include a minor fault, a frame with one reference, 4 KB of resident memory, and the byte
    // in memory or a cache.
    for line in ["P1.page_table", "P1.resident", "frames", "L1d"] {
        assert!(
            lines.iter().any(|known| known.contains(line)),
            "{line}: {output}"
        );
    }
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("1 │ P1") && line.ends_with("0 B→4 KB 0→1")),
        "{output}"
    );
    assert!(
        lines.iter().any(|line| line.contains("-→1 -→anonymous")),
        "{output}"
    );
}

#[test]
fn the_last_access_is_reported_step_by_step_and_with_reasons() {
    let mut typed = Typed::simple();
    assert!(typed.types(":why").contains("There has been no access"));
    assert!(
        typed
            .types(":steps")
            .contains("no access has been made yet")
    );
    typed.types("read 0x03D4");
    let output = typed.types(":steps");
    assert!(
        words(&output).contains("MMU → TLB TLBI 0x3, TLBT 0x03: hit in way 0"),
        "{output}"
    );
    let output = words(&typed.types(":why"));
    assert!(
        output.contains("tlb hit because way 0 of set 3 is valid and has tag 0x03"),
        "{output}"
    );
    assert!(
        output.contains(
            "vpn 0x0F because VPN is 0b0000_1111, bits 13–6 of the virtual address 0x03D4"
        ),
        "{output}"
    );
    assert!(
        output.contains("because PPN 0x0D is followed by PPO 0x14"),
        "{output}"
    );
    let output = words(&typed.types(":why cache"));
    assert_eq!(
        output,
        "cache hit because the line of set 5 is valid and has tag 0x0D"
    );
    assert!(typed.types(":why cahce").contains("did you mean `cache`?"));
    assert_eq!(typed.done(), 5);
}

#[test]
fn a_failed_call_has_a_reason() {
    let mut typed = Typed::new();
    typed.types("process P1\nlet fd = open(\"none\", O_RDONLY)");
    let output = typed.types(":why");
    assert!(output.contains("`open` failed with ENOENT"), "{output}");
}

#[test]
fn an_address_is_shown_with_its_fields() {
    let mut typed = Typed::simple();
    let output = typed.types(":bits 0x03D4");
    for line in [
        "virtual address 0x03D4 0b00_0011_1101_0100",
        "VPN, bits 13–6 0x0F 0b0000_1111",
        "TLBT, bits 13–8 0x03 0b00_0011",
        "TLBI, bits 7–6 0x3 0b11",
        "physical address 0x354 0b0011_0101_0100",
        "CI, bits 5–2 0x5 0b0101",
        "CO, bits 1–0 0x0 0b00",
    ] {
        assert!(
            output.lines().any(|known| words(known) == line),
            "{line}: {output}"
        );
    }
    assert!(
        output.contains("│              VPN              │"),
        "{output}"
    );
    assert!(typed.types(":bits 0x3C0 + 0x14").contains("0x03D4"));
    assert!(
        typed
            .types(":bits 0x40")
            .contains("There is no physical address")
    );
    assert!(typed.types(":bits 0x4000").contains("[address-too-wide]"));
    assert!(typed.types(":bits").contains("write `:bits VA | pa PA`"));
    // A message shows only the typed text.
    for (input, said) in [
        (":bits a +", "the line ends too early"),
        (":bits (3", "this `(` is never closed"),
        (":bits 3)", "this `)` closes nothing"),
        (":bits zz", "no variable is called `zz`"),
        (":bits pa a +", "the line ends too early"),
        (":bits pa 0x10000000000000000", "is outside the range"),
        (":bits pa 0x99999", "physical addresses have 12 bits"),
        (":bits pa )", "this `)` closes nothing"),
        (":bits 3; read 3", "write only an address"),
        ("(0x3D4 + zz", "this `(` is never closed"),
        ("0x3D4 + zz", "no variable is called `zz`"),
    ] {
        let output = typed.types(input);
        let shows = ["probe", "show", "fields", "let operand"].map(|word| output.contains(word));
        assert!(output.contains(said) && shows == [false; 4], "{output}");
    }
    assert!(typed.types(":bits 0x3D4 # a comment").contains("0x0F"));
    for command in [":bits pa 0x354", ":bits pa (0x300 + 0x54)"] {
        let output = typed.types(command);
        assert!(
            output.contains("physical address (12 bits)")
                && output.contains("│          CT           │")
                && !output.contains("VPN"),
            "{output}"
        );
    }
    assert_eq!((typed.done(), typed.value("tlb.hits").as_str()), (4, "0"));
    // A variable comes first.
    typed.types("let pa = 0x3D0");
    assert!(typed.types(":bits pa + 4").contains("0x03D4"));
}

#[test]
fn an_address_of_one_of_several_processes_is_shown() {
    let mut typed = Typed::new();
    typed.types("process A\nprocess B");
    let output = words(&typed.types(":bits 0x400"));
    assert_eq!(
        output,
        "several processes run; name one of them: `:bits A: 0x400`"
    );
    for command in [":bits B: 0x400", "B: :bits 0x400"] {
        let output = typed.types(command);
        assert!(output.contains("VPO, bits 11–0"), "{output}");
    }
    let output = typed.types("B: :what translate 0x400");
    assert!(
        output.contains("B has no area at 0x400") && output.contains("Nothing changes"),
        "{output}"
    );
    assert!(typed.types("B: :history").contains("→ 2  process B"));
}

#[test]
fn a_paste_may_contain_commands() {
    let mut typed = Typed::new();
    let output = typed.types("machine simple\n:bits 0x3D4\nread 0x3D4\n  => vpn 0x0F\n:back");
    for part in [
        "[2] pagewalk> :bits 0x3D4\n  virtual address",
        "✓ 1 expectation holds",
        "1 statement undone",
    ] {
        assert!(output.contains(part), "{part}: {output}");
    }
    let output = typed.types(":what scenario \"s\" {\n  read 0x3D4\n}\n:history");
    assert!(
        output.contains("Nothing changes") && output.contains("→ 1  machine simple"),
        "{output}"
    );
}

#[test]
fn an_input_knows_the_files_and_references_of_earlier_inputs() {
    let mut typed = Typed::new();
    typed.types("file \"object\" { size 8 KB }");
    typed.types("process P1");
    typed.types("let made = open(\"made\", O_CREAT | O_RDWR)");
    for name in ["object", "made"] {
        let output = typed.types(&format!("let fd = open(\"{name}\", O_RDONLY)"));
        assert!(!output.contains('⚠'), "{output}");
    }
    let output = typed.types("let fd = open(\"none\", O_RDONLY)");
    assert!(output.contains("no `file` declares `none`"), "{output}");
    typed.types("reference 1 2 { frames 2 }");
    let own = "reference 1 2 3 { frames 3 }\n ask reference columns frame2";
    let output = typed.types(&format!("question \"A\" {{\n {own}\n}}"));
    assert!(
        output.contains("frame2") && !output.contains("× ["),
        "{output}"
    );
    // Without an own string, the question asks for the last one of the session.
    let output = typed.types("question \"B\" { ask reference columns frame2 }");
    assert!(output.contains("has no column `frame2`"), "{output}");
}

#[test]
fn fixes_are_tried_in_the_text_of_the_input() {
    let mut typed = Typed::new();
    typed.types("machine core-i7");
    for (input, fix) in [("show dTLB", "`tlb dTLB`"), ("figure L1d", "`cache L1d`")] {
        let output = typed.types(input);
        assert!(output.contains(&format!("help: write {fix}")), "{output}");
    }
}

#[test]
fn a_run_with_a_warning_is_kept() {
    let mut typed = Typed::new();
    typed.types("machine core-i7");
    typed.types("program p \"\"\"\nint main(void) {\n  return 0;\n}\n\"\"\"");
    let output = typed.types("run p until line 3");
    assert!(
        output.matches("the run does not pause").count() == 1
            && output.contains("exited with status 0"),
        "{output}"
    );
    assert_eq!(typed.done(), 3);
}

#[test]
fn a_reset_can_be_undone() {
    let mut typed = Typed::simple();
    typed.types(":reset");
    assert!(typed.types("show tlb.hits").contains("[no-machine]"));
    assert!(typed.types(":history").contains("→ 5  :reset"));
    typed.types(":back");
    assert_eq!(typed.value("tlb.hits"), "0");
}

#[test]
fn help_knows_every_word_and_command() {
    let mut typed = Typed::new();
    let output = typed.types(":help");
    for command in COMMANDS {
        assert!(output.contains(&command.usage()), "{}", command.name);
        let output = typed.types(&format!(":help {}", command.name));
        assert!(
            words(&output).contains(&words(&command.help.replace('`', ""))),
            "{output}"
        );
    }
    let output = typed.types(":help tlbi");
    assert!(
        output.contains("(facts)") && output.contains("TLB index"),
        "{output}"
    );
    assert!(typed.types(":help mmpa").contains("did you mean `mmap`?"));
}

#[test]
fn an_unknown_command_is_corrected() {
    let mut typed = Typed::new();
    assert_eq!(
        typed.types(":hlep"),
        "  unknown command `:hlep`; did you mean `:help`?\n"
    );
    assert!(typed.types(":zork").contains("`:help` lists the commands"));
    assert!(typed.types(":").contains("unknown command `:`"));
    assert_eq!(typed.shell.input(":quit").unwrap(), Flow::End);
}

#[test]
fn every_command_is_obeyed() {
    for command in COMMANDS
        .iter()
        .filter(|command| !["quit", "save", "load"].contains(&command.name))
    {
        let mut typed = Typed::simple();
        typed.types("read 0x03D4");
        typed.types("read 0x03D5");
        let output = typed.types(command.example);
        assert!(
            !output.is_empty() && !output.contains("there is no command"),
            "{}: {output}",
            command.name
        );
    }
}
