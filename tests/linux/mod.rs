mod compare;
mod differ;
mod generate;
mod names;
mod op;
mod place;
mod real;
mod script;
mod shrink;
mod side;
mod tracee;
mod view;

use std::io::Write;

use compare::{Here, Sequences, compare};
use real::Linux;

/// Says something that is seen in a run of tests that pass, too.
fn say(text: &str) {
    // A test that cannot be heard still tests.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Linux, if this machine permits it.
fn linux() -> Option<Linux> {
    Linux::new().inspect_err(|why| say(&format!("skipped: {why}"))).ok()
}

fn here(linux: &Linux) -> Here {
    Here { layout: linux.layout(), permits: linux.permits() }
}

#[test]
fn linux_does_the_same_twice() {
    let (Some(mut once), Some(mut again)) = (linux(), linux()) else { return };
    let here = here(&once);
    let start = std::time::Instant::now();
    match compare(&mut once, &mut again, here, Sequences::asked_for(200)) {
        Ok(totals) => say(&format!("Linux and Linux: {totals} in {:?}", start.elapsed())),
        Err(script) => panic!("{script}"),
    }
}
