mod compare;
mod counts;
mod differ;
mod facts;
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
    Linux::new(&std::env::temp_dir()).inspect_err(|why| say(&format!("skipped: {why}"))).ok()
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

#[test]
fn xfs() {
    let (Some(mut once), Ok(mut again)) = (linux(), Linux::new(std::path::Path::new("/dev/shm"))) else { return };
    let here = here(&once);
    let mut seq = Sequences::asked_for(300);
    for _ in 0..5 {
    match compare(&mut once, &mut again, here, seq) {
        Ok(totals) => say(&format!("Linux and Linux: {totals}")),
        Err(script) => {say(&script); 
          seq.seed = script.split_once("seed ").unwrap().1.split_once(',').unwrap().0.parse::<u64>().unwrap()+1;
        }
    }
    }
}
