//! Every script of `examples/` holds in all it states.

use std::path::Path;

use pagewalk::lang::include::{Disk, read};
use pagewalk::run::record::StepRecord;
use pagewalk::run::session::Options;
use pagewalk::run::{Files, run};

#[test]
fn examples_hold() {
    let mut scripts = 0;
    for entry in std::fs::read_dir("examples").expect("there are examples") {
        let path = entry.expect("a readable folder").path();
        if path.extension().is_none_or(|end| end != "pw") {
            continue;
        }
        scripts += 1;
        holds(&path);
    }
    assert!(scripts > 0, "no example was found");
}

fn holds(path: &Path) {
    let (mut sources, script, mut wrong) = read(path, &mut Disk);
    let (files, more) = Files::read(&script.body, &mut sources, &mut Disk);
    wrong.extend(more);
    assert_eq!(wrong, [], "{} reads", path.display());
    let mut records: Vec<StepRecord> = Vec::new();
    let ended = run(&script.body, &sources, &files, Options::default(), &mut records);
    assert_eq!(ended.diagnostics, [], "{} has no mistakes", path.display());
    let failed: Vec<_> =
        records.iter().flat_map(|record| &record.checks).filter(|check| !check.held).collect();
    assert!(failed.is_empty(), "{}: {failed:#?}", path.display());
    assert!(ended.totals.checks > 0, "{} states nothing", path.display());
}
