//! Tests machine files, from their names in a script to the resulting machine.

use std::path::Path;
use std::sync::Arc;

use super::Files;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::include::read;
use crate::lang::loader::Texts;
use crate::lang::source::Sources;
use crate::run::record::{Did, StepRecord};
use crate::run::session::Options;
use crate::run::verbs::CORE;
use crate::run::{check, run};
use pagewalk_engine::machine::spec::Spec;

/// A script, and the loaded files from the script's folder.
struct Lab {
    sources: Sources,
    script: Arc<[crate::lang::ast::Stmt]>,
    files: Files,
    wrong: Vec<Diagnostic>,
}

/// Reads the first of these files, which are all in one folder.
fn lab(files: &[(&str, &str)]) -> Lab {
    let texts = files
        .iter()
        .map(|(name, text)| (Path::new("/lab").join(name), text.as_bytes().to_vec()));
    let mut loader = Texts {
        texts: texts.collect(),
        other: (),
    };
    let (mut sources, script, mut wrong) = read(&Path::new("/lab").join(files[0].0), &mut loader);
    let (read, more) = Files::read(&script.body, &mut sources, &mut loader);
    wrong.extend(more);
    Lab {
        sources,
        script: script.body,
        files: read,
        wrong,
    }
}

impl Lab {
    /// Returns each mistake's code and the text at its location.
    fn said<'a>(&'a self, wrong: &'a [Diagnostic]) -> Vec<(Code, &'a str)> {
        wrong
            .iter()
            .map(|wrong| (wrong.code, self.sources.text(wrong.span)))
            .collect()
    }

    fn check(&self) -> Vec<Diagnostic> {
        check(
            &self.script,
            &self.sources,
            &self.files,
            Options::new(&CORE),
        )
        .diagnostics
    }

    /// Returns the machines that the script declares, in order.
    fn machines(&self) -> Vec<Arc<Spec>> {
        let mut records: Vec<StepRecord> = Vec::new();
        let ended = run(
            &self.script,
            &self.sources,
            &self.files,
            Options::new(&CORE),
            &mut records,
        );
        assert_eq!(
            (self.wrong.as_slice(), ended.diagnostics.as_slice()),
            (&[][..], &[][..])
        );
        let machine = |record: &StepRecord| match &*record.did {
            Did::Machine(spec) => Some(spec.clone()),
            _ => None,
        };
        records.iter().filter_map(machine).collect()
    }
}

const MACHINE: &str = "virtual: 14 bits\nphysical: 12 bits\npage: 64 B\n\
    tlb: { entries: 16, ways: 4 }\ncache: { lines: 16, block: 4 B, direct-mapped: true }\n";

#[test]
fn a_file_declares_the_machine_that_the_same_settings_in_a_script_do() {
    let script = "machine \"m.yaml\"\nmachine \"m.yaml\" { tlb none, cache { lines 32 } }\n\
        machine {\n virtual 14 bits; physical 12 bits; page 64 B\n tlb { entries 16, ways 4 }\n\
        cache { lines 16, block 4 B, direct-mapped }\n}\n\
        machine {\n virtual 14 bits; physical 12 bits; page 64 B\n\
        cache { lines 32, block 4 B, direct-mapped }\n}\n";
    let machines = lab(&[("a.pw", script), ("m.yaml", MACHINE)]).machines();
    let [file, overridden, plain, changed] = machines.as_slice() else {
        panic!("{machines:#?}")
    };
    assert_eq!(file, plain);
    assert_eq!(overridden, changed);
}

#[test]
fn files_of_other_kinds_are_no_machine_files() {
    let help = |script: &str| {
        let lab = lab(&[
            ("a.pw", script),
            ("m.pw", "machine simple"),
            ("m.yaml", MACHINE),
        ]);
        let [one] = &lab.wrong[..] else {
            panic!("{:#?}", lab.wrong)
        };
        (one.message.clone(), one.help.clone().unwrap_or_default())
    };
    let (message, fix) = help("machine \"m.pw\"");
    assert_eq!(message, "`m.pw` is a script, not a machine file");
    assert_eq!(fix, "write `include \"m.pw\"`");
    let (message, _) = help("machine \"a.golden.yaml\"");
    assert_eq!(
        message,
        "`a.golden.yaml` is a golden file, not a machine file"
    );
    assert_eq!(help("machine \"m\"").1, "did you mean `\"m.pw\"`?");
}

#[test]
fn a_file_is_found_wherever_it_is_named_and_read_once() {
    let script = "def f() { machine \"m.yaml\" }\nscenario \"s\" { repeat 2 { machine \"m.yaml\" } }\n\
        for i in 0..1 { if i == 1 { machine \"m.yaml\" } else { machine \"m.yaml\" } }\n\
        include \"sub/b.pw\"\ninclude \"sub/b.pw\"\nf()\n";
    let files = [
        ("a.pw", script),
        ("m.yaml", MACHINE),
        ("sub/b.pw", "machine \"../m.yaml\""),
    ];
    let lab = lab(&files);
    assert_eq!(lab.machines().len(), 6);
    let names: Vec<&str> = lab.sources.files().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["/lab/a.pw", "/lab/sub/b.pw", "/lab/m.yaml"]);
}

#[test]
fn an_unreadable_file_is_reported_once_at_each_name() {
    let lab = lab(&[
        (
            "a.pw",
            "machine \"none.yaml\"\nmachine \"../m.yaml\"\nread 0\n",
        ),
        ("b.pw", ""),
    ]);
    let said = [
        (Code::Unreadable, "\"none.yaml\""),
        (Code::OutsideFolder, "\"../m.yaml\""),
    ];
    assert_eq!(lab.said(&lab.wrong), said);
    assert_eq!(lab.check(), []);
}

#[test]
fn errors_in_a_file_are_reported_once_in_the_file() {
    let script = "machine \"m.yaml\"\nmachine \"m.yaml\" { tlb none }\nread 0 => tlb hit\n";
    let broken = lab(&[
        ("a.pw", script),
        ("m.yaml", "page: 64 Q\ntlb: { ways: [1, [2]] }\n"),
    ]);
    assert_eq!(
        broken.said(&broken.wrong),
        [(Code::BadNumber, "64 Q"), (Code::MachineFile, "2")]
    );
    assert_eq!(broken.check(), []);

    let unfit = lab(&[
        ("a.pw", "machine \"m.yaml\""),
        (
            "m.yaml",
            "page: 64 B\ntlb: { entries: 12, ways: 4, asid: 1 }\n",
        ),
    ]);
    assert_eq!(unfit.said(&unfit.wrong), []);
    assert_eq!(unfit.said(&unfit.check()), [(Code::UnknownWord, "1")]);
}

#[test]
fn errors_of_the_whole_machine_are_reported_in_the_file() {
    let lab = lab(&[
        ("a.pw", "machine \"m.yaml\""),
        (
            "m.yaml",
            "virtual: 14\nphysical: 12\npage: 64 B\npage_table: { bits: [4, 5] }\n",
        ),
    ]);
    assert_eq!(lab.wrong, []);
    let wrong = lab.check();
    assert_eq!(lab.said(&wrong).len(), 1, "{wrong:#?}");
    assert_eq!(wrong[0].span.file, 1, "{wrong:#?}");
}
