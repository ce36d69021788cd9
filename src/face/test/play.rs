//! Running the scripts of a file.

use std::path::PathBuf;

use super::find::Found;
use super::script::{Script, scripts};
use crate::face::reading::Reading;
use crate::report::diagnostics::Style;
use crate::report::suite::{Case, Gather, Mistake, Name};
use crate::run;
use crate::run::session::Options;

/// What the scripts of a file came to.
#[derive(Debug, Default)]
pub struct Played {
    /// Their cases.
    pub cases: Vec<Case>,
    /// What is wrong with them, drawn for standard error.
    pub complaint: String,
    /// The files that they are made of, other than the file itself.
    pub beside: Vec<PathBuf>,
}

/// Runs the scripts of a file.
pub fn play(found: &Found, style: Style) -> Played {
    let mut played = Played::default();
    match scripts(found) {
        Ok(scripts) => scripts.into_iter().for_each(|script| one(script, style, &mut played)),
        Err(mistake) => {
            let name = Name { file: found.name.clone(), ..Name::default() };
            played.complaint = format!("pagewalk: {mistake}\n");
            played.cases.push(Case { mistakes: vec![mistake], ..Case::new(name, 1) });
        }
    }
    played
}

fn one(mut script: Script, style: Style, played: &mut Played) {
    let mut cases = script.cases();
    if script.reading.diagnostics.is_empty() {
        (cases, script.reading.diagnostics) = run(&script.reading, cases, script.from);
    }
    for diagnostic in &script.reading.diagnostics {
        let at = script.case_at(diagnostic.span, &cases);
        cases[at].mistakes.push(Mistake::of(diagnostic, &script.reading.sources));
    }
    if !script.fails {
        played.complaint += &script.reading.complaint(style);
    }
    played.beside.extend(script.reading.sources.files().iter().skip(1).filter_map(|file| file.path.clone()));
    played.cases.extend(cases);
}

fn run(
    reading: &Reading,
    cases: Vec<Case>,
    from: u32,
) -> (Vec<Case>, Vec<crate::lang::diagnostic::Diagnostic>) {
    let mut gather = Gather::new(&reading.sources, cases, from);
    let options = Options::default();
    let ended = run::play(&reading.script.body, &reading.sources, &reading.files, options, &mut gather);
    let mut cases = gather.cases();
    if let Some(own) = cases.first_mut() {
        own.ran = true;
    }
    (cases, ended.diagnostics)
}
