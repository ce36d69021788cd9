//! Assumptions about programs: the conventions of their accesses, and of their processes.

use pagewalk_engine::program::Buffering;

use crate::exam::paper::Question;
use crate::questions::entry::{Evidence, ItemKind};
use crate::questions::wording::series;
use crate::run::record::{Called, Did, Results, Schedules};

/// Describes the conventions of the programs that a question runs.
pub(super) fn of_programs(question: &Question, sentences: &mut Vec<String>) {
    let mut dids: Vec<&Did> = Vec::new();
    for item in question.items() {
        dids.extend(item.since.iter().map(|did| &**did));
        dids.push(&item.did);
        if let ItemKind::Choice { options, .. } = &item.kind {
            let evidence = options.iter().flat_map(|option| &option.evidence);
            dids.extend(evidence.filter_map(|evidence| match evidence {
                Evidence::Facts { did, .. } => Some(&**did),
                _ => None,
            }));
        }
    }
    let called = dids.iter().filter_map(|did| did.called());
    let mut accessing: Vec<&Called> = called
        .filter(|called| !called.variables.is_empty())
        .collect();
    accessing.dedup_by(|a, b| a.program == b.program && a.variables == b.variables);
    if let Some(first) = accessing.first() {
        sentences.push(
            "Of a program's variables, the global ones, arrays, and structs are in memory, and the others are in registers."
                .to_owned(),
        );
        sentences.push(
            "Expressions are evaluated from left to right. An assignment evaluates the address on its left side first."
                .to_owned(),
        );
        sentences.push(if first.update_once {
            "An update such as a += b is one access to a.".to_owned()
        } else {
            "An update such as a += b loads a and then stores it.".to_owned()
        });
        sentences.push("An int and a float have 4 bytes, and a double has 8 bytes.".to_owned());
    }
    for called in accessing {
        let places = called
            .variables
            .iter()
            .map(|(name, at)| format!("{name} at 0x{at:X}"));
        let places: Vec<String> = places.collect();
        sentences.push(format!(
            "In {}, the variables begin at these addresses: {}.",
            called.program,
            series(&places)
        ));
    }
    let schedules = dids.iter().filter_map(|did| match did {
        Did::Program(run) => match &run.results {
            Results::Outputs(_, schedules) => Some(schedules),
            Results::Process(_) => None,
        },
        _ => None,
    });
    let mut said = Vec::new();
    for schedule in schedules {
        for sentence in of_schedules(schedule) {
            if !said.contains(&sentence) {
                said.push(sentence);
            }
        }
    }
    sentences.extend(said);
}

/// Describes how processes run and print.
fn of_schedules(schedules: &Schedules) -> Vec<String> {
    let printing = match schedules.buffering {
        Buffering::AtOnce => "printf writes its output at once.",
        Buffering::Line => {
            "printf writes its output at the end of each line, and exit writes the rest. fork copies the output that is not yet written."
        }
        Buffering::Full => {
            "printf writes its output when the process exits. fork copies the output that is not yet written."
        }
    };
    let failing = if schedules.failing.is_empty() {
        "fork always succeeds.".to_owned()
    } else {
        let names: Vec<String> = schedules
            .failing
            .iter()
            .map(|call| call.name().to_owned())
            .collect();
        format!("{} may fail.", series(&names))
    };
    vec![
        "Processes run in any order, and can be interrupted at any time.".to_owned(),
        printing.to_owned(),
        failing,
    ]
}
