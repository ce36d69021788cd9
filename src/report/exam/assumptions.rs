//! What a paper takes for granted, said, so that no student has to ask.

use crate::exam::paper::Question;
use crate::machine::spec::{CacheSpec, Spec, WritePolicy};
use crate::run::paper::entry::{Hardware, ItemKind};
use crate::run::record::Did;

/// The assumptions of a question: of its machine, and of how its parts hang together.
pub fn assumptions(question: &Question) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(hardware) = question.items().filter_map(|item| item.hardware.as_ref()).last() {
        of_machine(hardware, &mut said);
    }
    let operations: Vec<_> =
        question.items().filter(|item| matches!(item.kind, ItemKind::Facts { .. })).collect();
    if operations.len() > 1 {
        let probes = operations.iter().all(|item| matches!(&*item.did, Did::Access(a) if a.probe));
        said.push(if probes {
            "Every access begins from the state that is given.".to_owned()
        } else {
            "Within a question accesses follow each other: each finds what the one before it has changed."
                .to_owned()
        });
    }
    said.push("Where a value does not exist (after a page fault there is no PPN), write -.".to_owned());
    said
}

fn of_machine(hardware: &Hardware, said: &mut Vec<String>) {
    let spec = &hardware.spec;
    if spec.mmu.is_some() {
        said.push("Page-table entries that are not listed are not present.".to_owned());
    }
    for tlb in &spec.tlbs {
        let name = if &*tlb.name == "tlb" { "the TLB" } else { &tlb.name };
        said.push(filled(name, tlb.ways, tlb.policy.row().name));
    }
    for cache in &spec.caches {
        let name = if &*cache.name == "cache" { "the cache" } else { &cache.name };
        said.push(format!("{} {}", filled(name, cache.ways, cache.policy.row().name), stores(cache)));
    }
    match &hardware.kernel {
        Some(kernel) => said.push(format!(
            "The kernel handles page faults and the access is done again; TLB and cache answers are those of the second \
             attempt. Its replacement policy is {}.",
            kernel.replacement.row().name
        )),
        None if spec.mmu.is_some() => {
            said.push("A page fault ends the access: it fills no TLB and touches no cache.".to_owned());
        }
        None => {}
    }
    said.push(byte_order(spec));
}

/// Which entry a miss fills.
fn filled(name: &str, ways: u32, policy: &str) -> String {
    if ways == 1 {
        return format!("A miss in {name} replaces the one entry of its set.");
    }
    format!(
        "A miss in {name} fills an invalid entry of its set, the lowest first; if there is none, {policy} chooses."
    )
}

fn stores(cache: &CacheSpec) -> String {
    let write = match cache.write {
        WritePolicy::Back => "write-back",
        WritePolicy::Through => "write-through",
    };
    format!(
        "It is {write} and {}.",
        if cache.write_allocate { "write-allocate" } else { "no-write-allocate" }
    )
}

fn byte_order(spec: &Spec) -> String {
    let entries = match &spec.mmu {
        Some(mmu) if mmu.pte.big_endian => ", page-table entries big-endian",
        _ => "",
    };
    format!("Memory is addressed by bytes; values of several bytes are little-endian{entries}.")
}
