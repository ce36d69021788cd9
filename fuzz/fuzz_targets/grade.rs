//! Reads any bytes as a file of answers in every format, and marks each line as the answer to a field of an exam.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pagewalk_fuzz::generated::checked;
use pagewalk_script::api::exam::Paper;
use pagewalk_script::api::marking::{FeedbackFormat, Marking, Rules, Sheet, feedback};
use pagewalk_script::api::{CheckedScript, Exam};

static EXAM: LazyLock<(CheckedScript, Paper)> = LazyLock::new(|| {
    let script = checked(include_str!("../../examples/exams/address-translation.pw"));
    let paper = Exam::new(&script).paper(None).expect("a paper");
    (script, paper)
});

fuzz_target!(|bytes: &[u8]| {
    pagewalk::face::fuzzing::read_answers(bytes);
    let (script, paper) = &*EXAM;
    let mut rules = Rules::default();
    rules.set_yaml("rules", "carried: 1/2\nwrong: 1/4\nfloor: none\n");
    let marking = Marking::new(script, paper, &[], &rules);
    let mut sheet = Sheet::default();
    let text = String::from_utf8_lossy(bytes);
    for (field, line) in marking.fields().iter().zip(text.lines()) {
        marking.answer(&mut sheet, &field.name, line);
    }
    let marked = marking.mark_sheet(&sheet);
    assert!(
        !marked.total.compare(paper.points()).is_gt(),
        "{} points",
        marked.total
    );
    feedback(paper, &marked, FeedbackFormat::Markdown);
});
