//! States for completion tests, and tables of expected items.

use crate::lang::include::read_text;
use crate::lang::source::Sources;
use crate::run::files::Files;
use crate::run::record::Discard;
use crate::run::session::{Cx, Options, Run};
use crate::run::state::State;
use crate::services::complete::{Completions, complete};

/// Returns the state after a script.
pub(crate) fn state(script: &str) -> State {
    let (sources, script, wrong): (Sources, _, _) = read_text("script.pw", script, &mut ());
    assert_eq!(wrong, []);
    let (files, mut nowhere) = (Files::default(), Discard);
    let mut run = Run::new(Cx::new(&sources, &files, Options::default()), &mut nowhere);
    let place = script
        .body
        .first()
        .map(|stmt| stmt.span)
        .unwrap_or_default();
    run.run_block(&script.body, place).expect("it runs");
    run.cx.state
}

/// A machine with a kernel and two processes that have files and areas.
pub(crate) const PROCESSES: &str = "machine core-i7\nfile \"data.txt\" = \"hello\"\n\
    executable \"a.out\" {\n entry 0x400000\n | section | start | size | perms |\n | .text | 400000 | 1000 | r-x |\n}\n\
    process P1\nprocess P2\nlet page = 4 KB\nP1: let buf = mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n\
    def twice(x, y) {\n show x\n}\nP1: read buf";

/// A textbook's machine, without a kernel.
pub(crate) const SIMPLE: &str = "machine simple\nlet va = 0x3D4\nlet value = 7\nread va";

/// Returns the completions at the mark `‸`.
pub(crate) fn offered(marked: &str, state: &State) -> Completions {
    let at = marked.find('‸').expect("a mark");
    complete(&marked.replacen('‸', "", 1), at, state)
}

/// Checks that the completions of texts contain the expected items and none of the unexpected items.
pub(crate) fn holds(state: &State, table: &[(&str, &str, &str)]) {
    for (marked, wanted, unwanted) in table {
        let found = offered(marked, state);
        let texts: Vec<&str> = found.items.iter().map(|item| item.text.as_str()).collect();
        for word in wanted.split_whitespace() {
            assert!(
                texts.contains(&word),
                "{marked:?} offers no {word}: {texts:?}"
            );
        }
        for word in unwanted.split_whitespace() {
            assert!(
                !texts.contains(&word),
                "{marked:?} offers {word}: {texts:?}"
            );
        }
        if (wanted, unwanted) == (&"", &"") {
            assert_eq!(texts, [""; 0], "{marked:?} offers something");
        }
    }
}
