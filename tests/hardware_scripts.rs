//! Every script of `tests/scripts/hardware/` holds in all it states.

use std::path::{Path, PathBuf};

use pagewalk::lang::include::{Disk, read};
use pagewalk::run::record::StepRecord;
use pagewalk::run::session::Options;
use pagewalk::run::{Files, run};

#[test]
fn hardware_scripts_hold() {
    let root = std::env::var("PAGEWALK_SCRIPTS").unwrap_or_else(|_| "tests/scripts/hardware".to_owned());
    let mut scripts = Vec::new();
    collect(Path::new(&root), &mut scripts);
    scripts.sort();
    assert!(!scripts.is_empty(), "no script was found");
    let wrong: usize = scripts.iter().map(|script| mistakes(script)).sum();
    assert_eq!(wrong, 0, "mistakes in {} scripts", scripts.len());
}

fn collect(folder: &Path, scripts: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            collect(&path, scripts);
        } else if path.extension().is_some_and(|end| end == "pw") {
            scripts.push(path);
        }
    }
}

fn mistakes(path: &Path) -> usize {
    let (sources, script, wrong) = read(path, &mut Disk);
    let line = |span| sources.place(span).map_or(0, |(_, place)| place.line);
    let mut found = 0;
    let mut say = |at: usize, what: String| {
        found += 1;
        eprintln!("{}:{at}: {what}", path.display());
    };
    for d in &wrong {
        say(line(d.span), format!("{} {:?}", d.message, d.help));
    }
    let mut records: Vec<StepRecord> = Vec::new();
    let ended = run(&script.body, &sources, &Files::default(), Options::default(), &mut records);
    for d in &ended.diagnostics {
        say(line(d.span), format!("{:?} {} {:?}", d.code, d.message, d.help));
    }
    for check in records.iter().flat_map(|record| &record.checks).filter(|check| !check.held) {
        let actual = check.actual.as_ref().map_or("(none)".to_owned(), ToString::to_string);
        say(
            line(check.span),
            format!("{} expected {} was {actual} {:?}", check.fact, check.expected, check.reason),
        );
    }
    if ended.totals.checks == 0 {
        say(0, "states nothing".to_owned());
    }
    found
}
