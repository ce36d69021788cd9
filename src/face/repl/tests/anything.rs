//! Tests of sessions whose input is random lines of language fragments.

use super::{Flow, Typed};
use pagewalk_script::run::bind::{Params, Slot};
use pagewalk_script::services::commands::COMMANDS;

/// Pieces of lines.
const PIECES: &[&str] = &[
    "machine simple",
    "machine core-i7 { cores 2 }",
    "process P1",
    "P1:",
    "P1 {",
    "}",
    "read 0x3D4",
    "write 0x40 = 1",
    "read p",
    "let p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)",
    "let c = fork()",
    "c: write p = 1",
    "=> vpn 0x0F, tlb hit",
    "=> fault normal",
    "where p > 1",
    "else { }",
    "set page_table { | vpn ppn |; | 0F 0D | }",
    "repeat 3 { read 0x3D4 }",
    "scenario \"s\" { flush tlb }",
    "reference 1 2 3 1 { frames 2 }",
    "choose x in 0..99",
    "show tlb.hits",
    "show (",
    "\"",
    "\"\"\"",
    "'",
    "# a comment",
    ";",
    "-1",
    "0xFFFFFFFFFFFFFFFF",
    "99999999999999999999",
    "ü→\u{fffd}",
    "\0",
    "\\",
    "",
];

/// A pseudorandom number generator (Marsaglia's xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

#[test]
fn nothing_that_is_typed_breaks_a_session() {
    let mut random = Random(24);
    // `.ci/long` takes more time.
    let sessions = if std::env::var_os("PAGEWALK_LONG").is_some() {
        40
    } else {
        4
    };
    for columns in [1, 40, 200] {
        for _ in 0..sessions {
            let (shell, output) = crate::face::repl::shell::Shell::in_memory(columns);
            let mut typed = Typed { shell, output };
            for _ in 0..25 {
                let line = line(&mut random);
                typed.shell.prompt();
                typed.shell.goes_on(&line);
                if typed.shell.input(&line).unwrap() == Flow::End {
                    break;
                }
                // The session can return to every earlier state.
                if !typed.shell.is_practicing() {
                    typed.output.take_text();
                    let at = typed.done();
                    typed.types(":goto 0");
                    typed.types(&format!(":goto {at}"));
                    assert_eq!(typed.done(), at, "{line}");
                }
            }
        }
    }
}

/// A command with arguments, or a sequence of language fragments.
fn line(random: &mut Random) -> String {
    let mut piece = || PIECES[random.below(PIECES.len() as u64) as usize];
    let (first, second, third) = (piece(), piece(), piece());
    match random.below(4) {
        0 => {
            let command = &COMMANDS[random.below(COMMANDS.len() as u64) as usize];
            // Skips commands that access files.
            if command.params.has(Slot::Path) {
                ":history".to_owned()
            } else {
                format!(":{} {first}", command.name)
            }
        }
        1 => first.to_owned(),
        2 => format!("{first} {second}"),
        _ => format!("{first}\n{second}; {third}"),
    }
}
