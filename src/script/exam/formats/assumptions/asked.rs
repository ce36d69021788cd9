//! The rules on which the answers of an item rest.

use super::facts::{of_fact, of_path, of_result, of_string, of_table};
use super::rules::Rule;
use crate::exam::paper::PaperItem;
use crate::questions::entry::{Blank, Derivation, Evidence, ItemKind, PathValue};
use crate::run::record::Did;
use pagewalk_engine::machine::spec::Spec;

/// Returns the rules of an item's answers.
pub(super) fn of_item(item: &PaperItem) -> Vec<Rule> {
    let spec = item.hardware.as_ref().map(|hardware| &*hardware.spec);
    let mut rules = Vec::new();
    match &item.kind {
        ItemKind::Facts { blanks, .. } => rules.extend(of_blanks(&item.did, blanks)),
        ItemKind::Table {
            table,
            columns,
            string: None,
        } => rules.extend(of_table(table.id, columns)),
        ItemKind::Table {
            string: Some(did), ..
        } => rules.extend(of_string(did)),
        ItemKind::Value {
            blank, derivation, ..
        } => {
            rules.extend(of_derivation(derivation, spec));
            rules.extend(of_results(blank, item));
        }
        ItemKind::Author(table) => {
            for (.., blank, derivation) in table.blanks() {
                rules.extend(of_derivation(derivation, spec));
                rules.extend(of_results(blank, item));
            }
        }
        // Any lookup may decide whether a value satisfies the conditions.
        ItemKind::Any { facts, .. } if !facts.is_empty() => {
            rules.extend([Rule::Unlisted, Rule::Fill, Rule::Faults]);
        }
        ItemKind::Choice { options, .. } => {
            let evidence = options.iter().flat_map(|option| &option.evidence);
            rules.extend(evidence.flat_map(|evidence| of_evidence(evidence, spec)));
        }
        ItemKind::Any { .. } | ItemKind::Essay { .. } => {}
    }
    rules
}

fn of_blanks(did: &Did, blanks: &[Blank]) -> Vec<Rule> {
    blanks
        .iter()
        .flat_map(|blank| of_fact(did, &blank.fact))
        .collect()
}

fn of_derivation(derivation: &Derivation, spec: Option<&Spec>) -> Vec<Rule> {
    let of_path = |PathValue { names, last, .. }: &PathValue| match (last, spec) {
        (Some((did, fact)), _) => of_fact(did, fact),
        (None, Some(spec)) => {
            let names: Vec<&str> = names.iter().map(|name| &**name).collect();
            of_path(&names, spec).to_vec()
        }
        (None, None) => Vec::new(),
    };
    let chosen = derivation.chosen.iter();
    derivation
        .paths
        .iter()
        .flat_map(of_path)
        .chain(chosen.flat_map(|evidence| of_evidence(evidence, spec)))
        .collect()
}

fn of_evidence(evidence: &Evidence, spec: Option<&Spec>) -> Vec<Rule> {
    match evidence {
        Evidence::Facts { did, blanks, .. } => of_blanks(did, blanks),
        Evidence::Truth { derivation, .. } => of_derivation(derivation, spec),
        Evidence::First { example, .. } => example
            .iter()
            .flat_map(|evidence| of_evidence(evidence, spec))
            .collect(),
    }
}

/// Returns the rules of an address that an earlier system call returned, such as that of a block.
fn of_results(blank: &Blank, item: &PaperItem) -> Vec<Rule> {
    let calls = item.since.iter().filter_map(|did| did.call());
    calls
        .filter(|call| blank.is_result(call))
        .flat_map(|call| of_result(call.name).to_vec())
        .collect()
}
