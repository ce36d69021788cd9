//! Helpers that run scripts in the tests of the reports.

use crate::lang::include::read_text;
use crate::lang::loader::Texts;
use crate::lang::source::Sources;
use crate::run::record::{Sink, StepRecord};
use crate::run::session::Options;
use crate::run::{Ended, Files, run};

/// The simple memory system of CS:APP 9.6.4 with its contents (figure 9.20).
pub(crate) const SIMPLE: &str = "machine simple
set page_table {
  | vpn ppn v | vpn ppn v | vpn ppn v | vpn ppn v |
  | 00  28  1 | 01  -   0 | 02  33  1 | 03  02  1 |
  | 04  -   0 | 05  16  1 | 06  -   0 | 07  -   0 |
  | 08  13  1 | 09  17  1 | 0A  09  1 | 0B  -   0 |
  | 0C  -   0 | 0D  2D  1 | 0E  11  1 | 0F  0D  1 |
}
set tlb {
  | set | tag ppn v | tag ppn v | tag ppn v | tag ppn v |
  |  0  | 03  -   0 | 09  0D  1 | 00  -   0 | 07  02  1 |
  |  1  | 03  2D  1 | 02  -   0 | 04  -   0 | 0A  -   0 |
  |  2  | 02  -   0 | 08  -   0 | 06  -   0 | 03  -   0 |
  |  3  | 07  -   0 | 03  0D  1 | 0A  34  1 | 02  -   0 |
}
set cache {
  | idx | tag v | b0 b1 b2 b3 |
  |  0  | 19  1 | 99 11 23 11 |
  |  1  | 15  0 | -  -  -  -  |
  |  2  | 1B  1 | 00 02 04 08 |
  |  3  | 36  0 | -  -  -  -  |
  |  4  | 32  1 | 43 6D 8F 09 |
  |  5  | 0D  1 | 36 72 F0 1D |
  |  6  | 31  0 | -  -  -  -  |
  |  7  | 16  1 | 11 C2 DF 03 |
  |  8  | 24  1 | 3A 00 51 89 |
  |  9  | 2D  0 | -  -  -  -  |
  |  A  | 2D  1 | 93 15 DA 3B |
  |  B  | 0B  0 | -  -  -  -  |
  |  C  | 12  0 | -  -  -  -  |
  |  D  | 16  1 | 04 96 34 15 |
  |  E  | 13  1 | 83 77 1B D3 |
  |  F  | 14  0 | -  -  -  -  |
}
";

/// A process after `execve`, as in CS:APP figure 9.31.
pub(crate) const PROGRAM: &str = "machine core-i7
executable \"a.out\" {
  entry 0x400400
  | section | start  | size | perms |
  | .text   | 400000 | 1800 | r-x   |
  | .data   | 602000 | 0400 | rw-   |
  | .bss    | 603000 | 2000 | rw-   |
  library \"libc.so\"
}
process P1
execve(\"a.out\")
";

/// Returns the traces in the script's folder.
fn traces() -> Texts<()> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/scripts/replay");
    let trace = |name: &str| {
        (
            name.into(),
            std::fs::read(format!("{folder}/{name}")).expect("a trace"),
        )
    };
    Texts {
        texts: ["straddle.trace", "belady.trace"].map(trace).into(),
        other: (),
    }
}

/// Runs a script with a sink created for its sources. The script must have no errors.
pub fn play<S: Sink>(script: &str, sink: impl FnOnce(&'static Sources) -> S) -> (S, Ended) {
    let mut traces = traces();
    let (mut sources, script, mut diagnostics) = read_text("t.pw", script, &mut traces);
    let (files, missing) = Files::read(&script.body, &mut sources, &mut traces);
    diagnostics.extend(missing);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    // The sink borrows the sources and can outlive this function.
    let sources: &'static Sources = Box::leak(Box::new(sources));
    let mut sink = sink(sources);
    let ended = run(&script.body, sources, &files, Options::default(), &mut sink);
    assert!(ended.diagnostics.is_empty(), "{:?}", ended.diagnostics);
    (sink, ended)
}

/// Returns the records of a script.
pub(crate) fn records(script: &str) -> Vec<StepRecord> {
    play(script, |_| Vec::new()).0
}
