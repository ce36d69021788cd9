//! Published questions on C programs, with their published answers. Each script names its source, and says where the
//! published answer is wrong.

use crate::running::text as outcome;
use std::fs;
use std::path::Path;

#[test]
fn the_answers_are_the_published_ones() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/questions");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|end| end == "pw"))
        .collect();
    files.sort();
    assert!(files.len() >= 40, "{} questions", files.len());
    let mut wrong = Vec::new();
    let mut checks = 0;
    for path in files {
        let script = fs::read_to_string(&path).expect("a script");
        let run = outcome(&script);
        if !run.mistakes.is_empty() || !run.failures.is_empty() || run.checks == 0 {
            wrong.push(format!(
                "{}: {:?} {:?}",
                path.display(),
                run.mistakes,
                run.failures
            ));
        }
        checks += run.checks;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checks >= 80, "{checks} answers");
}
