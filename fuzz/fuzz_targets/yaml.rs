//! Reads any text as every kind of YAML file: a machine, a golden file, labels, and rules for grading.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use pagewalk_fuzz::{options, render};
use pagewalk_script::api::CheckedScript;
use pagewalk_script::api::marking::Rules;
use pagewalk_script::exam::formats::labels::Labels;
use pagewalk_script::lang::include::Texts;
use pagewalk_script::run::record::Discard;
use pagewalk_script::suite::golden;

fuzz_target!(|text: &str| {
    let texts = [(
        Path::new("/scripts/machine.yaml").to_owned(),
        text.as_bytes().to_vec(),
    )];
    let mut files = Texts {
        texts: texts.into_iter().collect(),
        other: (),
    };
    let script = CheckedScript::from_text(
        "/scripts/a.pw",
        "machine \"machine.yaml\"\nread 0",
        &mut files,
    );
    render(&script);
    script.run(options(), &mut Discard);
    if let Ok(read) = golden::read(text.as_bytes()) {
        let written = golden::write(&read, "a.pw");
        assert_eq!(
            golden::read(written.as_bytes()).expect("a golden file"),
            read,
            "{written}"
        );
    }
    let _ = Labels::read(text);
    Rules::default().set_yaml("rules", text);
});
